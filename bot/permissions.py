"""What Crieur asks of an organisation, permission by permission; docs/graph.md says what for, request by request."""

from __future__ import annotations

from collections.abc import Mapping

#: in the app package, of type Application: consented to with the install. Graph installs such an app with them only
RESOURCE_SPECIFIC = ("ChatMessageReadReceipt.Read.Chat",)

#: Microsoft Graph's, of type Application: what is missing without each
GRAPH: Mapping[str, str] = {
    "Presence.Read.All": "sending while people are there is not offered on Teams",
    "GroupMember.Read.All": "no group of the directory can be chosen, or given a role",
    "User.Read.All": "the directory tells no names, addresses and guests",
    "MailboxSettings.Read": "time zones come from people's own clients",
    "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All": "the bot does not install itself for people",
    "AppCatalog.Read.All": "the bot does not find itself in the catalogue, and does not install itself",
    "Sites.Read.All": "the first export that somebody saves names the organisation's SharePoint",
}

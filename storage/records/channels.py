"""Where people are met, and what can be done there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a channel is called, and what it can do."""

    #: as people know it; the same in every language
    name: str
    #: of the pictures in cards/icons
    icon: str
    #: Adaptive Cards are shown; elsewhere everything is said in words
    draws_cards: bool
    #: a message can be edited once it has been posted
    live_card: bool
    #: a file can be offered in the chat, and sent in it
    takes_files: bool
    #: the bot can install itself for people
    can_be_installed: bool
    #: presence is told by Microsoft Graph
    presence_by_graph: bool
    #: it is told that a message has been opened
    tells_opened: bool
    #: members can be asked for at any time; elsewhere many gateways have no answer
    tells_members: bool
    #: a user's id holds their address
    address_in_id: bool
    #: activities name the organisation
    names_tenant: bool
    #: characters of a message's text; None: the size of the whole message is limited, in ``cards.message.compile``
    size_limit: int | None


class Channel(StrEnum):
    """Where a campaign is broadcast (S5); the value is the Bot Framework's channelId."""

    TEAMS = "msteams"
    SKYPE = "skype"

    @property
    def traits(self) -> Traits:
        return _TRAITS[self]


_TRAITS = {
    Channel.TEAMS: Traits(
        name="Microsoft Teams",
        icon="teams",
        draws_cards=True,
        live_card=True,
        takes_files=True,
        can_be_installed=True,
        presence_by_graph=True,
        tells_opened=True,
        tells_members=True,
        address_in_id=False,
        names_tenant=True,
        size_limit=None,
    ),
    Channel.SKYPE: Traits(
        name="Skype",
        icon="skype",
        draws_cards=False,
        live_card=False,
        takes_files=False,
        can_be_installed=False,
        presence_by_graph=False,
        tells_opened=False,
        tells_members=False,
        address_in_id=True,
        names_tenant=False,
        size_limit=8_000,  # Skype for Business and its forebears refuse longer ones
    ),
}

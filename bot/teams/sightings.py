"""Who is speaking, and how to reach them: from an incoming activity to a person in the store."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.core.teams import TeamsInfo
from botbuilder.schema import Activity

from bot.teams.send.connector import is_loopback
from bot.teams.skype import address_in
from storage.port.store import Store
from storage.records import Channel, NotReached, Person, Sighting, TenantId
from storage.records.instants import is_zone

log = logging.getLogger(__name__)

ELSEWHERE = TenantId("none")  #: the tenant of channels that know none


def tenant_of(activity: Activity) -> TenantId:
    """The directory that an activity comes from."""
    said = said_tenant(activity)
    return TenantId(said.lower()) if said else ELSEWHERE


def said_tenant(activity: Activity) -> str:
    """The directory's id, as the channel says it; "" where it says none."""
    channel_data = activity.channel_data if isinstance(activity.channel_data, dict) else {}
    tenant = channel_data.get("tenant") or {}
    conversation = activity.conversation
    # the SDK looks for "tenantID", which nobody sends
    beside = (getattr(conversation, "additional_properties", None) or {}).get("tenantId")
    said = (tenant.get("id") if isinstance(tenant, dict) else None) or getattr(conversation, "tenant_id", None)
    return str(said or beside or "")


def at_home(activity: Activity, tenant: str) -> None:
    """Where the channel names no organisation, people belong to the one that the operator has named.

    The SDK's way of asking who somebody is looks into the channel's data, which must be there.
    """
    if not isinstance(activity.channel_data, dict):
        activity.channel_data = {}
    if tenant and not said_tenant(activity):
        activity.channel_data = {**activity.channel_data, "tenant": {"id": tenant}}


def channel_of(activity: Activity) -> Channel | None:
    return Channel(activity.channel_id) if activity.channel_id in list(Channel) else None


def is_answerable(activity: Activity, *, loopback_only: bool) -> bool:
    """Whether it says who wrote, in which conversation, and where an answer goes.

    ``loopback_only``: without a registration nobody vouches for that address, and the SDK writes to any.
    """
    sender, conversation, service_url = activity.from_property, activity.conversation, activity.service_url
    if not (sender and sender.id and conversation and conversation.id and service_url):
        return False
    return is_loopback(service_url) or not loopback_only


def is_personal(activity: Activity) -> bool:
    conversation = activity.conversation
    if conversation is None or conversation.is_group:
        return False
    return conversation.conversation_type in (None, "", "personal")


def sighting_of(activity: Activity, channel: Channel, now: datetime, member: Any = None) -> Sighting:
    """What an activity, and the platform's word on its sender, tell about a person."""
    sender = activity.from_property
    addresses = [getattr(member, "user_principal_name", None), getattr(member, "email", None)]
    if channel is Channel.SKYPE:
        addresses.append(address_in(sender.id))
    return Sighting(
        tenant=tenant_of(activity),
        channel=channel,
        service_url=activity.service_url or "",
        conversation=activity.conversation.id,
        bot=(activity.recipient.id if activity.recipient else None) or "",
        user=sender.id,
        at=now,
        directory_id=(sender.aad_object_id or getattr(member, "aad_object_id", None) or "").lower(),
        addresses=tuple(dict.fromkeys(address.lower() for address in addresses if address)),
        given_name=getattr(member, "given_name", None) or "",
        surname=getattr(member, "surname", None) or "",
        name=getattr(member, "name", None) or sender.name or "",
        locale=activity.locale or _client_info(activity).get("locale") or "",
        zone=_zone(activity),
        guest=_is_guest(member),
    )


def _is_guest(member: Any) -> bool | None:
    """Whether the platform calls somebody a guest of the organisation; None where it does not say."""
    role = str(getattr(member, "user_role", None) or "").lower()
    if role:
        return role == "guest"
    return True if "#ext#" in str(getattr(member, "user_principal_name", None) or "").lower() else None


def _client_info(activity: Activity) -> dict[str, Any]:
    for entity in activity.entities or []:
        if getattr(entity, "type", None) == "clientInfo":
            return getattr(entity, "additional_properties", None) or {}
    return {}


def _zone(activity: Activity) -> str:
    for zone in (getattr(activity, "local_timezone", None), _client_info(activity).get("timezone")):
        if is_zone(zone):
            return str(zone)
    return ""


def client_of(activity: Activity) -> str:
    """Where somebody speaks from, as far as it is told: "msteams Windows"."""
    platform = _client_info(activity).get("platform")
    return f"{activity.channel_id} {platform}"[:60] if isinstance(platform, str) else str(activity.channel_id)[:60]


async def capture(context: TurnContext, channel: Channel, store: Store, now: datetime) -> tuple[Person, bool]:
    """The person who wrote, remembered; True when they could not be reached before.

    The platform is asked for names and addresses as long as we have none: before the person is
    kept, so that a place in a list by address becomes theirs. Skype's gateways are asked once: many
    of them have no answer.
    """
    activity = context.activity
    known = await store.person_behind(tenant_of(activity), channel, activity.from_property.id)
    member = None
    if known is None or (channel is Channel.TEAMS and not known.address):
        try:
            member = await TeamsInfo.get_member(context, activity.from_property.id)
        except Exception as error:  # the SDK raises whatever the platform answered
            log.warning("no word on a person from the platform: %s", type(error).__name__)
    return await store.remember(sighting_of(activity, channel, now, member))


async def lose(activity: Activity, channel: Channel, store: Store) -> None:
    await store.lose(tenant_of(activity), channel, activity.from_property.id, NotReached.UNINSTALLED)

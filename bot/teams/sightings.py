"""Who is speaking, and how to reach them: from an incoming activity to a person in the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from botbuilder.schema import Activity

from bot.teams.send.connector import Connector
from bot.teams.skype import address_in
from bot.zones import zone_of
from cards.kit.addresses import is_this_machine, web_address
from scheduler.ports import NotAnswered
from storage.port.people import People
from storage.records import Channel, Lesson, NotReached, Person, PersonId, Reference, Sighting, TenantId

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(days=1)  #: a timestamp that is farther ahead is nonsense
EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)  #: there were no bots in Teams before
NAME = 200  #: characters of a name that is kept
ELSEWHERE = TenantId("none")  #: the tenant of channels that know none


def tenant_of(activity: Activity) -> TenantId:
    """The directory that an activity comes from."""
    claimed = said_tenant(activity)
    return TenantId(claimed.lower()) if claimed else ELSEWHERE


def said_tenant(activity: Activity) -> str:
    """The directory's id, as the channel says it; "" where it says none."""
    channel_data = activity.channel_data if isinstance(activity.channel_data, dict) else {}
    tenant = channel_data.get("tenant") or {}
    conversation = activity.conversation
    # the SDK looks for "tenantID", which nobody sends
    beside = (getattr(conversation, "additional_properties", None) or {}).get("tenantId")
    tenant_id = (tenant.get("id") if isinstance(tenant, dict) else None) or getattr(conversation, "tenant_id", None)
    return str(tenant_id or beside or "")


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
    url = web_address(service_url)
    return url is not None and (is_this_machine(url.host or "") or not loopback_only)


def is_personal(activity: Activity) -> bool:
    conversation = activity.conversation
    if conversation is None or conversation.is_group:
        return False
    return conversation.conversation_type in (None, "", "personal")


def told_at(activity: Activity, now: datetime) -> datetime:
    """When it happened, as the platform says it; ``now`` where it says nothing, or something impossible."""
    told = activity.timestamp
    if not isinstance(told, datetime) or told.tzinfo is None or told > now + CLOCKS_DIFFER:
        return now
    return max(told.astimezone(UTC), EARLIEST)


def reference_of(activity: Activity) -> Reference:
    """Where a reply to this activity goes, whether its sender is known or not."""
    return Reference(
        person=PersonId(0),
        channel=channel_of(activity) or Channel.TEAMS,
        service_url=activity.service_url or "",
        conversation=activity.conversation.id,
        bot=(activity.recipient.id if activity.recipient else None) or "",
        user=activity.from_property.id,
        tenant=tenant_of(activity),
    )


def sighting_of(activity: Activity, channel: Channel, now: datetime, member: Mapping[str, Any]) -> Sighting:
    """What an activity, and the platform's word on its sender, tell about a person."""
    sender = activity.from_property
    addresses = [_text(member, "userPrincipalName"), _text(member, "email")]
    if channel.traits.address_in_id:
        addresses.append(address_in(sender.id))
    return Sighting(
        tenant=tenant_of(activity),
        channel=channel,
        service_url=activity.service_url or "",
        conversation=activity.conversation.id,
        bot=(activity.recipient.id if activity.recipient else None) or "",
        user=sender.id,
        at=now,
        directory_id=(sender.aad_object_id or _text(member, "aadObjectId") or _text(member, "objectId")).lower(),
        addresses=tuple(dict.fromkeys(address.lower() for address in addresses if address)),
        given_name=_text(member, "givenName")[:NAME],
        surname=_text(member, "surname")[:NAME],
        name=(_text(member, "name") or str(sender.name or ""))[:NAME],
        locale=activity.locale or _client_info(activity).get("locale") or "",
        zone=_zone(activity),
        guest=_is_guest(member),
    )


def _text(member: Mapping[str, Any], field: str) -> str:
    """What the platform says of a person; "" where it says nothing, or no text."""
    value = member.get(field)
    return value if isinstance(value, str) else ""


def _is_guest(member: Mapping[str, Any]) -> bool | None:
    """Whether the platform calls somebody a guest of the organisation; None where it does not say."""
    role = _text(member, "userRole").lower()
    if role:
        return role == "guest"
    return True if "#ext#" in _text(member, "userPrincipalName").lower() else None


def _client_info(activity: Activity) -> dict[str, Any]:
    for entity in activity.entities or []:
        if getattr(entity, "type", None) == "clientInfo":
            return getattr(entity, "additional_properties", None) or {}
    return {}


def _zone(activity: Activity) -> str:
    """Where the sender's clock stands, as their client says it; "" where it says none, or one that nobody knows."""
    return zone_of(getattr(activity, "local_timezone", None)) or zone_of(_client_info(activity).get("timezone"))


def client_of(activity: Activity) -> str:
    """Where somebody speaks from, as far as it is told: "msteams Windows"."""
    platform = _client_info(activity).get("platform")
    return f"{activity.channel_id} {platform}"[:60] if isinstance(platform, str) else str(activity.channel_id)[:60]


async def capture(
    activity: Activity, channel: Channel, store: People, connector: Connector, now: datetime
) -> tuple[Person, bool]:
    """The person who wrote, remembered; True when they could not be reached before.

    The platform is asked for names and addresses as long as we have none: before the person is
    kept, so that a place in a list by address becomes theirs. Skype's gateways are asked once: many
    of them have no answer.
    """
    known = await store.person_behind(tenant_of(activity), channel, activity.from_property.id)
    member: Mapping[str, Any] = {}
    if known is None or (channel.traits.tells_members and not known.address):
        member = await _member(activity, connector)
    return await store.remember(sighting_of(activity, channel, now, member))


async def _member(activity: Activity, connector: Connector) -> Mapping[str, Any]:
    """What the platform knows of the sender (a conversation member's JSON); empty where it does not say."""
    chat, user = (quote(id, safe="") for id in (activity.conversation.id, activity.from_property.id))
    try:
        status, body, _ = await connector.get(activity.service_url, f"conversations/{chat}/members/{user}")
        member = orjson.loads(body) if status == HTTPStatus.OK else None
        if isinstance(member, dict):
            return member
        log.warning("no word on a person from the platform: status=%d", status)
    except (NotAnswered, orjson.JSONDecodeError) as error:
        log.warning("no word on a person from the platform: %s", type(error).__name__)
    return {}


async def lose(activity: Activity, channel: Channel, store: People) -> None:
    await store.lose(tenant_of(activity), channel, activity.from_property.id, NotReached.UNINSTALLED)


async def works_after_all(person: Person, channel: Channel, store: People, now: datetime) -> None:
    """A read receipt or a reaction shows that the chat works, whatever an answer of the platform has said before."""
    reference = await store.reference(person.id, channel)
    if reference is not None and reference.failed is not None:
        await store.learn(person.id, channel, Lesson(at=now))

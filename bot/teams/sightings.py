"""From an incoming activity to a person in the store, and how to reach them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botbuilder.schema import Activity

from bot.teams.members import NAME, Members, is_guest, text_of
from bot.teams.skype import address_in
from bot.zones import zone_of
from cards.kit.addresses import is_this_machine, web_address
from scheduler.ports import NotAnswered
from storage.port.people import People
from storage.records import Channel, Lesson, NotReached, Person, PersonId, Reference, Sighting, TenantId

CLOCKS_DIFFER = timedelta(days=1)  #: a timestamp that is farther ahead is nonsense
EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)  #: there were no bots in Teams before
#: how ids of group chats, meetings, channels and threads end (Teams documentation, seen in its activities)
OF_MANY = ("@thread.v2", "@thread.tacv2", "@thread.skype", "@unq.gbl.spaces")
READ_AGAIN = timedelta(days=7)  #: after which a person's names and addresses are read again when they do something
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
    """Whether it comes from somebody's chat with the bot. A thread or a meeting is none, whatever it calls itself."""
    conversation = activity.conversation
    if conversation is None or conversation.is_group:
        return False
    if str(conversation.id).partition(";")[0].lower().endswith(OF_MANY):
        return False
    return conversation.conversation_type in (None, "", "personal")


def told_at(activity: Activity, now: datetime) -> datetime:
    """When it happened, as the platform says it; ``now`` where it says nothing, or something impossible."""
    timestamp = activity.timestamp
    if not isinstance(timestamp, datetime) or timestamp.tzinfo is None or timestamp > now + CLOCKS_DIFFER:
        return now
    return max(timestamp.astimezone(UTC), EARLIEST)


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


def sighting_of(
    activity: Activity, channel: Channel, now: datetime, member: Mapping[str, Any], *, installs: bool = False
) -> Sighting:
    """What an activity, and the platform's word on its sender, tell about a person."""
    sender = activity.from_property
    addresses = [text_of(member, "userPrincipalName"), text_of(member, "email")]
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
        directory_id=(sender.aad_object_id or text_of(member, "aadObjectId") or text_of(member, "objectId")).lower(),
        addresses=tuple(dict.fromkeys(address.lower() for address in addresses if address)),
        given_name=text_of(member, "givenName")[:NAME],
        surname=text_of(member, "surname")[:NAME],
        name=(text_of(member, "name") or str(sender.name or ""))[:NAME],
        locale=activity.locale or _client_info(activity).get("locale") or "",
        zone=_zone(activity),
        guest=is_guest(member),
        told_at=told_at(activity, now),
        installs=installs,
    )


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
    activity: Activity, channel: Channel, store: People, members: Members, now: datetime, *, installs: bool = False
) -> tuple[Person, bool]:
    """The person who wrote, remembered; True when they could not be reached before.

    The platform is asked for names and addresses at an install and as long as we have none: before the person is
    kept, so that a place in a list by address becomes theirs. Where it does not answer, and a week after it did, they
    are looked up behind (scheduler/people/look_ups.py). Skype's gateways are asked once: many of them have no answer.
    """
    known = await store.person_behind(tenant_of(activity), channel, activity.from_property.id)
    member: Mapping[str, Any] = {}
    if known is None or (channel.traits.tells_members and (installs or not known.address)):
        with contextlib.suppress(NotAnswered):
            member = await members.member(reference_of(activity))
    elif channel.traits.tells_members and known.address and not _is_fresh(known, now):
        await store.look_up(known.id, now)
    return await store.remember(sighting_of(activity, channel, now, member, installs=installs))


def _is_fresh(person: Person, now: datetime) -> bool:
    return person.named_at is not None and now - person.named_at < READ_AGAIN


async def lose(activity: Activity, channel: Channel, store: People, now: datetime) -> None:
    """The platform says that somebody has removed the bot."""
    user, instant = activity.from_property.id, told_at(activity, now)
    await store.lose(tenant_of(activity), channel, user, NotReached.UNINSTALLED, instant)


async def works_after_all(person: Person, channel: Channel, store: People, now: datetime) -> None:
    """A read receipt or a reaction shows that the chat works, whatever an answer of the platform has said before."""
    reference = await store.reference(person.id, channel)
    if reference is not None and reference.failed is not None:
        await store.learn(person.id, channel, Lesson(at=now))

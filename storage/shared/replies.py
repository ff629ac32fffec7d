"""What recipients wrote back, until it is in the author's chat: a document for each campaign, and one that names them.

A reply is kept before it is answered, and goes once the author has it. The activity that brought it is kept with it:
repeated after a crash, it is the same reply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.port.operations import Documents
from storage.records import CampaignId, PersonId, StaleVersion
from storage.shared.json import from_json, to_json

SOON = timedelta(minutes=1)  #: after the first reply: others may follow
EVERY = timedelta(minutes=5)  #: between two cards about one campaign, at the least
KEPT = 100  #: replies of one campaign that wait for a card
LONGEST = 500  #: characters of a reply
WAITING = "replying"  #: the numbers of the campaigns with replies that wait, or that were told of lately
TRIES = 50  #: where many reply in the same moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    person: PersonId
    at: datetime
    words: str
    #: the activity that brought it
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The replies to one campaign that its author has not seen."""

    campaign: CampaignId
    replies: tuple[Reply, ...] = ()
    #: how many more there were than are kept
    more: int = 0
    #: of the next card
    number: int = 1
    posted_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When they are brought; None where there are none."""
        if not self.replies:
            return None
        soon = self.replies[0].at + SOON
        return max(soon, self.posted_at + EVERY) if self.posted_at else soon


async def keep_reply(store: Documents, id: CampaignId, reply: Reply) -> None:
    def added(gathered: Gathered) -> Gathered:
        if any(one.cause == reply.cause for one in gathered.replies):
            return gathered
        if len(gathered.replies) >= KEPT:
            return replace(gathered, more=gathered.more + 1)
        return replace(gathered, replies=(*gathered.replies, replace(reply, words=reply.words[:LONGEST])))

    await _name(store, lambda ids: ids | {id})  # before it is kept: what nobody names is never brought
    await _change(store, id, added)


async def with_replies(store: Documents) -> list[CampaignId]:
    document = (await store.read_documents([WAITING])).get(WAITING)
    return sorted(from_json(frozenset[CampaignId], document[1])) if document else []


async def gathered_of(store: Documents, id: CampaignId) -> Gathered:
    document = (await store.read_documents([_key(id)])).get(_key(id))
    return from_json(Gathered, document[1]) if document else Gathered(campaign=id)


async def brought(store: Documents, gathered: Gathered, shown: int, at: datetime) -> None:
    """The first so many of them are in the author's chat; what has come meanwhile stays."""
    causes = {one.cause for one in gathered.replies[:shown]}

    def without(now: Gathered) -> Gathered:
        left = tuple(one for one in now.replies if one.cause not in causes)
        more = now.more - gathered.more if not left else now.more
        return replace(now, replies=left, more=max(0, more), number=gathered.number + 1, posted_at=at)

    await _change(store, gathered.campaign, without)
    await store.delete_documents([posting_key(gathered)])


async def forget_replies(store: Documents, gathered: Gathered) -> None:
    """Nothing waits, and the next reply is a first one. Its name goes last."""
    await store.delete_documents([_key(gathered.campaign), posting_key(gathered)])
    await _name(store, lambda ids: ids - {gathered.campaign})
    if (await gathered_of(store, gathered.campaign)).replies:  # one came in between
        await _name(store, lambda ids: ids | {gathered.campaign})


def posting_key(gathered: Gathered) -> str:
    return f"posting/replies/{gathered.campaign}/{gathered.number}"


async def _change(store: Documents, id: CampaignId, change: Callable[[Gathered], Gathered]) -> None:
    key = _key(id)
    for _ in range(TRIES):
        document = (await store.read_documents([key])).get(key)
        before = from_json(Gathered, document[1]) if document else Gathered(campaign=id)
        after = change(before)
        if after == before:
            return
        try:
            await store.write_documents({key: (document[0] if document else "", to_json(after).encode())})
        except StaleVersion:
            continue
        return
    raise StaleVersion(f"too many reply to campaign {id} at once")


async def _name(store: Documents, change: Callable[[frozenset[CampaignId]], frozenset[CampaignId]]) -> None:
    for _ in range(TRIES):
        document = (await store.read_documents([WAITING])).get(WAITING)
        before = from_json(frozenset[CampaignId], document[1]) if document else frozenset[CampaignId]()
        after = change(before)
        if after == before:
            return
        json = str(sorted(after)).encode()
        try:
            await store.write_documents({WAITING: (document[0] if document else "", json)})
        except StaleVersion:
            continue
        return
    raise StaleVersion("too many reply at once")


def _key(id: CampaignId) -> str:
    return f"replies/{id}"

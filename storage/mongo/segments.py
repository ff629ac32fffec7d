"""The people of an audience that holds a segment or a rule: read page by page, and asked one by one.

What a rule asks of a person stands in several collections, which no question here spans. So the people of its lists are
read in pages, with what they did, and the rule itself says for whom it holds (storage/records/segments.py); of all
that, only their numbers stay in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.mongo.engagements import key_of
from storage.mongo.engine import Document, Engine, pages
from storage.mongo.lists import body_of, list_of
from storage.mongo.mapping import has_installed, installed, person_of, works_on
from storage.records import (
    Audience,
    CampaignId,
    CampaignState,
    Channel,
    Columns,
    DeliveryState,
    DistributionList,
    Engaged,
    ListId,
    TenantId,
)
from storage.records.campaigns import ENGAGES_FOR
from storage.records.instants import instant, ms
from storage.records.segments import (
    Act,
    Did,
    Group,
    PersonFacts,
    ReceivedLately,
    campaigns_in,
    conditions_of,
    matches,
    reaches_back_to,
)
from storage.shared.campaign_json import campaign_from_json
from storage.shared.engagement_json import from_text
from storage.shared.segments import Named, campaigns_of, columns_behind, is_sound, lists_behind


def columns_in(row: Document, bodies: Sequence[int]) -> dict[str, str]:
    """What the lists with these bodies say about a person; the first that says something wins."""
    columns: dict[str, str] = {}
    by_list: Document = row.get("columns") or {}
    for body in reversed(bodies):
        columns |= by_list.get(f"l{body}", {})
    return columns


def hidden_in(audience: Audience) -> list[Document]:
    """In which lists that nobody sees the people of an audience stand, and in which they do not."""
    conditions: list[Document] = [{"lists": {"$in": list(audience.among)}}] if audience.among else []
    return [*conditions, {"lists": {"$nin": list(audience.beyond)}}] if audience.beyond else conditions


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose people are asked for, and when."""

    channel: Channel
    now: datetime
    named: Named
    #: list -> the number under which its people stand
    bodies: dict[ListId, int]

    @property
    def tenant(self) -> TenantId:
        return self.named.tenant

    def holds_a_rule(self, audience: Audience) -> bool:
        return audience.only is not None or any(one.segment is not None for one in self.named.lists.values())

    def of(self, lists: Iterable[ListId]) -> list[int]:
        """The numbers under which the people of these lists stand, in their order."""
        return [self.bodies[id] for id in lists if id in self.named.lists]

    def saying(self, audience: Audience) -> list[int]:
        """Of those that say something about their people, with those that its segments are of."""
        lists = self.named.lists
        return self.of(id for id in lists_behind(audience.lists, lists) if id in lists and lists[id].columns)

    def condition(self, audience: Audience) -> Document:
        """What the people of an audience have in common, guests or not; its segments and its rule aside."""
        hidden = hidden_in(audience)
        return {"$and": [self._of_lists(audience), *hidden]} if hidden else self._of_lists(audience)

    def _of_lists(self, audience: Audience) -> Document:
        everyone: Document = {"tenant": self.tenant} | installed(self.channel)
        of_lists: Document = {"$in": self.of(self.by_hand(audience.lists))}
        if without := self.by_hand(audience.except_lists):
            of_others: Document = {"$nin": self.of(without)}
            if not audience.lists:
                return everyone | {"lists": of_others} if audience.everyone else {"lists": {"$in": []}}
            if not audience.everyone:
                return {"lists": of_lists | of_others}
            return {"$or": [everyone, {"lists": of_lists}], "lists": of_others}
        if audience.everyone and audience.lists:
            return {"$or": [everyone, {"lists": of_lists}]}
        return everyone if audience.everyone else {"lists": of_lists}

    def by_hand(self, lists: Iterable[ListId]) -> list[ListId]:
        """Those of them that are no segments."""
        return [id for id in lists if (one := self.named.lists.get(id)) is None or one.segment is None]

    def segments(self, lists: Iterable[ListId]) -> list[Audience]:
        known = (self.named.lists.get(id) for id in lists)
        return [one.segment for one in known if one is not None and one.segment is not None]


class MongoSegments(Engine):
    async def known_lists(self, lists: Iterable[ListId]) -> tuple[dict[ListId, DistributionList], dict[ListId, int]]:
        """(These lists and those that they are made of, as far as they are there; the bodies of all of them.)"""
        known: dict[ListId, DistributionList] = {}
        bodies: dict[ListId, int] = {}
        waiting = set(lists)
        while waiting:
            rows = await self.by_id("lists", sorted(waiting))
            bodies |= {ListId(id): body_of(row) for id, row in rows.items()}
            read = [list_of(row) for row in rows.values()]
            known |= {one.id: one for one in read}
            waiting = {id for one in read if one.segment for id in one.segment.named if id not in known}
        return known, bodies

    async def asked(self, tenant: TenantId, audience: Audience, channel: Channel) -> Asked:
        known, bodies = await self.known_lists(audience.named)
        lists = {id: one for id, one in known.items() if one.tenant == tenant}
        named = campaigns_of([audience, *(one.segment for one in lists.values())])
        rows = await self.by_id("campaigns", sorted(named), ["tenant", "state", "record"]) if named else {}
        campaigns = {
            CampaignId(id): campaign_from_json(row["record"])
            for id, row in rows.items()
            if row["tenant"] == tenant and row["state"] in list(CampaignState)
        }
        return Asked(channel, self.now(), Named(tenant, lists, campaigns), bodies)

    async def people_in(self, asked: Asked, audience: Audience) -> Sequence[int]:
        """The PersonIds of an audience, each once, guests or not; a compact array."""
        segments, left_out = asked.segments(audience.lists), asked.segments(audience.except_lists)
        if not all(is_sound(one, asked.named) for one in left_out):
            return array("q")  # nobody is written to who may have to be left out
        if audience.only is not None and not is_sound(audience, asked.named):
            return array("q")
        people = await self.numbers("people", asked.condition(audience), "_id")
        if segments or left_out:
            people = await self._with_segments(asked, audience, people)
        if audience.only is None:
            return people
        holding = array("q")
        for page in pages(people):
            holding.extend(await self._holding(asked, audience, audience.only, page))
        return holding

    async def _with_segments(self, asked: Asked, audience: Audience, people: Sequence[int]) -> Sequence[int]:
        """The people of an audience's lists, with those of its segments, and without those that it leaves out."""
        all_of_it, without = set(people), set[int]()
        for segment in asked.segments(audience.lists):
            if is_sound(segment, asked.named):
                all_of_it.update(await self.people_in(asked, segment))
        for segment in asked.segments(audience.except_lists):
            without.update(await self.people_in(asked, segment))
        by_hand = Audience(lists=tuple(asked.by_hand(audience.except_lists)))
        without.update(await self.numbers("people", asked.condition(by_hand), "_id"))
        if audience.among:
            all_of_it &= set(await self.numbers("people", {"lists": {"$in": list(audience.among)}}, "_id"))
        if audience.beyond:
            without.update(await self.numbers("people", {"lists": {"$in": list(audience.beyond)}}, "_id"))
        return array("q", sorted(all_of_it - without))

    async def among(self, asked: Asked, audience: Audience, page: Sequence[int]) -> set[int]:
        """Those of a page of people who are of an audience, guests or not."""
        segments, left_out = asked.segments(audience.lists), asked.segments(audience.except_lists)
        sound = all(is_sound(one, asked.named) for one in left_out)
        if not sound or (audience.only is not None and not is_sound(audience, asked.named)):
            return set()
        rows = await self.by_id("people", list(page), ["references", "lists"])
        lists, others = {*asked.of(asked.by_hand(audience.lists))}, {*asked.of(asked.by_hand(audience.except_lists))}
        people = {
            id
            for id, row in rows.items()
            if lists & {*row.get("lists", ())} or (audience.everyone and has_installed(row, asked.channel))
        }
        for segment in segments:
            if is_sound(segment, asked.named):
                people |= await self.among(asked, segment, page)
        people -= {id for id, row in rows.items() if others & {*row.get("lists", ())}}
        for segment in left_out:
            people -= await self.among(asked, segment, page)
        return people if audience.only is None else {*await self._holding(asked, audience, audience.only, [*people])}

    async def each(self, asked: Asked, audience: Audience, fields: Sequence[str]) -> AsyncIterator[list[Document]]:
        """The documents of an audience's people, without guests that it does not want, page by page."""
        for page in pages(await self.people_in(asked, audience)):
            rows = await self.by_id("people", list(page), [*fields, "guest"])
            yield [row for row in rows.values() if audience.guests or not row.get("guest", False)]

    async def _holding(self, asked: Asked, audience: Audience, rule: Group, page: Sequence[int]) -> list[int]:
        """Those of a page of people for whom the rule holds."""
        rows = await self.by_id("people", list(page))
        did = await self._did(rule, page)
        received = await self._received(asked, rule, page)
        bodies, declared = asked.saying(audience), set(columns_behind(audience.lists, asked.named))
        holding = []
        for id in page:
            if (row := rows.get(id)) is None:
                continue
            columns: Columns = {name: text for name, text in columns_in(row, bodies).items() if name in declared}
            facts = PersonFacts(
                person=person_of(row),
                channels=frozenset(channel for channel in Channel if works_on(row, channel)),
                installed_at=_installed_at(row, asked.channel),
                columns=columns,
                received=received.get(id, {}),
                did=did.get(id, {}),
            )
            if matches(rule, facts, asked.now):
                holding.append(id)
        return holding

    async def _did(self, rule: Group, page: Sequence[int]) -> dict[int, dict[CampaignId, Engaged]]:
        did: dict[int, dict[CampaignId, Engaged]] = {}
        for campaign in campaigns_in(rule):
            rows = await self.by_id("engagements", [key_of(campaign, id) for id in page], ["who", "record"])
            for row in rows.values():
                did.setdefault(row["who"], {})[campaign] = from_text(row["record"])
        return did

    async def _received(self, asked: Asked, rule: Group, page: Sequence[int]) -> dict[int, dict[CampaignId, datetime]]:
        conditions = [condition for _, condition in conditions_of(rule)]
        campaigns = {one.campaign for one in conditions if isinstance(one, Did) and one.act is Act.RECEIVED}
        spans = [reaches_back_to(one, asked.now) for one in conditions if isinstance(one, ReceivedLately)]
        if spans:
            campaigns |= await self._sent_since(asked.tenant, min(spans))
        received: dict[int, dict[CampaignId, datetime]] = {}
        for campaign in campaigns:
            theirs = {"campaign": campaign, "person": {"$in": list(page)}}
            for row in await self.rows("deliveries", theirs, ["person", "state", "settled_at"]):
                if row["state"] == DeliveryState.DELIVERED:
                    received.setdefault(row["person"], {})[campaign] = instant(row["settled_at"])
        return received

    async def _sent_since(self, tenant: TenantId, since: datetime) -> set[CampaignId]:
        """Of those of which it is told who received them (Campaign.tells_names)."""
        late = {"tenant": tenant, "closes_at": {"$gte": max(1, ms(since + ENGAGES_FOR))}}
        rows = await self.rows("campaigns", late, ["state", "anonymous"])
        return {CampaignId(row["_id"]) for row in rows if row["state"] == "done" or not row.get("anonymous")}


def _installed_at(row: Document, channel: Channel) -> datetime | None:
    if not has_installed(row, channel):
        return None
    at = row["references"][channel].get("installed_at")
    return instant(at) if at is not None else None

"""The people of an audience: one condition on people, which counts each once by itself.

Where a segment or a rule is in it, they are asked one by one: segments.py.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from storage.mongo.engine import PAGE, Document, Sort, pages
from storage.mongo.identities import address_key
from storage.mongo.mapping import has_installed, person_of, reference_of, why_not, works_on
from storage.mongo.mapping import reachable as reached_on
from storage.mongo.segments import Asked, MongoSegments, columns_in
from storage.records import (
    DIRECTORY_FACTS,
    Audience,
    Channel,
    Columns,
    ListId,
    Member,
    NotReached,
    Profile,
    Reach,
    TenantId,
)
from storage.records.segments import KnownValue, folded
from storage.shared.bits import bits_of
from storage.shared.profiles import by_profile, language_code
from storage.shared.segments import is_sound, lists_behind, tells_segments_apart

NO_GUESTS: Document = {"guest": {"$ne": True}}
BY_NAME: Sort = [("order", 1)]
BY_ID: Sort = [("_id", 1)]
#: what a broken reference may say
BROKEN = [str(reason) for reason in NotReached if reason is not NotReached.NEVER_INSTALLED]

PROFILED = (
    "department",
    "country",
    "city",
    "language",
    "locale",
    "lists",
    "columns",
)  #: what is known of people, for a report


class MongoAudiences(MongoSegments):
    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        asked = await self.asked(tenant, audience, channel)
        if asked.holds_a_rule(audience):
            return await self._reach_one_by_one(asked, audience)
        people, everybody = self.collection("people"), asked.condition(audience)
        known: Document = {} if audience.guests else NO_GUESTS
        total = await people.count_documents(everybody | known)
        only_reachable = audience.everyone and not audience.lists
        reached = total if only_reachable else await people.count_documents(everybody | known | reached_on(channel))
        guests = 0 if audience.guests else await people.count_documents(everybody | {"guest": True})
        return Reach(total=total, reachable=reached, guests=guests)

    async def _reach_one_by_one(self, asked: Asked, audience: Audience) -> Reach:
        total = reached = guests = 0
        async for page in self.each(asked, replace(audience, guests=True), ["references"]):
            for row in page:
                if row.get("guest", False) and not audience.guests:
                    guests += 1
                    continue
                total += 1
                reached += works_on(row, asked.channel)
        return Reach(total=total, reachable=reached, guests=guests)

    async def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        asked = await self.asked(tenant, audience, channel)
        if asked.holds_a_rule(audience):
            reasons = Counter[NotReached]()
            async for page in self.each(asked, audience, ["references"]):
                reasons.update(why for row in page if (why := why_not(row, channel)))
            return dict(reasons)
        people, condition = self.collection("people"), _without_guests(asked, audience)
        counts: dict[NotReached, int] = {}
        left = await people.count_documents(condition) - await people.count_documents(condition | reached_on(channel))
        for reason in BROKEN:
            if left and (count := await people.count_documents(condition | {f"references.{channel}.broken": reason})):
                counts[NotReached(reason)] = count
                left -= count
        return counts | ({NotReached.NEVER_INSTALLED: left} if left > 0 else {})

    async def members(
        self,
        tenant: TenantId,
        audience: Audience,
        channel: Channel,
        limit: int,
        offset: int = 0,
        *,
        search: str = "",
        reachable: bool | None = None,
        by_name: bool = True,
    ) -> list[Member]:
        order = BY_NAME if by_name else BY_ID
        asked, also = await self.asked(tenant, audience, channel), list[Document]()
        for word in search.split():
            there = {"$regex": re.escape(word), "$options": "i"}
            also.append({"$or": [{field: there} for field in ("surname", "given_name", "name", "address")]})
        if reachable is not None:
            also.append({f"references.{channel}.broken": "" if reachable else {"$ne": ""}})
        if asked.holds_a_rule(audience):
            rows = await self._page_one_by_one(asked, audience, also, order, limit, offset)
        else:
            condition = _without_guests(asked, audience)
            condition = {"$and": [condition, *also]} if also else condition
            rows = await self.rows("people", condition, sort=order, limit=limit, skip=offset)
        bodies = asked.saying(audience)
        return [
            Member(
                person=person_of(row),
                why=why_not(row, channel),
                installed=has_installed(row, channel),
                failed=doubt.failed if (doubt := reference_of(row, channel)) else None,
                failed_at=doubt.failed_at if doubt else None,
                columns=columns_in(row, bodies),
            )
            for row in rows
        ]

    async def _page_one_by_one(
        self, asked: Asked, audience: Audience, also: Sequence[Document], order: Sort, limit: int, offset: int
    ) -> list[Document]:
        people = await self.people_in(asked, audience)
        known: list[Document] = [] if audience.guests else [NO_GUESTS]
        if len(people) <= PAGE:
            condition = {"$and": [{"_id": {"$in": list(people)}}, *known, *also]}
            return await self.rows("people", condition, sort=order, limit=limit, skip=offset)
        wanted, page, passed = set(people), list[int](), 0
        whole: Document = {"$and": [{"tenant": asked.tenant}, *known, *also]}
        async for some in self.many("people", whole, [], order):  # in the order asked for, as far as is shown
            theirs = [row["_id"] for row in some if row["_id"] in wanted]
            page += theirs[max(0, offset - passed) :]
            passed += len(theirs)
            if len(page) >= limit:
                break
        rows = await self.by_id("people", page[:limit])
        return [rows[id] for id in page[:limit] if id in rows]

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        known, bodies = await self.known_lists(audience.lists)
        lists = lists_behind(audience.lists, known)
        saying = [bodies[id] for id in lists if id in known and known[id].columns]
        rows = await self.by_id("people", list(people), ["columns"])
        by_person = {id: columns_in(row, saying) for id, row in rows.items()}
        return {id: columns for id, columns in by_person.items() if columns}

    async def profiles_of(
        self, tenant: TenantId, audience: Audience, channel: Channel, people: Sequence[int]
    ) -> dict[Profile, list[int]]:
        known_lists, bodies = await self.known_lists(audience.lists)
        asked = await self.asked(tenant, audience, channel)
        behind = lists_behind(audience.lists, known_lists)
        saying = [bodies[id] for id in behind if id in known_lists and known_lists[id].columns]
        places = {bodies[id]: id for id in reversed(audience.lists) if id in bodies}
        groups: dict[Profile, list[int]] = {}
        for page in pages(people):
            known: list[tuple[Profile, list[int]]] = []
            of_segments = await self._of_segments(asked, audience, page)
            lists, columns = dict[int, int](), dict[int, Columns]()
            for row in await self.rows("people", {"_id": {"$in": list(page)}}, PROFILED):
                language = language_code(row.get("language", ""), row.get("locale", ""))
                said_of = {field: row.get(field, "") for field in ("department", "country", "city")}
                known.append((Profile(**said_of, language=language), [row["_id"]]))
                theirs = [places[body] for body in row.get("lists", ()) if body in places]
                theirs += [id for id, some in of_segments.items() if row["_id"] in some]
                if theirs:
                    lists[row["_id"]] = min(theirs, key=audience.lists.index)
                if said := columns_in(row, saying):
                    columns[row["_id"]] = said
            for profile, some in by_profile(known, lists, columns).items():
                groups.setdefault(profile, []).extend(some)
        return groups

    async def _of_segments(self, asked: Asked, audience: Audience, page: Sequence[int]) -> dict[ListId, set[int]]:
        """The segments of an audience that is more than one, with those of these people who are in them."""
        known = {id: asked.named.lists[id] for id in audience.lists if id in asked.named.lists}
        return {
            id: await self.among(asked, one.segment, page)
            for id, one in known.items()
            if one.segment is not None and tells_segments_apart(audience) and is_sound(one.segment, asked.named)
        }

    async def known_values(self, tenant: TenantId, lists: Sequence[ListId], wanted: Collection[str]) -> set[KnownValue]:
        texts = {folded(text) for text in wanted}
        known: set[KnownValue] = set()
        for fact in DIRECTORY_FACTS:
            written = await self.collection("people").distinct(fact, {"tenant": tenant, fact: {"$gt": ""}})
            known |= {KnownValue(list=0, name=fact, value=value) for value in written if folded(value) in texts}
        _, bodies = await self.known_lists(lists)
        for id, body in bodies.items():
            if id not in lists:
                continue
            async for page in self.many("people", {"lists": {"$in": [body]}}, ["columns"]):
                said = {pair for row in page for pair in columns_in(row, [body]).items()}
                known |= {KnownValue(list=id, name=name, value=value) for name, value in said if folded(value) in texts}
        return known

    async def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        asked = await self.asked(tenant, audience, channel)
        if asked.holds_a_rule(audience):
            zones = Counter[str]()
            async for page in self.each(asked, audience, ["references", "zone"]):
                zones.update(row["zone"] for row in page if works_on(row, channel))
            return dict(zones)
        condition = _without_guests(asked, audience) | reached_on(channel)
        pipeline: list[Document] = [{"$match": condition}, {"$group": {"_id": "$zone", "count": {"$sum": 1}}}]
        return {row["_id"]: row["count"] for row in await self.collection("people").aggregate(pipeline).to_list(None)}

    async def by_zone(self, people: Sequence[int]) -> dict[str, Sequence[int]]:
        zones: dict[str, array[int]] = {}
        for page in pages(people):
            for row in await self.rows("people", {"_id": {"$in": list(page)}}, ["zone"]):
                zones.setdefault(row["zone"], array("q")).append(row["_id"])
        return dict(zones)

    async def reach_at(self, tenant: TenantId, addresses: Sequence[str], channel: Channel) -> Reach:
        identities = await self.by_id("identities", [address_key(tenant, address) for address in addresses])
        people = await self.by_id("people", list({row["person"] for row in identities.values()}), ["references"])
        return Reach(total=len(people), reachable=sum(works_on(row, channel) for row in people.values()))

    async def people_bits(self, tenant: TenantId, channel: Channel, audiences: Sequence[Audience]) -> list[int]:
        by_audience: dict[Audience, int] = {}
        for audience in audiences:
            if audience not in by_audience:
                reached, _ = await self.recipients(tenant, audience, channel)
                by_audience[audience] = bits_of(reached)
        return [by_audience[audience] for audience in audiences]

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        asked = await self.asked(tenant, audience, channel)
        if asked.holds_a_rule(audience):
            return await self._recipients_one_by_one(asked, audience)
        condition = _without_guests(asked, audience)
        reached = await self.numbers("people", condition | reached_on(channel), "_id")
        if audience.everyone and not audience.lists:
            return reached, array("q")
        people, known = await self.numbers("people", condition, "_id"), set(reached)
        return reached, array("q", (person for person in people if person not in known))

    async def _recipients_one_by_one(self, asked: Asked, audience: Audience) -> tuple[Sequence[int], Sequence[int]]:
        reached, others = array("q"), array("q")
        async for page in self.each(asked, audience, ["references"]):
            for row in page:
                (reached if works_on(row, asked.channel) else others).append(row["_id"])
        return reached, others


def _without_guests(asked: Asked, audience: Audience) -> Document:
    condition = asked.condition(audience)
    return condition if audience.guests else condition | NO_GUESTS

"""What is kept of a person, and its erasure: their number stays, so that figures do; nothing else does.

Both walk the inventory (storage/shared/inventory.py). The identities go last: until then the next call finds the
person, and does it all again.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

import orjson

from storage.mongo.campaigns import MongoCampaigns
from storage.mongo.documents import MongoDocuments
from storage.mongo.engine import Document
from storage.mongo.identities import address_key
from storage.mongo.lists import MongoLists
from storage.mongo.mapping import blank
from storage.mongo.people import MongoPeople
from storage.mongo.roles import MongoRoles
from storage.records import (
    AuditEntry,
    CampaignState,
    CannotErase,
    Deed,
    DeliveryState,
    ListId,
    ListInUse,
    PersonId,
    StaleVersion,
    Subject,
    Template,
    TenantId,
)
from storage.records.campaign_life import next_version
from storage.shared.erasure import (
    entry_without,
    full_names,
    is_looked_into,
    names_them,
    only,
    pages_of,
    pastes,
    without,
    without_pasted,
)
from storage.shared.inventory import ERASURES, PLACES, Place, Rows, people_in, personal, shown
from storage.shared.json import from_json, to_json
from storage.shared.segments import unneeded

_LAST = "identities"  #: they lead to the person
_BLANKED = "people"  #: whose rows are blanked whole, and last but one
#: rows of theirs that nobody else has seen go by ways of their own
_OWN_WAYS = {_LAST, _BLANKED, "lists", "blank_lists", "campaigns", "templates"}


class MongoErasure(MongoRoles, MongoCampaigns, MongoDocuments, MongoLists, MongoPeople):
    async def _people_at(self, address: str) -> tuple[list[Document], list[Document]]:
        """The people of an address in any organisation, and what leads to them."""
        wanted = address.lower()
        if not wanted:  # as many have none
            return [], []
        tenants = await self.collection("people").distinct("tenant")
        led = await self.by_id("identities", [address_key(tenant, wanted) for tenant in tenants])
        ids = {row["person"] for row in led.values()}
        identities = await self.rows("identities", {"person": {"$in": list(ids)}})
        known = {row["_id"] for row in identities} | {address_key(tenant, wanted) for tenant in tenants}
        texts = {key.rpartition(" ")[2] for key in known if key.startswith("address ")}
        named = await self.rows("people", {"address": {"$in": list(texts)}}, ["tenant", "address"])
        # another organisation's person of another of their addresses is somebody else
        ids |= {row["_id"] for row in named if address_key(row["tenant"], row["address"]) in known}
        people = await self.by_id("people", list(ids))
        return list(people.values()), identities

    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        people, identities = await self._people_at(address)
        return [await self._kept(row, _names(address, [row], identities)) for row in people]

    async def _kept(self, person: Document, names: set[str]) -> dict[str, Any]:
        id: int = person["_id"]
        kept: dict[str, Any] = {}
        for place in PLACES:
            if place.collection and place.person_field:
                kept[place.name] = await self.rows(place.collection, {place.person_field: id})
            if place.collection and place.record:
                kept[place.name] = [row async for row in self._records(place, id)]
        role = await self.role(PersonId(id))
        kept["role"] = [{"role": role}] if role else []
        kept["document"] = [
            {"key": key, "json": only(key, json, names, {id})} for key, json in await self._documents_of({id}, names)
        ]
        kept["pasted"] = [
            {"campaign": one.id, "author": one.author} for one in await self._where({}) if pastes(one.forms, names)
        ]
        return {name: [shown(row) for row in rows] for name, rows in kept.items() if rows}

    async def _records(self, place: Place, person: int) -> Any:
        async for page in self.many(place.collection, {}, [name for name in place.fields if name != "_id"]):
            for row in page:
                if person in people_in(place, orjson.loads(row["record"])):
                    yield row

    async def erase(self, address: str, *, deed: Deed) -> list[tuple[TenantId, PersonId]]:
        await self.collect_deeds()
        people, identities = await self._people_at(address)
        ids = [row["_id"] for row in people]
        names = _names(address, people, identities)
        await self._refuse(people, ids)
        await self._forget_documents(set(ids), names)
        for row in people:
            for known in await self.rows("lists", {"tenant": row["tenant"]}):
                await self.take_out(known, [row["_id"]])
            if await self.collection("roles").find_one({"_id": row["tenant"]}) is not None:
                await self.set_role(row["tenant"], PersonId(row["_id"]), None)
        await self._forget_pasted(names)
        await self._forget_drafts(ids)
        await self.collection("templates").delete_many({"owner": {"$in": ids}, "shared": False})
        await self._forget_lists(ids)
        for place in _others():
            await self._forget_rows(place, ids)
        await self._forget_manager(people)
        await self._clean_audit({row["tenant"] for row in people}, names | _called(people))
        for row in people:
            await self._blank_noted(row, deed)
        # files that were made before this say what has gone
        await self.write_documents({ERASURES: (None, orjson.dumps(secrets.token_hex(8)))})
        await self.collection(_LAST).delete_many({"person": {"$in": ids}})
        return [(row["tenant"], row["_id"]) for row in people]

    async def _forget_manager(self, people: Sequence[Document]) -> None:
        """Whose manager they were is said of nobody any more; another of the same name is read again."""
        for row in people:
            names = [name for name in (row["name"], f"{row['given_name']} {row['surname']}") if name.strip()]
            led = await self.rows("people", {"tenant": row["tenant"], "manager": {"$in": names}}, [])
            theirs: Document = {"_id": {"$in": [one["_id"] for one in led]}}
            await self.collection("people").update_many(theirs, {"$set": {"manager": ""}})

    async def _clean_audit(self, tenants: Set[str], names: set[str]) -> None:
        """Their names stand in it no more: the one change of what is there that is ever made."""
        async for page in self.many("audit", {"tenant": {"$in": sorted(tenants)}}, ["record"]):
            for row in page:
                entry = from_json(AuditEntry, row["record"])
                if (cleaned := entry_without(entry, names)) != entry:
                    await self.collection("audit").update_one(
                        {"_id": row["_id"]}, {"$set": {"record": to_json(cleaned)}}
                    )

    async def _blank_noted(self, person: Document, deed: Deed) -> None:
        """Once, however often it is begun: the deed's number stays in the person's document."""
        id, tenant = person["_id"], person["tenant"]
        owed = await self.owe(deed.to(tenant, Subject.PERSON, id))
        where: Document = {"_id": id, "erased": {"$exists": False}}
        await self.collection(_BLANKED).update_one(where, {"$set": {"erased": max(owed.rows)} | owed.in_update})
        await self.bring_in(_BLANKED, id)
        row = await self.collection(_BLANKED).find_one({"_id": id}, {"erased": 1})
        await self.collection(_BLANKED).replace_one(
            {"_id": id}, blank(id, tenant) | {"erased": (row or {}).get("erased")}
        )

    async def _refuse(self, people: list[Document], ids: list[int]) -> None:
        condition: Document = {"person": {"$in": ids}, "state": {"$lt": int(DeliveryState.DELIVERED)}}
        if rows := await self.rows("deliveries", condition, ["campaign"]):
            raise CannotErase("receives", sorted({row["campaign"] for row in rows}))
        condition = {"author": {"$in": ids}, "state": {"$in": ["submitted", "scheduled", "running"]}}
        if rows := await self.rows("campaigns", condition, []):
            raise CannotErase("sends", sorted(row["_id"] for row in rows))
        for row in people:
            roles = await self.collection("roles").find_one({"_id": row["tenant"]})
            if roles and roles["owners"] and set(roles["owners"]) <= set(ids):
                raise CannotErase("owns", [])

    async def _forget_rows(self, place: Place, ids: Sequence[int]) -> None:
        rows, theirs = self.collection(place.collection), {place.person_field: {"$in": list(ids)}}
        if place.rows is Rows.GO:
            await rows.delete_many(theirs)
        elif place.rows is Rows.ALL_GO:
            await rows.delete_many({})
        elif place.rows is Rows.BLANKED:
            await rows.update_many(theirs, {"$unset": dict.fromkeys(personal(place.fields), "")})

    async def _forget_drafts(self, ids: Sequence[int]) -> None:
        for draft in await self._where({"author": {"$in": list(ids)}, "state": str(CampaignState.DRAFT)}):
            if draft.shared_with:
                continue
            try:
                await self.let_go(draft)
            except StaleVersion:  # somebody has just changed it, and has seen it
                continue

    async def _forget_lists(self, ids: Sequence[int]) -> None:
        """Those of theirs that nobody else has seen, filled or still blank."""
        theirs: Document = {"owner": {"$in": list(ids)}}
        waiting = await self.rows("campaigns", {"state": {"$in": ["submitted", "scheduled", "running"]}}, ["lists"])
        used = {list for row in waiting for list in row["lists"]}
        tenants = {row["tenant"] for row in await self.rows("lists", theirs, ["tenant"])}
        for tenant in sorted(tenants):
            unseen: list[int] = [*unneeded(await self.lists(tenant), ids, used)]
            for row in await self.rows("lists", {"_id": {"$in": unseen}}):
                with contextlib.suppress(ListInUse):  # since we looked
                    await self.let_list_go(row)
        for row in await self.rows("blank_lists", theirs, []):
            await self.drop_blank(ListId(row["_id"]))

    async def _forget_pasted(self, names: set[str]) -> None:
        """Their addresses among those that authors have pasted; a draft whose forms change is at its next version."""
        for campaign in await self._where({}):
            while (current := await self.campaign(campaign.id)) and pastes(current.forms, names):
                cleaned = replace(current, forms=without_pasted(current.forms, names))
                if await self.replaced(current, next_version(cleaned) if current.state.changeable else cleaned):
                    break
        for row in await self.rows("templates", {}, ["record"]):
            template = from_json(Template, row["record"])
            if pastes(template.forms, names):
                cleaned_record = to_json(replace(template, forms=without_pasted(template.forms, names)))
                await self.collection("templates").update_one(
                    {"_id": row["_id"], "record": row["record"]}, {"$set": {"record": cleaned_record}}
                )

    async def _documents_of(self, people: set[int], names: set[str]) -> list[tuple[str, bytes]]:
        """Those that say something of them."""
        documents = []
        for row in await self.rows("documents", {}, []):
            key = row["_id"]
            if is_looked_into(key) and (noted := (await self.by_id("documents", [key])).get(key)):
                json = bytes(noted["json"])
                if names_them(key, json, people, names):
                    documents.append((key, json))
        return documents

    async def _forget_documents(self, people: set[int], names: set[str]) -> None:
        for key, json in await self._documents_of(people, names):
            if whole := pages_of(key, json):
                list, pages = whole
                await self.delete_documents(pages)
                await self.drop_blank(ListId(list))
            left = without(key, json, people, names)
            if left is None:
                await self.collection("documents").delete_one({"_id": key})
            else:
                await self.write_documents({key: (None, left)})


def _others() -> Iterator[Place]:
    """The places whose rows are forgotten one after the other, before the people themselves."""
    theirs = (place for place in PLACES if place.person_field or place.rows is Rows.ALL_GO)
    return (place for place in theirs if place.collection not in {*_OWN_WAYS, ""})


def _called(people: Sequence[Document]) -> set[str]:
    return full_names(*(name for row in people for name in (row["name"], f"{row['given_name']} {row['surname']}")))


def _names(address: str, people: Sequence[Document], identities: Sequence[Document]) -> set[str]:
    """What they are known by, in lower case: addresses, chats, ids of the channels and of the directory."""
    ids = {row["_id"] for row in people}
    names = {address.lower()} | {row["_id"].rpartition(" ")[2].lower() for row in identities if row["person"] in ids}
    for row in people:
        names |= {row["directory_id"].lower(), *(kept["conversation"].lower() for kept in row["references"].values())}
    return names - {""}

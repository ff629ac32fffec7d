"""What leads to a person: the directory's id, a channel's id, addresses; and people who turn out to be one.

``identities`` lead to a person's document; their ``_id`` is unique, so two copies that meet somebody at once agree on
one person.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from storage.mongo.engine import Document
from storage.mongo.lists import body_of
from storage.mongo.mapping import blank, columns_path, order_of
from storage.mongo.wake_intents import WakeIntents
from storage.records import CampaignState, Channel, Sighting
from storage.records.instants import ms
from storage.shared.sightings import may_be


def directory_key(tenant: str, directory_id: str) -> str:
    return f"directory {tenant} {directory_id.lower()}"


def user_key(tenant: str, channel: Channel, user: str) -> str:
    return f"{channel} {tenant} {user}"


def address_key(tenant: str, address: str) -> str:
    return f"address {tenant} {address.lower()}"


class Keys:
    """The identities that a sighting names, and where each leads now."""

    def __init__(self, seen: Sighting) -> None:
        self.user = user_key(seen.tenant, seen.channel, seen.user)
        self.addresses = [address_key(seen.tenant, address) for address in seen.addresses]
        self.first = directory_key(seen.tenant, seen.directory_id) if seen.directory_id else self.user
        self.all = list(dict.fromkeys([self.first, self.user, *self.addresses]))
        self.leads_to: dict[str, int] = {}


class MongoIdentities(WakeIntents):
    async def identify(self, seen: Sighting, keys: Keys) -> Document:
        """The person behind a sighting: by directory id, then by the channel's id, then by address."""
        while True:
            identities = await self.by_id("identities", keys.all)
            keys.leads_to = {key: row["person"] for key, row in identities.items()}
            people = await self.by_id("people", list(set(keys.leads_to.values())))
            for key in (keys.first, keys.user):
                if key in keys.leads_to:
                    return people.get(keys.leads_to[key]) or await self._document_of(keys.leads_to[key], seen.tenant)
            for key in keys.addresses:
                person = people.get(keys.leads_to.get(key, -1))
                if person is not None and may_be(seen, person["directory_id"]):
                    return person
            (id,) = await self.ids("person")
            if await self.inserted("identities", {"_id": keys.first, "person": id}):
                keys.leads_to[keys.first] = id
                return await self._document_of(id, seen.tenant)

    async def _document_of(self, id: int, tenant: str) -> Document:
        """A new person's document; a death may have come between the identity and it."""
        await self.inserted("people", blank(id, tenant))
        row = await self.collection("people").find_one({"_id": id})
        assert row is not None
        return row

    async def take_addresses(self, tenant: str, person: int, addresses: Sequence[str], at: datetime) -> None:
        """The directory says that these are this person's: they lead to nobody else from here on.

        A former owner is looked up again; until then, somebody's first address stays theirs where it is another's
        second. Where one of them is news, those that are not among them are given up, first: a death after it leaves
        the news to the next sighting. Addresses that nobody has had are left to the caller.
        """
        wanted = {address_key(tenant, address): address.lower() for address in addresses}
        held = {key: row["person"] for key, row in (await self.by_id("identities", list(wanted))).items()}
        if all(held.get(key) == person for key in wanted):
            return
        row = await self.collection("people").find_one({"_id": person}, {"references": 1})
        others = " ".join(reference["user"].lower() for reference in (row or {}).get("references", {}).values())
        begins = address_key(tenant, "")
        known = [led["_id"] for led in await self.rows("identities", {"person": person}, [])]
        given_up = [  # but for those by which another channel knows the person
            key for key in known if key.startswith(begins) and key not in wanted and key[len(begins) :] not in others
        ]
        if given_up:
            await self.collection("identities").delete_many({"_id": {"$in": given_up}, "person": person})
        for place, (key, address) in enumerate(wanted.items()):
            if held.get(key, person) != person:
                await self._take_address(key, address, held[key], person, at, first=place == 0)

    async def _take_address(
        self, key: str, address: str, former: int, person: int, at: datetime, *, first: bool
    ) -> None:
        row = await self.collection("people").find_one({"_id": former})
        if row is None or not (row["directory_id"] or row["references"]):
            return  # of a list's contact, who is merged
        change: Document = {"look_up_at": ms(at)}
        theirs = row["address"] == address
        if theirs and first:
            rest = [led["_id"] for led in await self.rows("identities", {"person": former}, [])]
            begins = key.removesuffix(address)
            change["address"] = min(
                (one[len(begins) :] for one in rest if one.startswith(begins) and one != key), default=""
            )
            change["order"] = order_of(row | change)
        await self.collection("people").update_one({"_id": former}, {"$set": change})
        if first or not theirs:
            await self.collection("identities").update_one({"_id": key, "person": former}, {"$set": {"person": person}})

    async def merge(self, person: int, others: set[int]) -> bool:
        """Merge those of the others who were known by an address only, from a list; whether any was."""
        merged = False
        for other in (await self.by_id("people", list(others))).values():
            if other["directory_id"] or other["references"]:
                continue
            merged = True
            await self._take_lists(person, other)
            await self._take_deliveries(person, other)
            await self._measure_without(other)
            await self.collection("people").update_one({"_id": other["_id"]}, {"$set": {"lists": [], "columns": {}}})
            # last: until here, the next sighting finds the other and does it all again
            await self.collection("identities").update_many({"person": other["_id"]}, {"$set": {"person": person}})
        return merged

    async def _take_lists(self, person: int, other: Document) -> None:
        """What a list says of a person who stands in it already stays."""
        row = await self.collection("people").find_one({"_id": person}, {"lists": 1})
        columns_by_body = other.get("columns") or {}
        for body in other["lists"]:
            where = columns_path(body)
            columns = columns_by_body.get(where.rpartition(".")[2])
            takes: Document = {"$addToSet": {"lists": body}} | ({"$set": {where: columns}} if columns else {})
            # asked of the row as well: nx-27017 takes a list of one for something else than its one
            if row is not None and body not in row["lists"]:
                await self.collection("people").update_one({"_id": person, "lists": {"$ne": body}}, takes)

    async def _measure_without(self, other: Document) -> None:
        """Lists in which both stood have one person less."""
        ours = await self.rows("lists", {"tenant": other["tenant"]}, ["body"]) if other["lists"] else []
        for row in ours:
            if (body := body_of(row)) in other["lists"]:
                theirs = {"lists": {"$in": [body]}, "_id": {"$ne": other["_id"]}}
                size = await self.collection("people").count_documents(theirs)
                await self.collection("lists").update_one({"_id": row["_id"]}, {"$set": {"size": size}})

    async def _take_deliveries(self, person: int, other: Document) -> None:
        states = [str(state) for state in CampaignState if not state.changeable]
        campaigns = await self.rows("campaigns", {"tenant": other["tenant"], "state": {"$in": states}}, [])
        rows = await self.rows(
            "deliveries", {"campaign": {"$in": [row["_id"] for row in campaigns]}, "person": other["_id"]}, []
        )
        for row in rows:
            # where both stand already, the other's row stays behind: nobody receives twice
            with contextlib.suppress(DuplicateKeyError):
                await self.collection("deliveries").update_one({"_id": row["_id"]}, {"$set": {"person": person}})

    async def release_user(self, person: int, seen: Sighting, keys: Keys) -> None:
        """One channel identity belongs to one person: the directory's word wins over an older guess."""
        holder = keys.leads_to.get(keys.user, person)
        if holder != person:
            await self.collection("people").update_one(
                {"_id": holder, f"references.{seen.channel}.user": seen.user},
                {"$unset": {f"references.{seen.channel}": ""}},
            )

    async def led_to(self, key: str) -> Document | None:
        identity = await self.collection("identities").find_one({"_id": key})
        return await self.collection("people").find_one({"_id": identity["person"]}) if identity else None

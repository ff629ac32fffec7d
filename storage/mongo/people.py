"""People, how to reach them, and their roles.

A person is one document, with the references and the lists in it: how to reach somebody changes in
one write. ``identities`` lead to it, from the directory's id, a channel's id or an address; their
``_id`` is unique, so two copies that meet somebody at once agree on one person.

A death half-way is completed by the next sighting: nothing counts as known before every identity
leads to the person, and what makes an identity lead there is the last write of each part.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from storage.mongo.engine import Document
from storage.mongo.lists import body_of
from storage.mongo.mapping import blank, columns_path, has_installed, order_of, person_of, reference_of
from storage.mongo.upgrade import bring_over_beliefs
from storage.mongo.wake_intents import WakeIntents
from storage.records import (
    CampaignState,
    Channel,
    Contact,
    Lesson,
    NotReached,
    Person,
    PersonId,
    Reference,
    Sighting,
    TenantId,
    removal_of,
    sender_of,
)
from storage.records.instants import instant, ms
from storage.shared.sightings import changed_fields, may_be, naming, was_named_lately

#: where a person who has none gets their names from a list
NAMES = ("directory_id", "given_name", "surname", "name")


def directory_key(tenant: str, directory_id: str) -> str:
    return f"directory {tenant} {directory_id.lower()}"


def user_key(tenant: str, channel: Channel, user: str) -> str:
    return f"{channel} {tenant} {user}"


def address_key(tenant: str, address: str) -> str:
    return f"address {tenant} {address.lower()}"


def _has_worked(kept: Document) -> bool:
    """Whether messages have been accepted through the serviceUrl of a reference that is in use."""
    in_use = kept.get("broken") == "" and kept.get("installed", True)
    return bool(in_use and kept.get("worked_url") and kept["worked_url"] == kept["service_url"])


def _removed_since(kept: Document, seen: Sighting) -> bool:
    """Whether the platform has told of a removal that is newer than what was seen."""
    return kept.get("broken") == str(NotReached.UNINSTALLED) and kept.get("told_at", 0) > ms(seen.told)


def _reference(seen: Sighting, kept: Document) -> Document:
    return {
        "service_url": kept["service_url"] if _has_worked(kept) else seen.service_url,
        "heard_url": seen.service_url,
        "conversation": seen.conversation,
        "bot": seen.bot,
        "user": seen.user,
        "broken": "",
        "installed": True,
        "failed": "",
    }


#: what an older version did not keep of a reference
UNKEPT = {"installed": True, "failed": ""}


def _change_of(lesson: Lesson, where: str) -> Document:
    """What is set in a person's document."""
    if lesson.failed is NotReached.NEVER_INSTALLED:  # of a team's member: nothing has worked yet
        return {f"{where}.broken": str(lesson.failed), f"{where}.failed_at": ms(lesson.at)}
    if lesson.failed:
        return {f"{where}.failed": str(lesson.failed), f"{where}.failed_at": ms(lesson.at)}
    change: Document = {f"{where}.failed": "", f"{where}.failed_at": None, f"{where}.worked_at": ms(lesson.at)}
    if lesson.conversation:
        change[f"{where}.conversation"] = lesson.conversation
    if lesson.service_url:
        change[f"{where}.worked_url"] = lesson.service_url
    return change


def learning(person: int, channel: Channel, lesson: Lesson) -> list[UpdateOne]:
    """The writes by which a lesson is learned, twice is once; older news than what is kept change nothing."""
    where, change = f"references.{channel}", {"$set": _change_of(lesson, f"references.{channel}")}
    there: Document = {"_id": person, f"{where}.user": {"$exists": True}}
    # not one of both: nx-27017 reads an $or beside other conditions in its own way
    older = ({"$exists": False}, {"$lte": ms(lesson.at)})
    return [UpdateOne(there | {f"{where}.worked_at": condition}, change) for condition in older]


class _Keys:
    """The identities that a sighting names, and where each leads now."""

    def __init__(self, seen: Sighting) -> None:
        self.user = user_key(seen.tenant, seen.channel, seen.user)
        self.addresses = [address_key(seen.tenant, address) for address in seen.addresses]
        self.first = directory_key(seen.tenant, seen.directory_id) if seen.directory_id else self.user
        self.all = list(dict.fromkeys([self.first, self.user, *self.addresses]))
        self.leads_to: dict[str, int] = {}


class MongoPeople(WakeIntents):
    async def open(self) -> None:
        await super().open()
        await bring_over_beliefs(self)

    async def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        keys = _Keys(sighting)
        known = await self._identify(sighting, keys)
        kept = known["references"].get(sighting.channel) or {}
        changed, reference = changed_fields(sighting, lambda field: known.get(field, "")), _reference(sighting, kept)
        if self._nothing_new(known, changed, reference, sighting, keys):
            return person_of(known), False
        person, channel = known["_id"], sighting.channel
        removed = _removed_since(kept, sighting) or (not kept and await self._removal_after(sighting) is not None)
        if not removed:
            await self.intend_to_wake(person, channel, sighting.at)
        if sighting.names_them:
            await self.take_addresses(sighting.tenant, person, sighting.addresses, sighting.at)
        missing = [key for key in keys.all if key not in keys.leads_to]
        await self.insert_new("identities", [{"_id": key, "person": person} for key in missing])
        await self.merge(person, {keys.leads_to[key] for key in keys.addresses if key in keys.leads_to} - {person})
        await self._release_user(person, sighting, keys)
        nameless = channel.traits.tells_members and not known["address"]
        fields = changed | {"order": order_of(known | changed)}
        fields |= naming(sighting.at, named=sighting.names_them, nameless=nameless)
        if removed:
            await self.collection("people").update_one({"_id": person}, {"$set": fields})
            return person_of(known | fields), False
        reference |= {
            "worked_at": ms(sighting.at),
            "worked_url": kept.get("worked_url") or sighting.service_url,
            "told_at": max(kept.get("told_at", 0), ms(sighting.told)),
        }
        before = await self.collection("people").find_one_and_update(
            {"_id": person}, {"$set": fields | {f"references.{channel}": reference | {"seen_at": ms(sighting.at)}}}
        )
        assert before is not None
        await self.collection("identities").update_one({"_id": keys.user}, {"$set": {"person": person}})
        if not kept and (at := await self._removal_after(sighting)):  # told in this very moment
            await self.lose(sighting.tenant, channel, sighting.user, NotReached.UNINSTALLED, at)
        await self.carry_out_wake(sighting.tenant, person, channel, sighting.at)
        await self.forget_wake(person, channel, sighting.at)
        return person_of(before | fields), not has_installed(before, channel)

    def _nothing_new(
        self, known: Document, changed: Document, reference: Document, seen: Sighting, keys: _Keys
    ) -> bool:
        """Most activities only repeat what is known: those cost no write."""
        kept = known["references"].get(seen.channel) or {}
        named_at = instant(known["named_at"]) if known.get("named_at") is not None else None
        unkept = UNKEPT | {"heard_url": kept.get("service_url")}
        heard = {field: value for field, value in reference.items() if field != "service_url"}
        return (
            all(known.get(field) == value for field, value in changed.items())
            and not (seen.names_them and not was_named_lately(named_at, seen.at))
            and not (seen.installs and kept.get("told_at", 0) < ms(seen.told))
            and all(kept.get(field, unkept.get(field)) == value for field, value in heard.items())
            and all(keys.leads_to.get(key) == known["_id"] for key in keys.all)
        )

    async def _identify(self, seen: Sighting, keys: _Keys) -> Document:
        """The person behind a sighting: by directory id, then by the channel's id, then by address."""
        while True:
            identities = await self.by_id("identities", keys.all)
            keys.leads_to = {key: row["person"] for key, row in identities.items()}
            people = await self.by_id("people", list(set(keys.leads_to.values())))
            for key in (keys.first, keys.user):
                if key in keys.leads_to:
                    return people.get(keys.leads_to[key]) or await self._made(keys.leads_to[key], seen.tenant)
            for key in keys.addresses:
                person = people.get(keys.leads_to.get(key, -1))
                if person is not None and may_be(seen, person["directory_id"]):
                    return person
            (id,) = await self.ids("person")
            if await self.inserted("identities", {"_id": keys.first, "person": id}):
                keys.leads_to[keys.first] = id
                return await self._made(id, seen.tenant)

    async def _made(self, id: int, tenant: str) -> Document:
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
        said = other.get("columns") or {}
        for body in other["lists"]:
            where = columns_path(body)
            columns = said.get(where.rpartition(".")[2])
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

    async def _release_user(self, person: int, seen: Sighting, keys: _Keys) -> None:
        """One channel identity belongs to one person: the directory's word wins over an older guess."""
        holder = keys.leads_to.get(keys.user, person)
        if holder != person:
            await self.collection("people").update_one(
                {"_id": holder, f"references.{seen.channel}.user": seen.user},
                {"$unset": {f"references.{seen.channel}": ""}},
            )

    async def _led_to(self, key: str) -> Document | None:
        identity = await self.collection("identities").find_one({"_id": key})
        return await self.collection("people").find_one({"_id": identity["person"]}) if identity else None

    async def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        row = await self._led_to(user_key(tenant, channel, user))
        return person_of(row) if row and row["references"].get(channel, {}).get("user") == user else None

    async def lose(
        self, tenant: TenantId, channel: Channel, user: str, reason: NotReached, told_at: datetime | None = None
    ) -> None:
        if told_at is not None and reason is NotReached.UNINSTALLED:
            await self._keep_removal(removal_of(sender_of(tenant, channel, user)), ms(told_at))
        identity = await self.collection("identities").find_one({"_id": user_key(tenant, channel, user)})
        if identity is None:
            return
        where, at = f"references.{channel}", ms(told_at) if told_at else None
        theirs = {"_id": identity["person"], f"{where}.user": user}
        change: Document = {f"{where}.broken": str(reason)}
        if at is None:
            await self.collection("people").update_one(theirs, {"$set": change})
            return
        newer = {"sender": sender_of(tenant, channel, user), "told_at": {"$gt": at}}
        if await self.collection("activities").find_one(newer) is not None:
            return
        for older in ({"$exists": False}, {"$lte": at}):
            told = await self.collection("people").update_one(
                theirs | {f"{where}.told_at": older}, {"$set": change | {f"{where}.told_at": at}}
            )
            if told.matched_count:
                return

    async def _keep_removal(self, key: str, at: int) -> None:
        """It may be of somebody never seen: an install before it may be told later."""
        row = {"_id": key, "sender": "", "told_at": at, "began_at": at, "until": 0, "holder": 0, "posted": 0}
        if not await self.inserted("activities", row | {"done": True, "response": b"", "made": {}}):
            await self.collection("activities").update_one(
                {"_id": key, "told_at": {"$lt": at}}, {"$set": {"told_at": at, "began_at": at}}
            )

    async def _removal_after(self, seen: Sighting) -> datetime | None:
        """When somebody removed the bot later than they were seen, as far as it was told before."""
        key = removal_of(sender_of(seen.tenant, seen.channel, seen.user))
        row = await self.collection("activities").find_one({"_id": key, "told_at": {"$gt": ms(seen.told)}})
        return instant(row["told_at"]) if row else None

    async def look_up(self, person: PersonId, at: datetime) -> None:
        for due in ({"$exists": False}, None, {"$gt": ms(at)}):
            await self.collection("people").update_one(
                {"_id": person, "look_up_at": due}, {"$set": {"look_up_at": ms(at)}}
            )

    async def due_look_ups(self, now: datetime, again: datetime, limit: int) -> list[Reference]:
        due = {"look_up_at": {"$gte": 0, "$lte": ms(now)}}
        asked = []
        fields = ["references", "tenant", "look_up_at"]
        for row in await self.rows("people", due, fields, sort=[("look_up_at", 1)], limit=limit):
            reference = reference_of(row, Channel.TEAMS)
            usable = reference is not None and reference.conversation and reference.broken is None
            # of the others the platform tells nothing: their next word comes with names
            taken = await self.collection("people").update_one(
                {"_id": row["_id"], "look_up_at": row["look_up_at"]},
                {"$set": {"look_up_at": ms(again) if usable else None}},
            )
            if usable and reference is not None and taken.matched_count:
                asked.append(reference)
        return asked

    async def looked_up(self, person: PersonId) -> None:
        await self.collection("people").update_one({"_id": person}, {"$set": {"look_up_at": None}})

    async def learn(self, person: PersonId, channel: Channel, lesson: Lesson) -> None:
        await self.collection("people").bulk_write(learning(person, channel, lesson), ordered=True)

    async def newest_service_url(self, tenant: TenantId, channel: Channel) -> str:
        heard = {
            "tenant": tenant,
            f"references.{channel}.installed": {"$ne": False},
            f"references.{channel}.seen_at": {"$gt": 0},
        }
        newest = [("tenant", -1), (f"references.{channel}.seen_at", -1)]
        rows = await self.rows("people", heard, ["references"], sort=newest, limit=1)
        if not rows:
            return ""
        newest_reference = rows[0]["references"][channel]
        return str(newest_reference.get("heard_url") or newest_reference["service_url"])

    async def person(self, person: PersonId) -> Person | None:
        row = await self.collection("people").find_one({"_id": person})
        return person_of(row) if row else None

    async def person_at(self, tenant: TenantId, address: str) -> Person | None:
        row = await self._led_to(address_key(tenant, address))
        return person_of(row) if row else None

    async def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[Person]:
        by_key = {address_key(tenant, contact.address): contact for contact in reversed(contacts)}
        known = await self.by_id("identities", list(by_key))
        new = [key for key in by_key if key not in known]
        if new:
            ids = await self.ids("person", len(new))
            await self.insert_new(
                "identities", [{"_id": key, "person": id} for key, id in zip(reversed(new), ids, strict=True)]
            )
            known |= await self.by_id("identities", new)  # another copy may have been faster
        people = await self._people_of(tenant, {known[key]["person"]: contact for key, contact in by_key.items()})
        return [people[known[address_key(tenant, contact.address)]["person"]] for contact in contacts]

    async def _people_of(self, tenant: TenantId, contacts: dict[int, Contact]) -> dict[int, Person]:
        """The people with these ids; one without a document gets it from the contact."""
        rows = await self.by_id("people", list(contacts))
        missing = []
        for id in contacts.keys() - rows.keys():
            contact = contacts[id]
            row = blank(id, tenant) | {
                "address": contact.address.lower(),
                "given_name": contact.given_name,
                "surname": contact.surname,
            }
            missing.append(row | {"order": order_of(row)})
        if missing:
            await self.insert_new("people", missing)
            rows |= await self.by_id("people", [row["_id"] for row in missing])
        named = []
        for id, row in rows.items():
            names = {"given_name": contacts[id].given_name, "surname": contacts[id].surname}
            if any(names.values()) and not any(row[field] for field in NAMES):
                rows[id] = row = row | names
                named.append(UpdateOne({"_id": id}, {"$set": names | {"order": order_of(row)}}))
        if named:
            await self.collection("people").bulk_write(named, ordered=False)
        return {id: person_of(row) for id, row in rows.items()}

    async def reference(self, person: PersonId, channel: Channel) -> Reference | None:
        row = await self.collection("people").find_one({"_id": person})
        return reference_of(row, channel) if row else None

    async def speak(self, person: PersonId, language: str) -> None:
        await self.collection("people").update_one({"_id": person}, {"$set": {"language": language}})

"""People, and how to reach them.

A person is one document, with the references and the lists in it: how to reach somebody changes in
one write.

A death half-way is completed by the next sighting: nothing counts as known before every identity
leads to the person, and what makes an identity lead there is the last write of each part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne

from storage.mongo.engine import Document
from storage.mongo.identities import Keys, MongoIdentities, address_key, user_key
from storage.mongo.mapping import blank, has_installed, order_of, person_of, reference_of
from storage.mongo.upgrade import bring_over_beliefs
from storage.records import (
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
from storage.shared.sightings import changed_fields, naming, was_named_lately

#: where a person who has none gets their names from a list
NAMES = ("directory_id", "given_name", "surname", "name")


def _in_use(kept: Document) -> bool:
    """Whether they have the bot, as far as is known."""
    return kept.get("broken") == "" and bool(kept.get("installed", True))


def _has_worked(kept: Document) -> bool:
    """Whether messages have been accepted through the serviceUrl of a reference that is in use."""
    return bool(_in_use(kept) and kept.get("worked_url") and kept["worked_url"] == kept["service_url"])


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


class MongoPeople(MongoIdentities):
    async def open(self) -> None:
        await super().open()
        await bring_over_beliefs(self)

    async def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        keys = Keys(sighting)
        known = await self.identify(sighting, keys)
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
        await self.release_user(person, sighting, keys)
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
            "installed_at": kept.get("installed_at") if _in_use(kept) else ms(sighting.at),
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

    def _nothing_new(self, known: Document, changed: Document, reference: Document, seen: Sighting, keys: Keys) -> bool:
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

    async def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        row = await self.led_to(user_key(tenant, channel, user))
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
            updated = await self.collection("people").update_one(
                theirs | {f"{where}.told_at": older}, {"$set": change | {f"{where}.told_at": at}}
            )
            if updated.matched_count:
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
        row = await self.led_to(address_key(tenant, address))
        return person_of(row) if row else None

    async def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[PersonId]:
        by_key = {address_key(tenant, contact.address): contact for contact in reversed(contacts)}
        known = await self.by_id("identities", list(by_key))
        new = [key for key in by_key if key not in known]
        if new:
            ids = await self.ids("person", len(new))
            await self.insert_new(
                "identities", [{"_id": key, "person": id} for key, id in zip(reversed(new), ids, strict=True)]
            )
            known |= await self.by_id("identities", new)  # another copy may have been faster
        await self._name(tenant, {known[key]["person"]: contact for key, contact in by_key.items()})
        return [PersonId(known[address_key(tenant, contact.address)]["person"]) for contact in contacts]

    async def _name(self, tenant: TenantId, contacts: dict[int, Contact]) -> None:
        """Of the people with these ids: one without a document gets it from the contact, one without names these."""
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
                named.append(UpdateOne({"_id": id}, {"$set": names | {"order": order_of(row | names)}}))
        if named:
            await self.collection("people").bulk_write(named, ordered=False)

    async def reference(self, person: PersonId, channel: Channel) -> Reference | None:
        row = await self.collection("people").find_one({"_id": person})
        return reference_of(row, channel) if row else None

    async def speak(self, person: PersonId, language: str) -> None:
        await self.collection("people").update_one({"_id": person}, {"$set": {"language": language}})

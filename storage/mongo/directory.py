"""What the organisation's directory says about people: a page of them in a few writes.

A death half-way is completed by the next reading: an identity without its person gets one, and what is
written is written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne

from storage.mongo.engine import Document
from storage.mongo.identities import address_key, directory_key, user_key
from storage.mongo.mapping import blank, order_of, works_on
from storage.mongo.people import MongoPeople
from storage.records import DIRECTORY_FACTS, Channel, DirectoryUser, NotReached, PersonId, Reference, Source, TenantId
from storage.records.instants import instant, ms
from storage.shared.lessons import ANOTHER_CHANCE
from storage.shared.sightings import naming, was_named_lately


def _changed_fields(row: Document, user: DirectoryUser) -> Document:
    """The fields of the person that the directory changes."""
    fields: Document = {
        "directory_id": user.directory_id,
        "address": user.addresses[0] if user.addresses else "",
        "given_name": user.given_name,
        "surname": user.surname,
        "name": user.name,
        "locale": row["locale"] or user.language,
        "zone": row["zone"] or user.zone,
    } | {fact: getattr(user, fact) for fact in DIRECTORY_FACTS}
    changed = {field: value for field, value in fields.items() if value and value != row.get(field)}
    return changed if user.guest in (None, row.get("guest", False)) else changed | {"guest": user.guest}


def _is_met(known: Document | None, at: datetime) -> bool:
    """Whether a roster makes somebody reachable of whom this is known, or finds that they are."""
    if known is None:
        return True
    if known.get("installed", True) or known["conversation"]:
        return False
    long_ago = (known.get("failed_at") or 0) < ms(at - ANOTHER_CHANCE)
    return known["broken"] == "" or (known["broken"] == NotReached.NEVER_INSTALLED and long_ago)


class MongoDirectory(MongoPeople):
    async def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        by_key = {directory_key(tenant, user.directory_id): user for user in users}
        persons = await self._persons(tenant, by_key)
        rows = await self.by_id("people", list(persons.values()))
        changes = []
        for key, user in by_key.items():
            row = rows[persons[key]]
            named_at = instant(row["named_at"]) if row.get("named_at") is not None else None
            named = bool(user.addresses) and not was_named_lately(named_at, at)
            changed = _changed_fields(row, user)
            if changed or named:
                fields = changed | {"order": order_of(row | changed)} | naming(at, named=named)
                changes.append(UpdateOne({"_id": row["_id"]}, {"$set": fields}))
        if changes:
            await self.collection("people").bulk_write(changes, ordered=False)
        had = {id for id, row in rows.items() if row["address"]}
        await self._lead_here(tenant, [(user, persons[key]) for key, user in by_key.items()], had, at)
        return [PersonId(persons[directory_key(tenant, user.directory_id)]) for user in users]

    async def meet_in_team(
        self, tenant: TenantId, source: Source, members: Sequence[tuple[PersonId, str]], at: datetime
    ) -> None:
        channel, where = Channel.TEAMS, f"references.{Channel.TEAMS}"
        keys = {user_key(tenant, channel, user): person for person, user in members}
        await self.insert_new("identities", [{"_id": key, "person": person} for key, person in keys.items()])
        led = await self.by_id("identities", list(keys))
        theirs = [
            (person, user)
            for person, user in members
            if led[user_key(tenant, channel, user)]["person"] == person  # one channel identity is one person's
        ]
        rows = await self.by_id("people", [person for person, _ in theirs], ["references"])
        new = [(person, user) for person, user in theirs if channel not in rows[person]["references"]]
        reached = [person for person, _ in theirs if _is_met(rows[person]["references"].get(channel), at)]
        reference: Document = {"service_url": source.service_url, "bot": source.bot}
        blank_reference = reference | {"conversation": "", "broken": "", "installed": False, "seen_at": ms(at)}
        for person in reached:
            await self.intend_to_wake(person, channel, at)
        changes = [
            UpdateOne({"_id": person, where: {"$exists": False}}, {"$set": {where: blank_reference | {"user": user}}})
            for person, user in new
        ]
        moved = {f"{where}.{field}": value for field, value in reference.items()}
        unopened = {f"{where}.installed": False, f"{where}.conversation": ""}
        changes += [
            UpdateOne({"_id": person} | unopened, {"$set": moved | {f"{where}.user": user}}) for person, user in theirs
        ]
        refused = unopened | {f"{where}.broken": str(NotReached.NEVER_INSTALLED)}
        for long_ago in (None, {"$lt": ms(at - ANOTHER_CHANCE)}):
            asked_again = refused | {f"{where}.failed_at": long_ago}
            changes += [
                UpdateOne({"_id": person} | asked_again, {"$set": {f"{where}.broken": ""}}) for person, _ in theirs
            ]
        if changes:
            await self.collection("people").bulk_write(changes, ordered=True)
        for person in reached:
            await self.carry_out_wake(tenant, person, channel, at)
            await self.forget_wake(person, channel, at)

    async def installed_for(self, reference: Reference, at: datetime) -> None:
        channel, person, where = reference.channel, reference.person, f"references.{reference.channel}"
        row = await self.collection("people").find_one({"_id": person})
        known = row["references"].get(channel) if row else None
        refused = str(NotReached.NEVER_INSTALLED)
        if row is None or (known and known.get("installed", True) and known["broken"] != refused):
            return
        new: Document = {
            "service_url": reference.service_url,
            "bot": reference.bot,
            "conversation": reference.conversation,
            "broken": "",
            "installed": True,
            "installed_at": ms(at),
        }
        user = known["user"] if known else reference.user
        key = user_key(reference.tenant, channel, user)
        await self.inserted("identities", {"_id": key, "person": person})
        if (await self.by_id("identities", [key]))[key]["person"] != person:
            return  # one channel identity is one person's
        await self.intend_to_wake(person, channel, at)
        if known is None:
            unchanged: Document = {where: {"$exists": False}}
            change: Document = {where: new | {"user": user, "seen_at": ms(at)}}
        else:  # what has worked and what has failed stays known
            unchanged, change = {f"{where}.user": user}, {f"{where}.{field}": value for field, value in new.items()}
        await self.collection("people").update_one({"_id": person} | unchanged, {"$set": change})
        await self.carry_out_wake(reference.tenant, person, channel, at)
        await self.forget_wake(person, channel, at)

    async def _persons(self, tenant: TenantId, users: dict[str, DirectoryUser]) -> dict[str, int]:
        """The persons behind these keys, each with a document: known, or named by an address, or new."""
        known = {key: row["person"] for key, row in (await self.by_id("identities", list(users))).items()}
        new = {key: user for key, user in users.items() if key not in known}
        if new:
            named = await self._named(tenant, new)
            numbers = iter(await self.ids("person", len(new)))
            identities = [{"_id": key, "person": named.get(key) or next(numbers)} for key in new]
            await self.insert_new("identities", identities)
            # another copy may have been faster
            known |= {key: row["person"] for key, row in (await self.by_id("identities", list(new))).items()}
        there = await self.by_id("people", list(known.values()), [])
        missing = [blank(person, tenant) for person in dict.fromkeys(known.values()) if person not in there]
        await self.insert_new("people", missing)
        return known

    async def _named(self, tenant: TenantId, users: dict[str, DirectoryUser]) -> dict[str, int]:
        """The people known by an address only, who are nobody else of the directory."""
        keys = [address_key(tenant, address) for user in users.values() for address in user.addresses]
        leads_to = {key: row["person"] for key, row in (await self.by_id("identities", keys)).items()}
        people = await self.by_id("people", list(leads_to.values()), ["directory_id"])
        free = {id for id, row in people.items() if not row["directory_id"]}
        persons: dict[str, int] = {}
        for key, user in users.items():
            for address in user.addresses:
                person = leads_to.get(address_key(tenant, address), 0)
                if person in free:
                    persons[key] = person
                    free.discard(person)
                    break
        return persons

    async def _lead_here(
        self, tenant: TenantId, people: Sequence[tuple[DirectoryUser, int]], had: set[int], at: datetime
    ) -> None:
        """Every address leads to its person; people known by the address alone are merged into this person.

        ``had``: those who have had an address before, which they may have given up.
        """
        keys = {address_key(tenant, address): person for user, person in people for address in user.addresses}
        known = {key: row["person"] for key, row in (await self.by_id("identities", list(keys))).items()}
        for user, person in people:
            held = [known.get(address_key(tenant, address)) for address in user.addresses]
            if any(other not in (None, person) for other in held) or (person in had and None in held):
                await self.take_addresses(tenant, person, user.addresses, at)
        await self.insert_new(
            "identities", [{"_id": key, "person": person} for key, person in keys.items() if key not in known]
        )
        for key, other in known.items():
            if other != keys[key]:
                await self._merge_and_wake(tenant, keys[key], other, at)

    async def _merge_and_wake(self, tenant: TenantId, person: int, other: int, at: datetime) -> None:
        row = await self.collection("people").find_one({"_id": person})
        assert row is not None
        working = [channel for channel in Channel if works_on(row, channel)]
        for channel in working:
            await self.intend_to_wake(person, channel, at)
        merged = await self.merge(person, {other})
        for channel in working:
            if merged:
                await self.carry_out_wake(tenant, person, channel, at)
            await self.forget_wake(person, channel, at)

"""What a person has chosen about campaigns, and the role that they have.

Roles are a document for each organisation, so that "unless it has an owner" is one write.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from storage.mongo.deeds import NOTHING, MongoDeeds, Owed
from storage.mongo.engine import Document, token
from storage.mongo.mapping import person_of
from storage.records import Deed, Person, PersonId, Quiet, Role, Subject, TenantId, quiet_of, quiet_text

OWNERS, PUBLISHERS, AUTHORS = "owners", "publishers", "authors"
_PLACE = {Role.OWNER: OWNERS, Role.PUBLISHER: PUBLISHERS, Role.AUTHOR: AUTHORS}


class MongoRoles(MongoDeeds):
    async def mute(self, person: PersonId, muted: bool, *, deed: Deed) -> None:
        row = await self.collection("people").find_one({"_id": person}, {"tenant": 1})
        if row is not None:
            owed = await self.owe(deed.to(row["tenant"], Subject.PERSON, person))
            await self.collection("people").update_one({"_id": person}, {"$set": {"muted": muted} | owed.in_update})
            await self.bring_in("people", person)

    async def muted_people(self, tenant: TenantId) -> Sequence[int]:
        people = await self.numbers("people", {"muted": True, "tenant": tenant}, "_id")
        return array("q", sorted(people))

    async def set_quiet(self, person: PersonId, quiet: Quiet | None, *, deed: Deed) -> None:
        await self._choose(person, {"$set": {"quiet": quiet_text(quiet)}}, deed)

    async def leave_topic(self, person: PersonId, topic: int, left: bool, *, deed: Deed) -> None:
        no_array = {"_id": person, "left_topics": {"$exists": False}}  # of before there were topics
        await self.collection("people").update_one(no_array, {"$set": {"left_topics": []}})
        await self._choose(person, {"$addToSet" if left else "$pull": {"left_topics": topic}}, deed)

    async def _choose(self, person: PersonId, update: Document, deed: Deed) -> None:
        row = await self.collection("people").find_one({"_id": person}, {"tenant": 1})
        if row is None:
            return
        owed = await self.owe(deed.to(row["tenant"], Subject.PERSON, person))
        update = {**update, "$set": update.get("$set", {}) | owed.in_update}
        await self.collection("people").update_one({"_id": person}, update)
        await self.bring_in("people", person)

    async def quiet_people(self, tenant: TenantId) -> dict[tuple[str, Quiet], Sequence[int]]:
        rows = await self.rows("people", {"quiet": {"$gt": ""}, "tenant": tenant}, ["zone", "quiet"])
        groups: dict[tuple[str, Quiet], array[int]] = {}
        for row in sorted(rows, key=lambda one: int(one["_id"])):
            if hours := quiet_of(row["quiet"]):
                groups.setdefault((row["zone"], hours), array("q")).append(row["_id"])
        return dict(groups)

    async def people_without_topic(self, tenant: TenantId, topic: int) -> Sequence[int]:
        people = await self.numbers("people", {"left_topics": {"$in": [topic]}, "tenant": tenant}, "_id")
        return array("q", sorted(people))

    async def role(self, person: PersonId) -> Role | None:
        row = await self.collection("people").find_one({"_id": person}, {"tenant": 1})
        roles = await self.collection("roles").find_one({"_id": row["tenant"]}) if row else None
        if roles is None:
            return None
        return next((role for role, place in _PLACE.items() if person in roles.get(place, ())), None)

    async def give_role(self, person: PersonId, role: Role | None, *, deed: Deed) -> bool:
        tenant = await self._tenant_with_roles(person)
        if tenant is None:
            return True
        owed = await self.owe(deed.to(TenantId(tenant), Subject.PERSON, person))
        given = await self.set_role(tenant, person, role, owed)
        await self.bring_in("roles", tenant)
        return given

    async def set_role(self, tenant: str, person: PersonId, role: Role | None, owed: Owed = NOTHING) -> bool:
        """False, and nothing changed, where it would leave the organisation without an owner."""
        out_of = [place for given, place in _PLACE.items() if given is not role]
        roles = self.collection("roles")
        while (before := await roles.find_one({"_id": tenant})) is not None:
            if role is not Role.OWNER and before[OWNERS] == [person]:
                return False
            update: Document = {
                "$pull": dict.fromkeys(out_of, person),
                "$set": {"version": token()} | owed.in_update,
            }
            if role is not None:
                update["$addToSet"] = {_PLACE[role]: person}
            # by version: the last owner found above must still be the last
            if (await roles.update_one({"_id": tenant, "version": before.get("version")}, update)).matched_count:
                break
        return True

    async def claim_ownership(self, person: PersonId, *, deed: Deed) -> bool:
        tenant = await self._tenant_with_roles(person)
        if tenant is None:
            return False
        owed = await self.owe(deed.to(TenantId(tenant), Subject.PERSON, person))
        claimed = await self.collection("roles").update_one(
            {"_id": tenant, OWNERS: {"$size": 0}},
            {
                "$addToSet": {OWNERS: person},
                "$pull": {PUBLISHERS: person, AUTHORS: person},
                "$set": {"version": token()} | owed.in_update,
            },
        )
        await self.bring_in("roles", tenant)
        return claimed.modified_count == 1

    async def _tenant_with_roles(self, person: PersonId) -> str | None:
        """The person's tenant, which has its document of roles from here on."""
        row = await self.collection("people").find_one({"_id": person}, {"tenant": 1})
        if row is None:
            return None
        tenant: str = row["tenant"]
        if await self.collection("roles").find_one({"_id": tenant}) is None:
            await self.inserted("roles", {"_id": tenant, OWNERS: [], PUBLISHERS: [], AUTHORS: []})
        return tenant

    async def with_role(self, tenant: TenantId) -> list[tuple[Person, Role]]:
        roles = await self.collection("roles").find_one({"_id": tenant})
        if roles is None:
            return []
        given = {person: role for role, place in _PLACE.items() for person in roles.get(place, ())}
        pairs = [(person_of(row), given[id]) for id, row in (await self.by_id("people", list(given))).items()]
        return sorted(pairs, key=lambda pair: (pair[0].name, pair[0].address))

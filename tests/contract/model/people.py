"""People, how they are reached, what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import (
    DIRECTORY_FACTS,
    CampaignState,
    Channel,
    Contact,
    Deed,
    DeliveryState,
    DirectoryUser,
    Lesson,
    NotReached,
    Person,
    PersonId,
    Quiet,
    Reference,
    Role,
    Sighting,
    Source,
    Subject,
    TenantId,
    removal_of,
    sender_of,
)
from storage.shared.lessons import ANOTHER_CHANCE
from storage.shared.sightings import changed_fields, may_be, was_named_lately
from tests.contract.model.kept import ActivityRow, Kept, PersonRow


class ModelOfPeople(Kept):
    def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        (given,) = self.given
        tenant, channel, addresses = sighting.tenant, sighting.channel, [one.lower() for one in sighting.addresses]
        id = self._identified(sighting)
        row = self.people[id] if id else self._new_person(given, tenant)
        person, known = row.person, row.references.get(channel)
        changed = changed_fields(sighting, lambda field: getattr(person, field, ""))
        if self._nothing_new(row, sighting, changed):
            return person, False
        if sighting.names_them:
            row.look_up_at = None
            changed["named_at"] = sighting.at
        elif channel.traits.tells_members and not person.address:
            row.look_up_at = sighting.at
        row.person = replace(person, **changed)  # type: ignore[arg-type]
        if sighting.names_them:
            self._lead_here(row, addresses, sighting.at)
        for one in addresses:
            self.addresses.setdefault((tenant, one), person.id)
        self._merge(row, addresses)
        told_at = row.told_at.get(channel)
        removal = self.activities.get(removal_of(sender_of(tenant, channel, sighting.user)))
        if not known and removal and removal.told_at and removal.told_at > sighting.told:
            return row.person, False
        if known and known.broken is NotReached.UNINSTALLED and told_at and told_at > sighting.told:
            return row.person, False
        for other in self.people.values():
            held = other.references.get(channel)
            if other is not row and held and (held.tenant, held.user) == (tenant, sighting.user):
                del other.references[channel]
        newly = not row.installed(channel)
        proven = known and row.installed(channel) and known.worked_url and known.worked_url == known.service_url
        row.references[channel] = Reference(
            person=person.id,
            channel=channel,
            service_url=known.service_url if known and proven else sighting.service_url,
            conversation=sighting.conversation,
            bot=sighting.bot,
            user=sighting.user,
            tenant=tenant,
            worked_at=sighting.at,
            worked_url=(known.worked_url if known else "") or sighting.service_url,
            installed_at=sighting.at if newly or known is None else known.installed_at,
        )
        row.seen_at[channel], row.heard_url[channel] = sighting.at, sighting.service_url
        row.told_at[channel] = max(told_at or sighting.told, sighting.told)
        self._wake(row, channel, sighting.at)
        return row.person, newly

    def _nothing_new(self, row: PersonRow, seen: Sighting, changed: dict[str, object]) -> bool:
        known = row.references.get(seen.channel)
        if known is None or not row.installed(seen.channel) or known.failed:
            return False
        heard_url, told_at = row.heard_url.get(seen.channel) or known.service_url, row.told_at.get(seen.channel)
        return (
            replace(row.person, **changed) == row.person  # type: ignore[arg-type]
            and not (seen.names_them and not was_named_lately(row.person.named_at, seen.at))
            and not (seen.installs and (told_at is None or told_at < seen.told))
            and (heard_url, known.conversation, known.bot, known.user)
            == (seen.service_url, seen.conversation, seen.bot, seen.user)
            and all(self.addresses.get((seen.tenant, one.lower())) == row.person.id for one in seen.addresses)
        )

    def _lead_here(self, row: PersonRow, addresses: Sequence[str], at: datetime) -> None:
        """The directory says that these are this person's: where one is news, those it does not name are given up."""
        person, tenant = row.person.id, row.person.tenant
        new = [one for one in addresses if self.addresses.get((tenant, one)) != person]
        if not new:
            return
        users = [reference.user.lower() for reference in row.references.values()]
        for (of, one), id in list(self.addresses.items()):
            if (of, id) == (tenant, person) and one not in addresses and not any(one in user for user in users):
                del self.addresses[(of, one)]
        for one in new:
            former = self.people.get(self.addresses.setdefault((tenant, one), person))
            if former is None or former is row or not (former.person.directory_id or former.references):
                continue
            former.look_up_at = at
            theirs = former.person.address == one
            if theirs and one != addresses[0]:
                continue
            self.addresses[(tenant, one)] = person
            if theirs:
                rest = [known for (_, known), id in self.addresses.items() if id == former.person.id]
                former.person = replace(former.person, address=min(rest, default=""))

    def _identified(self, seen: Sighting) -> int | None:
        if seen.directory_id and (id := self._in_directory(seen.tenant, seen.directory_id.lower())):
            return id
        if id := self._behind(seen.tenant, seen.channel, seen.user):
            return id
        for address in seen.addresses:
            id = self.addresses.get((seen.tenant, address.lower()))
            if id and may_be(seen, self.people[id].person.directory_id):
                return id
        return None

    def _in_directory(self, tenant: str, directory_id: str) -> int | None:
        ours = (row.person for row in self.people.values() if row.person.tenant == tenant)
        return next((person.id for person in ours if person.directory_id == directory_id), None)

    def _behind(self, tenant: str, channel: Channel, user: str) -> int | None:
        for id, row in self.people.items():
            reference = row.references.get(channel)
            if reference and (reference.tenant, reference.user) == (tenant, user):
                return id
        return None

    def _new_person(self, id: int, tenant: TenantId, address: str = "") -> PersonRow:
        assert id not in self.people, "a number is given once"
        self.people[id] = PersonRow(Person(id=PersonId(id), tenant=tenant, address=address))
        return self.people[id]

    def _merge(self, row: PersonRow, addresses: Sequence[str]) -> bool:
        """People known by one of the addresses only become this person."""
        merged = False
        person, tenant = row.person.id, row.person.tenant
        for address in addresses:
            other = self.addresses[(tenant, address)]
            if other == person or self.people[other].person.directory_id or self.people[other].references:
                continue
            merged = True
            for some in self.lists.values():
                if other in some.people:
                    some.people.setdefault(person, some.people.pop(other))
                    some.people.pop(other, None)
            have = {one.campaign for one in self.deliveries if one.person == person}
            for one in self.deliveries:
                if one.person == other and one.campaign not in have:  # nobody receives twice
                    one.person = person
            self.addresses = {key: person if to == other else to for key, to in self.addresses.items()}
        return merged

    def _wake(self, row: PersonRow, channel: Channel, at: datetime) -> None:
        for one in self.deliveries:
            campaign = self.campaigns_[one.campaign]
            if (
                one.person == row.person.id
                and (campaign.state, campaign.channel) == (CampaignState.RUNNING, channel)
                and one.state is DeliveryState.WAITING
                and one.next_at > at
            ):
                one.state, one.next_at = DeliveryState.PLANNED, at

    def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        id = self._behind(tenant, channel, user)
        return self.people[id].person if id else None

    def lose(
        self, tenant: TenantId, channel: Channel, user: str, reason: NotReached, told_at: datetime | None = None
    ) -> None:
        id, sender = self._behind(tenant, channel, user), sender_of(tenant, channel, user)
        if told_at is not None and reason is NotReached.UNINSTALLED:
            row = self.activities.setdefault(removal_of(sender), ActivityRow(0, told_at, told_at, done=True))
            row.told_at = row.began_at = max(row.told_at or told_at, told_at)
        if id is None:
            return
        if told_at is not None:
            known = self.people[id].told_at
            done = [row.told_at for row in self.activities.values() if row.sender == sender]
            if any(at and at > told_at for at in (known.get(channel), *done)):
                return
            known[channel] = told_at
        self._refer(id, channel, broken=reason)

    # --- names to be read ---------------------------------------------------------------------

    def look_up(self, person: PersonId, at: datetime) -> None:
        row = self.people[person]
        row.look_up_at = min(row.look_up_at or at, at)

    def due_look_ups(self, now: datetime, again: datetime, limit: int) -> list[Reference]:
        asked = []
        due = [row for row in self.people.values() if row.look_up_at and row.look_up_at <= now]
        for row in sorted(due, key=lambda row: row.look_up_at or now):
            reference = row.references.get(Channel.TEAMS)
            usable = reference and reference.conversation and not reference.broken
            row.look_up_at = again if usable else None
            if reference and usable:
                asked.append(reference)
        return asked

    def looked_up(self, person: PersonId) -> None:
        self.people[person].look_up_at = None

    def _refer(self, id: int, channel: Channel, **changes: object) -> None:
        row = self.people[id]
        row.references[channel] = replace(row.references[channel], **changes)  # type: ignore[arg-type]

    def learn(self, person: PersonId, channel: Channel, lesson: Lesson) -> None:
        known = self.people[person].references.get(channel)
        if known is None or (known.worked_at and known.worked_at > lesson.at):
            return
        if lesson.failed is NotReached.NEVER_INSTALLED:
            self._refer(person, channel, broken=lesson.failed, failed_at=lesson.at)
        elif lesson.failed:
            self._refer(person, channel, failed=lesson.failed, failed_at=lesson.at)
        else:
            conversation = lesson.conversation or known.conversation
            worked = {"worked_at": lesson.at, "worked_url": lesson.service_url or known.worked_url}
            self._refer(person, channel, failed=None, failed_at=None, conversation=conversation, **worked)

    def newest_service_url(self, tenant: TenantId, channel: Channel) -> str:
        heard = [
            (row.seen_at[channel], row.heard_url.get(channel) or reference.service_url)
            for row in self.people.values()
            if (reference := row.references.get(channel)) and reference.tenant == tenant and reference.installed
        ]
        return max(heard)[1] if heard else ""

    def person(self, person: PersonId) -> Person | None:
        return self.people[person].person if person in self.people else None

    def person_at(self, tenant: TenantId, address: str) -> Person | None:
        id = self.addresses.get((tenant, address.lower()))
        return self.people[id].person if id else None

    def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[PersonId]:
        people = []
        for contact, given in zip(contacts, self.given, strict=True):
            key = (tenant, contact.address.lower())
            if key not in self.addresses:
                self.addresses[key] = self._new_person(given, tenant, key[1]).person.id
            row = self.people[self.addresses[key]]
            person = row.person
            if not (person.directory_id or person.given_name or person.surname or person.name):
                row.person = replace(person, given_name=contact.given_name, surname=contact.surname)
            people.append(row.person.id)
        return people

    def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        return [self._know(tenant, user, at, given) for user, given in zip(users, self.given, strict=True)]

    def _know(self, tenant: TenantId, user: DirectoryUser, at: datetime, given: int) -> PersonId:
        named = [self.addresses.get((tenant, address)) for address in user.addresses]
        free = [id for id in named if id and not self.people[id].person.directory_id]
        id = self._in_directory(tenant, user.directory_id) or (free[0] if free else None)
        row = self.people[id] if id else self._new_person(given, tenant)
        person = row.person
        row.person = replace(
            person,
            directory_id=user.directory_id,
            address=user.addresses[0] if user.addresses else person.address,
            given_name=user.given_name or person.given_name,
            surname=user.surname or person.surname,
            name=user.name or person.name,
            **{fact: getattr(user, fact) or getattr(person, fact) for fact in DIRECTORY_FACTS},
            locale=person.locale or user.language,
            zone=person.zone or user.zone,
            guest=person.guest if user.guest is None else user.guest,
        )
        if user.addresses and not was_named_lately(person.named_at, at):
            row.person, row.look_up_at = replace(row.person, named_at=at), None
        self._lead_here(row, user.addresses, at)
        if self._merge(row, user.addresses):
            for channel in Channel:
                if row.works(channel):
                    self._wake(row, channel, at)
        return person.id

    def meet_in_team(
        self, tenant: TenantId, source: Source, members: Sequence[tuple[PersonId, str]], at: datetime
    ) -> None:
        channel = Channel.TEAMS
        for person, user in members:
            row = self.people[person]
            if self._behind(tenant, channel, user) not in (None, person):
                continue
            known = row.references.get(channel)
            if known is None:
                row.references[channel] = Reference(
                    person=person,
                    channel=channel,
                    service_url=source.service_url,
                    conversation="",
                    bot=source.bot,
                    user=user,
                    tenant=tenant,
                    installed=False,
                )
                row.seen_at[channel] = at
            elif known.installed or known.conversation:
                continue
            else:
                long_ago = known.failed_at is None or known.failed_at < at - ANOTHER_CHANCE
                again = known.broken is NotReached.NEVER_INSTALLED and long_ago
                broken = None if again else known.broken
                self._refer(person, channel, service_url=source.service_url, bot=source.bot, user=user, broken=broken)
            if row.works(channel):
                self._wake(row, channel, at)

    def installed_for(self, reference: Reference, at: datetime) -> None:
        channel, row = reference.channel, self.people[reference.person]
        known = row.references.get(channel)
        if known is None:
            if self._behind(reference.tenant, channel, reference.user):
                return
            row.references[channel], row.seen_at[channel] = replace(reference, installed_at=at), at
        elif known.broken is NotReached.NEVER_INSTALLED or not known.installed:
            where = {"conversation": reference.conversation, "service_url": reference.service_url}
            anew = {"broken": None, "installed": True, "installed_at": at}
            self._refer(reference.person, channel, bot=reference.bot, **anew, **where)
        else:
            return
        self._wake(row, channel, at)

    def reference(self, person: PersonId, channel: Channel) -> Reference | None:
        return self.people[person].references.get(channel) if person in self.people else None

    def speak(self, person: PersonId, language: str) -> None:
        self.people[person].person = replace(self.people[person].person, language=language)

    def mute(self, person: PersonId, muted: bool, *, deed: Deed) -> None:
        self._note_person(deed, person)
        self.people[person].person = replace(self.people[person].person, muted=muted)

    def muted_people(self, tenant: TenantId) -> list[int]:
        return sorted(id for id, row in self.people.items() if row.person.tenant == tenant and row.person.muted)

    def set_quiet(self, person: PersonId, quiet: Quiet | None, *, deed: Deed) -> None:
        self._note_person(deed, person)
        self.people[person].person = replace(self.people[person].person, quiet=quiet)

    def leave_topic(self, person: PersonId, topic: int, left: bool, *, deed: Deed) -> None:
        self._note_person(deed, person)
        row = self.people[person]
        topics = row.person.left_topics | {topic} if left else row.person.left_topics - {topic}
        row.person = replace(row.person, left_topics=topics)

    def quiet_people(self, tenant: TenantId) -> dict[tuple[str, Quiet], list[int]]:
        groups: dict[tuple[str, Quiet], list[int]] = {}
        for id, row in sorted(self.people.items()):
            if row.person.tenant == tenant and row.person.quiet is not None:
                groups.setdefault((row.person.zone, row.person.quiet), []).append(id)
        return groups

    def people_without_topic(self, tenant: TenantId, topic: int) -> list[int]:
        some = ((id, row.person) for id, row in self.people.items())
        return sorted(id for id, one in some if one.tenant == tenant and topic in one.left_topics)

    def _note_person(self, deed: Deed, person: PersonId) -> None:
        self.done(deed, self.people[person].person.tenant, Subject.PERSON, person)

    # --- roles --------------------------------------------------------------------------------

    def _owners(self, tenant: TenantId) -> set[int]:
        ours = ((id, row) for id, row in self.people.items() if row.person.tenant == tenant)
        return {id for id, row in ours if row.role is Role.OWNER}

    def role(self, person: PersonId) -> Role | None:
        return self.people[person].role if person in self.people else None

    def give_role(self, person: PersonId, role: Role | None, *, deed: Deed) -> bool:
        row = self.people[person]
        if self._owners(row.person.tenant) == {person} and role is not Role.OWNER:
            return False
        row.role = role
        self._note_person(deed, person)
        return True

    def claim_ownership(self, person: PersonId, *, deed: Deed) -> bool:
        row = self.people[person]
        if self._owners(row.person.tenant):
            return False
        row.role = Role.OWNER
        self._note_person(deed, person)
        return True

    def with_role(self, tenant: TenantId) -> list[tuple[Person, Role]]:
        rows = [(row.person, row.role) for row in self.people.values() if row.role and row.person.tenant == tenant]
        return sorted(rows, key=lambda pair: (pair[0].name, pair[0].address))

"""Lists, the people of audiences, installing the bot for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from storage.records import (
    DIRECTORY_FACTS,
    Audience,
    CampaignId,
    CampaignState,
    Channel,
    Columns,
    Deed,
    DeliveryState,
    DistributionList,
    Installation,
    InstallationId,
    ListId,
    ListInUse,
    Member,
    NotReached,
    PersonId,
    Profile,
    Reach,
    Source,
    StaleVersion,
    Subject,
    TenantId,
    origin_of,
    profile_of,
    target_of,
)
from storage.records.lists import names_of_columns
from storage.records.segments import KnownValue, PersonFacts, folded, matches
from storage.shared.profiles import NAMED
from storage.shared.segments import Named, columns_behind, held_by, is_sound, lists_behind
from tests.contract.model.kept import Kept, ListRow, PersonRow


class ModelOfLists(Kept):
    def _new(
        self, tenant: TenantId, owner: PersonId, name: str, *, blank: bool = False, cause: str = ""
    ) -> tuple[ListId, bool]:
        id, new = self.new_number("list", cause, self.lists)
        if new:
            known = DistributionList(id=ListId(id), tenant=tenant, owner=owner, name=name, size=0)
            self.lists[id] = ListRow(known, blank)
        return ListId(id), new

    def _seen(self, id: int) -> ListRow | None:
        row = self.lists.get(id)
        return None if row is None or row.blank else row

    def _note_list(self, deed: Deed, row: ListRow) -> None:
        self.done(deed, row.list.tenant, Subject.LIST, row.list.id, row.list.name)

    def new_list(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        people: Sequence[PersonId],
        *,
        columns: Mapping[int, Columns] | None = None,
        result_of: CampaignId | None = None,
        deed: Deed,
    ) -> DistributionList | None:
        id, new = self._new(tenant, owner, name, cause=deed.cause)
        if new:
            row, said = self.lists[id], columns or {}
            row.people = {key: said.get(key, {}) for key in people}
            row.list = replace(row.list, columns=names_of_columns(said))
            self.lists[id].result_of = result_of
            self._note_list(deed, self.lists[id])
        return self.distribution_list(id)

    def blank_list(self, tenant: TenantId, owner: PersonId, *, cause: str = "") -> ListId:
        return self._new(tenant, owner, "", blank=True, cause=cause)[0]

    def fill_blank(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        if id not in self.lists or not self.lists[id].blank:
            return
        standing = self.lists[id].people
        for person, values in zip_longest(people, columns):
            if person not in standing or (columns and not keep):
                standing[person] = values or {}

    def drop_blank(self, id: ListId) -> None:
        if id in self.lists and self.lists[id].blank:
            del self.lists[id]

    def absorb_blanks(self, into: ListId, blanks: Sequence[ListId]) -> None:
        if into not in self.lists or not self.lists[into].blank:
            return
        for blank in blanks:
            if blank != into and blank in self.lists and self.lists[blank].blank:
                absorbed: dict[int, Columns] = {person: {} for person in self.lists[blank].people}
                self.lists[into].people = absorbed | self.lists[into].people
                del self.lists[blank]

    def enlist(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        if row := self._seen(id):
            row.people = {person: {} for person in people} | row.people
            self._note_list(deed, row)

    def dismiss(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        if row := self._seen(id):
            row.people = {person: values for person, values in row.people.items() if person not in people}
            self._note_list(deed, row)

    def publish_list(
        self, id: ListId, name: str, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        row = self.lists.get(id)
        if row and row.blank:
            row.list, row.blank = replace(row.list, name=name, columns=tuple(columns)), False
            self._note_list(deed, row)
        return self.distribution_list(id)

    def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        if self._refilled(id, blank, columns):
            self._note_list(deed, self.lists[id])
        return self.distribution_list(id)

    def refresh_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime
    ) -> DistributionList | None:
        if self._refilled(id, blank, columns):
            self.lists[id].list = replace(self.lists[id].list, read_at=read_at)
        return self.distribution_list(id)

    def _refilled(self, id: ListId, blank: ListId, columns: Sequence[str]) -> bool:
        row, waiting = self._seen(id), self.lists.get(blank)
        if row is None or waiting is None or not waiting.blank:
            return False
        row.people, row.list = waiting.people, replace(row.list, columns=tuple(columns))
        del self.lists[blank]
        return True

    def list_from(
        self, tenant: TenantId, owner: PersonId, name: str, source: Source, *, deed: Deed
    ) -> DistributionList | None:
        origin = (tenant, origin_of(owner, source))
        if origin not in self.origins:
            self.origins[origin] = self._new(tenant, owner, name)[0]
            self._note_list(deed, self.lists[self.origins[origin]])
        row = self.lists[self.origins[origin]]
        row.list = replace(row.list, source=source)
        return self.distribution_list(row.list.id)

    def new_segment(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        segment: Audience,
        columns: Sequence[str] = (),
        *,
        deed: Deed,
    ) -> DistributionList | None:
        id, new = self._new(tenant, owner, name, cause=deed.cause)
        if new:
            row = self.lists[id]
            row.list = replace(row.list, segment=segment, columns=tuple(columns))
            self._note_list(deed, row)
        return self.distribution_list(id)

    def change_segment(
        self, id: ListId, segment: Audience, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        row = self._seen(id)
        if row is None or row.list.segment is None:
            return None
        self._refuse_in_use(row)
        row.list = replace(row.list, segment=segment, columns=tuple(columns))
        self._note_list(deed, row)
        return self.distribution_list(id)

    def rename_list(self, id: ListId, name: str, *, deed: Deed) -> None:
        if row := self._seen(id):
            row.list = replace(row.list, name=name)
            self._note_list(deed, row)

    def share_list(self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False, deed: Deed) -> None:
        if row := self._seen(id):
            row.list = replace(row.list, shared_with=frozenset(authors), shared_with_all=all_authors)
            self._note_list(deed, row)

    def distribution_list(self, id: ListId) -> DistributionList | None:
        row = self._seen(id)
        return replace(row.list, size=len(row.people)) if row else None

    def lists_(self, tenant: TenantId) -> list[DistributionList]:
        seen = [self.distribution_list(row.list.id) for row in self.lists.values() if row.list.tenant == tenant]
        return sorted((one for one in seen if one), key=lambda one: (one.name.casefold(), one.id))

    def delete_list(self, id: ListId, *, deed: Deed) -> None:
        if (known := self._seen(id)) is None:
            return
        self._refuse_in_use(known)
        del self.lists[id]
        self._note_list(deed, known)
        self.origins = {origin: to for origin, to in self.origins.items() if to != id}

    def _refuse_in_use(self, row: ListRow) -> None:
        lists = [other.list for other in self.lists.values() if other.list.tenant == row.list.tenant]
        held = held_by(row.list.id, lists)
        using = [
            campaign.name
            for campaign in self.campaigns_.values()
            if campaign.state in (CampaignState.SCHEDULED, CampaignState.RUNNING)
            and held & set(campaign.as_scheduled.audience.named)
        ]
        if using:
            raise ListInUse(tuple(using))

    # --- audiences ----------------------------------------------------------------------------

    def _named(self, tenant: TenantId) -> Named:
        lists = {row.list.id: row.list for row in self.lists.values() if not row.blank and row.list.tenant == tenant}
        campaigns = {one.id: one for one in self.campaigns_.values() if one.tenant == tenant}
        return Named(tenant, lists, campaigns)

    def _in_lists(self, tenant: TenantId, lists: Iterable[ListId], channel: Channel) -> set[int]:
        people: set[int] = set()
        for id in lists:
            if (row := self._seen(id)) is None or row.list.tenant != tenant:
                continue
            if row.list.segment is None:
                people |= row.people.keys()
            elif is_sound(row.list.segment, self._named(tenant)):
                people |= self._standing_for(tenant, row.list.segment, channel)
        return people

    def _standing_for(self, tenant: TenantId, audience: Audience, channel: Channel) -> set[int]:
        """The people of an audience, guests or not."""
        people = self._standing_in_any(tenant, audience, channel)
        if audience.among:
            people &= self._hidden(audience.among)
        return people - self._hidden(audience.beyond)

    def _hidden(self, lists: Iterable[ListId]) -> set[int]:
        return {person for id in lists if id in self.lists for person in self.lists[id].people}

    def _standing_in_any(self, tenant: TenantId, audience: Audience, channel: Channel) -> set[int]:
        segments = [row.list.segment for id in audience.except_lists if (row := self._seen(id)) and row.list.segment]
        named = self._named(tenant)
        if not all(is_sound(one, named) for one in segments):
            return set()
        ids = self._in_lists(tenant, audience.lists, channel)
        if audience.everyone:
            ours = (row for row in self.people.values() if row.person.tenant == tenant)
            ids |= {row.person.id for row in ours if row.installed(channel)}
        ids -= self._in_lists(tenant, audience.except_lists, channel)
        rule = audience.only
        if rule is None:
            return ids
        if not is_sound(audience, named):
            return set()
        declared = columns_behind(audience.lists, named)
        said = self.columns_of(audience, sorted(ids))
        known = {id: {name: text for name, text in said.get(id, {}).items() if name in declared} for id in ids}
        return {id for id in ids if matches(rule, self._facts(id, known[id], channel), self.rules_now)}

    def _facts(self, id: int, columns: Columns, channel: Channel) -> PersonFacts:
        row = self.people[id]
        told = {one.id for one in self.campaigns_.values() if one.started_at and one.tells_names}
        return PersonFacts(
            person=row.person,
            channels=frozenset(one for one in Channel if row.works(one)),
            installed_at=row.references[channel].installed_at if row.installed(channel) else None,
            columns=columns,
            received={
                CampaignId(one.campaign): one.settled_at
                for one in self.deliveries
                if one.person == id
                and one.state is DeliveryState.DELIVERED
                and one.settled_at is not None
                and one.campaign in told
            },
            did={CampaignId(campaign): record for (campaign, who), record in self.records.items() if who == id},
        )

    def _audience(self, tenant: TenantId, audience: Audience, channel: Channel) -> tuple[list[PersonRow], int]:
        """The people of an audience, and how many guests are left out."""
        ids = self._standing_for(tenant, audience, channel)
        rows = [self.people[id] for id in sorted(ids)]
        left = [row for row in rows if audience.guests or not row.person.guest]
        return left, len(rows) - len(left)

    def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        rows, guests = self._audience(tenant, audience, channel)
        return Reach(total=len(rows), reachable=sum(row.works(channel) for row in rows), guests=guests)

    def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        why = (_why(row, channel) for row in self._audience(tenant, audience, channel)[0])
        return dict(Counter(reason for reason in why if reason))

    def members(
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
        rows = [
            row
            for row in self._audience(tenant, audience, channel)[0]
            if reachable in (None, row.works(channel)) and _is_named(row, search)
        ]
        rows.sort(key=_order if by_name else lambda row: row.person.id)
        columns = self.columns_of(audience, [row.person.id for row in rows])
        members = []
        for row in rows[offset : offset + limit]:
            doubt = row.references.get(channel)
            members.append(
                Member(
                    person=row.person,
                    why=_why(row, channel),
                    installed=row.installed(channel),
                    failed=doubt.failed if doubt else None,
                    failed_at=doubt.failed_at if doubt else None,
                    columns=columns.get(row.person.id, {}),
                )
            )
        return members

    def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        by_person: dict[int, dict[str, str]] = {}
        known = {row.list.id: row.list for row in self.lists.values() if not row.blank}
        behind = lists_behind(audience.lists, known)
        with_columns = [row for id in behind if (row := self._seen(id)) and row.list.columns]
        for row in with_columns:
            for person in people:
                for column, value in row.people.get(person, {}).items():
                    by_person.setdefault(person, {}).setdefault(column, value)
        return dict(by_person)

    def profiles_of(
        self, tenant: TenantId, audience: Audience, channel: Channel, people: Sequence[int]
    ) -> dict[Profile, list[int]]:
        columns, groups = self.columns_of(audience, people), dict[Profile, list[int]]()
        stands_in: dict[ListId, Collection[int]] = {}
        for id in audience.lists:
            if (row := self._seen(id)) is not None and row.list.segment is None:
                stands_in[id] = row.people
            elif row is not None and (audience.everyone or len(audience.lists) > 1):
                stands_in[id] = self._in_lists(tenant, [id], channel)
        for person in people:
            known = self.people[person].person
            lists = (id for id, some in stands_in.items() if person in some)
            profile = Profile(
                department=known.department,
                country=known.country,
                city=known.city,
                language=(known.language or known.locale).replace("_", "-").split("-")[0].lower(),
                list=next(lists, 0),
            )
            groups.setdefault(profile_of(profile, columns.get(person, {}), NAMED), []).append(person)
        return groups

    def known_values(self, tenant: TenantId, lists: Sequence[ListId], wanted: Collection[str]) -> set[KnownValue]:
        texts = {folded(text) for text in wanted}
        ours = [row.person for row in self.people.values() if row.person.tenant == tenant]
        known = {
            KnownValue(list=0, name=fact, value=value)
            for person in ours
            for fact in DIRECTORY_FACTS
            if (value := getattr(person, fact)) and folded(value) in texts
        }
        said = ((id, values) for id in lists if (row := self._seen(id)) for values in row.people.values())
        return known | {
            KnownValue(list=id, name=name, value=value)
            for id, values in said
            for name, value in values.items()
            if folded(value) in texts
        }

    def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        rows, _ = self._audience(tenant, audience, channel)
        return dict(Counter(row.person.zone for row in rows if row.works(channel)))

    def by_zone(self, people: Sequence[int]) -> dict[str, Sequence[int]]:
        zones: dict[str, list[int]] = {}
        for person in people:
            zones.setdefault(self.people[person].person.zone, []).append(person)
        return dict(zones)

    def reach_at(self, tenant: TenantId, addresses: Sequence[str], channel: Channel) -> Reach:
        led = {self.addresses[(tenant, one)] for one in addresses if (tenant, one) in self.addresses}
        return Reach(total=len(led), reachable=sum(self.people[id].works(channel) for id in led))

    def recipients(self, tenant: TenantId, audience: Audience, channel: Channel) -> tuple[Sequence[int], Sequence[int]]:
        rows, _ = self._audience(tenant, audience, channel)
        reached = [row.person.id for row in rows if row.works(channel)]
        return reached, [row.person.id for row in rows if not row.works(channel)]

    def people_bits(self, tenant: TenantId, channel: Channel, audiences: Sequence[Audience]) -> list[int]:
        return [sum(1 << person for person in self.recipients(tenant, one, channel)[0]) for one in audiences]

    # --- installing the bot -------------------------------------------------------------------

    def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        for known in self.installations.values():
            if not known.finished_at and target_of(known.tenant, known.audience) == target_of(tenant, audience):
                return known
        (id,) = self.given
        assert id not in self.installations, "a number is given once"
        self.installations[id] = Installation(
            id=InstallationId(id),
            tenant=tenant,
            author=author,
            version=1,
            audience=audience,
            name=name,
            started_at=at,
            total=total,
        )
        return self.installations[id]

    def installation(self, id: InstallationId) -> Installation | None:
        return self.installations.get(id)

    def open_installations(self) -> list[Installation]:
        return [known for _, known in sorted(self.installations.items()) if not known.finished_at]

    def save_installation(self, installation: Installation) -> Installation:
        known = self.installations.get(installation.id)
        if known is None or known.version != installation.version:
            raise StaleVersion
        self.installations[installation.id] = replace(installation, version=installation.version + 1)
        return self.installations[installation.id]


def _why(row: PersonRow, channel: Channel) -> NotReached | None:
    reference = row.references.get(channel)
    return reference.broken if reference else NotReached.NEVER_INSTALLED


def _order(row: PersonRow) -> tuple[str, str, str, int]:
    person = row.person
    return person.surname.casefold(), person.name.casefold(), person.address, person.id


def _is_named(row: PersonRow, search: str) -> bool:
    """Whether every word of it stands in one of the names, or in the address."""
    person = row.person
    names = [name.casefold() for name in (person.surname, person.given_name, person.name, person.address)]
    return all(any(word in name for name in names) for word in search.casefold().split())

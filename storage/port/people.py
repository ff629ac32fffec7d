"""People, and what groups them: lists, and installations of the bot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from storage.records import (
    Audience,
    CampaignId,
    Channel,
    Columns,
    Contact,
    Deed,
    DirectoryUser,
    DistributionList,
    Installation,
    InstallationId,
    Lesson,
    ListId,
    Member,
    NotReached,
    Person,
    PersonId,
    Profile,
    Quiet,
    Reach,
    Reference,
    Role,
    Sighting,
    Source,
    TenantId,
)
from storage.records.segments import KnownValue


class People(Protocol):
    async def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        """Keep the person who wrote and how to answer; the same person twice is one person.

        A personal conversation makes the person reachable again, unless they were removed later than it was, and
        wakes deliveries that wait for them in running campaigns (due at ``sighting.at``). True when they could not
        be reached before. Addresses that the directory says are theirs lead to them from here on, and to nobody
        else; those that it says no more are given up. A person who stood in lists by one of the addresses only
        becomes this person.
        """
        ...

    async def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        """The person whom the channel knows by this id."""
        ...

    async def lose(
        self, tenant: TenantId, channel: Channel, user: str, reason: NotReached, told_at: datetime | None = None
    ) -> None:
        """The platform told that the person with this channel id is out of reach, and why.

        ``told_at``: when, as the platform says it. Where an install, or anything that they did in their chat during
        the last day, is newer, nothing changes.
        """
        ...

    async def look_up(self, person: PersonId, at: datetime) -> None:
        """Their names and addresses are to be read again, from ``at`` on or when it was due before that."""
        ...

    async def due_look_ups(self, now: datetime, again: datetime, limit: int) -> list[Reference]:
        """How to ask the platform about people whose names are to be read, those who wait longest first.

        Each is left to the caller until ``again``, when it is due once more, unless they have been named by then.
        """
        ...

    async def looked_up(self, person: PersonId) -> None:
        """The platform has said all that it knows of them: they are not asked about again for now."""
        ...

    async def learn(self, person: PersonId, channel: Channel, lesson: Lesson) -> None:
        """Keep what was learned of a reference; older news than what is kept change nothing."""
        ...

    async def newest_service_url(self, tenant: TenantId, channel: Channel) -> str:
        """Through which serviceUrl somebody of the organisation was last heard; "" before anybody was."""
        ...

    async def person(self, person: PersonId) -> Person | None: ...

    async def person_at(self, tenant: TenantId, address: str) -> Person | None:
        """The person with this address, in any letter case."""
        ...

    async def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[PersonId]:
        """The persons behind these contacts, in their order, made where they are new."""
        ...

    async def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        """The persons behind these users of the directory, in their order, made where they are new.

        Its word on names, addresses (as in ``remember``), department and guests is kept; its language and zone where
        the person's own client has told none. A person who stood in lists by one of the addresses only becomes
        this person; what waits for somebody who can be reached is then due at ``at``.
        """
        ...

    async def meet_in_team(
        self, tenant: TenantId, source: Source, members: Sequence[tuple[PersonId, str]], at: datetime
    ) -> None:
        """(person, their id on Teams) each: they can be written to through a team that has installed the bot.

        Their chat is opened with the first message. A person who has installed the bot, or has removed it,
        stays as they are. What waits for the others is due at ``at``.
        """
        ...

    async def installed_for(self, reference: Reference, at: datetime) -> None:
        """The bot has been installed for somebody, who can be written to so, unless they can be already.

        What waits for them is due at ``at``.
        """
        ...

    async def reference(self, person: PersonId, channel: Channel) -> Reference | None: ...

    async def speak(self, person: PersonId, language: str) -> None:
        """The language the person asked for; "" follows the client's locale again."""
        ...

    async def mute(self, person: PersonId, muted: bool, *, deed: Deed) -> None:
        """Whether the person wants no campaigns, from here on."""
        ...

    async def muted_people(self, tenant: TenantId) -> Sequence[int]:
        """The PersonIds of an organisation who want no campaigns, ascending."""
        ...

    async def set_quiet(self, person: PersonId, quiet: Quiet | None, *, deed: Deed) -> None:
        """The hours in which the person wants important campaigns only; None: there are none."""
        ...

    async def leave_topic(self, person: PersonId, topic: int, left: bool, *, deed: Deed) -> None:
        """Whether the person wants no campaigns of a topic, from here on; the others stay as they are."""
        ...

    async def quiet_people(self, tenant: TenantId) -> dict[tuple[str, Quiet], Sequence[int]]:
        """The PersonIds of an organisation who have quiet hours, ascending, by their zone ("": unknown) and hours."""
        ...

    async def people_without_topic(self, tenant: TenantId, topic: int) -> Sequence[int]:
        """The PersonIds of an organisation who have left a topic, ascending."""
        ...

    async def role(self, person: PersonId) -> Role | None: ...

    async def give_role(self, person: PersonId, role: Role | None, *, deed: Deed) -> bool:
        """False, and nothing changed, where it would leave the organisation without an owner."""
        ...

    async def claim_ownership(self, person: PersonId, *, deed: Deed) -> bool:
        """Make this person the owner of their tenant unless it has one; whether it happened."""
        ...

    async def with_role(self, tenant: TenantId) -> list[tuple[Person, Role]]: ...


class Lists(Protocol):
    async def new_list(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        people: Sequence[PersonId],
        *,
        columns: Mapping[int, Columns] | None = None,
        result_of: CampaignId | None = None,
        deed: Deed,
    ) -> DistributionList:
        """``columns``: what it says about some of them. ``result_of``: it says what recipients of a campaign did, and

        goes when those are forgotten.

        ``deed``: where an earlier run of its cause has made a list, it is that one.
        """
        ...

    async def blank_list(self, tenant: TenantId, owner: PersonId, *, cause: str = "") -> ListId:
        """A list that nobody sees until it is published: filled page by page, it appears whole.

        ``cause``: the activity that makes it; an earlier run of it may have published it already.
        """
        ...

    async def fill_blank(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        """These people stand in a blank list, with what it says about each; twice is once.

        ``keep``: who stands in it already stays as they are.
        """
        ...

    async def fill_from_page(self, id: ListId, page: bytes) -> None:
        """The people behind the contacts of a ContactPage, as JSON, stand in a blank list; twice is once.

        As ``meet`` and ``fill_blank``, without a record of each. Where the list is not blank, nobody is met either.
        """
        ...

    async def drop_blank(self, id: ListId) -> None:
        """A blank list goes; one that has been published stays."""
        ...

    async def absorb_blanks(self, into: ListId, blanks: Sequence[ListId]) -> None:
        """The people of these blank lists stand in the blank list ``into``, and the lists are gone; twice is once."""
        ...

    async def enlist(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        """These people stand in the list; who does already stays as they are."""
        ...

    async def dismiss(self, id: ListId, people: Sequence[PersonId], *, deed: Deed) -> None:
        """These people stand in the list no more."""
        ...

    async def publish_list(
        self, id: ListId, name: str, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        """A blank list is there from here on; twice is once. None when it is gone."""
        ...

    async def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        """The people of a blank list take the place of this list's, all at once; twice is once.

        None when the list is gone.
        """
        ...

    async def refresh_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime
    ) -> DistributionList | None:
        """The same, where the list's source was read again; ``read_at``: when that began. It is nobody's deed."""
        ...

    async def list_from(
        self, tenant: TenantId, owner: PersonId, name: str, source: Source, *, deed: Deed
    ) -> DistributionList:
        """The list of this source, empty and unread where it is new; only then it is a deed.

        One for each owner and group; one for each team, no matter of which owner.
        """
        ...

    async def new_segment(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        segment: Audience,
        columns: Sequence[str] = (),
        *,
        deed: Deed,
    ) -> DistributionList:
        """A list that is a rule: whom ``segment`` stands for, whenever that is asked.

        ``columns``: what the lists that it is of say about people. ``deed``: as for a new list.
        """
        ...

    async def change_segment(
        self, id: ListId, segment: Audience, columns: Sequence[str] = (), *, deed: Deed
    ) -> DistributionList | None:
        """None when it is gone, or no segment. Raises ListInUse as ``delete_list`` does."""
        ...

    async def rename_list(self, id: ListId, name: str, *, deed: Deed) -> None: ...

    async def share_list(
        self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False, deed: Deed
    ) -> None:
        """Set the authors who may use it beside its owner."""
        ...

    async def distribution_list(self, id: ListId) -> DistributionList | None: ...

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        """By name."""
        ...

    async def delete_list(self, id: ListId, *, deed: Deed) -> None:
        """Raises ListInUse while a scheduled or running campaign names it or a segment of it, be it as an exception."""
        ...

    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach:
        """How many people an audience has now; its segments and its rule are evaluated anew, here and below."""
        ...

    async def unreached(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[NotReached, int]:
        """Why people of the audience cannot be reached, and how many for each reason."""
        ...

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
        """A page of the audience, each person once, by name; else in the order in which they became known, for which
        nobody has to be sorted.

        ``search``: only those in whose name or address it stands; ``reachable``: only those who can be
        reached, or only those who cannot.
        """
        ...

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        """What the lists say about these people; the audience's first list that says something wins."""
        ...

    async def profiles_of(
        self, tenant: TenantId, audience: Audience, channel: Channel, people: Sequence[int]
    ) -> dict[Profile, list[int]]:
        """These PersonIds by what is known of them: of the directory, their clients, the lists of the audience.

        Segments among its lists are asked for each of these people, where the audience is more than one segment.
        """
        ...

    async def known_values(self, tenant: TenantId, lists: Sequence[ListId], wanted: Collection[str]) -> set[KnownValue]:
        """Which of the ``wanted`` texts, in any letter case, the directory says of somebody, or columns of these lists.

        All people of the lists are looked at.
        """
        ...

    async def zones(self, tenant: TenantId, audience: Audience, channel: Channel) -> dict[str, int]:
        """How many of the reachable people of an audience live in each time zone; "" where it is unknown."""
        ...

    async def by_zone(self, people: Sequence[int]) -> dict[str, Sequence[int]]:
        """These PersonIds by time zone, compact arrays; "" where it is unknown."""
        ...

    async def reach_at(self, tenant: TenantId, addresses: Sequence[str], channel: Channel) -> Reach:
        """How many of these addresses, in lower case, lead to people whom the bot knows; and how many it reaches."""
        ...

    async def people_bits(self, tenant: TenantId, channel: Channel, audiences: Sequence[Audience]) -> list[int]:
        """Who can be reached of each of these audiences, as a number in which bit n stands for the PersonId n."""
        ...

    async def recipients(
        self, tenant: TenantId, audience: Audience, channel: Channel
    ) -> tuple[Sequence[int], Sequence[int]]:
        """The PersonIds of an audience, each once: (reachable, not reachable), compact arrays."""
        ...


class Installations(Protocol):
    async def new_installation(
        self, tenant: TenantId, author: PersonId, name: str, audience: Audience, total: int, at: datetime
    ) -> Installation:
        """Version 1; the one that is under way for this audience, where there is one."""
        ...

    async def installation(self, id: InstallationId) -> Installation | None: ...

    async def open_installations(self) -> list[Installation]:
        """Those that have not finished, oldest first."""
        ...

    async def save_installation(self, installation: Installation) -> Installation:
        """Keep how far it has come; gives it back with its next version. Raises StaleVersion."""
        ...

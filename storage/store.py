"""The Store port: what the rest of the house may ask of the records, in the mission's words.

Every method that changes something is durable when it returns: it survives a kill -9. Methods
are idempotent where the world may repeat itself (installs, presses, planning twice).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from storage.records import (
    Audience,
    AuditEntry,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Claimed,
    Columns,
    Contact,
    DeliveryState,
    DirectoryUser,
    DistributionList,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Forms,
    Installation,
    InstallationId,
    ListId,
    Member,
    NotReached,
    Person,
    PersonId,
    Press,
    Reach,
    Received,
    Reference,
    Result,
    Role,
    Settled,
    Sighting,
    Source,
    Tally,
    Template,
    TemplateId,
    TenantId,
    Try,
    Who,
)


class People(Protocol):
    async def remember(self, sighting: Sighting) -> tuple[Person, bool]:
        """Keep who wrote and how to answer; the same person twice is one person.

        A personal conversation makes the person reachable again, and wakes deliveries that
        wait for them in running campaigns (due at ``sighting.at``). Whoever stood in lists by
        one of the addresses only becomes this person. True when they could not be reached before.
        """
        ...

    async def person_behind(self, tenant: TenantId, channel: Channel, user: str) -> Person | None:
        """Whom the channel knows by this id."""
        ...

    async def lose(self, tenant: TenantId, channel: Channel, user: str, reason: NotReached) -> None:
        """The person with this channel id can no longer be reached, and why."""
        ...

    async def person(self, person: PersonId) -> Person | None: ...

    async def person_at(self, tenant: TenantId, address: str) -> Person | None:
        """Who has this address, in any letter case."""
        ...

    async def meet(self, tenant: TenantId, contacts: Sequence[Contact]) -> list[Person]:
        """The persons behind these contacts, in their order, made where they are new."""
        ...

    async def know(self, tenant: TenantId, users: Sequence[DirectoryUser], at: datetime) -> list[PersonId]:
        """The persons behind these users of the directory, in their order, made where they are new.

        Its word on names, addresses, department and guests is kept; its language and zone where the
        person's own client has told none. Whoever stood in lists by one of the addresses only becomes
        this person; what waits for somebody who can be reached is then due at ``at``.
        """
        ...

    async def meet_in_team(
        self, tenant: TenantId, source: Source, members: Sequence[tuple[PersonId, str]], at: datetime
    ) -> None:
        """(person, their id on Teams) each: they can be written to through a team that has installed the bot.

        Their chat is opened with the first message. Whoever has installed the bot, or has removed it,
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

    async def mute(self, person: PersonId, muted: bool) -> None:
        """Whether the person wants no campaigns, from here on."""
        ...

    async def role(self, person: PersonId) -> Role | None: ...

    async def give_role(self, person: PersonId, role: Role | None) -> bool:
        """False, and nothing changed, where it would leave the organisation without an owner."""
        ...

    async def claim_ownership(self, person: PersonId) -> bool:
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
        result_of: CampaignId | None = None,
    ) -> DistributionList:
        """``result_of``: it says what recipients of a campaign did, and goes when those are forgotten."""
        ...

    async def blank_list(self, tenant: TenantId, owner: PersonId) -> ListId:
        """A list that nobody sees until it is published: filled page by page, it appears whole."""
        ...

    async def enlist(
        self, id: ListId, people: Sequence[PersonId], columns: Sequence[Columns] = (), *, keep: bool = False
    ) -> None:
        """These people stand in the list, with what it says about each; twice is once.

        ``keep``: who stands in it already stays as they are.
        """
        ...

    async def dismiss(self, id: ListId, people: Sequence[PersonId]) -> None:
        """These people stand in the list no more."""
        ...

    async def publish_list(self, id: ListId, name: str, columns: Sequence[str] = ()) -> DistributionList | None:
        """A blank list is there from here on; twice is once. None when it is gone."""
        ...

    async def refill_list(
        self, id: ListId, blank: ListId, columns: Sequence[str] = (), *, read_at: datetime | None = None
    ) -> DistributionList | None:
        """The people of a blank list take the place of this list's, all at once; twice is once.

        ``read_at``: when the reading of its source began. None when the list is gone.
        """
        ...

    async def list_from(self, tenant: TenantId, owner: PersonId, name: str, source: Source) -> DistributionList:
        """The list of this source, empty and unread where it is new.

        One for each owner and group; one for each team, whoever's it is.
        """
        ...

    async def rename_list(self, id: ListId, name: str) -> None: ...

    async def share_list(self, id: ListId, authors: Sequence[PersonId], *, all_authors: bool = False) -> None:
        """Who may use it beside its owner, from here on."""
        ...

    async def distribution_list(self, id: ListId) -> DistributionList | None: ...

    async def lists(self, tenant: TenantId) -> list[DistributionList]:
        """By name."""
        ...

    async def delete_list(self, id: ListId) -> None:
        """Raises ListInUse while a scheduled or running campaign names it, be it as an exception."""
        ...

    async def reach(self, tenant: TenantId, audience: Audience, channel: Channel) -> Reach: ...

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
    ) -> list[Member]:
        """A page of the audience, each person once, by name.

        ``search``: only those in whose name or address it stands; ``reachable``: only those who can be
        reached, or only those who cannot.
        """
        ...

    async def columns_of(self, audience: Audience, people: Sequence[int]) -> dict[int, Columns]:
        """What the lists say about these people; the audience's first list that says something wins."""
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


class Campaigns(Protocol):
    async def new_campaign(
        self,
        tenant: TenantId,
        author: PersonId,
        name: str,
        channel: Channel,
        at: datetime,
        forms: Forms | None = None,
    ) -> Campaign:
        """A draft, version 1, with what its forms say already."""
        ...

    async def campaign(self, id: CampaignId) -> Campaign | None: ...

    async def save(self, campaign: Campaign) -> Campaign:
        """Keep a changed draft or scheduled campaign; gives it back with its next version.

        Raises StaleVersion when it changed, started or went since ``campaign.version``.
        """
        ...

    async def campaigns(self, tenant: TenantId, limit: int, offset: int = 0, find: str = "") -> list[Campaign]:
        """Newest first; with ``find``, those that have it in their name, in any letter case."""
        ...

    async def count_campaigns(self, tenant: TenantId, find: str = "") -> int: ...

    async def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        """An author's last campaigns on a channel that have been sent, newest first."""
        ...

    async def delete_campaign(self, campaign: Campaign) -> None:
        """It goes with its deliveries and engagement, unless it is running.

        Raises StaleVersion when it changed, started or went since ``campaign.version``.
        """
        ...

    async def in_state(self, state: CampaignState) -> list[Campaign]: ...

    async def due_to_start(self, now: datetime) -> list[Campaign]:
        """Scheduled campaigns whose slot has begun."""
        ...

    async def start(self, id: CampaignId, at: datetime) -> bool:
        """scheduled -> running, once, whoever comes first; whether this call did it."""
        ...

    async def planned(self, id: CampaignId, at: datetime) -> None:
        """Every recipient has a delivery from here on; who installed meanwhile waits no more."""
        ...

    async def finish(self, id: CampaignId, at: datetime) -> bool:
        """running -> done when it is planned and nothing is open; whether this call did it."""
        ...

    async def unreported(self) -> list[Campaign]:
        """Done campaigns whose report card has not been posted."""
        ...

    async def reported(self, id: CampaignId, at: datetime) -> None: ...

    async def live_card(self, id: CampaignId) -> str | None:
        """The activity id of the live card in the author's chat."""
        ...

    async def keep_live_card(self, id: CampaignId, activity: str) -> None: ...


class Templates(Protocol):
    async def new_template(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        channel: Channel,
        forms: Forms,
        at: datetime,
        *,
        shared: bool,
    ) -> Template: ...

    async def template(self, id: TemplateId) -> Template | None: ...

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        """Those that a person may begin with, by name; with ``find``, those that have it in their name."""
        ...

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int: ...

    async def change_template(self, id: TemplateId, name: str, *, shared: bool) -> Template | None:
        """None when it is gone."""
        ...

    async def delete_template(self, id: TemplateId) -> None:
        """Campaigns that began with it stay as they are."""
        ...


class Deliveries(Protocol):
    async def plan(
        self,
        id: CampaignId,
        people: Sequence[int],
        due: Sequence[int] | None,
        until: datetime,
        columns: Mapping[int, Columns] | None = None,
    ) -> int:
        """Give these PersonIds their deliveries; who has one already keeps it. How many are new.

        ``due``: an instant for each, in milliseconds since 1970 (there may be millions); None where
        they wait for an install, which is settled at ``until``, the slot's end. ``columns``: what the
        lists say about some of them; from here on it stays as it is.
        """
        ...

    async def plan_ended(
        self, id: CampaignId, people: Sequence[int], state: DeliveryState, reason: NotReached, at: datetime
    ) -> int:
        """Give these PersonIds deliveries that have ended before they began; who has one already keeps it."""
        ...

    async def delivery_columns(self, id: CampaignId, person: PersonId) -> Columns:
        """What the lists said about a recipient when the campaign started."""
        ...

    async def planned_people(self, id: CampaignId) -> Sequence[int]:
        """The PersonIds that have a delivery, a compact array in ascending order."""
        ...

    async def claim_due(
        self, campaign: Campaign, holder: int, now: datetime, lease_until: datetime, limit: int, *, mark: bool = False
    ) -> list[Claimed]:
        """Lease deliveries that are due, earliest first, and those whose claim has lapsed.

        With ``mark``, those who can be reached, and whom the campaign may bother, are marked as sending
        in the same change.
        """
        ...

    async def admit(self, id: CampaignId, people: Sequence[int], week: int, limit: int) -> set[int]:
        """Who of these PersonIds may get this campaign's message within ``limit`` a week; they are counted.

        Twice is once; whoever is recorded as certainly not reached is counted no more.
        """
        ...

    async def forget_weeks(self, before: int) -> None:
        """What was counted in weeks before this one."""
        ...

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        """Write down that these requests are about to leave. The DeliveryIds still held."""
        ...

    async def give_back(self, claimed: Sequence[Claimed], holder: int, due: datetime) -> None:
        """Claims that did not leave are planned again."""
        ...

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> None:
        """A longer lease on what this holder still has."""
        ...

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        """Write what became of tries, with the tallies, and what was learned of references."""
        ...

    async def reap(self, id: CampaignId, now: datetime, slot_end: datetime) -> int:
        """Settle what time has decided; how many.

        A lapsed *sending* is unconfirmed; past ``slot_end`` a planned one has expired and one
        that waits for an install is unreachable.
        """
        ...

    async def tally(self, id: CampaignId) -> Tally: ...

    async def next_due(self, id: CampaignId) -> datetime | None:
        """When the next planned delivery is due."""
        ...

    async def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        """When the last planned delivery is due that is due before this instant."""
        ...

    async def people_in_state(self, id: CampaignId, state: DeliveryState) -> Sequence[int]:
        """The PersonIds whose delivery is in this state, a compact array in ascending order."""
        ...

    async def tries(self, id: CampaignId, person: PersonId) -> list[Try]:
        """The tries of a delivery whose campaign asks for presence, from the first to the last."""
        ...

    async def delivery_state(self, id: CampaignId, person: PersonId) -> int | None: ...


class Engagements(Protocol):
    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        """Count presses, in their order. Each recipient's record after all of them; None for no recipient.

        A person counts when the message may be in their chat; a pseudonym and CROWD count as they are.
        """
        ...

    async def engaged(self, id: CampaignId, who: Who) -> Engaged:
        """What one recipient did so far."""
        ...

    async def engagement(self, id: CampaignId) -> list[Engagement]:
        """Totals, and per button; from counters, never a scan."""
        ...

    async def engagement_by_hour(self, id: CampaignId) -> list[EngagedInHour]:
        """From counters too, by kind and hour."""
        ...

    async def received(self, person: Person, channel: Channel, now: datetime) -> list[Received]:
        """The messages a person may have in this channel's chat, of campaigns that count engagement, newest first."""
        ...


class Results(Protocol):
    async def results(self, id: CampaignId, after: int, limit: int) -> list[Result]:
        """A page of a campaign's recipients, those whose PersonId is above ``after``, in its order."""
        ...

    async def people_without(self, id: CampaignId, kind: EngagementKind) -> Sequence[int]:
        """The PersonIds that have received the message and have not done this, ascending; reads them all."""
        ...


class Retention(Protocol):
    """What is kept of a campaign's single recipients goes, in steps that may be repeated; its figures stay."""

    async def organisations_keeping(self, now: datetime) -> list[TenantId]:
        """Those with campaigns that count no engagement any more, of whose recipients something is kept."""
        ...

    async def kept(self, tenant: TenantId, closed_before: datetime | None, limit: int) -> list[Campaign]:
        """Its campaigns that keep their recipients and stopped counting by then, and those that are being erased."""
        ...

    async def seal(self, id: CampaignId, at: datetime) -> None:
        """The figures of a done campaign are exact and stay as they are, whatever becomes of what they count."""
        ...

    async def forget_recipients(self, id: CampaignId, limit: int) -> int:
        """Remove so many rows of single recipients of a sealed campaign; how many went, 0 when none are left."""
        ...

    async def result_lists(self, id: CampaignId) -> list[ListId]:
        """The lists that were made of what recipients of a campaign did."""
        ...

    async def forgotten(self, id: CampaignId, at: datetime) -> None:
        """Nothing is kept of a sealed campaign's recipients any more."""
        ...


class Audit(Protocol):
    """Who did what: only ever added to."""

    async def note(self, entry: AuditEntry) -> None: ...

    async def audit(self, tenant: TenantId, limit: int, before: int | None = None) -> list[tuple[int, AuditEntry]]:
        """The newest entries with their numbers, which rise; ``before``: older ones than this number."""
        ...

    async def count_audit(self, tenant: TenantId) -> int: ...

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        """A page in the order of their numbers, above ``after``; of every organisation where none is named."""
        ...


class Erasure(Protocol):
    """What a person may ask for: all that is kept of them, and that it goes. For operators, at the machine."""

    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        """All rows, as the store keeps them, of whoever has this address in any organisation."""
        ...

    async def erase(
        self, address: str, told: Callable[[TenantId, PersonId], AuditEntry]
    ) -> list[tuple[TenantId, PersonId]]:
        """Whom it was; their numbers stay, and with them all figures. Templates that they shared with nobody go.

        ``told``: what the audit says of each, noted before they cannot be found any more. Twice is once; a
        death in between may let the audit tell it twice, and the next call goes on. Raises CannotErase.
        """
        ...


class Restoring(Protocol):
    """A store that was brought back from a backup knows nothing of what happened after it."""

    async def backup(self, target: Path) -> None:
        """A whole copy of a store in a file, while it is used. Raises StorageError where there is no such copy."""
        ...

    async def doubt(self, id: CampaignId, now: datetime) -> int:
        """What may have been sent after the backup of a running campaign is unconfirmed from here on.

        That is whatever was due by now, on its way, or waited for an install. How many; 0 when none is left.
        """
        ...

    async def skip_numbers(self) -> None:
        """Numbers that may have been given after the backup are never given again: links and cards carry them.

        Nor are the versions of campaigns that can still be edited: a card from after the backup is none of theirs.
        """
        ...


class Documents(Protocol):
    """Small JSON documents with an etag: the memory of typed conversations."""

    async def read_documents(self, keys: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """key -> (etag, JSON)."""
        ...

    async def write_documents(self, documents: Mapping[str, tuple[str | None, bytes]]) -> None:
        """key -> (etag it was read with, "" for "nothing yet", None for "whatever is there", JSON).

        Raises StaleVersion, and writes nothing, when an etag is no longer the current one.
        """
        ...

    async def delete_documents(self, keys: Iterable[str]) -> None: ...

    async def secret(self, name: str) -> bytes:
        """32 random bytes under this name, made once and the same for every copy of the bot."""
        ...


class Store(
    People,
    Lists,
    Installations,
    Campaigns,
    Templates,
    Deliveries,
    Engagements,
    Results,
    Retention,
    Audit,
    Erasure,
    Restoring,
    Documents,
    Protocol,
):
    """All of it; opened once by the composition root."""

    async def open(self) -> None:
        """Connect, and bring the schema to this version. Raises StorageError with what to do."""
        ...

    async def close(self) -> None: ...

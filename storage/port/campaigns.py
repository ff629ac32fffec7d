"""Campaigns, what they begin with, and their deliveries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Claimed,
    Columns,
    Deed,
    DeliveryState,
    Forms,
    NotReached,
    PersonId,
    Profile,
    ProfileFigures,
    SentMessage,
    Sequels,
    Settled,
    Tally,
    Template,
    TemplateId,
    TenantId,
    Trouble,
)


class Campaigns(Protocol):
    async def new_campaign(
        self,
        tenant: TenantId,
        author: PersonId,
        name: str,
        channel: Channel,
        at: datetime,
        forms: Forms | None = None,
        *,
        deed: Deed,
    ) -> Campaign:
        """A draft, version 1, with what its forms say already.

        Where an earlier run of the deed's cause (storage/port/activities.py) has made one, it is that one as it is now.
        """
        ...

    async def campaign(self, id: CampaignId) -> Campaign | None: ...

    async def save(self, campaign: Campaign, *, deed: Deed) -> Campaign:
        """Keep a campaign that people have changed (storage/records/campaign_life.py); gives its next version.

        It knows the deed's cause from then on. Raises StaleVersion when it changed, started or went since
        ``campaign.version``; NotPossible, which is one, where no change leads from its state to that of ``campaign``.
        """
        ...

    async def campaigns(
        self, tenant: TenantId, limit: int, offset: int = 0, find: str = "", seen_by: PersonId | None = None
    ) -> list[Campaign]:
        """Newest first; with ``find``, those that have it in their name, in any letter case.

        ``seen_by``: only those that this person wrote, or that are shared with them.
        """
        ...

    async def count_campaigns(self, tenant: TenantId, find: str = "", seen_by: PersonId | None = None) -> int: ...

    async def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        """An author's last campaigns on a channel that have been sent, newest first."""
        ...

    async def delete_campaign(self, campaign: Campaign, *, deed: Deed) -> None:
        """It goes with its deliveries and engagement, unless it is running.

        Raises StaleVersion when it changed, started or went since ``campaign.version``.
        """
        ...

    async def recall(self, campaign: Campaign, at: datetime, *, deletes: bool, deed: Deed) -> Campaign:
        """Its messages are taken back from ``at`` on (campaign_life.recall); gives its next version.

        Raises StaleVersion when it changed or went since ``campaign.version``, or they cannot be.
        """
        ...

    async def due_recalls(self, now: datetime) -> list[Campaign]:
        """Done campaigns whose messages are to be taken back by now, or that go now that they have been."""
        ...

    async def recalled(self, id: CampaignId, at: datetime) -> None:
        """None of its messages is left that could be taken back."""
        ...

    async def in_state(self, state: CampaignState) -> list[Campaign]: ...

    async def due_to_start(self, now: datetime) -> list[Campaign]:
        """Scheduled campaigns whose slot has begun."""
        ...

    async def due_sequels(self, now: datetime) -> list[Campaign]:
        """Series of which an occurrence is due, and must-reads of which a round may be."""
        ...

    async def make_sequel(
        self, parent: Campaign, sequels: Sequels, make: Callable[[CampaignId], Campaign] | None, *, deed: Deed
    ) -> Campaign | None:
        """The campaign that ``make`` gives for its number, and ``sequels``: how far ``parent`` has come with it.

        Once for each ``parent.sequels.next_at``, whatever dies or is repeated on the way, and however many copies of
        the bot are at it; ``make`` None: that instant goes by. ``deed``: of the campaign that is made, or of the
        person who has that instant go by. None where
        ``parent`` has changed or moved on since it was read, or nothing was to be made.
        """
        ...

    async def sequels(self, parent: CampaignId, limit: int) -> list[Campaign]:
        """What has been made of a series, or of a must-read, newest first."""
        ...

    async def start(self, id: CampaignId, at: datetime) -> bool:
        """scheduled -> running, once, in its slot; whether this call did it, of all that came."""
        ...

    async def planned(self, id: CampaignId, at: datetime) -> None:
        """Every recipient has a delivery from here on; people who installed meanwhile wait no more."""
        ...

    async def choose(self, id: CampaignId, choice: Choice, *, deed: Deed) -> Campaign | None:
        """Which variant of an A/B test goes to the rest (campaign_life.choose): the campaign that this call chose for.

        Once, of all that come: None where another was faster, or nothing is to be chosen (any more).
        """
        ...

    async def finish(self, id: CampaignId, at: datetime) -> bool:
        """running -> done when it is planned and nothing is open; whether this call did it."""
        ...

    async def unreported(self) -> list[Campaign]:
        """Done campaigns whose report card has not been posted."""
        ...

    async def keep_trouble(self, id: CampaignId, trouble: Trouble | None) -> None:
        """What keeps a running campaign waiting; None once nothing does. One that is paused stays so."""
        ...

    async def stop(self, id: CampaignId, *, deed: Deed) -> None:
        """What an operator does in an emergency (campaign_life.stopped).

        Raises NotPossible where there is nothing to stop.
        """
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
        deed: Deed,
    ) -> Template:
        """``deed``: as for a new campaign."""
        ...

    async def template(self, id: TemplateId) -> Template | None: ...

    async def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        """Those that a person may begin with, by name; with ``find``, those that have it in their name."""
        ...

    async def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int: ...

    async def change_template(self, id: TemplateId, name: str, *, shared: bool, deed: Deed) -> Template | None:
        """None when it is gone."""
        ...

    async def delete_template(self, id: TemplateId, *, deed: Deed) -> None:
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
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        """Give these PersonIds their deliveries; a person who has one already keeps it. How many are new.

        ``due``: an instant for each, in milliseconds since 1970 (there may be millions); None where
        they wait for an install, which is settled at ``until``, the slot's end. ``columns``: what the
        lists say about some of them; from here on it stays as it is. ``profiles``: the number of each one's
        profile, which has been kept (``keep_profiles``); they are counted by it.
        """
        ...

    async def plan_ended(
        self,
        id: CampaignId,
        people: Sequence[int],
        state: DeliveryState,
        reason: NotReached,
        at: datetime,
        *,
        profiles: Sequence[int] = (),
    ) -> int:
        """Give these PersonIds deliveries that have ended before they began; a person who has one already keeps it."""
        ...

    async def keep_profiles(self, id: CampaignId, profiles: Collection[Profile]) -> None:
        """What the numbers stand for, before the first delivery that has one; twice is once."""
        ...

    async def profile_figures(self, id: CampaignId) -> list[ProfileFigures]:
        """By the number of the profile, those of at least one recipient; from counters, never a scan.

        None once the campaign is sealed: some may be of one person.
        """
        ...

    async def delivery_columns(self, id: CampaignId, people: Sequence[int]) -> dict[int, Columns]:
        """What the lists said about these recipients when the campaign started; nothing of whom they said nothing."""
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
        """Those of these PersonIds who may get this campaign's message within ``limit`` a week; they are counted.

        Twice is once; a person recorded as certainly not reached is counted no more.
        """
        ...

    async def had_enough(self, week: int, limit: int) -> Sequence[int]:
        """The PersonIds who have had ``limit`` messages in this week, or more, ascending."""
        ...

    async def forget_weeks(self, before: int) -> None:
        """What was counted in weeks before this one."""
        ...

    async def mark_sending(self, claimed: Sequence[Claimed], holder: int, lease_until: datetime) -> set[int]:
        """Write down that these requests are about to leave. The DeliveryIds still held."""
        ...

    async def renew(self, ids: Sequence[int], holder: int, lease_until: datetime) -> set[int]:
        """A longer lease on what this holder still has: the DeliveryIds of it."""
        ...

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        """Write what became of attempts and looks, with the tallies, and what was learned of references."""
        ...

    async def reap(
        self, id: CampaignId, now: datetime, slot_end: datetime, why: NotReached = NotReached.SLOT_OVER
    ) -> Mapping[DeliveryState, int]:
        """Settle what time has decided; how many came into which state, empty where nothing is left.

        A lapsed *sending* is unconfirmed; past ``slot_end`` a planned one has expired and one
        that waits for an install is unreachable.
        """
        ...

    async def tally(self, id: CampaignId) -> Tally: ...

    async def next_due(self, id: CampaignId) -> datetime | None:
        """When the next planned delivery is due."""
        ...

    async def due_among(
        self, ids: Collection[CampaignId], states: Collection[DeliveryState], now: datetime
    ) -> set[CampaignId]:
        """Of these campaigns, those with a delivery in one of these open states whose instant has come by ``now``.

        One question for all of them. The instant is when one is due, or when the lease on it ends.
        ``states`` follow one another. Where very many deliveries are meant, some campaigns may be missing.
        """
        ...

    async def last_due(self, id: CampaignId, before: datetime) -> datetime | None:
        """When the last planned delivery is due that is due before this instant."""
        ...

    async def people_in_state(self, id: CampaignId, state: DeliveryState) -> Sequence[int]:
        """The PersonIds whose delivery is in this state, a compact array in ascending order."""
        ...

    async def sent_messages(self, id: CampaignId, after: int, limit: int) -> list[SentMessage]:
        """A page of the messages that may be in people's chats: of those PersonIds above ``after``, in their order."""
        ...

    async def delivery_state(self, id: CampaignId, person: PersonId) -> int | None: ...

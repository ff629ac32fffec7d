"""What is kept of a finished campaign's recipients goes in its time, and not one of its figures changes."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from scheduler.precheck import week_of
from scheduler.retention import Retention
from storage.port.store import Store
from storage.records import (
    CROWD,
    ENGAGES_FOR,
    Audience,
    Campaign,
    CampaignState,
    DeedKind,
    EngagementKind,
    ListInUse,
    Person,
    Press,
    Subject,
    Who,
)
from storage.records.campaign_life import to_draft
from storage.records.segments import Act, Did, Group, How
from storage.shared.policy import change_policy
from tests.contract.conftest import Database, SqliteDatabase
from tests.contract.lives import Served, emptied, every, one_life, served
from tests.contract.world import CONTOSO, END, NOW, install, opened, outcome, planned, refused, scheduled, sent
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of

YEAR = timedelta(days=365)
WRITES, MANY = 60, 100  #: about as many as erasing takes; more than it ever does


@dataclass
class At:
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def lived(store: Store) -> tuple[Campaign, list[Person]]:
    """Three got a campaign, one of whom was refused and one opened it and clicked; it is done."""
    people = await install(store, "ada", "grace", "louis")
    campaign = await planned(store, people)
    first, *others = await sent(store, campaign)
    await store.record([refused(first), *(outcome(one, activity="1:SECRET") for one in others)], 1)
    await store.engage([opened(campaign, others[0].person), opened(campaign, others[0].person, NOW, CLICKED)])
    await store.engage([Press(campaign.id, Who(-5), CLICKED, NOW), Press(campaign.id, CROWD, EngagementKind.READ, NOW)])
    assert await store.finish(campaign.id, END)
    return await current(store, campaign), people


CLICKED = EngagementKind.CLICKED


async def current(store: Store, campaign: Campaign) -> Campaign:
    campaign_now = await store.campaign(campaign.id)
    assert campaign_now is not None
    return campaign_now


async def figures(store: Store, campaign: Campaign) -> object:
    return (
        await store.tally(campaign.id),
        await store.engagement(campaign.id),
        await store.engagement_by_hour(campaign.id),
    )


async def rows(store: Store, campaign: Campaign) -> tuple[int, int]:
    """How many deliveries are kept, and how many results."""
    return len(await store.planned_people(campaign.id)), len(await store.results(campaign.id, 0, 100))


async def forget(store: Store, at: datetime) -> None:
    await Retention(store, At(at), random.Random(7)).forget()


async def test_recipients_go_after_the_days_that_the_rules_say_and_the_figures_stay(store: Store) -> None:
    campaign, _ = await lived(store)
    before = await figures(store, campaign)

    await forget(store, END + YEAR - timedelta(seconds=1))
    assert await rows(store, campaign) == (3, 3), "a day too early is too early"
    assert (await current(store, campaign)).keeps_people

    await forget(store, END + YEAR)
    assert await rows(store, campaign) == (0, 0)
    assert await figures(store, campaign) == before
    gone = await current(store, campaign)
    assert (gone.sealed_at, gone.erased_at, gone.keeps_people) == (END + YEAR, END + YEAR, False)
    [(_, entry)] = [one for one in await audit_of(store, CONTOSO, 10) if one[1].deed is DeedKind.ERASED]
    assert (entry.subject, entry.id, entry.by) == (Subject.CAMPAIGN, str(campaign.id), None)

    await forget(store, END + 2 * YEAR)
    assert len([one for one in await audit_of(store, CONTOSO, 10) if one[1].deed is DeedKind.ERASED]) == 1, "once"


async def test_never_before_its_engagement_is_counted(store: Store) -> None:
    campaign, _ = await lived(store)
    await change_policy(store, CONTOSO, lambda policy: replace(policy, keep_days=1), deed=A_DEED)
    await forget(store, END + ENGAGES_FOR - timedelta(seconds=1))
    assert await rows(store, campaign) == (3, 3)
    await forget(store, END + ENGAGES_FOR)
    assert await rows(store, campaign) == (0, 0)


async def test_never_means_never(store: Store) -> None:
    campaign, _ = await lived(store)
    await change_policy(store, CONTOSO, lambda policy: replace(policy, keep_days=None), deed=A_DEED)
    await forget(store, END + 100 * YEAR)
    assert await rows(store, campaign) == (3, 3)


async def test_a_campaign_that_has_begun_to_go_goes_whatever_the_rules_say_by_then(store: Store) -> None:
    campaign, _ = await lived(store)
    await store.seal(campaign.id, END + YEAR)
    await change_policy(store, CONTOSO, lambda policy: replace(policy, keep_days=None), deed=A_DEED)
    await forget(store, END + YEAR)
    assert await rows(store, campaign) == (0, 0)


async def test_only_what_is_sealed_can_be_forgotten(store: Store) -> None:
    people = await install(store, "ada")
    campaign = await planned(store, people)
    await store.seal(campaign.id, NOW)  # it runs
    assert await store.forget_recipients(campaign.id, 100) == 0
    await store.forgotten(campaign.id, NOW, deed=A_DEED)
    assert (await current(store, campaign)).erased_at is None
    assert await rows(store, campaign) == (1, 1)


async def test_it_goes_step_by_step(store: Store) -> None:
    campaign, _ = await lived(store)
    before = await figures(store, campaign)
    await store.seal(campaign.id, END + YEAR)
    steps = []
    while gone := await store.forget_recipients(campaign.id, 2):
        steps.append(gone)
        assert await figures(store, campaign) == before
    assert steps == [2, 1, 2, 1], "three records of engagement, three deliveries"


async def test_a_start_in_between_counts_nothing_anew(store: Store, database: Database) -> None:
    """The copy that sealed it is killed; the next one puts its counts right, and leaves these alone."""
    campaign, _ = await lived(store)
    before = await figures(store, campaign)
    await store.seal(campaign.id, END + YEAR)
    await store.forget_recipients(campaign.id, 2)
    again = database.store()
    await again.open()
    assert await figures(again, campaign) == before
    await forget(again, END + YEAR)
    assert (await figures(again, campaign), await rows(again, campaign)) == (before, (0, 0))
    await again.close()


async def test_no_byte_of_it_is_left_in_the_file(store: Store, database: Database) -> None:
    if not isinstance(database, SqliteDatabase):
        pytest.skip("of SQLite")
    await lived(store)
    await forget(store, END + YEAR)
    await store.close()  # the log beside the file goes
    assert [file.name for file in database.path.parent.iterdir() if b"1:SECRET" in file.read_bytes()] == []


async def test_two_copies_at_it_are_one(store: Store, other: Store) -> None:
    campaign, _ = await lived(store)
    before = await figures(store, campaign)
    await asyncio.gather(forget(store, END + YEAR), forget(other, END + YEAR))
    assert (await figures(other, campaign), await rows(other, campaign)) == (before, (0, 0))


async def test_lists_made_of_what_recipients_did_go_too_unless_a_campaign_needs_them(store: Store) -> None:
    campaign, people = await lived(store)
    ids = [person.id for person in people]
    not_opened = await store.new_list(
        CONTOSO, people[0].id, "News – not opened", ids, result_of=campaign.id, deed=A_DEED
    )
    kept = await store.new_list(CONTOSO, people[0].id, "Team", ids, deed=A_DEED)
    reminder = await scheduled(store, people[0], Audience(lists=(not_opened.id,)))
    await forget(store, END + YEAR)
    assert [one.id for one in await store.lists(CONTOSO)] == [not_opened.id, kept.id]
    assert (await current(store, campaign)).erased_at is None
    with pytest.raises(ListInUse):
        await store.delete_list(not_opened.id, deed=A_DEED)

    await store.delete_campaign(reminder, deed=A_DEED)
    await forget(store, END + YEAR)
    assert [one.id for one in await store.lists(CONTOSO)] == [kept.id]
    assert (await current(store, campaign)).erased_at is not None


async def test_what_was_counted_in_weeks_that_are_over_is_forgotten(store: Store) -> None:
    campaign, people = await lived(store)
    ids = [person.id for person in people]
    for weeks in (0, 2, 3):
        await store.admit(campaign.id, ids, week_of(NOW) + weeks, 5)
    await forget(store, NOW + timedelta(weeks=3))
    kept = {row["week"] for one in await store.kept_of("ada@contoso.example") for row in one["received"]}
    assert kept == {week_of(NOW) + 2, week_of(NOW) + 3}


async def test_wherever_a_copy_dies_the_next_one_goes_on_and_the_figures_stay(database: Database) -> None:
    like = served(database)
    died, writes = True, 0
    while died:
        async with emptied(like) as one:
            died = await _dies_after(one, writes)
        writes += every(like, WRITES)
        assert writes < MANY, "erasing has more writes than that"
    assert writes > 10, "it was cut off nowhere"


async def _dies_after(database: Served, writes: int) -> bool:
    store = database.store()
    await store.open()
    campaign, people = await lived(store)
    await store.new_list(CONTOSO, people[0].id, "News – not opened", [people[1].id], result_of=campaign.id, deed=A_DEED)
    before = await figures(store, campaign)
    await store.close()
    died = await one_life(database, writes, lambda copy: forget(copy, END + YEAR))
    store = database.store()
    await store.open()
    assert await figures(store, campaign) == before, f"died after {writes} writes"
    await forget(store, END + YEAR + timedelta(minutes=11))  # who died holds it no more
    assert await figures(store, campaign) == before, f"gone on after {writes} writes"
    assert (await rows(store, campaign), await store.lists(CONTOSO)) == ((0, 0), []), f"after {writes} writes"
    done = await current(store, campaign)
    assert done.erased_at is not None and done.state is CampaignState.DONE
    erased = [one.subject for _, one in await audit_of(store, CONTOSO, 100) if one.deed is DeedKind.ERASED]
    assert sorted(erased) == [Subject.CAMPAIGN, Subject.LIST], f"each once, after {writes} writes"
    await store.close()
    return died


async def test_who_received_it_stays_while_a_scheduled_campaign_goes_by_that(store: Store) -> None:
    campaign, people = await lived(store)
    opened_it = Did(campaign=campaign.id, act=Act.OPENED)
    rule = Audience(everyone=True, only=Group(how=How.NONE, parts=(opened_it,)))
    segment = await store.new_segment(CONTOSO, people[0].id, "Not opened", rule, deed=A_DEED)
    waiting = await scheduled(store, people[0], Audience(lists=(segment.id,)))
    await forget(store, END + YEAR)
    assert await rows(store, campaign) == (3, 3)
    await store.save(to_draft(waiting), deed=A_DEED)
    await forget(store, END + YEAR)
    assert await rows(store, campaign) == (0, 0)

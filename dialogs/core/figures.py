"""A campaign's figures, asked of the store: of counters, however large the campaign is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cards.kit.parts import full_name
from cards.results.figures import Figures, TestFigures, discreet
from scheduler.rules.ab_tests import ahead, by_chance, times_of, tried
from storage.port.campaigns import Deliveries
from storage.port.engagement import Engagements, Results
from storage.port.mails import Mails
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import Campaign, CampaignState, DeliveryState, Left, NotTakenBack, Recall
from storage.shared.mails import mail_figures
from storage.shared.recalls import recall_under_way

#: in these it may have arrived, so that somebody may have acted without being among those who received it
IN_DOUBT = (DeliveryState.SENDING, DeliveryState.UNCONFIRMED)


class _Store(Deliveries, Documents, Engagements, Mails, People, Protocol):
    """What is asked of the store here."""


async def figures_of(store: _Store, campaign: Campaign, *, over_time: bool = False) -> Figures:
    """``over_time``: with the hours, which only the report shows."""
    tally, engagement = await store.tally(campaign.id), await store.engagement(campaign.id)
    hours = await store.engagement_by_hour(campaign.id) if over_time else []
    if campaign.anonymous:
        engagement, hours = discreet(tally.delivered, engagement, hours)
    recall = await recall_under_way(store, campaign)
    running = campaign.state is CampaignState.RUNNING
    return Figures(
        campaign=campaign,
        tally=tally,
        engagement=engagement,
        recall=recall,
        left_behind=await names_left_behind(store, campaign, recall) if over_time else (),
        hours=hours,
        next_due=await store.next_due(campaign.id) if running else None,
        test=await _test_figures(store, campaign),
        last_due=await store.last_due(campaign.id, campaign.as_scheduled.schedule.slot.end) if running else None,
        mails=await mail_figures(store, campaign),
    )


async def names_left_behind(
    store: People, campaign: Campaign, recall: Recall | None
) -> Sequence[tuple[str, NotTakenBack]]:
    """Whose message stays as it was, the first ones, and why; of those who are known still."""
    if recall is None or not campaign.tells_names:
        return []
    people = [(await store.person(one.person), one.why) for one in recall.left]
    return [(full_name(person), why) for person, why in people if person is not None]


async def _test_figures(store: Deliveries, campaign: Campaign) -> TestFigures | None:
    """Of counters; once single recipients are forgotten, as they were when one was chosen."""
    test = campaign.frozen.ab_test if campaign.frozen else None
    if test is None or campaign.started_at is None:
        return None
    a, b = tried(await store.profile_figures(campaign.id), test.measure)
    if campaign.choice and not campaign.keeps_people:
        a, b = campaign.choice.a, campaign.choice.b
    times = times_of(campaign.as_scheduled.schedule, test)
    return TestFigures(
        a=a,
        b=b,
        chance=by_chance(a, b),
        ahead=ahead(a, b),
        choice_at=times.choice,
        last_at=times.last.first if times.last else campaign.as_scheduled.schedule.slot.end,
    )


async def count_left(store: Results, figures: Figures, left: Left) -> int:
    """How many are left: of counters, but for messages of which nobody knows whether they arrived."""
    tally = figures.tally
    if left.kind is None:
        return tally.total - tally.delivered
    if any(tally.states.get(state) for state in IN_DOUBT):
        return len(await store.people_without(figures.campaign.id, left.kind))
    return max(0, tally.delivered - figures.people(left.kind))

"""What follows from campaigns in the coming weeks, as far as it is known: ends, the next reminder, the next steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, takewhile
from zoneinfo import ZoneInfo

from cards.campaigns.calendar import Milestone
from scheduler.rules.occurrences import end_at, occurrences
from scheduler.rules.steps import next_step
from storage.records import Campaign, CampaignState, Cohort, End
from storage.records.campaign_life import follows_up


def milestones_of(campaign: Campaign, now: datetime, before: datetime, zone: ZoneInfo) -> list[Milestone]:
    """Of one campaign, from now until ``before``; steps of one day, on the reader's clock in ``zone``, together."""
    every = (_ends(campaign, before), _reminders(campaign), _steps(campaign, zone))
    return [one for one in chain.from_iterable(every) if now <= one.at < before]


def _ends(campaign: Campaign, before: datetime) -> Iterator[Milestone]:
    """Of each of a series' times; none where the messages have been taken back earlier."""
    frozen = campaign.as_scheduled
    if frozen.end is None or campaign.recall_at not in (None, frozen.end.at) or campaign.recalled_at is not None:
        return
    ends: list[End] = [frozen.end]
    if campaign.is_series and campaign.sequels is not None and campaign.sequels.next_at is not None:
        first = campaign.sequels.next_at
        starts = chain([first], occurrences(frozen.schedule, first))
        each = (end_at(frozen, start) for start in takewhile(lambda start: start < before, starts))
        ends = [end for end in each if end is not None]
    for end in ends:
        yield Milestone(campaign=campaign, at=end.at, end=end)


def _reminders(campaign: Campaign) -> Iterator[Milestone]:
    """The next round, once it is known when it is."""
    sequels = campaign.sequels
    if follows_up(campaign) and sequels is not None and sequels.next_at is not None and sequels.last_at is not None:
        yield Milestone(campaign=campaign, at=sequels.next_at, round=sequels.made + 1)


def _steps(campaign: Campaign, zone: ZoneInfo) -> Iterator[Milestone]:
    """The next step of whoever is in a sequence; nobody knows who joins, nor who leaves."""
    plan, sequels = campaign.as_scheduled.sequence, campaign.sequels
    if plan is None or sequels is None or campaign.state is not CampaignState.SCHEDULED:
        return
    together = defaultdict[tuple[date, int], list[Cohort]](list)
    for cohort in sequels.cohorts:
        step = next_step(plan.steps, cohort.done, cohort.reached)
        if step is not None:
            together[cohort.due_at.astimezone(zone).date(), step.number].append(cohort)
    for (_, number), cohorts in together.items():
        people = sum(cohort.people for cohort in cohorts)
        yield Milestone(campaign=campaign, at=min(one.due_at for one in cohorts), step=number, people=people)

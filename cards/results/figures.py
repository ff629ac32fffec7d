"""The figures of a campaign, worked out of its counts (S19, S27). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from cards.message.links import Link, links_of
from storage.records import (
    Button,
    ButtonKind,
    Campaign,
    EngagedInHour,
    Engagement,
    EngagementKind,
    MailTally,
    NotTakenBack,
    Recall,
    Tally,
    Tried,
    Variant,
    variants_of,
)

BARS = 14  #: of a chart over time, at the most
STEPS = (1, 2, 3, 6, 12, 24, 7 * 24, 30 * 24)  #: hours that one bar may stand for


FEW = 5  #: of fewer people than that, an anonymous campaign says nothing; nor of all but so few


#: of an anonymous campaign, what the platform tells of nobody in particular
OF_PLATFORM = (EngagementKind.READ, EngagementKind.REPLIED, EngagementKind.REACTED, EngagementKind.RATED)


def discreet(
    delivered: int, engagement: Sequence[Engagement], hours: Sequence[EngagedInHour]
) -> tuple[list[Engagement], list[EngagedInHour]]:
    """What may be told of an anonymous campaign: nothing of fewer than FEW people, the others included.

    ``delivered``: to how many it was. The answers of a question are shown together or not at all: what one of them
    hides, the others would tell.
    """
    shown = [row for row in engagement if _is_of_many(delivered, row)]
    answers = [row.people for row in engagement if row.kind is EngagementKind.ANSWERED and row.button is not None]
    in_all = any(row.kind is EngagementKind.ANSWERED and row.button is None for row in shown)
    if not in_all or any(0 < people < FEW or people > sum(answers) - FEW for people in answers):
        shown = [row for row in shown if row.kind is not EngagementKind.ANSWERED or row.button is None]
    thumbs = [row.presses for row in engagement if row.kind is EngagementKind.RATED and row.button is not None]
    if any(0 < presses < FEW for presses in thumbs):  # beside the total, one would tell the other
        shown = [row for row in shown if row.kind is not EngagementKind.RATED or row.button is None]
    return shown, [row for row in hours if row.people >= FEW]


def _is_of_many(delivered: int, row: Engagement) -> bool:
    if row.kind is EngagementKind.ANSWERED and row.button is not None:
        return True  # judged together
    of_platform = row.kind in OF_PLATFORM
    people = row.presses if of_platform else row.people
    return FEW <= people <= max(delivered, people) - FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFigures:
    """How the variants of an A/B test do, and what can be told of that."""

    __test__ = False  # pytest

    a: Tried
    b: Tried
    #: how often such a difference, or a larger one, would come if both were alike: 0 to 1; None: too few people
    chance: float | None
    #: the variant that is ahead, be it by chance
    ahead: Variant
    #: when one is chosen, and when the one that is ahead goes where nobody has chosen
    choice_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known of a campaign that has started."""

    campaign: Campaign
    tally: Tally
    engagement: Sequence[Engagement] = ()
    hours: Sequence[EngagedInHour] = ()
    #: of what is planned: the next, and the last
    next_due: datetime | None = None
    last_due: datetime | None = None
    #: of a must-read that has ended: its rounds, the first one first, and how many people are left; None: not known
    rounds: Sequence[Figures] = ()
    left: int | None = None
    #: how far its end has come, and the names of those whose message stays as it was
    recall: Recall | None = None
    left_behind: Sequence[tuple[str, NotTakenBack]] = ()
    #: of one that tests two variants
    test: TestFigures | None = None
    #: None of a campaign without an e-mail fallback
    mails: MailTally | None = None

    @cached_property
    def _totals(self) -> Mapping[EngagementKind, Engagement]:
        return {row.kind: row for row in self.engagement if row.button is None}

    @cached_property
    def _buttons(self) -> Mapping[tuple[EngagementKind, int], Engagement]:
        return {(row.kind, row.button): row for row in self.engagement if row.button is not None}

    @property
    def anonymous(self) -> bool:
        return self.campaign.anonymous

    def people(self, kind: EngagementKind) -> int:
        """How many people did it; in an anonymous campaign, of what the platform tells: how often it was done.

        There, people who opened the message and people who pressed something may be the same: only the larger of both
        numbers is certain.
        """
        total = self._totals.get(kind)
        people = total.people if total else 0
        if self.anonymous and kind is EngagementKind.OPENED:
            return max(people, self.presses(EngagementKind.READ))
        if self.anonymous and kind in OF_PLATFORM[1:]:
            return total.presses if total else 0
        return people

    def presses(self, kind: EngagementKind) -> int:
        total = self._totals.get(kind)
        return total.presses if total else 0

    def last_at(self, *kinds: EngagementKind) -> datetime | None:
        """None in an anonymous campaign: the minute would tell who it was."""
        if self.anonymous:
            return None
        return max((total.last_at for kind in kinds if (total := self._totals.get(kind))), default=None)

    def on(self, kind: EngagementKind, button: int) -> tuple[int, int]:
        """People and presses of one button."""
        total = self._buttons.get((kind, button))
        return (total.people, total.presses) if total else (0, 0)

    def reached(self, people: int) -> int:
        """The whole that these people are a part of: somebody whose delivery is unconfirmed may have pressed too."""
        return max(self.tally.delivered, people)

    # --- what the message offers --------------------------------------------------------------

    @property
    def buttons(self) -> Sequence[Button]:
        return self.campaign.frozen.message.buttons if self.campaign.frozen else ()

    @cached_property
    def links(self) -> Mapping[int, Link]:
        """The links whose clicks are counted."""
        frozen = self.campaign.frozen
        return links_of(*variants_of(frozen)) if frozen and frozen.tracking.links else {}

    def answers(self) -> list[tuple[str, int]]:
        """The quick answers, and how many people have given each of them last; none where that is not told."""
        answers = any(kind is EngagementKind.ANSWERED for kind, _ in self._buttons)
        if self.anonymous and not answers:
            return []
        return [
            (button.title, self.on(EngagementKind.ANSWERED, number)[0])
            for number, button in enumerate(self.buttons)
            if button.kind is ButtonKind.ANSWER
        ]

    def counts(self, kind: EngagementKind) -> bool:
        """Whether it can happen with this message, or has happened; in an anonymous campaign, whether it is told."""
        if self.anonymous and not self.people(kind):
            return False
        kinds = {button.kind for button in self.buttons}
        match kind:
            case EngagementKind.OPENED:
                return self.campaign.channel.traits.tells_opened or self.people(kind) > 0
            case EngagementKind.CLICKED:
                return bool(self.links)
            case EngagementKind.ACKNOWLEDGED:
                return ButtonKind.ACKNOWLEDGE in kinds
            case EngagementKind.ANSWERED:
                return ButtonKind.ANSWER in kinds
            case EngagementKind.READ:
                return False
            case _:
                return self.people(kind) > 0

    # --- over time ----------------------------------------------------------------------------

    def over_time(self, zone: ZoneInfo) -> tuple[int, list[tuple[datetime, Mapping[EngagementKind, int]]]]:
        """(hours of one bar, the bars: when each begins on this clock, and how many people first did what in it)."""
        if not self.hours:
            return 1, []
        first, last = (one(row.hour for row in self.hours) for one in (min, max))
        for step in STEPS:
            start = _begin(first, step, zone)
            count = int((last - start) / timedelta(hours=step)) + 1
            if count <= BARS or step == STEPS[-1]:
                break
        bars: list[dict[EngagementKind, int]] = [{} for _ in range(count)]
        for row in self.hours:
            bar = bars[min(int((row.hour - start) / timedelta(hours=step)), count - 1)]
            kind = EngagementKind.OPENED if row.kind is EngagementKind.READ else row.kind
            bar[kind] = bar.get(kind, 0) + row.people
        begins = [(start + timedelta(hours=step * number)).astimezone(zone) for number in range(count)]
        return step, list(zip(begins, bars, strict=True))


def _begin(at: datetime, step: int, zone: ZoneInfo) -> datetime:
    """Where the first bar begins: on the clock of a zone, at a multiple of its length."""
    local = at.astimezone(zone)
    hour = local.hour - local.hour % step if step < 24 else 0
    return local.replace(hour=hour, minute=0).astimezone(at.tzinfo)


def ends_about(figures: Figures, now: datetime, rate: float) -> datetime | None:
    """When the last of what is planned will have left, as far as one can tell; None when nothing is.

    ``rate``: messages a second.
    """
    if figures.last_due is None:
        return None
    behind = now + timedelta(seconds=figures.tally.open / rate)
    return min(max(figures.last_due, behind), figures.campaign.as_scheduled.schedule.slot.end)

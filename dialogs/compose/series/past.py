"""What has gone out of a series, or of the steps of a sequence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cards.results.figures import Figures
from dialogs.core.figures import figures_of
from dialogs.core.turn import Turn
from dialogs.core.visibility import occurrences_of
from storage.records import Campaign, DeliveryState, Engagement, EngagementKind, NotReached, Tally
from storage.records.step_forms import numbers_of

SHOWN = 4  #: occurrences on the card of a series, the last ones
COUNTED = 500  #: sendings of a sequence that its figures are of, the last ones


async def past_of(turn: Turn, series: Campaign) -> list[Figures]:
    """The last ones with their figures, newest first."""
    return [await figures_of(turn.store, one) for one in await occurrences_of(turn, series, SHOWN)]


async def figures_of_steps(turn: Turn, sequence: Campaign) -> tuple[list[tuple[int, Figures]], int | None]:
    """(What has become of each step, by its number; of how many sendings, where there are more)."""
    sent = await occurrences_of(turn, sequence, COUNTED + 1)
    some = [await figures_of(turn.store, one) for one in sent[:COUNTED]]
    steps = [
        (number, _together(sequence, (one for one in some if one.campaign.step == number)))
        for number in numbers_of(sequence.forms)
    ]
    return steps, COUNTED if len(sent) > COUNTED else None


def _together(sequence: Campaign, some: Iterable[Figures]) -> Figures:
    """Each person gets a step once: their figures can be added up. The campaign is the last sending, if any."""
    some = list(some)
    states, reasons = Counter[DeliveryState](), Counter[NotReached]()
    engagement: dict[tuple[EngagementKind, int | None], Engagement] = {}
    for one in some:
        states.update(one.tally.states)
        reasons.update(one.tally.reasons)
        for row in one.engagement:
            before = engagement.get((row.kind, row.button))
            engagement[row.kind, row.button] = Engagement(
                kind=row.kind,
                button=row.button,
                people=row.people + (before.people if before else 0),
                presses=row.presses + (before.presses if before else 0),
                last_at=max(row.last_at, before.last_at) if before else row.last_at,
            )
    tally = Tally(states=dict(states), reasons=dict(reasons))
    return Figures(campaign=some[0].campaign if some else sequence, tally=tally, engagement=list(engagement.values()))

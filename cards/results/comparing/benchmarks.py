"""What is usual: the median of an organisation's last campaigns of one style, and how one stands beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import quantiles

from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import EngagementKind

LEAST = 5  #: campaigns: of fewer, nothing is usual
ALIKE = 1e-9  #: shares that differ by less are the same: quarters are worked out

#: a kind of engagement, or None: sent
Figure = EngagementKind | None
FIGURES: tuple[Figure, ...] = (
    None,
    EngagementKind.OPENED,
    EngagementKind.CLICKED,
    EngagementKind.ACKNOWLEDGED,
    EngagementKind.ANSWERED,
)


class Standing(StrEnum):
    ABOVE = "above"  #: more than three of four others
    LIKE = "like"
    BELOW = "below"  #: less than three of four others


@dataclass(frozen=True, slots=True)
class Usual:
    """Shares from 0 to 1: half of the others have less than the median, half of them lie between the quarters."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    #: that were looked at
    campaigns: int = 0
    #: of the figures that enough of them have
    usual: Mapping[Figure, Usual] = field(default_factory=dict)

    def standing(self, figures: Figures, figure: Figure) -> Standing | None:
        """None where nothing is usual, or nothing is told of this one."""
        usual, share = self.usual.get(figure), share_of(figures, figure)
        if usual is None or share is None:
            return None
        if share > usual.high + ALIKE:
            return Standing.ABOVE
        return Standing.BELOW if share < usual.low - ALIKE else Standing.LIKE


def share_of(figures: Figures, figure: Figure) -> float | None:
    """As the report says it; None where it does not: an anonymous campaign tells nothing of few."""
    if figure is None:
        return figures.tally.delivered / figures.tally.total if figures.tally.total else None
    if not figures.tally.delivered or not figures.counts(figure):
        return None
    people = figures.people(figure)
    return people / figures.reached(people)


def benchmark_of(others: Sequence[Figures]) -> Benchmark:
    usual = {}
    for figure in FIGURES:
        shares = [share for one in others if (share := share_of(one, figure)) is not None]
        if len(shares) >= LEAST:
            usual[figure] = Usual(*quantiles(shares, n=4, method="inclusive"))
    return Benchmark(len(others), usual)


def beside_usual(texts: Texts, benchmark: Benchmark | None, figures: Figures, figure: Figure) -> str:
    """What is said behind a figure; "" for nothing."""
    standing = benchmark.standing(figures, figure) if benchmark else None
    if benchmark is None or standing is None:
        return ""
    usual = texts.percent(round(1000 * benchmark.usual[figure].median), 1000)
    match standing:
        case Standing.ABOVE:
            return texts("above most (usual: {share})", share=usual)
        case Standing.BELOW:
            return texts("below most (usual: {share})", share=usual)
        case Standing.LIKE:
            return texts("like most (usual: {share})", share=usual)


def about_usual(texts: Texts, benchmark: Benchmark) -> str:
    if not benchmark.usual:
        return texts("Fewer than {few} campaigns of this style have ended: too few to say what is usual.", few=LEAST)
    return texts.many(
        "Usual is the median of the last {count} campaign of this style in your organisation.",
        "Usual is the median of the last {count} campaigns of this style in your organisation.",
        benchmark.campaigns,
    )

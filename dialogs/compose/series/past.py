"""What has gone out of a series."""

from __future__ import annotations

from cards.results.figures import Figures
from dialogs.core.figures import figures_of
from dialogs.core.turn import Turn
from dialogs.core.visibility import occurrences_of
from storage.records import Campaign

SHOWN = 4  #: occurrences on the card of a series, the last ones


async def past_of(turn: Turn, series: Campaign) -> list[Figures]:
    """The last ones with their figures, newest first."""
    return [await figures_of(turn.store, one) for one in await occurrences_of(turn, series, SHOWN)]

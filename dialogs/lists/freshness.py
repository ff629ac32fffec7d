"""Lists whose people are read from elsewhere, for a card: read anew where that is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cards.kit.variables import escape_markdown
from cards.lists.sources import unread_text
from dialogs.core.turn import Turn
from dialogs.core.visibility import broken_segments, lists_behind
from storage.records import Audience, Channel, DistributionList, ListProblem, NotReached, Unread

#: what will not come right by itself before the campaign starts
HOPELESS = (Unread.GONE, Unread.NO_GRAPH)


async def looked_at(turn: Turn, lists: Sequence[DistributionList]) -> tuple[list[DistributionList], list[ListProblem]]:
    """These lists, each from a reading of the last minutes where one is to be had; and what went wrong."""
    readings = await asyncio.gather(*(turn.services.reader.look(item) for item in lists))
    return [item for item, _ in readings], [problem for _, problem in readings if problem is not None]


async def read_lists(turn: Turn, audience: Audience) -> list[DistributionList]:
    """Those of an audience whose people are read from elsewhere."""
    return [item for item in await lists_behind(turn, audience) if item.source is not None]


async def problems_of_lists(turn: Turn, audience: Audience) -> tuple[list[str], list[str]]:
    """Why a campaign to this audience must wait, and what its author should know: (problems, warnings)."""
    lists, unread = await looked_at(turn, await read_lists(turn, audience))
    problems = [unread_text(turn.texts, problem) for problem in unread if problem.why in HOPELESS]
    warnings = [
        turn.texts("{problem} I try again when the campaign starts.", problem=unread_text(turn.texts, problem))
        for problem in unread
        if problem.why not in HOPELESS
    ]
    problems += [broken_text(turn, segment) for segment in await broken_segments(turn, audience)]
    known_wrong = {problem.list.id for problem in unread}
    late = [item for item in lists if item.read_at is None and item.id not in known_wrong]
    return problems, [*warnings, *(still_reading(turn, item) for item in late)]


def broken_text(turn: Turn, segment: DistributionList) -> str:
    return turn.texts(
        "A line of the segment “{name}” does not work any more: please open it (**segments**), and change it.",
        name=escape_markdown(segment.name),
    )


def still_reading(turn: Turn, distribution_list: DistributionList) -> str:
    return turn.texts("I am still reading who is in “{name}”: large groups take a while.", name=distribution_list.name)


async def installable(turn: Turn, audience: Audience | None, channel: Channel) -> int:
    """For how many people of an audience the bot can be asked to install itself; 0 where it cannot."""
    if audience is None or not channel.traits.can_be_installed or not turn.services.installs:
        return 0
    why = await turn.store.unreached(turn.person.tenant, audience, channel)
    return why.get(NotReached.NEVER_INSTALLED, 0)

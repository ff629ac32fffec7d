"""What the report says about presence: at which try people were there, and who never was (S10)."""

from __future__ import annotations

from typing import Any

from cards.kit.elements import Table
from cards.kit.parts import hint, notice, subheading
from cards.kit.texts import Texts
from storage.records import Campaign, DeliveryState, Found, NotReached, PresenceChoice, Schedule, Tally

TRIES = 9  #: of the ladder: three rounds of three (S10)


def presence_figures(texts: Texts, campaign: Campaign, tally: Tally) -> list[Any]:
    """At which of the nine tries people were there, who never was, and what nobody could tell."""
    schedule = campaign.as_scheduled.schedule
    if schedule.presence is PresenceChoice.ALWAYS:
        return []
    at_try = [sum(count for (rung, _), count in tally.rungs.items() if rung == number) for number in range(TRIES)]
    cells = [texts("try {number}: {count}", number=n, count=texts.number(count)) for n, count in enumerate(at_try, 1)]
    rows = [
        (texts("Delivered"), texts("First try"), texts("10 minutes later"), texts("Next full hour")),
        (texts("At their own moment"), *cells[:3]),
        (texts("Next working day, at opening"), *cells[3:6]),
        (texts("The working day after"), *cells[6:]),
    ]
    return [
        subheading(texts("When people were there")),
        Table(rows, widths=[4, 3, 3, 3]),
        *(hint(text) for text in _never_there(texts, tally)),
        *(notice(text, "warning") for text in _never_known(texts, schedule, tally)),
    ]


def _never_there(texts: Texts, tally: Tally) -> list[str]:
    absent = tally.states.get(DeliveryState.ABSENT, 0)
    if not absent:
        return []
    return [
        texts.many(
            "{count} person was absent at every try, and did not receive it.",
            "{count} people were absent at every try, and did not receive it.",
            absent,
        )
    ]


def _never_known(texts: Texts, schedule: Schedule, tally: Tally) -> list[str]:
    """Where the author's choice for the case that nobody can tell was needed."""
    unasked = sum(count for (_, found), count in tally.rungs.items() if found is Found.UNKNOWN)
    waited = tally.reasons.get(NotReached.PRESENCE_UNKNOWN, 0)
    said = []
    if unasked:
        said.append(
            texts.many(
                "Nobody could tell whether {count} person was there: it was sent all the same, as you chose.",
                "Nobody could tell whether {count} people were there: it was sent all the same, as you chose.",
                unasked,
            )
        )
    if waited:
        said.append(
            texts.many(
                "Nobody could tell in time whether {count} person was there:"
                " it waited, as you chose, and was not sent.",
                "Nobody could tell in time whether {count} people were there:"
                " it waited, as you chose, and was not sent.",
                waited,
            )
        )
    return said

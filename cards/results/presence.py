"""What the report says about presence: at which look people were there, and who never was (S10)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cards.kit.parts import hint, notice, subheading, tables
from cards.kit.texts import Texts
from storage.records import Campaign, DeliveryState, Ladder, NotReached, PresenceChoice, Schedule, Seen, Tally
from storage.records.ladder import STEPS


def presence_figures(texts: Texts, campaign: Campaign, tally: Tally) -> list[Any]:
    """How many people were there at which look, never, or with their presence unknown."""
    frozen = campaign.as_scheduled
    if frozen.schedule.presence is PresenceChoice.ALWAYS:
        return []
    return [
        subheading(texts("When people were there")),
        *tables(_by_look(texts, frozen.consideration.ladder, tally), 4, 3),
        *(hint(text) for text in _never_there(texts, tally)),
        *(notice(text, "warning") for text in _never_known(texts, frozen.schedule, tally)),
    ]


def _by_look(texts: Texts, ladder: Ladder, tally: Tally) -> list[tuple[str, ...]]:
    """How many were reached at each look: a row for each round of the ladder, below the head."""
    delivered = Counter[int]()
    for (rung, _), count in tally.rungs.items():
        delivered[rung] += count

    def cell(rung: int) -> str:
        return texts("look {number}: {count}", number=rung + 1, count=texts.number(delivered[rung]))

    return [
        (texts("Sent"), texts("First look"), texts("10 minutes later"), texts("Next full hour")),
        *(
            (_round_text(texts, round), *(cell(ladder.rung(round, step)) for step in range(1, STEPS + 1)))
            for round in range(1, ladder.rounds + 1)
        ),
    ]


def _round_text(texts: Texts, round: int) -> str:
    if round == 1:
        return texts("At their own moment")
    if round == 2:
        return texts("Next working day, at opening")
    return texts.many("{count} working day later", "{count} working days later", round - 1)


def _never_there(texts: Texts, tally: Tally) -> list[str]:
    absent = tally.states.get(DeliveryState.ABSENT, 0)
    if not absent:
        return []
    return [
        texts.many(
            "{count} person was absent every time I looked, and did not receive it.",
            "{count} people were absent every time I looked, and did not receive it.",
            absent,
        )
    ]


def _never_known(texts: Texts, schedule: Schedule, tally: Tally) -> list[str]:
    """Where the author's choice for the case that nobody can tell was needed."""
    unasked = sum(count for (_, seen), count in tally.rungs.items() if seen is Seen.UNKNOWN)
    waited = tally.reasons.get(NotReached.PRESENCE_UNKNOWN, 0)
    sentences = []
    if unasked:
        sentences.append(
            texts.many(
                "Nobody could tell whether {count} person was there: it was sent all the same, as you chose.",
                "Nobody could tell whether {count} people were there: it was sent all the same, as you chose.",
                unasked,
            )
        )
    if waited:
        sentences.append(
            texts.many(
                "Nobody could tell in time whether {count} person was there:"
                " it waited, as you chose, and was not sent.",
                "Nobody could tell in time whether {count} people were there:"
                " it waited, as you chose, and was not sent.",
                waited,
            )
        )
    return sentences

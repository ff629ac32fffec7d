"""What cards say about presence: the choice in the form, and the choice that was made (S9, S23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cards.kit.elements import ChoiceInput, Table
from cards.kit.parts import hint, notice, paragraph, subheading, with_error
from cards.kit.texts import Texts
from storage.records import Campaign, DeliveryState, Found, IfUnknown, NotReached, PresenceChoice, Schedule, Tally

TRIES = 9  #: of the ladder: three rounds of three (S10)


def _choices(texts: Texts) -> list[tuple[PresenceChoice, str]]:
    return [
        (PresenceChoice.ALWAYS, texts("Yes, always")),
        (PresenceChoice.PRESENT, texts("Yes, while they are available, away or busy")),
        (PresenceChoice.AVAILABLE, texts("No, only while they are available")),
    ]


def presence_fields(texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], why_not: str) -> list[Any]:
    """The question as S23 asks it; ``why_not``: nobody tells who is there, so there is no choice."""
    question = texts("Send even if a person is unavailable?")
    if why_not:
        signs = {PresenceChoice.ALWAYS: "●"}
        shown = "\n\n".join(f"{signs.get(choice, '○')} {title}" for choice, title in _choices(texts))
        return [subheading(texts("Presence")), paragraph(question), paragraph(shown, subtle=True), hint(why_not)]
    return [
        subheading(texts("Presence")),
        *with_error(
            ChoiceInput(
                id="presence",
                label=question,
                choices=_choices(texts),
                value=values.get("presence", PresenceChoice.ALWAYS),
                style="expanded",
                wrap=True,
            ),
            errors.get("presence"),
        ),
        *with_error(
            ChoiceInput(
                id="unknown",
                label=texts("If nobody can tell whether they are there"),
                choices=[(IfUnknown.SEND, texts("send it anyway")), (IfUnknown.WAIT, texts("wait until it is known"))],
                value=values.get("unknown", IfUnknown.SEND),
                style="compact",
            ),
            errors.get("unknown"),
        ),
        hint(
            texts(
                "Who is not there is tried again: 10 minutes later, at the next full hour, and from the opening"
                " of the next two working days on; nine times at most."
            ),
            spacing="Small",
        ),
    ]


def presence_text(texts: Texts, schedule: Schedule) -> str:
    """The choice, in words; "" where presence is not asked for."""
    if schedule.presence is PresenceChoice.ALWAYS:
        return ""
    only = {
        PresenceChoice.AVAILABLE: texts("only while available"),
        PresenceChoice.PRESENT: texts("while available, away or busy"),
    }[schedule.presence]
    otherwise = {
        IfUnknown.SEND: texts("sent anyway where it cannot be known"),
        IfUnknown.WAIT: texts("waits where it cannot be known"),
    }[schedule.unknown]
    return texts("{only}; {otherwise}", only=only, otherwise=otherwise)


def presence_figures(texts: Texts, campaign: Campaign, tally: Tally) -> list[Any]:
    """At which of the nine tries people were there, who never was, and what nobody could tell."""
    assert campaign.schedule is not None
    if campaign.schedule.presence is PresenceChoice.ALWAYS:
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
        *(notice(text, "warning") for text in _never_known(texts, campaign.schedule, tally)),
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


def presence_silent(texts: Texts, schedule: Schedule) -> str:
    """While the campaign runs and nobody answers."""
    if schedule.unknown is IfUnknown.SEND:
        return texts("Nobody can tell at the moment who is there: messages leave all the same, as you chose.")
    return texts("Nobody can tell at the moment who is there: messages wait for it, as you chose.")

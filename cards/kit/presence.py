"""What cards say about presence: the choice in the form, and the choice that was made (S9, S23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cards.kit.elements import ChoiceInput
from cards.kit.parts import hint, paragraph, with_error
from cards.kit.texts import Texts
from storage.records import IfUnknown, Ladder, PresenceChoice, Schedule


def _choices(texts: Texts) -> list[tuple[PresenceChoice, str]]:
    return [
        (PresenceChoice.ALWAYS, texts("Yes, always")),
        (PresenceChoice.PRESENT, texts("Yes, while they are available, away or busy")),
        (PresenceChoice.AVAILABLE, texts("No, only while they are available")),
    ]


def choice_text(texts: Texts, chosen: str) -> str:
    """The choice of a form, in a few words."""
    if chosen == PresenceChoice.PRESENT:
        return texts("while available, away or busy")
    return texts("only while available") if chosen == PresenceChoice.AVAILABLE else texts("sent even to the absent")


def presence_fields(
    texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], why_not: str, ladder: Ladder
) -> list[Any]:
    """The question as S23 asks it; ``why_not``: presence cannot be read, so there is no choice."""
    question = texts("Send even if a person is unavailable?")
    if why_not:
        signs = {PresenceChoice.ALWAYS: "●"}
        shown = "\n\n".join(f"{signs.get(choice, '○')} {title}" for choice, title in _choices(texts))
        return [paragraph(question), paragraph(shown, subtle=True), hint(why_not)]
    return [
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
        hint(_ladder_text(texts, ladder), spacing="Small"),
    ]


def _ladder_text(texts: Texts, ladder: Ladder) -> str:
    """When a recipient who is not there is looked for again, and how often."""
    days = texts.many(
        "If they are not there, I look again: 10 minutes later, at the next full hour, and the same from the opening"
        " of the next working day on.",
        "If they are not there, I look again: 10 minutes later, at the next full hour, and the same from the opening"
        " of each of the next {count} working days on.",
        ladder.rounds - 1,
    )
    if ladder.rounds == 1:
        days = texts("If they are not there, I look again: 10 minutes later, and at the next full hour.")
    return texts("{days} I look {count} times at most.", days=days, count=ladder.looks)


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


def presence_silent(texts: Texts, schedule: Schedule) -> str:
    """While the campaign runs and nobody answers."""
    if schedule.unknown is IfUnknown.SEND:
        return texts("Nobody can tell at the moment who is there: messages leave all the same, as you chose.")
    return texts("Nobody can tell at the moment who is there: messages wait for it, as you chose.")

"""A must-read: who is reminded by itself, its card, and how it is said."""

from __future__ import annotations

from typing import Any

from cards.compose.frame import Errors, Values
from cards.compose.part import form_of_part, line_of_part, number_field
from cards.kit.elements import AdaptiveCard, ChoiceInput
from cards.kit.parts import hint, pair, with_error
from cards.kit.texts import Texts
from storage.records import Campaign, FollowUp, Until

FIELDS = ("chase", "chase_after", "chase_rounds")
NOBODY = "nobody"
DEFAULTS = {"chase_after": "2", "chase_rounds": "2"}


def follow_form(texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "") -> AdaptiveCard:
    who = [
        (NOBODY, texts("nobody")),
        (Until.OPENED, texts("who has not opened it")),
        (Until.CONFIRMED, texts("who has not confirmed it")),
        (Until.ANSWERED, texts("who has not answered")),
    ]
    fields = [
        *with_error(
            ChoiceInput(
                id="chase",
                label=texts("I remind by myself"),
                choices=who,
                value=values.get("chase") or NOBODY,
                style="expanded",
            ),
            errors.get("chase"),
        ),
        *pair(
            number_field("chase_after", texts("After how many working days?"), values, DEFAULTS),
            number_field("chase_rounds", texts("How many times at most?"), values, DEFAULTS),
            errors.get("chase_after"),
            errors.get("chase_rounds"),
        ),
        hint(
            texts(
                "Each time only those who are left get it again, within the working hours, as a campaign of its own."
                " Who has muted Crieur, or has had enough for a week, is left in peace."
            ),
            spacing="Small",
        ),
    ]
    return form_of_part(texts, campaign, "chase", "schedule", texts("Must everybody read it?"), fields, notice, errors)


def follow_line(texts: Texts, campaign: Campaign, values: Values, errors: Errors) -> list[Any]:
    """In the form of the schedule: whom it reminds, and the way to change it."""
    holds = follow_said(texts, values) or texts("nobody")
    return line_of_part(texts, campaign, "chase", "schedule", texts("Reminds"), holds, texts("Remind"), errors, FIELDS)


def _whom(texts: Texts, until: Until) -> str:
    return {
        Until.OPENED: texts("who has not opened it"),
        Until.CONFIRMED: texts("who has not confirmed it"),
        Until.ANSWERED: texts("who has not answered"),
    }[until]


def follow_said(texts: Texts, values: Values) -> str:
    """Of what stands in a draft, be it right or not; "" for nobody."""
    return _whom(texts, Until(values["chase"])) if values.get("chase") in list(Until) else ""


def follow_text(texts: Texts, follow_up: FollowUp | None) -> str:
    """ "who has not confirmed it, after 2 working days, twice at most"; "" for nobody."""
    if follow_up is None:
        return ""
    return ", ".join(
        [
            _whom(texts, follow_up.until),
            texts.many("after {count} working day", "after {count} working days", follow_up.after),
            texts.many("{count} time at most", "{count} times at most", follow_up.rounds),
        ]
    )

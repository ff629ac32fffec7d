"""The form for the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.compose.closures import closures_fields
from cards.compose.frame import Errors, Values, form_of_step
from cards.compose.repeat_form import repeat_line, repeat_said
from cards.kit.elements import (
    ActionSet,
    AdaptiveCard,
    ChoiceInput,
    DateInput,
    NumberInput,
    TextInput,
    TimeInput,
    ToggleInput,
)
from cards.kit.parts import act, beside, handle, hint, subheading, with_error
from cards.kit.presence import presence_fields
from cards.kit.texts import Texts
from storage.records import LADDER, Campaign, Ladder

ON_A_BUTTON = 48  #: characters of a sentence; clients cut longer ones


def schedule_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    zones: Sequence[tuple[str, str]],
    notice: str = "",
    no_presence: str = "",
    ladder: Ladder = LADDER,
) -> AdaptiveCard:
    """``no_presence``: why presence cannot be read; "" where it can. ``ladder``: the organisation's."""

    def at(kind: type[DateInput] | type[TimeInput], id: str, label: str) -> list[Any]:
        return with_error(kind(id=id, label=label, value=values.get(id, "")), errors.get(id))

    units = [("minutes", texts("minutes")), ("hours", texts("hours")), ("days", texts("days"))]
    fields = [
        *_words_field(texts, campaign, values, errors),
        *with_error(
            ChoiceInput(
                id="start",
                label=texts("When does it start?"),
                choices=[("now", texts("As soon as I schedule it")), ("at", texts("On this day, at this time:"))],
                value=values.get("start", "at"),
                style="expanded",
            ),
            errors.get("start"),
        ),
        beside(at(DateInput, "date", texts("Day")), at(TimeInput, "time", texts("Time"))),
        *with_error(
            ChoiceInput(
                id="zone", label=texts("Time zone"), choices=zones, value=values.get("zone", ""), style="compact"
            ),
            errors.get("zone"),
        ),
        *repeat_line(texts, campaign, repeat_said(texts, values), errors),
        subheading(texts("Over how long?")),
        *with_error(
            beside(
                [NumberInput(id="duration", label=texts("Duration"), **_number(values.get("duration", "")))],
                [
                    ChoiceInput(
                        id="unit",
                        label=texts("Unit"),
                        choices=units,
                        value=values.get("unit", "hours"),
                        style="compact",
                    )
                ],
            ),
            errors.get("duration"),
        ),
        hint(
            texts("Each person receives it at their own random moment in this time, during working hours."),
            spacing="Small",
        ),
        subheading(texts("Working hours")),
        beside(at(TimeInput, "opens", texts("From")), at(TimeInput, "closes", texts("To"))),
        *with_error(
            ChoiceInput(
                id="days",
                label=texts("Working days"),
                choices=[(str(day), texts.weekday(day)) for day in range(7)],
                value=values.get("days", ""),
                style="expanded",
                multiple=True,
            ),
            errors.get("days"),
        ),
        *closures_fields(texts, values, errors),
        ToggleInput(
            id="anytime",
            label=texts("Evenings, nights, weekends"),
            title=texts("Send outside working hours too"),
            value=values.get("anytime", "false"),
            wrap=True,
        ),
        ToggleInput(
            id="own_zone",
            label=texts("Time zones"),
            title=texts("Read these hours on each person's own clock"),
            value=values.get("own_zone", "false"),
            wrap=True,
        ),
        *presence_fields(texts, values, errors, no_presence, ladder),
    ]
    return form_of_step(texts, campaign, "schedule", texts("When does it go out?"), fields, notice, errors)


def _words_field(texts: Texts, campaign: Campaign, values: Values, errors: Errors) -> list[Any]:
    """When it goes out, typed as a sentence, which fills in the fields below."""
    field = TextInput(
        id="words",
        label=texts("Say it in words"),
        placeholder=texts("tomorrow 10am for 2 hours"),
        value=values.get("words", ""),
    )
    payload = handle(campaign, step="schedule", go="schedule")
    fill_in = act(texts("Fill in the form"), "form.save", payload)
    choices = [
        act(_shortened(choice), "form.save", {**payload, "words_meant": choice})
        for choice in values.get("choices", "").splitlines()
    ]
    return [*with_error(field, errors.get("words")), ActionSet(actions=[*choices, fill_in], spacing="Small")]


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= ON_A_BUTTON else f"{sentence[: ON_A_BUTTON - 1]}…"


def _number(raw: str) -> dict[str, Any]:
    """A number field shows numbers only: what is none stays in the draft, named by the error."""
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        return {}
    return {"value": int(value) if value.is_integer() else value} if abs(value) < 1e9 else {}

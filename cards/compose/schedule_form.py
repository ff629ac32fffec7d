"""The form for the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cards.compose.frame import Errors, Values, form_of_step
from cards.compose.schedule.closures import closures_fields
from cards.compose.schedule.lines import (
    clocks_line,
    closures_line,
    days_line,
    duration_line,
    hours_line,
    presence_line,
    start_in,
    start_line,
)
from cards.compose.sequels.end_form import end_line
from cards.compose.sequels.follow_form import follow_line
from cards.compose.sequels.mail_form import mail_line
from cards.compose.sequels.repeat_form import repeat_line, repeat_said
from cards.compose.sequels.steps_form import back_to_steps, steps_line
from cards.kit.elements import (
    ActionSet,
    AdaptiveCard,
    ChoiceInput,
    Container,
    DateInput,
    Element,
    NumberInput,
    TextInput,
    TimeInput,
    ToggleInput,
)
from cards.kit.parts import Part, act, folded, handle, hint, pair, paragraph, with_error
from cards.kit.presence import presence_fields
from cards.kit.texts import Texts
from storage.records import LADDER, Campaign, Ladder
from storage.records.step_forms import is_sequence

ON_A_BUTTON = 25  #: characters of a sentence; clients cut longer ones
ZONES = "zones"  #: the name under which a client asks for more of them


def schedule_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    zones: Sequence[tuple[str, str]],
    now: datetime,
    notice: str = "",
    no_presence: str = "",
    ladder: Ladder = LADDER,
    mails: bool = False,
) -> AdaptiveCard:
    """``zones``: some of them, with their distances from UTC. ``no_presence``: why presence cannot be read; "" where it
    can. ``ladder``: the organisation's. ``mails``: whether people can get it by e-mail as well.
    """
    words = _words_field(texts, campaign, values, errors)

    def part(name: str, holds: str, fields: list[Any], *names: str) -> Part:
        wrong = [errors[field] for field in names if field in errors]
        return Part(id=f"about_{names[0]}", name=name, holds=holds, fields=fields, wrong=wrong)

    lasts = duration_fields(texts, values, errors)
    hours = [*hours_fields(texts, values, errors), _anytime(texts, values)]
    closed = closures_fields(texts, values, errors)
    present = presence_fields(texts, values, errors, no_presence, ladder)
    clocks = [*zone_field(texts, values, errors, zones), _own_zone(texts, values)]
    parts = [
        part(texts("Start"), start_line(texts, values), _start(texts, values, errors), "start", "date", "time"),
        part(texts("Duration"), duration_line(texts, values), lasts, "duration"),
        part(texts("Working hours"), hours_line(texts, values), hours, "opens", "closes"),
        part(texts("Working days"), days_line(texts, values), days_field(texts, values, errors), "days"),
        part(texts("Holidays"), closures_line(texts, values), closed, "holidays", "closed"),
        part(texts("Presence"), presence_line(texts, values, no_presence), present, "presence", "unknown"),
        part(texts("Time zone"), clocks_line(texts, values, start_in(values, now)), clocks, "zone"),
    ]
    moment = texts("Each person receives it at their own random moment in this time, during working hours.")
    more = [
        *repeat_line(texts, campaign, repeat_said(texts, values), errors),
        *follow_line(texts, campaign, values, errors),
        *end_line(texts, campaign, values, errors),
        *mail_line(texts, campaign, values, errors, possible=mails),
        *steps_line(texts, campaign),
        hint(moment, spacing="Small"),
    ]
    sequence = [
        *mail_line(texts, campaign, values, errors, possible=False),
        hint(
            texts(
                "The sequence begins then. On the day of each step, people get it in this time from when work begins,"
                " on their own clock."
            ),
            spacing="Small",
        ),
        ActionSet(actions=[back_to_steps(texts, campaign, "schedule")], spacing="Small"),
    ]
    fields = [
        *words,
        *folded(texts, parts, words),
        *(sequence if is_sequence(campaign.forms) else more),
    ]
    return form_of_step(texts, campaign, "schedule", texts("When does it go out?"), fields, notice, errors)


def _start(texts: Texts, values: Values, errors: Errors) -> list[Any]:
    when = ChoiceInput(
        id="start",
        label=texts("When does it start?"),
        choices=[("now", texts("As soon as I schedule it")), ("at", texts("On this day, at this time:"))],
        value=values.get("start", "at"),
        style="expanded",
        wrap=True,
    )
    day = DateInput(id="date", label=texts("Day"), value=values.get("date", ""))
    clock = TimeInput(id="time", label=texts("Time"), value=values.get("time", ""))
    return [*with_error(when, errors.get("start")), *pair(day, clock, errors.get("date"), errors.get("time"))]


def duration_fields(texts: Texts, values: Values, errors: Errors) -> list[Any]:
    units = [("minutes", texts("minutes")), ("hours", texts("hours")), ("days", texts("days"))]
    amount = NumberInput(id="duration", label=texts("Duration"), **_number(values.get("duration", "")))
    unit = ChoiceInput(
        id="unit", label=texts("Unit"), choices=units, value=values.get("unit", "hours"), style="compact", wrap=True
    )
    return pair(amount, unit, errors.get("duration"))


def hours_fields(texts: Texts, values: Values, errors: Errors) -> list[Any]:
    opens = TimeInput(id="opens", label=texts("From"), value=values.get("opens", ""))
    closes = TimeInput(id="closes", label=texts("To"), value=values.get("closes", ""))
    return pair(opens, closes, errors.get("opens"), errors.get("closes"))


def days_field(texts: Texts, values: Values, errors: Errors) -> list[Any]:
    field = ChoiceInput(
        id="days",
        label=texts("Working days"),
        choices=[(str(day), texts.weekday(day)) for day in range(7)],
        value=values.get("days", ""),
        style="expanded",
        multiple=True,
        wrap=True,
    )
    return with_error(field, errors.get("days"))


def zone_field(texts: Texts, values: Values, errors: Errors, zones: Sequence[tuple[str, str]]) -> list[Any]:
    """What is typed is looked for among these, and where the client asks the bot, among all there are."""
    field = ChoiceInput(
        id="zone",
        label=texts("Time zone"),
        choices=zones,
        value=values.get("zone", ""),
        style="filtered",
        data={"type": "Data.Query", "dataset": ZONES},
        error=texts("Please choose a time zone."),
        wrap=True,
    )
    return with_error(field, errors.get("zone"))


def _anytime(texts: Texts, values: Values) -> Element:
    return ToggleInput(
        id="anytime",
        label=texts("Evenings, nights, weekends"),
        title=texts("Send outside working hours too"),
        value=values.get("anytime", "false"),
        wrap=True,
    )


def _own_zone(texts: Texts, values: Values) -> Element:
    return ToggleInput(
        id="own_zone",
        label=texts("Time zones"),
        title=texts("Read these hours on each person’s own clock"),
        value=values.get("own_zone", "false"),
        wrap=True,
    )


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
    return [
        *with_error(field, errors.get("words")),
        *_meant(values, payload),
        ActionSet(actions=[fill_in], spacing="Small"),
    ]


def _meant(values: Values, payload: dict[str, Any]) -> list[Any]:
    """The sentences that may be meant, each to be pressed: they are longer than a button may be."""
    return [
        Container(
            items=[paragraph(choice, color="Accent", weight="Bolder")],
            pressed=act(_shortened(choice), "form.save", {**payload, "words_meant": choice}, tooltip=choice),
            style="emphasis",
            spacing="Small",
        )
        for choice in values.get("choices", "").splitlines()
    ]


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= ON_A_BUTTON else f"{sentence[: ON_A_BUTTON - 1]}…"


def _number(raw: str) -> dict[str, Any]:
    """A number field shows numbers only: what is none stays in the draft, named by the error."""
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        return {}
    return {"value": int(value) if value.is_integer() else value} if abs(value) < 1e9 else {}

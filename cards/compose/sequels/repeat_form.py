"""How often a campaign goes out: its card, and how it is said."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from cards.compose.frame import Errors, Values
from cards.compose.part import form_of_part, line_of_part, number_field
from cards.kit.elements import AdaptiveCard, ChoiceInput, DateInput
from cards.kit.parts import hint, pair, with_error
from cards.kit.texts import Texts
from storage.records import Campaign, Every, Repeat, Schedule

FIELDS = ("every", "on", "which", "until", "times")
ONCE = "once"
MONTHS_END = 28  #: days that every month has


def repeat_form(texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "") -> AdaptiveCard:
    every = [
        (ONCE, texts("once")),
        (Every.DAY, texts("every day on which people work")),
        (Every.WEEK, texts("every week")),
        (Every.FORTNIGHT, texts("every two weeks")),
        (Every.MONTH, texts("every month")),
    ]
    which = [
        ("0", texts("on the day of the first one")),
        ("1", texts("on the first such weekday")),
        ("2", texts("on the second such weekday")),
        ("3", texts("on the third such weekday")),
        ("4", texts("on the fourth such weekday")),
        ("-1", texts("on the last such weekday")),
    ]
    fields = [
        *with_error(
            ChoiceInput(
                id="every",
                label=texts("It goes out"),
                choices=every,
                value=values.get("every") or ONCE,
                style="expanded",
            ),
            errors.get("every"),
        ),
        ChoiceInput(
            id="on",
            label=texts("On these weekdays"),
            choices=[(str(day), texts.weekday(day)) for day in range(7)],
            value=values.get("on", ""),
            style="expanded",
            multiple=True,
        ),
        hint(texts("None chosen: the weekday of the first one."), spacing="Small"),
        *with_error(
            ChoiceInput(
                id="which",
                label=texts("In a month"),
                choices=which,
                value=values.get("which") or "0",
                style="compact",
            ),
            errors.get("which"),
        ),
        *pair(
            DateInput(id="until", label=texts("Until this day"), value=values.get("until", "")),
            number_field("times", texts("Or how many times in all?"), values, {}),
            errors.get("until"),
            errors.get("times"),
        ),
        hint(
            texts("Both empty: until you end it, for five years at most. Days on which nobody works are left out."),
            spacing="Small",
        ),
    ]
    title = texts("How often does it go out?")
    return form_of_part(texts, campaign, "repeat", "schedule", title, fields, notice, errors)


def repeat_line(texts: Texts, campaign: Campaign, said: str, errors: Errors) -> list[Any]:
    """In the form of the schedule: how often it goes out, and the way to change it. ``said``: "" for once."""
    holds, press = said or texts("never"), texts("How often?")
    return line_of_part(texts, campaign, "repeat", "schedule", texts("Repeats"), holds, press, errors, FIELDS)


def repeat_said(texts: Texts, values: Values) -> str:
    """How often, of what stands in a draft, be it whole or not; "" for once."""
    if values.get("every") not in list(Every):
        return ""
    every, which = Every(values["every"]), values.get("which") or "0"
    days = frozenset(int(day) for day in values.get("on", "").split(",") if day in tuple("0123456"))
    try:
        first = date.fromisoformat(values.get("date", ""))
    except ValueError:
        return _period(texts, every)
    counted = int(which) if every is Every.MONTH and which in ("1", "2", "3", "4", "-1") else 0
    repeat = Repeat(every=every, days=days, which=counted, first=first, at=time(0))
    return _rule(texts, repeat, everyone_works=values.get("anytime") == "true")


def _period(texts: Texts, every: Every) -> str:
    return {
        Every.DAY: texts("every working day"),
        Every.WEEK: texts("every week"),
        Every.FORTNIGHT: texts("every two weeks"),
        Every.MONTH: texts("every month"),
    }[every]


def repeat_text(texts: Texts, schedule: Schedule) -> str:
    """ "every week: Monday and Thursday, at 9:00, until Fri, 31 Dec 2027"; "" for a campaign that goes out once."""
    repeat = schedule.repeat
    if repeat is None:
        return ""
    parts = [_rule(texts, repeat, everyone_works=len(schedule.hours.days) == 7)]
    parts.append(texts("at {clock}", clock=texts.clock(repeat.at)))
    if repeat.until is not None:
        parts.append(texts("until {day}", day=texts.day(repeat.until)))
    if repeat.times is not None:
        parts.append(texts.many("{count} time in all", "{count} times in all", repeat.times))
    return ", ".join(parts)


def _rule(texts: Texts, repeat: Repeat, *, everyone_works: bool) -> str:
    days = texts.enumerate([texts.weekday_name(day) for day in sorted(repeat.days or {repeat.first.weekday()})])
    if repeat.every is Every.DAY:
        return texts("every day") if everyone_works else texts("every working day")
    if repeat.every is Every.WEEK:
        return texts("every week: {days}", days=days)
    if repeat.every is Every.FORTNIGHT:
        return texts("every two weeks: {days}", days=days)
    if not repeat.which:
        day = repeat.first.day
        on_its_day = texts("every month, on day {day}", day=day)
        return texts("{rule} or the last one", rule=on_its_day) if day > MONTHS_END else on_its_day
    return {
        1: texts("every month: the first {days}", days=days),
        2: texts("every month: the second {days}", days=days),
        3: texts("every month: the third {days}", days=days),
        4: texts("every month: the fourth {days}", days=days),
        -1: texts("every month: the last {days}", days=days),
    }[repeat.which]

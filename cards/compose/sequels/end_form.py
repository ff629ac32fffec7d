"""The end of a campaign: its card, and how it is said."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.frame import Errors, Values
from cards.compose.part import form_of_part, line_of_part
from cards.compose.schedule.lines import clock_in
from cards.kit.elements import AdaptiveCard, ChoiceInput, DateInput, TimeInput, ToggleInput
from cards.kit.parts import hint, pair, with_error
from cards.kit.texts import Texts
from storage.records import AtEnd, Campaign, End

FIELDS = ("ending", "end_date", "end_time", "end_result")
STAYS = "stays"


def end_form(texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "") -> AdaptiveCard:
    what = [
        (STAYS, texts("it stays in people’s chats")),
        (AtEnd.DELETE, texts("it is taken back: deleted in every chat")),
        (AtEnd.LINE, texts("one line takes its place")),
        (AtEnd.CLOSE, texts("it stays, and can be answered no more")),
    ]
    day = DateInput(id="end_date", label=texts("Day"), value=values.get("end_date", ""))
    clock = TimeInput(id="end_time", label=texts("Time"), value=values.get("end_time", ""))
    fields = [
        *with_error(
            ChoiceInput(
                id="ending",
                label=texts("What becomes of the message?"),
                choices=what,
                value=values.get("ending") or STAYS,
                style="expanded",
                wrap=True,
            ),
            errors.get("ending"),
        ),
        *pair(day, clock, errors.get("end_date"), errors.get("end_time")),
        ToggleInput(
            id="end_result",
            label=texts("Once it can be answered no more"),
            title=texts("Show everybody how people have answered"),
            value=values.get("end_result") or "false",
            wrap=True,
        ),
        hint(
            texts(
                "It is done at the pace of sending, from that moment on, and I tell you how far it has come."
                " Who has read it has read it."
            ),
            spacing="Small",
        ),
    ]
    return form_of_part(texts, campaign, "ending", "schedule", texts("Does it have an end?"), fields, notice, errors)


def end_line(texts: Texts, campaign: Campaign, values: Values, errors: Errors) -> list[Any]:
    """In the form of the schedule: what becomes of the message, and the way to change it."""
    holds = end_said(texts, values) or texts("none")
    return line_of_part(texts, campaign, "ending", "schedule", texts("End"), holds, texts("Set an end"), errors, FIELDS)


def end_said(texts: Texts, values: Values) -> str:
    """Of what stands in a draft, be it right or not; "" for no end."""
    if values.get("ending") not in list(AtEnd):
        return ""
    try:
        day = texts.day(datetime.strptime(values.get("end_date", ""), "%Y-%m-%d").date())  # noqa: DTZ007 (a day)
    except ValueError:
        day = ""
    clock = clock_in(values.get("end_time", ""))
    return ", ".join(
        [what_at_end(texts, AtEnd(values["ending"])), *([day] if day else []), *([texts.clock(clock)] if clock else [])]
    )


def end_text(texts: Texts, end: End | None, zone: ZoneInfo) -> str:
    """ "Fri, 4 Dec 2026, 18:00: deleted in every chat"; "" for no end."""
    if end is None:
        return ""
    does = what_at_end(texts, end.does)
    if end.does is AtEnd.CLOSE and end.shows_result:
        does = texts("answered no more, the result is shown")
    return texts("{moment}: {does}", moment=texts.moment(end.at, zone), does=does)


def what_at_end(texts: Texts, does: AtEnd) -> str:
    """ "deleted in every chat"."""
    return {
        AtEnd.DELETE: texts("deleted in every chat"),
        AtEnd.LINE: texts("one line in its place"),
        AtEnd.CLOSE: texts("answered no more"),
    }[does]

"""What can be done with a series that goes on: pause it, have it go on, end it."""

from __future__ import annotations

from collections.abc import Callable

from dialogs.compose.wizard import information
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for
from scheduler.rules.occurrences import first_occurrence
from storage.records import Campaign, DeedKind, Right, StaleVersion
from storage.records.campaign_life import A_MOMENT, NotPossible, end, go_on, pause, to_draft

router = Router()


@router.form("series.pause")
async def pause_series(turn: Turn, form: Form) -> Answer:
    note = turn.texts("It is paused: nothing more of it goes out until you have it go on.")
    return await _changed(turn, form, pause, note, change="paused")


@router.form("series.go_on")
async def resume_series(turn: Turn, form: Form) -> Answer:
    """From the next occurrence that is still to come; what would have come meanwhile does not."""

    def resumed(series: Campaign) -> Campaign:
        if series.is_sequence:
            last = series.sequels.last_at if series.sequels else None
            return go_on(series, max(turn.now, last + A_MOMENT) if last else turn.now)
        upcoming = first_occurrence(series.as_scheduled.schedule, turn.now, series.sequels)
        return go_on(series, upcoming) if upcoming else to_draft(series)

    return await _changed(turn, form, resumed, turn.texts("It goes on."), change="goes on")


@router.form("series.end")
async def end_series(turn: Turn, form: Form) -> Answer:
    note = turn.texts("The series has ended. What went out stays, with its reports.")
    if (await asked_for(turn, form)).is_sequence:
        note = turn.texts("The sequence has ended. Nobody gets another step; what went out stays.")
    return await _changed(turn, form, end, note, change="ended")


async def _changed(turn: Turn, form: Form, make: Callable[[Campaign], Campaign], note: str, *, change: str) -> Answer:
    """``make``: of the series as it is now, whatever it was when the card was drawn."""
    while True:
        series = await asked_for(turn, form, Right.CHANGE)
        if turn.has_changed(series):
            return Answer(card=await information(turn, series, note))
        if not series.is_series:  # it has ended, or is being changed
            return Answer(card=await information(turn, series))
        try:
            changed = await turn.save(make(series), DeedKind.CHANGED, series=change)
        except NotPossible:  # as it was wished already
            return Answer(card=await information(turn, series))
        except StaleVersion:  # an occurrence is made at this moment
            continue
        await tell_maker(turn, changed)
        return Answer(card=await information(turn, changed, note))

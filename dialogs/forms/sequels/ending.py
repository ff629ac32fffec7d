"""The end of a campaign, as its form says it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.compose.schedule.lines import clock_in
from cards.compose.sequels.end_form import STAYS
from cards.kit.texts import Texts
from dialogs.forms.fields import Values, moment_typed
from storage.records import AtEnd, End, Slot

LATEST = timedelta(days=366)  #: after all of it is sent


def has_end(values: Values) -> bool:
    return values.get("ending", "") not in ("", STAYS)


def read_end(values: Values, slot: Slot, zone: ZoneInfo, texts: Texts, errors: dict[str, str]) -> End | None:
    """``slot``: as it was typed. None where it has no end; what is wrong goes into ``errors``."""
    if not has_end(values):
        return None
    if values["ending"] not in list(AtEnd):
        errors["ending"] = texts("Please choose one of these.")
        return None
    day, clock = values.get("end_date", ""), clock_in(values.get("end_time", ""))
    at = moment_typed(day, clock, ("end_date", "end_time"), zone, texts, errors)
    if at is None:
        return None
    if at < slot.end:
        errors["end_date"] = texts(
            "It is being sent until {moment}: its end can come no earlier.", moment=texts.moment(slot.end, zone)
        )
        return None
    if at > slot.end + LATEST:
        errors["end_date"] = texts("That is too far away: at most a year after all of it is sent.")
        return None
    does = AtEnd(values["ending"])
    shows = does is AtEnd.CLOSE and values.get("end_result") == "true"
    return End(at=at, does=does, shows_result=shows)

"""What a recipient has chosen for themselves: hours without campaigns, and topics of which they want none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of every day on the person's own clock in which only important campaigns come; the others wait.

    ``ends <= begins``: they end on the next day.
    """

    begins: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Of a house list that owners keep; a campaign may have one."""

    #: its own for good, whatever it is called
    number: int
    name: str
    #: nobody can leave it
    mandatory: bool = False


def is_quiet(quiet: Quiet, zone: str, at: datetime) -> bool:
    """Whether an instant lies in somebody's quiet hours; ``zone``: IANA."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= clock < quiet.ends
    return clock >= quiet.begins or clock < quiet.ends


def quiet_text(quiet: Quiet | None) -> str:
    """ "20:00-08:00", as stores keep it; "" for none."""
    return f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}" if quiet else ""


def quiet_of(text: str) -> Quiet | None:
    """What ``quiet_text`` says."""
    if not text:
        return None
    begins, _, ends = text.partition("-")
    return Quiet(begins=time.fromisoformat(begins), ends=time.fromisoformat(ends))

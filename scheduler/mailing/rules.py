"""Mails: who gets one, what an answer of the mail server means, and what is done next. Pure rules."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed
from storage.records import (
    About,
    Campaign,
    DeliveryState,
    Mail,
    MailState,
    NotMailed,
    NotReached,
    Person,
    Result,
    SettledMail,
)
from storage.records.campaign_life import heeds_quiet
from storage.records.preferences import is_quiet

GIVES_UP = timedelta(days=3)  #: after it was due first: what the server has not taken by then is no news any more
FIRST_AGAIN = 300.0  #: seconds until a mail that was not taken is tried again; twice as long each time ...
LONGEST_AGAIN = 4 * 3600.0  #: ... up to so long
FIRST_REST = 15.0  #: seconds until a server that does not answer is asked again; twice as long each time ...
LONGEST_REST = 300.0  #: ... up to so long

_NOT_REACHED = (DeliveryState.UNREACHABLE, DeliveryState.ABSENT, DeliveryState.EXPIRED, DeliveryState.FAILED)
#: who has left the organisation; what an operator has stopped
_NOT_WRITTEN_TO = (NotReached.GONE, NotReached.STOPPED, NotReached.RESTORED)


def certainly_not_reached(result: Result) -> bool:
    """Whether a campaign is over for somebody without its message; not who wanted no message, or had enough of them."""
    return result.state in _NOT_REACHED and result.reason not in _NOT_WRITTEN_TO


def about_every_mail(outcome: Outcome | None) -> bool:
    """Whether the server would say the same of any other mail: then all of them wait."""
    return isinstance(outcome, Retry) and outcome.about is not About.PERSON


def rest_after(failures: int) -> float:
    """Seconds until the server is asked again, after so many vain attempts in a row."""
    return float(min(LONGEST_REST, FIRST_REST * 2 ** min(failures - 1, 10)))


def is_stale(mail: Mail, now: datetime) -> bool:
    return now - mail.planned_at > GIVES_UP


def left_out(mail: Mail, why: NotMailed, now: datetime) -> SettledMail:
    failed = why in (NotMailed.NOT_TAKEN, NotMailed.NOT_WRITTEN)
    state = MailState.FAILED if failed else MailState.LEFT_OUT
    return SettledMail(campaign=mail.campaign, person=mail.person, state=state, at=now, why=why, attempted=False)


def put_back(mail: Mail, now: datetime, due: datetime | None = None) -> SettledMail:
    """It waits with all the others, or until ``due``."""
    return SettledMail(
        campaign=mail.campaign, person=mail.person, state=MailState.PLANNED, at=now, due=due or now, attempted=False
    )


def quiet_until(campaign: Campaign, person: Person, now: datetime) -> datetime | None:
    """When somebody's quiet hours end, in which only important campaigns come; None outside of them."""
    zone = person.zone or campaign.as_scheduled.schedule.zone
    quiet = person.quiet
    if quiet is None or not heeds_quiet(campaign) or not is_quiet(quiet, zone, now):
        return None
    clock = ZoneInfo(zone)
    today = now.astimezone(clock).date()
    ends = (datetime.combine(today + timedelta(days=days), quiet.ends, clock) for days in (0, 1))
    return next(end.astimezone(UTC) for end in ends if end > now)


def settled_mail(mail: Mail, outcome: Outcome, now: datetime, rng: random.Random) -> SettledMail:
    """What becomes of a mail that was offered to the server."""
    if about_every_mail(outcome):
        return put_back(mail, now)
    state, due, why, detail = MailState.FAILED, None, None, ""
    match outcome:
        case Delivered():
            state = MailState.SENT
        case Unconfirmed(detail=detail):
            state, why = MailState.UNCONFIRMED, NotMailed.CONNECTION_BROKE
        case Refused(detail=detail, about=about):
            why = NotMailed.ADDRESS_REFUSED if about is About.PERSON else NotMailed.MESSAGE_REFUSED
        case Retry(detail=detail):
            seconds = min(LONGEST_AGAIN, FIRST_AGAIN * 2 ** min(mail.attempts, 10))
            due = now + timedelta(seconds=seconds * rng.uniform(0.9, 1.1))
            if due - mail.planned_at > GIVES_UP:
                due, why = None, NotMailed.NOT_TAKEN
            else:
                state = MailState.PLANNED
        case _:
            raise TypeError(f"a mail server answers nothing like {outcome!r}")
    return SettledMail(campaign=mail.campaign, person=mail.person, state=state, at=now, due=due, why=why, detail=detail)

"""From what an attempt or a look brought to what becomes of the delivery: pure rules."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.ports import Delivered, NotWritten, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from scheduler.rules.ladder import Rung, next_look
from scheduler.rules.window import OpenTime
from storage.records import Channel, Claimed, DeliveryState, Ladder, NotReached, Reference, Seen, Settled

BACKOFF = 2.0  #: seconds; doubled with every attempt, drawn with full jitter
LONGEST_BACKOFF = 300.0  #: seconds
UNEXPLAINED_PAUSE = timedelta(minutes=10)  #: between the two attempts that an unexplained refusal of one person gets
REMEMBERED = timedelta(days=7)  #: for so long nobody writes down again that a reference works
PAST = timedelta(hours=1)  #: due so long after the slot: for its end to settle, never to be sent
DETAIL = 300  #: characters kept of what the platform said


def wait(retry: Retry, attempts: int, rng: random.Random, left: float = LONGEST_BACKOFF) -> float:
    """Seconds until the next attempt: what the platform asked for, spread a little; else full jitter.

    The platform's rate-limit guidance asks for exponential backoff with jitter. ``left``: seconds in which it can
    still be sent: where nobody named a time, ours is not drawn beyond them, or an outage early in a short slot would
    cost people whose time is not over.
    """
    if retry.after is not None:
        return retry.after + rng.uniform(0, 1 + retry.after / 10)
    return rng.uniform(0.1, max(0.1, min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(attempts, 16), left)))


def settle(
    delivery: Claimed,
    channel: Channel,
    outcome: Outcome | NotWritten,
    now: datetime,
    slot_end: datetime,
    rng: random.Random,
    seen: Seen | None = None,
    *,
    troubled: bool = False,
) -> Settled:
    """The next state of a delivery after an attempt; ``seen``: how the recipient showed, where it was asked.

    What the platform did not accept was no look of the ladder: presence is asked for again, on the same rung.
    ``troubled``: it was not about this recipient alone. They are due again at once, for what keeps all of them
    waiting holds them, too.
    """
    due: datetime | None = None
    activity = conversation = worked_url = ""
    reason: NotReached | None
    match outcome:
        case Delivered(activity, conversation):
            state, reason, detail = DeliveryState.DELIVERED, None, ""
            worked_url = news_of(delivery.reference, now)
        case Unreachable(reason, detail):
            state = DeliveryState.UNREACHABLE
        case Refused(code, text):
            state, reason, detail = DeliveryState.FAILED, NotReached.REFUSED, f"{code}: {text}"
        case Unconfirmed(detail, reason):
            state = DeliveryState.UNCONFIRMED
        case NotWritten(detail):
            state, reason = DeliveryState.FAILED, NotReached.NOT_WRITTEN
        case Unexplained(code, text):
            state, reason, detail = DeliveryState.PLANNED, NotReached.UNEXPLAINED, f"{code}: {text}"
            due = now if troubled else _second_attempt(delivery, now, slot_end)
            if due is None:
                state = DeliveryState.FAILED
        case Retry(reason, _, detail):
            left = (slot_end - now).total_seconds()
            # past the slot it is never made: the end of the slot settles it, with this reason
            state, due = DeliveryState.PLANNED, now
            if not troubled:
                due += timedelta(seconds=wait(outcome, delivery.attempts, rng, left))
    return Settled(
        id=delivery.id,
        campaign=delivery.campaign,
        person=delivery.person.id,
        channel=channel,
        state=state,
        at=now,
        due=due,
        reason=reason,
        detail=detail[:DETAIL],
        activity=activity,
        attempted=not isinstance(outcome, NotWritten),
        conversation=conversation,
        worked_url=worked_url,
        seen=None if due else seen,
        profile=delivery.profile,
    )


def news_of(reference: Reference | None, now: datetime) -> str:
    """The serviceUrl of a reference that has just worked, where that is worth keeping: most often it is known."""
    if reference is None:
        return ""
    known = reference.failed is None and reference.worked_url == reference.service_url
    recent = reference.worked_at is not None and now - reference.worked_at < REMEMBERED
    return "" if known and recent else reference.service_url


def _second_attempt(delivery: Claimed, now: datetime, slot_end: datetime) -> datetime | None:
    """When a person is written to again whose message was refused without a reason; None: this was the second time.

    Where the slot leaves less time than that, the second attempt comes shortly before its end, and decides nothing.
    """
    first = delivery.unexplained_at or now
    again = first + UNEXPLAINED_PAUSE
    if now >= again:
        return None
    if again < slot_end:
        return again
    shortly = slot_end - (slot_end - first) / 10
    return shortly if now < shortly else slot_end + PAST


def out_of_reach(delivery: Claimed, channel: Channel, now: datetime, slot_end: datetime) -> Settled:
    """The person uninstalled after planning: the delivery waits, should they come back in time."""
    return _unsent(delivery, channel, DeliveryState.WAITING, now, slot_end, NotReached.UNINSTALLED)


def muted(delivery: Claimed, channel: Channel, now: datetime, why: NotReached = NotReached.MUTED) -> Settled:
    """The recipient wants no campaigns, or none of this topic, and this one respects it."""
    return _unsent(delivery, channel, DeliveryState.MUTED, now, None, why)


def capped(delivery: Claimed, channel: Channel, now: datetime) -> Settled:
    """The recipient has had as many messages this week as the organisation allows."""
    return _unsent(delivery, channel, DeliveryState.CAPPED, now, None, NotReached.CAPPED)


def not_sent(delivery: Claimed, channel: Channel, now: datetime, due: datetime) -> Settled:
    """It was claimed or marked, and then held back: due again, and neither an attempt nor a look."""
    return _unsent(delivery, channel, DeliveryState.PLANNED, now, due)


def not_there(
    delivery: Claimed, channel: Channel, now: datetime, open_time: OpenTime, seen: Seen, ladder: Ladder
) -> Settled:
    """The recipient does not show as the author wants it: the ladder's next look (S10), or no more."""
    rung = next_look(Rung(delivery.rung, now), now, open_time, ladder)
    if rung is None:
        gone = _unsent(delivery, channel, DeliveryState.ABSENT, now, None, NotReached.ABSENT)
        return replace(gone, seen=seen)
    planned = _unsent(delivery, channel, DeliveryState.PLANNED, now, rung.at)
    return replace(planned, rung=rung.number, seen=seen)


def not_known(
    delivery: Claimed, channel: Channel, now: datetime, again: datetime, open_time: OpenTime, slot_end: datetime
) -> Settled:
    """Nobody can tell whether the recipient is there, and the author wants to wait: asked ``again`` then.

    Where that is past the open time, the end of the slot settles it, with this reason.
    """
    due = open_time.next_open(again) or slot_end + PAST
    return _unsent(delivery, channel, DeliveryState.PLANNED, now, due, NotReached.PRESENCE_UNKNOWN)


def closed(delivery: Claimed, channel: Channel, now: datetime, open_time: OpenTime, slot_end: datetime) -> Settled:
    """Where the recipient is, nobody works at this hour: due at the next opening, on the same rung."""
    return _unsent(delivery, channel, DeliveryState.PLANNED, now, open_time.next_open(now) or slot_end + PAST)


def hushed(delivery: Claimed, channel: Channel, now: datetime, open_time: OpenTime, slot_end: datetime) -> Settled:
    """The recipient has quiet hours: due once they are over, where the slot lasts so long; else it ends with them."""
    due = open_time.next_open(now) or slot_end + PAST
    return _unsent(delivery, channel, DeliveryState.PLANNED, now, due, NotReached.QUIET)


def _unsent(
    delivery: Claimed,
    channel: Channel,
    state: DeliveryState,
    now: datetime,
    due: datetime | None,
    reason: NotReached | None = None,
) -> Settled:
    return Settled(
        id=delivery.id,
        campaign=delivery.campaign,
        person=delivery.person.id,
        channel=channel,
        state=state,
        at=now,
        due=due,
        reason=reason,
        attempted=False,
    )

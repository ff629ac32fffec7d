"""From what a try brought to what becomes of the delivery: pure rules."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unreachable
from storage.records import Channel, Claimed, DeliveryState, NotReached, Settled

BACKOFF = 2.0  #: seconds; doubled with every try, drawn with full jitter
LONGEST_BACKOFF = 300.0  #: seconds
OUTAGE_TRIES = 12  #: the platform's trouble ends a delivery after so many tries
DETAIL = 300  #: characters kept of what the platform said


def wait(retry: Retry, tries: int, rng: random.Random) -> float:
    """Seconds until the next try: what the platform asked for, spread a little; else full jitter.

    The platform's rate-limit guidance asks for exponential backoff with jitter.
    """
    if retry.after is not None:
        return retry.after + rng.uniform(0, 1 + retry.after / 10)
    return rng.uniform(0.1, min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(tries, 16)))


def settle(
    delivery: Claimed, channel: Channel, outcome: Outcome, now: datetime, slot_end: datetime, rng: random.Random
) -> Settled:
    """The next state of a delivery after a try."""
    due: datetime | None = None
    activity = conversation = ""
    reason: NotReached | None
    match outcome:
        case Delivered(activity, conversation):
            state, reason, detail = DeliveryState.DELIVERED, None, ""
        case Unreachable(reason, detail):
            state = DeliveryState.UNREACHABLE
        case Refused(code, text):
            state, reason, detail = DeliveryState.FAILED, NotReached.REFUSED, f"{code}: {text}"
        case Unconfirmed(detail):
            state, reason = DeliveryState.UNCONFIRMED, NotReached.CONNECTION_BROKE
        case Retry(reason, _, detail):
            due = now + timedelta(seconds=wait(outcome, delivery.tries, rng))
            if reason is NotReached.OUTAGE and delivery.tries + 1 >= OUTAGE_TRIES:
                state, due = DeliveryState.FAILED, None
            elif due >= slot_end:
                state, due = DeliveryState.EXPIRED, None
            else:
                state = DeliveryState.PLANNED
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
        conversation=conversation,
    )


def out_of_reach(delivery: Claimed, channel: Channel, now: datetime, slot_end: datetime) -> Settled:
    """The person uninstalled after planning: the delivery waits, should they come back in time."""
    return Settled(
        id=delivery.id,
        campaign=delivery.campaign,
        person=delivery.person.id,
        channel=channel,
        state=DeliveryState.WAITING,
        at=now,
        due=slot_end,
        tried=False,
    )


def not_sent(delivery: Claimed, channel: Channel, now: datetime, due: datetime) -> Settled:
    """It was marked, and then held back: due again, and no try."""
    return Settled(
        id=delivery.id,
        campaign=delivery.campaign,
        person=delivery.person.id,
        channel=channel,
        state=DeliveryState.PLANNED,
        at=now,
        due=due,
        tried=False,
    )

"""The record of one recipient's engagement as compact JSON: one form for every store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from storage.records import (
    COUNTED,
    NOTHING,
    Campaign,
    Counts,
    Engaged,
    EngagementKind,
    Press,
    Pressed,
    Who,
    engaged,
)
from storage.records.instants import instant, ms

_KINDS = {kind.value: kind for kind in EngagementKind}
_BITS = {kind: 1 << place for place, kind in enumerate(EngagementKind)}


def to_text(record: Engaged) -> str:
    """``p``: presses by kind and button, ``a``, ``t``: the answer and the thumb that hold, ``r``: reactions,

    ``h``: a crowd's hours.
    """
    return orjson.dumps(
        {
            "p": {
                f"{kind}.{button}": (first, last, presses)
                for (kind, button), (first, last, presses) in record.pressed.items()
            },
            **({"a": record.answer} if record.answer is not None else {}),
            **({"t": record.thumb} if record.thumb is not None else {}),
            **({"r": sorted(record.reactions)} if record.reactions else {}),
            **(
                {"h": {f"{kind}.{hour}": count for (kind, hour), count in record.hours.items()}} if record.hours else {}
            ),
        }
    ).decode()


def from_text(text: str | bytes | None) -> Engaged:
    """The record; NOTHING where there is no text yet."""
    if not text:
        return NOTHING
    parts = orjson.loads(text)
    pressed, hours = {}, {}
    for key, values in parts["p"].items():
        kind, _, button = key.partition(".")
        pressed[(_KINDS[kind], int(button))] = Pressed(*values)
    for key, count in parts.get("h", {}).items():
        kind, _, hour = key.partition(".")
        hours[(_KINDS[kind], int(hour))] = count
    reactions = frozenset(parts.get("r", ()))
    return Engaged(pressed=pressed, answer=parts.get("a"), thumb=parts.get("t"), reactions=reactions, hours=hours)


def bit_of(kind: EngagementKind) -> int:
    return _BITS[kind]


def newly(before: Engaged, after: Engaged) -> tuple[EngagementKind, ...]:
    """What somebody has done for the first time, of what is counted by profile: it stands from then on."""
    new = bits_of(after) & ~bits_of(before)
    return tuple(kind for kind in COUNTED if new & _BITS[kind])


def bits_of(record: Engaged) -> int:
    """The kinds that stand in a record, as bits of one number, so that a store can ask who did what."""
    bits = 0
    for kind, _ in record.pressed:
        bits |= _BITS[kind]
    if not record.reactions:
        bits &= ~_BITS[EngagementKind.REACTED]
    return bits


def hour_instant(number: int) -> datetime:
    """The beginning of an hour since 1970."""
    return instant(0) + timedelta(hours=number)


NEVER = 2**53 - 1  #: an instant that does not come


def closes_ms(campaign: Campaign) -> int | None:
    """When a campaign stops counting engagement, NEVER as long as it runs.

    None before it has started, and when nothing is kept of its recipients any more; long ago while that goes.
    """
    if campaign.started_at is None or campaign.erased_at:
        return None
    if campaign.sealed_at:
        return 0
    return ms(campaign.closes_at) if campaign.closes_at else NEVER


def after_all(record: Engaged, who: Who, presses: Sequence[Press], counts: Counts) -> Engaged:
    """The record after presses; what they change is added to the counts."""
    after = record
    for press in presses:
        after = engaged(after, press)
    if after != record:
        counts.add(after, who)
        counts.add(record, who, -1)
    return after

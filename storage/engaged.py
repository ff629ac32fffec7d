"""The record of one recipient's engagement as compact JSON: one form for every store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from storage.instants import instant, ms
from storage.records import Counts, Engaged, EngagementKind, Press, Pressed, Who, counts_of, engaged

_KINDS = {kind.value: kind for kind in EngagementKind}
_BITS = {kind: 1 << place for place, kind in enumerate(EngagementKind)}
_HOUR_MS = 3_600_000


def to_text(record: Engaged) -> str:
    """``p``: presses by kind and button, ``a``: the answer, ``r``: reactions, ``h``: a crowd's hours."""
    return orjson.dumps(
        {
            "p": {
                f"{kind}.{button}": (ms(pressed.first_at), ms(pressed.last_at), pressed.presses)
                for (kind, button), pressed in record.pressed.items()
            },
            **({"a": record.answer} if record.answer is not None else {}),
            **({"r": sorted(record.reactions)} if record.reactions else {}),
            **(
                {"h": {f"{kind}.{hour_number(hour)}": count for (kind, hour), count in record.hours.items()}}
                if record.hours
                else {}
            ),
        }
    ).decode()


def from_text(text: str | bytes | None) -> Engaged:
    """The record; an empty one where there is no text yet."""
    if not text:
        return Engaged()
    found = orjson.loads(text)
    pressed, hours = {}, {}
    for key, (first_at, last_at, presses) in found["p"].items():
        kind, _, button = key.partition(".")
        pressed[(_KINDS[kind], int(button))] = Pressed(instant(first_at), instant(last_at), presses)
    for key, count in found.get("h", {}).items():
        kind, _, hour = key.partition(".")
        hours[(_KINDS[kind], hour_instant(int(hour)))] = count
    return Engaged(pressed=pressed, answer=found.get("a"), reactions=frozenset(found.get("r", ())), hours=hours)


def bit_of(kind: EngagementKind) -> int:
    return _BITS[kind]


def bits_of(record: Engaged) -> int:
    """The kinds that stand in a record, as bits of one number, so that a store can ask for who did what."""
    bits = 0
    for kind, _ in record.pressed:
        bits |= _BITS[kind]
    if not record.reactions:
        bits &= ~_BITS[EngagementKind.REACTED]
    return bits


def hour_number(hour: datetime) -> int:
    """Hours since 1970."""
    return ms(hour) // _HOUR_MS


def hour_instant(number: int) -> datetime:
    return instant(0) + timedelta(hours=number)


def after_all(record: Engaged, who: Who, presses: Sequence[Press]) -> tuple[Engaged, Counts]:
    """The record after presses, and what they change in the figures."""
    after = record
    for press in presses:
        after = engaged(after, press)
    change = Counts()
    if after != record:
        change.add(counts_of(after, who))
        change.add(counts_of(record, who), -1)
    return after, change

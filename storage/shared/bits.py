"""A set of people as one number: bit n stands for the PersonId n. A million people are 125 KB."""

from __future__ import annotations

from collections.abc import Sequence

NOBODY, SOMEBODY = b"0", ord("1")


def bits_of(people: Sequence[int], highest: int | None = None) -> int:
    """Of PersonIds in any order, in compact memory: some 30 ns a person. ``highest``: none is above it, where known."""
    if not people:
        return 0
    digits = bytearray(NOBODY) * ((max(people) if highest is None else highest) + 1)
    for person in people:
        digits[person] = SOMEBODY
    digits.reverse()
    return int(digits, 2)

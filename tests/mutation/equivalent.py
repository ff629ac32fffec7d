"""Variants of the rules that change nothing which anybody could see: looked at one by one."""

from __future__ import annotations

#: (path, the lines that differ before, and after, why nobody could tell)
EQUIVALENT: tuple[tuple[str, str, str, str], ...] = ()

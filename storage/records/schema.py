"""What an operator asks of a store's own arrangement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schema:
    #: how many steps of change it has seen (STEPS of its schema)
    version: int
    #: indexes that should be there and are not, by "table: fields"; empty where all is as it should be
    missing: tuple[str, ...] = ()

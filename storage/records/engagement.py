"""Engagement: what people did with a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EngagementKind(StrEnum):
    OPENED = "opened"
    CLICKED = "clicked"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """People and presses of one kind, on one button or (``button`` None) on any."""

    kind: EngagementKind
    button: int | None
    people: int
    presses: int
    last_at: datetime

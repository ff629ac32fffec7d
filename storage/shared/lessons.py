"""What an answer teaches of a person's reference: one rule for every store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from storage.records import DeliveryState, Lesson, Settled

#: since the platform opened no chat with a team's member who has not installed the bot: after it, it is asked again
ANOTHER_CHANCE = timedelta(days=1)


def lessons_of(settled: Iterable[Settled]) -> list[tuple[Settled, Lesson]]:
    """Most answers repeat what is known, and teach nothing."""
    return [(row, lesson) for row in settled if (lesson := _lesson(row)) is not None]


def _lesson(row: Settled) -> Lesson | None:
    if row.state is DeliveryState.UNREACHABLE and row.attempted:
        return Lesson(at=row.at, failed=row.reason)
    if row.conversation or row.worked_url:
        return Lesson(at=row.at, conversation=row.conversation, service_url=row.worked_url)
    return None

"""What an author does again and again, told once."""

from __future__ import annotations

from datetime import timedelta

from tests.conftest import House
from tests.support.organisation import Person

MESSAGE = {
    "name": "Autumn newsletter",
    "title": "Our autumn",
    "body": "Hello [FIRSTNAME], **big news** for you.",
    "link_title": "Read more",
    "link_url": "https://example.org/autumn",
    "ack": "true",
    "ack_title": "I have read it",
}
#: so long that hardly anybody's instant falls into its last minute
ANY_TIME_NOW = {"start": "now", "duration": "2", "unit": "days", "anytime": "true"}
#: from the start of such a campaign to its last minute
ALMOST_ALL = timedelta(days=2, minutes=-1)


async def draft(author: Person, audience: dict[str, str] | None = None, **schedule: str) -> None:
    """Ada writes the autumn newsletter and comes to the review."""
    await author.say("new campaign")
    await author.sees("What do you want to say?")
    await author.press("Next: audience", **MESSAGE)
    await author.press("Next: schedule", **(audience or {"audience": "everyone"}))
    await author.press("Next: review", **{**ANY_TIME_NOW, **schedule})
    await author.sees("Audience and schedule")


async def broadcast(author: Person, house: House) -> None:
    """She schedules it; it starts, and its last minute comes."""
    await author.press("Schedule it")
    await author.sees("is on its way")
    house.clock.forward(ALMOST_ALL)

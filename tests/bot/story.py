"""What an author does again and again, told once."""

from __future__ import annotations

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
ANY_TIME_NOW = {"start": "now", "duration": "10", "unit": "minutes", "anytime": "true"}


async def draft(author: Person, audience: dict[str, str] | None = None, **schedule: str) -> None:
    """Ada writes the autumn newsletter and comes to the review."""
    await author.say("new campaign")
    await author.sees("What do you want to say?")
    await author.press("Next: audience", **MESSAGE)
    await author.press("Next: schedule", **(audience or {"audience": "everyone"}))
    await author.press("Next: review", **{**ANY_TIME_NOW, **schedule})
    await author.sees("Audience and schedule")

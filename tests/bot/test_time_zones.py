"""Where people's clocks stand, however their client says it: IANA's names, Windows', or nothing at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person, nodes_of


async def zone_told(running_bot: RunningBot, person: Person, local: Any, client: Any) -> str:
    """The zone that the bot keeps after a word of somebody whose client says these."""
    info = {"type": "clientInfo", "locale": "en-GB", **({"timezone": client} if client is not None else {})}
    words = {"type": "message", "text": "help", "entities": [info], "localTimezone": local}
    status, _ = await person.send(words)
    assert status < 300
    kept = await running_bot.store.person_at(TENANT, person.address)
    assert kept is not None
    return kept.zone


@pytest.mark.parametrize(
    ("local", "client", "kept"),
    [
        ("Europe/Paris", None, "Europe/Paris"),
        ("Romance Standard Time", None, "Europe/Paris"),
        ("w. europe standard time", None, "Europe/Berlin"),
        (None, "Tokyo Standard Time", "Asia/Tokyo"),
        (None, "America/New_York", "America/New_York"),
        ("Nowhere Standard Time", "Pacific Standard Time", "America/Los_Angeles"),
        ("tzone://Microsoft/Custom", None, ""),
        ("", "", ""),
        (None, 5, ""),
        (None, None, ""),
    ],
)
async def test_a_zone_is_understood_by_either_name(
    running_bot: RunningBot, ada: Person, local: Any, client: Any, kept: str
) -> None:
    new = running_bot.organisation.person("Louis", "Pasteur")
    running_bot.connector.add(new.conversation, new.member())
    assert await zone_told(running_bot, new, local, client) == kept


async def test_whose_client_says_no_zone_is_offered_that_of_their_organisation(running_bot: RunningBot) -> None:
    author = running_bot.organisation.person("Ada", "Lovelace", zone="")
    await author.install()
    for name, zone in (("Louis", "Europe/Paris"), ("Marie", "Romance Standard Time"), ("Alan", "Europe/London")):
        await running_bot.organisation.person(name, "Someone", zone=zone).install()
    await author.say("new campaign")
    await author.sees("What do you want to say?")
    await author.press("Next: audience", title="News", body="Hello", name="News")
    answer = await author.press("Next: schedule", audience="everyone")
    zone = next(node for node in nodes_of(answer["value"]) if node.get("id") == "zone")
    assert zone["value"] == "Europe/Paris"

"""The preview is the card as its recipients get it: its buttons, its poll, each of its languages at a press."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from storage.records import TenantId
from storage.shared.policy import change_policy
from tests.bot.story import MESSAGE, asked, broadcast, draft
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, nodes_of, words_of

POLL = {"answers": "Yes; No; Perhaps"}


def previewed(card: dict[str, Any]) -> list[list[str]]:
    """The buttons of a card that cannot be pressed, row by row."""
    rows = [node["actions"] for node in nodes_of(card) if node.get("type") == "ActionSet"]
    return [
        [action["title"] for action in row] for row in rows if all(action.get("isEnabled") is False for action in row)
    ]


async def in_two_languages(author: Person) -> None:
    """The autumn newsletter, in English and in French, up to its review."""
    await author.say("new campaign")
    await author.press("Add a language", **{**MESSAGE, **POLL})
    card = author.card()
    originals = [node["items"][0]["text"] for node in nodes_of(card) if node.get("style") == "emphasis"]
    assert originals == ["Our autumn", "Hello \\[FIRSTNAME\\], \\*\\*big news\\*\\* for you."], "as it was typed"
    await author.press("Save", spoken="fr", title="Notre automne", body="Bonjour [PRENOM]", words0="Lire la suite")
    await author.press("Next: audience")
    await author.press("Next: schedule", audience="everyone")
    await author.press("Next: review")
    assert "Audience and schedule" in words_of(author.card())


async def test_the_preview_draws_the_buttons_and_the_poll_in_rows_of_its_own(
    running_bot: RunningBot, ada: Person
) -> None:
    await draft(ada, message=POLL, start="now", duration="2", unit="hours")
    assert previewed(ada.card()) == [["Yes"], ["No"], ["Perhaps"], ["Read more", "I have read it"]]
    assert not any(node.get("verb") in ("answer", "acknowledge") for node in nodes_of(ada.card())), "nothing behind"


async def test_recipients_get_it_as_it_was_previewed(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada, message=POLL)
    await broadcast(ada, running_bot)
    card = await louis.sees("Our autumn")
    rows = [[action["title"] for action in node["actions"]] for node in nodes_of(card) if node.get("actions")]
    assert sorted(rows) == sorted([["Yes"], ["No"], ["Perhaps"], ["Read more", "I have read it"]])


@pytest.fixture
async def grace(running_bot: RunningBot, ada: Person) -> Person:
    """A publisher, who approves."""
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await asked(ada, f"add publisher {grace.address}")
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=0), deed=A_DEED
    )
    return grace


async def test_an_approver_reads_each_language_and_keeps_what_they_have_written(
    running_bot: RunningBot, ada: Person, grace: Person
) -> None:
    await in_two_languages(ada)
    await ada.press(SEND_OFF)
    card = await grace.sees("waits for approval")
    assert any("Hello" in word for word in words_of(card))
    card = (await grace.press("French", reason="Please say when."))["value"]
    assert "Notre automne" in words_of(card) and any("Bonjour" in word for word in words_of(card))
    assert ["Lire la suite", "I have read it"] in previewed(card)
    written = next(node for node in nodes_of(card) if node.get("id") == "reason")
    assert written["value"] == "Please say when."
    card = (await grace.press("English"))["value"]
    assert "Our autumn" in words_of(card)
    card = (await grace.press("Approve"))["value"]
    assert "Approved, and scheduled." in words_of(card)


async def test_information_shows_each_language_at_a_press(running_bot: RunningBot, ada: Person) -> None:
    await in_two_languages(ada)
    card = (await ada.press(SEND_OFF))["value"]
    assert "Our autumn" in words_of(card)
    card = (await ada.press("French"))["value"]
    assert "Notre automne" in words_of(card) and "State" in words_of(card)
    await ada.say("français")
    card = (await ada.press("English"))["value"]
    assert "Our autumn" in words_of(card) and "État" in words_of(card)

"""A card is written in a time that grows with its lines, by processor time."""

from __future__ import annotations

from typing import Any

import orjson
from botbuilder.core import InvokeResponse

from bot.teams.activities import in_place, kept_response, response_kept
from cards.kit.elements import AdaptiveCard, Container, TextBlock, as_dict
from dialogs.core.notify import activity_bytes
from tests.support.growth import assert_grows_with
from tests.support.sample_cards import sample_cards

LINES = 500


def a_card(lines: int) -> AdaptiveCard:
    return AdaptiveCard(
        body=[Container(items=[TextBlock(text=f"Line {number}", wrap=True)]) for number in range(lines)]
    )


def written(card: AdaptiveCard) -> bytes:
    return orjson.dumps(in_place(card).body)


def test_the_answer_to_a_press_is_written_in_a_time_that_grows_with_its_card() -> None:
    cards = {lines: a_card(lines) for lines in (LINES, 4 * LINES)}
    assert_grows_with(lambda lines: written(cards[lines]), LINES)


def test_what_is_written_is_what_the_protocol_says_and_a_repeat_is_answered_alike() -> None:
    card = a_card(2)
    body: dict[str, Any] = orjson.loads(written(card))
    assert body["statusCode"] == 200 and body["type"] == "application/vnd.microsoft.card.adaptive"
    assert [item["items"][0]["text"] for item in body["value"]["body"]] == ["Line 0", "Line 1"]
    assert response_kept(kept_response(in_place(card))) == in_place(card)
    assert response_kept(kept_response(InvokeResponse(status=200))).body is None


def test_the_bytes_of_a_message_hold_the_same_card() -> None:
    for name, card in sample_cards("fr").items():
        [attachment] = orjson.loads(activity_bytes(card))["attachments"]
        assert attachment["content"] == as_dict(card), name

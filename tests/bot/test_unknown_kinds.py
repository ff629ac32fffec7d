"""What Teams may send tomorrow: acknowledged, logged by its kind, and never a 5xx."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.bot.story import asked
from tests.conftest import RunningBot
from tests.support.organisation import Person

#: the activity -> what is logged of it
UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"type": "holographicGesture"}, "unknown activity: type=holographicGesture"),
    ({"type": "event", "name": "application/vnd.microsoft.tomorrow", "value": {"a": 1}},
     "unknown event: name=application/vnd.microsoft.tomorrow"),
    ({"type": "invoke", "name": "composeExtension/query", "value": {}}, "unknown invoke: name=composeExtension/query"),
    ({"type": "invoke", "name": "task/fetch", "value": None}, "unknown invoke: name=task/fetch"),
    ({"type": "invoke"}, "unknown invoke: name=None"),
]  # fmt: skip
ENTITIES: list[list[Any]] = [
    [{"type": "clientInfo2", "wave": {"deep": [1, None]}}],
    [{"type": "mention", "mentioned": None}],
    [{"type": "https://schema.org/Message", "@type": "Message", "citation": [{}]}],
    [{}],
    [{"type": None, "locale": 5}],
    [{"type": "clientInfo", "locale": {"no": "text"}, "timezone": ["Europe/Paris"]}],
]


@pytest.mark.parametrize(("activity", "line"), UNKNOWN)
async def test_an_unknown_kind_is_acknowledged_and_logged(
    running_bot: RunningBot, ada: Person, caplog: pytest.LogCaptureFixture, activity: dict[str, Any], line: str
) -> None:
    caplog.set_level(logging.INFO)
    before = len(ada.chat.messages)
    status, _ = await ada.send(dict(activity))
    assert status in (200, 201)
    assert line in [record.getMessage() for record in caplog.records]
    assert len(ada.chat.messages) == before


@pytest.mark.parametrize("entities", ENTITIES)
async def test_unknown_entities_change_nothing(running_bot: RunningBot, ada: Person, entities: list[Any]) -> None:
    status, _ = await ada.send({"type": "message", "text": "help", "entities": entities})
    assert status == 201
    assert "What I can do" in await asked(ada, "help")


async def test_a_turn_that_breaks_is_no_5xx_and_says_so(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*values: object) -> object:
        raise KeyError("a xylophone")

    monkeypatch.setattr(type(running_bot.store), "count_campaigns", broken)
    await running_bot.restart()
    status, _ = await ada.send({"type": "message", "text": "campaigns"})
    assert status == 201
    assert ada.texts()[-1] == "Something went wrong on my side. Nothing is lost: please try again."
    action = {"type": "Action.Execute", "verb": "campaigns.open", "data": {}}
    status, answer = await ada.send({"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action}})
    assert status == 200
    assert "Something went wrong on my side." in answer["value"]
    assert "xylophone" not in str(answer) and "Traceback" not in str(answer)

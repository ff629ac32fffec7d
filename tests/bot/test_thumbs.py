"""Teams' own thumbs beneath a message: counted, their words brought, and nothing else; as Teams posts them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from dialogs.results.engagement import thumb_of
from storage.records import DISLIKED, LIKED, EngagementKind
from storage.shared.replies import gathered_of
from tests.bot.conftest import REGISTERED
from tests.bot.story import completed, counted, draft, launch, newest
from tests.conftest import RunningBot
from tests.support.organisation import Person, words_of
from tests.support.platform import NoSecret, SigningPlatform

RATED = EngagementKind.RATED
NONE_OF_OURS: list[Any] = [
    None,
    "like",
    [],
    {},
    {"actionName": "feedback"},
    {"actionName": "feedback", "actionValue": "like"},
    {"actionName": "feedback", "actionValue": {"reaction": "love"}},
    {"actionName": "feedback", "actionValue": {"reaction": ["like"]}},
    {"actionName": "feedback", "actionValue": {"reaction": 1, "feedback": "x"}},
    {"actionName": "other", "actionValue": {"reaction": "like"}},
]


def feedback(reaction: str, words: str | None = None) -> dict[str, Any]:
    """The value that Teams sends: what was typed is JSON in a text."""
    return {
        "actionName": "feedback",
        "actionValue": {"reaction": reaction, "feedback": json.dumps({"feedbackText": words or ""})},
    }


async def thumb(person: Person, message: str, value: Any, **more: Any) -> tuple[int, Any]:
    invoke = {"type": "invoke", "name": "message/submitAction", "value": value, "replyToId": message}
    return await person.send({**invoke, **more})


async def sent(author: Person, running_bot: RunningBot, **message: str) -> None:
    await draft(author, message={"thumbs": "true", **message})
    await launch(author, running_bot)
    await completed(author, running_bot)


def received(person: Person) -> tuple[str, dict[str, Any]]:
    """(the platform's id, the activity) of the campaign's message in their chat."""
    return next(
        (message["id"], message["activity"])
        for message in reversed(person.chat.messages)
        if "crieur" in (message["activity"].get("channelData") or {})
    )


async def test_the_message_asks_for_thumbs_only_where_its_author_wants_them(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    cards = await draft(ada, message={"thumbs": "true"})
    assert "👍 and 👎 beneath it" in words_of(cards["review"])
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    message, activity = received(louis)
    assert activity["channelData"]["feedbackLoop"] == {"type": "default"}
    assert "feedbackLoopEnabled" not in activity["channelData"], "Teams refuses a message with both"
    await louis.press("I have read it")
    await running_bot.restart()
    [now] = [one["activity"] for one in louis.chat.messages if one["id"] == message]
    assert now["channelData"]["feedbackLoop"] == {"type": "default"}, "they stay when the card is replaced"
    await draft(ada)
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert "feedbackLoop" not in received(louis)[1]["channelData"]


async def test_the_last_thumb_of_a_person_counts_and_what_they_wrote_reaches_the_author(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await sent(ada, running_bot)
    for _ in range(2):
        assert (await thumb(louis, received(louis)[0], feedback("like", "Enfin une *bonne* nouvelle")))[0] == 200
    assert (await thumb(marie, received(marie)[0], feedback("like")))[0] == 200
    assert (await thumb(marie, received(marie)[0], feedback("dislike", "Too long")))[0] == 200
    figures = await counted(running_bot)
    assert (figures[RATED, None][0], figures[RATED, LIKED][0], figures[RATED, DISLIKED][0]) == (2, 1, 1)
    assert figures[EngagementKind.OPENED, None][0] == 2, "who presses has opened"
    running_bot.clock.forward(timedelta(minutes=1))
    words = words_of(await ada.sees("replies to “Autumn newsletter”"))
    assert any("👍 Enfin une" in word for word in words) and any("👎 Too long" in word for word in words), words
    await ada.say("report autumn")
    report = words_of(ada.card())
    assert "Thumbs" in report and any(word.endswith("% – 👍 1 · 👎 1") for word in report), report


async def test_ce_qui_est_compte_est_dit_en_francais(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot)
    await ada.say("parle français")
    await thumb(louis, received(louis)[0], feedback("dislike"))
    await counted(running_bot)
    await ada.say("rapport autumn")
    words = words_of(ada.card())
    assert "Pouces" in words and any(word.endswith(" % – 👍 0 · 👎 1") for word in words), words


async def test_without_names_the_thumb_is_nobodys_and_its_words_are_not_brought(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent(ada, running_bot, anonymous="true")
    await thumb(louis, received(louis)[0], feedback("dislike", "Do not tell them"))
    figures = await counted(running_bot)
    assert figures[RATED, DISLIKED] == (0, 1), "a press, and no person"
    campaign = await newest(running_bot)
    assert (await gathered_of(running_bot.store, campaign.id)).replies == ()
    await ada.say("report autumn")
    assert not any("👎" in word for word in words_of(ada.card())), "nothing of so few"


async def test_foreign_input_counts_nothing(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot)
    message = received(louis)[0]
    for value in NONE_OF_OURS:
        assert (await thumb(louis, message, value))[0] == 200
    stranger = running_bot.organisation.person("Eve", "Stranger", tenant="another-organisation")
    running_bot.connector.add(stranger.conversation, stranger.member())
    await thumb(stranger, message, feedback("like"))
    unknown = running_bot.organisation.person("Nobody", "Known")
    running_bot.connector.add(unknown.conversation, unknown.member())
    await thumb(unknown, message, feedback("like"))
    await thumb(louis, "987654321", feedback("like"))
    await thumb(louis, "", feedback("like"))
    group = {"conversation": {"id": "19:x@thread.tacv2", "conversationType": "groupChat", "tenantId": louis.tenant}}
    await thumb(louis, message, feedback("like"), **group)
    assert not any(kind is RATED for kind, _ in await counted(running_bot))


async def test_a_campaign_that_shows_none_counts_none_and_a_test_send_neither(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada, message={"thumbs": "true"})
    await ada.press("Send me a test")
    test, activity = received(ada)
    assert activity["channelData"]["feedbackLoop"] == {"type": "default"}, "as configured"
    await thumb(ada, test, feedback("like", "A test"))
    await sent(ada, running_bot, thumbs="false")
    await thumb(louis, received(louis)[0], feedback("like"))
    assert not any(kind is RATED for kind, _ in await counted(running_bot))


async def test_without_the_platforms_token_it_is_refused(
    running_bot: RunningBot, ada: Person, louis: Person, platform: SigningPlatform
) -> None:
    await sent(ada, running_bot)
    running_bot.environment.update(REGISTERED)
    running_bot.signing = {"platform": platform.platform, "credentials": NoSecret()}
    await running_bot.restart()
    assert (await thumb(louis, received(louis)[0], feedback("like")))[0] in (401, 403)
    assert not any(kind is RATED for kind, _ in await counted(running_bot))


async def test_the_export_has_each_persons_last_thumb(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot)
    await thumb(louis, received(louis)[0], feedback("like"))
    await thumb(louis, received(louis)[0], feedback("dislike"))
    await counted(running_bot)
    campaign = await newest(running_bot)
    results = await running_bot.store.results(campaign.id, 0, 10)
    assert {result.person.given_name: result.engaged.thumb for result in results} == {"Ada": None, "Louis": DISLIKED}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (json.dumps({"feedbackText": " Nice \n one "}), "Nice one"),
        ({"feedbackText": "Nice"}, "Nice"),
        ("Nice", "Nice"),
        ("", ""),
        (None, ""),
        ("{", "{"),
        ("[1]", "[1]"),
        (json.dumps({"feedbackText": 7}), ""),
        (json.dumps({"other": "x"}), ""),
        ("x" * 9_000, "x" * 4_000),
        (17, ""),
    ],
)
def test_what_somebody_writes_is_read_in_every_shape_that_is_known(said: Any, words: str) -> None:
    read = thumb_of({"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": said}})
    assert read is not None and (read.button, read.words) == (LIKED, words)


@pytest.mark.parametrize("value", NONE_OF_OURS)
def test_anything_else_is_no_thumb(value: Any) -> None:
    assert thumb_of(value) is None

"""An owner says for how long it is kept who received what; then it is gone, and every report says what it said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.records import Button, ButtonKind, Campaign, Message
from tests.bot.story import completed, counted, error_beside, eventually, fields_of, handle_of, newest, sent_out
from tests.bot.test_exports import exported, fetched, title_in
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person, actions_of, words_of

NEWS = Message(
    title="Autumn",
    body="Hello",
    buttons=(Button(kind=ButtonKind.LINK, title="Read more", url="https://example.org/autumn"),),
)
ERASED = {"en-GB": "The personal data of this campaign was erased on", "fr-FR": "Les données personnelles de cette"}


async def ruled(owner: Person, **values: str) -> dict[str, Any]:
    await owner.say("rules")
    card: dict[str, Any] = (await owner.press("Save", approval="never", **values))["value"]
    return card


async def forgotten(running_bot: RunningBot) -> Campaign:
    async def gone() -> Campaign | None:
        done = [one for one in await running_bot.store.campaigns(TENANT, 10) if one.erased_at]  # type: ignore[arg-type]
        return done[0] if done else None

    return await eventually(gone)


def facts(card: dict[str, Any]) -> list[str]:
    """All that a report says, but for when it was asked for."""
    shown = [words for words in words_of(card) if not words.startswith("As of ")]
    return [words for words in shown if words not in ("Who has not…", "Export")]


async def pressed(person: Person, verb: str, payload: dict[str, Any]) -> list[str]:
    at, _ = person.cards()[-1]
    answer = await person.execute(verb, payload, at)
    assert answer is not None
    return words_of(answer["value"])


async def test_the_days_are_a_rule_with_its_error_beside_it(running_bot: RunningBot, ada: Person) -> None:
    card = await ruled(ada)
    assert fields_of(card)["keep_days"] == "365"
    for wrong in ("29", "0", "soon", "40000"):
        card = await ruled(ada, keep_days=wrong)
        assert error_beside(card, "keep_days") and fields_of(card)["keep_days"] == wrong
    assert fields_of(await ruled(ada, keep_days="30"))["keep_days"] == "30"
    assert fields_of(await ruled(ada, keep_days=""))["keep_days"] == "", "for ever"


@pytest.mark.real_time
async def test_the_report_stays_and_who_received_it_is_gone(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await ruled(ada, keep_days="40")
    await sent_out(running_bot, ada, NEWS)
    await louis.press("Read more")
    await counted(running_bot)
    await completed(ada, running_bot)
    running_bot.clock.forward(timedelta(days=39))
    await ada.say("report autumn")
    before = ada.card()
    assert title_in(before, "Export") and title_in(before, "Who has not…")
    await ada.press("Export")
    link = await exported(ada, "CSV")
    assert (await fetched(running_bot, link))[0] == 200
    running_bot.clock.forward(timedelta(days=1))
    campaign = await forgotten(running_bot)
    assert not len(await running_bot.store.planned_people(campaign.id))

    await ada.say("report autumn")
    after = ada.card()
    assert facts(before) == facts(after)
    assert any("personal data erased on" in words for words in words_of(after))
    assert not title_in(after, "Export") and not title_in(after, "Who has not…")
    # what still stands in the chat answers too
    for verb, more in (
        ("export.open", {}),
        ("export.make", {"format": "csv", "to": "link"}),
        ("remind.open", {}),
        ("remind.make", {"kind": "opened"}),
        ("report.again", {}),
    ):
        reply = await pressed(ada, verb, handle_of(campaign, **more))
        assert any(words.startswith(ERASED["en-GB"]) for words in reply), (verb, reply)
    assert (await fetched(running_bot, link))[0] == 404
    assert (await newest(running_bot)).id == campaign.id, "no reminder was begun"


async def test_it_is_said_in_french_and_a_late_press_too(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    button = Button(kind=ButtonKind.ACKNOWLEDGE, title="Lu")
    await sent_out(running_bot, ada, Message(title="Autumn", body="Bonjour", buttons=(button,)))
    await completed(ada, running_bot)
    running_bot.clock.forward(timedelta(days=366))
    campaign = await forgotten(running_bot)
    before = len(louis.toasts)
    await louis.press("Lu")
    assert any("trop tard" in words for words in [*louis.toasts[before:], *louis.texts()])
    await ada.say(f"add publisher {louis.address}")
    reply = await pressed(louis, "export.open", handle_of(campaign))
    assert any(words.startswith(ERASED["fr-FR"]) for words in reply), reply


@pytest.mark.parametrize("kind", ["opened", "clicked"])
async def test_a_list_for_a_reminder_goes_with_what_it_was_made_of(
    running_bot: RunningBot, ada: Person, kind: str
) -> None:
    campaign = await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await pressed(ada, "remind.make", handle_of(campaign, kind=kind))
    assert await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    running_bot.clock.forward(timedelta(days=366))
    await forgotten(running_bot)
    assert not await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    await ada.say("campaigns")  # the draft is still there, and is asked for an audience
    draft = await newest(running_bot)
    reply = await pressed(ada, "campaign.open", handle_of(draft))
    assert actions_of(ada.card()) and reply

"""A fault of ours in what a message says: whom it concerns is told as failed, and nobody else waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import app
from cards.message.render import compile_for
from storage.records import DeliveryState, NotReached, Person
from tests.bot.test_what_a_send_can_answer import LINES, PEOPLE, Scene, scene

__all__ = ["scene"]

LINES[NotReached.NOT_WRITTEN] = ("Crieur cannot write this message", "Crieur ne peut pas rédiger ce message")


def faulty(for_whom: Callable[[Person], bool]) -> Any:
    def compiled(*asked: Any, **more: Any) -> Any:
        render = compile_for(*asked, **more)

        def write(person: Person, columns: Any) -> bytes:
            if for_whom(person):
                raise KeyError(person.address)
            return render(person, columns)

        return write

    return compiled


async def test_one_persons_fails_and_the_others_get_theirs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "compile_for", faulty(lambda person: person.id == scene.people[2].id))
    campaign = await scene.start()
    await scene.goes_on(campaign)
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.states == {DeliveryState.FAILED: 1, DeliveryState.DELIVERED: PEOPLE - 1}
    assert tally.reasons == {NotReached.NOT_WRITTEN: 1}
    assert [chat.campaigns[campaign.id] for chat in scene.chats] == [1, 1, 0, 1, 1]
    results = await scene.bot.store.results(campaign.id, 0, 10)
    (result,) = [result for result in results if result.state is DeliveryState.FAILED]
    assert (result.attempts, result.detail) == (0, "KeyError"), "no request left, and no name is kept"
    said = [record for record in caplog.records if "cannot be written" in record.getMessage()]
    assert len(said) == 1 and "@" not in said[0].getMessage()
    monkeypatch.setattr(app, "compile_for", compile_for)
    await scene.next_one_reaches_everybody()


async def test_everybodys_pauses_the_campaign_after_a_few(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "compile_for", faulty(lambda person: True))
    campaign = await scene.start()
    await scene.sees(NotReached.NOT_WRITTEN)
    assert await scene.states(campaign) == {DeliveryState.FAILED: 3, DeliveryState.PLANNED: PEOPLE - 3}
    assert ("Copie pour les autres" if scene.french else "Copy for the others") in scene.words()
    await scene.over(campaign)
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.states == {DeliveryState.FAILED: 3, DeliveryState.EXPIRED: PEOPLE - 3}
    assert tally.reasons == {NotReached.NOT_WRITTEN: PEOPLE}
    assert not any(chat.campaigns[campaign.id] for chat in scene.chats)


async def test_one_that_cannot_be_begun_holds_up_no_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*asked: Any, **more: Any) -> Any:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(app, "compile_for", broken)
    campaign = await scene.start()
    await scene.sees(NotReached.NOT_WRITTEN)
    monkeypatch.setattr(app, "compile_for", compile_for)
    await scene.next_one_reaches_everybody()
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.reasons == {NotReached.NOT_WRITTEN: PEOPLE} and tally.open == 0

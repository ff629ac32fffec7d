"""A company is given the bot: everybody's install is answered, and sending and chat go on meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from bot.teams.incoming.request_limits import AT_ONCE, INSTALLS_AT_WORK, Kind
from scheduler.dispatcher import CONCURRENCY
from storage.records import Audience, Channel, DeliveryState, TenantId
from tests.bot.story import draft, eventually, newest
from tests.conftest import RunningBot
from tests.support.connector import Faults
from tests.support.organisation import SEND_OFF, TENANT, Person

LATENCY = 1.0  #: seconds until the platform has taken a message
CONNECTIONS = 100  #: to the platform, of which a campaign's requests in flight need their own
CROWD = 3 * INSTALLS_AT_WORK


async def test_a_few_installs_are_at_work_the_others_wait_and_all_are_answered(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert INSTALLS_AT_WORK + CONCURRENCY <= CONNECTIONS
    crowd, connector, loop = running_bot.organisation.crowd(CROWD), running_bot.connector, asyncio.get_running_loop()
    chats, greeted_at, take = {person.conversation for person in crowd}, list[float](), connector._post

    def post(conversation: str, body: bytes) -> Any:
        if conversation in chats:
            greeted_at.append(loop.time())
        return take(conversation, body)

    monkeypatch.setattr(connector, "_post", post)
    connector.faults = Faults(latency=LATENCY)
    began = loop.time()
    installing = asyncio.gather(*(person.install() for person in crowd))
    await asyncio.sleep(LATENCY / 2)
    await ada.say("help")
    assert loop.time() - began < 2 * LATENCY, "nobody who chats waits for them"
    await installing
    assert len(greeted_at) == CROWD and all(person.cards() or person.texts() for person in crowd)
    for at in greeted_at:
        assert sum(at <= other < at + LATENCY for other in greeted_at) <= INSTALLS_AT_WORK
    reach = await running_bot.store.reach(TenantId(TENANT), Audience(everyone=True), Channel.TEAMS)
    assert reach.reachable == CROWD + 1, "all are kept"


async def test_a_campaign_keeps_its_pace_beside_a_roll_out(running_bot: RunningBot, ada: Person) -> None:
    """In virtual time, where nothing but waiting takes any: make bench ONLY=rollout_sends_share has the processor."""
    there = running_bot.organisation.crowd(CROWD)
    await asyncio.gather(*(person.install() for person in there))
    running_bot.connector.faults = Faults(latency=LATENCY)
    await draft(ada, start="now", duration="1", unit="minutes", anytime="true")
    await ada.press(SEND_OFF)
    newcomers = running_bot.organisation.crowd(10 * INSTALLS_AT_WORK)
    for person in newcomers:
        person.directory_id = f"new-{person.directory_id}"
    installing = asyncio.gather(*(person.install() for person in newcomers))

    async def over() -> bool:
        return (await newest(running_bot)).finished_at is not None

    await eventually(over, 90)
    await installing
    states = (await running_bot.store.tally((await newest(running_bot)).id)).states
    assert states == {DeliveryState.DELIVERED: CROWD + 1}, "none expires, none is unconfirmed"


async def test_who_finds_every_place_taken_is_asked_to_come_back_and_is_greeted_then(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fewer places, so that a crowd of a test fills them; the platform brings again what was not taken."""
    beyond = 9
    monkeypatch.setitem(AT_ONCE, Kind.INSTALL, CROWD - beyond)
    crowd = running_bot.organisation.crowd(CROWD)
    for person in crowd:
        running_bot.connector.add(person.conversation, person.member())
    running_bot.connector.faults = Faults(latency=LATENCY)

    def brought(person: Person) -> Any:
        return person.send({"type": "installationUpdate", "action": "add", "id": f"install {person.directory_id}"})

    answers = await asyncio.gather(*map(brought, crowd))
    statuses = Counter(status for status, _ in answers)
    assert statuses == {201: CROWD - beyond, 429: beyond}
    refused = [person for person, (status, _) in zip(crowd, answers, strict=True) if status == 429]
    assert not any(person.cards() or person.texts() for person in refused)
    await ada.say("help")
    again = await asyncio.gather(*map(brought, [*refused, *crowd[:beyond]]))
    assert {status for status, _ in again} <= {200, 201}, "brought again, to some whom it had reached, too"
    assert [len(person.cards()) for person in crowd] == [1] * CROWD, "each is greeted, and nobody twice"

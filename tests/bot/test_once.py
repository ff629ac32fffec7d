"""The platform brings an activity again under the same id: it is done once, and answered alike."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.teams.incoming.once import LEASE
from scheduler.retention import EVERY, REPEATED
from storage.records import CampaignState, EngagementKind, Progress
from storage.sqlite import SqliteStore
from tests.bot.story import ALMOST_ALL, counted, draft, eventually, launch, newest, settled
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, is_titled, nodes_of

CARD_ACTION = "adaptiveCard/action"


def press_of(person: Person, title: str | Collection[str], id: str, **fields: str) -> dict[str, Any]:
    """What the client sends for the newest button of this title, under an id of our own."""
    for message, card in reversed(person.cards()):
        for action in actions_of(card):
            if is_titled(action, title):
                fields_of_card = [node for node in nodes_of(card) if str(node.get("type")).startswith("Input.")]
                inputs = {node["id"]: str(node.get("value", "")) for node in fields_of_card}
                data = {**(action.get("data") or {}), **inputs, **fields}
                value = {"type": "Action.Execute", "verb": action["verb"], "data": data}
                invoke = {"action": value, "trigger": "manual"}
                return {"type": "invoke", "name": CARD_ACTION, "id": id, "value": invoke, "replyToId": message}
    raise AssertionError(f"no button {title!r}")


class Forgetful(SqliteStore):
    """Dies before it notes that an activity is done, whatever its turn has done by then."""

    async def keep_progress(self, progress: Sequence[Progress]) -> None:
        pass


async def dies_in(running_bot: RunningBot, person: Person, activity: dict[str, Any]) -> None:
    """The bot does what an activity asks for, and dies before it is noted; the lease ends."""
    running_bot.make_store = lambda: Forgetful(running_bot.path)
    await running_bot.restart()
    await person.send(dict(activity))
    running_bot.make_store = None
    await running_bot.restart()
    running_bot.clock.forward(LEASE)


async def test_a_command_said_twice_makes_one_draft_and_one_card(running_bot: RunningBot, ada: Person) -> None:
    words = {"type": "message", "text": "new campaign", "id": "said-once"}
    answers = [await ada.send(dict(words)) for _ in range(3)]
    assert len(set(map(str, answers))) == 1
    assert await running_bot.store.count_campaigns(TENANT) == 1
    assert len(ada.cards()) == 2, "the greeting, and one form"
    await ada.say("new campaign")
    assert await running_bot.store.count_campaigns(TENANT) == 2, "the same words under another id are another wish"


async def test_repeats_while_the_first_is_at_work_wait_for_its_answer(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    press = press_of(ada, SEND_OFF, "pressed-once")
    answers = await asyncio.gather(*(ada.send(dict(press)) for _ in range(6)))
    assert len(set(map(str, answers))) == 1
    assert "It is scheduled" in str(answers[0]) or "It starts now" in str(answers[0])
    assert "changed elsewhere" not in str(answers)
    entries = await running_bot.store.audit_from(0, 100, TENANT)
    assert sum(entry.deed == "scheduled" for _, entry in entries) == 1


async def test_a_repeat_after_is_answered_like_the_first(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    press = press_of(ada, SEND_OFF, "pressed-once")
    first = await ada.send(dict(press))
    await eventually(lambda: _running(running_bot))
    await running_bot.restart()
    assert await ada.send(dict(press)) == first, "another process, and the campaign runs by now"


async def _running(running_bot: RunningBot) -> bool:
    return (await newest(running_bot)).state is CampaignState.RUNNING


async def test_a_press_that_comes_twice_counts_once(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await launch(ada, running_bot)
    running_bot.clock.forward(ALMOST_ALL)
    await settled(running_bot)
    press = press_of(louis, "I have read it", "pressed-once")
    first = await louis.send(dict(press))
    assert await louis.send(dict(press)) == first
    assert (await counted(running_bot))[EngagementKind.ACKNOWLEDGED, None] == (1, 1)


async def test_an_install_told_twice_greets_once_at_any_distance(running_bot: RunningBot, ada: Person) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    running_bot.connector.add(grace.conversation, grace.member())
    install = {"type": "installationUpdate", "action": "add", "id": "installed-once"}
    await grace.send(dict(install))
    running_bot.clock.forward(timedelta(minutes=5))
    await grace.send(dict(install))
    assert len(grace.cards()) == 1


@pytest.mark.real_time
@pytest.mark.parametrize("step", ["new campaign", "schedule", "list"])
async def test_a_repeat_after_a_death_runs_again_and_changes_nothing_twice(
    running_bot: RunningBot, ada: Person, louis: Person, step: str
) -> None:
    if step == "new campaign":
        activity: dict[str, Any] = {"type": "message", "text": "new campaign", "id": "cut-off"}
    elif step == "schedule":
        await draft(ada)
        activity = press_of(ada, SEND_OFF, "cut-off")
    else:
        await ada.say("new campaign")
        await ada.press("Next: audience", name="News", title="News", body="Hello")
        pasted = {"audience": "", "list_name": "Friends", "addresses": f"{louis.address}"}
        activity = press_of(ada, "Next: schedule", "cut-off", **pasted)
    await dies_in(running_bot, ada, activity)
    answer = await ada.send(dict(activity))
    assert answer[0] < 300
    assert "elsewhere" not in str(answer) and "already" not in str(answer)
    assert await running_bot.store.count_campaigns(TENANT) == 1
    campaign = await newest(running_bot)
    if step == "schedule":
        assert campaign.frozen is not None and "It starts now" in str(answer)
    if step == "list":
        [friends] = await running_bot.store.lists(TENANT)
        assert friends.name == "Friends" and campaign.forms["audience"]["audience"] == f"list:{friends.id}"
        assert "When does it go out?" in str(answer) or "schedule" in str(answer)


@pytest.mark.real_time
async def test_what_was_posted_before_a_death_is_not_posted_again(running_bot: RunningBot, ada: Person) -> None:
    class NotedUntilPosted(SqliteStore):
        async def keep_progress(self, progress: Sequence[Progress]) -> None:
            await super().keep_progress([replace(one, done=False) for one in progress])

    before = len(ada.cards())
    running_bot.make_store = lambda: NotedUntilPosted(running_bot.path)
    await running_bot.restart()
    await ada.send({"type": "message", "text": "help", "id": "cut-off"})
    assert len(ada.cards()) == before + 1
    running_bot.make_store = None
    await running_bot.restart()
    running_bot.clock.forward(LEASE)
    await ada.send({"type": "message", "text": "help", "id": "cut-off"})
    assert len(ada.cards()) == before + 1


async def test_activities_are_remembered_for_a_day(running_bot: RunningBot, ada: Person) -> None:
    words = {"type": "message", "text": "new campaign", "id": "said-once"}
    await ada.send(dict(words))
    running_bot.clock.forward(REPEATED + timedelta(seconds=EVERY))

    async def forgotten() -> bool:
        store = running_bot.store
        assert isinstance(store, SqliteStore)
        return await store.read(lambda db: db.execute("SELECT count(*) FROM activity").fetchone()[0]) == 0

    await eventually(forgotten)
    await ada.send(dict(words))
    assert (await newest(running_bot)).id == 2  # the first, in which nothing was written, may have gone by itself


@pytest.mark.real_time
async def test_a_turn_that_broke_may_be_repeated(running_bot: RunningBot, ada: Person) -> None:
    class Broken(SqliteStore):
        async def new_campaign(self, *args: Any, **more: Any) -> Any:
            raise OSError("the disk is full")

    running_bot.make_store = lambda: Broken(running_bot.path)
    await running_bot.restart()
    words = {"type": "message", "text": "new campaign", "id": "said-once"}
    await ada.send(dict(words))
    assert ada.texts()[-1].startswith("Something went wrong")
    running_bot.make_store = None
    await running_bot.restart()
    await ada.send(dict(words))
    assert await running_bot.store.count_campaigns(TENANT) == 1
    await ada.sees("What do you want to say?")

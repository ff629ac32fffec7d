"""The live card never shows an older state after a newer one, and leaves a platform that asks for it in peace."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import orjson
import pytest

from bot.teams.announcer import CALM, LATE, AuthorAnnouncer
from bot.teams.send.connector import Connector
from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed
from scheduler.presence_lookup import PresenceLookup
from storage.records import Audience, Campaign, CampaignState, NotReached, Reference
from storage.sqlite import SqliteStore
from tests.support.clocks import LeapingClock
from tests.support.sample_records import NOW
from tests.support.seeding import TENANT, install, scheduled


@dataclass
class Chat:
    """Takes messages and edits as it is told to, and remembers what it was asked."""

    outcome: Outcome = field(default_factory=lambda: Delivered(""))
    edits: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    #: whether the answer to what is posted never comes
    broken: bool = False

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        assert orjson.loads(activity)["type"] == "message"
        self.posts.append(f"m{len(self.posts) + 1}")
        return Unconfirmed("reset") if self.broken else Delivered(self.posts[-1])

    async def update(self, reference: Reference, message: str, activity: bytes) -> Outcome:
        self.edits.append(message)
        return self.outcome


@dataclass
class Scene:
    store: SqliteStore
    clock: LeapingClock
    chat: Chat
    announcer: AuthorAnnouncer
    campaign: Campaign


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store, clock, chat = SqliteStore(tmp_path / "crieur.db"), LeapingClock(NOW), Chat()
    await store.open()
    [ada] = await install(store, "http://127.0.0.1:1", 1)
    campaign = await scheduled(store, ada, NOW, timedelta(hours=2))
    await store.start(campaign.id, NOW)
    running = replace(campaign, state=CampaignState.RUNNING)
    announcer = AuthorAnnouncer(store, cast(Connector, chat), clock, PresenceLookup({}, clock), 45.0, random.Random(1))
    yield Scene(store, clock, chat, announcer, running)
    await store.close()


async def test_it_is_posted_once_and_then_edited(scene: Scene) -> None:
    for _ in range(3):
        assert await scene.announcer.progress(scene.campaign)
    assert (scene.chat.posts, scene.chat.edits) == (["m1"], ["m1", "m1"])


async def test_where_it_is_gone_it_is_posted_anew(scene: Scene) -> None:
    await scene.announcer.progress(scene.campaign)
    scene.chat.outcome = Refused("NotFound", "")
    assert await scene.announcer.progress(scene.campaign)
    assert scene.chat.posts == ["m1", "m2"] and await scene.store.live_card(scene.campaign.id) == "m2"


@pytest.mark.parametrize(
    ("outcome", "rest"),
    [
        (Unconfirmed("timeout"), LATE),  # it may still arrive, and must not come after a newer one
        (Retry(NotReached.THROTTLED), CALM),
        (Retry(NotReached.THROTTLED, after=40.0), 40.0),
    ],
)
async def test_after_a_doubtful_edit_the_next_one_waits(scene: Scene, outcome: Outcome, rest: float) -> None:
    await scene.announcer.progress(scene.campaign)
    scene.chat.outcome = outcome
    assert not await scene.announcer.progress(scene.campaign)
    scene.chat.outcome = Delivered("m1")
    scene.clock.at += timedelta(seconds=rest - 0.001)
    assert not await scene.announcer.progress(scene.campaign)
    assert len(scene.chat.edits) == 1
    scene.clock.at += timedelta(milliseconds=1)
    assert await scene.announcer.progress(scene.campaign)
    assert scene.chat.posts == ["m1"]


async def test_posted_anew_the_old_one_says_where_it_went(scene: Scene) -> None:
    await scene.announcer.progress(scene.campaign)
    assert await scene.announcer.repost(scene.campaign)
    assert (scene.chat.posts, scene.chat.edits) == (["m1", "m2"], ["m1"])
    await scene.announcer.progress(scene.campaign)
    assert scene.chat.edits == ["m1", "m2"]


async def test_it_is_not_posted_anew_while_another_copy_is_telling(scene: Scene) -> None:
    await scene.announcer.progress(scene.campaign)
    end = (scene.clock.now() + timedelta(seconds=2)).timestamp()
    key = f"telling/{scene.campaign.id}"
    await scene.store.write_documents({key: ("", orjson.dumps({"until": end, "by": 1}))})
    assert await scene.announcer.repost(scene.campaign), "it waits for its turn"
    assert scene.clock.now().timestamp() >= end


async def test_where_the_answers_break_it_is_posted_once_more_and_then_left(scene: Scene) -> None:
    scene.chat.broken = True
    for _ in range(5):
        await scene.announcer.progress(scene.campaign)
        scene.clock.at += timedelta(seconds=LATE)
    assert len(scene.chat.posts) == 2
    scene.chat.broken = False
    assert await scene.announcer.repost(scene.campaign), "the author asks for it"
    assert len(scene.chat.posts) == 3
    assert await scene.announcer.progress(scene.campaign)
    assert scene.chat.edits == ["m3"]


async def test_the_card_of_an_installation_is_posted_once_more_and_then_left(scene: Scene) -> None:
    scene.chat.broken = True
    author = scene.campaign.author
    installation = await scene.store.new_installation(TENANT, author, "Team", Audience(everyone=True), 3, NOW)
    for _ in range(5):
        assert await scene.announcer.installing(installation) is None
    assert len(scene.chat.posts) == 2
    for _ in range(3):
        await scene.announcer.installing(replace(installation, finished_at=NOW))
    assert len(scene.chat.posts) == 4, "its end is told in a message of its own"

"""What an author is told comes once; where nobody knows whether it came, once more, and then no more."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import pytest

from scheduler.authors.post_once import post_once
from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed
from storage.port.store import Store
from storage.records import NotReached, StorageError

KEY = "posting/report/1"


@dataclass
class Chat:
    outcomes: list[Outcome | type[BaseException]]
    posts: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self) -> Outcome:
        self.posts += 1
        self.opened.set()
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, type):
            raise outcome
        return outcome


async def test_what_was_accepted_is_not_posted_again(store: Store) -> None:
    chat = Chat([Delivered("1")])
    assert [await post_once(store, KEY, chat.post) for _ in range(3)] == [True, True, True]
    assert chat.posts == 1


async def test_where_the_answer_breaks_one_more_follows_and_then_none(store: Store) -> None:
    chat = Chat([Unconfirmed("reset"), Unconfirmed("reset")])
    assert [await post_once(store, KEY, chat.post) for _ in range(4)] == [False, True, True, True]
    assert chat.posts == 2


@pytest.mark.parametrize("death", [asyncio.CancelledError, StorageError])
async def test_whoever_dies_while_posting_leaves_it_to_one_more(store: Store, death: type[BaseException]) -> None:
    chat = Chat([death, death])
    for _ in range(4):
        with contextlib.suppress(asyncio.CancelledError, StorageError):
            await post_once(store, KEY, chat.post)
    assert chat.posts == 2


async def test_what_was_certainly_not_accepted_is_tried_again_as_often_as_it_takes(store: Store) -> None:
    not_accepted = [Retry(NotReached.THROTTLED), Refused("413", ""), Retry(NotReached.OUTAGE)] * 3
    chat = Chat([*not_accepted, Delivered("1")])
    assert [await post_once(store, KEY, chat.post) for _ in range(11)] == [False] * 9 + [True, True]
    assert chat.posts == 10


async def test_two_copies_at_once_post_one(store: Store, other: Store) -> None:
    chat = Chat([Delivered("1"), Delivered("2")])
    await asyncio.gather(*(post_once(copy, KEY, chat.post) for copy in (store, other)))
    assert chat.posts == 1

"""A MongoDB service that is paid for by requests refuses some: that is a pause, not a failure."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from storage.mongo.engine import LONGEST, PAUSES, SHORTEST, pause_of
from storage.records import Subject
from tests.contract.world import CONTOSO
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.deeds import A_DEED

TEXT = "Error=16500, RetryAfterMs=34, Details='Response status code does not indicate success: TooManyRequests (429)'"


def too_many() -> OperationFailure:
    return OperationFailure(TEXT, 16_500)


def test_how_long() -> None:
    assert pause_of(too_many()) == 0.034
    assert pause_of(OperationFailure("Request rate is large", 16_500)) == SHORTEST
    assert pause_of(OperationFailure("RetryAfterMs=999999", 16_500)) == LONGEST
    assert pause_of(OperationFailure("not authorized", 13)) is None


async def test_what_is_refused_so_is_asked_again_and_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    server = MongoServer(random.Random(1), answers=(0, 0))
    store = SimulatedMongo(server)
    await store.open()
    answer, refusals = server.answer, 3

    async def refusing(ask: Callable[[], Any], *, changes: bool = False) -> Any:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise too_many()
        return await answer(ask, changes=changes)

    monkeypatch.setattr(server, "answer", refusing)
    monkeypatch.setattr("storage.mongo.engine.asyncio.sleep", sleep)
    await store.note(A_DEED, CONTOSO, Subject.SETTING, "x")
    assert [pause for pause in slept if pause] == [0.034] * 3
    refusals = 2
    assert await store.count_audit(CONTOSO) == 1
    refusals = PAUSES + 1
    with pytest.raises(OperationFailure):
        await store.count_audit(CONTOSO)

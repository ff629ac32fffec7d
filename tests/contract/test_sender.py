"""The Sender over the wire: what certainly did not leave is told apart from what may have arrived."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator

import pytest

from app import WallClock
from bot.teams.send.connector import Connector
from scheduler.ports import Delivered, Retry, Unconfirmed
from storage.records import About, Channel, NotReached, PersonId, Reference
from tests.support.connector import Faults, LoopbackConnector
from tests.support.program import free_port
from tests.support.seeding import TENANT, conversation_of, member_of

MESSAGE = b'{"type":"message","text":"Hello","channelData":{"crieur":{"campaign":1,"test":false}}}'


def reference(url: str) -> Reference:
    return Reference(
        person=PersonId(1),
        channel=Channel.TEAMS,
        service_url=url,
        conversation=conversation_of(1),
        bot="28:crieur",
        user=member_of(1)["id"],
        tenant=TENANT,
    )


@pytest.fixture
async def platform() -> AsyncIterator[LoopbackConnector]:
    platform = LoopbackConnector(rng=random.Random(1))
    await platform.start()
    platform.add(conversation_of(1), member_of(1))
    yield platform
    await platform.stop()


@pytest.fixture
async def sender() -> AsyncIterator[Connector]:
    async with Connector(clock=WallClock(), loopback_only=True, connect=0.5, answer=0.5) as sender:
        yield sender


async def test_what_is_accepted_comes_back_with_the_platforms_id(
    platform: LoopbackConnector, sender: Connector
) -> None:
    outcome = await sender.send(reference(platform.url), MESSAGE)
    assert outcome == Delivered(platform.chats[conversation_of(1)].messages[0]["id"])


async def test_where_nobody_listens_nothing_has_left(sender: Connector) -> None:
    outcome = await sender.send(reference(f"http://127.0.0.1:{free_port()}"), MESSAGE)
    assert isinstance(outcome, Retry) and outcome.reason is NotReached.OUTAGE


async def test_where_no_connection_comes_about_nothing_has_left(sender: Connector) -> None:
    """A server that is up and does not accept: the system's queue is full."""
    with socket.socket() as server, socket.socket() as first:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        first.connect(server.getsockname())
        outcome = await sender.send(reference(f"http://127.0.0.1:{server.getsockname()[1]}"), MESSAGE)
    assert outcome == Retry(NotReached.OUTAGE, detail="ConnectionTimeoutError", about=About.NETWORK)


@pytest.mark.parametrize("fault", [Faults(hang=1.0), Faults(reset_after=1.0), Faults(reset_before=1.0)])
async def test_a_request_that_left_and_was_not_answered_may_have_arrived(
    platform: LoopbackConnector, sender: Connector, fault: Faults
) -> None:
    platform.faults = fault
    async with asyncio.timeout(5):
        outcome = await sender.send(reference(platform.url), MESSAGE)
    assert isinstance(outcome, Unconfirmed)
    assert len(platform.chats[conversation_of(1)].messages) == (fault.reset_before == 0)
    platform.faults = Faults()
    assert isinstance(await sender.send(reference(platform.url), MESSAGE), Delivered)

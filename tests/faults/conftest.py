"""A town: a connector, people who have installed, and the real program, ready to be hurt.

FAULTS_PEOPLE and FAULTS_KILLS set the size (`make faults` runs the full one). What happened is
written to build/faults.json.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.records import CampaignId, CampaignState, Channel, DeliveryState, Tally
from storage.sqlite import SqliteStore
from tests.support.connector import LoopbackConnector
from tests.support.http import until
from tests.support.program import ROOT, Program
from tests.support.seeding import TENANT, conversation_of, install, member_of, scheduled

PEOPLE = int(os.environ.get("FAULTS_PEOPLE", "1000"))
KILLS = int(os.environ.get("FAULTS_KILLS", "5"))
GROUP = 256  #: what one kill may leave unconfirmed
RATE = 20_000  #: messages a second: the pace is not what is tested here


@dataclass
class Town:
    folder: Path
    connector: LoopbackConnector
    program: Program

    async def populate(self, people: int, duration: timedelta) -> None:
        """So many people have installed; the campaign to all of them starts when the bot does."""
        for number in range(people):
            self.connector.add(conversation_of(number), member_of(number))
        store = await self.open()
        persons = await install(store, self.connector.url, people)
        await scheduled(store, persons[0], datetime.now(UTC), duration)
        await store.close()

    async def open(self) -> SqliteStore:
        store = SqliteStore(self.folder / "crieur.db")
        await store.open()
        return store

    @property
    def reported(self) -> bool:
        """The author has the report card in the chat."""
        words = json.dumps([message["activity"] for message in self.connector.chats[conversation_of(0)].messages])
        return "Report: " in words

    async def wait_for_report(self, seconds: float) -> None:
        await until(lambda: self.reported, seconds)

    async def check(self, people: int, *, unconfirmed: int) -> Tally:
        """The promises, person by person; ``unconfirmed`` is how many of these there may be."""
        store = await self.open()
        try:
            campaign = await store.campaign(CampaignId(1))
            assert campaign and campaign.audience and campaign.state is CampaignState.DONE
            tally = await store.tally(campaign.id)
            recipients, _ = await store.recipients(TENANT, campaign.audience, Channel.TEAMS)
            assert len(recipients) == tally.total == people, "somebody is forgotten, or counted twice"
            assert not tally.open
            assert tally.states.get(DeliveryState.UNCONFIRMED, 0) <= unconfirmed
            for person in recipients:
                state = await store.delivery_state(campaign.id, person)  # type: ignore[arg-type]
                reference = await store.reference(person, Channel.TEAMS)  # type: ignore[arg-type]
                assert reference
                got = self.connector.chats[reference.conversation].campaigns[campaign.id]
                assert got <= 1, f"{reference.conversation} received it {got} times"
                if state == DeliveryState.DELIVERED:
                    assert got == 1, f"{reference.conversation} is said to have it, and has not"
                elif got:
                    assert state == DeliveryState.UNCONFIRMED, f"{reference.conversation} has it, and is {state}"
            return tally
        finally:
            await store.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    connector = LoopbackConnector(rng=random.Random(11))
    await connector.start()
    environment = {"MESSAGES_PER_SECOND": str(RATE), "LEASE_SECONDS": "2", "LOG_LEVEL": "INFO"}
    program = Program(f"sqlite:{tmp_path}/crieur.db", tmp_path / "bot.log", environment)
    yield Town(tmp_path, connector, program)
    if program.alive:
        await program.kill()
    await connector.stop()


@pytest.fixture(scope="session")
def figures() -> Iterator[dict[str, Any]]:
    """What was seen, for build/faults.json."""
    seen: dict[str, Any] = {"people": PEOPLE, "kills": KILLS}
    yield seen
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "faults.json").write_text(json.dumps(seen, indent=2) + "\n")

"""A town: a connector, people who have installed, and the real program, ready to be hurt.

FAULTS_PEOPLE and FAULTS_KILLS set the size (`make faults` runs the full one). What happened is
written to build/faults.json.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.records import CampaignId, CampaignState, Channel, DeliveryState, PersonId
from storage.sqlite import SqliteStore
from tests.support.connector import LoopbackConnector
from tests.support.http import until
from tests.support.program import ROOT, Program
from tests.support.seeding import TENANT, conversation_of, install, member_of, scheduled

PEOPLE = int(os.environ.get("FAULTS_PEOPLE", "2000"))
KILLS = int(os.environ.get("FAULTS_KILLS", "10"))
OUTAGE = float(os.environ.get("FAULTS_OUTAGE", "8"))  #: seconds for which a store or a platform is away
RATE = 20_000  #: messages a second: the pace is not what is tested here


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of a campaign that was hurt."""

    recipients: int
    sent: int
    doubled: int
    #: without a final state
    unaccounted: int
    unconfirmed: int
    kills: int
    #: other final states
    others: dict[str, int]
    #: where the store says something else than what people got
    wrong: list[str]

    def holds(self) -> None:
        """The promises."""
        assert self.doubled == 0 and self.unaccounted == 0, self
        assert not self.wrong, self.wrong[:5]


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

    async def account(self, people: int, kills: int = 0) -> Account:
        """What became of everybody, person by person: what the store says against what they got."""
        store = await self.open()
        try:
            campaign = await store.campaign(CampaignId(1))
            assert campaign and campaign.audience and campaign.state is CampaignState.DONE
            states = Counter[str]()
            wrong: list[str] = []
            recipients, _ = await store.recipients(TENANT, campaign.audience, Channel.TEAMS)
            for person in map(PersonId, recipients):
                state = await store.delivery_state(campaign.id, person)
                reference = await store.reference(person, Channel.TEAMS)
                assert reference
                got = self.connector.chats[reference.conversation].campaigns[campaign.id]
                if state is not None and state >= DeliveryState.DELIVERED:
                    states[DeliveryState(state).name.lower()] += 1
                told = {DeliveryState.DELIVERED: (1, 1), DeliveryState.UNCONFIRMED: (0, 1)}
                least, most = told.get(DeliveryState(state or 1), (0, 0))
                if not least <= got <= most:
                    wrong.append(f"{reference.conversation} is {state}, and got {got}")
            tally = await store.tally(campaign.id)
            assert {state.name.lower(): count for state, count in tally.states.items()} == dict(states)
            return Account(
                recipients=people,
                sent=states["delivered"],
                doubled=self.connector.tally()["doubled"],
                unaccounted=people - states.total(),
                unconfirmed=states["unconfirmed"],
                kills=kills,
                others={name: states[name] for name in states if name not in ("delivered", "unconfirmed")},
                wrong=wrong,
            )
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


Tell = Callable[[str, Account], None]


@pytest.fixture(scope="session")
def tell() -> Iterator[Tell]:
    """Print what became of a campaign, and keep it for build/faults.json: one object per kind."""
    seen: dict[str, dict[str, object]] = {}

    def keep(kind: str, account: Account) -> None:
        row = {name: value for name, value in asdict(account).items() if name != "wrong"}
        seen[kind] = row
        sys.stdout.write(f"{kind}: " + ", ".join(f"{name} {value}" for name, value in row.items()) + "\n")

    yield keep
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "faults.json").write_text(json.dumps(seen, indent=2) + "\n")

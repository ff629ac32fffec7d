"""A town: a connector, people who have installed, and the real program, ready to be hurt.

FAULTS_PEOPLE, FAULTS_MONGO_PEOPLE and FAULTS_KILLS set the size (`make faults` runs the full one).
What happened is written to build/faults.json.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import open_store
from bot.settings import Settings
from storage.port.store import Store
from storage.records import Campaign, CampaignId, CampaignState, Channel, DeliveryState, PersonId
from tests.support.connector import Chat, LoopbackConnector
from tests.support.http import until
from tests.support.patience import looks
from tests.support.program import ROOT, Program, begun, free_port
from tests.support.seeding import TENANT, conversation_of, install, member_of, scheduled
from tests.support.speed import slowness
from tests.support.virtual_time import virtual_loop

PEOPLE = int(os.environ.get("FAULTS_PEOPLE", "500"))
MONGO_PEOPLE = int(os.environ.get("FAULTS_MONGO_PEOPLE", "150"))  #: fewer: the stand-in for MongoDB is slow
KILLS = int(os.environ.get("FAULTS_KILLS", "4"))
OUTAGE = float(os.environ.get("FAULTS_OUTAGE", "8"))  #: seconds for which a store or a platform is away
FULL = "FAULTS_OUTAGE" in os.environ  #: `make faults`
#: what `make test` shows in another way already; the test says where
AT_FULL_SIZE = pytest.mark.skipif(not FULL, reason="at full size only: make faults")
END = 60.0  #: seconds until a campaign ends of which a report, another than its own perhaps, has been seen
RATE = 20_000  #: messages a second: the rate limit is not what is tested here

_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/r/")


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
    store_url: str
    #: settings of every copy of the bot, by their variables
    environment: dict[str, str]
    copies: list[Program] = field(default_factory=list)
    #: by message: the port in its tracked links, which is that of the copy that sent it
    sender_of: dict[str, int] = field(default_factory=dict)
    #: by which slots, leases and patience are longer: the machine is so busy
    slow: float = field(default_factory=slowness)

    @property
    def program(self) -> Program:
        """The first copy of the bot."""
        return self.copies[0]

    def add_copy(self, store_url: str = "") -> Program:
        """One more copy of the bot, not started; ``store_url``: another way to the same store."""
        log = self.folder / f"bot-{len(self.copies)}.log"
        self.copies.append(Program(store_url or self.store_url, log, self.environment, forked=True))
        return self.copies[-1]

    def sent_by(self, program: Program) -> int:
        """How many of the messages that people received came from this copy."""
        return sum(port == program.port for port in self.sender_of.values())

    def note_sender(self, chat: Chat) -> None:
        message = chat.messages[-1]
        if link := _LINK.search(json.dumps(message["activity"])):
            self.sender_of[message["id"]] = int(link[1])

    async def populate(self, people: int, duration: timedelta) -> None:
        """So many people have installed; the campaign to all of them starts when the bot does.

        ``duration``: of its slot, longer on a busy machine.
        """
        for number in range(people):
            self.add_person(number)
        store = await self.open()
        persons = await install(store, self.connector.url, people)
        await scheduled(store, persons[0], datetime.now(UTC), duration * self.slow)
        await store.close()

    async def open(self) -> Store:
        store = open_store(Settings(_env_file=None, STORE_URL=self.store_url))  # type: ignore[call-arg]
        await store.open()
        return store

    async def operate(
        self, *words: str, program: Sequence[str] = ("app.py",), killed_after: float | None = None
    ) -> tuple[int | None, str]:
        """An operator's command: its exit status, and what it says. ``killed_after``: seconds until a kill -9."""
        own = {"STORE_URL": self.store_url, "MicrosoftAppId": "", "PORT": str(free_port())}
        said = self.folder / "operator.log"
        said.unlink(missing_ok=True)
        process = await begun([*program, *words], {**os.environ, **own, **self.environment}, said, forked=True)
        if killed_after is not None:
            await asyncio.sleep(killed_after)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        status = await asyncio.wait_for(process.wait(), 60 * self.slow)
        return status, said.read_text() if said.exists() else ""  # one that is killed at once says nothing

    @property
    def reported(self) -> bool:
        """The author has the report card in the chat."""
        return self.told("Report: ") > 0

    def told(self, words: str, number: int = 0) -> int:
        """How many messages with these words a person has in the chat; the author, unless told."""
        messages = self.connector.chats[conversation_of(number)].messages
        return sum(words in json.dumps(message["activity"]) for message in messages)

    def add_person(self, number: int) -> None:
        self.connector.add(conversation_of(number), member_of(number))

    async def wait_for_report(self, seconds: float) -> None:
        await until(lambda: self.reported, seconds * self.slow)

    async def account(self, people: int, kills: int = 0) -> Account:
        """What became of everybody, person by person: what the store says against what they got."""
        store = await self.open()
        try:
            campaign = await _done(store, CampaignId(1))
            states = Counter[str]()
            wrong: list[str] = []
            recipients, _ = await store.recipients(TENANT, campaign.as_scheduled.audience, Channel.TEAMS)
            for person in map(PersonId, recipients):
                state = await store.delivery_state(campaign.id, person)
                reference = await store.reference(person, Channel.TEAMS)
                assert reference
                got = self.connector.chats[reference.conversation].campaigns[campaign.id]
                if state is not None and state >= DeliveryState.DELIVERED:
                    states[DeliveryState(state).name.lower()] += 1
                bounds = {DeliveryState.DELIVERED: (1, 1), DeliveryState.UNCONFIRMED: (0, 1)}
                least, most = bounds.get(DeliveryState(state or 1), (0, 0))
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


async def _done(store: Store, id: CampaignId) -> Campaign:
    """It ends by itself: what is on its way to a chat that hangs is waited for."""
    async for _ in looks(END, 0.3):
        campaign = await store.campaign(id)
        if campaign and campaign.state is CampaignState.DONE:
            return campaign
    raise AssertionError(f"it does not end: {campaign}")


@contextlib.asynccontextmanager
async def a_town(folder: Path, store_url: str, lease: float) -> AsyncIterator[Town]:
    """A town without any copy of the bot so far; ``lease``: seconds, on a quiet machine."""
    connector = LoopbackConnector(rng=random.Random(11))
    await connector.start()
    town = Town(folder, connector, store_url, {"MESSAGES_PER_SECOND": str(RATE), "LOG_LEVEL": "INFO"})
    town.environment["LEASE_SECONDS"] = f"{lease * town.slow:g}"
    connector.listener = town.note_sender
    try:
        yield town
    finally:
        for program in town.copies:
            if program.alive:
                await program.kill()
        await connector.stop()


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Virtual time where it is asked for: what is hurt is in this process, and talks to nobody outside."""
    if item.get_closest_marker("virtual_time") and not item.get_closest_marker("real_time"):
        return {"virtual": virtual_loop}
    return {"real": asyncio.new_event_loop}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """On a file, with one copy of the bot."""
    async with a_town(tmp_path, f"sqlite:{tmp_path}/crieur.db", lease=2) as town:
        town.add_copy()
        yield town


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

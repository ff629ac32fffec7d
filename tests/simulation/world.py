"""One life: people install, an author schedules, copies of the bot deliver, things go wrong, and everything ends."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest import mock

import aiohttp
from aiohttp import web

from app import crieur
from bot.settings import Settings
from scheduler import dispatcher, jobs, planner
from scheduler.copies import lock
from scheduler.rules import ladder
from storage.port.store import Store
from storage.records import Approval, Audience, Campaign, Channel, Contact, PresenceChoice, Variant, WorkingHours
from storage.shared.approved import digest_of, keep_approved
from storage.shared.policy import change_policy
from tests.simulation import mails
from tests.simulation.disk import Disk, SimulatedSqlite
from tests.simulation.faults import Fault, draw
from tests.simulation.history import History
from tests.simulation.loop import PROCESS, SimulatedLoop
from tests.simulation.mishaps import ELSEWHERE, LEASE, PATIENCE, PLATFORM, Mishaps
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.simulation.network import Network
from tests.simulation.parts import CANTEEN, TITLE_B, Parts
from tests.simulation.patched import patched
from tests.simulation.presence import Presences
from tests.simulation.sequels import MUST_READ, Sequel, go_on
from tests.support.connector import Chat, LoopbackConnector
from tests.support.deeds import A_DEED
from tests.support.mail_server import MailServer
from tests.support.organisation import Organisation, Person
from tests.support.seeding import ANY_TIME, NEWSLETTER, scheduled

EPOCH = datetime(2026, 11, 23, 8, 59, 57, tzinfo=UTC)  #: a Monday; offices open in a moment
OFFICE = WorkingHours(opens=time(9), closes=time(17), days=frozenset(range(5)))
RATES = (1.5, 5.0)  #: messages a second
PEOPLE = (3, 20)
TOLD_TWICE = 4  #: people of whose install two activities tell, before anything goes wrong; of the others' one does
LENGTH = (6.0, 40.0)  #: seconds of the slot
AFTER = 28.0  #: seconds after the slot in which something may still go wrong: the report is posted then
BOUND = 300.0  #: seconds after the faults and the slot, by which everything has ended
ENDS_AFTER = timedelta(minutes=2)  #: the slot; the campaign, if it does
PORT = 3978

REPORT = ("Report: ", "Rapport\u00a0: ")  #: how a report card begins; its author may have come to speak French


@dataclass(frozen=True, slots=True)
class Setting:
    """What a seed decides before anything happens."""

    seed: int
    mongo: bool
    copies: int
    people: int
    slot: timedelta
    hours: WorkingHours
    rate: float
    #: by how much each copy's wall clock is off, in seconds
    offsets: tuple[float, ...]
    faults: tuple[Fault, ...]
    presence: PresenceChoice = PresenceChoice.ALWAYS
    #: its audience was approved one by one, a moment before it starts
    approved: bool = False
    #: what the life goes on with
    sequel: Sequel = Sequel.NONE
    parts: Parts = field(default_factory=Parts)

    @classmethod
    def of(cls, seed: int) -> Setting:
        rng = random.Random(f"setting {seed}")
        mongo = rng.random() < 0.5
        copies = rng.randint(1, 3) if mongo else 1
        sequel = Sequel.of(seed)
        rounds = sequel is Sequel.MUST_READ  # each as long as the first: an hour, if that is a test's
        parts = Parts.of(seed, tests=not rounds, ends=sequel is Sequel.RECALL, mails=sequel is Sequel.MAILS)
        slot = parts.long_enough(rng.uniform(*LENGTH))
        choice = (PresenceChoice.AVAILABLE, PresenceChoice.PRESENT, *[PresenceChoice.ALWAYS] * 4)
        return cls(
            seed=seed,
            mongo=mongo,
            copies=copies,
            people=rng.randint(*PEOPLE),
            slot=timedelta(seconds=round(slot, 1)),
            hours=rng.choice((ANY_TIME, ANY_TIME, OFFICE)),
            rate=rng.choice(RATES),
            offsets=tuple(round(rng.choice((0.0, 0.0, rng.uniform(-0.8, 0.8))), 2) for _ in range(copies)),
            faults=tuple(draw(rng, slot + AFTER)),
            presence=rng.choice(choice),
            approved=rng.random() < 0.3,
            sequel=sequel,
            parts=parts,
        )


@dataclass
class ProcessClock:
    """What a process sees of time: its wall clock is off by so many seconds, and may be set."""

    loop: SimulatedLoop
    offset: float

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.loop.time() + self.offset)

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Copy:
    """A copy of the bot: a name, a port, a clock, and the process that runs it at the moment."""

    number: int
    clock: ProcessClock
    lives: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def process(self) -> str:
        return f"copy {self.number}, life {self.lives}"

    @property
    def port(self) -> int:
        return PORT + self.number


@dataclass(frozen=True, slots=True)
class Arrival:
    """A campaign's message, as it came to the platform."""

    at: datetime
    chat: str
    campaign: int
    #: the platform's id of the message
    message: str
    #: of a test of two variants
    variant: Variant


class Platform(LoopbackConnector):
    """The loopback connector, which tells when something was taken, and by its own clock."""

    def __init__(self, rng: random.Random, world: World) -> None:
        super().__init__(rng=rng)
        self._world = world
        #: report cards that were posted
        self.reports = 0

    def _take(self, chat: Chat, body: bytes) -> Any:
        before = Counter(chat.campaigns)
        taken = super()._take(chat, body)
        if any(word.encode() in body for word in REPORT):
            self.reports += 1
            self._world.mishaps.reported()
        variant = Variant.B if TITLE_B.encode() in body else Variant.A
        for campaign in chat.campaigns - before:
            self._world.arrived(Arrival(self._world.now, chat.id, campaign, chat.messages[-1]["id"], variant))
        return taken


class World:
    """``run`` it once. ``faults``: others than the setting's, for a replay of fewer; ``disk``: one of your own."""

    def __init__(self, setting: Setting, faults: Sequence[Fault] | None = None, disk: Disk | None = None) -> None:
        self.setting = setting
        self.faults = list(setting.faults if faults is None else faults)
        #: these, and what went wrong after the campaign
        self.suffered = list(self.faults)
        self.loop = SimulatedLoop(self.chance("loop"))
        self.mishaps = Mishaps(self)
        self.network = Network(self.loop, self.chance("network"))
        self.disk: Disk | MongoServer = disk or (
            MongoServer(self.chance("mongo"), now=lambda: self.now) if setting.mongo else Disk(self.chance("disk"))
        )
        if disk:
            disk.on_cut = self.mishaps.power_is_cut
        self.copies = [Copy(number, ProcessClock(self.loop, offset)) for number, offset in enumerate(setting.offsets)]
        self.arrivals: list[Arrival] = []
        self.history = History(on_mark=self.mishaps.marked)
        self.trace: list[str] = []
        #: by whom what was said that the platform brings twice: (person, its id)
        self.twice: list[tuple[Person, str]] = []
        #: chats that were blocked or left, ever
        self.left: set[str] = set()
        #: since when somebody wants none of it (has muted the bot, has quiet hours, has left its topic), and knows that
        #: the bot has heard so; since when a newcomer is there
        self.muted: dict[str, datetime] = {}
        self.came: dict[str, datetime] = {}
        self.presences = Presences(self)
        self.mail_server = MailServer(mails.PORT, slow=0.2)
        #: how each delivery ended, and those that ended in another way afterwards
        self.ends: dict[int, int] = {}
        self.undone: list[str] = []
        #: who was in the audience when it was approved
        self.approved: frozenset[int] | None = None
        #: addresses that people had before they were renamed
        self.formerly: list[str] = []
        self.calm = False
        self.was_cut = False

    def chance(self, name: str) -> random.Random:
        """A generator of its own for each part: fewer faults leave the rest as it was."""
        return random.Random(f"{name} {self.setting.seed}")

    @property
    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.loop.time())

    def _wall(self) -> float:
        """What the wall clock of the process shows that asks, in seconds since the epoch."""
        name = PROCESS.get()
        offset = next((copy.clock.offset for copy in self.copies if copy.process == name), 0.0)
        return self.now.timestamp() + offset

    def tell(self, what: str) -> None:
        self.trace.append(f"{self.loop.time():10.4f}  {what}")

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def store(self) -> Store:
        """Another client of the store."""
        if isinstance(self.disk, MongoServer):
            return SimulatedMongo(self.disk, self.history)
        return SimulatedSqlite(self.disk, self.history)

    def arrived(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)
        self.tell(f"the platform takes campaign {arrival.campaign} for {arrival.chat}")

    # --- a life -------------------------------------------------------------------------------

    def run(self) -> World:
        """Raises AssertionError where an invariant does not hold, Stuck or Endless where nothing ends."""
        from tests.simulation import invariants  # which look at a world

        with patched(self.loop, self.chance("patches"), self._wall), small():
            asyncio.set_event_loop(self.loop)
            try:
                self.loop.run_until_complete(self.loop.create_task(self._live(invariants.check)))
            finally:
                asyncio.set_event_loop(None)
        return self

    async def _live(self, check: Callable[[World, Campaign], Awaitable[None]]) -> None:
        self.platform = Platform(self.chance("platform"), self)
        await self.platform.start(PLATFORM)
        self.network.listeners[ELSEWHERE] = self.network.listeners[PLATFORM]
        if self.setting.parts.by_mail:
            await self.mail_server.start()
        for copy in self.copies:
            await self.boot(copy)
        async with aiohttp.ClientSession() as http:
            self.organisation = Organisation(
                self.platform, self.url(self.copies[0]), http, self.chance("people"), now=lambda: self.now
            )
            await self._people_install()
            campaign = await self._schedule()
            self.started = campaign
            self._watching = asyncio.create_task(self._watch_the_ends())
            also = [*self.mishaps.before_it_starts(), *self.mishaps.wishes()]
            await self._go_wrong([*self.faults, *also], self.setting.slot.total_seconds() + AFTER + 2.0)
            await check(self, campaign)
            await go_on(self, campaign)

    async def go_wrong(self, faults: Sequence[Fault], seconds: float) -> None:
        """Once more, after the campaign."""
        self.calm = False
        self.suffered += faults
        await self._go_wrong(faults, seconds)

    async def _go_wrong(self, faults: Sequence[Fault], seconds: float) -> None:
        self.mishaps.begin(faults)
        await asyncio.sleep(seconds)
        await self.mishaps.heal()

    def leap(self, to: datetime) -> None:
        """Nothing is done until then: the machines sleep."""
        self.tell(f"until {to} the machines sleep")
        self.loop.leap((to - self.now).total_seconds())

    async def press(self, person: Person, title: str) -> None:
        self.organisation.bot_url = self.url(self.copies[0])
        await asyncio.wait_for(asyncio.ensure_future(person.press(title)), PATIENCE)

    async def execute(self, person: Person, verb: str, form: dict[str, Any]) -> Any:
        """On the greeting: in the place of any other message the answer would stand. What the bot answers."""
        self.organisation.bot_url = self.url(self.copies[0])
        doing = person.execute(verb, form, person.chat.messages[0]["id"])
        return await asyncio.wait_for(asyncio.ensure_future(doing), PATIENCE)

    async def press_if_there(self, person: Person, title: str) -> None:
        """They may have pressed it already: the button is gone. Or nobody answers them."""
        with contextlib.suppress(AssertionError, aiohttp.ClientError, TimeoutError):
            await self.press(person, title)

    @property
    def clock_was_set(self) -> bool:
        return any("clock" in fault.kind for fault in self.suffered)

    async def boot(self, copy: Copy) -> None:
        copy.lives += 1
        copy.ready.clear()
        self.loop.spawn(copy.process, self._serve(copy))
        await copy.ready.wait()

    async def _serve(self, copy: Copy) -> None:
        environment = {"PORT": str(copy.port), "STORE_URL": "sqlite:none", "LEASE_SECONDS": str(LEASE)}
        environment |= mails.SETTINGS if self.setting.parts.by_mail else {}
        settings = Settings(_env_file=None, MESSAGES_PER_SECOND=self.setting.rate, **environment)  # type: ignore[call-arg, arg-type]
        while True:
            store = self.store()
            try:
                await store.open()
                async with crieur(settings, store, copy.clock, {Channel.TEAMS: self.presences}) as application:
                    runner = web.AppRunner(application, access_log=None)
                    await runner.setup()
                    await web.TCPSite(runner, "127.0.0.1", copy.port).start()
                    copy.ready.set()
                    await asyncio.Future()
            except Exception as error:  # the store is away: the service manager starts it again
                self.tell(f"{copy.process} cannot start: {type(error).__name__}")
                copy.ready.set()
                await asyncio.sleep(1.0)

    def url(self, copy: Copy) -> str:
        return f"http://127.0.0.1:{copy.port}/api/messages"

    async def _people_install(self) -> None:
        self.author = self.organisation.person("Ada", "Lovelace")
        self.people = [self.author, *self.organisation.crowd(self.setting.people)]
        self.newcomers = self.organisation.crowd(3)
        for number, newcomer in enumerate(self.newcomers):
            newcomer.address = f"newcomer{number}@contoso.example"
        self.strangers = self.organisation.crowd(4)
        for number, stranger in enumerate(self.strangers):
            stranger.address = f"stranger{number}@contoso.example"
        for number, person in enumerate(self.people):
            await self.comes(person, told_twice=number < TOLD_TWICE)

    async def comes(self, person: Person, *, told_twice: bool = True) -> None:
        """They install the bot; the platform says it again where nobody answered."""
        while True:
            try:
                await person.install(told_twice=told_twice)
                return
            except aiohttp.ClientError:
                await asyncio.sleep(1.0)

    async def _schedule(self) -> Campaign:
        """Through the port: what the chat does on the way there is another story."""
        store = self.store()
        await store.open()
        author = await store.person_at(self.author.tenant, self.author.address)  # type: ignore[arg-type]
        assert author is not None
        # among those it is for are some who have not installed the bot yet
        contacts = [Contact(address=newcomer.address) for newcomer in self.newcomers]
        people = await store.meet(author.tenant, contacts)
        invited = await store.new_list(author.tenant, author.id, "Invited", people, deed=A_DEED)
        audience = Audience(everyone=True, lists=(invited.id,))
        parts = self.setting.parts
        if parts.wishes:
            await change_policy(store, author.tenant, lambda policy: replace(policy, topics=(CANTEEN,)), deed=A_DEED)
            for where in (0, 1):
                await self.mishaps.somebody_wishes(Fault(0.0, "somebody wishes", 0.0, where, 0.0))
        start, approval = self.now, None
        if self.setting.approved:
            start += timedelta(seconds=1.0)
            await change_policy(store, author.tenant, lambda policy: replace(policy, approve_above=0), deed=A_DEED)
            reachable, others = await store.recipients(author.tenant, audience, Channel.TEAMS)
            approved = sorted([*reachable, *others])
            self.approved = frozenset(approved)
            approval = Approval(people=len(approved), digest=digest_of(approved))
        slot = parts.slot(start, self.setting.slot)
        campaign = await scheduled(
            store,
            author,
            slot.start,
            slot.duration,
            message=replace(NEWSLETTER, style=parts.style),
            hours=self.setting.hours,
            audience=audience,
            presence=self.setting.presence,
            approval=approval,
            follow_up=MUST_READ if self.setting.sequel is Sequel.MUST_READ else None,
            **parts.frozen(ends_at=slot.end + ENDS_AFTER),
        )
        if self.approved is not None:
            await keep_approved(store, campaign.id, sorted(self.approved))
        self.tell(f"campaign {campaign.id} is scheduled for {len(self.people)} people")
        return campaign

    async def _watch_the_ends(self) -> None:
        while True:
            for delivery, state in self.disk.ended():
                if self.ends.setdefault(delivery, state) != state:
                    self.undone.append(f"delivery {delivery} had ended as {self.ends[delivery]}, and is {state}")
            await asyncio.sleep(1.0)


@contextlib.contextmanager
def small() -> Any:
    """Pages so small that a small campaign takes every kind of step; looks so seldom that a life is soon computed."""
    values = (
        (planner, "PAGE", 3),
        (dispatcher, "POLL", 1.0),
        (ladder, "PAUSE", timedelta(seconds=3)),
        (lock, "NOTIFYING", timedelta(seconds=10)),
        (jobs, "SWEEP_EVERY", 2.0),
        (jobs, "CHOOSE_EVERY", 2.0),
        (jobs, "RECALL_EVERY", 2.0),
        (jobs, "LOOK_UP_EVERY", 6.0),
        (jobs, "FORGET_EVERY", 20.0),
    )
    with contextlib.ExitStack() as patches:
        for module, name, value in values:
            patches.enter_context(mock.patch.object(module, name, value))
        yield

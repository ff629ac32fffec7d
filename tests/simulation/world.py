"""One life: people install, an author schedules, copies of the bot deliver, things go wrong, and everything ends."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
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
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.simulation.network import Network
from tests.simulation.parts import CANTEEN, TITLE_B, Parts
from tests.simulation.patched import patched
from tests.simulation.presence import Presences
from tests.simulation.sequels import MUST_READ, Sequel, go_on
from tests.support.answers import ROWS
from tests.support.connector import Chat, Faults, LoopbackConnector
from tests.support.deeds import A_DEED
from tests.support.mail_server import MailServer
from tests.support.organisation import Organisation, Person, Refusal, actions_of
from tests.support.seeding import ANY_TIME, NEWSLETTER, scheduled

EPOCH = datetime(2026, 11, 23, 8, 59, 57, tzinfo=UTC)  #: a Monday; offices open in a moment
OFFICE = WorkingHours(opens=time(9), closes=time(17), days=frozenset(range(5)))
LEASE = 4.0  #: seconds
RATES = (1.5, 5.0)  #: messages a second
PEOPLE = (3, 20)
LENGTH = (6.0, 40.0)  #: seconds of the slot
AFTER = 28.0  #: seconds after the slot in which something may still go wrong: the report is posted then
BOUND = 300.0  #: seconds after the faults and the slot, by which everything has ended
ENDS_AFTER = timedelta(minutes=2)  #: the slot; the campaign, if it does
PATIENCE = 20.0  #: seconds for which the platform waits for the bot's answer to an activity
PORT = 3978
PLATFORM, ELSEWHERE = 2_000, 2_001  #: ports of the platform: it answers at either

#: rows of what a send can answer; not those in which product.md promises no "once": taken, then a quick 5xx
ODD = tuple(name for name in ROWS if name not in ("503 taken", "503 slow taken"))

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
            self._world.reported()
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
        self.network = Network(self.loop, self.chance("network"))
        self.disk: Disk | MongoServer = disk or (
            MongoServer(self.chance("mongo"), now=lambda: self.now) if setting.mongo else Disk(self.chance("disk"))
        )
        if disk:
            disk.on_cut = self._power_is_cut
        self.copies = [Copy(number, ProcessClock(self.loop, offset)) for number, offset in enumerate(setting.offsets)]
        self.arrivals: list[Arrival] = []
        self.history = History(on_mark=self._marked)
        #: faults that wait for a moment that matters
        self.at_a_mark: list[Fault] = []
        self.at_a_report: list[Fault] = []
        self.trace: list[str] = []
        #: faults of the platform that are on at the moment
        self.unwell: list[Faults] = []
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
        #: how many questions came twice, by chat
        self.repeated: Counter[str] = Counter()
        self.calm = False
        self.was_cut = False
        self._tasks: list[asyncio.Task[Any]] = []

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
                self.platform, self._url(self.copies[0]), http, self.chance("people"), now=lambda: self.now
            )
            await self._people_install()
            campaign = await self._schedule()
            self.started = campaign
            self._watching = asyncio.create_task(self._watch_the_ends())
            also = [*self._before_it_starts(), *self._wishes()]
            await self._go_wrong([*self.faults, *also], self.setting.slot.total_seconds() + AFTER + 2.0)
            await check(self, campaign)
            await go_on(self, campaign)

    async def go_wrong(self, faults: Sequence[Fault], seconds: float) -> None:
        """Once more, after the campaign."""
        self.calm = False
        self.suffered += faults
        await self._go_wrong(faults, seconds)

    async def _go_wrong(self, faults: Sequence[Fault], seconds: float) -> None:
        for fault in faults:
            self._tasks.append(asyncio.create_task(self._suffer(fault, self.loop.time())))
        await asyncio.sleep(seconds)
        await self._heal()

    def leap(self, to: datetime) -> None:
        """Nothing is done until then: the machines sleep."""
        self.tell(f"until {to} the machines sleep")
        self.loop.leap((to - self.now).total_seconds())

    async def press(self, person: Person, title: str) -> None:
        self.organisation.bot_url = self._url(self.copies[0])
        await asyncio.wait_for(asyncio.ensure_future(person.press(title)), PATIENCE)

    async def execute(self, person: Person, verb: str, form: dict[str, Any]) -> None:
        """On the greeting: in the place of any other message the answer would stand."""
        self.organisation.bot_url = self._url(self.copies[0])
        doing = person.execute(verb, form, person.chat.messages[0]["id"])
        await asyncio.wait_for(asyncio.ensure_future(doing), PATIENCE)

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

    def _url(self, copy: Copy) -> str:
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
        for person in self.people:
            await self._install(person)

    async def _install(self, person: Person) -> None:
        """The platform says it again where nobody answered."""
        while True:
            try:
                await person.install()
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
        invited = await store.new_list(
            author.tenant, author.id, "Invited", [person.id for person in people], deed=A_DEED
        )
        audience = Audience(everyone=True, lists=(invited.id,))
        parts = self.setting.parts
        if parts.wishes:
            await change_policy(store, author.tenant, lambda policy: replace(policy, topics=(CANTEEN,)), deed=A_DEED)
            for where in (0, 1):
                await self._somebody_wishes(Fault(0.0, "somebody wishes", 0.0, where, 0.0))
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

    # --- what goes wrong ----------------------------------------------------------------------

    async def _suffer(self, fault: Fault, since: float) -> None:
        await asyncio.sleep(max(0.0, since + fault.at - self.loop.time()))
        if self.calm:
            return
        self.tell(f"fault: {fault}")
        try:
            await getattr(self, "_" + fault.kind.replace(" ", "_"))(fault)
        except (aiohttp.ClientError, TimeoutError, OSError, Refusal, AssertionError) as error:
            self.tell(f"somebody gave up: {type(error).__name__}")

    def _copy(self, fault: Fault) -> Copy:
        return self.copies[fault.where % len(self.copies)]

    def _person(self, fault: Fault) -> Person:
        return self.people[1 + fault.where % (len(self.people) - 1)]

    async def _kill(self, fault: Fault) -> None:
        await self._kill_copy(self._copy(fault), fault.length)

    async def _kill_copy(self, copy: Copy, length: float) -> None:
        if self.loop.is_dead(copy.process):
            return
        self.loop.kill(copy.process)
        self.network.cut(copy.process)
        await asyncio.sleep(length)
        await self.boot(copy)

    async def kill_all(self, length: float) -> None:
        await asyncio.gather(*(self._kill_copy(copy, length) for copy in self.copies))

    async def _kill_at_a_mark(self, fault: Fault) -> None:
        self.at_a_mark.append(fault)

    async def _freeze_at_a_mark(self, fault: Fault) -> None:
        self.at_a_mark.append(fault)

    async def _kill_at_a_report(self, fault: Fault) -> None:
        """And at the one after it: a third has to be left alone."""
        self.at_a_report = [fault, fault]

    def _marked(self, process: str) -> None:
        """Messages are about to leave: a process dies, or sleeps until its leases have run out, over them."""
        if self.at_a_mark:
            fault = self.at_a_mark.pop()
            copy = next(copy for copy in self.copies if copy.process == process)
            work = (
                self._freeze_copy(copy, LEASE + fault.length)
                if "freeze" in fault.kind
                else self._kill_copy(copy, fault.length)
            )
            self._strike(work, fault, 0.05 * fault.share)

    def reported(self) -> None:
        """A report has come; nobody who posted it lives to know."""
        if self.at_a_report:
            fault = self.at_a_report.pop()
            for copy in self.copies:
                self._strike(self._kill_copy(copy, fault.length), fault, 0.0)

    def _strike(self, work: Coroutine[Any, Any, None], fault: Fault, wait: float) -> None:
        async def soon() -> None:
            await asyncio.sleep(wait)
            self.tell(f"now: {fault}")
            await work

        self._tasks.append(self.loop.create_task(soon(), context=contextvars.Context()))

    def _power_is_cut(self) -> None:
        copy = self.copies[0]
        self.tell(f"the power of {copy.process} is cut")
        self.was_cut = True
        self.loop.kill(copy.process)
        self.network.cut(copy.process)
        self._tasks.append(self.loop.create_task(self.boot(copy), context=contextvars.Context()))

    async def _disk_full(self, fault: Fault) -> None:
        if isinstance(self.disk, MongoServer):
            return
        self.disk.fill()
        await asyncio.sleep(fault.length)
        self.disk.make_room()

    async def _freeze(self, fault: Fault) -> None:
        await self._freeze_copy(self._copy(fault), fault.length)

    async def _freeze_copy(self, copy: Copy, length: float) -> None:
        process = copy.process
        self.loop.stop_process(process)
        await asyncio.sleep(length)
        self.loop.resume(process)

    async def _clock_step(self, fault: Fault) -> None:
        copy = self._copy(fault)
        step = (1 if fault.where % 2 else -1) * (0.5 if self.setting.copies > 1 else 3600.0 * fault.share)
        copy.clock.offset += step
        self.tell(f"the clock of {copy.process} is set by {step:+.1f} s")
        await asyncio.sleep(fault.length)
        copy.clock.offset -= step

    async def _store_away(self, fault: Fault) -> None:
        self.disk.away = True
        await asyncio.sleep(fault.length)
        self.disk.away = False

    async def _store_unwell(self, fault: Fault) -> None:
        before = (self.disk.refused, self.disk.slow)
        self.disk.refused, self.disk.slow = 0.3 * fault.share, 0.3 * fault.share
        if isinstance(self.disk, MongoServer):
            self.disk.lost = 0.3 * fault.share
        await asyncio.sleep(fault.length)
        self.disk.refused, self.disk.slow = before
        if isinstance(self.disk, MongoServer):
            self.disk.lost = 0.0

    async def _platform(self, fault: Fault, faults: Faults) -> None:
        self.unwell.append(faults)
        self._platform_is_as_told()
        await asyncio.sleep(fault.length)
        self.unwell.remove(faults)
        self._platform_is_as_told()

    def _platform_is_as_told(self) -> None:
        names = ("throttle", "errors", "reset_before", "reset_after", "hang")
        shares = {name: min(1.0, sum(getattr(faults, name) for faults in self.unwell)) for name in names}
        answer = next((faults.answer for faults in self.unwell if faults.answer), "")
        self.platform.faults = replace(Faults(), answer=answer, **shares)

    async def _platform_throttles(self, fault: Fault) -> None:
        await self._platform(fault, Faults(throttle=fault.share))

    async def _platform_breaks(self, fault: Fault) -> None:
        await self._platform(fault, Faults(errors=fault.share))

    async def _platform_resets(self, fault: Fault) -> None:
        await self._platform(fault, Faults(reset_before=fault.share))

    async def _platform_resets_after_taking(self, fault: Fault) -> None:
        await self._platform(fault, Faults(reset_after=fault.share))

    async def _platform_hangs(self, fault: Fault) -> None:
        await self._platform(fault, Faults(hang=fault.share))

    async def _platform_away(self, fault: Fault) -> None:
        self.network.trouble[PLATFORM] = "lost" if fault.where % 2 else "refused"
        await asyncio.sleep(fault.length)
        self.network.trouble.pop(PLATFORM, None)

    async def _platform_answers_oddly(self, fault: Fault) -> None:
        await self._platform(fault, Faults(answer=ODD[fault.where % len(ODD)]))

    async def _presence_away(self, fault: Fault) -> None:
        self.presences.trouble = "hangs" if fault.where % 2 else "away"
        await asyncio.sleep(fault.length)
        self.presences.trouble = ""

    # --- people -------------------------------------------------------------------------------

    async def _to(self, fault: Fault, doing: Awaitable[Any]) -> None:
        """Somebody does something; the platform brings it to one of the copies, and gives up after a while."""
        self.organisation.bot_url = self._url(self._copy(fault))
        await asyncio.wait_for(asyncio.ensure_future(doing), PATIENCE)

    async def _somebody_blocks(self, fault: Fault) -> None:
        person = self._person(fault)
        self.left.add(person.conversation)
        person.chat.broken = "blocked"
        await asyncio.sleep(fault.length)
        person.chat.broken = ""

    async def _somebody_uninstalls(self, fault: Fault) -> None:
        person = self._person(fault)
        self.left.add(person.conversation)
        person.chat.broken = "uninstalled"
        await self._to(fault, person.uninstall())

    async def _somebody_installs(self, fault: Fault) -> None:
        newcomer = self.newcomers[fault.where % len(self.newcomers)]
        await self._to(fault, newcomer.install())
        self.came[newcomer.conversation] = min(self.came.get(newcomer.conversation, self.now), self.now)

    async def _somebody_mutes(self, fault: Fault) -> None:
        person = self._person(fault)
        self.left.add(person.conversation)
        await self._to(fault, person.say("mute"))
        self.muted[person.conversation] = min(self.muted.get(person.conversation, self.now), self.now)

    async def _somebody_presses(self, fault: Fault) -> None:
        person = self._person(fault)
        if person.chat.campaigns:
            await self._to(fault, person.press("I have read it"))

    async def _the_author_presses(self, fault: Fault) -> None:
        """Anything that stands in the chat, but for what deletes the campaign that is looked at."""
        buttons = [
            (message, card, action)
            for message, card in self.author.cards()
            for action in actions_of(card)
            if action["type"] == "Action.Execute" and "elete" not in str(action.get("title"))
        ]
        if buttons:
            message, card, action = buttons[fault.where % len(buttons)]
            await self._to(fault, self.author._press(message, card, action, {}))

    async def _an_activity_twice(self, fault: Fault) -> None:
        """The platform brings it to any copy, and again to any, while the first is at work or after."""
        person = self._person(fault) if fault.where % 2 else self.author
        id = f"twice-{fault.where}-{len(self.twice)}"
        words = "help" if person is not self.author else f"new campaign {id}"
        self.twice.append((person, id))
        self.repeated[person.conversation] += person is not self.author
        activity = {"type": "message", "text": words, "id": id}
        first = asyncio.ensure_future(self._to(fault, person.send(dict(activity))))
        self._tasks.append(first)
        await asyncio.sleep(fault.length)
        again = replace(fault, where=fault.where + 1)
        await self._to(again, person.send(dict(activity)))
        await first

    async def _a_late_removal(self, fault: Fault) -> None:
        """Somebody leaves and comes back, and the word that they left comes last: they are there."""
        person = self._person(fault)
        if any(other.kind.startswith(("store", "disk")) for other in self.faults):
            self.left.add(person.conversation)  # an install may be acknowledged, and not kept
        left_at = self.now.isoformat()
        await asyncio.sleep(0.5)
        await self._to(fault, person.install())
        await asyncio.sleep(fault.length)
        removal = {"type": "installationUpdate", "action": "remove", "timestamp": left_at}
        await self._to(replace(fault, where=fault.where + 1), person.send(removal))

    def _before_it_starts(self) -> list[Fault]:
        """Where an audience was approved, somebody who is not in it comes while the campaign starts."""
        rng = self.chance("strangers")
        ats = [rng.uniform(0.9, 2.2) for _ in range(2)] if self.setting.approved and self.faults else []
        return [Fault(at, "a stranger installs", 0.0, number, 0.0) for number, at in enumerate(ats)]

    def _wishes(self) -> list[Fault]:
        """What people set for themselves while it runs."""
        rng = self.chance("wishes")
        ats = [rng.uniform(0.0, self.setting.slot.total_seconds()) for _ in range(rng.randint(0, 3))]
        wishes = [Fault(at, "somebody wishes", 0.0, rng.randrange(1_000), 0.0) for at in ats]
        return wishes if self.setting.parts.wishes else []

    async def _somebody_wishes(self, fault: Fault) -> None:
        """To have no campaigns all day, or none of its topic."""
        person, quiet = self._person(fault), bool(fault.where % 2)
        form = {"quiet_begins": "8:00", "quiet_ends": "18:00"} if quiet else {"topic": CANTEEN.number, "left": "true"}
        doing = self.execute(person, "quiet.set" if quiet else "topic.leave", form)
        if quiet and self.setting.parts.important:
            await doing
            return
        self.left.add(person.conversation)
        await doing
        self.muted[person.conversation] = min(self.muted.get(person.conversation, self.now), self.now)

    async def _a_stranger_installs(self, fault: Fault) -> None:
        """Of the organisation, and in no list."""
        await self._to(fault, self.strangers[fault.where % len(self.strangers)].install())

    async def _somebody_is_renamed(self, fault: Fault) -> None:
        """And has another address from now on."""
        person = self._person(fault)
        person.surname, person.address = f"Renamed{fault.where}", f"renamed{fault.where}@contoso.example"
        person.chat.member = person.member()
        await self._to(fault, person.send({"type": "installationUpdate", "action": "add-upgrade"}))

    async def _somebody_moves(self, fault: Fault) -> None:
        """To another region: the platform's new address for them is in what they send."""
        elsewhere = self.platform.url.replace(str(PLATFORM), str(ELSEWHERE))
        await self._to(fault, self._person(fault).send({"type": "typing", "serviceUrl": elsewhere}))

    async def _activities_out_of_order(self, fault: Fault) -> None:
        """For a while what is done first may come last: among it that somebody leaves, and is there again."""
        person = self._person(fault)
        if any(other.kind.startswith(("store", "disk")) for other in self.faults):
            self.left.add(person.conversation)
        for copy in self.copies:
            self.network.late[copy.port] = 3.0
        removal = {"type": "installationUpdate", "action": "remove"}
        leaves = asyncio.ensure_future(self._to(fault, person.send(removal)))
        self._tasks.append(leaves)
        await asyncio.sleep(0.05)
        try:
            await self._to(replace(fault, where=fault.where + 1), person.install())
            if self.now >= self.started.as_scheduled.schedule.slot.end:
                self.left.add(person.conversation)  # they are back, and the campaign is over
            await leaves
        finally:
            self.network.late.clear()

    async def _heal(self) -> None:
        """From here on nothing goes wrong any more."""
        self.calm = True
        self.at_a_mark.clear()  # reports may come later than that, and processes die over them still
        self.tell("from here on nothing goes wrong any more")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=25.0)  # what was begun goes on to its end
        self.unwell.clear()
        self._platform_is_as_told()
        self.network.trouble.clear()
        self.network.late.clear()
        self.presences.trouble = ""
        if isinstance(self.disk, Disk):
            self.disk.make_room()
        self.disk.away, self.disk.refused, self.disk.slow = False, 0.0, 0.0
        for chat in self.platform.chats.values():
            if chat.broken == "blocked":
                chat.broken = ""


@contextlib.contextmanager
def small() -> Any:
    """Pages so small that a small campaign takes every kind of step; looks so seldom that a life is soon computed."""
    values = (
        (planner, "PAGE", 3),
        (dispatcher, "POLL", 1.0),
        (ladder, "PAUSE", timedelta(seconds=3)),
        (lock, "NOTIFYING", timedelta(seconds=10)),
        (jobs, "SWEEP_EVERY", 2.0),
        (jobs, "LOOK_UP_EVERY", 6.0),
        (jobs, "FORGET_EVERY", 20.0),
    )
    with contextlib.ExitStack() as patches:
        for module, name, value in values:
            patches.enter_context(mock.patch.object(module, name, value))
        yield

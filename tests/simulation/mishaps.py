"""What goes wrong in a world: each kind of fault (faults.py) is a method of the same name."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.simulation.disk import Disk
from tests.simulation.faults import Fault
from tests.simulation.mongo import MongoServer
from tests.simulation.parts import CANTEEN
from tests.support.answers import ROWS
from tests.support.connector import Faults
from tests.support.organisation import CARD, Person, Refusal, actions_of

if TYPE_CHECKING:
    from tests.simulation.world import Copy, World

LEASE = 4.0  #: seconds
PATIENCE = 20.0  #: seconds for which the platform waits for the bot's answer to an activity
PLATFORM, ELSEWHERE = 2_000, 2_001  #: ports of the platform: it answers at either

#: rows of what a send can answer; not those in which product.md promises no "once": taken, then a quick 5xx
ODD = tuple(name for name in ROWS if name not in ("503 taken", "503 slow taken"))


class Mishaps:
    """``begin`` them, one after the other; ``heal`` ends them all."""

    def __init__(self, world: World) -> None:
        self._world = world
        #: faults that wait for a moment that matters
        self.at_a_mark: list[Fault] = []
        self.at_a_report: list[Fault] = []
        #: faults of the platform that are on at the moment
        self.unwell: list[Faults] = []
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            self._tasks.append(asyncio.create_task(self.suffer(fault, self._world.loop.time())))

    async def suffer(self, fault: Fault, since: float) -> None:
        await asyncio.sleep(max(0.0, since + fault.at - self._world.loop.time()))
        if self._world.calm:
            return
        self._world.tell(f"fault: {fault}")
        try:
            await getattr(self, fault.kind.replace(" ", "_"))(fault)
        except (aiohttp.ClientError, TimeoutError, OSError, Refusal, AssertionError) as error:
            self._world.tell(f"somebody gave up: {type(error).__name__}")

    def _copy(self, fault: Fault) -> Copy:
        return self._world.copies[fault.where % len(self._world.copies)]

    def _person(self, fault: Fault) -> Person:
        return self._world.people[1 + fault.where % (len(self._world.people) - 1)]

    def _first(self, known: dict[str, datetime], person: Person) -> None:
        """Since now, unless it was so before."""
        known.setdefault(person.conversation, self._world.now)

    async def kill(self, fault: Fault) -> None:
        await self._kill_copy(self._copy(fault), fault.length)

    async def _kill_copy(self, copy: Copy, length: float) -> None:
        if self._world.loop.is_dead(copy.process):
            return
        self._world.loop.kill(copy.process)
        self._world.network.cut(copy.process)
        await asyncio.sleep(length)
        await self._world.boot(copy)

    async def kill_all(self, length: float) -> None:
        await asyncio.gather(*(self._kill_copy(copy, length) for copy in self._world.copies))

    async def kill_at_a_mark(self, fault: Fault) -> None:
        self.at_a_mark.append(fault)

    async def freeze_at_a_mark(self, fault: Fault) -> None:
        self.at_a_mark.append(fault)

    async def kill_at_a_report(self, fault: Fault) -> None:
        """And at the one after it: a third has to be left alone."""
        self.at_a_report = [fault, fault]

    def marked(self, process: str) -> None:
        """Messages are about to leave: a process dies, or sleeps until its leases have run out, over them."""
        if self.at_a_mark:
            fault = self.at_a_mark.pop()
            copy = next(copy for copy in self._world.copies if copy.process == process)
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
            for copy in self._world.copies:
                self._strike(self._kill_copy(copy, fault.length), fault, 0.0)

    def _strike(self, work: Coroutine[Any, Any, None], fault: Fault, wait: float) -> None:
        async def soon() -> None:
            await asyncio.sleep(wait)
            self._world.tell(f"now: {fault}")
            await work

        self._tasks.append(self._world.loop.create_task(soon(), context=contextvars.Context()))

    def power_is_cut(self) -> None:
        copy = self._world.copies[0]
        self._world.tell(f"the power of {copy.process} is cut")
        self._world.was_cut = True
        self._world.loop.kill(copy.process)
        self._world.network.cut(copy.process)
        self._tasks.append(self._world.loop.create_task(self._world.boot(copy), context=contextvars.Context()))

    async def disk_full(self, fault: Fault) -> None:
        if isinstance(self._world.disk, MongoServer):
            return
        self._world.disk.fill()
        await asyncio.sleep(fault.length)
        self._world.disk.make_room()

    async def freeze(self, fault: Fault) -> None:
        await self._freeze_copy(self._copy(fault), fault.length)

    async def _freeze_copy(self, copy: Copy, length: float) -> None:
        process = copy.process
        self._world.loop.stop_process(process)
        await asyncio.sleep(length)
        self._world.presences.silent.append(self._world.now)  # what was asked meanwhile has had no answer
        self._world.loop.resume(process)

    async def clock_step(self, fault: Fault) -> None:
        copy = self._copy(fault)
        step = (1 if fault.where % 2 else -1) * (0.5 if self._world.setting.copies > 1 else 3600.0 * fault.share)
        copy.clock.offset += step
        self._world.tell(f"the clock of {copy.process} is set by {step:+.1f} s")
        await asyncio.sleep(fault.length)
        copy.clock.offset -= step

    async def store_away(self, fault: Fault) -> None:
        self._world.disk.away = True
        await asyncio.sleep(fault.length)
        self._world.disk.away = False

    async def store_unwell(self, fault: Fault) -> None:
        before = (self._world.disk.refused, self._world.disk.slow)
        self._world.disk.refused, self._world.disk.slow = 0.3 * fault.share, 0.3 * fault.share
        if isinstance(self._world.disk, MongoServer):
            self._world.disk.lost = 0.3 * fault.share
        await asyncio.sleep(fault.length)
        self._world.disk.refused, self._world.disk.slow = before
        if isinstance(self._world.disk, MongoServer):
            self._world.disk.lost = 0.0

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
        self._world.platform.faults = replace(Faults(), answer=answer, **shares)

    async def platform_throttles(self, fault: Fault) -> None:
        await self._platform(fault, Faults(throttle=fault.share))

    async def platform_breaks(self, fault: Fault) -> None:
        await self._platform(fault, Faults(errors=fault.share))

    async def platform_resets(self, fault: Fault) -> None:
        await self._platform(fault, Faults(reset_before=fault.share))

    async def platform_resets_after_taking(self, fault: Fault) -> None:
        await self._platform(fault, Faults(reset_after=fault.share))

    async def platform_hangs(self, fault: Fault) -> None:
        await self._platform(fault, Faults(hang=fault.share))

    async def platform_away(self, fault: Fault) -> None:
        self._world.network.trouble[PLATFORM] = "lost" if fault.where % 2 else "refused"
        await asyncio.sleep(fault.length)
        self._world.network.trouble.pop(PLATFORM, None)

    async def platform_answers_oddly(self, fault: Fault) -> None:
        await self._platform(fault, Faults(answer=ODD[fault.where % len(ODD)]))

    async def presence_away(self, fault: Fault) -> None:
        self._world.presences.trouble = "hangs" if fault.where % 2 else "away"
        await asyncio.sleep(fault.length)
        self._world.presences.trouble = ""

    # --- people -------------------------------------------------------------------------------

    async def _to(self, fault: Fault, doing: Awaitable[Any]) -> None:
        """Somebody does something; the platform brings it to one of the copies, and gives up after a while."""
        self._world.organisation.bot_url = self._world.url(self._copy(fault))
        await asyncio.wait_for(asyncio.ensure_future(doing), PATIENCE)

    async def somebody_blocks(self, fault: Fault) -> None:
        person = self._person(fault)
        self._world.left.add(person.conversation)
        person.chat.broken = "blocked"
        await asyncio.sleep(fault.length)
        person.chat.broken = ""

    async def somebody_uninstalls(self, fault: Fault) -> None:
        person = self._person(fault)
        self._world.left.add(person.conversation)
        person.chat.broken = "uninstalled"
        await self._to(fault, person.uninstall())

    async def somebody_installs(self, fault: Fault) -> None:
        newcomer = self._world.newcomers[fault.where % len(self._world.newcomers)]
        await self._to(fault, newcomer.install())
        self._first(self._world.came, newcomer)

    async def somebody_mutes(self, fault: Fault) -> None:
        person = self._person(fault)
        self._world.left.add(person.conversation)
        await self._to(fault, person.say("mute"))
        self._first(self._world.muted, person)

    async def somebody_presses(self, fault: Fault) -> None:
        person = self._person(fault)
        if person.chat.campaigns:
            await self._to(fault, person.press("I have read it"))

    async def the_author_presses(self, fault: Fault) -> None:
        """Anything that stands in the chat, but for what deletes the campaign that is looked at."""
        buttons = [
            (message, card, action)
            for message, card in self._world.author.cards()
            for action in actions_of(card)
            if action["type"] == "Action.Execute" and "elete" not in str(action.get("title"))
        ]
        if buttons:
            message, card, action = buttons[fault.where % len(buttons)]
            await self._to(fault, self._world.author._press(message, card, action, {}))

    async def an_activity_twice(self, fault: Fault) -> None:
        """The platform brings it to any copy, and again to any, while the first is at work or after."""
        person = self._person(fault) if fault.where % 2 else self._world.author
        id = f"twice-{fault.where}-{len(self._world.twice)}"
        words = "help" if person is not self._world.author else f"new campaign {id}"
        self._world.twice.append((person, id))
        activity = {"type": "message", "text": words, "id": id}
        first = asyncio.ensure_future(self._to(fault, person.send(dict(activity))))
        self._tasks.append(first)
        await asyncio.sleep(fault.length)
        again = replace(fault, where=fault.where + 1)
        await self._to(again, person.send(dict(activity)))
        await first

    async def a_late_removal(self, fault: Fault) -> None:
        """Somebody leaves and comes back, and the word that they left comes last: they are there."""
        person = self._person(fault)
        if any(other.kind.startswith(("store", "disk")) for other in self._world.faults):
            self._world.left.add(person.conversation)  # an install may be acknowledged, and not kept
        left_at = self._world.now.isoformat()
        await asyncio.sleep(0.5)
        await self._back(fault, person)
        await asyncio.sleep(fault.length)
        removal = {"type": "installationUpdate", "action": "remove", "timestamp": left_at}
        await self._to(replace(fault, where=fault.where + 1), person.send(removal))

    async def _back(self, fault: Fault, person: Person) -> None:
        """They install it again; where that reaches nobody, as a copy dies over it, the bot knows that they left."""
        try:
            await self._to(fault, person.install())
        except BaseException:
            self._world.left.add(person.conversation)
            raise

    def before_it_starts(self) -> list[Fault]:
        """Where an audience was approved, somebody who is not in it comes while the campaign starts."""
        rng = self._world.chance("strangers")
        ats = [rng.uniform(0.9, 2.2) for _ in range(2)] if self._world.setting.approved and self._world.faults else []
        return [Fault(at, "a stranger installs", 0.0, number, 0.0) for number, at in enumerate(ats)]

    def wishes(self) -> list[Fault]:
        """What people set for themselves while it runs."""
        rng = self._world.chance("wishes")
        ats = [rng.uniform(0.0, self._world.setting.slot.total_seconds()) for _ in range(rng.randint(0, 3))]
        wishes = [Fault(at, "somebody wishes", 0.0, rng.randrange(1_000), 0.0) for at in ats]
        return wishes if self._world.setting.parts.wishes else []

    async def somebody_wishes(self, fault: Fault) -> None:
        """To have no campaigns all day, or none of its topic."""
        person, quiet = self._person(fault), bool(fault.where % 2)
        form = {"quiet_begins": "8:00", "quiet_ends": "18:00"} if quiet else {"topic": CANTEEN.number, "left": "true"}
        doing = self._world.execute(person, "quiet.set" if quiet else "topic.leave", form)
        if quiet and self._world.setting.parts.important:
            await doing
            return
        self._world.left.add(person.conversation)
        if (await doing)["type"] == CARD:  # else the store was away, and the bot said so
            self._first(self._world.muted, person)

    async def a_stranger_installs(self, fault: Fault) -> None:
        """Of the organisation, and in no list."""
        await self._to(fault, self._world.strangers[fault.where % len(self._world.strangers)].install())

    async def somebody_is_renamed(self, fault: Fault) -> None:
        """And has another address from now on."""
        person = self._person(fault)
        self._world.formerly.append(person.address)
        person.surname, person.address = f"Renamed{fault.where}", f"renamed{fault.where}@contoso.example"
        person.chat.member = person.member()
        await self._to(fault, person.send({"type": "installationUpdate", "action": "add-upgrade"}))

    async def somebody_moves(self, fault: Fault) -> None:
        """To another region: the platform's new address for them is in what they send."""
        elsewhere = self._world.platform.url.replace(str(PLATFORM), str(ELSEWHERE))
        await self._to(fault, self._person(fault).send({"type": "typing", "serviceUrl": elsewhere}))

    async def activities_out_of_order(self, fault: Fault) -> None:
        """For a while what is done first may come last: among it that somebody leaves, and is there again."""
        person = self._person(fault)
        if any(other.kind.startswith(("store", "disk")) for other in self._world.faults):
            self._world.left.add(person.conversation)
        for copy in self._world.copies:
            self._world.network.late[copy.port] = 3.0
        removal = {"type": "installationUpdate", "action": "remove"}
        leaves = asyncio.ensure_future(self._to(fault, person.send(removal)))
        self._tasks.append(leaves)
        await asyncio.sleep(0.05)
        try:
            await self._back(replace(fault, where=fault.where + 1), person)
            if self._world.now >= self._world.started.as_scheduled.schedule.slot.end:
                self._world.left.add(person.conversation)  # they are back, and the campaign is over
            await leaves
        finally:
            self._world.network.late.clear()

    async def heal(self) -> None:
        """From here on nothing goes wrong any more."""
        self._world.calm = True
        self.at_a_mark.clear()  # reports may come later than that, and processes die over them still
        self._world.tell("from here on nothing goes wrong any more")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=25.0)  # what was begun goes on to its end
        self.unwell.clear()
        self._platform_is_as_told()
        self._world.network.trouble.clear()
        self._world.network.late.clear()
        self._world.presences.trouble = ""
        if isinstance(self._world.disk, Disk):
            self._world.disk.make_room()
        self._world.disk.away, self._world.disk.refused, self._world.disk.slow = False, 0.0, 0.0
        for chat in self._world.platform.chats.values():
            if chat.broken == "blocked":
                chat.broken = ""

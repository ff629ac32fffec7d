"""Each activity is done once, on every copy of the bot, however often the platform brings it (decision 043).

Teams repeats what was not answered within fifteen seconds, under the same id. An activity is leased before it is done
and marked after. A repeat meanwhile waits; one that comes later is answered like the first. A lease that lapsed is a
death's: the repeat does it again, and what the first run has made, changed and posted stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from botbuilder.core import BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes

from bot.teams import activities
from bot.teams.sightings import channel_of, is_personal, tenant_of, told_at
from scheduler.ports import Clock
from storage.port.activities import Activities
from storage.records import Arrival, Begun, Channel, Progress, Standing, sender_of

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)  #: shorter than it takes the platform to repeat what a death cut off
RENEW = 3.0  #: seconds
PATIENCE = 12.0  #: seconds for which a repeat waits for the first: then the platform would give it up
LOOK = 0.25  #: seconds between two looks at what another copy does
SOON = 0.02  #: seconds in which what has been done is gathered, to be written together
AGAIN = 1.0  #: seconds until a store that was away is asked again
MOST = 10_000  #: runs whose end waits for a store that is away; beyond, a repeat is done again, as after a death

_RUN = "crieur.run"  #: of a turn's state
_RESPONSE = BotAdapter._INVOKE_RESPONSE_KEY


class Run:
    """One run of an activity, from its lease to its end."""

    def __init__(self, key: str, holder: int, posted_before: int) -> None:
        self.key = key
        self.holder = holder
        self.posted = 0
        self.posted_before = posted_before
        #: the first in this process is waited for here
        self.ended = asyncio.Event()


def run_of(context: TurnContext) -> Run | None:
    """The run to which a turn belongs; None for what may be done twice."""
    run: Run | None = context.turn_state.get(_RUN)
    return run


class Once:
    def __init__(self, store: Activities, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._rng = rng
        self._runs: dict[str, Run] = {}
        #: what is still to be written, the newest of each activity: this process knows it already
        self._kept: dict[str, Progress] = {}
        self._writing: asyncio.Task[None] | None = None

    async def run(self, context: TurnContext, do: Callable[[TurnContext], Awaitable[None]]) -> None:
        """Do the activity of a turn, unless it is being done or has been done: then it is answered alike."""
        arrival = arrival_of(context.activity, self._clock.now())
        if arrival is None:
            await do(context)
            return
        begun = await self._begin(arrival)
        if isinstance(begun, Run):
            await self._do(context, begun, do)
        else:
            log.info("an activity was repeated: type=%s, %s", str(context.activity.type)[:60], begun.standing)
            await _answer_again(context, begun)

    async def settle(self) -> None:
        """Write what is still to be written, unless the store is away."""
        if self._kept:
            self._write_soon()
        if self._writing is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._writing, AGAIN)

    # --- the first ----------------------------------------------------------------------------

    async def _begin(self, arrival: Arrival) -> Run | Begun:
        """A run of our own, or how far another has come that we have waited for."""
        until = self._clock.monotonic() + PATIENCE
        while True:
            here, kept = self._runs.get(arrival.key), self._kept.get(arrival.key)
            if here is None and kept is not None and kept.done:
                return Begun(standing=Standing.DONE, posted=kept.posted, response=kept.response)
            if here is None:
                run = self._runs[arrival.key] = Run(arrival.key, self._rng.getrandbits(62), 0)
                try:
                    now = self._clock.now()
                    begun = await self._store.begin_activity(arrival, run.holder, now, now + LEASE)
                    if begun.standing is Standing.OURS:
                        run.posted_before = begun.posted
                        return run
                except BaseException:
                    self._end(run)
                    raise
                self._end(run)
                if begun.standing is Standing.DONE or self._clock.monotonic() >= until:
                    return begun
                await self._clock.sleep(LOOK)
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(here.ended.wait(), max(0.0, until - self._clock.monotonic()))
                if not here.ended.is_set():
                    return Begun(standing=Standing.AT_WORK)

    async def _do(self, context: TurnContext, run: Run, do: Callable[[TurnContext], Awaitable[None]]) -> None:
        context.turn_state[_RUN] = run
        renewing = asyncio.create_task(self._renew(run))
        try:
            await do(context)
        except BaseException:
            # a repeat does it again; what is said of it now is no part of the run
            context.turn_state.pop(_RUN, None)
            self._keep(run, until=self._clock.now())
            raise
        else:
            self._keep(run, until=self._clock.now(), done=True, response=_response_of(context))
        finally:
            renewing.cancel()
            self._end(run)

    def _end(self, run: Run) -> None:
        self._runs.pop(run.key, None)
        run.ended.set()

    async def _renew(self, run: Run) -> None:
        """A long turn keeps its lease."""
        while True:
            await asyncio.sleep(RENEW)
            self._keep(run, until=self._clock.now() + LEASE)

    # --- what is written ----------------------------------------------------------------------

    def posted(self, run: Run) -> None:
        """One more message of the run has been posted."""
        run.posted += 1
        if run.posted > run.posted_before:
            self._keep(run, until=self._clock.now() + LEASE)

    def _keep(self, run: Run, *, until: datetime, done: bool = False, response: bytes = b"") -> None:
        posted = max(run.posted, run.posted_before)
        self._kept[run.key] = Progress(
            key=run.key, holder=run.holder, posted=posted, until=until, done=done, response=response
        )
        self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """In groups: what many runs have done is one change of the store."""
        while self._kept:
            await asyncio.sleep(SOON)
            rows = dict(self._kept)
            try:
                await self._store.keep_progress(list(rows.values()))
            except Exception as error:
                log.warning("what has been done was not noted yet: %s", type(error).__name__)
                if len(rows) < MOST:
                    await asyncio.sleep(AGAIN)
                    continue
            for key, row in rows.items():
                if self._kept[key] is row:
                    del self._kept[key]


def arrival_of(activity: Activity, now: datetime) -> Arrival | None:
    """None for what has no id, and for receipts: a watermark read twice is read once."""
    if not activity.id or activity.type == ActivityTypes.event:
        return None
    sender, channel = activity.from_property.id, channel_of(activity) or Channel.TEAMS
    named = (channel, activity.conversation.id, sender, activity.type, activity.name or "", activity.id)
    key = hashlib.sha256("\n".join(map(str, named)).encode()).hexdigest()[:40]
    personal = sender_of(tenant_of(activity), channel, sender) if is_personal(activity) else ""
    return Arrival(key=key, sender=personal, told_at=told_at(activity, now))


def answer_invoke(context: TurnContext, response: InvokeResponse) -> None:
    """As the SDK does with what its handler returns, but that it would copy the whole card first."""
    context.turn_state[_RESPONSE] = Activity(type=ActivityTypes.invoke_response, value=response)


def _response_of(context: TurnContext) -> bytes:
    given: Any = context.turn_state.get(_RESPONSE)
    return activities.kept_response(given.value) if given is not None and given.value is not None else b""


async def _answer_again(context: TurnContext, begun: Begun) -> None:
    """Only an invoke is answered in its response; what was posted stands in the chat."""
    if context.activity.type != ActivityTypes.invoke:
        return
    response = activities.response_kept(begun.response) if begun.response else InvokeResponse(status=200)
    await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))

"""Installing the bot for the people of an audience: paced, with progress shown, resumed after any death.

Whom it is done for stands in the order of their PersonIds, and the cursor in the store: what is done twice
after a death is done once, because the platform says so (409). A person who has become reachable meanwhile is no
longer among them; at the end they count as installed, no matter how it came about.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from scheduler.copies.lock import run_exclusively
from scheduler.ports import (
    Announcer,
    Clock,
    Directory,
    Installed,
    Installer,
    NotAnswered,
    NotInCatalogue,
)
from storage.port import people as port
from storage.port.operations import Documents
from storage.records import (
    Channel,
    Halt,
    Installation,
    InstallationId,
    NotInstalled,
    NotReached,
    Person,
    PersonId,
    Reference,
    StaleVersion,
)

log = logging.getLogger(__name__)

RATE = 8.0  #: people a second: three requests each, and Teams takes 30 a second of one app in one organisation
TOGETHER = 4  #: people at a time: what one kill does again
TURN = 15.0  #: seconds of one copy at one installation, before the others may have theirs
HELD = timedelta(seconds=60)  #: more than a turn takes, with a Graph that answers slowly
PATIENCE = 5.0  #: seconds for an author's chat to take the card
SHOWN = 3.0  #: seconds between updates of the card
FARTHEST = timedelta(hours=1)  #: the longest wait that the Graph may ask for
AGAIN = timedelta(seconds=30)  #: until the next attempt, where the Graph did not answer and named no time


class _Store(Documents, port.Installations, port.Lists, port.People, Protocol):
    """What is asked of the store here."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of one person; None: they can be reached by now."""

    person: PersonId
    how: Installed | NotInstalled | None


class Installations:
    """``installer`` and ``directory``: None where Microsoft Graph is not to be asked."""

    def __init__(
        self,
        store: _Store,
        installer: Installer | None,
        directory: Directory | None,
        announcer: Announcer,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._store = store
        self._installer = installer
        self._directory = directory
        self._announcer = announcer
        self._clock = clock
        self._rng = rng

    async def go_on(self) -> None:
        """A turn for everything that is under way."""
        for installation in await self._store.open_installations():
            if not self._rests(installation):
                turn = partial(self._turn, installation.id)
                with contextlib.suppress(StaleVersion):  # another copy does it after all
                    await run_exclusively(
                        self._store, self._clock, self._rng, f"installing/{installation.id}", HELD, turn
                    )

    def _rests(self, installation: Installation) -> bool:
        """A rest beyond the farthest was written before the wall clock was set back."""
        again_at = installation.again_at
        return again_at is not None and timedelta() < again_at - self._clock.now() <= FARTHEST

    async def _turn(self, id: InstallationId) -> None:
        known = await self._store.installation(id)
        if known is None or known.finished_at is not None:
            return
        ends, shown = self._clock.monotonic() + TURN, None
        installation = await self._show(replace(known, again_at=None))
        people = await self._people(installation)
        while self._clock.monotonic() < ends:
            some, people = people[:TOGETHER], people[TOGETHER:]
            if not some:
                await self._finish(installation)
                return
            installation = await self._see_to(installation, some)
            if installation.halt is not None:
                await self._finish(installation)
                return
            if installation.again_at is not None:
                break
            if shown is None or self._clock.monotonic() - shown >= SHOWN:
                installation, shown = await self._show(installation), self._clock.monotonic()
        await self._show(installation)

    async def _people(self, installation: Installation) -> list[int]:
        """The people who have never had the bot, in order, from the cursor on."""
        _, others = await self._store.recipients(installation.tenant, installation.audience, Channel.TEAMS)
        return sorted(person for person in others if person > installation.cursor)

    # --- a few people -------------------------------------------------------------------------

    async def _see_to(self, installation: Installation, people: list[int]) -> Installation:
        """Install for them, and write down how far it has come."""
        began = self._clock.monotonic()
        answers = await asyncio.gather(
            *(self._install(installation, PersonId(person)) for person in people), return_exceptions=True
        )
        done: list[_Done] = []
        after = installation
        for answer in answers:
            if isinstance(answer, _Done):
                done.append(answer)
                continue
            if not isinstance(answer, NotAnswered | NotInCatalogue):
                raise answer
            after = self._hold(after, answer)
            break  # the others are asked for again: people who have it by then are no longer among them
        after = await self._store.save_installation(_counted(after, done))
        pause = len(people) / RATE - (self._clock.monotonic() - began)
        if pause > 0:
            await self._clock.sleep(pause)
        return after

    def _hold(self, installation: Installation, why: NotAnswered | NotInCatalogue) -> Installation:
        if isinstance(why, NotInCatalogue):
            return replace(installation, halt=Halt.NOT_IN_CATALOGUE)
        if why.permanent:
            return replace(installation, halt=Halt.NOT_ALLOWED, permission=why.permission)
        wait = timedelta(seconds=why.after) if why.after else AGAIN
        return replace(installation, again_at=self._clock.now() + wait)

    async def _install(self, installation: Installation, id: PersonId) -> _Done:
        person = await self._store.person(id)
        if person is None or not await self._never_installed(person.id):
            return _Done(id, None)
        if not person.directory_id:
            person = await self._looked_up(person)
            if person is None:
                return _Done(id, NotInstalled.NOT_IN_DIRECTORY)
            if not await self._never_installed(person.id):
                return _Done(id, None)
        if self._installer is None:
            raise NotAnswered("no Graph", permanent=True)
        how = await self._installer.install(person.tenant, person.directory_id)
        if isinstance(how, Installed):
            await self._can_be_written_to(installation, person, how)
        return _Done(id, how)

    async def _never_installed(self, person: PersonId) -> bool:
        """Not reachable, and not because they removed or blocked it: that is their choice."""
        reference = await self._store.reference(person, Channel.TEAMS)
        return reference is None or reference.broken is NotReached.NEVER_INSTALLED

    async def _looked_up(self, person: Person) -> Person | None:
        """Somebody known by an address only, as the directory knows them."""
        if self._directory is None or not person.address:
            return None
        user = await self._directory.find(person.tenant, person.address)
        if user is None:
            return None
        [id] = await self._store.know(person.tenant, [user], self._clock.now())
        return await self._store.person(id)

    async def _can_be_written_to(self, installation: Installation, person: Person, how: Installed) -> None:
        """In the author's region, as the same bot: what the person's own client says later counts more."""
        mine = await self._store.reference(installation.author, Channel.TEAMS)
        if mine is None:
            return  # their install will be told by the platform
        reference = Reference(
            person=person.id,
            channel=Channel.TEAMS,
            service_url=mine.service_url,
            conversation=how.conversation,
            bot=mine.bot,
            user=person.directory_id,
            tenant=person.tenant,
        )
        await self._store.installed_for(reference, self._clock.now())

    # --- the end, and what the author sees ----------------------------------------------------

    async def _finish(self, installation: Installation) -> None:
        left = 0 if installation.halt else max(0, installation.total - installation.done)
        ended = replace(installation, installed=installation.installed + left, finished_at=self._clock.now())
        # told first: a death in between tells it again, rather than never
        card = await self._announcer.installing(ended)
        await self._store.save_installation(replace(ended, card=card or ended.card))
        await self._store.delete_documents([f"posting/{what}/{ended.id}" for what in ("install", "installed")])
        log.info("installed for people: installation=%d done=%d of=%d", ended.id, ended.done, ended.total)

    async def _show(self, installation: Installation) -> Installation:
        """Bring the card up to date; an author's chat that hangs is left to the next time: others are waiting."""
        card = None
        with contextlib.suppress(TimeoutError):
            card = await asyncio.wait_for(self._announcer.installing(installation), PATIENCE)
        if not card or card == installation.card:
            return installation
        return await self._store.save_installation(replace(installation, card=card))


def _counted(installation: Installation, done: list[_Done]) -> Installation:
    hows = [one.how for one in done]
    failed = Counter(installation.failed)
    failed.update(how for how in hows if isinstance(how, NotInstalled))
    return replace(
        installation,
        cursor=max((installation.cursor, *(one.person for one in done))),
        installed=installation.installed + sum(isinstance(how, Installed) and not how.before for how in hows),
        repaired=installation.repaired + sum(isinstance(how, Installed) and how.before for how in hows),
        failed=dict(failed),
    )

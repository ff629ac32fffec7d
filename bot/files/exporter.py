"""Exports: a campaign's results or the audit as a file, made in the background with progress in the chat.

A file lies on the disk of the copy that made it for as long as its link is valid; another copy that
gets the link makes the file itself. What a death cut off is asked for again by a press.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson
from itsdangerous import BadSignature, TimestampSigner

from bot.files import uploads
from bot.files import writer as sheets
from bot.files.tempdir import TempDir
from bot.keys import FILES, KEYS_AGAIN, keys
from bot.teams import activities as wire
from bot.teams.send.connector import Connector
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.results.audit import AuditSheet, Names
from cards.results.exports import (
    Cell,
    Format,
    Sheet,
    download_card,
    file_name,
    interrupted_card,
    making_card,
    title_of,
    trouble_card,
    uploaded_card,
)
from cards.results.report import facts_of
from dialogs.core.export_port import AUDIT, Upload, Wanted
from dialogs.core.figures import figures_of
from dialogs.core.notify import activity_bytes
from dialogs.people.effective_role import EffectiveRole
from dialogs.people.language import texts_of
from scheduler.ports import Clock, Delivered
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Engagements, Results
from storage.port.operations import Audit, Documents
from storage.port.people import People
from storage.records import Campaign, Person, Reference, Role

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
PAGE = 200  #: results read and written at a time: some milliseconds of the event loop
AT_ONCE = 2  #: files that one copy makes at a time
EVERY = 3.0  #: seconds between two words on the progress: the platform limits edits in one chat
LAST = 3.0  #: seconds for a writer to clear away what was cut off
VALID = timedelta(hours=1)  #: of a link, and of the file behind it

Rows = list[list[Cell]]
#: how many rows are written
Progress = Callable[[int], Awaitable[None]]


class _Store(Audit, Campaigns, Deliveries, Documents, Engagements, People, Results, Protocol):
    """What is asked of the store here."""


class _Signer(TimestampSigner):
    """Signs with the clock that was given to it."""

    def __init__(self, keys: Sequence[bytes], clock: Clock) -> None:
        super().__init__(list(keys)[::-1], salt="crieur.export", key_derivation="hmac")  # the last one signs
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp())


class Exports:
    """Open it with ``async with``: its files go when it closes.

    ``keys``: the newest, which signs, first. ``base_url``: where /export/ is reached; "" where it is not.
    ``takes_files``: the chat takes them. ``hosts``: of upload addresses (``uploads.takes``).
    """

    def __init__(
        self,
        *,
        store: _Store,
        effective_role: EffectiveRole,
        connector: Connector,
        clock: Clock,
        keys: Sequence[bytes],
        base_url: str,
        takes_files: bool,
        hosts: Sequence[str],
    ) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._signer = _Signer(keys, clock)
        self._keys_looked_at = clock.monotonic()
        self._base_url = base_url
        self._takes_files = takes_files
        self._hosts = hosts
        self._effective_role = effective_role
        self._making = asyncio.Semaphore(AT_ONCE)
        self._files: dict[Wanted, asyncio.Task[Path]] = {}
        #: what is under way, so that it is not begun twice
        self._tasks: dict[tuple[object, ...], asyncio.Task[None]] = {}
        self._kept = contextlib.ExitStack()
        self._folder: Path | None = None

    async def __aenter__(self) -> Exports:
        self._folder = await asyncio.to_thread(self._kept.enter_context, TempDir())
        return self

    async def __aexit__(self, *error: object) -> None:
        waiting = (*self._tasks.values(), *self._files.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.to_thread(self._kept.close)

    @property
    def by_link(self) -> bool:
        return bool(self._base_url)

    @property
    def by_file(self) -> bool:
        return self._takes_files

    # --- for a conversation -------------------------------------------------------------------

    def sign(self, wanted: Wanted) -> str:
        """What proves later that this was offered to this person."""
        return self._signer.sign(wanted.text).decode()

    async def read(self, token: str) -> Wanted | None:
        """What we signed within the hour; None for anything else."""
        found = self._read(token)
        now = self._clock.monotonic()
        if found is None and now - self._keys_looked_at >= KEYS_AGAIN:  # another copy may sign with a newer key
            self._keys_looked_at = now
            self._signer = _Signer(await keys(self._store, self._clock, FILES), self._clock)
            found = self._read(token)
        return found

    def _read(self, token: str) -> Wanted | None:
        try:
            text: bytes = self._signer.unsign(token, max_age=int(VALID.total_seconds()))
        except (BadSignature, UnicodeError):
            return None
        return Wanted.of(text.decode())

    def make_link(self, wanted: Wanted) -> bool:
        return self._begin(wanted, self._linked(wanted))

    def upload(self, wanted: Wanted, upload: Upload, message: str) -> bool:
        return self._begin(wanted, self._uploaded(wanted, upload, message))

    def takes(self, url: str) -> bool:
        """Whether a file may be put there."""
        return uploads.takes(url, self._hosts)

    # --- for a browser ------------------------------------------------------------------------

    async def fetch(self, token: str) -> tuple[Path, str, str] | None:
        """The file that a link leads to, its name and its media type; None for a link that is not valid (any more)."""
        wanted = await self.read(token)
        found = await self._asked_by(wanted) if wanted else None
        if wanted is None or found is None:
            return None
        path = await self._file(wanted, found, _in_silence)
        return path, file_name(found.campaign, wanted.format), wanted.format.media_type

    # --- making -------------------------------------------------------------------------------

    def _begin(self, wanted: Wanted, work: Coroutine[Any, Any, None]) -> bool:
        key = (wanted.campaign, wanted.person, wanted.format)
        if key in self._tasks:
            work.close()
            return False
        task = self._tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._tasks.pop(key, None))
        return True

    async def _asked_by(self, wanted: Wanted) -> _Asked | None:
        """What is asked for, and by whom: who still may see it."""
        person = await self._store.person(wanted.person)
        role = await self._effective_role.role(person) if person else None
        if person is None or role is None:
            return None
        if wanted.campaign == AUDIT:
            return _Asked(None, person, texts_of(person)) if role is Role.OWNER else None
        campaign = await self._store.campaign(wanted.campaign)
        if campaign is None or campaign.started_at is None or campaign.tenant != person.tenant:
            return None
        return _Asked(campaign, person, texts_of(person)) if campaign.keeps_people else None

    async def _file(self, wanted: Wanted, asked: _Asked, progress: Progress) -> Path:
        """The file; whoever asks while it is being made waits for the same one."""
        making = self._files.get(wanted)
        if making is None:
            making = self._files[wanted] = asyncio.create_task(self._make(wanted, asked, progress))
            asyncio.get_running_loop().call_later(VALID.total_seconds(), self._forget, wanted)
        try:
            return await asyncio.shield(making)
        except Exception:
            self._files.pop(wanted, None)
            raise

    async def _make(self, wanted: Wanted, asked: _Asked, progress: Progress) -> Path:
        """Written by a program of its own: computing it here would hold up what is being sent."""
        assert self._folder is not None
        path = self._folder / f"{wanted.number}.{wanted.format}"
        async with self._making:
            table, pages = await self._table(asked, path, wanted.format)
            writer = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.files.writer", cwd=ROOT, stdin=asyncio.subprocess.PIPE
            )
            assert writer.stdin is not None
            written = 0
            try:
                writer.stdin.write(table.line())
                async for page in pages:
                    writer.stdin.write(orjson.dumps(page) + b"\n")
                    await writer.stdin.drain()
                    written += len(page)
                    await progress(written)
                if await self._asked_by(wanted) is None:  # what was read last may not be all of it
                    raise OSError("the results went while they were read")
                writer.stdin.write(b"\n")
                await writer.stdin.drain()
                if await writer.wait() != 0:
                    raise OSError("the file could not be written")
            finally:
                await _end(writer)
        log.info("exported: campaign=%d rows=%d format=%s", wanted.campaign, written, wanted.format)
        return path

    async def _table(self, asked: _Asked, path: Path, format: Format) -> tuple[sheets.Wanted, AsyncIterator[Rows]]:
        """What the table is, and its rows, which are read as they are asked for."""
        sheet: Sheet | AuditSheet
        summary: Sequence[Sequence[str]]
        if asked.campaign is None:
            sheet = AuditSheet(asked.texts, asked.person.zone or "UTC")
            summary, pages = (), self._audit_pages(asked, sheet)
        else:
            sheet = Sheet(asked.texts, asked.campaign)
            figures = await figures_of(self._store, asked.campaign)
            summary, pages = facts_of(asked.texts, figures, ZoneInfo(sheet.zone)), self._pages(asked.campaign, sheet)
        table = sheets.Wanted(
            path=str(path),
            format=format,
            name=sheet.name,
            head=sheet.head,
            instants=sheet.instants,
            zone=sheet.zone,
            delimiter=sheet.delimiter,
            summary_name=sheet.summary_name,
            summary=summary,
        )
        return table, pages

    async def _pages(self, campaign: Campaign, sheet: Sheet) -> AsyncIterator[Rows]:
        last = 0
        while page := await self._store.results(campaign.id, last, PAGE):
            yield [sheet.row(result) for result in page]
            last = page[-1].person.id

    async def _audit_pages(self, asked: _Asked, sheet: AuditSheet) -> AsyncIterator[Rows]:
        names, last = Names(self._store), 0
        while page := await self._store.audit_from(last, PAGE, asked.person.tenant):
            yield [sheet.row(number, entry, await names.of(entry.by)) for number, entry in page]
            last = page[-1][0]

    def _forget(self, wanted: Wanted) -> None:
        if self._files.pop(wanted, None) and self._folder:
            (self._folder / f"{wanted.number}.{wanted.format}").unlink(missing_ok=True)

    # --- telling ------------------------------------------------------------------------------

    async def _linked(self, wanted: Wanted) -> None:
        async def hand_over(told: _Told, path: Path) -> None:
            url = f"{self._base_url}/export/{self.sign(wanted)}"
            await told.say(download_card(told.asked.texts, told.asked.campaign, url, self._clock.now() + VALID))

        await self._handed_over(wanted, hand_over)

    async def _uploaded(self, wanted: Wanted, upload: Upload, message: str) -> None:
        async def hand_over(told: _Told, path: Path) -> None:
            await uploads.put(path, upload.url, self._clock, loopback=not self._hosts)
            self._forget(wanted)
            await told.say(uploaded_card(told.asked.texts, told.asked.campaign))
            await told.post(wire.file_bytes(upload))

        await self._handed_over(wanted, hand_over, message)

    async def _handed_over(
        self, wanted: Wanted, hand_over: Callable[[_Told, Path], Awaitable[None]], message: str = ""
    ) -> None:
        asked = await self._asked_by(wanted)
        reference = await self._store.reference(wanted.person, wanted.channel) if asked else None
        if asked is None or reference is None:
            return
        if asked.campaign is None:
            total = await self._store.count_audit(asked.person.tenant)
        else:
            total = (await self._store.tally(asked.campaign.id)).total
        told = _Told(asked, self._connector, reference, self._clock, total, message)
        try:
            await told.progress(0)
            await hand_over(told, await self._file(wanted, asked, told.progress))
        except asyncio.CancelledError:
            await told.say(interrupted_card(asked.texts, asked.campaign))
            raise
        except Exception:
            log.exception("an export was not handed over: campaign=%d", wanted.campaign)
            self._forget(wanted)
            await told.say(trouble_card(asked.texts, asked.campaign))


@dataclass(frozen=True, slots=True)
class _Asked:
    #: None: the audit
    campaign: Campaign | None
    person: Person
    texts: Texts


class _Told:
    """One card in the chat of who asked: how far it is, and in the end where the file is.

    On Skype, where no card can be kept up to date, only the end is told. ``message``: whose place it takes.
    """

    def __init__(
        self,
        asked: _Asked,
        connector: Connector,
        reference: Reference,
        clock: Clock,
        total: int,
        message: str,
    ) -> None:
        self.asked = asked
        self._connector = connector
        self._reference = reference
        self._clock = clock
        self._total = total
        self._said_at = clock.monotonic() - EVERY
        self._message = message

    @property
    def _shows_cards(self) -> bool:
        return self._reference.channel.traits.draws_cards

    async def progress(self, written: int) -> None:
        if self._shows_cards and self._clock.monotonic() - self._said_at >= EVERY:
            await self.say(making_card(self.asked.texts, self.asked.campaign, written, self._total))

    async def say(self, card: AdaptiveCard) -> None:
        self._said_at = self._clock.monotonic()
        texts = self.asked.texts
        if not self._shows_cards:
            await self.post(wire.spoken_bytes(texts, card, author=True))
            return
        activity = activity_bytes(
            card, title_of(texts, self.asked.campaign.name if self.asked.campaign else texts("audit"))
        )
        if self._message and isinstance(
            await self._connector.update(self._reference, self._message, activity), Delivered
        ):
            return
        self._message = await self.post(activity)

    async def post(self, activity: bytes) -> str:
        """The message's id, where there is one."""
        outcome = await self._connector.send(self._reference, activity)
        if isinstance(outcome, Delivered):
            return outcome.activity
        log.info("a word on an export did not arrive: %s", type(outcome).__name__)
        return ""


async def _end(writer: asyncio.subprocess.Process) -> None:
    """What is cut off before its last line is cleared away by the writer itself."""
    if writer.returncode is not None:
        return
    assert writer.stdin is not None
    writer.stdin.close()
    try:
        await asyncio.wait_for(writer.wait(), LAST)
    except TimeoutError:
        writer.kill()
        await writer.wait()


async def _in_silence(written: int) -> None:
    """Whoever waits at a browser sees the browser's own progress."""

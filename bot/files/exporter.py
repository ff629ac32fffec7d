"""Exports: a campaign's results or the audit as a file, made in the background with progress in the chat.

A file lies on the disk of the copy that made it for as long as its link is valid; another copy that
gets the link makes the file itself. What a death cut off is asked for again by a press.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson
from itsdangerous import BadSignature, TimestampSigner

from bot.files import uploads
from bot.files.hosts import FileHosts
from bot.files.progress import Granted, ProgressCard
from bot.files.tempdir import TempDir
from bot.files.writer import FileSpec, Page
from bot.keys import FILES, KEYS_AGAIN, OwnKeys
from bot.teams import activities
from bot.teams.send.connector import Connector
from cards.results.comparing.variants import variant_rows
from cards.results.exports import (
    Format,
    download_card,
    file_name,
    interrupted_card,
    trouble_card,
    uploaded_card,
)
from cards.results.files.audit import Entry, Names, audit_table
from cards.results.files.columns import Table
from cards.results.files.recipients import recipients_table
from cards.results.report import facts_of
from cards.results.segments import segment_rows, segments_of
from dialogs.core.export_port import AUDIT, ExportRequest, OtherHost, Upload
from dialogs.core.figures import count_left, figures_of
from dialogs.people.effective_role import EffectiveRole
from dialogs.people.language import texts_of
from scheduler.ports import Clock
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Engagements, Results
from storage.port.mails import Mails
from storage.port.operations import Audit, Documents
from storage.port.people import Lists, People
from storage.records import Campaign, Left, Result, Right, Role, TenantId, allowed
from storage.shared.inventory import ERASURES

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
PAGE = 200  #: results read and written at a time: some milliseconds of the event loop
AT_ONCE = 2  #: files that one copy makes at a time
LAST = 3.0  #: seconds for a writer to clear away what was cut off
VALID = timedelta(hours=1)  #: of a link, and of the file behind it

#: how many rows are written
Progress = Callable[[int], Awaitable[None]]


class _Store(Audit, Campaigns, Deliveries, Documents, Engagements, Lists, Mails, People, Results, Protocol):
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

    ``base_url``: where /export/ is reached; "" where it is not.
    ``takes_files``: the chat takes them. ``hosts``: of upload addresses
    (``uploads.takes``), among which ``file_hosts`` knows each organisation's own.
    """

    def __init__(
        self,
        *,
        store: _Store,
        effective_role: EffectiveRole,
        connector: Connector,
        clock: Clock,
        keys: OwnKeys,
        base_url: str,
        takes_files: bool,
        hosts: Sequence[str],
        file_hosts: FileHosts,
    ) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._keys = keys
        self._signer = _Signer([], clock)  # with keys from __aenter__ on
        self._keys_looked_at = clock.monotonic()
        self._base_url = base_url
        self._takes_files = takes_files
        self._hosts = hosts
        self._file_hosts = file_hosts
        self._effective_role = effective_role
        self._making = asyncio.Semaphore(AT_ONCE)
        self._files: dict[ExportRequest, asyncio.Task[Path]] = {}
        #: what is under way, so that it is not begun twice
        self._tasks: dict[tuple[object, ...], asyncio.Task[None]] = {}
        self._exit_stack = contextlib.ExitStack()
        self._folder: Path | None = None
        #: the last erasure that the files know of
        self._erasures = ""

    async def __aenter__(self) -> Exports:
        self._signer = _Signer(await self._keys.of(FILES), self._clock)
        self._folder = await asyncio.to_thread(self._exit_stack.enter_context, TempDir())
        return self

    async def __aexit__(self, *error: object) -> None:
        waiting = (*self._tasks.values(), *self._files.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.to_thread(self._exit_stack.close)

    @property
    def by_link(self) -> bool:
        return bool(self._base_url)

    @property
    def by_file(self) -> bool:
        return self._takes_files

    # --- for a conversation -------------------------------------------------------------------

    def sign(self, request: ExportRequest) -> str:
        """What proves later that this was offered to this person."""
        return self._signer.sign(request.text).decode()

    async def read(self, token: str) -> ExportRequest | None:
        """What we signed within the hour; None for anything else."""
        request = self._read(token)
        now = self._clock.monotonic()
        if request is None and now - self._keys_looked_at >= KEYS_AGAIN:  # another copy may sign with a newer key
            self._keys_looked_at = now
            self._signer = _Signer(await self._keys.of(FILES), self._clock)
            request = self._read(token)
        return request

    def _read(self, token: str) -> ExportRequest | None:
        try:
            text: bytes = self._signer.unsign(token, max_age=int(VALID.total_seconds()))
        except (BadSignature, UnicodeError):
            return None
        return ExportRequest.of(text.decode())

    def make_link(self, request: ExportRequest) -> bool:
        return self._begin(request, self._post_link(request))

    def upload(self, request: ExportRequest, upload: Upload, message: str) -> bool:
        return self._begin(request, self._upload(request, upload, message))

    def takes(self, url: str) -> bool:
        """Whether a file may be put there."""
        return uploads.takes(url, self._hosts)

    async def other_host(self, tenant: TenantId, url: str) -> OtherHost | None:
        """None where the organisation's files may go there; without a registration all are on this machine."""
        return await self._file_hosts.check(tenant, url) if self._hosts else None

    # --- for a browser ------------------------------------------------------------------------

    async def fetch(self, token: str) -> tuple[Path, str, str] | None:
        """The file that a link leads to, its name and its media type; None for a link that is not valid (any more)."""
        request = await self.read(token)
        granted = await self._grant(request) if request else None
        if request is None or granted is None:
            return None
        path = await self._file(request, granted, _no_progress)
        return path, file_name(granted.campaign, request.format), request.format.media_type

    # --- making -------------------------------------------------------------------------------

    def _begin(self, request: ExportRequest, work: Coroutine[Any, Any, None]) -> bool:
        key = (request.campaign, request.person, request.format, request.left)
        if key in self._tasks:
            work.close()
            return False
        task = self._tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._tasks.pop(key, None))
        return True

    async def _grant(self, request: ExportRequest) -> Granted | None:
        """What the request may be given; None where the person may not see it, or not any more."""
        person = await self._store.person(request.person)
        role = await self._effective_role.role(person) if person else None
        if person is None or role is None:
            return None
        if request.campaign == AUDIT:
            return Granted(None, person, texts_of(person)) if role is Role.OWNER else None
        campaign = await self._store.campaign(request.campaign)
        if campaign is None or campaign.started_at is None or not allowed(Right.SEE, role, person, campaign):
            return None
        if not campaign.tells_names or (request.left and campaign.anonymous):
            return None
        return Granted(campaign, person, texts_of(person))

    async def _file(self, request: ExportRequest, granted: Granted, progress: Progress) -> Path:
        """The file; requests that come while it is being made wait for the same one.

        One that was begun before somebody was erased is made anew: it may say who they were.
        """
        while True:
            erasures = await self._last_erasure()
            if erasures != self._erasures:
                self._erasures = erasures
                for file in list(self._files):
                    self._forget(file)
            making = self._files.get(request)
            if making is None:
                making = self._files[request] = asyncio.create_task(self._make(request, granted, progress))
                asyncio.get_running_loop().call_later(VALID.total_seconds(), self._forget, request)
            try:
                path = await asyncio.shield(making)
            except Exception:
                self._files.pop(request, None)
                raise
            if await self._last_erasure() == erasures:
                return path

    async def _last_erasure(self) -> str:
        """The etag of what every erasure writes; "" before the first."""
        return (await self._store.read_documents([ERASURES])).get(ERASURES, ("", b""))[0]

    async def _make(self, request: ExportRequest, granted: Granted, progress: Progress) -> Path:
        """Written by a program of its own: computing it here would hold up what is being sent."""
        assert self._folder is not None
        path = self._folder / f"{request.number}-{secrets.token_hex(4)}.{request.format}"
        async with self._making:
            spec, pages = await self._file_spec(granted, path, request)
            writer = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.files.writer", cwd=ROOT, stdin=asyncio.subprocess.PIPE
            )
            assert writer.stdin is not None
            written = 0
            try:
                writer.stdin.write(spec.line())
                async for page in pages:
                    writer.stdin.write(orjson.dumps(page) + b"\n")
                    await writer.stdin.drain()
                    written += len(page[0])
                    await progress(written)
                if await self._grant(request) is None:  # what was read last may not be all of it
                    raise OSError("the results went while they were read")
                writer.stdin.write(b"\n")
                await writer.stdin.drain()
                if await writer.wait() != 0:
                    raise OSError("the file could not be written")
            finally:
                await _end(writer)
        log.info("exported: campaign=%d rows=%d format=%s", request.campaign, written, request.format)
        return path

    async def _file_spec(
        self, granted: Granted, path: Path, request: ExportRequest
    ) -> tuple[FileSpec, AsyncIterator[Page]]:
        """All of the file but its rows; and the rows, read from the store page by page as they are asked for."""
        if granted.campaign is None:
            audit = audit_table(granted.texts, granted.person.zone or "UTC")
            return _spec(audit, path, request.format), self._audit_pages(granted, audit)
        table = recipients_table(granted.texts, granted.campaign)
        figures = await figures_of(self._store, granted.campaign)
        told = segments_of(await self._store.profile_figures(granted.campaign.id))
        lists = await self._names_of_lists(granted.campaign) if told else {}
        spec = replace(
            _spec(table, path, request.format),
            summary_name=granted.texts("Report"),
            summary=[
                *facts_of(granted.texts, figures, ZoneInfo(table.zone)),
                *variant_rows(granted.texts, figures, self._clock.now()),
                *segment_rows(granted.texts, figures, told, lists),
            ],
        )
        return spec, self._result_pages(granted.campaign, table, request.left)

    async def _names_of_lists(self, campaign: Campaign) -> dict[str, str]:
        lists = [await self._store.distribution_list(id) for id in campaign.as_scheduled.audience.lists]
        return {str(one.id): one.name for one in lists if one is not None}

    async def _result_pages(self, campaign: Campaign, table: Table[Result], left: Left | None) -> AsyncIterator[Page]:
        last = 0
        while page := await self._store.results(campaign.id, last, PAGE, left):
            if campaign.as_scheduled.by_mail is not None:
                mails = await self._store.mails_of(campaign.id, [result.person.id for result in page])
                page = [result._replace(mail=mails.get(result.person.id)) for result in page]
            yield table.page(page)
            last = page[-1].person.id

    async def _audit_pages(self, granted: Granted, table: Table[Entry]) -> AsyncIterator[Page]:
        names, last = Names(self._store), 0
        while page := await self._store.audit_from(last, PAGE, granted.person.tenant):
            yield table.page([Entry(number, entry, await names.of(entry.by)) for number, entry in page])
            last = page[-1][0]

    def _forget(self, request: ExportRequest) -> None:
        """The file goes, as soon as it is made."""
        if making := self._files.pop(request, None):
            making.add_done_callback(_unlink)

    # --- handing over -------------------------------------------------------------------------

    async def _post_link(self, request: ExportRequest) -> None:
        async def hand_over(chat: ProgressCard, path: Path) -> None:
            url, until = f"{self._base_url}/export/{self.sign(request)}", self._clock.now() + VALID
            await chat.show(download_card(chat.granted.texts, chat.granted.campaign, url, until))

        await self._hand_over(request, hand_over)

    async def _upload(self, request: ExportRequest, upload: Upload, message: str) -> None:
        async def hand_over(chat: ProgressCard, path: Path) -> None:
            await uploads.put(path, upload.url, self._clock, loopback=not self._hosts)
            self._forget(request)
            await chat.show(uploaded_card(chat.granted.texts, chat.granted.campaign))
            await chat.post(activities.file_bytes(upload))

        await self._hand_over(request, hand_over, message)

    async def _hand_over(
        self, request: ExportRequest, hand_over: Callable[[ProgressCard, Path], Awaitable[None]], message: str = ""
    ) -> None:
        granted = await self._grant(request)
        reference = await self._store.reference(request.person, request.channel) if granted else None
        if granted is None or reference is None:
            return
        if granted.campaign is None:
            total = await self._store.count_audit(granted.person.tenant)
        else:
            figures = await figures_of(self._store, granted.campaign)
            left = request.left
            total = await count_left(self._store, figures, left) if left else figures.tally.total
        chat = ProgressCard(granted, self._connector, reference, self._clock, total, message)
        try:
            await chat.progress(0)
            await hand_over(chat, await self._file(request, granted, chat.progress))
        except asyncio.CancelledError:
            await chat.show(interrupted_card(granted.texts, granted.campaign))
            raise
        except Exception:
            log.exception("an export was not handed over: campaign=%d", request.campaign)
            self._forget(request)
            await chat.show(trouble_card(granted.texts, granted.campaign))


def _spec(table: Table[Any], path: Path, format: Format) -> FileSpec:
    return FileSpec(
        path=str(path),
        format=format,
        name=table.name,
        columns=[(column.title, column.kind) for column in table.columns],
        zone=table.zone,
        delimiter=table.delimiter,
    )


def _unlink(task: asyncio.Task[Path]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().unlink(missing_ok=True)


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


async def _no_progress(written: int) -> None:
    """A browser that waits shows its own progress."""

"""The room where SQLite runs: one writer thread that commits in groups, one reader thread.

Every change is a function of a connection. The writer takes all changes that wait, and those that
come in meanwhile, runs each in a savepoint, commits them together and only then answers: many small
durable facts cost one disk flush. A change that raises is rolled back alone. ``synchronous=FULL``
keeps what was answered through a power cut; WAL lets the reader see the last commit without waiting
for the writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson

from storage.records import Schema, StorageError, StoreLost
from storage.records.segments import folded
from storage.sqlite.file import OpenFile, ServingLock
from storage.sqlite.private import make_private
from storage.sqlite.schema import migrate, schema

log = logging.getLogger(__name__)

T = TypeVar("T")
Row = Sequence[Any]
Change = Callable[[sqlite3.Connection], T]

GROUP = 256  #: changes in one commit at the most
BUSY = 10.0  #: seconds to wait for another process that writes the same file
WRITER_CACHE = 24  #: MiB of pages: the indexes of a million deliveries that are being planned
READER_CACHE = 8  #: MiB
PIECE = 1 << 16  #: characters of numbers that are read at once


def json_rows(db: sqlite3.Connection, select: str, values: Sequence[object]) -> list[Any]:
    """The rows of a query of one JSON column called ``row``, as one value.

    sqlite3 hands the interpreter's lock back and forth at every row; while the event loop is busy
    each such step may wait milliseconds for it. One row of JSON crosses once.
    """
    (text,) = db.execute(f"SELECT '[' || coalesce(group_concat(row), '') || ']' FROM ({select})", values).fetchone()
    rows: list[Any] = orjson.loads(text)
    return rows


def numbers_in(text: str | None) -> array[int]:
    """The numbers of a ``group_concat``: of millions, neither a row nor an object each is there at a time."""
    numbers, at = array("q"), 0
    while text and at < len(text):
        comma = text.find(",", at + PIECE)
        end = comma if comma >= 0 else len(text)
        numbers.extend(orjson.loads(f"[{text[at:end]}]"))
        at = end + 1
    return numbers


def as_json(values: object) -> str:
    """Values for a query's ``json_each(?)``; a number as a key is text there."""
    return orjson.dumps(values, option=orjson.OPT_NON_STR_KEYS).decode()


def connected(path: Path, cache: int) -> sqlite3.Connection:
    """A connection as this store sets it up. ``cache``: MiB of pages."""
    db = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA cache_size = -{cache * 1024}")
    db.create_function("fold", 1, str.casefold, deterministic=True)  # SQLite's own knows ASCII only
    db.create_function("folded", 1, folded, deterministic=True)
    return db


class _Job:
    __slots__ = ("change", "error", "future", "value")

    def __init__(self, change: Change[Any], future: asyncio.Future[Any]) -> None:
        self.change = change
        self.future = future
        self.value: Any = None
        self.error: BaseException | None = None

    def answer(self) -> None:
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


def _answer(group: list[_Job]) -> None:
    for job in group:
        job.answer()


class Engine:
    """Opens the file, and runs changes and reads on its two connections."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``now``: what "in the last days" reaches back from."""
        self._path = path
        self.now = now
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = True
        self._thread: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._reader: sqlite3.Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._file: OpenFile | None = None
        self._lock = ServingLock(path)

    async def open(self) -> None:
        """Raises StorageError when the file cannot be used, or comes from a newer Crieur."""
        self._loop = asyncio.get_running_loop()
        self._closing = False
        try:
            make_private(self._path)
            writer = self._connect(WRITER_CACHE)
            migrate(writer)
            self._reader = self._connect(READER_CACHE)
            self._reader.execute("PRAGMA query_only = ON")
            self._reader.execute("SELECT 1 FROM sqlite_master").fetchone()  # the log is there from here on
            self._file = OpenFile(self._path)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"cannot use the database {self._path}: {error}") from error
        self._readers = ThreadPoolExecutor(1, "sqlite-read")
        self._thread = threading.Thread(target=self._write_for_ever, args=(writer,), name="sqlite-write")
        self._thread.start()

    async def exists(self) -> bool:
        return await asyncio.to_thread(lambda: self._path.is_file() and self._path.stat().st_size > 0)

    async def close(self) -> None:
        if self._thread is None or self._readers is None:
            return
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None
        self._readers.shutdown()
        if self._reader is not None:
            self._reader.close()
        self._lock.release()

    async def hold(self) -> None:
        await asyncio.to_thread(self._lock.acquire)

    async def check(self) -> None:
        if self._file is None:
            raise StorageError("the store is not open")
        await self.read(lambda db: db.execute("SELECT 1 FROM sqlite_master").fetchone())
        await asyncio.to_thread(self._file.check)

    async def schema(self) -> Schema:
        return await self.read(schema)

    async def server_time(self) -> datetime | None:
        return None

    def _connect(self, cache: int) -> sqlite3.Connection:
        return connected(self._path, cache)

    async def write(self, change: Change[T]) -> T:
        """Run ``change`` in a transaction; durable when this returns."""
        if self._loop is None or self._thread is None:
            raise StorageError("the store is not open")
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(change, future))
        return await future

    async def read(self, query: Change[T]) -> T:
        if self._loop is None or self._reader is None:
            raise StorageError("the store is not open")
        return await self._loop.run_in_executor(self._readers, query, self._reader)

    # --- the writer's thread ------------------------------------------------------------------

    def _write_for_ever(self, db: sqlite3.Connection) -> None:
        while not self._closing:
            group = self._commit(db, self._waiting(), self._file)
            assert self._loop is not None
            try:
                self._loop.call_soon_threadsafe(_answer, group)
            except RuntimeError:  # the loop has gone: nobody waits for the answers
                break
        db.close()

    def _waiting(self) -> Iterator[_Job]:
        """The next change when there is one, then those that have come in by the time the last was made."""
        for place in range(GROUP):
            try:
                job = self._jobs.get(block=not place)
            except queue.Empty:
                return
            if job is None:
                self._closing = True
                return
            yield job

    @staticmethod
    def _commit(db: sqlite3.Connection, jobs: Iterable[_Job], file: OpenFile | None = None) -> list[_Job]:
        group = []
        try:
            for job in jobs:
                group.append(job)
                if not db.in_transaction:
                    if file:
                        file.check()
                    db.execute("BEGIN IMMEDIATE")
                db.execute("SAVEPOINT job")
                try:
                    job.value = job.change(db)
                except BaseException as error:
                    job.error = _refused(error)
                    db.execute("ROLLBACK TO job")
                db.execute("RELEASE job")
            if group:
                db.execute("COMMIT")
                if file:
                    file.check()  # else what was committed may be in no file that anybody finds
        except StoreLost as lost:
            assert file
            _rescue(db, file)
            for job in group:
                job.error = job.error or lost
        except sqlite3.Error as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            for job in group:
                job.error = job.error or _refused(error, always=True)
        return group


#: what a machine does to a database, in words for an operator
_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "its file may not be written: see its owner and its mode",
    sqlite3.SQLITE_IOERR: "its disk fails",
}


def _refused(error: BaseException, *, always: bool = False) -> BaseException:
    """The machine's troubles by their name, in the log too; other errors of a change stay what they are."""
    why = _WHY.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    if why is None and not always:
        return error
    log.error("the database took no change: %s", why or type(error).__name__)
    return StorageError(f"the database did not take it: {why or error}")


def _rescue(db: sqlite3.Connection, file: OpenFile) -> None:
    """Nothing more is changed; what was answered so far is brought into the database's file where that is there."""
    with contextlib.suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")
        file.rescue(db)

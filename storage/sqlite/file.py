"""The database's file as it was opened: one program serves it, and what is deleted or replaced under it is noticed."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from storage.records import StorageError, StoreLost
from storage.sqlite.private import new_private

WAIT = 5.0  #: seconds for a program that is ending to let go of the file

Identity = tuple[int, int]


def _identity(path: Path) -> Identity | None:
    """(device, inode); None where there is no such file."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


class OpenFile:
    """A database file and the write-ahead log beside it, once connections to them are open.

    Without the log a file lacks the last changes: what was sent would be sent again. SQLite itself goes on writing
    to files that have no name any more (sqlite.org/howtocorrupt.html, 2.4).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._identities = _identity(path), _identity(self._log)
        self.lost = ""

    def check(self) -> None:
        """Raises StoreLost where one of the files is not the one that was opened; once lost, it stays so."""
        if not self.lost:
            self.lost = self._difference()
        if self.lost:
            raise StoreLost(self.lost)

    def _difference(self) -> str:
        database, log = self._identities
        if _identity(self._path) != database:
            return f"the file {self._path} was removed or replaced while Crieur used it: restart Crieur"
        if log is not None and _identity(self._log) != log:
            return f"the file {self._log} was removed while Crieur used it: restart Crieur"
        return ""

    def rescue(self, db: sqlite3.Connection) -> None:
        """Bring what stands in a log without a name into the database, where that is still the one that was opened."""
        if _identity(self._path) == self._identities[0]:
            db.execute("PRAGMA wal_checkpoint(FULL)")


class ServingLock:
    """Held by the program that serves a database, on a file beside it; it ends with the program, however that ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: sqlite3.Connection | None = None

    def acquire(self) -> None:
        """Raises StorageError where another program has it."""
        beside = self._path.with_name(self._path.name + ".lock")
        new_private(beside)
        # a lock of SQLite's own: it works wherever the database does
        lock = sqlite3.connect(beside, timeout=WAIT, isolation_level=None, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            lock.close()
            raise StorageError(
                f"another Crieur serves {self._path}: one file, one copy of the bot. Stop it first;"
                f" several copies need MongoDB ({error})"
            ) from error
        self._lock = lock

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

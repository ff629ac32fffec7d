"""A new database file: made once in a process, and copied from then on."""

from __future__ import annotations

import functools
import tempfile
from contextlib import closing
from pathlib import Path

from storage.sqlite import SqliteStore
from storage.sqlite.engine import connected
from storage.sqlite.schema import migrate


def new_store(path: Path) -> SqliteStore:
    """On a file of its own, not open."""
    put_new_database(path)
    return SqliteStore(path)


def put_new_database(path: Path) -> None:
    """What a store makes of no file at all, where there is none yet."""
    if not path.exists():
        path.write_bytes(_new_database())


@functools.cache
def _new_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "new.db")
        with closing(connected(path, 1)) as db:
            migrate(db)
        return path.read_bytes()  # whoever closes it last leaves nothing in its log

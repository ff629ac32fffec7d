"""Who may serve a store together, and what tells that it is not the one that was opened."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pymongo
import pytest

from storage.mongo import MongoStore, schema, versions
from storage.mongo.schema import STEPS, Step
from storage.port.store import Store
from storage.records import StorageError, StoreLost
from storage.sqlite import SqliteStore, file
from tests.contract.conftest import Database, MongoDatabase
from tests.contract.world import install

ONWARDS = (*STEPS, Step("one that older copies may run beside", overlaps=True))
BREAKING = (*STEPS, Step("one that they may not", overlaps=False))


def mongo(database: Database) -> MongoDatabase:
    if not isinstance(database, MongoDatabase):
        pytest.skip("of MongoDB")
    return database


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> object:
    """Makes the programs of another version that open stores from here on."""

    def of(steps: tuple[Step, ...]) -> None:
        for function in (versions.migrate, versions.tell):
            monkeypatch.setattr(function, "__defaults__", (steps,))

    return of


async def test_the_stores_clock_is_the_servers_or_none(store: Store) -> None:
    shown = await store.server_time()
    assert (shown is None) == isinstance(store, SqliteStore)
    assert shown is None or shown.tzinfo is not None
    await store.check()


# --- MongoDB: versions --------------------------------------------------------------------------


async def test_an_older_program_does_not_start_on_a_newer_database(database: Database, program) -> None:  # type: ignore[no-untyped-def]
    database = mongo(database)
    program(BREAKING)
    await _opened_and_closed(database)
    program(STEPS)
    with pytest.raises(StorageError, match=rf"newer than this program's {len(STEPS)}.*upgrade Crieur"):
        await database.store().open()


async def test_it_starts_where_the_newer_one_allows_it(database: Database, program) -> None:  # type: ignore[no-untyped-def]
    database = mongo(database)
    program(ONWARDS)
    await _opened_and_closed(database)
    program(STEPS)
    older = database.store()
    await older.open()
    await older.hold()
    await older.check()
    await older.close()


async def test_a_newer_program_waits_for_older_copies_that_may_not_run_beside_it(database: Database, program) -> None:  # type: ignore[no-untyped-def]
    database = mongo(database)
    older = database.store()
    await older.open()
    await older.hold()
    program(BREAKING)
    with pytest.raises(StorageError, match=rf"1 copies of an older Crieur \(schema {len(STEPS)}\).*stop them"):
        await database.store().open()
    await older.close()
    await _opened_and_closed(database)


async def test_a_copy_that_was_passed_by_says_so(database: Database, program) -> None:  # type: ignore[no-untyped-def]
    database = mongo(database)
    older = database.store()
    await older.open()
    await older.hold()
    with pymongo.MongoClient[dict[str, object]](database.url) as client:
        client[database.name].copies.delete_many({})  # as if it had been away for longer than a minute
    program(BREAKING)
    await _opened_and_closed(database)
    program(STEPS)
    with pytest.raises(StoreLost, match="upgrade Crieur"):
        await older.check()
    await older.close()


async def test_a_database_that_was_emptied_is_lost(database: Database) -> None:
    database = mongo(database)
    store = database.store()
    await store.open()
    await store.hold()
    with pymongo.MongoClient[dict[str, object]](database.url) as client:
        client.drop_database(database.name)
    with pytest.raises(StoreLost, match="emptied"):
        await store.check()
    await store.close()


async def _opened_and_closed(database: MongoDatabase) -> None:
    store = MongoStore(database.url)
    await store.open()
    await store.hold()
    await store.close()


def test_the_version_is_how_many_steps_there_are() -> None:
    assert schema.VERSION == len(STEPS) >= 2
    breaking = max(number for number, step in enumerate(STEPS, 1) if not step.overlaps)
    assert versions.oldest_beside(STEPS) == breaking
    assert versions.oldest_beside(ONWARDS) == breaking
    assert versions.oldest_beside(BREAKING) == len(BREAKING)


# --- SQLite: one program, one file --------------------------------------------------------------


async def test_a_second_program_does_not_serve_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "WAIT", 0.1)
    first, second = SqliteStore(tmp_path / "crieur.db"), SqliteStore(tmp_path / "crieur.db")
    await first.open()
    await first.hold()
    await second.open()  # as operators' commands do
    await install(second, "ada")
    with pytest.raises(StorageError, match=r"another Crieur serves .*one file, one copy.*Stop it first"):
        await second.hold()
    await first.close()
    await second.hold()
    await second.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
@pytest.mark.parametrize("what", ["database", "log", "replaced"])
async def test_a_file_removed_or_replaced_is_noticed_and_takes_no_more(tmp_path: Path, what: str) -> None:
    path = tmp_path / "crieur.db"
    store = SqliteStore(path)
    await store.open()
    await install(store, "ada")
    await store.check()
    if what == "log":
        os.unlink(f"{path}-wal")
    elif what == "database":
        os.unlink(path)
    else:
        shutil.copy(path, tmp_path / "backup.db")
        os.replace(tmp_path / "backup.db", path)
    with pytest.raises(StoreLost, match="restart Crieur"):
        await store.check()
    with pytest.raises(StoreLost, match="restart Crieur"):
        await install(store, "louis")
    await store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
async def test_without_the_log_nothing_is_lost_that_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "crieur.db"
    store = SqliteStore(path)
    await store.open()
    await install(store, "ada", "louis")
    os.unlink(f"{path}-wal")
    with pytest.raises(StoreLost):
        await install(store, "marie")  # the first change that comes after it
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM person").fetchone()[0] >= 2
    await store.close()


async def test_a_file_that_is_backed_up_or_looked_into_is_still_the_same(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "crieur.db")
    await store.open()
    await store.hold()
    await install(store, "ada")
    beside = SqliteStore(tmp_path / "crieur.db")
    await beside.open()
    await beside.backup(tmp_path / "backup.db")
    await beside.close()
    await store.check()
    await install(store, "louis")
    await store.close()

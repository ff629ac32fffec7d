"""One suite for every Store: SQLite, and MongoDB's protocol spoken by real servers.

sqlite    always
model     the model of MongoDB in which the simulated world's copies live (tests/simulation/mongo.py)
nx        nx-27017 from PyPI: MongoDB's wire protocol on SQLite
ferretdb  FerretDB 1.x with its SQLite backend, where go is present and TEST_FERRETDB=1 (`make faults`):
          what we run on it is the same code as on nx
mongodb   any other server, named by TEST_MONGODB_URL
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pymongo
import pytest

from storage.mongo import MongoStore
from storage.mongo.identities import user_key
from storage.mongo.mapping import blank
from storage.port.store import Store
from storage.records import Channel
from storage.records.instants import ms
from storage.shared.inventory import PLACES
from storage.sqlite import SqliteStore
from storage.sqlite.schema import STEPS
from tests.contract.world import CONTOSO, NOW
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.mongo_questions import SMALL, Overheard, Question, planned_scans, shown
from tests.support.mongo_servers import NoServer, ferretdb, nx_27017
from tests.support.new_database import put_new_database

MONGODB_URL = os.environ.get("TEST_MONGODB_URL", "")
FERRETDB = shutil.which("go") is not None and os.environ.get("TEST_FERRETDB") == "1"
KINDS = ["sqlite", "model", "nx"] + ["ferretdb"] * FERRETDB + ["mongodb"] * bool(MONGODB_URL)
OVERHEARD = Overheard()
#: tests of what an operator asks about one person (erase, export-person), which reads all there is
ABOUT_ONE = ("eras", "what_was_counted_in_weeks", "a_deed_is_noted_with_its_change")
KEYS = ("person", "list", "campaign", "delivery")

#: by name: why somebody was taken out, and what the platform said of them
Taken = Mapping[str, tuple[str | None, str | None]]


class Database(Protocol):
    """An empty database, and as many stores on it as a test wants."""

    #: whether several copies of the bot may use it at once
    shared: bool

    def store(self) -> Store:
        """Another one, not yet open."""
        ...

    def another(self, folder: Path) -> Database:
        """An empty one of the same kind; a file of it would be in this folder."""
        ...

    def come_from_the_future(self) -> None:
        """As if a newer Crieur had been here."""
        ...

    def come_from_before_evidence(self, people: Taken) -> None:
        """As a version that took people out by what the platform answered left it."""
        ...


@dataclass
class SqliteDatabase:
    path: Path
    shared: bool = True

    def store(self) -> Store:
        return SqliteStore(self.path)

    def another(self, folder: Path) -> SqliteDatabase:
        return SqliteDatabase(folder / "crieur.db")

    def come_from_the_future(self) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.execute("PRAGMA user_version = 1000")

    def come_from_before_evidence(self, people: Taken) -> None:
        """As a version that took people out by what the platform answered left it."""
        before = next(number for number, step in enumerate(STEPS) if "ADD COLUMN worked_url" in step)
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            for step in STEPS[:before]:
                db.executescript(step)
            for id, (name, (broken, detail)) in enumerate(people.items(), 1):
                db.execute("INSERT INTO person (id, tenant) VALUES (?, ?)", (id, CONTOSO))
                db.execute(
                    "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, broken,"
                    " seen_at) VALUES (?, 'msteams', ?, 'https://smba.example/', 'chat', '28:crieur', ?, ?, 1)",
                    (id, CONTOSO, f"29:{name}", broken),
                )
                db.execute(
                    "INSERT INTO delivery (campaign, person, state, next_at, reason, detail, settled_at)"
                    " VALUES (1, ?, 11, 0, ?, ?, ?)",
                    (id, broken, detail, ms(NOW)),
                )
            db.execute(f"PRAGMA user_version = {before}")
            db.commit()


@dataclass
class ModelDatabase:
    shared: bool = True
    #: it answers at once: nothing is simulated here but the server
    model: MongoServer = field(default_factory=lambda: MongoServer(random.Random(1), answers=(0, 0)))

    def store(self) -> Store:
        return SimulatedMongo(self.model)

    def another(self, folder: Path) -> ModelDatabase:
        return ModelDatabase(model=MongoServer(random.Random(1), answers=(0, 0)))

    def come_from_the_future(self) -> None:
        self.model.db["schema"].update_one({"_id": "schema"}, {"$set": {"version": 1000, "beside": 1000}})

    def come_from_before_evidence(self, people: Taken) -> None:
        """As a version that took people out by what the platform answered left it."""
        put_as_before_evidence(self.model.db, people)


@dataclass
class MongoDatabase:
    server: str
    shared: bool = True
    name: str = field(default_factory=lambda: f"crieur-test-{secrets.token_hex(6)}")

    @property
    def url(self) -> str:
        base, _, options = self.server.partition("?")
        scheme, _, rest = base.partition("://")
        return f"{scheme}://{rest.split('/')[0]}/{self.name}" + (f"?{options}" if options else "")

    def store(self) -> Store:
        return MongoStore(self.url)

    def another(self, folder: Path) -> MongoDatabase:
        return MongoDatabase(self.server, self.shared)

    def come_from_the_future(self) -> None:
        with pymongo.MongoClient[dict[str, object]](self.url) as client:
            done = client[self.name].schema.update_one({"_id": "schema"}, {"$set": {"version": 1000, "beside": 1000}})
            assert done.matched_count == 1

    def come_from_before_evidence(self, people: Taken) -> None:
        """As a version that took people out by what the platform answered left it."""
        with pymongo.MongoClient[dict[str, object]](self.url) as client:
            put_as_before_evidence(client[self.name], people)

    def has_history(self) -> None:
        """Numbers have been given before: a server on SQLite may take small ones for rows of its own."""
        with pymongo.MongoClient[dict[str, object]](self.url) as client:
            counters = [{"_id": kind, "last": 1000 * place} for place, kind in enumerate(KEYS, 3)]
            client[self.name].counters.insert_many(counters)

    def drop(self) -> None:
        with pymongo.MongoClient[dict[str, object]](self.url) as client:
            client.drop_database(self.name)


def put_as_before_evidence(db: Any, people: Taken) -> None:
    """Into the database of a server or of the model."""
    db.campaigns.insert_one({"_id": 1, "tenant": CONTOSO, "state": "done"})
    for id, (name, (broken, detail)) in enumerate(people.items(), 1):
        reference = {
            "service_url": "https://smba.example/",
            "conversation": "chat",
            "bot": "28:crieur",
            "user": f"29:{name}",
            "broken": broken or "",
            "installed": True,
            "seen_at": 1,
        }
        db.people.insert_one(blank(id, CONTOSO) | {"references": {"msteams": reference}})
        key = user_key(CONTOSO, Channel.TEAMS, f"29:{name}")
        db.identities.insert_one({"_id": key, "person": id})
        row = {"_id": id, "campaign": 1, "person": id, "state": 11, "next_at": 0, "tries": 1}
        db.deliveries.insert_one(row | {"reason": broken, "detail": detail, "settled_at": ms(NOW)})


def every_field_is_in_the_inventory(database: ModelDatabase) -> None:
    """Whatever a test has had kept: what can say something of a person is known to erasing and exporting."""
    known = {place.collection: place.fields.keys() for place in PLACES if place.collection}
    for name in database.model.db.list_collection_names():
        kept = {field for row in database.model.db[name].find() for field in row}
        assert kept <= known.get(name, set()), f"{name}: see storage/shared/inventory.py"


def every_question_is_found_by_an_index(database: MongoDatabase, asked: Sequence[Question], *, explained: bool) -> None:
    """Whatever a test has asked; ``explained``: by the plan of a server that has one, too."""
    assert {shown(question) for question in asked if not question.is_found} == set()
    if explained:
        frequent = [one for one in asked if one.collection not in SMALL and not one.is_rare]
        assert set(map(shown, planned_scans(database.url, database.name, frequent))) == set()


@pytest.fixture(scope="session", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(kind, the URL of a server that answers, "" for the embedded store)."""
    match request.param:
        case "sqlite":
            yield "sqlite", ""
        case "model":
            yield "model", ""
        case "mongodb":
            yield "mongodb", MONGODB_URL
        case kind:
            start = {"nx": nx_27017, "ferretdb": ferretdb}[kind]
            with contextlib.ExitStack() as stack:
                try:
                    url = stack.enter_context(start(tmp_path_factory.mktemp(kind)))
                except NoServer as missing:
                    pytest.skip(str(missing))
                yield kind, url


@pytest.fixture
def database(server: tuple[str, str], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    kind, url = server
    if kind == "sqlite":
        yield SqliteDatabase(tmp_path / "crieur.db")
        return
    if kind == "model":
        model = ModelDatabase()
        yield model
        every_field_is_in_the_inventory(model)
        return
    database = MongoDatabase(url, shared=kind != "ferretdb")
    database.has_history()
    yield database
    asked = OVERHEARD.of(database.name)
    if not any(name in request.node.nodeid for name in ABOUT_ONE):
        every_question_is_found_by_an_index(database, asked, explained=kind == "mongodb")
    database.drop()


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    if isinstance(database, SqliteDatabase):
        put_new_database(database.path)
    store = database.store()
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def other(database: Database, store: Store) -> AsyncIterator[Store]:
    """A second copy of the bot on the same database."""
    if not database.shared:
        pytest.skip("FerretDB 1.x updates are not atomic: it serves one copy of the bot")
    other = database.store()
    await other.open()
    yield other
    await other.close()

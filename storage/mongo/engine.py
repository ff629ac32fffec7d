"""The connection, and the few ways of reading and writing that the rest is made of.

Writes are acknowledged by a majority, so what a method returned survives the loss of a server. The
driver repeats writes of single documents when the connection breaks (its default; an address for a
service that cannot says ``retryWrites=false``); ``repeated`` does so for ours of many.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ReturnDocument, WriteConcern
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from storage.mongo.versions import migrate, schema, server_time, take_leave, tell
from storage.records import Schema, StorageError

log = logging.getLogger(__name__)

T = TypeVar("T")
Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
Sort = Sequence[tuple[str, int]]

DATABASE = "crieur"  #: when the address names none
PAGE = 10_000  #: documents read, asked for or inserted at a time
LEAVE = 2.0  #: seconds to take leave of a server
ANSWER = 300.0  #: seconds for an answer, where the address does not say: one that never comes would end all sending
TOO_MANY_REQUESTS = 16_500  #: the code of a service that is paid for by requests (Cosmos DB)
PAUSES = 8  #: before what it refuses fails
SHORTEST, LONGEST = 0.1, 5.0  #: seconds of a pause
#: methods that ask, or change one document at the most
OF_ONE = frozenset(
    ("count_documents", "delete_one", "distinct", "find_one", "find_one_and_update", "insert_one", "update_one")
)
DUPLICATE = 11_000  #: the server's code for a key that is taken


def token() -> str:
    """What marks the documents that one write has touched."""
    return secrets.token_hex(8)


def pages(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + PAGE] for start in range(0, len(values), PAGE))


async def repeated(write: Callable[[], Awaitable[T]]) -> T:
    """A write that may happen twice, once more when the connection broke."""
    try:
        return await write()
    except AutoReconnect:
        return await write()


def pause_of(error: OperationFailure) -> float | None:
    """Seconds that a service asks us to wait for before we ask it again; None where it does not.

    Source: Azure Cosmos DB for MongoDB, "Prevent rate-limiting errors": 16500, with RetryAfterMs in the text.
    """
    if error.code != TOO_MANY_REQUESTS:
        return None
    named = re.search(r"RetryAfterMs=(\d+)", str(error))
    return min(LONGEST, int(named[1]) / 1000 if named else SHORTEST)


class Patient:
    """A collection that is asked again after a pause where its service says that it has been asked too much.

    That goes for questions, and for changes of one document, which have not been made then. A change of many may
    have been made in part: it fails as with a connection that broke, and whoever made it goes on from there.
    """

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        return _patiently(method) if name in OF_ONE else method


def _patiently(method: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    async def ask(*values: Any, **more: Any) -> T:
        for _ in range(PAUSES):
            try:
                return await method(*values, **more)
            except OperationFailure as error:
                pause = pause_of(error)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        return await method(*values, **more)

    return ask


class Engine:
    """Opens the database, and gives its collections."""

    def __init__(self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``now``: what "in the last days" reaches back from."""
        self._url = url
        self.now = now
        self._client: AsyncIOMotorClient[Document] | None = None
        self._db: AsyncIOMotorDatabase[Document] | None = None
        #: this copy's name, while it serves the database
        self._copy = ""

    async def open(self) -> None:
        """Raises StorageError when the database cannot be used, or comes from a newer Crieur."""
        try:
            self._db = self._connect()
            if "ferretdbVersion" in await self._db.command("buildInfo"):
                log.warning("FerretDB 1.x: its updates are not atomic, so let only one copy of Crieur use it")
                await Engine.close(self)
                self._db = self._connect(maxPoolSize=1)  # one request at a time
            await migrate(self._db)
        except PyMongoError as error:
            await self.close()
            raise StorageError(f"cannot use the database of STORE_URL: {error}") from error
        except StorageError:
            await self.close()
            raise

    async def exists(self) -> bool:
        try:
            return await self._connect()["schema"].find_one({"_id": "schema"}) is not None
        except PyMongoError as error:
            raise StorageError(f"cannot use the database of STORE_URL: {error}") from error
        finally:
            await Engine.close(self)

    def _connect(self, **options: Any) -> AsyncIOMotorDatabase[Document]:
        if "sockettimeoutms" not in self._url.lower():
            options["socketTimeoutMS"] = ANSWER * 1000
        self._client = AsyncIOMotorClient(self._url, appname="crieur", **options)
        return self._client.get_default_database(DATABASE, write_concern=WriteConcern("majority"))

    async def close(self) -> None:
        if self._db is not None and self._copy:
            with contextlib.suppress(PyMongoError, TimeoutError):  # it is gone: a minute tells as much
                await asyncio.wait_for(take_leave(self._db, self._copy), LEAVE)
        client, self._client, self._db, self._copy = self._client, None, None, ""
        if client is not None:  # in a thread: it takes leave of the server, and waits for it
            await asyncio.to_thread(client.close)

    async def hold(self) -> None:
        self._copy = token()
        await tell(self._open_database, self._copy)

    async def check(self) -> None:
        if self._copy:
            await tell(self._open_database, self._copy)
        else:
            await self._open_database.command("ping")

    async def schema(self) -> Schema:
        return await schema(self._open_database)

    async def server_time(self) -> datetime | None:
        return await server_time(self._open_database)

    @property
    def _open_database(self) -> AsyncIOMotorDatabase[Document]:
        if self._db is None:
            raise StorageError("the store is not open")
        return self._db

    @property
    def is_open(self) -> bool:
        return self._db is not None

    def collection(self, name: str) -> Collection:
        return cast(Collection, Patient(self._open_database[name]))

    # --- reading ------------------------------------------------------------------------------

    async def rows(
        self,
        collection: str,
        condition: Document,
        fields: Iterable[str] | None = None,
        sort: Sort | None = None,
        limit: int = 0,
        skip: int = 0,
    ) -> list[Document]:
        """The documents that meet a condition, with ``fields`` (all of them when None) and ``_id``."""

        async def ask() -> list[Document]:
            cursor = self.collection(collection).find(
                condition, _only(fields), sort=sort, limit=limit, skip=skip, batch_size=PAGE
            )
            return await cursor.to_list(None)

        return await _patiently(ask)()

    async def by_id(
        self, collection: str, ids: Sequence[Any], fields: Iterable[str] | None = None
    ) -> dict[Any, Document]:
        documents: dict[Any, Document] = {}
        for page in pages(ids):
            rows = await self.rows(collection, {"_id": {"$in": list(page)}}, fields)
            documents.update((row["_id"], row) for row in rows)
        return documents

    async def many(
        self, collection: str, condition: Document, fields: Iterable[str], sort: Sort | None = None
    ) -> AsyncIterator[list[Document]]:
        """As ``rows``, page by page: a million documents are never in memory together."""
        cursor = self.collection(collection).find(condition, _only(fields), sort=sort, batch_size=PAGE)
        while page := await cursor.to_list(PAGE):
            yield page

    async def numbers(
        self, collection: str, condition: Document, field: str, sort: Sort | None = None
    ) -> Sequence[int]:
        """One number of each document, as a compact array."""
        numbers = array("q")
        async for page in self.many(collection, condition, [field], sort):
            numbers.extend(row[field] for row in page)
        return numbers

    # --- writing ------------------------------------------------------------------------------

    async def ids(self, kind: str, count: int = 1) -> range:
        """Numbers never given before and never again."""
        while True:
            counter = await self.collection("counters").find_one_and_update(
                {"_id": kind}, {"$inc": {"last": count}}, return_document=ReturnDocument.AFTER
            )
            if counter is not None:
                last: int = counter["last"]
                return range(last - count + 1, last + 1)
            await self.insert_new("counters", [{"_id": kind, "last": 0}])

    async def insert_new(self, collection: str, documents: Sequence[Document]) -> int:
        """Insert those whose keys are not taken; how many were not."""
        inserted = 0
        for page in pages(documents):
            try:
                inserted += len((await self.collection(collection).insert_many(page, ordered=False)).inserted_ids)
            except BulkWriteError as error:
                details: Document = dict(error.details)
                if any(failed["code"] != DUPLICATE for failed in details["writeErrors"]):
                    raise
                if details.get("writeConcernErrors"):
                    raise
                inserted += details["nInserted"]
        return inserted

    async def inserted(self, collection: str, document: Document) -> bool:
        """Insert it unless its key is taken; whether it was not."""
        try:
            await self.collection(collection).insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _only(fields: Iterable[str] | None) -> Document | None:
    return None if fields is None else {"_id": 1} | dict.fromkeys(fields, 1)

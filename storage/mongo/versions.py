"""Which programs may use a database together.

The database knows its version and the oldest program that may go on beside it; each copy that serves it tells its
own version now and then. So an older program does not start on a newer database, a newer one does not change what
copies are using that do not know the change, and a copy that was passed by all the same stops sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo.schema import INDEXES, STEPS, Step
from storage.records import Schema, StorageError, StoreLost
from storage.records.instants import ms

ALIVE = timedelta(minutes=1)  #: since a copy was seen: then it has ended

Database = AsyncIOMotorDatabase[dict[str, Any]]


def oldest_beside(steps: Sequence[Step]) -> int:
    """The version of the oldest program that may go on beside one that has seen these steps."""
    closed = [number for number, step in enumerate(steps, 1) if not step.overlaps]
    return max(closed, default=1)


async def server_time(db: Database) -> datetime:
    hello = await db.command("hello")
    shown: datetime = hello["localTime"]
    return shown.replace(tzinfo=UTC) if shown.tzinfo is None else shown


async def migrate(db: Database, steps: Sequence[Step] = STEPS) -> None:
    """Bring a database to this version; every step can be repeated, and two copies may do it at once.

    Raises StorageError where it is newer than this program knows, or where copies run that are too old for it.
    """
    own, oldest = len(steps), oldest_beside(steps)
    schema = await _schema(db)
    if schema is not None and _beside(schema) > own:
        raise StorageError(_passed_by(schema, own))
    if schema is not None and schema["version"] < oldest:
        await _refuse_beside_older(db, oldest)
    for collection, missing in (await _missing(db)).items():
        await db[collection].create_indexes(missing)
    if schema is None:
        try:
            await db["schema"].insert_one({"_id": "schema", "version": own, "beside": oldest})
        except DuplicateKeyError:  # another copy was faster
            await migrate(db, steps)
    elif schema["version"] < own:
        await db["schema"].update_one(
            {"_id": "schema", "version": schema["version"]}, {"$set": {"version": own, "beside": oldest}}
        )


async def schema(db: Database) -> Schema:
    row, missing = await _schema(db), await _missing(db)
    names = [
        f"{collection}: {', '.join(_fields(index))}" for collection, indexes in missing.items() for index in indexes
    ]
    return Schema(row["version"] if row else 0, tuple(sorted(names)))


async def _missing(db: Database) -> dict[str, list[IndexModel]]:
    """The indexes that are not there, of those that this server can keep: all of them in an empty database."""
    # nx-27017 tells its status where it is asked what it is; it keeps no index in which _id stands after others
    whole = "uptime" not in await db.command("buildInfo")
    missing, begun = {}, set(await db.list_collection_names())
    for collection, indexes in INDEXES.items():
        kept = await db[collection].index_information() if collection in begun else {}
        there = {tuple(field for field, _ in one["key"]) for one in kept.values()}
        able = indexes if whole else [_without_id(index) for index in indexes]
        if lacking := [index for index in able if _fields(index) not in there]:
            missing[collection] = lacking
    return missing


def _fields(index: IndexModel) -> tuple[str, ...]:
    return tuple(index.document["key"])


def _without_id(index: IndexModel) -> IndexModel:
    key = [(field, order) for field, order in index.document["key"].items() if field != "_id"]
    return IndexModel(key, unique=bool(index.document.get("unique")))


async def tell(db: Database, copy: str, steps: Sequence[Step] = STEPS) -> None:
    """This copy serves the database, at this version. Raises StoreLost where a newer one has passed it by."""
    now = ms(await server_time(db))
    await db["copies"].update_one({"_id": copy}, {"$set": {"version": len(steps), "seen_at": now}}, upsert=True)
    schema = await _schema(db)
    if schema is None:
        raise StoreLost("the database was emptied while Crieur used it: restart Crieur")
    if _beside(schema) > len(steps):
        raise StoreLost(_passed_by(schema, len(steps)))


async def take_leave(db: Database, copy: str) -> None:
    await db["copies"].delete_one({"_id": copy})


async def _schema(db: Database) -> dict[str, Any] | None:
    return await db["schema"].find_one({"_id": "schema"})


def _beside(schema: dict[str, Any]) -> int:
    beside: int = schema.get("beside", schema["version"])
    return beside


def _passed_by(schema: dict[str, Any], own: int) -> str:
    return (
        f"the database has schema {schema['version']}, newer than this program's {own}, which may not use it:"
        " upgrade Crieur"
    )


async def _refuse_beside_older(db: Database, oldest: int) -> None:
    since = ms(await server_time(db) - ALIVE)
    running = [row async for row in db["copies"].find({"seen_at": {"$gte": since}})]
    if older := [row for row in running if row["version"] < oldest]:
        raise StorageError(
            f"{len(older)} copies of an older Crieur (schema {older[0]['version']}) serve this database, and may not"
            f" run beside this one (schema {oldest}): stop them, wait a minute, and start this one"
        )

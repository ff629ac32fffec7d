"""A shelf of records of one kind: each is kept whole, as JSON, beside the columns that are asked for.

Every method belongs into a transaction of its caller's; ``storage/mongo/shelf.py`` keeps the same ones alike.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from storage.records import StaleVersion
from storage.shared.json import to_json

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Shelf(Generic[R]):
    table: str
    #: what it is kept as -> the record
    read: Callable[[str | bytes], R]
    #: a record -> the columns beside it
    beside: Callable[[R], Mapping[str, object]]
    write: Callable[[R], str] = to_json

    def get(self, db: sqlite3.Connection, id: int) -> R | None:
        return next(iter(self.page(db, "id = ?", id)), None)

    def insert(self, db: sqlite3.Connection, make: Callable[[int], R]) -> R:
        """The record that ``make`` gives for a number that was never given before, and never is again."""
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (self.table,)).fetchone()
        id = (last[0] if last else 0) + 1
        columns = {"id": id} | self._columns(record := make(id))
        places = ", ".join(f":{name}" for name in columns)
        db.execute(f"INSERT INTO {self.table} ({', '.join(columns)}) VALUES ({places})", columns)
        return record

    def put(self, db: sqlite3.Connection, id: int, record: R) -> None:
        columns = self._columns(record)
        places = ", ".join(f"{name} = :{name}" for name in columns)
        db.execute(f"UPDATE {self.table} SET {places} WHERE id = :id", columns | {"id": id})

    def save(self, db: sqlite3.Connection, record: Any) -> Any:
        """As its next version. Raises StaleVersion where the record is no longer at the version that it names."""
        current: Any = self.get(db, record.id)
        if current is None or current.version != record.version:
            raise StaleVersion(f"{self.table} {record.id} is not at version {record.version} any more")
        saved = replace(record, version=record.version + 1)
        self.put(db, record.id, saved)
        return saved

    def remove(self, db: sqlite3.Connection, id: int) -> None:
        db.execute(f"DELETE FROM {self.table} WHERE id = ?", (id,))

    def page(self, db: sqlite3.Connection, condition: str, *values: object) -> list[R]:
        """Those that meet a condition, in its order and limit."""
        return [record for _, record in self.numbered(db, condition, *values)]

    def numbered(self, db: sqlite3.Connection, condition: str, *values: object) -> list[tuple[int, R]]:
        rows = db.execute(f"SELECT id, record FROM {self.table} WHERE {condition}", values)
        return [(id, self.read(record)) for id, record in rows]

    def count(self, db: sqlite3.Connection, condition: str, *values: object) -> int:
        return int(db.execute(f"SELECT COUNT(*) FROM {self.table} WHERE {condition}", values).fetchone()[0])

    def _columns(self, record: R) -> dict[str, object]:
        return {**self.beside(record), "record": self.write(record)}

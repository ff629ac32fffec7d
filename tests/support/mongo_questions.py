"""What a store asks of MongoDB, overheard on the wire: whether an index finds it, by its fields or by the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pymongo
from pymongo import monitoring
from pymongo.errors import PyMongoError

from storage.mongo.schema import INDEXES

Document = Mapping[str, Any]

#: a few documents, or as many as there are campaigns that run: read whole
SMALL = frozenset({"schema", "copies", "counters", "roles", "wakes", "secrets", "intended_deeds"})
#: what an operator asks about one person (erase, export-person), and what opening a store heals: it may read all
RARE = frozenset(
    {
        *(("people", name) for name in ("address", "tenant", "references.msteams.broken", "references.skype.broken")),
        *((collection, "") for collection in ("campaigns", "documents", "templates", "tallies", "engagement_tallies")),
        *((collection, "copies") for collection in ("tallies", "engagement_tallies")),
        ("engagements", "record"),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    collection: str
    condition: Document
    sort: Document = field(default_factory=dict)

    @property
    def fields(self) -> frozenset[str]:
        """Those that narrow it down: of an $or, those that each of its branches has."""
        narrowed = {name for name in self.condition if not name.startswith("$")}
        for clause in self.condition.get("$and", ()):
            narrowed |= Question(self.collection, clause).fields
        if branches := self.condition.get("$or"):
            narrowed |= frozenset.intersection(*(Question(self.collection, branch).fields for branch in branches))
        return frozenset(narrowed)

    @property
    def is_rare(self) -> bool:
        return any((self.collection, name) in RARE for name in self.fields or {""})

    @property
    def is_found(self) -> bool:
        """Whether an index begins with one of them, as far as its fields tell."""
        if self.collection in SMALL or "_id" in self.fields:
            return True
        if self.is_rare:
            return True
        first = {next(iter(index.document["key"])) for index in INDEXES.get(self.collection, ())}
        if first & self.fields:
            return True
        branches = self.condition.get("$or")  # each may be found by an index of its own
        return bool(branches) and all(Question(self.collection, branch).is_found for branch in branches)


def scans(plan: Any) -> bool:
    """Whether the server reads the whole collection somewhere in its plan."""
    if isinstance(plan, Mapping):
        return plan.get("stage") == "COLLSCAN" or any(map(scans, plan.values()))
    return isinstance(plan, Sequence) and not isinstance(plan, str) and any(map(scans, plan))


def shown(question: Question) -> str:
    """The shape of it."""
    return f"{question.collection}: {', '.join(sorted(question.condition))} by {', '.join(question.sort) or 'nothing'}"


class Overheard(monitoring.CommandListener):
    """Registered once for all clients of this process; ``of`` a database."""

    def __init__(self) -> None:
        self._asked: dict[str, dict[str, Question]] = {}
        monitoring.register(self)

    def of(self, database: str) -> list[Question]:
        return list(self._asked.pop(database, {}).values())

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        known = self._asked.setdefault(event.database_name, {})
        for question in _questions(event.command_name, event.command):
            shape = f"{question.collection} {sorted(question.fields)} {sorted(question.condition)} {question.sort}"
            known.setdefault(shape, question)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def _questions(name: str, command: Document) -> Iterator[Question]:
    match name:
        case "find":
            yield Question(command["find"], command.get("filter", {}), dict(command.get("sort") or {}))
        case "aggregate" if command["pipeline"]:
            yield Question(command["aggregate"], command["pipeline"][0].get("$match", {}))
        case "update" | "delete":
            for change in command[f"{name}s"]:
                yield Question(command[name], change["q"])
        case "findAndModify" | "distinct":
            yield Question(command[name], command.get("query") or {})


def planned_scans(url: str, database: str, questions: Sequence[Question]) -> list[Question]:
    """Those for which the server's own plan reads a whole collection; none where its plans tell nothing."""
    scanning = []
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        for question in questions if _plans(client[database]) else ():
            ask = {"find": question.collection, "filter": question.condition}
            try:
                plan = client[database].command("explain", ask, verbosity="queryPlanner")
            except PyMongoError:
                continue
            if scans(plan.get("queryPlanner", {}).get("winningPlan")):
                scanning.append(question)
    return scanning


def _plans(db: Any) -> bool:
    """Whether a server plans at all: SecantusDB says that it reads all where _id is asked for beside another field."""
    try:
        plan = db.command("explain", {"find": "people", "filter": {"_id": 1, "tenant": "x"}}, verbosity="queryPlanner")
    except PyMongoError:
        return False
    return not scans(plan.get("queryPlanner", {}).get("winningPlan"))

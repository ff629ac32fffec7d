"""People's documents to records, and what is asked of them."""

from __future__ import annotations

from storage.mongo.engine import Document
from storage.records import DIRECTORY_FACTS, Channel, NotReached, Person, Reference, quiet_of
from storage.records.instants import instant

FIELDS = ("tenant", "address", "directory_id", "given_name", "surname", "name", "locale", "language", "zone")


def blank(id: int, tenant: str) -> Document:
    """A person of whom nothing is known yet; every array and parent that updates touch is there."""
    rest: Document = {"tenant": tenant, "guest": False, "lists": [], "columns": {}, "references": {}, "left_topics": []}
    row = {"_id": id} | dict.fromkeys(FIELDS, "") | rest
    return row | {"order": order_of(row)}


def order_of(row: Document) -> str:
    """Where a person stands in a list that is ordered by name: one field, so that one index serves."""
    return "\t".join((row["surname"].casefold(), row["name"].casefold(), row["address"], f"{row['_id']:016}"))


def person_of(row: Document) -> Person:
    return Person(
        id=row["_id"],
        guest=row.get("guest", False),
        muted=row.get("muted", False),
        quiet=quiet_of(row.get("quiet", "")),
        left_topics=frozenset(row.get("left_topics", ())),
        named_at=instant(row["named_at"]) if row.get("named_at") is not None else None,
        **{field: row[field] for field in FIELDS},
        **{fact: row.get(fact, "") for fact in DIRECTORY_FACTS},
    )


def columns_path(body: int) -> str:
    """The field of a person in which a list's columns stand."""
    return f"columns.l{body}"


def reference_of(row: Document, channel: Channel) -> Reference | None:
    reference = row["references"].get(channel)
    if reference is None:
        return None
    return Reference(
        person=row["_id"],
        channel=channel,
        service_url=reference["service_url"],
        conversation=reference["conversation"],
        bot=reference["bot"],
        user=reference["user"],
        tenant=row["tenant"],
        broken=NotReached(reference["broken"]) if reference["broken"] else None,
        installed=reference.get("installed", True),
        failed=NotReached(reference["failed"]) if reference.get("failed") else None,
        failed_at=instant(reference["failed_at"]) if reference.get("failed_at") else None,
        worked_at=instant(reference["worked_at"]) if reference.get("worked_at") else None,
        worked_url=reference.get("worked_url", ""),
        installed_at=instant(reference["installed_at"]) if reference.get("installed_at") is not None else None,
    )


def reachable(channel: Channel) -> Document:
    """The condition: a reference on this channel, and it works."""
    return {f"references.{channel}.broken": ""}


def installed(channel: Channel) -> Document:
    """The condition: the bot is installed on this channel, and they can be reached."""
    return reachable(channel) | {f"references.{channel}.installed": {"$ne": False}}


def has_installed(row: Document, channel: Channel) -> bool:
    """The same, of a document."""
    return works_on(row, channel) and row["references"][channel].get("installed", True)


def works_on(row: Document, channel: Channel) -> bool:
    """The same, of a document."""
    reference: Document | None = row["references"].get(channel)
    return reference is not None and reference["broken"] == ""


def why_not(row: Document, channel: Channel) -> NotReached | None:
    """Why a person cannot be reached on this channel; None when they can."""
    reference: Document | None = row["references"].get(channel)
    if reference is None:
        return NotReached.NEVER_INSTALLED
    return NotReached(reference["broken"]) if reference["broken"] else None

"""A file that was read and is not saved: what is kept of it, in documents; one for each author."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson

from cards.lists.reading import Choice, Reading
from dialogs.core.turn import Turn
from storage.records import Channel, Contact, ListId
from storage.shared.json import from_json, to_json

PART = 4 * 1024 * 1024  #: bytes of a document with a part of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    #: the list that it would fill, which nobody sees
    list: ListId
    file: str
    channel: Channel
    pages: int
    people: int
    known: int
    reachable: int
    sample: tuple[Contact, ...]
    reading: Reading
    choice: Choice
    #: documents with the file itself: none where it can be read in one way only
    parts: int = 0
    #: it was pasted
    pasted: bool = False


def _key(turn: Turn) -> str:
    return f"import/{turn.person.id}"


def _page_key(pending: ListId, number: int) -> str:
    return f"import/list/{pending}/{number}"


def _part_key(pending: ListId, number: int) -> str:
    return f"import/file/{pending}/{number}"


async def pending_import(turn: Turn, form: object = None) -> Pending | None:
    """Their file that waits; ``form``: a card's, which must be about this one."""
    document = (await turn.store.read_documents([_key(turn)])).get(_key(turn))
    if document is None or "reading" not in orjson.loads(document[1]):  # of an earlier version
        return None
    pending = from_json(Pending, document[1])
    return pending if form is None or str(pending.list) == str(form) else None


async def keep_page(turn: Turn, blank: ListId, number: int, page: bytes) -> None:
    await turn.store.write_documents({_page_key(blank, number): (None, page)})


async def keep_file(turn: Turn, blank: ListId, content: bytes) -> int:
    """In so many parts."""
    starts = range(0, len(content), PART)
    for number, start in enumerate(starts):
        await turn.store.write_documents({_part_key(blank, number): (None, content[start : start + PART])})
    return len(starts)


async def keep(turn: Turn, pending: Pending) -> None:
    """In the place of the one before."""
    before = await pending_import(turn)
    await turn.store.write_documents({_key(turn): (None, to_json(pending).encode())})
    if before is not None:
        await forget_pages(turn, before.list, before.pages, before.parts)


async def file_of(turn: Turn, pending: Pending) -> bytes | None:
    """None where it is not kept any more."""
    keys = [_part_key(pending.list, number) for number in range(pending.parts)]
    documents = await turn.store.read_documents(keys)
    return b"".join(documents[key][1] for key in keys) if keys and len(documents) == len(keys) else None


async def pages_of(turn: Turn, pending: Pending) -> AsyncIterator[bytes]:
    """Each a ContactPage, as JSON."""
    for number in range(pending.pages):
        key = _page_key(pending.list, number)
        document = (await turn.store.read_documents([key])).get(key)
        if document:
            yield document[1]


async def forget(turn: Turn, pending: Pending) -> None:
    await turn.store.delete_documents([_key(turn)])
    await forget_pages(turn, pending.list, pending.pages, pending.parts)


async def forget_pages(turn: Turn, blank: ListId, pages: int, parts: int = 0) -> None:
    keys = [_page_key(blank, number) for number in range(pages)]
    await turn.store.delete_documents(keys + [_part_key(blank, number) for number in range(parts)])
    await turn.store.drop_blank(blank)  # one that was saved stays

"""A file dropped into the chat, or a pasted list: read, summed up, read otherwise where its author says so.

Nothing is kept of it in lists before it is saved (``saving``). Where two readings are possible the author chooses, by
one press: the file is kept as long as it waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import orjson

from cards.kit.conversation import notice_card
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.imports import LINES, SAMPLE, Summary, import_card
from cards.lists.listing import list_people_form
from cards.lists.reading import Choice, Question, Reading
from cards.lists.readings import column_card, hidden_card, sheet_card
from dialogs.core.ports import NotFetched
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Attachment, AttachmentKind, Form, Turn
from dialogs.core.visibility import list_of, lists_of, names_of_lists
from dialogs.forms.audience import list_id, not_addresses, too_much
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.fields import KEPT
from dialogs.lists.audience import free_name
from dialogs.lists.imports.pending import (
    Pending,
    file_of,
    forget_pages,
    keep,
    keep_file,
    keep_page,
    pending_import,
)
from dialogs.lists.imports.tables.records import CannotRead, Habits, NoTable
from dialogs.lists.listing import one_list, typed_people
from storage.records import ContactPage, DistributionList, Right
from storage.records.rights import reaches_everyone
from storage.shared.json import from_json, to_json

router = Router()

PATIENCE = 3.0  #: seconds for which an answer is waited for, before it is said that it will follow
OFFERED = 40  #: lists that a summary offers to fill


# --- reading ----------------------------------------------------------------------------------


@router.upload(AttachmentKind.FILE)
async def upload(turn: Turn, file: Attachment) -> Answer:
    name = PurePath(clean(file.name).replace("\\", "/")).name[:NAME] or turn.texts("the file")
    return await soon(_fetch_and_read(turn, file, name), Answer(text=_waiting(turn, name)))


def _waiting(turn: Turn, name: str) -> str:
    return turn.texts("I am reading “{name}” …", name=escape_markdown(name))


async def soon(work: Coroutine[Any, Any, Answer], otherwise: Answer) -> Answer:
    """The answer, if it comes soon; else ``otherwise``, and the answer follows it."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    return task.result() if done else replace(otherwise, later=task)


async def _fetch_and_read(turn: Turn, file: Attachment, name: str) -> Answer:
    try:
        content = await turn.services.files.fetch(file.url)
    except NotFetched as error:
        return Answer(text=_not_fetched(turn.texts, name, error))
    return await _read(turn, content, name, Choice())


async def _read(turn: Turn, content: bytes, name: str, choice: Choice) -> Answer:
    habits = Habits(**turn.texts.as_in_sheets())  # type: ignore[arg-type]
    try:
        async with aclosing(turn.services.tables.read(content, choice, habits)) as frames:
            pending = await _digest(turn, frames, content, name, choice)
    except CannotRead as error:
        return Answer(text=_no_table(turn.texts, name, error.why))
    return Answer(card=await summary_card(turn, pending), summary=name)


def _not_fetched(texts: Texts, name: str, error: NotFetched) -> str:
    name = escape_markdown(name)
    if error.too_large:
        return texts("“{name}” is too large: I read files of up to {limit} MB.", name=name, limit=error.too_large)
    return texts("I could not fetch “{name}”. Please drop it here once more.", name=name)


def _no_table(texts: Texts, name: str, why: NoTable) -> str:
    name = escape_markdown(name)
    return {
        NoTable.EMPTY: texts("There is nothing in “{name}”.", name=name),
        NoTable.LOCKED: texts(
            "“{name}” is protected by a password or a sensitivity label, so I cannot open it. Please open it in Excel,"
            " save a copy without the protection, or as CSV, and drop that.",
            name=name,
        ),
        NoTable.BINARY: texts(
            "“{name}” is a binary workbook (.xlsb): please save it as .xlsx or CSV, and drop that.", name=name
        ),
        NoTable.WEB_PAGE: texts(
            "“{name}” is a web page or XML inside, whatever its name says: please open it in Excel, save it as .xlsx,"
            " and drop that.",
            name=name,
        ),
        NoTable.NO_TABLE: texts(
            "“{name}” is no table: I read CSV, Excel (.xlsx, .xls) and OpenDocument (.ods) files.", name=name
        ),
        NoTable.BROKEN: texts("“{name}” is broken: please save it again as .xlsx or CSV, and drop that.", name=name),
        NoTable.TOO_LARGE: texts("“{name}” is too large: I read up to 250,000 lines. Please split it.", name=name),
        NoTable.TOO_MUCH: texts(
            "“{name}” takes more memory or time than I may spend on a file. Please copy the column with the"
            " addresses into a new sheet, or save it as CSV, and drop that.",
            name=name,
        ),
        NoTable.NO_ADDRESSES: texts(
            "I find no addresses in “{name}”: one column must hold them, like ada@contoso.com.", name=name
        ),
    }[why]


@router.form("list.paste")
async def paste(turn: Turn, form: Form) -> Answer:
    """Addresses pasted for a new list are summed up like a file."""
    values, texts = typed_people(form), turn.texts
    if len(values["addresses"]) >= KEPT:
        return _again(turn, values, too_much(texts))
    name = values["list_name"] or texts("A new list")
    content, choice = values["addresses"].encode(), Choice()
    try:
        pending = await _digest(turn, _pasted(content, choice), content, name, choice, pasted=True)
    except _Nobody as error:
        nothing = texts("Please paste at least one address.")
        return _again(turn, values, not_addresses(error.reading, texts) if error.reading.wrong else nothing)
    return Answer(card=await summary_card(turn, pending))


def _again(turn: Turn, values: dict[str, str], error: str) -> Answer:
    groups = reaches_everyone(turn.role)
    return Answer(card=list_people_form(turn.texts, None, values, {"addresses": error}, groups=groups))


async def _pasted(content: bytes, choice: Choice) -> AsyncIterator[bytes | Reading]:
    from dialogs.lists.imports.reading import Reader  # files are read beside the bot, with all that it takes

    reader = Reader(choice)
    for contacts in reader.pasted(content.decode()):
        yield to_json(ContactPage(contacts=tuple(contacts))).encode()
    yield reader.reading


class _Nobody(CannotRead):
    def __init__(self, reading: Reading) -> None:
        super().__init__(NoTable.NO_ADDRESSES)
        self.reading = reading


async def _digest(
    turn: Turn,
    frames: AsyncIterator[bytes | Reading],
    content: bytes,
    name: str,
    choice: Choice,
    *,
    pasted: bool = False,
) -> Pending:
    """Keep pages of contacts (each a ContactPage, as JSON), and sum them up. Raises CannotRead, and keeps nothing."""
    store, tenant = turn.store, turn.person.tenant
    pages, known, reachable, reading = 0, 0, 0, Reading()
    sample: list[bytes] = []
    blank = await store.blank_list(tenant, turn.person.id, cause=turn.cause)
    try:
        async for frame in frames:
            if isinstance(frame, Reading):
                reading = frame
                break
            sample = sample or [frame]
            addresses = [str(contact["address"]) for contact in orjson.loads(frame)["contacts"]]
            reach = await store.reach_at(tenant, addresses, turn.channel)
            known, reachable = known + reach.total, reachable + reach.reachable
            await keep_page(turn, blank, pages, frame)
            pages += 1
        if not reading.people and reading.question is None:
            raise _Nobody(reading)
    except CannotRead:
        await forget_pages(turn, blank, pages)
        raise
    parts = await keep_file(turn, blank, content) if reading.has_choices else 0
    pending = Pending(
        list=blank,
        file=name,
        channel=turn.channel,
        pages=pages,
        people=reading.people,
        known=known,
        reachable=reachable,
        sample=from_json(ContactPage, sample[0]).contacts[:SAMPLE] if sample else (),
        reading=replace(reading, wrong_lines=reading.wrong_lines[:LINES]),
        choice=choice,
        parts=parts,
        pasted=pasted,
    )
    await keep(turn, pending)
    return pending


# --- what was found, and how else it may be read ----------------------------------------------


async def summary_card(
    turn: Turn, pending: Pending, values: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> AdaptiveCard:
    """What would be saved; or the question that comes first."""
    texts, payload = turn.texts, {"list": pending.list}
    match pending.reading.question:
        case Question.COLUMN:
            return column_card(texts, pending.file, pending.reading, payload)
        case Question.HIDDEN:
            return hidden_card(texts, pending.file, pending.reading, payload)
    lists = [(item.id, item.name) for item in await fillable(turn)]
    names = await names_of_lists(turn)
    proposed = {"list_name": free_name(PurePath(pending.file).stem or pending.file, names), "into": "new"}
    summary = Summary(
        id=pending.list,
        file=pending.file,
        known=pending.known,
        reachable=pending.reachable,
        sample=pending.sample,
        reading=pending.reading,
    )
    return import_card(texts, summary, {**proposed, **(values or {})}, errors or {}, lists)


async def fillable(turn: Turn) -> list[DistributionList]:
    """Lists that somebody may fill: not those that are read from a group or a team."""
    return [item for item in await lists_of(turn, Right.CHANGE) if item.by_hand][:OFFERED]


@router.form("import.open")
async def open_import(turn: Turn, form: Form) -> Answer:
    """Where an import stands: saved, or still to be."""
    pending = await pending_import(turn, form.get("list"))
    return Answer(card=await summary_card(turn, pending)) if pending else await over(turn, form)


async def over(turn: Turn, form: Form) -> Answer:
    """The file is not kept any more: the card of its list, or a notice."""
    distribution_list = await list_of(turn, list_id(f"list:{form.get('list')}"), Right.CHANGE)
    if distribution_list is not None:
        return Answer(card=await one_list(turn, distribution_list))
    text = turn.texts("This file is not kept any more. Please drop it here again.")
    return Answer(card=notice_card(turn.texts, text, "warning"))


@router.form("import.columns")
async def show_columns(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn, form.get("list"))
    if pending is None:
        return await over(turn, form)
    return Answer(card=column_card(turn.texts, pending.file, pending.reading, {"list": pending.list}))


@router.form("import.sheets")
async def show_sheets(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn, form.get("list"))
    if pending is None:
        return await over(turn, form)
    return Answer(card=sheet_card(turn.texts, pending.file, pending.reading, {"list": pending.list}))


@router.form("import.choose")
async def choose(turn: Turn, form: Form) -> Answer:
    """The file, read as its author wants it."""
    pending = await pending_import(turn, form.get("list"))
    content = await file_of(turn, pending) if pending else None
    if pending is None or content is None:
        return await over(turn, form)
    choice = _chosen(pending, form)
    if pending.pasted:
        new = await _digest(turn, _pasted(content, choice), content, pending.file, choice, pasted=True)
        return Answer(card=await summary_card(turn, new))
    reading = _read(turn, content, pending.file, choice)
    waiting = notice_card(turn.texts, _waiting(turn, pending.file), back=("import.open", {"list": pending.list}))
    return await soon(reading, Answer(card=waiting))


def _chosen(pending: Pending, form: Form) -> Choice:
    choice = pending.choice
    if isinstance(column := form.get("column"), int) and not isinstance(column, bool):
        choice = replace(choice, column=column)
    if isinstance(hidden := form.get("hidden"), bool):
        choice = replace(choice, hidden=hidden)
    sheet = form.get("sheet")
    if isinstance(sheet, str) and sheet in [one.name for one in pending.reading.sheets]:
        choice = Choice(sheet=sheet)  # its columns and rows are others
    return choice

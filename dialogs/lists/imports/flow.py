"""A file dropped into the chat: read, summed up, and saved as a list when its author says so.

Nothing is kept of it in lists before that; then a list nobody sees is filled page by page, and appears
whole. What was begun is begun again by the next press: a page that is there already stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import orjson

from cards.kit.conversation import notice_card
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.imports import LINES, SAMPLE, Summary, import_card
from cards.lists.listing import list_people_form
from dialogs.core.drafts import waiting_draft
from dialogs.core.notify import tell_maker
from dialogs.core.ports import NotFetched
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Attachment, AttachmentKind, Form, Turn
from dialogs.core.visibility import is_there, list_of, lists_of, names_of_lists
from dialogs.forms.audience import list_id, not_addresses, too_much
from dialogs.forms.fields import KEPT, NAME, clean
from dialogs.forms.pasted import read_pasted
from dialogs.lists.audience import free_name
from dialogs.lists.imports.reading import Counts, Mistake, WrongLine, pasted_contacts
from dialogs.lists.imports.tables import CannotRead, NoTable
from dialogs.lists.listing import list_name_errors, one_list, typed_people
from storage.records import (
    Audience,
    Channel,
    Contact,
    Deed,
    DistributionList,
    ListId,
    PersonId,
    Right,
    Subject,
)
from storage.records.rights import reaches_everyone
from storage.shared.json import from_json, to_json

router = Router()

PATIENCE = 3.0  #: seconds for which an answer is waited for, before it is said that it will follow
OFFERED = 40  #: lists that a summary offers to fill
MEMBERS = 5_000  #: people of an older list copied at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A file that was read and is not saved; one for each author."""

    #: the list that it would fill, which nobody sees
    list: ListId
    file: str
    channel: Channel
    pages: int
    people: int
    known: int
    reachable: int
    doubles: int
    wrong: int
    wrong_lines: tuple[WrongLine, ...]
    columns: tuple[str, ...]
    sample: tuple[Contact, ...]


def _key(turn: Turn) -> str:
    return f"import/{turn.person.id}"


def _page_key(pending: ListId, number: int) -> str:
    return f"import/list/{pending}/{number}"


# --- reading ----------------------------------------------------------------------------------


@router.upload(AttachmentKind.FILE)
async def upload(turn: Turn, file: Attachment) -> Answer:
    name = PurePath(clean(file.name).replace("\\", "/")).name[:NAME] or turn.texts("the file")
    waiting = turn.texts("I am reading “{name}” …", name=escape_markdown(name))
    return await _soon(_read(turn, file, name), Answer(text=waiting))


async def _soon(work: Coroutine[Any, Any, Answer], otherwise: Answer) -> Answer:
    """The answer, if it comes soon; else ``otherwise``, and the answer follows it."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    return task.result() if done else replace(otherwise, later=task)


async def _read(turn: Turn, file: Attachment, name: str) -> Answer:
    try:
        content = await turn.services.files.fetch(file.url)
    except NotFetched as error:
        return Answer(text=_not_fetched(turn.texts, name, error))
    counts = Counts()
    try:
        async with aclosing(turn.services.tables.pages(content, counts)) as pages:
            del content  # the program has it
            pending = await _digest(turn, pages, counts, name)
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
        NoTable.OLD_EXCEL: texts(
            "“{name}” is of an old kind: please save it as .xlsx or CSV, and drop that.", name=name
        ),
        NoTable.NO_TABLE: texts("“{name}” is no table: I read CSV and Excel (.xlsx) files.", name=name),
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
    values, texts, counts = typed_people(form), turn.texts, Counts()
    errors = {}
    if len(values["addresses"]) >= KEPT:
        errors["addresses"] = too_much(texts)
    elif not next(pasted_contacts(values["addresses"], counts), None):
        nothing = texts("Please paste at least one address.")
        errors["addresses"] = not_addresses(read_pasted(values["addresses"]).wrong, texts) if counts.wrong else nothing
    if errors:
        return Answer(card=list_people_form(texts, None, values, errors, groups=reaches_everyone(turn.role)))
    reading = _as_pages(pasted_contacts(values["addresses"], counts))
    pending = await _digest(turn, reading, counts, values["list_name"] or texts("A new list"))
    return Answer(card=await summary_card(turn, pending))


async def _as_pages(reading: Iterator[list[Contact]]) -> AsyncIterator[bytes]:
    for contacts in reading:
        yield to_json(Page(contacts=tuple(contacts))).encode()


async def _digest(turn: Turn, reading: AsyncIterator[bytes], counts: Counts, name: str) -> Pending:
    """Keep pages of contacts (each a ``Page`` as JSON), and sum them up. Raises CannotRead, and keeps nothing."""
    store, tenant = turn.store, turn.person.tenant
    pages, known, reachable = 0, 0, 0
    sample: tuple[Contact, ...] = ()
    blank = await store.blank_list(tenant, turn.person.id, cause=turn.cause)
    try:
        async for page in reading:
            sample = sample or from_json(Page, page).contacts[:SAMPLE]
            addresses = [str(contact["address"]) for contact in orjson.loads(page)["contacts"]]
            reach = await store.reach_at(tenant, addresses, turn.channel)
            known, reachable = known + reach.total, reachable + reach.reachable
            await store.write_documents({_page_key(blank, pages): (None, page)})
            pages += 1
        if not counts.people:
            raise CannotRead(NoTable.NO_ADDRESSES)
    except CannotRead:
        await _forget_pages(turn, blank, pages)
        raise
    pending = Pending(
        list=blank,
        file=name,
        channel=turn.channel,
        pages=pages,
        people=counts.people,
        known=known,
        reachable=reachable,
        doubles=counts.doubles,
        wrong=counts.wrong,
        wrong_lines=tuple(counts.wrong_lines[:LINES]),
        columns=counts.columns,
        sample=sample,
    )
    before = await pending_import(turn)
    await store.write_documents({_key(turn): (None, to_json(pending).encode())})
    if before is not None:
        await _forget_pages(turn, before.list, before.pages)
    return pending


async def pending_import(turn: Turn) -> Pending | None:
    document = (await turn.store.read_documents([_key(turn)])).get(_key(turn))
    return from_json(Pending, document[1]) if document else None


async def _forget_pages(turn: Turn, blank: ListId, pages: int) -> None:
    await turn.store.delete_documents([_page_key(blank, number) for number in range(pages)])
    if not await is_there(turn, blank):  # else it is one that was saved
        await turn.store.delete_list(blank)


async def summary_card(
    turn: Turn, pending: Pending, values: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> AdaptiveCard:
    lists = [(item.id, item.name) for item in await _fillable(turn)]
    names = await names_of_lists(turn)
    proposed = {"list_name": free_name(PurePath(pending.file).stem or pending.file, names), "into": "new"}
    summary = Summary(
        id=pending.list,
        file=pending.file,
        people=pending.people,
        known=pending.known,
        reachable=pending.reachable,
        doubles=pending.doubles,
        wrong=pending.wrong,
        mistakes=[_mistake(turn.texts, wrong) for wrong in pending.wrong_lines],
        columns=pending.columns,
        sample=pending.sample,
    )
    return import_card(turn.texts, summary, {**proposed, **(values or {})}, errors or {}, lists)


def _mistake(texts: Texts, wrong: WrongLine) -> str:
    if wrong.why is Mistake.NO_ADDRESS:
        return texts("Line {line}: there is no address.", line=texts.number(wrong.line))
    text = escape_markdown(wrong.text)
    return texts("Line {line}: “{text}” is not an address.", line=texts.number(wrong.line), text=text)


async def _fillable(turn: Turn) -> list[DistributionList]:
    """Lists that somebody may fill: not those that are read from a group or a team."""
    return [item for item in await lists_of(turn, Right.CHANGE) if item.source is None][:OFFERED]


# --- saving -----------------------------------------------------------------------------------


@router.form("import.open")
async def open_import(turn: Turn, form: Form) -> Answer:
    """Where an import stands: saved, or still to be."""
    pending = await pending_import(turn)
    if pending is not None and str(pending.list) == str(form.get("list")):
        return Answer(card=await summary_card(turn, pending))
    return await _over(turn, form)


async def _over(turn: Turn, form: Form) -> Answer:
    """The file is not kept any more: the card of its list, or a notice."""
    distribution_list = await list_of(turn, list_id(f"list:{form.get('list')}"), Right.CHANGE)
    if distribution_list is not None:
        return Answer(card=await one_list(turn, distribution_list))
    text = turn.texts("This file is not kept any more. Please drop it here again.")
    return Answer(card=notice_card(turn.texts, text, "warning"))


@router.form("import.drop")
async def drop_import(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn)
    if pending is not None and str(pending.list) == str(form.get("list")):
        await _forget(turn, pending)
    return Answer(card=notice_card(turn.texts, turn.texts("Nothing was saved.")))


async def _forget(turn: Turn, pending: Pending) -> None:
    await turn.store.delete_documents([_key(turn)])
    await _forget_pages(turn, pending.list, pending.pages)


@router.form("import.save")
async def save_import(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn)
    if pending is None or str(pending.list) != str(form.get("list")):
        return await _over(turn, form)
    values = {field: clean(str(form.get(field) or ""))[: NAME * 10] for field in ("list_name", "into")}
    values["into"] = values["into"] or "new"
    how, _, number = values["into"].partition(":")
    target = next((item for item in await _fillable(turn) if str(item.id) == number), None)
    errors = {}
    if how == "new":
        errors = await list_name_errors(turn, " ".join(values["list_name"].split()), but=pending.list)
    elif how not in ("add", "replace") or target is None:
        errors = {"into": turn.texts("This list is gone. Please choose another.")}
    if errors:
        return Answer(card=await summary_card(turn, pending, values, errors))
    name = " ".join(values["list_name"].split())
    waiting = turn.texts.many("I am saving {count} person …", "I am saving {count} people …", pending.people)
    saving = notice_card(turn.texts, waiting, back=("import.open", {"list": pending.list}))
    return await _soon(_save(turn, pending, name, target, keep=how == "add"), Answer(card=saving))


async def _save(turn: Turn, pending: Pending, name: str, target: DistributionList | None, *, keep: bool) -> Answer:
    """Fill a hidden list; then publish it, or swap it for the people of an older one, in one step."""
    store, tenant = turn.store, turn.person.tenant
    async for contacts in _pages(turn, pending):
        people = [person.id for person in await store.meet(tenant, contacts)]
        await store.enlist(pending.list, people, [contact.columns for contact in contacts])
    if target is None:
        saved = await store.publish_list(pending.list, name, pending.columns)
    else:
        columns = list(pending.columns)
        if keep:
            await _copy(turn, target, pending.list)
            columns = list(dict.fromkeys([*target.columns, *columns]))
        saved = await store.refill_list(target.id, pending.list, columns)
    if saved is None:
        text = turn.texts("This list is gone. Please choose another.")
        return Answer(card=await summary_card(turn, pending, {}, {"into": text}))
    await turn.note(Deed.CHANGED if target else Deed.CREATED, Subject.LIST, saved.id, saved.name, file=pending.file)
    await _forget(turn, pending)
    await tell_maker(turn, saved)
    notice = turn.texts.many("Saved: {count} person.", "Saved: {count} people.", saved.size)
    return Answer(card=await one_list(turn, saved, notice=notice, draft=await waiting_draft(turn)), summary=saved.name)


async def _pages(turn: Turn, pending: Pending) -> AsyncIterator[Sequence[Contact]]:
    for number in range(pending.pages):
        key = _page_key(pending.list, number)
        document = (await turn.store.read_documents([key])).get(key)
        if document:
            yield from_json(Page, document[1]).contacts


async def _copy(turn: Turn, distribution_list: DistributionList, into: ListId) -> None:
    """Add the people of a list to another; what the other says about them stays."""
    audience = Audience(lists=(distribution_list.id,), guests=True)
    for people in await turn.store.recipients(distribution_list.tenant, audience, turn.channel):
        for start in range(0, len(people), MEMBERS):
            some = [PersonId(person) for person in people[start : start + MEMBERS]]
            columns = await turn.store.columns_of(audience, some)
            await turn.store.enlist(into, some, [columns.get(person, {}) for person in some], keep=True)

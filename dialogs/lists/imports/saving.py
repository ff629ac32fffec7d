"""A file that was summed up becomes a list.

A list nobody sees is filled page by page, and appears whole. What was begun is begun again by the next press: a page
that is there already stays as it is.
"""

from __future__ import annotations

from cards.kit.conversation import notice_card
from dialogs.core.drafts import waiting_draft
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.cleaning import NAME, clean
from dialogs.lists.imports.flow import fillable, over, soon, summary_card
from dialogs.lists.imports.pending import Pending, forget, pages_of, pending_import
from dialogs.lists.listing import list_name_errors, one_list
from storage.records import Audience, DeedKind, DistributionList, ListId, PersonId

router = Router()

MEMBERS = 5_000  #: people of an older list copied at a time


@router.form("import.drop")
async def drop_import(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn, form.get("list"))
    if pending is not None:
        await forget(turn, pending)
    return Answer(card=notice_card(turn.texts, turn.texts("Nothing was saved.")))


@router.form("import.save")
async def save_import(turn: Turn, form: Form) -> Answer:
    pending = await pending_import(turn, form.get("list"))
    if pending is None:
        return await over(turn, form)
    if pending.reading.question is not None:
        return Answer(card=await summary_card(turn, pending))
    values = {field: clean(str(form.get(field) or ""))[: NAME * 10] for field in ("list_name", "into")}
    values["into"] = values["into"] or "new"
    how, _, number = values["into"].partition(":")
    target = next((item for item in await fillable(turn) if str(item.id) == number), None)
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
    return await soon(_save(turn, pending, name, target, keep=how == "add"), Answer(card=saving))


async def _save(turn: Turn, pending: Pending, name: str, target: DistributionList | None, *, keep: bool) -> Answer:
    """Fill a hidden list; then publish it, or swap it for the people of an older one, in one step."""
    store = turn.store
    async for page in pages_of(turn, pending):
        await store.fill_from_page(pending.list, page)
    columns, deed = (
        list(pending.reading.columns),
        turn.deed(DeedKind.CHANGED if target else DeedKind.CREATED, file=pending.file),
    )
    if target is None:
        saved = await store.publish_list(pending.list, name, columns, deed=deed)
    else:
        if keep:
            await _copy(turn, target, pending.list)
            columns = list(dict.fromkeys([*target.columns, *columns]))
        saved = await store.refill_list(target.id, pending.list, columns, deed=deed)
    if saved is None:
        text = turn.texts("This list is gone. Please choose another.")
        return Answer(card=await summary_card(turn, pending, {}, {"into": text}))
    await forget(turn, pending)
    await tell_maker(turn, saved)
    notice = turn.texts.many("Saved: {count} person.", "Saved: {count} people.", saved.size)
    return Answer(card=await one_list(turn, saved, notice=notice, draft=await waiting_draft(turn)), summary=saved.name)


async def _copy(turn: Turn, distribution_list: DistributionList, into: ListId) -> None:
    """Add the people of a list to another; what the other says about them stays."""
    audience = Audience(lists=(distribution_list.id,), guests=True)
    for people in await turn.store.recipients(distribution_list.tenant, audience, turn.channel):
        for start in range(0, len(people), MEMBERS):
            some = [PersonId(person) for person in people[start : start + MEMBERS]]
            columns = await turn.store.columns_of(audience, some)
            await turn.store.fill_blank(into, some, [columns.get(person, {}) for person in some], keep=True)

"""Distribution lists: seen with their reach, made, filled, renamed, shared, deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cards.compose.fields import too_long
from cards.kit.elements import AdaptiveCard
from cards.kit.parts import full_name
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.listing import (
    ListLine,
    ListView,
    list_card,
    list_delete_card,
    list_people_form,
    list_settings_form,
    lists_card,
)
from cards.lists.sources import unread_text
from dialogs.core.card_values import as_name, best_named, number_in
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Aside, Form, Turn
from dialogs.core.visibility import (
    campaigns_naming,
    is_using,
    list_of,
    lists_of,
    may_do,
    meaning_of,
    names_of_lists,
    segments_of,
)
from dialogs.forms.audience import Pasted, read_addresses
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.fields import KEPT, page_of
from dialogs.lists.freshness import installable, looked_at
from storage.records import (
    Audience,
    Campaign,
    Channel,
    DeedKind,
    DistributionList,
    ListId,
    ListInUse,
    Person,
    PersonId,
    Right,
    allowed,
)
from storage.records.rights import reaches_everyone

router = Router()

PAGE = 6  #: lists on one card
PEOPLE = 8  #: people on one card: each row carries an icon
COLUMNS = 6  #: that a notice names
AUTHORS = 200  #: authors to share with that a form offers


# --- all lists --------------------------------------------------------------------------------


@router.command("lists", "my lists", "distribution lists")
async def lists(turn: Turn, find: str) -> Answer:
    return Answer(card=await all_lists(turn, find), summary=turn.texts("Your lists"))


@router.form("lists.open")
async def lists_pressed(turn: Turn, form: Form) -> Answer:
    return Answer(card=await all_lists(turn, _find(form), page_of(form), segments=form.get("segments") is True))


def _find(form: Form) -> str:
    return " ".join(clean(str(form.get("find") or "")).split())[:NAME]


async def all_lists(
    turn: Turn, find: str = "", page: int = 0, notice: str = "", *, segments: bool = False
) -> AdaptiveCard:
    """``segments``: of them, only those that are rules."""
    wanted = find.strip().casefold()
    lists = await segments_of(turn) if segments else await lists_of(turn)
    matching = [item for item in lists if wanted in item.name.casefold()]
    pages = max(1, -(-len(matching) // PAGE))
    page = min(page, pages - 1)
    shown, _ = await looked_at(turn, matching[page * PAGE : (page + 1) * PAGE])
    lines = [
        ListLine(
            distribution_list=item,
            reach=await turn.store.reach(item.tenant, Audience(lists=(item.id,)), turn.channel),
            owner=await _owner(turn, item),
        )
        for item in shown
    ]
    return lists_card(turn.texts, lines, turn.channel, find, page, pages, notice, segments=segments)


async def _owner(turn: Turn, distribution_list: DistributionList) -> Person | None:
    """The list's owner; None where that is the reader."""
    return None if distribution_list.owner == turn.person.id else await turn.store.person(distribution_list.owner)


# --- one list ---------------------------------------------------------------------------------


async def list_asked_for(turn: Turn, form: Form, *, to_change: bool = False) -> DistributionList:
    """The list that a card names. Raises Aside when it is gone, not theirs to use, or not theirs to change."""
    distribution_list = await list_of(turn, number_in(form, "list"))
    if distribution_list is None:
        raise Aside(Answer(card=await all_lists(turn, notice=turn.texts("This list is gone."))))
    if to_change and not may_do(turn, Right.CHANGE, distribution_list):
        raise Aside(Answer(card=await one_list(turn, distribution_list, notice=_not_yours(turn), tone="warning")))
    return distribution_list


def _not_yours(turn: Turn) -> str:
    return turn.texts("Only who made this list, or the owner of Crieur, can change it.")


@router.form("list.open")
async def open_list(turn: Turn, form: Form) -> Answer:
    distribution_list = await list_asked_for(turn, form)
    chosen = str(form.get("channel", ""))
    channel = Channel(chosen) if chosen in list(Channel) else turn.channel
    unreached = form.get("unreached") is True
    card = await one_list(
        turn, distribution_list, channel=channel, find=_find(form), unreached=unreached, page=page_of(form)
    )
    return Answer(card=card)


async def one_list(
    turn: Turn,
    distribution_list: DistributionList,
    *,
    channel: Channel | None = None,
    find: str = "",
    unreached: bool = False,
    page: int = 0,
    notice: str = "",
    tone: str = "good",
    draft: Campaign | None = None,
) -> AdaptiveCard:
    """``draft``: a campaign that waits for an audience."""
    [distribution_list], unread = await looked_at(turn, [distribution_list])
    if unread and not notice:
        notice, tone = unread_text(turn.texts, unread[0]), "warning"
    store, audience, seen = turn.store, Audience(lists=(distribution_list.id,), guests=True), channel or turn.channel
    other = next(one for one in Channel if one is not seen)
    over_there = await store.reach(distribution_list.tenant, audience, other)
    people = await store.members(
        distribution_list.tenant,
        audience,
        seen,
        PEOPLE + 1,
        page * PEOPLE,
        search=find,
        reachable=False if unreached else None,
    )
    view = ListView(
        distribution_list=distribution_list,
        owner=await _owner(turn, distribution_list),
        channel=seen,
        reach=await store.reach(distribution_list.tenant, audience, seen),
        other=(other, over_there) if over_there.reachable else None,
        why=await store.unreached(distribution_list.tenant, audience, seen),
        people=people[:PEOPLE],
        page=page,
        more=len(people) > PEOPLE,
        find=find,
        unreached=unreached,
        changeable=may_do(turn, Right.CHANGE, distribution_list),
        draft=draft,
        installable=await installable(turn, audience, seen),
        meaning=await meaning_of(turn, distribution_list),
    )
    return list_card(turn.texts, view, notice, tone)


async def list_named(turn: Turn, name: str) -> DistributionList | None:
    """The list whose name is, or else begins with, or else contains what was typed."""
    return best_named(as_name(name), await lists_of(turn))


async def which_list(turn: Turn, name: str) -> Answer:
    text = turn.texts("I know no list “{name}”. Which one do you mean?", name=escape_markdown(name)) if name else ""
    return Answer(card=await all_lists(turn, notice=text), summary=turn.texts("Your lists"))


async def _card_of_named(
    turn: Turn, name: str, card_of: Callable[[DistributionList], Awaitable[AdaptiveCard]]
) -> Answer:
    """A card of the list whose name was typed; all lists, with the question which, where there is none."""
    distribution_list = await list_named(turn, name)
    if distribution_list is None:
        return await which_list(turn, name)
    return Answer(card=await card_of(distribution_list), summary=distribution_list.name)


@router.command("list")
async def list_typed(turn: Turn, name: str) -> Answer:
    return await _card_of_named(turn, name, lambda named: one_list(turn, named))


# --- people -----------------------------------------------------------------------------------


@router.command("new list")
async def new_list(turn: Turn, name: str) -> Answer:
    groups = reaches_everyone(turn.role)
    card = list_people_form(turn.texts, None, {"list_name": name[:NAME]}, {}, groups=groups)
    return Answer(card=card, summary=turn.texts("A new list"))


@router.form("list.new")
async def new_list_pressed(turn: Turn, form: Form) -> Answer:
    return await new_list(turn, "")


@router.form("list.people")
async def open_people(turn: Turn, form: Form) -> Answer:
    return Answer(card=list_people_form(turn.texts, await _of_its_own(turn, form), {}, {}))


async def _of_its_own(turn: Turn, form: Form) -> DistributionList:
    """A list that holds the people put in it by hand. Raises Aside for one that is read from elsewhere."""
    distribution_list = await list_asked_for(turn, form, to_change=True)
    if distribution_list.segment is not None:
        notice = turn.texts("It is a segment: who is in it follows from its conditions.")
        raise Aside(Answer(card=await one_list(turn, distribution_list, notice=notice, tone="warning")))
    if distribution_list.source is not None:
        notice = turn.texts("Its people are read from elsewhere: they can only be changed there.")
        raise Aside(Answer(card=await one_list(turn, distribution_list, notice=notice, tone="warning")))
    return distribution_list


async def _typed_contacts(turn: Turn, form: Form) -> tuple[DistributionList, Pasted]:
    """A list, and the people typed to be added to it or taken out. Raises Aside where what was typed is wrong."""
    distribution_list, values = await _of_its_own(turn, form), typed_people(form)
    pasted = read_addresses(values["addresses"], turn.texts)
    if pasted.value is None:
        raise Aside(Answer(card=list_people_form(turn.texts, distribution_list, values, pasted.errors)))
    return distribution_list, pasted.value


@router.form("list.add")
async def add_people(turn: Turn, form: Form) -> Answer:
    distribution_list, pasted = await _typed_contacts(turn, form)
    people = await turn.store.meet(distribution_list.tenant, pasted.contacts)
    await turn.store.enlist(distribution_list.id, people, deed=turn.deed(DeedKind.CHANGED))
    return await _changed(turn, form, distribution_list, pasted)


@router.form("list.remove")
async def remove_people(turn: Turn, form: Form) -> Answer:
    distribution_list, pasted = await _typed_contacts(turn, form)
    addresses = [contact.address for contact in pasted.contacts]
    people = [await turn.store.person_at(distribution_list.tenant, address) for address in addresses]
    ids = [person.id for person in people if person is not None]
    await turn.store.dismiss(distribution_list.id, ids, deed=turn.deed(DeedKind.CHANGED))
    return await _changed(turn, form, distribution_list)


def _not_kept(texts: Texts, added: Pasted) -> str:
    """What stood beside pasted addresses: a list gets its columns from a file."""
    if not added.columns:
        return ""
    return texts(
        "Only names and addresses were added: what else stood beside them ({columns}) comes in with a file.",
        columns=texts.enumerate([escape_markdown(column) for column in added.columns[:COLUMNS]])
        + (" …" if len(added.columns) > COLUMNS else ""),
    )


async def _changed(turn: Turn, form: Form, before: DistributionList, added: Pasted | None = None) -> Answer:
    distribution_list = await list_asked_for(turn, form)
    await tell_maker(turn, distribution_list)
    grown = distribution_list.size - before.size
    texts = turn.texts
    if grown > 0:
        notice = texts.many("{count} person was added.", "{count} people were added.", grown)
    elif grown < 0:
        notice = texts.many("{count} person was taken out.", "{count} people were taken out.", -grown)
    else:
        notice = texts("Nothing has changed: the list was like that already.")
    if added is not None:
        notice = " ".join(sentence for sentence in (notice, _not_kept(texts, added), added.notes(texts)) if sentence)
    return Answer(card=await one_list(turn, distribution_list, notice=notice))


def typed_people(form: Form) -> dict[str, str]:
    """The name and the addresses of a form about a list's people, as they were typed."""
    values = {field: clean(str(form.get(field) or ""))[:KEPT] for field in ("list_name", "addresses")}
    return {**values, "list_name": " ".join(values["list_name"].split())}


async def list_name_errors(turn: Turn, name: str, *, but: ListId | None = None) -> dict[str, str]:
    texts = turn.texts
    if not name:
        return {"list_name": texts("Please give the list a name.")}
    if len(name) > NAME:
        return {"list_name": too_long(texts, len(name), NAME)}
    taken = name.casefold() in await names_of_lists(turn, but=but)
    return {"list_name": texts("There is a list of this name already.")} if taken else {}


# --- name and sharing -------------------------------------------------------------------------


@router.command("rename list", "share list")
async def settings_typed(turn: Turn, name: str) -> Answer:
    return await _card_of_named(turn, name, lambda named: _settings(turn, {"list": named.id}))


@router.form("list.settings")
async def open_settings(turn: Turn, form: Form) -> Answer:
    return Answer(card=await _settings(turn, form))


async def _settings(turn: Turn, form: Form) -> AdaptiveCard:
    distribution_list = await list_asked_for(turn, form, to_change=True)
    sharing = "all" if distribution_list.shared_with_all else "some" if distribution_list.shared_with else "me"
    values = {
        "list_name": distribution_list.name,
        "sharing": sharing,
        "authors": ",".join(map(str, sorted(distribution_list.shared_with))),
    }
    return list_settings_form(turn.texts, distribution_list, values, {}, await _authors(turn, distribution_list))


async def _authors(turn: Turn, distribution_list: DistributionList) -> list[tuple[PersonId, str]]:
    """The people a list can be shared with: authors who cannot use it anyhow."""
    private = replace(distribution_list, shared_with=frozenset(), shared_with_all=False)
    return [
        (person.id, full_name(person))
        for person, role in await turn.store.with_role(distribution_list.tenant)
        if person.id in distribution_list.shared_with or not allowed(Right.SEE, role, person, private)
    ][:AUTHORS]


@router.form("list.save")
async def save_settings(turn: Turn, form: Form) -> Answer:
    distribution_list = await list_asked_for(turn, form, to_change=True)
    name, sharing = typed_people(form)["list_name"], str(form.get("sharing") or "me")
    offered = await _authors(turn, distribution_list)
    ticked = str(form.get("authors") or "").split(",")
    authors = [id for id, _ in offered if str(id) in ticked]
    errors = await list_name_errors(turn, name, but=distribution_list.id)
    if sharing == "some" and not authors:
        errors["authors"] = turn.texts("Please tick at least one author.")
    if errors:
        values = {"list_name": name, "sharing": sharing, "authors": ",".join(map(str, authors))}
        return Answer(card=list_settings_form(turn.texts, distribution_list, values, errors, offered))
    changed = await _rename_and_share(turn, distribution_list, name, authors if sharing == "some" else [], sharing)
    await tell_maker(turn, changed)
    return Answer(card=await one_list(turn, changed, notice=turn.texts("Saved.")))


async def _rename_and_share(
    turn: Turn, before: DistributionList, name: str, authors: Sequence[PersonId], sharing: str
) -> DistributionList:
    """Each is a deed of its own, and only where it changes something."""
    if name != before.name:
        await turn.store.rename_list(before.id, name, deed=turn.deed(DeedKind.CHANGED))
    if (frozenset(authors), sharing == "all") != (before.shared_with, before.shared_with_all):
        deed = turn.deed(DeedKind.SHARED, sharing=sharing)
        await turn.store.share_list(before.id, authors, all_authors=sharing == "all", deed=deed)
    return await list_asked_for(turn, {"list": before.id})


# --- delete -----------------------------------------------------------------------------------


@router.command("delete list")
async def delete_typed(turn: Turn, name: str) -> Answer:
    return await _card_of_named(turn, name, lambda named: _deletion(turn, {"list": named.id}))


@router.form("list.delete")
async def open_delete(turn: Turn, form: Form) -> Answer:
    return Answer(card=await _deletion(turn, form))


async def _deletion(turn: Turn, form: Form) -> AdaptiveCard:
    distribution_list = await list_asked_for(turn, form, to_change=True)
    naming, of_others = await campaigns_naming(turn, distribution_list)
    used_by = [campaign.name for campaign in naming if is_using(campaign)]
    drafts = sum(1 for campaign in naming if not campaign.frozen)
    return list_delete_card(turn.texts, distribution_list, used_by, drafts, of_others)


@router.form("list.delete.confirm")
async def confirm_delete(turn: Turn, form: Form) -> Answer:
    distribution_list = await list_asked_for(turn, form, to_change=True)
    try:
        await turn.store.delete_list(distribution_list.id, deed=turn.deed(DeedKind.DELETED))
    except ListInUse as used:
        naming, _ = await campaigns_naming(turn, distribution_list)
        names = [campaign.name for campaign in naming if is_using(campaign)]
        of_others = max(0, len(used.campaigns) - len(names))
        return Answer(card=list_delete_card(turn.texts, distribution_list, names, 0, of_others))
    await tell_maker(turn, distribution_list, DeedKind.DELETED)
    notice = turn.texts("“{name}” is deleted.", name=escape_markdown(distribution_list.name))
    return Answer(card=await all_lists(turn, notice=notice))

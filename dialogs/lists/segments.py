"""Segments: lists that are rules, written line by line on a card that shows how many people they mean.

What is being written stands in the card's own buttons; only *Save* keeps it. A card says what somebody wishes: its rule
is read anew each time, and what it names is looked up for the person who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cards.compose.fields import too_long
from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from cards.lists.conditions import wrong_text
from cards.lists.segments import OTHERS, SegmentView, kinds_form, line_form, segment_form
from dialogs.core.card_values import number_in
from dialogs.core.notify import tell_maker
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import (
    campaign_of,
    campaigns_of,
    list_of,
    lists_of,
    may_see_people,
    named_in,
    names_of_lists,
    segments_of,
)
from dialogs.forms.audience import list_id
from dialogs.forms.cleaning import NAME, clean
from dialogs.lists.conditions import FIELDS, as_typed, field_of, read_line, whole_number
from dialogs.lists.listing import all_lists, list_asked_for, one_list
from storage.records import Audience, Campaign, DeedKind, DistributionList, ListInUse
from storage.records.rights import reaches_everyone
from storage.records.segments import (
    MOST_PARTS,
    Fact,
    Group,
    How,
    Mistake,
    Wrong,
    mistakes,
)
from storage.shared.json import from_json, to_json
from storage.shared.segments import columns_behind, mistakes_of

router = Router()

SHOWN = 8  #: lists that a segment can be made of, beside those that are ticked
CAMPAIGNS = 30  #: newest ones that a line can ask about
CARRIED = 1_500  #: characters of a rule: every button of its card carries it
NOBODY = Audience()
NOBODY_YET = Group(how=How.ALL, parts=())
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A segment that is being written."""

    #: the one that it changes; None for a new one
    known: DistributionList | None = None
    name: str = ""
    of: Audience = NOBODY
    rule: Group = NOBODY_YET
    #: the number of the draft of a campaign whose audience it is written for; 0: of none
    campaign: int = 0

    @property
    def audience(self) -> Audience:
        return replace(self.of, guests=True, only=self.rule if self.rule.parts else None)

    @property
    def ticked(self) -> str:
        return ",".join([*([EVERYONE] if self.of.everyone else []), *(f"list:{id}" for id in self.of.lists)])

    @property
    def state(self) -> dict[str, Any]:
        """What its buttons carry; what stands in fields of the same names goes before it."""
        id = self.known.id if self.known else 0
        said = {"name": self.name, "of": self.ticked, "how": self.rule.how, "rule": to_json(self.rule)}
        return {"segment": id, **said, **({"for": self.campaign} if self.campaign else {})}


async def draft_in(turn: Turn, form: Form) -> Draft:
    """What a card says, as far as it can be read."""
    known = await list_of(turn, number_in(form, "segment"))
    rule, how = _rule_in(str(form.get("rule") or "")), str(form.get("how") or "")
    if how in (How.ALL, How.ANY):
        rule = replace(rule, how=How(how))
    return Draft(
        known=known if known and known.segment is not None else None,
        name=" ".join(clean(str(form.get("name") or "")).split()),
        of=of_ticks(str(form.get("of") or "")),
        rule=rule,
        campaign=number_in(form, "for") or 0,
    )


def of_ticks(ticked: str) -> Audience:
    """ "everyone,list:3" """
    chosen = ticked.split(",")
    lists = tuple(dict.fromkeys(id for id in map(list_id, chosen) if id is not None))
    return Audience(everyone=EVERYONE in chosen, lists=lists)


def _rule_in(text: str) -> Group:
    try:
        rule = from_json(Group, text[:CARRIED]) if text else NOBODY_YET
    except (ValueError, RecursionError):
        return NOBODY_YET
    return NOBODY_YET if any(mistake.why is Wrong.TOO_DEEP for mistake in mistakes(rule)) else rule


def draft_of(segment: DistributionList) -> Draft:
    """A segment that is there, to be changed."""
    meant = segment.segment or Audience()
    return Draft(known=segment, name=segment.name, of=replace(meant, only=None), rule=meant.only or NOBODY_YET)


async def segment_card(
    turn: Turn, draft: Draft, notice: str = "", tone: str = "attention", errors: Mapping[str, str] | None = None
) -> AdaptiveCard:
    """The card of a segment that is being written, with how many people it means now."""
    named = await named_in(turn, draft.audience)
    wrong = mistakes_of(draft.audience, named, draft.known.id if draft.known else None)
    found = {**_beside(turn, draft, wrong), **(errors or {})}
    theirs = await may_see_people(turn, draft.of)
    reach = await turn.store.reach(turn.person.tenant, draft.audience, turn.channel) if theirs and not wrong else None
    view = SegmentView(
        id=draft.known.id if draft.known else 0,
        name=draft.name,
        of=draft.ticked,
        rule=draft.rule,
        campaign=draft.campaign,
        changeable={place for place, part in enumerate(draft.rule.parts) if as_typed(turn, part, named.campaigns)},
        sources=await _sources(turn, draft),
        campaigns=named.campaigns,
        reach=reach,
        state=draft.state,
        errors=found,
        wrong={one.path[0]: wrong_text(turn.texts, one.why) for one in reversed(wrong) if one.path},
    )
    return segment_form(turn.texts, view, notice, tone)


def _beside(turn: Turn, draft: Draft, wrong: list[Mistake]) -> dict[str, str]:
    """What is wrong with a whole segment, beside its field."""
    whole = [one.why for one in wrong if not one.path]
    of_lists = (Wrong.LIST_GONE, Wrong.HOLDS_ITSELF, Wrong.NESTED, Wrong.PART_WRONG)
    return {"of" if why in of_lists else "rule": wrong_text(turn.texts, why) for why in whole}


async def _sources(turn: Turn, draft: Draft) -> list[tuple[str, str]]:
    own = draft.known.id if draft.known else None
    lists = [one for one in await lists_of(turn) if one.id != own]
    ticked = [one for one in lists if one.id in draft.of.lists]
    others = [one for one in lists if one.id not in draft.of.lists][:SHOWN]
    everyone = [(EVERYONE, turn.texts("Everyone who has installed Crieur"))] if reaches_everyone(turn.role) else []
    return [*everyone, *((f"list:{one.id}", one.name) for one in [*ticked, *others])]


# --- opening ----------------------------------------------------------------------------------


@router.command("segments", "my segments")
async def segments(turn: Turn, find: str) -> Answer:
    if not await segments_of(turn):
        return await new_segment(turn, find)
    return Answer(card=await all_lists(turn, find, segments=True), summary=turn.texts("Your segments"))


@router.command("new segment")
async def new_segment(turn: Turn, name: str) -> Answer:
    draft = Draft(name=name[:NAME], of=Audience(everyone=reaches_everyone(turn.role)))
    return Answer(card=await segment_card(turn, draft), summary=turn.texts("A new segment"))


@router.form("segment.new")
async def new_pressed(turn: Turn, form: Form) -> Answer:
    """``list``: out of the people of this one; ``rule``: what it begins with."""
    draft = await draft_in(turn, form)
    one = await list_of(turn, number_in(form, "list"))
    of = Audience(lists=(one.id,)) if one else draft.of
    if of == Audience():
        of = Audience(everyone=reaches_everyone(turn.role))
    return Answer(card=await segment_card(turn, replace(draft, known=None, of=of)))


@router.form("segment.open")
async def open_segment(turn: Turn, form: Form) -> Answer:
    segment = await list_asked_for(turn, form, to_change=True)
    if segment.segment is None:
        return Answer(card=await one_list(turn, segment))
    return Answer(card=await segment_card(turn, draft_of(segment)))


@router.form("segment.count")
async def count(turn: Turn, form: Form) -> Answer:
    return Answer(card=await segment_card(turn, await draft_in(turn, form)))


@router.form("segment.drop")
async def drop_line(turn: Turn, form: Form) -> Answer:
    draft = await draft_in(turn, form)
    place = whole_number(str(form.get("drop")))
    parts = tuple(part for number, part in enumerate(draft.rule.parts) if number != place)
    return Answer(card=await segment_card(turn, replace(draft, rule=replace(draft.rule, parts=parts))))


# --- a line of it -----------------------------------------------------------------------------


@router.form("segment.add")
async def add_line(turn: Turn, form: Form) -> Answer:
    draft = await draft_in(turn, form)
    if len(draft.rule.parts) >= MOST_PARTS:
        return Answer(card=await segment_card(turn, draft, wrong_text(turn.texts, Wrong.TOO_MANY)))
    return Answer(card=kinds_form(turn.texts, await _columns(turn, draft), draft.state))


async def _columns(turn: Turn, draft: Draft) -> list[str]:
    return columns_behind(draft.of.lists, await named_in(turn, draft.of))


async def _campaigns(turn: Turn) -> list[Campaign]:
    """Those that a line can ask about: sent or to be sent, and it is told who did what."""
    newest = await campaigns_of(turn, CAMPAIGNS)
    return [one for one in newest if one.frozen and one.keeps_people and not one.anonymous]


@router.form("segment.kind")
async def choose_kind(turn: Turn, form: Form) -> Answer:
    draft, kind = await draft_in(turn, form), str(form.get("kind") or "")
    columns = await _columns(turn, draft)
    if kind not in (*Fact, *OTHERS, *(f"column:{column}" for column in columns)):
        errors = {"kind": turn.texts("Please choose what it is about.")}
        return Answer(card=kinds_form(turn.texts, columns, draft.state, errors))
    return Answer(card=await _line_card(turn, draft, kind, {"campaign": str(form.get("campaign") or "")}, {}))


async def _line_card(
    turn: Turn,
    draft: Draft,
    kind: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    place: int | None = None,
) -> AdaptiveCard:
    """``place``: of the line that is changed; None, or after the last one, where it is added."""
    campaigns: list[Campaign] = []
    if kind == "did":
        chosen = await campaign_of(turn, number_in(values, "campaign"))
        campaigns = [chosen] if chosen else await _campaigns(turn)
        values = {**values, "campaign": str(chosen.id) if chosen else ""}
    changed = place if place is not None and place < len(draft.rule.parts) else None
    return line_form(turn.texts, kind, values, errors, draft.state, campaigns, place=changed)


@router.form("segment.put")
async def put_line(turn: Turn, form: Form) -> Answer:
    draft, kind = await draft_in(turn, form), str(form.get("kind") or "")
    if kind not in (*Fact, *OTHERS) and not kind.startswith("column:"):
        return await choose_kind(turn, form)
    values = {field: clean(str(form.get(field) or "")) for field in FIELDS}
    campaign = await campaign_of(turn, number_in(values, "campaign")) if kind == "did" else None
    part, errors = read_line(turn, kind, values, campaign)
    place = _place_in(draft, form)
    if part is not None:
        before, after = draft.rule.parts[:place], draft.rule.parts[place + 1 :]
        rule = replace(draft.rule, parts=(*before, part, *after))
        if len(to_json(rule)) <= CARRIED and len(rule.parts) <= MOST_PARTS:
            return Answer(card=await segment_card(turn, replace(draft, rule=rule)))
        too_much = turn.texts("That is too much for one segment. Make one of these lines first, and then one of that.")
        errors = {field_of(kind): too_much}
    return Answer(card=await _line_card(turn, draft, kind, values, errors, place))


def _place_in(draft: Draft, form: Form) -> int:
    """Of the line that is changed; the one after the last where a line is added."""
    place = whole_number(str(form.get("place", "")))
    return place if place is not None and place < len(draft.rule.parts) else len(draft.rule.parts)


@router.form("segment.line")
async def change_line(turn: Turn, form: Form) -> Answer:
    """A line as its fields, to be changed or removed; the others stay as they are."""
    draft = await draft_in(turn, form)
    place, named = _place_in(draft, form), await named_in(turn, draft.audience)
    line = as_typed(turn, draft.rule.parts[place], named.campaigns) if place < len(draft.rule.parts) else None
    if line is None:
        return Answer(card=await segment_card(turn, draft))
    kind, values = line
    return Answer(card=await _line_card(turn, draft, kind, values, {}, place))


# --- saving -----------------------------------------------------------------------------------


@router.form("segment.save")
async def save(turn: Turn, form: Form) -> Answer:
    one, card = await saved(turn, form)
    if one is None:
        return Answer(card=card)
    name = escape_markdown(one.name)
    new = turn.texts("“{name}” is there. You can send to it, or leave it out, as any list.", name=name)
    notice = turn.texts("Saved.") if number_in(form, "segment") else new
    return Answer(card=await one_list(turn, one, notice=notice))


async def saved(turn: Turn, form: Form) -> tuple[DistributionList | None, AdaptiveCard | None]:
    """The segment that a card says, kept; or the card that says what is wrong with it."""
    draft = await draft_in(turn, form)
    if number_in(form, "segment"):
        await list_asked_for(turn, {"list": number_in(form, "segment")}, to_change=True)
    errors = await _errors(turn, draft)
    named = await named_in(turn, draft.audience)
    if errors or mistakes_of(draft.audience, named, draft.known.id if draft.known else None):
        return None, await segment_card(turn, draft, errors=errors)
    columns = columns_behind(draft.of.lists, named)
    if draft.known is not None:
        return await _change(turn, draft, draft.known, columns)
    tenant, deed = turn.person.tenant, turn.deed(DeedKind.CREATED)
    return await turn.store.new_segment(tenant, turn.person.id, draft.name, draft.audience, columns, deed=deed), None


async def _change(
    turn: Turn, draft: Draft, known: DistributionList, columns: list[str]
) -> tuple[DistributionList | None, AdaptiveCard | None]:
    try:
        changed = await turn.store.change_segment(known.id, draft.audience, columns, deed=turn.deed(DeedKind.CHANGED))
    except ListInUse as used:
        notice = turn.texts.many(
            "It cannot be changed now: a campaign that is scheduled or running goes by it.",
            "It cannot be changed now: {count} campaigns that are scheduled or running go by it.",
            len(used.campaigns),
        )
        return None, await segment_card(turn, draft, notice, "warning")
    if changed is not None and draft.name != known.name:
        await turn.store.rename_list(known.id, draft.name, deed=turn.deed(DeedKind.CHANGED, renamed="yes"))
    one = await list_asked_for(turn, {"list": known.id})
    await tell_maker(turn, one)
    return one, None


async def _errors(turn: Turn, draft: Draft) -> dict[str, str]:
    errors = {}
    if not draft.name:
        errors["name"] = turn.texts("Please give the segment a name.")
    elif len(draft.name) > NAME:
        errors["name"] = too_long(turn.texts, len(draft.name), NAME)
    elif draft.name.casefold() in await names_of_lists(turn, but=draft.known.id if draft.known else None):
        errors["name"] = turn.texts("There is a list of this name already.")
    if not draft.of.everyone and not draft.of.lists:
        errors["of"] = turn.texts("Please tick out of whom it is made.")
    elif not await may_see_people(turn, draft.of):
        errors["of"] = wrong_text(turn.texts, Wrong.LIST_GONE)
    if not draft.rule.parts:
        errors["rule"] = wrong_text(turn.texts, Wrong.EMPTY)
    return errors

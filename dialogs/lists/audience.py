"""Choosing the people that a campaign targets: the lists that somebody may use, and what becomes of a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zlib import crc32

from cards.compose import Choices, audience_form
from cards.kit.elements import AdaptiveCard
from dialogs.core.drafts import out_of_bounds
from dialogs.core.turn import Turn
from dialogs.core.visibility import is_there, lists_in, lists_of
from dialogs.forms.audience import AudienceChoice, Pasted, list_id, read_audience
from dialogs.forms.cleaning import NAME
from dialogs.lists.freshness import looked_at
from storage.records import (
    Arrival,
    Audience,
    Campaign,
    Channel,
    Deed,
    DeedKind,
    DistributionList,
    ListId,
    Standing,
    pasted_into,
)
from storage.records.rights import reaches_everyone
from storage.shared.policy import policy_of

SHOWN = 8  #: lists in the form, beside those that are chosen: more have to be looked for
AT_WORK = timedelta(seconds=10)  #: for so long a list that is noted, and not there, is being made by another press
ALIKE = 200  #: things of nearly the same name that are looked at, to find a free one


async def audience_card(
    turn: Turn, campaign: Campaign, values: Mapping[str, str], errors: Mapping[str, str], notice: str = ""
) -> AdaptiveCard:
    """The form, with what was typed so far."""
    chosen = values.get("channel", "")
    channel = Channel(chosen) if chosen in list(Channel) else campaign.channel
    named = [list_id(word) for field in ("audience", "except") for word in values.get(field, "").split(",")]
    lists, more = shown_lists(await lists_of(turn), named, values.get("find", ""))
    lists, _ = await looked_at(turn, lists)
    store, tenant, all_of_it = turn.store, campaign.tenant, reaches_everyone(turn.role)
    choices = Choices(
        everyone=await store.reach(tenant, Audience(everyone=True), channel) if all_of_it else None,
        lists=[(item, await store.reach(tenant, Audience(lists=(item.id,)), channel)) for item in lists],
        more=more,
        topics=(await policy_of(store, tenant)).topics,
    )
    return audience_form(turn.texts, campaign, {**values, "channel": channel}, errors, choices, notice)


def shown_lists(
    lists: list[DistributionList], chosen: list[ListId | None], find: str
) -> tuple[list[DistributionList], bool]:
    """Those that are chosen, and as many more as there is room for; whether there are others."""
    ticked = [item for item in lists if item.id in chosen]
    others = [item for item in lists if item.id not in chosen]
    wanted = find.strip().casefold()
    matching = [item for item in others if wanted in item.name.casefold()] if wanted else others
    return ticked + matching[:SHOWN], len(others) > SHOWN


@dataclass(frozen=True, slots=True)
class Accepted:
    errors: Mapping[str, str]
    #: the form's values from here on
    kept: dict[str, str]
    #: what was left out of a paste, or guessed
    notice: str = ""


async def accept_audience(turn: Turn, campaign: Campaign, values: dict[str, str]) -> Accepted:
    """What is wrong with a choice; once nothing is, pasted addresses have become a list, and are ticked."""
    reading = read_audience(values, turn.texts)
    choice = reading.value
    if choice is None:
        return Accepted(reading.errors, values)
    if errors := await _unusable(turn, choice):
        return Accepted(errors, values)
    kept = {key: value for key, value in values.items() if key != "find"}
    pasted = choice.pasted
    if not pasted.contacts:
        return Accepted({}, kept)
    lists = await lists_of(turn)  # before it is asked what has been made: what stands among them is known by then
    cause, made = await _pasting(turn, campaign, values)
    names = {one.name.casefold() for one in lists if one.id != made}
    if choice.new_name.casefold() in names:
        return Accepted({"list_name": turn.texts("There is a list of this name already.")}, values)
    name = choice.new_name or free_name(campaign.name or turn.texts("A new list"), names)
    deed = replace(turn.deed(DeedKind.CREATED, campaign=str(campaign.id)), cause=cause)
    new = await _new_list(turn, name, pasted, deed)
    ticked = [word for word in (values.get("audience", ""), f"list:{new}") if word]
    kept |= {"audience": ",".join(ticked), "list_name": "", "addresses": ""}
    return Accepted({}, kept, pasted.notes(turn.texts))


async def _new_list(turn: Turn, name: str, pasted: Pasted, deed: Deed) -> ListId:
    """A list of what was pasted, with what stands beside the addresses: it can be used as variables."""
    store, tenant, owner = turn.store, turn.person.tenant, turn.person.id
    people = await store.meet(tenant, pasted.contacts)
    if not pasted.columns:
        return (await store.new_list(tenant, owner, name, people, deed=deed)).id
    blank = await store.blank_list(tenant, owner, cause=deed.cause)
    await store.fill_blank(blank, people, [contact.columns for contact in pasted.contacts])
    await store.publish_list(blank, name, pasted.columns, deed=deed)
    return blank


async def _pasting(turn: Turn, campaign: Campaign, values: Mapping[str, str]) -> tuple[str, int | None]:
    """What makes the list of what is pasted, and the list that it has made already: a form is pressed twice at times,
    and the second press may reach another copy of the bot while the first is at work.
    """
    store = turn.store
    cause = pasted_into(campaign.id, turn.person.id, values.get("list_name", ""), values.get("addresses", ""))
    press = Arrival(key=cause, sender="", told_at=turn.now)
    begun = await store.begin_activity(press, crc32(turn.cause.encode()), turn.now, turn.now + AT_WORK)
    made = await store.made_by(cause, "list")
    if made is not None and begun.standing is Standing.OURS and not await is_there(turn, ListId(made)):
        return turn.cause, None  # it was deleted since: they want another
    return cause, made


async def _unusable(turn: Turn, choice: AudienceChoice) -> dict[str, str]:
    """What of a choice is not theirs to send to, beside its field: a list that they may not see is not there."""
    errors = {}
    usable = {one.id for one in await lists_of(turn)}
    for field, lists in (("audience", choice.audience.lists), ("except", choice.audience.except_lists)):
        if not usable.issuperset(lists):
            errors[field] = turn.texts("This list is gone. Please choose another.")
    if not errors and (limit := await out_of_bounds(turn, choice.audience)):
        errors["audience"] = limit
    return errors


def stem(name: str) -> str:
    """With what names begin that are like this one, a number behind them or not (``free_name``)."""
    return name[: NAME - len(f" ({ALIKE})")].rstrip()


def free_name(name: str, taken: set[str]) -> str:
    """``name``, with a number behind it where it is taken."""
    number, free = 2, name[:NAME]
    while free.casefold() in taken:
        end = f" ({number})"
        free, number = name[: NAME - len(end)] + end, number + 1
    return free


async def audience_name(turn: Turn, audience: Audience) -> str:
    """The audience in words: lists, and who is left out."""
    texts = turn.texts
    called = {one.id: one.name for one in await lists_in(turn, audience) if one is not None}
    gone = texts("a list that is gone")
    names = [texts("everyone who has installed Crieur")] if audience.everyone else []
    names += [called.get(id, gone) for id in audience.lists]
    name = texts.enumerate(names)
    if audience.except_lists:
        others = texts.enumerate([called.get(id, gone) for id in audience.except_lists])
        name = texts("{people}, without {others}", people=name, others=others)
    return name[:1].upper() + name[1:] if audience.everyone else name


async def lists_gone(turn: Turn, audience: Audience) -> bool:
    """Whether it names a list that is there no more: its people would be forgotten, or not left out."""
    return None in await lists_in(turn, audience)

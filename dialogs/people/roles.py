"""Roles for people and for groups of the directory, given by chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cards.kit.elements import AdaptiveCard
from cards.kit.variables import escape_markdown
from cards.people.roles import groups_card, has_role_now, role_given_card, roles_card, you_have_role
from dialogs.core.card_values import number_in
from dialogs.core.notify import post
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.addresses import address_of
from dialogs.forms.cleaning import clean
from dialogs.people.finding import person_in
from dialogs.people.language import texts_of
from scheduler.ports import DirectoryGroup, NotAnswered
from storage.records import DeedKind, GroupRole, Person, PersonId, Policy, Role
from storage.shared.policy import change_policy, policy_of

router = Router()

FOUND = 8  #: groups shown to choose from
WHO = 200  #: characters that are looked at


@router.command("roles", "authors")
async def show_roles(turn: Turn, rest: str) -> Answer:
    return Answer(card=await _card(turn), summary=turn.texts("Who may do what"))


@router.form("roles.open")
async def open_roles(turn: Turn, form: Form) -> Answer:
    return await show_roles(turn, "")


async def _card(
    turn: Turn,
    notice: str = "",
    tone: str = "good",
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> AdaptiveCard:
    policy = await policy_of(turn.store, turn.person.tenant)
    return roles_card(
        turn.texts,
        await turn.store.with_role(turn.person.tenant),
        policy.groups,
        owner=turn.role is Role.OWNER,
        directory=turn.services.directory is not None,
        values=values,
        errors=errors,
        notice_text=notice,
        tone=tone,
    )


# --- people -----------------------------------------------------------------------------------


@router.form("roles.give", role=Role.OWNER)
async def give(turn: Turn, form: Form) -> Answer:
    (who, values), wanted = person_in(form, "who"), str(form.get("role", ""))
    who, role = who[:WHO].strip(), Role(wanted) if wanted in list(Role) else Role.AUTHOR
    values = {name: value[:WHO] for name, value in values.items()} | {"role": role.value}
    if not who:
        return Answer(card=await _card(turn, values=values, errors={"who": turn.texts("Please say who.")}))
    if not address_of(who) and turn.services.directory is not None:
        return await _find_groups(turn, who, role, values)
    error, done = await _give(turn, who, role)
    if error:
        return Answer(card=await _card(turn, values=values, errors={"who": error}))
    return Answer(card=await _card(turn, done))


async def _give(turn: Turn, typed: str, role: Role) -> tuple[str, str]:
    """(what is wrong, what was done)."""
    texts, address = turn.texts, address_of(typed)
    if not address:
        return texts("That is not an address; it looks like ada@contoso.com."), ""
    person = await turn.store.person_at(turn.person.tenant, address)
    if person is None:
        return texts("I know nobody with this address. They need to install Crieur first."), ""
    before = await turn.store.role(person.id)
    if not await turn.store.give_role(person.id, role, deed=turn.deed(DeedKind.GIVEN, role=role.value)):
        return texts("The last owner stays one: name another owner first."), ""
    if role is not before and person.id != turn.person.id:
        theirs = texts_of(person)
        await post(turn.services, person.id, role_given_card(theirs, turn.person, role), you_have_role(theirs, role))
    return "", has_role_now(texts, _name(person), role)


@router.form("roles.take", role=Role.OWNER)
async def take(turn: Turn, form: Form) -> Answer:
    id = number_in(form, "person")
    person = await turn.store.person(PersonId(id)) if id else None
    if person is None or person.tenant != turn.person.tenant:
        return Answer(card=await _card(turn, turn.texts("I know nobody like that any more."), "warning"))
    error, done = await _take(turn, person)
    return Answer(card=await _card(turn, error or done, "warning" if error else "good"))


async def _take(turn: Turn, person: Person) -> tuple[str, str]:
    if not await turn.store.give_role(person.id, None, deed=turn.deed(DeedKind.TAKEN)):
        return turn.texts("The last owner stays one: name another owner first."), ""
    return "", turn.texts("{name} has no role any more.", name=_name(person))


def _name(person: Person) -> str:
    return escape_markdown(person.name or person.address)


@router.command("add author", role=Role.OWNER)
async def add_author(turn: Turn, rest: str) -> Answer:
    return await _say(turn, await _give(turn, rest, Role.AUTHOR))


@router.command("add publisher", role=Role.OWNER)
async def add_publisher(turn: Turn, rest: str) -> Answer:
    return await _say(turn, await _give(turn, rest, Role.PUBLISHER))


@router.command("add owner", role=Role.OWNER)
async def add_owner(turn: Turn, rest: str) -> Answer:
    return await _say(turn, await _give(turn, rest, Role.OWNER))


@router.command("remove role", "remove author", "remove publisher", "remove owner", role=Role.OWNER)
async def remove_role(turn: Turn, rest: str) -> Answer:
    address = address_of(rest)
    person = await turn.store.person_at(turn.person.tenant, address) if address else None
    if person is None:
        return Answer(text=turn.texts("I know nobody with this address. They need to install Crieur first."))
    return await _say(turn, await _take(turn, person))


async def _say(turn: Turn, outcome: tuple[str, str]) -> Answer:
    error, done = outcome
    return Answer(text=error or done)


# --- groups -----------------------------------------------------------------------------------


async def _find_groups(turn: Turn, name: str, role: Role, values: Mapping[str, str]) -> Answer:
    texts = turn.texts
    assert turn.services.directory is not None
    try:
        groups = await turn.services.directory.groups(turn.person.tenant, name)
    except NotAnswered:
        error = texts("The directory does not answer just now. Please try again in a minute.")
        return Answer(card=await _card(turn, values=values, errors={"who": error}))
    if not groups:
        error = texts("I know neither a person nor a group of the directory like that.")
        return Answer(card=await _card(turn, values=values, errors={"who": error}))
    if len(groups) == 1:
        return await _give_group(turn, groups[0], role)
    return Answer(card=groups_card(texts, [(group.id, group.name) for group in groups[:FOUND]], role))


@router.form("roles.group", role=Role.OWNER)
async def choose_group(turn: Turn, form: Form) -> Answer:
    """The name is asked of the directory again: what a card carries may have been made up."""
    wanted, id = str(form.get("role", "")), str(form.get("group", ""))
    name = clean(str(form.get("name", "")))[:WHO]
    try:
        groups = await turn.services.directory.groups(turn.person.tenant, name) if turn.services.directory else []
    except NotAnswered:
        groups = []
    group = next((group for group in groups if group.id == id), None)
    if group is None or wanted not in list(Role):
        return Answer(card=await _card(turn, turn.texts("This group is not to be found any more."), "warning"))
    return await _give_group(turn, group, Role(wanted))


async def _give_group(turn: Turn, group: DirectoryGroup, role: Role) -> Answer:
    given = GroupRole(group=group.id, name=group.name, role=role)

    def change(policy: Policy) -> Policy:
        return replace(policy, groups=(*(other for other in policy.groups if other.group != group.id), given))

    await change_policy(turn.store, turn.person.tenant, change, deed=turn.deed(DeedKind.GIVEN))
    everybody = turn.texts("Everybody in {group}", group=escape_markdown(group.name))
    done = has_role_now(turn.texts, everybody, role)
    return Answer(card=await _card(turn, done))


@router.form("roles.ungroup", role=Role.OWNER)
async def drop_group(turn: Turn, form: Form) -> Answer:
    id = str(form.get("group", ""))
    before = await policy_of(turn.store, turn.person.tenant)
    group = next((group for group in before.groups if group.group == id), None)
    if group is None:
        return Answer(card=await _card(turn, turn.texts("This group is not to be found any more."), "warning"))
    await change_policy(
        turn.store,
        turn.person.tenant,
        lambda policy: replace(policy, groups=tuple(other for other in policy.groups if other.group != id)),
        deed=turn.deed(DeedKind.TAKEN),
    )
    done = turn.texts("{group} has no role any more.", group=escape_markdown(group.name))
    return Answer(card=await _card(turn, done))

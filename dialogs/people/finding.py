"""People whom an author may find by name, as they type into a field that takes one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cards.people.picker import BETWEEN, PEOPLE_OR_GROUPS, choice_of, typed_in
from dialogs.core.turn import Turn
from dialogs.core.visibility import lists_of
from dialogs.forms.addresses import address_of
from dialogs.forms.cleaning import clean
from storage.records import Audience, Person
from storage.records.rights import reaches_everyone

FOUND = 15  #: choices for what was typed: a client shows no more
LEAST = 2  #: characters before anybody is looked for: one finds everybody
LONGEST = 100  #: characters that are looked at


async def find_people(turn: Turn, typed: str, dataset: str) -> list[tuple[str, str]]:
    """(address, its name) each, of those of whom they may see that they are there; what may be typed itself, last."""
    words = typed.strip()[:LONGEST]
    if turn.role is None or len(words) < LEAST:
        return []
    found = dict(choice_of(person) for person in await _people(turn, words) if person.address)
    choices = [*found.items()][:FOUND]
    if (address := address_of(words)) and address not in found:
        choices.append((address, address))
    elif dataset == PEOPLE_OR_GROUPS and not address:
        choices.append((words, turn.texts("A group called “{name}”", name=words)))
    return choices


async def _people(turn: Turn, words: str) -> list[Person]:
    """Whoever has a role is known to every author; others stand in lists that are theirs, or may all be written to."""
    wanted = words.casefold().split()
    named = [person for person in await offered_people(turn) if _is_named(person, wanted)]
    lists = [one.id for one in await lists_of(turn) if one.segment is None]
    everyone = reaches_everyone(turn.role)
    audience = Audience(everyone=everyone, lists=() if everyone else tuple(lists), guests=True)
    store, tenant = turn.store, turn.person.tenant
    members = await store.members(tenant, audience, turn.channel, FOUND, search=words) if everyone or lists else []
    return [*named, *(member.person for member in members)]


def _is_named(person: Person, wanted: Collection[str]) -> bool:
    known = choice_of(person)[1].casefold()
    return all(word in known for word in wanted)


async def offered_people(turn: Turn) -> list[Person]:
    """Those who have a role, oneself first."""
    people = [person for person, _ in await turn.store.with_role(turn.person.tenant)]
    return [turn.person, *(person for person in people if person.id != turn.person.id)]


def person_in(form: Mapping[str, Any], id: str) -> tuple[str, dict[str, str]]:
    """Who is named in a form, and what to show again. A client may send the name of a choice in place of its value."""
    chosen, typed = (clean(str(form.get(field, ""))).strip() for field in (id, typed_in(id)))
    named = typed or chosen
    address = address_of(named) or address_of(named.rpartition(BETWEEN)[2])
    return address or named, {id: chosen, typed_in(id): typed}

"""A field in which one person is named: found by name, where the client asks as somebody types; or by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.kit.elements import ChoiceInput, TextInput
from cards.kit.parts import Part, folded, full_name, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Person

PEOPLE, PEOPLE_OR_GROUPS = "people", "people or groups"  #: what a client asks for, by the field
BETWEEN = " · "  #: a name and its address
OFFERED = 15  #: people, where a client asks for nobody


def typed_in(id: str) -> str:
    """The field beside, for whom the client does not find."""
    return f"{id}_typed"


def choice_of(person: Person) -> tuple[str, str]:
    """By address, as a form takes it, whichever of the two a client sends."""
    name = full_name(person)
    return person.address, name if name == person.address else f"{name}{BETWEEN}{person.address}"


def person_picker(
    texts: Texts,
    id: str,
    label: str,
    offered: Sequence[Person],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    other: str,
    dataset: str = PEOPLE,
) -> list[Any]:
    """``offered``: whom a client shows that asks for nobody; ``other``: what the field beside takes, behind a line."""
    value, typed = values.get(id, ""), values.get(typed_in(id), "")
    choices = dict(choice_of(person) for person in offered[:OFFERED] if person.address)
    if value:
        choices.setdefault(value, value)  # a client shows no value that is not among them
    if not choices:  # nobody has an address: an empty choice is none that every client draws
        return with_error(TextInput(id=id, label=label, placeholder="ada@contoso.com"), errors.get(id))
    picker = ChoiceInput(
        [*choices.items()],
        id=id,
        label=label,
        value=value,
        style="filtered",
        placeholder=texts("Name or address"),
        data={"type": "Data.Query", "dataset": dataset},
    )
    beside = TextInput(id=typed_in(id), label=other, placeholder="ada@contoso.com", value=typed)
    wrong = errors.get(id)
    fields = with_error(beside, wrong if typed else None)
    holds = escape_markdown(typed) or texts("none typed")
    part = Part(id=f"{id}_beside", name=other, holds=holds, fields=fields, open=bool(typed))
    return [*with_error(picker, None if typed else wrong), *folded(texts, [part], [picker])]

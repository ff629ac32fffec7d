"""The summary of a file that was dropped into the chat: what would be saved, before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.kit.elements import AdaptiveCard, ChoiceInput, Container, FactSet, TextInput
from cards.kit.parts import act, card, go, heading, hint, notices, paragraph, subheading, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.reading import NoteKind, Reading
from cards.lists.readings import lines_text, mistake_text, note_text, readings_of
from storage.records import Contact, ListId

LINES = 6  #: wrong lines that are shown
SAMPLE = 3  #: people that are shown, so that a wrong column is seen
VALUES = 6  #: of one of them
SHORT = 60  #: characters of such a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a file holds."""

    #: the blank list that the import would fill: what a press names
    id: ListId
    file: str
    #: of its people, how many Crieur knows, and how many can be reached
    known: int
    reachable: int
    sample: Sequence[Contact]
    reading: Reading


def import_card(
    texts: Texts,
    summary: Summary,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    lists: Sequence[tuple[ListId, str]],
    notice: str = "",
) -> AdaptiveCard:
    """``lists``: those that can be filled."""
    reading, payload = summary.reading, {"list": summary.id}
    body: list[Any] = [
        *notices(notice, "attention" if errors else "accent"),
        heading(escape_markdown(summary.file)),
        FactSet(_facts(texts, summary)),
        *readings_of(texts, reading, payload),
    ]
    if lines := _left_out(texts, reading):
        items = [paragraph(text, spacing="Small") for text in lines]
        body.append(Container(style="warning", bleed=True, items=items))
    body.append(subheading(texts("The first of them")))
    body += [paragraph(_person(contact), spacing="Small") for contact in summary.sample]
    if reading.columns:
        columns = ", ".join(f"\\[{escape_markdown(column)}\\]" for column in reading.columns)
        body.append(hint(texts("Variables for your messages: {columns}", columns=columns)))
    body += _where(texts, values, errors, lists)
    actions = [
        act(texts("Save the list"), "import.save", payload, style="positive"),
        go(texts("Do not save"), "import.drop", payload),
    ]
    return card(texts, body, actions)


def _left_out(texts: Texts, reading: Reading) -> list[str]:
    """What was left out, guessed or not understood: whole kinds first, then the first wrong lines."""
    notes = [text for note in reading.notes if (text := note_text(texts, note, reading))]
    lines = [mistake_text(texts, wrong) for wrong in reading.wrong_lines[:LINES]]
    more = reading.wrong - len(lines)
    return notes + lines + ([texts.many("And {count} more.", "And {count} more.", more)] if more > 0 else [])


def _facts(texts: Texts, summary: Summary) -> list[tuple[str, str]]:
    new = summary.reading.people - summary.known
    people = texts.number(summary.reading.people)
    if new and summary.known:
        people = texts.many("{people}, {count} of them new", "{people}, {count} of them new", new, people=people)
    rows = [
        (texts("People"), people),
        (
            texts("Reach"),
            texts.many(
                "{reachable} of {count} person can be reached",
                "{reachable} of {count} people can be reached",
                summary.reading.people,
                reachable=texts.number(summary.reachable),
            ),
        ),
    ]
    reading = summary.reading
    if reading.doubles:
        doubles = texts.many("{count} line, dropped", "{count} lines, dropped", reading.doubles)
        lines = next((note.lines for note in reading.notes if note.kind is NoteKind.DOUBLES), ())
        where = f" ({lines_text(texts, lines, reading.doubles)})" if lines else ""
        rows.append((texts("Duplicates"), doubles + where))
    if reading.wrong:
        rows.append((texts("Not usable"), texts.many("{count} line", "{count} lines", reading.wrong)))
    return rows


def _person(contact: Contact) -> str:
    name = escape_markdown(f"{contact.given_name} {contact.surname}".strip())
    address = escape_markdown(contact.address)
    values = [value for value in contact.columns.values() if value]
    own = " · ".join(escape_markdown(_short(value)) for value in values[:VALUES]) + (
        " …" if len(values) > VALUES else ""
    )
    return " · ".join(part for part in (name, address, own) if part)


def _short(value: str) -> str:
    return value if len(value) <= SHORT else value[: SHORT - 1].rstrip() + "…"


def _where(
    texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], lists: Sequence[tuple[ListId, str]]
) -> list[Any]:
    choices = [("new", texts("A new list"))]
    choices += [(f"add:{id}", texts("Add them to “{name}”", name=name)) for id, name in lists]
    choices += [(f"replace:{id}", texts("In place of the people of “{name}”", name=name)) for id, name in lists]
    fields: list[Any] = with_error(
        TextInput(id="list_name", label=texts("Name of the list"), value=values.get("list_name", "")),
        errors.get("list_name"),
    )
    if lists:
        into = ChoiceInput(
            id="into", label=texts("Save as"), choices=choices, value=values.get("into", "new"), style="compact"
        )
        fields = [*with_error(into, errors.get("into")), *fields]
    return fields

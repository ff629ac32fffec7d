"""Pasted addresses, in whatever form people paste them. Pure.

ada@contoso.com, louis@contoso.com; marie@contoso.com
Louis Pasteur <louis@contoso.com>, "Curie, Marie" <marie@contoso.com>
Pasteur <tab> Louis <tab> louis@contoso.com
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cards.kit.names import split_name
from dialogs.forms.addresses import AROUND, BESIDE, NUMBERED, bare, is_address, untangled
from dialogs.forms.cleaning import NAME
from storage.records import Contact

_ANGLED = re.compile(r"<([^<>]*)>")
_STRONG = re.compile(r"[;\t]")  #: separates people, or the columns of one
_COLUMNS = re.compile(r"[;\t|]")
_WEAK = re.compile(r"[,;\t|/\s]+")


@dataclass(frozen=True, slots=True)
class NotAnAddress:
    """A piece that is no address."""

    #: from 1
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Pasted:
    #: each address once
    contacts: tuple[Contact, ...]
    #: how many came again
    doubles: int
    wrong: tuple[NotAnAddress, ...]


def read_pasted(text: str) -> Pasted:
    contacts: dict[str, Contact] = {}
    wrong: list[NotAnAddress] = []
    count = 0
    for number, line in enumerate(untangled(text).splitlines(), 1):
        line = NUMBERED.sub("", BESIDE.sub("", line) if "@" in line else line)
        for piece in _people(line) if line and not line.isspace() else ():
            contact = piece if isinstance(piece, Contact) else None
            if contact is None:
                wrong.append(NotAnAddress(number, str(piece)))
                continue
            count += 1
            known = contacts.get(contact.address)
            if known is None or not (known.given_name or known.surname):
                contacts[contact.address] = contact
    return Pasted(tuple(contacts.values()), count - len(contacts), tuple(wrong))


def _people(line: str) -> Iterator[Contact | str]:
    """The people of one line; a piece that names none, as it is."""
    if "@" not in line:
        yield from (piece.strip(" ,;\t") for piece in _STRONG.split(line) if piece.strip(AROUND))
        return
    if line.count("@") <= 1 or "<" not in line:
        words = [word for word in (bare(word) for word in _WEAK.split(line)) if word]
        addresses = [word for word in words if "@" in word]
        if len(addresses) == 1 and is_address(addresses[0]):
            # a name stands before its address; in a copied table it may stand after it
            head, after = _cut(line, addresses[0])
            yield _one(line if "\t" in after else head, addresses[0], _COLUMNS)
            if "\t" not in after:
                yield from _listed(after)
            return
    if "<" in line:
        yield from _angled(line)
        return
    for piece in _STRONG.split(line):
        yield from _listed(piece)


def _cut(line: str, address: str) -> tuple[str, str]:
    """The line up to its address, and the rest."""
    end = line.index(address) + len(address)
    return line[:end], line[end:]


def _one(line: str, address: str, between: re.Pattern[str] = _STRONG) -> Contact:
    """The only person of a line: whatever else stands in it is their name."""
    rest = line.replace(address, "\t", 1)
    columns = [column for column in (bare(column) for column in between.split(rest)) if column]
    given, surname = _named(columns)
    return Contact(address=bare(address).lower(), given_name=given[:NAME], surname=surname[:NAME])


def _named(columns: list[str]) -> tuple[str, str]:
    """(given name, surname): in one, or the surname first as in copied columns."""
    if len(columns) > 1:
        return " ".join(columns[1].split()), " ".join(columns[0].split())
    return split_name(columns[0]) if columns else ("", "")


def _angled(line: str) -> Iterator[Contact | str]:
    """``Name <address>``, again and again, bare addresses between them."""
    end = 0
    for match in _ANGLED.finditer(line):
        before, address = line[end : match.start()], bare(match[1])
        end = match.end()
        name = before = before[max(before.rfind("<"), before.rfind(">")) + 1 :]
        between = _COLUMNS if "@" in before else _STRONG  # "Ada | Engines <ada@contoso.com>" is one
        strong = [piece for piece in between.split(before) if piece.strip()] if before.strip() else []
        if strong:
            *others, name = strong
            for other in others:
                yield from _listed(other)
        names = [piece for piece in name.split(",") if piece.strip()]
        while names and "@" in names[0]:
            yield from _listed(names.pop(0))
        if not is_address(address):
            yield f"{name.strip(' ,')} <{match[1]}>".strip()
            continue
        yield _one(",".join(names) + " " + address, address)
    yield from _listed(line[end:])


def _listed(piece: str) -> Iterator[Contact | str]:
    """Addresses beside each other."""
    words = [word for word in (bare(word) for word in _WEAK.split(piece)) if word]
    if not words:
        return
    if not any("@" in word for word in words):
        yield piece.strip(" ,;\t")
        return
    for word in words:
        yield Contact(address=word.lower()) if is_address(word) else word

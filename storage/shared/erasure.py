"""What is left when somebody is erased, of a document and of what authors typed, on either store."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import orjson

from storage.records import AuditEntry, Forms
from storage.shared.inventory import NOBODYS, whose_key

PAGES = "import/list/"  #: people of a file that waits to be saved: the others stay
REPLIES = "replies/"  #: what recipients wrote back, until its author has it
FILES = "import/file/"  #: the file itself, which is not searched: it goes with any person who is erased
ADDRESSES = "addresses"  #: the field of a form into which addresses are pasted
_PIECE = re.compile(r'(?:"[^"\n]*"|[^,;\n"]|")+')


def is_looked_into(key: str) -> bool:
    """Whether a document may say something of a person: its key tells, as pictures are large."""
    return not key.startswith(NOBODYS)


def names_them(key: str, json: bytes, people: AbstractSet[int], names: AbstractSet[str]) -> bool:
    """Whether a document is one of these people's, or says one of their names (lower case)."""
    if whose_key(key) in people or key.startswith(FILES):
        return True
    if key.startswith(REPLIES) and any(one["person"] in people for one in orjson.loads(json)["replies"]):
        return True
    text = key.lower() + json.decode(errors="replace").lower()
    return any(name in text for name in names)


def pages_of(key: str, json: bytes) -> tuple[int, list[str]] | None:
    """Of a summed up file that waits to be saved: the list that it would fill, and the keys of its pages and parts."""
    if not key.startswith("import/") or key.startswith((PAGES, FILES)):
        return None
    waiting = orjson.loads(json)
    list = waiting["list"]
    pages = [f"{PAGES}{list}/{number}" for number in range(waiting["pages"])]
    return list, pages + [f"{FILES}{list}/{number}" for number in range(waiting.get("parts", 0))]


def without(key: str, json: bytes, people: AbstractSet[int], names: AbstractSet[str]) -> bytes | None:
    """The document without the people of these names (lower case); None where nothing of it stays."""
    if key.startswith(REPLIES):
        gathered = orjson.loads(json)
        gathered["replies"] = [one for one in gathered["replies"] if not _is_theirs(one, people, names)]
        return orjson.dumps(gathered)
    if not key.startswith(PAGES) or whose_key(key) in people:
        return None
    page = orjson.loads(json)
    page["contacts"] = [one for one in page["contacts"] if one["address"].lower() not in names]
    return orjson.dumps(page)


def _is_theirs(reply: dict[str, Any], people: AbstractSet[int], names: AbstractSet[str]) -> bool:
    """Whether a reply is by one of these people, or says one of their names."""
    return reply["person"] in people or any(name in reply["words"].lower() for name in names)


def only(key: str, json: bytes, names: AbstractSet[str], people: AbstractSet[int] = frozenset()) -> bytes:
    """What a document says of the people of these names: nothing of the others in the same file."""
    if key.startswith(REPLIES):
        return orjson.dumps([one for one in orjson.loads(json)["replies"] if _is_theirs(one, people, names)])
    if key.startswith(FILES):
        return orjson.dumps("a file that waits to be saved: it was not looked into")
    if not key.startswith(PAGES):
        return json
    page = orjson.loads(json)
    page["contacts"] = [one for one in page["contacts"] if one["address"].lower() in names]
    return orjson.dumps(page)


GONE = "(erased)"  #: in the audit, in the place of a name or a detail that said who somebody was


def full_names(*names: str) -> set[str]:
    """Those that tell who somebody is, in lower case: one word alone may be anybody's."""
    return {name.strip().lower() for name in names if len(name.split()) > 1}


def entry_without(entry: AuditEntry, names: AbstractSet[str]) -> AuditEntry:
    """What was done, when and by whom stays; whatever of it says one of these names (lower case) does not."""

    def said(text: str) -> str:
        return GONE if any(name in text.lower() for name in names) else text

    return replace(entry, name=said(entry.name), details={key: said(value) for key, value in entry.details.items()})


def pastes(forms: Forms, names: AbstractSet[str]) -> bool:
    """Whether one of these addresses (lower case) stands among those that were pasted."""
    return without_pasted(forms, names) != forms


def without_pasted(forms: Forms, names: AbstractSet[str]) -> Forms:
    """What an author typed, without these people's addresses (lower case) among those that were pasted."""
    return {
        step: {name: _without(value, names) if name == ADDRESSES else value for name, value in values.items()}
        for step, values in forms.items()
    }


def _without(pasted: str, names: AbstractSet[str]) -> str:
    """Addresses are pasted as "Louis <louis@...>", "Pasteur, Louis <louis@...>", or with tabs between; many on a line.

    What stands before an address, back to the one before, is its name and goes with it.
    """
    addresses = [name for name in names if "@" in name]
    if not any(address in pasted.lower() for address in addresses):
        return pasted
    return "\n".join(kept for line in pasted.split("\n") if (kept := _line_without(line, addresses)) is not None)


def _line_without(line: str, addresses: list[str]) -> str | None:
    """None where nothing of it stays."""
    entries: list[str] = [""]
    for piece in _PIECE.findall(line):
        entries[-1] += f"{', ' if entries[-1] else ''}{piece.strip(' ')}"
        if "@" in piece:
            entries.append("")
    kept = [entry for entry in entries if entry and not any(address in entry.lower() for address in addresses)]
    if len(kept) == len([entry for entry in entries if entry]):
        return line
    return "; ".join(kept) if kept else None

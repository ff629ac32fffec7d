"""The audience, as its form says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import getaddresses

from cards.texts import Texts
from cards.variables import escape_markdown
from dialogs.forms.fields import NAME, Reading, Values, is_address, too_long
from storage.records import (
    Channel,
    Contact,
    ListId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChoice:
    """What the author chose; a new list has still to be made."""

    channel: Channel
    everyone: bool = False
    list: ListId | None = None
    new_name: str = ""
    contacts: tuple[Contact, ...] = ()


def read_audience(values: Values, texts: Texts) -> Reading[AudienceChoice]:
    errors: dict[str, str] = {}
    if values.get("channel", "") not in list(Channel):
        return Reading(None, {"channel": texts("Please choose a channel.")})
    channel = Channel(values["channel"])
    choice = values.get("audience", "")
    if choice == "everyone":
        return Reading(AudienceChoice(channel=channel, everyone=True))
    if choice.startswith("list:") and choice[5:].isdecimal() and len(choice) < 20:
        return Reading(AudienceChoice(channel=channel, list=ListId(int(choice[5:]))))
    if choice != "new":
        return Reading(None, {"audience": texts("Please choose who receives it.")})
    name = " ".join(values.get("list_name", "").split())
    if not name:
        errors["list_name"] = texts("Please give the list a name.")
    elif len(name) > NAME:
        errors["list_name"] = too_long(texts, len(name), NAME)
    contacts = read_addresses(values.get("addresses", ""), texts)
    errors.update(contacts.errors)
    if errors:
        return Reading(None, errors)
    return Reading(AudienceChoice(channel=channel, new_name=name, contacts=contacts.value or ()))


def read_addresses(text: str, texts: Texts) -> Reading[tuple[Contact, ...]]:
    """Pasted addresses, in any of the usual forms; each person once."""
    contacts: dict[str, Contact] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        for piece in re.split(r"[;,\t]", line):
            contact = _contact(piece.strip())
            if contact:
                contacts.setdefault(contact.address, contact)
            elif piece.strip():
                wrong.append(texts("“{text}” (line {line})", text=escape_markdown(piece.strip()[:60]), line=number))
    if wrong:
        some = texts.enumerate(wrong[:5])
        return Reading(
            None,
            {
                "addresses": texts.many(
                    "This is not an address: {some}",
                    "{count} entries are not addresses: {some}",
                    len(wrong),
                    some=some + (" …" if len(wrong) > 5 else ""),
                )
            },
        )
    if not contacts:
        return Reading(None, {"addresses": texts("Please paste at least one address.")})
    return Reading(tuple(contacts.values()))


def _contact(piece: str) -> Contact | None:
    """``ada@contoso.com`` or ``Ada Lovelace <ada@contoso.com>``."""
    bare = piece.removeprefix("mailto:").strip("<>")
    if is_address(bare):
        return Contact(address=bare.lower())
    if "<" not in piece:
        return None
    [(name, address), *_] = getaddresses([piece])
    if not is_address(address):
        return None
    first, _, last = name.partition(" ")
    return Contact(address=address.lower(), given_name=first[:NAME], surname=last[:NAME])

"""Addresses as people have them: one cleaning for files, forms, chat commands and roles. Pure.

ada@contoso.com with signs that nobody sees, ``mailto:ada@contoso.com?subject=Hello``, ``SMTP:ada@contoso.com``,
``i:0#.f|membership|ada@contoso.com``, "1. ada@contoso.com", ``Ada (Engines; Lyon) <ada@contoso.com>``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

LONGEST = 254  #: characters of an address (RFC 5321)

_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"[^@\s<>,;:\"()\[\]|\\?]+@(?:{_LABEL}\.)+{_LABEL}[^\W_]")
#: the most common ones, told without a look at every sign
_PLAIN = re.compile(r"[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
#: how SharePoint names somebody who signs in
CLAIM = re.compile(r"(?i)\b[ic]:0[^|\s]{1,6}\|(?:[\w.-]*\|)?")
_PREFIX = re.compile(r"(?i)(?<![\w.+-])(?:mailto|smtp|sips?|im|xmpp|e-?mail|mail|courriel)\s?:\s?(?=[^\s@]{1,99}@)")
_CHIP = re.compile(r"\[([^\[\]]*)\]\(mailto:([^()\s]*)\)")  # how Teams hands over a linked address
_MAILTO = re.compile(r"(?i)mailto:([^\s<>\"?,;]+)(\?[^\s<>\"]*)?")
NUMBERED = re.compile(r"^\s*(?:\(?\d{1,5}[.)]|[-–—*•·▪◦]|\[[ xX]?\])\s+")
_NEAR = re.compile(r"(?<![^\s<>,;()\"])[^\s<>,;()\"]{1,200}[@＠][^\s<>,;()\"]{1,300}")
_APOSTROPHES = str.maketrans("’‘ʼ′＇´`‐‑‒–−", "'''''''-----")
# format controls (Unicode's Cf) but for those that shape letters, and those that show
_UNSEEN = re.compile("[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_BLANK = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SHAPING = re.compile("[\u200c\u200d\u034f\ufe00-\ufe0f]")  # of letters, but not in an address
#: what stands around addresses, and is no part of them
AROUND = "<>()[]{}\"'«»“”‘’ \t\r\n.,;:|•·–-*"
BESIDE = re.compile(r"\([^()@]*\)")
_BETWEEN = re.compile(r"[\s,;:|/+]+")
_ANGLED = re.compile(r"<([^<>]*)>")
_PRIMARY = re.compile(r"(?<!\w)SMTP:\s*([^\s,;+<>|]+)")  # Exchange: the others are smtp:


class Named(NamedTuple):
    address: str
    #: as it stands beside the address; "" where nothing does
    name: str = ""


def visible(text: str) -> str:
    """A text without signs that nobody sees, its accents composed, its blanks plain; lines stay."""
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _BLANK.sub(" ", _UNSEEN.sub("", text))


def untangled(text: str) -> str:
    """Pasted text with its addresses bare: links, prefixes and claims around them are gone."""
    text = visible(text)
    if "@" not in text and "%40" not in text:
        return text
    if "mailto:" in text.lower():
        text = _CHIP.sub(lambda chip: _chip(*chip.groups()), text)
        text = _MAILTO.sub(lambda link: unquote(link[1]), text)
    if "|" in text:
        text = CLAIM.sub("", text)
    return _NEAR.sub(lambda match: _tidied(match[0]), text)


def _chip(words: str, address: str) -> str:
    address = unquote(address.partition("?")[0])
    return address if "@" in words or not words.strip() else f"{words} <{address}>"


def is_address(text: str) -> bool:
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None and ".." not in text and text[0] != "."


def bare(word: str) -> str:
    """A word without what stands around it, in the letters that addresses are written in."""
    if _PLAIN.fullmatch(word):
        return word
    return _tidied(word.strip(AROUND)).strip(AROUND)


def _tidied(word: str) -> str:
    word = _PREFIX.sub("", word)
    if word.isascii():
        return word
    return unicodedata.normalize("NFKC", _SHAPING.sub("", word.translate(_APOSTROPHES)))


def address_of(typed: str) -> str:
    """The one address that was typed, small; "" where there is none, or more than one."""
    if _PLAIN.fullmatch(typed):
        return typed
    addresses = {one.address for one in in_cell(typed)}
    return addresses.pop() if len(addresses) == 1 else ""


def in_cell(cell: str) -> tuple[Named, ...]:
    """The people whom a cell names: addresses, alone or behind names; () where anything else stands in it.

    Of an Exchange mailbox's addresses it is the primary one.
    """
    if _PLAIN.fullmatch(cell):
        return (Named(cell),)
    return _in_cell(cell) if "@" in cell or "%40" in cell or "＠" in cell else ()


@lru_cache(maxsize=64)
def _in_cell(cell: str) -> tuple[Named, ...]:
    primary = {one.strip(AROUND).lower() for one in _PRIMARY.findall(cell)}
    if len(primary) == 1 and is_address(one := primary.pop()):
        return (Named(one),)
    text = NUMBERED.sub("", untangled(cell))
    angled = _ANGLED.findall(text)
    if angled:
        return _angled(text)
    words = [bare(word) for word in _BETWEEN.split(_PREFIX.sub(" ", BESIDE.sub(" ", text)))]
    words = [word for word in words if word]
    if not all(is_address(word) for word in words):
        whole = bare(text)
        return (Named(whole.lower()),) if is_address(whole) else ()
    return tuple(Named(word) for word in dict.fromkeys(word.lower() for word in words))


def _angled(text: str) -> tuple[Named, ...]:
    people: dict[str, Named] = {}
    end = 0
    for match in _ANGLED.finditer(text):
        name, address = text[end : match.start()].strip(" ,;\t\"'"), bare(match[1]).lower()
        end = match.end()
        if not is_address(address):
            return ()
        people.setdefault(address, Named(address, "" if "@" in name else name))
    return () if "@" in text[end:] else tuple(people.values())

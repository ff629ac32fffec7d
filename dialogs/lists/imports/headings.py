"""What a column is by its heading: whose address, a given name, a surname, a whole name, or something else. Pure.

The words are data of each language (``cards/languages``); "First Name [Required]", "firstName" and "FIRST_NAME" are
one heading.
"""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import NamedTuple

from cards.kit.variables import NAMES
from cards.languages import LANGUAGES, unaccented

WORDS = 7  #: of a heading
LENGTH = 40  #: characters of a variable's name


def _words(kind: str) -> frozenset[str]:
    return frozenset(word for language in LANGUAGES.values() for word in language.headings.get(kind, "").split())


ADDRESS, SIGN_IN = _words("address"), _words("sign in")
ANOTHERS, OTHER, WORK, SMALL = _words("another's"), _words("other"), _words("work"), _words("small")
_ALSO = _words("also")
_MAIL = re.compile(r"e?mails?|courriels?|mels?|smtp|emailaddress|mailbox|messagerie")
_REQUIRED = re.compile(r"(?i)[\[(*] ?(?:required|optional|obligatoire|facultatif|requis) ?[\])*]|(?<!\*)\*++ ?$")
_ABOVE_ME = re.compile(r"(?i)\bn\s*\+\s*[123]\b")
_BESIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


class Whose(IntEnum):
    """Whose address stands in a column: the smaller, the surer that it is the person's own, for work."""

    WORK = 0
    OWN = 1
    SIGN_IN = 2  #: a user principal name or the like
    UNKNOWN = 3
    OTHER = 4  #: the person's, but private, former or one of several
    ANOTHERS = 5  #: their manager's, their assistant's


class Part(StrEnum):
    """Of a name."""

    GIVEN = "given"
    SURNAME = "surname"
    WHOLE = "whole"
    SURNAME_FIRST = "surname first"  #: whole, as "Nom et prénom" is


PARTS = {part: _words(part) for part in Part}


class Meaning(NamedTuple):
    whose: Whose = Whose.UNKNOWN
    part: Part | None = None
    #: a heading that lists of people have, whatever it is
    known: bool = False


@lru_cache(maxsize=4096)
def meaning(heading: str) -> Meaning:
    """What a heading says of its column."""
    if "@" in heading or not heading or len(heading) > 200:
        return Meaning()
    shown = _REQUIRED.sub(" ", heading)
    if len(shown.split()) > WORDS:  # a sentence
        return Meaning()
    whose = _whose(shown)
    bare = "".join(_split(_BESIDE.sub(" ", shown)))
    part = next((part for part, words in PARTS.items() if bare in words), None)
    words = _split(shown)
    if part and set(words) & (ANOTHERS - PARTS[part]) and bare not in PARTS[part]:
        part = None
    if bare in SIGN_IN and part is None and whose is Whose.UNKNOWN:
        whose = Whose.SIGN_IN
    known = part is not None or whose is not Whose.UNKNOWN or bare in _ALSO
    return Meaning(whose, part, known)


def _split(heading: str) -> list[str]:
    """Its words, small and without accents: "PrimarySmtpAddress" has three."""
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", unaccented(heading))
    return re.findall(r"[^\W_]+", apart.lower())


def _whose(heading: str) -> Whose:
    words = [piece for word in _split(heading) for piece in _cut(word)]
    joined = "".join(words)
    if _ABOVE_ME.search(heading) or any(word in ANOTHERS for word in words):
        return Whose.ANOTHERS
    core = "".join(word for word in words if word not in OTHER | WORK | SMALL)
    mail = joined in ADDRESS or core in ADDRESS or any(_MAIL.fullmatch(word) for word in words)
    mail = mail or (not core and "adresse" in words)
    sign_in = joined in SIGN_IN or core in SIGN_IN or "upn" in words or joined.startswith("userprincipal")
    if not mail and not sign_in:
        return Whose.OTHER if {"proxy", "alias", "aliases", "proxies"} & set(words) else Whose.UNKNOWN
    if any(word in OTHER for word in words):
        return Whose.OTHER
    if sign_in:
        return Whose.SIGN_IN
    return Whose.WORK if any(word in WORK for word in words) else Whose.OWN


def _cut(word: str) -> list[str]:
    """ "emailpro" is two words, "manageremail" too."""
    if len(word) < 7:
        return [word]
    for mail in ("emailaddress", "adressemail", "courriel", "email", "mail", "upn"):
        for rest in (word.removeprefix(mail), word.removesuffix(mail)):
            if rest != word and rest in ANOTHERS | OTHER | WORK:
                return [mail, rest] if word.startswith(mail) else [rest, mail]
    return [word]


def variable_of(heading: str) -> str:
    """The variable that a heading becomes: "Département" -> DEPARTEMENT; "" for an empty one."""
    name = re.sub(r"\W+", "_", unaccented(_REQUIRED.sub("", heading)).upper()).strip("_")[:LENGTH].strip("_")
    if not name:
        return ""
    if len(name) < 3 or not name[0].isalpha() or name in NAMES:
        name = f"LIST_{name}"[:LENGTH]
    return name

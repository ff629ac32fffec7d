"""Variables as people write them: ``[Prénom]``, ``{{firstname}}``, ``%FIRSTNAME%``; and what only looks like one.

What is meant as a variable becomes one of ours; what may be one is asked about, and never sent as it stands unasked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from cards.kit.variables import NAMES, VARIABLE, variable_named
from cards.languages import LANGUAGES, unaccented

_NAME = r"[^\W\d_](?:[\w .'’-]{0,38}\w)?"
_WORD = r"[^\W\d_]\w{2,39}"
_DOTTED = r"[^\W\d_](?:[\w .-]{0,38}\w)?"
_FORMS = re.compile(
    r"(?<!\\)(?:"
    rf"\[\[\s*(?P<double>{_NAME})\s*(?:\|(?P<double_else>[^\[\]]*))?\]\](?!\()"
    rf"|\[\s*(?P<square>{_NAME})\s*(?:\|(?P<square_else>[^\[\]]*))?\]"
    r"(?P<opens>\((?P<address><?(?:https?:|mailto:|tel:))?)?"
    rf"|\$?\{{\{{\s*(?P<curly>{_DOTTED})\s*(?:\|(?P<curly_else>[^{{}}]*))?\}}\}}"
    rf"|\*\|(?P<star>{_WORD})\|\*"
    rf"|%%?(?P<percent>{_WORD})%%?"
    rf"|\$?\{{\s*(?P<brace>{_DOTTED})\s*\}}|#(?P<hash>{_WORD})#|\$(?P<dollar>{_WORD})\$|<<?\s*(?P<angle>{_NAME})\s*>>?"
    r")"
)
_KINDS = ("double", "square", "curly", "star", "percent", "brace", "hash", "dollar", "angle")
#: forms that nobody uses for anything else
_SURE = ("curly", "star")
_NEAR = 0.8  #: how like a name's letters are to those of a variable, for it to be taken for a slip
_MAILS = ("mail", "email", "emailaddress", "adressemail", "adressecourriel", "adresseelectronique")
_NOT_A_NAME = ("first", "last")


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", unaccented(name)).upper()


def _synonyms() -> dict[str, str]:
    """What else the variables are called, as the headings of lists are known."""
    names = dict(NAMES)
    for language in LANGUAGES.values():
        for kind, name in (("given", "FIRSTNAME"), ("surname", "LASTNAME")):
            words = language.headings.get(kind, "").split()
            names |= {word.upper(): name for word in words if word not in _NOT_A_NAME and word.upper() not in NAMES}
    return names | {word.upper(): "EMAIL" for word in _MAILS}


_OWN: Mapping[str, str] = _synonyms()
#: what templates of others ask for, and nobody means as a text
_OTHERS = {"NAME", "FULLNAME", "YOURNAME", "VOTRENOM", "VOTREPRENOM", "YOURFIRSTNAME", "NOMCOMPLET", "RECIPIENT"}


class Doubt(NamedTuple):
    """What looks like a variable, and the one that may be meant."""

    written: str
    nearest: str


def canonical(text: str, columns: Collection[str] = ()) -> str:
    """A text with what is meant as a variable written as one; a link that is named after one, too."""

    def one(match: re.Match[str]) -> str:
        kind = _kind(match)
        name = _meant(match, kind, columns)
        if not name:
            return match[0]
        otherwise = match.groupdict().get(f"{kind}_else")
        variable = f"[{name}|{otherwise.strip()}]" if otherwise is not None else f"[{name}]"
        if match["opens"] is None:
            return match[0] if VARIABLE.fullmatch(match[0]) else variable
        after = match[0][match.end("opens") - match.start() - len(match["opens"]) :]
        if match["address"] is None:  # a parenthesis, and no address in it: [PRENOM](e)
            return f"{variable}\\{after}"
        return f"[{variable}]{after}" if match[kind].isupper() else match[0]

    return _FORMS.sub(one, text)


def places(text: str) -> Iterator[tuple[int, int]]:
    """From where to where something is written as a variable, be it known or not."""
    for match in _FORMS.finditer(text):
        kind = _kind(match)
        if kind in _SURE or _meant(match, kind, ()) or _stands_as_one(match, kind):
            yield match.start(), match.start("opens") if match["opens"] else match.end()


def doubts(text: str, columns: Collection[str] = (), own: Collection[str] = ()) -> Iterator[Doubt]:
    """What in a text may be meant as a variable and is none, in its order; ``own``: what the author has called text."""
    for match in _FORMS.finditer(text):
        kind = _kind(match)
        written = f"[{match[kind]}]" if kind == "square" else match[0]
        if written in own or match["address"] or _meant(match, kind, columns):
            continue
        bare, known = _bare(match[kind]), {**{_bare(column): column for column in columns}, **_OWN}
        alike = difflib.get_close_matches(bare, known, n=1, cutoff=_NEAR)
        if kind in _SURE or alike or bare in known or bare in _OTHERS or _stands_as_one(match, kind):
            near = difflib.get_close_matches(bare, [*NAMES, *map(_bare, columns)], n=1, cutoff=0.4)
            yield Doubt(written, near[0] if near else "FIRSTNAME")


def _kind(match: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if match[kind] is not None)


def _meant(match: re.Match[str], kind: str, columns: Collection[str]) -> str:
    """The variable that is meant for sure; "" for none. A column's name in small letters may be a word of the text."""
    written = match[kind]
    if named := variable_named(written, columns):
        return written if kind == "square" and VARIABLE.fullmatch(f"[{written}]") else named
    bare = _bare(written.rpartition(".")[2] if kind in ("curly", "brace") else written)
    if bare in _OWN:
        return _OWN[bare]
    if kind in _SURE or written.isupper():
        return next((column for column in columns if _bare(column) == bare), "")
    return ""


def _stands_as_one(match: re.Match[str], kind: str) -> bool:
    """Capitals in brackets, or between signs of per cent."""
    if kind == "square":
        return match["opens"] is None and VARIABLE.fullmatch(match[0]) is not None
    return kind == "percent" and match[kind].isupper()

"""What a language is to us: a catalogue of texts (``locales/CODE``) and one record of everything else."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWords:
    """How schedules said in words are known to be in this language; their lexicon is ``dialogs/schedule_words``."""

    #: the recogniser's name of it: "fr-fr"
    culture: str
    #: small words that tell this language from the others, as a pattern
    small: str
    #: what a schedule has at least, as patterns: when it starts, and how long it lasts
    starts: str
    lasts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    #: of its catalogue, and the first part of a locale: "fr"
    code: str
    #: what its speakers call it
    name: str
    #: what it is called in each of our languages, in small letters; English first
    called: tuple[str, ...]
    #: a variable of ours -> how authors write it, in capitals without accents
    variables: Mapping[str, str] = field(default_factory=dict)
    #: a command in English -> what is typed for it; with accents, those without are understood too
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: what a column of an imported table is ("address", "given", ...) -> how it is headed, in small letters without
    #: accents and blanks; "another's", "other", "work": words that tell whose address it is; "small" words tell nothing
    #: (``dialogs.lists.imports.headings``)
    headings: Mapping[str, str] = field(default_factory=dict)
    #: before a name: "mme"; with a point where it is one only so ("m.")
    titles: str = ""
    #: between the cells of a CSV file, as spreadsheets in this language expect it
    delimiter: str = ","
    #: a translator's text as it is printed: translators type ordinary spaces
    typeset: Callable[[str], str] = str
    #: None: schedules are not read from words in this language
    schedule: ScheduleWords | None = None


def unaccented(text: str) -> str:
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))

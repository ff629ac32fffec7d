"""The languages that Crieur speaks. A new one is a catalogue in ``locales`` and a record here."""

from __future__ import annotations

from cards.languages.english import ENGLISH
from cards.languages.french import FRENCH
from cards.languages.language import Language, ScheduleWords, unaccented

__all__ = ["DEFAULT", "LANGUAGES", "SCHEDULES", "Language", "ScheduleWords", "typed", "unaccented"]

LANGUAGES = {language.code: language for language in (ENGLISH, FRENCH)}
DEFAULT = ENGLISH.code  #: spoken with people whose language we do not speak
#: those in which a schedule may be said in words
SCHEDULES = {code: language.schedule for code, language in LANGUAGES.items() if language.schedule}


def typed(*commands: str) -> tuple[str, ...]:
    """What may be typed for these commands: in English, in every other language, and there without accents too."""
    others = [word for language in LANGUAGES.values() for one in commands for word in language.commands.get(one, ())]
    words = (*commands, *others)
    return tuple(dict.fromkeys((*words, *map(unaccented, words))))

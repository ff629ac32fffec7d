"""Everyday talk: greetings, language."""

from __future__ import annotations

from datetime import datetime

from cards.kit.conversation import greeting_card, help_card
from cards.kit.texts import Texts
from cards.languages import LANGUAGES, unaccented
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from storage.records import Person

router = Router()


def texts_of(person: Person, now: datetime | None = None) -> Texts:
    """The words for a person: in the language they asked for, else in their client's; ``now``: as for Texts."""
    return Texts(person.language or person.locale, person.zone, now)


def texts_of_locale(locale: str) -> Texts:
    return Texts(locale)


@router.command("hello", "hi", "start", authors_only=False)
async def hello(turn: Turn, rest: str) -> Answer:
    return greeting(turn)


def greeting(turn: Turn, *, became_owner: bool = False) -> Answer:
    return Answer(
        card=greeting_card(turn.texts, turn.person, turn.role, became_owner=became_owner),
        summary=turn.texts("Hello, I am Crieur."),
    )


@router.command("language", authors_only=False)
async def language(turn: Turn, wanted: str) -> Answer:
    wanted = unaccented(wanted.casefold())
    for code, spoken in LANGUAGES.items():
        if wanted in (code, *map(unaccented, spoken.called)):
            return await _speak(turn, code)
    names_of_all = turn.texts.enumerate([language.name for language in LANGUAGES.values()])
    return Answer(text=turn.texts("I speak {languages}: type **language** and one of them.", languages=names_of_all))


def _register(code: str) -> None:
    """ "French", "français", "speak French": the language alone is a command."""
    names = LANGUAGES[code].called

    @router.command(*names, f"speak {names[0]}", authors_only=False, alone=True)
    async def speak(turn: Turn, rest: str) -> Answer:
        return await _speak(turn, code)


for code in LANGUAGES:
    _register(code)


@router.form("language.set", authors_only=False)
async def language_pressed(turn: Turn, form: Form) -> Answer:
    code = str(form.get("language"))
    if code not in LANGUAGES:
        return Answer(card=help_card(turn.texts, turn.role))
    await turn.store.speak(turn.person.id, code)
    return Answer(card=help_card(Texts(code, turn.person.zone), turn.role))


async def _speak(turn: Turn, code: str) -> Answer:
    await turn.store.speak(turn.person.id, code)
    texts = Texts(code)
    return Answer(text=texts("From now on I speak English with you."))

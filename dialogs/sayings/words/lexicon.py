"""The words of both languages, ready to be looked for: a sentence that mixes them is understood too."""

from __future__ import annotations

from dialogs.sayings.words import english, french
from dialogs.sayings.words.tokens import Phrases


def _both(name: str) -> Phrases:
    return Phrases(getattr(english, name), getattr(french, name))


def _words(name: str) -> frozenset[str]:
    return frozenset(f"{getattr(english, name)} {getattr(french, name)}".split())


GREETINGS, POLITE, FILLERS, ORDERS = _both("GREETINGS"), _both("POLITE"), _both("FILLERS"), _both("ORDERS")
SEND, DELETE, THE_CAMPAIGN = _both("SEND"), _both("DELETE"), _both("THE_CAMPAIGN")
CHAT = _both("CHAT")
EVERYONE, EXCEPT, THOSE = _both("EVERYONE"), _both("EXCEPT"), _both("THOSE")
ADD, REMOVE, ONLY, INSTEAD, NOT_THAT = _both("ADD"), _both("REMOVE"), _both("ONLY"), _both("INSTEAD"), _both("NOT_THAT")
JOINING, TO, ME = _both("JOINING"), _both("TO"), _both("PLACEHOLDERS")
BUTTON, BUTTON_OPENS, LEADS, CALLED = _both("BUTTON"), _both("BUTTON_OPENS"), _both("LEADS"), _both("CALLED")
CONFIRM, CONFIRM_MORE, NO_CONFIRM = _both("CONFIRM"), _both("CONFIRM_MORE"), _both("NO_CONFIRM")
YES_OR_NO = _both("YES_OR_NO")
ANSWERS, TITLE, NAME, TEXT, IS = _both("ANSWERS"), _both("TITLE"), _both("NAME"), _both("TEXT"), _both("IS")
STYLES, PRESENCE, LANGUAGES = _both("STYLES"), _both("PRESENCE"), _both("LANGUAGES")
NOT_SUPPORTED, CHASE, DEADLINES = _both("NOT_SUPPORTED"), _both("CHASE"), _both("DEADLINES")
REMINDERS, UNTIL, ACTS_DONE, DISTANCES = _both("REMINDERS"), _both("UNTIL"), _both("ACTS_DONE"), _both("DISTANCES")
DAY_UNITS, LATER, DAILY, OFTEN = _both("DAY_UNITS"), _both("LATER"), _both("DAILY"), _both("OFTEN")
HAVING, WORKING, REMINDER_FILLERS = _words("HAVING"), _words("WORKING"), _words("REMINDER_FILLERS")
ENDINGS = _both("ENDINGS")
EVERY, AGAIN, RELATIVE_DAYS = _both("EVERY"), _both("AGAIN"), _both("RELATIVE_DAYS")
FOLLOWS, IN_TEXT, SWAP, SWAP_BY = _both("FOLLOWS"), _both("IN_TEXT"), _both("SWAP"), _both("SWAP_BY")
MORE_TEXT = _both("MORE_TEXT")
THANKS = _both("THANKS")
REMIND = frozenset(f"{english.REMIND}|{french.REMIND}".split("|"))
BEFORE_AN_INFINITIVE = french.BEFORE_AN_INFINITIVE
ASKING, QUESTIONS, STATEMENTS = _words("ASKING"), _words("QUESTIONS"), _words("STATEMENTS")
ARTICLES, GENERIC, PERIODS = _words("ARTICLES"), _words("GENERIC"), _words("PERIODS")
FIELDS, NOUNS_AFTER, OTHER_LANGUAGES = _words("FIELDS"), _words("NOUNS_AFTER"), _words("OTHER_LANGUAGES")
ANYBODY, PLACED, WHO, NOT = _words("ANYBODY"), _words("PLACED"), _words("WHO"), _words("NOT")
AUXILIARY, ARE, SPEAK = _words("AUXILIARY"), _words("ARE"), _words("SPEAK")
LED_BY = _both("LED_BY")
ACTS, BEFORE_CAMPAIGN = _both("ACTS"), _words("BEFORE_CAMPAIGN")
#: small words that names of lists hold, and that are not compared
SMALL = frozenset(["the", "of", "de", "du", "des", "d'", "le", "la", "les", "l'", "a", "and", "et"])
#: between what becomes of a message and when
BEFORE_AN_END = frozenset(["on", "at", "le", "a", "au", "by", "des", "from"])

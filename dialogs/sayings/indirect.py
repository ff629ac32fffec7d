"""Indirect speech made into what readers should read: "that they must sign in" becomes "You must sign in."."""

from __future__ import annotations

import re

from dialogs.sayings.words import english, french
from dialogs.sayings.words.tokens import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_WEB = re.compile(r"[a-z]{2,10}://|www\.", re.IGNORECASE)
_AUXILIARIES = frozenset(english.AUXILIARIES.split())
_FIRST = 3  #: words among which "they" or "their" means the readers
_TERMINAL = ".!?…"
#: of French verbs, the third person of many -> "vous", where it is not the rule
_VOUS = {
    **{"sont": "êtes", "ont": "avez", "vont": "allez", "font": "faites", "disent": "dites", "doivent": "devez"},
    **{"peuvent": "pouvez", "veulent": "voulez", "viennent": "venez", "tiennent": "tenez", "prennent": "prenez"},
    **{"recoivent": "recevez", "voient": "voyez", "croient": "croyez", "envoient": "envoyez", "paient": "payez"},
    **{"essaient": "essayez", "emploient": "employez", "nettoient": "nettoyez", "achetent": "achetez"},
    **{"appellent": "appelez", "rappellent": "rappelez", "jettent": "jetez", "boivent": "buvez", "meurent": "mourez"},
    **{"reviennent": "revenez", "deviennent": "devenez", "obtiennent": "obtenez", "comprennent": "comprenez"},
    **{"apprennent": "apprenez", "amenent": "amenez", "menent": "menez", "levent": "levez", "pesent": "pesez"},
    **{"preferent": "préférez", "esperent": "espérez", "possedent": "possédez", "completent": "complétez"},
    **{"acquierent": "acquérez", "considerent": "considérez", "suggerent": "suggérez", "achevent": "achevez"},
    **{"renouvellent": "renouvelez", "inquietent": "inquiétez", "repetent": "répétez", "cedent": "cédez"},
}
_ENDS = (("aient", "iez"), ("ront", "rez"), ("issent", "issez"), ("ent", "ez"))


def sentence(text: str) -> str:
    """With a capital, and a full stop where it has no end of its own."""
    text = text.strip().rstrip(",;:").strip()
    if not text:
        return ""
    text = capital(text)
    return text if text[-1] in _TERMINAL or (text[-1] in '”»")' and text[-2:-1] in tuple(_TERMINAL)) else text + "."


def capital(text: str) -> str:
    """With a capital, where its first word is not an address of the web."""
    return text if _WEB.match(text) else text[:1].upper() + text[1:]


def statement(text: str) -> tuple[str, bool]:
    """What follows "that"; and whether it may speak of others than the readers."""
    french_told = _as_told_in_french(text)
    if french_told is not None:
        return sentence(french_told), False
    changed, unsure = _to_readers(text)
    return sentence(changed), unsure


def _to_readers(text: str, *, surely: bool = False) -> tuple[str, bool]:
    """They and their become you and your, where they are the readers."""
    spoken = [match for match in _WORD.finditer(text) if fold(match[0]) in english.ADDRESS_WORDS]
    if not spoken:
        return text, False
    before = len(_WORD.findall(text[: spoken[0].start()]))
    if not surely and before >= _FIRST:
        return text, True
    return _WORD.sub(_readers_word, text), False


def _readers_word(match: re.Match[str]) -> str:
    instead = english.ADDRESS_WORDS.get(fold(match[0]))
    if instead is None:
        return match[0]
    return capital(instead) if match[0][0].isupper() else instead


_NOT_TO = re.compile(r"^not (?:to )?|^(?P<ever>never|no longer) to ", re.IGNORECASE)


def request(text: str, language: str) -> str:
    """What follows "to" or "de": "to fill in their timesheets" becomes "Please fill in your timesheets.".

    "Not to park there", "to not park there" becomes "Please do not park there."; "never", "no longer" stay.
    """
    if language == "fr":
        return sentence(f"Merci {_de(text)}{_possessives(text)}")
    text = _NOT_TO.sub(lambda match: f"{match['ever']} " if match["ever"] else "do not ", text)
    return sentence(f"Please {_to_readers(text, surely=True)[0]}")


def _de(text: str) -> str:
    return "d’" if fold(text[:1]) in "aeiouyh" and fold(text[:1]) else "de "


def question(text: str, language: str) -> tuple[str, bool]:
    """What follows "whether", "if", "si"; and whether its order of words is a guess."""
    text = text.strip().rstrip(".?! ").strip()
    if language == "fr":
        return _question_in_french(text)
    changed, _ = _to_readers(text, surely=True)
    words = list(_WORD.finditer(changed))
    if not words:
        return "", False
    first = fold(words[0][0])
    if first in ("you", "you're", "you've", "you'll", "you'd"):
        return _asked_of_you(changed, words), False
    place = next(
        (one for one in words[1:8] if fold(one[0]) in _AUXILIARIES or fold(one[0]) in ("is", "was", "has", "does")),
        None,
    )
    if place is None or fold(words[0][0]) in ("who", "that"):
        return capital(changed) + "?", True
    subject, rest = changed[: place.start()].strip(), changed[place.end() :].strip()
    return f"{capital(place[0])} {subject} {rest}".strip() + "?", len(words[: words.index(place)]) > 3


def _asked_of_you(text: str, words: list[re.Match[str]]) -> str:
    joined = {"you're": "Are", "you've": "Have", "you'll": "Will", "you'd": "Would"}.get(fold(words[0][0]))
    rest = text[words[0].end() :].strip()
    if joined:
        return f"{joined} you {rest}?"
    if len(words) > 1 and fold(words[1][0]) in _AUXILIARIES - {"need", "have", "do"}:
        return f"{capital(words[1][0])} you {text[words[1].end() :].strip()}?"
    if (
        len(words) > 2
        and fold(words[1][0]) == "have"
        and not fold(words[2][0]).startswith(("to", "a", "the", "any", "enough", "your"))
    ):
        return f"Have you {text[words[1].end() :].strip()}?"
    return f"Do you {rest}?"


# --- French ----------------------------------------------------------------------------------


def _as_told_in_french(text: str) -> str | None:
    """ "Ils doivent rendre leurs badges" becomes "Vous devez rendre vos badges"; None where it does not begin so."""
    text = text.lstrip()
    match = re.match(
        r"(?:ils|elles)\s+((?:ne\s+|n['’])?)((?:se\s+|s['’]|y\s+|en\s+|l['’]|les?\s+|la\s+)?)([^\W\d_]+)",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return None
    verb = _verb(match[3])
    pronoun = re.sub(r"(?i)^s(?:e\s+|['’])", "vous ", match[2])
    return f"vous {match[1]}{pronoun}{verb}{_possessives(text[match.end() :])}"


def _verb(written: str) -> str:
    plain = fold(written)
    if plain in _VOUS:
        return _VOUS[plain]
    for ending, instead in _ENDS:
        if plain.endswith(ending):
            return written[: -len(ending)] + instead
    return written


def _possessives(text: str) -> str:
    return _WORD.sub(_possessive, text)


def _possessive(match: re.Match[str]) -> str:
    instead = french.ADDRESS_WORDS.get(fold(match[0]))
    return match[0] if instead is None else capital(instead) if match[0][0].isupper() else instead


def _question_in_french(text: str) -> tuple[str, bool]:
    match = re.match(r"(?:ils|elles)\s+((?:se\s+|s['’]|y\s+|en\s+)?)([^\W\d_]+)", text, re.IGNORECASE)
    if match is None:
        return f"Est-ce que {text} ?" if fold(text[:1]) not in "aeiouy" or not text else f"Est-ce qu’{text} ?", False
    rest = _possessives(text[match.end() :])
    if match[1]:
        pronoun = re.sub(r"(?i)^s(?:e\s+|['’])", "vous ", match[1])
        return f"Est-ce que vous {pronoun}{_verb(match[2])}{rest} ?", False
    return f"{capital(_verb(match[2]))}-vous{rest} ?", False

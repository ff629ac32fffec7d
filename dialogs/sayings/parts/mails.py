"""Who gets it by e-mail as well, in words: "and by e-mail to those who have not opened it after 24 hours".

A part of its own at the end of a sentence or between commas: within a sentence it is the text's. It is cut out before
the rest is read, as nothing else speaks of it.
"""

from __future__ import annotations

import functools
import re

from storage.records import ByMail, MailTo

HOURS = 24  #: where nothing is said
_ONES = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "un": 1, "une": 1, "deux": 2, "trois": 3}
_NUMBER = r"(?P<number>\d{1,4}|" + "|".join(_ONES) + r")"
_UNIT = {"h": 1, "hour": 1, "heure": 1, "day": 24, "jour": 24, "week": 168, "semaine": 168}

_MAIL = r"(?:e-?mail|courriel|mél|mail)"
_ALSO = r"(?:\s+(?:too|as\s+well|also|aussi|également))?"
#: "and send it also by e-mail to", "et l'envoyer aussi par e-mail à"; "e-mail"
_ENGLISH = (
    rf"(?:(?:also\s+)?(?:send\s+(?:it|this)\s+)?(?:also\s+)?(?:by|via|with\s+an?)\s+{_MAIL}{_ALSO}\s+(?:to|for)"
    rf"|(?:also\s+)?{_MAIL}(?:\s+it{_ALSO}\s+to)?)"
    r"\s+(?:(?:those|people|everyone|everybody|anyone|all)\s+who|whoever|who)\s+"
)
_FRENCH = (
    rf"(?:(?:l['’]envoyer\s+|envoie-le\s+|envoyez-le\s+)?(?:aussi\s+|également\s+)?par\s+{_MAIL}{_ALSO}\s+(?:à|aux)"
    rf"|(?:aussi\s+)?un\s+{_MAIL}{_ALSO}\s+(?:à|aux))"
    r"\s+(?:(?:tous\s+)?(?:ceux|celles|celles\s+et\s+ceux|personnes)\s+)?qui\s+"
)
_UNOPENED = (
    r"(?:(?:have|has|did|do|does)\s+not|haven['’]t|hasn['’]t|didn['’]t|don['’]t|doesn['’]t)\s+(?:yet\s+)?"
    r"(?:opened|open|read|seen)(?:\s+(?:it|this))?(?:\s+yet)?"
    r"|(?:ne\s+l['’](?:ont|a)|n['’](?:ont|a))\s+pas\s+(?:encore\s+)?(?:ouvert|lu)e?s?"
)
_UNREACHED = (
    r"(?:could\s+not|couldn['’]t|cannot|can['’]t)\s+be\s+reached"
    r"|(?:were|was|are|is)\s*(?:not|n['’]t)\s+(?:reached|reachable)"
    r"|(?:(?:have|has|did)\s+not|haven['’]t|hasn['’]t|didn['’]t)\s+(?:received?|got|get)(?:\s+it)?"
    r"|n['’](?:ont|a)\s+(?:pas\s+pu\s+être|pas\s+été|pu\s+être)\s+(?:joint|atteint)e?s?"
    r"|ne\s+l['’](?:ont|a)\s+pas\s+reçue?"
)
_AFTER = rf"(?:\s+(?:after|within|for|après|au\s+bout\s+d['’e]\s*|depuis|sous)\s*{_NUMBER}\s*(?P<unit>[a-z]+?)s?)?"


@functools.cache
def _said() -> re.Pattern[str]:
    """Made when it is first asked for: it takes longer than any other, and a bot that starts does without."""
    return re.compile(
        r"(?P<before>^|[,;.!?\n]|\band\b|\bet\b)\s{0,9}(?:(?:and|et|then|puis|,)\s{1,9}){0,3}"
        rf"(?:{_ENGLISH}|{_FRENCH})"
        rf"(?:(?P<unopened>{_UNOPENED})|(?P<unreached>{_UNREACHED})){_AFTER}\s*(?P<after>$|[,;.!?\n])",
        re.IGNORECASE,
    )


def cut_by_mail(words: str) -> tuple[str, ByMail | None]:
    """The words without what says it, and who gets one; None where nobody was said. The form says what is too late."""
    for match in _said().finditer(words):
        unit = (match["unit"] or "").casefold()
        if match["number"] and unit not in _UNIT:
            continue
        number = (match["number"] or "").casefold()
        hours = int(_ONES.get(number, number)) * _UNIT[unit] if number else HOURS
        to = MailTo.NOT_OPENED if match["unopened"] else MailTo.NOT_REACHED
        left, right = words[: match.start()], words[match.end() :]
        joins = (match["after"] or "") if left.strip() else ""
        if match["before"] in (".", "!", "?", "\n"):
            joins = match["before"]
        return f"{left}{joins}{right}".strip(), ByMail(to=to, after=hours)
    return words, None

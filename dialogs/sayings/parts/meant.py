"""Clauses of a text that may be meant for us: they speak of how a campaign is sent, and were not understood so.

They stay in the text, which only its author can judge, and are named: nothing goes out that nobody has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WORDS = 16  #: of a clause at the most
#: wherever they stand in it
_SIGNS = re.compile(
    r"\b(?:a/b[- ]?test\w*|tests?\s+a/b|(?:two|deux)\s+(?:titles?|titres?|versions|variants|variantes)"
    r"|quiet\s+hours|heures\s+(?:calmes|silencieuses)|must[- ]reads?|lecture\s+obligatoire)\b",
    re.IGNORECASE,
)
#: at its beginning
_OPENINGS = re.compile(
    r"(?:(?:and|et|then|puis|also|aussi|please|avec|with|les|the)\s+)*"
    r"(?:(?:by|via|par)\s+(?:e-?mail|courriel|mail)\b|(?:remind|chase|nudge)\s+(?:those|them|everyone|whoever|people)\b"
    r"|relance[rz]?[- ](?:ceux|celles|les|tous|qui)\b|(?:thumbs|pouces|anonymously|anonymement|without\s+names)\b"
    r"|sans\s+les\s+noms\b|(?:but|mais)\s+(?:not|pas)\s+(?:before|after|avant|apr[èe]s)\b)",
    re.IGNORECASE,
)


def may_be_meant(text: str) -> Iterator[str]:
    """Those clauses, as they stand, but for the one that the text begins with."""
    for clause in re.split(r"(?<=[.!?;,\n])\s+|\s[–—]\s", text)[1:]:
        clause = clause.strip().rstrip(",;")
        if len(clause.split()) <= WORDS and (_SIGNS.search(clause) or _OPENINGS.match(clause)):
            yield clause

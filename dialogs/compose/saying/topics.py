"""The topic of a campaign, said in words: "topic Canteen", as a part of its own between commas or alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.records import Topic

_WORD = r"(?:(?:with|under|about|avec|sous)\s+)?(?:(?:the|le)\s+)?(?:topic|th[eè]me)\s*(?:is|est|:)?\s*[“\"«]?\s*"


def cut_topic(words: str, topics: Sequence[Topic]) -> tuple[str, Topic | None]:
    """The words without what says the topic, and the topic; None where none of these is said.

    Only between commas, at the ends of sentences or lines: within a sentence it is a part of the text.
    """
    for topic in sorted(topics, key=lambda one: -len(one.name)):
        name = r"\s+".join(map(re.escape, topic.name.split()))
        said = rf"(?P<before>^|[,;.!?\n]|\band\b|\bet\b)\s*{_WORD}{name}\s*[”\"»]?\s*(?P<after>$|[,;.!?\n])"
        match = re.search(said, words, re.IGNORECASE)
        if match:
            left, right = words[: match.start()], words[match.end() :]
            joins = match["after"] if left.strip() and right.strip() else ""
            return f"{left}{joins}{right}".strip(), topic
    return words, None

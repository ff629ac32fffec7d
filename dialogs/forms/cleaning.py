"""What was typed, without what nobody types. Apart from the forms: who reads files needs none of these, nor a card."""

from __future__ import annotations

import re

NAME = 100  #: characters of the name of a campaign, a list or a person

_PRIVATE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ud800-\udfff]")


def clean(text: str, instead: str = "") -> str:
    """What was typed, less what nobody types: control characters, private ones, halves of characters."""
    return text if text.isprintable() else _PRIVATE.sub(instead, text)

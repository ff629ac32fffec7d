"""What is left of a document when somebody is erased, on either store."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import orjson

#: how the keys of documents begin that are nobody's: large, or ours
NOBODYS = ("picture/", "keys/", "policy/", "claim")
PAGES = "import/list/"  #: people of a file that waits to be saved: the others stay


def without(key: str, json: bytes, names: AbstractSet[str]) -> bytes | None:
    """The document without the people of these names (lower case); None where nothing of it stays."""
    if not key.startswith(PAGES):
        return None
    page = orjson.loads(json)
    page["contacts"] = [one for one in page["contacts"] if one["address"].lower() not in names]
    return orjson.dumps(page)

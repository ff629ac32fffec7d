"""Signing keys of our own, which change: the newest signs, and those of the last year are still taken."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import StaleVersion

AGE = timedelta(days=90)  #: after which a key is followed by another
FILES = "exports"  #: the keys that sign what leads to files
KEYS_AGAIN = 30.0  #: seconds between two checks for keys that another copy has made
TAKEN = timedelta(days=400)  #: after its successor's making; links in people's chats live as long


async def keys(store: Documents, clock: Clock, name: str, *, rotate: bool = False, alone: bool = False) -> list[bytes]:
    """The keys under a name, newest first; a new one is made when the newest is old, or with ``rotate``.

    ``alone``, with ``rotate``: what former keys signed is taken no more.
    """
    document = f"keys/{name}"
    while True:
        stored = (await store.read_documents([document])).get(document)
        dated = [(number, datetime.fromtimestamp(at, UTC)) for number, at in json.loads(stored[1])] if stored else []
        now = clock.now()
        if not dated or rotate or now - dated[-1][1] > AGE:
            dated.append((dated[-1][0] + 1 if dated else 0, now))
            # a key is good for as long as the next one is not older than TAKEN
            former = [key for key, after in itertools.pairwise(dated) if now - after[1] <= TAKEN]
            dated = dated[-1:] if alone else former + dated[-1:]
            text = json.dumps([(number, at.timestamp()) for number, at in dated]).encode()
            try:
                await store.write_documents({document: (stored[0] if stored else "", text)})
            except StaleVersion:  # another copy was faster, and has made one
                rotate = alone
                continue
        return [await store.secret(_secret_name(name, number)) for number, _ in reversed(dated)]


def _secret_name(name: str, number: int) -> str:
    return f"{name}/{number}" if number else name

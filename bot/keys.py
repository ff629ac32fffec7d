"""Signing keys of our own, which change: the newest signs, and those of the last year are still taken.

They are kept in the store, and so in its backups. Where a key apart from the store is set (``SIGNING_KEY``), each
of ours is made of both: a copy of the store alone signs nothing then (decision 044).
"""

from __future__ import annotations

import hmac
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import StaleVersion

AGE = timedelta(days=90)  #: after which a key is followed by another
FILES = "exports"  #: the keys that sign what leads to files
KEYS_AGAIN = 30.0  #: seconds between two checks for keys that another copy has made
TAKEN = timedelta(days=400)  #: after its successor's making; links in people's chats live as long


@dataclass(frozen=True, slots=True)
class _Made:
    """A key that was made: which, when, and with which key apart from the store ("": with none)."""

    number: int
    at: datetime
    seal: str = ""

    @classmethod
    def of(cls, number: int, at: float, seal: str = "") -> _Made:
        return cls(number, datetime.fromtimestamp(at, UTC), seal)

    @property
    def row(self) -> tuple[int, float] | tuple[int, float, str]:
        return (self.number, self.at.timestamp(), self.seal) if self.seal else (self.number, self.at.timestamp())


class OwnKeys:
    """``apart``: the key that is kept outside of the store; empty where there is none."""

    def __init__(self, store: Documents, clock: Clock, apart: bytes = b"") -> None:
        self._store = store
        self._clock = clock
        self._apart = apart
        self._seal = hmac.digest(apart, b"crieur.seal", "sha256")[:8].hex() if apart else ""

    async def of(self, name: str) -> list[bytes]:
        """The keys under a name, newest first; a new one is made when the newest is old."""
        return await self._keys(name, renew=False, alone=False)

    async def renew(self, name: str, *, forget_former: bool = False) -> list[bytes]:
        """The same, with a new one. ``forget_former``: what former keys signed is taken no more."""
        return await self._keys(name, renew=True, alone=forget_former)

    async def _keys(self, name: str, *, renew: bool, alone: bool) -> list[bytes]:
        document = f"keys/{name}"
        while True:
            stored = (await self._store.read_documents([document])).get(document)
            dated = [_Made.of(*row) for row in orjson.loads(stored[1])] if stored else []
            now = self._clock.now()
            own = [key for key in dated if key.seal == self._seal]
            if not own or renew or now - own[-1].at > AGE:
                new = _Made(dated[-1].number + 1 if dated else 0, now, self._seal)
                # a key is good for as long as the next one is not older than TAKEN
                former = [key for key, after in itertools.pairwise([*dated, new]) if now - after.at <= TAKEN]
                dated = [new] if alone else [*former, new]
                text = orjson.dumps([key.row for key in dated])
                try:
                    await self._store.write_documents({document: (stored[0] if stored else "", text)})
                except StaleVersion:  # another copy was faster, and has made one
                    renew = alone
                    continue
                own = [key for key in dated if key.seal == self._seal]
            # those of before there was a key apart are still taken; those of another one cannot be computed
            before = [key for key in dated if not key.seal and self._seal]
            return [await self._secret(name, key) for key in (*reversed(own), *reversed(before))]

    async def _secret(self, name: str, key: _Made) -> bytes:
        secret_name = f"{name}/{key.number}" if key.number else name
        kept = await self._store.secret(secret_name)
        return hmac.digest(self._apart, b"%s %s" % (secret_name.encode(), kept), "sha256") if key.seal else kept

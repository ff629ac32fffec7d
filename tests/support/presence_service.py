"""A company's own presence service, as docs/presence.md describes it: real HTTP, on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.support.http import Answer, Server


@dataclass
class PresenceService:
    token: str = ""
    #: what it says of an address; who is not here is not known to it
    people: dict[str, str] = field(default_factory=dict)
    #: answers with this instead
    trouble: Answer | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    _server: Server = field(init=False)

    def __post_init__(self) -> None:
        self._server = Server(self._answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/skype"

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    def _answer(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        if (method, path) != (b"POST", b"/skype"):
            return Answer(404)
        if self.token and f"authorization: bearer {self.token}".encode() not in head.lower():
            return Answer(401)
        question = orjson.loads(body)
        self.asked.append(question)
        if self.trouble:
            return self.trouble
        availability = {address: self.people[address] for address in question["addresses"] if address in self.people}
        return Answer(200, orjson.dumps({"availability": availability}))

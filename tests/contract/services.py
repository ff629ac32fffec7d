"""The Graph's ports on the loopback Graph, as the contract suites and the client's own tests use them."""

from __future__ import annotations

import contextlib
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from bot.graph import Graph, GraphDirectory, GraphPresence
from bot.graph.client import NoLogin, Token
from storage.records import Person, PersonId, TenantId
from tests.support.clocks import LeapingClock
from tests.support.graph import LoopbackGraph, User

TENANT = TenantId("1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70")


@dataclass
class Service:
    """A Graph at work, and what asks it."""

    graph: LoopbackGraph
    client: Graph
    clock: LeapingClock
    directory: GraphDirectory
    presence: GraphPresence
    rng: random.Random = field(default_factory=lambda: random.Random(11))

    def user(self, given_name: str, surname: str = "Lovelace", **more: Any) -> User:
        address = f"{given_name}.{surname}@contoso.example".lower()
        known: dict[str, Any] = {"given_name": given_name, "surname": surname, "upn": address, "mail": address}
        return self.graph.add(User(str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), **{**known, **more}))


def person_of(user: User, number: int, tenant: TenantId = TENANT) -> Person:
    return Person(id=PersonId(number), tenant=tenant, address=user.mail or "", directory_id=user.id)


@contextlib.asynccontextmanager
async def serving(*, page: int = 999, token: Token | None = None, only: str | None = None) -> AsyncIterator[Service]:
    """``token``: what we show; ``only``: the one that is let in."""
    graph = LoopbackGraph(page=page, token=only)
    await graph.start()
    clock = LeapingClock()
    login = token or NoLogin()
    async with Graph(graph.url, clock=clock, rng=random.Random(1), login=lambda tenant: login) as client:
        yield Service(graph, client, clock, GraphDirectory(client), GraphPresence(client, clock))
    await graph.stop()

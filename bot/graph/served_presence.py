"""The Presence port on a service of the organisation's own: how presence on Skype is known (S9).

Skype for Business tells presence inside its own network only, so anyone who runs it puts a small service before it
(docs/presence.md has what it is asked and answers), and names it in SKYPE_PRESENCE_URL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from bot.bounded import read_up_to
from bot.teams.responses import seconds
from scheduler.ports import Availability, Clock, NotAnswered
from storage.records import Person, PersonId, TenantId

PEOPLE = 500  #: asked about by one request, at the most
CONNECT = 3.0  #: seconds to open a connection
ANSWER = 5.0  #: seconds for an answer, all of it
LARGEST = 256_000  #: bytes of an answer: 500 people take a tenth of it

#: what the service says, in the words of S9; whatever is not named here is *absent*
SAID = {"available": Availability.AVAILABLE, "away": Availability.AWAY, "busy": Availability.BUSY}


class ServedPresence:
    """Asks ``url``, with ``token`` as its bearer where there is one. Open it with ``async with``."""

    def __init__(self, url: str, token: str, clock: Clock) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> ServedPresence:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=ANSWER, sock_connect=CONNECT),
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._session:
            await self._session.close()

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        known = {person.address: person.id for person in people if person.address}
        addresses = list(known)
        pages = [addresses[start : start + PEOPLE] for start in range(0, len(addresses), PEOPLE)]
        answers = await asyncio.gather(*(self._ask(tenant, page) for page in pages))
        return {known[address]: shown for answer in answers for address, shown in answer.items()}

    async def _ask(self, tenant: TenantId, addresses: list[str]) -> dict[str, Availability]:
        """Of those whom the service knows; a word that is none of ours is somebody who is not there."""
        answer = await self._post({"tenant": tenant, "addresses": addresses})
        shown = answer.get("availability") if isinstance(answer, dict) else None
        if not isinstance(shown, dict):
            raise NotAnswered("presences were expected")
        return {
            address: SAID.get(str(shown[address]).lower(), Availability.ABSENT)
            for address in addresses
            if shown.get(address) is not None
        }

    async def _post(self, body: dict[str, Any]) -> Any:
        assert self._session is not None, "open it first"
        try:
            # elsewhere our token is nobody's business: redirects are not followed
            asked = self._session.post(self._url, data=orjson.dumps(body), allow_redirects=False)
            async with asked as response:
                if response.status != 200:
                    after = seconds(response.headers.get("Retry-After"), self._clock.now())
                    refused = response.status in (401, 403, 404)
                    raise NotAnswered(str(response.status), permanent=refused, after=after)
                content = await read_up_to(response, LARGEST)
                if len(content) > LARGEST:
                    raise NotAnswered("too long an answer", permanent=True)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotAnswered(type(error).__name__) from error
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            raise NotAnswered("no JSON") from None

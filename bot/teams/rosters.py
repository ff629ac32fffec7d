"""The members of teams that have installed the bot: the Rosters port on the Bot Connector.

Source: the Teams documentation on fetching the roster of a team (pages of at most 500, a continuation token),
and on proactive messages (members without a personal install may be written to by opening a conversation).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson

from bot.teams.send.connector import Connector
from scheduler.ports import NoSuchGroup, NotAnswered, RosterMember
from storage.records import DirectoryUser, Source, TenantId

PAGE = 500  #: the most that a page holds
PAGES = 1_000  #: of one team, which may have 25,000 members
ATTEMPTS = 3  #: of one page
PAUSE = 1.0  #: seconds between them, where the platform names none
PATIENCE = 5.0  #: seconds: a longer wait is the caller's


class TeamRosters:
    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def members(self, tenant: TenantId, team: Source) -> AsyncIterator[list[RosterMember]]:
        following = ""
        for _ in range(PAGES):
            page = await self._page(team, following)
            yield [member for row in page.get("members") or [] if (member := member_of(row)) is not None]
            following = str(page.get("continuationToken") or "")
            if not following:
                return
        raise NotAnswered("a roster without an end", permanent=True)

    async def _page(self, team: Source, following: str) -> dict[str, Any]:
        after: float | None = None
        problem = ""
        for _ in range(ATTEMPTS):
            status, body, after = await self._connector.get(team.service_url, _path(team.id, following))
            if 200 <= status < 300:
                return _parsed(body)
            if status in (403, 404):
                raise NoSuchGroup(team.id)
            if status != 429 and status < 500 and status != 412:
                raise NotAnswered(str(status), permanent=True)
            problem = str(status)
            if (after or 0.0) > PATIENCE:
                break
            await asyncio.sleep(after or PAUSE)
        raise NotAnswered(problem, after=after)


def _path(team: str, following: str) -> str:
    query = f"?pageSize={PAGE}" + (f"&continuationToken={quote(following, safe='')}" if following else "")
    return f"conversations/{quote(team, safe='')}/pagedmembers{query}"


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        page = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotAnswered("a roster was expected") from error
    if not isinstance(page, dict):
        raise NotAnswered("a roster was expected")
    return page


def member_of(row: Any) -> RosterMember | None:
    """None for a member who is not in a directory: another bot, somebody from outside."""
    if not isinstance(row, dict):
        return None
    directory_id = str(row.get("aadObjectId") or row.get("objectId") or "").lower()
    if not directory_id or not row.get("id"):
        return None
    addresses = [str(row[field]).lower() for field in ("userPrincipalName", "email") if row.get(field)]
    user = DirectoryUser(
        directory_id=directory_id,
        addresses=tuple(dict.fromkeys(addresses)),
        given_name=str(row.get("givenName") or ""),
        surname=str(row.get("surname") or ""),
        name=str(row.get("name") or ""),
        guest=str(row.get("userRole") or "").lower() == "guest" or "#ext#" in str(row.get("userPrincipalName")).lower(),
    )
    return RosterMember(id=str(row["id"]), user=user)

"""People and groups: the Directory port on Microsoft Graph.

Sources, in the Graph documentation: "Get a user", "List users", "List groups", "List group transitive
members" (the cast to users needs ConsistencyLevel and $count), "Get user mailbox settings", "List manager" (expanded
for one user or some; not where a query is advanced, as a group's members are). Application permissions: User.Read.All,
GroupMember.Read.All; MailboxSettings.Read for time zones, if it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

from bot.graph.client import BATCH, Graph, Json, Refusal, needing
from bot.zones import zone_of
from scheduler.ports import DirectoryGroup, NoSuchGroup, NotAnswered
from storage.records import DirectoryUser, TenantId

T = TypeVar("T")

USERS, GROUPS = "User.Read.All", "GroupMember.Read.All"
FIELDS = (
    "id,displayName,givenName,surname,mail,userPrincipalName,userType,preferredLanguage,department,country,city,"
    "officeLocation,jobTitle"
)
PAGE = "999"  #: the most that a page holds
SEARCH = 8.0  #: seconds for a search: somebody waits for it, and a turn is answered within fifteen
FOUND = "25"  #: groups shown by one search
MANAGER = {"$expand": "manager"}
NAMED = 15  #: people that one filter may name ("in" takes no more)


class GraphDirectory:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def find(self, tenant: TenantId, address: str) -> DirectoryUser | None:
        with needing(USERS):
            row = await self._user(tenant, address)
        if row is None:
            return None
        return user_of(row, zone=await self._zone(tenant, str(row["id"])))

    async def _user(self, tenant: TenantId, address: str) -> Json | None:
        """By UPN, then by e-mail: /users/{id} takes the first only."""
        try:
            return await self._graph.get(tenant, f"users/{quote(address, safe='@')}", {"$select": FIELDS} | MANAGER)
        except Refusal as refusal:
            if refusal.status not in (400, 404):
                raise
        query = {"$filter": f"mail eq {_quoted(address)}", "$select": FIELDS} | MANAGER
        async for page in self._graph.pages(tenant, "users", query):
            for row in page:
                return row
        return None

    async def _zone(self, tenant: TenantId, id: str) -> str:
        """The time zone of their mailbox, where we may read it; "" where not."""
        try:
            answer = await self._graph.get(tenant, f"users/{quote(id, safe='')}/mailboxSettings/timeZone")
        except (Refusal, NotAnswered):
            return ""
        return zone_of(answer.get("value"))

    async def groups(self, tenant: TenantId, name: str) -> list[DirectoryGroup]:
        query = {"$filter": f"startswith(displayName,{_quoted(name)})", "$select": "id,displayName", "$top": FOUND}
        try:
            with needing(GROUPS):
                async with asyncio.timeout(SEARCH):
                    answer = await self._graph.get(tenant, "groups", query)
        except TimeoutError as error:
            raise NotAnswered("TimeoutError") from error
        rows = answer.get("value")
        groups = [
            DirectoryGroup(id=str(row["id"]).lower(), name=str(row.get("displayName") or ""))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and row.get("id")
        ]
        return sorted(groups, key=lambda group: (group.name.casefold(), group.id))

    async def members(self, tenant: TenantId, group: str) -> AsyncIterator[list[DirectoryUser]]:
        query = {"$select": FIELDS, "$top": PAGE, "$count": "true"}
        path = f"groups/{quote(group, safe='')}/transitiveMembers/microsoft.graph.user"
        with needing(GROUPS):
            try:
                async for page in self._graph.pages(tenant, path, query):
                    rows = [row for row in page if row.get("id")]
                    managers = await self._managers(tenant, [str(row["id"]) for row in rows])
                    yield [user_of(row | {"manager": managers.get(str(row["id"]))}) for row in rows]
            except Refusal as refusal:
                if refusal.status == 404:
                    raise NoSuchGroup(group) from refusal
                raise

    async def _managers(self, tenant: TenantId, ids: Sequence[str]) -> dict[str, Json]:
        """Those of these people who have one; nobody's where we may not read users."""
        asked = [
            ("users", {"$filter": f"id in ({','.join(map(_quoted, some))})", "$select": "id"} | MANAGER)
            for some in _portions(ids, NAMED)
        ]
        try:
            answers = await asyncio.gather(*(self._graph.batch(tenant, some) for some in _portions(asked, BATCH)))
        except Refusal as refusal:
            if refusal.status != 403:
                raise
            return {}
        rows = [row for some in answers for answer in some for row in answer.get("value") or []]
        return {str(row["id"]): row["manager"] for row in rows if row.get("manager")}


def user_of(row: Json, *, zone: str = "") -> DirectoryUser:
    addresses = [str(row[field]).lower() for field in ("userPrincipalName", "mail") if row.get(field)]
    return DirectoryUser(
        directory_id=str(row["id"]).lower(),
        addresses=tuple(dict.fromkeys(addresses)),
        given_name=str(row.get("givenName") or ""),
        surname=str(row.get("surname") or ""),
        name=str(row.get("displayName") or ""),
        language=str(row.get("preferredLanguage") or ""),
        zone=zone,
        department=str(row.get("department") or ""),
        country=str(row.get("country") or ""),
        city=str(row.get("city") or ""),
        office=str(row.get("officeLocation") or ""),
        title=str(row.get("jobTitle") or ""),
        manager=str((row.get("manager") or {}).get("displayName") or ""),
        guest=str(row["userType"]).lower() == "guest" if row.get("userType") else None,
    )


def _portions(all: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (all[start : start + size] for start in range(0, len(all), size))


def _quoted(text: str) -> str:
    """A string in an OData filter."""
    return "'" + text.replace("'", "''") + "'"

"""A loopback Microsoft Graph: a directory and its people's presence, with the service's manners.

Built from the Graph documentation, not from our client: pages and their links, the 650 ids of a presence
request, the advanced queries that want ConsistencyLevel and $count, error bodies, Retry-After. It throttles,
breaks and takes permissions away on request, and keeps what it was asked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import orjson

from tests.support.http import Answer, Server

IDS = 650  #: of one presence request
BATCH = 20  #: requests in one
NAMED_IN = 15  #: values of one "in"
EXPANDED_PAGE = 100  #: rows of a page, where something is expanded
LARGEST_PAGE = 999
USUAL_PAGE = 100
PERMISSIONS = {
    "communications": "Presence.Read.All",
    "groups": "GroupMember.Read.All",
    "users": "User.Read.All",
    "mailboxSettings": "MailboxSettings.Read",
    "teamwork": "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
    "appCatalogs": "AppCatalog.Read.All",
    "sites": "Sites.Read.All",
}
#: what an app that asks for a permission of type Application is installed with
CONSENTED = [{"permissionValue": "ChatMessageReadReceipt.Read.Chat", "permissionType": "application"}]


@dataclass(slots=True)
class User:
    id: str
    given_name: str | None = None
    surname: str | None = None
    mail: str | None = None
    upn: str | None = None
    language: str | None = None
    department: str | None = None
    country: str | None = None
    city: str | None = None
    office: str | None = None
    title: str | None = None
    #: the id of another user
    manager: str | None = None
    guest: bool = False
    #: a mailbox's zone, often one of Windows' names; None: no mailbox
    zone: str | None = None
    availability: str = "Offline"
    activity: str = "Offline"

    def shown(self) -> dict[str, Any]:
        name = " ".join(part for part in (self.given_name, self.surname) if part)
        return {
            "id": self.id,
            "displayName": name or self.upn,
            "givenName": self.given_name,
            "surname": self.surname,
            "mail": self.mail,
            "userPrincipalName": self.upn,
            "userType": "Guest" if self.guest else "Member",
            "preferredLanguage": self.language,
            "department": self.department,
            "country": self.country,
            "city": self.city,
            "officeLocation": self.office,
            "jobTitle": self.title,
        }


@dataclass(slots=True)
class Group:
    """``members``: ids of users, of other groups, and of things that are neither."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What keeps the Graph from answering."""

    #: requests still to be answered so; None: all of them
    times: int | None = None
    status: int = 429
    #: seconds named in Retry-After; None sends none
    retry_after: float | None = 1.0
    #: the connection is closed instead
    reset: bool = False
    #: something else than JSON comes
    garbage: bool = False
    #: the area whose requests it meets ("communications", "groups", "users"); "" for all
    area: str = ""


def _error(status: int, code: str, message: str, **headers: str) -> Answer:
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "0", "date": "2026-11-25"}}}
    return Answer(status, orjson.dumps(body), tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def _gone(what: str) -> Answer:
    text = f"Resource '{what}' does not exist or one of its queried reference-property objects are not present."
    return _error(404, "Request_ResourceNotFound", text)


class LoopbackGraph:
    """``token``: the only one that is let in; None lets everybody in."""

    def __init__(self, *, token: str | None = None, page: int = LARGEST_PAGE, rng: random.Random | None = None) -> None:
        self.token = token
        self.page = page
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        #: permissions that the administrator has not given, or has taken away
        self.missing: set[str] = set()
        self.trouble: Trouble | None = None
        #: (method, area, decoded path and query, body) of every request that came in
        self.asked: list[tuple[str, str, str, Any]] = []
        #: how somebody shows at this moment, where it is not what stands in ``users``
        self.presence_now: Callable[[User], str] = lambda user: user.availability
        #: the app in the catalogue: its id there, and in its package
        self.app: tuple[str, str] | None = None
        #: who has it, and the installation's id
        self.installed: dict[str, str] = {}
        #: whom a policy keeps apps from
        self.forbidden: set[str] = set()
        #: the chat between somebody and the bot
        self.chat_of: Callable[[User], str] = lambda user: f"19:{user.id}_bot@unq.gbl.spaces"
        #: called when the app is installed for somebody
        self.on_install: Callable[[User], None] = lambda user: None
        #: where a next page is said to be; None: here
        self.elsewhere: str | None = None
        #: where the organisation keeps its files
        self.sharepoint = "contoso.sharepoint.com"
        self._rng = rng or random.Random(5)
        self._server = Server(self._handle)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/v1.0"

    async def start(self, port: int = 0) -> None:
        await self._server.start(port)

    async def stop(self) -> None:
        await self._server.stop()

    # --- the organisation ---------------------------------------------------------------------

    def add(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def group(self, name: str, *members: User | Group) -> Group:
        group = Group(self._id(), name, [member.id for member in members])
        self.groups[group.id] = group
        return group

    def _id(self) -> str:
        digits = f"{self._rng.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def calls(self, area: str) -> int:
        return sum(asked[1] == area for asked in self.asked)

    # --- routing ------------------------------------------------------------------------------

    def _handle(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        where, _, query = path.decode().partition("?")
        version, *parts = [unquote(part) for part in where.strip("/").split("/")]
        asked = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        area = parts[0] if parts else ""
        self.asked.append((method.decode(), area, unquote(path.decode()), orjson.loads(body) if body else None))
        if version != "v1.0" or not parts:
            return _error(400, "BadRequest", "Invalid version.")
        headers = _headers(head)
        if self.token is not None and headers.get("authorization") != f"Bearer {self.token}":
            return _error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
        return self._troubled(area) or self._allowed(parts) or self._answer(method, parts, asked, headers, body)

    def _troubled(self, area: str) -> Answer | None:
        trouble = self.trouble
        if trouble is None or trouble.area not in ("", area):
            return None
        if trouble.times is not None:
            left = trouble.times - 1
            self.trouble = Trouble(**{**_fields(trouble), "times": left}) if left else None
        if trouble.reset:
            return Answer(0, reset=True)
        if trouble.garbage:
            return Answer(200, b"<html>a proxy's own words</html>")
        headers = {} if trouble.retry_after is None else {"Retry_After": f"{trouble.retry_after:g}"}
        return _error(trouble.status, "TooManyRequests", "Too many requests", **headers)

    def _allowed(self, parts: list[str]) -> Answer | None:
        special = next((part for part in ("mailboxSettings", "teamwork") if part in parts), parts[0])
        permission = PERMISSIONS.get(special)
        if permission not in self.missing:
            return None
        if special == "teamwork":
            text = f"Missing role permissions on the request. API requires one of '{permission}'."
            return _error(403, "Forbidden", text)
        return _error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def _answer(
        self, method: bytes, parts: list[str], asked: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Answer:
        match (method, parts):
            case (b"POST", ["communications", "getPresencesByUserId"]):
                return self._presences(body)
            case (b"POST", ["$batch"]):
                return self._batch(body)
            case (b"GET", ["users"]):
                return self._find(asked, headers)
            case (b"GET", ["users", user]):
                return self._user(user, asked)
            case (b"GET", ["users", user, "mailboxSettings", "timeZone"]):
                return self._zone(user)
            case (b"GET", ["appCatalogs", "teamsApps"]):
                return self._catalogue(asked)
            case (b"POST", ["users", user, "teamwork", "installedApps"]):
                return self._install(user, body)
            case (b"GET", ["users", user, "teamwork", "installedApps"]):
                return self._installations(user, asked)
            case (b"GET", ["users", user, "teamwork", "installedApps", installation, "chat"]):
                return self._chat(user, installation)
            case (b"GET", ["sites", "root"]):
                row = {"siteCollection": {"hostname": self.sharepoint}, "webUrl": f"https://{self.sharepoint}"}
                return Answer(200, orjson.dumps(_selected(row, asked)))
            case (b"GET", ["groups"]):
                return self._search(asked)
            case (b"GET", ["groups", group, "transitiveMembers", "microsoft.graph.user"]):
                return self._members(group, asked, headers)
        return _error(400, "BadRequest", "Resource not found for the segment.")

    # --- presence -----------------------------------------------------------------------------

    def _presences(self, body: bytes) -> Answer:
        ids = orjson.loads(body).get("ids")
        if not isinstance(ids, list) or not ids or len(ids) > IDS:
            return _error(400, "BadRequest", f"ids takes 1 to {IDS} user ids.")
        value = [
            {"id": id, "availability": self.presence_now(self.users[id]), "activity": self.users[id].activity}
            if id in self.users
            else {"id": id, "availability": "PresenceUnknown", "activity": "PresenceUnknown"}
            for id in ids
        ]
        return Answer(200, orjson.dumps({"value": value}))

    # --- people -------------------------------------------------------------------------------

    def _named(self, key: str) -> User | None:
        """By id or UPN, as the Graph does; not by e-mail."""
        lower = key.lower()
        return next((user for user in self.users.values() if lower in (user.id, (user.upn or "").lower())), None)

    def _user(self, key: str, asked: Mapping[str, str]) -> Answer:
        user = self._named(key)
        return Answer(200, orjson.dumps(_selected(self._shown(user, asked), asked))) if user else _gone(key)

    def _shown(self, user: User, asked: Mapping[str, str]) -> dict[str, Any]:
        manager = self.users.get(user.manager or "") if asked.get("$expand") == "manager" else None
        return user.shown() | ({"manager": manager.shown()} if manager else {})

    def _find(self, asked: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        advanced = headers.get("consistencylevel") == "eventual" and "$count" in asked
        if "$expand" in asked and (advanced or asked["$expand"] != "manager"):
            return _error(400, "Request_UnsupportedQuery", "Expand is not supported with advanced queries.")
        by_mail = re.fullmatch(r"mail eq '((?:[^']|'')*)'", asked.get("$filter", ""))
        by_ids = re.fullmatch(r"id in \(((?:'[^']*',?)+)\)", asked.get("$filter", ""))
        if by_mail:
            mail = by_mail[1].replace("''", "'").lower()
            users = [user for user in self.users.values() if (user.mail or "").lower() == mail]
        elif by_ids and by_ids[1].count(",") < NAMED_IN:
            users = [self.users[id] for id in by_ids[1].replace("'", "").split(",") if id in self.users]
        else:
            return _error(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
        return self._collection("users", [self._shown(user, asked) for user in users], asked)

    def _batch(self, body: bytes) -> Answer:
        """Each request of it is answered for itself, in any order."""
        requests = orjson.loads(body).get("requests")
        if not isinstance(requests, list) or not 1 <= len(requests) <= BATCH:
            return _error(400, "BadRequest", f"A batch takes 1 to {BATCH} requests.")
        responses = []
        for one in requests:
            answer = self._inner(one["method"].encode(), one["url"], one.get("headers") or {})
            headers = {name.title(): value for name, value in answer.headers}
            responses.append({"id": one["id"], "status": answer.status, "headers": headers})
            responses[-1]["body"] = orjson.loads(answer.body) if answer.body else None
        self._rng.shuffle(responses)
        return Answer(200, orjson.dumps({"responses": responses}))

    def _inner(self, method: bytes, path: str, headers: Mapping[str, str]) -> Answer:
        where, _, query = path.partition("?")
        parts = [unquote(part) for part in where.strip("/").split("/")]
        asked = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
        self.asked.append((method.decode(), parts[0], unquote(path), None))
        given = {name.lower(): value for name, value in headers.items()}
        return self._troubled(parts[0]) or self._allowed(parts) or self._answer(method, parts, asked, given, b"")

    def _zone(self, key: str) -> Answer:
        user = self._named(key)
        if user is None or user.zone is None:
            return _error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or hosted on-premise.")
        return Answer(200, orjson.dumps({"value": user.zone}))

    # --- the app ------------------------------------------------------------------------------

    def _catalogue(self, asked: Mapping[str, str]) -> Answer:
        match = re.fullmatch(r"externalId eq '([^']*)'", asked.get("$filter", ""))
        if not match:
            return _error(400, "BadRequest", "Unsupported or invalid query filter clause.")
        apps = [{"id": self.app[0], "externalId": self.app[1]}] if self.app and self.app[1] == match[1] else []
        return Answer(200, orjson.dumps({"value": apps}))

    def _install(self, key: str, body: bytes) -> Answer:
        user, asked = self._named(key), orjson.loads(body)
        bound, consented = asked.get("teamsApp@odata.bind", ""), asked.get("consentedPermissionSet", {})
        if self.app is None or bound != f"{self.url}/appCatalogs/teamsApps/{self.app[0]}":
            return _error(404, "NotFound", "The app was not found in the catalogue.")
        if user is None:
            return _error(404, "NotFound", "No user found with Id.")
        if consented.get("resourceSpecificPermissions") != CONSENTED:
            return _error(400, "BadRequest", "The permissions consented to are not those that the app asks for.")
        if user.id in self.forbidden:
            return _error(403, "Forbidden", "The app is blocked by app permission policy for this user.")
        if user.id in self.installed:
            return _error(409, "Conflict", "The app is already installed for the user.")
        self.installed[user.id] = f"{user.id}##{self.app[0]}"
        self.on_install(user)
        return Answer(201)

    def _installations(self, key: str, asked: Mapping[str, str]) -> Answer:
        user = self._named(key)
        match = re.fullmatch(r"teamsApp/id eq '([^']*)'", asked.get("$filter", ""))
        if not match or asked.get("$expand") != "teamsApp":
            return _error(400, "BadRequest", "Unsupported or invalid query filter clause.")
        known = user is not None and self.app is not None and user.id in self.installed and match[1] == self.app[0]
        value = [{"id": self.installed[user.id], "teamsApp": {"id": match[1]}}] if known and user else []
        return Answer(200, orjson.dumps({"value": value}))

    def _chat(self, key: str, installation: str) -> Answer:
        user = self._named(key)
        if user is None or self.installed.get(user.id) != installation:
            return _error(404, "NotFound", "The installation was not found.")
        return Answer(200, orjson.dumps({"id": self.chat_of(user)}))

    # --- groups -------------------------------------------------------------------------------

    def _search(self, asked: Mapping[str, str]) -> Answer:
        match = re.fullmatch(r"startswith\(displayName,'((?:[^']|'')*)'\)", asked.get("$filter", ""))
        if not match:
            return _error(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
        beginning = match[1].replace("''", "'").casefold()
        rows = [
            {"id": group.id, "displayName": group.name}
            for group in self.groups.values()
            if group.name.casefold().startswith(beginning)
        ]
        return self._collection("groups", rows, asked)

    def _members(self, key: str, asked: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        if headers.get("consistencylevel") != "eventual" or asked.get("$count") != "true":
            return _error(400, "Request_UnsupportedQuery", "The query uses advanced features without ConsistencyLevel.")
        if key not in self.groups:
            return _gone(key)
        rows = [self.users[id].shown() for id in self._inside(key, set()) if id in self.users]
        if PERMISSIONS["users"] in self.missing:
            rows = [{name: value if name == "id" else None for name, value in row.items()} for row in rows]
        return self._collection(f"groups/{key}/transitiveMembers/microsoft.graph.user", rows, asked)

    def _inside(self, key: str, seen: set[str]) -> list[str]:
        """Everything in a group and the groups in it, each once; groups may hold each other."""
        users: list[str] = []
        for id in self.groups[key].members:
            if id not in seen:
                seen.add(id)
                users += self._inside(id, seen) if id in self.groups else [id]
        return users

    # --- collections --------------------------------------------------------------------------

    def _collection(self, path: str, rows: list[dict[str, Any]], asked: Mapping[str, str]) -> Answer:
        largest = EXPANDED_PAGE if "$expand" in asked else LARGEST_PAGE
        top = min(int(asked.get("$top", USUAL_PAGE)), self.page, largest)
        if not 1 <= int(asked.get("$top", USUAL_PAGE)) <= LARGEST_PAGE:
            return _error(400, "Request_BadRequest", "Invalid page size specified: must be between 1 and 999.")
        start = int(asked.get("$skiptoken", 0))
        body: dict[str, Any] = {
            "@odata.context": f"{self.url}/$metadata#{path}",
            "value": [_selected(row, asked) for row in rows[start : start + top]],
        }
        if asked.get("$count") == "true" and not start:
            body["@odata.count"] = len(rows)
        if start + top < len(rows):
            kept = {**{name: value for name, value in asked.items() if name != "$skiptoken"}}
            query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
            body["@odata.nextLink"] = f"{self.elsewhere or self.url}/{path}?{query}&$skiptoken={start + top}"
        return Answer(200, orjson.dumps(body))


def _fields(trouble: Trouble) -> dict[str, Any]:
    return {name: getattr(trouble, name) for name in Trouble.__slots__}


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.lower(): value for name, _, value in lines}


def _selected(row: dict[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    wanted = [name for name in asked.get("$select", "").split(",") if name]
    expanded = {name: row[name] for name in (asked.get("$expand", ""),) if name in row}
    return {name: row.get(name) for name in wanted} | expanded if wanted else row

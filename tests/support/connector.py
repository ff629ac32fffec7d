"""A loopback Bot Connector: the REST service that a bot writes to, with the platform's manners.

It keeps every chat, counts what each person received, and throttles, breaks and hangs on request.
In tests it runs inside the process; ``python -m tests.support.connector --port P`` runs it apart,
with ``/_control/...`` to ask what was received, for bots that get killed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from tests.support.answers import ROWS
from tests.support.http import Answer, Server

LARGEST = 102_400  #: bytes of an activity
ADAPTIVE = b"application/vnd.microsoft.card.adaptive"
_CAMPAIGN = re.compile(rb'"crieur":\{"campaign":(\d+),"test":false')


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares (0 to 1) of posted activities that go wrong."""

    throttle: float = 0.0
    #: seconds named in Retry-After; None sends none
    retry_after: float | None = 1.0
    errors: float = 0.0
    #: the connection is closed, and the message was not taken
    reset_before: float = 0.0
    #: the connection is closed, and the message was taken
    reset_after: float = 0.0
    #: no answer ever comes; the message was taken
    hang: float = 0.0
    #: seconds before every answer
    latency: float = 0.0
    #: requests a second that are accepted; 0 for no limit
    per_second: int = 0
    #: campaign messages are answered with this row of tests/support/answers.py instead; "" for none
    answer: str = ""


@dataclass(slots=True)
class Chat:
    """One personal conversation."""

    id: str
    user: str
    member: dict[str, Any]
    #: what the person sees, in order: {id, activity, updates}
    messages: list[dict[str, Any]] = field(default_factory=list)
    #: how posting fails here: "blocked", "gone", "lost", "cut", "hanging", or "" when it works
    broken: str = ""
    campaigns: Counter[int] = field(default_factory=Counter)
    #: ids of messages that the bot has deleted
    deleted: list[str] = field(default_factory=list)
    #: what the person's client shows: Skype's draws no Adaptive Cards
    channel: str = "msteams"


def as_read(body: bytes) -> Any:
    """JSON as people read it: spaces at which no line breaks look like others."""
    return orjson.loads(body.replace("\u00a0".encode(), b" ").replace(rb"\u00a0", b" "))


def _after(done: Callable[[], object], answer: Answer) -> Answer:
    done()
    return answer


def _error(status: int, code: str, message: str, **headers: str) -> Answer:
    return Answer(status, orjson.dumps({"error": {"code": code, "message": message}}), tuple(headers.items()))


BROKEN = {
    "blocked": _error(403, "209", '{"subCode":"MessageWritesBlocked","details":"blocked by the user"}'),
    "uninstalled": _error(403, "ForbiddenOperationException", "the bot is not installed for this user"),
    "gone": _error(404, "UserNotFound", "the user was not found"),
    "lost": _error(404, "ConversationNotFound", "Conversation not found."),
    "not in roster": _error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster."),
    "bad id": _error(400, "BadArgument", "Bad format of conversation ID"),
}
#: the message is there, and the answer never is
TAKEN = {"cut": Answer(0, reset=True), "hanging": Answer(0, delay=None)}


@dataclass(slots=True)
class Team:
    """A team with the bot in it: whoever is in it can be written to by opening a chat."""

    name: str
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: whether the platform lets the bot open chats with members who have not installed it
    opens_chats: bool = True


class LoopbackConnector:
    """``keep`` False counts messages without keeping them, for a million of them."""

    def __init__(self, *, faults: Faults | None = None, rng: random.Random | None = None, keep: bool = True) -> None:
        self.faults = faults or Faults()
        self.chats: dict[str, Chat] = {}
        #: the teams that have the bot, by their id
        self.teams: dict[str, Team] = {}
        self.roster_page = 500
        #: how the rosters of teams are answered instead, as long as it is set
        self.roster_trouble: Answer | None = None
        self.posts = 0
        #: requests to delete a message
        self.deletes = 0
        #: how the next of them are answered instead
        self.deletion_trouble: list[Answer] = []
        #: campaign messages that were answered with a row of tests/support/answers.py
        self.refused = 0
        self.keep = keep
        #: called with the chat whenever something in it changed
        self.listener: Callable[[Chat], None] = lambda chat: None
        self._rng = rng or random.Random(1)
        self._server = Server(self._handle)
        self._last_id = 1_700_000_000_000
        self._second, self._in_second = 0, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    async def start(self, port: int = 0) -> None:
        await self._server.start(port)

    async def stop(self) -> None:
        await self._server.stop()

    def add(self, conversation: str, member: dict[str, Any], channel: str = "msteams") -> Chat:
        chat = self.chats.setdefault(conversation, Chat(conversation, member["id"], member, channel=channel))
        chat.member = member
        return chat

    def tally(self) -> dict[str, int]:
        """What was received: campaign messages, and how many of them were one too many."""
        counts = [count for chat in self.chats.values() for count in chat.campaigns.values()]
        return {
            "people": sum(bool(chat.campaigns) for chat in self.chats.values()),
            "messages": sum(counts),
            "doubled": sum(count - 1 for count in counts),
            "posts": self.posts,
        }

    # --- routing ------------------------------------------------------------------------------

    def _handle(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        where, _, query = path.decode().partition("?")
        parts = [unquote(part) for part in where.strip("/").split("/")]
        if parts[0] == "_control":
            return self._control(parts[1:], body)
        if parts[:2] != ["v3", "conversations"]:
            return _error(404, "NotFound", "no such resource")
        match (method, parts[2:]):
            case (b"POST", [conversation, "activities", *_]):
                return self._post(conversation, body)
            case (b"PUT", [conversation, "activities", message]):
                return self._put(conversation, message, body)
            case (b"DELETE", [conversation, "activities", message]):
                return self._delete(conversation, message)
            case (b"POST", []):
                return self._open(body)
            case (b"GET", [conversation, "members", user]):
                return self._member(conversation, user)
            case (b"GET", [conversation, "pagedmembers"]):
                return self._members(conversation, parse_qs(query))
        return _error(404, "NotFound", "no such resource")

    # --- activities ---------------------------------------------------------------------------

    def _post(self, conversation: str, body: bytes) -> Answer:
        self.posts += 1
        chat = self.chats.get(conversation)
        if chat is None:
            return _error(404, "ConversationNotFound", "Conversation not found.")
        if chat.broken in TAKEN:
            return self._taken(chat, body, TAKEN[chat.broken])
        if chat.broken:
            return BROKEN[chat.broken]
        if len(body) > LARGEST:
            return _error(413, "RequestEntityTooLarge", "the activity is too large")
        if chat.channel == "skype" and ADAPTIVE in body:
            return _error(400, "BadSyntax", "Skype shows no Adaptive Cards")
        fault = self._fault(chat, body)
        if fault is not None:
            return fault
        return Answer(*self._take(chat, body), delay=self.faults.latency)

    def _fault(self, chat: Chat, body: bytes) -> Answer | None:
        faults = self.faults
        if faults.answer and _CAMPAIGN.search(body):
            row, self.refused = ROWS[faults.answer], self.refused + 1
            return self._taken(chat, body, row.answer) if row.taken else row.answer
        return self._unwell(lambda: self._take(chat, body))

    def _unwell(self, do: Callable[[], object]) -> Answer | None:
        """What a platform that is unwell answers, which may have done what it was asked for; None where it is well."""
        faults = self.faults
        if faults.per_second and self._too_fast():
            return self._throttled()
        if not (faults.throttle or faults.errors or faults.reset_before or faults.reset_after or faults.hang):
            return None
        draw = self._rng.random()
        for share, make in (
            (faults.throttle, self._throttled),
            (faults.errors, self._broken_service),
            (faults.reset_before, lambda: Answer(0, reset=True)),
            (faults.reset_after, lambda: _after(do, Answer(0, reset=True))),
            (faults.hang, lambda: _after(do, Answer(0, delay=None))),
        ):
            if draw < share:
                return make()
            draw -= share
        return None

    def _taken(self, chat: Chat, body: bytes, answer: Answer) -> Answer:
        self._take(chat, body)
        return answer

    def _throttled(self) -> Answer:
        after = self.faults.retry_after
        headers = {} if after is None else {"Retry-After": f"{after:g}"}
        return _error(429, "TooManyRequests", "API calls quota exceeded", **headers)

    def _broken_service(self) -> Answer:
        return _error(self._rng.choice((500, 502, 503, 504)), "ServiceError", "please try again")

    def _too_fast(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > self.faults.per_second

    def _take(self, chat: Chat, body: bytes) -> tuple[int, bytes]:
        self._last_id += 1
        message = str(self._last_id)
        campaign = _CAMPAIGN.search(body)
        if campaign:
            chat.campaigns[int(campaign[1])] += 1
        if not self.keep:
            return 201, b'{"id":"%s"}' % message.encode()
        activity = as_read(body)
        if activity.get("type") != "message":
            return 202, b"{}"
        attachments = activity.get("attachments") or []
        if not activity.get("text") and not attachments:
            return 400, b'{"error":{"code":"BadSyntax","message":"the message is empty"}}'
        chat.messages.append({"id": message, "activity": activity, "updates": 0})
        self.listener(chat)
        if len(attachments) + bool(activity.get("text")) > 1 and chat.channel == "msteams":
            return 202, b"{}"  # Teams splits it, and gives no id
        return 201, b'{"id":"%s"}' % message.encode()

    def _put(self, conversation: str, message: str, body: bytes) -> Answer:
        chat = self.chats.get(conversation)
        kept_message = next((kept for kept in chat.messages if kept["id"] == message), None) if chat else None
        if chat is not None and chat.broken in BROKEN:
            return BROKEN[chat.broken]
        if chat is None or kept_message is None:
            return _error(404, "ActivityNotFoundInConversation", "no such activity")
        kept_message["activity"] = as_read(body)
        kept_message["updates"] += 1
        self.listener(chat)
        return Answer(200, orjson.dumps({"id": message}))

    def _delete(self, conversation: str, message: str) -> Answer:
        self.deletes += 1
        chat = self.chats.get(conversation)
        if chat is None:
            return _error(404, "ConversationNotFound", "Conversation not found.")
        if self.deletion_trouble:
            return self.deletion_trouble.pop(0)
        if chat.broken in BROKEN:
            return BROKEN[chat.broken]
        kept_message = next((kept for kept in chat.messages if kept["id"] == message), None)
        if kept_message is None:
            return _error(404, "ActivityNotFoundInConversation", "no such activity")
        fault = self._unwell(lambda: self._take_away(chat, kept_message))
        if fault is not None:
            return fault
        self._take_away(chat, kept_message)
        return Answer(200, delay=self.faults.latency)

    def _take_away(self, chat: Chat, message: dict[str, Any]) -> None:
        chat.messages.remove(message)
        chat.deleted.append(message["id"])
        self.listener(chat)

    # --- conversations and members ------------------------------------------------------------

    def _open(self, body: bytes) -> Answer:
        user = orjson.loads(body)["members"][0]["id"]
        chat = next((chat for chat in self.chats.values() if chat.user == user), None)
        if chat is None:
            chat = self._chat_with_a_member(user)
        if isinstance(chat, Answer):
            return chat
        if chat.broken == "gone":
            return BROKEN["gone"]
        if chat.broken in ("blocked", "uninstalled"):
            return BROKEN[chat.broken]
        chat.broken = ""
        return Answer(201, orjson.dumps({"id": chat.id}))

    def _chat_with_a_member(self, user: str) -> Chat | Answer:
        """With somebody who has not installed the bot: they have to be in a team that has."""
        for team in self.teams.values():
            if user in team.members:
                if not team.opens_chats:
                    return BROKEN["uninstalled"]
                return self.add(f"a:msteams-{user.removeprefix('29:')}", team.members[user])
        return BROKEN["gone"]

    def _member(self, conversation: str, user: str) -> Answer:
        chat = self.chats.get(conversation)
        if chat is None or user not in (chat.user, chat.member.get("aadObjectId")):
            return _error(404, "MemberNotFoundInConversation", "no such member")
        return Answer(200, orjson.dumps(chat.member))

    def _members(self, conversation: str, query: dict[str, list[str]]) -> Answer:
        if self.roster_trouble is not None:
            return self.roster_trouble
        if conversation in self.teams:
            return self._roster(self.teams[conversation], query)
        chat = self.chats.get(conversation)
        if chat is None:
            return _error(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return Answer(200, orjson.dumps({"members": [chat.member]}))

    def _roster(self, team: Team, query: dict[str, list[str]]) -> Answer:
        """A page, and how to ask for the next: the token is opaque, and must come back as it was."""
        members = list(team.members.values())
        size = min(self.roster_page, int(query.get("pageSize", ["200"])[0]))
        start = int(query.get("continuationToken", ["0/+="])[0].removesuffix("/+="))
        page: dict[str, Any] = {"members": members[start : start + size]}
        if start + size < len(members):
            page["continuationToken"] = f"{start + size}/+="
        return Answer(200, orjson.dumps(page))

    # --- control ------------------------------------------------------------------------------

    def _control(self, parts: list[str], body: bytes) -> Answer:
        match parts:
            case ["tally"]:
                return Answer(200, orjson.dumps(self.tally()))
            case ["received"]:
                received = {chat.user: sum(chat.campaigns.values()) for chat in self.chats.values()}
                return Answer(200, orjson.dumps(received))
            case ["faults"]:
                self.faults = Faults(**orjson.loads(body))
                return Answer(200, b"{}")
            case ["chats"]:
                for item in orjson.loads(body):
                    self.add(item["conversation"], item["member"])
                return Answer(200, b"{}")
        return _error(404, "NotFound", "no such resource")


def main() -> None:
    """``python -m tests.support.connector``: a process of its own; prints its address, ends with its input."""
    parser = argparse.ArgumentParser(description="A loopback Bot Connector")
    parser.add_argument("--discard", action="store_true", help="count messages, keep none")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    arguments = parser.parse_args()

    async def run() -> None:
        connector = LoopbackConnector(keep=not arguments.discard, faults=Faults(latency=arguments.latency))
        await connector.start()
        sys.stdout.write(connector.url + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        await connector.stop()

    asyncio.run(run())


if __name__ == "__main__":
    main()

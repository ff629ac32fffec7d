"""Simulated people: they install, talk, press, click, as a Teams client would make them.

A person sees what the connector keeps of their chat; pressing a button does what the client does:
it collects the card's fields, sends the activity, and puts the answer in the card's place.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp

from tests.support.connector import Chat, LoopbackConnector, Team, as_read
from tests.support.http import until

TENANT = "1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70"
BOT = "28:crieur"
CARD = "application/vnd.microsoft.card.adaptive"
#: the press that ends a review, by what it does
SEND_OFF = frozenset(
    (
        *("Send now", "Schedule it", "Ask for approval", "Save the changes"),
        *("Envoyer maintenant", "Programmer", "Demander l’approbation", "Enregistrer"),
    )
)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"

GIVEN = ("Ada", "Louis", "Élodie", "Marie", "Grace", "Blaise", "Zoë", "François", "Noël", "Irène", "Alan", "Hélène")
SURNAMES = ("Lovelace", "Pasteur", "Lefèvre", "Curie", "Hopper", "Pascal", "O'Neil", "Müller", "Dupont-Aignan", "Ngô")


class Refusal(AssertionError):
    """The client would not let this be pressed."""


@dataclass(slots=True)
class Person:
    """One simulated user of Teams, or of Skype."""

    organisation: Organisation
    given: str
    surname: str
    locale: str = "en-GB"
    zone: str = "Europe/London"
    tenant: str = TENANT
    channel: str = "msteams"
    directory_id: str = ""
    address: str = ""
    #: what the bot said in passing
    toasts: list[str] = field(default_factory=list)
    #: this client's view of a card, where an answer has replaced it: message id -> card
    view: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def user(self) -> str:
        return f"29:{self.directory_id}"

    @property
    def conversation(self) -> str:
        return f"a:{self.channel}-{self.directory_id}"

    @property
    def chat(self) -> Chat:
        return self.organisation.connector.chats[self.conversation]

    def member(self) -> dict[str, Any]:
        return {
            "id": self.user,
            "aadObjectId": self.directory_id,
            "name": self.name,
            "givenName": self.given,
            "surname": self.surname,
            "email": self.address,
            "userPrincipalName": self.address,
            "tenantId": self.tenant,
            "userRole": "user",
        }

    def through(self, bot_url: str) -> Person:
        """The same person at the same client, whose requests reach another copy of the bot."""
        return replace(self, organisation=replace(self.organisation, bot_url=bot_url))

    # --- what they do -------------------------------------------------------------------------

    async def install(self, *, told_twice: bool = True) -> None:
        """``told_twice``: in two activities, as it mostly is."""
        self.organisation.connector.add(self.conversation, self.member()).broken = ""
        await self.send({"type": "installationUpdate", "action": "add"})
        if told_twice:
            await self.send({"type": "conversationUpdate", "membersAdded": [{"id": BOT}, {"id": self.user}]})

    async def uninstall(self) -> None:
        self.chat.broken = "uninstalled"
        await self.send({"type": "installationUpdate", "action": "remove"})

    async def say(self, text: str) -> None:
        await self.send({"type": "message", "text": text, "from_name": self.name})

    async def drop(self, name: str, url: str, text: str = "") -> None:
        """Drop a file into the chat, as Teams delivers it; ``url``: where it can be fetched for a while."""
        kind = name.rpartition(".")[2]
        file = {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": f"https://contoso.sharepoint.example/{name}",
            "name": name,
            "content": {"downloadUrl": url, "uniqueId": "1150D938", "fileType": kind},
        }
        await self.send({"type": "message", "text": text, "attachments": [file], "from_name": self.name})

    async def send(self, activity: dict[str, Any]) -> tuple[int, Any]:
        """Post an activity to the bot, with all that a channel adds. (status, JSON or None)."""
        sender = {"id": self.user, "aadObjectId": self.directory_id}
        if name := activity.pop("from_name", None):
            sender["name"] = name
        whole = {
            "id": uuid.UUID(int=self.organisation.rng.getrandbits(128)).hex,
            "timestamp": self.organisation.now().isoformat(),
            "channelId": self.channel,
            "serviceUrl": self.organisation.connector.url,
            "from": sender,
            "recipient": {"id": BOT, "name": "Crieur"},
            "conversation": {"id": self.conversation, "conversationType": "personal", "tenantId": self.tenant},
            "channelData": {"tenant": {"id": self.tenant}},
            "locale": self.locale,
            "localTimezone": self.zone,
            "entities": [{"type": "clientInfo", "locale": self.locale, "timezone": self.zone, "platform": "Web"}],
            **activity,
        }
        async with self.organisation.http.post(
            self.organisation.bot_url, json=whole, headers=self.organisation.headers
        ) as response:
            return (
                response.status,
                as_read(await response.read()) if response.content_length and response.status == 200 else None,
            )

    async def read(self, message: str) -> None:
        """Their client shows the chat up to this message, and the platform says so."""
        receipt = {"lastReadMessageId": message}
        await self.send({"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": receipt})

    async def react(self, message: str, *reactions: str, gone: bool = False) -> None:
        field = "reactionsRemoved" if gone else "reactionsAdded"
        reported = [{"type": reaction} for reaction in reactions]
        await self.send({"type": "messageReaction", field: reported, "replyToId": message})

    # --- what they see ------------------------------------------------------------------------

    def cards(self) -> list[tuple[str, dict[str, Any]]]:
        """(message id, card) from the oldest to the newest, as this person's client shows them."""
        return [
            (message["id"], self.view.get(message["id"], attachment["content"]))
            for message in self.chat.messages
            for attachment in message["activity"].get("attachments") or []
            if attachment["contentType"] == CARD
        ]

    def card(self) -> dict[str, Any]:
        return self.cards()[-1][1]

    def texts(self) -> list[str]:
        """Every plain text the bot wrote."""
        return [message["activity"]["text"] for message in self.chat.messages if message["activity"].get("text")]

    def reads(self, words: str) -> bool:
        """Whether the newest card, or the last text, says these words."""
        last = self.texts()[-1:] if not self.cards() else [*self.texts()[-1:], *words_of(self.card())]
        return any(words in text for text in last)

    async def sees(self, words: str, seconds: float = 15.0) -> dict[str, Any]:
        """Wait for a card that says these words; the newest such card."""

        def found() -> dict[str, Any] | None:
            newest_first = (card for _, card in reversed(self.cards()))
            return next((card for card in newest_first if any(words in text for text in words_of(card))), None)

        try:
            await until(lambda: found() is not None, seconds)
        except AssertionError:
            seen = [words_of(card) for _, card in self.cards()][-2:]
            raise AssertionError(f"{self.given} does not see {words!r} but {seen} {self.texts()[-2:]}") from None
        seen_last = found()
        assert seen_last is not None
        return seen_last

    # --- what they press ----------------------------------------------------------------------

    async def press(
        self, title: str | Collection[str], /, *, card: dict[str, Any] | None = None, at: str = "", **fields: str
    ) -> Any:
        """Press the newest button of this title, or of one of these, with some fields of its card filled in anew.

        ``card``: one seen earlier, as another device or a slow hand still shows it; ``at``: the
        message that carried it, else the newest.
        """
        shelf = reversed(self.cards()) if card is None else [(at or self.chat.messages[-1]["id"], card)]
        for message, shown in shelf:
            for action in actions_of(shown):
                if is_titled(action, title) and action.get("isEnabled") is not False:
                    return await self._press(message, shown, action, fields)
        raise Refusal(f"{self.given} sees no button {title!r}, but {[a.get('title') for a in actions_of(self.card())]}")

    async def _press(self, message: str, card: dict[str, Any], action: dict[str, Any], fields: dict[str, str]) -> Any:
        if action["type"] == "Action.OpenUrl":
            return await self.follow(action["url"])
        inputs = {node["id"]: str(node.get("value", "")) for node in nodes_of(card) if _is_input(node)}
        unknown = fields.keys() - inputs.keys()
        if unknown:
            raise Refusal(f"no field {unknown} among {sorted(inputs)}")
        inputs.update(fields)
        data = dict(action.get("data") or {})
        if action.get("associatedInputs") != "none":
            data.update(inputs)
        if action["type"] == "Action.Submit":
            return await self.send({"type": "message", "value": data, "replyToId": message, "from_name": self.name})
        return await self.execute(action["verb"], data, message, title_of(action))

    async def execute(self, verb: str, data: dict[str, Any], message: str, title: str = "") -> Any:
        """What the client sends for an Action.Execute: of a card, or forged. The invoke response's body."""
        value = {"type": "Action.Execute", "title": title, "verb": verb, "data": data}
        status, answer = await self.send(
            {
                "type": "invoke",
                "name": "adaptiveCard/action",
                "value": {"action": value, "trigger": "manual"},
                "replyToId": message,
                "from_name": self.name,
            }
        )
        assert status == 200, f"the bot answered {status} to {title or verb}"
        if answer["type"] == CARD:
            self.view[message] = answer["value"]
        else:
            self.toasts.append(str(answer["value"]))
        return answer

    async def follow(self, url: str, *, agent: str = BROWSER) -> tuple[int, str]:
        """Open a link as a browser would, without going further. (status, where it leads)."""
        async with self.organisation.http.get(url, allow_redirects=False, headers={"User-Agent": agent}) as response:
            return response.status, response.headers.get("Location", "")


@dataclass(slots=True)
class TeamOfPeople:
    """A team, as the bot hears of it."""

    organisation: Organisation
    name: str
    #: who does what is done to it
    by: Person
    people: list[Person] = field(default_factory=list)
    id: str = ""

    @property
    def known(self) -> Team:
        return self.organisation.connector.teams[self.id]

    async def add_bot(self) -> None:
        members = {person.user: person.member() for person in self.people}
        self.organisation.connector.teams[self.id] = Team(self.name, members)
        self.organisation.connector.add(self.id, self.by.member())  # its general channel, where the bot may write
        await self._tell({"type": "installationUpdate", "action": "add"})
        await self._tell({"type": "conversationUpdate", "membersAdded": [{"id": BOT}]}, "teamMemberAdded")

    async def remove_bot(self) -> None:
        del self.organisation.connector.teams[self.id], self.organisation.connector.chats[self.id]
        await self._tell({"type": "installationUpdate", "action": "remove"})
        await self._tell({"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]}, "teamMemberRemoved")

    async def add(self, *people: Person, announced: bool = True) -> None:
        self.known.members.update({person.user: person.member() for person in people})
        if announced:
            added = [{"id": person.user, "aadObjectId": person.directory_id} for person in people]
            await self._tell({"type": "conversationUpdate", "membersAdded": added}, "teamMemberAdded")

    async def remove(self, person: Person) -> None:
        del self.known.members[person.user]
        removed = [{"id": person.user, "aadObjectId": person.directory_id}]
        await self._tell({"type": "conversationUpdate", "membersRemoved": removed}, "teamMemberRemoved")

    async def rename(self, name: str) -> None:
        self.name = name
        await self._tell({"type": "conversationUpdate"}, "teamRenamed")

    async def _tell(self, activity: dict[str, Any], event: str = "") -> None:
        team, tenant = {"id": self.id, "name": self.name}, {"id": self.by.tenant}
        where = {"id": self.id, "conversationType": "channel", "isGroup": True, "tenantId": self.by.tenant}
        status, _ = await self.by.send(
            {
                **activity,
                "conversation": where,
                "channelData": {"team": team, "tenant": tenant, "eventType": event},
            }
        )
        assert status in (200, 201, 202), status


@dataclass(slots=True)
class Organisation:
    """People of one tenant, who share one HTTP client."""

    connector: LoopbackConnector
    bot_url: str
    http: aiohttp.ClientSession
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    headers: dict[str, str] = field(default_factory=dict)
    #: what the clocks of people's clients show
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def person(self, given: str, surname: str, **more: Any) -> Person:
        directory_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        local = "".join(letter for letter in f"{given}.{surname}".lower() if letter.isalnum() or letter in ".-")
        more.setdefault("address", f"{local}@contoso.example")
        return Person(self, given, surname, directory_id=directory_id, **more)

    def team(self, name: str, by: Person, *people: Person) -> TeamOfPeople:
        id = f"19:{self.rng.getrandbits(64):016x}@thread.tacv2"
        return TeamOfPeople(self, name, by, [by, *people], id)

    def crowd(self, count: int) -> list[Person]:
        return [
            self.person(
                self.rng.choice(GIVEN),
                self.rng.choice(SURNAMES),
                address=f"person{number}@contoso.example",
                locale=self.rng.choice(("en-GB", "fr-FR")),
            )
            for number in range(count)
        ]


def nodes_of(card: Any) -> Iterator[dict[str, Any]]:
    """Every object of a card, but for fallbacks, in their order."""
    left = [card]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left += [
                value for key, value in reversed(node.items()) if key != "fallback" and isinstance(value, dict | list)
            ]
        elif isinstance(node, list):
            left += reversed(node)


def actions_of(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in nodes_of(card) if str(node.get("type", "")).startswith("Action.")]


def buttons_of(message: dict[str, Any]) -> list[str]:
    """The titles of a message's own buttons: the line beneath it that leads to the settings is Crieur's."""
    return [str(action["title"]) for action in actions_of(message) if action.get("verb") != "quiet.open"]


def words_of(card: dict[str, Any]) -> list[str]:
    """Every word that a card shows: texts, facts, labels, buttons."""
    keys = ("text", "title", "value", "label", "legend")
    return [str(node[key]) for node in nodes_of(card) for key in keys if isinstance(node.get(key), str | int)]


def _is_input(node: dict[str, Any]) -> bool:
    return str(node.get("type", "")).startswith("Input.")


def is_titled(action: dict[str, Any], titles: str | Collection[str]) -> bool:
    """By its title, or by the whole of it where a button has no room for it."""
    wanted = {titles} if isinstance(titles, str) else set(titles)
    return not wanted.isdisjoint({str(action.get("title")), str(action.get("tooltip", ""))})


def title_of(action: dict[str, Any]) -> str:
    return str(action.get("title"))

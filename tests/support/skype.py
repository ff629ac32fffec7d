"""Simulated people on Skype: contacts instead of installs, no directory id, text and hero cards."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.support.http import until
from tests.support.organisation import BOT, Person, Refusal

HERO = "application/vnd.microsoft.card.hero"


@dataclass(slots=True)
class SkypePerson(Person):
    """Their id is their SIP address; ``names_tenant``: whether their gateway tells the organisation."""

    channel: str = "skype"
    names_tenant: bool = False
    #: whether the gateway answers who somebody is
    tells_names: bool = True

    @property
    def user(self) -> str:
        return f"sip:{self.address}"

    @property
    def conversation(self) -> str:
        return f"skype:{self.address}"

    def member(self) -> dict[str, Any]:
        if not self.tells_names:
            return {"id": "nobody"}
        return {"id": self.user, "name": self.name, "givenName": self.given, "surname": self.surname}

    async def install(self) -> None:
        """They take the bot into their contacts."""
        self.organisation.connector.add(self.conversation, self.member(), "skype").broken = ""
        await self.send({"type": "contactRelationUpdate", "action": "add", "from_name": self.name})

    async def uninstall(self) -> None:
        self.chat.broken = "blocked"
        await self.send({"type": "contactRelationUpdate", "action": "remove"})

    async def send(self, activity: dict[str, Any]) -> tuple[int, Any]:
        conversation: dict[str, Any] = {"id": self.conversation}
        if self.names_tenant:
            conversation["tenantId"] = self.tenant
        whole = {
            "id": uuid.UUID(int=self.organisation.rng.getrandbits(128)).hex,
            "timestamp": datetime.now(UTC).isoformat(),
            "channelId": self.channel,
            "serviceUrl": self.organisation.connector.url,
            "from": {"id": self.user, "name": activity.pop("from_name", self.name)},
            "recipient": {"id": BOT, "name": "Crieur"},
            "conversation": conversation,
            "locale": self.locale,
            **activity,
        }
        url, headers = self.organisation.bot_url, self.organisation.headers
        async with self.organisation.http.post(url, json=whole, headers=headers) as response:
            return response.status, None

    # --- what they see and press --------------------------------------------------------------

    def said(self) -> list[dict[str, Any]]:
        """Every message, from the oldest to the newest."""
        return [message["activity"] for message in self.chat.messages]

    async def hears(self, words: str, seconds: float = 15.0) -> dict[str, Any]:
        """Wait for a message whose text says these words."""

        def found() -> list[dict[str, Any]]:
            return [activity for activity in self.said() if words in activity.get("text", "")]

        try:
            await until(lambda: bool(found()), seconds)
        except AssertionError:
            raise AssertionError(f"{self.given} does not read {words!r} but {self.texts()[-3:]}") from None
        return found()[-1]

    async def press(self, title: str, /, **named: Any) -> Any:
        """Press the newest button of this title, on a hero card."""
        for activity in reversed(self.said()):
            for attachment in activity.get("attachments") or []:
                assert attachment["contentType"] == HERO
                for button in attachment["content"]["buttons"]:
                    if button["title"] == title:
                        if button["type"] == "openUrl":
                            return await self.follow(button["value"])
                        assert button["type"] == "imBack"
                        return await self.say(button["value"])
        raise Refusal(f"{self.given} sees no button {title!r}")

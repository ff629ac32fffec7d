"""What the platform knows of the person in a chat: a conversation member, asked one by one.

Source: the Teams documentation on "get single member details" (GET /v3/conversations/{id}/members/{user}).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson

from bot.teams.send.connector import Connector
from scheduler.ports import NotAnswered
from storage.records import DirectoryUser, Reference

log = logging.getLogger(__name__)

NAME = 200  #: characters of a name that is kept


class Members:
    """The Members port on the Bot Connector."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def find(self, reference: Reference) -> DirectoryUser | None:
        """None where the platform knows no such member, or no id in the directory. Raises NotAnswered."""
        return user_of(await self.member(reference))

    async def member(self, reference: Reference) -> Mapping[str, Any]:
        """A conversation member's JSON; empty where the platform knows none. Raises NotAnswered."""
        chat, user = (quote(id, safe="") for id in (reference.conversation, reference.user))
        status, body, after = await self._connector.get(reference.service_url, f"conversations/{chat}/members/{user}")
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT) or status >= 500:
            log.warning("no word on a person from the platform: status=%d", status)
            raise NotAnswered(str(status), after=after)
        try:
            member = orjson.loads(body) if status == HTTPStatus.OK else None
        except orjson.JSONDecodeError as error:
            log.warning("no word on a person from the platform: no JSON")
            raise NotAnswered("a member was expected") from error
        if isinstance(member, dict):
            return member
        log.warning("no word on a person from the platform: status=%d", status)
        return {}


def user_of(member: Mapping[str, Any]) -> DirectoryUser | None:
    """None for whom the directory does not know."""
    directory_id = (text_of(member, "aadObjectId") or text_of(member, "objectId")).lower()
    if not directory_id:
        return None
    addresses = (text_of(member, field).lower() for field in ("userPrincipalName", "email"))
    return DirectoryUser(
        directory_id=directory_id,
        addresses=tuple(dict.fromkeys(address for address in addresses if address)),
        given_name=text_of(member, "givenName")[:NAME],
        surname=text_of(member, "surname")[:NAME],
        name=text_of(member, "name")[:NAME],
        guest=bool(is_guest(member)),
    )


def text_of(member: Mapping[str, Any], field: str) -> str:
    """What the platform says of a person; "" where it says nothing, or no text."""
    value = member.get(field)
    return value if isinstance(value, str) else ""


def is_guest(member: Mapping[str, Any]) -> bool | None:
    """Whether the platform calls somebody a guest of the organisation; None where it does not say."""
    role = text_of(member, "userRole").lower()
    if role:
        return role == "guest"
    return True if "#ext#" in text_of(member, "userPrincipalName").lower() else None

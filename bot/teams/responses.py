"""The Bot Connector's responses: a status and a body become one Outcome, with what it is about. Pure.

Sources: the Teams documentation on proactive messages and rate limits (429, 412, 502 and 504 are to be
retried), and the shapes that were seen from real tenants, where the sub-code often hides as JSON inside the
message. An error that is not known to be about the person is never held against them (decision 034).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from storage.records import About, NotReached

LONGEST_WAIT = 3600.0  #: seconds: a Retry-After is capped, as a service may ask for more than we grant
SLOW = (
    10.0  #: seconds: an error that took longer comes from a gateway that timed out while the service still works on it
)
LONGEST_ID = 512  #: characters of an id that is kept: the platform's own have less than 200
ACCEPTED = (200, 201, 202)
#: texts of a 403 or 400 that say that the chat is served by another region
ELSEWHERE = ("different region", "wrong geo", "wrong region")
SWITCHED_OFF, BLOCKED = "BotDisabledByAdmin", "MessageWritesBlocked"
GONE = "ActivityNotFoundInConversation"  #: the message that is to be edited does not exist
#: refusals by code or text that are about one person
ABOUT_THE_PERSON = {
    BLOCKED: NotReached.BLOCKED,
    "ForbiddenOperationException": NotReached.UNINSTALLED,
    "UserNotFound": NotReached.GONE,
}
#: texts of an error that say that the conversation does not exist any more
STALE = ("BotNotInConversationRoster", "ConversationNotFound", "Bad format of conversation")


class ChatLost(Exception):
    """The conversation does not exist any more: it can be opened again."""


class TokenRefused(Exception):
    """401: our token was refused, which says nothing about the delivery."""


def outcome_of(status: int, body: bytes, after: float | None, took: float = 0.0) -> Outcome:
    """``after``: the seconds of a Retry-After; ``took``: seconds until the response came.

    Raises ChatLost and TokenRefused, which the connector handles.
    """
    parsed = _parsed(body)
    if 200 <= status < 300:
        return _accepted(status, body, parsed)
    code, text, words = _error(parsed)
    detail = f"{status} {code}: {text}"
    if status < 400:  # a redirect is never followed: it would take the message to another host
        return Retry(NotReached.INTERCEPTED, after=after, detail=detail, about=About.NETWORK)
    if status >= 500:
        if status == 504 or took > SLOW:
            return Unconfirmed(detail, NotReached.GATEWAY, About.REGION)
        return Retry(NotReached.OUTAGE, after=after, detail=detail, about=About.REGION)
    if status == 401:
        raise TokenRefused(detail)
    if status in (429, 412):
        return Retry(NotReached.THROTTLED, after=after, detail=detail, about=About.ORGANISATION)
    if status in (408, 409, 423):
        return Retry(NotReached.OUTAGE, after=after, detail=detail, about=About.CHAT)
    if status == 413:
        return Refused(code or "413", text)
    return _refusal(status, code, text, words, from_platform=parsed is not None)


def _accepted(status: int, body: bytes, parsed: dict[str, Any] | None) -> Outcome:
    if parsed is None and body.strip():  # an HTML page of a captive portal or a proxy, for instance
        return Retry(NotReached.INTERCEPTED, detail=f"{status}: not the platform's answer", about=About.NETWORK)
    if status not in ACCEPTED:
        return Unconfirmed(f"{status}: no answer of the platform's that is known", about=About.NETWORK)
    return Delivered(kept_id((parsed or {}).get("id")))


def _refusal(status: int, code: str, text: str, words: str, *, from_platform: bool) -> Outcome:
    """A 4xx: its code and words tell the person, the chat, the organisation, the region and the message apart."""
    detail = f"{status} {code}: {text}"
    if status == 403 and SWITCHED_OFF in words:
        return Retry(NotReached.SWITCHED_OFF, detail=detail, about=About.ORGANISATION)
    if status in (400, 403) and any(phrase in words.lower() for phrase in ELSEWHERE):
        return Retry(NotReached.WRONG_REGION, detail=detail, about=About.REGION)
    for phrase, reason in ABOUT_THE_PERSON.items():
        if phrase in words:
            return Unreachable(reason, detail)
    if GONE in words:
        return Refused(code, text, About.CHAT)
    if status in (400, 403, 404) and any(phrase in words for phrase in STALE):
        raise ChatLost(detail)
    named = f"{status} {code}".strip()
    if status == 400 and from_platform:
        return Refused(code or "400", text)
    if status == 404:
        return Unexplained(
            named, text, About.REGION
        )  # for a while in an outage of a region, or after a tenant has moved
    return Unexplained(named, text, About.ORGANISATION if from_platform else About.NETWORK)


def _parsed(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a response of the platform; None for anything else."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _error(parsed: dict[str, Any] | None) -> tuple[str, str, str]:
    """The code and the text of an error, and all words in it: the platform puts them in several places."""
    if parsed is None:
        return "", "", ""
    words = " ".join(_words(parsed))
    error = parsed.get("error") or parsed
    if not isinstance(error, dict):
        return str(error), "", words
    code = error.get("code") or error.get("errorCode") or parsed.get("errorCode") or ""
    return str(code), str(error.get("message") or ""), words


def _words(value: object, depth: int = 0) -> Iterator[str]:
    """Every value in an error, also of JSON inside a text. Code 209 is yielded as a name: it stands for an app that is
    switched off (sub-code 1) and for a blocked chat, and some tenants leave the sub-code out.
    """
    if depth > 6:
        return
    if isinstance(value, dict):
        if "209" in (str(value.get("errorCode")), str(value.get("code"))):
            yield SWITCHED_OFF if str(value.get("errorSubCode")) == "1" else BLOCKED
        for inner in value.values():
            yield from _words(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, depth + 1)
    elif isinstance(value, str):
        yield value
        if value.lstrip().startswith("{") and (inner := _parsed(value.encode(errors="replace"))):
            yield from _words(inner, depth + 1)
    elif value is not None:
        yield str(value)


def kept_id(id: object) -> str:
    """An id that the platform gave; "" for a value that is none, or longer than any of its ids."""
    if isinstance(id, bool) or not isinstance(id, str | int):
        return ""
    return str(id) if len(str(id)) <= LONGEST_ID else ""


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds, from either of its forms; None when there is none, or it cannot be read."""
    if not retry_after:
        return None
    try:
        wait = float(retry_after)
    except ValueError:
        try:
            at = parsedate_to_datetime(retry_after)
        except (ValueError, OverflowError):
            return None
        wait = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(wait, 0.0), LONGEST_WAIT) if wait == wait else None

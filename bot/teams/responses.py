"""What the Bot Connector's answers mean: a status, a body, one Outcome. Pure.

Sources: the Teams documentation on proactive messages and rate limits (429, 412, 502 and 504 are
to be retried; 403 with MessageWritesBlocked and 404 end it for that person), and the shapes seen
from real tenants, where the sub-code often hides as JSON inside the message.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

from scheduler.ports import Delivered, Outcome, Refused, Retry, Unreachable
from storage.records import NotReached

LONGEST_WAIT = 3600.0  #: seconds: a Retry-After above it is not believed


class ChatLost(Exception):
    """The conversation does not exist any more: it can be opened again."""


class TokenRefused(Exception):
    """401: our token; nobody's delivery failed."""


def outcome_of(status: int, body: bytes, after: float | None) -> Outcome:
    """``after``: the seconds of a Retry-After. Raises ChatLost and TokenRefused, which the connector mends."""
    if 200 <= status < 300:
        return Delivered(str(_parsed(body).get("id") or ""))
    code, text = _error(body)
    detail = f"{status} {code}: {text}"
    if status in (429, 412):
        return Retry(NotReached.THROTTLED, after=after, detail=detail)
    if status >= 500:
        return Retry(NotReached.OUTAGE, after=after, detail=detail)
    if status == 401:
        raise TokenRefused(detail)
    reason = _about_the_person(status, code, text)
    if reason is NotReached.CHAT_LOST:
        raise ChatLost(detail)
    return Unreachable(reason, detail) if reason else Refused(code or str(status), text)


def _about_the_person(status: int, code: str, text: str) -> NotReached | None:
    words = f"{code} {text}"
    if "MessageWritesBlocked" in words or (status == 403 and ("209" in code or '"209"' in text)):
        return NotReached.BLOCKED
    if "ForbiddenOperationException" in words:
        return NotReached.UNINSTALLED
    if "UserNotFound" in words:
        return NotReached.GONE
    if status == 404 or "BotNotInConversationRoster" in words or "ConversationNotFound" in words:
        return NotReached.CHAT_LOST
    return NotReached.BLOCKED if status == 403 else None


def _parsed(body: bytes) -> dict[str, object]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _error(body: bytes) -> tuple[str, str]:
    """The code and the text of an error, wherever this platform put them."""
    parsed = _parsed(body)
    error = parsed.get("error") or parsed
    if not isinstance(error, dict):
        return str(error), ""
    code = error.get("code") or error.get("errorCode") or parsed.get("errorCode") or ""
    return str(code), str(error.get("message") or "")


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds, from either of its forms; None when there is none to obey."""
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

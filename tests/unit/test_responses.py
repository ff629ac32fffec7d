"""What the platform's answers mean: the table of what a send can answer, row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.teams.responses import LONGEST_WAIT, ChatLost, TokenRefused, outcome_of, seconds
from scheduler.ports import Delivered, Refused, Retry, Unreachable
from storage.records import NotReached

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def answer(status: int, body: Any = b"", retry_after: str | None = None) -> Any:
    """The outcome, or the exception that the connector mends."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return outcome_of(status, sent, seconds(retry_after, NOW))
    except (ChatLost, TokenRefused) as lost:
        return type(lost)


def error(code: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


# --- accepted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202])
def test_accepted_with_an_id_is_delivered(status: int) -> None:
    assert answer(status, {"id": "1732441200000"}) == Delivered("1732441200000")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"not JSON", b"\xff", {"id": None}, {"id": ""}])
def test_accepted_without_an_id_is_delivered_and_the_id_is_unknown(status: int, body: Any) -> None:
    assert answer(status, body) == Delivered("")


# --- again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, NotReached.THROTTLED),
        (412, NotReached.THROTTLED),
        (500, NotReached.OUTAGE),
        (502, NotReached.OUTAGE),
        (503, NotReached.OUTAGE),
        (504, NotReached.OUTAGE),
    ],
)
def test_too_fast_and_service_trouble_are_tried_again(status: int, reason: NotReached) -> None:
    first = answer(status, error("Trouble", "try later"))
    assert isinstance(first, Retry)
    assert (first.reason, first.after) == (reason, None)
    assert "Trouble" in first.detail and str(status) in first.detail
    assert answer(status, b"<html>", "17") == Retry(reason, after=17.0, detail=f"{status} : ")


# --- about the person -------------------------------------------------------------------------

BLOCKED = '{"subCode":"MessageWritesBlocked","details":"Thread is blocked.","errorCode":"209","errorSubCode":null}'


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, error("Forbidden", BLOCKED), NotReached.BLOCKED),
        (403, error("209", "MessageWritesBlocked-Thread is blocked from message writes."), NotReached.BLOCKED),
        (403, {"errorCode": 209, "message": "(209) {}"}, NotReached.BLOCKED),
        (403, {"error": {"errorCode": 209}}, NotReached.BLOCKED),
        (403, {"errorCode": 209, "error": {"message": "no code here"}}, NotReached.BLOCKED),
        (403, error("MessageWritesBlocked"), NotReached.BLOCKED),
        (403, error("ForbiddenOperationException", "Not installed."), NotReached.UNINSTALLED),
        (403, error("Forbidden", "ForbiddenOperationException"), NotReached.UNINSTALLED),
        (403, error("UserNotFound"), NotReached.GONE),
        (404, error("UserNotFound"), NotReached.GONE),
        (404, error("NotFound", "UserNotFound: no such user"), NotReached.GONE),
        (400, error("BadArgument", "UserNotFound"), NotReached.GONE),
        (403, error("Forbidden"), NotReached.BLOCKED),  # some tenants send no more than that
        (403, b"", NotReached.BLOCKED),
        (403, b"not JSON", NotReached.BLOCKED),
        (403, {"error": None}, NotReached.BLOCKED),
    ],
)
def test_who_cannot_be_reached_is_unreachable_with_the_reason(status: int, body: Any, reason: NotReached) -> None:
    outcome = answer(status, body)
    assert isinstance(outcome, Unreachable)
    assert outcome.reason is reason
    assert outcome.detail.startswith(str(status))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, error("BotNotInConversationRoster", "The bot is not part of the conversation roster.")),
        (404, error("ConversationNotFound", "Conversation not found.")),
        (404, error("NotFound")),
        (404, b""),
    ],
)
def test_a_lost_chat_can_be_opened_again(status: int, body: Any) -> None:
    assert answer(status, body) is ChatLost


# --- about us ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (400, error("BadSyntax", "Activity is malformed"), Refused("BadSyntax", "Activity is malformed")),
        (400, b"", Refused("400", "")),
        (400, {"error": "invalid_request"}, Refused("invalid_request", "")),
        (400, {"error": None}, Refused("400", "")),
        (413, error("MessageSizeTooBig", "too large"), Refused("MessageSizeTooBig", "too large")),
        (413, b"", Refused("413", "")),
        (405, b"", Refused("405", "")),
        (302, b"", Refused("302", "")),
    ],
)
def test_what_the_platform_does_not_want_is_refused_with_code_and_text(
    status: int, body: Any, refused: Refused
) -> None:
    assert answer(status, body) == refused


@pytest.mark.parametrize("body", [b"", error("Unauthorized"), error("ForbiddenOperationException")])
def test_a_refused_token_is_nobodys_delivery(body: Any) -> None:
    assert answer(401, body) is TokenRefused


# --- anything ---------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "errorCode", "id"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.integers(100, 599), st.one_of(st.binary(max_size=40), json_values.map(lambda v: json.dumps(v).encode())))
def test_no_answer_raises_anything_else(status: int, body: bytes) -> None:
    outcome = answer(status, body)
    assert isinstance(outcome, Delivered) == (200 <= status < 300)
    assert isinstance(outcome, Retry) == (status in (412, 429) or status >= 500)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        ("17", 17.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("1e9", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("nan", None),
        ("soon", None),
        ("Tue, 24 Nov 2026 09:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 10:00:30 +0100", 30.0),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2027 09:00:00 GMT", LONGEST_WAIT),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_believed_within_reason(header: str | None, wait: float | None) -> None:
    assert seconds(header, NOW) == wait


@given(st.text(max_size=40))
@example("Wed, 21 Oct 2015 07:28:00 -99999999999999")
def test_no_retry_after_raises(header: str) -> None:
    wait = seconds(header, NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT

"""What the platform's answers mean: the table of what a send can answer, row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.teams.responses import LONGEST_ID, LONGEST_WAIT, SLOW, ChatLost, TokenRefused, outcome_of, seconds
from scheduler.ports import Delivered, Refused, Retry, Unconfirmed, Unexplained, Unreachable
from storage.records import About, NotReached

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def answer(status: int, body: Any = b"", retry_after: str | None = None, took: float = 0.1) -> Any:
    """The outcome, or the exception that the connector mends."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return outcome_of(status, sent, seconds(retry_after, NOW), took)
    except (ChatLost, TokenRefused) as lost:
        return type(lost)


def error(code: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


# --- accepted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202])
def test_accepted_with_an_id_is_delivered(status: int) -> None:
    assert answer(status, {"id": "1732441200000"}) == Delivered("1732441200000")


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("body", [b"", b" ", b"{}", {"id": None}, {"id": ""}, {"id": ["1"]}, {"id": True}])
def test_accepted_without_an_id_is_delivered_and_the_id_is_unknown(status: int, body: Any) -> None:
    assert answer(status, body) == Delivered("")


def test_ids_are_kept_to_a_bound() -> None:
    assert answer(201, {"id": 17}) == Delivered("17")
    assert answer(201, {"id": "1" * LONGEST_ID}) == Delivered("1" * LONGEST_ID)
    assert answer(201, {"id": "1" * (LONGEST_ID + 1)}) == Delivered("")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("body", [b"<html>Please sign in", b"null", b"[]", b"not JSON", b"\xff", b'{"id": "17'])
def test_what_is_no_answer_of_the_platforms_is_not_accepted(status: int, body: bytes) -> None:
    outcome = answer(status, body)
    assert isinstance(outcome, Retry) and (outcome.reason, outcome.about) == (NotReached.INTERCEPTED, About.NETWORK)


@pytest.mark.parametrize("status", [203, 204, 206, 299])
def test_of_another_success_nobody_knows_what_it_means(status: int) -> None:
    assert isinstance(answer(status), Unconfirmed)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_never_an_acceptance(status: int) -> None:
    outcome = answer(status, b"<html>")
    assert isinstance(outcome, Retry) and (outcome.reason, outcome.about) == (NotReached.INTERCEPTED, About.NETWORK)


# --- again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason", "about"),
    [
        (429, NotReached.THROTTLED, About.ORGANISATION),
        (412, NotReached.THROTTLED, About.ORGANISATION),
        (408, NotReached.OUTAGE, About.CHAT),
        (409, NotReached.OUTAGE, About.CHAT),
        (423, NotReached.OUTAGE, About.CHAT),
        (500, NotReached.OUTAGE, About.REGION),
        (502, NotReached.OUTAGE, About.REGION),
        (503, NotReached.OUTAGE, About.REGION),
    ],
)
def test_what_was_not_taken_is_tried_again(status: int, reason: NotReached, about: About) -> None:
    first = answer(status, error("Trouble", "try later"))
    assert isinstance(first, Retry)
    assert (first.reason, first.after, first.about) == (reason, None, about)
    assert "Trouble" in first.detail and str(status) in first.detail
    assert answer(status, b"<html>", "17") == Retry(reason, after=17.0, detail=f"{status} : ", about=about)


@pytest.mark.parametrize(("status", "took"), [(504, 0.1), (504, 15.0), (500, 10.5), (502, 14.9), (503, 20.0)])
def test_a_gateway_that_gave_up_may_have_delivered(status: int, took: float) -> None:
    outcome = answer(status, b"<html>", took=took)
    assert isinstance(outcome, Unconfirmed)
    assert (outcome.reason, outcome.about) == (NotReached.GATEWAY, About.REGION)
    quick = answer(status, took=SLOW)
    assert isinstance(quick, Unconfirmed) == (status == 504)


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
        (403, error("Forbidden", '{"errorCode":"209"}'), NotReached.BLOCKED),
        (403, error("MessageWritesBlocked"), NotReached.BLOCKED),
        (403, error("ForbiddenOperationException", "Not installed."), NotReached.UNINSTALLED),
        (403, error("Forbidden", "ForbiddenOperationException"), NotReached.UNINSTALLED),
        (403, error("UserNotFound"), NotReached.GONE),
        (404, error("UserNotFound"), NotReached.GONE),
        (404, error("NotFound", "UserNotFound: no such user"), NotReached.GONE),
        (400, error("BadArgument", "UserNotFound"), NotReached.GONE),
    ],
)
def test_who_cannot_be_reached_is_unreachable_with_the_reason(status: int, body: Any, reason: NotReached) -> None:
    outcome = answer(status, body)
    assert isinstance(outcome, Unreachable)
    assert (outcome.reason, outcome.about) == (reason, About.PERSON)
    assert outcome.detail.startswith(str(status))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, error("BotNotInConversationRoster", "The bot is not part of the conversation roster.")),
        (404, error("ConversationNotFound", "Conversation not found.")),
        (400, error("BadArgument", "Bad format of conversation ID")),
    ],
)
def test_a_lost_chat_can_be_opened_again(status: int, body: Any) -> None:
    assert answer(status, body) is ChatLost


# --- about the organisation, the region, the network ------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        error("BotDisabledByAdmin", "The bot is disabled by the tenant admin"),
        error("Forbidden", '{"subCode":"BotDisabledByAdmin"}'),
        {"errorCode": 209, "errorSubCode": 1, "message": "<BotDisabledByAdmin> the app is blocked"},
        {"errorCode": 209, "errorSubCode": 1},
        error("Forbidden", '{"errorCode":"209","errorSubCode":1}'),
    ],
)
def test_a_bot_that_was_switched_off_is_not_blocked_by_anybody(body: Any) -> None:
    outcome = answer(403, body)
    assert isinstance(outcome, Retry)
    assert (outcome.reason, outcome.about) == (NotReached.SWITCHED_OFF, About.ORGANISATION)


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("text", ["User is from different region", "wrong geo", "The request is from a WRONG GEO."])
def test_a_wrong_region_is_the_serviceurls(status: int, text: str) -> None:
    outcome = answer(status, error("Forbidden", text))
    assert isinstance(outcome, Retry) and (outcome.reason, outcome.about) == (NotReached.WRONG_REGION, About.REGION)


@pytest.mark.parametrize(
    ("status", "body", "about"),
    [
        (403, error("Forbidden"), About.ORGANISATION),
        (403, error("PolicyViolation", "quota of 209 messages"), About.ORGANISATION),
        (403, {"error": None}, About.ORGANISATION),
        (403, b"", About.NETWORK),
        (403, b"<html>Forbidden", About.NETWORK),
        (400, b"<html>Bad Request", About.NETWORK),
        (404, b"", About.REGION),
        (404, b"<html>Not Found", About.REGION),
        (404, error("NotFound"), About.REGION),
        (402, error("PaymentRequired"), About.ORGANISATION),
        (405, b"", About.NETWORK),
        (407, b"<html>Proxy Authentication Required", About.NETWORK),
        (451, b"", About.NETWORK),
    ],
)
def test_what_nobody_can_explain_is_not_the_persons(status: int, body: Any, about: About) -> None:
    outcome = answer(status, body)
    assert isinstance(outcome, Unexplained)
    assert outcome.about is about and outcome.code.startswith(str(status))


# --- about the message, about us --------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (400, error("BadSyntax", "Activity is malformed"), Refused("BadSyntax", "Activity is malformed")),
        (400, {"error": "invalid_request"}, Refused("invalid_request", "")),
        (400, {"error": None}, Refused("400", "")),
        (413, error("MessageSizeTooBig", "too large"), Refused("MessageSizeTooBig", "too large")),
        (413, b"", Refused("413", "")),
        (413, b"<html>", Refused("413", "")),
    ],
)
def test_what_the_platform_does_not_want_is_refused_with_code_and_text(
    status: int, body: Any, refused: Refused
) -> None:
    assert answer(status, body) == refused
    assert refused.about is About.MESSAGE


def test_a_message_that_is_gone_cannot_be_changed() -> None:
    assert answer(404, error("ActivityNotFoundInConversation")) == Refused(
        "ActivityNotFoundInConversation", "", About.CHAT
    )


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


@given(
    st.integers(100, 599),
    st.one_of(st.binary(max_size=40), json_values.map(lambda v: json.dumps(v).encode())),
    st.floats(0, 30),
)
def test_no_answer_raises_anything_else(status: int, body: bytes, took: float) -> None:
    outcome = answer(status, body, took=took)
    if isinstance(outcome, Delivered):
        assert status in (200, 201, 202) and (not body.strip() or body.lstrip().startswith(b"{"))
    if isinstance(outcome, Unreachable):
        assert status in (400, 403, 404) and body, "nobody is unreachable by an answer that does not name them"


def test_json_in_json_in_json_is_read_to_a_bound() -> None:
    text = "deep"
    for _ in range(12):
        text = json.dumps({"message": text})
    assert isinstance(answer(403, text.encode()), Unexplained)


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

"""What a send can answer: each row of the table of docs/architecture.md, as the loopback connector gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from tests.support.http import Answer

HTML = b"<html><body>Please sign in to the network</body></html>"


@dataclass(frozen=True, slots=True)
class Row:
    """``taken``: the message is in the chat all the same."""

    answer: Answer
    taken: bool = False


def error(status: int, code: str, message: str = "", **headers: str) -> Answer:
    return Answer(status, orjson.dumps({"error": {"code": code, "message": message}}), tuple(headers.items()))


def redirect(status: int, to: str = "http://127.0.0.1:9/elsewhere") -> Answer:
    return Answer(status, HTML, (("Location", to),))


ROWS: Mapping[str, Row] = {
    # nobody knows who answered
    "200 html": Row(Answer(200, HTML)),
    "201 html": Row(Answer(201, HTML)),
    "200 without end": Row(Answer(200, b'{"id": "', endless=True)),
    **{f"{status} redirect": Row(redirect(status)) for status in (301, 302, 303, 307, 308)},
    # not taken
    "408": Row(error(408, "RequestTimeout")),
    "409": Row(error(409, "Conflict")),
    "412": Row(error(412, "PreconditionFailed")),
    "423": Row(error(423, "Locked")),
    "429": Row(error(429, "TooManyRequests", "API calls quota exceeded", **{"Retry-After": "5"})),
    "500": Row(error(500, "ServiceError")),
    "502 html": Row(Answer(502, HTML)),
    "503": Row(error(503, "ServiceError")),
    # perhaps taken
    "504": Row(Answer(504, HTML)),
    "504 taken": Row(Answer(504, HTML), taken=True),
    "503 slow": Row(Answer(503, b"", delay=0.4)),
    "503 slow taken": Row(Answer(503, b"", delay=0.4), taken=True),
    "reset taken": Row(Answer(0, reset=True), taken=True),
    "hang": Row(Answer(0, delay=None)),
    "hang taken": Row(Answer(0, delay=None), taken=True),
    # about the organisation, its region, or the network
    "403 switched off": Row(error(403, "BotDisabledByAdmin", "The bot is disabled by the tenant admin")),
    "403 switched off 209": Row(
        Answer(403, b'{"errorCode":209,"errorSubCode":1,"message":"<BotDisabledByAdmin> disabled"}')
    ),
    "403 odd": Row(error(403, "PolicyViolation", "not allowed here")),
    "403 empty": Row(Answer(403)),
    "403 html": Row(Answer(403, HTML)),
    "404 html": Row(Answer(404, HTML)),
    "404 odd": Row(error(404, "NotFound")),
    "405": Row(error(405, "MethodNotAllowed")),
    "wrong region": Row(error(403, "Forbidden", "User is from different region")),
    # about us
    "401": Row(error(401, "Unauthorized")),
    # about the message
    "400": Row(error(400, "BadSyntax", "the card is malformed")),
    "413": Row(error(413, "RequestEntityTooLarge")),
    # accepted, oddly
    "201 odd id": Row(Answer(201, b'{"id": ["1", 2]}'), taken=True),
    "201 long id": Row(Answer(201, orjson.dumps({"id": "1" * 10_000})), taken=True),
    "202 empty": Row(Answer(202), taken=True),
    # taken, and yet refused quickly: the one case in which somebody may receive it twice
    "503 taken": Row(error(503, "ServiceError"), taken=True),
}

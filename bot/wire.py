"""Answers as the Bot Framework's activities and invoke responses."""

from __future__ import annotations

from typing import Any

import orjson
from botbuilder.core import InvokeResponse
from botbuilder.schema import Activity, ActivityTypes, Attachment

from cards.elements import CONTENT_TYPE, AdaptiveCard, as_dict

MESSAGE = "application/vnd.microsoft.activity.message"


class Body:
    """An invoke response's body. The SDK serializes objects that can, and answers 500 to a dict."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value

    def serialize(self) -> dict[str, Any]:
        return self._value


def in_place(card: AdaptiveCard) -> InvokeResponse:
    """The card takes the place of the one that was pressed."""
    return _invoke_response(200, CONTENT_TYPE, as_dict(card))


def toast(text: str) -> InvokeResponse:
    """A passing line of text; the card stays."""
    return _invoke_response(200, MESSAGE, text)


def refused(status: int, code: str, text: str) -> InvokeResponse:
    return _invoke_response(status, "application/vnd.microsoft.error", {"code": code, "message": text})


def _invoke_response(status: int, kind: str, value: object) -> InvokeResponse:
    return InvokeResponse(status=200, body=Body({"statusCode": status, "type": kind, "value": value}))


def message_with(card: AdaptiveCard, summary: str) -> Activity:
    """One attachment and no text: Teams would split the two, and give no id."""
    return Activity(
        type=ActivityTypes.message,
        summary=summary or None,
        attachments=[Attachment(content_type=CONTENT_TYPE, content=as_dict(card))],
    )


def activity_bytes(card: AdaptiveCard, summary: str = "") -> bytes:
    """The same, ready for the connector."""
    activity: dict[str, Any] = {
        "type": "message",
        "attachments": [{"contentType": CONTENT_TYPE, "content": as_dict(card)}],
    }
    if summary:
        activity["summary"] = summary
    return orjson.dumps(activity)

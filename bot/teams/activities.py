"""Answers as the Bot Framework's activities and invoke responses."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import orjson
from botbuilder.core import InvokeResponse
from botbuilder.schema import Activity, ActivityTypes, Attachment

from bot.teams.skype import CONTACTS
from cards.kit.elements import CONTENT_TYPE, AdaptiveCard, as_dict
from cards.kit.texts import Texts
from cards.message.plain_text import as_text
from dialogs.core.export_port import FileOffer, Upload

CARD_ACTION = "adaptiveCard/action"  #: the invoke of an Action.Execute
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
FILE_ANSWER = "fileConsent/invoke"  #: the invoke of somebody who takes a file, or does not
THUMB = "message/submitAction"  #: the invoke of a thumb beneath a message
SEARCH = "application/search"  #: the invoke of a field that looks for choices as somebody types
SEARCH_ANSWER = "application/vnd.microsoft.search.searchResponse"
MESSAGE = "application/vnd.microsoft.activity.message"

#: the kinds of activities that tell of an install, on one channel or another
_ARRIVALS = (ActivityTypes.installation_update, ActivityTypes.conversation_update, CONTACTS)


def tells_of_install(activity: Mapping[str, object]) -> bool:
    """Whether it may: of a thousand people at once, most of all where a company is given the bot."""
    return activity.get("type") in _ARRIVALS


def in_place(card: AdaptiveCard) -> InvokeResponse:
    """The card takes the place of the one that was pressed."""
    return _invoke_response(200, CONTENT_TYPE, as_dict(card))


def toast(text: str) -> InvokeResponse:
    """A passing line of text; the card stays."""
    return _invoke_response(200, MESSAGE, text)


def choices(titles: Sequence[tuple[str, str]]) -> InvokeResponse:
    """What a field may hold: (value, title) each."""
    return _invoke_response(
        200, SEARCH_ANSWER, {"results": [{"value": value, "title": title} for value, title in titles]}
    )


def refused(status: int, code: str, text: str) -> InvokeResponse:
    return _invoke_response(status, "application/vnd.microsoft.error", {"code": code, "message": text})


def _invoke_response(status: int, kind: str, value: object) -> InvokeResponse:
    """Its body as it is written: the SDK's model of it would be walked for longer than the whole turn takes."""
    return InvokeResponse(status=200, body={"statusCode": status, "type": kind, "value": value})


def kept_response(response: InvokeResponse) -> bytes:
    """An invoke response as it is kept, to be given again to a repeat."""
    body = response.body
    answer = [body["statusCode"], body["type"], body["value"]] if body else None
    return zlib.compress(orjson.dumps([int(response.status), answer]), 1)


def response_kept(kept: bytes) -> InvokeResponse:
    status, answer = orjson.loads(zlib.decompress(kept))
    return InvokeResponse(status=status) if answer is None else _invoke_response(*answer)


def spoken(texts: Texts, card: AdaptiveCard, *, author: bool) -> Activity:
    """A card as text, where none is shown."""
    return Activity(type=ActivityTypes.message, text=as_text(texts, card, author=author), text_format="markdown")


def spoken_bytes(texts: Texts, card: AdaptiveCard, *, author: bool) -> bytes:
    """The same, ready for the connector."""
    text = as_text(texts, card, author=author)
    return orjson.dumps({"type": "message", "text": text, "textFormat": "markdown"})


def message_with(card: AdaptiveCard, summary: str) -> Activity:
    """One attachment and no text: Teams would split the two, and give no id."""
    return Activity(
        type=ActivityTypes.message,
        summary=summary or None,
        attachments=[Attachment(content_type=CONTENT_TYPE, content=as_dict(card))],
    )


def file_offer(offer: FileOffer) -> Activity:
    """The platform's own card, with which it asks somebody whether they take a file."""
    context = {"token": offer.token}
    content = {
        "description": offer.description,
        "sizeInBytes": offer.size,
        "acceptContext": context,
        "declineContext": context,
    }
    return Activity(
        type=ActivityTypes.message,
        attachments=[Attachment(content_type=FILE_CONSENT, name=offer.name, content=content)],
    )


def file_bytes(upload: Upload) -> bytes:
    """The platform's own card of a file that has been put where it wanted it, ready for the connector."""
    attachment = {
        "contentType": "application/vnd.microsoft.teams.card.file.info",
        "contentUrl": upload.content_url,
        "name": upload.name,
        "content": {"uniqueId": upload.unique_id, "fileType": upload.file_type},
    }
    return orjson.dumps({"type": "message", "attachments": [attachment]})


def text_bytes(text: str) -> bytes:
    """A line of text, ready for the connector."""
    return orjson.dumps({"type": "message", "text": text})

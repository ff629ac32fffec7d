"""What came with a message: files, pictures, and the message as it was formatted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botbuilder.schema import Activity

from cards.kit.addresses import web_address
from dialogs.core.turn import Attachment, AttachmentKind

DROPPED = "application/vnd.microsoft.teams.file.download.info"  #: a file dropped into a personal chat of Teams
#: what other clients send for a file: the type of its content
TABLES = (
    "text/csv", "text/tab-separated-values", "text/plain", "application/csv", "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream", "application/zip",
)  # fmt: skip
PICTURES = (".png", ".jpg", ".jpeg", ".gif")
MOST = 10  #: attachments of one message that are looked at


def attachments_of(activity: Activity) -> tuple[Attachment, ...]:
    return tuple(_known(activity.attachments or [], _origin(str(activity.service_url or ""))))


def _origin(url: str) -> str:
    """Scheme, host and port; "" for what is no address."""
    parts = web_address(url)
    return str(parts.origin()) if parts else ""


def _known(attachments: list[Any], service: str) -> Iterator[Attachment]:
    """``service``: where the platform answers; what it keeps itself asks for our token."""
    for attachment in filter(None, attachments[:MOST]):  # a client may send nulls
        kind = str(attachment.content_type or "").partition(";")[0].strip().lower()
        name, url = str(attachment.name or ""), str(attachment.content_url or "")
        content = attachment.content
        if kind == DROPPED and isinstance(content, dict):
            url = str(content.get("downloadUrl") or "")
            picture = name.lower().endswith(PICTURES)
            yield Attachment(kind=AttachmentKind.IMAGE if picture else AttachmentKind.FILE, name=name, url=url)
        elif kind == "text/html" and isinstance(content, str):
            yield Attachment(kind=AttachmentKind.MARKUP, content=content)
        elif kind.startswith("image/") and url:
            ours = service != "" and _origin(url) == service
            yield Attachment(kind=AttachmentKind.IMAGE, name=name, url=url, ours=ours)
        elif kind in TABLES and url:
            yield Attachment(kind=AttachmentKind.FILE, name=name, url=url)

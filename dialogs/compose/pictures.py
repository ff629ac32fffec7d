"""Pictures that authors drop into the chat: kept in the store, and shown under an address of ours."""

from __future__ import annotations

import hashlib
import re

from dialogs.core.ports import NotFetched
from dialogs.core.turn import Attachment, AttachmentKind, Services, Turn

LARGEST = 2_000_000  #: bytes: a picture that is fetched for every recipient
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}
_NAME = re.compile(r"[0-9a-f]{32}\.(?:png|jpg|gif)")


SHOWN = 1_000_000  #: bytes: a card's picture of the web may have no more (learn.microsoft.com, "Cards reference")


async def why_not_shown(turn: Turn, url: str) -> str:
    """Why people would not see a picture of the web, with the cure; "" where nothing tells that they would not."""
    texts = turn.texts
    if not url or url.startswith("data:") or url.startswith(f"{turn.services.links.base_url}/p/"):
        return ""
    answer = await turn.services.files.look(url, SHOWN + 1)
    if answer is None:  # perhaps only our network does not lead there
        return ""
    status, content = answer
    if 300 <= status < 400:
        return texts("This address leads on to another, where Teams does not follow. Drop the picture here instead.")
    if status in (401, 403):
        return texts("This address asks people to sign in, so they would not see the picture. Drop it here instead.")
    if status in (404, 410):
        return texts("There is nothing at this address. Drop the picture into this chat instead.")
    if status == 200 and not content.startswith(tuple(KINDS)):
        return texts(
            "There is no PNG, JPEG or GIF at this address, perhaps a page. Drop the picture into this chat instead."
        )
    if len(content) > SHOWN:
        return texts("This picture has more than 1 MB, which Teams does not show. Please drop a smaller one here.")
    return ""


class NoPicture(Exception):
    """It cannot be taken over; the message says why, in the author's language."""


async def take_picture(turn: Turn, picture: Attachment) -> str:
    """The address under which a picture is shown from here on. Raises NoPicture."""
    texts = turn.texts
    if not turn.services.links.tracked:
        raise NoPicture(
            texts("I cannot show pictures here: Crieur has no public address. Please give one of the web instead.")
        )
    try:
        content = await turn.services.files.fetch(picture.url, ours=picture.ours)
    except NotFetched as error:
        raise NoPicture(texts("I could not fetch the picture. Please drop it here once more.")) from error
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise NoPicture(texts("I know pictures as PNG, JPEG and GIF only."))
    if len(content) > LARGEST:
        raise NoPicture(texts("The picture is too large: it may have {limit} MB.", limit=LARGEST // 1_000_000))
    name = f"{hashlib.sha256(content).hexdigest()[:32]}.{kind}"
    await turn.store.write_documents({_key(name): (None, content)})
    return f"{turn.services.links.base_url}/p/{name}"


async def picture(services: Services, name: str) -> tuple[bytes, str] | None:
    """A picture that we keep, and its type; None for any other name."""
    if not _NAME.fullmatch(name):
        return None
    document = (await services.store.read_documents([_key(name)])).get(_key(name))
    return (document[1], TYPES[name.rpartition(".")[2]]) if document else None


def _key(name: str) -> str:
    return f"picture/{name}"


def picture_of(turn: Turn) -> Attachment | None:
    """The first picture that came with the message."""
    return next((one for one in turn.attachments if one.kind is AttachmentKind.IMAGE), None)

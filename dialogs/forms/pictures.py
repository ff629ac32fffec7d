"""Pictures of which the address tells already that people would not see them. Pure."""

from __future__ import annotations

from cards.kit.addresses import is_loopback, is_web_address, web_address
from cards.kit.texts import Texts

#: where a picture is shown to those only who have signed in, or behind a page of the service's own
BEHIND_A_LOGIN = (
    "sharepoint.com", "onedrive.live.com", "1drv.ms", "office.com", "teams.microsoft.com", "drive.google.com",
    "docs.google.com", "photos.google.com", "photos.app.goo.gl", "dropbox.com", "icloud.com", "box.com", "we.tl",
)  # fmt: skip
#: kinds that Teams does not draw in a card (learn.microsoft.com, "Cards reference": PNG, JPEG and GIF)
NOT_DRAWN = ("svg", "webp", "avif", "heic", "tif", "tiff", "bmp", "pdf")


def check_picture(url: str, texts: Texts, errors: dict[str, str]) -> None:
    """What is wrong goes into ``errors``, with the cure."""
    address = web_address(url)
    if address is None or not is_web_address(url):
        errors["image"] = texts("That is not a web address; it begins with https://")
        return
    host = (address.host or "").lower()
    ending = address.path.rpartition(".")[2].lower() if "." in address.path else ""
    if address.scheme == "http" and not is_loopback(url):
        errors["image"] = texts(
            "Teams shows pictures from https:// addresses only. Drop the picture into this chat instead."
        )
    elif any(host == name or host.endswith(f".{name}") for name in BEHIND_A_LOGIN):
        errors["image"] = texts(
            "{host} asks people to sign in, so they would not see this picture. Drop it into this chat instead.",
            host=host,
        )
    elif ending in NOT_DRAWN:
        errors["image"] = texts(
            "Teams does not show {kind} pictures. Drop it into this chat as PNG, JPEG or GIF instead.",
            kind=ending.upper(),
        )

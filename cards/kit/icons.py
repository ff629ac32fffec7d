"""The little pictures beside names, as data URIs: a card needs no server to show them."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from storage.records import Channel

ICONS = Path(__file__).parents[1] / "icons"


@cache
def icon(channel: Channel, reachable: bool) -> str:
    picture = (ICONS / f"{channel.traits.icon}-{'on' if reachable else 'off'}.png").read_bytes()
    return f"data:image/png;base64,{b64encode(picture).decode()}"

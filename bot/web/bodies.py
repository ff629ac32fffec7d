"""The body of a request: read to a bound, in a bounded time, as UTF-8 and as nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import hdrs, web

LARGEST = 1024**2  #: bytes: thousands of pasted addresses
PATIENCE = 5.0  #: seconds for a body that does not flow ...
RATE = 20_000  #: ... bytes a second of one that does ...
LONGEST = 20.0  #: ... and seconds for any
ENTRIES = 1_000  #: of a list in an activity: each is made an object by the SDK, what follows is let be

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_HALVES = re.compile("[\ud800-\udfff]")
_UTF_8 = ("utf-8", "utf8")


def expect_json(request: web.Request) -> None:
    """Raises 415 for anything but JSON in UTF-8, as it is: a client chooses neither a decoder nor a decompressor."""
    kind, *parameters = request.headers.get(hdrs.CONTENT_TYPE, "").lower().split(";")
    charsets = [value for name, _, value in (part.partition("=") for part in parameters) if name.strip() == "charset"]
    if kind.strip() != "application/json" or any(value.strip(' "') not in _UTF_8 for value in charsets):
        raise web.HTTPUnsupportedMediaType(text="JSON in UTF-8 was expected")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="JSON was expected as it is, not compressed")


async def read_body(request: web.Request) -> bytes:
    """The whole body. Raises 413 for one that is too large, 408 for one that comes too slowly."""
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    loop, body = asyncio.get_running_loop(), bytearray()
    began = loop.time()
    try:
        while True:
            due = began + min(LONGEST, PATIENCE + len(body) / RATE)
            async with asyncio.timeout_at(due):
                chunk = await request.content.readany()
            if not chunk:
                return bytes(body)
            body += chunk
            if len(body) > LARGEST:
                raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout(headers={hdrs.CONNECTION: "close"}) from None


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body says; half of a character is "�" in it. Raises ValueError, RecursionError."""
    value = json.loads(body.decode("utf-8"))
    if _HALF.search(body):  # JSON may escape halves, which nothing behind this can write down
        value = json.loads(_HALVES.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    if not isinstance(value, dict):
        raise ValueError("an object was expected")
    return {name: part[:ENTRIES] if isinstance(part, list) else part for name, part in value.items()}

"""An answer of another service, read to a bound: an endless one fills no memory."""

from __future__ import annotations

import aiohttp


async def read_up_to(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body; of one that is longer than ``limit``, ``limit`` bytes and one more, and its connection is closed."""
    length = response.content_length
    if length is not None and length <= limit and "Content-Encoding" not in response.headers:
        return await response.read()
    read = bytearray()
    while chunk := await response.content.readany():
        read += chunk
        if len(read) > limit:
            response.close()  # the rest may have no end
            return bytes(read[: limit + 1])
    return bytes(read)

"""Putting a file where the platform wants it: an upload session, in parts, one after the other.

Source: Microsoft Graph, "driveItem: createUploadSession". The address comes with an activity, so it
is taken only where the platform keeps files; without a registration, on this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from bot.teams.responses import seconds
from bot.teams.send.downloads import only_loopback, only_public
from cards.kit.addresses import is_this_machine, web_address
from scheduler.ports import Clock

PART = 16 * 320 * 1024  #: bytes of one part: OneDrive wants multiples of 320 KiB
ATTEMPTS = 5  #: of one part
PAUSE = 1.0  #: seconds before the second attempt, doubled before each other
LONGEST = 60.0  #: seconds that a Retry-After may ask for
PATIENCE = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=60)  # of one part


class NotTaken(Exception):
    """The file was not taken; the reason."""


def takes(url: str, hosts: Sequence[str]) -> bool:
    """Whether a file may be put there: encrypted, and at one of these (".example.com"); with none, on this machine."""
    address = web_address(url)
    if address is None:
        return False
    host = address.host or ""
    if not hosts:
        return is_this_machine(host)
    return address.scheme == "https" and address.port == 443 and host.endswith(tuple(hosts))


async def put(path: Path, url: str, clock: Clock, *, loopback: bool) -> None:
    """The whole file. Raises NotTaken."""
    size = (await asyncio.to_thread(path.stat)).st_size
    connector = aiohttp.TCPConnector(socket_factory=only_loopback if loopback else only_public)
    async with aiohttp.ClientSession(
        timeout=PATIENCE, connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as http:
        with path.open("rb") as file:
            for start in range(0, size, PART):
                part = await asyncio.to_thread(file.read, PART)
                await _put_part(http, url, part, f"bytes {start}-{start + len(part) - 1}/{size}", clock)


async def _put_part(http: aiohttp.ClientSession, url: str, part: bytes, place: str, clock: Clock) -> None:
    pause, why = PAUSE, ""
    for number in range(ATTEMPTS):
        if number:
            await clock.sleep(pause)
            pause *= 2
        try:
            async with http.put(url, data=part, headers={"Content-Range": place}, allow_redirects=False) as response:
                status = response.status
                asked = seconds(response.headers.get("Retry-After"), clock.now())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            why = type(error).__name__
            continue
        # 416: this part is there already, from an attempt whose answer was lost
        if status in (200, 201, 202) or (status == 416 and number):
            return
        why = str(status)
        if status != 429 and status < 500:
            break
        pause = min(LONGEST, asked or pause)
    raise NotTaken(why)

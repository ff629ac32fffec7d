"""A browser client on this machine: Microsoft 365 Agents Playground, one process per person.

It is Microsoft's own local, Teams-like client, fetched by npm at run time (pinned, under its own
terms, no part of Crieur). Each client shows one person; all are of the same organisation.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

PACKAGE = "@microsoft/m365agentsplayground@0.2.28"
FIRST_PORT = 26150  # below the ephemeral range, where it would be moved silently
START = 600.0  #: seconds: the first start fetches the package, over a slow line too
STILL = 10.0  #: seconds between two lines that say that it goes on
PEOPLE = (
    ("Ada Lovelace", "ada@contoso.example"),
    ("Louis Pasteur", "louis@contoso.example"),
    ("Grace Hopper", "grace@contoso.example"),
    ("Élodie Martin", "elodie@contoso.example"),
    ("Alan Turing", "alan@contoso.example"),
    ("Marie Curie", "marie@contoso.example"),
)
#: keeps it on this machine, and ends it with the bot, even where that is killed
PRELOAD = json.dumps(str(Path(__file__).with_name("loopback_only.cjs")))  # NODE_OPTIONS knows double quotes
#: makes no call outside this machine
QUIET = {"APPLICATION_INSIGHTS_NO_STATSBEAT": "1", "APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL": "1"}


class PlaygroundUnavailable(Exception):
    """The browser client cannot be started; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Playground:
    """A running client."""

    #: whose window it is
    person: str
    url: str


@contextlib.asynccontextmanager
async def start_playgrounds(
    bot_url: str, count: int, folder: Path, first_port: int = FIRST_PORT, say: Callable[[str], None] = lambda line: None
) -> AsyncIterator[list[Playground]]:
    """Start ``count`` clients (1 to 6) and end them with the block. Raises PlaygroundUnavailable."""
    if not 1 <= count <= len(PEOPLE):
        raise PlaygroundUnavailable(f"Between 1 and {len(PEOPLE)} browser clients can be started.")
    npx = shutil.which("npx")
    if npx is None:
        raise PlaygroundUnavailable(
            "The browser client needs Node.js (https://nodejs.org); the bot itself runs without it."
        )
    processes: list[asyncio.subprocess.Process] = []
    watches: list[asyncio.Task[None]] = []
    try:
        clients: list[Playground] = []
        port = first_port
        for number in range(count):
            port = _free_from(port)
            say(f"Starting the browser client of {PEOPLE[number][0]} (the first start fetches it by npm) ...")
            process = await _start(npx, bot_url, folder / str(number + 1), number, port)
            processes.append(process)
            await _answering(process, port, folder / str(number + 1), say)
            clients.append(Playground(PEOPLE[number][0], f"http://localhost:{port}"))
            port += 1
        watches = [
            asyncio.create_task(_watch(process, client, folder / str(number), say))
            for number, (process, client) in enumerate(zip(processes, clients, strict=True), 1)
        ]
        yield clients
    finally:
        for watch in watches:
            watch.cancel()
        for process in processes:
            _end(process)
        await asyncio.gather(*(process.wait() for process in processes))


async def _start(npx: str, bot_url: str, folder: Path, number: int, port: int) -> asyncio.subprocess.Process:
    await asyncio.to_thread(_write_config, folder, number)
    search_path = await asyncio.to_thread(_with_an_opener, folder / "bin")
    log = await asyncio.to_thread((folder / "client.log").open, "wb")
    with log:
        return await asyncio.create_subprocess_exec(
            npx,
            "--yes",
            PACKAGE,
            "start",
            *("-e", bot_url, "-c", "msteams", "-p", str(port), "--disable-telemetry"),
            cwd=folder,
            env={
                **os.environ,
                **QUIET,
                "PATH": search_path,
                "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --require={PRELOAD}".strip(),
                "CRIEUR_PID": str(os.getpid()),
            },
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def _with_an_opener(folder: Path) -> str:
    """PATH for the client, which dies without a word where there is no ``xdg-open`` to open its own window with.

    That is so on servers, in containers and on a plain WSL: there, one that does nothing stands in front.
    """
    path = os.environ.get("PATH", os.defpath)
    if sys.platform != "linux" or shutil.which("xdg-open"):
        return path
    folder.mkdir(exist_ok=True)
    opener = folder / "xdg-open"
    opener.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    opener.chmod(0o755)
    return f"{folder.resolve()}{os.pathsep}{path}"


async def _watch(
    process: asyncio.subprocess.Process, client: Playground, folder: Path, say: Callable[[str], None]
) -> None:
    """Report a client that ends by itself: its page would say nothing."""
    await process.wait()
    say(
        f"The browser client of {client.person} has ended; {folder / 'client.log'} may say why. Start again to have it."
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _write_config(folder: Path, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".m365agentsplayground.yml").write_text(_config(number), encoding="utf-8")


def _id(number: int) -> str:
    return f"6f1c1a52-3b0e-4c55-9d5a-0000000000{number:02d}"


def _config(number: int) -> str:
    """One person's world: themselves, five colleagues (the client wants exactly five), one team."""

    def user(who: int, indent: str) -> str:
        name, address = PEOPLE[who]
        given, _, surname = name.partition(" ")
        fields = {
            "id": _id(who + 1),
            "name": name,
            "userPrincipleName": address,
            "aadObjectId": _id(who + 1),
            "givenName": given,
            "surname": surname,
            "email": address,
        }
        lines = [f'{key}: "{value}"' for key, value in fields.items()]
        return ("\n" + indent).join(lines)

    others = [who for who in range(len(PEOPLE)) if who != number]
    users = "\n".join(f"  - {user(who, '    ')}" for who in others)
    return f"""version: "0.1.0"
tenantId: "{_id(90)}"
bot:
  id: "{_id(91)}"
  name: Crieur
currentUser:
  {user(number, "  ")}
users:
{users}
personalChat:
  id: "personal-chat-{number + 1}"
groupChat:
  id: "group-chat-{number + 1}"
  name: Group chat
team:
  id: "team-{number + 1}"
  name: Contoso
  aadGroupId: "{_id(92)}"
  channels:
    - id: "channel-{number + 1}"
      name: General
"""


async def _answering(process: asyncio.subprocess.Process, port: int, folder: Path, say: Callable[[str], None]) -> None:
    began = said_at = asyncio.get_running_loop().time()
    deadline = began + START
    async with aiohttp.ClientSession() as http:
        while asyncio.get_running_loop().time() < deadline:
            if process.returncode is not None:
                raise PlaygroundUnavailable(f"The browser client did not start; {folder / 'client.log'} says why.")
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"http://127.0.0.1:{port}") as response:  # a bare system knows no names
                    if response.status == 200:
                        return
            if (now := asyncio.get_running_loop().time()) - said_at >= STILL:
                said_at = now
                say(f"  ... still starting: {now - began:.0f} s")
            await asyncio.sleep(0.3)
    raise PlaygroundUnavailable(f"The browser client did not start in time; {folder / 'client.log'} says more.")


def _free_from(port: int) -> int:
    while not _is_free(port):
        port += 1
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGTERM)


def open_in_browser(url: str) -> None:
    """Where there is a desktop."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)

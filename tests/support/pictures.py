"""Adaptive Cards drawn as PNG, as a Teams chat shows them.

Microsoft's own renderer (``adaptivecards``) in headless Chromium, with the Teams host
configurations and stylesheets of ``adaptivecards-designer``, Markdown as Teams understands it, and
Selawik in the place of Segoe UI. The packages are installed into ``build/npm`` at first use, pinned
by ``renderer/package-lock.json``. Native charts are not part of the renderer: their fallback is drawn.

    python -m tests.support.pictures cards.json OUT_DIR      (a JSON object: name -> card)
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import mimetypes
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, Error, Page, Route, async_playwright

Theme = Literal["light", "dark"]

THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTH = 520  # CSS pixels: a card in a chat of the desktop client
NARROW = 320  #: CSS pixels: the same on a phone, or beside a meeting
SCALE = 2  # device pixels for each of them
MARGIN = 24  # CSS pixels of chat around the card

RENDERER = Path(__file__).parent / "renderer"
NPM = Path(__file__).parents[2] / "build" / "npm"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ORIGIN = "http://cards.invalid"  # answered by us: nothing is fetched from elsewhere


class CannotDraw(RuntimeError):
    """A program is missing, or a card cannot be drawn; the message says which and what to do."""


async def draw(
    cards: Mapping[str, dict[str, Any]],
    folder: Path,
    themes: Sequence[Theme] = THEMES,
    width: int = WIDTH,
    *,
    checked: Collection[str] = (),
) -> list[Path]:
    """Writes ``folder/NAME.THEME.png`` for every card and theme, and gives the paths in that order.

    The cards named in ``checked`` are drawn as after a press while their inputs are not valid, with
    the error messages. Raises CannotDraw; for a card that the renderer complains of, once all are drawn.
    """
    complaints: set[str] = set()
    await asyncio.to_thread(_prepare, folder)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        try:
            for theme in themes:
                page = await _open(browser, theme, width)
                for name, card in cards.items():
                    of_card = await _draw(page, name, card, name in checked)
                    complaints.update(f"card {name!r}: {complaint}" for complaint in of_card)
                    await page.locator("#chat").screenshot(path=folder / f"{name}.{theme}.png")
                await page.close()
        finally:
            await browser.close()
    if complaints:
        raise CannotDraw("\n".join(sorted(complaints)))
    return [folder / f"{name}.{theme}.png" for name in cards for theme in themes]


async def misfits(cards: Mapping[str, dict[str, Any]], width: int = NARROW) -> list[str]:
    """What of cards does not fit a phone, each with the card and the element: as they come, and with all that is folded
    away open. Raises CannotDraw.
    """
    problems: dict[str, None] = {}
    await asyncio.to_thread(_prepare, NPM)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        try:
            page = await _open(browser, "light", width)
            for name, card in cards.items():
                for shown in (card, _unfolded(card)):
                    await _draw(page, name, shown, False)
                    problems |= {f"card {name!r}: {problem}": None for problem in await page.evaluate("misfits()")}
        finally:
            await browser.close()
    return list(problems)


def _unfolded(node: Any) -> Any:
    """A card, or any part of one, with nothing hidden."""
    if isinstance(node, dict):
        return {key: _unfolded(value) for key, value in node.items() if key != "isVisible"}
    return [_unfolded(one) for one in node] if isinstance(node, list) else node


def _prepare(folder: Path) -> None:
    if not Path(CHROMIUM).exists():
        raise CannotDraw(f"{CHROMIUM} is missing: install Chromium (Debian: apt-get install chromium)")
    install()
    folder.mkdir(parents=True, exist_ok=True)


def install(target: Path = NPM, source: Path = RENDERER) -> Path:
    """Puts a folder's pinned npm packages into ``target/node_modules``, unless they are there; gives that folder."""
    target.mkdir(parents=True, exist_ok=True)
    lock = source / "package-lock.json"
    modules = target / "node_modules"
    done = target / "installed.json"  # the lock file that node_modules was made from
    with (target / "install.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # test runs beside each other share the folder
        if modules.is_dir() and done.exists() and done.read_bytes() == lock.read_bytes():
            return modules
        if (npm := shutil.which("npm")) is None:
            raise CannotDraw("npm is missing: install Node.js 20 or later (Debian: apt-get install npm)")
        for file in (source / "package.json", lock):
            shutil.copy(file, target)
        command = [npm, "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
        run = subprocess.run(command, cwd=target, capture_output=True, text=True, check=False)
        if run.returncode:
            raise CannotDraw(f"npm could not install the packages of {source.name}:\n{run.stderr[-2000:]}")
        shutil.copy(lock, done)
    return modules


async def _open(browser: Browser, theme: Theme, width: int) -> Page:
    page = await browser.new_page(viewport={"width": width + 2 * MARGIN, "height": 800}, device_scale_factor=SCALE)
    await page.route("**/*", _serve)
    await page.goto(f"{ORIGIN}/page.html")
    await page.add_style_tag(content=f":root {{ --width: {width}px; --margin: {MARGIN}px; }}")
    await page.evaluate("theme => setTheme(theme)", theme)
    return page


async def _draw(page: Page, name: str, card: dict[str, Any], checked: bool) -> list[str]:
    """Puts a card on the page; gives the renderer's complaints."""
    shown = {**card, "lang": None}  # the renderer refuses every second one: /g in its pattern
    try:
        complaints: list[str] = await page.evaluate("([card, checked]) => drawCard(card, checked)", [shown, checked])
    except Error as error:
        raise CannotDraw(f"card {name!r}: {error.message}") from error
    return complaints


async def _serve(route: Route) -> None:
    """The page's own files and its packages; whatever else a card asks for is refused."""
    url = route.request.url
    if not url.startswith(f"{ORIGIN}/"):
        await route.abort()
        return
    name = url.removeprefix(f"{ORIGIN}/")
    path = NPM / "node_modules" / name.removeprefix("npm/") if name.startswith("npm/") else RENDERER / name
    if not path.is_file():
        await route.fulfill(status=404)
        return
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    await route.fulfill(body=path.read_bytes(), content_type=kind)


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw Adaptive Cards as a Teams chat shows them.")
    parser.add_argument("cards", type=Path, help="a JSON object: name -> card")
    parser.add_argument("folder", type=Path, help="where NAME.light.png and NAME.dark.png go")
    parser.add_argument("--width", type=int, default=WIDTH, help="CSS pixels of a card (default: %(default)s)")
    parser.add_argument("--theme", action="append", choices=THEMES, help="light or dark only")
    parser.add_argument("--checked", action="append", default=[], metavar="NAME", help="with its inputs' errors")
    given = parser.parse_args()
    cards = json.loads(given.cards.read_text())
    try:
        paths = asyncio.run(draw(cards, given.folder, given.theme or THEMES, given.width, checked=given.checked))
    except CannotDraw as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())

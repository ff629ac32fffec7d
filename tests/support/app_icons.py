"""The app's icons, drawn as PNG from ``manifest/icons/*.svg``: ``python -m tests.support.app_icons``.

``color`` is for app stores and chats, ``outline`` (white on nothing) for the bar at the side.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import async_playwright

from manifest.package import ICONS
from tests.support.pictures import CHROMIUM, CHROMIUM_OPTIONS

SIZES = {"color": 192, "outline": 32}  #: pixels: what Teams asks for


async def draw() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        for name, size in SIZES.items():
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(
                f"<style>body {{ margin: 0; background: transparent }} svg {{ display: block }}</style>"
                f"{(ICONS / f'{name}.svg').read_text()}"
            )
            await page.screenshot(path=ICONS / f"{name}.png", omit_background=True)
            sys.stdout.write(f"{ICONS / name}.png\n")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())

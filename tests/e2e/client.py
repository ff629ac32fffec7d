"""A person at the browser client: what their hands do, and what their eyes see."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, expect

PATIENCE = 20_000  #: milliseconds for the bot and the page


@dataclass(slots=True)
class Client:
    """One person's window. ``shoot`` keeps pictures, numbered in the order they were taken."""

    page: Page
    person: str
    folder: Path
    _taken: list[str] = field(default_factory=list)

    async def open(self, url: str) -> None:
        await self.page.goto(url)
        await self.page.get_by_role("button", name="Hide log panel").click(timeout=PATIENCE)

    async def say(self, text: str) -> None:
        box = self.page.locator("div[role=textbox][data-lexical-editor=true]")
        await box.click()
        await box.type(text)
        await self.page.get_by_role("button", name="Send Message").click()

    async def sees(self, words: str | re.Pattern[str], milliseconds: float = PATIENCE) -> Locator:
        """Wait until the chat shows these words; the newest place that does."""
        place = self.page.get_by_text(words).last
        await expect(place).to_be_visible(timeout=milliseconds)
        return place

    async def sees_titles(self, words: str, count: int, milliseconds: float = PATIENCE) -> None:
        """Wait until this many cards have this title."""
        titles = self.page.get_by_role("heading", name=words, exact=True)
        await expect(titles).to_have_count(count, timeout=milliseconds)

    @property
    def card(self) -> Locator:
        """The newest card."""
        return self.page.locator(".ac-adaptiveCard").last

    async def fill(self, **fields: str) -> None:
        """Fill fields of the newest card, named by their labels with ``_`` for a space."""
        for label, value in fields.items():
            await self.field(label.replace("_", " ")).fill(value)

    def field(self, label: str) -> Locator:
        return self.card.get_by_role("textbox", name=re.compile(f"^{re.escape(label)}", re.IGNORECASE)).first

    async def tick(self, words: str) -> None:
        await self.card.get_by_text(words).click()

    async def choose(self, label: str, option: str) -> None:
        await self.card.get_by_role("combobox", name=label).click()
        await self.page.get_by_role("option", name=option, exact=True).click()

    async def press(self, title: str) -> None:
        """Press the newest button of this title; one that is folded away is looked for there."""
        button = self.page.get_by_role("button", name=title, exact=True).last
        await button.click(timeout=PATIENCE)

    async def follow(self, title: str) -> Page:
        """Press a link button: the page that it opens."""
        async with self.page.expect_popup(timeout=PATIENCE) as popup:
            link = self.page.get_by_role("link", name=title, exact=True).last
            await link.click(timeout=PATIENCE)
        page = await popup.value
        await page.wait_for_load_state()
        return page

    async def attach(self, name: str, url: str) -> None:
        """Send a file as Teams does: by the address where it lies for a while.

        The client has no button for files, no file field, and ignores one that is dropped or pasted into its box;
        what it has is a window in which any activity can be written, and sends that as its own.
        """
        kind = name.rpartition(".")[2]
        file = {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": f"https://contoso.sharepoint.example/{name}",
            "name": name,
            "content": {"downloadUrl": url, "uniqueId": "1150D938", "fileType": kind},
        }
        more = {"type": "message", "text": "", "attachments": [file]}
        await self.page.get_by_text("Mock an Activity").click()
        await self.page.get_by_role("menuitem", name="Custom activity").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.locator(".view-lines").click()
        await self.page.keyboard.press("Control+End")
        for _ in range(2):  # the last brace, and the line that it stands on
            await self.page.keyboard.press("Backspace")
        await self.page.keyboard.insert_text(f", {json.dumps(more)[1:]}")  # what is said twice holds as said last
        await dialog.get_by_role("button", name="Send activity").click()
        await expect(dialog).to_be_hidden(timeout=PATIENCE)

    async def shoot(self, name: str, *, whole: bool = False) -> None:
        """A picture of the newest card, or of the ``whole`` window."""
        self._taken.append(name)
        path = self.folder / f"{self.person}-{len(self._taken):02}-{name}.png"
        await self.page.wait_for_timeout(400)  # let the card settle into its place
        await (self.page if whole else self.card).screenshot(path=path)

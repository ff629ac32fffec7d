"""The card of an export in the chat of the person who asked for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.teams import activities
from bot.teams.send.connector import Connector
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.results.exports import making_card, title_of
from dialogs.core.notify import activity_bytes
from scheduler.ports import Clock, Delivered
from storage.records import Campaign, Person, Reference

log = logging.getLogger(__name__)

EVERY = 3.0  #: seconds between two updates of the progress: the platform limits edits in one chat


@dataclass(frozen=True, slots=True)
class Granted:
    """A request that has been checked: what is exported, for whom, in their language."""

    #: None: the audit
    campaign: Campaign | None
    person: Person
    texts: Texts


class ProgressCard:
    """The card in the chat of the person who asked: how far the file is, and in the end where it is.

    On Skype, where no card can be kept up to date, only the end is posted. ``message``: the message it replaces.
    """

    def __init__(
        self,
        granted: Granted,
        connector: Connector,
        reference: Reference,
        clock: Clock,
        total: int,
        message: str,
    ) -> None:
        self.granted = granted
        self._connector = connector
        self._reference = reference
        self._clock = clock
        self._total = total
        self._shown_at = clock.monotonic() - EVERY
        self._message = message

    @property
    def _shows_cards(self) -> bool:
        return self._reference.channel.traits.draws_cards

    async def progress(self, written: int) -> None:
        if self._shows_cards and self._clock.monotonic() - self._shown_at >= EVERY:
            await self.show(making_card(self.granted.texts, self.granted.campaign, written, self._total))

    async def show(self, card: AdaptiveCard) -> None:
        self._shown_at = self._clock.monotonic()
        texts = self.granted.texts
        if not self._shows_cards:
            await self.post(activities.spoken_bytes(texts, card, author=True))
            return
        activity = activity_bytes(
            card, title_of(texts, self.granted.campaign.name if self.granted.campaign else texts("audit"))
        )
        if self._message and isinstance(
            await self._connector.update(self._reference, self._message, activity), Delivered
        ):
            return
        self._message = await self.post(activity)

    async def post(self, activity: bytes) -> str:
        """The message's id, where there is one."""
        outcome = await self._connector.send(self._reference, activity)
        if isinstance(outcome, Delivered):
            return outcome.activity
        log.info("the card of an export did not arrive: %s", type(outcome).__name__)
        return ""

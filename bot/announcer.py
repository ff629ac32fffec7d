"""Tells authors how their campaigns go: the live card, and the report at the end."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wire
from bot.connector import Connector
from cards.installs import finished_text, install_card
from cards.reports import live_card, report_card
from cards.sources import unread_card
from cards.variables import escape_markdown
from dialogs.talk import texts_of
from scheduler.asking import Asking
from scheduler.ports import Clock, Delivered, Refused
from storage.records import Campaign, Channel, Installation, ListProblem, Person, Reference
from storage.store import Store


class AuthorAnnouncer:
    """Posts through the connector, in the author's Teams chat, else in words on Skype."""

    def __init__(self, store: Store, connector: Connector, clock: Clock, asking: Asking) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._asking = asking

    async def progress(self, campaign: Campaign) -> bool:
        """Edit the live card; post it where there is none, or where it is gone."""
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        if reference.channel is not Channel.TEAMS:
            return True  # there is no card that could be kept up to date: the report is told
        tally = await self._store.tally(campaign.id)
        texts = texts_of(author)
        next_due = await self._store.next_due(campaign.id)
        card = live_card(texts, campaign, tally, next_due, silent=self._asking.silent(campaign))
        activity = wire.activity_bytes(card, texts("“{name}” is on its way", name=campaign.name))
        message = await self._store.live_card(campaign.id)
        if message:
            outcome = await self._connector.update(reference, message, activity)
            if not isinstance(outcome, Refused):
                return isinstance(outcome, Delivered)
        outcome = await self._connector.send(reference, activity)
        if isinstance(outcome, Delivered) and outcome.activity:
            await self._store.keep_live_card(campaign.id, outcome.activity)
        return isinstance(outcome, Delivered)

    async def unread(self, campaign: Campaign, problems: Sequence[ListProblem]) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        texts = texts_of(author)
        activity = wire.activity_bytes(
            unread_card(texts, campaign, problems), texts("“{name}” lacks people", name=campaign.name)
        )
        return isinstance(await self._connector.send(reference, activity), Delivered)

    async def read_after_all(self, campaign: Campaign, recipients: int) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        texts = texts_of(author)
        text = texts.many(
            "I have read all lists of “{name}” now: it has {count} recipient.",
            "I have read all lists of “{name}” now: it has {count} recipients.",
            recipients,
            name=escape_markdown(campaign.name),
        )
        return isinstance(await self._connector.send(reference, wire.text_bytes(text)), Delivered)

    async def installing(self, installation: Installation) -> str | None:
        author = await self._store.person(installation.author)
        reference = await self._store.reference(installation.author, Channel.TEAMS)
        if author is None or reference is None or reference.broken:
            return None
        texts = texts_of(author)
        activity = wire.activity_bytes(install_card(texts, installation), texts("Crieur is being installed"))
        shown = await self._shown(reference, installation.card, activity)
        if installation.finished_at is not None:
            await self._connector.send(reference, wire.text_bytes(finished_text(texts, installation)))
        return shown

    async def _shown(self, reference: Reference, message: str, activity: bytes) -> str | None:
        """Put it in the place of the earlier card, or post it where there is none: its id."""
        if message:
            outcome = await self._connector.update(reference, message, activity)
            if not isinstance(outcome, Refused):
                return message if isinstance(outcome, Delivered) else None
        outcome = await self._connector.send(reference, activity)
        return outcome.activity if isinstance(outcome, Delivered) else None

    async def report(self, campaign: Campaign) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        texts = texts_of(author)
        card = report_card(
            texts,
            campaign,
            await self._store.tally(campaign.id),
            await self._store.engagement(campaign.id),
            self._clock.now(),
            None,
        )
        if reference.channel is Channel.TEAMS:
            activity = wire.activity_bytes(card, texts("“{name}” is done: here is the report.", name=campaign.name))
        else:
            activity = wire.spoken_bytes(texts, card, author=True)
        return isinstance(await self._connector.send(reference, activity), Delivered)

    async def _author(self, campaign: Campaign) -> tuple[Person | None, Reference | None]:
        author = await self._store.person(campaign.author)
        for channel in (Channel.TEAMS, Channel.SKYPE):
            reference = await self._store.reference(campaign.author, channel)
            if reference and not reference.broken:
                return author, reference
        return author, None

"""Tells authors how their campaigns go: the live card, and the report at the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.teams import activities
from bot.teams.send.connector import Connector
from cards.campaigns.approval import held_card
from cards.campaigns.deleting import recall_card, recalled_text
from cards.campaigns.series import missed_card
from cards.kit.variables import escape_markdown
from cards.lists.installs import finished_text, install_card
from cards.lists.sources import unread_card
from cards.results.comparing.variants import choosing_card, chosen_text
from cards.results.figures import ends_about
from cards.results.live import live_card, moved_card
from cards.results.replies import replies_card
from cards.results.report import report_card
from dialogs.core.figures import figures_of, names_left_behind
from dialogs.core.notify import activity_bytes
from dialogs.people.language import texts_of
from scheduler.authors.post_once import post_once
from scheduler.copies.lock import notify_exclusively
from scheduler.ports import Clock, Delivered, Outcome, Refused, Retry, Unconfirmed, Unreachable
from scheduler.presence_lookup import PresenceLookup
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Engagements
from storage.port.mails import Mails
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import (
    AtEnd,
    Campaign,
    CampaignId,
    Channel,
    Installation,
    ListProblem,
    NotReached,
    Person,
    PersonId,
    Recall,
    Reference,
    may_approve,
)
from storage.records.instants import ms
from storage.shared.replies import Reply

ASKED = 20  #: people who are asked for their word at the most
CHECKS = 20  #: of whether nobody is telling the author any more ...
PAUSE = 0.25  #: ... and seconds between them
CALM = 5.0  #: seconds without edits where the platform asked for fewer, and not for how long
LATE = 30.0  #: seconds in which an edit of which nobody knows may still arrive: the next one waits for it


class _Store(Campaigns, Deliveries, Documents, Engagements, Mails, People, Protocol):
    """What is asked of the store here."""


class AuthorAnnouncer:
    """Posts through the connector, in the author's Teams chat, else in words on Skype.

    ``rate``: messages a second.
    """

    def __init__(
        self,
        store: _Store,
        connector: Connector,
        clock: Clock,
        presence_lookup: PresenceLookup,
        rate: float,
        rng: random.Random,
    ) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._presence_lookup = presence_lookup
        self._rate = rate
        self._rng = rng
        #: live cards that are let be until then (monotonic)
        self._let_be: dict[CampaignId, float] = {}

    async def progress(self, campaign: Campaign) -> bool:
        """Edit the live card; post it where there is none, or where it is gone.

        An older state never follows a newer one: an edit of which nobody knows is waited for.
        """
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        if campaign.trouble is not None and campaign.trouble.reason is NotReached.STOPPED:
            texts = texts_of(author, self._clock.now())
            name = escape_markdown(campaign.name)
            text = texts("“{name}” has been stopped by the people who run Crieur.", name=name)
            key = f"posting/stopped/{campaign.id}"  # a card that is edited is not noticed
            post = partial(self._connector.send, reference, activities.text_bytes(text))
            if not await post_once(self._store, key, post):
                return False
        if not reference.channel.traits.live_card:
            return True  # there is no card that could be kept up to date: the report is told
        let_be = self._let_be.get(campaign.id)
        if let_be is not None and self._clock.monotonic() < let_be:
            return False
        message = await self._store.live_card(campaign.id)
        activity = await self._live(campaign, author)
        key = f"posting/live/{campaign.id}"
        if message:
            outcome = await self._connector.update(reference, message, activity)
            self._let_be_after(campaign.id, outcome)
            if not isinstance(outcome, Refused):
                return isinstance(outcome, Delivered)
            await self._store.delete_documents([key])  # it is gone: another takes its place
        return await post_once(self._store, key, partial(self._post_live, campaign.id, reference, activity))

    async def repost(self, campaign: Campaign) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None or not reference.channel.traits.live_card:
            return False

        async def post() -> bool:
            before = await self._store.live_card(campaign.id)
            posted = await self._post_live(campaign.id, reference, await self._live(campaign, author))
            if not isinstance(posted, Delivered):
                return False
            if before:
                moved = activity_bytes(moved_card(texts_of(author, self._clock.now()), campaign))
                await self._connector.update(reference, before, moved)
            return True

        for _ in range(CHECKS):
            posted = await notify_exclusively(self._store, self._clock, self._rng, campaign.id, post)
            if posted is not None:
                return posted
            await self._clock.sleep(PAUSE)
        return False

    async def unread(self, campaign: Campaign, problems: Sequence[ListProblem]) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        texts = texts_of(author, self._clock.now())
        activity = activity_bytes(
            unread_card(texts, campaign, problems), texts("“{name}” lacks people", name=campaign.name)
        )
        return isinstance(await self._connector.send(reference, activity), Delivered)

    async def held(self, campaign: Campaign) -> bool:
        if campaign.held is None:
            return True
        deciding = [
            person
            for person, role in await self._store.with_role(campaign.tenant)
            if may_approve(role, person, campaign)
        ]
        author, nobody_left = await self._store.person(campaign.author), True
        for person in dict.fromkeys([*deciding[:ASKED], *([author] if author else [])]):
            reference = await self._store.reference(person.id, Channel.TEAMS)
            if reference is not None and not reference.broken:
                texts = texts_of(person, self._clock.now())
                card = held_card(texts, campaign, campaign.held, decides=person in deciding)
                activity = activity_bytes(card, texts("“{name}” waits for approval", name=campaign.name))
                key = f"posting/held/{campaign.id}/{campaign.version}/{person.id}"
                send = partial(self._connector.send, reference, activity)
                nobody_left &= await post_once(self._store, key, send, gives_up=True)
        return nobody_left

    async def missed(self, series: Campaign, starts: Sequence[datetime]) -> bool:
        author, reference = await self._author(series)
        if author is None or reference is None:
            return True
        texts = texts_of(author, self._clock.now())
        activity = activity_bytes(missed_card(texts, series, starts), texts("“{name}” was missed", name=series.name))
        key = f"posting/missed/{series.id}/{ms(starts[-1])}"
        return await post_once(self._store, key, partial(self._connector.send, reference, activity), gives_up=True)

    async def choosing(self, campaign: Campaign) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return True
        texts, now = texts_of(author, self._clock.now()), self._clock.now()
        if campaign.choice is not None:
            activity, what = activities.text_bytes(chosen_text(texts, campaign)), "chosen"
        else:
            card, what = choosing_card(texts, await figures_of(self._store, campaign), now), "choosing"
            summary = texts("“{name}”: which variant goes to the rest?", name=campaign.name)
            draws = reference.channel.traits.draws_cards
            activity = activity_bytes(card, summary) if draws else activities.spoken_bytes(texts, card, author=True)
        key = f"posting/{what}/{campaign.id}"
        return await post_once(self._store, key, partial(self._connector.send, reference, activity), gives_up=True)

    async def read_after_all(self, campaign: Campaign, recipients: int) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return False
        texts = texts_of(author, self._clock.now())
        text = texts.many(
            "I have read all lists of “{name}” now: it has {count} recipient.",
            "I have read all lists of “{name}” now: it has {count} recipients.",
            recipients,
            name=escape_markdown(campaign.name),
        )
        return isinstance(await self._connector.send(reference, activities.text_bytes(text)), Delivered)

    async def stopped(self, campaign: Campaign) -> bool:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return True  # nobody is there any more who could be told
        texts = texts_of(author, self._clock.now())
        text = texts(
            "“{name}” was stopped by the people who run Crieur before it began: it is a draft again, and is not sent."
            " Please ask them why.",
            name=escape_markdown(campaign.name),
        )
        post = partial(self._connector.send, reference, activities.text_bytes(text))
        return await post_once(self._store, f"posting/stopped/{campaign.id}", post, gives_up=True)

    async def installing(self, installation: Installation) -> str | None:
        author = await self._store.person(installation.author)
        reference = await self._store.reference(installation.author, Channel.TEAMS)
        if author is None or reference is None or reference.broken:
            return None
        texts = texts_of(author, self._clock.now())
        activity = activity_bytes(install_card(texts, installation), texts("Crieur is being installed"))
        key = f"posting/install/{installation.id}"
        shown = await self._shown(reference, key, installation.card, activity)
        if installation.finished_at is not None:
            text = activities.text_bytes(finished_text(texts, installation))
            key = f"posting/installed/{installation.id}"
            await post_once(self._store, key, partial(self._connector.send, reference, text))
        return shown

    async def recalling(self, campaign: Campaign, recall: Recall) -> str | None:
        person, reference = await self._reached(campaign.recall_by or campaign.author)
        if person is None or reference is None:
            return ""
        texts, shown = texts_of(person, self._clock.now()), ""
        if reference.channel.traits.live_card:
            names = await names_left_behind(self._store, campaign, recall) if recall.finished_at else ()
            summary = texts("“{name}” has ended", name=campaign.name)
            if campaign.recall_does is AtEnd.DELETE:
                summary = texts("Messages are being taken back")
            activity = activity_bytes(recall_card(texts, campaign, recall, names), summary)
            shown = await self._shown(reference, f"posting/recall/{campaign.id}", recall.card, activity) or ""
        if recall.finished_at is not None:
            text = activities.text_bytes(recalled_text(texts, campaign, recall))
            key = f"posting/recalled/{campaign.id}"
            send = partial(self._connector.send, reference, text)
            if not await post_once(self._store, key, send, gives_up=True):
                return None
        return shown

    async def _shown(self, reference: Reference, key: str, message: str, activity: bytes) -> str | None:
        """Put it in the place of the earlier card, or post it once where there is none: its id."""
        if message:
            outcome = await self._connector.update(reference, message, activity)
            if not isinstance(outcome, Refused):
                return message if isinstance(outcome, Delivered) else None
            await self._store.delete_documents([key])  # it is gone
        posted: list[str] = []

        async def post() -> Outcome:
            outcome = await self._connector.send(reference, activity)
            if isinstance(outcome, Delivered):
                posted.append(outcome.activity)
            return outcome

        await post_once(self._store, key, post)
        return posted[0] if posted else None

    async def replies(self, campaign: Campaign, replies: Sequence[Reply], more: int) -> Outcome:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return Unreachable(NotReached.NEVER_INSTALLED)
        texts = texts_of(author, self._clock.now())
        rows = [
            (person, one.at, one.words)
            for one in replies
            if (person := await self._store.person(one.person)) is not None
        ]
        card = replies_card(texts, campaign, rows, more)
        if reference.channel.traits.draws_cards:
            activity = activity_bytes(card, texts("Replies to “{name}”", name=campaign.name))
        else:
            activity = activities.spoken_bytes(texts, card, author=True)
        return await self._connector.send(reference, activity)

    async def report(self, campaign: Campaign) -> Outcome:
        author, reference = await self._author(campaign)
        if author is None or reference is None:
            return Unreachable(NotReached.NEVER_INSTALLED)
        texts = texts_of(author, self._clock.now())
        card = report_card(texts, await figures_of(self._store, campaign, over_time=True), self._clock.now())
        if reference.channel.traits.draws_cards:
            activity = activity_bytes(card, texts("“{name}” is done: here is the report.", name=campaign.name))
        else:
            activity = activities.spoken_bytes(texts, card, author=True)
        return await self._connector.send(reference, activity)

    async def _live(self, campaign: Campaign, author: Person) -> bytes:
        texts, figures = texts_of(author, self._clock.now()), await figures_of(self._store, campaign)
        end = ends_about(figures, self._clock.now(), self._rate)
        silent, now = self._presence_lookup.silent(campaign), self._clock.now()
        card = live_card(texts, figures, ends_about=end, silent=silent, now=now)
        return activity_bytes(card, texts("“{name}” is on its way", name=campaign.name))

    async def _post_live(self, id: CampaignId, reference: Reference, activity: bytes) -> Outcome:
        outcome = await self._connector.send(reference, activity)
        self._let_be_after(id, outcome)
        if isinstance(outcome, Delivered) and outcome.activity:
            await self._store.keep_live_card(id, outcome.activity)
        return outcome

    def _let_be_after(self, id: CampaignId, outcome: Outcome) -> None:
        now = self._clock.monotonic()
        if isinstance(outcome, Retry):
            self._let_be[id] = now + (CALM if outcome.after is None else outcome.after)
        elif isinstance(outcome, Unconfirmed):
            self._let_be[id] = now + LATE
        else:
            self._let_be.pop(id, None)

    async def _author(self, campaign: Campaign) -> tuple[Person | None, Reference | None]:
        return await self._reached(campaign.author)

    async def _reached(self, id: PersonId) -> tuple[Person | None, Reference | None]:
        person = await self._store.person(id)
        for channel in Channel:
            reference = await self._store.reference(id, channel)
            if reference and not reference.broken:
                return person, reference
        return person, None

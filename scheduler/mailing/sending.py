"""Mails leave, one at a time: paced, each written down before it does, and gone on with after any death.

    planned --claim, leased--> claimed --the server takes the envelope; mark--> sending --content--> sent
      claimed, sending --not taken, and it may be tried again--> planned, later; failed after three days
      claimed, sending --refused for good----------------------> failed
      claimed --in their quiet hours---------------------------> planned (their end)
      claimed --muted, had enough, no address, taken back------> left out
      claimed --it cannot be written, by a fault of ours-------> failed
      sending --the connection broke, or the bot died----------> unconfirmed, and never sent again
      claimed --the bot died-----------------------------------> planned (its content has certainly not left)

A lock gives the pace to one copy of the bot at a time; that nobody gets two hangs on claim and mark alone. A server
that does not answer, or does not let us in, keeps all mails waiting in the store, and is asked again after a rest.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from scheduler.copies.lock import run_exclusively
from scheduler.mailing.finding import find_out
from scheduler.mailing.rules import (
    about_every_mail,
    is_stale,
    left_out,
    put_back,
    quiet_until,
    rest_after,
    settled_mail,
)
from scheduler.ports import Clock, Letter, LetterWriter, Mailer, Retry
from scheduler.precheck import week_of
from scheduler.rate_limit import TokenBucket
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.engagement import Results
from storage.port.mails import Mails
from storage.port.operations import Documents
from storage.port.people import People
from storage.records import Campaign, CampaignId, Mail, NotMailed, NotReached, Person
from storage.records.campaign_life import spared
from storage.records.mail_life import is_over

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=240)  #: of a mail: longer than all that the mail server may keep us waiting for
SHARE = 4  #: a turn takes no more than this part of the lease, before the other copies may have theirs
TICK = 0.1  #: seconds between looks at the pace
GRACE = 15.0  #: seconds for a mail that is leaving when the bot is told to stop


class _Store(Campaigns, Deliveries, Documents, Mails, People, Results, Protocol):
    """What is asked of the store here."""


class Mailings:
    def __init__(
        self,
        store: _Store,
        writer: LetterWriter,
        mailer: Mailer,
        clock: Clock,
        rng: random.Random,
        per_minute: float,
    ) -> None:
        self._store = store
        self._writer = writer
        self._mailer = mailer
        self._clock = clock
        self._rng = rng
        self._holder = rng.getrandbits(62)
        self._pace = TokenBucket(per_minute / 60, clock.monotonic())
        #: vain attempts at the server in a row, and when (monotonic) the next is made
        self._failures = 0
        self._asked_again_at = float("-inf")
        #: of these campaigns it has been said that a mail could not be written
        self._not_written: set[CampaignId] = set()

    async def go_on(self) -> None:
        """Find out who is due, and send for a while what is."""
        for campaign in await self._store.due_mailings(self._clock.now()):
            try:
                await find_out(self._store, campaign, self._clock.now())
            except Exception as error:  # one that fails keeps no other waiting
                log.error("mails not planned: campaign=%d %s", campaign.id, type(error).__name__, exc_info=error)
        if self._clock.monotonic() >= self._asked_again_at and await self._store.mails_due(self._clock.now()):
            await run_exclusively(self._store, self._clock, self._rng, "mailing", LEASE, self._turn)

    async def _turn(self) -> None:
        await self._store.reap_mails(self._clock.now())
        ends = self._clock.monotonic() + LEASE.total_seconds() / SHARE
        try:
            while await self._may_leave(ends) and await self._next():
                pass
        finally:
            await self._mailer.rest()

    async def _next(self) -> bool:
        """Whether it is worth while to go on: no mail is due, or the server does not take any, else."""
        now = self._clock.now()
        mail = await self._store.claim_mail(self._holder, now, now + LEASE)
        if mail is None:
            self._pace.give_back(1)
            return False
        campaign, person = await self._store.campaign(mail.campaign), await self._store.person(mail.person)
        if campaign is None or person is None:  # it has just been deleted, and its mails with it
            return True
        letter = await self._letter(mail, campaign, person)
        if isinstance(letter, NotMailed):
            await self._store.record_mail(left_out(mail, letter, self._clock.now()), self._holder)
            self._pace.give_back(1)
            return True
        if (over_at := quiet_until(campaign, person, now)) is not None:
            await self._store.record_mail(put_back(mail, now, over_at), self._holder)
            self._pace.give_back(1)
            return True
        if (trouble := await self._mailer.ready()) is not None:
            await self._store.record_mail(put_back(mail, self._clock.now()), self._holder)
            self._rest(trouble)
            return False
        return await _to_its_end(self._send(mail, letter))

    async def _letter(self, mail: Mail, campaign: Campaign, person: Person) -> Letter | NotMailed:
        """What somebody gets, or why they get none; last of all, the weekly cap: messages are counted before they

        leave.
        """
        if is_over(campaign, self._clock.now()):
            return NotMailed.TAKEN_BACK
        if is_stale(mail, self._clock.now()):
            return NotMailed.NOT_TAKEN
        if (wish := spared(campaign, person)) is not None:
            return NotMailed.LEFT_TOPIC if wish is NotReached.LEFT_TOPIC else NotMailed.MUTED
        letter = await self._written(campaign, person)
        limit = campaign.as_scheduled.consideration.per_week
        if limit is not None and isinstance(letter, Letter):
            week = week_of(self._clock.now())
            if person.id not in await self._store.admit(campaign.id, [person.id], week, limit):
                return NotMailed.CAPPED
        return letter

    async def _written(self, campaign: Campaign, person: Person) -> Letter | NotMailed:
        """A mail that a fault of ours keeps from being written would be so again: said once for a campaign."""
        columns = await self._store.delivery_columns(campaign.id, [person.id])
        try:
            return self._writer.write(campaign, person, columns.get(person.id, {})) or NotMailed.NO_ADDRESS
        except Exception:
            if campaign.id not in self._not_written:
                self._not_written.add(campaign.id)
                log.exception("mails cannot be written: campaign=%d", campaign.id)
            return NotMailed.NOT_WRITTEN

    async def _may_leave(self, ends: float) -> bool:
        """Wait for the pace; whether there is time left in this turn."""
        while (now := self._clock.monotonic()) < ends:
            if self._pace.take(now, 1):
                return True
            await self._clock.sleep(TICK)
        return False

    async def _send(self, mail: Mail, letter: Letter) -> bool:
        mark = partial(self._mark, mail)
        outcome = await self._mailer.send(letter, mark)
        if outcome is None:  # another copy has it by now, or nobody is to have it any more
            return True
        await self._store.record_mail(settled_mail(mail, outcome, self._clock.now(), self._rng), self._holder)
        if isinstance(outcome, Retry) and about_every_mail(outcome):
            self._rest(outcome)
            return False
        self._failures = 0
        return True

    async def _mark(self, mail: Mail) -> bool:
        campaign = await self._store.campaign(mail.campaign)
        if campaign is None or is_over(campaign, self._clock.now()):  # since it was claimed
            return False
        return await self._store.mark_mail(mail, self._holder, self._clock.now() + LEASE)

    def _rest(self, trouble: Retry) -> None:
        self._failures += 1
        self._asked_again_at = self._clock.monotonic() + rest_after(self._failures)
        # what the server says may name somebody: its code does not
        log.warning("mails wait: the mail server says %s", trouble.detail.partition(" ")[0])


async def _to_its_end(doing: Coroutine[Any, Any, T]) -> T:
    """A mail that is leaving is written down, also where the bot is told to stop meanwhile."""
    task = asyncio.ensure_future(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE)
        task.cancel()
        raise

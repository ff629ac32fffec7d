"""Mails: for those whom a campaign did not reach on its channel, or who have not opened it. One for each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from storage.records import Campaign, CampaignId, Mail, Mailing, MailResult, MailTally, PersonId, SettledMail


class Mails(Protocol):
    async def due_mailings(self, now: datetime) -> list[Campaign]:
        """Done campaigns of which it is to be found out by now who gets a mail."""
        ...

    async def keep_mailing(self, id: CampaignId, was: datetime, mailing: Mailing) -> bool:
        """How far it has come, once for the instant ``was`` at which it was due; whether this call did it."""
        ...

    async def plan_mails(self, id: CampaignId, people: Sequence[int], at: datetime) -> int:
        """Give these PersonIds their mails, due at once; a person who has one already keeps it. How many are new."""
        ...

    async def mails_due(self, now: datetime) -> bool:
        """Whether one is due, or somebody's lease on one has lapsed."""
        ...

    async def claim_mail(self, holder: int, now: datetime, lease_until: datetime) -> Mail | None:
        """Lease one that is due, the earliest first, or one whose claim has lapsed; None where there is none."""
        ...

    async def mark_mail(self, mail: Mail, holder: int, lease_until: datetime) -> bool:
        """Write down that it is about to leave; whether it is still this holder's."""
        ...

    async def record_mail(self, settled: SettledMail, holder: int) -> bool:
        """Write what became of it; whether it was still this holder's."""
        ...

    async def reap_mails(self, now: datetime) -> int:
        """Those that were leaving when their holder's lease lapsed are unconfirmed; how many."""
        ...

    async def mail_clicked(self, id: CampaignId, person: PersonId, at: datetime) -> None:
        """Somebody has followed a link in their mail; the first time counts."""
        ...

    async def mail_tally(self, id: CampaignId) -> MailTally:
        """Counted by index among the campaign's mails; nothing once the campaign is sealed."""
        ...

    async def mails_of(self, id: CampaignId, people: Sequence[int]) -> Mapping[int, MailResult]:
        """By PersonId, of those who have one."""
        ...

    async def doubt_mails(self, now: datetime) -> int:
        """What may have been sent after a backup is unconfirmed from here on, and nobody else comes. How many mails."""
        ...

"""Mails: one for each person of a campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    Mail,
    Mailing,
    MailResult,
    MailState,
    MailTally,
    NotMailed,
    PersonId,
    SettledMail,
    mail_life,
)
from storage.records.campaign_life import NotPossible, next_version
from tests.contract.model.kept import Kept, MailRow


class ModelOfMails(Kept):
    def due_mailings(self, now: datetime) -> list[Campaign]:
        some = [one for one in self.campaigns_.values() if mail_life.mails(one) and one.mailing]
        return [one for one in some if one.mailing and one.mailing.next_at and one.mailing.next_at <= now]

    def keep_mailing(self, id: CampaignId, was: datetime, mailing: Mailing) -> bool:
        try:
            changed = mail_life.mailed(self.campaigns_[id], was, mailing)
        except (KeyError, NotPossible):
            return False
        self.campaigns_[id] = next_version(changed)
        return True

    def plan_mails(self, id: CampaignId, people: Sequence[int], at: datetime) -> int:
        new = [person for person in people if (id, person) not in self.mails]
        self.mails |= {(id, person): MailRow(planned_at=at, next_at=at) for person in new}
        return len(new)

    def mails_due(self, now: datetime) -> bool:
        return any(row.next_at is not None and row.next_at <= now for row in self.mails.values())

    def claim_mail(self, holder: int, now: datetime, lease_until: datetime) -> Mail | None:
        claimable = (MailState.PLANNED, MailState.CLAIMED)
        due = [
            (row.next_at, key)
            for key, row in self.mails.items()
            if row.state in claimable and row.next_at and row.next_at <= now
        ]
        if not due:
            return None
        _, (campaign, person) = min(due)
        row = self.mails[campaign, person]
        row.state, row.holder, row.next_at = MailState.CLAIMED, holder, lease_until
        return Mail(
            campaign=CampaignId(campaign),
            person=PersonId(person),
            attempts=row.attempts,
            planned_at=row.planned_at,
        )

    def mark_mail(self, mail: Mail, holder: int, lease_until: datetime) -> bool:
        row = self.mails.get((mail.campaign, mail.person))
        if row is None or row.holder != holder or row.state is not MailState.CLAIMED:
            return False
        row.state, row.next_at = MailState.SENDING, lease_until
        return True

    def record_mail(self, settled: SettledMail, holder: int) -> bool:
        row = self.mails.get((settled.campaign, settled.person))
        if row is None or row.holder != holder or row.state not in (MailState.CLAIMED, MailState.SENDING):
            return False
        final = settled.state.final
        row.state, row.holder = settled.state, None
        row.next_at = None if final else settled.due or settled.at
        row.attempts += settled.attempted
        row.result = replace(
            row.result, state=row.state, why=settled.why, detail=settled.detail, at=settled.at if final else None
        )
        return True

    def reap_mails(self, now: datetime) -> int:
        lapsed = [row for row in self.mails.values() if row.state is MailState.SENDING]
        return self._end([row for row in lapsed if row.next_at and row.next_at <= now], NotMailed.BOT_STOPPED, now)

    def _end(self, rows: list[MailRow], why: NotMailed, at: datetime) -> int:
        for row in rows:
            row.state, row.holder, row.next_at = MailState.UNCONFIRMED, None, None
            row.result = replace(row.result, why=why, at=at)
        return len(rows)

    def mail_clicked(self, id: CampaignId, person: PersonId, at: datetime) -> None:
        if (row := self.mails.get((id, person))) and row.result.clicked_at is None:
            row.result = replace(row.result, clicked_at=at)

    def mail_tally(self, id: CampaignId) -> MailTally:
        rows = [row for key, row in self.mails.items() if key[0] == id]
        return MailTally(
            states=dict(Counter(row.state for row in rows)),
            reasons=dict(Counter(row.result.why for row in rows if row.result.why)),
            clicked=sum(row.result.clicked_at is not None for row in rows),
        )

    def mails_of(self, id: CampaignId, people: Sequence[int]) -> Mapping[int, MailResult]:
        return {
            person: replace(self.mails[id, person].result, state=self.mails[id, person].state)
            for person in people
            if (id, person) in self.mails
        }

    def doubt_mails(self, now: datetime) -> int:
        for id, campaign in self.campaigns_.items():
            if campaign.state in (CampaignState.RUNNING, CampaignState.DONE):
                try:
                    self.campaigns_[id] = next_version(mail_life.mail_doubted(campaign))
                except NotPossible:
                    continue
        return self._end([row for row in self.mails.values() if not row.state.final], NotMailed.RESTORED, now)

    def forget_mails(self, id: int) -> int:
        gone = [key for key in self.mails if key[0] == id]
        for key in gone:
            del self.mails[key]
        return len(gone)

    def erased_from_mails(self, people: set[int]) -> None:
        for (_, person), row in self.mails.items():
            if person in people:
                row.result = replace(row.result, detail="")

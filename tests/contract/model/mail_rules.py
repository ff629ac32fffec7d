"""What happens to mails."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import CampaignState, Mail, Mailing, MailState, NotMailed, SettledMail
from tests.contract.model.campaign_rules import MINUTE, CampaignRules
from tests.contract.model.machine import Data

ENDS = [
    (MailState.PLANNED, None),
    (MailState.SENT, None),
    (MailState.FAILED, NotMailed.ADDRESS_REFUSED),
    (MailState.UNCONFIRMED, NotMailed.CONNECTION_BROKE),
    (MailState.LEFT_OUT, NotMailed.MUTED),
]


class MailRules(CampaignRules):
    @property
    def mails_in_hand(self) -> list[tuple[Mail, int]]:
        """Claims, with their holder: also those that they have lost."""
        hand: list[tuple[Mail, int]] = self.__dict__.setdefault("_mails_in_hand", [])
        return hand

    @rule(data=st.data(), later=st.booleans())
    def who_gets_a_mail_is_found_out(self, data: Data, later: bool) -> None:
        due = self.same("due_mailings", self.now, seen=self.listed)
        id = self.one(data, [one.id for one in due] or list(self.model.campaigns_))
        campaign = self.looked_at(id)
        if campaign is not None and campaign.state is CampaignState.DONE and campaign.keeps_people:
            self.same("plan_mails", id, self.people(data, campaign.tenant), self.later())
        was = campaign.mailing.next_at if campaign and campaign.mailing and campaign.mailing.next_at else self.now
        mailing = Mailing(next_at=was + timedelta(hours=1) if later else None, reached_out=True)
        if self.same("keep_mailing", id, was, mailing):
            self.same("keep_mailing", id, was, mailing)
        self.looked_at(id)

    @rule(data=st.data(), holder=st.integers(1, 2))
    def a_mail_is_claimed(self, data: Data, holder: int) -> None:
        self.same("mails_due", self.now)
        self.same("reap_mails", self.now)
        mail = self.same("claim_mail", holder, self.later(), self.now + data.draw(st.integers(0, 3)) * MINUTE)
        if mail is not None:
            self.mails_in_hand.append((mail, holder))

    @rule(data=st.data(), end=st.sampled_from(ENDS), mark=st.booleans())
    def a_mail_leaves(self, data: Data, end: tuple[MailState, NotMailed | None], mark: bool) -> None:
        if not self.mails_in_hand:
            return
        mail, holder = data.draw(st.sampled_from(self.mails_in_hand[-6:]))
        if mark:
            self.same("mark_mail", mail, holder, self.now + MINUTE)
        state, why = end
        settled = SettledMail(
            campaign=mail.campaign,
            person=mail.person,
            state=state,
            at=self.later(),
            due=self.now + MINUTE,
            why=why,
            detail=data.draw(st.sampled_from(["", "550 5.1.1 no such user"])),
            attempted=data.draw(st.booleans()),
        )
        if data.draw(st.booleans()):
            self.same("record_mail", settled, holder)
        self.same("mail_clicked", mail.campaign, mail.person, self.later())
        self.mails_compared(mail.campaign)

    def mails_compared(self, id: int) -> None:
        self.same("mail_tally", id)
        self.same("mails_of", id, [person for campaign, person in self.model.mails if campaign == id])

"""The cards of series, as on a good day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from cards.campaigns.series import missed_card, series_card
from cards.compose.review import Overview
from cards.compose.sequels.follow_form import follow_form
from cards.compose.sequels.mail_form import mail_form
from cards.compose.sequels.repeat_form import repeat_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.results.figures import Figures
from cards.results.report import report_card
from storage.records import (
    ByMail,
    Campaign,
    CampaignState,
    Every,
    FollowUp,
    Mailing,
    MailState,
    MailTally,
    MailTo,
    NotMailed,
    Repeat,
    Schedule,
    Sequels,
    Until,
)
from tests.support.sample_records import (
    DONE_TALLY,
    ENGAGEMENT,
    NOW,
    SCHEDULE,
    START,
    campaign,
    figures,
    refrozen,
    schedule,
)

DAY = timedelta(days=1)
WEEK = 7 * DAY
WEEKLY = Repeat(every=Every.WEEK, days=frozenset({1, 3}), first=START.date(), at=time(10), until=date(2027, 6, 30))


def weekly() -> Schedule:
    return replace(schedule(), repeat=WEEKLY)


def a_series(language: str, state: CampaignState = CampaignState.SCHEDULED, **sequels: object) -> Campaign:
    """After five Tuesdays."""
    known = Sequels(**({"next_at": START + 5 * WEEK, "last_at": START + 4 * WEEK, "made": 5} | sequels))
    one = replace(refrozen(campaign(language), schedule=weekly()), sequels=known)
    return one if state is CampaignState.SCHEDULED else replace(one, state=state, frozen=None)


def past(language: str, count: int = 3) -> list[Figures]:
    made = []
    for number in range(count, 0, -1):
        slot = replace(schedule().slot, start=START + number * WEEK)
        one = refrozen(campaign(language, CampaignState.DONE), schedule=replace(schedule(), slot=slot))
        made.append(figures(one, DONE_TALLY, ENGAGEMENT))
    return made


def must_read(language: str) -> Figures:
    """After two rounds of three."""
    follow_up = FollowUp(until=Until.CONFIRMED, after=2, rounds=3)
    one = refrozen(campaign(language, CampaignState.DONE), follow_up=follow_up)
    sequels = Sequels(next_at=START + 8 * DAY, last_at=START + 4 * DAY, made=2)
    made = [
        replace(each, campaign=replace(each.campaign, created_at=START + 2 * number * DAY))
        for number, each in enumerate(past(language, 2), 1)
    ]
    return replace(figures(replace(one, sequels=sequels), DONE_TALLY, ENGAGEMENT), rounds=made, left=130)


MAILED = MailTally(
    states={MailState.SENT: 96, MailState.PLANNED: 12, MailState.FAILED: 3, MailState.LEFT_OUT: 5},
    reasons={NotMailed.ADDRESS_REFUSED: 3, NotMailed.MUTED: 4, NotMailed.NO_ADDRESS: 1},
    clicked=31,
)


def with_mails(language: str, mails: MailTally = MAILED) -> Figures:
    """Those who were not reached have theirs; who has not opened it comes tomorrow."""
    one = refrozen(campaign(language, CampaignState.DONE), by_mail=ByMail(to=MailTo.NOT_OPENED, after=24))
    mailing = Mailing(next_at=NOW + DAY, reached_out=True)
    return replace(figures(replace(one, mailing=mailing), DONE_TALLY, ENGAGEMENT), mails=mails)


def series_cards(texts: Texts, language: str, overview: Overview) -> dict[str, AdaptiveCard]:
    shown = replace(overview, schedule=weekly())
    draft = campaign(language, CampaignState.DRAFT)
    monthly = {**SCHEDULE, "every": "month", "on": "1", "which": "1", "until": "2026-01-01"}
    over = {"until": texts("It would end before it starts (on {day}).", day=texts.day(START.date()))}
    missed = (START + 2 * WEEK, START + 3 * WEEK)
    return {
        "form_repeat": repeat_form(texts, draft, {**SCHEDULE, "every": "week", "on": "1,3"}, {}),
        "form_repeat_errors": repeat_form(texts, draft, monthly, over),
        "form_follow_up": follow_form(texts, draft, {"chase": "acknowledged", "chase_after": "2"}, {}),
        "form_mail": mail_form(texts, draft, {"mail": "not_opened", "mail_after": "24"}, {}),
        "report_mails": report_card(texts, with_mails(language), NOW),
        "report_must_read": report_card(texts, must_read(language), NOW),
        "series": series_card(texts, a_series(language), shown, past(language)),
        "series_new": series_card(texts, a_series(language, last_at=None, made=0), shown, []),
        "series_paused": series_card(texts, a_series(language, next_at=None, paused=True), shown, past(language)),
        "series_ended": series_card(
            texts, a_series(language, CampaignState.DRAFT, next_at=None, missed=missed), shown, past(language)
        ),
        "series_missed": missed_card(texts, a_series(language), missed),
    }

"""The cards of series, as on a good day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from cards.campaigns.series import missed_card, series_card
from cards.compose.repeat_form import repeat_form
from cards.compose.review import Overview
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import Campaign, CampaignState, Every, Repeat, Schedule, Sequels
from tests.support.sample_records import DONE_TALLY, ENGAGEMENT, SCHEDULE, START, campaign, figures, refrozen, schedule

WEEK = timedelta(days=7)
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


def series_cards(texts: Texts, language: str, overview: Overview) -> dict[str, AdaptiveCard]:
    shown = replace(overview, schedule=weekly())
    draft = campaign(language, CampaignState.DRAFT)
    monthly = {**SCHEDULE, "every": "month", "on": "1", "which": "1", "until": "2026-01-01"}
    over = {"until": texts("It would end before it starts, on {day}.", day=texts.day(START.date()))}
    missed = (START + 2 * WEEK, START + 3 * WEEK)
    return {
        "form_repeat": repeat_form(texts, draft, {**SCHEDULE, "every": "week", "on": "1,3"}, {}),
        "form_repeat_errors": repeat_form(texts, draft, monthly, over),
        "series": series_card(texts, a_series(language), shown, past(language)),
        "series_new": series_card(texts, a_series(language, last_at=None, made=0), shown, []),
        "series_paused": series_card(texts, a_series(language, next_at=None, paused=True), shown, past(language)),
        "series_ended": series_card(
            texts, a_series(language, CampaignState.DRAFT, next_at=None, missed=missed), shown, past(language)
        ),
        "series_missed": missed_card(texts, a_series(language), missed),
    }

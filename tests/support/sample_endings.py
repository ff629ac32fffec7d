"""The cards of campaigns that have an end, as on a good day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cards.campaigns.deleting import recall_card
from cards.compose.sequels.end_form import end_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.message.compile import message_card
from cards.results.ending.closed import closed_lines
from cards.results.report import report_card
from storage.records import AtEnd, Campaign, CampaignState, End, NotTakenBack, PersonId, Recall, Tracking
from storage.records.recalls import LeftBehind
from tests.support.sample_records import ANSWERS, DONE_TALLY, NOW, START, campaign, figures, question, refrozen

ENDS_AT = START + timedelta(days=4)
FAILED: Mapping[NotTakenBack, int] = {NotTakenBack.BLOCKED: 4, NotTakenBack.REMOVED: 7}
NAMES = [("Grace Hopper", NotTakenBack.BLOCKED), ("Alan Turing", NotTakenBack.BLOCKED)]
TYPED = {"ending": "close", "end_date": ENDS_AT.date().isoformat(), "end_time": "18:00", "end_result": "true"}


def with_end(language: str, does: AtEnd, *, anonymous: bool = False) -> Campaign:
    """A poll that is done, and has come to its end."""
    end = End(at=ENDS_AT, does=does, shows_result=True)
    one = refrozen(campaign(language, CampaignState.DONE), message=question(language), end=end)
    return replace(refrozen(one, tracking=Tracking(anonymous=anonymous)), recall_at=ENDS_AT)


def its_recall(one: Campaign, **more: object) -> Recall:
    answers = tuple(enumerate((412, 230, 88, 12)[: len(one.as_scheduled.message.buttons)]))
    left = (LeftBehind(person=PersonId(1), why=NotTakenBack.BLOCKED),)
    whole = Recall(
        campaign=one.id, began_at=ENDS_AT, total=981, taken_back=970, failed=FAILED, left=left, answers=answers
    )
    return replace(whole, **more)


def ending_cards(texts: Texts, language: str) -> dict[str, AdaptiveCard]:
    draft, poll, line = (
        campaign(language, CampaignState.DRAFT),
        with_end(language, AtEnd.CLOSE),
        with_end(language, AtEnd.LINE),
    )
    recall, message = its_recall(poll), poll.as_scheduled.message
    early = {
        "end_date": texts("It is being sent until {moment}: its end can come no earlier.", moment=texts.moment(START))
    }
    done = replace(recall, finished_at=NOW)
    return {
        "form_end": end_form(texts, draft, TYPED, {}),
        "form_end_errors": end_form(texts, draft, TYPED, early),
        "ending_poll": recall_card(texts, poll, replace(recall, taken_back=410, failed={})),
        "ending_line_done": recall_card(texts, line, replace(recall, finished_at=NOW), NAMES),
        "message_closed": message_card(
            poll.id, message, lambda _, button: button.url, closed=closed_lines(texts, poll, message, recall)
        ),
        "report_ended": report_card(
            texts, replace(figures(poll, DONE_TALLY, ANSWERS), recall=done, left_behind=NAMES), NOW
        ),
    }

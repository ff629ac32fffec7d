"""The review after a campaign was said in words: what was understood, what is asked, and changes not saved yet."""

from __future__ import annotations

from dataclasses import replace

from cards.compose.review import Forecast, Overview, review_card
from cards.compose.said import OpenAsk, ask_text, understood_text, with_asks
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from storage.records import Campaign, CampaignId
from tests.support.sample_records import START


def saying_cards(texts: Texts, draft: Campaign, overview: Overview, forecast: Forecast) -> dict[str, AdaptiveCard]:
    """Name -> card."""
    moment = texts.moment(START)
    parts = [
        texts("the text"),
        texts("to {people}", people="Contoso Paris"),
        f"{moment} (Paris), {texts('for {duration}', duration=texts.duration(overview.schedule.slot.duration))}"
        if overview.schedule
        else moment,
        texts("a confirmation"),
    ]
    line = understood_text(texts, parts, new=True)
    asks = [
        OpenAsk("which list", "Parris ofice", ("Paris office", "Paris office, second floor")),
        OpenAsk("unknown list", "Logistique", (), left_out=True),
        OpenAsk("not supported", "the attached poster"),
    ]
    asked = replace(draft, forms=with_asks(draft.forms, asks))
    problems = [(one.step, ask_text(texts, one)) for one in asks]
    unsaved = texts("It goes out as scheduled on {moment}; your changes are not saved yet.", moment=moment)
    changes = replace(draft, changes_of=CampaignId(11))
    return {
        "review_said": review_card(texts, draft, overview, forecast, [], [], line),
        "review_asked": review_card(texts, asked, overview, None, problems, [], line),
        "review_changes": review_card(texts, changes, overview, forecast, [], [], unsaved),
    }

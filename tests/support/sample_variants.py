"""The cards of A/B tests, as on a good day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cards.compose.review import Overview, review_card
from cards.compose.variants.ab_form import ab_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.message.compile import filled
from cards.results.comparing.variants import choosing_card
from cards.results.figures import Figures, TestFigures
from cards.results.live import live_card
from cards.results.report import report_card
from scheduler.rules.ab_tests import ahead, by_chance
from storage.records import (
    ABTest,
    CampaignState,
    Choice,
    Measure,
    OtherWords,
    Tally,
    Tried,
    Variant,
    WhyChosen,
    variant_b,
)
from tests.support.sample_records import (
    DONE_TALLY,
    ENGAGEMENT,
    RUNNING_TALLY,
    START,
    campaign,
    figures,
    message,
    person,
    refrozen,
)

WORDS = {
    "en": OtherWords(title="Lunch is on us on Thursday"),
    "fr": OtherWords(title="Jeudi, le déjeuner est pour nous"),
}
NEARLY = (Tried(sent=104, did=61), Tried(sent=98, did=66))
CLEARLY = (Tried(sent=104, did=48), Tried(sent=98, did=71))
FEW = (Tried(sent=4, did=1), Tried(sent=3, did=2))
HOUR = timedelta(hours=1)


def the_test(language: str) -> ABTest:
    return ABTest(words={"": WORDS[language]}, share=20, measure=Measure.OPENED, after=2)


def with_test(
    language: str,
    tried: tuple[Tried, Tried],
    state: CampaignState = CampaignState.RUNNING,
    choice: Choice | None = None,
    tally: Tally = RUNNING_TALLY,
) -> Figures:
    one = replace(refrozen(campaign(language, state), ab_test=the_test(language)), choice=choice)
    a, b = tried
    test = TestFigures(
        a=a, b=b, chance=by_chance(a, b), ahead=ahead(a, b), choice_at=START + 2 * HOUR, last_at=START + 5 * HOUR
    )
    return replace(figures(one, tally, ENGAGEMENT), test=test)


def chosen(why: WhyChosen, tried: tuple[Tried, Tried]) -> Choice:
    a, b = tried
    return Choice(variant=Variant.B, why=why, by=person(1).id if why is WhyChosen.AUTHOR else None, a=a, b=b)


def variant_cards(texts: Texts, language: str, overview: Overview) -> dict[str, AdaptiveCard]:
    draft, test = campaign(language, CampaignState.DRAFT), the_test(language)
    words = {"ab_share": "20", "ab_title": WORDS[language].title}
    form = {**draft.forms.get("message", {}), "title": message(language).title, **words}
    wrong = {"ab_title": texts("Please write another title or another text: B says the same as A.")}
    other = filled(variant_b(message(language), test), person(), {})
    by_itself, by_hand = chosen(WhyChosen.BETTER, CLEARLY), chosen(WhyChosen.AUTHOR, NEARLY)
    after = START + 3 * HOUR
    return {
        "form_ab_test": ab_form(texts, draft, form, {}),
        "form_ab_test_errors": ab_form(texts, draft, {**form, "ab_title": ""}, wrong, languages=["de"]),
        "review_ab_test": review_card(texts, draft, replace(overview, ab_test=test, other=other), None, [], []),
        "choosing": choosing_card(texts, with_test(language, NEARLY), after),
        "choosing_few": choosing_card(texts, with_test(language, FEW), after),
        "choosing_chosen": choosing_card(texts, with_test(language, NEARLY, choice=by_hand), after),
        "live_ab_test": live_card(texts, with_test(language, NEARLY), now=START + HOUR),
        "report_ab_test": report_card(
            texts, with_test(language, CLEARLY, CampaignState.DONE, by_itself, DONE_TALLY), START + 10 * HOUR
        ),
        "report_ab_test_running": report_card(texts, with_test(language, NEARLY), after),
    }

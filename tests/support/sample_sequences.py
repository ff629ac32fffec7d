"""The cards of sequences, as on a good day."""

from __future__ import annotations

from dataclasses import replace

from cards.campaigns.approval import approval_card
from cards.campaigns.sequence import sequence_card
from cards.compose import message_form, schedule_form
from cards.compose.review import Overview, review_card
from cards.compose.sequels.steps_form import steps_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import Campaign, CampaignState, Cohort, Sequels, Step, StepSequence
from storage.records.step_forms import NEW, SEQUENCE
from tests.support.sample_records import (
    DONE_TALLY,
    ENGAGEMENT,
    NOW,
    SCHEDULE,
    START,
    ZONES,
    campaign,
    figures,
    message,
    refrozen,
)

WORDS = {
    "en": ("Welcome, [FIRSTNAME]", "Your first week", "Where to find help", "How are you?"),
    "fr": ("Bienvenue, [PRENOM]", "Votre première semaine", "Où trouver de l’aide", "Comment allez-vous ?"),
}


def in_steps(one: Campaign, language: str, count: int = 4, **values: str) -> Campaign:
    """A campaign whose message is the first step of so many."""
    numbers = range(1, count + 1)
    days = ", ".join(str(3 * number) for number in range(count))
    sequence = {**NEW, "next": str(count + 1), "numbers": ",".join(map(str, numbers)), "days": days, **values}
    titles = WORDS[language] * count
    messages = {f"{number}/message": {"title": titles[number - 1], "body": "…"} for number in numbers if number > 1}
    first = {**one.forms.get("message", {}), "title": titles[0], "body": message(language).body}
    return replace(one, forms={**one.forms, SEQUENCE: sequence, "message": first, **messages})


def a_sequence(
    language: str, state: CampaignState = CampaignState.SCHEDULED, count: int = 4, **sequels: object
) -> Campaign:
    steps = [Step(number=number, after=3 * number - 3, message=message(language)) for number in range(1, count + 1)]
    cohort = Cohort(lists=(), people=38, zone="Europe/Paris", joined_at=START, due_at=START)
    known = Sequels(**({"next_at": START, "last_at": START, "made": 212, "cohorts": (cohort,)} | sequels))
    one = in_steps(refrozen(campaign(language), sequence=StepSequence(steps=tuple(steps))), language, count)
    one = replace(one, sequels=known)
    return one if state is CampaignState.SCHEDULED else replace(one, state=state, frozen=None)


def came_of(language: str, count: int = 4) -> list[tuple[int, Figures]]:
    """The last of them has not come yet."""
    one = figures(replace(campaign(language, CampaignState.DONE), step=1), DONE_TALLY, ENGAGEMENT)
    return [(number, one) for number in range(1, count)]


def sequence_cards(texts: Texts, language: str, overview: Overview) -> dict[str, AdaptiveCard]:
    draft = in_steps(campaign(language, CampaignState.DRAFT), language)
    second = in_steps(campaign(language, CampaignState.DRAFT), language, days="0, 0, 6, 9")
    new = replace(draft, name="", forms={SEQUENCE: NEW})
    same_day = texts("Two steps would come on one day. Nobody gets two on one day.")
    shown = replace(overview, starts_now=True)
    empty = texts("step {place} – {why}", place=2, why=texts("Please write what people should read."))
    words = {"title": WORDS[language][0], "body": message(language).body}
    return {
        "form_steps_new": steps_form(texts, new, {}),
        "form_steps": steps_form(texts, draft, {}),
        "form_steps_errors": steps_form(texts, second, {"days": same_day}),
        "form_message_step": message_form(texts, draft, words, {}),
        "form_schedule_sequence": schedule_form(texts, draft, {**SCHEDULE, "start": "now"}, {}, ZONES, NOW),
        "review_sequence": review_card(texts, draft, shown, None, [], []),
        "review_sequence_problems": review_card(texts, draft, shown, None, [("message", empty)], []),
        "approval_sequence": approval_card(texts, a_sequence(language), overview, None, "Ada Lovelace"),
        "sequence": sequence_card(texts, a_sequence(language), overview, came_of(language)),
        "sequence_new": sequence_card(texts, a_sequence(language, made=0, cohorts=()), overview, []),
        "sequence_paused": sequence_card(
            texts, a_sequence(language, next_at=None, paused=True), overview, came_of(language), counted=500
        ),
        "sequence_ended": sequence_card(
            texts, a_sequence(language, CampaignState.DRAFT, next_at=None, cohorts=()), overview, came_of(language)
        ),
    }

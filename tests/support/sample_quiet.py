"""The cards of quiet hours and topics, as on a good day."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from cards.compose.audience_form import Choices, audience_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.people.quiet import topic_form, topics_card
from cards.people.settings import own_settings_card
from storage.records import Campaign, Quiet, Topic
from tests.support.sample_records import person

NAMES = {"fr": ("Cantine", "Sécurité", "Sport"), "en": ("Canteen", "Safety", "Sport")}
NIGHT = Quiet(begins=time(20), ends=time(8))


def topics_of(language: str) -> tuple[Topic, ...]:
    canteen, safety, sport = NAMES.get(language, NAMES["en"])
    return (
        Topic(number=1, name=canteen),
        Topic(number=2, name=safety, mandatory=True),
        Topic(number=3, name=sport),
    )


def quiet_cards(texts: Texts, language: str, draft: Campaign, choices: Choices) -> dict[str, AdaptiveCard]:
    topics, louis = topics_of(language), replace(person(2), quiet=NIGHT, left_topics=frozenset({1}))
    wrong = {"quiet_begins": texts("Please choose a time, like 10:00.")}
    chosen = {"audience": "list:1", "topic": "1"}
    return {
        "settings_quiet": own_settings_card(texts, louis, None, "", topics),
        "settings_quiet_error": own_settings_card(
            texts,
            louis,
            None,
            texts("Nothing is lost: please correct what is marked below."),
            topics,
            {"quiet_begins": "", "quiet_ends": "08:00"},
            wrong,
        ),
        "topics": topics_card(texts, topics, {}, {}),
        "topics_none": topics_card(texts, (), {}, {}),
        "topic": topic_form(texts, topics[0], {}, {}),
        "form_audience_topic": audience_form(texts, draft, chosen, {}, replace(choices, topics=topics)),
    }

"""The report's table of buttons: each shows what its own presses were."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cards.kit.elements import as_dict
from cards.kit.texts import Texts
from cards.message.links import IN_TEXT
from cards.results.report import report_card
from storage.records import Button, ButtonKind, CampaignState, Engagement, EngagementKind, Message, Version
from storage.records.campaigns import SHIFT
from tests.support.organisation import words_of
from tests.support.sample_records import DONE_TALLY, ENGAGEMENT, NOW, campaign, figures, refrozen


def rows_of(node: Any) -> list[list[str]]:
    """Every table row in a card, as its words."""
    if isinstance(node, list):
        return [row for item in node for row in rows_of(item)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "TableRow":
        return [[cell["items"][0]["text"] for cell in node["cells"]]]
    return [row for value in node.values() for row in rows_of(value)]


TWO_LINKS = Message(
    body="Hello",
    buttons=tuple(
        Button(kind=ButtonKind.LINK, title=title, url=f"https://example.org/{number}")
        for number, title in enumerate(("Read more", "The map"))
    ),
)


def report(engagement: list[Engagement], message: Message) -> list[list[str]]:
    done = figures(refrozen(campaign("en", CampaignState.DONE), message=message), DONE_TALLY, engagement)
    return rows_of(as_dict(report_card(Texts("en"), done, NOW)))


def test_a_button_that_nobody_pressed_shows_nobody_though_the_message_was_opened() -> None:
    opened = [
        Engagement(kind=EngagementKind.OPENED, button=button, people=7, presses=9, last_at=NOW)
        for button in (None, 0, 1)
    ]
    assert ["Read more", "0", "0"] in report(opened, TWO_LINKS)


def test_a_buttons_presses_are_those_of_its_own_kind() -> None:
    some = [*ENGAGEMENT, Engagement(kind=EngagementKind.CLICKED, button=1, people=12, presses=13, last_at=NOW)]
    rows = report(some, TWO_LINKS)
    assert ["Read more", "347", "421"] in rows and ["The map", "12", "13"] in rows


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_figure_of_a_report_stands_once(language: str) -> None:
    """A share above is in no line below it; one link and one confirmation have no table of their own."""
    done = figures(campaign(language, CampaignState.DONE), DONE_TALLY, ENGAGEMENT)
    words = words_of(as_dict(report_card(Texts(language), done, NOW)))
    for figure in ("347", "421", "503", "526", "711"):
        assert len([word for word in words if re.search(rf"\b{figure}\b", word)]) == 1, figure
    shares = [word for word in words[:20] if re.fullmatch(r"\d+\s?%", word)]
    assert len(shares) == 4
    assert not [word for word in words if any(share in word for share in shares) and word not in shares]


def test_a_link_of_one_language_is_told_from_its_like_in_another() -> None:
    both = Message(
        body="See [the map](https://example.org/en)",
        language="en",
        buttons=(Button(kind=ButtonKind.LINK, title="Map", url="https://example.org/en"),),
        versions={
            "fr": Version(body="Voir [le plan](https://example.org/fr)", buttons=(("Plan", "https://example.org/fr"),))
        },
    )
    clicks = [
        Engagement(kind=EngagementKind.CLICKED, button=number, people=number, presses=number, last_at=NOW)
        for number in (SHIFT, IN_TEXT, IN_TEXT + SHIFT)
    ]
    done = refrozen(campaign("en", CampaignState.DONE), message=both)
    rows = rows_of(as_dict(report_card(Texts("fr"), figures(done, DONE_TALLY, clicks), NOW)))
    assert ["Map", "0", "0"] in rows
    names = {row[0]: row[1] for row in rows}
    expected = ("Lien\u00a0: Plan (français)", "Lien\u00a0: the map (anglais)", "Lien\u00a0: le plan (français)")
    assert all(name in names for name in expected), names

"""The report's table of buttons: each shows what its own presses were."""

from __future__ import annotations

from typing import Any

from cards.kit.elements import as_dict
from cards.kit.texts import Texts
from cards.message.links import IN_TEXT
from cards.results.report import report_card
from storage.records import Button, ButtonKind, CampaignState, Engagement, EngagementKind, Message, Version
from storage.records.campaigns import SHIFT
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


def report(engagement: list[Engagement]) -> list[list[str]]:
    done = figures(campaign("en", CampaignState.DONE), DONE_TALLY, engagement)
    return rows_of(as_dict(report_card(Texts("en"), done, NOW)))


def test_a_button_that_nobody_pressed_shows_nobody_though_the_message_was_opened() -> None:
    opened = [
        Engagement(kind=EngagementKind.OPENED, button=button, people=7, presses=9, last_at=NOW)
        for button in (None, 0, 1)
    ]
    assert ["Read more", "0", "0"] in report(opened)


def test_a_buttons_presses_are_those_of_its_own_kind() -> None:
    rows = report(ENGAGEMENT)
    assert ["Read more", "347", "421"] in rows and ["I have read it", "503", "526"] in rows


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

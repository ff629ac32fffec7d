"""What Skype is sent: text without tags, hero cards of three buttons, cards in words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.teams.skype import address_in
from cards.kit.texts import Texts
from cards.kit.variables import escape_skype
from cards.message.compile import LONGEST_FOOTER
from cards.message.footer import footer_lines
from cards.message.plain_text import as_text
from cards.message.render import compile_for
from cards.message.skype import HERO, compile_skype, length_of, read_line
from storage.records import (
    Button,
    ButtonKind,
    CampaignId,
    Channel,
    Message,
    Person,
    PersonId,
    Style,
    TenantId,
    Tracking,
)
from tests.support.sample_cards import sample_cards

BASE = "https://crieur.example"
LINK = Button(kind=ButtonKind.LINK, title="Read more", url="https://contoso.com/a?b=1&c=2")
CONFIRM = Button(kind=ButtonKind.ACKNOWLEDGE, title="I have read it")


def person(given: str = "Ada", surname: str = "Lovelace") -> Person:
    return Person(id=PersonId(7), tenant=TenantId("t"), address="ada@contoso.com", given_name=given, surname=surname)


def sent(message: Message, to: Person | None = None, **options: Any) -> dict[str, Any]:
    render = compile_skype(CampaignId(12), message, BASE, lambda campaign, who: f"{campaign}.{who.id}.sig", **options)
    rendered: dict[str, Any] = json.loads(render(to or person(), {}))
    return rendered


def buttons(activity: dict[str, Any]) -> list[dict[str, str]]:
    return [button for attachment in activity["attachments"] for button in attachment["content"]["buttons"]]


def test_the_words_stand_in_the_message_and_the_buttons_on_a_hero_card() -> None:
    message = Message(title="Our autumn", body="Hello [FIRSTNAME]", style=Style.IDEA, buttons=(LINK, CONFIRM))
    activity = sent(message)
    assert (activity["type"], activity["textFormat"]) == ("message", "markdown")
    assert activity["text"] == "💡 **Our autumn**\n\nHello Ada"
    assert [attachment["contentType"] for attachment in activity["attachments"]] == [HERO]
    assert buttons(activity) == [
        {"type": "openUrl", "title": "Read more", "value": f"{BASE}/r/12.7.sig.0"},
        {"type": "imBack", "title": "I have read it", "value": "✓ 12.1"},
    ]


def test_three_buttons_fit_on_one_card() -> None:
    activity = sent(Message(body="x", buttons=(LINK,) * 7))
    assert [len(attachment["content"]["buttons"]) for attachment in activity["attachments"]] == [3, 3, 1]
    assert [button["value"][-1] for button in buttons(activity)] == list("0123456")


def test_links_in_the_text_are_tracked_where_that_is_wanted() -> None:
    message = Message(body="See [this](https://contoso.com/x)", buttons=(LINK,))
    assert f"[this]({BASE}/r/12.7.sig.100)" in sent(message)["text"]
    plain = sent(message, tracking=Tracking(links=False))
    assert "[this](https://contoso.com/x)" in plain["text"] and buttons(plain)[0]["value"] == LINK.url


def test_a_test_send_and_an_anonymous_campaign_carry_what_proves_the_press() -> None:
    message = Message(body="x", buttons=(CONFIRM,))
    test_send = sent(message, test="Only you")
    assert test_send["text"].startswith("_Only you_\n\n")
    assert buttons(test_send)[0]["value"] == "✓ 12.0 test 12.7.sig"
    unnamed = sent(message, tracking=Tracking(anonymous=True))
    assert buttons(unnamed)[0]["value"] == "✓ 12.0 who 12.7.sig"


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("12.1", {"campaign": "12", "button": "1"}),
        ("12.1 test a.b.C", {"campaign": "12", "button": "1", "test": "a.b.C"}),
        ("12.1 who a.b.C", {"campaign": "12", "button": "1", "who": "a.b.C"}),
        ("12.1 verb x", {"campaign": "12", "button": "1"}),
        ("", {"campaign": "", "button": ""}),
    ],
)
def test_a_typed_line_is_read_as_a_cards_button(line: str, form: dict[str, str]) -> None:
    assert read_line(line) == form


def test_the_importance_is_kept() -> None:
    assert sent(Message(body="x", style=Style.IMPORTANT))["importance"] == "high"
    assert "importance" not in sent(Message(body="x"))


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None)
def test_no_value_makes_a_tag_a_link_or_emphasis(given_name: str, surname: str) -> None:
    text = sent(Message(body="Hello [FIRSTNAME] [LASTNAME]!"), person(given_name, surname))["text"]
    bare = re.sub(r"&(?:lt|gt|amp);|\\.", "", text)
    assert not re.search(r"[<>*_`\[\]]|&#?\w+;", bare), text
    assert "\n" not in text


@given(st.text("<>&;#ab1[]()*\\ ", max_size=40))
@settings(deadline=None)
def test_an_authors_text_has_no_tags(body: str) -> None:
    text = sent(Message(body=f"x{body}"))["text"]
    assert "<" not in text
    assert not re.search(r"&(?!(?:lt|amp);)#?\w+;", text)


def test_most_names_stay_as_they_are() -> None:
    for name in ("Ada", "O'Neil", "Jean-Luc", "Élodie"):
        assert escape_skype(name) == name


def test_the_length_is_that_of_somebody_with_a_long_name() -> None:
    lines = footer_lines(Texts("en"), LONGEST_FOOTER, Message(body=""))
    beneath = len("".join(f"\n\n{line}" for line in lines))
    assert length_of(Message(body="[FIRSTNAME]")) == 30 + beneath
    assert length_of(Message(title="T", body="x" * 100)) == 100 + len("**T**\n\n") + beneath


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_card_can_be_said_in_words(language: str) -> None:
    texts = Texts(language)
    for name, card in sample_cards(language).items():
        text = as_text(texts, card, author=True)
        assert text and "<" not in text, name
        assert ("Microsoft Teams" in text) or not card.render().get("actions"), name


def test_the_figures_of_a_report_are_all_said() -> None:
    text = as_text(Texts("en"), sample_cards("en")["report_presence"], author=False)
    assert "**87%** send rate" in text and "look 9: 12" in text and "Sent: 871" in text
    assert "To build" not in text, "only an author is told where buttons work"


@pytest.mark.parametrize(
    ("user", "address"),
    [
        ("sip:Ada.Lovelace@contoso.com", "ada.lovelace@contoso.com"),
        ("8:ada@contoso.com", "ada@contoso.com"),
        ("ada@contoso.com", "ada@contoso.com"),
        *((user, "") for user in ("29:1abc", "8:live:ada", "", "sip:", "sip:ada@", "sip:a b@c.d", "tel:+33@x", "a@b")),
    ],
)
def test_an_address_is_read_out_of_a_persons_id(user: str, address: str) -> None:
    assert address_in(user) == address


def test_each_channel_has_its_way() -> None:
    message = Message(body="x")
    for channel, words in ((Channel.TEAMS, b"AdaptiveCard"), (Channel.SKYPE, b'"textFormat":"markdown"')):
        render = compile_for(channel, CampaignId(1), message, BASE, lambda *_: "t")
        assert words in render(person(), {})

"""The links of a message: found, numbered, and led through us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.message.compile import compile_message
from cards.message.links import IN_TEXT, Link, links_of, shortened, with_links
from storage.records import Button, ButtonKind, CampaignId, Message, Tracking
from tests.unit.test_message import ADA

BUTTONS = (
    Button(kind=ButtonKind.ACKNOWLEDGE, title="Read"),
    Button(kind=ButtonKind.LINK, title="More", url="https://example.org/more"),
)


def through_us(text: str) -> str:
    return with_links(text, lambda number, _: f"T{number}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See [our page](https://example.org/a).", "See [our page](T100)."),
        ('[a](https://x.org "title") [b]( http://y.org )', '[a](T100 "title") [b]( T101 )'),
        ("[**bold** [x]](https://x.org/a_(b))", "[**bold** [x]](T100)"),
        ("[a](<https://x.org>)", "[a](T100)"),
        ("Look: https://x.org/a_b?c=1&d=2.", r"Look: [https://x.org/a\_b?c=1&d=2](T100)."),
        ("(https://x.org/a)", "([https://x.org/a](T100))"),
        ("**https://x.org**", "**[https://x.org](T100)**"),
        ("<https://x.org/a>", "[https://x.org/a](T100)"),
        ("HTTPS://X.org", "[HTTPS://X.org](T100)"),
        ("- https://x.org\n- https://y.org", "- [https://x.org](T100)\n- [https://y.org](T101)"),
    ],
)
def test_every_web_address_leads_through_us_and_looks_as_before(text: str, shown: str) -> None:
    assert through_us(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "no link", "[mail](mailto:a@x.org)", "[call](tel:+33)", "![image](https://x.org/i.png)", r"\[a](x)",
        "[x](https://x.org/?who=[EMAIL])", "https://x.org/[FIRSTNAME|me]", "ahttps://x.org", "https://",
        "[a](javascript:alert(1))", "[FIRSTNAME]", "[a]", "](https", "ftp://x.org",
    ],
)  # fmt: skip
def test_what_is_no_web_address_or_leads_everybody_elsewhere_is_left_alone(text: str) -> None:
    assert through_us(text) == text


def test_links_are_numbered_buttons_first_in_the_order_in_which_they_stand() -> None:
    message = Message(body="[**All** of it](https://example.org/a) or https://example.org/b", buttons=BUTTONS)
    assert links_of(message) == {
        1: Link("https://example.org/more", "More"),
        IN_TEXT: Link("https://example.org/a", "All of it"),
        IN_TEXT + 1: Link("https://example.org/b", "example.org/b"),
    }


def test_a_long_address_is_shortened_to_what_one_knows_again() -> None:
    assert shortened("https://example.org/") == "example.org"
    assert len(shortened("https://example.org/" + "a" * 300)) == 50


@given(st.text(max_size=200) | st.text(alphabet='[](){}<>\\!"https://x.org mailto:', max_size=80))
def test_any_text_is_read_and_what_leads_elsewhere_is_what_was_replaced(text: str) -> None:
    seen: list[str] = []

    def note(number: int, link: Link) -> str:
        assert number == IN_TEXT + len(seen)
        seen.append(link.url)
        return link.url

    once = with_links(text, note)
    assert list(seen) == [link.url for link in links_of(Message(body=text)).values()]
    assert all(url.lower().startswith(("http://", "https://")) for url in seen)
    assert all(url in once for url in seen)


def sent(tracking: Tracking, token: str = "12.7.sig") -> str:
    message = Message(
        body="Hi [FIRSTNAME], see [here](https://example.org/[x]) and https://example.org/a", buttons=BUTTONS
    )
    render = compile_message(CampaignId(12), message, "https://us.example", lambda *_: token, tracking=tracking)
    return render(ADA, {}).decode()


def test_a_message_leads_through_us_unless_the_author_says_no() -> None:
    tracked = sent(Tracking())
    assert (
        "https://us.example/r/12.7.sig.1" in tracked
        and "[https://example.org/a](https://us.example/r/12.7.sig.100)" in tracked
    )
    assert "https://example.org/more" not in tracked
    untracked = sent(Tracking(links=False))
    assert "us.example" not in untracked and "https://example.org/more" in untracked
    assert "and https://example.org/a" in untracked


def test_in_an_anonymous_campaign_links_and_buttons_carry_one_pseudonym_and_no_person() -> None:
    activity = sent(Tracking(anonymous=True), "12.99a.sig")
    assert '"who":"12.99a.sig"' in activity and "/r/12.99a.sig.100" in activity
    assert '"who"' not in sent(Tracking())

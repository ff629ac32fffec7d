"""The links of a message: found, numbered, and led through us."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.kit.texts import Texts
from cards.message.compile import compile_message
from cards.message.links import IN_TEXT, Link, links_of, shortened, with_links
from cards.message.markdown import own_links
from dialogs.forms.message import read_message
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
        ('[a](https://x.org "title") [b]( http://y.org )', "[a](T100) [b](T101)"),
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
        "no link", "[mail](mailto:a@x.org)", "[call](tel:+33)",
        "[x](https://x.org/?who=[EMAIL])", "https://x.org/[FIRSTNAME|me]", "ahttps://x.org", "https://", "a < b > c",
        "[FIRSTNAME]", "[a]", "[a]]", "ftp://x.org", "[a] (b)", "![a]",
    ],
)  # fmt: skip
def test_what_is_no_web_address_or_leads_everybody_elsewhere_is_left_alone(text: str) -> None:
    assert through_us(text) == text


#: as a client of some dialect could read it: a scheme that opens a program, a script, a picture that tells who reads
BAD_LINKS = (
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a]( javascript:alert(1) )",
    "[a](javascript&colon;alert(1))",
    "[a](java\\script:alert(1))",
    "[a](ms-msdt:/id)",
    "[a](\nms-msdt:/id)",
    "[a](ms-msdt:/id 'title')",
    "[a](file:///c:/x)",
    "[a](data:text/html,x)",
    "[a](//evil.example)",
    "[a](evil.pdf)",
    "[a](https://user:secret@x.org)",
    "[a](https://x.org\\@y.org)",
    "[a](https://１２７.０.０.１/)",
    "[a]([FIRSTNAME])",
    "[a](javascript:[EMAIL])",
    "[a](https://[FIRSTNAME]/)",
    "<ms-msdt:/id>",
    "<javascript:alert(1)>",
    "[a [b](vbscript:x)](c)",
    "[![i](javascript:x)](javascript:y)",
    "![i](https://x.org/i.png)",
    "![i](javascript:x)",
    "[a]()",
    "[a](https://)",
)


@pytest.mark.parametrize("text", BAD_LINKS)
def test_a_link_that_leads_nowhere_a_message_may_is_refused_beside_the_text(text: str) -> None:
    reading = read_message({"name": "n", "body": f"See {text}!"}, Texts("en"))
    assert reading.value is None and set(reading.errors) == {"body"}


#: a link in one dialect, none in another
ODD_LINKS = (
    *BAD_LINKS,
    "[a]: ms-msdt:/id\n\n[a]",
    "[a]:ms-msdt:/id\n[a][]",
    "`[a](javascript:x)`",
    "[a`](https://x.org/) `](javascript:x)",
    "[a\n\n](javascript:x)",
    "[a\n- b](javascript:x)",
    "> [a\n](javascript:x)",
    "# [a](javascript:x) #",
    "    [a](javascript:x)",
    "```\n[a](javascript:x)\n```",
    "<b>[a](javascript:x)</b>",
    "<a href='javascript:x'>a</a>",
    "[a](x)(javascript:x)",
    "[" * 600 + "[a](javascript:x)",
    "<" * 600 + "<javascript:x>",
    "[a][b](javascript:x)",
    "\\[a](javascript:x)",
    "[a\\](javascript:x)",
)
DIALECTS = (
    MarkdownIt("commonmark"),
    MarkdownIt("zero").enable(["escape", "link", "image", "autolink"]),
    MarkdownIt("default"),
)


@pytest.mark.parametrize("text", ODD_LINKS)
@pytest.mark.parametrize("tracked", [True, False])
def test_whatever_was_written_no_other_link_is_sent(text: str, tracked: bool) -> None:
    """What an older version has let in is sent as words."""
    message = Message(body=f"[ok](https://x.org/ok) {text}\n\n{text}")
    render = compile_message(
        CampaignId(1), message, "https://us.example", lambda *_: "t", tracking=Tracking(links=tracked)
    )
    [card] = [attachment["content"] for attachment in orjson.loads(render(ADA, {}))["attachments"]]
    for sent in (card["body"][0]["text"], own_links(card["body"][0]["text"])):
        for dialect in DIALECTS:
            for url in targets(dialect, sent):
                assert url.startswith(("https://x.org/", "https://us.example/r/t.")), sent


def targets(dialect: MarkdownIt, text: str) -> list[str]:
    """Where the links and pictures of a text lead, in a dialect that lets all of them through."""
    dialect.validateLink = lambda url: True  # type: ignore[method-assign]
    inline = [token for block in dialect.parse(text) for token in block.children or []]
    attributes = [token.attrs for token in inline if token.type in ("link_open", "image")]
    return [str(tag.get("href") or tag.get("src")) for tag in attributes]


@given(st.text(alphabet="[]()<>!\\`ab:\n \"'&#j", max_size=60))
@settings(deadline=None, max_examples=500)
def test_no_text_holds_a_link_that_is_not_its_own(text: str) -> None:
    once = own_links(text)
    for dialect in DIALECTS:
        assert [url for url in targets(dialect, once) if url] == []
    assert own_links(once) == once


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
        and "[https://example.org/a](https://us.example/r/12.7.sig.101)" in tracked
    )
    assert "https://example.org/more" not in tracked
    untracked = sent(Tracking(links=False))
    assert "us.example" not in untracked and "https://example.org/more" in untracked
    assert "and https://example.org/a" in untracked


def test_in_an_anonymous_campaign_links_and_buttons_carry_one_pseudonym_and_no_person() -> None:
    activity = sent(Tracking(anonymous=True), "12.99a.sig")
    assert '"who":"12.99a.sig"' in activity and "/r/12.99a.sig.100" in activity
    assert '"who"' not in sent(Tracking())

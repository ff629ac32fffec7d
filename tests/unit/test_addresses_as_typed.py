"""Addresses of the web as people type them: sent on byte for byte, completed where only their beginning lacks."""

from __future__ import annotations

import pytest

from cards.kit.addresses import completed
from cards.kit.texts import Texts
from cards.message.links import links_of, with_links
from dialogs.forms.message import read_message
from storage.records import Message

ENGLISH, FRENCH = Texts("en"), Texts("fr")
TYPED = [
    "https://contoso.com/?q[0]=1&x=2", "https://contoso.com/?ids[]=1&ids[]=2", "https://contoso.com/a_(b)?c[d]=e#f[g]",
    "https://contoso.com/x?sig=a%2Bb%3D&se=2026-01-01T00%3A00%3A00Z&sp=r#page=2", "https://contoso.com/#/route/[id]",
    "https://contoso.com/%7Eada/?a=%5B0%5D", "https://contoso.com/é?ö=ü", "https://contoso.com?a=b;c=d", "HTTPS://Contoso.com/A",
]  # fmt: skip


@pytest.mark.parametrize("url", TYPED)
def test_an_address_is_tracked_and_sent_on_byte_for_byte(url: str) -> None:
    for body in (url, f"See {url}.", f"[words]({url}) end", f"({url})"):
        message = read_message({"name": "n", "body": body, "link_title": "Go", "link_url": url}, ENGLISH).value
        assert message is not None
        assert [link.url for link in links_of(message).values()] == [url, url], body
        sent = with_links(message.body, lambda number, _: f"https://bot.example/r/{number}")
        assert sent.count("https://bot.example/r/100") == 1 and url not in sent.replace("\\", "").partition("](")[2]


@pytest.mark.parametrize(
    ("typed", "led"),
    [
        ("contoso.com/menu", "https://contoso.com/menu"), ("www.contoso.com", "https://www.contoso.com"),
        ("contoso.com", "https://contoso.com"), ("contoso.com:8080/a?b=c", "https://contoso.com:8080/a?b=c"),
        ("intra.contoso.com/a#b", "https://intra.contoso.com/a#b"), ("http://contoso.com", "http://contoso.com"),
        ("menu.pdf", "menu.pdf"), ("contoso", "contoso"), ("ada@contoso.com", "ada@contoso.com"),
        ("javascript:alert(1)", "javascript:alert(1)"), ("10.0.0.1/x", "10.0.0.1/x"), ("a..b/c", "a..b/c"),
    ],
)  # fmt: skip
def test_an_address_without_its_beginning_gets_https(typed: str, led: str) -> None:
    assert completed(typed) == led


def test_addresses_become_https_on_buttons_in_links_and_in_the_text() -> None:
    values = {
        "name": "n",
        "body": "The [menu](contoso.com/menu) of today",
        "link_title": "Go",
        "link_url": "contoso.com/a",
    }
    message = read_message({**values, "links": "More contoso.com/b", "image": "contoso.com/c.png"}, ENGLISH).value
    assert message is not None
    assert message.body == "The [menu](https://contoso.com/menu) of today"
    assert [button.url for button in message.buttons] == ["https://contoso.com/a", "https://contoso.com/b"]
    assert message.image == "https://contoso.com/c.png"
    assert read_message({**values, "body": "The [menu](menu.pdf)"}, ENGLISH).errors.keys() == {"body"}


@pytest.mark.parametrize(
    "image",
    [
        "http://contoso.com/a.png", "https://contoso.sharepoint.com/sites/x/a.png", "https://1drv.ms/i/s!abc",
        "https://drive.google.com/file/d/1/view", "https://www.dropbox.com/s/x/a.png", "https://contoso.com/logo.svg",
        "https://contoso.com/a.webp?x=1", "https://contoso.com/a.HEIC",
    ],
)  # fmt: skip
def test_a_picture_that_would_not_show_is_said_with_the_cure(image: str) -> None:
    for texts, cure in ((ENGLISH, "into this chat"), (FRENCH, "dans cette conversation")):
        errors = read_message({"name": "n", "body": "b", "image": image}, texts).errors
        assert errors.keys() == {"image"} and cure in errors["image"]


def test_a_picture_that_shows_is_taken() -> None:
    for image in ("https://contoso.com/a.png", "https://contoso.com/a.JPG?v=2", "https://contoso.com/picture"):
        assert read_message({"name": "n", "body": "b", "image": image}, ENGLISH).errors == {}
    assert links_of(Message(body="no link here")) == {}

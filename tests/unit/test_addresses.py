"""One parser says what an address is and where it leads; what others would read otherwise is no address."""

from __future__ import annotations

import pytest

from cards.kit.addresses import is_loopback, is_public, is_web_address, web_address

GOOD = (
    "https://contoso.com", "http://contoso.com:8080/a?b=c#d", "HTTPS://CONTOSO.COM/A", "https://münchen.example/ä?ö",
    "https://a.b/(c)_d", "https://a.b/?q=[FIRSTNAME]", "https://[2001:db8::1]/", "http://a.b/%20%2F", "https://a.b?c",
)  # fmt: skip
ODD = (
    "", "https://", "https:///a", "//a.b", "ftp://a.b", "javascript:alert(1)", "ms-msdt:/id", "https://a.b:99999/",
    "https://a.b:0/", "https://user@a.b/", "https://user:password@a.b/", "https://:@a.b/", "https://[::1", "https://[x]/",
    "http://127.0.0.1\\@a.b/", "http://a.b\\@127.0.0.1/", "https://a.b\\c", "https://a b/", "https://a.b/ c",
    "https://a.b/\x00", "https://a\x00.b/", "https://a.b/\n", "https://a.b/\x85", "https://a.b/\ud83d", "https://\ud83d.b/",
    "https://a.b/<c>", 'https://a.b/"', "https://１２７.０.０.１/", "https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/",
    "https://ｃontoso.com/", "https://a%2eb/", "https://[::1%25lo]/", "https://a..b/", "https://a.b:/", "https://a.b:８０/",
    "https://" + "a" * 64 + ".b/", "https://a.b/" + "c" * 2_000,
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_an_address_of_the_web(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize("text", ODD)
def test_what_parsers_read_differently_is_no_address(text: str) -> None:
    assert not is_web_address(text)


def test_this_machine_by_name_and_by_number() -> None:
    loopback = [
        "http://localhost:1/",
        "http://127.0.0.1/",
        "https://[::1]:3978/",
        "http://127.9.9.9",
        "HTTP://LOCALHOST",
    ]
    assert [text for text in loopback if not is_loopback(text)] == []
    elsewhere = ["http://localhost.evil.example/", "http://127.0.0.1.evil.example/", "http://evil.example#@127.0.0.1/"]
    assert [text for text in [*elsewhere, *ODD] if is_loopback(text)] == []


def test_the_host_is_the_one_that_is_connected_to() -> None:
    url = web_address("https://münchen.example/")
    assert url is not None and url.raw_host == "xn--mnchen-3ya.example"


INSIDE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "fe80::1", "fe80::1%lo", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:db8::1", "4000::1", "no address",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_or_stands_for_one_inside(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "20.190.151.7", "2606:4700::6810:85e5", "2a01:111:f400::1"])
def test_an_address_of_the_public_internet(address: str) -> None:
    assert is_public(address)

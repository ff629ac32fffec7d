"""The way to a real mail server: what has certainly not left is told apart from what may have arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.mail.addresses import mail_server as server_of
from bot.mail.client import MailClient
from scheduler.ports import Delivered, Letter, Outcome, Refused, Retry, Unconfirmed
from storage.records import About
from tests.support.mail_server import MailServer, certificate, mail_server

LETTER = Letter("news@contoso.example", "louis@contoso.example", b"Subject: News\r\n\r\nHello\r\n.\r\nLouis\r\n")
PATIENCE = 30.0  #: seconds: none of these waits for it but where a server hangs
SHORT = 0.3


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


async def send(url: str, letter: Letter = LETTER, patience: float = PATIENCE) -> Outcome | None:
    client = MailClient(server_of(url), "contoso.example", patience)
    try:
        return await client.ready() or await client.send(letter, yes)
    finally:
        await client.rest()


async def test_what_it_takes_is_delivered_as_it_was_written(server: MailServer) -> None:
    assert isinstance(await send(server.url), Delivered)
    [mail] = server.to(LETTER.to)
    assert mail["Subject"] == "News" and mail.get_content().splitlines() == ["Hello", ".", "Louis"]


async def test_a_connection_takes_one_after_the_other(server: MailServer) -> None:
    server.of_recipient["gone@contoso.example"] = "550 5.1.1 no such user"
    client = MailClient(server_of(server.url), "contoso.example")
    outcomes = []
    for to in (LETTER.to, "gone@contoso.example", LETTER.to):
        assert await client.ready() is None
        outcomes.append(await client.send(Letter(LETTER.sender, to, LETTER.content), yes))
    await client.rest()
    await client.rest()
    assert [type(outcome) for outcome in outcomes] == [Delivered, Refused, Delivered]
    assert server.connections == 1 and len(server.taken) == 2


async def test_what_may_not_leave_does_not(server: MailServer) -> None:
    client = MailClient(server_of(server.url), "contoso.example")
    assert await client.ready() is None
    assert await client.send(LETTER, no) is None
    assert isinstance(await client.send(LETTER, yes), Delivered)
    await client.rest()
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 no such user", Refused("550", "550 5.1.1 no such user", About.PERSON)),
        ("450 4.2.1 mailbox busy", About.PERSON),
        ("421 4.3.2 closing", About.US),
        ("530 5.7.0 log in first", About.US),
    ],
)
async def test_what_it_says_of_a_recipient(server: MailServer, answer: str, outcome: object) -> None:
    server.of_recipient[LETTER.to] = answer
    said = await send(server.url)
    assert said == outcome or (isinstance(said, Retry) and said.about is outcome and said.detail == answer)
    assert not server.taken


async def test_a_sender_whom_it_does_not_let_send_is_about_us(server: MailServer) -> None:
    server.of_sender = "553 5.7.1 not yours"
    said = await send(server.url)
    assert isinstance(said, Retry) and said.about is About.US


async def test_what_it_says_of_a_content(server: MailServer) -> None:
    server.of_content = ["554 5.7.1 spam", "451 4.7.1 greylisted"]
    assert await send(server.url) == Refused("554", "554 5.7.1 spam", About.MESSAGE)
    later = await send(server.url)
    assert isinstance(later, Retry) and later.about is About.PERSON
    assert isinstance(await send(server.url), Delivered)


async def test_an_answer_that_is_lost_after_the_content_left_is_unconfirmed(server: MailServer) -> None:
    server.breaks = 1
    assert isinstance(await send(server.url), Unconfirmed)
    assert len(server.taken) == 1, "and it was taken indeed"


async def test_one_that_hangs_before_the_content_has_certainly_not_got_it(server: MailServer) -> None:
    server.hangs_at = "RCPT"
    said = await send(server.url, patience=SHORT)
    assert isinstance(said, Retry) and said.about is About.NETWORK


async def test_one_that_hangs_with_the_content_may_have_taken_it(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.mail.client.CONTENT_PATIENCE", SHORT)
    server.hangs_at = "DATA"
    assert isinstance(await send(server.url), Unconfirmed)


async def test_where_nobody_listens_nothing_has_left(server: MailServer) -> None:
    await server.stop()
    said = await send(server.url)
    assert isinstance(said, Retry) and said.about is About.NETWORK and "127.0.0.1" not in said.detail


# --- encrypted, and let in --------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False])
async def test_it_is_encrypted_and_the_certificate_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    context, known = certificate(tmp_path)
    users = {"crieur": "pass word/1"}
    async with mail_server(tls=context, at_once=at_once, users=users) as server:
        url = server.url.replace("://", "://crieur:pass%20word%2F1@")
        unknown = await send(url)
        assert isinstance(unknown, Retry) and unknown.about is About.NETWORK and not server.taken
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        assert isinstance(await send(url), Delivered)
        refused = await send(url.replace("%2F1", ""))
        assert isinstance(refused, Retry) and refused.detail.startswith("535")
        nobody = await send(server.url)
        assert isinstance(nobody, Retry) and nobody.about is About.US
        assert len(server.taken) == 1


@pytest.mark.parametrize(("url", "bare"), [("smtp://127.0.0.1", True), ("smtp://mail.contoso.example", False)])
def test_elsewhere_than_on_this_machine_nothing_leaves_unencrypted(url: str, bare: bool) -> None:
    assert server_of(url).bare is bare
    assert not server_of(url.replace("smtp", "smtps")).bare


@pytest.mark.parametrize("url", ["http://a", "smtp://", "smtp:mail", "smtp://h:port", "smtp://h/inbox", "smtp://h?x=1"])
def test_what_is_no_mail_server_is_said(url: str) -> None:
    with pytest.raises(ValueError, match="smtps://USER"):
        server_of(url)

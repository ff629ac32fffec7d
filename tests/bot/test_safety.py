"""Without a registration the bot answers this machine only; logs tell nothing of people; names are only names."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from bot.ops.logs import JsonLines
from tests.bot.story import ANY_TIME_NOW, asked, broadcast, completed, draft, newest
from tests.bot.test_exports import exported, fetched
from tests.bot.test_operating import operator
from tests.conftest import RunningBot
from tests.support.card_check import check_card
from tests.support.organisation import CARD, TENANT, Person, nodes_of, words_of

HOSTS = (
    "crieur.example", "evil.example:3978", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.10",
    "0.0.0.0", "[::2]", "[", "[::1", "evil@evil.example", "",
)  # fmt: skip
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")


async def raw(running_bot: RunningBot, request: str) -> int:
    """The status that is answered to a request sent byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running_bot.port)
    writer.write(request.encode())
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@pytest.mark.real_time
@pytest.mark.parametrize("host", HOSTS)
async def test_no_other_name_reaches_it(running_bot: RunningBot, ada: Person, host: str) -> None:
    body = orjson.dumps({"type": "message", "text": "help"}).decode()
    headers = f"Host: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    for request in ("GET /healthz HTTP/1.1", "POST /api/messages HTTP/1.1"):
        assert await raw(running_bot, f"{request}\r\n{headers}\r\n\r\n{body}") in (400, 403)


@pytest.mark.real_time
async def test_this_machine_reaches_it_by_its_own_names(running_bot: RunningBot) -> None:
    for host in ("localhost", f"127.0.0.1:{running_bot.port}", f"localhost:{running_bot.port}", "[::1]"):
        assert await raw(running_bot, f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n") == 200


async def test_a_page_in_a_browser_cannot_post_to_it(running_bot: RunningBot, ada: Person) -> None:
    before = len(ada.chat.messages)
    for kind in FORMS:
        async with running_bot.organisation.http.post(
            f"{running_bot.url}/api/messages", data=b'{"type":"message"}', headers={"Content-Type": kind}
        ) as response:
            assert response.status == 415
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with running_bot.organisation.http.options(f"{running_bot.url}/api/messages", headers=headers) as response:
        assert response.status == 405
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]
    assert len(ada.chat.messages) == before


async def test_it_listens_on_this_machine_only(running_bot: RunningBot) -> None:
    assert urlsplit(running_bot.url).hostname == "127.0.0.1"
    for path in ("/", "/api/messages", "/r/", "/metrics/../healthz", "/.env", "/%2e%2e/app.py"):
        async with running_bot.organisation.http.get(f"{running_bot.url}{path}") as response:
            assert response.status in (200, 404, 405), path
            assert "crieur" not in (await response.text()).lower()


@pytest.mark.real_time
async def test_logs_tell_no_names_addresses_or_messages(
    running_bot: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    author = running_bot.organisation.person("Zebulon", "Quagmire")
    reader = running_bot.organisation.person("Xanthippe", "Ypsilanti")
    blocked = running_bot.organisation.person("Vercingetorix", "Wurlitzer")
    for person in (author, reader, blocked):
        await person.install()
    await asked(author, f"add author {reader.address}")
    await asked(author, "new list Persimmon")
    people = {"audience": "", "list_name": "Kumquats"}
    people["addresses"] = ",".join(person.address for person in (author, reader, blocked))
    message = {"name": "Operation Walrus", "title": "Rhododendron", "body": "Dear [FIRSTNAME], a xylophone."}
    await draft(author, people, {**message, "link_url": "https://hippopotamus.example/"})
    await asked(author, "schedule next gobbledygook for 2 hours")
    await author.press("Next: review", **ANY_TIME_NOW, words="")
    await author.press("Save as a template")
    await author.press("Save", sharing="me", template_name="Mongoose")
    await author.press("Try it")
    await author.press("Send the test", address=reader.address)
    await author.press("Back")
    await asked(author, "try walrus")
    await asked(author, "no address: Bandersnatch")
    await asked(author, "cancel")
    blocked.chat.broken = "blocked"
    await broadcast(author, running_bot)
    await completed(author, running_bot)
    await reader.press("Read more")
    await reader.press("I have read it")
    await reader.say("Jabberwocky")
    await blocked.say("Mimsy borogoves")
    await asked(author, "report walrus")
    await author.say("export walrus")
    assert (await fetched(running_bot, await exported(author, "CSV")))[0] == 200
    await asked(author, "clone walrus")
    await asked(reader, "mute")
    await reader.uninstall()
    await operator(running_bot, "erase", blocked.address)
    figures = (await fetched(running_bot, f"{running_bot.url}/metrics"))[1].decode()
    assert "crieur_deliveries_total" in figures, "there are figures"
    await running_bot.restart()
    logged = "\n".join(
        [caplog.text, figures, *(JsonLines(words=True).format(record) for record in caplog.records)]
    ).lower()
    assert "campaign done: campaign=1" in logged, "there are logs"
    secrets = ["walrus", "rhododendron", "xylophone", "kumquat", "bandersnatch", "hippopotamus", "jabberwocky", "mimsy"]
    secrets += ["persimmon", "gobbledygook", "mongoose"]
    for person in (author, reader, blocked):
        secrets += [person.given, person.surname, person.address, "contoso.example"]
    assert [secret for secret in secrets if secret.lower() in logged] == []


NASTY = (
    ("**[Win](http://evil.example)**", "<b>x</b>"),
    ("# <script>alert(1)</script>", "| a | b |"),
    ("{name} {0} %s", "[FIRSTNAME] [EMAIL]"),
    ("\"quoted\" \\ back", "`code` ~~gone~~ ![i](http://evil.example/i.png)"),
)  # fmt: skip


async def test_a_name_is_shown_as_it_is_and_breaks_no_card(running_bot: RunningBot) -> None:
    people = [running_bot.organisation.person(*name, address=f"p{at}@contoso.example") for at, name in enumerate(NASTY)]
    for person in people:
        await person.install()
    author = people[0]
    nasty = " ".join(part for name in NASTY for part in name)[:100]
    audience = {"audience": "", "list_name": nasty, "addresses": " ".join(f"{p.address};" for p in people)}
    await draft(author, audience, {"name": nasty, "body": "Hello [FIRSTNAME] [LASTNAME]"})
    await author.press("See the people")
    await author.press("Back")
    await asked(author, f"add author {people[1].address}")
    for command in ("authors", "campaigns", "info", f"info {nasty}", f"delete {nasty}", "hello"):
        await asked(author, command)
    await author.press("Your campaigns")
    await author.press("Open")
    await broadcast(author, running_bot)
    await completed(author, running_bot)
    for person in people:
        for card in shown(person):
            assert check_card(card) == []
            assert links(card) == []
        greeting = shown(person)[0]
        assert "Hello" in words_of(greeting)[0] and "Crieur" in words_of(greeting)[0]
    assert (await newest(running_bot)).name == " ".join(nasty.split())


def shown(person: Person) -> list[dict[str, Any]]:
    """Every card in their chat, and what their client made of them."""
    kept = [attachment for message in person.chat.messages for attachment in message["activity"].get("attachments", [])]
    return [*(item["content"] for item in kept if item["contentType"] == CARD), *person.view.values()]


def links(card: dict[str, Any]) -> list[str]:
    """Texts in which a client would draw a link or an image that nobody put there."""
    drawn = [node for node in nodes_of(card) if not str(node.get("type", "")).startswith("Input.")]
    texts = [str(node[key]) for node in drawn for key in ("text", "value") if key in node]
    return [text for text in texts if "](http" in text]


async def test_an_organisation_that_is_not_allowed_is_told_so_and_kept_out(
    running_bot: RunningBot, ada: Person
) -> None:
    running_bot.environment = {"ALLOWED_TENANTS": TENANT}
    await running_bot.restart()
    stranger = running_bot.organisation.person("Mallory", "Malone", tenant="99999999-0000-4000-8000-000000000000")
    await stranger.install()
    await stranger.say("new campaign")
    assert stranger.texts() == ["I am not set up for your organisation."]
    assert await running_bot.store.person_at(stranger.tenant, stranger.address) is None
    assert "campaigns" in " ".join(await asked(ada, "help"))


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer not-a-token", "Basic YWRhOmxvdmVsYWNl"])
async def test_with_a_registration_nobody_acts_without_the_platforms_word(
    running_bot: RunningBot, authorization: str | None
) -> None:
    running_bot.environment = {
        "MicrosoftAppId": "3c1e1f0a-0000-4000-8000-000000000001",
        "MicrosoftAppPassword": "secret",
        "MicrosoftAppTenantId": TENANT,
    }
    await running_bot.restart()
    mallory = running_bot.organisation.person("Mallory", "Malone")
    if authorization is not None:
        running_bot.organisation.headers["Authorization"] = authorization
    running_bot.organisation.connector.add(mallory.conversation, mallory.member())
    for activity in (
        {"type": "installationUpdate", "action": "add"},
        {"type": "message", "text": "new campaign"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"verb": "campaign.new", "data": {}}}},
    ):
        status, _ = await mallory.send(dict(activity))
        assert status in (401, 403), f"{activity['type']} was answered {status}"
    assert await running_bot.store.person_at(mallory.tenant, mallory.address) is None
    assert await running_bot.store.count_campaigns(TENANT) == 0

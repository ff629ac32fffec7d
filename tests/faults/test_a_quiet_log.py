"""A whole campaign in the real process, at its most talkative: no name, address, title or text is in what it says."""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import orjson
import pytest

from tests.bot.story import asked, draft
from tests.bot.test_exports import exported
from tests.support.connector import Faults, LoopbackConnector
from tests.support.forked import Forked
from tests.support.mongo_servers import nx_27017
from tests.support.organisation import SEND_OFF, Organisation
from tests.support.program import ROOT, Program, running

#: each word stands nowhere else than in what people wrote and are called
MESSAGE = {
    "name": "Operation Walrus",
    "title": "Rhododendron",
    "body": "Dear [FIRSTNAME], a xylophone. https://okapi.example/page",
    "link_title": "Marzipan",
    "link_url": "https://hippopotamus.example/",
    "ack": "true",
    "ack_title": "Persimmon",
}
WORDS = (
    "walrus", "rhododendron", "xylophone", "okapi", "marzipan", "hippopotamus", "persimmon", "kumquat", "bandersnatch",
    "jabberwocky", "mimsy", "gobbledygook", "mongoose", "quillfeather", "contoso.example",
)  # fmt: skip
PEOPLE = (("Zebulon", "Quagmire"), ("Xanthippe", "Ypsilanti"), ("Vercingetorix", "Wurlitzer"))
NEVER_CAME = "Quillfeather@contoso.example"


@pytest.fixture(params=["sqlite", "mongodb"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The libraries of each store may talk as well."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/crieur.db"
        return
    with nx_27017(tmp_path) as url:
        yield f"{url}crieur"


async def command(program: Program, *words: str) -> str:
    """What an operator's command writes into the log (not: what it answers)."""
    environment = {**os.environ, **program.environment, "STORE_URL": program.store_url, "MicrosoftAppId": ""}
    said, logged = (program.log.with_name(f"{words[0]}.{what}") for what in ("said", "logged"))
    process = await asyncio.to_thread(Forked, ["app.py", *words], environment, ROOT, said, logged)
    assert await process.wait() == 0, said.read_text() + logged.read_text()
    return logged.read_text()


async def lived(program: Program, connector: LoopbackConnector, http: aiohttp.ClientSession) -> list[str]:
    """From the wizard to the export, over HTTP; what /metrics says of it."""
    organisation = Organisation(connector, f"{program.url}/api/messages", http)
    author, reader, blocked = (organisation.person(*name) for name in PEOPLE)
    for person in (author, reader, blocked):
        await person.install()
    await author.sees("Hello Zebulon")
    people = {"audience": "", "list_name": "Kumquats"}
    people["addresses"] = ",".join([*(person.address for person in (author, reader, blocked)), NEVER_CAME])
    await asked(author, f"add author {reader.address}")
    await draft(author, people, MESSAGE, duration="1", unit="minutes")
    await asked(author, "schedule next gobbledygook for 2 hours")
    await author.press("Next: review", start="now", duration="1", unit="minutes", anytime="true", words="")
    await author.press("Save as a template")
    await author.press("Save", sharing="me", template_name="Mongoose")
    await author.press("Try it")
    await author.press("Send the test", address=reader.address)
    await author.press("Back")
    await asked(author, "no command: Bandersnatch")
    blocked.chat.broken = "blocked"
    connector.faults = Faults(throttle=0.2, retry_after=0.2, errors=0.2)
    await author.press(SEND_OFF)
    await author.sees("Report: Operation Walrus", 150)
    connector.faults = Faults()
    await reader.press("Marzipan")
    await reader.press("Persimmon")
    await reader.say("Jabberwocky")
    await reader.react(reader.cards()[-1][0], "heart")
    await blocked.say("Mimsy borogoves")
    await reader.send({"type": "message", "text": {"Jabberwocky": ["no text"]}})
    await asked(reader, "mute")
    await asked(author, "report walrus")
    await author.press("Export")
    async with http.get(await exported(author, "CSV")) as file:
        assert "Ypsilanti" in await file.text()
    await asked(author, "export audit")
    await exported(author, "Excel (XLSX)")
    outputs = []
    for path in ("/metrics", "/readyz", "/healthz"):
        async with http.get(f"{program.url}{path}") as answer:
            assert answer.status == 200
            outputs.append(await answer.text())
    outputs.append(await command(program, "erase", reader.address))
    outputs.append(await command(program, "export-person", blocked.address))
    outputs.append(await command(program, "audit"))
    await blocked.uninstall()
    return outputs


async def test_a_whole_campaign_leaves_no_name_in_the_log(tmp_path: Path, store_url: str) -> None:
    connector = LoopbackConnector(rng=random.Random(3))
    await connector.start()
    log = tmp_path / "log"
    talkative = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}
    try:
        async with (
            running(Program(store_url, log, talkative, forked=True)) as program,
            aiohttp.ClientSession() as http,
        ):
            outputs = await lived(program, connector, http)
    finally:
        await connector.stop()
    text = log.read_text(encoding="utf-8")
    lines = [orjson.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(line["message"].startswith("campaign done: campaign=1") for line in lines), "there are logs"
    secrets = [*WORDS, *(part for name in PEOPLE for part in name)]
    whole = "\n".join([text, *outputs]).lower()
    assert {secret: where(secret, whole) for secret in secrets if secret.lower() in whole} == {}


def where(secret: str, text: str) -> list[str]:
    return [text[max(0, match.start() - 100) : match.end() + 40] for match in re.finditer(secret.lower(), text)][:3]

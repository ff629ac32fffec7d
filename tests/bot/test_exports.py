"""Results as a file: asked for in the chat, handed over by the platform's file card or by a link."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.files.tempdir import PREFIX, TempDir
from bot.files.uploads import takes
from bot.files.writer import harmless
from bot.keys import FILES, OwnKeys
from bot.web.links import LINKS
from storage.records import Button, ButtonKind, Message, Role, Tracking
from tests.bot.story import asked, completed, counted, eventually, handle_of, make_author, make_publisher, sent_out
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.http import Answer, Server, until
from tests.support.kept import audit_of
from tests.support.organisation import Person, actions_of, words_of

pytestmark = pytest.mark.real_time

NEWS = Message(
    title="News",
    body="Hello [FIRSTNAME]",
    buttons=(
        Button(kind=ButtonKind.LINK, title="Read more", url="https://example.org/more"),
        Button(kind=ButtonKind.ANSWER, title="=Yes"),
    ),
)
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"


@dataclass
class Drive:
    """An upload session on this machine, with the platform's manners."""

    #: status codes of the next answers; after them, what the documents say
    troubles: list[int] = field(default_factory=list)
    content: bytes = b""
    ranges: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/upload"

    def handle(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        content_range = re.search(rb"(?i)content-range: (bytes (\d+)-(\d+)/(\d+))", head)
        assert method == b"PUT" and content_range, head
        if self.troubles:
            return Answer(self.troubles.pop(0), b"{}")
        start, last, size = (int(content_range[number]) for number in (2, 3, 4))
        assert start == len(self.content) and last - start + 1 == len(body)
        self.ranges.append(content_range[1].decode())
        self.content += body
        return Answer(201 if last + 1 == size else 202, b"{}")


@pytest.fixture
async def drive() -> AsyncIterator[Drive]:
    drive = Drive()
    server = Server(drive.handle)
    await server.start()
    drive.port = server.port
    yield drive
    await server.stop()


async def exported(person: Person, title: str) -> str:
    """They press it; the link that they get."""
    before = len(_ready(person))
    at, card = next((id, card) for id, card in reversed(person.cards()) if title_in(card, title))
    await person.press(title, card=card, at=at)
    await until(lambda: len(_ready(person)) > before)
    return next(str(action["url"]) for action in actions_of(_ready(person)[-1]) if action["type"] == "Action.OpenUrl")


def _ready(person: Person) -> list[dict[str, Any]]:
    titles = {"The file is ready.", "Le fichier est prêt."}
    return [card for _, card in person.cards() if titles & {*words_of(card)}]


def title_in(card: dict[str, Any], title: str) -> bool:
    return any(action.get("title") == title for action in actions_of(card))


async def fetched(running_bot: RunningBot, url: str) -> tuple[int, bytes, Any]:
    async with running_bot.organisation.http.get(url) as answer:
        return answer.status, await answer.read(), answer.headers


def rows_of(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def consents(person: Person) -> list[tuple[str, dict[str, Any]]]:
    return [
        (message["id"], attachment)
        for message in person.chat.messages
        for attachment in message["activity"].get("attachments") or []
        if attachment["contentType"] == CONSENT
    ]


async def answer_offer(person: Person, message: str, context: object, upload: str, *, accept: bool = True) -> int:
    """As Teams tells that somebody has pressed Allow or Decline."""
    action = "accept" if accept else "decline"
    value: dict[str, Any] = {"type": "fileUpload", "action": action, "context": context}
    if accept:
        value["uploadInfo"] = {
            "contentUrl": "https://contoso.example/personal/results.csv",
            "name": "results.csv",
            "uploadUrl": upload,
            "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D",
            "fileType": "csv",
        }
    status, _ = await person.send(
        {"type": "invoke", "name": "fileConsent/invoke", "value": value, "replyToId": message}
    )
    return status


# --- what stands in it ------------------------------------------------------------------------


async def test_every_recipient_has_a_row_with_what_became_of_it_and_what_they_did(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await sent_out(running_bot, ada, NEWS)
    await louis.press("Read more")
    await louis.press("=Yes")
    await louis.react(louis.cards()[-1][0], "heart")
    await counted(running_bot)
    await completed(ada, running_bot)
    assert grace
    await ada.press("Export")
    link = await exported(ada, "CSV")
    status, content, headers = await fetched(running_bot, link)
    assert status == 200 and headers["Content-Disposition"].endswith("Autumn%20newsletter.csv")
    assert headers["Cache-Control"] == "private, no-store"
    rows = {row["Address"]: row for row in rows_of(content)}
    assert rows.keys() == {ada.address, louis.address}
    row = rows[louis.address]
    assert (row["Name"], row["State"], row["Reason"], row["Attempts to send"]) == (
        "Louis Pasteur",
        "sent to them",
        "",
        "1",
    )
    assert (row["Clicks"], row["Answer"], row["Reactions"]) == ("1", "'=Yes", "heart")
    assert row["First opened at"] and row["First clicked at"] and row["Answered at"]
    assert rows[ada.address]["First opened at"] == rows[ada.address]["Clicks"] == ""
    [entry] = [entry for _, entry in await audit_of(running_bot.store, ada.tenant, 50) if entry.deed == "exported"]  # type: ignore[arg-type]
    assert (entry.name, entry.details) == ("Autumn newsletter", {"format": "csv"})


async def test_who_was_not_reached_has_a_plain_reason_in_the_authors_language(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    louis.chat.broken = "blocked"
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    louis.chat.broken = ""
    await louis.install()
    await louis.say("exporter autumn")
    link = await exported(louis, "CSV")
    rows = rows_of((await fetched(running_bot, link))[1], ";")
    [row] = [row for row in rows if row["Adresse"] == louis.address]
    assert (row["État"], row["Raison"]) == ("injoignable", "a bloqué Crieur")


async def test_an_excel_file_holds_texts_numbers_and_instants_and_a_page_of_totals(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS)
    await louis.press("=Yes")
    await counted(running_bot)
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "Excel (XLSX)")
    _, content, headers = await fetched(running_bot, link)
    assert "spreadsheetml" in headers["Content-Type"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *rows = list(book["Results"].iter_rows(values_only=True))
    [row] = [dict(zip(head, row, strict=True)) for row in rows if louis.address in row]
    assert row["Attempts to send"] == 1 and row["Answered at"].year >= 2024 and row["Answer"] == "'=Yes"
    assert not any(cell.data_type == "f" for page in book for line in page.iter_rows() for cell in line)
    assert ("Send rate", "100%") in set(book["Report"].iter_rows(values_only=True))


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://evil.example")', "+1", "-1+1", "@SUM(A1)", "\tcmd", "\rcmd", " =1", "＝1"]
)
async def test_no_name_is_a_formula(running_bot: RunningBot, ada: Person, name: str) -> None:
    mallory = running_bot.organisation.person(name, 'O\'Neil; "x",\n=1', address="mallory@contoso.example")
    await mallory.install()
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    for title, read in (("CSV", _csv_cells), ("Excel (XLSX)", _excel_cells)):
        await ada.say("export autumn")
        cells = read((await fetched(running_bot, await exported(ada, title)))[1])
        assert any(cell.startswith("'") and "O'Neil" not in cell for cell in cells)
        dangerous = ("=", "+", "-", "@", "\t", "\r", "＝")
        assert not any(cell.lstrip(" ").startswith(dangerous) for cell in cells), cells


def _csv_cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]


def _excel_cells(content: bytes) -> list[str]:
    pages = openpyxl.load_workbook(io.BytesIO(content))
    return [str(cell.value) for page in pages for row in page.iter_rows() for cell in row if cell.value is not None]


def test_what_is_harmless_stays_as_it_is() -> None:
    assert [harmless(text) for text in ("Ada", "a=b", "", "É-mail", "1+1")] == ["Ada", "a=b", "", "É-mail", "1+1"]


FORMULAS = [f"{sign}1+1" for sign in "=+-@＝＋－＠﹦﹢﹣﹫\u2212⁺₌"]
BLANKS = ["", "\r\n", " \t\u00a0 ", *"\t\r\n\v\f\x00\x85 \u00a0\u2003\u2028\u200b\u3000\ufeff"]


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_no_blank_hides_the_beginning_of_a_formula(blank: str) -> None:
    assert [text for text in FORMULAS if not harmless(blank + text).startswith("'")] == []


async def test_an_anonymous_campaigns_rows_say_nothing_of_what_people_did(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS, Tracking(anonymous=True))
    await louis.press("=Yes")
    await counted(running_bot)
    await completed(ada, running_bot)
    await ada.press("Export")
    assert ada.reads("Engagement is kept without names")
    _, content, _ = await fetched(running_bot, await exported(ada, "Excel (XLSX)"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    head = [cell.value for cell in book["Results"][1]]
    assert "State" in head and "Reason" in head and not {"Answer", "Clicks", "First opened at", "Reactions"} & {*head}
    totals = dict(book["Report"].iter_rows(values_only=True))
    assert not {"Answered", "Last press"} & {*totals}, "one who answered is nobody's business"


# --- by a link --------------------------------------------------------------------------------


async def test_a_link_expires(running_bot: RunningBot, ada: Person) -> None:
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "CSV")
    running_bot.clock.forward(timedelta(minutes=59))
    assert (await fetched(running_bot, link))[0] == 200
    running_bot.clock.forward(timedelta(minutes=2))
    status, page, _ = await fetched(running_bot, link)
    assert status == 404 and b"ask Crieur for the export again" in page


async def test_a_link_that_was_changed_or_is_another_kind_of_ours_leads_nowhere(
    running_bot: RunningBot, ada: Person
) -> None:
    campaign = await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "CSV")
    base, _, token = link.rpartition("/")
    [open_link] = [a["url"] for _, card in ada.cards() for a in actions_of(card) if "/r/" in str(a.get("url"))]
    foreign = open_link.rpartition("/")[2]
    other = token.replace(f"{campaign.id}.", f"{campaign.id + 1}.", 1)
    for wrong in (
        token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:],
        other,
        foreign,
        "x",
        "%F0%28",
        "a" * 5000,
    ):
        assert (await fetched(running_bot, f"{base}/{wrong}"))[0] in (400, 404), wrong
    keys = OwnKeys(running_bot.store, running_bot.clock)
    assert await keys.of(FILES) != await keys.of(LINKS)


async def test_who_is_no_author_any_more_gets_nothing_by_an_old_link(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await louis.say("exporter autumn")
    link = await exported(louis, "CSV")
    assert (await fetched(running_bot, link))[0] == 200
    person = await running_bot.store.person_at(louis.tenant, louis.address)  # type: ignore[arg-type]
    assert person is not None and await running_bot.store.give_role(person.id, None, deed=A_DEED)
    assert (await fetched(running_bot, link))[0] == 404


async def test_only_authors_of_the_organisation_can_ask(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    campaign = await sent_out(running_bot, ada, NEWS)
    message = louis.cards()[-1][0]
    answer = await louis.execute("export.make", handle_of(campaign, format="csv", to="link"), message)
    assert "Seuls les auteurs" in str(answer["value"])
    eve = running_bot.organisation.person("Eve", "Elsewhere", tenant="99999999-7f64-4d0a-9b1e-5a2c3f4e6d70")
    await eve.install()
    person = await running_bot.store.person_at(eve.tenant, eve.address)  # type: ignore[arg-type]
    assert person is not None and await running_bot.store.give_role(person.id, Role.OWNER, deed=A_DEED)
    answer = await eve.execute("export.make", handle_of(campaign, format="csv", to="link"), eve.cards()[-1][0])
    assert any("no longer exists" in word for word in words_of(answer["value"]))


async def test_a_link_outlives_a_restart_though_its_file_does_not(running_bot: RunningBot, ada: Person) -> None:
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "CSV")
    before = (await fetched(running_bot, link))[1]
    await running_bot.restart()
    assert (await fetched(running_bot, link))[1] == before


async def test_a_file_that_a_restart_cut_off_is_asked_for_again(
    running_bot: RunningBot, ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = tmp_path / "stuck"
    stuck.write_text("#!/bin/sh\nexec sleep 600\n")
    stuck.chmod(0o700)
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    monkeypatch.setattr("sys.executable", str(stuck))  # a disk so slow that nothing ends
    await ada.press("CSV")
    await ada.sees("0 of 1 rows")
    monkeypatch.undo()
    await running_bot.restart()
    cut = await ada.sees("The bot was restarted while it made this file")
    at = next(id for id, card in ada.cards() if card == cut)
    await ada.press("Ask again", card=cut, at=at)
    assert (await fetched(running_bot, await exported(ada, "CSV")))[0] == 200


def test_what_a_killed_program_left_on_the_disk_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"{PREFIX}killed"
    left.mkdir()
    (left / "lock").touch()
    (left / "rows.csv").write_text("Ada")
    with TempDir() as alive, TempDir() as other:
        assert not left.exists() and alive.exists() and other.exists()
    assert not any(tmp_path.iterdir())


# --- by the platform's file card --------------------------------------------------------------


async def _offered(running_bot: RunningBot, ada: Person, title: str = "CSV") -> tuple[str, dict[str, Any]]:
    await sent_out(running_bot, ada, NEWS)
    await completed(ada, running_bot)
    await ada.press("Export")
    await ada.press(title)
    await until(lambda: bool(consents(ada)))
    return consents(ada)[-1]


async def _owner(running_bot: RunningBot) -> Person:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    person = await running_bot.store.person_at(ada.tenant, ada.address)  # type: ignore[arg-type]
    assert person is not None
    await running_bot.store.claim_ownership(person.id, deed=A_DEED)
    return ada


async def test_a_file_that_is_taken_is_put_where_teams_wants_it(signed: RunningBot, drive: Drive) -> None:
    ada = await _owner(signed)
    message, offer = await _offered(signed, ada)
    assert offer["name"] == "Autumn newsletter.csv" and offer["content"]["sizeInBytes"] > 0
    context = offer["content"]["acceptContext"]
    assert await answer_offer(ada, message, context, drive.url) == 200
    assert await answer_offer(ada, message, context, drive.url) == 200, "pressed twice"
    await ada.sees("The file is in your OneDrive.")
    [info] = await eventually(lambda: _infos(ada))
    assert info["content"] == {"uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D", "fileType": "csv"}
    assert len(rows_of(drive.content)) == 1 and drive.ranges[-1].startswith("bytes 0-")
    assert not consents(ada), "the offer's place is taken"


async def _infos(person: Person) -> list[dict[str, Any]]:
    activities = [message["activity"] for message in person.chat.messages]
    attachments = [one for activity in activities for one in activity.get("attachments") or []]
    return [one for one in attachments if one["contentType"] == INFO]


async def test_a_file_that_is_declined_is_not_made(signed: RunningBot, drive: Drive) -> None:
    ada = await _owner(signed)
    message, offer = await _offered(signed, ada)
    assert await answer_offer(ada, message, offer["content"]["declineContext"], "", accept=False) == 200
    await ada.sees("All right, no file was saved.")
    assert drive.content == b"" and not consents(ada)


async def test_a_drive_that_stumbles_is_tried_again(signed: RunningBot, drive: Drive) -> None:
    ada = await _owner(signed)
    drive.troubles = [503, 429]
    message, offer = await _offered(signed, ada, "Excel (XLSX)")
    await answer_offer(ada, message, offer["content"]["acceptContext"], drive.url)
    await ada.sees("The file is in your OneDrive.", 20)
    assert openpyxl.load_workbook(io.BytesIO(drive.content)).sheetnames == ["Results", "Report"]


async def test_a_drive_that_refuses_is_told_plainly(signed: RunningBot, drive: Drive) -> None:
    ada = await _owner(signed)
    drive.troubles = [403]
    message, offer = await _offered(signed, ada)
    await answer_offer(ada, message, offer["content"]["acceptContext"], drive.url)
    trouble = await ada.sees("The file could not be made or handed over.")
    assert title_in(trouble, "Ask again")


@pytest.mark.parametrize("upload", ["https://evil.example/upload", "http://169.254.169.254/", "file:///etc/passwd", ""])
async def test_a_file_goes_nowhere_but_to_the_platform(signed: RunningBot, upload: str) -> None:
    ada = await _owner(signed)
    message, offer = await _offered(signed, ada)
    assert await answer_offer(ada, message, offer["content"]["acceptContext"], upload) == 200
    await ada.sees("The file could not be saved there.")


async def test_an_offer_is_taken_by_whom_it_was_made_to_and_in_its_time(signed: RunningBot, drive: Drive) -> None:
    ada = await _owner(signed)
    message, offer = await _offered(signed, ada)
    context = offer["content"]["acceptContext"]
    louis = signed.organisation.person("Louis", "Pasteur")
    await louis.install()
    await make_author(ada, louis)
    await answer_offer(louis, message, context, drive.url)
    assert louis.reads("This offer is no longer valid.")
    for wrong in ({"token": context["token"][:-2]}, {}, None, "x", {"token": 5}):
        await answer_offer(ada, message, wrong, drive.url)
        assert "This offer is no longer valid." in ada.texts()[-1]
    signed.clock.forward(timedelta(hours=2))
    await answer_offer(ada, message, context, drive.url)
    assert drive.content == b""


def test_upload_addresses() -> None:
    hosts = (".sharepoint.com",)
    assert takes("https://contoso-my.sharepoint.com/personal/ada/_api/v2.0/drive/items/01/uploadSession?guid=1", hosts)
    for url in (
        "http://contoso-my.sharepoint.com/x",
        "https://sharepoint.com.evil.example/x",
        "https://evilsharepoint.com/x",
        "https://ada:x@contoso.sharepoint.com/x",
        "https://contoso.sharepoint.com:8443/x",
        "https://127.0.0.1/x",
        "https://[::1",
    ):
        assert not takes(url, hosts), url
    assert takes("http://127.0.0.1:5000/x", ()) and not takes("https://contoso.sharepoint.com/x", ())


async def test_a_recipient_hears_that_it_is_for_authors(running_bot: RunningBot, louis: Person) -> None:
    assert any("Seuls les auteurs" in text for text in await asked(louis, "exporter autumn"))

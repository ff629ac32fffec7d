"""What operators ask: is it alive, can it work, how much does it do; and what it writes down."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from bot.ops.logs import OURS, JsonLines, set_up
from bot.teams.incoming.request_limits import AT_ONCE, BURST, Kind
from bot.version import VERSION
from bot.web.health import SPARE, Health
from bot.web.metrics import Live, Metrics, measured
from scheduler.copies.watch import Watch
from storage.records import Channel, NotReached, StorageError
from storage.shared.inventory import BACKED_UP, READY
from storage.sqlite import SqliteStore
from tests.bot.story import broadcast, completed, draft, eventually
from tests.conftest import RunningBot
from tests.contract.world import END, LEASE, NOW, claim, install, planned
from tests.support.organisation import SEND_OFF, Person

ALIVE = (200, f'{{"status": "ok", "version": "{VERSION}"}}')


@dataclass
class FixedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None: ...


async def get(running_bot: RunningBot, path: str, **headers: str) -> tuple[int, str]:
    async with running_bot.organisation.http.get(f"{running_bot.url}{path}", headers=headers) as response:
        return response.status, await response.text()


async def figures(running_bot: RunningBot) -> dict[str, float]:
    """Each line of /metrics: its name with labels -> its value."""
    status, text = await get(running_bot, "/metrics")
    assert status == 200
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def ready(running_bot: RunningBot) -> bool:
    return (await get(running_bot, "/readyz"))[0] == 200


async def test_it_is_alive_and_ready(running_bot: RunningBot) -> None:
    assert await get(running_bot, "/healthz") == ALIVE
    await eventually(lambda: ready(running_bot))


async def test_a_store_that_does_not_answer_makes_it_not_ready(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await eventually(lambda: ready(running_bot))
    await running_bot.store.close()
    status, text = await get(running_bot, "/readyz")
    assert status == 503
    assert "store" in orjson.loads(text)
    assert await get(running_bot, "/healthz") == ALIVE
    await running_bot.store.open()
    await eventually(lambda: ready(running_bot))


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
async def test_a_file_of_the_store_that_is_removed_makes_it_not_ready_and_ends_its_sending(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await eventually(lambda: ready(running_bot))
    await draft(ada)
    running_bot.path.with_name(running_bot.path.name + "-wal").unlink()
    status, text = await get(running_bot, "/readyz")
    assert status == 503
    assert "was removed while Crieur used it: restart Crieur" in orjson.loads(text)["store"]
    await ada.press(SEND_OFF)
    assert not louis.chat.campaigns
    await running_bot.restart()
    await eventually(lambda: ready(running_bot))
    await ada.press(SEND_OFF)
    await ada.sees("is on its way")


async def test_a_full_disk_makes_it_not_ready_and_is_called_so(
    running_bot: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    await eventually(lambda: ready(running_bot))
    store = running_bot.store
    assert isinstance(store, SqliteStore)

    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")

    await store.write(fill)
    with pytest.raises(StorageError, match="the disk is full"):
        for number in range(100):
            await store.write_documents({f"picture/{number}": (None, b"x" * 10_000)})
    assert "the database took no change: the disk is full" in caplog.text
    await store.write(lambda db: db.execute("DELETE FROM document WHERE key = 'ready'"))
    await store.write(lambda db: db.execute("PRAGMA max_page_count = 1073741823"))
    await eventually(lambda: ready(running_bot))


async def test_what_is_left_of_the_disk_and_an_ended_token_are_looked_at(running_bot: RunningBot) -> None:
    class Ended:
        header, trouble = "Bearer x", "the token has ended, and the login does not answer"

    health = Health(
        store=running_bot.store,
        authorization=Ended(),  # type: ignore[arg-type]
        clock=running_bot.clock,
        looked_at=running_bot.clock.monotonic,
        dispatching=lambda: True,
        watch=Watch(running_bot.clock, running_bot.store),
        free=lambda: SPARE - 1,
    )
    assert await health.troubles() == {
        "disk": "49 MB are left for the store",
        "token": "nothing is sent: the token has ended, and the login does not answer",
    }
    assert READY in await running_bot.store.read_documents([READY]), "that it can be read is not enough"


async def test_a_scheduler_that_stands_still_makes_it_not_ready(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await eventually(lambda: ready(running_bot))

    async def broken(now: object) -> list[object]:
        raise StorageError("gone")

    monkeypatch.setattr(type(running_bot.store), "due_to_start", broken)
    await running_bot.restart()
    status, text = await get(running_bot, "/readyz")
    assert status == 503
    assert "scheduler" in orjson.loads(text)


async def test_told_to_stop_while_a_job_waits_for_the_store_it_writes_no_error(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = asyncio.Event()

    async def hangs(store: object, now: object) -> list[object]:
        asked.set()
        await asyncio.sleep(3600)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(type(running_bot.store), "due_to_start", hangs)
        await running_bot.restart()
        await asyncio.wait_for(asked.wait(), 30)
    await running_bot.restart()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_the_figures_count_what_happened(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    louis.chat.broken = "blocked"
    await draft(ada)
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    counted = await figures(running_bot)
    assert counted['crieur_deliveries_total{outcome="delivered"}'] == 1
    assert counted['crieur_deliveries_total{outcome="unreachable"}'] == 1
    assert counted['crieur_send_seconds_count{outcome="delivered"}'] == 1
    assert counted['crieur_store_question_seconds_count{question="record"}'] >= 1
    assert counted["crieur_store_seconds_count"] >= 1
    assert counted['crieur_activity_seconds_count{kind="message"}'] >= 1
    assert counted['crieur_deliveries_total{outcome="unconfirmed"}'] == 0, "what has never happened is 0, not missing"
    assert counted['crieur_throttled_total{asked="send"}'] == counted["crieur_token_failures_total"] == 0
    assert counted['crieur_graph_answers_total{area="users",status="429"}'] == 0
    assert 0 <= counted["crieur_scheduler_looked_seconds"] < 30
    assert counted["crieur_clicks_waiting"] == counted["crieur_backup_timestamp_seconds"] == 0
    assert len((await get(running_bot, "/metrics"))[1].splitlines()) <= 1919 / 3
    assert counted["crieur_campaigns_running"] == 0
    assert counted["crieur_lag_seconds"] == 0
    assert counted['crieur_activities_total{kind="message"}'] >= 1
    assert counted['crieur_activities_total{kind="invoke"}'] >= 4


@pytest.mark.real_time
async def test_the_figures_show_the_queue_and_how_late_it_is(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "late.db"), FixedClock(NOW + timedelta(seconds=90))
    await store.open()
    ada, louis, grace = await install(store, "ada", "louis", "grace")
    await store.lose(grace.tenant, Channel.TEAMS, "29:grace", NotReached.UNINSTALLED)
    await planned(store, [ada, louis], waiting=[grace])
    text = (await Metrics().text(store, clock)).decode()
    await store.close()
    assert 'crieur_deliveries_open{state="planned"} 2.0' in text
    assert 'crieur_deliveries_open{state="waiting"} 1.0' in text
    assert "crieur_campaigns_running 1.0" in text
    assert "crieur_lag_seconds 90.0" in text


@pytest.mark.real_time
async def test_what_time_ends_is_told_by_outcome_and_a_backup_by_its_instant(tmp_path: Path) -> None:
    store, clock, metrics = SqliteStore(tmp_path / "late.db"), FixedClock(NOW), Metrics()
    await store.open()
    people = await install(store, "ada", "louis")
    campaign = await planned(store, people)
    await claim(store, campaign, limit=1, mark=True)
    await measured(store, metrics).reap(campaign.id, NOW + LEASE + timedelta(seconds=1), END)
    await measured(store, metrics).reap(campaign.id, END + LEASE, END)
    await store.write_documents({BACKED_UP: (None, b"1764460800")})
    text = (await metrics.text(store, clock, Live(NOW, None, 7))).decode()
    await store.close()
    for line in (
        'crieur_deliveries_swept_total{outcome="unconfirmed"} 1.0',
        'crieur_deliveries_swept_total{outcome="expired"} 1.0',
        "crieur_backup_timestamp_seconds 1.7644608e+09",
        "crieur_token_ends_timestamp_seconds 1.8940068e+09",
        "crieur_clicks_waiting 7.0",
    ):
        assert line in text.splitlines(), line


async def test_the_figures_tell_nothing_of_people(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    _, text = await get(running_bot, "/metrics")
    for word in ("Ada", "Louis", "Pasteur", "contoso", "Autumn", "29:", "a:msteams", ada.tenant, louis.directory_id):
        assert word.lower() not in text.lower()


async def test_without_a_token_only_this_machine_sees_the_figures(running_bot: RunningBot) -> None:
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert (await get(running_bot, "/metrics", **{header: "203.0.113.7"}))[0] == 403
    assert (await get(running_bot, "/metrics"))[0] == 200


async def test_what_comes_through_a_proxy_or_an_ingress_sees_no_probe(signed: RunningBot) -> None:
    assert (await get(signed, "/healthz"))[0] == 200
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"):
        for path in ("/readyz", "/healthz"):
            assert (await get(signed, path, **{header: "https"}))[0] == 404
        assert (await get(signed, "/metrics", **{header: "https"}))[0] == 403


async def test_with_a_token_who_shows_it_sees_the_figures(running_bot: RunningBot) -> None:
    running_bot.environment["METRICS_TOKEN"] = "a-secret"
    await running_bot.restart()
    for shown in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "a-secret"}, {"Authorization": "Bearer é"}):
        assert (await get(running_bot, "/metrics", **shown))[0] == 403
    assert (await get(running_bot, "/metrics", Authorization="Bearer a-secret"))[0] == 200


@pytest.mark.real_time
async def test_bytes_that_are_no_text_open_nothing(running_bot: RunningBot) -> None:
    running_bot.environment["METRICS_TOKEN"] = "a-secret"
    await running_bot.restart()
    for path, method, status in (("/metrics", "GET", b"403"), ("/api/messages", "POST", b"415")):
        reader, writer = await asyncio.open_connection("127.0.0.1", running_bot.port)
        host = f"Host: 127.0.0.1:{running_bot.port}".encode()
        writer.write(
            b"%s %s HTTP/1.1\r\n%s\r\nAuthorization: Bearer \xff\xfe\r\nContent-Length: 0\r\n\r\n"
            % (method.encode(), path.encode(), host)
        )
        assert (await reader.readline()).split()[1] == status
        writer.close()


async def test_about_is_in_the_readers_language_first(running_bot: RunningBot) -> None:
    _, english = await get(running_bot, "/about")
    _, french = await get(running_bot, "/about", **{"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})
    assert english.index("What it keeps") < english.index("Ce qu’il conserve")
    assert french.index("Ce qu’il conserve") < french.index("What it keeps")
    for anchor in ("crieur", "privacy", "terms"):
        assert len(re.findall(f"id={anchor}>", french)) == 1


# --- logs -------------------------------------------------------------------------------------


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Asks what was written to the standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_json_lines_carry_ids_as_fields(written: Callable[[], str]) -> None:
    set_up("INFO", "json")
    logging.getLogger("crieur.test").info("delivery settled: campaign=%d delivery=%d state=%s", 7, 42, "expired")
    line = orjson.loads(written())
    assert (line["campaign"], line["delivery"], line["state"]) == (7, 42, "expired")
    assert (line["level"], line["logger"]) == ("INFO", "crieur.test")
    assert line["message"] == "delivery settled: campaign=7 delivery=42 state=expired"
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_says_where_and_not_what_somebody_wrote(written: Callable[[], str], form: str) -> None:
    set_up("INFO", form)
    try:
        try:
            int("a xylophone")
        except ValueError as error:
            raise KeyError("Ada Lovelace") from error
    except KeyError:
        logging.getLogger("crieur.test").exception("it broke: campaign=%d", 7)
    log = written()
    assert "it broke: campaign=7" in log
    assert "test_operations.py" in log and "KeyError" in log and "ValueError" in log
    assert "Ada" not in log and "xylophone" not in log


def test_at_debug_an_error_keeps_its_words(written: Callable[[], str]) -> None:
    set_up("DEBUG", "text")
    try:
        raise KeyError("Ada Lovelace")
    except KeyError:
        logging.getLogger("crieur.test").exception("it broke")
    assert "Ada" in written()


def test_at_debug_no_library_tells_what_it_is_given(written: Callable[[], str]) -> None:
    set_up("DEBUG", "json")
    for name in ("pymongo.command", "aiohttp.client", "asyncio", "some_library.of_tomorrow"):
        logging.getLogger(name).debug("insert: Ada Lovelace")
        logging.getLogger(name).info("insert: Ada Lovelace")
    logging.getLogger("bot.somewhere").debug("ours is heard")
    log = written()
    assert "Ada" not in log and "ours is heard" in log


def test_a_json_line_is_one_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, "two\nlines campaign=%d", (3,), None)
    assert "\n" not in JsonLines().format(record)


#: what ends a line somewhere, moves a terminal's cursor, or turns the reading direction
HOSTILE = "x\n2026-11-29 03:00 INFO crieur a forged line campaign=7\r\x1b[31m\x85\u2028\u2029\u202e\u200b\x00"


@pytest.mark.parametrize("form", ["text", "json"])
async def test_nothing_in_an_activity_makes_a_log_line_of_its_own(
    running_bot: RunningBot, ada: Person, written: Callable[[], str], form: str
) -> None:
    set_up("INFO", form)
    written()
    for odd in (
        {"type": "event", "name": HOSTILE},
        {"type": "invoke", "name": HOSTILE},
        {"type": HOSTILE},
        {"type": "message", "channelId": HOSTILE},
    ):
        await ada.send(odd)
    lines = written().split("\n")
    assert lines.pop() == "" and len(lines) == 4
    for line in lines:
        assert line.isprintable() and "forged" in line
        if form == "json":
            assert set(orjson.loads(line)) - {"type", "name", "channel"} == {"time", "level", "logger", "message"}
        else:
            assert re.match(r"\d{4}-\d\d-\d\d [\d:,]+ INFO bot\.", line)


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_an_errors_own_words_make_no_log_line(written: Callable[[], str], level: str) -> None:
    set_up(level, "text")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("crieur.test").exception("it broke")
    first, *more = written().rstrip("\n").split("\n")
    assert first.endswith("it broke") and more
    assert all(line.startswith("  ") and line.isprintable() for line in more)


# --- bounds -----------------------------------------------------------------------------------


async def test_one_chat_that_speaks_too_fast_is_not_heard_and_slows_no_other(
    running_bot: RunningBot, ada: Person, louis: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = running_bot.clock.monotonic()
    monkeypatch.setattr(running_bot.clock, "monotonic", lambda: still)
    message = {"type": "message", "text": "campaigns"}
    posts = running_bot.connector.posts
    for _ in range(BURST + 50):
        await ada.send(message)
    assert running_bot.connector.posts - posts < BURST
    action = {"type": "Action.Execute", "verb": "help.open", "data": {}}
    status, _ = await ada.send({"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action}})
    assert status == 429
    status, _ = await louis.send({"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action}})
    assert status == 200


async def test_more_requests_at_once_than_it_takes_are_asked_to_come_back(
    running_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(AT_ONCE, Kind.PAGE, 0)
    async with running_bot.organisation.http.get(f"{running_bot.url}/about") as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "1"
    assert (await get(running_bot, "/healthz"))[0] == 200, "probes have places of their own"

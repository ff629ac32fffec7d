"""The report and the export of a campaign to 1,000,000 people, of whom a tenth has clicked."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from app import WallClock, spare_the_collector
from bot.files.exporter import Exports
from bot.files.hosts import FileHosts
from bot.keys import OwnKeys
from cards.kit.elements import as_dict
from cards.kit.texts import Texts
from cards.results.exports import Format
from cards.results.report import report_card
from cards.results.segments import segments_card, segments_of
from dialogs.core.export_port import ExportRequest
from dialogs.core.figures import figures_of
from dialogs.people.effective_role import EffectiveRole
from storage.records import (
    MOST_PROFILES,
    Campaign,
    CampaignId,
    Channel,
    DeliveryState,
    EngagementKind,
    PersonId,
    Press,
    Profile,
    Who,
)
from storage.records.instants import ms
from storage.sqlite import SqliteStore
from tests.bench.ground import plan_due, running_campaign, settle_people
from tests.bench.memory import resident
from tests.support.program import ROOT

PEOPLE = 1_000_000
ENGAGED = 100_000
GROUP = 1_000  #: clicks written at a time
REPORTS = 51
LATE = 0.01  #: seconds between two looks at the event loop ...
EVERY = 20  #: ... and looks between two at the memory


async def reports_and_exports() -> dict[str, float]:
    """Both from one store, each in a process of its own, so that its memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crieur.db"
        store = SqliteStore(path)
        await store.open()
        campaign = await _sent(store)
        report = await _report(store, campaign)
        segments = await _segments(store, campaign)
        await store.close()
        figures = {"report_1m_ms": report, "report_by_segment_1m_ms": segments}
        for format in Format:
            figures |= await asyncio.to_thread(_apart, path, campaign.id, format)
        return figures


async def _sent(store: SqliteStore) -> Campaign:
    await settle_people(store, "http://127.0.0.1:1", PEOPLE)
    campaign = await running_campaign(store)
    await plan_due(store, campaign, range(1, PEOPLE + 1))
    now = datetime.now(UTC)

    def deliver(db: sqlite3.Connection) -> None:
        db.execute(
            "UPDATE delivery SET state = ?, tries = 1, settled_at = ? WHERE campaign = ?",
            (DeliveryState.DELIVERED, ms(now), campaign.id),
        )

    await store.write(deliver)
    for first in range(1, ENGAGED + 1, GROUP):
        people = range(first, first + GROUP)
        await store.engage([Press(campaign.id, Who(n), EngagementKind.CLICKED, now, 0) for n in people])
    await store.planned(campaign.id, now)
    sent = await store.campaign(campaign.id)
    assert sent is not None
    return sent


async def _segments(store: SqliteStore, campaign: Campaign) -> float:
    """As many kinds of people as are told apart: 50 departments in 40 cities."""
    kinds = [
        Profile(department=f"Department {number % 50}", city=f"City {number % 40}", list=1 + number // 1000)
        for number in range(MOST_PROFILES)
    ]
    await store.keep_profiles(campaign.id, kinds)
    each = PEOPLE // len(kinds)

    def count(db: sqlite3.Connection) -> None:
        db.execute(
            "UPDATE profile SET recipients = ?, sent = ?, opened = ? WHERE campaign = ?",
            (each, each, each, campaign.id),
        )

    await store.write(count)
    seconds = []
    for _ in range(REPORTS):
        began = time.perf_counter()
        figures = await figures_of(store, campaign)
        told = segments_of(await store.profile_figures(campaign.id))
        as_dict(segments_card(Texts("en"), figures, told, {}, EngagementKind.OPENED))
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds)


async def _report(store: SqliteStore, campaign: Campaign) -> float:
    """Milliseconds for a whole report card, its figures read anew."""
    took = []
    for _ in range(REPORTS):
        began = time.perf_counter()
        figures = await figures_of(store, campaign, over_time=True)
        as_dict(report_card(Texts("en"), figures, datetime.now(UTC)))
        took.append(time.perf_counter() - began)
        assert figures.people(EngagementKind.CLICKED) == ENGAGED
    return 1000 * statistics.median(took)


def _apart(path: Path, campaign: CampaignId, format: Format) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.reports", str(path), str(campaign), format]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _export(path: Path, campaign: int, format: Format) -> dict[str, float]:
    """As a browser would fetch it; how late the event loop was meanwhile, by a look every ten milliseconds."""
    store, late, held = SqliteStore(path), list[float](), list[float]()
    await store.open()
    spare_the_collector()
    request = ExportRequest(
        campaign=CampaignId(campaign), person=PersonId(1), channel=Channel.TEAMS, format=format, number="bench"
    )
    clock = WallClock()
    exports = Exports(
        store=store,
        effective_role=EffectiveRole(store, None, clock),
        connector=None,  # type: ignore[arg-type]
        clock=clock,
        keys=OwnKeys(store, clock),
        base_url="http://127.0.0.1",
        takes_files=False,
        hosts=(),
        file_hosts=FileHosts(store, None),
    )
    async with exports:
        watching = asyncio.create_task(_watch(late, held))
        began = time.perf_counter()
        export = await exports.fetch(exports.sign(request))
        took = time.perf_counter() - began
        watching.cancel()
        assert export is not None
        size = export[0].stat().st_size
    await store.close()
    row = "export_1m" if format is Format.XLSX else "export_1m_csv"
    return {
        f"{row}_rows_per_s": PEOPLE / took,
        f"{row}_rss_mb": max(held),
        f"{row}_loop_late_ms": 1000 * statistics.quantiles(late, n=100)[98],
        f"{row}_file_mb": size / 1e6,
    }


async def _watch(late: list[float], held: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(LATE)
        late.append(time.perf_counter() - began - LATE)
        if len(late) % EVERY == 0:
            held.append(sum(map(resident, ("self", *_children()))))


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


if __name__ == "__main__":
    path, campaign, format = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(_export(Path(path), int(campaign), Format(format)))))

"""A workbook of 100,000 people dropped into the chat and saved: how fast, and in how much memory."""

from __future__ import annotations

import asyncio
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app import WallClock
from cards.kit.texts import Texts
from dialogs.core.turn import Attachment, AttachmentKind, Services, Turn
from dialogs.lists.imports import flow, saving
from dialogs.lists.imports.client import FileReader
from dialogs.lists.imports.pending import pending_import
from scheduler.list_refresh import ListReader
from storage.records import Channel, Person, PersonId, Role, TenantId
from storage.sqlite import SqliteStore
from tests.bench.memory import peak
from tests.support.program import ROOT

PEOPLE = 100_000
ROUNDS = 3
TENANT = TenantId("contoso")


async def importing() -> dict[str, float]:
    """import_100k_rows_per_s, and the memory of a process that imports, all of it, and of the one that reads for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        path.write_bytes(await asyncio.to_thread(_workbook))
        rounds = [await asyncio.to_thread(_round, path) for _ in range(ROUNDS)]
    return {
        "import_100k_rows_per_s": PEOPLE / statistics.median(figures["seconds"] for figures in rounds),
        "import_100k_rss_mb": statistics.median(figures["rss_mb"] for figures in rounds),
        "import_100k_reader_rss_mb": statistics.median(figures["reader_rss_mb"] for figures in rounds),
    }


def _workbook() -> bytes:
    import openpyxl  # not in the process that is measured

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Nom", "Prénom", "Courriel", "Service", "Site"])
    for number in range(PEOPLE):
        name = [f"Lefèvre {number}", f"Zoë {number % 100}", f"person{number}@contoso.example"]
        sheet.append([*name, f"Service {number % 20}", f"Site {number % 7}"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _round(path: Path) -> dict[str, float]:
    """In a process of its own, so that its memory is the import's."""
    command = [sys.executable, "-m", "tests.bench.imports", str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


class Shelf:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        return self._path.read_bytes()


async def _measure(path: Path) -> dict[str, float]:
    store = SqliteStore(path.with_name(f"{time.monotonic_ns()}.db"))
    await store.open()
    author = Person(id=PersonId(1), tenant=TENANT, address="")
    nothing: Any = None  # an import asks for none of these
    services = Services(
        store=store,
        clock=WallClock(),
        sender=nothing,
        links=nothing,
        announcer=nothing,
        exports=nothing,
        reader=ListReader(store, None, nothing, WallClock()),
        files=Shelf(path),
        tables=FileReader(),
        rate=45.0,
        words=nothing,
    )
    turn = Turn(services=services, person=author, role=Role.OWNER, channel=Channel.TEAMS, texts=Texts("fr"))
    watching = asyncio.create_task(_reader_peak())
    began = time.perf_counter()
    read = await flow.upload(turn, Attachment(kind=AttachmentKind.FILE, name="people.xlsx", url="x"))
    if read.later is not None:
        await read.later
    pending = await pending_import(turn)
    assert pending is not None
    saved = await saving.save_import(turn, {"list": pending.list, "list_name": "Everybody", "into": "new"})
    if saved.later is not None:
        await saved.later
    took = time.perf_counter() - began
    [imported] = await store.lists(TENANT)
    assert (imported.size, len(imported.columns)) == (PEOPLE, 2)
    await store.close()
    watching.cancel()
    return {"seconds": took, "rss_mb": peak(), "reader_rss_mb": max(PEAKS, default=0.0)}


PEAKS: list[float] = []


async def _reader_peak() -> None:
    """What the program that reads takes at the most, looked at while it runs."""
    own = os.getpid()
    while True:
        children = await asyncio.to_thread(Path(f"/proc/{own}/task/{own}/children").read_text)
        PEAKS.extend(peak(pid) for pid in children.split())
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_measure(Path(sys.argv[1])))))

"""A kill between any two changes of an import: no list is ever seen in parts, and the next press saves it whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cards.kit.texts import Texts
from dialogs.core.turn import Attachment, AttachmentKind, Services, Turn
from dialogs.lists.imports import client, flow, saving
from dialogs.lists.imports.client import FileReader
from dialogs.lists.imports.pending import pending_import
from scheduler.list_refresh import ListReader
from storage.records import Audience, Channel, Role
from storage.sqlite import SqliteStore
from tests.contract.world import CONTOSO, install
from tests.faults.conftest import FULL
from tests.support.deeds import A_DEED
from tests.support.new_database import new_store
from tests.unit.test_import import separated

PEOPLE = 25
MANY = 200  #: changes; more than an import has
PRESSES = {"new": {"list_name": "Many", "into": "new"}, "replace": {"into": "replace:1"}, "add": {"into": "add:1"}}


class Killed(BaseException):
    """As final as kill -9: nothing behind it runs."""


class Mortal:
    """A store that dies at one of its changes: before it is made, or right after."""

    CHANGES = ("blank_list", "fill_blank", "fill_from_page", "publish_list", "refill_list", "write_documents",
               "delete_documents", "drop_blank")  # fmt: skip

    def __init__(self, store: SqliteStore, dies_at: int, *, after: bool) -> None:
        self._store, self._left, self._after = store, dies_at, after

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Any] = getattr(self._store, name)
        if name not in self.CHANGES:
            return method

        async def change(*given: Any, **more: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            answer = await method(*given, **more)
            if self._left == 0:
                raise Killed
            return answer

        return change


class Shelf:
    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        rows = [["Mail", "Site"], *([f"p{number}@contoso.example", "Lyon"] for number in range(PEOPLE))]
        return separated(rows).encode()


class Noon:
    def now(self) -> datetime:
        return datetime(2030, 1, 7, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("how", PRESSES)
async def test_no_death_leaves_half_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, after: bool
) -> None:
    monkeypatch.setattr(client, "PAGE", 10)
    monkeypatch.setattr(saving, "MEMBERS", 1)
    for dies_at in range(1, MANY, 1 if FULL else 3):
        path = tmp_path / f"{dies_at}.db"
        store = new_store(path)
        await store.open()
        ada, louis = await install(store, "ada", "louis")
        before = await store.new_list(CONTOSO, ada.id, "Old", [ada.id, louis.id], deed=A_DEED)
        turn = _turn(store, ada)
        try:
            await _import(_turn(Mortal(store, dies_at, after=after), ada), how)
        except Killed:
            died = True
        else:
            died = False
        await store.close()
        store = SqliteStore(path)
        await store.open()
        turn = _turn(store, ada)
        sizes = {one.name: one.size for one in await store.lists(CONTOSO)}
        whole = {"new": {"Old": 2, "Many": PEOPLE}, "replace": {"Old": PEOPLE}, "add": {"Old": PEOPLE + 2}}[how]
        assert sizes in ({"Old": 2}, whole), f"half a list after a death at change {dies_at}"
        if await pending_import(turn) is None and sizes != whole:
            await _import(turn, how)  # nothing of it was kept: the file is dropped once more
        elif sizes != whole or await pending_import(turn):
            await _press(turn, how)
        sizes = {one.name: one.size for one in await store.lists(CONTOSO)}
        assert sizes == whole, dies_at
        reach = await store.reach(CONTOSO, Audience(lists=(before.id,)), Channel.TEAMS)
        assert reach.total == whole["Old"]
        assert await pending_import(turn) is None
        await store.close()
        if not died:
            assert dies_at > 10
            return
    raise AssertionError("it never came to its end")


async def _import(turn: Turn, how: str) -> None:
    answer = await flow.upload(turn, Attachment(kind=AttachmentKind.FILE, name="many.csv", url="x"))
    if answer.later is not None:
        await answer.later
    await _press(turn, how)


async def _press(turn: Turn, how: str) -> None:
    pending = await pending_import(turn)
    assert pending is not None
    await saving.save_import(turn, {"list": pending.list, **PRESSES[how]})


def _turn(store: Any, person: Any) -> Turn:
    clock: Any = Noon()
    reader = ListReader(store, None, None, clock)  # type: ignore[arg-type]
    services = Services(
        store=store,
        clock=clock,
        sender=None,  # type: ignore[arg-type]
        links=None,  # type: ignore[arg-type]
        announcer=None,  # type: ignore[arg-type]
        exports=None,  # type: ignore[arg-type]
        files=Shelf(),
        tables=FileReader(),
        rate=45.0,
        reader=reader,
        words=None,  # type: ignore[arg-type]
    )
    return Turn(services=services, person=person, role=Role.OWNER, channel=Channel.TEAMS, texts=Texts("en"))

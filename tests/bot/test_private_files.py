"""What the bot keeps on a machine is read by its own user only, whatever umask it was started with."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage.sqlite import SqliteStore
from tests.support.program import ROOT, Program, running

OPEN = 0o022  #: the umask of most machines


def modes(folder: Path) -> dict[str, int]:
    """Of a folder, as ".", and of what lies in it."""
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


def command(store: Path, *words: str) -> None:
    environment = {**os.environ, "STORE_URL": f"sqlite:{store}", "MicrosoftAppId": ""}
    subprocess.run(
        [sys.executable, "app.py", *words],
        cwd=ROOT, env=environment, check=True, timeout=60, umask=OPEN, capture_output=True,
    )  # fmt: skip


@pytest.mark.real_time
async def test_the_store_its_log_and_its_backups_are_nobody_elses(tmp_path: Path) -> None:
    store, backups = tmp_path / "var" / "crieur.db", tmp_path / "backups"
    backups.mkdir()
    async with running(Program(f"sqlite:{store}", tmp_path / "log")):
        await asyncio.to_thread(command, store, "backup", str(backups / "one.db"))
        kept = modes(store.parent)
    assert set(kept) >= {".", "crieur.db", "crieur.db-wal", "crieur.db-shm"}
    assert kept.pop(".") == 0o700
    assert set(kept.values()) == {0o600}
    assert modes(backups)["one.db"] == 0o600


async def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    store = SqliteStore(folder / "crieur.db")
    await store.open()
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    other = SqliteStore(folder / "crieur.db")
    await other.open()
    kept = modes(folder)
    assert kept.pop(".") == 0o700
    assert len(kept) == 3 and set(kept.values()) == {0o600}
    await other.close()
    await store.close()


async def test_a_folder_that_is_not_the_stores_alone_keeps_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder one works in, or one that is everybody's, like /tmp."""
    here, shared = tmp_path / "here", tmp_path / "shared"
    for folder, mode in ((here, 0o755), (shared, 0o1777)):
        folder.mkdir()
        os.chmod(folder, mode)
    monkeypatch.chdir(here)
    for path in (shared / "crieur.db", Path("crieur.db")):
        store = SqliteStore(path)
        await store.open()
        await store.close()
    assert modes(shared) == {".": 0o1777, "crieur.db": 0o600}
    assert modes(here) == {".": 0o755, "crieur.db": 0o600}


async def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, backups = tmp_path / "crieur.db", tmp_path / "backups"
    backups.mkdir()
    kept = SqliteStore(store)
    await kept.open()
    await kept.close()
    size = store.stat().st_size
    limited = f"ulimit -f {size // 2048}; exec {sys.executable} app.py backup {backups / 'one.db'}"
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", limited],
        cwd=ROOT, env={**os.environ, "STORE_URL": f"sqlite:{store}", "MicrosoftAppId": ""},
        check=False, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "backup was not made" in done.stdout
    assert list(backups.iterdir()) == []

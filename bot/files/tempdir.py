"""A folder for files that nobody needs once this program has ended, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

PREFIX = "crieur-export-"
_LOCK = "lock"


class TempDir:
    """``with Scratch() as folder``: what earlier programs left behind, because they were killed, goes first.

    A living process holds a lock on a file in its folder.
    """

    def __enter__(self) -> Path:
        _sweep(Path(tempfile.gettempdir()))
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        new = self._folder / "new"
        self._held = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        new.rename(self._folder / _LOCK)  # nobody sees it before it is held
        return self._folder

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._held)


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{PREFIX}*"):
        try:
            lock = os.open(left / _LOCK, os.O_RDWR)
        except OSError:  # not ours, or about to be held
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            pass  # somebody is alive
        finally:
            os.close(lock)

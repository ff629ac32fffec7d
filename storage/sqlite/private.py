"""Files that only the bot's own user reads: 0600, in a folder of 0700, whatever the machine's umask says."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

FILE, FOLDER = 0o600, 0o700
BESIDE = ("", "-wal", "-shm", "-journal")  #: what SQLite keeps beside its file; it gives new ones the file's mode


def make_private(path: Path) -> None:
    """A database file that is there afterwards, with its folder; what earlier versions left open is closed.

    Raises OSError where the file cannot be made. One that belongs to somebody else is told of in the log.
    """
    path.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    if _is_ours_alone(path.parent):
        _close(path.parent, FOLDER)
    new_private(path)
    for ending in BESIDE:
        _close(path.with_name(path.name + ending), FILE)


def new_private(path: Path) -> None:
    """An empty file, if there is none: SQLite takes it for a new database."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE))


def _is_ours_alone(folder: Path) -> bool:
    """Whether a folder is made for the store: not one that we work or live in, nor one shared with others (/tmp)."""
    within = [Path.cwd().resolve()]
    with suppress(RuntimeError):  # a user without a home
        within.append(Path.home().resolve())
    own = folder.resolve()
    return not any(one.is_relative_to(own) for one in within) and not own.stat().st_mode & stat.S_ISVTX


def _close(path: Path, mode: int) -> None:
    try:
        if stat.S_IMODE(path.stat().st_mode) & ~mode:
            path.chmod(mode)
    except FileNotFoundError:
        pass
    except OSError:  # another user's, or a file system that knows no modes
        log.warning("others on this machine may read the store: its files' modes cannot be changed")

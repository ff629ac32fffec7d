"""The wall clock of a process, set from outside by libfaketime (Debian's package of that name).

Its monotonic clock is left alone, as an administrator or NTP would leave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def library() -> Path | None:
    """None where it is not installed."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class WallClock:
    """``environment`` is for the process, before it starts; ``set_wrong_by`` may be called while it runs."""

    def __init__(self, folder: Path, wrong_by: float = 0.0) -> None:
        self._file = folder / "wall-clock"
        self.set_wrong_by(wrong_by)

    @property
    def environment(self) -> Mapping[str, str]:
        preloaded = library()
        assert preloaded, "libfaketime is not installed: apt-get install libfaketime"
        return {
            "LD_PRELOAD": str(preloaded),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set_wrong_by(self, seconds: float) -> None:
        """Known to the process within a second."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+f}\n")
        written.replace(self._file)

"""How much memory a program takes, from /proc: what getrusage calls a peak begins at that of the program's parent."""

from __future__ import annotations

from pathlib import Path


def resident(pid: int | str) -> float:
    """Megabytes now; none of a program that has just ended."""
    return _said(pid, "VmRSS")


def peak(pid: int | str = "self") -> float:
    """Megabytes of a program, at the most so far."""
    return _said(pid, "VmHWM")


def _said(pid: int | str, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))

"""How the time of some work grows with its size: processor time, which other programs hardly weigh on."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterator

MOST = 6  #: times as long as its quarter, at the most: what is linear takes 4, what is quadratic 16
TURNS = 6  #: measurements of each size, at the most: the best of them counts


def assert_grows_with(work: Callable[[int], object], few: int) -> None:
    """``work`` of ``few`` and of four times as many."""
    small = large = float("inf")
    for _ in range(TURNS):
        small, large = min(small, _seconds(work, few)), min(large, _seconds(work, 4 * few))
        if large <= MOST * small:
            return
    raise AssertionError(f"{few}: {small:.3f} s, {4 * few}: {large:.3f} s")


def _seconds(work: Callable[[int], object], size: int) -> float:
    gc.collect()
    with processor_time() as took:
        work(size)
    return took[0]


@contextlib.contextmanager
def processor_time() -> Iterator[list[float]]:
    """The seconds that the work took of the processor, once it is done; none for the garbage of what ran before it."""
    took: list[float] = []
    gc.disable()
    try:
        began = time.process_time()
        yield took
        took.append(time.process_time() - began)
    finally:
        gc.enable()

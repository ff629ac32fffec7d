"""Who runs which test: what takes seconds to load is loaded once, and tests that wait leave the others room to compute.

pytest-xdist's own groups go by the name that it gives a test, which pytest 9.2 does not keep: it groups nothing, and
says nothing. Its schedulers are asked for by a hook (``pytest_xdist_make_scheduler``).
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

#: workers that are at fault tests at a time: these mostly wait, for slots and leases of real programs
WAITING = 3
#: tests of one worker, which go first
ONCE = {
    "test_every_card.py": "cards",
    "test_sayings.py": "recogniser",
    "test_schedule_as_people_say_it.py": "recogniser",
    "test_schedule_in_words.py": "recogniser",
}


def waits(scope: str) -> bool:
    return scope.startswith("tests/faults/")


class Lanes(LoadScopeScheduling):
    """A scope is one test, or those of one name in ``ONCE``."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        #: of those that wait and have been given to a worker: whether each has ended
        self._begun: list[dict[str, bool]] = []

    def _split_scope(self, nodeid: str) -> str:
        path = PurePosixPath(nodeid.partition("::")[0])
        return ONCE.get(path.name, nodeid) if path.parent.name == "unit" else nodeid

    def _assign_work_unit(self, node: WorkerController) -> None:
        """The first scope that is left of those that wait, or of the others."""
        wanted = sum(not all(unit.values()) for unit in self._begun) < WAITING
        first = next(iter(self.workqueue))
        scope = next((scope for scope in self.workqueue if waits(scope) is wanted), first)
        if waits(scope):
            self._begun.append(self.workqueue[scope])
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

"""Every store says what a model of plain dicts says, whatever is asked of it in whatever order (tests/contract/model).

Two copies of the bot are asked in turn, and restarted between any two steps. PORT_EXAMPLES: lives on each store, ten
where nothing is said, three on a server; `make faults` asks for more.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import re
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, run_state_machine_as_test

from storage.port.store import Store
from storage.sqlite import SqliteStore
from tests.contract.conftest import Database, MongoDatabase, SqliteDatabase
from tests.contract.model import campaign_rules, mail_rules, operations_rules, people_rules
from tests.contract.model.operations_rules import OperationsRules
from tests.contract.world import sighting

EXAMPLES, ON_A_SERVER = (int(os.environ.get("PORT_EXAMPLES", usual)) for usual in (10, 3))
STEPS = 40

#: methods that no rule asks for, and why
LEFT_OUT: dict[str, str] = {}
RULES = (people_rules, campaign_rules, mail_rules, operations_rules)


class AnyPort(OperationsRules):
    def __init__(self, database: Database, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(database.store, loop)
        self.folder = folder
        self.sorts_by_text = isinstance(database, MongoDatabase) and database.shared
        self.open_backup = SqliteStore if isinstance(database, SqliteDatabase) else None

    @initialize()
    def people_are_there(self) -> None:
        for who in ("ada", "louis"):
            seen = sighting(who, at=self.later())
            self.same("remember", seen, given=lambda answer: [answer[0].id])

    def teardown(self) -> None:
        try:
            self.everything_is_compared()
        finally:
            for store in self.stores:
                self.run(store.close())


def methods() -> set[str]:
    """Of the whole port."""
    return {name for name, value in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}


def test_the_whole_port_is_in_the_rules() -> None:
    source = "".join(inspect.getsource(module) for module in RULES)
    asked = set(re.findall(r'self\.(?:same|ask)\(\s*\*?\(?"(\w+)"', source)) | {
        "exists",
        "open",
        "hold",
        "close",
        "schema",
    }  # of the store itself
    assert methods() - asked == LEFT_OUT.keys()
    assert len(LEFT_OUT) < 0.05 * len(methods())


async def test_every_store_says_what_the_model_says(database: Any, tmp_path: Path) -> None:
    loop, lives = asyncio.get_running_loop(), iter(range(10**9))

    def life() -> AnyPort:
        fresh, folder = next(lives), tmp_path
        path = folder / f"{fresh}"
        path.mkdir()
        return AnyPort(database.another(path), path, loop)

    few = settings(
        max_examples=ON_A_SERVER if isinstance(database, MongoDatabase) else EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, life, settings=few)  # type: ignore[arg-type]  # makes one

"""A copy of the bot notices when its clock is set or wrong, and when the store is not the one it opened."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.copies.watch import REFUSE, WARN, Watch
from storage.records import StorageError, StoreLost

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Machine:
    """Time passes when somebody sleeps; its wall clock may be set."""

    passed: float = 0.0
    wrong: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed + self.wrong)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Server:
    """A store whose clock is right."""

    machine: Machine
    #: seconds that a question takes
    takes: float = 0.0
    has_a_clock: bool = True
    trouble: Exception | None = None

    async def check(self) -> None:
        if self.trouble:
            raise self.trouble

    async def server_time(self) -> datetime | None:
        self.machine.passed += self.takes / 2
        shown = NOON + timedelta(seconds=self.machine.passed)
        self.machine.passed += self.takes / 2
        return shown if self.has_a_clock else None


@pytest.mark.parametrize("direction", [1, -1])
async def test_a_copy_whose_clock_is_far_from_the_stores_does_nothing(
    direction: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine(wrong=150 * direction)
    watch = Watch(machine, Server(machine))
    await watch.ask()
    assert not watch.may_work()
    assert "NTP" in watch.troubles()["clock"] and f"{150 * direction:+}" in watch.troubles()["clock"]
    assert "nothing is sent" in caplog.text
    machine.wrong = 0
    assert watch.may_work() and watch.troubles() == {}, "set right, it goes on, without another question"


async def test_a_small_difference_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(wrong=WARN + 1)
    watch = Watch(machine, Server(machine))
    for _ in range(3):
        await watch.ask()
    assert watch.may_work() and caplog.text.count("have it set by NTP") == 1
    assert watch.troubles() == {}


async def test_a_clock_that_is_set_far_off_is_known_at_once() -> None:
    machine = Machine()
    watch = Watch(machine, Server(machine))
    await watch.ask()
    assert watch.may_work()
    machine.wrong = REFUSE
    assert not watch.may_work()


async def test_the_time_that_a_question_takes_is_no_difference() -> None:
    machine = Machine()
    watch = Watch(machine, Server(machine, takes=0.9))
    await watch.ask()
    assert abs(watch.skew) < 0.001
    slow = Watch(machine, Server(machine, takes=90.0))
    await slow.ask()
    assert slow.skew == 0.0 and slow.may_work()


async def test_a_store_without_a_clock_of_its_own_knows_no_difference() -> None:
    machine = Machine(wrong=3600)
    watch = Watch(machine, Server(machine, has_a_clock=False))
    await watch.ask()
    assert watch.may_work()


async def test_a_step_of_the_clock_is_noticed_and_what_hangs_on_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    machine, steps = Machine(), list[float]()
    watch = Watch(machine, Server(machine, has_a_clock=False))
    watch.when_set.append(lambda: steps.append(machine.wrong))
    for wrong in (0.0, 0.2, -3600.0, -3600.0, 0.0):
        machine.wrong = wrong
        machine.passed += 1
        watch._was_set()
    assert steps == [-3600.0, 0.0]
    assert caplog.text.count("the wall clock was set") == 2
    with caplog.at_level(logging.INFO):
        assert "-3600.2" in caplog.text


async def test_a_lost_store_ends_the_work_until_a_restart(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    server = Server(machine, trouble=StoreLost("the file was replaced: restart Crieur"))
    watch = Watch(machine, server)
    await watch.ask()
    assert not watch.may_work() and watch.troubles() == {"store": "the file was replaced: restart Crieur"}
    assert "restart Crieur" in caplog.text
    server.trouble = None
    await watch.ask()
    assert not watch.may_work(), "what is in its place is not what it sent from"


async def test_a_store_that_is_away_is_no_lost_one() -> None:
    machine = Machine()
    watch = Watch(machine, Server(machine, trouble=StorageError("no answer")))
    await watch.ask()
    assert watch.may_work()

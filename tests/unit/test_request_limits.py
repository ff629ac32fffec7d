"""How fast one chat may speak, whatever the others do."""

from __future__ import annotations

from bot.teams.incoming.request_limits import Rates


def test_a_burst_and_then_one_an_interval() -> None:
    rates = Rates(interval=2.0, burst=3)
    assert [rates.allows("a", 100.0) for _ in range(5)] == [True, True, True, False, False]
    assert not rates.allows("a", 101.9)
    assert rates.allows("a", 102.0)
    assert not rates.allows("a", 102.0)


def test_after_a_rest_the_whole_burst_is_there_again() -> None:
    rates = Rates(interval=2.0, burst=3)
    assert all(rates.allows("a", 0.0) for _ in range(3))
    assert [rates.allows("a", 1000.0) for _ in range(4)] == [True, True, True, False]


def test_what_is_refused_costs_nothing() -> None:
    rates = Rates(interval=1.0, burst=1)
    assert rates.allows("a", 0.0)
    assert not any(rates.allows("a", 0.5) for _ in range(1000))
    assert rates.allows("a", 1.0)


def test_one_chat_does_not_slow_another() -> None:
    rates = Rates(interval=1.0, burst=1)
    assert rates.allows("a", 0.0)
    assert not rates.allows("a", 0.0)
    assert rates.allows("b", 0.0)


def test_only_so_many_are_kept_in_mind() -> None:
    rates = Rates(interval=1000.0, burst=1, known=10)
    assert all(rates.allows(str(number), 0.0) for number in range(1000))
    assert not rates.allows("999", 0.0)
    assert rates.allows("1", 0.0)

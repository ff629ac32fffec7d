"""Weeks of a company, as ``make demo MONTHS=6`` tells them, for a few people."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from rich.console import Console

from tests.simulation.loop import SimulatedLoop
from tests.support.months import JOINING, NEWS, ROUNDS, RULES, STEPS, months

WEEKS = 3
PEOPLE = 8


async def test_nobody_gets_anything_twice_in_weeks_of_a_series_a_sequence_and_a_must_read(tmp_path: Path) -> None:
    loop, console = asyncio.get_running_loop(), Console(record=True, quiet=True, width=200)
    assert isinstance(loop, SimulatedLoop)
    ending = await months(WEEKS, console, tmp_path, loop, PEOPLE)
    company = ending.company
    assert company.complaints(ending.plan) == []
    news = Counter(one.at.date() for one in company.arrivals if one.title == NEWS)
    assert news == {day: PEOPLE + 1 + JOINING * week for week, day in enumerate(ending.plan.mondays)}
    titles = Counter(one.title for one in company.arrivals)
    assert [titles[step] for step in STEPS] == [JOINING * WEEKS] * 3
    days = Counter(one.at.date() for one in company.arrivals if one.title == RULES)
    rounds = [count for _, count in sorted(days.items())]
    assert 2 <= len(rounds) <= 1 + ROUNDS and rounds == sorted(rounds, reverse=True)
    assert rounds[0] == PEOPLE + 1 + 2 * JOINING, "those who were there when it was sent"
    # what counts is what is in the chats: one more in any of them is found, as is one that is missing
    for one in (company.arrivals[0], company.arrivals[-1]):
        company.arrivals.append(one)
        assert len(company.complaints(ending.plan)) == 1
        company.arrivals.remove(one)
    gone = company.arrivals.pop(0)
    [complaint] = company.complaints(ending.plan)
    assert complaint.startswith(gone.person)

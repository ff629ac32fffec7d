"""The demo with presence: the real program, a loopback Graph, days that pass in half a minute."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

from tests.support.demo import demo
from tests.support.organisation import words_of


async def test_its_report_says_at_which_of_nine_looks_people_were_there_and_who_never_was(tmp_path: Path) -> None:
    report, connector = await demo(120, presence=True, pictures=False, console=Console(quiet=True), folder=tmp_path)
    shown = words_of(report)
    at_look = {int(n): int(count) for text in shown for n, count in re.findall(r"^look (\d): (\d+)$", text)}
    assert sorted(at_look) == list(range(1, 10))
    assert at_look[1] and sum(at_look[n] for n in range(2, 10)), "some were there at once, others later"
    tally = connector.tally()
    assert sum(at_look.values()) == tally["messages"] == tally["people"] and not tally["doubled"]
    assert any("absent every time I looked" in text for text in shown)
    assert "They were not there any time I looked." in shown
    assert {"By department", "Production", "All segments"} <= {*shown}

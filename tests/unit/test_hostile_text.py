"""No text holds the bot up: the time of every parser and every pattern grows with the length of what it reads."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dialogs.schedule_words import LONGEST
from tests.support.hostile import PARSERS, hostile, patterns, seconds

RATIO = 6  #: the most that four times the text may take
SHORT = 0.02  #: seconds of the processor below which nothing is compared: clocks and caches weigh more
PATTERNS = patterns()


def assert_grows_with_its_length(read: Callable[[str], object], size: int) -> None:
    for short, long in zip(hostile(size // 4), hostile(size), strict=True):
        took = seconds(read, long)
        if took > SHORT:  # the best of some, as other programs share the processor
            took = min(took, *(seconds(read, long + " " * turn) for turn in range(2)))
            before = min(seconds(read, short + " " * turn) for turn in range(3))
            what = f"{long[:12]!r}...{long[-3:]!r}: {before:.3f} s, then {took:.3f} s"
            assert took <= SHORT or took <= RATIO * before, what


@pytest.mark.parametrize("name", PARSERS)
def test_a_parsers_time_grows_with_the_length_of_what_it_reads(name: str) -> None:
    read, size = PARSERS[name]
    assert_grows_with_its_length(read, size)


#: what is only ever compared with the whole of a text: looked for in one, it would begin anew at every sign
ONLY_WHOLE = ("skype._SIP", "closures._WORDS_FIRST", "fields._ADDRESS", "dialogs.forms.schedule ")


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("use", ["search", "fullmatch"])
def test_a_patterns_time_does_too(name: str, use: str) -> None:
    pattern: re.Pattern[str] = PATTERNS[name]
    if use == "search" and any(one in name for one in ONLY_WHOLE):
        use = "fullmatch"
    read = pattern.fullmatch if use == "fullmatch" else lambda text: pattern.sub("", text)
    assert_grows_with_its_length(read, LONGEST if "schedule_words" in name else 8_000)

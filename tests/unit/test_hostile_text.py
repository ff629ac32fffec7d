"""No text holds the bot up: the time of every parser and every pattern grows with the length of what it reads."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from dialogs.schedule_words import LONGEST
from tests.support.hostile import PARSERS, hostile, patterns, seconds

RATIO = 6  #: the most that four times the text may take; measured over two such steps, as caches weigh on one
SHORT = 0.005  #: seconds of the processor below which nothing is compared: clocks and caches weigh more
TURNS = 40  #: measurements of each length, at the most: other programs share the processor, the best of them counts
PATTERNS = patterns()


def assert_grows_with_its_length(read: Callable[[str], object], most: int) -> None:
    """``most``: characters that it takes at the most; half of them, at half the cost, show what is quadratic too."""
    for short, long in zip(hostile(most // 32), hostile(most // 2), strict=True):
        took = seconds(read, long)
        if took > SHORT:  # a text is measured once: what was read before may be remembered
            before = min(seconds(read, short + " " * turn) for turn in range(1, 4))
            for turn in range(4, TURNS):
                if took <= max(SHORT, RATIO**2 * before):
                    break
                took = min(took, seconds(read, long + " " * turn))
                before = min(before, seconds(read, short + " " * turn))
            what = f"{long[:12]!r}...{long[-3:]!r}: {before:.4f} s, then {took:.4f} s"
            assert took <= max(SHORT, RATIO**2 * before), what


@pytest.mark.parametrize("name", PARSERS)
def test_a_parsers_time_grows_with_the_length_of_what_it_reads(name: str) -> None:
    assert_grows_with_its_length(*PARSERS[name])


def test_what_is_quadratic_shows() -> None:
    """About as little of it as a parser of ours could have: 20 ms for the longest message."""
    with pytest.raises(AssertionError):
        assert_grows_with_its_length(lambda text: [text.count("\u0001") for _ in range(len(text) // 4)], 28_000)


#: what is only ever compared with the whole of a text: looked for in one, it would begin anew at every sign
ONLY_WHOLE = (
    "skype._SIP",
    "closures._WORDS_FIRST",
    "addresses._ADDRESS",
    "addresses._PLAIN",
    "addresses._BARE",
    "names._ADDRESS",
    "lines._ITEM",  # at the beginning of a line
    "dialogs.forms.schedule ",
)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_patterns_time_does_too(name: str) -> None:
    pattern: re.Pattern[str] = PATTERNS[name]
    most = LONGEST if "schedule_words" in name else 8_000
    assert_grows_with_its_length(pattern.fullmatch, most)
    if not any(one in name for one in ONLY_WHOLE):
        assert_grows_with_its_length(lambda text: pattern.sub("", text), most)

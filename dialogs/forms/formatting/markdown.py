"""Runs of formatted text -> a line of Markdown, in which nothing else is taken for a sign of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from cards.kit.placeholders import places


@dataclass(frozen=True, slots=True)
class Format:
    bold: bool = False
    italic: bool = False
    link: str = ""
    #: shown as it is: nothing in it is taken for a sign of Markdown
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one format."""

    text: str
    format: Format


def line_of(runs: list[Run]) -> str:
    """One line, its runs joined where their format is the same."""
    text = "".join(run.text for run in runs)
    alike: list[list[Run]] = []
    for run in _whole_variables(runs, text) if len(runs) > 1 else runs:
        if alike and run.format == alike[-1][0].format:
            alike[-1].append(run)
        else:
            alike.append([run])
    joined = _movable([Run("".join(run.text for run in group), group[0].format) for group in alike])
    return "".join(
        _linked(list(group), link) if link else "".join(map(_looking, group))
        for link, group in groupby(joined, lambda run: run.format.link)
    )


_STOPS_AT_THE_END = re.compile(r"(?<![^\w\s])[^\w\s]++$")
_STOPS_AT_THE_BEGIN = re.compile(r"^[^\w\s]+")


def _movable(runs: list[Run]) -> list[Run]:
    """Signs of Markdown work beside a word only where a letter is on their other side, too.

    "**Attention!**Now" would show its stars: the stop goes out of what is bold.
    """
    for at in range(len(runs) - 1):
        one, other = runs[at], runs[at + 1]
        if _looks(one) and not _looks(other) and other.text[:1].isalnum() and not other.format.link:
            words = _STOPS_AT_THE_END.sub("", one.text)
            runs[at], runs[at + 1] = replace(one, text=words), replace(other, text=one.text[len(words) :] + other.text)
        elif _looks(other) and not _looks(one) and one.text[-1:].isalnum() and not one.format.link:
            words = _STOPS_AT_THE_BEGIN.sub("", other.text)
            stops = other.text[: len(other.text) - len(words)]
            runs[at], runs[at + 1] = replace(one, text=one.text + stops), replace(other, text=words)
    return runs


def _looks(run: Run) -> bool:
    return run.format.bold or run.format.italic


def _whole_variables(runs: list[Run], text: str) -> Iterator[Run]:
    """The runs of ``text``, cut so that a variable has one format, that of its name: [**FIRSTNAME**] is one too."""
    edges = [0, *(edge for place in places(text) for edge in place), len(text)]
    number, start = 0, 0
    for place, (begin, end) in enumerate(pairwise(edges)):
        whole = place % 2 == 1
        at = begin
        while at < end:
            while start + len(runs[number].text) <= (at + 1 if whole else at):
                start += len(runs[number].text)
                number += 1
            upto = end if whole else min(end, start + len(runs[number].text))
            yield Run(text[at:upto], runs[number].format)
            at = upto


def _looking(run: Run, *, in_link: bool = False) -> str:
    words = run.text.strip()
    if not words:
        return run.text
    sign = "*" * (2 * run.format.bold + run.format.italic)
    begin = run.text.index(words)
    written = words if run.format.verbatim else _escaped(words, brackets=in_link)
    return f"{run.text[:begin]}{sign}{written}{sign}{run.text[begin + len(words) :]}"


def _linked(runs: list[Run], url: str) -> str:
    text = "".join(run.text for run in runs)
    if not text.strip():
        return text
    if text.strip() == url:
        return text
    words = "".join(_looking(run, in_link=True) for run in runs)
    address = url.replace("(", "%28").replace(")", "%29")
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{words.strip()}]({address}){after}"


_SIGNS = re.compile(r"[*_]")
_SIGNS_IN_A_LINK = re.compile(r"[*_\[\]]")


def _escaped(text: str, *, brackets: bool) -> str:
    """What is a sign of Markdown stands for itself; a variable stays one: [FIRST_NAME|...]."""
    signs, pieces, at = _SIGNS_IN_A_LINK if brackets else _SIGNS, [], 0
    for begin, end in places(text):
        pieces += [signs.sub(r"\\\g<0>", text[at:begin]), text[begin:end]]
        at = end
    return "".join([*pieces, signs.sub(r"\\\g<0>", text[at:])])


#: what begins a list, a heading, a quotation or a rule where a line begins with it
_BEGINS = re.compile(r"\A(?:(\d++)(?=[.)](?:\s|$))|(?=#{1,6}\s|>|\+\s|[-=]{3,}+$))")


def as_text(line: str) -> str:
    """A line that stands for itself, whatever it begins with: "2026. A year" is no item of a list."""
    return _BEGINS.sub(lambda match: (match[1] or "") + "\\", line, count=1) if _BEGINS.match(line) else line

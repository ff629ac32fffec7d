"""Sentences that say a campaign, and the judge of what was made of them (tests/unit/sentences/README.md)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.texts import Texts
from dialogs.sayings import Ask, Asked, Buttons, Kind, LinkButton, OpenDraft, Saying
from dialogs.sayings.reading import read
from dialogs.sayings.timing import shifted, timing
from dialogs.sayings.words.names import Names
from dialogs.schedule_words.reading import read_words
from scheduler.rules.window import open_time
from storage.records import Slot, Until, WorkingHours

CASES = Path(__file__).parents[1] / "unit" / "sentences"
DEFAULTS: dict[str, Any] = {
    "text": None, "title": None, "audience": [], "exclude": [], "start": None, "duration": "PT2H",
    "hours": "09:00-18:00", "days": "Mon-Fri", "zone": None, "own_zone": False, "anytime": False, "holidays": None,
    "buttons": [], "style": "message", "presence": "always", "repeat": None, "reminders": None, "versions": {},
}  # fmt: skip
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: what an ask is about, where a field that was expected is missing
_ABOUT = {
    "text": {Ask.NO_TEXT, Ask.FOR_THE_TEXT, Ask.TEXT_IN, Ask.NOT_UNDERSTOOD},
    "title": {Ask.NOT_UNDERSTOOD},
    "audience": {Ask.AUDIENCE, Ask.WHICH_LIST, Ask.UNKNOWN_LIST, Ask.WHICH},
    "exclude": {Ask.WHICH_LIST, Ask.UNKNOWN_LIST, Ask.NOT_UNDERSTOOD},
    "start": {Ask.WHEN, Ask.TIME, Ask.WHICH_DAY, Ask.PAST, Ask.NOT_SUPPORTED, Ask.NOT_UNDERSTOOD, Ask.WHICH},
    "buttons": {Ask.ANSWERS, Ask.BUTTON_WORDS, Ask.ADDRESS, Ask.WHICH_BUTTON, Ask.TOO_MANY, Ask.NOT_UNDERSTOOD},
}
_OTHERWISE = {Ask.NOT_UNDERSTOOD, Ask.NOT_SUPPORTED, Ask.WHICH}


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@dataclass
class Outcome:
    """A draft after a sentence, and what is asked; ``fields``: None where there is no draft."""

    saying: Saying
    fields: dict[str, Any] | None
    asks: list[Asked] = field(default_factory=list)


# --- what is made of it -----------------------------------------------------------------------


def open_draft(draft: Mapping[str, Any] | None) -> OpenDraft | None:
    if draft is None:
        return None
    buttons = draft.get("buttons", [])
    return OpenDraft(
        text=draft.get("text", ""),
        title=draft.get("title", ""),
        audience=tuple(draft.get("audience", ())),
        exclude=tuple(draft.get("exclude", ())),
        buttons=Buttons(
            links=tuple(LinkButton(one["title"], one["url"]) for one in buttons if one["kind"] == "link"),
            confirm="" if any(one["kind"] == "acknowledge" for one in buttons) else None,
            answers=tuple(answer for one in buttons if one["kind"] == "answers" for answer in one["answers"]),
        ),
        style=draft.get("style", "message"),
    )


def outcome(case: Mapping[str, Any]) -> Outcome:
    """What the rules make of a case, with the schedule's words read."""
    moment, zone = case["now"].split()
    now = datetime.fromisoformat(moment)
    saying = read(case["said"], Names(case["lists"]), open_draft(case.get("draft")))
    before = _form_of(case.get("draft"), zone) if saying.kind is Kind.EDIT else {}
    texts = Texts(case.get("locale") or {"en": "en-GB", "fr": "fr-FR"}[case["lang"]])
    spoken = read_words(saying.when, now, zone, texts.language, texts.day_first) if saying.when else None
    times = timing(saying, spoken, before, now, zone)
    if saying.shift:
        times = shifted(saying.shift, before, now, zone)
    asks = [*saying.asks, *times.asks]
    old = None if saying.kind is Kind.NEW else case.get("draft")
    if saying.kind not in (Kind.NEW, Kind.EDIT):
        return Outcome(saying, _filled(case["draft"], zone) if "draft" in case else None, asks)
    fields = _filled(old or {}, zone)
    for name in ("text", "title", "style", "presence"):
        if (value := getattr(saying, name)) is not None:
            fields[name] = value or None if name == "title" else value
    for name in ("audience", "exclude"):
        if (value := getattr(saying, name)) is not None:
            fields[name] = list(value)
    if (told := saying.follow_up) is not None:
        until = {Until.CONFIRMED: "confirmed"}.get(told.until, str(told.until))
        fields["reminders"] = {"until": until, "every": f"P{told.after}D"}
    if saying.buttons is not None:
        fields["buttons"] = _buttons(saying.buttons)
    fields["versions"] = {**fields["versions"], **saying.versions}
    _set_times(fields, {**before, **times.values}, times.values)
    if isinstance(fields["start"], str) and "T" in fields["start"] and times.values and not _is_open(fields):
        asks.append(Asked(Ask.OUTSIDE))
    if saying.kind is Kind.NEW and case["kind"] == "edit":
        fields["new"] = True
    return Outcome(saying, fields, asks)


def _filled(draft: Mapping[str, Any], zone: str) -> dict[str, Any]:
    return {**DEFAULTS, "zone": zone, "versions": {}, **draft}


def _buttons(buttons: Buttons) -> list[dict[str, Any]]:
    inputs: list[dict[str, Any]] = [{"kind": "link", "title": one.title, "url": one.url} for one in buttons.links]
    inputs += [{"kind": "acknowledge"}] if buttons.confirm is not None else []
    return inputs + ([{"kind": "answers", "answers": list(buttons.answers)}] if buttons.answers else [])


def _form_of(draft: Mapping[str, Any] | None, zone: str) -> dict[str, str]:
    start = (draft or {}).get("start")
    if not start or start == "now":
        return {"start": start} if start else {}
    day, _, clock = start.partition("T")
    return {"start": "at", "date": day, "time": clock, "zone": zone}


def _set_times(fields: dict[str, Any], form: Mapping[str, str], changed: Mapping[str, str]) -> None:
    if "zone" in changed:
        fields["zone"] = changed["zone"]
    if changed.get("start") == "now":
        fields["start"] = "now"
    elif changed.get("date"):
        fields["start"] = f"{form['date']}T{form['time']}" if form.get("time") else form["date"]
    elif "date" not in changed and changed.get("time") and form.get("date"):
        fields["start"] = f"{form['date']}T{form['time']}"
    if changed.get("duration"):
        unit = {"minutes": "PT{}M", "hours": "PT{}H", "days": "P{}D"}[changed["unit"]]
        fields["duration"] = unit.format(changed["duration"])
    if "opens" in changed:
        fields["hours"] = f"{changed['opens']}-{changed['closes']}"
    if "days" in changed:
        fields["days"] = ",".join(_DAYS[int(day)] for day in changed["days"].split(","))
    if changed.get("every"):
        fields["repeat"] = _repeat(changed, fields["start"])
    for name in ("own_zone", "anytime"):
        if name in changed:
            fields[name] = changed[name] == "true"


def _repeat(changed: Mapping[str, str], start: Any) -> str:
    """As the cases write it: "weekly:Mon", "monthly:first Wed"; of a week or fortnight without days, the start's."""
    days = [_DAYS[int(day)] for day in changed.get("on", "").split(",") if day]
    if not days and isinstance(start, str) and start != "now":
        days = [_DAYS[datetime.fromisoformat(start).weekday()]]
    nth = {"1": "first ", "2": "second ", "3": "third ", "4": "fourth ", "-1": "last "}
    which = nth.get(changed.get("which", ""), "")
    every = {"day": "daily", "week": "weekly", "fortnight": "every 2 weeks", "month": "monthly"}[changed["every"]]
    until = f" until {changed['until']}" if changed.get("until") else ""
    times = f" x{changed['times']}" if changed.get("times") else ""
    return f"{every}:{which}{','.join(days)}{until}{times}"


def _length(duration: str) -> timedelta:
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", duration)
    assert match, duration
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _weekdays(days: str) -> frozenset[int]:
    first, _, last = days.partition("-")
    if last:
        return frozenset(range(_DAYS.index(first), _DAYS.index(last) + 1))
    return frozenset(_DAYS.index(day) for day in days.split(","))


def _open_time(fields: Mapping[str, Any]) -> Any:
    zone = ZoneInfo(fields["zone"])
    opens, closes = (time.fromisoformat(edge) for edge in fields["hours"].split("-"))
    days = _weekdays(fields["days"])
    if fields["anytime"]:
        opens, closes, days = time(), time(), frozenset(range(7))
    start = datetime.fromisoformat(fields["start"]).replace(tzinfo=zone)
    slot = Slot(start=start, duration=_length(fields["duration"]))
    return open_time(slot, WorkingHours(opens=opens, closes=closes, days=days), zone)


def _is_open(fields: Mapping[str, Any]) -> bool:
    return bool(_open_time(fields))


# --- the judge --------------------------------------------------------------------------------


def judged(case: Mapping[str, Any], got: Outcome) -> tuple[str, str]:
    """("pass", "safe" or "harmful", why)."""
    if wrong := _must_nots(case, got):
        return "harmful", wrong
    branches = [{"expect": case["expect"], "asks": case["asks"]}, *case.get("or", ())]
    whys = [_misses(case, branch, got) for branch in branches]
    if "" in whys:
        return "pass", ""
    unsafe = [_unsafe(case, branch, got) for branch in branches]
    if "" in unsafe:
        return "safe", " | ".join(whys)
    return "harmful", " | ".join(unsafe)


def _expected(case: Mapping[str, Any], branch: Mapping[str, Any]) -> dict[str, Any] | None:
    expect = branch["expect"]
    if not expect and case["kind"] == "new":
        return None
    zone = case["now"].split()[1]
    before = {} if expect.get("new") else case.get("draft") or {}
    return {**_filled(before, zone), **{name: value for name, value in expect.items() if name != "name"}}


def _misses(case: Mapping[str, Any], branch: Mapping[str, Any], got: Outcome) -> str:
    expected = _expected(case, branch)
    if (expected is None) != (got.fields is None):
        return "there is a draft" if expected is None else "there is none"
    for name, value in (expected or {}).items():
        if not _same(name, value, (got.fields or {}).get(name), expected or {}, got.fields or {}):
            return f"{name}: {(got.fields or {}).get(name)!r} for {value!r}"
    if "name" in branch["expect"] and _plain(got.saying.name) != _plain(branch["expect"]["name"]):
        return f"name: {got.saying.name}"
    return next((f"not asked: {ask}" for ask in branch["asks"] if not _is_asked(ask, got)), "")


def _unsafe(case: Mapping[str, Any], branch: Mapping[str, Any], got: Outcome) -> str:
    expected = _expected(case, branch)
    if got.fields is None:
        named = bool(got.asks)
        return "" if expected is None or named else "lost"
    if expected is None:
        return "a draft was made"
    zone = case["now"].split()[1]
    base = _filled({} if branch["expect"].get("new") else case.get("draft") or {}, zone)
    asked = {one.ask for one in got.asks}
    for name, value in expected.items():
        real = got.fields.get(name)
        if _same(name, value, real, expected, got.fields):
            continue
        if _same(name, base.get(name), real, base, got.fields):
            if asked & (_ABOUT.get(name, set()) | _OTHERWISE):
                continue
            return f"{name} is lost"
        if (
            name in ("audience", "exclude", "buttons")
            and _is_less(name, real, value)
            and asked & (_ABOUT[name] | _OTHERWISE)
        ):
            continue
        if name == "start" and isinstance(real, str) and str(value).startswith(real) and asked & _ABOUT["start"]:
            continue
        return f"{name}: {real!r} for {value!r}"
    for ask in branch["asks"]:
        if not _is_asked(ask, got) and ask.partition(":")[0] in (
            "not supported",
            "not understood",
            "unknown list",
            "which list",
        ):
            return f"not named: {ask}"
    return ""


def _is_less(name: str, real: Any, value: Any) -> bool:
    return isinstance(real, list) and all(one in value for one in real)


def _same(name: str, value: Any, real: Any, expected: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    if name == "text":
        return _plain(real) in [_plain(one) for one in (value if isinstance(value, list) else [value])]
    if name == "versions":
        return (real or {}).keys() == (value or {}).keys() and all(
            _plain(real[code])
            in [_plain(one) for one in (value[code] if isinstance(value[code], list) else [value[code]])]
            for code in value or {}
        )
    if name in ("audience", "exclude"):
        return set(real or []) == set(value or [])
    if name == "title":
        return _first(real) == _first(value)
    if name == "buttons":
        return _same_buttons(real or [], value or [])
    if name in ("start", "duration", "hours", "days", "zone", "anytime"):
        return real == value or _same_times(expected, got)
    return bool(real == value)


def _same_times(expected: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    timed = all(isinstance(one.get("start"), str) and "T" in one["start"] for one in (expected, got))
    if timed:
        return bool(_open_time(expected) == _open_time(got)) and bool(_open_time(got))
    return all(
        _length(expected[name]) == _length(got[name])
        if name == "duration"
        else expected[name] == got[name]
        if name != "days"
        else _weekdays(expected[name]) == _weekdays(got[name])
        for name in ("start", "duration", "hours", "days", "zone", "anytime")
    )


def _same_buttons(real: list[dict[str, Any]], value: list[dict[str, Any]]) -> bool:
    def key(button: Mapping[str, Any]) -> tuple[Any, ...]:
        if button["kind"] == "link":
            return "link", _first(button["title"]), button["url"]
        return (button["kind"], *(_first(answer) for answer in button.get("answers", ())))

    return sorted(map(key, real)) == sorted(map(key, value))


def _plain(text: Any) -> str:
    text = (
        unicodedata.normalize("NFC", str(text or ""))
        .replace("\r\n", "\n")
        .replace("\u00a0", " ")
        .replace("\u202f", " ")
    )
    for curly, straight in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(curly, straight)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _first(text: Any) -> str:
    plain = _plain(text)
    return plain[:1].lower() + plain[1:]


def _is_asked(key: str, got: Outcome) -> bool:
    head = re.split(r":| is near", key)[0].strip()
    quoted = re.findall(r"'((?:[^']|(?<=\w)'(?=\w))*)'", key)
    same = {"not supported": "not understood"}
    for asked in got.asks:
        if same.get(asked.ask.value, asked.ask.value) != same.get(head, head):
            continue
        shown = _plain(" ".join([asked.words, *asked.near])).casefold()
        if head in ("which day", "time", "past", "relative day", "check"):
            shown += " " + _plain(got.saying.when).casefold()
        code = key.partition(": ")[2]
        if head in ("text in", "confirm") and not quoted:
            if code in shown:
                return True
            continue
        if all(_plain(word).casefold() in shown for word in quoted):
            return True
    return False


def _must_nots(case: Mapping[str, Any], got: Outcome) -> str:
    fields, before = got.fields, _filled(case.get("draft") or {}, case["now"].split()[1])
    for rule in case["must_not"]:
        match = re.fullmatch(r"(\w+)(?:([=~])(.*))?", rule, re.DOTALL)
        if match is None or match[1] in ("deleted", "sent", "scheduled"):
            continue  # a pure rule sends and deletes nothing
        name, sign, wrong = match.groups()
        if name == "created":
            if fields is not None and case["kind"] == "new":
                return str(rule)
            continue
        if fields is None:
            continue
        real = fields.get(name) if name != "name" else got.saying.name
        if sign is None:
            if (name not in ("name",) and not _same(name, before.get(name), real, before, fields)) or (
                name == "name" and real
            ):
                return str(rule)
        elif sign == "=":
            values = (
                [",".join(real)]
                if isinstance(real, list) and all(isinstance(one, str) for one in real)
                else [str(real)]
            )
            if real and any(fnmatchcase(one, wrong) for one in values):
                return str(rule)
        elif name in ("audience", "exclude"):
            if any(wrong.casefold() in one.casefold() for one in real or []):
                return str(rule)
        elif re.search(re.escape(_plain(wrong).casefold()), _plain(real).casefold()):
            return str(rule)
    return ""

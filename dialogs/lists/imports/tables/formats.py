"""A number of a spreadsheet as its format shows it: "00000" -> 00123, "0%" -> 15%, "dd/mm/yyyy" -> 12/03/2026. Pure.

The formats are those of ECMA-376 part 1, 18.8.30 and 18.8.31. What is beyond this module (fractions, exponents,
conditions) is shown as a plain number.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from dialogs.lists.imports.tables.records import Habits

#: those that a workbook names by number only; 14 is the day of the author's locale
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "*day", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "*day h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "0.0E+0", 49: "@",
}  # fmt: skip

_PIECES = re.compile(
    r'"([^"]*)"|\\(.)|[_*](.)|\[\$([^][-]*)(?:-[^][]*)?\]|(\[(?:h+|m+|s+)\])|\[[^][]*\]'
    r"|(AM/PM|A/P)|(General)|(y+|m+|d+|h+|s+(?:\.0+)?|[0#?]|.)",
    re.IGNORECASE | re.DOTALL,
)
LONGEST = 255  #: characters of a format
_DAY = date(1899, 12, 30)  #: day 0 of a workbook; before March 1900 Excel is a day off
_LAST = 2_958_465  #: 31/12/9999
MAC = 1462  #: days later, where a workbook counts from 1904

Shown = Callable[[float], str]


@lru_cache(maxsize=256)
def shown_as(code: str, habits: Habits, mac: bool = False) -> Shown:
    """How a format shows numbers."""
    sections = [_pieces(section) for section in _sections(code[:LONGEST])[:4]]
    general: Shown = lambda value: plain(value, habits)  # noqa: E731
    if any(condition in code for condition in ("[<", "[>", "[=")):
        return general
    makers = [_maker(section, habits, mac) or general for section in sections[:3]]

    def shown(value: float) -> str:
        if value < 0 and len(makers) > 1:
            return makers[1](-value).strip()
        if value == 0 and len(makers) > 2:
            return makers[2](0.0).strip()
        return makers[0](value).strip()

    return shown


def plain(value: float, habits: Habits) -> str:
    """As a cell without a format shows it, but for long numbers: their digits say who somebody is."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e-9 < abs(value) < 1e15:
        digits = f"{value:.10f}" if abs(value) < 1 else f"{value:.{max(0, 10 - len(str(int(abs(value)))))}f}"
        return digits.rstrip("0").rstrip(".").replace(".", habits.decimal)
    return f"{value:.5E}"


def _sections(code: str) -> list[str]:
    """At its semicolons, outside quotation marks."""
    return [piece or "" for piece in re.findall(r'(?:^|;)((?:"[^"]*"|\\.|[^;"])*)', code)] or [""]


Piece = tuple[
    str, str
]  #: what it is ("text", "sign" of a number or a day, "span", "noon", "general"), how it stands there


def _pieces(section: str) -> list[Piece]:
    pieces: list[Piece] = []
    section = section.replace("*day", "\ue000")  # no format of an author has it
    for match in _PIECES.finditer(section):
        quoted, escaped, skipped, symbol, span, noon, general, sign = match.groups()
        if quoted is not None or escaped is not None or symbol is not None:
            pieces.append(("text", quoted or escaped or symbol or ""))
        elif span:
            pieces.append(("span", span.strip("[]").lower()))
        elif noon:
            pieces.append(("noon", noon))
        elif general:
            pieces.append(("general", ""))
        elif sign and skipped is None:
            pieces.append(("sign", sign))
    return pieces


def _maker(pieces: list[Piece], habits: Habits, mac: bool) -> Shown | None:
    """None for a plain number."""
    signs = [sign for kind, sign in pieces if kind == "sign"]
    letters = {sign[0].lower() for sign in signs if sign[0].isalpha()}
    if any(kind in ("span", "noon") for kind, _ in pieces) or letters & set("ymdhs") or "\ue000" in signs:
        return lambda value: _moment(value + (MAC if mac else 0), pieces, habits)
    if any(kind == "general" for kind, _ in pieces):
        return lambda value: "".join(plain(value, habits) if kind == "general" else text for kind, text in pieces)
    if "@" in signs or "/" in signs or "E" in letters or "e" in letters:
        return None
    if not any(sign in "0#?" for sign in signs):
        return (lambda value: "".join(text for _, text in pieces)) if pieces else None
    return lambda value: _number(value, pieces, habits)


# --- numbers ----------------------------------------------------------------------------------


def _number(value: float, pieces: list[Piece], habits: Habits) -> str:
    """Digits fill the places from the right; what stands between the places stands between the digits."""
    places = [number for number, (kind, sign) in enumerate(pieces) if kind == "sign" and sign in "0#?"]
    point = next((n for n, piece in enumerate(pieces) if piece == ("sign", ".") and n >= places[0] - 1), len(pieces))
    whole = [number for number in places if number < point]
    behind = [number for number in places if number > point]
    last = whole[-1] if whole else point
    commas = [n for n, piece in enumerate(pieces) if piece == ("sign", ",") and n < point]
    grouped = any(whole and whole[0] < comma < last for comma in commas)
    percent = sum(1 for piece in pieces if piece == ("sign", "%"))
    scaled = sum(1 for comma in commas if comma > last)
    try:
        exact = Decimal(repr(value)) * 100**percent / 1000**scaled
        rounded = exact.quantize(Decimal(1).scaleb(-len(behind)), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return plain(value, habits)
    digits, _, decimals = f"{abs(rounded):f}".partition(".")
    digits = digits.lstrip("0")
    out: dict[int, str] = {n: text for n, (kind, text) in enumerate(pieces) if kind == "text" or text not in "0#?,."}
    # a blank between the places groups digits, as in "# ##0": it stands only where digits stand before it
    before = digits
    for number in reversed(whole):
        sign = pieces[number][1]
        if number == whole[0]:
            digit, before = before, ""
        else:
            digit, before = before[-1:], before[:-1]
        out[number] = digit or {"0": "0", "?": " "}.get(sign, "")
        if number == whole[0] and sign == "0" and not digit:
            out[number] = "0"
    if grouped:
        out = _grouped(out, whole, habits)
    else:
        for left, right in itertools.pairwise(whole):
            for between in range(left + 1, right):
                if pieces[between][1].isspace() and not any(out[place].strip() for place in whole if place <= left):
                    out[between] = ""
    while decimals and decimals[-1] == "0" and pieces[behind[len(decimals) - 1]][1] == "#":
        decimals = decimals[:-1]
    for number, digit in zip(behind, decimals, strict=False):
        out[number] = digit
    if point < len(pieces):
        out[point] = habits.decimal if decimals or not behind else ""
    text = "".join(out.get(number, "") for number in range(len(pieces)))
    return ("-" if value < 0 and rounded else "") + text


def _grouped(out: dict[int, str], whole: list[int], habits: Habits) -> dict[int, str]:
    """All digits in the first place, in groups of three."""
    digits = "".join(out[number] for number in whole)
    groups = re.findall(r"\d{1,3}", digits[::-1])
    joined = (habits.group[::-1]).join(groups)[::-1] if groups else digits
    return {**out, **dict.fromkeys(whole, ""), whole[-1]: joined}


# --- days and clocks --------------------------------------------------------------------------


def _moment(value: float, pieces: list[Piece], habits: Habits) -> str:
    if not 0 <= value <= _LAST + 1:
        return plain(value, habits)
    parts = [
        part
        for piece in pieces
        for part in (_pieces(habits.day) if piece == ("sign", "\ue000") else [piece])
    ]  # fmt: skip
    fraction = next((len(sign.partition(".")[2]) for _, sign in parts if sign[0:1] in "sS" and "." in sign), 0)
    ticks = round(value * 86_400 * 10**fraction)
    days, rest = divmod(ticks, 86_400 * 10**fraction)
    seconds, small = divmod(rest, 10**fraction)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    try:
        day = _DAY + timedelta(days=days + (1 if days < 60 else 0))
    except OverflowError:
        return plain(value, habits)
    noon = any(kind == "noon" for kind, _ in parts)
    out = []
    for number, (kind, sign) in enumerate(parts):
        low = sign.lower()
        if kind == "text":
            out.append(sign)
        elif kind == "noon":
            out.append("PM" if hour >= 12 else "AM")
        elif kind == "span":
            total = {"h": days * 24 + hour, "m": (days * 24 + hour) * 60 + minute, "s": days * 86_400 + seconds}[low[0]]
            out.append(str(total).zfill(len(low)))
        elif low[0] == "h":
            out.append(str((hour % 12 or 12) if noon else hour).zfill(min(len(low), 2)))
        elif low[0] == "m" and _is_minute(parts, number):
            out.append(str(minute).zfill(min(len(low), 2)))
        elif low[0] == "s":
            whole = str(second).zfill(min(len(low.partition(".")[0]), 2))
            out.append(whole + (habits.decimal + str(small).zfill(fraction) if "." in low else ""))
        elif low[0] in "ymd":
            out.append(_of_day(day, low, habits))
        else:
            out.append(sign)
    return "".join(out)


def _is_minute(parts: list[Piece], number: int) -> bool:
    """m beside hours or seconds is a minute, else a month (18.8.31)."""
    fields = [
        (n, kind, sign[0:1].lower())
        for n, (kind, sign) in enumerate(parts)
        if kind == "span" or sign[0:1].lower() in "ymdhs"
    ]
    fields = [one for one in fields if one[1] != "text"]
    place = next((index for index, one in enumerate(fields) if one[0] == number), 0)
    before = fields[place - 1][2] if place else ""
    after = fields[place + 1][2] if place + 1 < len(fields) else ""
    return before == "h" or after == "s"


def _of_day(day: date, sign: str, habits: Habits) -> str:
    length = len(sign)
    if sign[0] == "y":
        return f"{day.year:04d}" if length > 2 else f"{day.year % 100:02d}"
    number = day.month if sign[0] == "m" else day.day
    if length <= 2:
        return str(number).zfill(length)
    at = day.month - 1 if sign[0] == "m" else day.weekday()
    short, long = (habits.short_months, habits.months) if sign[0] == "m" else (habits.short_weekdays, habits.weekdays)
    names = short if length == 3 else long
    if not names:
        return str(number).zfill(2)
    return names[at][:1] if length == 5 else names[at]

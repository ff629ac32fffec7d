"""Where the headings of a table stand, and what its columns are; or what to ask its author. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cards.lists.reading import ALL_COLUMNS, AddressColumn
from dialogs.forms.addresses import in_cell
from dialogs.lists.imports.headings import Meaning, Part, Whose, meaning, variable_of
from dialogs.lists.imports.tables.records import Row

HEADED = 20  #: rows among which the headings are looked for
OWN = 60  #: columns of its own that a list keeps
SAMPLE = 3  #: rows that are shown of a column
SHOWN = 100  #: characters of one

#: what an address may be taken from where the usual column holds none
_THEIRS = (Whose.WORK, Whose.OWN, Whose.SIGN_IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which column is what, by its place."""

    #: the row of headings among those that were looked at; None: nobody says what the columns are
    head: int | None
    headings: tuple[str, ...] = ()
    #: all that hold addresses
    addresses: tuple[AddressColumn, ...]
    #: the one with people's own; ALL_COLUMNS; None: two readings are possible
    address: int | None
    #: where it is taken from in a row in which that column holds none
    instead: tuple[int, ...] = ()
    given: int | None = None
    surname: int | None = None
    #: given name and surname in one
    whole: int | None = None
    surname_first: bool = False
    #: the list's own: place -> the variable's name
    own: dict[int, str] = field(default_factory=dict)
    #: headings of columns that are too many
    left_out: tuple[str, ...] = ()


def layout_of(rows: Sequence[Row], column: int | None = None) -> Layout | None:
    """From the first rows of a table, and the column that its author chose. None where none holds addresses."""
    head = _head(rows)
    headings = tuple(rows[head].cells) if head is not None else ()
    people = [row.cells for row in (rows[head + 1 :] if head is not None else rows)]
    meanings = [meaning(heading) for heading in headings]
    counts = _counts(people)
    places = [place for place, count in enumerate(counts) if count]
    if head is not None and not places:  # they may begin further down
        places = [place for place, one in enumerate(meanings) if one.whose in _THEIRS and one.part is None]
    if not places:
        return None
    whose = {place: meanings[place].whose if place < len(meanings) else Whose.UNKNOWN for place in places}
    if head is not None:
        most = max(counts, default=0)
        strays = {
            place for place in places if whose[place] is Whose.UNKNOWN and _is_stray(meanings, counts, place, most)
        }
        places = [place for place in places if place not in strays]
    chosen = column if column == ALL_COLUMNS or column in places else _settled(places, whose, people, head is not None)
    names = _Names.of(meanings, chosen, places, people)
    taken = {place for place in (chosen, names.given, names.surname, names.whole) if place is not None}
    own, left_out = _own(headings, taken, people) if head is not None else ({}, ())
    return Layout(
        head=head,
        headings=headings,
        addresses=tuple(
            AddressColumn(place=place, heading=_heading(headings, place), sample=_sample(people, place, names))
            for place in places
        ),
        address=chosen,
        instead=_instead(chosen, meanings),
        given=names.given,
        surname=names.surname,
        whole=names.whole,
        surname_first=names.surname_first,
        own=own,
        left_out=left_out,
    )


def _is_stray(meanings: Sequence[Meaning], counts: Sequence[int], place: int, most: int) -> bool:
    """Whether a column of something else, of names most of all, holds an address here and there."""
    named = place < len(meanings) and meanings[place].part is not None
    return counts[place] * (2 if named else 5) < most


def _heading(headings: Sequence[str], place: int) -> str:
    return headings[place][:60] if place < len(headings) else ""


# --- the row of headings ----------------------------------------------------------------------


def _head(rows: Sequence[Row]) -> int | None:
    """The row that reads as headings, among the first: it has the most that lists of people have.

    It stands above the addresses of the next row that has any. Of two alike the one nearer to the first of these.
    """
    addressed = [number for number, row in enumerate(rows) if _has_address(row.cells)]
    first = addressed[0] if addressed else len(rows)
    best, most = None, (0, False, 0)
    for number, row in enumerate(rows[:HEADED]):
        below = next((one for one in addressed if one > number), None)
        if below is not None and not _stands_above(row.cells, rows[below].cells):
            continue
        before = number < first
        score = (_score(row.cells), before, number if before else -number)
        if score[0] and score > most:
            best, most = number, score
    if best is not None or first == 0 or first > HEADED or not addressed:
        return best
    return first - 1 if _stands_above(rows[first - 1].cells, rows[first].cells) else None


def _score(cells: Sequence[str]) -> int:
    """How much a row reads as headings; 0: it does not."""
    if any("@" in one and in_cell(one) for one in cells):
        return 0
    meanings = [meaning(one) for one in cells if one]
    known = sum(1 for one in meanings if one.known)
    address = any(one.whose is not Whose.UNKNOWN and one.part is None for one in meanings)
    if address and len(set(filter(None, cells))) == len(list(filter(None, cells))):
        return 10 + known
    return 10 * address + known if address or known > 1 else 0


def _has_address(cells: Sequence[str]) -> bool:
    return any("@" in one and in_cell(one) for one in cells)


def _stands_above(head: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row says something above each address of the other."""
    return all(place < len(head) and bool(head[place]) for place, one in enumerate(row) if "@" in one and in_cell(one))


# --- the column of addresses ------------------------------------------------------------------


def _counts(people: Sequence[Sequence[str]]) -> list[int]:
    """How many rows hold an address, by column."""
    counts = [0] * max((len(cells) for cells in people), default=0)
    for cells in people:
        for place, one in enumerate(cells):
            if one and ("@" in one or "%40" in one) and in_cell(one):
                counts[place] += 1
    return counts


def _settled(
    places: Sequence[int], whose: dict[int, Whose], people: Sequence[Sequence[str]], headed: bool
) -> int | None:
    """The column with people's own addresses, by headings; None where they do not settle it."""
    if not headed:
        if len(places) == 1:
            return places[0]
        return ALL_COLUMNS if _is_list(people) else None
    best = min(whose[place] for place in places)
    first = [place for place in places if whose[place] is best]
    if best is Whose.ANOTHERS or (best is Whose.OTHER and len(first) > 1):
        return None
    if best is Whose.UNKNOWN and len(places) > 1 and (len(first) > 1 or any(whose[p] is Whose.OTHER for p in places)):
        return None if not _alike(people, first) or len(first) < len(places) else first[0]
    if best is Whose.OTHER and len(places) > 1:
        return None
    return first[0] if len(first) == 1 or _alike(people, first) else None


def _alike(people: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """Whether the columns name the same people."""

    def addresses(cells: Sequence[str]) -> set[str]:
        return {one.address for place in places if place < len(cells) for one in in_cell(cells[place])}

    return all(len(addresses(cells)) < 2 for cells in people)


def _is_list(people: Sequence[Sequence[str]]) -> bool:
    """Whether addresses stand one behind the other, as in a line of recipients: rows of different lengths, or one."""
    rows = [[one for one in cells if one] for cells in people]
    if not all(all(in_cell(one) for one in cells) for cells in rows):
        return False
    return len(rows) == 1 or len({len(cells) for cells in rows}) > 2


def _instead(chosen: int | None, meanings: Sequence[Meaning]) -> tuple[int, ...]:
    """Other columns with the same people's own addresses, the surest first."""
    if chosen is None or chosen == ALL_COLUMNS or chosen >= len(meanings) or meanings[chosen].whose not in _THEIRS:
        return ()
    others = [place for place, one in enumerate(meanings) if one.whose in _THEIRS and not one.part and place != chosen]
    return tuple(sorted(others, key=lambda place: meanings[place].whose))


# --- names, and the list's own columns --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    given: int | None = None
    surname: int | None = None
    whole: int | None = None
    surname_first: bool = False

    @classmethod
    def of(
        cls, meanings: Sequence[Meaning], chosen: int | None, places: Sequence[int], people: Sequence[Sequence[str]]
    ) -> _Names:
        if not meanings:
            return cls._unnamed(chosen if chosen is not None else places[0], set(places), people)
        parts: dict[Part, int] = {}
        for place, one in enumerate(meanings):
            if one.part and place != chosen and (place not in places or one.part is Part.WHOLE):
                parts.setdefault(one.part, place)
        given, surname = parts.get(Part.GIVEN), parts.get(Part.SURNAME)
        whole, surname_first = parts.get(Part.WHOLE), False
        if Part.SURNAME_FIRST in parts and (whole is None or given is None):
            whole, surname_first = parts[Part.SURNAME_FIRST], True
        if given is None and whole is None:  # "Nom" alone is the whole of it
            whole, surname = surname, None
        elif given is not None and surname is not None:
            whole = None
        elif given is None:
            surname = None
        return cls(given, surname, whole, surname_first)

    @classmethod
    def _unnamed(cls, address: int, places: set[int], people: Sequence[Sequence[str]]) -> _Names:
        """Nobody says what the columns are: last name and first name before the address, or the other way behind it."""
        if address == ALL_COLUMNS:
            return cls()
        width = max(len(cells) for cells in people)
        before = [place for place in range(address) if place not in places]
        behind = [place for place in range(address + 1, width) if place not in places]
        if len(before) >= 2:
            return cls(given=before[1], surname=before[0])
        if len(behind) >= 2 and not before:
            return cls(given=behind[0], surname=behind[1])
        return cls(whole=next(iter(before or behind), None))


def _own(
    headings: Sequence[str], taken: set[int], people: Sequence[Sequence[str]]
) -> tuple[dict[int, str], tuple[str, ...]]:
    own: dict[int, str] = {}
    left_out: list[str] = []
    full = {place for cells in people for place, one in enumerate(cells) if one}
    for place, heading in enumerate(headings):
        name = variable_of(heading)
        if place in taken or not name:
            continue
        if len(own) >= OWN or (place not in full and len(headings) > OWN):
            left_out += [heading[:60]] if place in full else []
            continue
        number, free = 2, name
        while free in own.values():
            free, number = f"{name[:37]}_{number}", number + 1
        own[place] = free
    return own, tuple(left_out)


def _sample(people: Sequence[Sequence[str]], place: int, names: _Names) -> tuple[str, ...]:
    """The first rows with an address in this column, in words."""
    shown: list[str] = []
    for cells in people:
        if place < len(cells) and in_cell(cells[place]):
            parts = [names.given, names.surname] if names.given is not None else [names.whole]
            name = " ".join(cells[part] for part in parts if part is not None and part < len(cells) and part != place)
            shown.append((f"{name} · {cells[place]}" if name else cells[place])[:SHOWN])
            if len(shown) == SAMPLE:
                break
    return tuple(shown)

"""A file becomes people, page by page: tables, then one of them, its columns, its people; or a question. Pure.

Nothing is wrong in silence: what is left out, guessed or not understood is noted with its place
(``cards.lists.reading``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cards.kit.names import given_name, split_name
from cards.lists.reading import (
    ALL_COLUMNS,
    PLACES,
    Choice,
    Mistake,
    Note,
    NoteKind,
    Question,
    Reading,
    SheetWithPeople,
    WrongLine,
)
from dialogs.forms.addresses import Named, in_cell
from dialogs.forms.cleaning import NAME, clean
from dialogs.forms.pasted import read_pasted
from dialogs.lists.imports.layout import Layout, layout_of
from dialogs.lists.imports.tables.delimited import text_sheet
from dialogs.lists.imports.tables.opening import sheets_of
from dialogs.lists.imports.tables.records import PAGE, PLAIN, CannotRead, Habits, NoTable, Oddities, Row, Sheet
from storage.records import Contact

ROWS = 250_000  #: of a file at the most, empty ones not counted
LOOKED_AT = 200  #: rows with an address that tell what the columns are
AHEAD = 5_000  #: rows looked at for these
VALUE = 200  #: characters of a value of the list's own
SHOWN = 60  #: characters of a cell in a mistake

#: errors of sheets, in English and French: no values
_ERROR = re.compile(
    r"#(?:N/A|N/D|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|PROPAGATION!|CALC!|FIELD!|CHAMP!"
    r"|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|EXTERNAL!|PYTHON!|ERROR!|#+)|Err:\d{3}"
)


UNCHOSEN = Choice()


@dataclass(slots=True)
class Tally:
    count: int = 0
    lines: list[int] = field(default_factory=list)
    words: dict[str, None] = field(default_factory=dict)

    def add(self, line: int, *words: str) -> None:
        self.count += 1
        if len(self.lines) < PLACES and (not self.lines or self.lines[-1] != line):
            self.lines.append(line)
        for word in words:
            if len(self.words) < PLACES:
                self.words.setdefault(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A sheet, its first rows and the others, and what its columns are; None for a text that is no table."""

    sheet: Sheet
    first: list[Row]
    rest: Iterator[Row]
    layout: Layout | None
    oddities: Oddities


def _first(rows: Iterator[Row]) -> list[Row]:
    """So many rows that it shows what the columns are."""
    first: list[Row] = []
    with_address = 0
    for row in rows:
        if not row.cells:
            continue
        first.append(row)
        with_address += any("@" in one for one in row.cells)
        if with_address == LOOKED_AT or len(first) == AHEAD:
            break
    return first


def _is_running(opened: _Opened, pasted: bool) -> bool:
    """Whether a text without headings names people in its lines, in any order."""
    assert opened.layout is not None
    if not opened.sheet.text or opened.layout.head is not None:
        return False
    if pasted:  # columns of a sheet have tabs between them, in each row
        return not all(len(row.cells) > 1 for row in opened.first) or "\t" not in opened.sheet.text
    alone = all(len(row.cells) < 2 for row in opened.first)
    return alone and any("@" in one and not in_cell(one) for row in opened.first for one in row.cells)


def _others(sheets: Sequence[Sheet], read: Sheet) -> Iterator[SheetWithPeople]:
    """The other sheets with people in them."""
    for sheet in sheets:
        if sheet is read:
            continue
        rows = itertools.islice(sheet.rows(Oddities()), ROWS)
        count = sum(1 for row in rows if any("@" in one and in_cell(one) for one in row.cells))
        if count:
            yield SheetWithPeople(name=sheet.name, rows=count, hidden=sheet.hidden)


class Reader:
    """One reading of a file. ``reading`` says what it gave, once the contacts are read."""

    def __init__(self, choice: Choice = UNCHOSEN) -> None:
        self.choice = choice
        self.reading = Reading()
        self._tallies: dict[NoteKind, Tally] = {}
        self._wrong = 0
        self._wrong_lines: list[WrongLine] = []
        self._people = 0
        self._hidden = 0
        self._known: set[str] = set()

    def contacts(self, content: bytes, habits: Habits = PLAIN, size: int = PAGE) -> Iterator[list[Contact]]:
        """The contacts, each address once, ``size`` at a time; none where there is a question instead.

        Raises CannotRead, at the first page or later.
        """
        return self._contacts_of(sheets_of(content, habits), size)

    def pasted(self, text: str, size: int = PAGE) -> Iterator[list[Contact]]:
        """The same of what was pasted: columns of a sheet, or people in running text."""
        try:
            yield from self._contacts_of([text_sheet(text)], size, pasted=True)
        except CannotRead:
            yield from self._running(text, size)

    def _contacts_of(self, sheets: Sequence[Sheet], size: int, *, pasted: bool = False) -> Iterator[list[Contact]]:
        opened = self._opened(sheets)
        first, layout = opened.first, opened.layout
        if layout is None or _is_running(opened, pasted):
            yield from self._running(opened.sheet.text, size)
            return
        base = Reading(
            sheet=opened.sheet.name,
            sheets=tuple(_others(sheets, opened.sheet)),
            column=layout.address if layout.address is not None else 0,
            address_columns=layout.addresses,
            columns=tuple(layout.own.values()),
            hidden_taken=self.choice.hidden,
        )
        if layout.address is None:
            self.reading = replace(base, question=Question.COLUMN)
            return
        self._note_above(first, layout)
        page: list[Contact] = []
        body = itertools.chain(first[layout.head + 1 :] if layout.head is not None else first, opened.rest)
        for contact in self._contacts(body, layout):
            page.append(contact)
            if len(page) == size:
                yield page
                page = []
        if page:
            yield page
        only_hidden = not self._people and self._hidden and not self.choice.hidden
        self.reading = self._finished(base, opened, layout, Question.HIDDEN if only_hidden else None)

    def _running(self, text: str, size: int) -> Iterator[list[Contact]]:
        """A text that is no table: its lines name people. Raises CannotRead for one of too many lines."""
        if text.count("\n") > ROWS:
            raise CannotRead(NoTable.TOO_LARGE)
        pasted = read_pasted(text)
        lines = [WrongLine(one.line, Mistake.WRONG_ADDRESS, one.text[:SHOWN]) for one in pasted.wrong[:PLACES]]
        notes = [Note(kind=NoteKind.DOUBLES, count=pasted.doubles)] if pasted.doubles else []
        self.reading = Reading(
            people=len(pasted.contacts),
            doubles=pasted.doubles,
            wrong=len(pasted.wrong),
            wrong_lines=tuple(lines),
            notes=tuple(notes),
        )
        for start in range(0, len(pasted.contacts), size):
            yield list(pasted.contacts[start : start + size])

    # --- which table ---------------------------------------------------------------------------

    def _opened(self, sheets: Sequence[Sheet]) -> _Opened:
        """The sheet that is read: the chosen one, else the first with people. Raises CannotRead where none has any."""
        anything = False
        for sheet in [sheet for sheet in sheets if sheet.name == self.choice.sheet] or sheets:
            oddities = Oddities()
            rows = sheet.rows(oddities)
            first = _first(rows)
            anything = anything or bool(first)
            layout = layout_of(first, self.choice.column) if first else None
            if layout is not None or "@" in sheet.text:
                return _Opened(sheet=sheet, first=first, rest=rows, layout=layout, oddities=oddities)
        raise CannotRead(NoTable.NO_ADDRESSES if anything else NoTable.EMPTY)

    # --- people ---------------------------------------------------------------------------------

    def _contacts(self, rows: Iterable[Row], layout: Layout) -> Iterator[Contact]:
        number = 0
        take_hidden = self.choice.hidden
        for row in rows:
            number += 1
            if number > ROWS:
                raise CannotRead(NoTable.TOO_LARGE)
            if row.hidden:
                if any("@" in one and in_cell(one) for one in row.cells):
                    self._hidden += 1
                if not take_hidden:
                    continue
            for named in self._named(row, layout):
                if named.address in self._known:
                    self._note(NoteKind.DOUBLES, row.line)
                    continue
                self._known.add(named.address)
                self._people += 1
                yield self._contact(row, named, layout)

    def _named(self, row: Row, layout: Layout) -> Sequence[Named]:
        """Whom a row names; nobody where it holds no address, which is noted."""
        cells, place = row.cells, layout.address
        if place == ALL_COLUMNS:
            return [named for one in cells for named in in_cell(one)] or self._nobody(row, " ".join(cells), layout)
        assert place is not None
        text = cells[place] if place < len(cells) else ""
        named = in_cell(text) if text else ()
        if len(named) == 1:
            return named
        if not named:
            for other in layout.instead:
                if other < len(cells) and cells[other] and len(one := in_cell(cells[other])) == 1:
                    self._note(NoteKind.INSTEAD, row.line, layout.headings[other][:60])
                    return one
            return self._nobody(row, text, layout)
        if layout.own or layout.given is not None or layout.whole is not None or layout.surname is not None:
            self._note(NoteKind.SEVERAL, row.line, text[: SHOWN * 2])
            return named[:1]
        return named  # a table of addresses only: each is somebody

    def _nobody(self, row: Row, text: str, layout: Layout) -> Sequence[Named]:
        if not any(row.cells):
            return ()
        self._wrong += 1
        if len(self._wrong_lines) < PLACES:
            again = layout.head is not None and tuple(row.cells) == layout.headings
            error = _ERROR.fullmatch(text)
            why = Mistake.WRONG_ADDRESS if text and not error else Mistake.NO_ADDRESS
            self._wrong_lines.append(WrongLine(row.line, Mistake.HEADINGS if again else why, text[:SHOWN]))
        return ()

    def _contact(self, row: Row, named: Named, layout: Layout) -> Contact:
        cells = row.cells
        length = len(cells)
        text = " ".join(cells)
        plain = text.isprintable() and "#" not in text and "Err:" not in text  # no error of a sheet begins otherwise

        def value(place: int | None) -> str:
            if place is None or place >= length:
                return ""
            return cells[place] if plain else self._value(row, cells[place], layout, place)

        given, surname = given_name(value(layout.given)), value(layout.surname)
        if layout.whole is not None:
            whole = split_name(value(layout.whole), surname_first=layout.surname_first)
            given, surname = (given or whole[0], surname or whole[1]) if layout.given is not None else whole
        if "@" in surname:
            surname = ""
        if named.name and not (given or surname):
            given, surname = split_name(named.name)
        columns = {}
        for place, name in layout.own.items():
            if place < length and (text := cells[place]) and (plain or (text := value(place))):
                if len(text) > VALUE:
                    self._note(NoteKind.CUT, row.line, name)
                    text = text[:VALUE]
                columns[name] = text
        return Contact(address=named.address, given_name=given[:NAME], surname=surname[:NAME], columns=columns)

    def _value(self, row: Row, text: str, layout: Layout, place: int) -> str:
        if text.startswith(("#", "Err:")) and _ERROR.fullmatch(text):
            heading = layout.headings[place][:60] if place < len(layout.headings) else ""
            self._note(NoteKind.ERRORS, row.line, heading)
            return ""
        return clean(text)

    # --- notes ----------------------------------------------------------------------------------

    def _note(self, kind: NoteKind, line: int, *words: str) -> None:
        self._tallies.setdefault(kind, Tally()).add(line, *words)

    def _note_above(self, first: Sequence[Row], layout: Layout) -> None:
        for row in first[: layout.head or 0]:
            for one in row.cells:
                for named in in_cell(one):
                    self._note(NoteKind.ABOVE, row.line, named.address)

    def _finished(self, base: Reading, opened: _Opened, layout: Layout, question: Question | None) -> Reading:
        odd = opened.oddities
        for kind, lines in (
            (NoteKind.UNREADABLE, odd.unreadable),
            (NoteKind.MIXED, odd.mixed),
            (NoteKind.UNCLOSED, odd.unclosed),
            (NoteKind.UNKNOWN_RESULTS, odd.unknown_results),
        ):
            for line in lines:
                self._note(kind, line)
        notes = [
            Note(kind=kind, count=tally.count, lines=tuple(tally.lines), words=tuple(tally.words))
            for kind, tally in self._tallies.items()
        ]
        if layout.left_out:
            notes.append(Note(kind=NoteKind.COLUMNS, count=len(layout.left_out), words=layout.left_out))
        doubles = self._tallies.get(NoteKind.DOUBLES, Tally()).count
        return replace(
            base,
            question=question,
            people=self._people,
            doubles=doubles,
            wrong=self._wrong,
            wrong_lines=tuple(self._wrong_lines),
            notes=tuple(sorted(notes, key=lambda note: list(NoteKind).index(note.kind))),
            hidden=self._hidden,
        )

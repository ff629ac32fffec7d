"""What reading a file or a pasted list gave beside its people: what was left out, guessed or not understood, and where.

Typed records, which the cards put into words of the author's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PLACES = 100  #: lines that a note names


class Mistake(StrEnum):
    """Why a line is nobody."""

    NO_ADDRESS = "no_address"  #: there is none in it
    WRONG_ADDRESS = "wrong_address"
    HEADINGS = "headings"  #: it says again what the columns are


@dataclass(frozen=True, slots=True)
class WrongLine:
    line: int
    why: Mistake
    #: what stands in place of an address
    text: str


class NoteKind(StrEnum):
    """Of something that a reader would want to know."""

    ABOVE = "above"  #: addresses above the headings are nobody's (words: the addresses)
    INSTEAD = "instead"  #: the address comes from another column, as the usual one holds none (words: its heading)
    SEVERAL = "several"  #: of several addresses in a cell the first is taken (words: the cells)
    ERRORS = "errors"  #: #N/A and the like are no values (words: the columns)
    UNKNOWN_RESULTS = "unknown_results"  #: formulas of which the file does not hold the result
    UNREADABLE = "unreadable"  #: signs of no encoding, left out
    MIXED = "mixed"  #: lines in another encoding than the others
    UNCLOSED = "unclosed"  #: a quotation mark that nothing closes, read as a sign
    COLUMNS = "columns"  #: columns that are not kept (words: their headings)
    CUT = "cut"  #: values that were too long (words: the columns)
    DOUBLES = "doubles"  #: people who came again: their first line counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    kind: NoteKind
    count: int
    #: the first of the lines
    lines: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressColumn:
    """A column that holds addresses."""

    #: from 0
    place: int
    #: "" where nobody says what it is
    heading: str
    #: three rows with it, in words
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWithPeople:
    name: str
    #: how many of its rows hold an address
    rows: int
    hidden: bool = False


class Question(StrEnum):
    """What the author has to say before anybody is read."""

    COLUMN = "column"  #: which column holds people's own addresses
    HIDDEN = "hidden"  #: all people stand in hidden rows: shall they be read?


ALL_COLUMNS = -1  #: each of the addresses is a person's, whatever the column


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the author wants a file to be read; None is for the reader to say."""

    sheet: str | None = None
    column: int | None = None
    #: read hidden rows too
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    question: Question | None = None
    people: int = 0
    #: lines that name somebody again
    doubles: int = 0
    wrong: int = 0
    #: the first of them
    wrong_lines: tuple[WrongLine, ...] = ()
    #: the variables that the list's own columns become
    columns: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    #: the sheet that was read, and the others with people in them
    sheet: str = ""
    sheets: tuple[SheetWithPeople, ...] = ()
    #: the column that was read (ALL_COLUMNS: each), and all that hold addresses
    column: int = 0
    address_columns: tuple[AddressColumn, ...] = ()
    #: hidden rows that hold addresses, and whether they were read
    hidden: int = 0
    hidden_taken: bool = False

    @property
    def has_choices(self) -> bool:
        return bool(self.question or len(self.address_columns) > 1 or self.sheets or self.hidden)

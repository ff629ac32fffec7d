"""What a file left to say or to ask, in words: notes beneath its summary, and the cards that ask how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, Container
from cards.kit.parts import card, fitting, go, heading, paragraph, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.reading import ALL_COLUMNS, AddressColumn, Mistake, Note, NoteKind, Question, Reading, WrongLine

NAMED = 5  #: lines that a note names on a card
WORDS = 6  #: columns, or cells
COLUMNS = 8  #: that can be chosen from, or sheets
Payload = Mapping[str, Any]


def lines_text(texts: Texts, lines: Sequence[int], count: int) -> str:
    """ "line 4", "lines 4, 7, and 9", "lines 4, 7, 9, 12, 15 …"; "" where nobody knows."""
    if not lines:
        return ""
    shown = [texts.number(line) for line in lines[:NAMED]]
    if len(lines) > NAMED or count > len(lines):
        return texts("lines {lines} …", lines=", ".join(shown))
    return (
        texts("line {line}", line=shown[0]) if len(shown) == 1 else texts("lines {lines}", lines=texts.enumerate(shown))
    )


def mistake_text(texts: Texts, wrong: WrongLine) -> str:
    line = texts.number(wrong.line)
    match wrong.why:
        case Mistake.NO_ADDRESS:
            return texts("Line {line}: there is no address.", line=line)
        case Mistake.HEADINGS:
            return texts("Line {line}: the headings once more.", line=line)
        case Mistake.WRONG_ADDRESS:
            return texts("Line {line}: “{text}” is not an address.", line=line, text=escape_markdown(wrong.text))


def note_text(texts: Texts, note: Note, reading: Reading) -> str:
    """A note in a sentence; "" for what is said elsewhere."""
    lines = lines_text(texts, note.lines, note.count)
    words = _some(note.words)
    many, column = texts.many, _heading_of(texts, reading, reading.column)
    match note.kind:
        case NoteKind.ABOVE:
            return texts("Above the headings, and so nobody’s: {addresses} ({lines}).", addresses=words, lines=lines)
        case NoteKind.INSTEAD:
            return many(
                "{count} person has no address in “{column}”: I took the one in “{other}” ({lines}).",
                "{count} people have no address in “{column}”: I took the one in “{other}” ({lines}).",
                note.count,
                column=column,
                other=words,
                lines=lines,
            )
        case NoteKind.SEVERAL:
            return many(
                "{count} cell holds several addresses: I took the first ({lines}: {cells}).",
                "{count} cells hold several addresses: I took the first ({lines}: {cells}).",
                note.count,
                lines=lines,
                cells=words,
            )
        case NoteKind.ERRORS:
            return many(
                "{count} cell holds an error such as #N/A, and counts as empty: {columns} ({lines}).",
                "{count} cells hold errors such as #N/A, and count as empty: {columns} ({lines}).",
                note.count,
                columns=words,
                lines=lines,
            )
        case NoteKind.UNKNOWN_RESULTS:
            return many(
                "{count} formula has no result in the file, and counts as empty ({lines})."
                " Opening the file in Excel and saving it puts them there.",
                "{count} formulas have no result in the file, and count as empty ({lines})."
                " Opening the file in Excel and saving it puts them there.",
                note.count,
                lines=lines,
            )
        case NoteKind.UNREADABLE:
            return many(
                "{count} line holds signs that cannot be read; they are left out ({lines}).",
                "{count} lines hold signs that cannot be read; they are left out ({lines}).",
                note.count,
                lines=lines,
            )
        case NoteKind.MIXED:
            return many(
                "{count} line is in another encoding than the others: please look at its letters ({lines}).",
                "{count} lines are in another encoding than the others: please look at their letters ({lines}).",
                note.count,
                lines=lines,
            )
        case NoteKind.UNCLOSED:
            return many(
                "{count} line has a quotation mark that nothing closes: I read it as a sign ({lines}).",
                "{count} lines have a quotation mark that nothing closes: I read it as a sign ({lines}).",
                note.count,
                lines=lines,
            )
        case NoteKind.COLUMNS:
            return many(
                "{count} column is too many for a list, and is left out: {columns}.",
                "{count} columns are too many for a list, and are left out: {columns}.",
                note.count,
                columns=words,
            )
        case NoteKind.CUT:
            return many(
                "{count} value is too long, and is cut: {columns} ({lines}).",
                "{count} values are too long, and are cut: {columns} ({lines}).",
                note.count,
                columns=words,
                lines=lines,
            )
        case NoteKind.DOUBLES:
            return ""


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(escape_markdown(word) for word in words[:WORDS])
    return shown + (" …" if len(words) > WORDS else "")


def _heading_of(texts: Texts, reading: Reading, place: int) -> str:
    column = next((one for one in reading.address_columns if one.place == place), None)
    return _name(texts, column) if column else _name(texts, AddressColumn(place=place, heading="", sample=()))


def _name(texts: Texts, column: AddressColumn) -> str:
    """Its heading; else its letter, as sheets show it."""
    if column.heading:
        return escape_markdown(column.heading)
    letters, number = "", column.place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return texts("column {letter}", letter=letters)


# --- beneath a summary ------------------------------------------------------------------------


def readings_of(texts: Texts, reading: Reading, payload: Payload) -> list[Any]:
    """How the file was read where it may be read otherwise, and a button for each other reading."""
    ways: list[tuple[str, Any]] = []
    others = [one for one in reading.address_columns if one.place != reading.column]
    if others:
        ways.append((_columns_text(texts, reading, others), go(texts("Another column"), "import.columns", payload)))
    if reading.sheets:
        names = ", ".join(_sheet(texts, one.name, one.rows) for one in reading.sheets[:WORDS])
        text = texts(
            "Read from the sheet “{name}”. There are addresses in others, too: {others}.",
            name=escape_markdown(reading.sheet),
            others=names + (" …" if len(reading.sheets) > WORDS else ""),
        )
        ways.append((text, go(texts("Another sheet"), "import.sheets", payload)))
    if reading.hidden and reading.hidden_taken:
        text = texts.many(
            "{count} row that the sheet hides is among them.",
            "{count} rows that the sheet hides are among them.",
            reading.hidden,
        )
        ways.append((text, go(texts("Leave the hidden rows out"), "import.choose", {**payload, "hidden": False})))
    elif reading.hidden:
        text = texts.many(
            "{count} row that the sheet hides, or filters away, is left out.",
            "{count} rows that the sheet hides, or filters away, are left out.",
            reading.hidden,
        )
        ways.append((text, go(texts("Take the hidden rows too"), "import.choose", {**payload, "hidden": True})))
    return [
        Container(items=[paragraph(text), ActionSet(actions=[way], spacing="Small")], separator=True)
        for text, way in ways
    ]


def _columns_text(texts: Texts, reading: Reading, others: Sequence[AddressColumn]) -> str:
    names = texts.enumerate([texts("“{name}”", name=_name(texts, one)) for one in others[:WORDS]])
    if reading.column == ALL_COLUMNS:
        return texts("The addresses of all columns are taken.")
    column = _heading_of(texts, reading, reading.column)
    return texts.many(
        "The addresses are those of “{column}”. {others} holds some, too.",
        "The addresses are those of “{column}”. {others} hold some, too.",
        len(others),
        column=column,
        others=names,
    )


def _sheet(texts: Texts, name: str, rows: int) -> str:
    return texts.many("“{name}” ({count} row)", "“{name}” ({count} rows)", rows, name=escape_markdown(name))


# --- questions --------------------------------------------------------------------------------


def column_card(texts: Texts, file: str, reading: Reading, payload: Payload) -> AdaptiveCard:
    """Which column holds people's own addresses? Three rows of each, and one press."""
    columns = reading.address_columns[:COLUMNS]
    if len(columns) > 1:
        question = texts("Several columns hold addresses. Which are those of the people to write to?")
    else:
        question = texts("The only addresses seem to be somebody else’s. Are these the people to write to?")
    body: list[Any] = [heading(escape_markdown(file)), paragraph(question)]
    for column in columns:
        name = _name(texts, column)
        rows = [paragraph(escape_markdown(row), spacing="Small") for row in column.sample]
        words = texts("Take “{name}”", name=column.heading or name)
        take = go(fitting(words), "import.choose", {**payload, "column": column.place}, tooltip=words)
        title = subheading(name[:1].upper() + name[1:])
        body.append(Container(items=[title, *rows, ActionSet(actions=[take])], separator=True, spacing="Medium"))
    actions = []
    if len(columns) > 1 and not any(column.heading for column in columns):
        actions.append(go(texts("Take all of them"), "import.choose", {**payload, "column": ALL_COLUMNS}))
    return card(texts, body, [*actions, *_ways_out(texts, reading, payload)])


def sheet_card(texts: Texts, file: str, reading: Reading, payload: Payload) -> AdaptiveCard:
    body: list[Any] = [
        heading(escape_markdown(file)),
        paragraph(
            texts("I have read the sheet “{name}”. Which other shall I read?", name=escape_markdown(reading.sheet))
        ),
    ]
    for sheet in reading.sheets[:COLUMNS]:
        read = go(
            fitting(texts("Read “{name}”", name=sheet.name)),
            "import.choose",
            {**payload, "sheet": sheet.name},
            tooltip=texts("Read “{name}”", name=sheet.name),
        )
        words = texts.many("{count} row with an address", "{count} rows with an address", sheet.rows)
        if sheet.hidden:
            words = texts("{rows}, in a hidden sheet", rows=words)
        items = [subheading(escape_markdown(sheet.name)), paragraph(words, spacing="Small"), ActionSet(actions=[read])]
        body.append(Container(items=items, separator=True, spacing="Medium"))
    return card(texts, body, _ways_out(texts, reading, payload))


def hidden_card(texts: Texts, file: str, reading: Reading, payload: Payload) -> AdaptiveCard:
    text = texts.many(
        "The sheet hides its only row with an address. Shall I take it?",
        "The sheet hides all of its {count} rows with addresses. Shall I take them?",
        reading.hidden,
    )
    take = go(texts("Take the hidden rows too"), "import.choose", {**payload, "hidden": True}, style="positive")
    ways_out = _ways_out(texts, reading, payload)
    return card(texts, [heading(escape_markdown(file)), paragraph(text)], [take, *ways_out])


def _ways_out(texts: Texts, reading: Reading, payload: Payload) -> list[Any]:
    back = [] if reading.question else [go(texts("Back"), "import.open", payload)]
    if reading.question is Question.COLUMN and reading.sheets:
        back.append(go(texts("Another sheet"), "import.sheets", payload))
    return [*back, go(texts("Do not save"), "import.drop", payload)]

"""Any file that is built of the parts that real ones have gives the people that it was built from, or asks."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.lists.reading import ALL_COLUMNS, Choice, Question, Reading
from dialogs.lists.imports.reading import Reader
from storage.records import Contact

PEOPLE = [
    ("Ada", "Lovelace"), ("Zoë", "Lefèvre"), ("Louis", "Pasteur"), ("Marie", "Curie"), ("Anne-Marie", "de La Tour"),
    ("Hélène", "Müller"), ("José", "Núñez"), ("Jean", "O'Neil"),
]  # fmt: skip
OWN = [
    "Email",
    "E-mail",
    "Courriel",
    "Adresse mail pro",
    "Work email",
    "UPN",
    "Mail",
    "E-mail Address [Required]",
    "Mél",
]
MANAGERS = ["Manager", "Responsable", "Manager email", "Mail du responsable", "Supervisor", "N+1"]
PRIVATE = ["Private email", "E-mail perso", "Recovery Email", "Email secondaire"]
UNKNOWN = ["Kontakt", "Chefin", "Saisie 2026", "Bezug"]
NAMES = [("First name", "Last name"), ("Prénom", "Nom"), ("Given name", "Surname"), ("firstName", "LASTNAME")]
TITLES = [
    "Liste des participants – séminaire 2026",
    "Report: Headcount",
    "Extraction du 12/03/2026",
    "Questions: ask HR",
]
NOTES = ["", "no nuts", "see x@elsewhere.example\ny@elsewhere.example\nz@elsewhere.example", 'says "hello, you; there"']
DRESSED = ["{}", "{}\u200b", "mailto:{}", "\u202a{}\u202c", "<{}>", "{}\u00a0", "SMTP:{}", "{}."]
WHOLE = {
    "Display name": "{1}, {0}",
    "Full name": "{0} {1}",
    "Nom et prénom": "{1}, {0}",
    "Nom complet": "{0} {1} (EXT)",
}


@dataclass
class Built:
    content: bytes
    people: list[Contact]
    #: the place of the column with people's own addresses, where headings cannot settle it
    asks_for: int | None


def address(given: str, surname: str) -> str:
    plain = f"{given}.{surname}".lower().translate(str.maketrans("ëèéñúü' ", "eeenuu--"))
    return f"{plain}@contoso.example"


@st.composite
def files(draw: st.DrawFn) -> Built:
    people = draw(st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=6, unique=True))
    kind = draw(st.sampled_from(["csv", "csv", "txt", "xlsx"]))
    columns: list[tuple[str, list[str]]] = []
    dress = draw(st.sampled_from(DRESSED))
    own = (draw(st.sampled_from(OWN)), [dress.format(address(*one)) for one in people])
    named = draw(st.sampled_from(["parts", "whole", "none"]))
    if named == "parts":
        given_heading, surname_heading = draw(st.sampled_from(NAMES))
        columns += [(given_heading, [one[0] for one in people]), (surname_heading, [one[1] for one in people])]
    elif named == "whole":
        heading = draw(st.sampled_from(sorted(WHOLE)))
        columns.append((heading, [WHOLE[heading].format(*one) for one in people]))
    second = draw(st.sampled_from(["none", "manager", "private", "unknown", "both unknown", "same"]))
    boss = [f"boss{number}@contoso.example" for number in range(len(people))]
    if second == "both unknown":
        own = (UNKNOWN[0], own[1])
    others = {
        "manager": MANAGERS,
        "private": PRIVATE,
        "unknown": UNKNOWN[1:],
        "both unknown": UNKNOWN[1:],
        "same": ["Login"],
    }
    if second != "none":
        values = [address(*one).upper() for one in people] if second == "same" else boss
        columns.append((draw(st.sampled_from(others[second])), values))
    columns.append(own)
    if draw(st.booleans()) and kind != "txt":
        columns.append(
            (draw(st.sampled_from(["Notes", "Commentaire"])), [draw(st.sampled_from(NOTES)) for _ in people])
        )
    if draw(st.booleans()):
        columns.append(("Site", [draw(st.sampled_from(["Lyon", "#N/A", "00123", ""])) for _ in people]))
    columns = draw(st.permutations(columns))
    rows = [
        [heading for heading, _ in columns],
        *([values[row] for _, values in columns] for row in range(len(people))),
    ]
    for _ in range(draw(st.integers(0, 2))):
        rows.insert(draw(st.integers(2, len(rows))), [])
    titles = draw(st.lists(st.sampled_from(TITLES), max_size=3))
    if titles and draw(st.booleans()):
        titles = [*titles, ""]
    table = [*([title] for title in titles), *rows]
    content = draw(workbooks(table)) if kind == "xlsx" else draw(texts(table, "\t" if kind == "txt" else None))
    known = named != "none"
    contacts = [
        Contact(address=address(*one), given_name=one[0] if known else "", surname=one[1] if known else "")
        for one in people
    ]
    place = columns.index(own)
    return Built(content, contacts, place if second == "both unknown" else None)


@st.composite
def texts(draw: st.DrawFn, table: list[list[str]], delimiter: str | None) -> bytes:
    between = delimiter or draw(st.sampled_from([";", ",", "\t", "|"]))
    file = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    width = max(map(len, table)) if draw(st.booleans()) else 0
    writer = csv.writer(file, delimiter=between, quoting=quoting, lineterminator=draw(st.sampled_from(["\r\n", "\n"])))
    writer.writerows([*row, *[""] * (width - len(row))] for row in table)
    begin = draw(st.sampled_from(["", "", "sep=" + between + "\n", "#TYPE System.Object\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return (begin + file.getvalue()).encode(encoding, "ignore")


@st.composite
def workbooks(draw: st.DrawFn, table: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if draw(st.booleans()):
        cover = book.create_sheet("Cover")
        cover.append(["Report 2026"])
        cover.sheet_state = draw(st.sampled_from(["visible", "hidden"]))
    sheet = book.create_sheet("People")
    for number, row in enumerate(table, 1):
        for place, value in enumerate(row, 1):
            if value:
                sheet.cell(number, place, value)
    if draw(st.booleans()):
        book.create_sheet("Archive").append(["old@contoso.example"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, choice: Choice) -> tuple[list[Contact], Reading]:
    reader = Reader(choice)
    return [one for page in reader.contacts(content) for one in page], reader.reading


@given(files())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_file_gives_the_people_that_it_was_built_from_or_asks(built: Built) -> None:
    contacts, reading = read(built.content, Choice())
    if built.asks_for is not None:
        assert (contacts, reading.question) == ([], Question.COLUMN), "headings that nobody knows settle nothing"
        assert built.asks_for in [column.place for column in reading.address_columns] != [ALL_COLUMNS]
        contacts, reading = read(built.content, Choice(column=built.asks_for))
    people = [Contact(address=one.address, given_name=one.given_name, surname=one.surname) for one in contacts]
    assert people == built.people
    assert (reading.question, reading.wrong, reading.doubles) == (None, 0, 0)
    assert not any("elsewhere" in one.address or "#N/A" in one.columns.values() for one in contacts)

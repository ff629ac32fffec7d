"""Files become contacts: any spreadsheet's, and from any bytes a summary or a clear refusal."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.lists.reading import Choice, Mistake, Reading
from dialogs.lists.imports import reading
from dialogs.lists.imports.headings import variable_of
from dialogs.lists.imports.reading import Reader
from dialogs.lists.imports.tables.opening import UNPACKED, sheets_of
from dialogs.lists.imports.tables.records import CannotRead, NoTable, Oddities
from storage.records import Contact

UNCHOSEN = Choice()
PEOPLE = [["Pasteur", "Louis", "louis@contoso.com"], ["Lefèvre", "Zoë", "zoe@contoso.com"]]
LOUIS = Contact(address="louis@contoso.com", given_name="Louis", surname="Pasteur")
ZOE = Contact(address="zoe@contoso.com", given_name="Zoë", surname="Lefèvre")


def separated(rows: Sequence[Sequence[str]], delimiter: str = ";", end: str = "\r\n") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return file.getvalue()


def workbook(*sheets: Sequence[Sequence[Any]], hidden: int = 0) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        if number < hidden:
            sheet.sheet_state = "hidden"
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, choice: Choice = UNCHOSEN) -> tuple[list[Contact], Reading]:
    reader = Reader(choice)
    return [contact for page in reader.contacts(content) for contact in page], reader.reading


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of the first sheet."""
    return [row.cells for row in sheets_of(content)[0].rows(Oddities())]


def refusal(content: bytes) -> NoTable:
    with pytest.raises(CannotRead) as refused:
        read(content)
    return refused.value.why


# --- encodings, delimiters, kinds -------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_spreadsheets_csv_is_read(encoding: str, delimiter: str, end: str) -> None:
    more = [
        [f"Hélène{n}", "Crêpe, à l’été" if encoding != "mac_roman" else "Été, là", f"p{n}@contoso.com"]
        for n in range(40)
    ]
    text = separated([["Nom", "Prénom", "Courriel"], *PEOPLE, *more], delimiter, end)
    contacts, counts = read(text.encode(encoding))
    assert contacts[:2] == [LOUIS, ZOE]
    assert (len(contacts), counts.wrong, counts.doubles, counts.columns) == (42, 0, 0, ())
    assert contacts[2].surname == "Hélène0"


def test_a_workbook_is_read_from_its_first_sheet_that_shows_people() -> None:
    head = ["Last name", "First name", "UPN", "Badge", "Since", "Share"]
    rows = [head, ["Pasteur", "Louis", "LOUIS@contoso.com", 12.0, date(2026, 1, 5), 0.5], [None, None, None]]
    contacts, counts = read(workbook([["secret@contoso.com"]], [], rows, [["x@contoso.com"]], hidden=1))
    own = {"BADGE": "12", "SINCE": "2026-01-05", "SHARE": "0.5"}
    assert contacts == [Contact(address="louis@contoso.com", given_name="Louis", surname="Pasteur", columns=own)]
    assert counts.columns == ("BADGE", "SINCE", "SHARE")


def test_cells_of_a_workbook_read_as_people_see_them() -> None:
    rows = [["Mail", "Day", "Yes", "Formula"], ["a@contoso.com", date(2026, 2, 3), True, "=1+1"]]
    assert rows_of(workbook(rows)) == [rows[0], ["a@contoso.com", "2026-02-03", "TRUE"]]


def test_excels_own_word_on_the_delimiter_is_obeyed() -> None:
    text = "sep=|\nEmail|Site\nada@contoso.com|Lyon, Paris; Nice\n"
    [ada], _ = read(text.encode())
    assert ada.columns == {"SITE": "Lyon, Paris; Nice"}


def test_a_quotation_mark_that_nothing_closes_swallows_nobody() -> None:
    rows = "".join(f"p{number}@contoso.com;Site {number}\n" for number in range(30))
    contacts, _ = read(f'Email;Site\nada@contoso.com;"Lyon\n{rows}'.encode())
    assert len(contacts) == 31
    quoted, _ = read(b'Email;Site\nada@contoso.com;"Lyon\n1er"\nlouis@contoso.com;Nice\n')
    assert [contact.columns["SITE"] for contact in quoted] == ["Lyon 1er", "Nice"]


# --- what the columns are ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        ["Nom", "Prénom", "Adresse e-mail"], ["NOM", "PRENOM", "Courriel"], ["Last Name", "First Name", "Email"],
        ["Surname", "Given name", "E-mail address"], ["nom de famille", "prénom", "Mél"],
        ["Nom usuel", "Prénoms", "SIP"],        ["lastname", "firstname", "User principal name"],
    ],
)  # fmt: skip
def test_headings_are_known_in_french_and_english(head: list[str]) -> None:
    contacts, counts = read(separated([head, *PEOPLE]).encode())
    assert (contacts, counts.columns) == ([LOUIS, ZOE], ())


@pytest.mark.parametrize(
    ("rows", "contact"),
    [
        ([["Pasteur", "Louis", "louis@contoso.com"]], LOUIS),
        ([["louis@contoso.com", "Louis", "Pasteur"]], LOUIS),
        ([["Louis Pasteur", "louis@contoso.com"]], LOUIS),
        ([["Louis Pasteur <louis@contoso.com>"]], LOUIS),
        ([["louis@contoso.com"]], Contact(address="louis@contoso.com")),
        ([["Adresse"], ["sip:louis@contoso.com"]], Contact(address="louis@contoso.com")),
        ([["Nom", "Mail"], ["Louis Pasteur", "louis@contoso.com"]], LOUIS),
        ([["Full name", "x", "Mail"], ["Louis Pasteur", "", "louis@contoso.com"]], LOUIS),
        ([["Manager email", "First name", "Last name", "Email"],
          ["boss@contoso.com", "Louis", "Pasteur", "louis@contoso.com"]],
         Contact(address="louis@contoso.com", given_name="Louis", surname="Pasteur",
                 columns={"MANAGER_EMAIL": "boss@contoso.com"})),
        ([["Was auch immer", "Kontakt"], ["Lyon", "louis@contoso.com"]],
         Contact(address="louis@contoso.com", columns={"WAS_AUCH_IMMER": "Lyon"})),
    ],
)  # fmt: skip
def test_columns_are_found_by_their_heading_or_by_what_stands_in_them(rows: list[list[str]], contact: Contact) -> None:
    assert read(separated(rows).encode())[0] == [contact]
    assert read(workbook(rows))[0] == [contact]


@pytest.mark.parametrize(
    ("heading", "name"),
    [("Département", "DEPARTEMENT"), ("Job title", "JOB_TITLE"), ("N°", "LIST_N"), ("2026", "LIST_2026"),
     ("Ville ", "VILLE"), ("EMAIL", "LIST_EMAIL"), ("---", ""), ("x" * 90, "X" * 40), ("Ω мир", "Ω_МИР")],
)  # fmt: skip
def test_extra_columns_become_variables(heading: str, name: str) -> None:
    assert variable_of(heading) == name


def test_two_columns_of_one_name_are_two_variables() -> None:
    _, counts = read(separated([["Mail", "Site", "SITE", "sité"], ["a@contoso.com", "1", "2", "3"]]).encode())
    assert counts.columns == ("SITE", "SITE_2", "SITE_3")


# --- mistakes, doubles, refusals --------------------------------------------------------------


def test_lines_that_are_no_contacts_are_named_with_their_reason() -> None:
    rows = [
        ["Nom", "Mail"],
        ["Ada", "ada@contoso.com"],
        ["Louis", ""],
        [],
        ["Marie", "marie@"],
        ["Ada", "ADA@contoso.com"],
    ]
    contacts, counts = read(separated(rows).encode())
    assert [contact.address for contact in contacts] == ["ada@contoso.com"]
    assert (counts.people, counts.doubles, counts.wrong) == (1, 1, 2)
    assert [(wrong.line, wrong.why, wrong.text) for wrong in counts.wrong_lines] == [
        (3, Mistake.NO_ADDRESS, ""),
        (5, Mistake.WRONG_ADDRESS, "marie@"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", NoTable.EMPTY),
        (b" \r\n\t\n", NoTable.EMPTY),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, NoTable.NO_TABLE),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le") * 99, NoTable.BROKEN),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), NoTable.LOCKED),
        (b"<html><table><tr><td>ada@contoso.com", NoTable.WEB_PAGE),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', NoTable.WEB_PAGE),
        (b"%PDF-1.7\n%\xe2\xe3", NoTable.NO_TABLE),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, NoTable.NO_TABLE),
        (b"Nom;Age\nLouis;12\n", NoTable.NO_ADDRESSES),
        (b"PK\x03\x04 half a workbook", NoTable.BROKEN),
    ],
)
def test_what_is_no_table_of_people_is_refused_with_the_reason(content: bytes, why: NoTable) -> None:
    assert refusal(content) is why


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(UNPACKED // 10_000_000 + 1):
                sheet.write(bytes(10_000_000))
    assert len(file.getvalue()) < 1_000_000
    assert refusal(file.getvalue()) is NoTable.TOO_LARGE


def test_another_zip_is_no_table() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
    assert refusal(file.getvalue()) is NoTable.NO_TABLE


def test_a_damaged_workbook_is_refused_whatever_is_damaged() -> None:
    whole, rng = workbook([["Nom", "Mail"], *[[f"P{n}", f"p{n}@contoso.com"] for n in range(50)]]), random.Random(5)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 40)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        one_of_two(bytes(broken))
        one_of_two(whole[: rng.randrange(len(whole))])


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 300)
    rows = "".join(f"p{number}@contoso.com\n" for number in range(301))
    assert refusal(rows.encode()) is NoTable.TOO_LARGE


def one_of_two(content: bytes) -> None:
    """A summary that adds up, or a refusal; nothing else is raised."""
    try:
        contacts, counts = read(content)
    except CannotRead as refused:
        assert refused.why in NoTable
        return
    if counts.question is not None:
        assert contacts == [] and counts.has_choices
    assert counts.people == len(contacts) == len({contact.address for contact in contacts})
    assert all("@" in contact.address for contact in contacts)
    for contact in contacts:
        assert set(contact.columns) <= set(counts.columns)


@given(st.binary(max_size=300))
@settings(deadline=None)
@example(b"\xff\xfe")
@example(b"\xfe\xff\x00")
@example(b"sep=\n@")
@example(b'"\n"@b.cc')
@example(b"PK\x03\x04")
def test_any_bytes_give_a_summary_or_a_clear_refusal(content: bytes) -> None:
    one_of_two(content)


@given(
    st.text(st.sampled_from('ab@.cd;,\t|"\n\r <>é€\u2028\x00'), max_size=200),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
@settings(deadline=None)
def test_anything_like_a_table_gives_a_summary_or_a_clear_refusal(text: str, encoding: str) -> None:
    one_of_two(text.encode(encoding, "ignore"))


cells = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2050, 1, 1)),
    st.just("ada@contoso.com"),
)


@given(st.lists(st.lists(cells, max_size=5), max_size=8))
@settings(deadline=None, max_examples=40)
def test_any_workbook_gives_a_summary_or_a_clear_refusal(rows: list[list[Any]]) -> None:
    illegal = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE
    one_of_two(workbook([[illegal.sub("", cell) if isinstance(cell, str) else cell for cell in row] for row in rows]))

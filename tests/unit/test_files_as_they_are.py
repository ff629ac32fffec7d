"""Files as people really have them: each person once, under their own address; what is odd is named, or asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cards.kit.names import split_name
from cards.kit.texts import Texts
from cards.kit.variables import value_of
from cards.lists.reading import ALL_COLUMNS, Choice, Mistake, NoteKind, Question, Reading
from dialogs.forms.addresses import address_of
from dialogs.forms.audience import read_addresses
from dialogs.lists.imports.headings import Part, Whose, meaning
from dialogs.lists.imports.reading import Reader
from dialogs.lists.imports.tables.formats import plain, shown_as
from dialogs.lists.imports.tables.records import PLAIN, CannotRead, Habits, NoTable
from storage.records import Contact, Person, PersonId, TenantId

FILES = Path(__file__).parent / "files"
FRENCH = Habits(**Texts("fr-FR").as_in_sheets())  # type: ignore[arg-type]


def read(content: bytes | str, choice: Choice = Choice(), habits: Habits = PLAIN) -> tuple[list[Contact], Reading]:  # noqa: B008
    reader = Reader(choice)
    raw = content.encode() if isinstance(content, str) else content
    return [one for page in reader.contacts(raw, habits) for one in page], reader.reading


def names(contacts: Sequence[Contact]) -> list[str]:
    return [f"{one.address.partition('@')[0]} {one.given_name} {one.surname}".strip() for one in contacts]


def notes(reading: Reading) -> dict[NoteKind, tuple[int, ...]]:
    return {note.kind: note.lines for note in reading.notes}


# --- the files that failed --------------------------------------------------------------------

FULL = ["ada Ada Lovelace", "louis Louis Pasteur"]
AS_THEY_ARE: dict[str, list[str]] = {
    "outlook-notes.csv": FULL,
    "comment-contacts.csv": ["zoe", "louis"],
    "manager-called.csv": FULL,
    "title-above2.csv": FULL,
    "title-with-contact.csv": FULL,
    "title-above.xlsx": FULL,
    "two-row-header.xlsx": FULL[:1],
    "cut-utf8.csv": ["zoe Zoë Lefèvre"],
    "m365-admin.csv": ["zoe Zoë Lefèvre"],
    "wide61.csv": ["ada"],
    "empty-mail-upn2.csv": ["zoe Zoë Lefèvre", "louis Louis Pasteur", "marie Marie Curie"],
    "google-workspace-users.csv": FULL,
    "display-last-first.csv": FULL,
    "comma-in-quoted-name-exchange.csv": FULL,
    "strict.xlsx": ["zoe Zoë Lefèvre"],
    "filtered.xlsx": ["ada"],
    "number-formats.xlsx": ["ada"],
    "x-merged-dept.xlsx": ["zoe Zoë", "louis Louis"],
    "tab-last-first.txt": FULL,
}


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_a_file_gives_its_people_under_their_own_addresses(name: str) -> None:
    contacts, reading = read((FILES / name).read_bytes())
    assert names(contacts) == AS_THEY_ARE[name]
    assert all(one.address.endswith("@contoso.example") for one in contacts)
    assert reading.people == len(contacts)


def test_what_those_files_say_besides_is_kept_as_the_sheet_shows_it() -> None:
    def columns(name: str, habits: Habits = PLAIN) -> list[Mapping[str, str]]:
        return [one.columns for one in read((FILES / name).read_bytes(), habits=habits)[0]]

    assert columns("outlook-notes.csv") == [
        {"NOTES": "Assistants: nina@contoso.example max@contoso.example", "COMPANY": "Engines, Inc."},
        {"COMPANY": "Milk, Ltd"},
    ]
    shown = {"BADGE": "00123", "SHARE": "15%", "SINCE": "12/03/2026", "BONUS": "1 234.50 €", "TIME": "14:30:00"}
    assert columns("number-formats.xlsx") == [shown]
    assert columns("number-formats.xlsx", FRENCH) == [{**shown, "BONUS": "1 234,50 €"}]
    assert columns("x-merged-dept.xlsx") == [{"DEPT": "Milk"}] * 2
    assert columns("m365-admin.csv")[0]["USAGE_LOCATION"] == "FR", "the thirtieth column"


def test_what_those_files_leave_open_is_named_with_its_line() -> None:
    def reading(name: str) -> Reading:
        return read((FILES / name).read_bytes())[1]

    assert notes(reading("title-with-contact.csv")) == {NoteKind.ABOVE: (2,)}
    assert notes(reading("cut-utf8.csv")) == {NoteKind.UNREADABLE: (3,)}
    assert notes(reading("empty-mail-upn2.csv")) == {NoteKind.INSTEAD: (4,)}
    assert [one.heading for one in reading("manager-called.csv").address_columns] == ["Responsable", "Adresse mail pro"]
    filtered = reading("filtered.xlsx")
    assert (filtered.people, filtered.hidden, filtered.has_choices) == (1, 1, True)
    assert names(read((FILES / "filtered.xlsx").read_bytes(), Choice(hidden=True))[0]) == ["ada", "louis"]
    odd = reading("odd-addresses.csv")
    assert [(wrong.line, wrong.text) for wrong in odd.wrong_lines] == [(13, "user@contoso")]
    assert odd.people == 10 and notes(odd) == {NoteKind.DOUBLES: (7,)}, (
        "a typographic apostrophe is another of the same"
    )


# --- quoting, delimiters, encodings -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ('Email,Notes\nada@c.example,"see\nx@c.example\ny@c.example"\nlouis@c.example,\n', ["ada", "louis"]),
        ('"Email";"Note"\n"ada@c.example";"a ""quoted""\nz@c.example"\n', ["ada"]),
        ('Email\tNote\nada@c.example\t"one\ntwo@c.example\nthree@c.example"\n', ["ada"]),
        ('Note,Email\n"a,b\nc@c.example,d@c.example",ada@c.example\n', ["ada"]),
        ('Email,Size\nada@c.example,12" wide\nlouis@c.example,"14"" wide"\n', ["ada", "louis"]),
        ('Email;Site\nada@c.example;"Lyon\nlouis@c.example;"Nice"\nzoe@c.example;"Pau\n', ["ada", "louis", "zoe"]),
        ("Name,Email\nLovelace;Ada,ada@c.example\n", ["ada Lovelace;Ada"]),
        ("Lovelace, Ada;ada@c.example\nPasteur, Louis;louis@c.example\n", FULL),
        ("#TYPE System.User\nMail,Title\nada@c.example,X\n", ["ada"]),
        ("Ada Lovelace <ada@c.example>; Louis Pasteur <louis@c.example>\n", FULL),
        ("ada@c.example,louis@c.example,zoe@c.example\n", ["ada", "louis", "zoe"]),
    ],
)  # fmt: skip
def test_a_text_gives_its_people_whatever_its_quoting(text: str, people: list[str]) -> None:
    assert names(read(text)[0]) == people
    assert names(read(text.replace("\n", "\r\n"))[0]) == people


def test_a_line_in_another_encoding_is_read_by_itself_and_named() -> None:
    line = "Lefèvre;Zoë;zoe@c.example\n"
    rows = ["Nom;Prénom;Courriel\n", line, line.replace("zoe", "z2"), line.replace("zoe", "z3")]
    content = b"".join(row.encode() for row in rows) + "Hélène;Été;ete@c.example\n".encode("cp1252")
    contacts, reading = read(content)
    assert names(contacts)[-1] == "ete Été Hélène" and names(contacts)[0] == "zoe Zoë Lefèvre"
    assert notes(reading) == {NoteKind.MIXED: (5,)}


# --- errors, several addresses, headings ------------------------------------------------------


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NOM?", "#DIV/0!", "#VALEUR!", "Err:502", "#######"])
def test_an_error_of_a_sheet_is_no_value(error: str) -> None:
    contacts, reading = read(
        f"Mail;Prénom;Site\nada@c.example;{error};{error}\nlouis@c.example;Louis;#1\n{error};X;Y\n"
    )
    assert [dict(one.columns) for one in contacts] == [{}, {"SITE": "#1"}]
    assert [one.given_name for one in contacts] == ["", "Louis"]
    assert notes(reading) == {NoteKind.ERRORS: (2,)}
    assert [(one.line, one.why) for one in reading.wrong_lines] == [(4, Mistake.NO_ADDRESS)]


@pytest.mark.parametrize(
    ("cell", "address", "named"),
    [
        ("ada@c.example ::: a@x.example", "ada@c.example", True),
        ("ada@c.example; a@x.example", "ada@c.example", True),
        ("smtp:a@x.example;SMTP:ada@c.example", "ada@c.example", False),
        ("SMTP:ada@c.example+smtp:a@x.example", "ada@c.example", False),
        ("ada@c.example, ADA@C.example", "ada@c.example", False),
        ("ada@c.example\na@x.example", "ada@c.example", True),
    ],
)
def test_of_several_addresses_in_a_cell_one_is_the_persons(cell: str, address: str, named: bool) -> None:
    contacts, reading = read(f'Name\tMail\nAda\t"{cell}"\n')
    assert [one.address for one in contacts] == [address]
    assert (NoteKind.SEVERAL in notes(reading)) is named


WORDS: dict[Whose, str] = {
    Whose.WORK: "Work email|Work E-mail|Business Email|Business email address|Primary SMTP address|PrimarySmtpAddress|"
    "Company mail|Corporate email|Email (work)|E-mail 1 - Value|Primary email|Adresse mail pro|"
    "Adresse mail professionnelle|E-mail professionnel|Mail pro|emailpro|"
    "Courriel professionnel|Courriel (travail)|Adresse e-mail principale",
    Whose.OWN: "Email|E-mail|E-Mail Address|Email Address [Required]|email*|Mail|MAIL_ADDRESS|emailAddress|Your email|"
    "Employee email|Courriel|Adresse e-mail|Adresse électronique|Adresse de messagerie|Mél|Mel|Adresse mail|Adresse",
    Whose.SIGN_IN: "UPN|User principal name|userPrincipalName|User name|Login|Identifiant|SIP address|Sign-in name",
    Whose.OTHER: "Private email|Personal E-mail|Home email|Email 2|E-mail 2 Address|Recovery Email|Secondary email|"
    "Alternate email addresses|Proxy addresses|Aliases|E-mail perso|Adresse mail personnelle|Courriel privé|Mail perso|"
    "Email secondaire|Ancienne adresse mail|Email de secours",
    Whose.ANOTHERS: "Manager|Manager email|managerEmail|Manager's e-mail|Supervisor email|Line Manager UPN|"
    "Assistant email|HR email|Approver|Emergency contact email|Responsable|Mail du responsable|Adresse mail (N+1)|"
    "Supérieur hiérarchique|E-mail du manager|Courriel de l’assistante|Email RH|Valideur",
    Whose.UNKNOWN: "Site|Notes|Department|Kontakt|Phone|Ville|First name|Nom",
}  # fmt: skip


@pytest.mark.parametrize("whose", WORDS)
def test_a_heading_says_whose_address_stands_beneath_it(whose: Whose) -> None:
    headings = WORDS[whose].split("|")
    assert {heading: meaning(heading).whose for heading in headings} == dict.fromkeys(headings, whose)


def test_a_heading_says_which_part_of_a_name_stands_beneath_it() -> None:
    parts = {
        Part.GIVEN: "First Name [Required]|firstName|FIRST_NAME|Prénom|PRENOMS|Given name|Prénom *",
        Part.SURNAME: "Last name|Surname|Nom|Nom de famille|Nom d’usage|lastname (required)",
        Part.WHOLE: "Display name|DisplayName|Name|Full name|Nom complet|Nom affiché|Prénom et nom",
        Part.SURNAME_FIRST: "Nom et prénom|Nom, prénom|NOM PRENOM|Last name, first name",
    }
    for part, headings in parts.items():
        assert {meaning(one).part for one in headings.split("|")} == {part}, headings
    assert {meaning(one).part for one in ("Manager name", "Title", "Nom du responsable", "Company name")} == {None}


COLUMNS: list[tuple[str, str, list[str] | None]] = [
    ("manager before", "First name,Manager,Email\nAda,boss@c.example,ada@c.example", ["ada Ada"]),
    ("private and work", "Private email,Work email\na@x.example,ada@c.example", ["ada"]),
    ("work beside plain", "Email,Business email\na@x.example,ada@c.example", ["ada"]),
    ("the same in both", "Email,E-mail address\nada@c.example,ADA@c.example", ["ada"]),
    ("unknown beside a manager's", "Kontakt,Vorgesetzt manager\nada@c.example,boss@c.example", ["ada"]),
    ("UPN beside private", "UPN,Email perso\nada@c.example,a@x.example", ["ada"]),
    ("two of a kind", "Email,E-mail address\nada@c.example,a@x.example", None),
    ("two that nobody knows", "Kontakt,Chefin\nada@c.example,boss@c.example", None),
    ("only a manager's", "First name,Manager email\nAda,boss@c.example", None),
    ("only private ones", "E-mail perso;Email secondaire\na@x.example;b@x.example", None),
    ("no headings", "ada@c.example;boss@c.example\nlouis@c.example;boss@c.example", None),
]


@pytest.mark.parametrize(("text", "people"), [one[1:] for one in COLUMNS], ids=[one[0] for one in COLUMNS])
def test_of_two_columns_of_addresses_the_right_one_is_taken_or_asked_for(text: str, people: list[str] | None) -> None:
    contacts, reading = read(text + "\n")
    if people is not None:
        assert names(contacts) == people
        return
    assert (contacts, reading.question) == ([], Question.COLUMN)
    for column in reading.address_columns:
        assert 0 < len(column.sample) <= 3
        chosen, again = read(text + "\n", Choice(column=column.place))
        assert chosen and again.question is None and chosen[0].address in column.sample[0]


def test_of_columns_without_headings_all_may_be_taken() -> None:
    content = "ada@c.example;boss@c.example\nlouis@c.example;boss@c.example\n"
    assert names(read(content, Choice(column=ALL_COLUMNS))[0]) == ["ada", "boss", "louis"]


@pytest.mark.parametrize("before", [0, 1, 3, 18])
def test_the_row_of_headings_is_found_below_titles(before: int) -> None:
    titles = "".join(f"Report {number};;;\n" for number in range(before))
    contacts, _ = read(f"{titles}\nDate;12/03/2026;;\nNom;Prénom;Courriel;Site\nLovelace;Ada;ada@c.example;Lyon\n")
    assert [(one.address, one.given_name, dict(one.columns)) for one in contacts] == [
        ("ada@c.example", "Ada", {"SITE": "Lyon"})
    ]


# --- workbooks --------------------------------------------------------------------------------


def book(*sheets: tuple[str, list[list[Any]]], hidden: Sequence[str] = ()) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    return workbook


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_the_sheet_with_people_is_taken_and_the_others_can_be_chosen() -> None:
    people = [["Mail"], ["ada@c.example"], ["louis@c.example"]]
    sheets = [
        ("Cover", [["Report 2026"]]),
        ("Old", people[:2]),
        ("Lyon", people),
        ("Nice", [["Mail"], ["zoe@c.example"]]),
    ]
    content = saved(book(*sheets, hidden=["Old"]))
    contacts, reading = read(content)
    assert (reading.sheet, names(contacts)) == ("Lyon", ["ada", "louis"])
    assert [(one.name, one.rows, one.hidden) for one in reading.sheets] == [("Nice", 1, False), ("Old", 1, True)]
    assert names(read(content, Choice(sheet="Nice"))[0]) == ["zoe"]


def test_a_sheet_that_hides_all_its_people_asks() -> None:
    workbook = book(("S", [["Mail"], ["ada@c.example"], ["louis@c.example"]]))
    for row in (2, 3):
        workbook["S"].row_dimensions[row].hidden = True
    contacts, reading = read(saved(workbook))
    assert (contacts, reading.question, reading.hidden) == ([], Question.HIDDEN, 2)
    assert names(read(saved(workbook), Choice(hidden=True))[0]) == ["ada", "louis"]


def test_merged_cells_fill_their_rows() -> None:
    workbook = book(
        (
            "S",
            [["Dept", "Mail", "Site"], ["Milk", "a@c.example", "Lyon"], ["", "b@c.example", ""], ["X", "c@c.example"]],
        )
    )
    workbook["S"].merge_cells("A2:A3")
    workbook["S"].merge_cells("C2:C4")
    contacts, _ = read(saved(workbook))
    assert [tuple(one.columns.values()) for one in contacts] == [("Milk", "Lyon"), ("Milk", "Lyon"), ("X", "Lyon")]


def test_errors_and_formulas_without_a_result_are_named() -> None:
    workbook = book(("S", [["Mail", "Site"], ["a@c.example", "#REF!"], ["b@c.example", "=A1&A2"]]))
    workbook["S"]["B2"].data_type = "e"
    contacts, reading = read(saved(workbook))
    assert [dict(one.columns) for one in contacts] == [{}, {}]
    assert notes(reading) == {NoteKind.ERRORS: (2,), NoteKind.UNKNOWN_RESULTS: (3,)}


NUMBERS = [
    (123, "00000", "00123"), (0.15, "0%", "15%"), (0.155, "0.0%", "15.5%"), (1234567.5, "#,##0.00", "1,234,567.50"),
    (612345678, "00\\ 00\\ 00\\ 00\\ 00", "06 12 34 56 78"),
    (612345678, "0#\" \"##\" \"##\" \"##\" \"##", "06 12 34 56 78"),
    (1234.5, "# ##0.00 €", "1 234.50 €"), (12.5, "# ##0.00 €", "12.50 €"), (-3, "0;(0)", "(3)"),
    (0, '0;-0;"none"', "none"),
    (7, '"N°"0', "N°7"), (46093, "dd/mm/yyyy", "12/03/2026"), (46093, "yyyy-mm-dd", "2026-03-12"),
    (46093.5, "d/m/yy h:mm", "12/3/26 12:00"),
    (0.75, "h:mm AM/PM", "6:00 PM"), (1.5, "[h]:mm", "36:00"), (0.25, "mm:ss", "00:00"), (1, "General", "1"),
    (0.1 + 0.2, "General", "0.3"),
    (5, "[Red]0.0", "5.0"), (1500, '[$€-40C] #,##0', "€ 1,500"), (123456789012345, "General", "123456789012345"),
    (1234, "0,", "1"), (0.5, "# ?/?", "0.5"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "code", "shown"), NUMBERS, ids=[f"{one[0]} as {one[1]}" for one in NUMBERS])
def test_a_number_reads_as_its_format_shows_it(value: float, code: str, shown: str) -> None:
    assert (plain(value, PLAIN) if code == "General" else shown_as(code, PLAIN)(value)) == shown


def test_days_and_decimals_read_as_the_authors_sheets_write_them() -> None:
    workbook = book(("S", [["Mail", "Day", "Share", "Hour"], ["a@c.example", date(2026, 3, 12), 0.5, time(9, 5)]]))
    workbook["S"]["B2"].number_format = "mm-dd-yy"  # the format 14: the day as the locale writes it
    content = saved(workbook)
    for locale, shown in (
        ("fr-FR", {"DAY": "12/03/2026", "SHARE": "0,5", "HOUR": "09:05:00"}),
        ("en-US", {"DAY": "3/12/2026", "SHARE": "0.5", "HOUR": "09:05:00"}),
        ("en-GB", {"DAY": "12/03/2026", "SHARE": "0.5", "HOUR": "09:05:00"}),
        ("en", {"DAY": "2026-03-12", "SHARE": "0.5", "HOUR": "09:05:00"}),
    ):
        [contact] = read(content, habits=Habits(**Texts(locale).as_in_sheets()))[0]  # type: ignore[arg-type]
        assert {
            name: value.replace("9:05:00", "09:05:00").replace("009", "09") for name, value in contact.columns.items()
        } == shown


ODS = """<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>
<table:table table:name="S"><table:table-row><table:table-cell><text:p>Mail</text:p></table:table-cell>
<table:table-cell><text:p>Badge</text:p></table:table-cell><table:table-cell><text:p>Dept</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>ada@c.example</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="123"><text:p>00123</text:p>
<office:annotation><text:p>x@c.example</text:p></office:annotation></table:table-cell>
<table:table-cell table:number-rows-spanned="2"><text:p>Milk</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>louis@c.example</text:p></table:table-cell><table:table-cell/>
<table:covered-table-cell/></table:table-row>
<table:table-row table:visibility="filter"><table:table-cell><text:p>zoe@c.example</text:p></table:table-cell>
</table:table-row><table:table-row table:number-rows-repeated="1048000">
<table:table-cell table:number-columns-repeated="16384"/>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def packed(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packing:
        for name, content in parts.items():
            packing.writestr({"content": "content.xml", "manifest": "META-INF/manifest.xml"}.get(name, name), content)
    return file.getvalue()


def test_an_open_document_is_read_as_it_shows() -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    contacts, reading = read(packed(mimetype=kind, content=ODS))
    assert [dict(one.columns) for one in contacts] == [{"BADGE": "00123", "DEPT": "Milk"}, {"DEPT": "Milk"}]
    assert (names(contacts), reading.hidden) == (["ada", "louis"], 1)
    with pytest.raises(CannotRead) as refused:
        read(packed(mimetype=kind, content=ODS, manifest="<manifest:encryption-data/>"))
    assert refused.value.why is NoTable.LOCKED


def test_what_protects_a_file_is_the_reason() -> None:
    with pytest.raises(CannotRead) as refused:
        read((FILES / "password.xlsx").read_bytes())
    assert refused.value.why is NoTable.LOCKED


def test_rows_that_are_only_formatted_do_not_count() -> None:
    workbook = book(("S", [["Email"], ["ada@c.example"]]))
    file, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(saved(workbook)))
    blank = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 60_000)).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
        for name in source.namelist():
            part = source.read(name)
            packing.writestr(name, part.replace(b"</sheetData>", blank + b"</sheetData>") if "sheet1" in name else part)
    contacts, reading = read(file.getvalue())
    assert (names(contacts), reading.wrong) == (["ada"], 0)


# --- addresses and names ----------------------------------------------------------------------

TYPED = [
    "ada@c.example", "ADA@C.example", " ada@c.example. ", "<ada@c.example>", "mailto:ada@c.example",
    "MAILTO:ada@c.example?subject=Hi",
    "SMTP:ada@c.example", "sip:ada@c.example", "i:0#.f|membership|ada@c.example", "Ada Lovelace <ada@c.example>",
    "1. ada@c.example", "- ada@c.example", "[Ada Lovelace](mailto:ada@c.example)",
    "[ada@c.example](mailto:ada%40c.example)",
    "Ada (Engines; Lyon) <ada@c.example>", "Ada | Engines <ada@c.example>", "ada@c.example\u200b",
    "\u202aada@c.example\u202c",
    "ada@c.example\u00a0", "\ufeffada@c.example", "a\u00adda@c.example", "ada@c.example (Ada Lovelace)",
    "“ada@c.example”",
    "ada@c.example;", "E-mail : ada@c.example", "\u2060ada@c.example", "ａda@c.example",
]  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_an_address_is_cleaned_the_same_way_everywhere(typed: str) -> None:
    assert address_of(typed) == "ada@c.example"
    pasted = Reader()
    assert [one.address for page in pasted.pasted(typed) for one in page] == ["ada@c.example"]
    if "|" not in typed and ";" not in typed:
        assert [one.address for one in read(f"Mail\tSite\n{typed}\tLyon\n")[0]] == ["ada@c.example"]


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@c", "a@b@c.example", "ada@c.example louis@c.example", "voir ada@c.example"]
)
def test_what_is_no_address_or_more_than_one_is_none(typed: str) -> None:
    assert address_of(typed) == ""


def test_decomposed_accents_and_typographic_apostrophes_are_one_address() -> None:
    assert address_of("e\u0301lodie@c.example") == address_of("élodie@c.example") == "élodie@c.example"
    assert address_of("o’neil@c.example") == address_of("o'neil@c.example")


@pytest.mark.parametrize(
    ("whole", "given", "surname"),
    [
        ("Marie Curie", "Marie", "Curie"), ("Curie, Marie", "Marie", "Curie"), ("Curie, Marie (EXT)", "Marie", "Curie"),
        ("Dr. Marie Curie", "Marie", "Curie"), ("CURIE Marie", "Marie", "CURIE"), ("Marie CURIE", "Marie", "CURIE"),
        ("Mme Marie Curie", "Marie", "Curie"), ("Curie, Dr. Marie", "Marie", "Curie"),
        ("Marie Curie, PhD", "Marie", "Curie"),
        ("Marie Curie | Radium", "Marie", "Curie"), ("Curie, Marie [Contractor]", "Marie", "Curie"),
        ("DE LA TOUR Anne", "Anne", "DE LA TOUR"),
        ("de La Tour, Anne-Marie", "Anne-Marie", "de La Tour"), ("Marie", "Marie", ""),
        ("marie@c.example", "", ""), ("Dr.", "", ""),
        ("Ada King Lovelace", "Ada", "King Lovelace"), ("Curie, Marie - EXT", "Marie", "Curie"),
        ("Prof. Dr. med. X", "med.", "X"),
        ("", "", ""), ("123", "", ""), ("J.R.R. Tolkien", "J.R.R.", "Tolkien"),
    ],
)  # fmt: skip
def test_a_name_is_read_the_right_way_round(whole: str, given: str, surname: str) -> None:
    assert split_name(whole) == (given, surname)


def test_a_heading_says_which_part_of_a_name_comes_first() -> None:
    contacts, _ = read(
        "Nom et prénom;Mail\nCurie Marie;m@c.example\nDe Gaulle Charles;c@c.example\nMARTIN Zoë;z@c.example\n"
    )
    assert [(one.given_name, one.surname) for one in contacts] == [
        ("Marie", "Curie"),
        ("Charles", "De Gaulle"),
        ("Zoë", "MARTIN"),
    ]


def test_an_address_or_a_title_is_no_first_name() -> None:
    contacts, _ = read(
        "First name;Last name;Mail\nada@c.example;X;ada@c.example\nDr.;Curie;m@c.example\nMr Louis;P;l@c.example\n"
    )
    assert [one.given_name for one in contacts] == ["", "", "Louis"]


# --- pasted -----------------------------------------------------------------------------------


def pasted(text: str) -> tuple[list[Contact], Reading]:
    reader = Reader()
    return [one for page in reader.pasted(text) for one in page], reader.reading


def test_columns_that_are_pasted_are_read_as_a_sheet() -> None:
    contacts, reading = pasted('Name\tMail\tNotes\nAda Lovelace\tada@c.example\t"see\nx@c.example"\n')
    assert (names(contacts), reading.columns) == (["ada Ada Lovelace"], ("NOTES",))
    assert pasted("ada@c.example\tboss@c.example\nlouis@c.example\tboss@c.example")[1].question is Question.COLUMN


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_pasted_for_a_campaign_is_never_somebody_elses_address(language: str) -> None:
    texts = Texts(language)
    two = "ada@c.example\tboss@c.example\nlouis@c.example\tboss@c.example"
    refused = read_addresses(two, texts)
    assert refused.value is None and "“ada@c.example\\" not in refused.errors["addresses"]
    assert all(one in refused.errors["addresses"] for one in ("ada@c.example", "boss@c.example"))
    taken = read_addresses("Prénom\tResponsable\tMail\nAda\tboss@c.example\tada@c.example\n", texts).value
    assert taken is not None and [one.address for one in taken.contacts] == ["ada@c.example"]


def test_a_workbook_of_before_2007_is_read_as_it_shows() -> None:
    contacts, reading = read((FILES / "old.xls").read_bytes(), habits=FRENCH)
    assert names(contacts) == ["zoe Zoë Lefèvre", "louis Louis Pasteur"]
    shown = {"DEPT": "Milk", "BADGE": "00123", "SHARE": "15%", "SINCE": "12/03/2026"}
    assert [dict(one.columns) for one in contacts] == [{**shown, "SITE": "Lyon"}, shown]
    assert (reading.sheet, reading.hidden, notes(reading)) == ("People", 1, {NoteKind.ERRORS: (4,)})
    damaged = (FILES / "old.xls").read_bytes()[:3000]
    with pytest.raises(CannotRead) as refused:
        read(damaged)
    assert refused.value.why in (NoTable.BROKEN, NoTable.NO_TABLE)


@pytest.mark.parametrize(
    ("directory", "first", "last"),
    [
        ({"name": "Curie, Marie (EXT)"}, "Marie", "Curie"),
        ({"name": "CURIE Marie"}, "Marie", "CURIE"),
        ({"name": "Dr. Marie Curie"}, "Marie", "Curie"),
        ({"given_name": "Marie", "surname": "Curie", "name": "Curie, Marie"}, "Marie", "Curie"),
        ({"given_name": "marie@contoso.example", "name": "Marie Curie"}, "Marie", "Curie"),
        ({"given_name": "Dr.", "surname": "Curie", "name": "Dr. Marie Curie"}, "Marie", "Curie"),
        ({"name": "marie@contoso.example"}, "", ""),
    ],
)
def test_a_name_of_the_directory_is_read_the_right_way_round(directory: dict[str, str], first: str, last: str) -> None:
    person = Person(id=PersonId(1), tenant=TenantId("contoso"), address="marie@contoso.example", **directory)
    assert value_of(person, "FIRSTNAME", {}) == first
    assert value_of(person, "LASTNAME", {}) == last

"""Wherever something of a person can stand is in the inventory, which erasing and exporting walk."""

from __future__ import annotations

import ast
import dataclasses
import re
import sqlite3
from pathlib import Path

import pytest

from storage.mongo.schema import INDEXES
from storage.shared.erasure import names_them, only, pages_of, without, without_pasted
from storage.shared.inventory import DOCUMENTS, PLACES, Fate, Place, Rows, whose_key
from storage.sqlite.erasure import UNSEEN
from storage.sqlite.schema import migrate

ROOT = Path(__file__).parents[2]
#: f-strings that look like a document's key, and are addresses of the Graph, the connector or a browser
ELSEWHERE = {"conversations/", "users/", "groups/"}
RECORDS = [place for place in PLACES if place.record]


def test_every_column_of_every_table() -> None:
    db = sqlite3.connect(":memory:")
    migrate(db)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    kept = {
        table: {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        for table in tables
        if not table.startswith("sqlite_")
    }
    db.close()
    assert {place.table: set(place.columns) for place in PLACES if place.table} == kept


def test_every_collection() -> None:
    """Their fields are compared in tests/contract/conftest.py, with whatever its tests have had kept."""
    named = set(INDEXES)
    for path in (ROOT / "storage" / "mongo").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr == "collection" and isinstance(first, ast.Constant):
                    named.add(first.value)
    assert named <= {place.collection for place in PLACES}


@pytest.mark.parametrize("place", RECORDS, ids=lambda place: place.name)
def test_every_part_of_every_record(place: Place) -> None:
    assert place.record is not None
    assert {field.name for field in dataclasses.fields(place.record)} == set(place.parts)


def test_every_document() -> None:
    """Keys are f-strings that begin with a word and a slash: a new beginning is nobody's or somebody's, and says so."""
    rooms = [path for room in ("bot", "dialogs", "scheduler", "storage") for path in (ROOT / room).rglob("*.py")]
    begun = {beginning for path in rooms for beginning in _beginnings(ast.parse(path.read_text()))}
    assert "heard/" in begun and "policy/" in begun
    assert begun - ELSEWHERE <= DOCUMENTS.keys()


def _beginnings(tree: ast.AST) -> set[str]:
    parts = [node.values[0] for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and len(node.values) > 1]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z-]+/([a-z-]+/)*", text)}


def test_the_person_of_a_place_is_one_of_its_numbers() -> None:
    for place in PLACES:
        for person, fates in ((place.person, place.columns), (place.person_field, place.fields)):
            assert not person or fates[person] in (Fate.NUMBER, Fate.PERSONAL), place.name
    unseen = {place.table for place in PLACES if place.table and place.rows is Rows.UNSEEN_GO}
    assert unseen == UNSEEN.keys()


@pytest.mark.parametrize(
    ("key", "person"),
    [
        ("heard/7", 7), ("question/msteams/12", 12), ("import/7", 7), ("import/list/7/0", None),
        ("import/list/7", None), ("import/file/7/0", None), ("import/file/7", None), ("policy/7", None),
        ("heard/7/8/9", None), ("keys/links", None), ("reading/7", None),
    ],
)  # fmt: skip
def test_whose_document_it_is(key: str, person: int | None) -> None:
    assert whose_key(key) == person


@pytest.mark.parametrize(
    ("pasted", "left"),
    [
        ("grace@contoso.example", ""),
        ("ada@contoso.example, Grace@Contoso.example; louis@c.example", "ada@contoso.example; louis@c.example"),
        ('Ada <ada@contoso.example>\n"Hopper, Grace" <grace@contoso.example>', "Ada <ada@contoso.example>"),
        ("Hopper, Grace <grace@contoso.example>; Ada <ada@contoso.example>", "Ada <ada@contoso.example>"),
        ("Hopper\tGrace\tgrace@contoso.example\nLovelace\tAda\tada@c.example", "Lovelace\tAda\tada@c.example"),
        ("Lovelace, Ada <ada@contoso.example>;\n", "Lovelace, Ada <ada@contoso.example>;\n"),
        ('"Grace <grace@contoso.example>', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_pasted_addresses_without_hers(pasted: str, left: str) -> None:
    forms = {"audience": {"addresses": pasted, "list_name": "Navy"}, "message": {"body": "Hello"}}
    cleaned = without_pasted(forms, {"grace@contoso.example", "29:grace"})
    assert cleaned == {"audience": {"addresses": left, "list_name": "Navy"}, "message": {"body": "Hello"}}


def test_a_file_that_waits_goes_with_whoever_is_erased_and_is_shown_to_nobody() -> None:
    """It may be packed: nobody can tell who stands in it."""
    part = b"PK\x03\x04 packed"
    assert names_them("import/file/7/0", part, {9}, {"grace@contoso.example"})
    assert without("import/file/7/0", part, {9}, {"grace@contoso.example"}) is None
    assert part not in only("import/file/7/0", part, {"grace@contoso.example"})
    waiting = b'{"list": 7, "pages": 1, "parts": 2}'
    assert pages_of("import/12", waiting) == (7, ["import/list/7/0", "import/file/7/0", "import/file/7/1"])
    assert pages_of("import/file/7/0", part) is None

"""``make audit`` never takes silence for safety."""

from __future__ import annotations

from tests.support.audit import FAILED, UNKNOWN, verdict

SOUND = {"name": "aiohttp", "version": "3.14.0", "vulns": []}
HOLE = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "idna", "skip_reason": "Dependency not found on PyPI and could not be audited: idna (3.7)"}


def test_all_looked_up_and_sound() -> None:
    assert verdict([SOUND]) == (["1 packages looked up, 0 known vulnerabilities"], 0)


def test_a_hole_is_named_with_what_mends_it() -> None:
    lines, status = verdict([SOUND, HOLE, SKIPPED])
    assert (lines[0], status) == ("jinja2 2.0: PYSEC-1, mended in 2.1", FAILED)


def test_no_database_is_said() -> None:
    lines, status = verdict([SKIPPED])
    assert (lines[-1], status) == ("The database could not be reached: nothing has been audited.", UNKNOWN)
    assert verdict([])[1] == UNKNOWN


def test_what_was_not_looked_up_is_named() -> None:
    assert verdict([SOUND, SKIPPED]) == (
        ["1 packages looked up, 0 known vulnerabilities", "Not looked up: idna"],
        UNKNOWN,
    )

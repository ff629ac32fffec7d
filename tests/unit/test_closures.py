"""Days on which nobody works: public holidays of a place, and dates as people write them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.compose.schedule.closures import PLACES, closed_days, closed_text, place_name
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from dialogs.forms.closures import read_closures
from dialogs.forms.schedule import read_schedule
from scheduler.rules.window import open_time
from storage.records import Schedule, Slot, WorkingHours
from tests.support.sample_records import SCHEDULE, ZONE

ROOT = Path(__file__).parents[2]
ENGLISH, AMERICAN, FRENCH = Texts("en-GB", ZONE), Texts("en-US", ZONE), Texts("fr-FR", ZONE)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
#: from Thursday 24 December to Monday 28 December
CHRISTMAS = {**SCHEDULE, "date": "2026-12-24", "duration": "5", "unit": "days"}


def schedule(texts: Texts = ENGLISH, **values: str) -> Schedule:
    reading = read_schedule({**CHRISTMAS, **values}, NOW, texts)
    assert reading.value is not None, reading.errors
    return reading.value.schedule


def own(text: str, texts: Texts = ENGLISH) -> tuple[set[date], dict[str, str]]:
    errors: dict[str, str] = {}
    return set(read_closures({"closed": text}, NOW, NOW + timedelta(days=1500), texts, errors)), errors


def test_public_holidays_are_skipped_and_named() -> None:
    french = schedule(holidays="FR")
    assert french.hours.holidays == {date(2026, 12, 25)}
    assert closed_days(french) == [date(2026, 12, 25)]
    assert closed_text(ENGLISH, french) == "closed on Fri, 25 Dec 2026"
    assert closed_text(FRENCH, french) == "fermé\u00a0: ven. 25 déc. 2026"
    spans = open_time(french.slot, french.hours, ZoneInfo(ZONE)).spans
    days = {datetime.fromtimestamp(start / 1_000, UTC).day for start, _ in spans}
    assert days == {24, 28, 29}, "neither Christmas nor the weekend"
    assert closed_text(ENGLISH, schedule()) == ""


def test_regions_have_their_own() -> None:
    assert closed_days(schedule(holidays="FR-57")) == [date(2026, 12, 25)], "the 26th is a Saturday"
    saturdays = schedule(holidays="FR-57", days="0,1,2,3,4,5")
    assert closed_days(saturdays) == [date(2026, 12, 25), date(2026, 12, 26)]
    assert closed_days(schedule(holidays="GB-ENG")) == [date(2026, 12, 25), date(2026, 12, 28)], "observed on a Monday"


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_a_name_and_a_new_year(place: str) -> None:
    for texts in (ENGLISH, FRENCH):
        assert place_name(texts, place) not in ("", place)
    begins = datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert date(2027, 1, 1) in read_closures({"holidays": place}, begins, begins + timedelta(days=2), ENGLISH, {})


@pytest.mark.parametrize(
    ("text", "texts", "day"),
    [
        ("2026-12-24", ENGLISH, date(2026, 12, 24)),
        ("24/12/2026", ENGLISH, date(2026, 12, 24)),
        ("24/12", ENGLISH, date(2026, 12, 24)),
        ("24.12.26", FRENCH, date(2026, 12, 24)),
        ("24-12-2026", FRENCH, date(2026, 12, 24)),
        ("12/24/2026", AMERICAN, date(2026, 12, 24)),
        ("12/24", AMERICAN, date(2026, 12, 24)),
        ("2/1", ENGLISH, date(2027, 1, 2)),
        ("24 December 2026", ENGLISH, date(2026, 12, 24)),
        ("the 24th of December", ENGLISH, date(2026, 12, 24)),
        ("December 24, 2026", ENGLISH, date(2026, 12, 24)),
        ("Dec 24", ENGLISH, date(2026, 12, 24)),
        ("24 décembre", FRENCH, date(2026, 12, 24)),
        ("24 déc. 2026", FRENCH, date(2026, 12, 24)),
        ("le 1er mai", FRENCH, date(2027, 5, 1)),
        ("15 aout", FRENCH, date(2027, 8, 15)),
        ("29 février", FRENCH, date(2028, 2, 29)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, texts: Texts, day: date) -> None:
    assert own(text, texts) == ({day}, {})


def test_several_dates_stand_in_one_field() -> None:
    days, errors = own("24/12; 31/12,\n2027-01-04, December 28, 2026;")
    assert not errors
    assert days == {date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 4), date(2026, 12, 28)}


@pytest.mark.parametrize("wrong", ["32/12", "2026-13-01", "someday", "24", "29/2/2027", "24 fooember", "0/0", "-1/2"])
def test_what_is_no_date_is_said_beside_its_field(wrong: str) -> None:
    for texts, start in ((ENGLISH, "This is not a date: “"), (FRENCH, "Ce n’est pas une date\u00a0: «")):
        days, errors = own(f"24/12; {wrong}", texts)
        assert days == {date(2026, 12, 24)} and list(errors) == ["closed"]
        assert errors["closed"].startswith(start) and escape_markdown(wrong) in errors["closed"]
        assert "24/12/2026" in errors["closed"], "and how one is written"
    assert read_schedule({**CHRISTMAS, "closed": wrong}, NOW, ENGLISH).errors.keys() == {"closed"}


def test_wrong_closures_do_not_hide_other_mistakes() -> None:
    wrong = {**CHRISTMAS, "closed": "x", "holidays": "XX", "date": "", "duration": "0"}
    assert read_schedule(wrong, NOW, ENGLISH).errors.keys() == {"holidays", "date", "duration"}
    many = {**CHRISTMAS, "closed": "24/12;" * 101}
    assert read_schedule(many, NOW, ENGLISH).errors == {"closed": "That is too many: at most 100 dates."}


def test_a_time_that_is_all_holidays_says_so() -> None:
    only = {**SCHEDULE, "date": "2026-12-25", "duration": "6", "unit": "hours", "holidays": "FR"}
    assert read_schedule(only, NOW, ENGLISH).errors == {
        "holidays": "There is no working day in this time: closed on Fri, 25 Dec 2026."
    }
    assert not read_schedule({**only, "holidays": "none"}, NOW, ENGLISH).errors


def test_evenings_and_weekends_may_go_out_and_holidays_not() -> None:
    december = schedule(anytime="true", holidays="BE", closed="28/12")
    assert closed_days(december) == [date(2026, 12, 25), date(2026, 12, 28)]


def test_a_day_that_the_slot_only_touches_after_hours_is_not_named() -> None:
    hours = WorkingHours(
        opens=time(9), closes=time(18), days=frozenset(range(5)), holidays=frozenset({date(2026, 12, 25)})
    )
    evening = Slot(start=datetime(2026, 12, 25, 19, tzinfo=UTC), duration=timedelta(days=4))
    assert closed_days(Schedule(slot=evening, hours=hours, zone="UTC")) == []
    morning = Slot(start=datetime(2026, 12, 24, 9, tzinfo=UTC), duration=timedelta(hours=24))
    assert closed_days(Schedule(slot=morning, hours=hours, zone="UTC")) == []


def test_many_days_are_counted() -> None:
    december = schedule(closed="24/12;25/12;28/12;29/12;30/12;31/12;1/1", duration="20")
    assert closed_text(ENGLISH, december).endswith("and 3 more days")


@given(st.text(max_size=60), st.sampled_from([ENGLISH, AMERICAN, FRENCH]))
@settings(deadline=None, max_examples=300)
def test_anything_is_dates_or_a_mistake(text: str, texts: Texts) -> None:
    days, errors = own(text, texts)
    assert errors.keys() <= {"closed"}
    assert all(isinstance(day, date) for day in days)


def test_the_package_is_loaded_when_it_is_asked_for() -> None:
    asked = "import app, sys; from dialogs.routers import everything; everything(); sys.exit('holidays' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True)

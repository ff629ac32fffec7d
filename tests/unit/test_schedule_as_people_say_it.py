"""Repetitions, zones, days from days, ends, and what may mean two things: named, asked about, never guessed unsaid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.test_schedule_in_words import others_of, read, start_of

#: the recogniser takes seconds to load: in one process of all that run tests

#: what is said, the start, the duration, the other fields, what is odd in it, and what it may have been meant as
ENGLISH: list[tuple[str, str, str, str, dict[str, str], tuple[str, ...]]] = [
    ("every day at 9am", "2026-11-26 09:00", "", "", {}, ()),
    ("Mondays at 9", "2026-11-30 09:00", "", "", {}, ()),
    ("weekdays at 9am", "2026-11-26 09:00", "", "", {}, ()),
    ("every other week on Monday at 9am", "2026-11-30 09:00", "", "", {}, ()),
    (
        "Monday mornings at 9 for 2 hours",
        "09:00",
        "2 hours",
        "",
        {"repeats": "Monday mornings"},
        ("Monday at 9 for 2 hours",),
    ),
    ("daily at 9am for 2 hours", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("twice a week at 10am", "10:00", "", "", {"repeats": "twice a week"}, ("at 10am",)),
    ("first Monday of every month at 9am", "2026-12-07 09:00", "", "", {}, ()),
    ("tomorrow 9:00 ET for 2 hours", "2026-11-26 09:00", "2 hours", "zone=America/New_York", {}, ()),
    ("tomorrow 9:00 UTC+2 for 2 hours", "2026-11-26 09:00", "2 hours", "", {"distance": "UTC+2"}, ()),
    ("tomorrow 9:00 GMT+1 for 2 hours", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("2026-12-03T10:00+02:00 for 2 hours", "2026-12-03 10:00", "2 hours", "", {"distance": "+02:00"}, ()),
    ("2026-12-03T10:00Z for 2 hours", "2026-12-03 10:00", "2 hours", "zone=UTC", {}, ()),
    ("a week from Friday at 9am for 2 hours", "2026-12-04 09:00", "2 hours", "", {}, ()),
    ("2 weeks from tomorrow", "2026-12-10", "", "", {}, ()),
    ("2 weeks from tomorrow at 9am for 1 day", "2026-12-10 09:00", "1 days", "", {}, ()),
    ("a week on Friday at 9", "2026-12-04 09:00", "", "", {}, ()),
    ("from 1 to 3 March at 9am", "2027-03-01 09:00", "63 hours", "", {}, ()),
    ("next week at 9am", "2026-11-30 09:00", "159 hours", "", {}, ()),
    ("this weekend", "2026-11-28 00:00", "2 days", "", {}, ()),
    ("this weekend at 10am", "2026-11-28 10:00", "38 hours", "", {}, ()),
    ("from Monday to Wednesday at 9am", "2026-11-30 09:00", "63 hours", "", {}, ()),
    ("tonight 10 to 12", "2026-11-25 22:00", "2 hours", "", {}, ()),
    ("tomorrow 0900hrs for 2 hours", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("tomorrow at 1400 hours for 2 hours", "2026-11-26 14:00", "2 hours", "", {}, ()),
    ("tomorrow at 0900 for 2 hours", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("tonight at midnight for 1 hour", "2026-11-26 00:00", "1 hours", "", {}, ()),
    (
        "the last Friday of the month at 9am for 2 hours",
        "2026-11-27 09:00",
        "2 hours",
        "",
        {},
        ("the last Friday of every month at 9am for 2 hours",),
    ),
    ("end of March at 9am for 2 hours", "09:00", "2 hours", "", {"left": "end of March"}, ()),
    ("mid-March at 9am for 2 hours", "09:00", "2 hours", "", {"left": "mid-March"}, ()),
    ("12-03-2026 at 9am for 2 hours", "2026-12-03 09:00", "2 hours", "", {}, ()),
    ("Saturday and Sunday", "2026-11-28 00:00", "2 days", "", {}, ()),
    ("Saturday and Sunday at 10am", "", "", "", {"left": "Saturday … Sunday at 10am"}, ()),
    (
        "tomorrow 9am for 3 days except bank holidays",
        "2026-11-26 09:00",
        "3 days",
        "",
        {"holidays": "except bank holidays"},
        (),
    ),
    (
        "tomorrow 9am for half a day",
        "2026-11-26 09:00",
        "",
        "",
        {"unsure": "for half a day"},
        ("tomorrow 9am for 4 hours", "tomorrow 9am for 12 hours"),
    ),
    ("tomorrow 9am for a month", "2026-11-26 09:00", "30 days", "", {}, ()),
    ("tomorrow 9am for 2 months", "2026-11-26 09:00", "61 days", "", {}, ()),
    ("noon tomorrow to midnight", "2026-11-26 12:00", "12 hours", "", {}, ()),
    ("tomorrow at 9 sharp for 2 hours", "2026-11-26 09:00", "2 hours", "", {"left": "sharp"}, ()),
    ("each weekday at 9:00", "2026-11-26 09:00", "", "", {}, ()),
    ("every 2 weeks at 10am for 2 hours", "10:00", "2 hours", "", {}, ()),
    (
        "recurring, tomorrow at 9am for 2 hours",
        "09:00",
        "2 hours",
        "",
        {"repeats": "recurring"},
        ("tomorrow at 9am for 2 hours",),
    ),
    ("on the first of every month at 9", "2026-12-01 09:00", "", "", {}, ()),
    ("weekends at 10am", "10:00", "", "", {"repeats": "weekends"}, ("at 10am",)),
    ("every morning for 1 hour", "", "1 hours", "", {"repeats": "every morning"}, ()),
    ("tomorrow at 9 ET for 2 hours", "2026-11-26 09:00", "2 hours", "zone=America/New_York", {}, ()),
    ("tomorrow 9:30 PT, 2 hours", "2026-11-26 09:30", "2 hours", "zone=America/Los_Angeles", {}, ()),
    ("tomorrow 10:00 AEST for 2 hours", "2026-11-26 10:00", "2 hours", "zone=Australia/Sydney", {}, ()),
    ("tomorrow 9am UTC-5 for 2 hours", "2026-11-26 09:00", "2 hours", "", {"distance": "UTC-5"}, ()),
    ("tomorrow 9am GMT+5:30 for 2 hours", "2026-11-26 09:00", "2 hours", "", {"distance": "GMT+5:30"}, ()),
    ("tomorrow 9am UTC+1 for 2 hours", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("TOMORROW 9AM EST FOR 2 HOURS", "2026-11-26 09:00", "2 hours", "zone=America/New_York", {}, ()),
    ("tomorrow 9:00 XYZ for 2 hours", "2026-11-26 09:00", "2 hours", "", {"left": "XYZ"}, ()),
    ("3 days after Monday at 10am for 1 hour", "2026-12-03 10:00", "1 hours", "", {}, ()),
    ("a fortnight from tomorrow at noon for 2 hours", "2026-12-10 12:00", "2 hours", "", {}, ()),
    ("in 2 weeks at 9am for 1 day", "2026-12-09 09:00", "1 days", "", {}, ()),
    ("a month from Friday at 9 for 2 hours", "2026-12-27 09:00", "2 hours", "", {}, ()),
    ("a week today at 9am for 2 hours", "2026-12-02 09:00", "2 hours", "", {}, ()),
    ("for 2 weeks from tomorrow", "2026-11-26 00:00", "14 days", "", {}, ()),
    ("1 to 3 March at noon", "2027-03-01 12:00", "60 hours", "", {}, ()),
    ("next weekend", "2026-12-05 00:00", "2 days", "", {}, ()),
    ("this weekend from 10am to 4pm", "2026-11-28 00:00", "2 days", "closes=16:00 opens=10:00", {}, ()),
    ("tonight 11 to 1", "2026-11-25 23:00", "2 hours", "", {}, ()),
    ("tonight 8 to 9:30", "2026-11-25 20:00", "90 minutes", "", {}, ()),
    ("tomorrow night at 1am for 1 hour", "01:00", "1 hours", "", {"left": "tomorrow night"}, ()),
    ("1430 hrs tomorrow for 1 hour", "2026-11-26 14:30", "1 hours", "", {}, ()),
    ("tomorrow 0900-1700", "2026-11-26 09:00", "8 hours", "", {}, ()),
    ("from 0900 to 1100 tomorrow", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("second Tuesday of next month at 9 for 1 hour", "2026-12-08 09:00", "1 hours", "", {}, ()),
    ("last working day of the month at 9 for 1 hour", "2026-11-30 09:00", "1 hours", "", {}, ()),
    ("mid December", "", "", "", {"left": "mid December"}, ()),
    ("early March", "", "", "", {"left": "early March"}, ()),
    ("the end of next week", "", "", "", {"left": "the end of next week"}, ()),
    ("31-12-2026 at 9am for 1 hour", "2026-12-31 09:00", "1 hours", "", {}, ()),
    ("2026/12/03 10:00 for 1 hour", "2026-12-03 10:00", "1 hours", "", {}, ()),
    ("Friday and Saturday from 10 to 4", "2026-11-27 00:00", "2 days", "closes=16:00 opens=10:00", {}, ()),
    ("Monday and Thursday at 10am", "", "", "", {"left": "Monday … Thursday at 10am"}, ()),
    (
        "Monday 9am for 5 days excluding public holidays",
        "2026-11-30 09:00",
        "5 days",
        "",
        {"holidays": "excluding public holidays"},
        (),
    ),
    (
        "tomorrow for half a day from 9am",
        "2026-11-26 09:00",
        "",
        "",
        {"unsure": "for half a day"},
        ("tomorrow for 4 hours from 9am", "tomorrow for 12 hours from 9am"),
    ),
    ("from Monday 9am for one month", "2026-11-30 09:00", "30 days", "", {}, ()),
    ("for a month", "", "", "", {"left": "for a month"}, ()),
    ("now for a month", "now", "30 days", "", {}, ()),
    ("tomorrow 9am for a year", "2026-11-26 09:00", "365 days", "", {}, ()),
    ("in 2 months at 9am for 2 hours", "2027-01-25 09:00", "2 hours", "", {}, ()),
    ("today at 9 minus five", "", "", "", {"left": "today at 9 minus five"}, ()),
    ("the 1st at 9am for 2 hours", "2026-12-01 09:00", "2 hours", "", {}, ()),
    (
        "tomorrow 10am for 3 days every day 9 to 5",
        "2026-11-26 10:00",
        "3 days",
        "closes=17:00 days=0,1,2,3,4,5,6 opens=09:00",
        {},
        (),
    ),
    (
        "from Monday to Friday every day at 9am",
        "09:00",
        "111 hours",
        "",
        {"repeats": "every day"},
        ("from Monday to Friday at 9am",),
    ),
    (
        "Monday to Friday 9 to 5 each day",
        "2026-11-30 00:00",
        "5 days",
        "closes=17:00 days=0,1,2,3,4,5,6 opens=09:00",
        {},
        (),
    ),
    ("christmas at 9am for 2 hours", "2026-12-25 09:00", "2 hours", "", {}, ()),
    ("next Friday at 9 for 1 hour", "2026-12-04 09:00", "1 hours", "", {}, ()),
    ("on 3rd at 9am for 2 hours", "2026-12-03 09:00", "2 hours", "", {}, ()),
    ("tomorrow 9am through Friday 5pm", "2026-11-26 09:00", "32 hours", "", {}, ()),
    ("tomorrow 9:00 et for 2 hours", "2026-11-26 09:00", "2 hours", "zone=America/New_York", {}, ()),
    ("weekdays", "2026-11-25", "", "", {}, ()),
    ("every day", "2026-11-25", "", "", {}, ()),
    ("tomorrow at noon ET for 2 hours", "2026-11-26 12:00", "2 hours", "zone=America/New_York", {}, ()),
    ("tomorrow 9am EST to 5pm EST", "2026-11-26 09:00", "8 hours", "zone=America/New_York", {}, ()),
    ("3/12 at 10am for 2 hours", "2027-03-12 10:00", "2 hours", "", {}, ("2026-12-03 at 10am for 2 hours",)),
    ("weekdays only, tomorrow 9am for 5 days", "2026-11-26 09:00", "5 days", "days=0,1,2,3,4", {}, ()),
]
FRENCH: list[tuple[str, str, str, str, dict[str, str], tuple[str, ...]]] = [
    ("tous les jours à 9h", "2026-11-26 09:00", "", "", {}, ()),
    ("chaque lundi à 9h", "2026-11-30 09:00", "", "", {}, ()),
    ("le lundi à 9h", "09:00", "", "", {"repeats": "le lundi"}, ("lundi à 9h",)),
    ("un lundi sur deux à 9h", "2026-11-30 09:00", "", "", {}, ()),
    ("toutes les deux semaines le mardi à 10h", "2026-12-01 10:00", "", "", {}, ()),
    ("tous les 15 jours", "", "", "", {}, ()),
    ("tous les lundis", "2026-11-30", "", "", {}, ()),
    ("demain 9h ET pendant 2 heures", "2026-11-26 09:00", "2 hours", "zone=America/New_York", {}, ()),
    ("demain 9h HNE pendant 2 heures", "2026-11-26 09:00", "2 hours", "zone=America/Toronto", {}, ()),
    ("une semaine après vendredi à 9h", "2026-12-04 09:00", "", "", {}, ()),
    ("du 1er au 3 mars à 9h", "2027-03-01 09:00", "63 hours", "", {}, ()),
    ("la semaine prochaine à 9h", "2026-11-30 09:00", "159 hours", "", {}, ()),
    ("ce week-end à 10h", "2026-11-28 10:00", "38 hours", "", {}, ()),
    ("du lundi au mercredi à 9h", "2026-11-30 09:00", "63 hours", "", {}, ()),
    ("ce soir 10h à minuit", "2026-11-25 22:00", "2 hours", "", {}, ()),
    ("ce soir à minuit pendant 1 heure", "2026-11-26 00:00", "1 hours", "", {}, ()),
    (
        "le dernier vendredi du mois à 9h pendant 2 heures",
        "2026-11-27 09:00",
        "2 hours",
        "",
        {},
        ("le dernier vendredi de chaque mois à 9h pendant 2 heures",),
    ),
    ("mar. 1er déc. à 9h pendant 2 heures", "2026-12-01 09:00", "2 hours", "", {}, ()),
    ("lun. 30 nov. à 9h pendant 2 heures", "2026-11-30 09:00", "2 hours", "", {}, ()),
    ("fin mars", "", "", "", {"left": "fin mars"}, ()),
    ("début mars à 9h", "09:00", "", "", {"left": "début mars"}, ()),
    ("12-03-2026 à 9h pendant 2 heures", "2026-03-12 09:00", "2 hours", "", {}, ("2026-12-03 à 9h pendant 2 heures",)),
    ("samedi et dimanche", "2026-11-28 00:00", "2 days", "", {}, ()),
    (
        "demain 9h pendant 3 jours sauf jours fériés",
        "2026-11-26 09:00",
        "3 days",
        "",
        {"holidays": "sauf jours fériés"},
        (),
    ),
    (
        "demain 9h pendant une demi-journée",
        "2026-11-26 09:00",
        "",
        "",
        {"unsure": "pendant une demi-journée"},
        ("demain 9h pendant 4 heures", "demain 9h pendant 12 heures"),
    ),
    ("demain 9h pendant un mois", "2026-11-26 09:00", "30 days", "", {}, ()),
    ("quotidiennement à 9h", "2026-11-26 09:00", "", "", {}, ()),
    ("deux fois par semaine à 10h", "10:00", "", "", {"repeats": "deux fois par semaine"}, ("à 10h",)),
    (
        "chaque matin à 9h pendant 1 heure",
        "09:00",
        "1 hours",
        "",
        {"repeats": "chaque matin"},
        ("à 9h pendant 1 heure",),
    ),
    ("le premier lundi de chaque mois à 9h", "2026-12-07 09:00", "", "", {}, ()),
    ("tous les mardis et jeudis à 10h", "2026-11-26 10:00", "", "", {}, ()),
    ("les lundis à 9h pendant 1 heure", "2026-11-30 09:00", "1 hours", "", {}, ()),
    ("une semaine sur deux, lundi 9h", "2026-11-30 09:00", "", "", {}, ()),
    ("demain 9h UTC+1 pendant 2 heures", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("demain à 9h HAE pendant 2 heures", "2026-11-26 09:00", "2 hours", "zone=America/Toronto", {}, ()),
    ("demain de 9h et demie à 11h", "2026-11-26 09:30", "90 minutes", "", {}, ()),
    ("demain entre 9h et 11h", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("demain 10h PDT 2 heures", "2026-11-26 10:00", "2 hours", "", {}, ()),
    ("DEMAIN 10H PDT 2H", "2026-11-26 10:00", "2 hours", "", {}, ()),
    ("DEMAIN ENTRE 9H ET 11H", "2026-11-26 09:00", "2 hours", "", {}, ()),
    ("deux jours après lundi à 9h pendant 1 heure", "2026-12-02 09:00", "1 hours", "", {}, ()),
    ("demain en huit à 9h pendant 1 heure", "2026-12-03 09:00", "1 hours", "", {}, ()),
    ("2 semaines à partir de demain", "2026-11-26 00:00", "14 days", "", {}, ()),
    ("du 24 au 26 décembre à partir de 9h", "2026-12-24 09:00", "63 hours", "", {}, ()),
    ("le week-end prochain à 10h", "2026-12-05 10:00", "38 hours", "", {}, ()),
    ("ce soir de 8h à 10h", "2026-11-25 20:00", "2 hours", "", {}, ()),
    ("demain soir à minuit pendant 1 heure", "2026-11-27 00:00", "1 hours", "", {}, ()),
    ("demain 0930 pendant 1 heure", "2026-11-26 09:30", "1 hours", "", {}, ()),
    ("le dernier jour du mois à 9h pendant 1 heure", "2026-11-30 09:00", "1 hours", "", {}, ()),
    (
        "le premier lundi du mois à 9h pendant 1 heure",
        "2026-12-07 09:00",
        "1 hours",
        "",
        {},
        ("le premier lundi de chaque mois à 9h pendant 1 heure",),
    ),
    ("ven. 4 déc. à 9h pendant 1 heure", "2026-12-04 09:00", "1 hours", "", {}, ()),
    ("jeu. à 9h pendant 1 heure", "2026-11-26 09:00", "1 hours", "", {}, ()),
    ("mer. 1er déc. à 9h pendant 1 heure", "09:00", "1 hours", "", {"left": "mer. 1er déc."}, ()),
    ("5 janv. 2027 à 9h pendant 1 heure", "2027-01-05 09:00", "1 hours", "", {}, ()),
    ("mi-décembre", "", "", "", {"left": "mi-décembre"}, ()),
    ("à la fin du mois", "", "", "", {"left": "à la fin du mois"}, ()),
    ("01-12-2026 9h pendant 1 heure", "2026-12-01 09:00", "1 hours", "", {}, ()),
    ("samedi et dimanche de 10h à 16h", "2026-11-28 00:00", "2 days", "closes=16:00 opens=10:00", {}, ()),
    ("vendredi, samedi et dimanche", "", "", "", {"left": "vendredi, samedi"}, ()),
    ("demain 9h pendant 3 jours hors fériés", "2026-11-26 09:00", "3 days", "", {"holidays": "hors fériés"}, ()),
    (
        "demain 14h pour une demi-journée",
        "2026-11-26 14:00",
        "",
        "",
        {"unsure": "pour une demi-journée"},
        ("demain 14h pendant 4 heures", "demain 14h pendant 12 heures"),
    ),
    ("dans un mois à 9h pendant 2 heures", "2026-12-25 09:00", "2 hours", "", {}, ()),
    ("tous les jours", "2026-11-25", "", "", {}, ()),
    ("chaque lundi", "2026-11-30", "", "", {}, ()),
    ("en semaine à 9h", "2026-11-26 09:00", "", "", {}, ()),
    ("demain à 9h ET demie pendant 1 heure", "2026-11-26 09:30", "1 hours", "", {}, ()),
    ("4 semaines après lundi à 9h pendant 1 jour", "2026-12-28 09:00", "1 days", "", {}, ()),
    ("du 1er au 3 mars", "2027-03-01 00:00", "3 days", "", {}, ()),
]
PHRASES = [("en", *phrase) for phrase in ENGLISH] + [("fr", *phrase) for phrase in FRENCH]
ODD = ("left", "repeats", "distance", "unsure", "holidays")


@pytest.mark.parametrize(("language", "words", "start", "length", "others", "odd", "choices"), PHRASES)
def test_what_is_said_is_read_or_named(
    language: str, words: str, start: str, length: str, others: str, odd: dict[str, str], choices: tuple[str, ...]
) -> None:
    spoken = read(words, language)
    duration = f"{spoken.values.get('duration', '')} {spoken.values.get('unit', '')}".strip()
    named = {kind: getattr(spoken, kind) for kind in ODD if getattr(spoken, kind)}
    assert (start_of(spoken), duration, others_of(spoken), named) == (start, length, others, odd)
    assert spoken.choices == choices
    assert all(not read(choice, language).odd for choice in choices)


def test_a_repetition_is_never_a_start_whatever_stands_beside_it() -> None:
    for language, words, *_ in PHRASES:
        spoken = read(words, language)
        if spoken.repeats:
            assert not spoken.complete and not spoken.values.get("date") and spoken.values["start"] == "at", words


def test_a_distance_from_utc_is_read_where_it_is_that_of_the_zone_on_that_day() -> None:
    summer = datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert read("tomorrow 9:00 UTC+2 for 2 hours", now=summer).complete
    assert read("tomorrow 9:00 UTC+1 for 2 hours", now=summer).distance == "UTC+1"
    assert read("1 December 9:00 UTC+1 for 2 hours", now=summer).complete
    assert read("tomorrow 9:00 Tokyo time (UTC+9) for 2 hours", now=summer).values["zone"] == "Asia/Tokyo"
    assert read("tomorrow 9:00 UTC+0 for 2 hours").values["zone"] == "UTC"


@pytest.mark.parametrize(
    ("language", "words", "every", "on", "which", "others"),
    [
        ("en", "every day at 9am", "day", "", "", {"date": "2026-11-26"}),
        ("en", "every Monday at 9", "week", "0", "0", {"date": "2026-11-30"}),
        ("en", "Mondays and Thursdays at 9", "week", "0,3", "0", {"date": "2026-11-26"}),
        ("en", "weekdays at 2pm", "week", "0,1,2,3,4", "0", {"date": "2026-11-25"}),
        ("en", "every other Friday at 9", "fortnight", "4", "0", {"date": "2026-11-27"}),
        ("en", "every fortnight on Tuesday at 9", "fortnight", "", "0", {"date": "2026-12-01"}),
        ("en", "the first Tuesday of every month at 9 for 2 hours", "month", "1", "1", {"date": "2026-12-01"}),
        ("en", "every first Tuesday of the month at 9", "month", "1", "1", {"date": "2026-12-01"}),
        ("en", "monthly on the last Friday at 9", "month", "4", "-1", {"date": "2026-11-27"}),
        ("en", "on the first of every month at 9", "month", "", "0", {"date": "2026-12-01"}),
        ("en", "every Monday at 9 until 31 March", "week", "0", "0", {"date": "2026-11-30", "until": "2027-03-31"}),
        ("en", "every Monday from 7 December at 9, 10 times", "week", "0", "0", {"date": "2026-12-07", "times": "10"}),
        ("fr", "tous les jours ouvrés à 9h", "week", "0,1,2,3,4", "0", {"date": "2026-11-26"}),
        ("fr", "tous les lundis et jeudis à 9h", "week", "0,3", "0", {"date": "2026-11-26"}),
        ("fr", "un vendredi sur deux à 9h", "fortnight", "4", "0", {"date": "2026-11-27"}),
        ("fr", "toutes les deux semaines, le mardi à 9h", "fortnight", "1", "0", {"date": "2026-12-01"}),
        ("fr", "le premier mardi de chaque mois à 9h", "month", "1", "1", {"date": "2026-12-01"}),
        ("fr", "chaque premier mardi du mois à 9h", "month", "1", "1", {"date": "2026-12-01"}),
        ("fr", "tous les premiers mardis du mois à 9h", "month", "1", "1", {"date": "2026-12-01"}),
        ("fr", "chaque mois le dernier vendredi à 9h", "month", "4", "-1", {"date": "2026-11-27"}),
        ("fr", "tous les 15 du mois à 10h", "month", "", "0", {"date": "2026-12-15"}),
        ("fr", "chaque lundi à 9h jusqu'au 30 juin", "week", "0", "0", {"date": "2026-11-30", "until": "2027-06-30"}),
    ],
)
def test_what_is_said_again_and_again_is_a_rule(
    language: str, words: str, every: str, on: str, which: str, others: dict[str, str]
) -> None:
    spoken = read(words, language)
    assert not spoken.odd and spoken.values["start"] == "at"
    said = {field: spoken.values.get(field, "") for field in ("every", "on", "which")}
    assert said == {"every": every, "on": on, "which": which}
    assert {field: spoken.values.get(field) for field in ("date", "until", "times") if field in spoken.values} == others


@pytest.mark.parametrize(
    "words",
    [
        *("twice a week at 9", "biweekly at 9", "every quarter at 9", "every 3 days at 9"),
        *("every Monday and every 2 weeks at 9", "every morning for 1 hour", "le lundi à 9h"),
    ],
)
def test_what_is_no_rule_that_can_be_kept_is_named(words: str) -> None:
    spoken = read(words)
    assert spoken.repeats and "every" not in spoken.values


def test_the_first_tuesday_of_the_month_is_one_day_and_may_be_meant_of_every_month() -> None:
    for language, words, every in (
        ("en", "the first Tuesday of the month at 9", "the first Tuesday of every month at 9"),
        ("fr", "le premier mardi du mois à 9h", "le premier mardi de chaque mois à 9h"),
    ):
        spoken = read(words, language)
        assert spoken.values["date"] == "2026-12-01" and "every" not in spoken.values
        assert spoken.choices == (every,) and read(every, language).values["every"] == "month"

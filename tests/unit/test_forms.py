"""Reading the forms: what was typed becomes a record, and is kept as it was typed.

What happens to mistakes stands in test_form_mistakes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.compose.part import number_field
from dialogs.forms.audience import read_addresses, read_audience
from dialogs.forms.fields import FIELDS, KEPT, number_typed, typed
from dialogs.forms.message import read_message, read_name, read_version
from dialogs.forms.schedule import begun_when_open, default_schedule, read_schedule
from storage.records import Audience, ButtonKind, Channel, Contact, ListId, Style, WorkingHours, in_language
from tests.unit.test_form_mistakes import AUDIENCE, ENGLISH, FRENCH, MESSAGE, NOW, SCHEDULE, reading_of, right
from tests.unit.test_variables import names

# --- what is read -----------------------------------------------------------------------------


def test_a_message_is_read() -> None:
    message = read_message({**MESSAGE, "title": "  Our\n autumn ", "ack_title": " "}, FRENCH).value
    assert message is not None
    assert (message.title, message.body, message.style) == ("Our autumn", "Hello [FIRSTNAME|there]", Style.IDEA)
    assert [(button.kind, button.title) for button in message.buttons] == [
        (ButtonKind.LINK, "Read more"),
        (ButtonKind.ACKNOWLEDGE, FRENCH("I have read it")),
    ]
    bare = read_message({"name": "x", "body": "y"}, ENGLISH).value
    assert bare is not None and bare.buttons == () and bare.style is Style.MESSAGE


@pytest.mark.parametrize(
    "url",
    [
        "https://contoso.com",
        "http://contoso.com:8080/a?b=c#d",
        "HTTPS://CONTOSO.COM",
        "https://münchen.example/ü",
        " https://x.y ",
    ],
)
def test_a_web_address_is_taken(url: str) -> None:
    message = read_message({**MESSAGE, "link_url": url}, ENGLISH).value
    assert message is not None and message.buttons[0].url == url.strip()


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("ada@contoso.com", [("ada@contoso.com", "", "")]),
        ("ADA@Contoso.COM, ada@contoso.com\n<ada@contoso.com>", [("ada@contoso.com", "", "")]),
        ("Ada Lovelace <ada@contoso.com>", [("ada@contoso.com", "Ada", "Lovelace")]),
        ('"Ada King Lovelace" <ada@contoso.com>', [("ada@contoso.com", "Ada", "King Lovelace")]),
        ("mailto:ada@contoso.com;louis@contoso.com", [("ada@contoso.com", "", ""), ("louis@contoso.com", "", "")]),
        ("o'brien+news@mail.contoso.co.uk", [("o'brien+news@mail.contoso.co.uk", "", "")]),
        ("ada@contoso.com louis@contoso.com", [("ada@contoso.com", "", ""), ("louis@contoso.com", "", "")]),
        ("ada@contoso.com|louis@contoso.com / x@y.fr",
         [("ada@contoso.com", "", ""), ("louis@contoso.com", "", ""), ("x@y.fr", "", "")]),
        ("Pasteur, Louis <louis@contoso.com>; Ada <ada@contoso.com>",
         [("louis@contoso.com", "Louis", "Pasteur"), ("ada@contoso.com", "Ada", "")]),
        ("ada@contoso.com, Louis Pasteur <louis@contoso.com>, x@y.fr",
         [("ada@contoso.com", "", ""), ("louis@contoso.com", "Louis", "Pasteur"), ("x@y.fr", "", "")]),
        ("Pasteur\tLouis\tlouis@contoso.com\nCurie;Marie;marie@contoso.com",
         [("louis@contoso.com", "Louis", "Pasteur"), ("marie@contoso.com", "Marie", "Curie")]),
        ("Ada Lovelace ada@contoso.com", [("ada@contoso.com", "Ada", "Lovelace")]),
        ("• ada@contoso.com.\n- «louis@contoso.com»", [("ada@contoso.com", "", ""), ("louis@contoso.com", "", "")]),
    ],
)  # fmt: skip
def test_addresses_are_read_each_person_once(text: str, contacts: list[tuple[str, str, str]]) -> None:
    pasted = read_addresses(text, ENGLISH).value
    assert pasted is not None
    assert pasted.contacts == tuple(Contact(address=a, given_name=first, surname=last) for a, first, last in contacts)


def test_up_to_six_buttons_are_read_links_first() -> None:
    values = {
        **MESSAGE,
        "links": "The programme https://contoso.com/programme\n\nMap: https://contoso.com/map\nhttps://contoso.com/very/bare",
        "answers": "I come; I stay away",
    }
    message = read_message({**values, "ack": "false"}, ENGLISH).value
    assert message is not None
    assert [(button.kind, button.title) for button in message.buttons] == [
        (ButtonKind.LINK, "Read more"),
        (ButtonKind.LINK, "The programme"),
        (ButtonKind.LINK, "Map"),
        (ButtonKind.LINK, "contoso.com/very/bare"),
        (ButtonKind.ANSWER, "I come"),
        (ButtonKind.ANSWER, "I stay away"),
    ]
    errors = read_message(values, ENGLISH).errors
    assert errors == {"answers": "That makes 7 buttons: Teams shows six at most."}


@pytest.mark.parametrize(
    ("typed_as", "answers"),
    [("Yes, No", ["Yes", "No"]), ("Yes, gladly\nNo", ["Yes, gladly", "No"]), ("1; 2;3;", ["1", "2", "3"]), (" ", [])],
)
def test_answers_are_read_however_they_are_separated(typed_as: str, answers: list[str]) -> None:
    message = read_message({"name": "x", "body": "y", "answers": typed_as}, ENGLISH).value
    assert message is not None
    assert [button.title for button in message.buttons] == answers


def test_a_version_says_the_same_in_another_language() -> None:
    default = read_message({**MESSAGE, "answers": "Yes; No", "language": "en"}, ENGLISH).value
    assert default is not None
    values = {
        "spoken": "fr",
        "body": "Bonjour [PRENOM] de [SITE]",
        "words0": "Lire",
        "url0": "https://contoso.com/fr",
        "words3": "Non",
    }
    message = read_version(values, default, ENGLISH, ("SITE",)).value
    assert message is not None
    assert message.columns == ("SITE",)
    french = in_language(message, "fr")
    assert (french.body, french.style, french.language) == ("Bonjour [PRENOM] de [SITE]", Style.IDEA, "fr")
    assert [(button.title, button.url) for button in french.buttons] == [
        ("Lire", "https://contoso.com/fr"),
        (default.buttons[1].title, ""),
        ("Yes", ""),
        ("Non", ""),
    ]
    assert in_language(message, "de") == in_language(message, "en") == replace(message, versions={})
    assert read_version({**values, "body": " ", "url0": "x"}, default, ENGLISH).errors.keys() == {"body", "url0"}


def test_an_audience_is_read() -> None:
    everyone = read_audience({"channel": "skype", "audience": "everyone"}, ENGLISH).value
    assert everyone is not None
    assert (everyone.channel, everyone.audience) == (Channel.SKYPE, Audience(everyone=True))
    ticked = {"channel": "msteams", "audience": "list:12,list:3,list:12", "except": "list:4", "guests": "true"}
    some = read_audience(ticked, ENGLISH).value
    assert some is not None
    wanted = Audience(lists=(ListId(12), ListId(3)), except_lists=(ListId(4),), guests=True)
    assert (some.audience, some.pasted.contacts) == (wanted, ())
    pasted = read_audience({"channel": "msteams", "addresses": "ada@contoso.com"}, ENGLISH).value
    assert pasted is not None
    assert (pasted.audience, pasted.pasted.contacts) == (Audience(), (Contact(address="ada@contoso.com"),))


def test_a_schedule_is_read_on_the_clock_of_its_zone() -> None:
    timing = read_schedule(SCHEDULE, NOW, ENGLISH).value
    assert timing is not None and not timing.now
    assert timing.schedule.slot.start == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert timing.schedule.slot.duration == timedelta(hours=2)
    assert timing.schedule.hours == WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))


@pytest.mark.parametrize(
    ("typed_as", "minutes"),
    [
        (("90", "minutes"), 90),
        (("1.5", "hours"), 90),
        (("1,5", "hours"), 90),
        ((" 2 ", "days"), 2880),
        (("1e1", "hours"), 600),
    ],
)
def test_a_duration_is_read_as_people_write_it(typed_as: tuple[str, str], minutes: int) -> None:
    timing = read_schedule({**SCHEDULE, "duration": typed_as[0], "unit": typed_as[1]}, NOW, ENGLISH).value
    assert timing is not None and timing.schedule.slot.duration == timedelta(minutes=minutes)


def test_now_asks_for_no_day_and_any_time_for_no_hours() -> None:
    values = {
        **SCHEDULE,
        "start": "now",
        "date": "",
        "time": "",
        "opens": "",
        "closes": "",
        "days": "",
        "anytime": "true",
    }
    timing = read_schedule(values, NOW, ENGLISH).value
    assert timing is not None and timing.now
    assert timing.schedule.slot.start == NOW
    assert timing.schedule.hours.days == frozenset(range(7))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Honolulu"])
def test_what_the_form_proposes_can_be_scheduled(zone: str) -> None:
    timing = read_schedule({**default_schedule(NOW, zone), "anytime": "true", "start": "at"}, NOW, ENGLISH).value
    assert timing is not None
    assert timedelta() < timing.schedule.slot.start - NOW <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "start", "day"),
    [
        (datetime(2026, 3, 4, 9, 30, tzinfo=UTC), "now", "2026-03-04"),
        (datetime(2026, 3, 4, 7, 30, tzinfo=UTC), "now", "2026-03-04"),  # its two hours reach into the day
        (datetime(2026, 3, 4, 3, 0, tzinfo=UTC), "at", "2026-03-04"),
        (datetime(2026, 3, 4, 18, 19, tzinfo=UTC), "at", "2026-03-05"),
        (datetime(2026, 3, 6, 18, 19, tzinfo=UTC), "at", "2026-03-09"),  # a Friday: on Monday
    ],
)
def test_out_of_hours_the_next_working_day_is_proposed(now: datetime, start: str, day: str) -> None:
    values = begun_when_open(default_schedule(now, "Europe/London"), now, ENGLISH)
    assert values["start"] == start and values["date"] == day
    assert start == "now" or values["time"] == values["opens"]
    assert read_schedule(values, now, ENGLISH).value is not None


def test_where_there_is_no_working_day_nothing_else_is_proposed() -> None:
    values = {**default_schedule(NOW, "Europe/London"), "days": ""}
    assert begun_when_open(values, NOW, ENGLISH) == values


# --- anything at all --------------------------------------------------------------------------

anything = st.one_of(
    names,
    st.text(max_size=200),
    st.text("[]{}<>@;,:/\\.%|&\n0123456789eE-+", max_size=30),
    st.sampled_from(
        ["now", "at", "new", "everyone", "list:1", "msteams", "true", "Europe/Paris", "hours", "nan", "1e999"]
    ),
    st.dates(date(1, 1, 1)).map(str),
    st.times().map(lambda at: at.strftime("%H:%M")),
    st.integers().map(str),
    st.floats().map(str),
)


def forms(step: str) -> st.SearchStrategy[dict[str, str]]:
    """A form with anything in any field, and what is right in others."""
    fields = {name: st.one_of(st.just(right(step).get(name, "")), anything) for name in FIELDS[step]}
    return st.fixed_dictionaries({}, optional=fields)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Honolulu"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_only_wrong(zone: str, day: str) -> None:
    assert "date" in read_schedule({**SCHEDULE, "date": day, "zone": zone}, NOW, ENGLISH).errors


@given(st.sampled_from(sorted(FIELDS)).flatmap(lambda step: st.tuples(st.just(step), forms(step))))
@settings(deadline=None, max_examples=400)
@example(("schedule", {**SCHEDULE, "date": "0001-01-01", "zone": "Asia/Tokyo"}))
@example(("audience", {**AUDIENCE, "addresses": '<\n<<>>\n"<\n(<'}))
def test_anything_in_any_field_is_read_or_named_never_raised(form: tuple[str, dict[str, str]]) -> None:
    step, values = form
    values = typed(step, values)
    for texts in (ENGLISH, FRENCH):
        reading = reading_of(step, values, texts)
        errors = reading.errors
        assert set(errors) <= {
            *FIELDS[step],
            *(FIELDS["schedule"] if step in ("repeat", "chase", "ending", "mail") else ()),
        }
        assert all(errors.values())
        assert (reading.value is None) == bool(errors)


# --- what is kept -----------------------------------------------------------------------------


@given(forms("message"))
def test_what_was_typed_is_kept_right_or_wrong(values: dict[str, str]) -> None:
    kept = typed("message", {**values, "verb": "form.save", "version": 3})
    assert set(kept) == set(values)
    for name, value in values.items():
        if value.isprintable() and not any("\ue000" <= character <= "\uf8ff" for character in value):
            assert kept[name] == value


def test_control_and_private_characters_are_dropped_and_lines_are_kept() -> None:
    kept = typed("message", {"body": "a\x00b\ue000c\ud800d\x7f\n\te", "title": None, "ack": True, "unknown": "x"})
    assert kept == {"body": "abcd\n\te", "ack": "True"}


def test_a_draft_keeps_a_very_long_text_up_to_its_limit() -> None:
    assert typed("message", {"body": "x" * (KEPT + 1)}) == {"body": "x" * KEPT}


def test_a_name_is_one_line() -> None:
    assert read_name({"name": "  Autumn \n newsletter "}, ENGLISH).value == "Autumn newsletter"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("0", 0), ("31", 31), ("-1", None), ("2.5", None), ("many", None), ("000000001999", None), ("9" * 5_000, None)],
)
def test_a_number_is_judged_by_all_of_its_digits_and_its_form_is_drawn(text: str, shown: int | None) -> None:
    errors = dict[str, str]()
    assert number_typed({"times": text}, "times", 30, ENGLISH, errors) == 1
    assert errors == {"times": "Please give a number from 1 to 30."}
    assert number_field("times", "Times", {"times": text}, {}).value == shown


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 30 ", 30), ("", 7), ("  ", 7)])
def test_a_number_is_read_as_it_was_typed_or_is_the_usual_one(text: str, number: int) -> None:
    errors = dict[str, str]()
    assert number_typed({"times": text}, "times", 30, ENGLISH, errors, "7") == number and not errors

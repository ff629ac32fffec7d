"""Reading the forms: every mistake is named at its own field, in the author's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from cards.kit.texts import Texts
from cards.message.compile import LIMIT, size_of
from dialogs.forms.audience import read_addresses, read_audience
from dialogs.forms.fields import Parsed
from dialogs.forms.message import read_message, read_version
from dialogs.forms.schedule import read_schedule
from dialogs.forms.sequels.steps import read_days
from dialogs.forms.variants import read_ab_test
from storage.records.step_forms import NEW

ENGLISH, FRENCH = Texts("en"), Texts("fr")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday
TEN_THOUSAND = "x" * 10_000

MESSAGE = {
    "name": "Autumn newsletter", "title": "Our autumn", "body": "Hello [FIRSTNAME|there]", "style": "idea",
    "link_title": "Read more", "link_url": "https://contoso.com/autumn", "ack": "true", "ack_title": "I have read it",
}  # fmt: skip
AUDIENCE = {"list_name": "Managers", "addresses": "ada@contoso.com"}
VERSION = {"spoken": "fr", "body": "Bonjour [PRENOM|vous]", "words0": "Lire"}
EVERYONE = {"channel": "msteams", "audience": "everyone"}
SCHEDULE = {
    "start": "at", "date": "2026-11-24", "time": "10:00", "zone": "Europe/Paris", "duration": "2", "unit": "hours",
    "opens": "09:00", "closes": "18:00", "days": "0,1,2,3,4", "anytime": "false",
    "own_zone": "false", "presence": "available", "unknown": "wait",
}  # fmt: skip
AB = {"ab_share": "20", "ab_title": "Other", "ab_measure": "opened", "ab_after": "2", "ab_itself": "true"}
MAIL = {"mail": "not_opened", "mail_after": "24"}
CHASE = {"chase": "opened", "chase_after": "2", "chase_rounds": "3"}
ENDING = {"ending": "close", "end_date": "2026-11-27", "end_time": "18:00", "end_result": "true"}
SEQUENCE = {"whom": "new", "days": "0, 3"}
REPEAT = {"every": "week", "on": "0,3", "which": "0", "until": "2027-06-30", "times": "10"}


def reading_of(step: str, values: Mapping[str, str], texts: Texts) -> Parsed[Any]:
    if step == "message":
        return read_message(values, texts)
    if step == "version":
        default = read_message({**MESSAGE, "answers": "Yes; No"}, texts).value
        assert default is not None
        return read_version(values, default, texts)
    if step == "sequence":
        return read_days({step: {**NEW, "numbers": "1,2", **values}}, texts)
    if step == "ab":  # of a message that is right; "none" where nothing is tested
        first = read_message(MESSAGE, texts).value
        assert first is not None
        reading = read_ab_test({"message": {**MESSAGE, **values}}, first, texts)
        return reading if reading.errors else Parsed(reading.value or "none")
    if step in ("repeat", "chase", "ending", "mail"):  # of a schedule that is right
        return read_schedule({**SCHEDULE, **values}, NOW, texts)
    return read_audience(values, texts) if step == "audience" else read_schedule(values, NOW, texts)


def right(step: str) -> dict[str, str]:
    forms = {
        "message": MESSAGE,
        "audience": EVERYONE,
        "schedule": SCHEDULE,
        "version": VERSION,
        "repeat": REPEAT,
        "chase": CHASE,
        "ending": ENDING,
        "sequence": SEQUENCE,
        "ab": AB,
        "mail": MAIL,
    }
    return dict(forms[step])


#: (form, what is typed wrong, the field at which it is named)
MISTAKES: list[tuple[str, dict[str, str], str]] = [
    *(("message", {"name": wrong}, "name") for wrong in ("", "  \n ", TEN_THOUSAND, "x" * 101)),
    *(("repeat", {"every": wrong}, "every") for wrong in ("hour", "Week", TEN_THOUSAND)),
    *(("ab", {"ab_share": wrong}, "ab_share") for wrong in ("15", "100", "half", TEN_THOUSAND)),
    *(("ab", {"ab_measure": wrong}, "ab_measure") for wrong in ("answered", "Opened", TEN_THOUSAND)),
    *(("ab", {"ab_after": wrong}, "ab_after") for wrong in ("0", "337", "two", "-1", "1.5", "9" * 5_000)),
    *(("ab", {"ab_title": wrong}, "ab_title") for wrong in ("", "  \n ", "x" * 151, "Hi [FRISTNAME]")),
    ("ab", {"ab_body": "![a](https://a.example/b.png)"}, "ab_body"),
    *(("chase", {"chase": wrong}, "chase") for wrong in ("clicked", "Opened", TEN_THOUSAND)),
    *(("chase", {"chase_after": wrong}, "chase_after") for wrong in ("0", "31", "two", "-1", "9" * 5_000)),
    *(("chase", {"chase_rounds": wrong}, "chase_rounds") for wrong in ("0", "6", "1.5", TEN_THOUSAND)),
    *(("ending", {"ending": wrong}, "ending") for wrong in ("gone", "Delete", TEN_THOUSAND)),
    *(("ending", {"end_date": wrong}, "end_date") for wrong in ("", "2026-11-23", "9999-12-31", "0001-01-01", "Fri")),
    ("ending", {"end_date": "2026-11-24", "end_time": "11:59"}, "end_date"),
    *(("ending", {"end_time": wrong}, "end_time") for wrong in ("", "25:00", "noon", TEN_THOUSAND)),
    *(("mail", {"mail": wrong}, "mail") for wrong in ("everybody", "Not_opened", TEN_THOUSAND)),
    *(("mail", {"mail_after": wrong}, "mail_after") for wrong in ("0", "169", "a day", "-1", "9" * 5_000)),
    *(("repeat", {"which": wrong}, "which") for wrong in ("5", "-2", "first")),
    *(("repeat", {"until": wrong}, "until") for wrong in ("2026-11-23", "0001-01-01", "9999-12-31", "Fri")),
    ("repeat", {"until": "2027-02-30"}, "until"),
    *(("repeat", {"times": wrong}, "times") for wrong in ("0", "-1", "501", "1e3", "ten", TEN_THOUSAND, "9" * 5_000)),
    *(("repeat", {"on": never}, "until") for never in ("5", "6", "5,6")),
    ("repeat", {"on": "6", "until": "", "times": ""}, "every"),
    *(("message", {"title": wrong}, "title") for wrong in (TEN_THOUSAND, "x" * 151, "Hello [FIRSTNAM]")),
    *(("message", {"body": wrong}, "body") for wrong in ("", " \n\t", "Hello [FIRSTNAM]", "[QQQ|there]", "é" * 12_000)),
    *(("message", {"style": wrong}, "style") for wrong in ("fancy", "Idea", "true")),
    ("message", {"link_title": ""}, "link_title"),
    ("message", {"link_title": "x" * 41}, "link_title"),
    ("message", {"link_title": TEN_THOUSAND}, "link_title"),
    ("message", {"ack_title": "x" * 41}, "ack_title"),
    *(
        ("message", {"link_url": wrong}, "link_url")
        for wrong in (
            "", "javascript:alert(1)", "JavaScript://contoso.com/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
            "ftp://contoso.com", "contoso", "www.", "https://", "https:///path", "https://?q", "http:/x",
            "https://con toso.com", "https://contoso.com/a b", "https://contoso.com/a\nb",
            "https://contoso.com:port", "https://contoso.com:99999", "https://contoso.com:0", "https://[::1", "//x",
            'https://contoso.com/"', "https://contoso.com/<b>",
            "https://contoso.com\\@evil", "https://x/" + "x" * 2_000,
        )
    ),
    *(("message", {"image": wrong}, "image") for wrong in ("contoso", "javascript:x", "data:image/png;base64,AA")),
    ("message", {"image_alt": "x" * 201}, "image_alt"),
    ("message", {"notification": "x" * 121}, "notification"),
    ("message", {"notification": "[FISTNAME]"}, "notification"),
    *(("message", {"links": wrong}, "links") for wrong in ("Read more", "a https://x.fr\nb", "x" * 41 + " https://x.fr")),
    *(("message", {"answers": wrong}, "answers") for wrong in ("Yes", "Yes; yes", "a,b,c,d,e,f", "Yes\n" + "x" * 41)),
    ("message", {"links": "\n".join(f"https://x.fr/{number}" for number in range(6))}, "links"),
    *(
        ("message", {"body": wrong}, "body")
        for wrong in ("![x](https://x.fr/y.png)", "[here](contoso)", "[x]()", "[x](htp://x.fr)", "[x](javascript:y)")
    ),
    *(("audience", {"channel": wrong}, "channel") for wrong in ("", "slack", "Teams")),
    *(
        ("audience", {"audience": wrong}, "audience")
        for wrong in ("", "all", "list:", "list:x", "list:-1", "list:" + "9" * 30)
    ),
    ("audience", {**AUDIENCE, "list_name": TEN_THOUSAND}, "list_name"),
    ("audience", {"audience": "everyone,list:3", "except": "list:4,list:3"}, "except"),
    *(
        ("audience", {**AUDIENCE, "addresses": wrong}, "addresses")
        for wrong in (
            "", " \n;,\t", "ada", "ada@", "@contoso.com", "ada@contoso", "ada@@contoso.com", "ada@contoso.",
            "Ada <ada>", "<", "<>", "Ada <", "ada@contoso.com; louis",
            TEN_THOUSAND, TEN_THOUSAND + "@contoso.com",
        )
    ),
    *(("schedule", {"start": wrong}, "start") for wrong in ("", "later")),
    *(
        ("schedule", {"date": wrong}, "date")
        for wrong in (
            "", "tomorrow", "24/11/2026", "2026-13-01", "2026-02-30", "2026-11-22", "1999-01-01", "0001-01-01",
            "9999-12-31", "2036-01-01",
        )
    ),
    *(("schedule", {"time": wrong}, "time") for wrong in ("", "noon", "25:00", "10:60", "10", "1e1:00", "-1:00")),
    *(("schedule", {"zone": wrong}, "zone") for wrong in ("", "Paris", "Mars/Olympus", "../../etc/passwd", "+01:00")),
    *(
        ("schedule", {"duration": wrong}, "duration")
        for wrong in (
            "", "two", "nan", "inf", "-inf", "1e999", "-1", "0", "-0", "1e-9", "9000", "0x10", "1,2,3", TEN_THOUSAND,
        )
    ),
    ("schedule", {"unit": ""}, "duration"),
    ("schedule", {"unit": "fortnights"}, "duration"),
    ("schedule", {"duration": "367", "unit": "days"}, "duration"),
    ("schedule", {"duration": "0.5", "unit": "minutes"}, "duration"),
    *(("schedule", {"opens": wrong}, "opens") for wrong in ("", "early", "24:00")),
    *(("schedule", {"closes": wrong}, "closes") for wrong in ("", "late", "09:00", "08:00", "24:00")),
    *(("schedule", {"days": wrong}, "days") for wrong in ("", "7", "monday", "-1", "0.5")),
    *(("schedule", {"presence": wrong}, "presence") for wrong in ("asleep", "Always", "true")),
    *(("schedule", {"unknown": wrong}, "unknown") for wrong in ("guess", "Send", "false")),
    # no working hours in the slot: a night, a weekend
    ("schedule", {"time": "20:00"}, "duration"),
    ("schedule", {"date": "2026-11-28"}, "duration"),
    # it ends before it starts: just over, within the grace that a start in the past has
    ("schedule", {"date": "2026-11-23", "time": "10:26", "duration": "1", "unit": "minutes"}, "duration"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "wrong", "field"), MISTAKES, ids=lambda value: str(value)[:60])
def test_a_mistake_is_named_at_its_own_field_in_both_languages(step: str, wrong: dict[str, str], field: str) -> None:
    values = {**right(step), **wrong}
    english, french = reading_of(step, values, ENGLISH).errors, reading_of(step, values, FRENCH).errors
    assert list(english) == list(french) == [field]
    assert english[field] != french[field]
    assert "{" not in english[field] + french[field]


@pytest.mark.parametrize("step", ["message", "audience", "schedule"])
def test_a_right_form_has_no_errors(step: str) -> None:
    assert not reading_of(step, right(step), ENGLISH).errors


def test_all_mistakes_are_named_at_once() -> None:
    wrong = {"name": "", "title": "[XXX]", "body": "", "style": "?", "link_title": "x", "link_url": "y"}
    assert set(read_message(wrong, ENGLISH).errors) == {"name", "title", "body", "style", "link_url"}
    nothing = dict.fromkeys(SCHEDULE, "")
    assert set(read_schedule(nothing, NOW, ENGLISH).errors) == {"start", "zone", "duration", "opens", "closes", "days"}


def test_an_unknown_variable_is_named_with_the_nearest_known_one() -> None:
    errors = read_message({**MESSAGE, "body": "Hello [FIRSTNAM]"}, ENGLISH).errors
    assert errors == {"body": "I don’t know [FIRSTNAM]. Did you mean [FIRSTNAME]?"}


def test_wrong_addresses_are_named_with_their_line() -> None:
    errors = read_addresses("ada@contoso.com\nlouis\n\nmarie@contoso.com; pierre", ENGLISH).errors
    assert errors == {"addresses": "2 entries are not addresses: “louis” (line 2) and “pierre” (line 4)"}
    many = read_addresses("\n".join(f"x{number}" for number in range(50)), ENGLISH).errors["addresses"]
    assert many.startswith("50 entries") and many.endswith("…") and "x5" not in many


def test_the_longest_message_that_is_taken_is_just_under_the_limit() -> None:
    low, high = 1, LIMIT
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if read_message({**MESSAGE, "body": "x" * middle}, ENGLISH).errors else (middle, high)
    taken = read_message({**MESSAGE, "body": "x" * low}, ENGLISH).value
    assert taken is not None
    assert size_of(taken) == LIMIT

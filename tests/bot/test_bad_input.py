"""Whatever is typed, pressed or posted gets a clear answer, never a 500, and costs no draft."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import orjson
import pytest

from storage.records import CampaignState
from tests.bot.story import (
    ANY_TIME_NOW,
    GONE,
    MESSAGE,
    asked,
    draft,
    error_beside,
    fields_of,
    handle_of,
    in_state,
    newest,
)
from tests.conftest import RunningBot
from tests.support.card_check import check_card
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

LONG = "x" * 10_000
HUGE = 10**30

#: name -> (fields, the field that is wrong, what is said of it)
WRONG_MESSAGES: dict[str, tuple[dict[str, str], str, str]] = {
    "no name": ({"name": "  "}, "name", "Please give the campaign a name."),
    "long name": ({"name": LONG}, "name", "That is too long: 10,000 characters of 100."),
    "long title": ({"title": LONG}, "title", "That is too long: 10,000 characters of 150."),
    "no text": ({"body": "\n \t"}, "body", "Please write what people should read."),
    "unknown variable": ({"body": "[FIRSTNAM|you]"}, "body", "I don’t know [FIRSTNAM]. Did you mean [FIRSTNAME]?"),
    "unknown in title": ({"title": "Hi [COMPANY]"}, "title", "I don’t know [COMPANY]."),
    "too large": ({"body": "é" * 20_000}, "body", "The message is too long for Teams: 40"),
    "far too large": ({"body": "😀" * 60_000}, "body", "The message is too long for Teams: 2"),
    "no style": ({"style": "loud"}, "style", "Please choose one of the styles."),
    "no words": ({"link_title": ""}, "link_title", "Please say what stands on the button."),
    "no address": ({"link_url": ""}, "link_url", "Please say where the button leads."),
    "script": ({"link_url": "javascript:alert(1)"}, "link_url", "That is not a web address"),
    "port": ({"link_url": "https://a.example:99999/"}, "link_url", "That is not a web address"),
    "brackets": ({"link_url": "https://[::1"}, "link_url", "That is not a web address"),
    "user": ({"link_url": "https://ada@a.example/"}, "link_url", "That is not a web address"),
    "password": ({"link_url": "https://ada:secret@a.example/"}, "link_url", "That is not a web address"),
    "backslash": ({"link_url": "https://a.example\\@b.example/"}, "link_url", "That is not a web address"),
    "odd digits": ({"link_url": "https://１２７.０.０.１/"}, "link_url", "That is not a web address"),
    "program": ({"body": "[here](ms-msdt:/id)"}, "body", "The link “here” leads nowhere: “ms-msdt:/id” is not"),
    "bare program": ({"body": "<ms-msdt:/id>"}, "body", "The link “ms-msdt:/id” leads nowhere: “ms-msdt:/id”"),
    "entity": ({"body": "[a](javascript&colon;x)"}, "body", "The link “a” leads nowhere"),
    "user in a text": ({"body": "[a](https://ada@a.example/)"}, "body", "The link “a” leads nowhere"),
    "brackets in a text": ({"body": "[a](" * 600}, "body", "That is more than 500 brackets: please take some out."),
    "a picture in a text": ({"body": "![a](https://a.example/b.png)"}, "body", "Pictures do not show inside the text"),
}
NOBODY = {"addresses": "", "list_name": ""}
WRONG_AUDIENCES: dict[str, tuple[dict[str, str], str, str]] = {
    "no channel": ({"channel": "pigeon"}, "channel", "Please choose a channel."),
    "no choice": ({**NOBODY, "audience": ""}, "audience", "Please choose who receives it."),
    "no such list": ({"audience": "list:12345"}, "audience", "This list is gone. Please choose another."),
    "huge list": ({**NOBODY, "audience": "list:" + "9" * 19}, "audience", "Please choose who receives it."),
    "largest list": ({"audience": "list:" + "9" * 14}, "audience", "This list is gone. Please choose another."),
    "odd digits": ({**NOBODY, "audience": "list:²"}, "audience", "Please choose who receives it."),
    "long list name": ({"list_name": LONG}, "list_name", "That is too long: 10,000 characters of 100."),
    "nobody": ({"addresses": " ;, \n"}, "addresses", "Please paste at least one address."),
    "no addresses": ({"addresses": 'Ada; @; a@b; <>; "x" <>; a@b.c@d'}, "addresses", "6 entries are not addresses:"),
    "odd brackets": ({"addresses": "Ada <b> <ada@contoso.example>, (<x@"}, "addresses", "2 entries are not"),
    "a novel": ({"addresses": LONG}, "addresses", "This is not an address: “xxx"),
}
WRONG_SCHEDULES: dict[str, tuple[dict[str, str], str, str]] = {
    "past": ({"start": "at", "date": "2020-02-29"}, "date", "That is in the past. Please choose a later day or time."),
    "long past": ({"start": "at", "date": "0001-01-01", "time": "00:00", "zone": "Asia/Tokyo"}, "date", "That is in"),
    "no such day": ({"start": "at", "date": "2027-02-30"}, "date", "Please choose a day."),
    "no day": ({"start": "at", "date": "tomorrow"}, "date", "Please choose a day."),
    "far": ({"start": "at", "date": "9999-12-31", "time": "23:59", "zone": "Pacific/Honolulu"}, "date", "That is too"),
    "no time": ({"start": "at", "date": "2999-01-01", "time": "24:00"}, "time", "Please choose a time, like 10:00."),
    "no start": ({"start": "soon"}, "start", "Please choose when it starts."),
    "no zone": ({"zone": "Mars/Olympus"}, "zone", "Please choose a time zone."),
    "zone path": ({"zone": "../../etc/passwd"}, "zone", "Please choose a time zone."),
    "no duration": ({"duration": ""}, "duration", "Please say how long, with a number above zero."),
    "ends before it starts": ({"duration": "-2"}, "duration", "Please say how long, with a number above zero."),
    "not a number": ({"duration": "nan"}, "duration", "Please say how long, with a number above zero."),
    "for ever": ({"duration": "inf"}, "duration", "That is too long: at most a year."),
    "1e308": ({"duration": "1e308"}, "duration", "That is too long: at most a year."),
    "no unit": ({"unit": "fortnights"}, "duration", "Please say how long, with a number above zero."),
    "a second": ({"duration": "0.01", "unit": "minutes"}, "duration", "That is too short: at least a minute."),
    "hours": ({"anytime": "false", "opens": "18:00", "closes": "09:00"}, "closes", "Work must end after it begins."),
    "no hours": ({"anytime": "false", "opens": "", "closes": "late"}, "closes", "Please choose a time, like 18:00."),
    "no days": ({"anytime": "false", "days": "7,x"}, "days", "Please choose at least one day."),
}


@pytest.fixture
async def cards(ada: Person) -> dict[str, dict[str, Any]]:
    return await draft(ada)


async def refused(
    running_bot: RunningBot,
    ada: Person,
    step: str,
    proposal: dict[str, str],
    wrong: dict[str, tuple[dict[str, str], str, str]],
) -> None:
    """Each of these is said beside its field, and kept in the draft as it was typed."""
    forward = "Next: review" if step == "schedule" else "To the review"
    await ada.press(f"Change the {step}")
    for name, (fields, field, words) in wrong.items():
        typed = {**proposal, **fields}
        card = (await ada.press(forward, **typed))["value"]
        error = error_beside(card, field)
        assert error and words in error, f"{name}: {error!r}"
        assert "\n" not in error and len(error) < 500, name
        assert (await newest(running_bot)).forms[step].items() >= typed.items(), f"{name}: the draft keeps it"
    card = (await ada.press(forward, **proposal))["value"]
    assert "Audience and schedule" in words_of(card)


async def test_messages(running_bot: RunningBot, ada: Person, cards: dict[str, Any]) -> None:
    await refused(running_bot, ada, "message", {**MESSAGE, "style": "message"}, WRONG_MESSAGES)


@pytest.mark.parametrize("field", ["link_url", "image"])
@pytest.mark.parametrize("odd", ["\x00", "\ud83d", "\x1b", "\ue000"])
async def test_a_sign_that_nobody_types_is_not_dropped_from_an_address(
    running_bot: RunningBot, ada: Person, cards: dict[str, Any], field: str, odd: str
) -> None:
    """Without it, it would be another address than the one that was pasted."""
    await ada.press("Change the message")
    typed = {**MESSAGE, "style": "message", field: f"https://a.example{odd}.evil.example/"}
    card = (await ada.press("To the review", **typed))["value"]
    assert "That is not a web address" in str(error_beside(card, field))
    assert (await newest(running_bot)).forms["message"][field] == "https://a.example\ufffd.evil.example/"


async def test_audiences(running_bot: RunningBot, ada: Person, cards: dict[str, Any]) -> None:
    proposal = {"channel": "msteams", "audience": "", "list_name": "Managers", "addresses": ada.address}
    await refused(running_bot, ada, "audience", proposal, WRONG_AUDIENCES)
    assert [one.name for one in await running_bot.store.lists(TENANT)] == ["Managers"], "nothing is half imported"


async def test_schedules(running_bot: RunningBot, ada: Person, cards: dict[str, Any]) -> None:
    await refused(running_bot, ada, "schedule", {**ANY_TIME_NOW, "zone": "UTC"}, WRONG_SCHEDULES)


async def test_no_open_time_is_said_with_what_helps(
    running_bot: RunningBot, ada: Person, cards: dict[str, Any]
) -> None:
    now = running_bot.clock.now()
    sunday = now + timedelta(days=13 - now.weekday())
    weekend = {"start": "at", "date": sunday.date().isoformat(), "time": "10:00", "zone": "UTC", "duration": "5",
               "unit": "hours", "anytime": "false"}  # fmt: skip
    await ada.press("Change the schedule")
    card = (await ada.press("Next: review", **weekend))["value"]
    error = error_beside(card, "duration")
    assert error.startswith("There are no working hours in this time: it runs from Sun")
    assert error.endswith("Make it longer, change the hours or days, or allow sending outside them.")


async def test_a_draft_scheduled_too_late_says_so(running_bot: RunningBot, ada: Person) -> None:
    tomorrow = (running_bot.clock.now() + timedelta(days=1)).date().isoformat()
    await draft(ada, start="at", date=tomorrow, time="10:00", zone="UTC")
    review = ada.card()
    running_bot.clock.forward(timedelta(days=303))
    card = (await ada.press(SEND_OFF, card=review))["value"]
    assert "**Schedule**: That is in the past. Please choose a later day or time." in words_of(card)
    assert SEND_OFF.isdisjoint(words_of(card))
    await in_state(running_bot, CampaignState.DRAFT)


async def test_two_lists_of_one_name_are_refused(running_bot: RunningBot, ada: Person, cards: dict[str, Any]) -> None:
    people = {"audience": "", "list_name": "Managers", "addresses": ada.address}
    for name in ("Managers", " MANAGERS "):
        await ada.press("Change the audience")
        card = (await ada.press("To the review", **{**people, "list_name": name}))["value"]
    assert error_beside(card, "list_name") == "There is a list of this name already."


@pytest.mark.parametrize(
    "typed", ["𝄞" * 60, "a\x00b\u202ec", "\ue000t\ue001", "**[x](http://a.example)**", "# <b>{name}"]
)
async def test_odd_names_break_nothing(running_bot: RunningBot, ada: Person, typed: str) -> None:
    await ada.say(f"new campaign {typed}")
    assert ada.reads("What do you want to say?")
    message = {field: value for field, value in MESSAGE.items() if field != "name"}
    await ada.press("Next: audience", **message)
    await ada.press("To the review", audience="everyone")
    await ada.press("Try it")
    await ada.press("Send the test")
    await ada.sees("big news")
    await ada.say("campaigns")
    for _, card in ada.cards():
        assert check_card(card) == []


VERBS = (
    "campaign.open", "form.open", "form.save", "campaign.schedule", "people.open", "try.open", "try.send",
    "report.open", "delete.open", "delete.confirm",
)  # fmt: skip
NO_CAMPAIGN = ("abc", HUGE, -1, None, [1], {"$gt": 0}, 1e300, math.inf, math.nan, "１e9", "9" * 5000, 12345)
ODD = (-1, HUGE, "two", None, [], {}, 1e300, math.inf, True, "\ud800")


async def test_no_campaign_behind_a_button_is_said(running_bot: RunningBot, ada: Person) -> None:
    for handle in ({}, *({"campaign": odd} for odd in NO_CAMPAIGN)):
        for verb in VERBS:
            answer = await ada.execute(verb, {**handle, "step": "message", "version": 1}, ada.cards()[-1][0])
            assert GONE in words_of(answer["value"]), (verb, handle)
        await ada.execute("acknowledge", handle, ada.cards()[-1][0])
        assert ada.toasts.pop() == GONE


@pytest.mark.parametrize("odd", ODD)
async def test_odd_values_behind_a_button_break_nothing(running_bot: RunningBot, ada: Person, odd: Any) -> None:
    await draft(ada)
    campaign = await newest(running_bot)
    message = ada.cards()[-1][0]
    values = {"version": odd, "step": odd, "go": odd, "page": odd, "button": odd, "language": odd, "address": odd}
    for verb in (*(verb for verb in VERBS if verb != "form.save"), "campaigns.open", "acknowledge", "language.set"):
        answer = await ada.execute(verb, {**handle_of(campaign), **values}, message)
        assert answer["statusCode"] == 200 and answer["value"], verb
    fields = dict.fromkeys((*MESSAGE, "audience", "channel", "date", "time", "duration", "days"), odd)
    for step in ("message", "audience", "schedule"):
        version = (await newest(running_bot)).version
        data = {**fields, "campaign": campaign.id, "version": version, "step": step, "go": "review"}
        answer = await ada.execute("form.save", data, message)
        assert check_card(answer["value"]) == []
    assert (await newest(running_bot)).state is CampaignState.DRAFT


async def test_an_unknown_verb_gets_a_hint(running_bot: RunningBot, ada: Person) -> None:
    for verb in ("", "drop.table", "x" * 5000, 7, None, ["form.save"]):
        await ada.execute(verb, {}, ada.cards()[-1][0])  # type: ignore[arg-type]
    assert ada.toasts == ["I did not understand. Type **help** to see what I can do."] * 6
    assert await asked(ada, "x" * 20_000) == ["I did not understand. Type **help** to see what I can do."]
    assert (await asked(ada, "campaings"))[0] == "I did not understand. Did you mean **campaigns**?"
    assert fields_of(ada.card()) == {}


def activity(ada: Person, **changes: Any) -> dict[str, Any]:
    whole = {
        "type": "message", "id": "1", "text": "help", "channelId": "msteams",
        "serviceUrl": ada.organisation.connector.url, "from": {"id": ada.user, "aadObjectId": ada.directory_id},
        "recipient": {"id": "28:crieur"}, "conversation": {"id": ada.conversation, "conversationType": "personal"},
        "channelData": {"tenant": {"id": TENANT}}, "locale": "en-GB",
    }  # fmt: skip
    return {key: value for key, value in {**whole, **changes}.items() if value is not ...}


ODD_ACTIVITIES: list[dict[str, Any]] = [
    {"from": ...}, {"from": None}, {"from": {}}, {"from": "Ada"}, {"from": [1]}, {"conversation": ...},
    {"conversation": {}}, {"conversation": "a"}, {"recipient": ...}, {"recipient": {}}, {"serviceUrl": ...},
    {"serviceUrl": 5}, {"serviceUrl": "http://[::1"}, {"channelId": ...}, {"channelId": 7}, {"channelData": ...},
    {"channelData": "x"}, {"channelData": {"tenant": "x"}}, {"channelData": {"tenant": {"id": 5}}}, {"locale": 5},
    {"locale": {}}, {"locale": "xx_" * 50}, {"text": 5}, {"text": ...}, {"text": None, "value": "x"}, {"text": ""},
    {"text": "", "value": [1]}, {"text": "", "value": {"verb": {}}}, {"entities": 5}, {"entities": [5]},
    {"entities": [{"type": "clientInfo", "locale": 5}]}, {"localTimezone": 5}, {"timestamp": "yesterday"},
    {"type": "invoke"}, {"type": "invoke", "name": "adaptiveCard/action"}, {"type": "invoke", "name": 5},
    {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": "x"}},
    {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"verb": "help.open", "data": [1]}}},
    {"type": "invoke", "name": "composeExtension/query", "value": {}}, {"type": "event", "name": "x"},
    {"type": "event", "name": ..., "value": 5}, {"type": "installationUpdate"}, {"type": "x" * 1000}, {"type": 5},
    {"type": "installationUpdate", "action": "dance"}, {"type": "conversationUpdate", "membersAdded": [{}]},
    {"type": "conversationUpdate", "membersAdded": 5}, {"type": "messageReaction"}, {"type": "typing"},
    {"type": "endOfConversation"}, {"type": "handoff"}, {"type": "messageUpdate"}, {"type": "messageDelete"},
    {"attachments": "x"}, {"attachments": [{"contentType": 5}]}, {"replyToId": 5}, {"unknown": {"deep": [1]}},
]  # fmt: skip


async def test_no_activity_is_answered_with_a_500(running_bot: RunningBot, ada: Person) -> None:
    for changes in ODD_ACTIVITIES:
        status, _ = await post(ada, orjson.dumps(activity(ada, **changes)))
        assert status < 500, changes
    assert "What I can do" in await asked(ada, "help"), "and the bot goes on"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"null", 400), (b"[]", 400), (b"5", 400), (b'"x"', 400), (b"{}", 400),
     (b"\xff\xfe", 400), (b"[" * 5000, 400), (b'{"type": 1e400}', None), (b" " * (2 * 1024**2), 413)],
)  # fmt: skip
async def test_what_is_no_activity_is_refused(
    running_bot: RunningBot, ada: Person, body: bytes, status: int | None
) -> None:
    got, _ = await post(ada, body)
    assert got == status if status else got < 500


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/jsonx"])
async def test_another_content_type_is_refused(running_bot: RunningBot, ada: Person, kind: str) -> None:
    status, _ = await post(ada, orjson.dumps(activity(ada)), kind)
    assert status == 415


async def post(ada: Person, body: bytes, kind: str = "application/json") -> tuple[int, str]:
    async with ada.organisation.http.post(
        ada.organisation.bot_url, data=body, headers={"Content-Type": kind}
    ) as response:
        return response.status, await response.text()

"""Every new campaign's schedule begins with what the organisation has set, or what its author used last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage.records import DeedKind, TenantId
from storage.shared.policy import policy_of
from tests.bot.story import ANY_TIME_NOW, MESSAGE, after_work, asked, at_work, draft, newest
from tests.conftest import RunningBot
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, Refusal, nodes_of, words_of

HOUSE = {
    "zone": "Asia/Tokyo", "duration": "90", "unit": "minutes", "opens": "08:30", "closes": "17:00",
    "days": "0,1,2,3", "holidays": "FR",
}  # fmt: skip


def field(card: dict[str, Any], id: str) -> dict[str, Any]:
    return next(node for node in nodes_of(card) if node.get("id") == id and str(node["type"]).startswith("Input."))


def standing(card: dict[str, Any]) -> dict[str, str]:
    """What stands in the fields of a schedule's form that a house has a word on."""
    return {id: str(field(card, id).get("value", "")) for id in HOUSE}


async def set_house(owner: Person, **values: str) -> Any:
    await owner.say("rules")
    await owner.press("Schedules")
    return await owner.press("Save", **values)


async def schedule_of_a_new_one(author: Person, audience: str = "everyone") -> dict[str, Any]:
    await author.say("new campaign")
    await author.press("Next: audience", **MESSAGE)
    card: dict[str, Any] = (await author.press("Next: schedule", audience=audience))["value"]
    return card


async def test_a_new_campaign_begins_with_what_an_owner_has_set(running_bot: RunningBot, ada: Person) -> None:
    await set_house(ada, **HOUSE)
    assert ada.reads("It is saved: new campaigns begin with it.")
    card = await schedule_of_a_new_one(ada)
    assert standing(card) == HOUSE
    words = words_of(card)
    assert "**Duration**: 90 minutes" in words and "**Working days**: Mon–Thu" in words
    assert "**Working hours**: 08:30 to 17:00" in words and "**Holidays**: France" in words
    assert "**Time zone**: Tokyo, UTC+9" in words
    entries = [entry for _, entry in await audit_of(running_bot.store, TenantId(TENANT), 10)]
    assert [entry.id for entry in entries if entry.deed == DeedKind.SET] == ["house"]


@pytest.mark.real_time
async def test_a_campaign_that_is_said_begins_with_it_too(running_bot: RunningBot, ada: Person) -> None:
    await set_house(ada, **HOUSE)
    await ada.say("Tell everyone tomorrow at 9am that the canteen is closed.")
    kept = (await newest(running_bot)).forms["schedule"]
    assert kept["zone"] == "Asia/Tokyo" and kept["time"] == "09:00", "on the organisation's clock"
    assert (kept["duration"], kept["unit"], kept["opens"]) == ("90", "minutes", "08:30")


async def test_what_was_used_last_is_offered_again_until_an_owner_sets_it_anew(
    running_bot: RunningBot, ada: Person
) -> None:
    at_work(running_bot, "Pacific/Noumea")
    used = {"zone": "Pacific/Noumea", "duration": "3", "unit": "days", "days": "0,1,2,3", "holidays": "BE"}
    await draft(ada, **{**ANY_TIME_NOW, **used, "anytime": "false", "opens": "07:00", "closes": "19:30"})
    card = await schedule_of_a_new_one(ada)
    assert standing(card)["zone"] != "Pacific/Noumea", "a draft has not been used yet"
    await ada.press(SEND_OFF)
    card = await schedule_of_a_new_one(ada)
    assert standing(card) == {**used, "opens": "07:00", "closes": "19:30"}
    assert field(card, "anytime")["value"] == "false" and field(card, "start")["value"] == "now"
    running_bot.clock.forward(timedelta(seconds=1))
    await set_house(ada, **HOUSE)
    assert standing(await schedule_of_a_new_one(ada)) == HOUSE, "the newer word counts"
    running_bot.clock.forward(timedelta(seconds=1))
    await set_house(ada, **HOUSE)  # as it stands: nothing is set anew
    await draft(ada, **{**ANY_TIME_NOW, **used})
    await ada.press(SEND_OFF)
    assert standing(await schedule_of_a_new_one(ada))["zone"] == "Pacific/Noumea"


async def test_what_one_author_used_is_not_offered_to_another(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await ada.say(f"add publisher {louis.address}")
    await louis.say("english")
    await draft(ada, zone="Pacific/Noumea")
    await ada.press(SEND_OFF)
    assert standing(await schedule_of_a_new_one(louis))["zone"] != "Pacific/Noumea"


async def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(running_bot: RunningBot, ada: Person) -> None:
    wrong = {**HOUSE, "zone": "Nowhere", "duration": "-1", "opens": "18:00", "closes": "09:00", "days": ""}
    card = (await set_house(ada, **wrong))["value"]
    words = words_of(card)
    for error in (
        "⚠ Please choose a time zone.",
        "⚠ Please say how long, with a number above zero.",
        "⚠ Work must end after it begins.",
        "⚠ Please choose at least one day.",
    ):
        assert error in words
    assert field(card, "opens")["value"] == "18:00" and field(card, "holidays")["value"] == "FR"
    assert (await policy_of(running_bot.store, TenantId(TENANT))).house.set_at is None


async def test_only_owners_set_it(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await ada.say(f"add publisher {louis.address}")
    await louis.say("settings")
    with pytest.raises(Refusal):
        await louis.press("Rules of the organisation")
    await louis.execute("house.save", dict(HOUSE), louis.chat.messages[-1]["id"])
    assert (await policy_of(running_bot.store, TenantId(TENANT))).house.set_at is None


async def test_the_other_rules_leave_it_as_it_is(running_bot: RunningBot, ada: Person) -> None:
    await set_house(ada, **HOUSE)
    await ada.say("rules")
    await ada.press("Save", per_week="3")
    policy = await policy_of(running_bot.store, TenantId(TENANT))
    assert policy.per_week == 3 and policy.house.zone == "Asia/Tokyo"


@pytest.mark.parametrize("works", [True, False])
async def test_in_french(running_bot: RunningBot, ada: Person, works: bool) -> None:
    (at_work if works else after_work)(running_bot, "Asia/Kolkata")
    await ada.say("français")
    await ada.say("règles")
    await ada.press("Horaires")
    card = (await ada.press("Enregistrer", zone="Calcutta", opens="08:30"))["value"]
    assert field(card, "zone")["value"] == "Asia/Kolkata", "by the name of its city"
    await ada.say("nouvelle campagne")
    await ada.press("Suite : destinataires", **MESSAGE)
    card = (await ada.press("Suite : diffusion", audience="everyone"))["value"]
    words = words_of(card)
    assert "**Fuseau horaire** : Calcutta, UTC+5:30" in words and "**Jours de travail** : lun.–ven." in words
    assert "**Durée** : 2 heures" in words
    (start,) = [word for word in words if word.startswith("**Début**")]
    assert ("dès que vous la programmez" in start) == works and start.endswith("08:30") != works, "when people work"
    await ada.press("Suite : relecture")
    assert "Destinataires et diffusion" in words_of(ada.card()), "what is proposed can be programmed"


async def search(person: Person, words: str, dataset: str = "zones", **more: Any) -> list[tuple[str, str]]:
    """What the client asks as somebody types into a field."""
    value = {"queryText": words, "queryOptions": {"skip": 0, "top": 15}, "dataset": dataset, **more}
    status, answer = await person.send({"type": "invoke", "name": "application/search", "value": value})
    assert status == 200 and answer["type"] == "application/vnd.microsoft.search.searchResponse"
    return [(found["value"], found["title"]) for found in answer["value"]["results"]]


def from_utc(running_bot: RunningBot, zone: str) -> str:
    """ "UTC+1", as it is there on that day."""
    ahead = running_bot.clock.now().astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours = ahead // timedelta(hours=1)
    return f"UTC{hours:+}".replace("-", "−") if hours else "UTC"


async def test_zones_are_looked_for_as_somebody_types(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    assert await search(ada, "kathm") == [("Asia/Kathmandu", "Kathmandu, UTC+5:45")]
    paris = ("Europe/Paris", f"Paris, {from_utc(running_bot, 'Europe/Paris')}")
    assert (await search(ada, "Paris"))[0] == paris
    assert ("America/New_York", f"New York, {from_utc(running_bot, 'America/New_York')}") in await search(ada, "new")
    assert await search(ada, "lyon") == [paris], "by the cities that people name"
    assert await search(ada, "zzzz") == [] and await search(ada, "x", "graph.microsoft.com/users") == []
    assert len(await search(ada, "a")) <= 15 and len(await search(ada, "")) == 15
    await louis.say("français")
    assert ("Europe/London", f"Londres, {from_utc(running_bot, 'Europe/London')}") in await search(louis, "lond")


async def test_a_zone_may_be_typed_by_its_city(running_bot: RunningBot, ada: Person) -> None:
    """As a client sends it that only knows the names."""
    await schedule_of_a_new_one(ada)
    await ada.press("Next: review", **{**ANY_TIME_NOW, "zone": "Tokyo, UTC+9"})
    assert (await newest(running_bot)).forms["schedule"]["zone"] == "Asia/Tokyo"
    await asked(ada, "schedule")
    card = (await ada.press("Next: review", **{**ANY_TIME_NOW, "zone": "Nowhere"}))["value"]
    assert "⚠ Please choose a time zone." in words_of(card) and field(card, "zone")["value"] == "Nowhere"

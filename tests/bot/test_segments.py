"""Segments: written line by line, counted as they are written, sent to and left out; in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.records import Audience, Campaign, CampaignState, Channel, DirectoryUser, DistributionList
from storage.records.segments import Group, How
from storage.shared.json import to_json
from tests.bot.story import completed, draft, error_beside, fields_of, launch, make_author
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of


async def facts(running_bot: RunningBot, person: Person, **more: str) -> None:
    """What the directory says of somebody."""
    user = DirectoryUser(directory_id=person.directory_id, addresses=(person.address,), **more)  # type: ignore[arg-type]
    await running_bot.store.know(TENANT, [user], running_bot.clock.now())


async def colleagues(running_bot: RunningBot, ada: Person, louis: Person) -> Person:
    """Ada of Sales in France, Louis of Sales in Italy, Marie of Law in France."""
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await facts(running_bot, ada, department="Sales", country="France")
    await facts(running_bot, louis, department="SALES", country="Italy")
    await facts(running_bot, marie, department="Law", country="France")
    return marie


async def add(author: Person, kind: str, **fields: str) -> dict[str, Any]:
    """A line of the segment's card, in the steps that it takes."""
    await author.press(("Add a condition", "Ajouter une condition"))
    await author.press(("Go on", "Continuer"), kind=kind)
    answer = await author.press(("Add it", "L’ajouter"), **fields)
    card: dict[str, Any] = answer["value"]
    return card


async def those_who_have_not_confirmed(running_bot: RunningBot, author: Person, campaign: Campaign) -> DistributionList:
    """The segment "Not yet", made on its card: the only list there is."""
    await author.say("new segment Not yet")
    await author.press("Add a condition")
    await author.press("Go on", kind="did")
    await author.press("Go on", campaign=str(campaign.id))
    await author.press("Add it", did="confirmed::not")
    await author.press("Save")
    [segment] = await running_bot.store.lists(TENANT)
    return segment


async def test_a_segment_is_written_line_by_line_and_the_number_follows(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("new segment French sales")
    assert "**3 of 3 people can be reached**" in words_of(ada.card())
    card = await add(ada, "department", value="sales, Marketing")
    assert "Department is “sales” or “Marketing”" in words_of(card)
    assert "**2 of 2 people can be reached**" in words_of(card)
    card = await add(ada, "country", value="france")
    assert "**and** Country is “france”" in words_of(card)
    assert "**1 of 1 person can be reached**" in words_of(card)
    card = (await ada.press("Count again", how="any"))["value"]
    assert "**or** Country is “france”" in words_of(card)
    assert "**3 of 3 people can be reached**" in words_of(card)
    await ada.press("Count again", how="all")
    card = (await ada.press("Save"))["value"]
    words = words_of(card)
    assert "French sales" in words and "1 of 1 person can be reached" in words
    meaning = "Everyone who has installed Crieur, of whom: department is “sales” or “Marketing” and country is “france”"
    assert meaning in words
    assert any(word.startswith("Ada Lovelace") for word in words)
    [entry] = [entry for _, entry in await audit_of(running_bot.store, TENANT) if entry.name == "French sales"]
    assert (entry.deed, entry.subject) == ("created", "list")


async def test_a_campaign_goes_to_a_segment_as_it_is_when_it_starts(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    marie = await colleagues(running_bot, ada, louis)
    await ada.say("new segment French")
    await add(ada, "country", value="France")
    await ada.press("Save")
    [segment] = await running_bot.store.lists(TENANT)
    await draft(ada, {"audience": f"list:{segment.id}"}, start="now")
    await facts(running_bot, louis, department="Sales", country="France")
    await facts(running_bot, ada, department="Sales", country="Italy")
    campaign = await launch(ada, running_bot)
    await completed(ada, running_bot)
    reached, _ = await running_bot.store.recipients(TENANT, Audience(lists=(segment.id,)), Channel.TEAMS)
    assert sorted(await running_bot.store.planned_people(campaign.id)) == sorted(reached)
    assert louis.reads("news") and marie.reads("news")
    assert len(reached) == 2


async def test_a_segment_is_left_out_and_one_of_those_who_have_not_confirmed(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    marie = await colleagues(running_bot, ada, louis)
    await draft(ada)
    campaign = await launch(ada, running_bot)
    await completed(ada, running_bot)
    await louis.press("I have read it")
    await ada.say("new segment Not yet")
    await ada.press("Add a condition")
    await ada.press("Go on", kind="did")
    await ada.press("Go on", campaign=str(campaign.id))
    card = (await ada.press("Add it", did="confirmed::not"))["value"]
    assert "Has not confirmed it – “Autumn newsletter”" in words_of(card)
    assert "**2 of 2 people can be reached**" in words_of(card)
    await ada.press("Save")
    [segment] = await running_bot.store.lists(TENANT)
    await draft(ada, {"audience": "everyone", "except": f"list:{segment.id}"}, {"name": "Thanks", "body": "Thank you."})
    second = await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert len(await running_bot.store.planned_people(second.id)) == 1
    assert louis.reads("Thank you.") and not marie.reads("Thank you.")


async def test_while_a_campaign_waits_a_segment_stays_as_it_is(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("new segment French")
    await add(ada, "country", value="France")
    await ada.press("Save")
    [segment] = await running_bot.store.lists(TENANT)
    later = f"{running_bot.clock.now() + timedelta(days=30):%Y-%m-%d}"
    await draft(ada, {"audience": f"list:{segment.id}"}, start="at", date=later, time="09:00")
    await ada.press(SEND_OFF)
    await ada.say("list French")
    await ada.press("Change the conditions")
    await ada.press("Change")
    await ada.press("Remove")
    await add(ada, "country", value="Italy")
    card = (await ada.press("Save"))["value"]
    assert any("It cannot be changed now" in word for word in words_of(card))
    assert await running_bot.store.distribution_list(segment.id) == segment
    await ada.say("delete list French")
    assert any("cannot be deleted yet" in word for word in words_of(ada.card()))


async def test_one_line_is_changed_and_the_others_stay(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("new segment Sales abroad")
    await add(ada, "department", value="Sales, Marketing", **{"is": "has"})
    await add(ada, "lately", days="7", **{"is": "not"})
    segment = await add(ada, "country", value="Italy")
    card = (await ada.press("Change", card=segment))["value"]
    assert fields_of(card)["value"] == "Sales, Marketing" and fields_of(card)["is"] == "has"
    card = (await ada.press("Change it", value=" , "))["value"]
    assert error_beside(card, "value") == "Please say what it is compared with."
    card = (await ada.press("Change it", value="Law"))["value"]
    lines = [word for word in words_of(card) if word.startswith(("Department", "**and**"))]
    assert lines == [
        "Department contains “Law”",
        "**and** Has received nothing in the last 7 days",
        "**and** Country is “Italy”",
    ]
    card = (await ada.press("Change"))["value"]
    card = (await ada.press("Remove"))["value"]
    assert "Has received nothing in the last 7 days" in words_of(card), "it is the first now"
    assert not any("Department" in word for word in words_of(card))


@pytest.mark.parametrize(
    ("language", "new", "save", "ticked"),
    [
        ("english", "New segment", "Save", "“French” is ticked: 2 of 2 people can be reached."),
        ("français", "Nouveau segment", "Enregistrer", "C’est coché : « French », 2 personnes joignables sur 2."),
    ],
)
async def test_a_segment_is_made_in_the_form_of_an_audience(
    running_bot: RunningBot, ada: Person, louis: Person, language: str, new: str, save: str, ticked: str
) -> None:
    """It takes the place of what it narrows, and what was typed beside it stays."""
    await colleagues(running_bot, ada, louis)
    await ada.say(language)
    await ada.say("new campaign")
    await ada.press(("Next: audience", "Suite : destinataires"), name="News", body="Hello")
    form = {"audience": "everyone", "addresses": "marie.curie@contoso.example", "list_name": "Marie"}
    card = (await ada.press(new, **form))["value"]
    assert fields_of(card)["of"] == "everyone"
    await ada.press(save)
    assert "⚠" in str(ada.card()), "it has no name yet, nor a condition"
    await add(ada, "country", value="France")
    card = (await ada.press(save, name="French"))["value"]
    [segment] = await running_bot.store.lists(TENANT)
    assert fields_of(card)["audience"] == f"list:{segment.id}"
    assert (fields_of(card)["addresses"], fields_of(card)["list_name"]) == (form["addresses"], form["list_name"])
    assert ticked in {word.replace("\xa0", " ").replace("\u202f", " ") for word in words_of(card)}


async def test_what_is_wrong_is_said_beside_its_line(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new segment")
    card = (await ada.press("Save"))["value"]
    assert error_beside(card, "name") == "Please give the segment a name."
    assert any("There is no condition yet" in word for word in words_of(card))
    card = await add(ada, "city", value=" , ")
    assert error_beside(card, "value") == "Please say what it is compared with."
    await ada.press("Add it", value="Paris")
    await ada.press("Add a condition")
    await ada.press("Go on", kind="lately")
    card = (await ada.press("Add it", days="9999"))["value"]
    assert error_beside(card, "days") == "Please give a number of days from 1 to 365."
    await ada.press("Add it", days="7")
    await ada.press("Add a condition")
    await ada.press("Go on", kind="installed")
    card = (await ada.press("Add it", since="2030-02-02", before="2030-01-01"))["value"]
    assert error_beside(card, "since") == "Please give a day, or two in their order."
    card = (await ada.press("Add it", since="2030-01-01", before="2030-02-02"))["value"]
    lines = [word for word in words_of(card) if word.startswith("**and**")]
    assert lines[0] == "**and** Has received a message in the last 7 days"
    assert lines[1].startswith("**and** Installed Crieur from ")


async def test_an_author_makes_segments_of_what_they_may_see(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await colleagues(running_bot, ada, louis)
    await make_author(ada, louis)
    await louis.say("new segment Mine")
    assert "everyone" not in str(louis.card())
    everyone = Group(how=How.ALL, parts=())
    forged = {"segment": 0, "name": "All", "of": "everyone", "rule": to_json(everyone)}
    answer = await louis.execute("segment.count", forged, louis.chat.messages[-1]["id"])
    assert not [word for word in words_of(answer["value"]) if "can be reached" in word]
    answer = await louis.execute("segment.save", forged, louis.chat.messages[-1]["id"])
    assert await running_bot.store.lists(TENANT) == []
    answer = await louis.execute("segment.save", {**forged, "rule": "{" * 900}, louis.chat.messages[-1]["id"])
    assert await running_bot.store.lists(TENANT) == []


async def test_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("parle français")
    await ada.say("nouveau segment Ventes de France")
    await add(ada, "department", value="Sales")
    card = await add(ada, "country", value="Italy", **{"is": "not"})
    words = {word.replace("\xa0", " ") for word in words_of(card)}
    assert {"Service est « Sales »", "**et** Pays n’est pas « Italy »"} <= words
    await ada.press("Enregistrer")
    await ada.say("segments")
    words = words_of(ada.card())
    assert "Vos segments" in words and "**Ventes de France**" in words
    [segment] = await running_bot.store.lists(TENANT)
    assert segment.segment is not None and segment.segment.only is not None
    assert (await running_bot.store.in_state(CampaignState.SCHEDULED)) == []


async def test_a_sentence_names_a_segment_as_any_list(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("new segment French office")
    await add(ada, "country", value="France")
    await ada.press("Save")
    await ada.say("Tell French office tomorrow at 10 that the canteen is closed on Friday")
    card = await ada.sees("Audience and schedule")
    assert "French office" in words_of(card)
    assert any("2 of 2 people can be reached" in word for word in words_of(card))


async def test_in_french_a_sentence_leaves_a_segment_out(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await colleagues(running_bot, ada, louis)
    await ada.say("parle français")
    await ada.say("nouveau segment Les Français")
    await add(ada, "country", value="France")
    await ada.press("Enregistrer")
    await ada.say("Dis à tout le monde sauf Les Français demain à 10h que la cantine est fermée vendredi")
    card = await ada.sees("J’ai compris")
    assert any("sans Les Français" in word for word in words_of(card)), words_of(card)


async def test_a_line_that_does_not_work_any_more_is_said_on_the_review(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await colleagues(running_bot, ada, louis)
    await draft(ada)
    campaign = await launch(ada, running_bot)
    await completed(ada, running_bot)
    segment = await those_who_have_not_confirmed(running_bot, ada, campaign)
    done = await running_bot.store.campaign(campaign.id)
    assert done is not None
    await running_bot.store.delete_campaign(done, deed=A_DEED)
    cards = await draft(ada, {"audience": "everyone", "except": f"list:{segment.id}"})
    assert any("A line of the segment “Not yet” does not work any more" in word for word in words_of(cards["review"]))
    await ada.say("list Not yet")
    card = (await ada.press("Change the conditions"))["value"]
    assert "⚠ This campaign is gone, or who received it is not kept any more." in words_of(card)


async def test_a_campaign_that_a_scheduled_one_asks_about_stays(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await colleagues(running_bot, ada, louis)
    await draft(ada)
    campaign = await launch(ada, running_bot)
    await completed(ada, running_bot)
    await louis.press("I have read it")
    segment = await those_who_have_not_confirmed(running_bot, ada, campaign)
    later = f"{running_bot.clock.now() + timedelta(days=30):%Y-%m-%d}"
    when = {"start": "at", "date": later, "time": "09:00"}
    await draft(ada, {"audience": "everyone", "except": f"list:{segment.id}"}, {"name": "Thanks"}, **when)
    await ada.press(SEND_OFF)
    await ada.say("delete Autumn newsletter")
    assert any("It cannot be deleted yet" in word for word in words_of(ada.card()))
    assert await running_bot.store.campaign(campaign.id) is not None


async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    marie = await colleagues(running_bot, ada, louis)
    await ada.say("new segment Not French")
    await add(ada, "country", value="France", **{"is": "not"})
    card = (await ada.press("Save"))["value"]
    assert "1 of 1 person can be reached" in words_of(card)
    [segment] = await running_bot.store.lists(TENANT)
    await draft(ada, {"audience": "everyone", "except": f"list:{segment.id}"})
    await running_bot.restart()
    campaign = await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert len(await running_bot.store.planned_people(campaign.id)) == 2
    assert marie.reads("news") and not louis.reads("news")

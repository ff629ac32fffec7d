"""S18: a draft is saved at every step, valid or not; it can be left, resumed, and shared, and loses nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import CampaignState, DeedKind
from tests.bot.story import MESSAGE, asked, draft, error_beside, eventually, fields_of, make_author, newest
from tests.conftest import RunningBot
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

ELSEWHERE = "This draft was changed elsewhere meanwhile. Please check it and go on from here."


async def test_every_step_is_saved_even_when_it_is_wrong(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    wrong = {**MESSAGE, "name": "", "body": "Hello [FISTNAME]", "link_url": "example", "ack_title": "x" * 41}
    card = (await ada.press("Next: audience", **wrong))["value"]
    assert "Nothing is lost: please correct what is marked below." in words_of(card)
    assert error_beside(card, "name") == "Please give the campaign a name."
    assert error_beside(card, "body") == "I don’t know [FISTNAME]. Did you mean [FIRSTNAME]?"
    assert error_beside(card, "link_url") == "That is not a web address; it begins with https://"
    assert error_beside(card, "ack_title") == "That is too long: 41 characters of 40."
    assert [error_beside(card, field) for field in ("title", "style", "link_title")] == ["", "", ""]
    assert fields_of(card).items() >= wrong.items()
    assert (await newest(running_bot)).forms["message"].items() >= wrong.items()

    card = (await ada.press("Next: audience", **MESSAGE))["value"]
    wrong = {"channel": "msteams", "audience": "", "list_name": "x" * 101, "addresses": "ada@contoso.com\nnobody"}
    card = (await ada.press("Next: schedule", **wrong))["value"]
    assert error_beside(card, "list_name") == "That is too long: 101 characters of 100."
    assert error_beside(card, "addresses") == "This is not an address: “nobody” (line 2)"
    assert fields_of(card).items() >= wrong.items()
    assert (await newest(running_bot)).forms["audience"].items() >= wrong.items()
    assert await running_bot.store.lists(TENANT) == []

    await ada.press("Next: schedule", audience="everyone", addresses="", list_name="")
    wrong = {
        "start": "at",
        "date": "",
        "time": "25:00",
        "duration": "-1",
        "opens": "18:00",
        "closes": "09:00",
        "days": "",
    }
    card = (await ada.press("Next: review", **wrong))["value"]
    assert error_beside(card, "date") == "Please choose a day."
    assert error_beside(card, "duration") == "Please say how long, with a number above zero."
    assert error_beside(card, "closes") == "Work must end after it begins."
    assert error_beside(card, "days") == "Please choose at least one day."
    assert fields_of(card).items() >= wrong.items()
    assert (await newest(running_bot)).forms["schedule"].items() >= wrong.items()


async def test_a_step_that_is_wrong_can_be_left_for_an_earlier_one(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    card = (await ada.press("Back", audience="", list_name="Half", addresses="nob"))["value"]
    assert fields_of(card).items() >= MESSAGE.items()
    card = (await ada.press("To the review"))["value"]
    assert "**Audience**: This is not an address: “nob” (line 1)" in words_of(card)
    assert SEND_OFF.isdisjoint(words_of(card)), "not as long as something is wrong"
    card = (await ada.press("Change the audience"))["value"]
    assert fields_of(card).items() >= {"audience": "", "list_name": "Half", "addresses": "nob"}.items()


async def test_a_draft_goes_on_after_a_restart_from_the_card_of_before(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Spring")
    await ada.press("Next: audience", **{**MESSAGE, "name": "Spring"})
    form = ada.card()
    await running_bot.restart()
    card = (await ada.press("Next: schedule", card=form, audience="everyone"))["value"]
    assert "When does it go out?" in words_of(card)
    await running_bot.restart()
    await ada.press("Next: review", duration="3", anytime="true")
    assert ada.reads("3 hours")
    campaign = await newest(running_bot)
    assert (campaign.name, campaign.forms["message"]["body"]) == ("Spring", MESSAGE["body"])


async def test_what_was_answered_stays_in_the_chat_for_other_devices(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await running_bot.restart()  # what was begun after the answer has ended
    ada.view.clear()
    assert ada.reads("Audience and schedule")


async def test_a_stale_form_gets_the_current_card_and_keeps_what_was_typed(
    running_bot: RunningBot, ada: Person
) -> None:
    cards = await draft(ada)
    before = await newest(running_bot)
    typed = {**MESSAGE, "body": "A text written on the other device."}
    card = (await ada.press("Next: audience", card=cards["message"], **typed))["value"]
    assert ELSEWHERE in words_of(card)
    assert fields_of(card).items() >= typed.items(), "what was typed stands in the form"
    assert await newest(running_bot) == before, "and nothing was overwritten"
    await ada.press("To the review", card=card)
    assert (await newest(running_bot)).forms["message"]["body"] == typed["body"]
    old = (await ada.press(SEND_OFF, card=cards["review"]))["value"]
    assert ELSEWHERE in words_of(old)
    assert "A text written on the other device." in words_of(old), "the review is the current one"
    assert (await newest(running_bot)).state is CampaignState.DRAFT


async def test_two_authors_write_one_draft_and_neither_loses_a_word(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(ada, f"add owner {louis.address}")
    await ada.say("new campaign Together")
    await louis.say("campagnes")
    await louis.press("Ouvrir")
    hers, his = ada.card(), louis.card()
    await ada.press("Next: audience", card=hers, **MESSAGE)
    card = (await louis.press("Suite : destinataires", card=his, **{**MESSAGE, "body": "Bonjour."}))["value"]
    assert any(word.startswith("Ce brouillon a été modifié ailleurs entre-temps.") for word in words_of(card))
    assert fields_of(card)["body"] == "Bonjour."
    assert (await newest(running_bot)).forms["message"]["body"] == MESSAGE["body"]
    await louis.press("Finir plus tard")
    assert (await newest(running_bot)).forms["message"]["body"] == "Bonjour."
    card = (await ada.press("Next: schedule", audience="everyone"))["value"]
    assert ELSEWHERE not in words_of(card), "he has not touched what she has chosen"
    forms = (await newest(running_bot)).forms
    assert (forms["audience"]["audience"], forms["message"]["body"]) == ("everyone", "Bonjour.")


async def test_a_draft_is_left_and_found_again_under_campaigns(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Later")
    await ada.press("Save and leave", **{**MESSAGE, "name": "Later", "body": ""})
    assert ada.reads("Saved. You find “Later” under **campaigns**.")
    words = await asked(ada, "campaigns")
    assert "**Later**" in words and any(word.startswith("📝 Draft · ") for word in words)
    await ada.press("Open")
    assert ada.reads("What do you want to say?"), "it goes on where something is missing"
    assert fields_of(ada.card())["title"] == "Our autumn"
    await ada.press("Next: audience", body="Hello.")
    await ada.press("Save and leave", audience="everyone")
    await ada.say("campaigns")
    await ada.press("Open")
    assert ada.reads("When does it go out?")


async def test_cancel_leaves_and_keeps_the_draft(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Kept")
    await ada.press("Next: audience", **{**MESSAGE, "name": "Kept"})
    for word in ("cancel", "Cancel", "stop", "annuler"):
        assert await asked(ada, word) == ["All right. Your drafts are kept under **campaigns**."]
    assert (await newest(running_bot)).forms["message"]["title"] == "Our autumn"
    await ada.press("Next: schedule", audience="everyone")
    assert ada.reads("When does it go out?"), "the form goes on when they come back to it"


async def test_a_draft_is_deleted_after_a_confirmation_only(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Mistake")
    words = await asked(ada, "delete mistake")
    assert {"Delete “Mistake”?", "It has not been sent to anybody."} <= {*words}
    confirmation = ada.card()
    assert await running_bot.store.count_campaigns(TENANT) == 1
    await ada.press("Yes, delete it")
    assert await running_bot.store.count_campaigns(TENANT) == 0
    card = (await ada.press("Yes, delete it", card=confirmation))["value"]
    assert "This campaign no longer exists." in words_of(card)


async def test_a_french_author_builds_it_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_author(ada, louis)
    await louis.say("nouvelle campagne Rentrée")
    await louis.sees("Que voulez-vous dire ?")
    assert fields_of(louis.card())["name"] == "Rentrée"
    texts = {
        "title": "La rentrée",
        "body": "Bonjour [PRENOM].",
        "link_title": "Lire",
        "link_url": "https://example.org",
    }
    await louis.press("Suite : destinataires", **texts)
    people = {
        "list_name": "Équipe",
        "addresses": f"{ada.address}; {louis.address}; x@contoso.example",
    }
    await louis.press("Suite : diffusion", **people)
    card = (await louis.press("Suite : relecture", start="now", duration="1", unit="hours", anytime="true"))["value"]
    words = words_of(card)
    assert {"Équipe", "1 heure", "2 personnes joignables sur 3"} <= {*words}
    english = {"Send now", "Audience", "Reach", "Start", "Duration", "Try it", "Channel", "Working hours", "Review"}
    assert not english & {*words}
    card = (await louis.press("Envoyer maintenant"))["value"]
    assert "Elle part maintenant. Je vous montre ici comment elle avance." in words_of(card)
    assert card["lang"] == "fr", "for screen readers"
    await louis.sees("📣 « Rentrée » est en route")


async def test_a_slip_of_the_finger_makes_no_campaign(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campain")
    assert any("Did you mean **new campaign**?" in word for word in words_of(ada.card()))
    assert await running_bot.store.count_campaigns(TENANT) == 0


async def test_a_duration_with_a_comma_stays_in_its_field(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Comma")
    await ada.press("Next: audience", **{**MESSAGE, "name": "Comma"})
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", duration="2,5", days="")
    assert fields_of(ada.card())["duration"] == "2.5"


async def test_a_draft_in_which_nothing_was_written_goes_by_itself(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    forgotten = await ada.sees("What do you want to say?")
    await ada.say("new campaign Named")
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    running_bot.clock.forward(timedelta(hours=23))
    await asyncio.sleep(5)
    assert await running_bot.store.count_campaigns(TENANT) == 3
    running_bot.clock.forward(timedelta(hours=2))

    async def gone() -> bool:
        return await running_bot.store.count_campaigns(TENANT) == 2

    await eventually(gone)
    names = [campaign.name for campaign in await running_bot.store.campaigns(TENANT, 9)]
    assert names == ["Autumn newsletter", "Named"]
    [entry] = [one for _, one in await audit_of(running_bot.store, TENANT) if one.deed is DeedKind.DELETED]
    assert (entry.by, dict(entry.details)) == (None, {"why": "empty"})
    # its form is still there, and what is written in it is not lost
    await ada.press("Next: audience", card=forgotten, **{**MESSAGE, "name": "After all"})
    begun = await newest(running_bot)
    assert (begun.name, begun.forms["message"]["body"]) == ("After all", MESSAGE["body"])


@pytest.mark.parametrize(("language", "day"), [("english", "Nov"), ("français", "nov")])
async def test_a_drafts_row_says_when_how_it_begins_and_whose_it_is(
    running_bot: RunningBot, ada: Person, louis: Person, language: str, day: str
) -> None:
    await make_author(ada, louis)
    await louis.say("nouvelle campagne")
    await louis.press("Suite : destinataires", body="**Bonjour** à tous, la cantine ouvre lundi et le jardin mardi.")
    await ada.say(f"speak {language}")
    await ada.say("campaigns" if language == "english" else "campagnes")
    [row] = [word for word in words_of(ada.card()) if "Bonjour" in word]
    now = running_bot.clock.now()
    assert "Louis Pasteur" in row and "Bonjour à tous, la cantine ouvre" in row and "…" in row, row
    assert str(now.day) in row

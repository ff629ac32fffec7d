"""What an author says, and how: buttons, pictures, the compose box, languages, the preview; over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from storage.records import CampaignState
from tests.bot.story import (
    ANY_TIME_NOW,
    MESSAGE,
    asked,
    completed,
    draft,
    error_beside,
    eventually,
    fields_of,
    launch,
    make_author,
    newest,
)
from tests.bot.test_import import Shelf, shelf
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person, buttons_of, nodes_of, words_of

__all__ = ["shelf"]

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 30
HTML = (
    "<div><h2>Our autumn</h2><div>Hello [FIRSTNAME], <strong>big</strong> <em>news</em>:</div>"
    '<ul><li>the <a href="https://contoso.com/canteen">canteen</a></li><li>the garden</li></ul>'
    "<table><tr><td>Mon</td><td>Soup</td></tr></table></div>"
)
TAKEN = "Hello [FIRSTNAME], **big** *news*:\n\n- the [canteen](https://contoso.com/canteen)\n- the garden\n\nMon · Soup"


async def send(person: Person, text: str, *attachments: dict[str, Any]) -> None:
    await person.send({"type": "message", "text": text, "attachments": list(attachments), "from_name": person.name})


def markup(html: str) -> dict[str, Any]:
    return {"contentType": "text/html", "content": html}


def pictures_of(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in nodes_of(card) if node.get("type") == "Image"]


# --- buttons, style, notification -------------------------------------------------------------


async def test_six_buttons_arrive_in_their_order(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    more = {
        "links": "Map https://example.org/map",
        "answers": "I come; I stay; Perhaps",
        "notification": "Dear [FIRSTNAME], look",
    }
    await draft(ada, message=more)
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    card = await louis.sees("Hello Louis")
    assert buttons_of(card) == ["I come", "I stay", "Perhaps", "Read more", "Map", "I have read it"], (
        "the poll's answers first"
    )
    [activity] = [message["activity"] for message in louis.chat.messages if "Hello Louis" in json.dumps(message)]
    assert activity["summary"] == "Dear Louis, look"
    assert (await louis.press("Map"))[1] == "https://example.org/map"
    await louis.press("I come")
    assert louis.reads("Votre réponse : I come.")


async def test_a_seventh_button_is_refused_beside_its_field(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    card = (await ada.press("Next: audience", **{**MESSAGE, "answers": "1,2,3,4,5"}))["value"]
    assert error_beside(card, "answers") == "That makes 7 buttons: Teams shows six at most."


async def test_the_review_tells_the_notification_and_the_size(running_bot: RunningBot, ada: Person) -> None:
    cards = await draft(ada, message={"notification": "Dear [FIRSTNAME], look"})
    assert any(word.startswith("Notification: “Dear Ada, look” · ") for word in words_of(cards["review"]))


async def test_a_link_that_leads_nowhere_is_named_in_the_form(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    card = (await ada.press("Next: audience", **{**MESSAGE, "body": "See [the plan](contoso/plan)."}))["value"]
    assert error_beside(card, "body") == "The link “the plan” leads nowhere: “contoso/plan” is not a web address."


# --- the compose box --------------------------------------------------------------------------


async def test_a_text_formatted_in_the_compose_box_becomes_the_campaigns(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Autumn")
    await ada.press("Write it in the chat", title="Kept")
    assert ada.texts()[-1].startswith("Please write the text of “Autumn” now")
    await send(ada, "Our autumn Hello …", markup(HTML))
    card = ada.card()
    assert fields_of(card)["body"] == "**Our autumn**\n\n" + TAKEN
    assert (fields_of(card)["title"], fields_of(card)["name"]) == ("Kept", "Autumn")
    assert (
        "I have taken it over. Cards cannot show everything; this was left out:"
        " headings (they are bold lines now) and a table (its rows are lines now)."
    ) in words_of(card)
    await ada.press("Next: audience")
    assert ada.reads("Who is it for?")


async def test_words_that_are_also_a_command_are_a_text_while_one_is_asked_for(
    running_bot: RunningBot, ada: Person
) -> None:
    await ada.say("new campaign Autumn")
    await ada.press("Write it in the chat")
    assert "I am waiting for a text" in await asked(ada, "help"), "an interruption is answered"
    await ada.say("List of all that is new: report your ideas to us")
    assert fields_of(ada.card())["body"] == "List of all that is new: report your ideas to us"
    assert await running_bot.store.count_campaigns((await newest(running_bot)).tenant) == 1


async def test_writing_is_left_by_cancel_and_survives_a_restart(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Autumn")
    await ada.press("Write it in the chat", body="before")
    await ada.say("cancel")
    await ada.say("hm")
    assert (await newest(running_bot)).forms["message"]["body"] == "before"
    await ada.say("edit Autumn")
    await ada.press("Change the message")
    await ada.press("Write it in the chat")
    await running_bot.restart()
    await ada.say("after")
    assert (await newest(running_bot)).forms["message"]["body"] == "after"


async def test_what_was_written_for_a_started_campaign_changes_nothing(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await ada.press("Change the message")
    await ada.press("Write it in the chat", **MESSAGE)
    await ada.press("To the review")
    await launch(ada, running_bot)
    before = await newest(running_bot)
    words = await asked(ada, "Something else")
    assert "This campaign has started: it can be neither changed nor cancelled." in words
    assert (await newest(running_bot)).forms == before.forms


async def test_a_long_text_that_nobody_asked_for_is_offered_as_a_campaign(running_bot: RunningBot, ada: Person) -> None:
    await send(ada, "Our autumn Hello …", markup(HTML))
    assert ada.reads("Is this for a campaign?")
    await ada.press("In a new campaign")
    assert fields_of(ada.card())["body"].endswith(TAKEN)
    await ada.press("Save and leave", name="First")
    await send(ada, "x", markup("<p>Another <b>text</b></p>"))
    await ada.press("Use it for “First”")
    assert fields_of(ada.card())["body"] == "Another **text**"
    await ada.say("What is new?")
    assert "I did not understand" in ada.texts()[-1], "a short question is none"


async def test_a_recipients_long_reply_is_not_taken_for_a_campaign(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await send(louis, "Bonjour " * 30, markup("<p><b>Bonjour</b></p>"))
    assert not louis.reads("Est-ce pour une campagne")


# --- pictures ---------------------------------------------------------------------------------


async def test_a_picture_that_is_dropped_stands_in_the_message(
    running_bot: RunningBot, ada: Person, louis: Person, shelf: Shelf
) -> None:
    await ada.drop("fair.png", shelf.put("fair.png", PNG))
    await ada.press("In a new campaign")
    assert fields_of(ada.card())["image"].startswith(f"{running_bot.url}/p/"), "it is kept without a draft, too"
    await draft(ada)
    await ada.drop("fair.png", shelf.put("fair.png", PNG))
    await ada.press("Use it for “Autumn newsletter”")
    address = fields_of(ada.card())["image"]
    assert address.startswith(f"{running_bot.url}/p/")
    await ada.press("To the review", image_alt="The fair")
    assert [(picture["url"], picture["altText"]) for picture in pictures_of(ada.card())] == [(address, "The fair")]
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    card = await louis.sees("Hello Louis")
    assert [picture["url"] for picture in pictures_of(card)] == [address]
    async with running_bot.organisation.http.get(address) as response:
        assert (response.status, await response.read()) == (200, PNG)
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    await louis.press("I have read it")
    assert [picture["url"] for picture in pictures_of(louis.card())] == [address]


async def test_a_picture_comes_with_what_is_written(running_bot: RunningBot, ada: Person, shelf: Shelf) -> None:
    await ada.say("new campaign Autumn")
    await ada.press("Write it in the chat")
    image = {"contentType": "image/png", "contentUrl": shelf.put("x.png", PNG), "name": "x.png"}
    await send(ada, "Look: ", markup('<p>Look: <img src="https://contoso.com/x.png"></p>'), image)
    card = ada.card()
    assert fields_of(card)["body"] == "Look:"
    assert fields_of(card)["image"].startswith(f"{running_bot.url}/p/")
    assert "I have taken it over." in words_of(card), "nothing was left out"


@pytest.mark.parametrize(
    ("content", "reply"),
    [
        (b"<svg onload=alert(1)>", "I know pictures as PNG, JPEG and GIF only."),
        (b"\x89PNG\r\n\x1a\n" + bytes(2_000_001), "The picture is too large: it may have 2 MB."),
    ],
)
async def test_what_is_no_picture_is_refused(
    running_bot: RunningBot, ada: Person, shelf: Shelf, content: bytes, reply: str
) -> None:
    await ada.say("new campaign Autumn")
    await ada.drop("x.png", shelf.put("x.png", content))
    assert ada.texts()[-1] == reply


@pytest.mark.parametrize("name", ["x.png", "0" * 32 + ".png", "0" * 32 + ".svg", "..%2f..%2fsecret", "%00"])
async def test_nothing_but_pictures_is_shown(running_bot: RunningBot, ada: Person, name: str) -> None:
    async with running_bot.organisation.http.get(f"{running_bot.url}/p/{name}") as response:
        assert response.status == 404


# --- languages --------------------------------------------------------------------------------

FRENCH = {
    "spoken": "fr",
    "title": "Notre automne",
    "body": "Bonjour [PRENOM], voyez https://example.org/fr",
    "words0": "Lire",
    "url0": "https://example.org/automne",
    "words1": "J’ai lu",
}


async def in_two_languages(ada: Person) -> dict[str, Any]:
    """The autumn newsletter, in French too; its review."""
    await ada.say("new campaign")
    await ada.press("Add a language", **MESSAGE)
    await ada.press("Save", **FRENCH)
    assert ada.reads("Saved in French.")
    await ada.press("Next: audience")
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", **ANY_TIME_NOW)
    return ada.card()


async def test_a_reminder_speaks_every_language_of_its_message(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await in_two_languages(ada)
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    campaign = await newest(running_bot)
    asked_of = {"campaign": campaign.id, "version": campaign.version, "kind": "acknowledged"}
    await ada.execute("remind.make", asked_of, ada.cards()[-1][0])
    await ada.sees("Autumn newsletter – not confirmed")
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert (await newest(running_bot)).id != campaign.id
    assert len([card for _, card in louis.cards() if "Notre automne" in words_of(card)]) == 2


async def test_each_recipient_reads_their_own_language(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    review = await in_two_languages(ada)
    assert {"As Ada Lovelace will see it", "Hello Ada, **big news** for you.", "French"} <= {*words_of(review)}
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    await ada.sees("Hello Ada, **big news** for you.")
    card = await louis.sees("Notre automne")
    assert buttons_of(card) == ["Lire", "J’ai lu"]
    assert (await louis.press("Lire"))[1] == "https://example.org/automne"
    assert (await ada.press("Read more", card=await ada.sees("Hello Ada")))[1] == "https://example.org/autumn"
    await louis.press("J’ai lu")
    assert louis.reads("Bonjour Louis, voyez"), "after a press, too"
    await ada.sees("Report: ")

    async def both_counted() -> bool:
        report = (await ada.press("Refresh"))["value"]
        return any("2 people, 2 presses" in word for word in words_of(report))

    await eventually(both_counted)  # clicks are counted a moment later


async def test_the_preview_switches_between_languages_and_recipients(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await in_two_languages(ada)
    card = (await ada.press("French"))["value"]
    assert "Notre automne" in words_of(card)
    card = (await ada.press("For somebody else"))["value"]
    assert {"As Louis Pasteur will see it", "Notre automne"} <= {*words_of(card)}, "he speaks French"
    card = (await ada.press("English"))["value"]
    assert {"As Louis Pasteur will see it", "Hello Louis, **big news** for you."} <= {*words_of(card)}
    card = (await ada.press("For somebody else"))["value"]
    assert "As Ada Lovelace will see it" in words_of(card), "and round again"


async def test_a_test_comes_in_the_readers_language(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await in_two_languages(ada)
    await ada.press("Try it")
    await ada.press("Send the test", address=louis.address)
    await louis.sees("Notre automne")


async def test_a_language_is_changed_removed_and_its_mistakes_are_named(running_bot: RunningBot, ada: Person) -> None:
    await in_two_languages(ada)
    await ada.press("Change the message")
    card = (await ada.press("French"))["value"]
    assert fields_of(card).items() >= {key: FRENCH[key] for key in ("title", "body", "words0", "url0")}.items()
    card = (await ada.press("Save", body="", url0="x"))["value"]
    assert error_beside(card, "body") == "Please write what people should read."
    assert error_beside(card, "url0") == "That is not a web address; it begins with https://"
    await ada.say("edit Autumn")
    assert any(word.startswith("**Message**: French – ") for word in words_of(ada.card()))
    await ada.press("Change the message")
    await ada.press("French")
    await ada.press("Remove this language")
    await ada.press("To the review")
    assert (await newest(running_bot)).state is CampaignState.DRAFT
    assert not SEND_OFF.isdisjoint(words_of(ada.card()))
    await ada.press("Change the message")
    await ada.press("Add a language")
    card = (await ada.press("Save", body="Hallo"))["value"]
    assert error_beside(card, "spoken") == "Please choose a language."


async def test_a_french_author_writes_german_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_author(ada, louis)
    await louis.say("nouvelle campagne")
    await louis.press("Ajouter une langue", name="Essai", body="Bonjour")
    words = words_of(louis.card())
    assert {"Une autre langue", "Allemand", "Langue"} <= {*words}
    assert not {"Language", "Another language", "Save", "Back"} & {*words}
    await louis.press("Enregistrer", spoken="de", body="Guten Tag")
    assert louis.reads("Enregistré en allemand.")

"""A newcomer's first hour, in a real browser on the real client."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.e2e.client import Client
from tests.e2e.conftest import Street
from tests.support.http import Answer, Server

pytestmark = pytest.mark.e2e

MINUTE = 100_000  #: milliseconds in which a campaign of one minute has certainly ended


async def test_from_install_to_report(street: Street) -> None:
    ada, louis = street.ada, street.louis
    await ada.sees("so you are the owner")
    await ada.shoot("greeting", whole=True)
    await louis.sees("I bring you the messages of your organisation")
    await louis.shoot("greeting")

    await write_message(ada, street.page_url)
    await choose_audience(ada)
    await choose_schedule(ada)
    await try_it(ada, louis)
    await schedule(ada)
    await receive(louis, street.page_url)
    await ada.sees("Report: Autumn newsletter", MINUTE)
    await read_and_react(street)
    await read_report(ada)
    await export(ada)
    await list_and_delete(ada)


async def write_message(ada: Client, url: str) -> None:
    await ada.say("new campaign")
    await ada.sees("What do you want to say?")
    await ada.fill(Text="Hello [NICKNAME]")
    await ada.press("Next: audience")
    await ada.sees("Please give the campaign a name.")
    await ada.sees("I don’t know [NICKNAME].")
    await ada.shoot("message-mistakes")
    await ada.fill(
        Name_of_the_campaign="Autumn newsletter",
        Title="Our autumn",
        Text="Hello [FIRSTNAME],\n\nwe have **big news** for you:\n\n- the new canteen opens\n- the garden, too",
    )
    await ada.press("Buttons")
    await ada.fill(**{"Link: words": "Read more", "Link: address": url})
    await ada.tick("Ask people to confirm that they have read it")
    await ada.press("Next: audience")
    await ada.sees("Who is it for?")
    await ada.press("Back")
    await ada.sees("What do you want to say?")
    await expect(ada.field("Title")).to_have_value("Our autumn")
    await ada.shoot("message")
    await ada.press("Next: audience")


async def choose_audience(ada: Client) -> None:
    await ada.sees("Who is it for?")
    await ada.press("Addresses")
    await ada.fill(They_become_a_list_of_this_name="Garden friends", Addresses="louis@contoso.example; ada")
    await ada.press("Next: schedule")
    await ada.sees("This is not an address: “ada” (line 1)")
    await ada.shoot("audience-mistake")
    await ada.fill(Addresses="louis@contoso.example\nAda Lovelace <ada@contoso.example>\ngrace@contoso.example")
    await ada.press("Next: schedule")


async def choose_schedule(ada: Client) -> None:
    await ada.sees("When does it go out?")
    await ada.shoot("schedule")
    await ada.fill(Say_it_in_words="tomorrow at 25:00 for 2 hours")
    await ada.press("Fill in the form")
    await ada.sees("I did not understand “25:00”.")
    await ada.shoot("schedule-mistake")
    await ada.say("now for 1 minute, at any time")
    await ada.sees("I read: start as soon as you schedule it; duration 1 minute")
    await ada.shoot("schedule-in-words")
    await ada.press("Next: review")
    await ada.sees("2 of 3 people can be reached")
    await ada.shoot("review")
    await ada.press("See the people")
    await ada.sees("grace@contoso.example")
    await ada.shoot("people")
    await ada.press("Back")


async def try_it(ada: Client, louis: Client) -> None:
    await ada.press("Try it")
    await ada.press("Another address")  # this client asks for nobody as somebody types
    await ada.field("Another address").fill("grace@contoso.example")
    await ada.press("Send the test")
    await ada.sees("grace@contoso.example has not installed Crieur")
    await ada.field("Another address").fill("louis@contoso.example")
    await ada.press("Send the test")
    await ada.sees("The test is in the chat of louis@contoso.example.")
    await ada.shoot("tried")
    await louis.sees("Test of “Autumn newsletter”")
    await louis.sees("Hello Louis,")
    await louis.shoot("test")
    await ada.press("Back")


async def schedule(ada: Client) -> None:
    await ada.press("Send now")
    await ada.sees("It starts now. I will show you here how it goes.")
    await ada.shoot("scheduled")
    await ada.sees("“Autumn newsletter” is on its way")
    await ada.shoot("live")


async def receive(louis: Client, url: str) -> None:
    await louis.sees_titles("Our autumn", 2, MINUTE)  # the test, and the message
    await louis.shoot("message")
    page = await louis.follow("Read more")
    assert page.url == url
    await page.close()
    await louis.press("I have read it")
    await louis.sees("You confirmed this on")
    await louis.shoot("confirmed", whole=True)


async def read_and_react(street: Street) -> None:
    """Ada only reads; Louis reacts and answers. The client has no buttons for the first two."""
    receipt = {"name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "{message}"}}
    await street.tells("ada@contoso.example", type="event", **receipt)
    heart = [{"type": "heart"}]
    await street.tells("louis@contoso.example", type="messageReaction", reactionsAdded=heart, replyToId="{message}")
    await street.louis.say("Lovely, I will be there")
    await street.louis.page.wait_for_timeout(1_000)


async def read_report(ada: Client) -> None:
    await ada.press("Refresh")
    await ada.sees("1 person, 1 press")
    await ada.sees("2 people")  # opened
    await ada.sees(re.compile("❤️ 1"))
    await expect(ada.card.get_by_text("50% – 1 person", exact=True)).to_have_count(2)  # replied, and reacted
    await expect(ada.card.get_by_text("1 person, 1 press")).to_have_count(2)  # clicked, and confirmed
    await ada.sees("Never installed")
    await ada.shoot("report")
    await ada.shoot("report", whole=True)


async def export(ada: Client) -> None:
    await ada.press("Export")
    await ada.sees("One row for each of 3 recipients.")
    await ada.shoot("export")
    await ada.press("CSV")
    await ada.sees("The file is ready.")
    await ada.shoot("export-ready")
    await expect(ada.card.get_by_role("link", name="Download")).to_be_visible()


async def list_and_delete(ada: Client) -> None:
    await ada.say("campaigns")
    await ada.sees("Your campaigns")
    await ada.shoot("campaigns")
    await ada.say("delete autumn")
    await ada.sees("Delete “Autumn newsletter”?")
    await ada.shoot("delete")
    await ada.press("Take back and delete")
    await ada.sees("messages have been taken back.")
    await ada.shoot("deleted")


# --- a list from a file, a message in two languages -------------------------------------------

PEOPLE = """Nom;Prénom;Courriel;Site
Lovelace;Ada;ada@contoso.example;London
Pasteur;Louis;louis@contoso.example;Lyon
Martin;Élodie;elodie@contoso.example;Lille
Pasteur;Louis;LOUIS@contoso.example;Paris
Nobody;;nobody;
"""


@pytest.fixture
async def file_url() -> AsyncIterator[str]:
    """Where a spreadsheet in Western Europe has put its CSV."""
    shelf = Server(lambda *_: Answer(200, PEOPLE.encode("cp1252")))
    await shelf.start()
    yield f"http://127.0.0.1:{shelf.port}/people.csv"
    await shelf.stop()


async def test_a_list_from_a_file_and_a_message_in_two_languages(street: Street, file_url: str) -> None:
    ada, louis = street.ada, street.louis
    await louis.say("français")
    await louis.sees("Je vous parle désormais en français.")
    await import_list(ada, file_url)
    await write_in_two_languages(ada, street.page_url)
    await ada.sees("Who is it for?")
    await ada.tick("All people")
    await ada.press("Next: schedule")
    await choose_schedule_of_a_minute(ada)
    await look_over(ada)
    await ada.press("Send now")
    await ada.sees("It starts now.")
    await each_reads_their_own(ada, louis, street.page_url)
    await ada.sees("Report: Two languages", MINUTE)
    await ada.sees("Not reached")
    await ada.shoot("report")


async def import_list(ada: Client, url: str) -> None:
    await ada.attach("people.csv", url)
    await ada.sees("3, 1 of them new")
    await ada.sees("2 of 3 people can be reached")
    await ada.sees("1 line, dropped")
    await ada.sees("Variables for your messages:")
    await ada.shoot("import")
    await ada.field("Name of the list").fill("All people")
    await ada.press("Save the list")
    await ada.sees("elodie@contoso.example")
    await ada.shoot("list")


async def write_in_two_languages(ada: Client, url: str) -> None:
    await ada.say("new campaign Two languages")
    await ada.sees("What do you want to say?")
    await ada.fill(Title="Our autumn", Text="Hello [FIRSTNAME] of [SITE], **big news**.")
    await ada.press("Buttons")
    await ada.fill(**{"Link: words": "Read more", "Link: address": url})
    await ada.press("Languages")
    await ada.press("Add a language")
    await ada.sees("Another language")
    await ada.choose("Language", "French")
    await ada.fill(Title="Notre automne", Text="Bonjour [PRENOM] de [SITE], **grandes nouvelles**.")
    await ada.fill(Read_more="Lire la suite")
    await ada.shoot("french")
    await ada.press("Save")
    await ada.sees("Saved in French.")
    await ada.shoot("two-languages")
    await ada.press("Next: audience")


async def choose_schedule_of_a_minute(ada: Client) -> None:
    await ada.sees("When does it go out?")
    await ada.press("Start")
    await ada.tick("As soon as I schedule it")  # in the evening the next working day is proposed
    await ada.press("Working hours")
    await ada.tick("Send outside working hours too")
    await ada.press("Time zone")
    await ada.shoot("schedule-lines")
    await ada.press("Duration")
    await ada.card.get_by_role("spinbutton", name="Duration").fill("1")
    await ada.choose("Unit", "minutes")
    await ada.press("Next: review")


async def look_over(ada: Client) -> None:
    await ada.sees("2 of 3 people can be reached")
    await ada.press("French")
    await ada.sees("Notre automne")
    await ada.shoot("review-french")


async def each_reads_their_own(ada: Client, louis: Client, url: str) -> None:
    hers = ada.page.get_by_role("link", name="Read more", exact=True)  # the preview has none
    await expect(hers).to_have_count(1, timeout=MINUTE)
    await louis.sees_titles("Notre automne", 1, MINUTE)
    await ada.sees("Hello Ada of London, big news.")
    await louis.sees("Bonjour Louis de Lyon, grandes nouvelles.")
    await expect(louis.page.get_by_text("Our autumn")).to_have_count(0)
    await ada.shoot("english-message")
    await louis.shoot("french-message")
    page = await louis.follow("Lire la suite")
    assert page.url == url
    await page.close()

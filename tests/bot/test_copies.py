"""S28: any campaign can be copied into a new draft, which has all of it but its start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.records import Campaign, CampaignState, DeedKind, Role, Subject
from tests.bot.story import MESSAGE, asked, draft, handle_of, in_state, launch, make_author, make_publisher, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of

WHEN = "Please choose when it starts."
PICTURE = {"image": "https://example.org/autumn.png", "image_alt": "A tree", "answers": "Yes; No"}
HOURS = {
    "duration": "3",
    "unit": "hours",
    "anytime": "false",
    "opens": "00:00",
    "closes": "00:00",
    "days": "0,1,2,3,4,5,6",
}


async def whole_draft(author: Person) -> None:
    """With a picture, answers, another language, hours and a duration of its own."""
    cards = await draft(author, message=PICTURE, **HOURS)
    form = (await author.press("Change the message", card=cards["review"]))["value"]
    await author.press("Add a language", card=form)
    french = {"spoken": "fr", "title": "Notre automne", "body": "Bonjour [PRENOM].", "words0": "Lire la suite"}
    await author.press("Save", **french)
    await author.press("To the review")


def alike(copy: Campaign, first: Campaign) -> None:
    """The same but for the name and the start."""
    start = ("start", "date", "time")
    was = {step: {**values} for step, values in first.forms.items()}
    was["message"]["name"] = copy.name
    was["schedule"] = {field: value for field, value in was["schedule"].items() if field not in start}
    assert copy.forms == was
    assert copy.state is CampaignState.DRAFT and copy.channel is first.channel and copy.id != first.id
    assert copy.frozen is None and copy.started_at is None


async def test_a_copy_says_the_same_in_every_language_and_asks_for_its_start(
    running_bot: RunningBot, ada: Person
) -> None:
    await whole_draft(ada)
    first = await newest(running_bot)
    assert first.forms["message.fr"]["title"] == "Notre automne"
    await ada.say("clone autumn newsletter")
    copy = await newest(running_bot)
    assert copy.name == "Copy of Autumn newsletter"
    alike(copy, first)
    assert f"**Schedule**: {WHEN}" in words_of(ada.card()) and SEND_OFF.isdisjoint(words_of(ada.card()))
    assert ada.reads("This is a copy of “Autumn newsletter”: it starts when you say so.")
    await ada.press("Change the schedule")
    await ada.press("Next: review", start="now")
    await ada.press(SEND_OFF)
    started = await in_state(running_bot, CampaignState.RUNNING)
    assert started.id == copy.id and "fr" in started.as_scheduled.message.versions
    assert (await running_bot.store.campaign(first.id)) == first, "what was copied is as it was"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("clone", "Copy of"),
        ("copy", "Copy of"),
        ("cloner", "Copie de"),
        ("copier", "Copie de"),
        ("dupliquer", "Copie de"),
    ],
)
async def test_it_is_typed_in_both_languages(
    running_bot: RunningBot, ada: Person, louis: Person, command: str, name: str
) -> None:
    await draft(ada)
    first = await newest(running_bot)
    await make_publisher(ada, louis)
    who = louis if name == "Copie de" else ada
    await who.say(f"{command} Autumn")
    copy = await newest(running_bot)
    assert copy.name == f"{name} Autumn newsletter"
    person = await running_bot.store.person_at(TENANT, who.address)
    assert person is not None and copy.author == person.id
    alike(copy, first)
    text = "Choisissez quand elle commence." if who is louis else WHEN
    assert any(text in word for word in words_of(who.card()))


async def test_running_and_done_campaigns_are_copied_from_their_cards(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    first = await launch(ada, running_bot)
    running = await ada.execute("campaign.open", handle_of(first), ada.cards()[-1][0])
    assert "Copy" in [action.get("title") for action in actions_of(running["value"])]
    await ada.say("campaigns")
    listed = ada.card()
    await ada.press("Copy", card=listed)
    alike(await newest(running_bot), (await running_bot.store.campaign(first.id)) or first)
    assert ada.card() != listed, "the copy is a card of its own"
    await ada.say("report autumn newsletter")
    await ada.say("information autumn newsletter")
    await ada.press("Report")
    await ada.press("Copy")
    assert (await newest(running_bot)).name == "Copy of Autumn newsletter (2)"
    again = await running_bot.store.campaign(first.id)
    assert again is not None and again.state is CampaignState.RUNNING


async def test_names_are_free_and_bounded(running_bot: RunningBot, ada: Person) -> None:
    long = "Autumn " * 14 + "x"
    await draft(ada, message={"name": long})
    for _ in range(3):
        await ada.say(f"clone {long}")
    names = [campaign.name for campaign in await running_bot.store.campaigns(TENANT, 10)]
    assert len({*names}) == 4 and max(map(len, names)) <= 100
    await ada.say("new campaign")
    await ada.say("campaigns")
    await ada.press("Copy")
    assert (await newest(running_bot)).name == "", "what has no name yet is asked for one"
    assert any("Please give the campaign a name." in word for word in words_of(ada.card()))


async def test_what_may_not_be_used_any_more_is_said(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    people = {"audience": "", "list_name": "Managers", "addresses": louis.address}
    await draft(ada, people)
    await make_author(ada, louis)
    me = await running_bot.store.person_at(TENANT, louis.address)
    assert me is not None
    await running_bot.store.save(replace(await newest(running_bot), shared_with=frozenset({me.id})), deed=A_DEED)
    words = await asked(louis, "cloner autumn")
    assert any("Une liste choisie n’existe plus." in word for word in words)
    assert "Managers" not in str(words), "what is not shared with them is not there"
    assert "Programmer" not in words
    assert (await newest(running_bot)).forms["audience"]["audience"].startswith("list:"), "and it is still named"
    [team] = await running_bot.store.lists(TENANT)
    await running_bot.store.delete_list(team.id, deed=A_DEED)
    words = await asked(ada, "clone autumn newsletter")
    assert any("A list that it names is gone. Please choose again." in word for word in words)


async def test_a_copy_is_in_the_audit_and_for_authors_only(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    first = await newest(running_bot)
    refused = await asked(louis, "cloner autumn")
    assert not any("Copie" in word for word in refused)
    await louis.execute("campaign.copy", handle_of(first), "1")
    assert await running_bot.store.count_campaigns(TENANT) == 1
    await ada.say("clone autumn")
    copy = await newest(running_bot)
    [(_, entry)] = await audit_of(running_bot.store, ada.tenant, 1)  # type: ignore[arg-type]
    assert (entry.deed, entry.subject, entry.id, entry.name) == (
        DeedKind.CREATED, Subject.CAMPAIGN, str(copy.id), copy.name,
    )  # fmt: skip
    assert entry.details == {"copy_of": str(first.id)}
    person = await running_bot.store.person_at(TENANT, louis.address)
    assert person is not None and await running_bot.store.role(person.id) is not Role.AUTHOR


async def test_what_is_gone_cannot_be_copied(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    first = await newest(running_bot)
    await running_bot.store.delete_campaign(first, deed=A_DEED)
    answer = await ada.execute("campaign.copy", handle_of(first), ada.cards()[-1][0])
    assert "This campaign no longer exists." in words_of(answer["value"])
    await ada.say("clone autumn")
    assert ada.reads("I know no campaign “autumn”. Which one do you mean?")
    assert await running_bot.store.count_campaigns(TENANT) == 0


async def test_a_second_reminder_has_a_name_of_its_own(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada, message=MESSAGE)
    campaign = await launch(ada, running_bot)
    handle = handle_of(campaign, kind="clicked")
    for _ in range(2):
        await ada.execute("remind.make", handle, ada.cards()[-1][0])
    names = [one.name for one in await running_bot.store.lists(TENANT)]
    assert len(names) == len({*names})

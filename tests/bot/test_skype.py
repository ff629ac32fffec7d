"""Skype beside Teams, through the same connector: people, campaigns, engagement, reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.records import Audience, Channel, DeliveryState, NotReached, Role
from tests.bot.story import ALMOST_ALL, MESSAGE, completed, draft, eventually, launch, newest, planned
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of
from tests.support.seeding import scheduled
from tests.support.skype import HERO, SkypePerson

ON_SKYPE = {"channel": "skype", "audience": "everyone"}


@pytest.fixture
async def gateway(running_bot: RunningBot) -> AsyncIterator[RunningBot]:
    """The operator has said whose people write on Skype: their gateway names no organisation."""
    running_bot.environment["SKYPE_TENANT"] = TENANT.upper()
    await running_bot.restart()
    yield running_bot


def on_skype(running_bot: RunningBot, given: str, surname: str, **more: Any) -> SkypePerson:
    like = running_bot.organisation.person(given, surname)
    return SkypePerson(running_bot.organisation, given, surname, address=like.address, **more)


@pytest.fixture
async def grace(gateway: RunningBot, ada: Person) -> SkypePerson:
    """Only on Skype."""
    grace = on_skype(gateway, "Grace", "Hopper")
    await grace.install()
    await grace.hears("Hello Grace, I am Crieur.")
    return grace


# --- who they are -----------------------------------------------------------------------------


async def test_the_same_person_on_both_channels_is_one_person_with_two_chats(
    gateway: RunningBot, louis: Person
) -> None:
    other = on_skype(gateway, "Louis", "Pasteur", locale="en-GB")
    await other.install()
    person = await gateway.store.person_at(TENANT, louis.address)
    assert person is not None and person.directory_id == louis.directory_id
    teams = await gateway.store.reference(person.id, Channel.TEAMS)
    skype = await gateway.store.reference(person.id, Channel.SKYPE)
    assert teams and teams.conversation == louis.conversation
    assert skype and (skype.conversation, skype.user) == (other.conversation, other.user)
    await other.uninstall()
    skype = await gateway.store.reference(person.id, Channel.SKYPE)
    teams = await gateway.store.reference(person.id, Channel.TEAMS)
    assert skype and skype.broken is NotReached.UNINSTALLED
    assert teams and teams.broken is None, "leaving Skype leaves Teams alone"
    await other.install()
    skype = await gateway.store.reference(person.id, Channel.SKYPE)
    assert skype and skype.broken is None


async def test_a_gateway_that_knows_nobody_still_has_their_address(gateway: RunningBot, ada: Person) -> None:
    zoe = on_skype(gateway, "Zoe", "Ngo", tells_names=False)
    await zoe.install()
    person = await gateway.store.person_at(TENANT, zoe.address)
    assert person is not None and person.name == "Zoe Ngo"


async def test_without_a_named_organisation_skypes_people_are_nobodys(running_bot: RunningBot, ada: Person) -> None:
    stranger = on_skype(running_bot, "Eve", "Mallory")
    await stranger.install()
    assert await running_bot.store.person_at(TENANT, stranger.address) is None
    reach = (await running_bot.store.reach(TENANT, Audience(everyone=True), Channel.SKYPE)).total
    assert reach == 0


async def test_a_gateway_that_names_the_organisation_is_believed(running_bot: RunningBot, ada: Person) -> None:
    paul = on_skype(running_bot, "Paul", "Valery", names_tenant=True)
    await paul.install()
    assert await running_bot.store.person_at(TENANT, paul.address) is not None


# --- a campaign on each channel ---------------------------------------------------------------


def told_of(channel: str, report: list[str]) -> bool:
    """Whether a report says that it is this channel's."""
    return any(words.startswith(f"{channel} · ") for words in report)


async def test_a_skype_campaign_goes_from_chat_to_report(
    gateway: RunningBot, ada: Person, louis: Person, grace: SkypePerson
) -> None:
    cards = await draft(ada, audience=ON_SKYPE, message={"body": "Hello [FIRSTNAME|there], **big** news <for> you."})
    assert any("1 of 1 person can be reached" in text for text in words_of(cards["review"]))
    preview = words_of(cards["review"])
    assert any("**Our autumn**" in text for text in preview), "as Skype shows it"
    await launch(ada, gateway)
    gateway.clock.forward(ALMOST_ALL)
    message = await grace.hears("Hello Grace, **big** news &lt;for> you.")
    assert message["text"].startswith("💡 **Our autumn**") or message["text"].startswith("**Our autumn**")
    assert message["textFormat"] == "markdown"
    assert [attachment["contentType"] for attachment in message["attachments"]] == [HERO]
    assert not louis.chat.campaigns, "Teams is another channel"

    status, destination = await grace.press(MESSAGE["link_title"])
    assert (status, destination) == (302, MESSAGE["link_url"])
    await grace.press(MESSAGE["ack_title"])
    await grace.hears("You confirmed this on")
    await grace.press(MESSAGE["ack_title"])

    report = await completed(ada, gateway)
    shown = words_of(report)
    assert told_of("Skype", shown) and "100%" in shown
    await ada.press("Refresh", card=report)
    shown = words_of(ada.card())
    assert "1 person, 1 press" in shown, "clicks"
    assert "1 person, 2 presses" in shown, "confirmations"
    campaign = await newest(gateway)
    assert (await gateway.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 1}
    assert gateway.connector.tally()["doubled"] == 0


async def test_both_channels_have_their_own_campaign_and_report(
    gateway: RunningBot, ada: Person, louis: Person, grace: SkypePerson
) -> None:
    await draft(ada, message={"name": "On Teams"})
    await launch(ada, gateway)
    teams = words_of(await completed(ada, gateway))
    await draft(ada, audience=ON_SKYPE, message={"name": "On Skype"})
    await launch(ada, gateway)
    await completed(ada, gateway)
    skype = words_of(await ada.sees("Report: On Skype"))
    assert told_of("Microsoft Teams", teams) and not told_of("Skype", teams)
    assert told_of("Skype", skype) and not told_of("Microsoft Teams", skype)
    assert set(teams) & set(skype) >= {"Recipients", "Sent", "Click engagement", "Confirmed"}
    assert (louis.chat.campaigns.total(), grace.chat.campaigns.total()) == (1, 1)


async def test_names_full_of_signs_show_as_themselves(gateway: RunningBot, ada: Person) -> None:
    bobby = on_skype(gateway, "<b>Bobby</b> & [x](https://evil.example)", "*Tables*")
    await bobby.install()
    await draft(ada, audience=ON_SKYPE, message={"body": "Dear [FIRSTNAME] [LASTNAME]!"})
    await launch(ada, gateway)
    gateway.clock.forward(ALMOST_ALL)
    message = await bobby.hears("Dear ")
    text = message["text"]
    assert "<" not in "".join(bobby.texts()), "Skype would read tags"
    assert "](https" not in text and "\\*Tables\\*" in text
    assert "&lt;b&gt;Bobby&lt;/b&gt; &amp; \\[x\\]" in text


async def test_who_is_on_skype_only_is_not_reached_by_a_teams_campaign(
    gateway: RunningBot, ada: Person, grace: SkypePerson
) -> None:
    audience = {"audience": "new", "list_name": "Team", "addresses": f"{ada.address}\n{grace.address}"}
    cards = await draft(ada, audience=audience)
    assert any("1 of 2 people can be reached" in text for text in words_of(cards["review"]))
    await ada.press("Change the audience")
    await ada.press("To the review", channel="skype")
    assert ada.reads("1 of 2 people can be reached")


async def test_a_message_too_long_for_skype_is_told_before_it_is_scheduled(
    gateway: RunningBot, ada: Person, grace: SkypePerson
) -> None:
    cards = await draft(ada, audience=ON_SKYPE, message={"body": "x" * 8_500})
    assert any("The message is too long for Skype" in text for text in words_of(cards["review"]))
    assert SEND_OFF.isdisjoint(words_of(cards["review"]))


# --- try it -----------------------------------------------------------------------------------


async def test_trying_a_skype_campaign_shows_it_there_and_counts_nowhere(
    gateway: RunningBot, ada: Person, grace: SkypePerson
) -> None:
    await draft(ada, audience=ON_SKYPE)
    await ada.press("Try it")
    await ada.press("Send the test", address=ada.address)
    assert ada.reads("has not installed Crieur on Skype")
    await ada.press("Send the test", address=grace.address)
    await grace.hears("Test of “Autumn newsletter” by Ada Lovelace: only you received this.")
    await grace.press(MESSAGE["ack_title"])
    await grace.hears("You confirmed this on")
    campaign = await newest(gateway)
    assert not await gateway.store.engagement(campaign.id)


async def test_a_line_that_was_made_up_confirms_nothing(gateway: RunningBot, ada: Person, grace: SkypePerson) -> None:
    await draft(ada, audience=ON_SKYPE)
    campaign = await newest(gateway)
    for line in ("✓", "✓ 1", f"✓ {campaign.id}.1", f"✓ {campaign.id}.1 test x", "✓ 99.x", f"✓ {campaign.id}.-1 who x"):
        before = len(grace.said())
        await grace.say(line)
        assert len(grace.said()) == before + 1
        assert "You confirmed" not in grace.texts()[-1]
    assert not await gateway.store.engagement(campaign.id)


# --- talking on Skype -------------------------------------------------------------------------


async def test_a_recipient_on_skype_gets_help_and_their_language_in_words(grace: SkypePerson) -> None:
    await grace.say("help")
    help_text = (await grace.hears("What I can do"))["text"]
    assert "**language**" in help_text and "new campaign" not in help_text and "Microsoft Teams" not in help_text
    await grace.say("français")
    await grace.say("aide")
    await grace.hears("Ce que je sais faire")
    await grace.say("gibberish here")
    assert grace.texts()[-1].startswith("Je n’ai pas compris") or "Merci" in grace.texts()[-1]


async def test_an_author_on_skype_is_pointed_to_teams_for_building_and_served_in_words(
    gateway: RunningBot, ada: Person, grace: SkypePerson
) -> None:
    person = await gateway.store.person_at(TENANT, grace.address)
    assert person is not None
    await gateway.store.give_role(person.id, Role.PUBLISHER, deed=A_DEED)
    await grace.say("new campaign")
    await grace.hears("please write to me in Microsoft Teams")
    assert await gateway.store.count_campaigns(TENANT) == 0, "no draft is left behind"
    await draft(ada, audience=ON_SKYPE)
    await launch(ada, gateway)
    await grace.say("campaigns")
    await grace.hears("**Autumn newsletter**")
    await grace.say("information autumn")
    await grace.hears("Channel: Skype")
    await completed(ada, gateway)
    await grace.say("report autumn")
    text = (await grace.hears("Report: Autumn newsletter"))["text"]
    assert "**100%** send rate" in text and "To build, change or delete campaigns" in text


async def test_copies_and_templates_are_begun_in_teams(gateway: RunningBot, ada: Person, grace: SkypePerson) -> None:
    person = await gateway.store.person_at(TENANT, grace.address)
    assert person is not None
    await gateway.store.give_role(person.id, Role.AUTHOR, deed=A_DEED)
    await draft(ada, audience=ON_SKYPE)
    await ada.press("Save as a template")
    await ada.press("Save", template_name="Seasons", sharing="all")
    for command in ("clone autumn", "use template seasons"):
        await grace.say(command)
        assert "please write to me in Microsoft Teams" in grace.texts()[-1], command
    assert await gateway.store.count_campaigns(TENANT) == 1, "no draft is left behind"
    await grace.say("templates")
    await grace.hears("**Seasons**")


async def test_an_author_who_is_only_on_skype_is_told_the_report_there(gateway: RunningBot, grace: SkypePerson) -> None:
    person = await gateway.store.person_at(TENANT, grace.address)
    assert person is not None
    await scheduled(gateway.store, person, gateway.clock.now(), ALMOST_ALL)
    await eventually(lambda: planned(gateway))
    gateway.clock.forward(ALMOST_ALL)
    text = (await grace.hears("Report: Autumn newsletter", 30))["text"]
    assert "Recipients" in text

"""S13, S16: from its start a campaign can be neither changed nor cancelled, whoever tries, and however."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.records import Campaign, CampaignState
from tests.bot.story import (
    ALMOST_ALL,
    GONE,
    STARTED,
    asked,
    broadcast,
    completed,
    draft,
    eventually,
    handle_of,
    in_state,
    launch,
    newest,
)
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of

COMMANDS = (
    "edit", "change", "modifier", "delete", "supprimer", "cancel campaign", "stop campaign",
    "annuler la campagne", "arrêter la campagne", "cancel", "stop", "annuler", "arrêter",
)  # fmt: skip
CHANGING = ("form.open", "form.save", "campaign.schedule")


async def promised(running_bot: RunningBot) -> tuple[object, ...]:
    """All that must not change from the start on."""
    campaign = await newest(running_bot)
    tally = await running_bot.store.tally(campaign.id)
    return (
        campaign.id, campaign.name, campaign.channel, campaign.forms, campaign.frozen, campaign.started_at,
        campaign.state, tally.total,
        await running_bot.store.count_campaigns(TENANT),
    )  # fmt: skip


def changing(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [action for action in actions_of(card) if action.get("verb") in CHANGING]


async def test_every_button_of_every_old_card_gets_the_same_answer(running_bot: RunningBot, ada: Person) -> None:
    cards = await draft(ada)
    wizard = ada.cards()[-1][0]
    await launch(ada, running_bot)
    before = await promised(running_bot)
    pressed = []
    for card in cards.values():
        for action in changing(card):
            answer = await ada.press(action["title"], card=card, at=wizard)
            assert STARTED in words_of(answer["value"]), action["title"]
            pressed.append(action["title"])
    assert {"Next: audience", "Back", "To the review", "Save and leave", "Send now", "Change the message"} <= {*pressed}
    assert await promised(running_bot) == before


async def test_older_clients_submit_instead_and_get_it_too(running_bot: RunningBot, ada: Person) -> None:
    cards = await draft(ada)
    wizard = ada.cards()[-1][0]
    await launch(ada, running_bot)
    before = await promised(running_bot)
    [message] = [message for message in ada.chat.messages if message["id"] == wizard]
    for card in cards.values():
        for action in changing(card):
            message["activity"] = {}
            fallback = action["fallback"]
            assert fallback["type"] == "Action.Submit"
            status, _ = await ada.send({"type": "message", "value": fallback["data"], "replyToId": wizard})
            assert status in (200, 201, 202)
            assert STARTED in words_of(message["activity"]), action["title"]
    assert await promised(running_bot) == before


async def test_every_typed_command_gets_the_same_answer(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await launch(ada, running_bot)
    before = await promised(running_bot)
    for command in COMMANDS:
        for name in ("Autumn newsletter", "« autumn NEWS »", "newsletter"):
            assert STARTED in await asked(ada, f"{command} {name}"), (command, name)
    assert await promised(running_bot) == before


async def test_a_forged_payload_changes_nothing(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    before = await promised(running_bot)
    handles = [
        handle_of(campaign),
        {"campaign": str(campaign.id), "version": str(campaign.version)},
        {"campaign": campaign.id, "version": 1},
        {"campaign": campaign.id, "version": 10**30},
        {"campaign": campaign.id},
    ]
    payloads: list[tuple[str, dict[str, Any]]] = [
        ("campaign.schedule", {}),
        ("delete.open", {}),
        ("delete.confirm", {}),
    ]
    payloads += [
        ("form.save", {"step": step, "go": go, "name": "Spam", "body": "Spam", "audience": "everyone"})
        for step in ("message", "audience", "schedule", "review", "bogus")
        for go in ("review", "leave", "message", "bogus")
    ]
    payloads += [("form.open", {"step": step}) for step in ("message", "review", "bogus")]
    for handle in handles:
        for verb, data in payloads:
            answer = await ada.execute(verb, {**data, **handle}, ada.cards()[-1][0])
            assert STARTED in words_of(answer["value"]), (verb, data, handle)
    assert await promised(running_bot) == before


async def test_another_author_gets_it_in_their_language(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(ada, f"add owner {louis.address}")
    cards = await draft(ada)
    await launch(ada, running_bot)
    before = await promised(running_bot)
    started = "Cette campagne a commencé : elle ne peut plus être ni modifiée ni annulée."
    assert started in await asked(louis, "modifier Autumn newsletter")
    assert started in await asked(louis, "supprimer Autumn newsletter")
    answer = await louis.press(SEND_OFF, card=cards["review"])
    assert started in words_of(answer["value"])
    assert await promised(running_bot) == before


async def test_for_another_organisation_it_does_not_exist(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    before = await promised(running_bot)
    mallory = running_bot.organisation.person("Mallory", "Elsewhere", tenant="99999999-0000-4000-8000-000000000000")
    await mallory.install()
    await mallory.sees("you are the **owner**")  # of that organisation
    verbs = ("campaign.open", "report.open", "people.open", "try.open", "form.open", "form.save", "campaign.schedule")
    for verb in (*verbs, "delete.open", "delete.confirm"):
        answer = await mallory.execute(verb, handle_of(campaign, step="message"), mallory.cards()[-1][0])
        assert GONE in words_of(answer["value"]), verb
    for command in ("edit", "delete", "report", "info", "try"):
        words = await asked(mallory, f"{command} Autumn newsletter")
        assert "I know no campaign “Autumn newsletter”. Which one do you mean?" in words
        assert "There is none yet. Shall we make the first one?" in words
    assert await promised(running_bot) == before


async def test_two_authors_who_schedule_at_once_start_it_once(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(ada, f"add owner {louis.address}")
    card = (await draft(ada))["review"]
    await asyncio.gather(*(author.press(SEND_OFF, card=card) for author in (ada, louis, ada, louis)))
    await ada.sees("is on its way")
    running_bot.clock.forward(ALMOST_ALL)
    await completed(ada, running_bot)
    assert running_bot.connector.tally() | {"posts": 0} == {"people": 2, "messages": 2, "doubled": 0, "posts": 0}
    assert await running_bot.store.count_campaigns(TENANT) == 1


async def scheduled_for_tomorrow(author: Person, running_bot: RunningBot) -> Campaign:
    tomorrow = (running_bot.clock.now() + timedelta(days=1)).date().isoformat()
    await draft(author, start="at", date=tomorrow, time="10:00", zone="UTC")
    await author.press(SEND_OFF)
    assert author.reads("It is scheduled.")
    return await in_state(running_bot, CampaignState.SCHEDULED)


async def test_a_scheduled_one_stays_scheduled_as_it_was_until_its_changes_are_saved(
    running_bot: RunningBot, ada: Person
) -> None:
    scheduled = await scheduled_for_tomorrow(ada, running_bot)
    await ada.press("Change it")
    await ada.press("Change the message")
    card = (await ada.press("To the review", body="Hello, bigger news."))["value"]
    assert any("your changes are not saved yet." in word for word in words_of(card))
    assert await running_bot.store.campaign(scheduled.id) == scheduled, "it goes out as it was"
    assert [one.id for one in await running_bot.store.due_to_start(scheduled.as_scheduled.schedule.slot.end)] == [
        scheduled.id
    ]
    await ada.press("Save the changes")
    assert ada.reads("It is scheduled.")
    saved = await newest(running_bot)
    assert (saved.id, saved.state) == (scheduled.id, CampaignState.SCHEDULED)
    assert saved.as_scheduled.message.body == "Hello, bigger news."
    assert await running_bot.store.count_campaigns(TENANT) == 1, "the draft of the changes is gone"
    await ada.press("Save the changes", card=card)
    assert await newest(running_bot) == saved, "pressed twice, it is saved once"


async def test_changes_are_discarded_and_the_campaign_goes_out_as_it_was(running_bot: RunningBot, ada: Person) -> None:
    scheduled = await scheduled_for_tomorrow(ada, running_bot)
    await ada.press("Change it")
    await ada.press("Discard the changes")
    await ada.press("Yes, delete it")
    assert await newest(running_bot) == scheduled


async def test_scheduling_it_twice_says_that_it_is_scheduled(running_bot: RunningBot, ada: Person) -> None:
    tomorrow = (running_bot.clock.now() + timedelta(days=1)).date().isoformat()
    review = (await draft(ada, start="at", date=tomorrow, time="10:00", zone="UTC"))["review"]
    at = ada.cards()[-1][0]
    await ada.press(SEND_OFF, card=review, at=at)
    scheduled = await in_state(running_bot, CampaignState.SCHEDULED)
    card = (await ada.press(SEND_OFF, card=review, at=at))["value"]
    assert "It is scheduled already." in words_of(card)
    assert await newest(running_bot) == scheduled


async def test_a_picture_dropped_while_a_form_is_open_stays_whichever_card_goes_on(
    running_bot: RunningBot, ada: Person
) -> None:
    await draft(ada)
    await ada.press("Change the message")
    form, at = ada.card(), ada.cards()[-1][0]
    image = "https://example.org/poster.png"
    await ada.execute("picture.use", {"campaign": (await newest(running_bot)).id, "image": image}, at)
    await ada.press("To the review", card=form, at=at, body="Come in green.")
    message = (await newest(running_bot)).forms["message"]
    assert (message["image"], message["body"]) == (image, "Come in green.")
    card = (await ada.press("To the review", card=form, at=at, body="Come in red."))["value"]
    assert any("was changed elsewhere meanwhile" in word for word in words_of(card)), "the same field, twice"
    assert (await newest(running_bot)).forms["message"]["body"] == "Come in green."


async def test_a_form_left_open_over_the_start_comes_too_late(running_bot: RunningBot, ada: Person) -> None:
    scheduled = await scheduled_for_tomorrow(ada, running_bot)
    await ada.press("Change it")
    await ada.press("Change the message")
    form = ada.card()
    wizard = ada.cards()[-1][0]
    running_bot.clock.forward(
        scheduled.as_scheduled.schedule.slot.start - running_bot.clock.now() + timedelta(seconds=1)
    )
    await in_state_of(running_bot, scheduled)
    await ada.press("Next: audience", card=form, at=wizard, body="Something else.")
    assert any(STARTED in word and "came too late" in word for word in words_of(ada.view[wizard]))
    message = (await in_state_of(running_bot, scheduled)).as_scheduled.message
    assert message.body == "Hello [FIRSTNAME], **big news** for you."


async def in_state_of(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    """The campaign, once it runs."""

    async def runs() -> Campaign | None:
        known = await running_bot.store.campaign(campaign.id)
        return known if known is not None and known.state is CampaignState.RUNNING else None

    started: Campaign = await eventually(runs)
    return started


async def test_information_says_what_was_sent_to_whom_and_when(running_bot: RunningBot, ada: Person) -> None:
    people = {"audience": "", "list_name": "Managers", "addresses": ada.address}
    await draft(ada, people)
    campaign = await launch(ada, running_bot)
    words = await asked(ada, "info autumn newsletter")
    assert {"Microsoft Teams", "Managers", "300 days", "1 of 1 person can be reached", "📣 Running"} <= {*words}
    assert "Hello Ada, **big news** for you." in words
    start = campaign.as_scheduled.schedule.slot.start.astimezone(ZoneInfo(ada.zone))
    assert any(f"{start:%H:%M} (London)" in word for word in words)
    assert "Change it" not in words and "Delete" not in words


async def test_a_done_one_can_be_deleted_after_a_confirmation(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    words = await asked(ada, "edit Autumn newsletter")
    assert "This campaign has been sent: it can’t be changed any more." in words
    words = await asked(ada, "delete Autumn newsletter")
    assert "Delete “Autumn newsletter”?" in words
    assert "Its report goes with it." in words
    await ada.press("Keep it")
    assert (await newest(running_bot)).state is CampaignState.DONE
    await ada.press("Delete")
    await ada.press("Delete, take none back")
    assert ada.reads("“Autumn newsletter” is deleted.")
    assert await running_bot.store.count_campaigns(TENANT) == 0
    message = await louis.sees("Hello Louis, **big news** for you.")
    await louis.press("I have read it")
    assert "Cette campagne n’existe plus." in louis.toasts, "and the message stays as it is"
    assert await louis.sees("Hello Louis, **big news** for you.") == message
    assert (await louis.press("Read more"))[0] == 404

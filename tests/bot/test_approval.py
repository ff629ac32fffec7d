"""Approval: above a number of recipients, or always, somebody else looks first; and whom an author may reach."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from storage.records import CampaignState, DeedKind, Role, TenantId
from storage.shared.policy import change_policy
from tests.bot.story import MESSAGE, asked, broadcast, completed, draft, in_state, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of


@pytest.fixture
async def always(running_bot: RunningBot, ada: Person) -> None:
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=0), deed=A_DEED
    )


@pytest.fixture
async def grace(running_bot: RunningBot, ada: Person) -> Person:
    """A publisher, who approves."""
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await asked(ada, f"add publisher {grace.address}")
    return grace


async def state(running_bot: RunningBot) -> CampaignState:
    return (await newest(running_bot)).state


async def test_a_campaign_waits_until_somebody_else_approves(
    running_bot: RunningBot, ada: Person, grace: Person, always: None
) -> None:
    await draft(ada)
    card = (await ada.press(SEND_OFF))["value"]
    assert any("I have asked 1 person." in word for word in words_of(card))
    assert "⏳ Waiting for approval" in words_of(card)
    assert await state(running_bot) is CampaignState.SUBMITTED
    shown = await grace.sees("“Autumn newsletter” waits for approval")
    words = " ".join(words_of(shown))
    assert "big news" in words and "Ada Lovelace asks for it." in words, "the preview"
    assert "2 messages, between now and" in words, "the forecast"
    card = (await grace.press("Approve"))["value"]
    assert "Approved, and scheduled." in words_of(card)
    await ada.sees("“Autumn newsletter” is approved by Grace Hopper, and scheduled.")
    await in_state(running_bot, CampaignState.RUNNING)
    campaign = await newest(running_bot)
    assert campaign.approved_by and campaign.approved_by != campaign.author
    deeds = [entry.deed for _, entry in await audit_of(running_bot.store, TenantId(TENANT), 4)]
    assert deeds[:2] == [DeedKind.APPROVED, DeedKind.SUBMITTED]


async def test_below_the_number_nothing_waits(running_bot: RunningBot, ada: Person, grace: Person) -> None:
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=2), deed=A_DEED
    )
    await draft(ada)
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=1), deed=A_DEED
    )
    await draft(ada)
    await ada.press(SEND_OFF)
    assert await state(running_bot) is CampaignState.SUBMITTED


async def test_never_means_never(running_bot: RunningBot, ada: Person, grace: Person) -> None:
    await ada.say("rules")
    await ada.sees("Rules of the organisation")
    await ada.press("Save", approval="always")
    await draft(ada)
    await ada.press(SEND_OFF)
    assert await state(running_bot) is CampaignState.SUBMITTED
    await ada.say("rules")
    await ada.sees("Rules of the organisation")
    await ada.press("Save", approval="never")
    await draft(ada)
    await broadcast(ada, running_bot)


async def test_nobody_approves_their_own(running_bot: RunningBot, ada: Person, grace: Person, always: None) -> None:
    await draft(grace)
    await grace.press(SEND_OFF)
    campaign = await newest(running_bot)
    for verb in ("approval.yes", "approval.no", "approval.open"):
        answer = await grace.execute(
            verb, {"campaign": campaign.id, "version": campaign.version}, grace.chat.messages[-1]["id"]
        )
        assert "Somebody else has to approve it: it is your own, or you wrote it last." in words_of(answer["value"])
    assert await state(running_bot) is CampaignState.SUBMITTED
    await ada.sees("“Autumn newsletter” waits for approval")
    await ada.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)


async def test_who_is_no_approver_can_decide_nothing(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person, always: None
) -> None:
    await draft(ada)
    await ada.press(SEND_OFF)
    campaign = await newest(running_bot)
    for role in (None, Role.AUTHOR):
        person = await running_bot.store.person_at(TENANT, louis.address)  # type: ignore[arg-type]
        assert person
        await running_bot.store.give_role(person.id, role, deed=A_DEED)
        for verb in ("approval.yes", "approval.no", "approval.open"):
            await louis.execute(
                verb, {"campaign": campaign.id, "version": campaign.version}, louis.chat.messages[-1]["id"]
            )
    assert await newest(running_bot) == campaign


async def test_it_is_sent_back_with_a_reason(running_bot: RunningBot, ada: Person, grace: Person, always: None) -> None:
    await draft(ada)
    await ada.press(SEND_OFF)
    await grace.sees("“Autumn newsletter” waits for approval")
    card = (await grace.press("Send back"))["value"]
    assert "Please say in a sentence what is to be changed." in words_of(card)
    await grace.press("Send back", reason="The date is wrong.")
    words = words_of(await ada.sees("“Autumn newsletter” was sent back by Grace Hopper."))
    assert "The date is wrong." in words
    assert await state(running_bot) is CampaignState.DRAFT


async def test_a_change_asks_again(running_bot: RunningBot, ada: Person, grace: Person, always: None) -> None:
    """While it waits, and after it was approved."""
    tomorrow: dict[str, Any] = {"start": "at", "date": "2999-01-01", "time": "10:00", "zone": "UTC"}
    await draft(
        ada, **{**tomorrow, "date": (running_bot.clock.now().date().replace(day=1)).isoformat()} | {"start": "now"}
    )
    await ada.press(SEND_OFF)
    old = await grace.sees("“Autumn newsletter” waits for approval")
    await ada.press("Change it")
    await ada.press("Change the message")
    await ada.press("To the review", body="Other words.")
    assert await state(running_bot) is CampaignState.DRAFT
    words = words_of((await grace.press("Approve", card=old))["value"])
    assert "It does not wait for approval (any more)." in words
    await ada.press(SEND_OFF)
    words = words_of((await grace.press("Approve", card=old))["value"])
    assert "It has changed since you saw it. Please look again." in words
    assert any("Other words." in word for word in words)
    assert await state(running_bot) is CampaignState.SUBMITTED
    await grace.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)


async def test_an_approved_one_that_changes_before_it_starts_waits_again(
    running_bot: RunningBot, ada: Person, grace: Person, always: None
) -> None:
    day = (running_bot.clock.now().date()).isoformat()
    await draft(ada, start="at", date=day, time="23:59", zone="Pacific/Honolulu")
    await ada.press(SEND_OFF)
    await grace.sees("“Autumn newsletter” waits for approval")
    await grace.press("Approve")
    assert await state(running_bot) is CampaignState.SCHEDULED
    await ada.say("information autumn")
    await ada.sees("Scheduled")
    await ada.press("Change it")
    await ada.press("Change the message")
    await ada.press("To the review", body="Other words.")
    await ada.press("Save the changes")
    assert await state(running_bot) is CampaignState.SUBMITTED


async def test_two_approvers_at_once_schedule_it_once(
    running_bot: RunningBot, ada: Person, grace: Person, always: None
) -> None:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await asked(ada, f"add publisher {marie.address}")
    await draft(ada)
    await ada.press(SEND_OFF)
    for person in (grace, marie):
        await person.sees("“Autumn newsletter” waits for approval")
    await asyncio.gather(*(person.press("Approve") for person in (grace, marie)))
    await in_state(running_bot, CampaignState.RUNNING)
    deeds = [entry.deed for _, entry in await audit_of(running_bot.store, TenantId(TENANT), 50)]
    assert deeds.count(DeedKind.APPROVED) == 1


async def test_who_wrote_it_last_does_not_approve_it(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person, always: None
) -> None:
    """An owner may write in what waits, and approve what others wrote: but not both."""
    await asked(louis, "english")
    await asked(ada, f"add author {louis.address}")
    await draft(louis, audience={"list_name": "Mine", "addresses": ada.address})
    await louis.press(SEND_OFF)
    await ada.sees("“Autumn newsletter” waits for approval")
    waiting = await newest(running_bot)
    form = {"campaign": waiting.id, "version": waiting.version, "step": "message", "go": "review"}
    await ada.execute("form.save", {**form, **MESSAGE, "body": "Other words."}, ada.chat.messages[-1]["id"])
    written = await newest(running_bot)
    assert (written.state, written.forms["message"]["body"]) == (CampaignState.DRAFT, "Other words.")
    again = {"campaign": written.id, "version": written.version}
    await louis.execute("campaign.schedule", again, louis.chat.messages[-1]["id"])
    assert await state(running_bot) is CampaignState.SUBMITTED
    mine = {"campaign": written.id, "version": written.version + 1, "seen": "1"}
    for verb in ("approval.yes", "approval.no", "approval.open"):
        answer = await ada.execute(verb, mine, ada.chat.messages[-1]["id"])
        assert "Somebody else has to approve it: it is your own, or you wrote it last." in words_of(answer["value"])
    assert await state(running_bot) is CampaignState.SUBMITTED
    shown = await grace.sees("“Autumn newsletter” waits for approval")
    assert {"Mine", "Other words."} <= {*words_of(shown)}, "a publisher sees all of it, whoever asks"
    await grace.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)


async def test_with_nobody_to_approve_the_author_is_told(running_bot: RunningBot, ada: Person, always: None) -> None:
    await draft(ada)
    card = (await ada.press(SEND_OFF))["value"]
    assert any("nobody else may approve it yet" in word for word in words_of(card))
    assert await state(running_bot) is CampaignState.SUBMITTED


async def test_the_start_passed_while_it_waited(
    running_bot: RunningBot, ada: Person, grace: Person, always: None
) -> None:
    day = (running_bot.clock.now().date()).isoformat()
    await draft(ada, start="at", date=day, time="23:59", zone="Pacific/Honolulu", duration="1", unit="hours")
    await ada.press(SEND_OFF)
    await grace.sees("“Autumn newsletter” waits for approval")
    running_bot.clock.forward(
        running_bot.clock.now().replace(year=running_bot.clock.now().year + 1) - running_bot.clock.now()
    )
    words = words_of((await grace.press("Approve"))["value"])
    assert any("It can’t be sent like this any more: That is in the past." in word for word in words)
    assert await state(running_bot) is CampaignState.SUBMITTED


# --- whom an author may reach -----------------------------------------------------------------


async def test_an_author_reaches_their_own_and_shared_lists_only(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await asked(louis, "english")
    await asked(ada, f"add author {louis.address}")
    person = await running_bot.store.person_at(TENANT, ada.address)  # type: ignore[arg-type]
    assert person
    theirs = await running_bot.store.new_list(person.tenant, person.id, "Directors", [person.id], deed=A_DEED)
    limit = (
        "**Audience**: You can send to your own lists and to those shared with you. A publisher can send to anybody."
    )
    await louis.say("new campaign")
    await louis.press("Next: audience", **MESSAGE)
    assert "Everyone who has installed Crieur" not in str(louis.card()), "it is not offered"
    campaign = await newest(running_bot)
    chosen = {"step": "audience", "go": "review", "channel": "msteams", "audience": "everyone"}
    pressed = {"campaign": campaign.id, "version": campaign.version}
    await louis.execute("form.save", {**pressed, **chosen}, louis.chat.messages[-1]["id"])
    await louis.execute("form.open", {**pressed, "step": "review"}, louis.chat.messages[-1]["id"])
    assert limit in words_of(louis.card())
    assert SEND_OFF.isdisjoint([action["title"] for action in actions_of(louis.card())])
    campaign = await newest(running_bot)
    pressed = {"campaign": campaign.id, "version": campaign.version}
    await louis.execute("campaign.schedule", pressed, louis.chat.messages[-1]["id"])
    assert await state(running_bot) is CampaignState.DRAFT
    # the list of somebody else, pressed on a card of our own making, and one that was there before they came
    chosen = {"step": "audience", "go": "review", "channel": "msteams", "audience": f"list:{theirs.id}"}
    await louis.execute("form.save", {**pressed, **chosen}, louis.chat.messages[-1]["id"])
    campaign = await newest(running_bot)
    forms = {**campaign.forms, "audience": {"channel": "msteams", "audience": f"list:{theirs.id}"}}
    campaign = await running_bot.store.save(replace(campaign, forms=forms), deed=A_DEED)
    pressed = {"campaign": campaign.id, "version": campaign.version}
    await louis.execute("campaign.schedule", pressed, louis.chat.messages[-1]["id"])
    assert await newest(running_bot) == campaign
    me = await running_bot.store.person_at(TENANT, louis.address)  # type: ignore[arg-type]
    assert me
    await running_bot.store.share_list(theirs.id, [me.id], deed=A_DEED)
    await draft(louis, audience={"audience": f"list:{theirs.id}"})
    assert limit not in words_of(louis.card())
    own = {"audience": "", "list_name": "Mine", "addresses": ada.address}
    await draft(louis, audience=own)
    assert limit not in words_of(louis.card())
    await louis.press(SEND_OFF)
    await in_state(running_bot, CampaignState.RUNNING)


async def test_a_publisher_reaches_anybody(running_bot: RunningBot, ada: Person, grace: Person) -> None:
    await draft(grace)
    await grace.press(SEND_OFF)
    await in_state(running_bot, CampaignState.RUNNING)

"""People are spared: who has muted the bot, and who has had enough messages this week; and the report says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import Campaign, CampaignState, DeliveryState, TenantId
from storage.shared.policy import policy_of
from tests.bot.story import asked, completed, draft, eventually, in_state, newest, settled
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, TENANT, Person, nodes_of, words_of

SHORT = {"duration": "2", "unit": "hours"}


async def rules(ada: Person, **values: str) -> None:
    await ada.say("rules")
    await ada.sees("Rules of the organisation")
    card = (await ada.press("Save", approval="never", **values))["value"]
    assert "The rules are saved." in words_of(card)


async def test_all_that_the_card_of_rules_asks_is_kept(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("rules")
    card = await ada.sees("Rules of the organisation")
    given = {"approval": "always", "per_week": "3", "important_unmutes": "true", "keep_days": "100", "sender": "Comms"}
    assert {node["id"] for node in nodes_of(card) if "id" in node and node["type"].startswith("Input.")} == {
        *given,
        "approve_above",
    }
    await ada.press("Save", **given)
    policy = await policy_of(running_bot.store, TenantId(TENANT))
    assert (policy.approve_above, policy.per_week, policy.important_unmutes) == (0, 3, True)
    assert (policy.keep_days, policy.sender) == (100, "Comms")
    await ada.press("Save", **{**given, "approval": "above", "approve_above": "70"})
    assert (await policy_of(running_bot.store, TenantId(TENANT))).approve_above == 70


async def send(running_bot: RunningBot, ada: Person, **message: str) -> Campaign:
    """A campaign to everyone, that is over."""
    await draft(ada, message=message, **SHORT)
    await ada.press(SEND_OFF)
    campaign = await eventually(lambda: ready(running_bot))
    await completed(ada, running_bot)
    await in_state(running_bot, CampaignState.DONE)
    return campaign


async def ready(running_bot: RunningBot) -> Campaign | None:
    campaign = await newest(running_bot)
    return campaign if campaign.planned_at else None


async def became(running_bot: RunningBot, campaign: Campaign, person: Person) -> DeliveryState:
    known = await running_bot.store.person_at(TENANT, person.address)  # type: ignore[arg-type]
    assert known
    state = await running_bot.store.delivery_state(campaign.id, known.id)
    assert state is not None
    return DeliveryState(state)


async def test_who_has_muted_gets_nothing_and_the_report_says_so(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(louis, "sourdine")
    campaign = await send(running_bot, ada)
    assert await became(running_bot, campaign, louis) is DeliveryState.MUTED
    assert await became(running_bot, campaign, ada) is DeliveryState.DELIVERED
    assert louis.chat.campaigns.total() == 0
    words = words_of(await ada.sees("Report: Autumn newsletter"))
    assert any("They have muted campaigns." in word for word in words)
    await asked(louis, "réactiver")
    campaign = await send(running_bot, ada)
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED


async def test_important_ones_pass_a_mute_only_where_the_owner_says_so(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(louis, "sourdine")
    campaign = await send(running_bot, ada, style="important")
    assert await became(running_bot, campaign, louis) is DeliveryState.MUTED
    await rules(ada, important_unmutes="true")
    campaign = await send(running_bot, ada, style="important")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED
    campaign = await send(running_bot, ada)
    assert await became(running_bot, campaign, louis) is DeliveryState.MUTED


async def test_a_test_reaches_who_has_muted(running_bot: RunningBot, ada: Person) -> None:
    await asked(ada, "mute")
    await draft(ada)
    await ada.press("Try it")
    card = (await ada.press("Send the test", address=ada.address))["value"]
    assert any("The test is in the chat of" in word for word in words_of(card))


async def test_nobody_gets_more_a_week_than_the_rule_says(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await rules(ada, per_week="2")
    running_bot.clock.forward(timedelta(days=7 - running_bot.clock.now().weekday()))  # a week's whole beginning
    states = []
    for _ in range(3):
        campaign = await send(running_bot, ada)
        states.append(await became(running_bot, campaign, louis))
    assert states == [DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.CAPPED]
    assert louis.chat.campaigns.total() == 2
    await ada.sees("as many messages this week as your organisation allows")
    await ada.sees("Had enough this week")
    campaign = await send(running_bot, ada, style="important")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED, "important ones are exempt"
    running_bot.clock.forward(timedelta(days=7))
    campaign = await send(running_bot, ada)
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED, "another week"


async def test_the_rule_holds_through_a_restart_and_for_two_campaigns_at_once(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await rules(ada, per_week="1")
    running_bot.clock.forward(timedelta(days=7 - running_bot.clock.now().weekday()))
    for _ in range(2):
        await draft(ada, duration="3", unit="days")
        await ada.press(SEND_OFF)

    async def both_planned() -> bool:
        both = await running_bot.store.campaigns(TenantId(TENANT), 2)
        return all(campaign.planned_at for campaign in both)

    await eventually(both_planned)
    await running_bot.restart()
    campaigns = await running_bot.store.campaigns(TenantId(TENANT), 2)
    for _ in range(40):
        running_bot.clock.forward(timedelta(hours=2))
        for campaign in campaigns:
            await settled(running_bot, campaign)
    for person in (ada, louis):
        assert person.chat.campaigns.total() == 1, person.name
        states = {await became(running_bot, campaign, person) for campaign in campaigns}
        assert states == {DeliveryState.DELIVERED, DeliveryState.CAPPED}


@pytest.mark.parametrize("value", ["0", "-1", "two", "1e3", "9" * 12])
async def test_a_rule_that_is_no_number_is_said_beside_its_field(
    running_bot: RunningBot, ada: Person, value: str
) -> None:
    await ada.say("rules")
    await ada.sees("Rules of the organisation")
    card = (await ada.press("Save", per_week=value))["value"]
    assert any("Please give a whole number above zero." in word for word in words_of(card))

"""What is approved is what goes out (product.md §5): to whom it was approved, as the rules stand when it starts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.teams.announcer import AuthorAnnouncer
from storage.records import Audience, CampaignState, DirectoryUser, DistributionList, Policy, Role, TenantId, WhyHeld
from storage.records.segments import Fact, FactIs, Group, How
from storage.shared.policy import change_policy
from tests.bot.story import draft, eventually, in_state, newest, settled
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

WAITS = "“Autumn newsletter” should have started, and waits."


@pytest.fixture
async def grace(running_bot: RunningBot, ada: Person) -> Person:
    """A publisher, who approves."""
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await ada.say(f"add publisher {grace.address}")
    return grace


async def always(running_bot: RunningBot) -> None:
    def change(policy: Policy) -> Policy:
        return replace(policy, approve_above=0)

    await change_policy(running_bot.store, TenantId(TENANT), change, deed=A_DEED)


async def a_list(running_bot: RunningBot, owner: Person, *people: Person) -> DistributionList:
    known = [await running_bot.store.person_at(TENANT, person.address) for person in (owner, *people)]
    ids = [person.id for person in known if person]
    return await running_bot.store.new_list(TenantId(TENANT), ids[0], "Team", ids[1:], deed=A_DEED)


async def enlist(running_bot: RunningBot, team: DistributionList, person: Person) -> None:
    known = await running_bot.store.person_at(TENANT, person.address)
    assert known
    await running_bot.store.enlist(team.id, [known.id], deed=A_DEED)


async def start_tomorrow(running_bot: RunningBot, author: Person, team: DistributionList) -> None:
    tomorrow = (running_bot.clock.now() + timedelta(days=1)).date().isoformat()
    at = {"start": "at", "date": tomorrow, "time": "09:00", "zone": "UTC", "duration": "3", "unit": "days"}
    await draft(author, {"audience": f"list:{team.id}"}, **at)
    await author.press(SEND_OFF)


async def its_slot_begins(running_bot: RunningBot) -> None:
    campaign = await newest(running_bot)
    running_bot.clock.forward(campaign.as_scheduled.schedule.slot.start - running_bot.clock.now())


async def test_a_list_that_grew_after_the_approval_is_asked_about_again(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    """A list of one was approved, and twelve received it."""
    await always(running_bot)
    team = await a_list(running_bot, ada, louis)
    await start_tomorrow(running_bot, ada, team)
    await grace.sees("“Autumn newsletter” waits for approval")
    await grace.press("Approve")
    await in_state(running_bot, CampaignState.SCHEDULED)
    await enlist(running_bot, team, grace)
    await its_slot_begins(running_bot)
    card = await grace.sees(WAITS)
    more = "1 person more than was approved is in its audience: 1 were, 2 are now."
    assert more in words_of(card)
    await ada.sees(WAITS)
    held = await in_state(running_bot, CampaignState.SUBMITTED)
    assert held.held and held.held.newcomers == 1
    assert more in words_of((await grace.press("Decide"))["value"])
    await grace.press("Approve")
    running = await in_state(running_bot, CampaignState.RUNNING)
    assert running.frozen == held.held.frozen, "and nothing else of it is new"
    await eventually(lambda: planned_for(running_bot, 2))


async def test_a_kill_before_anybody_is_told_that_it_waits_loses_nothing_and_tells_once(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is durable first is that it waits."""
    team = await a_list(running_bot, grace, louis)
    await start_tomorrow(running_bot, grace, team)
    await in_state(running_bot, CampaignState.SCHEDULED)
    await always(running_bot)

    async def never(*_: object) -> bool:
        await asyncio.Event().wait()
        return False

    monkeypatch.setattr(AuthorAnnouncer, "held", never)
    await its_slot_begins(running_bot)
    await in_state(running_bot, CampaignState.SUBMITTED)
    monkeypatch.undo()
    held = await newest(running_bot)
    readers = [await running_bot.store.person_at(TENANT, person.address) for person in (ada, grace)]
    keys = [f"posting/held/{held.id}/{held.version}/{person.id}" for person in readers if person]

    async def written_down() -> bool:  # a moment after it has arrived: a kill in between may tell once more
        kept = await running_bot.store.read_documents(keys)
        return [json for _, json in kept.values()] == [b"2", b"2"]

    for _ in range(2):
        await running_bot.restart()
        await ada.sees(WAITS)
        await grace.sees(WAITS)
        await eventually(written_down)
    for person in (ada, grace):
        assert sum(WAITS in words_of(card) for _, card in person.cards()) == 1


async def planned_for(running_bot: RunningBot, count: int) -> bool:
    campaign = await newest(running_bot)
    return campaign.planned_at is not None and (await running_bot.store.tally(campaign.id)).total == count


async def test_a_list_that_shrank_goes_out_without_asking(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await always(running_bot)
    team = await a_list(running_bot, ada, louis, grace)
    await start_tomorrow(running_bot, ada, team)
    await grace.sees("“Autumn newsletter” waits for approval")
    await grace.press("Approve")
    await in_state(running_bot, CampaignState.SCHEDULED)
    known = await running_bot.store.person_at(TENANT, louis.address)
    assert known
    await running_bot.store.dismiss(team.id, [known.id], deed=A_DEED)
    await its_slot_begins(running_bot)
    await eventually(lambda: planned_for(running_bot, 1))


async def test_an_old_approval_card_approves_nobody_else_than_it_shows(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    await always(running_bot)
    team = await a_list(running_bot, ada, louis)
    await start_tomorrow(running_bot, ada, team)
    await grace.sees("“Autumn newsletter” waits for approval")
    await enlist(running_bot, team, grace)
    card = (await grace.press("Approve"))["value"]
    assert "It has changed since you saw it. Please look again." in words_of(card)
    assert (await newest(running_bot)).state is CampaignState.SUBMITTED
    await grace.press("Approve", card=card)
    await in_state(running_bot, CampaignState.SCHEDULED)


async def test_a_new_rule_reaches_what_is_scheduled(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    """It waits for an owner's word: a publisher's is not enough."""
    team = await a_list(running_bot, grace, louis)
    await start_tomorrow(running_bot, grace, team)
    await in_state(running_bot, CampaignState.SCHEDULED)
    await always(running_bot)
    await its_slot_begins(running_bot)
    card = await ada.sees(WAITS)
    assert "The rules ask for approval of it now, and nobody has approved it." in words_of(card)
    await ada.press("Decide")
    await ada.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)


async def test_the_campaign_of_an_author_who_was_removed_waits_for_an_owner(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    team = await a_list(running_bot, grace, louis)
    await start_tomorrow(running_bot, grace, team)
    await in_state(running_bot, CampaignState.SCHEDULED)
    known = await running_bot.store.person_at(TENANT, grace.address)
    assert known
    await running_bot.store.give_role(known.id, None, deed=A_DEED)
    await its_slot_begins(running_bot)
    await ada.sees(WAITS)
    held = await in_state(running_bot, CampaignState.SUBMITTED)
    assert held.held and held.held.why is WhyHeld.AUTHOR_GONE
    publisher = await running_bot.store.person_at(TENANT, louis.address)
    assert publisher
    await running_bot.store.give_role(publisher.id, Role.PUBLISHER, deed=A_DEED)
    form = {"campaign": held.id, "version": held.version, "seen": "1"}
    await louis.execute("approval.yes", form, louis.cards()[-1][0])
    assert (await newest(running_bot)).state is CampaignState.SUBMITTED, "a publisher's word is not enough"
    await ada.press("Decide")
    await ada.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)
    await settled(running_bot)


async def test_nobody_decides_in_time_and_it_goes_out_to_nobody(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    team = await a_list(running_bot, grace, louis)
    await start_tomorrow(running_bot, grace, team)
    await always(running_bot)
    await its_slot_begins(running_bot)
    await ada.sees(WAITS)
    await ada.press("Decide")
    running_bot.clock.forward(timedelta(days=4))
    card = (await ada.press("Approve"))["value"]
    assert "It can’t be sent like this any more: its time is over." in words_of(card)
    assert (await newest(running_bot)).state is CampaignState.SUBMITTED


async def test_a_segment_is_approved_as_a_rule_with_its_number_on_the_day(
    running_bot: RunningBot, ada: Person, louis: Person, grace: Person
) -> None:
    """Ten more than on the day are asked about."""
    await always(running_bot)

    async def moves_to_france(*people: Person) -> None:
        users = [
            DirectoryUser(directory_id=one.directory_id, addresses=(one.address,), country="France") for one in people
        ]
        await running_bot.store.know(TENANT, users, running_bot.clock.now())

    crowd = running_bot.organisation.crowd(10)
    for person in crowd:
        await person.install()
    await moves_to_france(louis)
    owner = await running_bot.store.person_at(TENANT, ada.address)
    assert owner is not None
    french = Group(how=How.ALL, parts=(FactIs(fact=Fact.COUNTRY, values=("France",)),))
    rule = Audience(everyone=True, only=french)
    segment = await running_bot.store.new_segment(TENANT, owner.id, "French", rule, deed=A_DEED)
    await start_tomorrow(running_bot, ada, segment)
    await grace.sees("“Autumn newsletter” waits for approval")
    await grace.press("Approve")
    scheduled = await in_state(running_bot, CampaignState.SCHEDULED)
    assert scheduled.approval and (scheduled.approval.people, scheduled.approval.digest) == (1, "")
    await moves_to_france(*crowd)
    await its_slot_begins(running_bot)
    await grace.sees(WAITS)
    held = await in_state(running_bot, CampaignState.SUBMITTED)
    assert held.held and (held.held.approved, held.held.people) == (1, 11)
    await grace.press("Decide")
    await grace.press("Approve")
    await in_state(running_bot, CampaignState.RUNNING)
    await eventually(lambda: planned_for(running_bot, 11))

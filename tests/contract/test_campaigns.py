"""Campaigns: drafts, and the states they pass through, once each."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler import planner
from storage.port.store import Store
from storage.records import (
    Approval,
    Audience,
    Button,
    ButtonKind,
    CampaignId,
    CampaignState,
    Channel,
    Consideration,
    Frozen,
    ListId,
    Message,
    NotReached,
    PersonId,
    Schedule,
    Slot,
    StaleVersion,
    Style,
    Tally,
    Tracking,
    WorkingHours,
)
from storage.records.campaign_life import edit, schedule, to_draft
from storage.shared.approved import digest_of, keep_approved
from tests.contract.world import (
    CONTOSO,
    END,
    FABRIKAM,
    MINUTE,
    NOW,
    claim,
    drafted,
    frozen,
    install,
    opened,
    outcome,
    plan,
    planned,
    running,
    scheduled,
    sent,
    sighting,
)
from tests.support.clocks import LeapingClock
from tests.support.deeds import A_DEED


async def test_a_new_campaign_is_a_draft_of_version_one(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await store.new_campaign(CONTOSO, ada.id, "News", Channel.SKYPE, NOW, deed=A_DEED)
    assert (campaign.state, campaign.version, campaign.name) == (CampaignState.DRAFT, 1, "News")
    assert (campaign.tenant, campaign.author, campaign.channel, campaign.created_at) == (
        CONTOSO,
        ada.id,
        Channel.SKYPE,
        NOW,
    )
    assert await store.campaign(campaign.id) == campaign
    assert await store.campaign(CampaignId(999)) is None


async def test_a_draft_keeps_whose_changes_it_holds(store: Store) -> None:
    (ada,) = await install(store, "ada")
    scheduled_one = await scheduled(store, ada)
    draft = await store.new_campaign(CONTOSO, ada.id, "News", Channel.TEAMS, NOW, deed=A_DEED)
    changes = replace(edit(draft, {"message": {"body": "b"}}, NOW, ada.id), changes_of=scheduled_one.id)
    saved = await store.save(changes, deed=A_DEED)
    assert await store.campaign(draft.id) == saved
    assert saved.changes_of == scheduled_one.id
    assert await store.campaign(scheduled_one.id) == scheduled_one


async def test_a_new_campaign_may_have_its_forms_from_the_start(store: Store) -> None:
    (ada,) = await install(store, "ada")
    forms = {"message": {"body": "Hello"}, "message.fr": {"body": "Bonjour"}}
    campaign = await store.new_campaign(CONTOSO, ada.id, "News", Channel.TEAMS, NOW, forms, deed=A_DEED)
    assert (campaign.version, campaign.forms) == (1, forms)
    assert await store.campaign(campaign.id) == campaign


async def test_all_that_a_campaign_says_comes_back(store: Store) -> None:
    (ada,) = await install(store, "ada")
    whole = replace(
        await drafted(store, ada),
        state=CampaignState.SCHEDULED,
        name="Nouvelles d’été – 新闻",
        forms={"message": {"body": "Hello [FIRSTNAME|there]", "a.b$c": ""}, "audience": {}},
        frozen=Frozen(
            message=Message(
                title="T",
                body="B",
                style=Style.IMPORTANT,
                buttons=(
                    Button(kind=ButtonKind.LINK, title="Read", url="https://contoso.example/?a=1&b=2"),
                    Button(kind=ButtonKind.ACKNOWLEDGE, title="OK"),
                ),
            ),
            audience=Audience(lists=(ListId(3), ListId(4))),
            schedule=Schedule(
                slot=Slot(start=NOW + timedelta(microseconds=123), duration=timedelta(hours=5)),
                hours=WorkingHours(
                    opens=time(9, 30), closes=time(0), days=frozenset({0, 4}), holidays=frozenset({date(2030, 5, 1)})
                ),
                zone="America/St_Johns",
            ),
            tracking=Tracking(links=False, anonymous=True),
            consideration=Consideration(per_week=3, past_mute=True),
        ),
    )
    saved = await store.save(whole, deed=A_DEED)
    assert saved == replace(whole, version=2)
    assert await store.campaign(whole.id) == saved


async def test_a_save_from_an_old_version_is_refused(store: Store) -> None:
    (ada,) = await install(store, "ada")
    draft = await drafted(store, ada)
    saved = await store.save(replace(draft, name="Second"), deed=A_DEED)
    with pytest.raises(StaleVersion):
        await store.save(replace(draft, name="Late"), deed=A_DEED)
    assert await store.campaign(draft.id) == saved


async def test_of_two_saves_at_once_one_wins(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    draft = await drafted(store, ada)
    results = await asyncio.gather(
        *(
            some.save(replace(draft, name=name), deed=A_DEED)
            for some, name in ((store, "A"), (other, "B"), (store, "C"))
        ),
        return_exceptions=True,
    )
    won = [result for result in results if not isinstance(result, BaseException)]
    assert len(won) == 1
    assert sum(isinstance(result, StaleVersion) for result in results) == 2
    assert await store.campaign(draft.id) == won[0]


async def test_a_campaign_that_went_cannot_be_saved(store: Store) -> None:
    (ada,) = await install(store, "ada")
    draft = await drafted(store, ada)
    await store.delete_campaign(draft, deed=A_DEED)
    with pytest.raises(StaleVersion):
        await store.save(draft, deed=A_DEED)
    with pytest.raises(StaleVersion):
        await store.delete_campaign(draft, deed=A_DEED)


async def test_campaigns_come_newest_first_in_pages_and_by_tenant(store: Store) -> None:
    (ada,) = await install(store, "ada")
    drafts = [await drafted(store, ada, f"Number {number}") for number in range(5)]
    await store.new_campaign(FABRIKAM, PersonId(99), "Theirs", Channel.TEAMS, NOW, deed=A_DEED)
    assert await store.campaigns(CONTOSO, 10) == drafts[::-1]
    assert await store.campaigns(CONTOSO, 2, 1) == [drafts[3], drafts[2]]
    assert await store.count_campaigns(CONTOSO) == 5
    assert await store.count_campaigns(FABRIKAM) == 1


async def test_deleting_takes_deliveries_counts_and_engagement_along(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.record([outcome(delivery) for delivery in await sent(store, campaign)], 1)
    await store.engage([opened(campaign, ada)])
    with pytest.raises(StaleVersion):  # still running
        await store.delete_campaign(campaign, deed=A_DEED)
    assert await store.finish(campaign.id, NOW)
    with pytest.raises(StaleVersion):  # it has changed since
        await store.delete_campaign(campaign, deed=A_DEED)
    done = await store.campaign(campaign.id)
    assert done is not None
    await store.delete_campaign(done, deed=A_DEED)
    assert await store.campaign(campaign.id) is None
    assert await store.tally(campaign.id) == Tally(states={}, reasons={})
    assert list(await store.planned_people(campaign.id)) == []
    assert await store.delivery_state(campaign.id, ada.id) is None
    assert await store.engagement(campaign.id) == []
    assert (await drafted(store, ada)).id != campaign.id


async def test_a_scheduled_campaign_is_due_when_its_slot_begins(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await scheduled(store, ada)
    await drafted(store, ada, "A draft")
    assert await store.due_to_start(NOW - MINUTE) == []
    assert await store.due_to_start(NOW) == [campaign]
    draft = await store.save(to_draft(campaign), deed=A_DEED)
    assert await store.due_to_start(NOW) == []
    again = await store.save(schedule(draft, frozen()), deed=A_DEED)
    assert await store.start(again.id, NOW)
    assert await store.due_to_start(NOW + MINUTE) == []


async def test_a_campaign_starts_once_however_many_try(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await scheduled(store, ada)
    starts = await asyncio.gather(*(some.start(campaign.id, NOW) for some in (store, other) * 3))
    assert starts.count(True) == 1
    started = await store.campaign(campaign.id)
    assert started is not None
    assert (started.state, started.started_at) == (CampaignState.RUNNING, NOW)
    assert started.version > campaign.version
    assert await store.in_state(CampaignState.RUNNING) == [started]
    assert await store.in_state(CampaignState.SCHEDULED) == []


async def test_a_draft_does_not_start(store: Store) -> None:
    (ada,) = await install(store, "ada")
    draft = await drafted(store, ada)
    assert not await store.start(draft.id, NOW)
    assert not await store.start(CampaignId(999), NOW)


async def test_a_started_campaign_cannot_be_changed(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await running(store, ada)
    with pytest.raises(StaleVersion):
        await store.save(replace(campaign, name="Too late"), deed=A_DEED)
    with pytest.raises(StaleVersion):
        await store.delete_campaign(campaign, deed=A_DEED)
    assert await store.campaign(campaign.id) == campaign


async def test_a_campaign_ends_when_it_is_planned_and_nothing_is_open(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await running(store, ada)
    assert not await store.finish(campaign.id, NOW)  # not planned
    await plan(store, campaign, [(person, NOW) for person in (ada, louis)])
    await store.planned(campaign.id, NOW)
    assert not await store.finish(campaign.id, NOW)  # planned
    first, second = await claim(store, campaign)
    assert not await store.finish(campaign.id, NOW)  # claimed
    await store.mark_sending([first, second], 1, NOW + MINUTE)
    assert not await store.finish(campaign.id, NOW)  # sending
    await store.record([outcome(first)], 1)
    assert not await store.finish(campaign.id, NOW)  # one is open
    await store.record([outcome(second)], 1)
    assert await store.finish(campaign.id, NOW + MINUTE)
    done = await store.campaign(campaign.id)
    assert done is not None
    assert (done.state, done.finished_at) == (CampaignState.DONE, NOW + MINUTE)
    assert not await store.finish(campaign.id, NOW)
    assert await store.in_state(CampaignState.RUNNING) == []


async def test_who_still_may_install_keeps_a_campaign_open(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await running(store, ada)
    await plan(store, campaign, [(louis, None)])
    # louis is reachable, so being planned wakes the row: take them away first
    await store.lose(CONTOSO, Channel.TEAMS, sighting("louis").user, NotReached.UNINSTALLED)
    await store.planned(campaign.id, NOW)
    assert not await store.finish(campaign.id, NOW)
    await store.reap(campaign.id, END, END)
    assert await store.finish(campaign.id, END)


async def test_a_campaign_to_nobody_ends_at_once(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await running(store, ada)
    await store.planned(campaign.id, NOW)
    assert await store.finish(campaign.id, NOW)
    assert (await store.tally(campaign.id)).total == 0


async def test_a_campaign_finishes_once_however_many_try(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    await store.record([outcome(delivery) for delivery in await sent(store, campaign)], 1)
    ends = await asyncio.gather(*(some.finish(campaign.id, NOW) for some in (store, other) * 2))
    assert ends.count(True) == 1


async def test_a_done_campaign_is_unreported_until_its_report_is_posted(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await running(store, ada)
    await store.planned(campaign.id, NOW)
    assert await store.unreported() == []
    await store.finish(campaign.id, NOW)
    assert [done.id for done in await store.unreported()] == [campaign.id]
    await store.reported(campaign.id, NOW + MINUTE)
    assert await store.unreported() == []
    done = await store.campaign(campaign.id)
    assert done is not None and done.reported_at == NOW + MINUTE and done.state is CampaignState.DONE


async def test_the_live_card_is_remembered_and_changes_no_version(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await drafted(store, ada)
    assert await store.live_card(campaign.id) is None
    assert await store.live_card(CampaignId(999)) is None
    await store.keep_live_card(campaign.id, "activity-1")
    await store.keep_live_card(campaign.id, "activity-2")
    await store.save(replace(campaign, name="Still at version 1"), deed=A_DEED)
    assert await store.live_card(campaign.id) == "activity-2"


async def test_campaigns_are_found_by_a_part_of_their_name_in_any_letter_case(store: Store) -> None:
    (ada,) = await install(store, "ada")
    for name in ("Été à Lyon", "Autumn 100%", "autumn [again]", "Other_one"):
        await drafted(store, ada, name)

    async def found(find: str) -> list[str]:
        names = [campaign.name for campaign in await store.campaigns(CONTOSO, 10, 0, find)]
        assert await store.count_campaigns(CONTOSO, find) == len(names)
        return names

    assert await found("autumn") == ["autumn [again]", "Autumn 100%"]
    assert await found("ÉTÉ") == ["Été à Lyon"]
    assert await found("%") == ["Autumn 100%"] and await found("_") == ["Other_one"]
    assert await found("[") == ["autumn [again]"] and await found(".*") == []
    assert len(await found("")) == 4 and await found("winter") == []
    assert [campaign.name for campaign in await store.campaigns(CONTOSO, 1, 1, "autumn")] == ["Autumn 100%"]
    await store.save(replace((await store.campaigns(CONTOSO, 1))[0], name="Winter"), deed=A_DEED)
    assert await found("wint") == ["Winter"] and await found("other") == []


async def test_an_authors_last_campaigns_that_have_been_sent(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    done = []
    for author in (ada, louis, ada):
        campaign = await planned(store, [author])
        await store.record([outcome(row) for row in await sent(store, campaign)], 1)
        assert await store.finish(campaign.id, NOW)
        done.append(campaign.id)
    await drafted(store, ada)
    await planned(store, [ada])
    assert [campaign.id for campaign in await store.last_done(ada.id, Channel.TEAMS, 5)] == [done[2], done[0]]
    assert [campaign.id for campaign in await store.last_done(ada.id, Channel.TEAMS, 1)] == [done[2]]
    assert await store.last_done(ada.id, Channel.SKYPE, 5) == []


async def test_a_copy_that_plans_late_gives_nobody_a_delivery_who_was_not_approved(store: Store) -> None:
    """Another copy has planned everybody meanwhile, and those who were approved are forgotten."""
    ada, louis = await install(store, "ada", "louis")
    approved = sorted([ada.id, louis.id])
    approval = Approval(people=2, digest=digest_of(approved))
    whole = replace(schedule(await drafted(store, ada), frozen()), approval=approval)
    campaign = await store.save(whole, deed=A_DEED)
    await keep_approved(store, campaign.id, approved)
    assert await store.start(campaign.id, NOW)
    started = await store.campaign(campaign.id)
    assert started is not None
    for _ in range(2):
        await planner.plan(started, store, LeapingClock(NOW), random.Random(1))
        await install(store, "marie")
    assert sorted(await store.planned_people(campaign.id)) == approved

"""What people do with a message, and the figures that are kept of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.mongo import MongoStore
from storage.mongo.upgrade import bring_over
from storage.port.store import Store
from storage.records import (
    CROWD,
    DISLIKED,
    ENGAGES_FOR,
    LIKED,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    DeliveryState,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    NotReached,
    Person,
    Press,
    Tracking,
    Who,
)
from storage.records.engagement import HOUR as HOUR_MS
from storage.records.engagement import Counts
from storage.records.instants import ms
from tests.contract.world import END, MINUTE, NOW, install, outcome, plan, planned, refused, scheduled, sent
from tests.support.deeds import A_DEED
from tests.support.kept import engaged_by
from tests.support.sample_records import refrozen

OPENED, CLICKED, ACKNOWLEDGED, ANSWERED, REPLIED, REACTED, READ, RATED = EngagementKind
HOUR = 60 * MINUTE


def press(campaign: Campaign | CampaignId, who: Person | int, kind: EngagementKind, **more: Any) -> Press:
    return Press(
        campaign=campaign.id if isinstance(campaign, Campaign) else campaign,
        who=Who(who.id if isinstance(who, Person) else who),
        kind=kind,
        at=more.pop("at", NOW),
        **more,
    )


def rows(engagement: list[Engagement]) -> list[tuple[Any, ...]]:
    return [(row.kind, row.button, row.people, row.presses) for row in engagement]


async def arrived(store: Store, *people: Person) -> Campaign:
    """A campaign that these people have in their chats."""
    campaign = await planned(store, people)
    deliveries = await sent(store, campaign)
    await store.record([outcome(row, activity=str(1000 + row.person.id)) for row in deliveries], 1)
    return campaign


async def test_people_and_presses_are_counted_apart(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    assert await store.engagement(campaign.id) == []

    [first] = await store.engage([press(campaign, ada, CLICKED)])
    assert first is not None and first.first_at(CLICKED) == NOW
    [again] = await store.engage([press(campaign, ada, CLICKED, at=NOW + MINUTE)])
    assert again is not None and (again.first_at(CLICKED), again.presses(CLICKED)) == (NOW, 2)
    await store.engage([press(campaign, ada, CLICKED, button=1, at=NOW + 2 * MINUTE)])
    await store.engage(
        [press(campaign, louis, CLICKED, button=1, at=NOW + MINUTE), press(campaign, louis, ACKNOWLEDGED, button=2)]
    )

    engagement = await store.engagement(campaign.id)
    assert rows(engagement) == [
        (OPENED, None, 2, 2), (OPENED, 0, 2, 2),
        (CLICKED, None, 2, 4), (CLICKED, 0, 1, 2), (CLICKED, 1, 2, 2),
        (ACKNOWLEDGED, None, 1, 1), (ACKNOWLEDGED, 2, 1, 1),
    ]  # fmt: skip
    last = {(row.kind, row.button): row.last_at for row in engagement}
    assert last[(CLICKED, None)] == NOW + 2 * MINUTE and last[(CLICKED, 0)] == NOW + MINUTE
    assert (await engaged_by(store, campaign.id, Who(ada.id))).presses(CLICKED) == 3


async def test_opening_twice_is_opening_once_and_who_presses_has_opened(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    for at in (NOW, NOW + MINUTE):
        await store.engage([press(campaign, ada, OPENED, at=at)])
    await store.engage([press(campaign, louis, REPLIED)])
    await store.engage([press(campaign, louis, OPENED)])
    assert rows(await store.engagement(campaign.id)) == [
        (OPENED, None, 2, 2), (OPENED, 0, 2, 2), (REPLIED, None, 1, 1), (REPLIED, 0, 1, 1),
    ]  # fmt: skip


async def test_an_answer_can_be_changed_and_only_the_last_one_counts(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    await store.engage([press(campaign, person, ANSWERED, button=1) for person in (ada, louis)])
    [record] = await store.engage([press(campaign, ada, ANSWERED, button=2, at=NOW + MINUTE)])
    assert record is not None and record.answer == 2
    assert rows(await store.engagement(campaign.id))[2:] == [
        (ANSWERED, None, 2, 3), (ANSWERED, 1, 1, 2), (ANSWERED, 2, 1, 1),
    ]  # fmt: skip


async def test_reactions_come_and_go_and_may_be_told_twice(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    for _ in range(2):
        await store.engage(
            [press(campaign, ada, REACTED, reaction="heart"), press(campaign, louis, REACTED, reaction="🎉")]
        )
    await store.engage([press(campaign, ada, REACTED, reaction="like")])
    assert rows(await store.engagement(campaign.id))[2:] == [
        (REACTED, None, 2, 3), (REACTED, 0, 1, 1), (REACTED, 1, 1, 1), (REACTED, 6, 1, 1),
    ]  # fmt: skip
    for _ in range(2):
        await store.engage([press(campaign, louis, REACTED, reaction="🎉", gone=True)])
        await store.engage([press(campaign, ada, REACTED, reaction="like", gone=True)])
    people = {row.button: row.people for row in await store.engagement(campaign.id) if row.kind is REACTED}
    assert people == {None: 1, 0: 0, 1: 1, 6: 0}
    await store.engage([press(campaign, louis, REACTED, reaction="laugh", gone=True)])  # never there
    assert {row.button: row.people for row in await store.engagement(campaign.id) if row.kind is REACTED} == people


async def test_of_the_thumbs_the_last_one_counts_and_the_same_again_is_none(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    for _ in range(2):
        await store.engage([press(campaign, person, RATED, button=LIKED) for person in (ada, louis)])
    assert rows(await store.engagement(campaign.id))[2:] == [(RATED, None, 2, 2), (RATED, LIKED, 2, 2)]
    [record] = await store.engage([press(campaign, ada, RATED, button=DISLIKED, at=NOW + MINUTE)])
    assert record is not None and record.thumb == DISLIKED
    assert rows(await store.engagement(campaign.id))[2:] == [
        (RATED, None, 2, 3), (RATED, LIKED, 1, 2), (RATED, DISLIKED, 1, 1),
    ]  # fmt: skip
    assert (await engaged_by(store, campaign.id, ada.id)).thumb == DISLIKED


async def test_a_pseudonym_is_one_person_and_the_crowd_is_none(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await arrived(store, ada)
    for _ in range(2):
        await store.engage([press(campaign, -(2**61), CLICKED), press(campaign, CROWD, READ)])
    await store.engage([press(campaign, -5, ANSWERED, button=1)])
    await store.engage([press(campaign, CROWD, REACTED, reaction="like") for _ in range(3)])
    await store.engage([press(campaign, CROWD, REACTED, reaction="like", gone=True)])
    await store.engage([press(campaign, CROWD, REACTED, reaction="sad", gone=True)])  # never below zero
    assert rows(await store.engagement(campaign.id)) == [
        (OPENED, None, 2, 2), (OPENED, 0, 2, 2), (CLICKED, None, 1, 2), (CLICKED, 0, 1, 2),
        (ANSWERED, None, 1, 1), (ANSWERED, 1, 1, 1), (REACTED, None, 0, 2), (REACTED, 0, 0, 2),
        (READ, None, 0, 2), (READ, 0, 0, 2),
    ]  # fmt: skip


async def test_only_who_may_have_the_message_counts(store: Store) -> None:
    ada, louis, marie, paul = await install(store, "ada", "louis", "marie", "paul")
    campaign = await planned(store, [ada, louis, marie])
    assert await store.engage([press(campaign, ada, OPENED)]) == [None]  # not sent yet
    by_person = {delivery.person.id: delivery for delivery in await sent(store, campaign)}
    assert (await store.engage([press(campaign, ada, OPENED)]))[0] is not None  # faster than our record
    await store.record(
        [
            refused(by_person[louis.id]),
            outcome(by_person[marie.id], DeliveryState.UNCONFIRMED, reason=NotReached.CONNECTION_BROKE),
        ],
        1,
    )
    presses = [press(campaign, person, OPENED) for person in (louis, marie, paul)]
    records = await store.engage([*presses, press(CampaignId(999), ada, OPENED)])
    assert [record is not None for record in records] == [False, True, False, False]
    assert [row.people for row in await store.engagement(campaign.id)] == [2, 2]


async def test_presses_at_once_are_all_counted_and_the_person_once(store: Store, other: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await arrived(store, ada)
    await asyncio.gather(*(some.engage([press(campaign, ada, CLICKED)]) for some in (store, other) * 5))
    assert rows(await store.engagement(campaign.id)) == [
        (OPENED, None, 1, 1), (OPENED, 0, 1, 1), (CLICKED, None, 1, 10), (CLICKED, 0, 1, 10),
    ]  # fmt: skip


async def test_the_last_press_is_the_latest_in_whatever_order_they_come(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await arrived(store, ada)
    for at in (NOW + 2 * MINUTE, NOW + MINUTE):
        await store.engage([press(campaign, ada, CLICKED, at=at)])
    assert {row.last_at for row in await store.engagement(campaign.id) if row.kind is CLICKED} == {NOW + 2 * MINUTE}


async def test_people_are_counted_in_the_hour_in_which_they_first_did_it(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    assert await store.engagement_by_hour(campaign.id) == []
    await store.engage([press(campaign, ada, OPENED, at=NOW + 59 * MINUTE)])
    await store.engage([press(campaign, ada, CLICKED, at=NOW + 2 * HOUR)])
    await store.engage([press(campaign, ada, CLICKED, at=NOW + 3 * HOUR), press(campaign, louis, CLICKED, at=NOW)])
    assert await store.engagement_by_hour(campaign.id) == [
        EngagedInHour(kind=OPENED, hour=NOW, people=2),
        EngagedInHour(kind=CLICKED, hour=NOW, people=1),
        EngagedInHour(kind=CLICKED, hour=NOW + 2 * HOUR, people=1),
    ]


@pytest.mark.parametrize("minutes", [300, 1])  # in one minute, many do the same at the same instant
async def test_the_figures_are_the_sum_of_the_records_whatever_happens(store: Store, minutes: int) -> None:
    people = await install(store, *(f"person{number}" for number in range(6)))
    campaign = await arrived(store, *people)
    rng = random.Random(8)  # with 5 and 6, the Python server keeps the paths of a large first update as dotted names
    whos = [*(person.id for person in people), -1, -2, CROWD]
    records: dict[Who, Engaged] = {}
    for _ in range(15):
        presses = [_any_press(campaign, rng.choice(whos), rng, minutes) for _ in range(rng.randint(1, 20))]
        for one, record in zip(presses, await store.engage(presses), strict=True):
            records[one.who] = record or Engaged()
    counts = Counts()
    for who, record in records.items():
        counts.add(record, who)
    engagement = await store.engagement(campaign.id)
    assert {(row.kind, row.button): row.people for row in engagement if row.people} == +Counter(counts.people)
    assert {(row.kind, row.button): row.presses for row in engagement if row.presses} == +Counter(counts.presses)
    assert {(row.kind, row.button): ms(row.last_at) for row in engagement} == counts.latest
    hours = Counter(
        {(row.kind, ms(row.hour) // HOUR_MS): row.people for row in await store.engagement_by_hour(campaign.id)}
    )
    assert +hours == +Counter(counts.hours)


def _any_press(campaign: Campaign, who: int, rng: random.Random, minutes: int) -> Press:
    kind = rng.choice(list(EngagementKind))
    return press(
        campaign,
        who,
        kind,
        at=NOW + timedelta(minutes=rng.randrange(minutes)),
        button=rng.randrange(3) if kind in (CLICKED, ANSWERED) else 0,
        reaction=rng.choice(("like", "heart", "🎉")) if kind is REACTED else "",
        gone=kind is REACTED and rng.random() < 0.4,
    )


# --- what a person has received ---------------------------------------------------------------


async def received(store: Store, person: Person, now: datetime = NOW) -> list[tuple[int, str, bool, bool]]:
    messages = await store.received(person, Channel.TEAMS, now)
    return [(one.campaign, one.activity, one.arrived, one.opened) for one in messages]


async def test_what_a_person_has_received_newest_first(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    first = await planned(store, [ada])
    [delivery] = await sent(store, first)
    assert await received(store, ada) == [(first.id, "", False, False)], "on its way"
    await store.record([outcome(delivery, activity="1700000000001")], 1)
    second = await planned(store, [ada, louis])
    deliveries = await sent(store, second)
    await store.record([outcome(row, activity=f"17{row.person.id}", at=NOW + MINUTE) for row in deliveries], 1)
    await store.engage([press(first, ada, OPENED)])
    assert await received(store, ada) == [
        (second.id, f"17{ada.id}", True, False),
        (first.id, "1700000000001", True, True),
    ]
    assert [row[0] for row in await received(store, louis)] == [second.id]
    assert await store.received(ada, Channel.SKYPE, NOW) == []
    third = await planned(store, [ada, louis])
    assert third.id not in [row[0] for row in await received(store, ada)], "not sent yet"


async def test_a_campaign_counts_until_thirty_days_after_its_end(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await arrived(store, ada)
    assert len(await received(store, ada, NOW + 100 * ENGAGES_FOR)) == 1, "it still runs"
    assert await store.finish(campaign.id, END)
    assert len(await received(store, ada, END + ENGAGES_FOR - MINUTE)) == 1
    assert await received(store, ada, END + ENGAGES_FOR) == []
    done = await store.campaign(campaign.id)
    assert done is not None and done.state is CampaignState.DONE and done.closes_at == END + ENGAGES_FOR


async def test_a_deleted_campaign_leaves_no_engagement(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await arrived(store, ada)
    await store.engage([press(campaign, ada, CLICKED)])
    await store.finish(campaign.id, END)
    done = await store.campaign(campaign.id)
    assert done is not None
    await store.delete_campaign(done, deed=A_DEED)
    assert await store.engagement(campaign.id) == []
    assert await store.engagement_by_hour(campaign.id) == []
    assert not (await engaged_by(store, campaign.id, Who(ada.id))).pressed
    assert await received(store, ada) == []


async def test_an_anonymous_campaign_says_so_where_messages_are_looked_up(store: Store) -> None:
    (ada,) = await install(store, "ada")
    draft = await scheduled(store, ada)
    await store.save(refrozen(draft, tracking=Tracking(links=False, anonymous=True)), deed=A_DEED)
    assert await store.start(draft.id, NOW)
    campaign = await store.campaign(draft.id)
    assert campaign is not None and campaign.anonymous
    await plan(store, campaign, [(ada, NOW)])
    await sent(store, campaign)
    assert [message.anonymous for message in await store.received(ada, Channel.TEAMS, NOW)] == [True]


async def test_engagement_as_mongodb_kept_it_before_is_read(store: Store) -> None:
    if not isinstance(store, MongoStore):
        pytest.skip("SQLite's schema brings its own over")
    ada, louis = await install(store, "ada", "louis")
    campaign = await arrived(store, ada, louis)
    at = ms(NOW)
    button = {"presses": 2, "first_at": at, "last_at": at + 60_000}
    former = {"campaign": campaign.id, "kind": "clicked", "presses": 2, "last_at": at + 60_000}
    key = f"{campaign.id} {ada.id} clicked"
    await store.collection("engagements").insert_one({"_id": key, **former, "buttons": {"b0": button}})
    for _ in range(2):
        await bring_over(store)
    done = await engaged_by(store, campaign.id, Who(ada.id))
    assert (done.presses(CLICKED), done.first_at(CLICKED), done.has(OPENED)) == (2, NOW, True)
    assert list(await store.people_without(campaign.id, CLICKED)) == [louis.id]

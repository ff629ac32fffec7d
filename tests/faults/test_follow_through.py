"""The real program is killed while something follows: an occurrence, a step, a round, the choice of an A/B test."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from storage.port.store import Store
from storage.records import (
    ABTest,
    Campaign,
    CampaignId,
    CampaignState,
    DeedKind,
    DeliveryState,
    EngagementKind,
    Every,
    FollowUp,
    Measure,
    Message,
    OtherWords,
    Person,
    Repeat,
    Step,
    StepSequence,
    Until,
    Variant,
    variant_for,
)
from tests.faults import conftest
from tests.faults.conftest import Town
from tests.support.connector import Chat
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import BROWSER
from tests.support.patience import looks
from tests.support.seeding import NEWSLETTER, TENANT, conversation_of, install, scheduled

PEOPLE = min(conftest.PEOPLE // 4, 1_000)
KILLS = min(conftest.KILLS, 20)
SLOT = timedelta(seconds=4 + 4 * KILLS)
PATIENCE = 180.0  #: seconds until everything has ended
HOUR = timedelta(hours=1)
SOME = 3  #: people who open a link
OTHER_TITLE = "Big news"

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/r/[\w.-]+")


@pytest.fixture
async def store(town: Town) -> AsyncIterator[Store]:
    """As the test sees it, whoever lives."""
    store = await town.open()
    yield store
    await store.close()


async def people_of(town: Town, store: Store) -> list[Person]:
    for number in range(PEOPLE):
        town.add_person(number)
    return await install(store, town.connector.url, PEOPLE)


async def killed_again_and_again(town: Town, rng: random.Random) -> None:
    for _ in range(KILLS):
        if not town.program.alive:
            await town.program.start()
        await asyncio.sleep(rng.uniform(0.05, 2.0))
        await town.program.kill()
    await town.program.start()


async def the_only_one(town: Town, parent: CampaignId) -> Campaign:
    """What has come of it, once that is over."""
    store = await town.open()
    try:
        async for _ in looks(PATIENCE, 0.3):
            come = await store.sequels(parent, 10)
            if come and all(map(is_over, come)):
                [only] = come
                return only
        raise AssertionError(f"it does not end: {come}")
    finally:
        await store.close()


async def ended(town: Town, store: Store, id: CampaignId) -> Campaign:
    async for _ in looks(PATIENCE, 0.3):
        campaign = await store.campaign(id)
        if campaign is not None and is_over(campaign):
            return campaign
    raise AssertionError(f"it does not end: {campaign}")


def is_over(campaign: Campaign) -> bool:
    return campaign.state is CampaignState.DONE and campaign.reported_at is not None


def received(town: Town, campaign: Campaign, people: Sequence[int] = range(PEOPLE)) -> list[int]:
    return [town.connector.chats[conversation_of(number)].campaigns[campaign.id] for number in people]


async def holds(town: Town, campaign: Campaign, people: Sequence[int] = range(PEOPLE)) -> None:
    """Nobody has it twice, and everybody who has not is accounted for."""
    store = await town.open()
    tally = await store.tally(campaign.id)
    await store.close()
    counts = received(town, campaign, people)
    assert max(counts) == 1 and town.connector.tally()["doubled"] == 0, "nobody twice"
    assert tally.total == len(people) and tally.open == 0, tally
    unconfirmed = tally.states.get(DeliveryState.UNCONFIRMED, 0)
    assert 0 < tally.delivered <= sum(counts) <= tally.delivered + unconfirmed, tally


def message_of(chat: Chat, campaign: Campaign) -> str:
    """The campaign's message in a chat; "" where there is none."""
    texts = (json.dumps(message["activity"]) for message in chat.messages if chat.campaigns[campaign.id])
    sign = f'"crieur": {{"campaign": {campaign.id}, "test": false'  # cards about it hold its number, too
    return next((text for text in texts if sign in text), "")


async def clicked(town: Town, store: Store, campaign: Campaign, chats: Sequence[Chat]) -> None:
    """They open the link in it, until that is kept."""
    async with aiohttp.ClientSession() as http:
        for chat in chats:
            link = _LINK.findall(message_of(chat, campaign))[0]
            async with http.get(link, allow_redirects=False, headers={"User-Agent": BROWSER}) as response:
                assert response.status in (302, 303, 307), await response.text()
    async for _ in looks(PATIENCE, 0.1):
        engaged = [one for one in await store.engagement(campaign.id) if one.kind is EngagementKind.OPENED]
        if sum(one.people for one in engaged if one.button is None) == len(chats):
            return
    raise AssertionError(f"not kept: {engaged}")


async def test_an_occurrence_of_a_series_is_made_once(town: Town) -> None:
    store = await town.open()
    author = (await people_of(town, store))[0]
    now = datetime.now(UTC).replace(microsecond=0)
    repeat = Repeat(every=Every.DAY, first=now.date(), at=now.time(), times=3)
    series = await scheduled(store, author, now, SLOT * town.slow, name="Every day", repeat=repeat)
    await store.close()
    await killed_again_and_again(town, random.Random(5))
    occurrence = await the_only_one(town, series.id)
    assert occurrence.sequel_of == series.id
    await holds(town, occurrence)


async def test_a_step_of_a_sequence_is_made_once(town: Town) -> None:
    store = await town.open()
    author = (await people_of(town, store))[0]
    steps = (
        Step(number=1, after=0, message=Message(body="Welcome")),
        Step(number=2, after=3, message=Message(body="In three days")),
    )
    now = datetime.now(UTC).replace(microsecond=0)
    plan = StepSequence(steps=steps, newcomers=False)
    sequence = await scheduled(store, author, now, SLOT * town.slow, name="Welcome", sequence=plan)
    await store.close()
    await killed_again_and_again(town, random.Random(6))
    step = await the_only_one(town, sequence.id)
    assert step.step == 1
    await holds(town, step)


async def test_a_round_of_a_must_read_goes_once_to_each_who_is_left(town: Town, store: Store) -> None:
    author = (await people_of(town, store))[0]
    must_read = FollowUp(until=Until.OPENED, after=1, rounds=2)
    await town.program.start()
    first = await scheduled(store, author, datetime.now(UTC), timedelta(seconds=6) * town.slow, follow_up=must_read)
    await ended(town, store, first.id)
    opened = [number for number in range(PEOPLE) if received(town, first, [number]) == [1]][:SOME]
    assert len(opened) == SOME
    await clicked(town, store, first, [town.connector.chats[conversation_of(number)] for number in opened])
    await the_round_is_due(store, first.id)
    await killed_again_and_again(town, random.Random(7))
    round = await the_only_one(town, first.id)
    left = [number for number in range(PEOPLE) if number not in opened and received(town, first, [number]) == [1]]
    assert sum(received(town, round)) == sum(received(town, round, left)), "who has opened it is let be"
    await holds(town, round, left)


async def the_round_is_due(store: Store, id: CampaignId) -> None:
    """It is due in a working day, which nobody here waits for."""
    async for _ in looks(PATIENCE, 0.1):
        campaign = await store.campaign(id)
        sequels = campaign.sequels if campaign else None
        if campaign is not None and sequels is not None and sequels.last_at is not None:
            now = replace(sequels, last_at=sequels.next_at, next_at=datetime.now(UTC))
            await store.make_sequel(campaign, now, None, deed=A_DEED)
            return
    raise AssertionError("nobody knows when it is due")


async def test_a_variant_is_chosen_once_and_everybody_gets_theirs_once(town: Town, store: Store) -> None:
    """It dies while the test is sent, over the choice, and over the rest: which gets what the choice says."""
    people = await people_of(town, store)
    test = ABTest(words={"": OtherWords(title=OTHER_TITLE)}, share=50, measure=Measure.CLICKED, after=1)
    part = SLOT * town.slow / 2
    start = datetime.now(UTC) - HOUR + part  # the hour of the choice strikes while it dies
    campaign = await scheduled(store, people[0], start, HOUR + 2 * part, ab_test=test)
    await town.program.start()
    async for _ in looks(PATIENCE):
        if len(having := [chat for chat, title in titles(town, campaign) if title == OTHER_TITLE]) >= SOME:
            break
    await clicked(town, store, campaign, having)
    await killed_again_and_again(town, random.Random(8))
    over = await ended(town, store, campaign.id)
    assert over.choice is not None and over.choice.variant is Variant.B, over.choice
    deeds = [one.deed for _, one in await audit_of(store, TENANT)]
    assert deeds.count(DeedKind.CHOSEN) == 1, "once"
    await holds(town, over)
    known = {conversation_of(number): person for number, person in enumerate(people)}
    for chat, title in titles(town, campaign):
        variant = variant_for(over, known[chat.id].id)
        assert title == (OTHER_TITLE if variant is Variant.B else NEWSLETTER.title), (chat.id, variant)


def titles(town: Town, campaign: Campaign) -> Iterator[tuple[Chat, str]]:
    """Which of the two titles each has, who has the campaign's message."""
    for chat in town.connector.chats.values():
        if text := message_of(chat, campaign):
            yield chat, OTHER_TITLE if OTHER_TITLE in text else NEWSLETTER.title

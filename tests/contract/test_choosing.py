"""An A/B test's choice through deaths: whatever dies between two awaits, one is chosen, and its author told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from scheduler.authors.choosing import Choices
from scheduler.authors.post_once import MOST, post_once
from scheduler.ports import Delivered, Outcome
from scheduler.rules.ab_tests import times_of
from storage.port.store import Store
from storage.records import (
    Campaign,
    Choice,
    DeedKind,
    EngagementKind,
    Profile,
    Tried,
    Variant,
    WhyChosen,
    campaign_life,
)
from storage.records.instants import ms
from tests.contract.test_ab_tests import TEST
from tests.contract.world import CONTOSO, NOW, claim, drafted, frozen, install, opened, outcome
from tests.support.deeds import A_DEED
from tests.support.stopped_time import StoppedClock

HOUR = timedelta(hours=1)
PEOPLE = 15  #: in each variant
MANY = 40  #: awaits: more than a choice has


A_CHOICE = replace(A_DEED, kind=DeedKind.CHOSEN)
TRIED = Tried(sent=PEOPLE, did=1)


class Died(BaseException):
    """As a kill does: nobody catches it."""


@dataclass
class Mortal:
    """The store, whose caller dies before the call of this number, or after it."""

    store: Store
    #: calls until it dies; below 0: never
    left: int
    after: bool

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.store, name)

        async def call(*args: Any, **named: Any) -> Any:
            if self.left == 0 and not self.after:
                raise Died
            answer = await method(*args, **named)
            if self.left == 0:
                raise Died
            self.left -= 1
            return answer

        return call


@dataclass
class Author:
    """Told through the store, as the bot does it; what arrived in the chat."""

    store: Any
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def choosing(self, campaign: Campaign) -> bool:
        chat, what = (self.told, "chosen") if campaign.choice else (self.asked, "choosing")

        async def post() -> Outcome:
            chat.append(campaign.choice.variant if campaign.choice else "?")
            return Delivered("1")

        return await post_once(self.store, f"posting/{what}/{campaign.id}", post, gives_up=True)


async def with_test(store: Store, *, opens: tuple[int, int]) -> Campaign:
    """Running, with its test delivered; so many of each variant have opened it."""
    people = await install(store, *(f"person{number}" for number in range(2 * PEOPLE)))
    whole = frozen(start=NOW)
    schedule = replace(whole.schedule, slot=replace(whole.schedule.slot, duration=8 * HOUR))
    whole = replace(whole, ab_test=replace(TEST, after=2), schedule=schedule)
    campaign = await store.save(campaign_life.schedule(await drafted(store, people[0]), whole), deed=A_DEED)
    assert await store.start(campaign.id, NOW)
    kinds = [Profile(variant=variant) for variant in Variant]
    await store.keep_profiles(campaign.id, kinds)
    for place, kind in enumerate(kinds):
        some = people[place * PEOPLE : (place + 1) * PEOPLE]
        ids = [person.id for person in some]
        await store.plan(campaign.id, ids, [ms(NOW)] * PEOPLE, NOW + HOUR, profiles=[kind.number] * PEOPLE)
    current = await store.campaign(campaign.id)
    assert current is not None
    claimed = await claim(store, current, limit=2 * PEOPLE)
    await store.record([outcome(one) for one in claimed], 1)
    for place, count in enumerate(opens):
        some = people[place * PEOPLE : place * PEOPLE + count]
        await store.engage([opened(current, person, NOW + HOUR, EngagementKind.OPENED) for person in some])
    return current


async def goes_on(store: Store, campaign: Campaign, at: datetime, author: Author, dies: int, *, after: bool) -> bool:
    """One look of a copy that has just begun; whether it lived."""
    mortal = Mortal(store, dies, after)
    author.store = mortal
    current = await store.campaign(campaign.id)
    assert current is not None
    try:
        await Choices(mortal, author, StoppedClock(at)).go_on([current])  # type: ignore[arg-type]
    except Died:
        return False
    return True


async def chosen_once(store: Store, campaign: Campaign) -> Choice:
    current = await store.campaign(campaign.id)
    assert current is not None and current.choice is not None and current.frozen == campaign.frozen
    entries = [entry for _, entry in await store.audit_from(0, 100, CONTOSO) if entry.deed is DeedKind.CHOSEN]
    assert len(entries) == 1 and entries[0].id == str(campaign.id)
    return current.choice


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_await_the_better_one_is_chosen_once(store: Store, after: bool) -> None:
    campaign, author = await with_test(store, opens=(1, 13)), Author(store)
    at = times_of(campaign.as_scheduled.schedule, replace(TEST, after=2)).choice
    assert await goes_on(store, campaign, at - timedelta(seconds=1), author, -1, after=after)
    for dies in range(MANY):
        if await goes_on(store, campaign, at, author, dies, after=after):
            break
    else:
        raise AssertionError("it never lived")
    await goes_on(store, campaign, at + HOUR, author, -1, after=after)
    choice = await chosen_once(store, campaign)
    assert (choice.variant, choice.why, choice.by) == (Variant.B, WhyChosen.BETTER, None)
    assert (choice.a.sent, choice.a.did, choice.b.did) == (PEOPLE, 1, 13)
    assert author.asked == [] and 1 <= len(author.told) <= MOST, "told again once at the most"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_await_the_author_is_asked_and_what_is_ahead_goes_in_the_end(
    store: Store, after: bool
) -> None:
    campaign, author = await with_test(store, opens=(7, 8)), Author(store)
    times = times_of(campaign.as_scheduled.schedule, replace(TEST, after=2))
    for dies in range(MANY):
        if await goes_on(store, campaign, times.choice, author, dies, after=after):
            break
    current = await store.campaign(campaign.id)
    assert current is not None and current.choice is None and 1 <= len(author.asked) <= MOST
    people = [row.person for row in await store.results(campaign.id, 0, 2 * PEOPLE)]
    await store.engage([opened(current, person, NOW + HOUR, EngagementKind.OPENED) for person in people[PEOPLE:]])
    assert await goes_on(store, campaign, times.choice + HOUR, author, -1, after=after)
    current = await store.campaign(campaign.id)
    assert current is not None and current.choice is None, "the test is not looked at again once it has told nothing"
    for dies in range(MANY):
        if await goes_on(store, campaign, times.last.first, author, dies, after=after):
            break
    choice = await chosen_once(store, campaign)
    assert (choice.variant, choice.why) == (Variant.B, WhyChosen.AHEAD)
    assert 1 <= len(author.asked) <= MOST and 1 <= len(author.told) <= MOST


async def test_two_copies_and_a_press_choose_once(store: Store) -> None:
    campaign = await with_test(store, opens=(1, 13))
    at, authors = NOW + 2 * HOUR, [Author(store) for _ in range(3)]
    pressed = Choice(variant=Variant.A, why=WhyChosen.AUTHOR, by=campaign.author, a=TRIED, b=TRIED)
    looks = [partial(Choices(store, one, StoppedClock(at)).go_on, [campaign]) for one in authors]  # type: ignore[arg-type]
    await asyncio.gather(*(look() for look in looks), store.choose(campaign.id, pressed, deed=A_CHOICE))
    choice = await chosen_once(store, campaign)
    told = [variant for one in authors for variant in one.told]
    assert set(told) <= {choice.variant} and len(told) <= 1

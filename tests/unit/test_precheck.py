"""Between the claim and the mark: who is written to, who is looked for again, when a silent service is asked again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler import presence_lookup as presence_lookup
from scheduler.ports import Availability, Delivered, NotAnswered, Retry
from scheduler.precheck import Precheck, asks
from scheduler.presence_lookup import LATER, LONGEST, SOON, PresenceLookup
from scheduler.rate_limit import TokenBucket
from scheduler.rules.settling import PAST, settle
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Claimed,
    Consideration,
    DeliveryId,
    DeliveryState,
    Frozen,
    IfUnknown,
    Message,
    NotReached,
    Person,
    PersonId,
    PresenceChoice,
    Reference,
    Schedule,
    Seen,
    Settled,
    Slot,
    TenantId,
)
from tests.support.sample_records import refrozen
from tests.unit.test_ladder import paris
from tests.unit.test_window import OFFICE

MONDAY = paris(2, 14, 27)
SCHEDULE = Schedule(
    slot=Slot(start=paris(2, 9), duration=timedelta(days=5)),
    hours=OFFICE,
    zone="Europe/Paris",
    presence=PresenceChoice.AVAILABLE,
)


@dataclass
class StoppedClock:
    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - MONDAY).total_seconds()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


@dataclass
class Service:
    """Answers for everybody alike, or with trouble; remembers whom it was asked about."""

    answer: Availability | NotAnswered | None = Availability.AVAILABLE
    asked: list[int] = field(default_factory=list)

    async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
        self.asked.append(len(people))
        if isinstance(self.answer, NotAnswered):
            raise self.answer
        return {} if self.answer is None else {person.id: self.answer for person in people}


def campaign(schedule: Schedule = SCHEDULE, channel: Channel = Channel.TEAMS, tenant: str = "contoso") -> Campaign:
    return Campaign(
        id=CampaignId(1),
        tenant=TenantId(tenant),
        author=PersonId(1),
        version=1,
        state=CampaignState.RUNNING,
        name="News",
        channel=channel,
        frozen=Frozen(message=Message(body="Hello"), audience=Audience(everyone=True), schedule=schedule),
        created_at=MONDAY,
    )


def claimed(number: int = 7, *, rung: int = 0, zone: str = "", broken: NotReached | None = None) -> Claimed:
    person = Person(id=PersonId(number), tenant=TenantId("contoso"), address=f"p{number}@contoso.example", zone=zone)
    reference = Reference(
        person=person.id,
        channel=Channel.TEAMS,
        service_url="",
        conversation=f"chat-{number}",
        bot="",
        user="",
        tenant=TenantId("contoso"),
        broken=broken,
    )
    id = DeliveryId(number)
    return Claimed(id=id, campaign=CampaignId(1), person=person, reference=reference, attempts=0, rung=rung)


async def sorted_out(
    service: Service, schedule: Schedule = SCHEDULE, *deliveries: Claimed, at: datetime = MONDAY
) -> tuple[list[Seen | None], list[Settled]]:
    clock = StoppedClock(at)
    presence_lookup = PresenceLookup({Channel.TEAMS: service}, clock)
    precheck = Precheck(campaign(schedule), presence_lookup, clock, None)  # type: ignore[arg-type]
    going, staying = await precheck.sort(deliveries or [claimed()])
    return [item.seen for item in going], staying


# --- who goes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "goes"),
    [
        (PresenceChoice.AVAILABLE, {Availability.AVAILABLE}),
        (PresenceChoice.PRESENT, {Availability.AVAILABLE, Availability.AWAY, Availability.BUSY}),
    ],
)
@pytest.mark.parametrize("shown", list(Availability))
async def test_who_shows_as_the_author_wants_it_goes(
    choice: PresenceChoice, goes: set[Availability], shown: Availability
) -> None:
    going, staying = await sorted_out(Service(shown), replace(SCHEDULE, presence=choice))
    if shown in goes:
        assert going == [Seen(shown.value)] and not staying
    else:
        assert not going
        assert (staying[0].state, staying[0].seen) == (DeliveryState.PLANNED, Seen(shown.value))


@pytest.mark.parametrize(
    ("rung", "at", "next_rung", "due"),
    [
        (0, paris(2, 14, 27), 1, paris(2, 14, 37)),
        (1, paris(2, 14, 37), 2, paris(2, 15)),
        (2, paris(2, 15), 3, paris(3, 9)),
        (7, paris(4, 9, 10), 8, paris(4, 10)),
        (0, paris(2, 17, 55), 3, paris(3, 9)),
    ],
)
async def test_who_is_not_there_is_due_at_the_ladders_next_look(
    rung: int, at: datetime, next_rung: int, due: datetime
) -> None:
    _, [settled] = await sorted_out(Service(Availability.ABSENT), SCHEDULE, claimed(rung=rung), at=at)
    assert (settled.state, settled.rung, settled.due) == (DeliveryState.PLANNED, next_rung, due)
    assert (settled.seen, settled.reason, settled.attempted, settled.at) == (Seen.ABSENT, None, False, at)


async def test_the_ninth_try_is_the_last() -> None:
    _, [settled] = await sorted_out(Service(Availability.AWAY), SCHEDULE, claimed(rung=8), at=paris(4, 10))
    assert (settled.state, settled.reason, settled.seen) == (DeliveryState.ABSENT, NotReached.ABSENT, Seen.AWAY)


async def test_one_question_for_the_whole_group_and_none_about_whom_it_is_of_no_use() -> None:
    service = Service()
    gone = claimed(1, broken=NotReached.BLOCKED)
    going, [waits] = await sorted_out(service, SCHEDULE, gone, *(claimed(number) for number in range(2, 40)))
    assert service.asked == [38] and len(going) == 38
    assert (waits.id, waits.state) == (gone.id, DeliveryState.WAITING)


async def test_nothing_is_asked_where_only_the_hours_matter() -> None:
    service = Service()
    schedule = replace(SCHEDULE, presence=PresenceChoice.ALWAYS, own_zone=True)
    going, [sleeps] = await sorted_out(service, schedule, claimed(1), claimed(2, zone="Asia/Tokyo"))
    assert going == [None] and not service.asked
    # half past ten in the evening: the next morning there, on the same rung, and no look
    assert (sleeps.state, sleeps.due) == (DeliveryState.PLANNED, paris(3, 1))
    assert sleeps.rung is None and sleeps.seen is None


async def test_the_ladder_is_climbed_on_the_recipients_own_clock() -> None:
    schedule = replace(SCHEDULE, own_zone=True)
    new_york = claimed(rung=2, zone="America/New_York")  # five in the afternoon there
    _, [settled] = await sorted_out(Service(Availability.ABSENT), schedule, new_york, at=paris(2, 23))
    assert settled.due == paris(3, 15), "nine in the morning there"


async def test_where_nobody_works_any_more_the_end_of_the_slot_settles_it() -> None:
    schedule = replace(SCHEDULE, own_zone=True, slot=Slot(start=paris(2, 9), duration=timedelta(hours=6)))
    _, [settled] = await sorted_out(Service(), schedule, claimed(zone="Pacific/Auckland"))
    assert settled.state is DeliveryState.PLANNED
    assert settled.due == schedule.slot.end + PAST, "nothing is sent then: the slot is over"


def test_only_what_asks_something_is_approached() -> None:
    plain = replace(SCHEDULE, presence=PresenceChoice.ALWAYS)
    assert not asks(campaign(plain))
    assert asks(campaign()) and asks(campaign(replace(plain, own_zone=True)))
    assert asks(refrozen(campaign(plain), consideration=Consideration(per_week=3)))


# --- nobody can tell --------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", list(IfUnknown))
@pytest.mark.parametrize("answer", [None, NotAnswered("no", permanent=True), NotAnswered("429", after=60)])
async def test_where_nobody_can_tell_the_authors_choice_counts(unknown: IfUnknown, answer: NotAnswered | None) -> None:
    going, staying = await sorted_out(Service(answer), replace(SCHEDULE, unknown=unknown))
    if unknown is IfUnknown.SEND:
        assert going == [Seen.UNKNOWN] and not staying
        return
    [settled] = staying
    assert not going
    assert (settled.state, settled.reason) == (DeliveryState.PLANNED, NotReached.PRESENCE_UNKNOWN)
    assert settled.rung is None and settled.seen is None, "waiting is no look"
    assert settled.due is not None and settled.due > MONDAY


async def test_who_waits_is_asked_about_again_in_working_hours_only() -> None:
    trouble = Service(NotAnswered("429", after=3 * 3600))
    _, [settled] = await sorted_out(trouble, replace(SCHEDULE, unknown=IfUnknown.WAIT), at=paris(2, 16))
    assert settled.due == paris(3, 9)


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (NotAnswered("no answer"), SOON),
        (NotAnswered("the permission is missing", permanent=True), LATER),
        (NotAnswered("429", after=3600), 3600.0),
        (NotAnswered("429", after=0.1), SOON),
        (NotAnswered("429", after=1e9), LONGEST),
    ],
)
async def test_a_service_that_does_not_answer_is_left_in_peace(trouble: NotAnswered, seconds: float) -> None:
    clock, service, wait = StoppedClock(), Service(trouble), timedelta(seconds=seconds)
    running_bot = PresenceLookup({Channel.TEAMS: service}, clock)
    people = [claimed().person]
    assert not running_bot.silent(campaign())
    assert await running_bot.look(campaign(), people) == {people[0].id: Seen.UNKNOWN}
    assert running_bot.silent(campaign()) and running_bot.again(campaign()) == MONDAY + wait
    clock.at = MONDAY + wait - timedelta(milliseconds=1)
    await running_bot.look(campaign(), people)
    assert len(service.asked) == 1, "not before its time"
    clock.at = MONDAY + wait
    service.answer = Availability.AVAILABLE
    assert await running_bot.look(campaign(), people) == {people[0].id: Seen.AVAILABLE}
    assert not running_bot.silent(campaign())


async def test_the_silence_of_one_organisation_is_not_anothers() -> None:
    service = Service(NotAnswered("429", after=3600))
    running_bot = PresenceLookup({Channel.TEAMS: service}, StoppedClock())
    await running_bot.look(campaign(), [claimed().person])
    service.answer = Availability.BUSY
    assert not running_bot.silent(campaign(tenant="fabrikam"))
    assert list((await running_bot.look(campaign(tenant="fabrikam"), [claimed().person])).values()) == [Seen.BUSY]


async def test_a_service_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging:
        async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
            await asyncio.Future()
            raise AssertionError

    monkeypatch.setattr(presence_lookup, "PATIENCE", 0.01)
    running_bot = PresenceLookup({Channel.TEAMS: Hanging()}, StoppedClock())
    assert list((await running_bot.look(campaign(), [claimed().person])).values()) == [Seen.UNKNOWN]
    assert running_bot.again(campaign()) == MONDAY + timedelta(seconds=SOON)


async def test_a_service_that_breaks_is_one_that_does_not_answer() -> None:
    class Broken:
        async def availability(self, tenant: TenantId, people: Sequence[Person]) -> Mapping[PersonId, Availability]:
            raise ZeroDivisionError

    running_bot = PresenceLookup({Channel.TEAMS: Broken()}, StoppedClock())
    assert list((await running_bot.look(campaign(), [claimed().person])).values()) == [Seen.UNKNOWN]
    assert running_bot.again(campaign()) == MONDAY + timedelta(seconds=SOON)


async def test_a_campaign_that_asks_nothing_is_never_silent() -> None:
    running_bot = PresenceLookup({}, StoppedClock())
    await running_bot.look(campaign(), [claimed().person])
    assert running_bot.silent(campaign())
    assert not running_bot.silent(campaign(replace(SCHEDULE, presence=PresenceChoice.ALWAYS)))


async def test_a_person_whom_the_service_does_not_know_is_asked_about_later_again() -> None:
    running_bot = PresenceLookup({Channel.TEAMS: Service(None)}, StoppedClock())
    assert list((await running_bot.look(campaign(), [claimed().person])).values()) == [Seen.UNKNOWN]
    assert not running_bot.silent(campaign()) and running_bot.again(campaign()) == MONDAY + timedelta(seconds=LATER)


# --- after the mark ---------------------------------------------------------------------------


def after(outcome: Any) -> Settled:
    return settle(claimed(rung=4), Channel.TEAMS, outcome, MONDAY, paris(7, 9), random.Random(1), Seen.BUSY)


def test_what_the_platform_took_is_a_try_and_what_it_did_not_take_is_none() -> None:
    assert after(Delivered("1")).seen is Seen.BUSY
    throttled = after(Retry(NotReached.THROTTLED, after=5))
    assert (throttled.state, throttled.seen, throttled.rung) == (DeliveryState.PLANNED, None, None)


def test_as_many_are_asked_about_as_may_leave_soon() -> None:
    bucket = TokenBucket(45.0, 0.0)
    assert bucket.soon(0.0, 5.0) == 45 * 5 + 4
    bucket.throttled(0.0, 60)
    assert bucket.soon(0.0, 5.0) == 0
    assert bucket.soon(61.0, 5.0) > 100

"""The Presence port on a company's own service: what it is asked, what its words mean, and when it does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
import pytest

from bot.graph.served_presence import LARGEST, PEOPLE, ServedPresence
from scheduler.ports import Availability, NotAnswered
from storage.records import Person, PersonId, TenantId
from tests.support.clocks import LeapingClock
from tests.support.http import Answer
from tests.support.presence_service import PresenceService

TENANT = TenantId("contoso")


def person(number: int, address: str | None = None) -> Person:
    at = f"p{number}@contoso.example" if address is None else address
    return Person(id=PersonId(number), tenant=TENANT, address=at)


@pytest.fixture
async def service() -> AsyncIterator[PresenceService]:
    service = PresenceService(token="open-sesame")
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def presence(service: PresenceService) -> AsyncIterator[ServedPresence]:
    async with ServedPresence(service.url, service.token, LeapingClock()) as presence:
        yield presence


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("available", Availability.AVAILABLE),
        ("Away", Availability.AWAY),
        ("busy", Availability.BUSY),
        ("do-not-disturb", Availability.ABSENT),
        ("offline", Availability.ABSENT),
        ("", Availability.ABSENT),
        ("in a meeting", Availability.ABSENT),
    ],
)
async def test_its_words_are_the_seeds_and_any_other_is_absent(
    service: PresenceService, presence: ServedPresence, word: str, means: Availability
) -> None:
    ada = person(1)
    service.people[ada.address] = word
    assert await presence.availability(TENANT, [ada]) == {ada.id: means}


async def test_whom_it_does_not_know_is_not_answered_for(service: PresenceService, presence: ServedPresence) -> None:
    ada, louis, nameless = person(1), person(2), person(3, "")
    service.people[ada.address] = "busy"
    assert await presence.availability(TENANT, [ada, louis, nameless]) == {ada.id: Availability.BUSY}
    assert service.asked == [{"tenant": TENANT, "addresses": [ada.address, louis.address]}]
    assert await presence.availability(TENANT, [nameless]) == {}
    assert len(service.asked) == 1, "there was nothing to ask"


async def test_a_request_names_500_people_at_most(service: PresenceService, presence: ServedPresence) -> None:
    people = [person(number) for number in range(2 * PEOPLE + 1)]
    service.people |= {one.address: "away" for one in people}
    assert await presence.availability(TENANT, people) == {one.id: Availability.AWAY for one in people}
    assert sorted(len(question["addresses"]) for question in service.asked) == [1, PEOPLE, PEOPLE]


@pytest.mark.parametrize(
    ("trouble", "permanent", "after"),
    [
        (Answer(401), True, None),
        (Answer(403), True, None),
        (Answer(404), True, None),
        (Answer(429, headers=(("Retry-After", "120"),)), False, 120.0),
        (Answer(503), False, None),
        (Answer(302, headers=(("Location", "https://elsewhere.example/"),)), False, None),
        (Answer(200, b"<html>"), False, None),
        (Answer(200, b"[]"), False, None),
        (Answer(200, b'{"availability": []}'), False, None),
        (Answer(200, orjson.dumps("x" * LARGEST)), True, None),
        (Answer(200, reset=True), False, None),
    ],
)
async def test_no_answer_is_told_as_none(
    service: PresenceService, presence: ServedPresence, trouble: Answer, permanent: bool, after: float | None
) -> None:
    service.trouble = trouble
    with pytest.raises(NotAnswered) as refusal:
        await presence.availability(TENANT, [person(1)])
    assert (refusal.value.permanent, refusal.value.after) == (permanent, after)


async def test_who_does_not_show_the_token_learns_nothing(service: PresenceService) -> None:
    async with ServedPresence(service.url, "guessed", LeapingClock()) as stranger:
        with pytest.raises(NotAnswered):
            await stranger.availability(TENANT, [person(1)])
    assert service.asked == []


async def test_a_service_that_is_away_is_told_as_none(service: PresenceService, presence: ServedPresence) -> None:
    await service.stop()
    with pytest.raises(NotAnswered):
        await presence.availability(TENANT, [person(1)])

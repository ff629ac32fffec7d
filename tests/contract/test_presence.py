"""Every Presence: who is there, in the words of S9, and what happens while nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.graph.presence import FRESH, IDS, SHOWN
from scheduler.ports import Availability, NotAnswered
from storage.records import PersonId, TenantId
from tests.contract.services import TENANT, Service, person_of, serving
from tests.support.graph import Trouble

PRESENCES = "communications"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as service:
        yield service


@pytest.mark.parametrize(
    ("shown", "means"),
    [
        ("Available", Availability.AVAILABLE),
        ("AvailableIdle", Availability.AVAILABLE),
        ("Away", Availability.AWAY),
        ("BeRightBack", Availability.AWAY),
        ("Busy", Availability.BUSY),
        ("BusyIdle", Availability.BUSY),
        ("DoNotDisturb", Availability.ABSENT),
        ("Offline", Availability.ABSENT),
        ("PresenceUnknown", Availability.ABSENT),
        ("OutOfOffice", Availability.ABSENT),  # a word that is not among the documented ones
    ],
)
async def test_how_somebody_shows_is_said_in_the_seeds_words(service: Service, shown: str, means: Availability) -> None:
    ada = person_of(service.user("Ada", availability=shown), 1)
    assert await service.presence.availability(TENANT, [ada]) == {ada.id: means}
    assert shown in SHOWN or means is Availability.ABSENT


async def test_nobody_who_does_not_want_to_be_disturbed_counts_as_there(service: Service) -> None:
    assert {word for word, means in SHOWN.items() if means is Availability.ABSENT} >= {"DoNotDisturb"}


async def test_who_has_no_place_in_the_directory_is_not_answered_for(service: Service) -> None:
    ada = person_of(service.user("Ada", availability="Busy"), 1)
    contact = replace(ada, id=PersonId(2), directory_id="")
    assert await service.presence.availability(TENANT, [ada, contact]) == {ada.id: Availability.BUSY}
    before = service.graph.calls(PRESENCES)
    assert await service.presence.availability(TENANT, [contact]) == {}
    assert await service.presence.availability(TENANT, []) == {}
    assert service.graph.calls(PRESENCES) == before, "there was nothing to ask"


async def test_a_request_names_650_people_at_most(service: Service) -> None:
    people = [person_of(service.user(f"P{number}", availability="Away"), number) for number in range(2 * IDS + 1)]
    availability = await service.presence.availability(TENANT, people)
    assert availability == {person.id: Availability.AWAY for person in people}
    assert sorted(len(asked[3]["ids"]) for asked in service.graph.asked) == [1, IDS, IDS]


async def test_what_falls_due_together_is_asked_together(service: Service) -> None:
    people = [person_of(service.user(f"P{number}", availability="Busy"), number) for number in range(60)]
    groups = [people[:30], people[20:50], people[45:]]
    answers = await asyncio.gather(*(service.presence.availability(TENANT, group) for group in groups))
    assert [len(answer) for answer in answers] == [30, 30, 15], "each gets those it asked about, and no others"
    assert service.graph.calls(PRESENCES) == 1


async def test_an_answer_holds_for_twenty_seconds(service: Service) -> None:
    user = service.user("Ada", availability="Available")
    ada = person_of(user, 1)
    assert FRESH == 20
    await service.presence.availability(TENANT, [ada])
    user.availability = "Offline"
    service.clock.forward(FRESH - 1)
    assert await service.presence.availability(TENANT, [ada]) == {ada.id: Availability.AVAILABLE}
    assert service.graph.calls(PRESENCES) == 1
    service.clock.forward(1.5)
    assert await service.presence.availability(TENANT, [ada]) == {ada.id: Availability.ABSENT}


async def test_one_organisation_is_not_answered_for_in_anothers_name(service: Service) -> None:
    user = service.user("Ada", availability="Available")
    other = TenantId("5b1c3c52-7f64-4d0a-9b1e-5a2c3f4e6d70")
    await service.presence.availability(TENANT, [person_of(user, 1)])
    await service.presence.availability(other, [person_of(user, 2, other)])
    assert service.graph.calls(PRESENCES) == 2


async def test_a_permission_that_is_missing_is_named_and_will_not_come_by_itself(service: Service) -> None:
    ada = person_of(service.user("Ada"), 1)
    service.graph.missing = {"Presence.Read.All"}
    with pytest.raises(NotAnswered) as refused:
        await service.presence.availability(TENANT, [ada])
    assert (refused.value.permanent, refused.value.permission) == (True, "Presence.Read.All")
    service.graph.missing = set()
    assert await service.presence.availability(TENANT, [ada]) == {ada.id: Availability.ABSENT}, "given again"


async def test_a_short_wait_is_kept_and_a_long_one_is_told(service: Service) -> None:
    ada = person_of(service.user("Ada", availability="Busy"), 1)
    service.graph.trouble = Trouble(retry_after=3, times=2)
    assert await service.presence.availability(TENANT, [ada]) == {ada.id: Availability.BUSY}
    assert all(3 <= wait < 3.2 for wait in service.clock.slept) and len(service.clock.slept) == 2

    service.clock.forward(FRESH)
    service.graph.trouble = Trouble(retry_after=3600)
    asked = service.graph.calls(PRESENCES)
    with pytest.raises(NotAnswered) as refused:
        await service.presence.availability(TENANT, [ada])
    assert not refused.value.permanent
    assert refused.value.after == pytest.approx(3600, abs=1)
    with pytest.raises(NotAnswered) as again:
        service.clock.forward(600)
        await service.presence.availability(TENANT, [ada])
    assert again.value.after == pytest.approx(3000, abs=1)
    assert service.graph.calls(PRESENCES) == asked + 1, "whoever was asked to stay away stays away"


async def test_one_askers_leaving_leaves_the_others_their_answer(service: Service) -> None:
    ada, louis = (person_of(service.user(name, availability="Away"), number) for number, name in enumerate("AL"))
    leaves = asyncio.create_task(service.presence.availability(TENANT, [ada]))
    stays = asyncio.create_task(service.presence.availability(TENANT, [louis]))
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays == {louis.id: Availability.AWAY}

"""Where the people of an audience live: counted for a forecast, listed for planning."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from scheduler import planner
from storage.port.store import Store
from storage.records import Audience, CampaignId, Channel, Contact, NotReached
from tests.contract.world import CONTOSO, FABRIKAM, NOW, meet, running, sighting
from tests.support.clocks import LeapingClock
from tests.support.deeds import A_DEED

EVERYONE = Audience(everyone=True)


async def test_reachable_people_are_counted_by_zone(store: Store) -> None:
    zones = {"ada": "Europe/London", "louis": "Europe/Paris", "marie": "Europe/Paris", "zoe": ""}
    known = {name: (await store.remember(sighting(name, zone=zone)))[0] for name, zone in zones.items()}
    await store.remember(sighting("eve", zone="Asia/Tokyo", tenant=FABRIKAM))
    (contact,) = await meet(store, CONTOSO, [Contact(address="paul@contoso.example")])
    assert await store.zones(CONTOSO, EVERYONE, Channel.TEAMS) == {"Europe/London": 1, "Europe/Paris": 2, "": 1}
    team = await store.new_list(
        CONTOSO, known["ada"].id, "Team", [known["ada"].id, known["louis"].id, contact.id], deed=A_DEED
    )
    some = Audience(lists=(team.id,))
    assert await store.zones(CONTOSO, some, Channel.TEAMS) == {"Europe/London": 1, "Europe/Paris": 1}
    assert await store.zones(CONTOSO, some, Channel.SKYPE) == {}
    await store.lose(CONTOSO, Channel.TEAMS, "29:louis", NotReached.UNINSTALLED)
    assert await store.zones(CONTOSO, some, Channel.TEAMS) == {"Europe/London": 1}


async def test_people_are_listed_by_zone_each_once(store: Store) -> None:
    zones = ["Europe/Paris", "", "Asia/Tokyo", "Europe/Paris"]
    people = [(await store.remember(sighting(f"p{n}", zone=zone)))[0].id for n, zone in enumerate(zones)]
    (contact,) = await meet(store, CONTOSO, [Contact(address="paul@contoso.example")])
    by_zone = await store.by_zone([*people, contact.id])
    assert {zone: sorted(ids) for zone, ids in by_zone.items()} == {
        "Europe/Paris": sorted([people[0], people[3]]),
        "": sorted([people[1], contact.id]),
        "Asia/Tokyo": [people[2]],
    }
    assert await store.by_zone([]) == {}


async def test_each_has_the_profile_of_what_is_known_of_them_in_whatever_page_they_are_planned(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more kinds than are told apart the others are one, also where another run has planned the first page."""
    monkeypatch.setattr(planner, "PAGE", 3)
    monkeypatch.setattr(planner, "MOST_PROFILES", 4)
    languages, zones = ["fr", "en", "de", "it", "pl", "fi"], ["Europe/Paris", "", "Asia/Tokyo"]
    sightings = [sighting(f"p{n}", zone=zones[n % 3], locale=languages[n % 6]) for n in range(18)]
    people = [(await store.remember(one))[0] for one in sightings]
    campaign = await running(store, people[0])
    frozen = campaign.as_scheduled
    own_zone = replace(campaign, frozen=replace(frozen, schedule=replace(frozen.schedule, own_zone=True)))

    def dies(id: CampaignId) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await planner.plan(own_zone, store, LeapingClock(NOW), random.Random(1), dies)
    assert sum(one.recipients for one in await store.profile_figures(campaign.id)) == 3
    await planner.plan(own_zone, store, LeapingClock(NOW), random.Random(1))
    recipients = {one.profile.language: one.recipients for one in await store.profile_figures(campaign.id)}
    assert recipients.pop("") == 6 and list(recipients.values()) == [3, 3, 3, 3]

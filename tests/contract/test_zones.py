"""Where the people of an audience live: counted for a forecast, listed for planning."""

from __future__ import annotations

from storage.port.store import Store
from storage.records import Audience, Channel, Contact, NotReached
from tests.contract.world import CONTOSO, FABRIKAM, meet, sighting
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

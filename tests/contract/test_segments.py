"""Segments on every store: whom a rule means, what is kept of one, and when it cannot be changed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    Channel,
    Contact,
    Deed,
    DeedKind,
    DirectoryUser,
    DistributionList,
    EngagementKind,
    ListId,
    ListInUse,
    Person,
    Press,
    Reach,
    Who,
)
from storage.records.campaign_life import to_draft
from storage.records.segments import (
    Act,
    ColumnIs,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    Part,
    PersonFacts,
    ReceivedLately,
    matches,
    mistakes,
)
from storage.sqlite import SqliteStore
from tests.contract.rules import rules
from tests.contract.test_no_scans import Eavesdropper
from tests.contract.world import CONTOSO, FABRIKAM, NOW, install, meet, outcome, planned, scheduled, sent, sighting
from tests.support.deeds import A_DEED

DAY = timedelta(days=1)


def all_of(*parts: Part) -> Group:
    return Group(how=How.ALL, parts=parts)


def none_of(*parts: Part) -> Group:
    return Group(how=How.NONE, parts=parts)


FRENCH = FactIs(fact=Fact.COUNTRY, values=("france",))
SALES = FactIs(fact=Fact.DEPARTMENT, values=("Sales",))


@dataclass(frozen=True)
class World:
    """People of whom something is known, and all of it once more, in plain dicts."""

    everyone: list[Person]
    listed: DistributionList
    drill: Campaign
    facts: dict[int, PersonFacts]
    #: who stands in the list
    standing: set[int]


def user(who: str, **more: Any) -> DirectoryUser:
    return DirectoryUser(directory_id=f"directory-{who}", addresses=(f"{who}@contoso.example",), **more)


async def people_of_contoso(store: Store) -> World:
    """Twelve, of whom eight have the bot; a campaign that eight have received; a list with columns."""
    store.now = lambda: NOW + DAY
    names = ["ada", "louis", "marie", "paul", "zoe", "irene", "Émile", "rosa"]
    people = []
    for place, name in enumerate(names):
        seen = sighting(name.lower(), at=NOW + timedelta(seconds=place), locale=("fr-FR", "en-GB", "")[place % 3])
        people.append((await store.remember(seen))[0])
    known = [
        user("ada", department="Sales", country="France", title="Lead engineer", manager="Claire Martin"),
        user("louis", department="SALES", country="Italy", guest=True),
        user("marie", department="Law", country="FRANCE ", city="Paris"),
        user("paul", department="Sales", country="France", manager="CLAIRE  Martin"),
        user("zoe", country="Switzerland", office="3"),
    ]
    await store.know(CONTOSO, known, NOW)
    contacts = await meet(
        store, CONTOSO, [Contact(address=f"{name}@contoso.example") for name in ("bob", "eve", "kim")]
    )
    await store.remember(sighting("stranger", tenant=FABRIKAM, user="29:stranger"))
    blank = await store.blank_list(CONTOSO, people[0].id)
    standing = [*people[:6], *contacts]
    columns = [{"DEPARTMENT": "Sales", "FLOOR": str(place % 4)} for place, _ in enumerate(standing)]
    columns[0], columns[-1] = {"FLOOR": "é 3"}, {}
    await store.fill_blank(blank, [person.id for person in standing], columns)
    listed = await store.publish_list(blank, "Listed", ("DEPARTMENT", "FLOOR"), deed=A_DEED)
    assert listed is not None
    drill = await planned(store, people[:6])
    claimed = await sent(store, drill)
    arrived = [one for one in claimed if one.person.id != people[5].id]
    await store.record([outcome(one, at=NOW + timedelta(hours=place)) for place, one in enumerate(arrived)], 1)
    presses = [
        (people[0], EngagementKind.ACKNOWLEDGED, 0),
        (people[1], EngagementKind.CLICKED, 1),
        (people[2], EngagementKind.ANSWERED, 2),
        (people[2], EngagementKind.ANSWERED, 1),
        (people[3], EngagementKind.OPENED, 0),
    ]
    await store.engage(
        [Press(campaign=drill.id, who=Who(one.id), kind=kind, at=NOW, button=button) for one, kind, button in presses]
    )
    ids = [person.id for person in [*people, *contacts]]
    results = {row.person.id: row for row in await store.results(drill.id, 0, 100)}
    said = await store.columns_of(Audience(lists=(listed.id,)), ids)
    facts = {}
    for id in ids:
        person, reference = await store.person(id), await store.reference(id, Channel.TEAMS)
        row = results.get(id)
        assert person is not None
        facts[int(id)] = PersonFacts(
            person=person,
            channels=frozenset({Channel.TEAMS} if reference else ()),
            installed_at=reference.installed_at if reference else None,
            columns=said.get(id, {}),
            received={drill.id: row.settled_at} if row and row.state == 10 and row.settled_at else {},
            did={drill.id: row.engaged} if row else {},
        )
    return World(people, listed, drill, facts, {person.id for person in standing})


BASES = ("everyone", "list", "both", "left out")


def audience_of(world: World, base: str, rule: Group) -> Audience:
    lists = (world.listed.id,)
    return {
        "everyone": Audience(everyone=True, guests=True, only=rule),
        "list": Audience(lists=lists, guests=True, only=rule),
        "both": Audience(everyone=True, lists=lists, only=rule),
        "left out": Audience(everyone=True, except_lists=lists, guests=True, only=rule),
    }[base]


def plainly(world: World, audience: Audience, now: datetime) -> set[int]:
    """The people of an audience with a rule, by a plain filter."""
    installed = {id for id, one in world.facts.items() if one.installed_at}
    people = (installed if audience.everyone else set()) | (world.standing if audience.lists else set())
    people -= world.standing if audience.except_lists else set()
    assert audience.only is not None
    of_list = world.facts if audience.lists else {id: replace(one, columns={}) for id, one in world.facts.items()}
    return {
        id
        for id in people
        if (audience.guests or not world.facts[id].person.guest) and matches(audience.only, of_list[id], now)
    }


async def test_any_rule_means_whom_a_plain_filter_means(store: Store) -> None:
    world, loop = await people_of_contoso(store), asyncio.get_running_loop()
    declared = {"everyone": (), "left out": ()}

    async def compared(base: str, rule: Group) -> None:
        audience, now = audience_of(world, base, rule), NOW + DAY
        expected = plainly(world, audience, now)
        reachable = {id for id in expected if world.facts[id].channels}
        reached, others = await store.recipients(CONTOSO, audience, Channel.TEAMS)
        assert (set(reached), set(others)) == (reachable, expected - reachable)
        assert len(reached) + len(others) == len(expected), "each once"
        reach = await store.reach(CONTOSO, audience, Channel.TEAMS)
        assert (reach.total, reach.reachable) == (len(expected), len(reachable))
        members = await store.members(CONTOSO, audience, Channel.TEAMS, 100)
        assert {member.person.id for member in members} == expected
        paged = [
            member
            for offset in range(0, len(members), 3)
            for member in await store.members(CONTOSO, audience, Channel.TEAMS, 3, offset)
        ]
        assert paged == members
        assert sum((await store.unreached(CONTOSO, audience, Channel.TEAMS)).values()) == len(others)
        assert sum((await store.zones(CONTOSO, audience, Channel.TEAMS)).values()) == len(reached)

    def stands(base: str, rule: Group) -> bool:
        """What has a line that cannot stand is another test's."""
        text = repr(rule)
        return (
            not mistakes(rule) and "campaign=1000000000" not in text and not (base in declared and "ColumnIs" in text)
        )

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(base=st.sampled_from(BASES), rule=rules([world.drill.id]))
    def every_rule(base: str, rule: Group) -> None:
        if stands(base, rule):
            asyncio.run_coroutine_threadsafe(compared(base, rule), loop).result()

    await asyncio.to_thread(every_rule)


async def counted(store: Store, audience: Audience) -> int:
    return (await store.reach(CONTOSO, audience, Channel.TEAMS)).total


async def test_a_segment_is_a_list_that_is_read_anew(store: Store) -> None:
    world = await people_of_contoso(store)
    ada, kim = world.everyone[0], world.everyone[7]
    french = Audience(everyone=True, guests=True, only=all_of(FRENCH))
    segment = await store.new_segment(CONTOSO, ada.id, "French", french, ("FLOOR",), deed=A_DEED)
    assert await store.distribution_list(segment.id) == segment
    assert (segment.segment, segment.columns, segment.owner, segment.by_hand) == (french, ("FLOOR",), ada.id, False)
    assert segment in await store.lists(CONTOSO)
    there = Audience(lists=(segment.id,), guests=True)
    assert await counted(store, there) == 3
    await store.know(CONTOSO, [user("rosa", country="France")], NOW)
    assert await counted(store, there) == 4, "read anew"
    assert kim.id in (await store.recipients(CONTOSO, there, Channel.TEAMS))[0]
    everyone = Audience(everyone=True, guests=True)
    assert await counted(store, replace(everyone, except_lists=(segment.id,))) == await counted(store, everyone) - 4
    of_both = Audience(lists=(segment.id, world.listed.id), guests=True)
    assert await counted(store, of_both) == len(world.standing | {kim.id})


async def test_a_segment_of_a_segment_narrows_it(store: Store) -> None:
    world = await people_of_contoso(store)
    ada = world.everyone[0]
    listed = Audience(lists=(world.listed.id,), guests=True, only=all_of(FRENCH))
    french = await store.new_segment(CONTOSO, ada.id, "French", listed, deed=A_DEED)
    on_three = Audience(lists=(french.id,), guests=True, only=all_of(ColumnIs(column="FLOOR", values=("3",))))
    inner = await store.new_segment(CONTOSO, ada.id, "French on 3", on_three, deed=A_DEED)
    assert [
        member.person.id for member in await store.members(CONTOSO, Audience(lists=(inner.id,)), Channel.TEAMS, 9)
    ] == [world.everyone[3].id]
    columns = await store.columns_of(Audience(lists=(inner.id,)), [world.everyone[3].id])
    assert columns == {world.everyone[3].id: {"DEPARTMENT": "Sales", "FLOOR": "3"}}, "of the list behind both"


async def unsound(store: Store, world: World) -> list[Audience]:
    """Rules with a line that cannot stand."""
    gone = CampaignId(10**9)
    return [
        Audience(everyone=True, only=none_of(Did(campaign=gone, act=Act.CONFIRMED))),
        Audience(lists=(world.listed.id,), only=none_of(ColumnIs(column="ROOM", values=("1",)))),
        Audience(lists=(world.listed.id, ListId(10**9)), only=all_of(FRENCH)),
        Audience(everyone=True, only=Group(how=How.NONE, parts=())),
    ]


async def test_a_line_that_cannot_stand_means_nobody_and_lets_nobody_through(store: Store) -> None:
    world = await people_of_contoso(store)
    assert await counted(store, Audience(everyone=True)) > 0
    for rule in await unsound(store, world):
        segment = await store.new_segment(CONTOSO, world.everyone[0].id, "Broken", rule, deed=A_DEED)
        assert await counted(store, rule) == 0
        assert await counted(store, Audience(lists=(segment.id,))) == 0
        without = Audience(everyone=True, except_lists=(segment.id,))
        assert await counted(store, without) == 0, "nobody is written to who may have to be left out"
        assert not any(len(some) for some in await store.recipients(CONTOSO, without, Channel.TEAMS))


async def test_a_segment_that_holds_itself_means_nobody(store: Store) -> None:
    (ada,) = await install(store, "ada")
    one = await store.new_segment(CONTOSO, ada.id, "One", Audience(everyone=True), deed=A_DEED)
    two = await store.new_segment(CONTOSO, ada.id, "Two", Audience(lists=(one.id,)), deed=A_DEED)
    assert await counted(store, Audience(lists=(two.id,))) == 1
    await store.change_segment(one.id, Audience(everyone=True, lists=(two.id,)), deed=A_DEED)
    assert await counted(store, Audience(lists=(two.id,))) == 0
    assert await counted(store, Audience(everyone=True, except_lists=(one.id,))) == 0


async def test_another_organisations_list_is_none_of_its(store: Store) -> None:
    world = await people_of_contoso(store)
    (stranger, _) = await store.remember(sighting("other", tenant=FABRIKAM, user="29:other"))
    theirs = await store.new_segment(FABRIKAM, stranger.id, "Theirs", Audience(lists=(world.listed.id,)), deed=A_DEED)
    assert await store.reach(FABRIKAM, Audience(lists=(theirs.id,)), Channel.TEAMS) == Reach(total=0, reachable=0)
    about = Audience(everyone=True, only=none_of(Did(campaign=world.drill.id, act=Act.CONFIRMED)))
    assert (await store.reach(FABRIKAM, about, Channel.TEAMS)).total == 0, "their campaign is none of ours"


async def test_what_a_campaign_that_is_scheduled_goes_to_stays_as_it_is(store: Store) -> None:
    world = await people_of_contoso(store)
    ada = world.everyone[0]
    french = Audience(lists=(world.listed.id,), only=all_of(FRENCH))
    inner = await store.new_segment(CONTOSO, ada.id, "French", french, deed=A_DEED)
    outer = await store.new_segment(CONTOSO, ada.id, "Outer", Audience(lists=(inner.id,)), deed=A_DEED)
    campaign = await scheduled(store, ada, Audience(everyone=True, except_lists=(outer.id,)), "Waits")
    for id in (inner.id, outer.id):
        with pytest.raises(ListInUse) as used:
            await store.change_segment(id, Audience(everyone=True), deed=A_DEED)
        assert used.value.campaigns == ("Waits",)
    for id in (world.listed.id, inner.id, outer.id):
        with pytest.raises(ListInUse):
            await store.delete_list(id, deed=A_DEED)
    await store.save(to_draft(campaign), deed=A_DEED)
    changed = await store.change_segment(inner.id, Audience(everyone=True), ("FLOOR",), deed=A_DEED)
    assert changed is not None and changed.segment == Audience(everyone=True) and changed.columns == ("FLOOR",)
    await store.delete_list(outer.id, deed=A_DEED)
    assert await store.distribution_list(outer.id) is None


async def test_a_list_of_people_is_no_segment(store: Store) -> None:
    (ada,) = await install(store, "ada")
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    assert await store.change_segment(team.id, Audience(everyone=True), deed=A_DEED) is None
    assert await store.change_segment(ListId(10**9), Audience(everyone=True), deed=A_DEED) is None
    assert await store.distribution_list(team.id) == team


async def test_segments_are_deeds_and_are_made_once(store: Store) -> None:
    (ada,) = await install(store, "ada")
    deed = Deed(kind=DeedKind.CREATED, by=ada.id, at=NOW)
    made = await store.new_segment(CONTOSO, ada.id, "French", Audience(everyone=True), deed=deed)
    await store.change_segment(made.id, Audience(), deed=replace(deed, kind=DeedKind.CHANGED))
    entries = [entry for _, entry in await store.audit_from(0, 9, CONTOSO)]
    assert [(entry.deed, entry.id, entry.name) for entry in entries] == [
        (DeedKind.CREATED, str(made.id), "French"),
        (DeedKind.CHANGED, str(made.id), "French"),
    ]


async def test_since_when_somebody_has_the_bot(store: Store) -> None:
    await install(store, "ada")
    assert await counted(store, Audience(everyone=True, only=all_of(Installed(since=NOW)))) == 1
    assert await counted(store, Audience(everyone=True, only=all_of(Installed(before=NOW)))) == 0
    seen = sighting("ada", at=NOW + DAY, conversation="another chat")
    await store.remember(seen)
    assert await counted(store, Audience(everyone=True, only=all_of(Installed(since=NOW + DAY)))) == 0, "had it before"


async def test_what_was_received_counts_for_as_long_as_it_is_kept(store: Store) -> None:
    await people_of_contoso(store)
    lately = Audience(everyone=True, guests=True, only=all_of(ReceivedLately(days=2)))
    assert await counted(store, lately) == 5
    store.now = lambda: NOW + 2 * DAY + timedelta(hours=1)
    assert await counted(store, lately) == 4, "the first was delivered more than two days ago"


async def test_a_count_is_led_by_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "department = X and (country = Y or Z) and not confirmed C" reads the people of the department alone."""
    path = tmp_path / "crieur.db"
    store = SqliteStore(path)
    ear = Eavesdropper(store, monkeypatch)
    await store.open()
    world = await people_of_contoso(store)
    ear.statements.clear()
    rule = all_of(
        SALES,
        FactIs(fact=Fact.COUNTRY, values=("France", "Italy")),
        none_of(Did(campaign=world.drill.id, act=Act.CONFIRMED)),
    )
    audience = Audience(everyone=True, guests=True, only=rule)
    assert await counted(store, audience) == 2
    await store.recipients(CONTOSO, audience, Channel.TEAMS)
    await store.reach(CONTOSO, Audience(lists=(world.listed.id,), only=all_of(FRENCH)), Channel.TEAMS)
    await store.close()
    plans: Sequence[str] = [plan for plan in ear.plans(path) if not re.match("SCAN (b|f|a)$", plan)]
    assert any("person_by_department" in plan for plan in plans)
    assert not [
        plan for plan in plans if re.match(r"SCAN (person|reference|delivery|engaged|list_member|[pdem])\b", plan)
    ]


async def test_a_count_costs_no_more_where_others_are_many(tmp_path: Path) -> None:
    """Four times as many people of other departments: the same people are read (in steps of SQLite's machine)."""
    steps = []
    for others in (4_000, 16_000):
        store = SqliteStore(tmp_path / f"{others}.db")
        await store.open()
        await people_of_contoso(store)
        await store.write(partial(_crowd, others=others))
        audience = Audience(everyone=True, guests=True, only=all_of(FRENCH, SALES))
        await counted(store, audience)
        steps.append(await _steps_of(store, audience))
        await store.close()
    assert steps[1] < 1.2 * steps[0], steps


def _crowd(db: sqlite3.Connection, *, others: int) -> None:
    """Of one other department each hundred, with the bot."""
    people = [(1_000 + n, CONTOSO, f"Department {n % 10}", "France") for n in range(others)]
    db.executemany("INSERT INTO person (id, tenant, department, country) VALUES (?, ?, ?, ?)", people)
    db.executemany(
        "INSERT INTO reference (person, channel, tenant, service_url, conversation, bot, user, seen_at)"
        " VALUES (?, 'msteams', ?, 'https://smba.example/', 'chat', '28:crieur', ?, 0)",
        [(id, tenant, f"29:{id}") for id, tenant, *_ in people],
    )


async def _steps_of(store: SqliteStore, audience: Audience) -> int:
    ticks = [0]

    def tick() -> None:
        ticks[0] += 1

    await store.read(lambda db: db.set_progress_handler(tick, 10))
    await counted(store, audience)
    await store.read(lambda db: db.set_progress_handler(None, 0))
    return ticks[0]

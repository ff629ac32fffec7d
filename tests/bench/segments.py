"""A segment of an organisation of a million: counted, and planned against a list of the same people."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from pathlib import Path

from app import WallClock
from scheduler.planner import plan
from storage.records import Audience, CampaignId, Channel, ListId, PersonId
from storage.records.segments import Act, Did, Fact, FactIs, Group, How
from storage.sqlite import SqliteStore
from tests.bench.ground import running_campaign, settle_people
from tests.support.deeds import A_DEED
from tests.support.sample_records import refrozen
from tests.support.seeding import TENANT

PEOPLE = 1_000_000
DEPARTMENTS, COUNTRIES = 20, 10
ROUNDS = 5
PLANS = 4


async def segments() -> dict[str, float]:
    """ "department = X and (country = Y or Z) and not confirmed C", of everyone; and planning half of them."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "crieur.db")
        await store.open()
        await settle_people(store, "http://127.0.0.1:1", PEOPLE)
        drill = (await running_campaign(store)).id
        await store.write(lambda db: _known(db, drill))
        count = await _counting(store, drill)
        planning = await _planning(store)
        await store.close()
    return {"segment_1m_count_ms": 1000 * count, "segment_plan_over_list": planning}


def _known(db: sqlite3.Connection, drill: CampaignId) -> None:
    """What the directory says of them, in no order; a third has confirmed the campaign."""
    db.execute(
        "UPDATE person SET department = 'Department ' || (id * 7919 % ?),"
        " country = 'Country ' || (id * 104729 / 7 % ?)",
        (DEPARTMENTS, COUNTRIES),
    )
    db.execute(
        "INSERT INTO engaged (campaign, who, kinds, record)"
        """ SELECT ?, id, 5, '{"p":{"opened.0":[1,1,1],"acknowledged.0":[1,1,1]}}' FROM person WHERE id % 3 = 0""",
        (drill,),
    )


async def _counting(store: SqliteStore, drill: CampaignId) -> float:
    """Seconds, the quickest of some rounds."""
    rule = Group(
        how=How.ALL,
        parts=(
            FactIs(fact=Fact.DEPARTMENT, values=("department 3",)),
            FactIs(fact=Fact.COUNTRY, values=("country 1", "country 2")),
            Group(how=How.NONE, parts=(Did(campaign=drill, act=Act.CONFIRMED),)),
        ),
    )
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        reach = await store.reach(TENANT, Audience(everyone=True, only=rule), Channel.TEAMS)
        seconds.append(time.perf_counter() - began)
        assert 4_000 < reach.reachable < 9_000, reach
    return min(seconds)


async def _planning(store: SqliteStore) -> float:
    """The processor's time for a segment by that for a list, of some rounds each."""
    countries = tuple(f"Country {number}" for number in range(COUNTRIES // 2))
    rule = Group(how=How.ALL, parts=(FactIs(fact=Fact.COUNTRY, values=countries),))
    owner = PersonId(1)
    segment = await store.new_segment(TENANT, owner, "Half", Audience(everyone=True, only=rule), deed=A_DEED)
    reached, _ = await store.recipients(TENANT, Audience(lists=(segment.id,)), Channel.TEAMS)
    people = [PersonId(id) for id in reached]
    listed = await store.new_list(TENANT, owner, "The same", people, deed=A_DEED)
    took: dict[ListId, list[float]] = {segment.id: [], listed.id: []}
    for number in range(PLANS):
        for id, seconds in sorted(took.items(), reverse=bool(number % 2)):  # the table grows: each is first in turn
            campaign = refrozen(await running_campaign(store), audience=Audience(lists=(id,)))
            began = time.process_time()  # what the disk takes is the same for both
            await plan(campaign, store, WallClock(), random.Random(1))
            seconds.append(time.process_time() - began)
            assert sum((await store.tally(campaign.id)).states.values()) == len(people)
    return sum(took[segment.id]) / sum(took[listed.id])

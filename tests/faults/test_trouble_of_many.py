"""One trouble of many, to the real program: it is waited for within the slot, and outlives a kill -9."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import CampaignId, NotReached
from tests.faults.conftest import AT_FULL_SIZE, OUTAGE, PEOPLE, Tell, Town
from tests.support.connector import Faults
from tests.support.http import until

PATIENCE = 300.0  #: seconds until the report, after the trouble
SLOT = timedelta(seconds=15 + 3 * OUTAGE)


# each row of the table is in tests/bot/test_what_a_send_can_answer.py, too
@pytest.mark.parametrize(
    ("row", "what", "says"),
    [
        ("401", "our token refused", "cannot sign in at Microsoft"),
        ("503", "503 from the platform", "takes no messages at the moment"),
        pytest.param(
            "403 switched off", "switched off by the administrator", "has switched Crieur off", marks=AT_FULL_SIZE
        ),
        pytest.param("200 html", "a page of the network's", "Something else answers", marks=AT_FULL_SIZE),
    ],
)
async def test_a_trouble_of_many_costs_time_and_nobody(town: Town, tell: Tell, row: str, what: str, says: str) -> None:
    await town.populate(PEOPLE, SLOT)
    await town.program.start()
    await asyncio.sleep(4)
    town.connector.faults = Faults(answer=row)
    await asyncio.sleep(OUTAGE)
    assert town.told(says), "the author reads it while it lasts"
    await town.program.kill()
    await town.program.start()
    town.connector.faults = Faults()
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE, 1)
    tell(f"{what} for {OUTAGE:g} s, and kill -9", account)
    account.holds()
    assert account.sent + account.unconfirmed == PEOPLE, "nobody is given up"


async def test_a_campaign_that_is_paused_stays_so_after_a_kill(town: Town, tell: Tell) -> None:
    town.connector.faults = Faults(answer="413")
    await town.populate(PEOPLE, timedelta(seconds=20))
    await town.program.start()
    await until(lambda: town.told("refuses this message for everybody"), 60 * town.slow)
    posts = town.connector.tally()["posts"]
    await town.program.kill()
    town.connector.faults = Faults()
    await town.program.start()
    await town.wait_for_report(PATIENCE)
    account = await town.account(PEOPLE, 1)
    tell("the message refused for everybody, and kill -9", account)
    account.holds()
    assert account.sent == 0 and account.others["failed"] <= 6, "a few were tried"
    assert town.connector.tally()["posts"] - posts < 20, "and nobody after it: cards for the author only"
    store = await town.open()
    reasons = (await store.tally(CampaignId(1))).reasons
    await store.close()
    assert reasons[NotReached.MESSAGE_REFUSED] >= PEOPLE - 6 - account.unconfirmed

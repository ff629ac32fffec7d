"""What a delivery's state says, how time ends it, and what its counts add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage.records import (
    FINAL,
    CampaignId,
    Channel,
    Claimed,
    DeliveryId,
    DeliveryState,
    NotReached,
    Reference,
    Seen,
    Settled,
    Tally,
)
from storage.records.deliveries import MAY_HAVE_ARRIVED, lapsed
from tests.unit.test_variables import person

#: as the stores keep them: a number is never given another meaning
KEPT = {
    "WAITING": 1,
    "PLANNED": 2,
    "CLAIMED": 3,
    "SENDING": 4,
    "DELIVERED": 10,
    "UNREACHABLE": 11,
    "ABSENT": 12,
    "EXPIRED": 13,
    "FAILED": 14,
    "UNCONFIRMED": 15,
    "MUTED": 16,
    "CAPPED": 17,
}
OPEN = ("WAITING", "PLANNED", "CLAIMED", "SENDING")


def test_the_numbers_of_states_mean_what_they_meant() -> None:
    assert {state.name: state.value for state in DeliveryState} == KEPT
    assert [seen.value for seen in Seen] == ["available", "away", "busy", "absent", "unknown"]


def test_a_state_is_open_or_final() -> None:
    assert tuple(state.name for state in DeliveryState if not state.final) == OPEN
    assert all(state.final is (state >= FINAL) for state in DeliveryState)


def test_what_may_be_in_the_chat_is_known() -> None:
    names = {"SENDING", "DELIVERED", "UNCONFIRMED"}
    assert {state.name for state in MAY_HAVE_ARRIVED} == names


@pytest.mark.parametrize(
    ("state", "reason", "broken", "ends"),
    [
        ("SENDING", None, None, ("UNCONFIRMED", NotReached.BOT_STOPPED)),
        ("SENDING", NotReached.OUTAGE, NotReached.BLOCKED, ("UNCONFIRMED", NotReached.BOT_STOPPED)),
        ("WAITING", None, None, ("UNREACHABLE", NotReached.NEVER_INSTALLED)),
        ("WAITING", NotReached.UNINSTALLED, None, ("UNREACHABLE", NotReached.UNINSTALLED)),  # back, a moment too late
        ("WAITING", NotReached.OUTAGE, NotReached.BLOCKED, ("UNREACHABLE", NotReached.BLOCKED)),
        ("PLANNED", None, NotReached.BLOCKED, ("EXPIRED", NotReached.SLOT_OVER)),
        ("PLANNED", NotReached.OUTAGE, None, ("EXPIRED", NotReached.OUTAGE)),
        ("CLAIMED", None, None, ("EXPIRED", NotReached.SLOT_OVER)),
    ],
)
def test_time_ends_a_delivery_with_the_reason_that_is_known(
    state: str, reason: NotReached | None, broken: NotReached | None, ends: tuple[str, NotReached]
) -> None:
    after = lapsed(DeliveryState[state], reason, broken, NotReached.SLOT_OVER)
    assert after == (DeliveryState[ends[0]], ends[1])


def test_somebody_without_a_reference_that_works_is_not_written_to() -> None:
    reference = Reference(
        person=person().id,
        channel=Channel.TEAMS,
        service_url="https://smba.example/emea",
        conversation="a:1",
        bot="28:crieur",
        user="29:ada",
        tenant=person().tenant,
    )
    claimed = Claimed(id=DeliveryId(1), campaign=CampaignId(2), person=person(), reference=reference, attempts=0)
    assert claimed.reachable
    assert not replace(claimed, reference=None).reachable
    assert not replace(claimed, reference=replace(reference, broken=NotReached.BLOCKED)).reachable
    assert (claimed.rung, claimed.unexplained_at, dict(claimed.columns)) == (0, None, {})


def test_what_is_settled_is_an_attempt_that_tells_nothing_else_unless_it_is_said() -> None:
    row = Settled(
        id=DeliveryId(1),
        campaign=CampaignId(2),
        person=person().id,
        channel=Channel.TEAMS,
        state=DeliveryState.DELIVERED,
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert row.attempted is True
    assert (row.due, row.reason, row.rung, row.seen) == (None, None, None, None)
    assert (row.detail, row.activity, row.conversation, row.worked_url, row.service_url) == ("", "", "", "", "")


def test_counts_add_up() -> None:
    states = {DeliveryState[name]: number for name, number in KEPT.items()}
    tally = Tally(states=states, reasons={})
    assert (tally.total, tally.open, tally.delivered) == (sum(KEPT.values()), 1 + 2 + 3 + 4, 10)
    assert (Tally(states={}, reasons={}).delivered, tally.rungs) == (0, {})

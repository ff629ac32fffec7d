"""The forecast for recipients in several time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules.window import OpenTime, forecast, open_time
from scheduler.rules.zone_forecast import forecast_across
from storage.records import Slot
from tests.unit.test_window import OFFICE

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "Asia/Kolkata")


def hours(zone: str, slot: Slot) -> OpenTime:
    return open_time(slot, OFFICE, ZoneInfo(zone))


def day(start_hour: int = 0, **duration: float) -> Slot:
    return Slot(start=MONDAY + timedelta(hours=start_hour), duration=timedelta(**(duration or {"days": 1})))


def test_one_zone_is_forecast_as_without_zones() -> None:
    window = hours("Europe/Paris", day())
    assert forecast_across([(window, 5_000)], 45) == forecast(window, 5_000, 45)


def test_it_begins_where_the_sun_rises_first_and_ends_where_it_sets_last() -> None:
    parts = [(hours(zone, day()), 100) for zone in ("Europe/Paris", "America/New_York", "Asia/Tokyo")]
    seen = forecast_across(parts, 45)
    assert seen.first == datetime(2026, 11, 23, 0, tzinfo=UTC)  # nine in the morning in Tokyo
    assert seen.last_expected is not None
    assert datetime(2026, 11, 23, 22, 50, tzinfo=UTC) < seen.last_expected < datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert seen.fits


def test_where_hours_overlap_messages_add_up() -> None:
    paris, rome = hours("Europe/Paris", day()), hours("Europe/Rome", day())
    apart = forecast_across([(paris, 10_000), (hours("Asia/Tokyo", day()), 10_000)], 1_000)
    together = forecast_across([(paris, 10_000), (rome, 10_000)], 1_000)
    assert together.peak == forecast(paris, 20_000, 1_000).peak
    assert apart.peak < together.peak


def test_two_zones_at_the_same_hour_may_be_more_than_the_rate_allows() -> None:
    slot = day(9, hours=1)
    paris, berlin = hours("Europe/Paris", slot), hours("Europe/Berlin", slot)
    each = 100_000
    assert forecast_across([(paris, each)], 45).fits
    seen = forecast_across([(paris, each), (berlin, each)], 45)
    assert not seen.fits
    assert seen.last_expected is not None and seen.last_expected > slot.end


def test_who_has_no_open_time_counts_for_nothing() -> None:
    slot = day(9, hours=2)
    assert not hours("Pacific/Auckland", slot)
    both = [(hours("Europe/Paris", slot), 100), (hours("Pacific/Auckland", slot), 50)]
    assert forecast_across(both, 45) == forecast_across(both[:1], 45)
    assert forecast_across(both[1:], 45).first is None


@given(
    st.lists(st.tuples(st.sampled_from(ZONES), st.integers(0, 100_000)), max_size=5),
    st.integers(0, 48),
    st.integers(1, 24 * 8),
)
@settings(deadline=None)
def test_a_forecast_across_zones_keeps_to_the_slot_and_the_rate(
    living: list[tuple[str, int]], start: int, length: int
) -> None:
    slot = day(start, hours=length)
    parts = [(hours(zone, slot), count) for zone, count in living]
    seen = forecast_across(parts, 45)
    counted = sum(count for window, count in parts if window)
    assert 0 <= seen.peak <= min(counted, 45 * 60)
    assert (seen.first is None) == (counted == 0)
    if seen.first is not None and seen.fits:
        assert seen.last_expected is not None
        assert slot.start <= seen.first <= seen.last_expected < slot.end
    if counted:
        assert seen.needed == timedelta(seconds=counted / 45)

"""How fast a tenant is written to: within the rate, slower when told, and back by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rate_limit import (
    CHAT_BURST,
    CHAT_INTERVAL,
    FLOOR,
    INSTANT,
    KEPT,
    PATIENCE,
    RATE,
    RECOVERY,
    SLOWED,
    ChatBuckets,
    RateLimit,
    TokenBucket,
)

NOW = 1_000.0  #: monotonic seconds
SECOND = 1.0
PLATFORM = 50  #: requests a second that the platform allows an app in one tenant

#: what a dispatcher does: wait so many milliseconds, then ask for so many
asks = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 300)), min_size=1, max_size=40)


def after(seconds: float) -> float:
    return NOW + seconds


def granted_in(bucket: TokenBucket, start: float, seconds: float) -> int:
    """What somebody gets who asks for all there is, fifty times a second."""
    return sum(bucket.take(after(start + n / 50), 1000) for n in range(1, round(seconds * 50) + 1))


def emptied(rate: float = 40.0) -> TokenBucket:
    bucket = TokenBucket(rate, NOW)
    bucket.take(NOW, 1000)
    return bucket


@given(asks, st.floats(0.5, 1000))
@settings(deadline=None)
def test_never_more_than_the_rate_and_what_is_kept(asked: list[tuple[int, int]], rate: float) -> None:
    bucket, now, granted = TokenBucket(rate, NOW), NOW, 0
    for milliseconds, wanted in asked:
        now += milliseconds / 1000
        got = bucket.take(now, wanted)
        assert 0 <= got <= wanted
        granted += got
        assert granted <= rate * (now - NOW) + max(1, rate * KEPT) + 1e-6


def test_who_keeps_asking_gets_the_rate_under_the_platforms() -> None:
    bucket = emptied(RATE)
    assert granted_in(bucket, 0, 60) == pytest.approx(60 * RATE, abs=1)
    assert RATE < PLATFORM


def test_after_a_rest_no_second_sees_more_than_the_platform_allows() -> None:
    bucket = TokenBucket(RATE, NOW)
    assert bucket.take(after(600), 1000) + granted_in(bucket, 600, 1) < PLATFORM


@pytest.mark.parametrize(("rate", "seconds"), [(1.0, 10), (0.5, 20), (0.01, 1000)])
def test_a_slow_rate_still_lets_one_message_through_now_and_then(rate: float, seconds: int) -> None:
    assert granted_in(TokenBucket(rate, NOW), 0, seconds) in (10, 11)


def test_what_was_not_used_is_not_lost() -> None:
    bucket = emptied()
    got = bucket.take(after(0.1), 1000)
    bucket.give_back(got)
    assert bucket.take(after(0.1), 1000) == got
    bucket.give_back(10_000)
    assert bucket.take(after(0.1), 10_000) <= 40 * KEPT


def test_an_instant_before_the_last_gives_nothing_and_breaks_nothing() -> None:
    bucket = emptied()
    assert bucket.take(NOW - 10 * SECOND, 1000) == 0
    assert bucket.take(after(0.06), 1000) == 2


def test_a_moments_tokens_are_there_at_the_start_and_grow_to_as_many() -> None:
    bucket = TokenBucket(40.0, NOW)
    assert bucket.take(NOW, 3) == 3, "no more than is asked for"
    assert bucket.take(NOW, 10) == 1, "a tenth of a second's worth is kept"
    assert bucket.take(after(0.0625), 10) == 2
    assert bucket.take(after(0.0625), 10) == 0
    assert bucket.take(after(9), 10) == 4
    slow = TokenBucket(1.0, NOW)
    assert slow.take(NOW, 10) == 1, "one, where a tenth of a second's worth is none"
    assert [slow.take(after(seconds), 10) for seconds in (0.5, 1.0, 9.0)] == [0, 1, 1]


def test_what_is_given_back_can_be_taken_at_once_up_to_what_is_kept() -> None:
    bucket = emptied()
    bucket.give_back(2)
    assert bucket.take(NOW, 10) == 2
    bucket.give_back(100)
    assert bucket.take(NOW, 10) == 4


def test_a_clock_that_went_back_grants_nothing_twice() -> None:
    bucket = emptied()
    assert bucket.take(after(1), 1000) == 4
    assert bucket.take(NOW, 1000) == 0
    assert bucket.take(after(1), 1000) == 0
    assert bucket.take(after(1.0625), 1000) == 2


def test_what_will_be_there_soon_is_what_is_there_and_what_grows() -> None:
    bucket = TokenBucket(40.0, NOW)
    assert bucket.soon(NOW, 5.0) == 4 + 200
    assert bucket.take(NOW, 1000) == 4
    assert bucket.soon(NOW, 5.0) == 200
    assert bucket.soon(after(0.0625), 5.0) == 202
    bucket.throttled(after(0.0625), 10.0)
    assert bucket.soon(after(10.0), 5.0) == 0
    assert bucket.soon(after(10.0625), 5.0) > 0


# --- told to slow down ------------------------------------------------------------------------


@given(st.floats(0.01, 3600), st.floats(0, 1))
def test_nothing_leaves_before_the_time_the_platform_named(seconds: float, share: float) -> None:
    bucket = TokenBucket(40.0, NOW)
    bucket.throttled(NOW, seconds)
    end = NOW + seconds
    early = NOW + seconds * share * 0.999
    assert early >= end or bucket.take(early, 1000) == 0
    assert bucket.take(end + SECOND, 1000) > 0


def test_a_shorter_wait_does_not_undo_a_longer_one() -> None:
    bucket = TokenBucket(40.0, NOW)
    bucket.throttled(NOW, 60)
    bucket.throttled(after(2), 1)
    assert bucket.take(after(59), 1000) == 0


def test_after_being_told_the_rate_is_lower_and_comes_back_by_itself() -> None:
    bucket = emptied()
    bucket.throttled(NOW, None)
    slowed = granted_in(bucket, 0, 1)
    assert 40 * SLOWED * 0.9 <= slowed < 40
    granted_in(bucket, 1, RECOVERY)
    assert granted_in(bucket, 1 + RECOVERY, 10) == pytest.approx(400, abs=2)


def test_a_burst_of_refusals_counts_as_one() -> None:
    once, often = emptied(), emptied()
    once.throttled(NOW, None)
    for n in range(60):
        often.throttled(NOW + n * PATIENCE / 100, None)
    assert granted_in(often, 1, 5) == pytest.approx(granted_in(once, 1, 5), abs=2)


def test_refused_again_and_again_it_never_stops_for_good() -> None:
    bucket = emptied()
    for n in range(100):
        bucket.throttled(after(n * 1.01), None)
    assert granted_in(bucket, 101, 2) >= FLOOR


def test_a_rate_below_the_floor_is_not_raised_by_slowing_down() -> None:
    bucket = TokenBucket(0.5, NOW)
    bucket.take(NOW, 1000)
    for n in range(5):
        bucket.throttled(after(2 * n), None)
    assert granted_in(bucket, 10, 20) <= 11


def test_a_throttled_tenant_does_not_slow_another() -> None:
    rate_limit = RateLimit(40.0)
    rate_limit.of("contoso", NOW).throttled(NOW, 600)
    assert rate_limit.of("contoso", after(5)).take(after(5), 1000) == 0
    assert rate_limit.of("fabrikam", after(5)).take(after(5), 1000) == 40 * KEPT
    assert rate_limit.of("contoso", NOW) is rate_limit.of("contoso", after(9))


def test_each_429_leaves_the_rate_seven_tenths_of_what_it_was_and_a_minute_brings_it_back() -> None:
    def grows_in_a_second(bucket: TokenBucket, now: float) -> int:
        return bucket.soon(now, 1.0) - bucket.soon(now, 0.0)

    bucket = emptied()
    bucket.throttled(NOW, None)
    assert grows_in_a_second(bucket, NOW) == 28  # 40 x 0.7
    bucket.throttled(after(PATIENCE), None)
    assert grows_in_a_second(bucket, after(PATIENCE)) in (28, 29), "it counts with the one before"
    bucket.throttled(after(PATIENCE + 0.5), None)
    assert grows_in_a_second(bucket, after(1.5)) in (20, 21)  # (28 + 1.5 x 40 / 60) x 0.7
    bucket.take(after(1.5), 1000)
    assert grows_in_a_second(bucket, after(1.5 + 15)) in (30, 31)  # a quarter of the way from nothing to all
    assert grows_in_a_second(bucket, after(1.5 + 60)) == 40
    assert grows_in_a_second(bucket, after(3600)) == 40


def test_the_floor_is_one_message_a_second() -> None:
    bucket = emptied()
    for n in range(200):
        bucket.throttled(after(n * 1.01), None)
    now = after(200 * 1.01)
    taken = sum(bucket.take(now + n / 100, 1000) for n in range(101))
    assert FLOOR <= taken <= 4


def test_a_time_that_is_over_holds_nothing_back() -> None:
    bucket = TokenBucket(40.0, NOW)
    bucket.throttled(NOW, 0.0)
    assert bucket.take(NOW, 1000) > 0
    bucket.throttled(NOW, 5.0)
    assert bucket.take(after(4.999), 1000) == 0
    assert bucket.take(after(5.0), 1000) > 0


# --- one chat ---------------------------------------------------------------------------------

#: what the platform allows in one chat: seconds -> messages
ALLOWED = {1: 7, 2: 8, 30: 60, 3600: 1800}


@given(st.lists(st.floats(0, 30), min_size=1, max_size=200), st.sampled_from(sorted(ALLOWED)))
@settings(deadline=None)
def test_no_chat_gets_more_than_the_platform_allows_in_one(pauses: list[float], window: int) -> None:
    chats, now, sent = ChatBuckets(CHAT_INTERVAL), 1e9, []
    for pause in pauses:
        now += pause / 10
        while not chats.wait("a:ada", now):
            sent.append(now)
    for start in sent:
        assert sum(start <= at < start + window for at in sent) <= ALLOWED[window]


def test_after_the_wait_that_was_named_a_chat_may_be_written_to() -> None:
    chats = ChatBuckets(CHAT_INTERVAL)
    for _ in range(CHAT_BURST):
        assert chats.wait("a:ada", 1e9) == 0
    wait = chats.wait("a:ada", 1e9)
    assert wait == pytest.approx(CHAT_INTERVAL)
    assert chats.wait("a:louis", 1e9) == 0, "another chat"
    assert chats.wait("a:ada", 1e9 + wait + 1e-6) == 0


def test_chats_that_rest_are_forgotten() -> None:
    chats = ChatBuckets(CHAT_INTERVAL)
    for number in range(50_000):
        chats.wait(f"a:{number}", 1e9 + number)
    assert len(chats._full_at) <= 2_000


def test_six_come_together_and_then_one_each_interval() -> None:
    chats, now = ChatBuckets(2.0), 0.0
    waits = [chats.wait("a:ada", now) for _ in range(CHAT_BURST + 1)]
    assert waits == [0.0] * 6 + [2.0]
    assert chats.wait("a:ada", 2.0) == 0.0
    assert chats.wait("a:ada", 2.5) == pytest.approx(1.5)
    assert chats.wait("a:ada", 4.0 - INSTANT) == 0.0, "shorter waits are none"
    assert chats.wait("a:ada", 100.0) == 0.0


def test_a_wait_of_an_instant_is_none() -> None:
    chats = ChatBuckets(INSTANT)
    assert [chats.wait("a:ada", 0.0) for _ in range(CHAT_BURST + 2)] == [0.0] * 7 + [2 * INSTANT]


def test_only_chats_that_rest_are_forgotten_when_there_are_many() -> None:
    chats = ChatBuckets(2.0)
    for number in range(1_000):
        chats.wait(f"a:{number}", 0.0)
    assert len(chats._full_at) == 1_000, "a thousand are kept"
    for _ in range(CHAT_BURST):
        chats.wait("a:busy", 1.0)
    assert len(chats._full_at) == 1_001, "none of them rests yet"
    assert chats._tidy_above == 2_002, "they are not looked through at every message"
    assert chats.wait("a:busy", 1.0) > 0
    for number in range(1_002):
        chats.wait(f"b:{number}", 5.0)
    assert len(chats._full_at) < 1_100
    assert chats.wait("a:busy", 5.0) == 0.0 and chats.wait("a:busy", 5.0) == 0.0
    assert chats.wait("a:busy", 5.0) > 0, "what it had is remembered"


def test_the_rates_are_those_of_the_documentation() -> None:
    assert (RATE, KEPT, FLOOR, SLOWED, RECOVERY, PATIENCE) == (45.0, 0.1, 1.0, 0.7, 60.0, 1.0)
    assert (CHAT_INTERVAL, CHAT_BURST, INSTANT) == (2.2, 6, 0.001)
    limit = RateLimit()
    assert limit.of("contoso", NOW).soon(NOW, 1.0) == 49
    waits = [limit.chats.wait("a:ada", NOW) for _ in range(CHAT_BURST + 1)]
    assert waits[-1] == pytest.approx(CHAT_INTERVAL)

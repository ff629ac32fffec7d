"""Our own token: there before it is needed, fetched once for many, and never a reason to lose anybody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from bot.teams.auth.token import AGAIN, EARLY, FreshToken, NoToken, expiry
from bot.teams.send.connector import PAUSE, Connector
from scheduler.ports import Delivered, Retry
from storage.records import About, Channel, NotReached, PersonId, Reference, TenantId
from tests.support.http import Answer, Server, until

HOUR = 3600.0
START = datetime(2026, 11, 23, 10, tzinfo=UTC)


class SteppedClock:
    """``sleep`` lasts until the test has let the time pass."""

    def __init__(self) -> None:
        self.at = START
        self.slept: list[float] = []
        self._woken = asyncio.Event()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._woken.clear()
        await self._woken.wait()
        self.at += timedelta(seconds=seconds)

    async def next_nap(self, number: int) -> float:
        await until(lambda: len(self.slept) >= number, 10)
        return self.slept[number - 1]

    def wake(self) -> None:
        self._woken.set()


class Login:
    """Gives tokens of an hour; ``down`` while it gives none."""

    def __init__(self, clock: SteppedClock) -> None:
        self.clock = clock
        self.asked = 0
        self.down = False
        self.past_caches: list[bool] = []

    def fetch(self, past_caches: bool) -> str:
        self.asked += 1
        self.past_caches.append(past_caches)
        if self.down:
            raise ConnectionError("the login does not answer")
        claims = {"exp": self.clock.at.timestamp() + HOUR, "number": self.asked}
        return jwt.encode(claims, "k" * 32, algorithm="HS256")


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def login(clock: SteppedClock) -> Login:
    return Login(clock)


async def test_a_token_is_replaced_before_it_ends(clock: SteppedClock, login: Login) -> None:
    token = FreshToken(login.fetch, clock, "the tests")
    keeping = asyncio.create_task(token.keep_fresh())
    assert await clock.next_nap(1) == pytest.approx(HOUR - EARLY)
    first = token.header
    clock.wake()
    assert await clock.next_nap(2) == pytest.approx(HOUR - EARLY)
    assert first and token.header and token.header != first
    assert expiry(token.header.removeprefix("Bearer ")) == pytest.approx(clock.at.timestamp() + HOUR)
    keeping.cancel()


async def test_a_login_that_is_down_is_asked_again(clock: SteppedClock, login: Login) -> None:
    token = FreshToken(login.fetch, clock, "the tests")
    login.down = True
    keeping = asyncio.create_task(token.keep_fresh())
    assert await clock.next_nap(1) == AGAIN
    assert token.header is None
    login.down = False
    clock.wake()
    await clock.next_nap(2)
    assert token.header
    keeping.cancel()


async def test_a_refused_token_is_fetched_once_for_everybody(clock: SteppedClock, login: Login) -> None:
    token = FreshToken(login.fetch, clock, "the tests")
    refused = await token.renew(None)
    headers = await asyncio.gather(*(token.renew(refused) for _ in range(20)))
    assert login.asked == 2
    assert set(headers) == {token.header} and token.header != refused


async def test_without_a_token_nothing_leaves_and_nobody_is_given_up(clock: SteppedClock, login: Login) -> None:
    login.down = True
    token = FreshToken(login.fetch, clock, "the tests")
    with pytest.raises(NoToken):
        await token.renew(None)
    reference = Reference(
        person=PersonId(1),
        channel=Channel.TEAMS,
        service_url="http://127.0.0.1:9",  # nobody listens there: a request would be another outcome
        conversation="a:1",
        bot="28:crieur",
        user="29:ada",
        tenant=TenantId("contoso"),
    )
    async with Connector(clock=clock, authorization=token, loopback_only=False) as connector:
        outcome = await connector.send(reference, b"{}")
    assert outcome == Retry(NotReached.NO_TOKEN, after=PAUSE, detail="ConnectionError", about=About.US)
    assert token.trouble == "ConnectionError"
    login.down = False
    await token.renew(None)
    assert token.trouble == ""


async def test_many_who_wait_for_a_login_that_is_down_wait_for_one_answer(clock: SteppedClock, login: Login) -> None:
    login.down = True
    token = FreshToken(login.fetch, clock, "the tests")
    answers = await asyncio.gather(*(token.renew(None) for _ in range(64)), return_exceptions=True)
    assert login.asked == 1
    assert all(isinstance(answer, NoToken) for answer in answers)


async def test_only_a_refused_token_is_fetched_past_the_caches(clock: SteppedClock, login: Login) -> None:
    token = FreshToken(login.fetch, clock, "the tests")
    await token.renew(await token.renew(None))
    assert login.past_caches == [False, True]


async def test_the_logins_own_code_is_all_that_is_kept_of_what_it_says(clock: SteppedClock) -> None:
    def fetch(past_caches: bool) -> str:
        raise PermissionError("AADSTS7000222: The provided client secret keys for app 'hr-secret' are expired.")

    token = FreshToken(fetch, clock, "the tests")
    with pytest.raises(NoToken, match=r"^AADSTS7000222$"):
        await token.renew(None)
    assert token.trouble == "AADSTS7000222"


async def test_a_token_that_still_holds_is_no_trouble_while_the_login_is_away(
    clock: SteppedClock, login: Login
) -> None:
    token = FreshToken(login.fetch, clock, "the tests")
    header = await token.renew(None)
    login.down = True
    with pytest.raises(NoToken):
        await token.renew(header)
    assert (token.header, token.trouble) == (header, "")
    clock.at += timedelta(seconds=HOUR)
    assert token.trouble == "ConnectionError"


def test_a_token_that_says_nothing_of_its_end_counts_as_ended() -> None:
    assert expiry("opaque") == 0.0


async def test_a_token_that_has_ended_is_a_trouble_though_the_login_says_nothing() -> None:
    clock = SteppedClock()
    login = Login(clock)
    token = FreshToken(login.fetch, clock, "the test")
    await token.renew(None)
    assert token.trouble == ""
    clock.at += timedelta(hours=2)
    assert token.trouble == "the token has ended, and the login does not answer"


def reference(url: str) -> Reference:
    return Reference(
        person=PersonId(1),
        channel=Channel.TEAMS,
        service_url=url,
        conversation="a:1",
        bot="28:crieur",
        user="29:ada",
        tenant=TenantId("contoso"),
    )


async def test_a_refused_token_is_replaced_although_every_cache_would_give_it_again(clock: SteppedClock) -> None:
    """As the SDK's libraries do: the cached token comes back until the login itself is asked."""
    shown: list[bytes] = []

    def platform(method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        header = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"authorization:"))
        shown.append(header.partition(b": ")[2])
        return Answer(201, b'{"id": "17"}') if shown[-1] == b"Bearer new" else Answer(401)

    server = Server(platform)
    await server.start()
    token = FreshToken(lambda past_caches: "new" if past_caches else "cached", clock, "the tests")
    async with Connector(clock=clock, authorization=token, loopback_only=False) as connector:
        outcomes = [await connector.send(reference(f"http://127.0.0.1:{server.port}"), b"{}") for _ in range(2)]
    await server.stop()
    assert outcomes == [Delivered("17"), Delivered("17")]
    assert shown == [b"Bearer cached", b"Bearer new", b"Bearer new"]


async def test_where_a_new_token_is_refused_too_it_is_told_until_one_is_accepted(
    clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    accepts = False
    asked: list[bool] = []

    def fetch(past_caches: bool) -> str:
        asked.append(past_caches)
        return f"token-{len(asked)}"

    server = Server(lambda *request: Answer(201, b'{"id": "1"}') if accepts else Answer(401))
    await server.start()
    token = FreshToken(fetch, clock, "sending messages")
    async with Connector(clock=clock, authorization=token, loopback_only=False) as connector:
        to = reference(f"http://127.0.0.1:{server.port}")
        for _ in range(5):  # no storm of questions to the login
            outcome = await connector.send(to, b"{}")
            assert isinstance(outcome, Retry) and outcome.about is About.US
        assert len(asked) <= 3
        assert token.trouble.startswith("the platform refuses our token: 401")
        assert "the token for sending messages is refused, a new one too" in caplog.text
        accepts = True
        assert isinstance(await connector.send(to, b"{}"), Delivered)
    await server.stop()
    assert token.trouble == ""

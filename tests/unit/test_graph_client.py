"""The Graph's client: our token stays with the Graph, attempts are few, and what is no answer is none."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from bot.graph import client as graph_client
from bot.graph.client import ATTEMPTS, LARGEST, Graph, NoLogin, Refusal
from bot.graph.login import NoOrganisation, is_organisation, token_of
from bot.teams.auth.token import EARLY, FreshToken, NoToken
from scheduler.ports import NotAnswered
from storage.records import TenantId
from tests.contract.services import TENANT, serving
from tests.support.clocks import LeapingClock
from tests.support.graph import LoopbackGraph, Trouble
from tests.support.http import Answer, Server


class Tokens:
    """One token after the other."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refused: list[str | None] = []

    async def current(self) -> str:
        return f"Bearer {self.tokens[0]}"

    async def renew(self, refused: str | None) -> str:
        self.refused.append(refused)
        if len(self.tokens) == 1:
            raise NoToken("invalid_client", permanent=True)
        del self.tokens[0]
        return await self.current()


async def test_a_token_that_is_refused_is_replaced_once() -> None:
    tokens = Tokens("old", "new")
    async with serving(token=tokens, only="new") as service:
        user = service.user("Ada")
        assert (await service.client.get(TENANT, f"users/{user.id}"))["id"] == user.id
    assert tokens.refused == ["Bearer old"]


async def test_without_a_token_that_is_taken_there_is_no_answer() -> None:
    for tokens in (Tokens("old"), Tokens("old", "older")):
        async with serving(token=tokens, only="new") as service:
            with pytest.raises(NotAnswered) as refused:
                await service.client.get(TENANT, "users/x")
        assert refused.value.permanent


async def test_our_token_goes_to_the_graphs_own_host_only() -> None:
    other = LoopbackGraph()
    await other.start()
    async with serving(page=1) as service:
        group = service.graph.group("Team", service.user("Ada"), service.user("Louis"))
        for elsewhere in (other.url, "https://graph.microsoft.com.evil.example/v1.0", "//evil.example", "nowhere"):
            service.graph.elsewhere = elsewhere
            with pytest.raises(NotAnswered) as refused:
                async for _ in service.directory.members(TENANT, group.id):
                    pass
            assert refused.value.permanent
    assert other.asked == []
    await other.stop()


async def test_a_collection_that_comes_back_to_itself_ends() -> None:
    def answer(method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        following = f"http://127.0.0.1:{server.port}/v1.0/groups/g?page={b'page=1' not in path:d}"
        return Answer(200, json.dumps({"value": [{"id": "x"}], "@odata.nextLink": following}).encode())

    server = Server(answer)
    await server.start()
    async with client_of(server) as client:
        pages = 0
        with pytest.raises(NotAnswered) as refused:
            async for _ in client.pages(TENANT, "groups/g", {}):
                pages += 1
    assert refused.value.permanent and pages <= 3
    await server.stop()


@pytest.mark.parametrize("size", [LARGEST + 1, 4 * LARGEST])
async def test_an_answer_without_an_end_is_none(size: int) -> None:
    server = Server(lambda *_: Answer(200, b'{"value": "' + b"x" * size))
    await server.start()
    async with client_of(server) as client:
        with pytest.raises(NotAnswered):
            await client.get(TENANT, "groups/g")
    await server.stop()


async def test_an_answer_that_trickles_has_a_bound_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_client, "WHOLE", 0.3)

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

    listening = await asyncio.start_server(trickle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1.0"
    async with Graph(url, clock=LeapingClock(), rng=random.Random(1), login=lambda _: NoLogin()) as client:
        with pytest.raises(NotAnswered):
            await asyncio.wait_for(client.get(TENANT, "groups/g"), 10)
    listening.close()


def client_of(server: Server) -> Graph:
    url = f"http://127.0.0.1:{server.port}/v1.0"
    return Graph(url, clock=LeapingClock(), rng=random.Random(1), login=lambda _: NoLogin())


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_trouble_is_tried_again_a_few_times(status: int) -> None:
    async with serving() as service:
        user = service.user("Ada")
        service.graph.trouble = Trouble(status=status, retry_after=None, times=ATTEMPTS - 1)
        assert (await service.client.get(TENANT, f"users/{user.id}"))["id"] == user.id
        service.graph.trouble = Trouble(status=status, retry_after=None)
        service.graph.asked.clear()
        with pytest.raises(NotAnswered) as refused:
            await service.client.get(TENANT, f"users/{user.id}")
        assert len(service.graph.asked) == ATTEMPTS
        assert not refused.value.permanent


async def test_a_connection_that_breaks_and_words_that_are_no_answer_are_none() -> None:
    async with serving() as service:
        user = service.user("Ada")
        service.graph.trouble = Trouble(reset=True, times=2)
        assert (await service.client.get(TENANT, f"users/{user.id}"))["id"] == user.id
        for trouble in (Trouble(reset=True), Trouble(garbage=True)):
            service.graph.trouble = trouble
            with pytest.raises(NotAnswered):
                await service.client.get(TENANT, f"users/{user.id}")
        service.graph.trouble = None
        await service.graph.stop()
        with pytest.raises(NotAnswered):
            await service.client.get(TENANT, f"users/{user.id}")


async def test_what_the_graph_refuses_is_for_the_caller_to_read() -> None:
    async with serving() as service:
        with pytest.raises(Refusal) as refused:
            await service.client.get(TENANT, "users/nobody")
    assert (refused.value.status, refused.value.code) == (404, "Request_ResourceNotFound")


async def test_one_services_throttling_does_not_keep_us_from_another() -> None:
    async with serving() as service:
        user, group = service.user("Ada"), service.graph.group("Team")
        service.graph.trouble = Trouble(area="groups", retry_after=3600)
        with pytest.raises(NotAnswered):
            await service.directory.groups(TENANT, "Team")
        assert await service.directory.find(TENANT, str(user.upn))
        service.graph.trouble = None
        with pytest.raises(NotAnswered):
            await service.directory.groups(TENANT, "Team")
        service.clock.forward(3600)
        assert [one.id for one in await service.directory.groups(TENANT, "Team")] == [group.id]


# --- the login --------------------------------------------------------------------------------


class Login:
    """Microsoft's login, as MSAL sees it: discovery, then a token or an error."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.gets: list[str] = []
        self.posts: list[tuple[str, dict[str, str]]] = []

    def get(self, url: str, **_: Any) -> SimpleNamespace:
        self.gets.append(url)
        base = "https://login.microsoftonline.com/contoso"
        metadata = {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "issuer": f"{base}/v2.0",
            "tenant_discovery_endpoint": f"{base}/v2.0/.well-known/openid-configuration",
            "metadata": [],
        }
        return SimpleNamespace(status_code=200, text=json.dumps(metadata), headers={})

    def post(self, url: str, data: dict[str, str], **_: Any) -> SimpleNamespace:
        self.posts.append((url, data))
        status = 200 if "access_token" in self.answer else 400
        return SimpleNamespace(status_code=status, text=json.dumps(self.answer), headers={})


def token(clock: LeapingClock, http: Login) -> FreshToken:
    scope = "https://graph.microsoft.com/.default"
    return token_of(TENANT, app_id="an-id", secret="a-secret", scope=scope, clock=clock, http=http)


async def test_an_app_only_token_is_asked_for_in_the_organisations_own_name() -> None:
    clock = LeapingClock(datetime.now(UTC))
    bearer = jwt.encode({"exp": clock.now().timestamp() + 3600}, "k" * 32)
    http = Login({"access_token": bearer, "expires_in": 3600, "token_type": "Bearer"})
    fresh = token(clock, http)
    assert await fresh.current() == await fresh.current() == f"Bearer {bearer}"
    [(url, data)] = http.posts
    assert url.startswith("https://login.microsoftonline.com/")
    assert any(f"https://login.microsoftonline.com/{TENANT}/" in asked for asked in http.gets)
    assert data["grant_type"] == "client_credentials"
    assert data["scope"] == "https://graph.microsoft.com/.default"
    clock.forward(3600 - EARLY + 1)
    await fresh.current()
    assert len(http.posts) == 2, "renewed before it ends"
    await fresh.renew(fresh.header)
    assert len(http.posts) == 3, "and a refused one is not taken from a cache"


async def test_a_token_about_to_end_still_does_while_the_login_is_down() -> None:
    clock = LeapingClock(datetime.now(UTC))
    bearer = jwt.encode({"exp": clock.now().timestamp() + 3600}, "k" * 32)
    http = Login({"access_token": bearer})
    fresh = token(clock, http)
    await fresh.current()
    http.answer = {"error": "temporarily_unavailable"}
    clock.forward(3600 - EARLY + 1)
    assert await fresh.current() == f"Bearer {bearer}"
    clock.forward(EARLY)
    with pytest.raises(NoToken):
        await fresh.current()


@pytest.mark.parametrize(
    ("error", "permanent"),
    [("invalid_client", True), ("unauthorized_client", True), ("temporarily_unavailable", False)],
)
async def test_what_the_login_says_tells_whether_to_ask_again(error: str, permanent: bool) -> None:
    with pytest.raises(NoToken) as refused:
        await token(LeapingClock(), Login({"error": error, "error_description": "AADSTS7000215"})).current()
    assert (str(refused.value), refused.value.permanent) == ("AADSTS7000215", permanent)


async def test_who_comes_from_no_organisation_has_no_directory() -> None:
    assert is_organisation(TENANT)
    for tenant in ("none", "", "../common", "common", f"{TENANT}/x", TENANT.upper()):
        assert not is_organisation(TenantId(tenant))
    async with serving(token=NoOrganisation()) as service:
        with pytest.raises(NotAnswered) as refused:
            await service.directory.groups(TenantId("none"), "Team")
        assert refused.value.permanent
        assert service.graph.asked == []

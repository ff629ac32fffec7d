"""With a registration, only what the platform has signed for us is heard: by the SDK's own validation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.clouds import PUBLIC
from bot.teams.auth.auth import AGAIN, FRESH, SigningKeys
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person
from tests.support.platform import APP_ID, SigningKey, SigningPlatform

EMULATOR = "https://sts.windows.net/f8cdef31-a31e-4b4a-93e4-5f571e91255a/"
EMULATOR_2 = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"
FOREIGN = "99999999-7f64-4d0a-9b1e-5a2c3f4e6d70"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(platform: SigningPlatform, url: str, key: Any, algorithm: str, **headers: Any) -> str:
    return jwt.encode(platform.claims(url), key, algorithm=algorithm, headers={"kid": "key-1", **headers})


def as_hmac(platform: SigningPlatform, url: str) -> str:
    """Signed with HS256, the public key as its secret: PyJWT refuses to make one, so by hand."""
    head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{part(platform.claims(url))}"
    signature = hmac.new(platform.keys[0].public_pem, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def tampered(token: str, **changes: Any) -> str:
    """Other claims under the signature that was for the old ones."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"{head}.{part({**claims, **changes})}.{signature}"


Make = Callable[[SigningPlatform, str], str | None]
NOW = int(time.time())

#: kind -> the Authorization header: made from the platform and the service URL
BAD: dict[str, Make] = {
    "no header": lambda platform, url: None,
    "empty": lambda platform, url: "",
    "no token": lambda platform, url: "Bearer ",
    "not a token": lambda platform, url: "Bearer crieur",
    "basic": lambda platform, url: "Basic " + base64.b64encode(b"bot:framework").decode(),
    "another scheme": lambda platform, url: "Token " + platform.token(url),
    "two tokens": lambda platform, url: f"Bearer {platform.token(url)} {platform.token(url)}",
    "unsigned": lambda platform, url: "Bearer " + platform.token(url).rpartition(".")[0] + ".",
    "signature cut": lambda platform, url: "Bearer " + platform.token(url)[:-6],
    "alg none": lambda platform, url: "Bearer " + signed(platform, url, None, "none"),
    "alg NONE": lambda platform, url: f"Bearer {part({'alg': 'NONE', 'kid': 'key-1'})}.{part(platform.claims(url))}.",
    "HS256 with the public key": lambda platform, url: "Bearer " + as_hmac(platform, url),
    "HS256 with the app id": lambda platform, url: "Bearer " + signed(platform, url, APP_ID * 2, "HS256"),
    "ES256": lambda platform, url: "Bearer " + signed(platform, url, ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "RS512": lambda platform, url: "Bearer " + signed(platform, url, platform.keys[0].private, "RS512"),
    "wrong key under the right name": lambda platform, url: "Bearer " + platform.token(url, SigningKey("key-1")),
    "unknown key": lambda platform, url: "Bearer " + platform.token(url, SigningKey("key-7")),
    "key without a name": lambda platform, url: (
        "Bearer " + jwt.encode(platform.claims(url), platform.keys[0].private, algorithm="RS256")
    ),
    "key from the token's own address": lambda platform, url: (
        "Bearer "
        + signed(platform, url, SigningKey("key-1").private, "RS256", jku=f"{url}/keys", x5u=f"{url}/certificate")
    ),
    "wrong issuer": lambda platform, url: "Bearer " + platform.token(url, iss="https://evil.example"),
    "no issuer": lambda platform, url: "Bearer " + platform.token(url, iss=None),
    "emulator issuer": lambda platform, url: (
        "Bearer "
        + platform.token(url, iss=EMULATOR, ver="1.0", appid=APP_ID, tid="f8cdef31-a31e-4b4a-93e4-5f571e91255a")
    ),
    "emulator issuer, version 2": lambda platform, url: (
        "Bearer "
        + platform.token(
            url,
            iss="https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0",
            ver="2.0",
            azp=APP_ID,
        )
    ),
    "another bot's skill": lambda platform, url: (
        "Bearer " + platform.token(url, iss=EMULATOR, ver="1.0", appid="another-bot", aud=APP_ID)
    ),
    "what the bot itself sends out": lambda platform, url: (
        "Bearer " + platform.token(url, iss=EMULATOR, aud="https://api.botframework.com", appid=APP_ID, ver="1.0")
    ),
    "government's issuer": lambda platform, url: "Bearer " + platform.token(url, iss="https://api.botframework.us"),
    "wrong audience": lambda platform, url: "Bearer " + platform.token(url, aud="00000000-0000-0000-0000-000000000000"),
    "no audience": lambda platform, url: "Bearer " + platform.token(url, aud=None),
    "audience of many": lambda platform, url: "Bearer " + platform.token(url, aud=["another", APP_ID]),
    "expired": lambda platform, url: "Bearer " + platform.token(url, exp=NOW - 3600),
    "without an end": lambda platform, url: "Bearer " + platform.token(url, exp=None),
    "not yet valid": lambda platform, url: "Bearer " + platform.token(url, nbf=NOW + 7200, exp=NOW + 9000),
    "end that is no number": lambda platform, url: "Bearer " + platform.token(url, exp="never"),
    "for another service URL": lambda platform, url: (
        "Bearer " + platform.token("https://smba.trafficmanager.net/emea/")
    ),
    "for the service URL's beginning": lambda platform, url: "Bearer " + platform.token(url + "/"),
    "no service URL": lambda platform, url: "Bearer " + platform.token(url, serviceurl=None),
    "other claims under an old signature": lambda platform, url: (
        "Bearer " + tampered(platform.token("https://elsewhere.example"), serviceurl=url)
    ),
    "long": lambda platform, url: "Bearer " + "A" * 6000,
    "nested": lambda platform, url: "Bearer " + base64.urlsafe_b64encode(b"[" * 5_000).decode() + ".e30.AA",
    "not text": lambda platform, url: "Bearer é.è.à",
}


async def post(running_bot: RunningBot, person: Person, header: str | None, **changes: Any) -> int:
    """Ada's "campaigns", with this Authorization. The status."""
    running_bot.organisation.headers = {} if header is None else {"Authorization": header}
    status, _ = await person.send({"type": "message", "text": "help", "from_name": person.name, **changes})
    return status


@pytest.mark.real_time
async def test_what_the_platform_has_signed_is_heard(registered: RunningBot, platform: SigningPlatform) -> None:
    ada = newcomer(registered)
    assert await post(registered, ada, "Bearer " + platform.token(registered.connector.url)) == 201
    await ada.sees("What I can do")


@pytest.mark.parametrize("kind", BAD)
async def test_no_bad_token_is_accepted(registered: RunningBot, platform: SigningPlatform, kind: str) -> None:
    ada = newcomer(registered)
    header = BAD[kind](platform, registered.connector.url)
    assert await post(registered, ada, header) == 401
    await nothing_happened(registered, ada)


async def test_at_least_twenty_kinds_were_tried() -> None:
    assert len(BAD) >= 20


async def test_a_key_that_may_sign_for_other_channels_only_is_refused(
    registered: RunningBot, platform: SigningPlatform
) -> None:
    ada = newcomer(registered)
    for endorsements in (("webchat", "directline"), ()):
        platform.keys = [SigningKey("key-1", endorsements)]
        await registered.restart()
        assert await post(registered, ada, "Bearer " + platform.token(registered.connector.url)) == 401
    await nothing_happened(registered, ada)


@pytest.mark.real_time
async def test_a_foreign_organisation_is_not_served(registered: RunningBot, platform: SigningPlatform) -> None:
    stranger = newcomer(registered, tenant=FOREIGN)
    registered.connector.add(stranger.conversation, stranger.member())
    assert await post(registered, stranger, "Bearer " + platform.token(registered.connector.url)) == 201
    assert [message["activity"].get("text") for message in stranger.chat.messages] == [
        "I am not set up for your organisation."
    ]
    assert await registered.store.person_at(stranger.tenant, stranger.address) is None  # type: ignore[arg-type]
    status, _ = await stranger.send({"type": "invoke", "name": "adaptiveCard/action", "value": {}})
    assert status == 403


async def test_a_token_is_replayed_with_another_service_url(registered: RunningBot, platform: SigningPlatform) -> None:
    """A stolen token cannot make the bot write its answers, and its own token, to somebody else's server."""
    ada = newcomer(registered)
    stolen = "Bearer " + platform.token(registered.connector.url)
    assert await post(registered, ada, stolen, serviceUrl="http://127.0.0.1:1/evil/") == 401
    assert await post(registered, ada, stolen, serviceUrl=None) in (201, 401)
    await nothing_happened(registered, ada)


@pytest.mark.real_time
async def test_a_new_key_of_the_platforms_is_found_at_once() -> None:
    platform, time = SigningPlatform(), [0.0]
    await platform.start()
    keys = SigningKeys(platform.platform.metadata, lambda: time[0])
    assert (await keys.get("key-1")).endorsements
    platform.keys.append(SigningKey("key-2"))
    with pytest.raises(PermissionError):
        await keys.get("key-2")  # asked a moment ago
    time[0] += AGAIN
    assert (await keys.get("key-2")).endorsements
    asked = platform.asked
    for number in range(100):
        with pytest.raises(PermissionError):
            await keys.get(f"invented-{number}")
    assert platform.asked == asked, "invented keys do not make us ask again and again"
    del platform.keys[0]
    time[0] += FRESH + 1
    await keys.get("key-2")
    with pytest.raises(PermissionError):
        await keys.get("key-1")  # withdrawn
    platform.broken = True
    time[0] += FRESH + 1
    assert (await keys.get("key-2")).endorsements, "an outage there is none here"
    await platform.stop()


def newcomer(running_bot: RunningBot, **more: Any) -> Person:
    person = running_bot.organisation.person("Ada", "Lovelace", **more)
    running_bot.connector.add(person.conversation, person.member())
    return person


async def nothing_happened(running_bot: RunningBot, person: Person) -> None:
    """Nothing was said, and nobody became known."""
    assert not person.chat.messages
    assert await running_bot.store.person_at(TENANT, person.address) is None  # type: ignore[arg-type]
    assert not await running_bot.store.with_role(TENANT)  # type: ignore[arg-type]


def test_the_public_clouds_addresses_are_microsofts() -> None:
    assert PUBLIC.issuer == "https://api.botframework.com"
    assert PUBLIC.metadata == "https://login.botframework.com/v1/.well-known/openidconfiguration"

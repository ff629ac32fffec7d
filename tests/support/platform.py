"""The platform's signing side, on loopback: OpenID metadata, keys, and tokens as the channel gives them."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
from botframework.connector.auth import MicrosoftAppCredentials, ServiceClientCredentialsFactory
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from msrest.authentication import Authentication

from bot.clouds import PUBLIC, Platform
from tests.support.http import Answer, Server

APP_ID = "3f2b6a0c-9d51-4e8e-8a4b-0c6d7e5f1a29"
ENDORSEMENTS = ("msteams", "skype", "webchat")


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@functools.cache
def _platforms_key() -> rsa.RSAPrivateKey:
    """The platform's own, the same in every test of this process; nobody else has it."""
    return _new_key()


@dataclass
class SigningKey:
    """One key of the platform's, or of somebody who would like to be the platform."""

    id: str
    endorsements: tuple[str, ...] = ENDORSEMENTS
    private: rsa.RSAPrivateKey = field(default_factory=_new_key)

    def jwk(self) -> dict[str, Any]:
        public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        endorsed = {"endorsements": list(self.endorsements)} if self.endorsements else {}
        return {**public, "kid": self.id, "use": "sig", **endorsed}

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class SigningPlatform:
    """Serves the metadata and the keys; ``token`` gives what the platform would send with an activity."""

    def __init__(self) -> None:
        self.keys = [SigningKey("key-1", private=_platforms_key())]
        self.asked = 0
        #: what is answered instead, to try an outage
        self.broken = False
        self._server = Server(self._handle)

    async def start(self) -> None:
        await self._server.start(0)

    async def stop(self) -> None:
        await self._server.stop()

    @property
    def platform(self) -> Platform:
        """The public cloud, but for where its keys are; and files go to this machine."""
        return replace(PUBLIC, metadata=f"http://127.0.0.1:{self._server.port}/openid", files=())

    def _handle(self, method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        self.asked += 1
        if self.broken:
            return Answer(503, b"{}")
        if path == b"/openid":
            return Answer(200, json.dumps({"jwks_uri": f"http://127.0.0.1:{self._server.port}/keys"}).encode())
        return Answer(200, json.dumps({"keys": [key.jwk() for key in self.keys]}).encode())

    def claims(self, service_url: str, **changes: Any) -> dict[str, Any]:
        """``None`` leaves a claim out."""
        now = int(time.time())
        usual = {
            "iss": PUBLIC.issuer, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 60, "exp": now + 3600,
        }  # fmt: skip
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def token(self, service_url: str, key: SigningKey | None = None, **changes: Any) -> str:
        signer = key or self.keys[0]
        return jwt.encode(
            self.claims(service_url, **changes), signer.private, algorithm="RS256", headers={"kid": signer.id}
        )


class NoSecret(ServiceClientCredentialsFactory):
    """A registration whose own messages carry no token: the loopback connector asks for none."""

    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == APP_ID

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, *values: Any, **more: Any) -> Authentication:
        credentials = MicrosoftAppCredentials("", "")
        credentials.get_access_token = lambda force_refresh=False: ""
        return credentials

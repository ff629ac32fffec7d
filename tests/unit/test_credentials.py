"""Every kind of credentials that the SDK supports, from the settings alone."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botframework.connector.auth import ManagedIdentityAppCredentials, MicrosoftAppCredentials
from botframework.connector.auth.certificate_app_credentials import CertificateAppCredentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.clouds import CLOUDS, PUBLIC
from bot.settings import Settings, WrongSettings
from bot.teams.auth.credentials import SharedCredentials, make_credentials, read_certificate

APP = "3f2b6a0c-9d51-4e8e-8a4b-0c6d7e5f1a29"
SINGLE = {"MicrosoftAppType": "SingleTenant", "MicrosoftAppTenantId": "1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70"}
TENANT = "1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70"


def settings(**variables: str) -> Settings:
    own = {"MicrosoftAppId": APP, "MicrosoftAppType": "MultiTenant"}
    return Settings(_env_file=None, **{**own, **variables})  # type: ignore[call-arg, arg-type]


def credentials_for(configured: Settings, cloud: str = "public") -> Any:
    platform = CLOUDS[cloud]
    login = platform.login + (configured.microsoft_app_tenant_id or platform.home)
    return asyncio.run(make_credentials(configured).create_credentials(APP, platform.scope, login, True))


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """A certificate of our own with its key, as one file."""
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crieur")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "crieur.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path


def test_a_secret_of_many_organisations() -> None:
    credentials = credentials_for(settings(MicrosoftAppPassword="a-secret"))
    assert type(credentials) is MicrosoftAppCredentials
    assert credentials.oauth_endpoint == PUBLIC.login + PUBLIC.home


def test_a_secret_of_one_organisation() -> None:
    credentials = credentials_for(
        settings(MicrosoftAppPassword="a-secret", MicrosoftAppType="SingleTenant", MicrosoftAppTenantId=TENANT)
    )
    assert type(credentials) is MicrosoftAppCredentials
    assert credentials.oauth_endpoint == PUBLIC.login + TENANT


def test_a_managed_identity_needs_no_secret() -> None:
    credentials = credentials_for(settings(MicrosoftAppType="UserAssignedMSI", MicrosoftAppTenantId=TENANT))
    assert type(credentials) is ManagedIdentityAppCredentials


def test_a_certificate_stands_for_the_secret(pem: Path) -> None:
    credentials = credentials_for(
        settings(MicrosoftAppCertificate=str(pem), MicrosoftAppType="SingleTenant", MicrosoftAppTenantId=TENANT)
    )
    assert type(credentials) is CertificateAppCredentials
    assert credentials.oauth_endpoint == PUBLIC.login + TENANT
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    der = certificate.public_bytes(serialization.Encoding.DER)
    assert credentials.certificate_thumbprint == hashlib.sha1(der).hexdigest().upper()
    _, key, public = read_certificate(pem)
    assert key.startswith("-----BEGIN PRIVATE KEY-----") and "CERTIFICATE" not in key
    assert public.startswith("-----BEGIN CERTIFICATE-----") and "PRIVATE" not in public


def test_the_governments_cloud_has_its_own_addresses() -> None:
    credentials = credentials_for(settings(MicrosoftAppPassword="a-secret", CLOUD="gcc-high"), "gcc-high")
    assert credentials.oauth_endpoint.startswith("https://login.microsoftonline.us/")


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_a_certificate_that_cannot_be_used_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongSettings, match=r"^MicrosoftAppCertificate: takes a PEM file") as wrong:
        make_credentials(settings(MicrosoftAppCertificate=str(path)))
    assert len(str(wrong.value).splitlines()) == 1


def test_a_certificate_without_its_key_is_refused(pem: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.pem"
    alone.write_bytes(pem.read_bytes().partition(b"-----BEGIN PRIVATE")[0])
    with pytest.raises(WrongSettings):
        read_certificate(alone)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"MicrosoftAppType": "UserAssignedMSI"}, "MicrosoftAppTenantId takes your directory's id"),
        ({"MicrosoftAppType": "UserAssignedMSI", "MicrosoftAppTenantId": TENANT, "MicrosoftAppCertificate": "x.pem"},
         "MicrosoftAppCertificate takes nothing"),
        ({}, "MicrosoftAppPassword takes the client secret"),
    ],
)  # fmt: skip
def test_credentials_that_do_not_go_together_are_refused(variables: dict[str, str], line: str) -> None:
    with pytest.raises(WrongSettings, match=line):
        settings(**variables)


def test_the_same_credentials_serve_every_turn() -> None:
    """Each new one would ask the login for a new token."""

    async def both() -> tuple[object, object]:
        factory = make_credentials(settings(MicrosoftAppPassword="a-secret"))
        login = PUBLIC.login + PUBLIC.home
        return (
            await factory.create_credentials(APP, PUBLIC.scope, login, True),
            await factory.create_credentials(
                APP, oauth_scope=PUBLIC.scope, login_endpoint=login, validate_authority=True
            ),
        )

    one, other = asyncio.run(both())
    assert one is other


def test_credentials_that_are_forgotten_take_their_libraries_caches_with_them() -> None:
    """MSAL keeps a token for as long as the object lives; a managed identity's are kept for all of them."""

    async def before_and_after() -> tuple[object, object]:
        factory = make_credentials(settings(MicrosoftAppPassword="a-secret"))
        assert isinstance(factory, SharedCredentials)
        asked = (APP, PUBLIC.scope, PUBLIC.login + PUBLIC.home, True)
        one = await factory.create_credentials(*asked)
        factory.forget()
        return one, await factory.create_credentials(*asked)

    cache = ManagedIdentityAppCredentials.global_token_cache
    one, other = asyncio.run(before_and_after())
    assert one is not other
    assert ManagedIdentityAppCredentials.global_token_cache is not cache

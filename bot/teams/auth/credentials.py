"""The bot's own credentials, in the SDK's classes: a secret, a certificate, or a managed identity."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import msal
from botbuilder.integration.aiohttp.configuration_service_client_credential_factory import (
    ConfigurationServiceClientCredentialFactory,
)
from botframework.connector.auth import ServiceClientCredentialsFactory
from botframework.connector.auth.certificate_service_client_credential_factory import (
    CertificateServiceClientCredentialsFactory,
)
from botframework.connector.auth.managedidentity_app_credentials import ManagedIdentityAppCredentials
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from msrest.authentication import Authentication

from bot.settings import Settings, WrongSettings


def make_credentials(settings: Settings) -> ServiceClientCredentialsFactory:
    """Raises WrongSettings for a certificate that cannot be used."""
    if settings.microsoft_app_certificate:
        thumbprint, key, public = read_certificate(Path(settings.microsoft_app_certificate))
        inner: ServiceClientCredentialsFactory = CertificateServiceClientCredentialsFactory(
            thumbprint, key, settings.microsoft_app_id, settings.microsoft_app_tenant_id or None, public
        )
    else:
        inner = ConfigurationServiceClientCredentialFactory(
            SimpleNamespace(  # the names that the SDK reads
                APP_ID=settings.microsoft_app_id,
                APP_PASSWORD=settings.microsoft_app_password,
                APP_TYPE="MultiTenant" if settings.local else settings.app_type,  # with no type, it asks for no token
                APP_TENANTID=settings.microsoft_app_tenant_id,
            )
        )
    return SharedCredentials(inner)


class SharedCredentials(ServiceClientCredentialsFactory):
    """One set of credentials for all turns: the SDK makes new ones, and fetches a new token, at every turn."""

    def __init__(self, inner: ServiceClientCredentialsFactory) -> None:
        self._inner = inner
        self._shared: dict[tuple[str, str, str], Authentication] = {}

    async def is_valid_app_id(self, app_id: str) -> bool:
        return bool(await self._inner.is_valid_app_id(app_id))

    async def is_authentication_disabled(self) -> bool:
        return bool(await self._inner.is_authentication_disabled())

    def forget(self) -> None:
        """Drop the credentials with their libraries' token caches: the next ones ask the login itself."""
        self._shared.clear()
        ManagedIdentityAppCredentials.global_token_cache = msal.TokenCache()

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> Authentication:
        key = (app_id, oauth_scope, login_endpoint)
        if key not in self._shared:
            self._shared[key] = await self._inner.create_credentials(*key, validate_authority)
        return self._shared[key]


def read_certificate(path: Path) -> tuple[str, str, str]:
    """(thumbprint, private key, certificate) of a PEM file that holds both. Raises WrongSettings."""
    try:
        pem = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        load_pem_private_key(_part(pem, b"PRIVATE KEY"), None)
    except (OSError, ValueError, TypeError) as error:
        raise WrongSettings(
            "MicrosoftAppCertificate: takes a PEM file with the certificate and its private key, without a password"
            f" ({error.strerror if isinstance(error, OSError) else type(error).__name__})"
        ) from None
    # the login identifies certificates by this hash; it protects nothing
    thumbprint = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest().upper()
    return thumbprint, _part(pem, b"PRIVATE KEY").decode(), certificate.public_bytes(Encoding.PEM).decode()


def _part(pem: bytes, kind: bytes) -> bytes:
    """The first part of this kind, between its BEGIN and END lines. Raises ValueError."""
    begin = pem.rindex(b"-----BEGIN", 0, pem.index(kind))
    end = pem.index(b"-----", pem.index(b"-----END", begin) + 8) + 5
    return pem[begin:end] + b"\n"

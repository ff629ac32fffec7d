"""What the app package is built from: environment variables, and ``.env``, like the bot's own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from yarl import URL

from cards.kit.addresses import web_address


class PackageSettings(BaseSettings):
    """The package's variables; those that the bot reads too mean the same there."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    microsoft_app_id: Annotated[str, Field(alias="MicrosoftAppId")] = ""
    public_url: Annotated[str, Field(alias="PUBLIC_URL")] = ""
    #: the app's own id in Teams; the registration's where none is set
    teams_app_id: Annotated[str, Field(alias="TEAMS_APP_ID")] = ""
    app_name: Annotated[str, Field(alias="APP_NAME", max_length=30)] = "Crieur"
    company_name: Annotated[str, Field(alias="COMPANY_NAME", max_length=32)] = "Crieur"
    website_url: Annotated[str, Field(alias="WEBSITE_URL")] = ""
    privacy_url: Annotated[str, Field(alias="PRIVACY_URL")] = ""
    terms_url: Annotated[str, Field(alias="TERMS_URL")] = ""

    @property
    def domain(self) -> str:
        return str(URL(self.public_url).host)

    def page(self, url: str, anchor: str) -> str:
        """An address that was set, or the bot's own page."""
        return url or f"{self.public_url.rstrip('/')}/about#{anchor}"

    @field_validator("microsoft_app_id", "teams_app_id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not value:
            return value
        try:
            return str(UUID(value))
        except ValueError:
            raise ValueError("takes an id like 8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10") from None

    @field_validator("public_url", "website_url", "privacy_url", "terms_url")
    @classmethod
    def _is_secure(cls, value: str) -> str:
        if value and not _is_https(value):
            raise ValueError("takes an address that begins with https://, like https://crieur.contoso.com")
        return value

    @model_validator(mode="after")
    def _whole(self) -> PackageSettings:
        if not self.microsoft_app_id:
            raise ValueError("MicrosoftAppId takes the id of the bot's registration")
        if not self.public_url:
            raise ValueError("PUBLIC_URL takes the address at which people reach the bot")
        return self


def _is_https(url: str) -> bool:
    address = web_address(url)
    return address is not None and address.scheme == "https"

"""What the app package is built from: environment variables, and ``.env``, like the bot's own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from yarl import URL

from bot.settings import CheckedSettings, as_id, mistake_in_public_address
from cards.kit.addresses import web_address


class PackageSettings(CheckedSettings):
    """The package's variables; those that the bot reads too mean the same there."""

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
        return as_id(value)

    @field_validator("public_url")
    @classmethod
    def _is_reached(cls, value: str) -> str:
        if value and (mistake := mistake_in_public_address(value)):
            raise ValueError(mistake)
        return value

    @field_validator("website_url", "privacy_url", "terms_url")
    @classmethod
    def _is_secure(cls, value: str) -> str:
        if value and not _is_https(value):
            raise ValueError("takes an address that begins with https://, like https://crieur.contoso.com")
        return value

    def mistakes(self) -> list[str]:
        wrong = []
        if not self.microsoft_app_id:
            wrong.append("MicrosoftAppId takes the id of the bot's registration")
        if not self.public_url:
            wrong.append("PUBLIC_URL takes the address at which people reach the bot")
        return wrong


def _is_https(url: str) -> bool:
    address = web_address(url)
    return address is not None and address.scheme == "https"

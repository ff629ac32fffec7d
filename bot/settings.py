"""Settings: environment variables (and ``.env``), checked once at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.mail.addresses import mail_server, mailbox
from cards.kit.addresses import is_loopback, is_public_host, is_this_machine, web_address

#: Microsoft's clouds, and where the Graph of each is
GRAPHS = {
    "public": "https://graph.microsoft.com/v1.0",
    "gcc": "https://graph.microsoft.com/v1.0",
    "gcc-high": "https://graph.microsoft.us/v1.0",
    "dod": "https://dod-graph.microsoft.us/v1.0",
}
OTHER_NAMES = {"government": "gcc-high", "gcch": "gcc-high"}
ID = "takes an id like 8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10"

KEY_LENGTH = 32  #: characters of a signing key: half a line of random ones
_LONG_ENOUGH = f"takes {KEY_LENGTH} random characters or more, as `openssl rand -hex 32` gives"


class WrongSettings(Exception):
    """One line per mistake: the variable, and what it takes."""


class CheckedSettings(BaseSettings):
    """Settings that tell all their mistakes at once, those of single ones and those of several together."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    def mistakes(self) -> list[str]:
        """What several of them together get wrong: lines that begin with the variable to be changed."""
        return []

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, values: Any, handler: Callable[[Any], Self]) -> Self:
        """Raises WrongSettings."""
        lines: dict[str, str] = {}
        try:
            settings = handler(values)
        except ValidationError as error:
            for mistake in error.errors():
                lines.setdefault(str(mistake["loc"][0]), _line(mistake))
            # what is wrong counts as not set: the others may not go together, whatever becomes of it
            settings = handler({name: value for name, value in values.items() if name not in lines})
        together = [line for line in settings.mistakes() if line.split(maxsplit=1)[0] not in lines]
        if lines or together:
            raise WrongSettings("\n".join([*lines.values(), *together]))
        return settings


class Settings(CheckedSettings):
    """Every variable that Crieur reads; README has the same table."""

    microsoft_app_id: Annotated[str, Field(alias="MicrosoftAppId")] = ""
    microsoft_app_password: Annotated[str, Field(alias="MicrosoftAppPassword", repr=False)] = ""
    microsoft_app_type: Annotated[str, Field(alias="MicrosoftAppType")] = ""
    microsoft_app_tenant_id: Annotated[str, Field(alias="MicrosoftAppTenantId")] = ""
    microsoft_app_certificate: Annotated[str, Field(alias="MicrosoftAppCertificate")] = ""
    cloud: Annotated[str, Field(alias="CLOUD")] = "public"
    host: Annotated[str, Field(alias="HOST")] = "127.0.0.1"
    port: Annotated[int, Field(alias="PORT", ge=1, le=65535)] = 3978
    public_url: Annotated[str, Field(alias="PUBLIC_URL")] = ""
    store_url: Annotated[str, Field(alias="STORE_URL")] = "sqlite:var/crieur.db"
    messages_per_second: Annotated[float, Field(alias="MESSAGES_PER_SECOND", gt=0, le=100_000)] = 45.0
    allowed_tenants: Annotated[frozenset[str], NoDecode, Field(alias="ALLOWED_TENANTS")] = frozenset()
    skype_tenant: Annotated[str, Field(alias="SKYPE_TENANT")] = ""
    skype_presence_url: Annotated[str, Field(alias="SKYPE_PRESENCE_URL")] = ""
    skype_presence_token: Annotated[str, Field(alias="SKYPE_PRESENCE_TOKEN", repr=False)] = ""
    lease_seconds: Annotated[float, Field(alias="LEASE_SECONDS", ge=1, le=3600)] = 60.0
    metrics_token: Annotated[str, Field(alias="METRICS_TOKEN", repr=False)] = ""
    #: apart from the store, and so from its backups, on purpose: what signs links is made of both
    signing_key: Annotated[str, Field(alias="SIGNING_KEY", repr=False)] = ""
    signing_key_file: Annotated[str, Field(alias="SIGNING_KEY_FILE")] = ""
    log_level: Annotated[str, Field(alias="LOG_LEVEL")] = "INFO"
    #: the app's id in Teams, as in its package
    teams_app_id: Annotated[str, Field(alias="TEAMS_APP_ID")] = ""
    graph: Annotated[str, Field(alias="GRAPH")] = "auto"
    graph_url: Annotated[str, Field(alias="GRAPH_URL")] = ""
    log_format: Annotated[str, Field(alias="LOG_FORMAT")] = "text"
    smtp_url: Annotated[str, Field(alias="SMTP_URL", repr=False)] = ""
    mail_from: Annotated[str, Field(alias="MAIL_FROM")] = ""
    mail_reply_to: Annotated[str, Field(alias="MAIL_REPLY_TO")] = ""
    mails_per_minute: Annotated[float, Field(alias="MAILS_PER_MINUTE", gt=0, le=60_000)] = 30.0

    @property
    def local(self) -> bool:
        """No registration: nobody authenticates, so only this machine may talk to the bot."""
        return not self.microsoft_app_id

    @property
    def app_type(self) -> str:
        """SingleTenant unless it is said: others cannot be made any more, or have no secret (docs/deploy.md)."""
        return self.microsoft_app_type or "SingleTenant"

    @property
    def tenants(self) -> frozenset[str]:
        """The organisations that may use the bot; empty for all. A registration of one serves that one."""
        if self.allowed_tenants or self.local or self.app_type == "MultiTenant":
            return self.allowed_tenants
        return frozenset({self.microsoft_app_tenant_id})

    @property
    def graph_address(self) -> str:
        """Microsoft Graph's address, with its version and no slash at the end."""
        return self.graph_url or GRAPHS[self.cloud]

    @property
    def key_apart(self) -> bytes:
        """The signing key that is kept apart from the store; empty where there is none."""
        if self.signing_key_file:
            return Path(self.signing_key_file).read_bytes().strip()
        return self.signing_key.strip().encode()

    @property
    def mails(self) -> bool:
        """Whether campaigns can reach people by e-mail as well."""
        return bool(self.smtp_url)

    @property
    def store_file(self) -> Path | None:
        """The embedded store's file; None where the store is a server."""
        kind, _, path = self.store_url.partition(":")
        return Path(path) if kind == "sqlite" else None

    @property
    def store_place(self) -> str:
        """Where the store is, without the password to it."""
        if self.store_file:
            return f"sqlite:{self.store_file.absolute()}"
        kind, _, rest = self.store_url.partition(":")
        where = rest.removeprefix("//").partition("?")[0]
        return f"{kind}://{where.rpartition('@')[2]}"

    @property
    def base_url(self) -> str:
        """Where people's browsers reach /r/, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def asks_graph(self) -> bool:
        """Whether Microsoft Graph is there to be asked: with a registration, or one on this machine."""
        return self.graph != "off" and (not self.local or is_loopback(self.graph_address))

    @property
    def tracked(self) -> bool:
        """Whether links can lead through us: without a registration, all clients are on this machine."""
        return bool(self.public_url) or self.local

    @field_validator("allowed_tenants", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_tenants")
    @classmethod
    def _are_ids(cls, value: frozenset[str]) -> frozenset[str]:
        if not all(map(_is_guid, value)):
            raise ValueError("takes directory ids like 8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10, separated by commas")
        return value

    @field_validator("microsoft_app_id", "teams_app_id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        return as_id(value)

    @field_validator("microsoft_app_tenant_id", "skype_tenant")
    @classmethod
    def _is_a_directorys_id(cls, value: str) -> str:
        """Its name does not do: whose people may come in is looked at by the id."""
        return as_id(value, f"{ID}: the directory's, not its name (Entra admin centre, Overview)")

    @field_validator("public_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and (wrong := mistake_in_address(value)):
            raise ValueError(wrong)
        return value

    @field_validator("skype_presence_url")
    @classmethod
    def _is_a_service(cls, value: str) -> str:
        if value and not _is_secure(value):
            raise ValueError("takes the address of your presence service, like https://presence.contoso.com/skype")
        return value

    @field_validator("signing_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if value and len(value.strip()) < KEY_LENGTH:
            raise ValueError(_LONG_ENOUGH)
        return value

    @field_validator("signing_key_file")
    @classmethod
    def _holds_a_key(cls, value: str) -> str:
        try:
            key = Path(value).read_bytes().strip() if value else None
        except OSError as error:
            raise ValueError(f"cannot be read ({error.strerror}): takes a file with the key") from None
        if key is not None and len(key) < KEY_LENGTH:
            raise ValueError(f"{_LONG_ENOUGH}, in a file")
        return value

    @field_validator("store_url")
    @classmethod
    def _is_a_store(cls, value: str) -> str:
        kind, _, rest = value.partition(":")
        if not rest or kind not in ("sqlite", "mongodb", "mongodb+srv"):
            raise ValueError("takes sqlite:PATH, like sqlite:var/crieur.db, or mongodb://HOST/DATABASE")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, value: str) -> str:
        if value:
            mail_server(value)
        return value

    @field_validator("mail_from", "mail_reply_to")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        if value and mailbox(value) is None:
            raise ValueError("takes an address, like Contoso <news@contoso.com>")
        return value

    @field_validator("microsoft_app_type")
    @classmethod
    def _is_an_app_type(cls, value: str) -> str:
        if value not in ("", "SingleTenant", "UserAssignedMSI", "MultiTenant"):
            raise ValueError("takes SingleTenant, UserAssignedMSI or MultiTenant, or nothing")
        return value

    @field_validator("cloud")
    @classmethod
    def _is_a_cloud(cls, value: str) -> str:
        cloud = OTHER_NAMES.get(value.lower(), value.lower())
        if cloud not in GRAPHS:
            raise ValueError(f"takes one of {', '.join(GRAPHS)}: no other of Microsoft's clouds is known here")
        return cloud

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("takes DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("graph")
    @classmethod
    def _is_a_choice(cls, value: str) -> str:
        if value.lower() not in ("auto", "on", "off"):
            raise ValueError("takes auto, on or off")
        return value.lower()

    @field_validator("graph_url")
    @classmethod
    def _is_a_graph(cls, value: str) -> str:
        if value and not _is_secure(value):
            raise ValueError("takes the Graph's address with its version, like https://graph.microsoft.com/v1.0")
        return value.rstrip("/")

    @field_validator("log_format")
    @classmethod
    def _is_a_format(cls, value: str) -> str:
        if value.lower() not in ("text", "json"):
            raise ValueError("takes text or json")
        return value.lower()

    def mistakes(self) -> list[str]:
        wrong = []
        if self.local and not is_this_machine(self.host):
            wrong.append(
                "HOST takes a loopback address such as 127.0.0.1 as long as MicrosoftAppId is empty:"
                " without a registration nobody authenticates, so only this machine may talk to the bot"
            )
        wrong += [] if self.local else self._mistakes_in_registration()
        if self.signing_key and self.signing_key_file:
            wrong.append("SIGNING_KEY takes nothing as SIGNING_KEY_FILE is set: the key stands in one place")
        if self.graph == "on" and not self.asks_graph:
            wrong.append("GRAPH takes auto or off as long as MicrosoftAppId is empty: Graph wants a registration")
        if self.smtp_url and not self.mail_from:
            wrong.append("MAIL_FROM takes the address that e-mails come from, like Contoso <news@contoso.com>")
        if self.smtp_url and not self.tracked:
            wrong.append("PUBLIC_URL takes the bot's address as SMTP_URL is set: e-mails hold the way to stop them")
        own = GRAPHS[self.cloud]
        if self.graph_url in GRAPHS.values() and self.graph_url != own:
            wrong.append(f"GRAPH_URL takes {own}, or nothing, as CLOUD is {self.cloud}")
        return wrong

    def _mistakes_in_registration(self) -> list[str]:
        wrong, managed = [], self.app_type == "UserAssignedMSI"
        if not (managed or self.microsoft_app_password or self.microsoft_app_certificate):
            wrong.append(
                "MicrosoftAppPassword takes the client secret of the registration in MicrosoftAppId"
                " (or MicrosoftAppCertificate its certificate; a managed identity: MicrosoftAppType=UserAssignedMSI)"
            )
        if managed and self.microsoft_app_certificate:
            wrong.append("MicrosoftAppCertificate takes nothing as MicrosoftAppType is UserAssignedMSI")
        if self.app_type != "MultiTenant" and not self.microsoft_app_tenant_id:
            wrong.append(
                f"MicrosoftAppTenantId takes your directory's id, as the registration is {self.app_type}"
                " (a multi-tenant bot of before August 2025: MicrosoftAppType=MultiTenant)"
            )
        if self.public_url and (mistake := mistake_in_public_address(self.public_url)):
            wrong.append(f"PUBLIC_URL {mistake}")
        return wrong


def as_id(value: str, takes: str = ID) -> str:
    """An id as Microsoft writes it, or nothing. Raises ValueError."""
    try:
        return str(UUID(value.strip())) if value.strip() else ""
    except ValueError:
        raise ValueError(takes) from None


ADDRESS = "takes the address at which people reach the bot, like https://crieur.contoso.com"


def mistake_in_address(url: str) -> str:
    """Why an address cannot be put before what leads to the bot; "" where it can."""
    address = web_address(url)
    if address is None or "*" in (address.host or ""):
        return ADDRESS
    return f"{ADDRESS}: without ? and #" if "?" in url or "#" in url else ""


def mistake_in_public_address(url: str) -> str:
    """Why people, and Teams, would not reach the bot there; "" where they might."""
    address = web_address(url)
    if address is None or address.scheme != "https":
        return "takes an address that begins with https://, like https://crieur.contoso.com"
    if not is_public_host(address.host or ""):
        return f"{ADDRESS}: {address.host} is reached from your own network only"
    return mistake_in_address(url)


def _is_guid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _is_secure(url: str) -> bool:
    """Whether what is sent there stays secret: encrypted, or on this machine."""
    address = web_address(url)
    return address is not None and (address.scheme == "https" or is_loopback(url))


def _line(mistake: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in mistake["loc"])
    text = str(mistake["msg"]).removeprefix("Value error, ")
    return f"{where}: {text}" if where else text

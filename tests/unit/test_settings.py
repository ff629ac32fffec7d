"""Settings: each mistake is one line that names the variable and what it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, WrongSettings, read_settings
from manifest.settings import PackageSettings

ROOT = Path(__file__).parents[2]
REGISTERED = {"MicrosoftAppId": "an-id", "MicrosoftAppPassword": "a-secret"}
NAMES = {str(field.alias) for kind in (Settings, PackageSettings) for field in kind.model_fields.values()}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a .env, and an environment in which nothing is set."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_with_nothing_set_it_runs_on_this_machine_only() -> None:
    settings = read_settings()
    assert settings.local
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 3978, "http://127.0.0.1:3978")
    assert settings.allowed_tenants == frozenset()


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PORT", "http", "integer"),
        ("MESSAGES_PER_SECOND", "0", "greater than 0"),
        ("MESSAGES_PER_SECOND", "-1", "greater than 0"),
        ("MESSAGES_PER_SECOND", "nan", "less than or equal to"),
        ("MESSAGES_PER_SECOND", "inf", "less than or equal to"),
        ("MESSAGES_PER_SECOND", "fast", "number"),
        ("LEASE_SECONDS", "0", "greater than or equal to 1"),
        ("LEASE_SECONDS", "1e9", "less than or equal to 3600"),
        ("LEASE_SECONDS", "nan", "less than or equal to"),
        ("PUBLIC_URL", "crieur.contoso.com", "like https://crieur.contoso.com"),
        ("PUBLIC_URL", "javascript:alert(1)", "like https://crieur.contoso.com"),
        ("PUBLIC_URL", "https://", "like https://crieur.contoso.com"),
        ("PUBLIC_URL", "https://[", "like https://crieur.contoso.com"),
        ("STORE_URL", "mysql://contoso", "like sqlite:var/crieur.db"),
        ("STORE_URL", "sqlite:", "like sqlite:var/crieur.db"),
        ("MicrosoftAppType", "ManagedIdentity", "MultiTenant, SingleTenant or UserAssignedMSI"),
        ("CLOUD", "cumulus", "public or government"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("GRAPH", "maybe", "auto, on or off"),
        ("GRAPH", "on", "MicrosoftAppId"),
        ("GRAPH_URL", "http://graph.microsoft.com/v1.0", "like https://graph.microsoft.com/v1.0"),
        ("SKYPE_PRESENCE_URL", "http://presence.contoso.com", "like https://presence.contoso.com/skype"),
        ("SKYPE_PRESENCE_URL", "presence", "like https://presence.contoso.com/skype"),
        ("GRAPH_URL", "graph.microsoft.com", "like https://graph.microsoft.com/v1.0"),
        ("HOST", "0.0.0.0", "loopback"),
        ("SIGNING_KEY", "short", "openssl rand -hex 32"),
        ("SIGNING_KEY_FILE", "/nowhere/key", "takes a file with the key"),
    ],
)
def test_a_mistake_is_one_line_naming_the_variable_and_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, takes: str
) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, **{name: value})
    [line] = str(wrong.value).splitlines()
    assert re.match(rf"{name}\b", line)
    assert takes in line


def test_every_mistake_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, PORT="http", LOG_LEVEL="LOUD", STORE_URL="x")
    lines = str(wrong.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["PORT", "STORE_URL", "LOG_LEVEL"]


def test_mistakes_of_several_settings_together_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, MicrosoftAppId="an-id", MicrosoftAppType="SingleTenant", SIGNING_KEY="x" * 32,
             SIGNING_KEY_FILE=__file__)  # fmt: skip
    lines = str(wrong.value).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["MicrosoftAppPassword", "MicrosoftAppTenantId", "SIGNING_KEY"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_without_a_registration_a_loopback_host_is_taken(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert read(monkeypatch, HOST=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "crieur.contoso.com", "localhost.evil"])
def test_without_a_registration_no_other_host_is_taken(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with pytest.raises(WrongSettings, match="HOST takes a loopback address"):
        read(monkeypatch, HOST=host)


def test_with_a_registration_any_host_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, **REGISTERED, HOST="0.0.0.0")
    assert not settings.local
    assert settings.microsoft_app_password == "a-secret"


def test_a_registration_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match=r"^MicrosoftAppPassword takes"):
        read(monkeypatch, MicrosoftAppId="an-id")


def test_a_registration_of_one_directory_needs_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match=r"^MicrosoftAppTenantId takes"):
        read(monkeypatch, **REGISTERED, MicrosoftAppType="SingleTenant")
    assert read(monkeypatch, MicrosoftAppTenantId="contoso").microsoft_app_tenant_id == "contoso"


def test_graph_is_asked_with_a_registration_or_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings().asks_graph
    assert not read(monkeypatch, GRAPH_URL="https://localhost.evil.example/v1.0").asks_graph
    assert read(monkeypatch, GRAPH_URL="http://127.0.0.1:9/v1.0/", GRAPH="on").asks_graph
    assert read_settings().graph_url == "http://127.0.0.1:9/v1.0"
    assert not read(monkeypatch, GRAPH="OFF").asks_graph
    monkeypatch.delenv("GRAPH_URL")
    assert not read(monkeypatch, **REGISTERED).asks_graph
    assert read(monkeypatch, GRAPH="auto").asks_graph


def test_the_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "a-secret" not in repr(read(monkeypatch, **REGISTERED))
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, PORT="x", LOG_LEVEL="x", MicrosoftAppType="SingleTenant")
    assert "a-secret" not in str(wrong.value)


def test_a_dot_env_file_is_read_and_the_environment_wins(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("PORT=4000\nLOG_LEVEL=debug\nSOMETHING_ELSE=1\nPUBLIC_URL=\n")
    settings = read(monkeypatch, PORT="5000")
    assert (settings.port, settings.log_level, settings.public_url) == (5000, "DEBUG", "")


def test_the_example_file_names_every_variable_and_is_what_we_take_when_nothing_is_set(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#?(\w+)=", example, re.MULTILINE)) == NAMES
    bare = read_settings()
    for text in (example, re.sub(r"^#(?=\w+=)", "", example, flags=re.MULTILINE)):
        (elsewhere / ".env").write_text(text)
        assert read_settings() == bare


@pytest.mark.parametrize(
    ("value", "tenants"),
    [
        ("", set()),
        ("contoso", {"contoso"}),
        (" Contoso , FABRIKAM,,contoso ", {"contoso", "fabrikam"}),
        ('["contoso"]', {'["contoso"]'}),  # no JSON: it matches nobody
    ],
)
def test_allowed_tenants_are_ids_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, tenants: set[str]
) -> None:
    assert read(monkeypatch, ALLOWED_TENANTS=value).allowed_tenants == tenants


def test_the_address_for_browsers_has_no_slash_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PUBLIC_URL="https://crieur.contoso.com/").base_url == "https://crieur.contoso.com"


def test_a_signing_key_stands_in_the_environment_or_in_a_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = elsewhere / "key"
    file.write_text("k" * 64 + "\n")
    assert read(monkeypatch, SIGNING_KEY_FILE=str(file)).key_apart == b"k" * 64
    with pytest.raises(WrongSettings, match="SIGNING_KEY takes nothing"):
        read(monkeypatch, SIGNING_KEY="x" * 64)
    monkeypatch.delenv("SIGNING_KEY_FILE")
    settings = read_settings()
    assert settings.key_apart == b"x" * 64
    assert "x" * 64 not in repr(settings)
    file.write_text("short")
    with pytest.raises(WrongSettings, match="SIGNING_KEY_FILE: takes 32"):
        monkeypatch.delenv("SIGNING_KEY")
        read(monkeypatch, SIGNING_KEY_FILE=str(file))

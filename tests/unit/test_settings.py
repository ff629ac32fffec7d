"""Settings: each mistake is one line that names the variable and what it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.clouds import CLOUDS
from bot.settings import GRAPHS, Settings, WrongSettings
from manifest.settings import PackageSettings

ROOT = Path(__file__).parents[2]
ID = "8c5b0f2e-7a41-4f0e-9a57-3d1f6d2b9c10"
HERE, THERE = "1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70", "2e9c4d63-8075-4e1b-8c2f-6b3d405f7e81"
REGISTERED = {"MicrosoftAppId": ID, "MicrosoftAppPassword": "a-secret", "MicrosoftAppTenantId": HERE}
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
    return Settings()


def test_with_nothing_set_it_runs_on_this_machine_only() -> None:
    settings = Settings()
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
        ("PUBLIC_URL", "https://crieur.contoso.com/?from=teams", "without ? and #"),
        ("PUBLIC_URL", "https://*.contoso.com", "like https://crieur.contoso.com"),
        ("MicrosoftAppType", "ManagedIdentity", "SingleTenant, UserAssignedMSI or MultiTenant"),
        ("MicrosoftAppId", "crieur", "like 8c5b0f2e"),
        ("MicrosoftAppTenantId", "contoso.onmicrosoft.com", "the directory's, not its name"),
        ("ALLOWED_TENANTS", f"{HERE}, contoso.com", "separated by commas"),
        ("SKYPE_TENANT", "contoso", "the directory's, not its name"),
        ("TEAMS_APP_ID", "crieur", "like 8c5b0f2e"),
        ("CLOUD", "cumulus", "public, gcc, gcc-high, dod"),
        ("CLOUD", "china", "no other of Microsoft's clouds"),
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


def test_mistakes_of_single_settings_and_of_several_together_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, MicrosoftAppId=ID, PORT="http", SIGNING_KEY="x" * 32, SIGNING_KEY_FILE=__file__,
             PUBLIC_URL="https://10.0.0.7", CLOUD="dod", GRAPH_URL="https://graph.microsoft.com/v1.0")  # fmt: skip
    lines = [re.split("[: ]", line)[0] for line in str(wrong.value).splitlines()]
    assert lines == ["PORT", "MicrosoftAppPassword", "MicrosoftAppTenantId", "PUBLIC_URL", "SIGNING_KEY", "GRAPH_URL"]
    with pytest.raises(WrongSettings) as wrong:  # what is wrong is told once, as what it is
        read(monkeypatch, MicrosoftAppTenantId="contoso.com", PUBLIC_URL="x")
    assert str(wrong.value).count("MicrosoftAppTenantId") == str(wrong.value).count("PUBLIC_URL") == 1


@pytest.mark.parametrize(
    "url",
    ["http://crieur.contoso.com", "https://localhost", "https://crieur", "https://192.168.1.7", "https://[fd00::1]",
     "https://crieur.internal", "https://127.0.0.1:3978", "https://crieur.local/"],
)  # fmt: skip
def test_with_a_registration_people_have_to_reach_the_bot(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(WrongSettings, match=r"^PUBLIC_URL takes [^\n]*$"):
        read(monkeypatch, **REGISTERED, PUBLIC_URL=url)
    with pytest.raises(WrongSettings, match=r"^PUBLIC_URL: takes [^\n]*$"):
        PackageSettings()


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


def test_the_type_of_a_registration_follows_or_one_line_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, **REGISTERED).app_type == "SingleTenant"
    assert Settings().tenants == {HERE}, "it lets in that one only"
    assert read(monkeypatch, ALLOWED_TENANTS=f" {HERE.upper()},{THERE},,").tenants == {HERE, THERE}
    monkeypatch.setenv("MicrosoftAppTenantId", "")
    with pytest.raises(WrongSettings, match=r"^MicrosoftAppTenantId takes your directory's id[^\n]*MultiTenant\)$"):
        Settings()
    old = read(monkeypatch, MicrosoftAppType="MultiTenant", ALLOWED_TENANTS="")
    assert (old.app_type, old.tenants) == ("MultiTenant", frozenset())
    monkeypatch.setenv("MicrosoftAppPassword", "")
    with pytest.raises(WrongSettings, match=r"^MicrosoftAppPassword takes [^\n]*UserAssignedMSI\)$"):
        Settings()
    assert read(monkeypatch, MicrosoftAppType="UserAssignedMSI", MicrosoftAppTenantId=HERE).tenants == {HERE}


@pytest.mark.parametrize("cloud", GRAPHS)
def test_every_cloud_has_its_own_addresses(monkeypatch: pytest.MonkeyPatch, cloud: str) -> None:
    """As the Teams documentation names them; one of another cloud is refused."""
    settings, platform = read(monkeypatch, **REGISTERED, CLOUD=cloud.upper()), CLOUDS[cloud]
    login, service, graph = {
        "public": ("login.microsoftonline.com", "smba.trafficmanager.net", "graph.microsoft.com"),
        "gcc": ("login.microsoftonline.com", "smba.infra.gcc.teams.microsoft.com", "graph.microsoft.com"),
        "gcc-high": ("login.microsoftonline.us", "smba.infra.gov.teams.microsoft.us", "graph.microsoft.us"),
        "dod": ("login.microsoftonline.us", "smba.infra.dod.teams.microsoft.us", "dod-graph.microsoft.us"),
    }[cloud]
    assert platform.login == f"https://{login}/"
    assert settings.graph_address == f"https://{graph}/v1.0"
    assert (platform.hosts[0], *platform.hosts[2:]) == (login, service, graph)
    assert platform.metadata.startswith(f"https://{platform.hosts[1]}/")
    for other in set(GRAPHS.values()) - {GRAPHS[cloud]}:
        with pytest.raises(WrongSettings, match=rf"^GRAPH_URL takes {re.escape(GRAPHS[cloud])}, or nothing"):
            read(monkeypatch, GRAPH_URL=other)
    assert read(monkeypatch, CLOUD="government", GRAPH_URL="").cloud == "gcc-high", "as it was called"


def test_graph_is_asked_with_a_registration_or_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings().asks_graph
    assert not read(monkeypatch, GRAPH_URL="https://localhost.evil.example/v1.0").asks_graph
    assert read(monkeypatch, GRAPH_URL="http://127.0.0.1:9/v1.0/", GRAPH="on").asks_graph
    assert Settings().graph_address == "http://127.0.0.1:9/v1.0"
    assert not read(monkeypatch, GRAPH="OFF").asks_graph
    monkeypatch.delenv("GRAPH_URL")
    assert not read(monkeypatch, **REGISTERED).asks_graph
    assert read(monkeypatch, GRAPH="auto").asks_graph


def test_the_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "a-secret" not in repr(read(monkeypatch, **REGISTERED))
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, PORT="x", LOG_LEVEL="x", MicrosoftAppTenantId="")
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
    bare = Settings()
    for text in (example, re.sub(r"^#(?=\w+=)", "", example, flags=re.MULTILINE)):
        (elsewhere / ".env").write_text(text)
        assert Settings() == bare


def test_the_address_for_browsers_has_no_slash_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PUBLIC_URL="https://crieur.contoso.com/").base_url == "https://crieur.contoso.com"


def test_a_signing_key_stands_in_the_environment_or_in_a_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = elsewhere / "key"
    file.write_text("k" * 64 + "\n")
    assert read(monkeypatch, SIGNING_KEY_FILE=str(file)).key_apart == b"k" * 64
    with pytest.raises(WrongSettings, match="SIGNING_KEY takes nothing"):
        read(monkeypatch, SIGNING_KEY="x" * 64)
    monkeypatch.delenv("SIGNING_KEY_FILE")
    settings = Settings()
    assert settings.key_apart == b"x" * 64
    assert "x" * 64 not in repr(settings)
    file.write_text("short")
    with pytest.raises(WrongSettings, match="SIGNING_KEY_FILE: takes 32"):
        monkeypatch.delenv("SIGNING_KEY")
        read(monkeypatch, SIGNING_KEY_FILE=str(file))

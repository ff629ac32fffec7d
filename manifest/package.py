"""The package's files: the manifest, the words of each language, the icons. Pure, but for the icons."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import orjson

from bot.permissions import RESOURCE_SPECIFIC
from bot.version import VERSION
from cards.kit.texts import Texts
from cards.languages import DEFAULT, LANGUAGES
from manifest.settings import PackageSettings

#: the newest schema that is not a preview (tests/unit/test_manifest.py holds it against Microsoft's own)
SCHEMA = "1.30"
ICONS = Path(__file__).parent / "icons"
ACCENT = "#0F4C5C"
_EPOCH = (2026, 1, 1, 0, 0, 0)  #: every entry's time: the same settings give the same bytes


def personal_commands(texts: Texts) -> list[tuple[str, str]]:
    """(what is typed, what it does): Teams shows the list beside the compose box, ten at the most."""
    return [
        (texts("new campaign"), texts("Build a campaign, in four cards")),
        (texts("campaigns"), texts("See all campaigns, with their figures")),
        (texts("report"), texts("How a campaign did: add its name")),
        (texts("lists"), texts("Your distribution lists, and who can be reached")),
        (texts("templates"), texts("Begin a campaign with what was kept for it")),
        (texts("roles"), texts("Who may build campaigns here")),
        (texts("settings"), texts("What you receive, and in which language")),
        (texts("mute"), texts("Stop campaigns for you, until you say unmute")),
        (texts("language"), texts("Choose the language I speak with you")),
        (texts("help"), texts("What I can do for you")),
    ]


def team_commands(texts: Texts) -> list[tuple[str, str]]:
    return [(texts("help"), texts("What I can do for you"))]


def descriptions(texts: Texts) -> tuple[str, str]:
    """Short (80 characters) and full."""
    return (
        texts("Campaigns for your colleagues, delivered in chat"),
        texts(
            "Crieur brings people the messages of their organisation, each at their own moment within working hours."
            " Authors build a campaign by chatting: they write the message, choose who receives it and when,"
            " try it, and get a report: who was reached, who opened, clicked and answered, and why some were not"
            " reached. Everybody else can mute it, choose the language, and ask for help."
        ),
    )


def manifest(settings: PackageSettings) -> dict[str, Any]:
    texts = Texts(DEFAULT)
    short, full = descriptions(texts)
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": settings.teams_app_id or settings.microsoft_app_id,
        "developer": {
            "name": settings.company_name,
            "websiteUrl": settings.page(settings.website_url, "crieur"),
            "privacyUrl": settings.page(settings.privacy_url, "privacy"),
            "termsOfUseUrl": settings.page(settings.terms_url, "terms"),
        },
        "name": {"short": settings.app_name, "full": settings.app_name},
        "description": {"short": short, "full": full},
        "localizationInfo": {
            "defaultLanguageTag": DEFAULT,
            "defaultLanguageFile": f"{DEFAULT}.json",
            "additionalLanguages": [
                {"languageTag": language, "file": f"{language}.json"} for language in LANGUAGES if language != DEFAULT
            ],
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": settings.microsoft_app_id,
                "scopes": ["personal", "team"],
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [
                    {"scopes": ["personal"], "commands": _commands(personal_commands(texts))},
                    {"scopes": ["team"], "commands": _commands(team_commands(texts))},
                ],
            }
        ],
        "defaultInstallScope": "personal",
        "validDomains": [settings.domain],
        "webApplicationInfo": {
            "id": settings.microsoft_app_id,
            "resource": f"api://{settings.domain}/{settings.microsoft_app_id}",
        },
        "authorization": {
            "permissions": {
                "resourceSpecific": [{"name": name, "type": "Application"} for name in RESOURCE_SPECIFIC],
            }
        },
    }


def _commands(commands: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"title": title, "description": description} for title, description in commands]


def localization(settings: PackageSettings, language: str) -> dict[str, Any]:
    """The words of the manifest in one language, by their place in it."""
    texts = Texts(language)
    short, full = descriptions(texts)
    words = {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.Localization.schema.json",
        "name.short": settings.app_name,
        "name.full": settings.app_name,
        "description.short": short,
        "description.full": full,
    }
    for number, commands in enumerate((personal_commands(texts), team_commands(texts))):
        for place, (title, description) in enumerate(commands):
            path = f"bots[0].commandLists[{number}].commands[{place}]"
            words[f"{path}.title"], words[f"{path}.description"] = title, description
    return words


def build(settings: PackageSettings) -> bytes:
    """The zip that is uploaded to Teams."""
    files = {"manifest.json": _json(manifest(settings))}
    files |= {f"{language}.json": _json(localization(settings, language)) for language in LANGUAGES}
    files |= {name: (ICONS / name).read_bytes() for name in ("color.png", "outline.png")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)

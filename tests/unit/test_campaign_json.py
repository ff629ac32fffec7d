"""What versions of Crieur write of a campaign, the others read: copies are upgraded one after the other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Consideration,
    ListId,
    Message,
    NotScheduled,
    Style,
    Tracking,
)
from storage.shared.campaign_json import campaign_from_json, campaign_to_json
from tests.support.sample_records import campaign, refrozen

#: a running campaign, as the version before ``Frozen`` wrote it
RUNNING: dict[str, Any] = {
    "id": 12, "tenant": "contoso", "author": 1, "version": 7, "state": "running", "name": "Nouvelles d’été",
    "channel": "msteams", "forms": {"message": {"body": "Bonjour"}},
    "message": {
        "body": "Hello [FIRSTNAME]", "title": "T", "style": "important", "image": "", "image_alt": "",
        "notification": "", "columns": ["City"], "language": "en", "shift": 0,
        "buttons": [{"kind": "link", "title": "Read", "url": "https://contoso.example/", "apart": False}],
        "versions": {"fr": {"body": "Bonjour", "title": "", "notification": "", "buttons": [["Lire", ""]]}},
    },
    "audience": {"everyone": False, "lists": [3], "except_lists": [], "guests": False},
    "schedule": {
        "slot": {"start": "2026-11-24T09:00:00Z", "duration": "PT5H"},
        "hours": {"opens": "09:00:00", "closes": "18:00:00", "days": [0, 4], "holidays": ["2026-12-25"]},
        "zone": "Europe/Paris", "own_zone": True, "presence": "always", "unknown": "send",
    },
    "tracking": {"links": False, "anonymous": True},
    "consideration": {"per_week": None, "past_mute": True},
    "submitted_by": None, "approved_by": None, "created_at": "2026-11-23T09:00:00Z", "edited_at": None,
    "started_at": "2026-11-24T09:00:00Z", "planned_at": None, "finished_at": None, "reported_at": None,
    "sealed_at": None, "erased_at": None,
}  # fmt: skip
#: of a draft
EMPTY = {"message": None, "audience": None, "schedule": None}


def read(record: dict[str, Any]) -> Campaign:
    return campaign_from_json(json.dumps(record))


def test_what_an_older_version_scheduled_is_read_whole() -> None:
    frozen = read(RUNNING).as_scheduled
    assert (frozen.message.style, frozen.message.versions["fr"].buttons) == (Style.IMPORTANT, (("Lire", ""),))
    assert frozen.audience == Audience(lists=(ListId(3),))
    assert (frozen.schedule.zone, frozen.schedule.own_zone) == ("Europe/Paris", True)
    assert frozen.tracking == Tracking(links=False, anonymous=True)
    assert frozen.consideration == Consideration(past_mute=True)
    assert frozen.consideration.ladder.rounds == 3, "whatever is usual now: a campaign does not change"


def test_what_an_older_version_wrote_before_there_were_rules_to_spare_people_is_read() -> None:
    old = {name: part for name, part in RUNNING.items() if name not in ("tracking", "consideration")}
    frozen = read(old).as_scheduled
    assert (frozen.tracking, frozen.consideration) == (Tracking(), Consideration())


def holds(written: Any, known: Any) -> bool:
    """Whether all that an older version knows of stands where it looks for it, whatever has come since."""
    if isinstance(known, dict):
        return all(name in written and holds(written[name], value) for name, value in known.items())
    return bool(written == known)


def test_an_older_version_reads_what_this_one_writes() -> None:
    assert holds(json.loads(campaign_to_json(read(RUNNING))), RUNNING)


def test_a_draft_of_an_older_version_has_nothing_frozen() -> None:
    draft = read({**RUNNING, **EMPTY, "state": "draft"})
    assert draft.frozen is None and not draft.anonymous
    with pytest.raises(NotScheduled):
        _ = draft.as_scheduled
    assert not {*EMPTY, "frozen"} & {*json.loads(campaign_to_json(draft))}


@pytest.mark.parametrize("state", CampaignState)
def test_what_is_written_comes_back(state: CampaignState) -> None:
    whole = refrozen(campaign("fr", state), tracking=Tracking(anonymous=True), message=Message(body="« ’ »"))
    assert campaign_from_json(campaign_to_json(whole)) == whole
    draft = replace(whole, frozen=None)
    assert campaign_from_json(campaign_to_json(draft)) == draft

"""Campaigns to JSON and back. What is frozen stands beside the rest, as it did before it was a record of its own:
copies of the bot are upgraded one after the other, and the older ones read it too.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

import orjson

from storage.records import Campaign, CampaignState, Frozen
from storage.records.campaign_life import follows_up
from storage.records.instants import ms
from storage.records.mail_life import mails
from storage.shared.json import from_json, to_json

PARTS = tuple(field.name for field in fields(Frozen))
KEPT = 128  #: campaigns as they were read last: those that run are read several times a second
ALWAYS = ("message", "audience", "schedule")  #: parts that every campaign that was scheduled has


def campaign_to_json(campaign: Campaign) -> str:
    record = orjson.loads(to_json(campaign))
    parts = record.pop("frozen") or {}
    return orjson.dumps(record | parts).decode()


@lru_cache(maxsize=KEPT)
def campaign_from_json(text: str | bytes) -> Campaign:
    """The same record for the same text: nobody changes one."""
    record = orjson.loads(text)
    parts = {name: record.pop(name, None) for name in PARTS}
    if all(parts[name] for name in ALWAYS):
        record["frozen"] = {name: part for name, part in parts.items() if part is not None}
    return from_json(Campaign, orjson.dumps(record))


def starts_ms(campaign: Campaign) -> int | None:
    """When a scheduled campaign starts; a series never does."""
    if campaign.state is not CampaignState.SCHEDULED or campaign.is_series:
        return None
    return ms(campaign.as_scheduled.schedule.slot.start)


def next_ms(campaign: Campaign) -> int | None:
    """When the next occurrence of a series, or the next round of a must-read, is to be made."""
    sequels = campaign.sequels
    if sequels is None or sequels.next_at is None or not (campaign.goes_on or follows_up(campaign)):
        return None
    return ms(sequels.next_at)


def mail_ms(campaign: Campaign) -> int | None:
    """When it is to be found out next who gets a mail."""
    if campaign.mailing is None or campaign.mailing.next_at is None or not mails(campaign):
        return None
    return ms(campaign.mailing.next_at)

"""How many of a campaign's mails became what: counted as long as they are there, and kept once they are forgotten."""

from __future__ import annotations

from typing import Protocol

from storage.port.mails import Mails
from storage.port.operations import Documents
from storage.records import Campaign, CampaignId, MailTally
from storage.shared.json import from_json, to_json


class _Store(Mails, Documents, Protocol):
    """What is asked of the store here."""


async def mail_figures(store: _Store, campaign: Campaign) -> MailTally | None:
    """None of a campaign without an e-mail fallback."""
    if campaign.frozen is None or campaign.frozen.by_mail is None:
        return None
    if campaign.keeps_people:
        return await store.mail_tally(campaign.id)
    document = (await store.read_documents([_key(campaign.id)])).get(_key(campaign.id))
    return from_json(MailTally, document[1]) if document else MailTally()


async def keep_mail_figures(store: _Store, campaign: Campaign) -> None:
    """Before the campaign is sealed: afterwards its mails go."""
    if campaign.keeps_people and (tally := await mail_figures(store, campaign)) is not None:
        await store.write_documents({_key(campaign.id): (None, to_json(tally).encode())})


def _key(id: CampaignId) -> str:
    return f"mails/{id}"

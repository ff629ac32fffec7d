"""How far the taking back of a campaign's messages has come: a document of its own, by compare-and-set."""

from __future__ import annotations

from dataclasses import replace

from storage.port.operations import Documents
from storage.records import Campaign, CampaignId, Recall, StaleVersion
from storage.shared.json import from_json, to_json


async def recall_of(store: Documents, id: CampaignId) -> Recall | None:
    document = (await store.read_documents([_key(id)])).get(_key(id))
    return from_json(Recall, document[1]) if document else None


async def recall_under_way(store: Documents, campaign: Campaign) -> Recall | None:
    """Of what the campaign asks for now; None where only its end has changed its messages before."""
    recall = await recall_of(store, campaign.id) if campaign.recall_at is not None else None
    return recall if recall is None or recall.due_at in (None, campaign.recall_at) else None


async def begin_recall(store: Documents, recall: Recall) -> Recall:
    """In the place of one before it, which has changed the messages; its card is a new one, and its end told anew."""
    before = await recall_of(store, recall.campaign)
    await store.delete_documents(_postings(recall.campaign))
    return await save_recall(store, replace(recall, version=before.version if before else 0))


async def save_recall(store: Documents, recall: Recall) -> Recall:
    """Its next version. Raises StaleVersion where another copy of the bot has gone further."""
    key = _key(recall.campaign)
    document = (await store.read_documents([key])).get(key)
    version = from_json(Recall, document[1]).version if document else 0
    if version != recall.version:
        raise StaleVersion(f"the recall of campaign {recall.campaign} is not at version {recall.version} any more")
    saved = replace(recall, version=version + 1)
    await store.write_documents({key: (document[0] if document else "", to_json(saved).encode())})
    return saved


async def forget_recall(store: Documents, id: CampaignId) -> None:
    await store.delete_documents([_key(id), *_postings(id)])


async def forget_left_behind(store: Documents, id: CampaignId) -> None:
    """Nothing is kept of single recipients any more."""
    recall = await recall_of(store, id)
    if recall is not None and recall.left:
        await save_recall(store, replace(recall, left=()))


def _postings(id: CampaignId) -> list[str]:
    return [f"posting/{what}/{id}" for what in ("recall", "recalled")]


def _key(id: CampaignId) -> str:
    return f"recall/{id}"

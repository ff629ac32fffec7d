"""The audience of a campaign as it was approved: kept beside it until every recipient has a delivery."""

from __future__ import annotations

import base64
import hashlib
import sys
import zlib
from array import array
from collections.abc import Sequence

import orjson

from storage.port.operations import Documents
from storage.records import Campaign, CampaignId


def digest_of(people: Sequence[int]) -> str:
    """The same for the same PersonIds in ascending order, whatever the store."""
    return hashlib.sha256(_packed(people)).hexdigest()


async def keep_approved(store: Documents, id: CampaignId, people: Sequence[int]) -> None:
    """Before the approval holds their digest: a death in between leaves a document that nothing names."""
    digest = digest_of(people)
    kept = {"people": base64.b85encode(zlib.compress(_packed(people))).decode()}
    await store.write_documents({_key(id, digest): (None, orjson.dumps(kept))})


async def approved_people(store: Documents, campaign: Campaign) -> Sequence[int] | None:
    """In ascending order; None where an audience was approved as a rule, or nobody's approval was needed."""
    if campaign.approval is None or not campaign.approval.digest:
        return None
    key = _key(campaign.id, campaign.approval.digest)
    kept = (await store.read_documents([key])).get(key)
    if kept is None:
        return None
    people = array("q")
    people.frombytes(zlib.decompress(base64.b85decode(orjson.loads(kept[1])["people"])))
    if sys.byteorder == "big":
        people.byteswap()
    return people


async def forget_approved(store: Documents, campaign: Campaign) -> None:
    if campaign.approval is not None and campaign.approval.digest:
        await store.delete_documents([_key(campaign.id, campaign.approval.digest)])


def _key(id: CampaignId, digest: str) -> str:
    return f"approved/{id}/{digest[:16]}"


def _packed(people: Sequence[int]) -> bytes:
    numbers = array("q", people)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()

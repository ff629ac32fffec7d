"""A question in words: what somebody types next in the chat is its answer.

Forms carry all they need in their own buttons; a question in words is a document in the store, plain JSON, so that any
copy of the bot hears the answer, before and after a restart. A chat has one question at most: the newest.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from storage.port.operations import Documents
from storage.records import CampaignId, Channel, PersonId, StaleVersion

NONE = b"{}"  #: kept where no question waits


@dataclass(frozen=True, slots=True)
class Question:
    #: under which the handler of its answer is registered
    name: str
    #: what it is about
    campaign: CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQuestion:
    """What waits for an answer in a chat."""

    question: Question | None
    #: of the document that keeps it
    key: str
    etag: str
    #: a question of an earlier version waited; it is no more
    dropped: bool = False


async def ask(store: Documents, person: PersonId, channel: Channel, question: Question) -> None:
    """From here on it waits, in the place of any other."""
    kept = orjson.dumps({"question": question.name, "campaign": question.campaign})
    await store.write_documents({_key(person, channel): (None, kept)})


async def waiting(store: Documents, person: PersonId, channel: Channel, conversation: str) -> WaitingQuestion:
    """``conversation``: the channel's id of the chat, under which earlier versions kept their questions."""
    key, former_key = _key(person, channel), f"{channel}/conversations/{conversation}"
    documents = await store.read_documents([key, former_key])
    etag, kept = documents.get(key, ("", NONE))
    dropped = former_key in documents and await _drop_former(store, former_key, *documents[former_key])
    return WaitingQuestion(question=_question(kept), key=key, etag=etag, dropped=dropped)


async def close(store: Documents, answered: WaitingQuestion) -> None:
    """It waits no more; one that was asked meanwhile does."""
    if answered.question is not None:
        try:
            await store.write_documents({answered.key: (answered.etag, NONE)})
        except StaleVersion:
            return


def _key(person: PersonId, channel: Channel) -> str:
    return f"question/{channel}/{person}"


def _question(kept: bytes) -> Question | None:
    try:
        match orjson.loads(kept):
            case {"question": str(name), "campaign": int(campaign)}:
                return Question(name, CampaignId(campaign))
    except ValueError:
        pass
    return None


async def _drop_former(store: Documents, key: str, etag: str, kept: bytes) -> bool:
    """Forget what botbuilder-dialogs kept for earlier versions; True, for one caller only, if a question was open."""
    try:
        match orjson.loads(kept):
            case {"dialogs": {"_dialog_stack": [_, *_]}}:
                await store.write_documents({key: (etag, NONE)})
                was_open = True
            case _:
                was_open = False
    except (ValueError, StaleVersion):
        was_open = False
    await store.delete_documents([key])
    return was_open

"""What the platform tells by itself: read receipts, reactions; and words that answer a message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.records import ENGAGES_FOR, CampaignId, EngagementKind, Message, Settled, Who
from storage.sqlite import SqliteStore
from tests.bot.story import LAST, completed, counted, eventually, newest, sent_out, settled
from tests.conftest import RunningBot
from tests.support.kept import engaged_by
from tests.support.organisation import TENANT, Person
from tests.support.seeding import scheduled

OPENED, REPLIED, REACTED = EngagementKind.OPENED, EngagementKind.REPLIED, EngagementKind.REACTED


def message_in(person: Person, words: str) -> str:
    """The platform's id of the message that says this."""
    return next(id for id, card in reversed(person.cards()) if words in str(card))


async def opened(running_bot: RunningBot) -> dict[CampaignId, int]:
    """How many people have opened each campaign."""
    await running_bot.restart()
    readers = {}
    for campaign in await running_bot.store.campaigns(TENANT, 10):
        people = [row.people for row in await running_bot.store.engagement(campaign.id) if row.kind is OPENED]
        readers[campaign.id] = people[0] if people else 0
    return readers


async def test_a_receipt_is_a_watermark_it_marks_that_message_and_every_earlier_one(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    first = await sent_out(running_bot, ada, Message(body="The first one"))
    second = await sent_out(running_bot, ada, Message(body="The second one"))
    third = await sent_out(running_bot, ada, Message(body="The third one"))
    await louis.read("1")  # before all of them
    assert await opened(running_bot) == {first.id: 0, second.id: 0, third.id: 0}
    await louis.read(message_in(louis, "The second one"))
    assert await opened(running_bot) == {first.id: 1, second.id: 1, third.id: 0}
    await louis.read(message_in(louis, "The first one"))  # an older one, which comes late
    await louis.read(message_in(louis, "The second one"))  # the same, told twice
    assert await opened(running_bot) == {first.id: 1, second.id: 1, third.id: 0}
    await ada.read(str(10**15))  # ids compare as numbers: after all
    assert await opened(running_bot) == {first.id: 2, second.id: 2, third.id: 1}
    await louis.read("999")  # as text it would come after them all
    assert (await opened(running_bot))[third.id] == 1


async def test_when_a_message_was_opened_is_when_the_first_receipt_came(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="The first one"))
    before = running_bot.clock.now()
    await louis.read(message_in(louis, "The first one"))
    assert (await opened(running_bot))[campaign.id] == 1
    [hour] = [row for row in await running_bot.store.engagement_by_hour(campaign.id) if row.kind is OPENED]
    assert hour.people == 1 and before - timedelta(hours=1) < hour.hour <= running_bot.clock.now()


@pytest.mark.parametrize(
    "receipt",
    [
        {"name": "application/vnd.microsoft.readReceipt"},
        {"name": "application/vnd.microsoft.readReceipt", "value": "17"},
        {"name": "application/vnd.microsoft.readReceipt", "value": {}},
        {"name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": None}},
        {"name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": ["1"]}},
        {"name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "²"}},
        {"name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "9" * 10_000}},
        {"name": "application/vnd.microsoft.meetingStart", "value": {"lastReadMessageId": "9" * 20}},
        {"value": {"lastReadMessageId": "9" * 20}},
    ],
)
async def test_a_receipt_that_says_nothing_is_acknowledged_and_changes_nothing(
    running_bot: RunningBot, ada: Person, louis: Person, receipt: dict[str, Any]
) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="The first one"))
    status, _ = await louis.send({"type": "event", **receipt})
    assert status in (200, 201)
    if "9" * 10_000 not in str(receipt):
        assert (await opened(running_bot))[campaign.id] == 0


async def test_somebody_unknown_reads_nothing(running_bot: RunningBot, ada: Person) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="The first one"))
    stranger = running_bot.organisation.person("Grace", "Hopper")
    await stranger.read(str(10**15))
    assert (await opened(running_bot))[campaign.id] == 0


class SlowToRecord(SqliteStore):
    """What became of attempts is written when the gate opens."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()

    async def record(self, settled: Sequence[Settled], holder: int) -> None:
        await self.gate.wait()
        await super().record(settled, holder)


@pytest.mark.real_time
async def test_a_receipt_that_is_faster_than_our_record_is_not_lost(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    """The message is in the chat, and read, before its id has been written down."""
    store = SlowToRecord(running_bot.path)
    running_bot.make_store = lambda: store
    await running_bot.restart()
    author = await store.person_at(TENANT, ada.address)
    assert author is not None
    campaign = await scheduled(store, author, running_bot.clock.now(), timedelta(days=10), message=Message(body="Hi"))
    await ada.sees("is on its way")
    running_bot.clock.forward(timedelta(days=10) - LAST)
    await louis.sees("Hi")
    await louis.read(message_in(louis, "Hi"))
    assert not await _opened_one(running_bot, campaign.id)
    store.gate.set()
    await eventually(lambda: _opened_one(running_bot, campaign.id))


async def _opened_one(running_bot: RunningBot, id: CampaignId) -> bool:
    return any(row.kind is OPENED and row.people == 1 for row in await running_bot.store.engagement(id))


async def test_after_thirty_days_nothing_is_counted_any_more(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="The first one"))
    message = message_in(louis, "The first one")
    await completed(ada, running_bot)
    running_bot.clock.forward(ENGAGES_FOR + timedelta(hours=1))
    await louis.read(message)
    await louis.react(message, "like")
    await louis.say("well done to all of you")
    assert louis.reads("Je n’ai pas compris")
    assert await running_bot.store.engagement(campaign.id) == []


# --- reactions --------------------------------------------------------------------------------


async def test_reactions_come_and_go_each_person_counted_once(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, Message(body="The first one"))
    at = message_in(louis, "The first one")
    await louis.react(at, "like", "heart")
    await louis.react(at, "like")  # told twice
    await ada.react(message_in(ada, "The first one"), "1f389_partypopper")
    counts = await counted(running_bot)
    assert counts[(REACTED, None)] == (2, 3) and counts[(REACTED, 0)] == (1, 1) and counts[(REACTED, 6)] == (1, 1)
    assert counts[(OPENED, None)] == (2, 2), "who reacts has opened"
    await louis.react(at, "like", gone=True)
    assert (await counted(running_bot))[(REACTED, None)][0] == 2
    await louis.react(at, "heart", gone=True)
    await louis.react(at, "heart", gone=True)
    counts = await counted(running_bot)
    assert counts[(REACTED, None)][0] == 1 and counts[(REACTED, 1)][0] == 0 and counts[(OPENED, None)] == (2, 2)


async def test_a_reaction_to_anything_else_counts_nowhere(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent_out(running_bot, ada, Message(body="The first one"))
    greeting = louis.cards()[0][0]
    await louis.react(greeting, "like")
    await louis.react(message_in(ada, "The first one"), "like")  # of somebody else's chat
    await louis.react("", "like")
    await louis.send({"type": "messageReaction", "reactionsAdded": [{}], "replyToId": message_in(louis, "The first")})
    status, _ = await louis.send({"type": "messageReaction", "replyToId": "x"})
    assert status in (200, 201)
    assert await counted(running_bot) == {}


# --- replies ----------------------------------------------------------------------------------


async def test_a_reply_is_attributed_to_the_last_message_in_that_chat(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    first = await sent_out(running_bot, ada, Message(body="The first one"))
    second = await sent_out(running_bot, ada, Message(body="The second one"))
    await louis.say("Merci beaucoup pour cette nouvelle")
    assert any("Je transmets votre réponse" in text for text in louis.texts())
    await louis.say("Vraiment merci pour tout")
    person = await running_bot.store.person_at(TENANT, louis.address)
    assert person is not None
    assert (await engaged_by(running_bot.store, second.id, Who(person.id))).presses(REPLIED) == 2
    assert not (await engaged_by(running_bot.store, first.id, Who(person.id))).pressed
    counts = await counted(running_bot)
    assert counts[(REPLIED, None)] == (1, 2) and counts[(OPENED, None)] == (1, 1)


async def test_commands_and_typing_errors_are_no_replies(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent_out(running_bot, ada, Message(body="The first one"))
    for words in ("aide", "langue français", "aidee", "annuler"):
        await louis.say(words)
    await ada.say("campains")
    assert await counted(running_bot) == {}
    assert (await newest(running_bot)).started_at


async def test_before_any_message_words_are_no_reply(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await louis.say("il fait beau aujourd'hui non")
    assert louis.reads("Je n’ai pas compris")


async def test_a_reply_to_one_that_is_still_on_its_way_goes_to_the_one_before(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="The first one"))
    await settled(running_bot)
    await louis.say("Merci beaucoup pour cette nouvelle")
    [row] = [
        row for row in await running_bot.store.engagement(campaign.id) if row.kind is REPLIED and row.button is None
    ]
    assert row.people == 1

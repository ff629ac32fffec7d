"""What an author does again and again, told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.records import Campaign, CampaignState, DeliveryState, EngagementKind, Message, Tracking
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, TENANT, Person, nodes_of, words_of
from tests.support.patience import looks
from tests.support.seeding import scheduled

MESSAGE = {
    "name": "Autumn newsletter",
    "title": "Our autumn",
    "body": "Hello [FIRSTNAME], **big news** for you.",
    "link_title": "Read more",
    "link_url": "https://example.org/autumn",
    "ack": "true",
    "ack_title": "I have read it",
}
#: so long that hardly anybody's instant falls into its last minutes
ANY_TIME_NOW = {"start": "now", "duration": "300", "unit": "days", "anytime": "true"}
#: in which the rest is sent, however busy the machine is
LAST = timedelta(minutes=10)
#: from the start of such a campaign to its last minutes
ALMOST_ALL = timedelta(days=300) - LAST
STARTED = "This campaign has started: it can be neither changed nor cancelled."
GONE = "This campaign no longer exists."

Card = dict[str, Any]


async def draft(
    author: Person, audience: dict[str, str] | None = None, message: dict[str, str] | None = None, **schedule: str
) -> dict[str, Card]:
    """Ada writes the autumn newsletter and comes to the review. The card of every step, by its name."""
    await author.say("new campaign")
    cards = {"message": await author.sees("What do you want to say?")}
    answer = await author.press("Next: audience", **{**MESSAGE, **(message or {})})
    cards["audience"] = answer["value"]
    answer = await author.press("Next: schedule", **(audience or {"audience": "everyone"}))
    cards["schedule"] = answer["value"]
    await author.press("Next: review", **{**ANY_TIME_NOW, **schedule})
    cards["review"] = await author.sees("Audience and schedule")
    return cards


async def broadcast(author: Person, running_bot: RunningBot) -> None:
    """She schedules it; it starts, and its last minutes come."""
    await author.press(SEND_OFF)
    await author.sees("is on its way")
    running_bot.clock.forward(ALMOST_ALL)


async def launch(author: Person, running_bot: RunningBot) -> Campaign:
    """She schedules it; it starts, and every recipient has their instant."""
    await author.press(SEND_OFF)
    return await eventually(lambda: planned(running_bot))


async def sent_out(
    running_bot: RunningBot, author: Person, message: Message, tracking: Tracking | None = None
) -> Campaign:
    """A campaign to everyone, made through the store and delivered to all of them."""
    person = await running_bot.store.person_at(TENANT, author.address)
    assert person is not None
    length = timedelta(days=10)
    campaign = await scheduled(
        running_bot.store, person, running_bot.clock.now(), length, message=message, tracking=tracking
    )
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(length - LAST)
    await settled(running_bot)
    return campaign


async def counted(running_bot: RunningBot) -> dict[tuple[EngagementKind, int | None], tuple[int, int]]:
    """(kind, button or None for any) -> (people, presses); every press made so far is in it."""
    await running_bot.restart()  # it waits for what is being counted
    campaign = await newest(running_bot)
    return {
        (item.kind, item.button): (item.people, item.presses)
        for item in await running_bot.store.engagement(campaign.id)
    }


def at_work(running_bot: RunningBot, zone: str) -> None:
    """Time passes until it is ten o'clock there on a working day, and the next one is one too."""
    now = running_bot.clock.now().astimezone(ZoneInfo(zone))
    ten = now.replace(hour=10, minute=0, second=0, microsecond=0)
    while ten < now or ten.weekday() > 3:
        ten += timedelta(days=1)
    running_bot.clock.forward(ten - now)


def after_work(running_bot: RunningBot, zone: str) -> None:
    """The same until half past eight in the evening."""
    at_work(running_bot, zone)
    running_bot.clock.forward(timedelta(hours=10, minutes=30))


async def planned(running_bot: RunningBot) -> Campaign | None:
    campaign = await newest(running_bot)
    return campaign if campaign.planned_at else None


async def completed(author: Person, running_bot: RunningBot) -> Card:
    """What is left of the slot passes, instant by instant, as far as somebody waits for it; she gets the report."""
    campaign = await newest(running_bot)
    end = campaign.as_scheduled.schedule.slot.end
    await settled(running_bot)
    while (due := await running_bot.store.next_due(campaign.id)) and due < end:
        running_bot.clock.forward(due - running_bot.clock.now())
        await settled(running_bot)
    waits = not await planned(running_bot) or (await running_bot.store.tally(campaign.id)).open
    if waits:  # else it ends by itself: what follows is counted from there
        running_bot.clock.forward(end - running_bot.clock.now() + timedelta(minutes=1))
    return await author.sees("Report: ", 30)


async def settled(running_bot: RunningBot, campaign: Campaign | None = None) -> None:
    """Nothing of a campaign, the newest unless told, is due or on its way: whoever is open waits for later."""

    async def quiet() -> bool:
        id = campaign.id if campaign else (await newest(running_bot)).id
        due = await running_bot.store.next_due(id)
        if due is not None and due <= running_bot.clock.now() + timedelta(seconds=5):
            return False
        # the rows themselves, in the order in which they go: the counts may come a moment later
        for state in (DeliveryState.CLAIMED, DeliveryState.SENDING):
            if await running_bot.store.people_in_state(id, state):
                return False
        states = (await running_bot.store.tally(id)).states
        if states.get(DeliveryState.CLAIMED) or states.get(DeliveryState.SENDING):
            return False
        # given back between the looks, as a lease that has lapsed is: it stood in none of them
        return await running_bot.store.next_due(id) == due

    await eventually(quiet)


async def newest(running_bot: RunningBot) -> Campaign:
    [campaign] = await running_bot.store.campaigns(TENANT, 1)
    return campaign


async def in_state(running_bot: RunningBot, state: CampaignState) -> Campaign:
    async def found() -> Campaign | None:
        campaign = await newest(running_bot)
        return campaign if campaign.state is state else None

    return await eventually(found)


async def eventually(question: Any, seconds: float = 30.0) -> Any:
    """Ask the store until the answer is true; that answer. ``seconds``: more of them on a busy machine."""
    async for _ in looks(seconds, 0.03):
        if answer := await question():
            return answer
    raise AssertionError("it did not happen in time")


async def asked(person: Person, text: str) -> list[str]:
    """They type; the words of all that the bot posts meanwhile."""
    before = len(person.chat.messages)
    await person.say(text)
    posted = [message["activity"] for message in person.chat.messages[before:]]
    return [word for activity in posted for word in _words(activity)]


def _words(activity: dict[str, Any]) -> Iterator[str]:
    if activity.get("text"):
        yield activity["text"]
    for attachment in activity.get("attachments") or []:
        yield from words_of(attachment["content"])


async def make_author(owner: Person, person: Person) -> None:
    assert any("is now an author" in word for word in await asked(owner, f"add author {person.address}"))


async def make_publisher(owner: Person, person: Person) -> None:
    assert any("is now a publisher" in word for word in await asked(owner, f"add publisher {person.address}"))


def handle_of(campaign: Campaign, **more: Any) -> dict[str, Any]:
    """What a card's buttons carry."""
    return {"campaign": campaign.id, "version": campaign.version, **more}


def error_beside(card: Card, field: str) -> str:
    """What stands, marked, right after a field; "" when nothing does."""
    return _error_in(card["body"], field) or ""


def _error_in(nodes: list[Any], field: str) -> str | None:
    for at, node in enumerate(nodes):
        if field not in _ids(node):
            continue
        inner = [node.get("items") or [], *(column.get("items") or [] for column in node.get("columns") or [])]
        for nested in inner:
            if (error := _error_in(nested, field)) is not None:
                return error
        after = nodes[at + 1].get("text", "") if at + 1 < len(nodes) else ""
        return after.removeprefix("⚠ ") if after.startswith("⚠ ") else None
    return None


def _ids(node: dict[str, Any]) -> set[str]:
    own = {node["id"]} if "id" in node else set()
    nested = [*(node.get("items") or []), *(node.get("columns") or [])]
    return own.union(*(_ids(child) for child in nested)) if nested else own


def fields_of(card: Card) -> dict[str, str]:
    """What stands in the fields of a form."""
    return {
        node["id"]: str(node.get("value", ""))
        for node in nodes_of(card)
        if str(node.get("type", "")).startswith("Input.")
    }

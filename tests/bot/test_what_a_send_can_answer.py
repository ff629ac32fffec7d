"""Every row of what a send can answer: what the author reads, what the chats hold, and what the next campaign does.

On SQLite the author reads English, on MongoDB (its model) French.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

import bot.teams.responses
from bot.teams.send.connector import Connector
from storage.records import Campaign, CampaignState, DeliveryState, NotReached, Person
from tests.bot.story import ALMOST_ALL, completed, draft, eventually, launch, newest
from tests.conftest import RunningBot
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.answers import ROWS, Row, redirect
from tests.support.connector import Chat, Faults, LoopbackConnector
from tests.support.http import Answer, Server
from tests.support.organisation import CARD, words_of
from tests.support.organisation import Person as Someone
from tests.support.seeding import conversation_of, install, member_of, scheduled
from tests.support.speed import slowness

PEOPLE = 5  #: the author is the first of them
SLOT = timedelta(hours=400)
LEFT = timedelta(hours=1)  #: of it when the messages are due

#: a few words of the line by which the author reads what is the matter, in English and in French
LINES = {
    NotReached.SWITCHED_OFF: ("Your administrator has switched Crieur off", "administrateur a désactivé Crieur"),
    NotReached.INTERCEPTED: (
        "Something else answers in the place of Microsoft Teams",
        "Autre chose répond à la place de Microsoft Teams",
    ),
    NotReached.UNEXPLAINED: (
        "Microsoft Teams refuses everything from Crieur",
        "Microsoft Teams refuse tout ce qui vient de Crieur",
    ),
    NotReached.OUTAGE: (
        "Microsoft Teams takes no messages at the moment",
        "Microsoft Teams n’accepte pas de messages pour l’instant",
    ),
    NotReached.WRONG_REGION: (
        "Microsoft Teams serves your people elsewhere",
        "Microsoft Teams sert vos collègues ailleurs",
    ),
    NotReached.NO_TOKEN: ("Crieur cannot sign in at Microsoft", "Crieur ne peut pas s’authentifier"),
    NotReached.MESSAGE_REFUSED: (
        "Microsoft Teams refuses this message for everybody",
        "Microsoft Teams refuse ce message pour tout le",
    ),
}

#: nothing is taken, and the whole campaign waits
WAITS = {
    "200 html": NotReached.INTERCEPTED,
    "201 html": NotReached.INTERCEPTED,
    "200 without end": NotReached.INTERCEPTED,
    "301 redirect": NotReached.INTERCEPTED,
    "302 redirect": NotReached.INTERCEPTED,
    "303 redirect": NotReached.INTERCEPTED,
    "307 redirect": NotReached.INTERCEPTED,
    "308 redirect": NotReached.INTERCEPTED,
    "408": NotReached.OUTAGE,
    "409": NotReached.OUTAGE,
    "423": NotReached.OUTAGE,
    "500": NotReached.OUTAGE,
    "502 html": NotReached.OUTAGE,
    "503": NotReached.OUTAGE,
    "403 switched off": NotReached.SWITCHED_OFF,
    "403 switched off 209": NotReached.SWITCHED_OFF,
    "403 odd": NotReached.UNEXPLAINED,
    "403 empty": NotReached.UNEXPLAINED,
    "403 html": NotReached.UNEXPLAINED,
    "404 html": NotReached.UNEXPLAINED,
    "404 odd": NotReached.UNEXPLAINED,
    "405": NotReached.UNEXPLAINED,
    "wrong region": NotReached.WRONG_REGION,
    "401": NotReached.NO_TOKEN,
}
TOO_FAST = ("412", "429")
#: it may have been taken: how many of each person's chat hold it
UNCONFIRMED = {
    "504": 0,
    "504 taken": 1,
    "503 slow": 0,
    "503 slow taken": 1,
    "reset taken": 1,
    "hang": 0,
    "hang taken": 1,
}
ACCEPTED = ("201 odd id", "201 long id", "202 empty")
PERSON = {"blocked": NotReached.BLOCKED, "uninstalled": NotReached.UNINSTALLED, "gone": NotReached.GONE}
CHAT = ("lost", "not in roster", "bad id")


@dataclass
class Scene:
    bot: RunningBot
    people: list[Person]
    french: bool

    @property
    def chats(self) -> list[Chat]:
        return [self.bot.connector.chats[conversation_of(number)] for number in range(PEOPLE)]

    def answer(self, row: str) -> None:
        self.bot.connector.faults = Faults(answer=row)

    async def start(self, slot: timedelta = SLOT) -> Campaign:
        """Every recipient is due from here on."""
        campaign = await scheduled(self.bot.store, self.people[0], self.bot.clock.now(), slot)

        async def planned() -> Campaign | None:
            current = await self.bot.store.campaign(campaign.id)
            return current if current and current.planned_at else None

        started = await eventually(planned)
        self.bot.clock.forward(slot - LEFT)
        return started

    async def now(self, campaign: Campaign) -> Campaign:
        current = await self.bot.store.campaign(campaign.id)
        assert current is not None
        return current

    async def states(self, campaign: Campaign) -> Counter[DeliveryState]:
        return Counter((await self.bot.store.tally(campaign.id)).states)

    async def sees(self, reason: NotReached) -> None:
        """The author's newest card has the line."""
        line = LINES[reason][self.french]
        try:
            await eventually(lambda: self._reads(line), 10)
        except AssertionError:
            raise AssertionError(f"{line!r} is not in {self.words()[-60:]}") from None

    async def _reads(self, line: str) -> bool:
        return any(line in word for word in self.words())

    def words(self) -> list[str]:
        """Of the newest card that the bot wrote to the author about a campaign."""
        cards = [
            attachment["content"]
            for message in self.chats[0].messages
            for attachment in message["activity"].get("attachments") or []
            if attachment["contentType"] == CARD
        ]
        own = [words_of(card) for card in cards]
        return [word.replace("\N{NO-BREAK SPACE}", " ") for words in own for word in words] if own else []

    async def goes_on(self, campaign: Campaign) -> None:
        """Time passes until everybody is settled; never while a message is on its way, whose lease would lapse."""

        async def done() -> bool:
            if (await self.now(campaign)).state is CampaignState.DONE:
                return True
            for state in (DeliveryState.CLAIMED, DeliveryState.SENDING):
                if await self.bot.store.people_in_state(campaign.id, state):
                    return False
            self.bot.clock.forward(timedelta(minutes=1))
            await asyncio.sleep(0.6)  # the dispatcher has its turn
            return False

        await eventually(done, 60)

    async def over(self, campaign: Campaign) -> None:
        """The slot ends."""
        end = campaign.as_scheduled.schedule.slot.end
        self.bot.clock.forward(max(timedelta(), end - self.bot.clock.now()) + timedelta(seconds=30))

        async def done() -> bool:
            return (await self.now(campaign)).state is CampaignState.DONE

        await eventually(done, 120)  # the leases lapse with the slot, and are renewed

    async def next_one_reaches_everybody(self) -> None:
        before = [sum(chat.campaigns.values()) for chat in self.chats]
        self.answer("")
        campaign = await self.start()
        await self.goes_on(campaign)
        assert await self.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
        assert [sum(chat.campaigns.values()) - had for chat, had in zip(self.chats, before, strict=True)] == [
            1
        ] * PEOPLE


@pytest.fixture(params=["sqlite", "mongodb"])
async def scene(request: pytest.FixtureRequest, running_bot: RunningBot) -> AsyncIterator[Scene]:
    if request.param == "mongodb":
        clock = running_bot.clock
        model = MongoServer(random.Random(1), now=clock.at_the_machine)
        running_bot.make_store = lambda: SimulatedMongo(model)
    running_bot.environment["LEASE_SECONDS"] = "90"  # what is on its way while a minute passes is not given up
    await running_bot.restart()
    for number in range(PEOPLE):
        running_bot.connector.add(conversation_of(number), dict(member_of(number)))
    people = await install(running_bot.store, running_bot.connector.url, PEOPLE)
    if request.param == "mongodb":
        await running_bot.store.speak(people[0].id, "fr")
    yield Scene(running_bot, people, french=request.param == "mongodb")


def test_every_row_has_a_test() -> None:
    tested = {*WAITS, *TOO_FAST, *UNCONFIRMED, *ACCEPTED, "400", "413", "503 taken"}
    assert tested == set(ROWS)


@pytest.mark.parametrize("row", WAITS)
async def test_one_trouble_of_many_is_waited_for_told_once_and_goes_on_by_itself(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await scene.sees(WAITS[row])
    states = await scene.states(campaign)
    assert not any(state.final for state in states if states[state]), "nobody's delivery ends because of it"
    assert not any(chat.campaigns for chat in scene.chats)
    cards = len(scene.chats[0].messages)
    scene.bot.clock.forward(timedelta(minutes=20))
    await asyncio.sleep(0.5)
    assert len(scene.chats[0].messages) == cards, "told in one place, once"
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert [chat.campaigns[campaign.id] for chat in scene.chats] == [1] * PEOPLE
    assert (await scene.now(campaign)).trouble is None
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("row", ["403 switched off", "403 html", "503", "401", "307 redirect"])
async def test_a_trouble_that_lasts_ends_with_the_slot_and_the_true_reason(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await scene.sees(WAITS[row])
    await scene.over(campaign)
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.states == {DeliveryState.EXPIRED: PEOPLE}
    assert tally.reasons == {WAITS[row]: PEOPLE}
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("row", TOO_FAST)
async def test_what_is_too_fast_is_tried_again_and_is_no_trouble(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await asyncio.sleep(0.5)
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert (await scene.now(campaign)).trouble is None
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("row", UNCONFIRMED)
async def test_what_may_have_been_taken_is_unconfirmed_and_three_are_enough(
    scene: Scene, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.teams.responses, "SLOW", 0.3)
    if row.startswith("hang"):
        for limit in ("connect", "answer"):  # what never answers is given up sooner than after 25 s
            monkeypatch.setitem(Connector.__init__.__kwdefaults__, limit, 0.3 * slowness())
        await scene.bot.restart()
    scene.answer(row)
    campaign = await scene.start()
    await scene.sees(NotReached.OUTAGE)
    states = await scene.states(campaign)
    assert states[DeliveryState.UNCONFIRMED] == 3, "the others wait"
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.UNCONFIRMED: 3, DeliveryState.DELIVERED: PEOPLE - 3}
    held = sorted(chat.campaigns[campaign.id] for chat in scene.chats)
    assert held == sorted([UNCONFIRMED[row]] * 3 + [1] * (PEOPLE - 3)), "never sent again by itself"
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("row", ["400", "413"])
async def test_a_message_that_is_refused_for_three_pauses_the_campaign(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await scene.sees(NotReached.MESSAGE_REFUSED)
    assert await scene.states(campaign) == {DeliveryState.FAILED: 3, DeliveryState.PLANNED: PEOPLE - 3}
    assert ("Copie pour les autres" if scene.french else "Copy for the others") in scene.words()
    await scene.bot.restart()
    scene.answer("")  # it is the same message: nothing more of it is sent
    scene.bot.clock.forward(timedelta(minutes=30))
    await asyncio.sleep(1)
    assert await scene.states(campaign) == {DeliveryState.FAILED: 3, DeliveryState.PLANNED: PEOPLE - 3}
    assert (await scene.now(campaign)).trouble is not None, "a pause outlives the process"
    await scene.over(campaign)
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.states == {DeliveryState.FAILED: 3, DeliveryState.EXPIRED: PEOPLE - 3}
    assert tally.reasons == {NotReached.REFUSED: 3, NotReached.MESSAGE_REFUSED: PEOPLE - 3}
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("row", ACCEPTED)
async def test_what_was_accepted_is_delivered_whatever_its_id(scene: Scene, row: str) -> None:
    scene.answer(row)
    campaign = await scene.start()
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert [chat.campaigns[campaign.id] for chat in scene.chats] == [1] * PEOPLE
    await scene.next_one_reaches_everybody()


async def test_a_platform_that_takes_it_and_answers_a_quick_error_gets_it_again(scene: Scene) -> None:
    """The one case that the promise names: its own guidance asks for the retry."""
    scene.answer("503 taken")
    campaign = await scene.start()
    await scene.sees(NotReached.OUTAGE)
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert {chat.campaigns[campaign.id] for chat in scene.chats} <= {1, 2}


@pytest.mark.parametrize("broken", PERSON)
async def test_what_is_about_one_person_is_theirs_this_time_only(scene: Scene, broken: str) -> None:
    chat = scene.chats[3]
    chat.broken = broken
    campaign = await scene.start()
    await scene.goes_on(campaign)
    tally = await scene.bot.store.tally(campaign.id)
    assert tally.states == {DeliveryState.DELIVERED: PEOPLE - 1, DeliveryState.UNREACHABLE: 1}
    assert tally.reasons == {PERSON[broken]: 1}
    chat.broken = ""
    await scene.next_one_reaches_everybody()


@pytest.mark.parametrize("broken", CHAT)
async def test_a_stale_chat_is_opened_again(scene: Scene, broken: str) -> None:
    scene.chats[3].broken = broken
    campaign = await scene.start()
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert [chat.campaigns[campaign.id] for chat in scene.chats] == [1] * PEOPLE
    await scene.next_one_reaches_everybody()


# --- elsewhere --------------------------------------------------------------------------------


async def test_a_redirect_takes_no_text_elsewhere(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[bytes] = []

    def notice(method: bytes, path: bytes, head: bytes, body: bytes) -> Answer:
        reached.append(body)
        return Answer(201, b'{"id": "1"}')

    elsewhere = Server(notice)
    await elsewhere.start()
    for status in (301, 302, 303, 307, 308):
        row = Row(redirect(status, f"http://127.0.0.1:{elsewhere.port}/v3/elsewhere"))
        monkeypatch.setitem(ROWS, "302 redirect", row)  # type: ignore[arg-type]
        scene.answer("302 redirect")
        campaign = await scene.start()
        await scene.sees(NotReached.INTERCEPTED)
        scene.answer("")
        await scene.goes_on(campaign)
        assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    await elsewhere.stop()
    assert reached == []


async def test_who_is_served_by_another_region_is_written_to_there(scene: Scene) -> None:
    """The region of old answers 404 to everything; one person has written from where the organisation is now."""
    moved = LoopbackConnector(rng=random.Random(5))
    await moved.start()
    for number in range(PEOPLE):
        moved.add(conversation_of(number), dict(member_of(number)))
    await install(scene.bot.store, moved.url, 1, first=PEOPLE - 1)
    scene.answer("404 odd")
    campaign = await scene.start()
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: PEOPLE}
    assert [chat.campaigns[campaign.id] for chat in moved.chats.values()] == [1] * PEOPLE
    await moved.stop()


async def test_a_region_in_trouble_keeps_nobody_else_waiting(scene: Scene) -> None:
    """One organisation in two regions: the campaign goes on where it can, and everywhere once it can."""
    healthy = LoopbackConnector(rng=random.Random(5))
    await healthy.start()
    for number in range(PEOPLE, 2 * PEOPLE):
        healthy.add(conversation_of(number), dict(member_of(number)))
    await install(scene.bot.store, healthy.url, PEOPLE, first=PEOPLE)
    scene.answer("503")
    campaign = await scene.start()

    async def arrived() -> bool:
        scene.bot.clock.forward(timedelta(seconds=40))  # a probe of the troubled region may come first
        await asyncio.sleep(0.3)
        return all(chat.campaigns[campaign.id] for chat in healthy.chats.values())

    await eventually(arrived, 30)

    async def no_probe_is_on_its_way() -> bool:
        waiting = {DeliveryState.DELIVERED: PEOPLE, DeliveryState.PLANNED: PEOPLE}
        return await scene.states(campaign) == waiting

    await eventually(no_probe_is_on_its_way)
    scene.answer("")
    await scene.goes_on(campaign)
    assert await scene.states(campaign) == {DeliveryState.DELIVERED: 2 * PEOPLE}
    for chats in (scene.chats, healthy.chats.values()):
        assert [chat.campaigns[campaign.id] for chat in chats] == [1] * PEOPLE
    await healthy.stop()


async def test_the_copy_for_the_others_is_a_draft_for_whom_it_has_not_reached(
    running_bot: RunningBot, ada: Someone
) -> None:
    others = running_bot.organisation.crowd(4)
    for person in others:
        await person.install()
    await draft(ada)
    running_bot.connector.faults = Faults(answer="413")
    await launch(ada, running_bot)
    running_bot.clock.forward(ALMOST_ALL)
    card = await ada.sees("is paused")
    await ada.press("Copy for the others", card=card)
    assert ada.reads("5 of 5 people can be reached")
    copied = await newest(running_bot)
    assert copied.state is CampaignState.DRAFT and copied.name == "Copy of Autumn newsletter"
    running_bot.connector.faults = Faults()
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    assert [dict(person.chat.campaigns) for person in (ada, *others)] == [{copied.id: 1}] * 5

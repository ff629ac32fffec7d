"""A sequence: whoever joins gets its steps, each once, on their own clock; over HTTP, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage.records import Audience, Campaign, CampaignState, Channel, Sequels
from tests.bot.story import Card, error_beside, eventually, fields_of, make_author, make_publisher, settled
from tests.bot.test_series import until
from tests.bot.test_what_is_approved_goes_out import always
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, words_of

A_DAY = timedelta(days=1)
LOOK = timedelta(minutes=11)  #: after which whoever has joined is seen
AT_WORK = {"start": "now", "zone": "UTC", "duration": "2", "unit": "hours", "anytime": "false", "opens": "09:00",
           "closes": "18:00", "days": "0,1,2,3,4", "holidays": "none"}  # fmt: skip


async def at(running_bot: RunningBot, hour: int, weekday: int, zone: str = "UTC") -> datetime:
    """The next such hour of a weekday (Monday = 0), on a clock."""
    now = running_bot.clock.now().astimezone(ZoneInfo(zone))
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    while then <= now or then.weekday() != weekday:
        then += A_DAY
    await until(running_bot, then)
    return then


async def steps_written(author: Person, *steps: tuple[str, str], whom: str = "new", days: str = "") -> Card:
    """(title, text) of each; at the form of the audience afterwards."""
    await author.say("sequence Welcome")
    await author.press("Write it", whom=whom)
    for place, (title, body) in enumerate(steps):
        card: Card = (await author.press("The steps", name="Welcome", title=title, body=body))["value"]
        if place < len(steps) - 1:
            card = (await author.press("Add a step"))["value"]
    if days:
        return (await author.press("Next: audience", days=days))["value"]
    return card


async def a_sequence(
    running_bot: RunningBot,
    author: Person,
    press: str = "Start the sequence",
    audience: str = "everyone",
    days: str = "0, 2, 5",
    whom: str = "new",
    **schedule: str,
) -> Campaign:
    texts = [("First", "Hello [FIRSTNAME|you], one."), ("Second", "Two."), ("Third", "Three.")]
    await steps_written(author, *texts[: len(days.split(","))], days=days, whom=whom)
    await author.press("Next: schedule", audience=audience)
    await author.press("Next: review", **{**AT_WORK, **schedule})
    await author.press(press)
    return await the_sequence(running_bot)


async def the_sequence(running_bot: RunningBot) -> Campaign:
    [newest] = await running_bot.store.campaigns(TENANT, 1)
    return newest


async def sequels(running_bot: RunningBot, sequence: Campaign) -> Sequels:
    current = await running_bot.store.campaign(sequence.id)
    assert current is not None and current.sequels is not None
    return current.sequels


async def begun(running_bot: RunningBot, sequence: Campaign) -> None:
    """It has been looked at who was there before."""

    async def looked() -> bool:
        return (await sequels(running_bot, sequence)).looks_at is not None

    await eventually(looked)


async def joined(running_bot: RunningBot, sequence: Campaign, people: int) -> None:
    await until(running_bot, running_bot.clock.now() + LOOK)

    async def inside() -> bool:
        return (await sequels(running_bot, sequence)).made == people

    await eventually(inside)


async def comes(running_bot: RunningBot, sequence: Campaign, count: int) -> Campaign:
    """So many campaigns have been made of it; the last of them, sent."""

    async def made() -> Campaign | None:
        some = await running_bot.store.sequels(sequence.id, 50)
        return some[0] if len(some) == count and some[0].planned_at else None

    one = await eventually(made)
    end = one.as_scheduled.schedule.slot.end
    while (due := await running_bot.store.next_due(one.id)) and due < end:
        await until(running_bot, due)
        await settled(running_bot, one)
    return one


def titles(person: Person, *wanted: str) -> list[str]:
    """Of the messages that somebody has received, in their order."""
    received = [words_of(card) for _, card in person.cards()]
    return [word for words in received for word in words if word in (wanted or STEPS) and "Audience" not in words]


STEPS = ("First", "Second", "Third")


async def grace_has_the_first(running_bot: RunningBot, ada: Person, days: str = "0, 2, 5") -> tuple[Campaign, Person]:
    """A sequence that has begun at ten; Grace has joined, and has its first step."""
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada, days=days)
    await begun(running_bot, sequence)
    grace = running_bot.organisation.person("Grace", "Hopper", zone="UTC")
    await grace.install()
    await joined(running_bot, sequence, 1)
    await comes(running_bot, sequence, 1)
    return sequence, grace


async def test_whoever_joins_gets_each_step_once_on_their_day(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada)
    assert sequence.is_sequence and sequence.state is CampaignState.SCHEDULED
    await begun(running_bot, sequence)
    grace = running_bot.organisation.person("Grace", "Hopper", zone="UTC")
    await grace.install()
    await joined(running_bot, sequence, 1)
    first = await comes(running_bot, sequence, 1)
    assert first.as_scheduled.schedule.slot.start.date() == running_bot.clock.now().date()
    assert titles(grace) == ["First"]
    for count, (weekday, title) in enumerate(((2, "Second"), (0, "Third")), 2):
        when = await at(running_bot, 9, weekday)
        step = await comes(running_bot, sequence, count)
        assert step.as_scheduled.schedule.slot.start.date() == when.date()
        assert titles(grace)[-1] == title
    assert titles(grace) == ["First", "Second", "Third"] and titles(ada) == [], "who was there before gets nothing"
    await until(running_bot, running_bot.clock.now() + 10 * A_DAY)
    await running_bot.restart()

    async def through() -> bool:
        return (await sequels(running_bot, sequence)).cohorts == ()

    await eventually(through)
    assert len(await running_bot.store.sequels(sequence.id, 50)) == 3 and len(titles(grace)) == 3
    assert [one.id for one in await running_bot.store.campaigns(TENANT, 10)] == [sequence.id], "steps stand with it"
    await ada.say("information Welcome")
    words = words_of(ada.card())
    assert sum("1 of 1 sent" in word for word in words) == 3, words
    assert not any("Report: " in word for _, card in ada.cards() for word in words_of(card))
    report = (await ada.press("Last report"))["value"]
    assert any(word.startswith("Report: Welcome – 1/3 – ") for word in words_of(report)), words_of(report)


async def test_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("parcours Bienvenue")
    card = louis.card()
    assert "Un parcours de messages" in words_of(card)
    await louis.press("L’écrire")
    await louis.press("Les étapes", name="Bienvenue", title="First", body="Bonjour.")
    await louis.press("Ajouter une étape")
    card = (await louis.press("Les étapes", title="Second", body="Encore bonjour."))["value"]
    assert "1 · à l’arrivée : First" in words_of(card) and "2 · après 2 jours ouvrés : Second" in words_of(card)
    wrong = (await louis.press("Suite : destinataires", days="0, 0"))["value"]
    assert error_beside(wrong, "days").startswith("Deux étapes tomberaient le même jour.")
    await louis.press("Suite : destinataires", days="0, 1")
    await louis.press("Suite : diffusion", audience="everyone")
    review = (await louis.press("Suite : relecture", **AT_WORK))["value"]
    assert "1 · à l’arrivée : First" in words_of(review), words_of(review)
    shown = words_of((await louis.press("Lancer le parcours"))["value"])
    assert "Le parcours est programmé. Qui arrive en reçoit les étapes ; leurs chiffres sont ici." in shown
    assert "⏸️ Suspendue" in words_of((await louis.press("Suspendre"))["value"])
    assert "Elle reprend." in words_of((await louis.press("Continuer"))["value"])
    ended = words_of((await louis.press("La terminer"))["value"])
    assert "Le parcours est terminé. Personne ne reçoit plus d’étape ; ce qui est parti reste." in ended
    await louis.say("séquence")
    assert "Un parcours de messages" in words_of(louis.card())


async def test_what_cannot_be_is_said_beside_its_field(running_bot: RunningBot, ada: Person) -> None:
    card = await steps_written(ada, ("First", "One."), ("Second", "Two."))
    for days, why in (
        ("0, -1", "Please give numbers from 0 to 250, with commas."),
        ("0, 251", "Please give numbers from 0 to 250, with commas."),
        ("0", "There are 2 steps: please give as many numbers."),
        ("3, 3", "Two steps would come on one day."),
        ("soon", "Please give numbers from 0 to 250, with commas."),
    ):
        card = (await ada.press("Next: audience", days=days))["value"]
        assert why in error_beside(card, "days"), words_of(card)
        assert fields_of(card)["days"] == days, "nothing is lost"
    await ada.press("Next: audience", days="0, 2")
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", **AT_WORK)
    card = (await ada.press("Change the steps"))["value"]
    older = card
    for _ in range(8):
        await ada.press("Add a step")
        card = (await ada.press("The steps"))["value"]
    assert "Add a step" not in [action.get("title") for action in _actions(card)], "ten, and no more"
    review = (await ada.press("To the review"))["value"]
    assert any("step 10 – Please write what people should read." in word for word in words_of(review))
    assert "Start the sequence" not in [action.get("title") for action in _actions(review)]
    card = (await ada.press("Add a step", card=older))["value"]
    assert "A sequence has 10 steps at most." in error_beside(card, "days")


def _actions(card: Card) -> list[dict[str, Any]]:
    return [node for node in _nodes(card) if node.get("type") == "Action.Execute"]


def _nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [inner for one in node for inner in _nodes(one)]
    if not isinstance(node, dict):
        return []
    return [node, *(inner for value in node.values() for inner in _nodes(value))]


async def test_what_is_typed_into_an_older_card_goes_to_its_own_step(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("sequence Welcome")
    older = (await ada.press("Write it"))["value"]
    await ada.press("The steps", name="Welcome", title="First", body="One.")
    await ada.press("Add a step")
    await ada.press("The steps", title="Second", body="Two.")
    await ada.press("The steps", card=older, title="First of all", body="One.")
    draft = await the_sequence(running_bot)
    texts = sorted(values["title"] for name, values in draft.forms.items() if name.endswith("message"))
    assert "Second" in texts and len(texts) == 2, "neither has taken the other's place"


async def test_who_leaves_the_list_leaves_the_sequence(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    grace, kay = (running_bot.organisation.person(name, "Newcomer", zone="UTC") for name in ("Grace", "Kay"))
    for person in (grace, kay):
        await person.install()
    people = [await running_bot.store.person_at(TENANT, person.address) for person in (grace, kay)]
    owner = await running_bot.store.person_at(TENANT, ada.address)
    assert owner is not None
    team = await running_bot.store.new_list(TENANT, owner.id, "Team", [], deed=A_DEED)
    sequence = await a_sequence(running_bot, ada, audience=f"list:{team.id}")
    await begun(running_bot, sequence)
    ids = [person.id for person in people if person]
    await running_bot.store.enlist(team.id, ids, deed=A_DEED)
    await joined(running_bot, sequence, 2)
    await comes(running_bot, sequence, 1)
    assert titles(grace) == titles(kay) == ["First"]
    await running_bot.store.dismiss(team.id, ids[1:], deed=A_DEED)
    await at(running_bot, 9, 2)
    await comes(running_bot, sequence, 2)
    assert (titles(grace), titles(kay)) == (["First", "Second"], ["First"])
    await running_bot.store.enlist(team.id, ids[1:], deed=A_DEED)
    await until(running_bot, running_bot.clock.now() + LOOK)
    await running_bot.restart()
    assert (await sequels(running_bot, sequence)).made == 2, "nobody joins twice: there is no way around in a circle"


async def test_each_person_is_on_their_own_clock(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada, days="1")
    await begun(running_bot, sequence)
    zones = ("Asia/Tokyo", "America/New_York")
    far = [running_bot.organisation.person(f"From{number}", "Far", zone=zone) for number, zone in enumerate(zones)]
    for person in far:
        await person.install()
    await joined(running_bot, sequence, 2)
    await at(running_bot, 9, 1, "Asia/Tokyo")
    east = await comes(running_bot, sequence, 1)
    assert east.as_scheduled.schedule.zone == "Asia/Tokyo"
    assert [titles(person) for person in far] == [["First"], []]
    await at(running_bot, 9, 1, "America/New_York")
    await comes(running_bot, sequence, 2)
    assert [titles(person) for person in far] == [["First"], ["First"]]


async def test_a_bot_that_was_away_goes_on_in_order_and_with_one_a_day(running_bot: RunningBot, ada: Person) -> None:
    sequence, grace = await grace_has_the_first(running_bot, ada, days="0, 1, 2")
    await running_bot.stop()
    await at(running_bot, 11, 4)
    await running_bot.start()
    late = await comes(running_bot, sequence, 2)
    assert late.as_scheduled.schedule.slot.start >= running_bot.clock.now() - A_DAY
    assert titles(grace) == ["First", "Second"]
    await until(running_bot, running_bot.clock.now() + timedelta(hours=3))
    await running_bot.restart()
    assert len(await running_bot.store.sequels(sequence.id, 9)) == 2, "never two on one day"
    await at(running_bot, 9, 0)
    await comes(running_bot, sequence, 3)
    assert titles(grace) == ["First", "Second", "Third"]


async def test_changed_from_the_next_step_on(running_bot: RunningBot, ada: Person) -> None:
    sequence, grace = await grace_has_the_first(running_bot, ada)
    await ada.say("information Welcome")
    await ada.press("Change it")
    await ada.press("Step 2")
    await ada.press("Change the message")
    await ada.press("The steps", title="Second thoughts")
    await ada.press("To the review", days="1, 3, 9")  # the first one, which has come, is moved: it does not come again
    assert any("The sequence goes on as it was" in word for word in words_of(ada.card()))
    await ada.press("Save the changes")
    await at(running_bot, 10, 1)
    await running_bot.restart()
    assert titles(grace) == ["First"]
    await at(running_bot, 9, 3)
    await comes(running_bot, sequence, 2)
    assert titles(grace, "First", "Second", "Second thoughts") == ["First", "Second thoughts"]


async def test_paused_nothing_comes_and_ended_nobody_gets_more(running_bot: RunningBot, ada: Person) -> None:
    sequence, grace = await grace_has_the_first(running_bot, ada)
    await ada.say("information Welcome")
    await ada.press("Pause it")
    await at(running_bot, 12, 2)
    await running_bot.restart()
    assert titles(grace) == ["First"]
    await ada.say("information Welcome")
    await ada.press("Go on")
    await comes(running_bot, sequence, 2)
    assert titles(grace) == ["First", "Second"]
    await ada.say("information Welcome")
    assert any("Nobody gets another step" in word for word in words_of((await ada.press("End it"))["value"]))
    await until(running_bot, running_bot.clock.now() + 14 * A_DAY)
    await running_bot.restart()
    assert titles(grace) == ["First", "Second"] and (await sequels(running_bot, sequence)).cohorts == ()
    ended = await the_sequence(running_bot)
    assert ended.state is CampaignState.DRAFT
    hidden = (await sequels(running_bot, sequence)).hidden
    assert hidden
    await ada.press("Delete")
    await ada.press("Yes, delete it")
    everyone = Audience(everyone=True, among=hidden)
    assert (await running_bot.store.reach(TENANT, everyone, Channel.TEAMS)).total == 0, "what nobody sees goes with it"


async def test_who_is_in_it_already_joins_where_that_is_said(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada, whom="all", days="0")
    await joined(running_bot, sequence, 1)
    await comes(running_bot, sequence, 1)
    assert titles(ada) == ["First"]


async def test_approved_once_by_what_it_says(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await at(running_bot, 10, 0)
    await always(running_bot)
    await make_author(ada, louis)
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await make_publisher(ada, grace)
    sequence = await a_sequence(running_bot, ada, "Ask for approval", days="0, 2")
    assert sequence.state is CampaignState.SUBMITTED
    card = await grace.sees("“Welcome” waits for approval")
    assert {"1 · on joining: First", "**2 · after 2 working days: Second**"} <= {*words_of(card)}
    first = (await grace.press("Step 1"))["value"]
    assert any("Hello" in word for word in words_of(first)), "each step is shown as it goes out"
    await grace.press("Approve")
    await begun(running_bot, sequence)
    many = [running_bot.organisation.person(f"New{number}", "Comer", zone="UTC") for number in range(12)]
    for person in many:
        await person.install()
    await joined(running_bot, sequence, 12)
    step = await comes(running_bot, sequence, 1)
    assert step.state is not CampaignState.SUBMITTED, "whoever joins: no number applies"
    assert all(titles(person) == ["First"] for person in many)


async def test_mute_and_the_weekly_limit_hold_for_steps_too(running_bot: RunningBot, ada: Person) -> None:
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada, days="0")
    await begun(running_bot, sequence)
    grace, kay = (running_bot.organisation.person(name, "Newcomer", zone="UTC") for name in ("Grace", "Kay"))
    for person in (grace, kay):
        await person.install()
    await kay.say("mute")
    await joined(running_bot, sequence, 2)
    step = await comes(running_bot, sequence, 1)
    assert (titles(grace), titles(kay)) == (["First"], [])
    tally = await running_bot.store.tally(step.id)
    assert tally.delivered == 1 and tally.total == 2, "nobody is forgotten: muted is an end with a reason"


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    sequence, grace = await grace_has_the_first(running_bot, ada, days="0, 1")
    await at(running_bot, 9, 1)
    await comes(running_bot, sequence, 2)
    assert titles(grace) == ["First", "Second"] and titles(ada) == []
    assert [one.id for one in await running_bot.store.campaigns(TENANT, 10)] == [sequence.id]


@pytest.mark.parametrize("kind", ["leader", "author"])
async def test_who_may_not_change_it_does_not(running_bot: RunningBot, ada: Person, louis: Person, kind: str) -> None:
    """Not by pressing what stands on another's card, nor by a number that is made up; as with any campaign."""
    if kind == "author":
        await make_author(ada, louis)
    await at(running_bot, 10, 0)
    sequence = await a_sequence(running_bot, ada)
    await begun(running_bot, sequence)
    before = await running_bot.store.campaign(sequence.id)
    for verb in ("series.pause", "series.end", "steps.save", "form.open"):
        pressed = {"campaign": sequence.id, "version": sequence.version, "go": "remove", "of": 1, "days": "7"}
        await louis.execute(verb, {**pressed, "step": "sequence", "verb": verb}, "")
    after = await running_bot.store.campaign(sequence.id)
    assert before is not None and after is not None
    assert (after.state, after.forms, after.frozen) == (before.state, before.forms, before.frozen)
    assert not any("First" in words_of(card) for _, card in louis.cards())

"""Who has not: from a report to the people who are left, by name, to a file of them, and to a draft to them."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.results.left import PEOPLE
from storage.records import Button, ButtonKind, Left, Message, Tracking
from tests.bot.story import asked, completed, counted, handle_of, make_publisher, newest, sent_out
from tests.bot.test_exports import exported, fetched, rows_of, title_in
from tests.conftest import RunningBot
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, actions_of, words_of

NEWS = Message(
    title="News", body="Hello [FIRSTNAME]", buttons=(Button(kind=ButtonKind.ACKNOWLEDGE, title="I have read it"),)
)


async def pressed(person: Person, card: dict[str, Any], verb: str, **data: str) -> dict[str, Any]:
    """They press the button with this verb, and these values in what it carries; the card in its place."""
    buttons = [action for action in actions_of(card) if action.get("verb") == verb]
    button = next(one for one in buttons if data.items() <= one["data"].items())
    answer = await person.execute(verb, button["data"], person.cards()[-1][0])
    assert answer is not None
    value: dict[str, Any] = answer["value"]
    return value


async def a_campaign_that_left_some(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    """Thirteen got it and one confirmed; one has blocked the bot."""
    many = [running_bot.organisation.person(f"Zoë{number:02}", "Lefèvre") for number in range(PEOPLE + 2)]
    for one in many:
        await one.install()
    many[0].chat.broken = "blocked"
    await sent_out(running_bot, ada, NEWS)
    await louis.press("I have read it")
    await counted(running_bot)


async def test_the_people_who_are_left_are_named_page_by_page(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await a_campaign_that_left_some(running_bot, ada, louis)
    report = await completed(ada, running_bot)
    at = next(message for message, card in ada.cards() if card == report)
    groups = (await ada.press("Who has not…", card=report, at=at))["value"]
    assert {"1 has not received it", "12 have not opened it", "12 have not confirmed"} <= {*words_of(groups)}
    first = await pressed(ada, groups, "left.see", left=Left.ACKNOWLEDGED)
    assert "12 have not confirmed" in words_of(first) and not title_in(first, "Previous")
    second = await pressed(ada, first, "left.see", trail=last_trail(first))
    assert not title_in(second, "Next")
    names = [word for card in (first, second) for word in words_of(card) if "@contoso" in word]
    expected = [f"Zoë{number:02} Lefèvre" for number in range(1, PEOPLE + 2)]
    assert [name.split(" · ")[0] for name in names] == ["Ada Lovelace", *expected]
    again = await pressed(ada, second, "left.see", trail="0")
    assert words_of(again) == words_of(first)
    segment = await pressed(ada, first, "segment.new")
    left = "Has received it – “Autumn newsletter”", "**and** Has not confirmed it – “Autumn newsletter”"
    assert {*left, "**12 of 12 people can be reached**"} <= {*words_of(segment)}
    reasons = words_of(await pressed(ada, groups, "left.see", left=Left.REACHED))
    assert "has blocked Crieur" in reasons and any("Zoë00" in word for word in reasons)


def last_trail(card: dict[str, Any]) -> str:
    [more] = [action["data"]["trail"] for action in actions_of(card) if action.get("title") == "Next"]
    return str(more)


async def test_a_publisher_reads_it_in_french_and_writes_to_those_not_reached(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await a_campaign_that_left_some(running_bot, ada, louis)
    await completed(ada, running_bot)
    await asked(louis, "rapport autumn")
    groups = (await louis.press("Qui n’a pas encore…"))["value"]
    assert {"1 personne ne l’a pas reçu", "12 n’ont pas confirmé"} <= {*words_of(groups)}
    names = await pressed(louis, groups, "left.see", left=Left.REACHED)
    assert "a bloqué Crieur" in words_of(names)
    await pressed(louis, names, "remind.make", kind=Left.REACHED)
    reminder = await newest(running_bot)
    assert reminder.name == "Autumn newsletter – non joints"
    [one] = await running_bot.store.lists(TENANT)  # type: ignore[arg-type]
    assert (one.size, one.name) == (1, reminder.name)


async def test_while_it_runs_they_are_seen_and_not_written_to(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await a_campaign_that_left_some(running_bot, ada, louis)
    campaign = await newest(running_bot)
    await asked(ada, "report autumn")
    answer = await ada.execute("remind.open", handle_of(campaign), ada.cards()[-1][0])
    assert answer and "12 have not confirmed" in words_of(answer["value"])
    assert not title_in(answer["value"], "Write to them") and title_in(answer["value"], "See who")
    for kind in ("reached", "nonsense"):
        await ada.execute("remind.make", handle_of(campaign, kind=kind), ada.cards()[-1][0])
    assert (await newest(running_bot)).id == campaign.id, "no draft was made"
    for trail in ("", "1e3", "-4", "9" * 30, "0,x"):
        form = handle_of(campaign, left="acknowledged", trail=trail)
        answer = await ada.execute("left.see", form, ada.cards()[-1][0])
        assert answer and any("Ada" in word for word in words_of(answer["value"])), trail


async def test_an_anonymous_campaign_names_nobody(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    campaign = await sent_out(running_bot, ada, NEWS, Tracking(anonymous=True))
    await completed(ada, running_bot)
    for verb, more in (("remind.open", {}), ("left.see", {"left": "reached"}), ("left.see", {"left": "opened"})):
        answer = await ada.execute(verb, handle_of(campaign, **more), ada.cards()[-1][0])
        assert answer and any("Report: " in word for word in words_of(answer["value"])), verb
        assert not any(louis.address in word for word in words_of(answer["value"]))
    form = handle_of(campaign, left="opened")
    answer = await ada.execute("export.open", form, ada.cards()[-1][0])
    assert answer and not any("Only these" in word for word in words_of(answer["value"]))


@pytest.mark.real_time
async def test_a_file_of_them_holds_only_them(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent_out(running_bot, ada, NEWS)
    await louis.press("I have read it")
    await counted(running_bot)
    await completed(ada, running_bot)
    await ada.press("Who has not…")
    names = await pressed(ada, ada.card(), "left.see", left=Left.ACKNOWLEDGED)
    await pressed(ada, names, "export.open", left=Left.ACKNOWLEDGED)
    assert "Only these: 1 has not confirmed." in words_of(ada.card())
    link = await exported(ada, "CSV")
    rows = rows_of((await fetched(running_bot, link))[1])
    assert [row["Address"] for row in rows] == [ada.address]
    entries = [entry for _, entry in await audit_of(running_bot.store, TENANT, 50) if entry.deed == "exported"]  # type: ignore[arg-type]
    assert [entry.details for entry in entries] == [{"format": "csv", "left": "acknowledged"}]


async def test_the_people_who_are_left_are_named_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await sent_out(running_bot, ada, NEWS)
    await louis.press("I have read it")
    await counted(running_bot)
    await completed(ada, running_bot)
    groups = (await ada.press("Who has not…"))["value"]
    names = words_of(await pressed(ada, groups, "left.see", left=Left.ACKNOWLEDGED))
    assert any(ada.address in word for word in names) and not any(louis.address in word for word in names)

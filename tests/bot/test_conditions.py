"""Every condition of a segment, from its fields to the number; and what cannot stand, said beside its line."""

from __future__ import annotations

import pytest

from storage.records import ListId
from storage.records.segments import MOST_PARTS
from tests.bot.story import error_beside
from tests.bot.test_people_in_words import named_list
from tests.bot.test_segments import add, facts
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, actions_of, words_of

KNOWN = {
    "department": "Sales", "country": "France", "city": "Paris", "office": "Tower", "title": "Engineer",
    "manager": "Claire Martin",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields", "line", "count"),
    [
        *((kind, {"value": value}, value, 1) for kind, value in KNOWN.items()),
        *((kind, {"value": value, "is": "not"}, value, 1) for kind, value in list(KNOWN.items())[-1:]),
        ("title", {"value": "gin", "is": "has"}, "contains “gin”", 1),
        ("language", {"value": "fr"}, "French", 1),
        ("channel", {"channel": "msteams"}, "Microsoft Teams", 2),
        ("channel", {"channel": "skype"}, "Skype", 0),
        ("guest", {"is": "not"}, "guest", 2),
        ("lately", {"days": "7", "is": "not"}, "Has received nothing in the last 7 days", 2),
        ("installed", {"since": "2020-01-01"}, "Installed Crieur", 2),
        ("installed", {"before": "2020-01-01"}, "Installed Crieur", 0),
    ],
)
async def test_a_condition_counts_whom_it_holds_for(
    running_bot: RunningBot, ada: Person, louis: Person, kind: str, fields: dict[str, str], line: str, count: int
) -> None:
    """Louis is an engineer in Paris who speaks French; of Ada nothing is known."""
    await facts(running_bot, louis, **KNOWN)
    await ada.say("new segment One")
    words = words_of(await add(ada, kind, **fields))
    assert any(line in word for word in words), words
    assert any(f"**{count} of {count} " in word for word in words), words


async def test_a_column_of_a_list_is_asked_about_until_it_is_gone(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await named_list(running_bot, ada, "Tower", ada, louis, columns={
        ada.address: {"FLOOR": "3"}, louis.address: {"FLOOR": "4"},
    })  # fmt: skip
    [tower] = await running_bot.store.lists(TENANT)
    await ada.say("new segment Third floor")
    await ada.press("Count again", of=f"list:{tower.id}")
    words = words_of(await add(ada, "column:FLOOR", value="3"))
    assert {"\\[FLOOR\\] is “3”", "**1 of 1 person can be reached**"} <= set(words)
    await ada.press("Save")
    blank = await running_bot.store.blank_list(TENANT, tower.owner)
    await running_bot.store.refill_list(tower.id, blank, (), deed=A_DEED)
    await ada.say("list Third floor")
    words = words_of((await ada.press("Change the conditions"))["value"])
    assert "⚠ No list that is ticked has this column (any more)." in words
    await ada.say("parle français")
    await ada.say("liste Third floor")
    words = words_of((await ada.press("Modifier les conditions"))["value"])
    assert "⚠ Aucune liste cochée n’a cette colonne (ou ne l’a plus)." in words


async def saved(running_bot: RunningBot, author: Person, name: str, of: str) -> ListId:
    """Those in Paris, out of the people of ``of``."""
    await author.say(f"new segment {name}")
    await author.press("Count again", of=of)
    await add(author, "city", value="Paris")
    await author.press("Save")
    return next(one.id for one in await running_bot.store.lists(TENANT) if one.name == name)


async def test_a_segment_that_would_hold_itself_is_not_saved(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await facts(running_bot, louis, **KNOWN)
    first = await saved(running_bot, ada, "First", "everyone")
    second = await saved(running_bot, ada, "Second", f"list:{first}")
    await ada.say("list First")
    await ada.press("Change the conditions")
    card = (await ada.press("Save", of=f"list:{second}"))["value"]
    assert error_beside(card, "of"), words_of(card)
    kept = await running_bot.store.distribution_list(first)
    assert kept is not None and kept.segment is not None and kept.segment.lists == ()


async def test_a_card_takes_six_conditions(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new segment Six")
    for number in range(MOST_PARTS):
        card = await add(ada, "city", value=f"City {number}")
    assert "Add a condition" not in {action.get("title") for action in actions_of(card)}
    assert len([word for word in words_of(card) if word.startswith("**and**")]) == MOST_PARTS - 1

"""People who are described in a sentence and stand in no list: where it is known of them, else it is asked about."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialogs.compose.saying import people
from storage.records import Contact
from tests.bot.story import completed, draft, launch, make_author
from tests.bot.test_segments import facts
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, words_of


async def office(running_bot: RunningBot, ada: Person, louis: Person) -> Person:
    """Ada and Louis are managers in Paris, Marie is one in Lyon; a fire drill that only Louis has confirmed."""
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await facts(running_bot, ada, title="Manager", city="Paris", department="Sales")
    await facts(running_bot, louis, title="Manager", city="PARIS")
    await facts(running_bot, marie, title="Manager", city="Lyon")
    await draft(ada, message={"name": "Fire drill", "body": "On Friday."})
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    await louis.press("I have read it")
    return marie


async def named_list(
    running_bot: RunningBot, owner: Person, name: str, *people: Person, columns: Mapping[str, Mapping[str, str]]
) -> None:
    """A list with what stands in its columns, by address."""
    store = running_bot.store
    author = await store.person_at(TENANT, owner.address)  # type: ignore[arg-type]
    assert author is not None
    known = await store.meet(author.tenant, [Contact(address=person.address) for person in people])
    blank = await store.blank_list(author.tenant, author.id)
    await store.fill_blank(blank, known, [columns[person.address] for person in people])
    await store.publish_list(blank, name, sorted({key for row in columns.values() for key in row}), deed=A_DEED)


def said_of(person: Person) -> str:
    """The line above the review."""
    lines = (word for word in words_of(person.card()) if word.startswith(("I understood", "Changed", "J’ai compris")))
    return next(lines, "").replace("\xa0", " ").replace("\u202f", " ")


async def test_people_are_described_by_facts_and_by_what_they_did(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await office(running_bot, ada, louis)
    sentence = "Tell managers in Paris who have not confirmed Fire drill that the drill is on Monday"
    await ada.say(sentence)
    await ada.sees("Audience and schedule")
    meaning = "everyone who has installed Crieur, of whom: job title is “Manager” and city is “Paris”"
    assert meaning in said_of(ada) and "and has not confirmed it – “Fire drill”" in said_of(ada)
    assert any("1 of 1 person can be reached" in word for word in words_of(ada.card()))
    [segment] = await running_bot.store.lists(TENANT)
    assert segment.name == "Managers in Paris who have not confirmed Fire drill"
    await ada.say("Send it to everyone except managers in Lyon")
    assert "without everyone who has installed Crieur, of whom: job title is “Manager” and city is “Lyon”" in said_of(
        ada
    )
    await ada.say("new campaign")
    await ada.say(sentence)
    assert len(await running_bot.store.lists(TENANT)) == 2, "said twice, it is the same segment"


async def test_columns_of_lists_are_spoken_of_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await make_author(ada, louis)
    columns = {
        louis.address: {"FONCTION": "Ingénieur", "VILLE": "Lyon", "ÉTAGE": "troisième étage"},
        marie.address: {"FONCTION": "Ingénieur", "VILLE": "Paris", "ÉTAGE": "troisième étage"},
    }
    await named_list(running_bot, louis, "Le labo", louis, marie, columns=columns)
    await louis.say("Dis aux ingénieurs à Lyon que la cantine est fermée")
    await louis.sees("J’ai compris")
    assert "à Le labo, dont : fonction est « Ingénieur » et ville est « Lyon »" in said_of(louis)
    assert any("1 personne joignable sur 1" in word.replace("\xa0", " ") for word in words_of(louis.card()))
    await louis.say("Dis au labo au troisième étage qui n’est pas à Paris que la cantine est fermée")
    assert "\\[ÉTAGE\\] est « troisième étage » et ville n’est pas « Paris »" in said_of(louis)


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Tell managers in Atlantis that it rains", "I did not understand “in Atlantis”."),
        ("Tell managers who like cheese that it rains", "I did not understand “who like cheese”."),
        ("Tell managers in Paris who answered Fire drill that it rains", "who answered Fire drill"),
    ],
)
async def test_what_is_not_known_of_people_is_asked_about(
    running_bot: RunningBot, ada: Person, louis: Person, sentence: str, named: str
) -> None:
    """The last one has no answers to choose from."""
    await office(running_bot, ada, louis)
    await ada.say(sentence)
    card = await ada.sees("Audience and schedule")
    assert any(named in word for word in words_of(card)), words_of(card)
    assert not any(action.startswith("Schedule") for action in words_of(card))


async def test_an_author_describes_only_people_who_are_theirs(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await office(running_bot, ada, louis)
    await make_author(ada, louis)
    await ada.say("new list Board")
    await ada.press("Go on", addresses=ada.address)
    await ada.press("Save the list")
    await louis.say("english")
    await louis.say("Tell managers in Paris that it rains")
    assert any("I know no list “managers in Paris”." in word for word in words_of(louis.card())), words_of(louis.card())
    assert [one.name for one in await running_bot.store.lists(TENANT)] == ["Board"]


@pytest.mark.parametrize("column", ["ASSISTANT", "MANAGER", "TUTRICE"])
async def test_whose_name_stands_beside_others_is_not_these(
    running_bot: RunningBot, ada: Person, louis: Person, column: str
) -> None:
    await named_list(running_bot, ada, "Tower", louis, columns={louis.address: {column: "Claire Martin"}})
    await ada.say("Tell Claire Martin that it rains")
    words = words_of(await ada.sees("Claire Martin"))
    assert any("I know no list “Claire Martin”." in word for word in words), words


async def test_lists_that_are_too_large_for_a_sentence_are_named(
    running_bot: RunningBot, ada: Person, louis: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the one that the sentence names is looked at before the others."""
    monkeypatch.setattr(people, "LOOKED_AT", 1)
    await named_list(running_bot, ada, "Annexe", ada, columns={ada.address: {"VILLE": "Lyon"}})
    both = {ada.address: {"VILLE": "Paris"}, louis.address: {"VILLE": "Paris"}}
    await named_list(running_bot, ada, "Campus", ada, louis, columns=both)
    await named_list(running_bot, ada, "Tower", louis, columns={louis.address: {"VILLE": "Paris"}})
    await ada.say("Tell Tower in Paris that it rains")
    card = await ada.sees("Audience and schedule")
    assert "Tower, of whom: city is “Paris”" in said_of(ada)
    assert any("I did not look into the columns of “Annexe” and “Campus”" in word for word in words_of(card))
    await ada.say("new campaign")
    await ada.say("Tell people in Paris that it rains")
    words = words_of(await ada.sees("I did not understand “in Paris”."))
    assert any("I did not look into the columns of “Campus” and “Tower”" in word for word in words), words
    await ada.say("parle français")
    await ada.say("nouvelle campagne")
    await ada.say("Dis aux gens de Paris que la cantine est fermée")
    words = [word.replace("\xa0", " ") for word in words_of(ada.card())]
    assert any("Je n’ai pas regardé les colonnes de « Campus » et « Tower »" in word for word in words), words


async def test_people_are_described_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    louis = running_bot.organisation.person("Louis", "Pasteur")
    await ada.install()
    await ada.sees("you are the **owner**")
    await louis.install()
    await facts(running_bot, louis, title="Engineer", city="Paris")
    columns = {ada.address: {"FLOOR": "third floor"}, louis.address: {"FLOOR": "Second floor"}}
    await named_list(running_bot, ada, "Tower", ada, louis, columns=columns)
    await ada.say("Tell engineers in Paris and Tower on the second floor that it rains")
    await ada.sees("Audience and schedule")
    assert "job title is “Engineer” and city is “Paris”" in said_of(ada)
    assert "Tower, of whom: \\[FLOOR\\] is “Second floor”" in said_of(ada)
    segments = [one for one in await running_bot.store.lists(TENANT) if one.segment is not None]
    assert [one.segment.everyone for one in segments if one.segment] == [True, False]

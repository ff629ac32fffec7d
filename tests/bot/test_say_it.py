"""A campaign said in one message, and changed by a few words; over HTTP, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import Audience, Campaign, CampaignState, ListId
from tests.bot.story import Card, asked, at_work, fields_of, make_author, make_publisher, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of

#: words of a schedule are read by a program
pytestmark = pytest.mark.real_time


async def make_list(running_bot: RunningBot, owner: Person, name: str, *people: Person) -> ListId:
    store = running_bot.store
    known = await store.person_at(TENANT, owner.address)
    members = [await store.person_at(TENANT, person.address) for person in people]
    assert known is not None
    created = await store.new_list(TENANT, known.id, name, [one.id for one in members if one is not None], deed=A_DEED)
    return created.id


async def said(author: Person, words: str) -> tuple[Card, str]:
    """The review that answers, and the line above it."""
    await author.say(words)
    card = author.card()
    return card, words_of(card)[0]


def titles(card: Card) -> set[str]:
    return {str(action.get("title")) for action in actions_of(card)}


def tomorrow(running_bot: RunningBot) -> str:
    return (running_bot.clock.now() + timedelta(days=1)).date().isoformat()


async def count(running_bot: RunningBot) -> int:
    return await running_bot.store.count_campaigns(TENANT)


async def test_one_message_is_a_campaign_and_one_press_schedules_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    office = await make_list(running_bot, ada, "Paris office", louis)
    interns = await make_list(running_bot, ada, "Interns", ada)
    _, line = await said(
        ada,
        "Tell the Paris office except the interns tomorrow at 10am for 2 hours, at any time, that the canteen is closed"
        " on Friday, with a button Menu to https://contoso.example/menu, and ask them to confirm.",
    )
    assert line.startswith("I understood: the text · to Paris office · without Interns · ")
    assert "button “Menu”, a confirmation" in line and "10:00" in line
    draft = await newest(running_bot)
    assert draft.state is CampaignState.DRAFT, "nothing is scheduled by words"
    assert draft.forms["message"]["body"] == "The canteen is closed on Friday."
    assert (draft.forms["schedule"]["date"], draft.forms["schedule"]["time"]) == (tomorrow(running_bot), "10:00")
    await ada.press(SEND_OFF)
    scheduled = await newest(running_bot)
    assert scheduled.state is CampaignState.SCHEDULED
    assert scheduled.as_scheduled.audience == Audience(lists=(office,), except_lists=(interns,))
    assert [button.title for button in scheduled.as_scheduled.message.buttons] == ["Menu", "I have read it"]
    assert await count(running_bot) == 1


async def test_une_seule_phrase_fait_une_campagne(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await make_list(running_bot, louis, "Siège", ada)
    _, line = await said(
        louis,
        "Envoie au siège demain à 10h, à toute heure : « La cantine ferme. » Demande-leur de confirmer.",
    )
    assert line.startswith("J’ai compris : le texte · à Siège · ")
    await said(louis, "décale à 14h stp, et mets-le en important")
    draft = await newest(running_bot)
    assert (draft.forms["schedule"]["time"], draft.forms["message"]["style"]) == ("14:00", "important")
    assert draft.forms["message"]["body"] == "La cantine ferme."
    await louis.press("Programmer")
    assert (await newest(running_bot)).state is CampaignState.SCHEDULED


async def test_the_open_draft_is_changed_by_words_and_only_where_they_say(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    for name in ("Paris office", "Lyon office"):
        await make_list(running_bot, ada, name, louis)
    await make_list(running_bot, ada, "Interns", ada)
    await said(ada, "Tell the Paris office tomorrow at 10am that the lift is broken")
    before = (await newest(running_bot)).forms
    for words, line in (
        ("make it 3pm", "Changed: "),
        ("not the interns", "Changed: without Interns"),
        ("send it to the Lyon office too", "Changed: to Paris office and Lyon office"),
        ("add quick answers: yes, no", "Changed: answers Yes / No"),
        ("title: Lift", "Changed: title “Lift”"),
        ("replace lift by escalator in the text", "Changed: the text"),
        ("in French: « L’escalier est en panne. »", "Changed: in French"),
    ):
        _, shown = await said(ada, words)
        assert shown.startswith(line), (words, shown)
    forms = (await newest(running_bot)).forms
    assert forms["message"]["body"] == "The escalator is broken."
    assert (forms["message"]["title"], forms["message"]["answers"]) == ("Lift", "Yes\nNo")
    assert (forms["schedule"]["date"], forms["schedule"]["time"]) == (before["schedule"]["date"], "15:00")
    assert forms["message.fr"]["body"] == "L’escalier est en panne."
    assert await count(running_bot) == 1
    card, line = await said(ada, "send it")
    assert line.startswith("One press is left") and not SEND_OFF.isdisjoint(titles(card))
    assert (await newest(running_bot)).state is CampaignState.DRAFT
    await ada.say("delete the draft")
    assert await count(running_bot) == 1, "asked first"
    assert any("delete" in title.lower() for title in titles(ada.card()))


async def test_a_list_that_is_misspelt_is_asked_about_and_stands_in_the_way(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    office = await make_list(running_bot, ada, "Paris office", louis)
    managers = await make_list(running_bot, ada, "Managers", ada)
    card, _ = await said(
        ada, "Send this to Parris office but not the manager team, now, at any time: The drill is at 3pm."
    )
    assert any("I know no list “Parris office”. Do you mean Paris office?" in word for word in words_of(card))
    assert SEND_OFF.isdisjoint(titles(card))
    card = (await ada.press("Paris office"))["value"]
    draft = await newest(running_bot)
    assert draft.forms["audience"]["audience"] == f"list:{office}"
    assert draft.forms["audience"]["except"] == f"list:{managers}"
    assert not SEND_OFF.isdisjoint(titles(card))
    card, _ = await said(ada, "without the nightshift")
    assert any("leave out “nightshift”" in word for word in words_of(card)), words_of(card)
    assert SEND_OFF.isdisjoint(titles(card)), "an exclusion is never lost"
    card = (await ada.press("Go on without it"))["value"]
    assert not SEND_OFF.isdisjoint(titles(card))


async def test_what_is_not_understood_is_named_and_stands_in_the_way(running_bot: RunningBot, ada: Person) -> None:
    card, _ = await said(ada, "Send the attached poster to everyone now, at any time: Come in green!")
    assert any("“the attached poster”: that I cannot do in words." in word for word in words_of(card))
    assert SEND_OFF.isdisjoint(titles(card))
    card = (await ada.press("Go on without it"))["value"]
    assert not SEND_OFF.isdisjoint(titles(card))
    before = await newest(running_bot)
    [reply] = await asked(ada, "make it a bit shorter")
    assert reply == "I did not understand “a bit shorter”. Nothing is changed."
    assert await newest(running_bot) == before
    card, _ = await said(ada, "in French too")
    assert "I do not translate" in " ".join(words_of(card))


async def test_half_an_order_makes_half_a_draft_and_the_rest_is_asked(running_bot: RunningBot, ada: Person) -> None:
    card, _ = await said(ada, "new campaign for everyone tomorrow at 10")
    words = words_of(card)
    assert any("Please write what people should read." in word for word in words)
    await said(ada, "text: The badges are ready.")
    assert (await newest(running_bot)).forms["message"]["body"] == "The badges are ready."
    await said(ada, "Tell everyone on Monday that it rains")
    assert await count(running_bot) == 2, "a whole order is a second campaign"
    draft = await newest(running_bot)
    assert draft.forms["schedule"]["date"] and not draft.forms["schedule"]["time"]
    assert any("Please choose a time" in word for word in words_of(ada.card()))


@pytest.mark.parametrize(
    "words",
    [
        "What did the last campaign do?",
        "Thanks a lot!",
        "I sent the newsletter to everyone yesterday.",
        "tell me a joke",
    ],
)
async def test_what_is_no_order_makes_no_campaign(running_bot: RunningBot, ada: Person, words: str) -> None:
    await ada.say(words)
    assert await count(running_bot) == 0


async def test_words_reach_only_lists_and_people_that_are_the_authors(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Board", ada)
    await make_author(ada, louis)
    card, _ = await said(louis, "Envoie au Board maintenant : bonjour")
    assert any("Je ne connais pas de liste « Board »." in word for word in words_of(card))
    card, _ = await said(louis, "envoie-le à tout le monde")
    draft: Campaign = await newest(running_bot)
    assert draft.forms["audience"]["audience"] == "everyone"
    assert "Programmer" not in titles(card), "an author may not send to everyone"
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await grace.say("Tell everyone that it rains")
    assert await count(running_bot) == 1, "without a role, words make nothing"


async def test_people_may_be_named_by_their_addresses(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await said(ada, f"Send to {louis.address} now, at any time: Your access has been renewed.")
    draft = await newest(running_bot)
    [id] = draft.forms["audience"]["audience"].split(",")
    created = await running_bot.store.distribution_list(ListId(int(id.removeprefix("list:"))))
    assert created is not None and created.size == 1


async def test_a_question_that_waits_hears_the_words_first(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Help")
    await ada.press("Write it in the chat", name="Help")
    await ada.say("Tell everyone that the canteen is closed")
    assert fields_of(ada.card())["body"] == "Tell everyone that the canteen is closed"
    assert await count(running_bot) == 1


async def test_small_talk_gets_a_fitting_word_and_a_suggestion_is_a_button(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_author(ada, louis)
    for author, words, answer in (
        (ada, "thanks a lot!", "You are welcome."),
        (ada, "looks good", "Good to hear."),
        (ada, "who are you?", "Hello Ada, I am Crieur."),
        (ada, "What did the last campaign do?", "You have sent no campaign yet."),
        (ada, "compare", "You have sent no campaign yet."),
        (ada, "asdf", "I did not understand. Type **help** to see what I can do."),
        (louis, "merci beaucoup", "Je vous en prie."),
        (louis, "qui es-tu ?", "Bonjour Louis, je suis Crieur."),
        (louis, "qu’a donné la dernière campagne ?", "Vous n’avez pas encore envoyé de campagne."),
    ):
        assert (await asked(author, words))[0] == answer, words
    await ada.say("campaings")
    card = (await ada.press("Campaigns"))["value"]
    assert "Your campaigns" in words_of(card)


async def test_its_end_is_said_too_with_the_campaign_and_as_a_change_of_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Paris office", louis)
    _, line = await said(
        ada,
        "Tell the Paris office tomorrow at 10am for 2 hours, at any time, that the lift is out of order, and take it"
        " back in 5 days at 18:00.",
    )
    assert "end: deleted in every chat, " in line, line
    draft = await newest(running_bot)
    assert draft.forms["message"]["body"] == "The lift is out of order."
    ends = (running_bot.clock.now() + timedelta(days=5)).date().isoformat()
    schedule = draft.forms["schedule"]
    assert (schedule["ending"], schedule["end_date"], schedule["end_time"]) == ("delete", ends, "18:00")
    assert (schedule["date"], schedule["time"]) == (tomorrow(running_bot), "10:00"), "the start is another thing"
    await said(ada, "close the poll in 6 days at noon")
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["ending"], schedule["end_time"]) == ("close", "12:00")
    assert any("there is nothing to close" in word for word in words_of(ada.card())), "nobody can answer it"
    await said(ada, "take it back on Friday 11 December 2099 at 6pm")
    assert not any(action.get("title") == "Schedule it" for action in actions_of(ada.card())), "that is too far away"


async def test_la_fin_se_dit_aussi(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await make_list(running_bot, louis, "Siège", ada)
    await said(louis, "Préviens le siège demain à 10h, à toute heure, que la cantine est fermée.")
    _, line = await said(louis, "reprends-le dans 5 jours à 18 h")
    assert "fin : supprimé dans chaque conversation" in line, line
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["ending"], schedule["end_time"], schedule["time"]) == ("delete", "18:00", "10:00")


async def test_its_topic_is_said_with_it_and_as_a_change_of_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Paris office", louis)
    await ada.say("rules")
    await ada.press("Topics")
    await ada.press("Add it", topic_name="Canteen")
    await ada.press("Add it", topic_name="Sport club")
    _, line = await said(ada, "Tell the Paris office tomorrow at 10am, topic canteen, that we close early.")
    assert "topic “Canteen”" in line, line
    draft = await newest(running_bot)
    assert draft.forms["message"]["body"] == "We close early." and draft.forms["audience"]["topic"] == "1"
    _, line = await said(ada, "topic: Sport club")
    assert "topic “Sport club”" in line
    assert (await newest(running_bot)).forms["audience"]["topic"] == "2"
    await make_publisher(ada, louis)
    await said(louis, "Préviens le Paris office demain à 10h que le thème Canteen est clos. Thème Canteen.")
    draft = await newest(running_bot)
    assert (draft.forms["message"]["body"], draft.forms["audience"]["topic"]) == ("Le thème Canteen est clos.", "1")


async def test_who_is_reminded_is_said_and_changed_in_words(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Paris office", louis)
    _, line = await said(
        ada,
        "Tell the Paris office tomorrow at 10am that the drill is on Monday, ask them to confirm, and remind those who"
        " have not confirmed after two days.",
    )
    assert "reminds: who has not confirmed it, after 2 working days, 1 time at most" in line
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["chase"], schedule["chase_after"], schedule["chase_rounds"]) == ("acknowledged", "2", "1")
    await ada.say("parle français")
    _, line = await said(ada, "relance chaque jour jusqu’à ce qu’ils aient confirmé")
    assert "relance : qui ne l’a pas confirmée, après 1 jour ouvré, 5 fois au plus" in line.replace("\xa0", " ")
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["chase_after"], schedule["chase_rounds"]) == ("1", "5") and schedule["date"] == tomorrow(
        running_bot
    )
    await ada.press("Programmer")
    frozen = (await newest(running_bot)).frozen
    assert frozen is not None and frozen.follow_up is not None and frozen.follow_up.rounds == 5


async def test_its_start_moves_by_what_is_said_and_now_leaves_the_press(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Managers", louis)
    await make_list(running_bot, ada, "Sales", ada)
    at_work(running_bot, ada.zone)
    await said(ada, "Tell Managers tomorrow at 10am that the lift works again")
    _, line = await said(ada, "an hour later please")
    assert "11:00" in line and "not understand" not in line
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["date"], schedule["time"]) == (tomorrow(running_bot), "11:00")
    _, line = await said(ada, "not the managers, Sales instead, and two days earlier")
    assert line.startswith("Changed: to Sales") and "without" not in line
    assert "“two days earlier” is over: please choose another time." in words_of(ada.card())[0]
    assert (await newest(running_bot)).forms["schedule"] == schedule
    _, line = await said(ada, "send it now")
    assert "as soon as you schedule it" in line
    assert "One press is left, and it is yours." in line
    draft = await newest(running_bot)
    assert draft.state is CampaignState.DRAFT and draft.forms["schedule"]["start"] == "now"


async def test_deux_langues_en_une_phrase_et_une_heure_plus_tot(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_author(ada, louis)
    await make_list(running_bot, louis, "Managers", ada)
    _, line = await said(
        louis, "Dis aux Managers en anglais et en français demain à 9h : The lift works. / L'ascenseur remarche."
    )
    assert line.startswith("J’ai compris")
    draft = await newest(running_bot)
    assert draft.forms["message"]["body"] == "L'ascenseur remarche."
    assert draft.forms["message.en"]["body"] == "The lift works."
    await said(louis, "décale d'une heure")
    assert (await newest(running_bot)).forms["schedule"]["time"] == "10:00"


async def test_a_shift_to_a_time_when_nobody_works_is_named_in_the_line(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_list(running_bot, ada, "Managers", louis)
    await said(ada, "Tell Managers on Saturday at 10am that the lift works again")
    _, line = await said(ada, "an hour later please")
    assert "Changed: “an hour later”" in line
    assert (await newest(running_bot)).forms["schedule"]["time"] == "11:00"

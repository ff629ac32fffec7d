"""What authors say becomes what a careful secretary would make of it; never anything else in silence."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from dialogs.sayings import Ask, Buttons, Kind, OpenDraft, Talk
from dialogs.sayings.reading import read
from dialogs.sayings.words.names import Names
from dialogs.sayings.words.people import People
from storage.records import FollowUp, Until
from tests.support.sentences import cases, judged, outcome

#: the recogniser takes seconds to load: in one process of all that run tests

LISTS = Names(["Paris office", "Managers", "Interns", "IT", "Équipe RH"])


def score(name: str) -> tuple[Counter[str], list[str]]:
    results: Counter[str] = Counter()
    worse = []
    for case in cases(name):
        result, why = judged(case, outcome(case))
        results[result] += 1
        if result != "pass":
            worse.append(f"{case['id']} {result}: {why}")
    return results, worse


@pytest.mark.parametrize("name", ["examples", "heard"])
def test_every_example_is_understood(name: str) -> None:
    for case in cases(name):
        result, why = judged(case, outcome(case))
        assert result == "pass", f"{case['id']} {case['said']!r} is {result}: {why}"


def test_sentences_that_the_grammar_has_not_seen_are_understood_or_asked_about() -> None:
    results, worse = score("own")
    assert results["harmful"] == 0, worse
    assert results["pass"] >= 0.8 * results.total(), worse


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Tell the interns their badges are ready", "Your badges are ready."),
        ("Let everyone know: the wifi password changes", "The wifi password changes"),
        ("Tell Managers that they have to sign in", "You have to sign in."),
        ("Remind the IT team to restart their PCs", "Please restart your PCs."),
        ("ask the managers if the room is free on Friday", "Is the room free on Friday?"),
        ("dis aux managers qu'ils doivent rendre leurs badges", "Vous devez rendre vos badges."),
        ("demande à l'équipe RH si la salle B est libre", "Est-ce que la salle B est libre ?"),
        ("Rappelle aux managers d’envoyer leurs notes", "Merci d’envoyer vos notes."),
        ('Send "as it  stands, [x](y)" to everyone', "as it  stands, [x](y)"),
        ("Managers, tomorrow 9am\nBudgets are due.\nThanks!", "Budgets are due.\nThanks!"),
        ("to: Managers\nwhen: tomorrow 9am\ntext: Budgets are due.", "Budgets are due."),
        ("Tell everyone it is snowing", "It is snowing."),
        ("Dis aux managers que c'est lundi, mardi et jeudi à 10h", "C'est lundi, mardi et jeudi à 10h."),
        ("Let the interns know they can leave at 4pm on Friday", "You can leave at 4pm on Friday."),
        ("Managers and interns - tomorrow 9:00 - Please update your CRM", "Please update your CRM"),
        ('Announce "Town hall" to everyone: Join us in the atrium.', "Join us in the atrium."),
    ],
)
def test_indirect_speech_becomes_what_readers_should_read(sentence: str, text: str) -> None:
    assert read(sentence, LISTS).text == text


@pytest.mark.parametrize(
    "sentence",
    [
        "what's the weather", "I'll be late tomorrow", "tell me a joke", "copy the last campaign", "asdf",
        "I am out of office until Monday, please write to Bob.", "Qui reçoit la campagne ?", "j'ai une question",
        "Je suis absent jusqu'au 3 décembre, merci de contacter Paul.", "Should we tell Managers that it rains?",
        "J'ai envoyé la lettre au siège hier.", "C'est envoyé quand ?", "help", "new campaign", "lists", "",
        "Did you send the newsletter to Managers yesterday?", "Merci à toutes et à tous !", "\n\n", "!?", "10h",
    ],
)  # fmt: skip
def test_what_is_no_order_makes_no_campaign(sentence: str) -> None:
    assert read(sentence, LISTS).kind in (Kind.NOTHING, Kind.DELETE)


def test_nothing_that_was_said_is_lost() -> None:
    """Whatever has become no part of the campaign is named, in the author's words."""
    for sentence, named in (
        ("URGENT to everyone: network down", "URGENT"),
        ("Send to Managers by Friday: the report is due", "by Friday"),
        ("Tell everyone in marketing that it rains", "everyone in marketing"),
        ("Send to the managers of the Paris office: hi", "managers of the Paris office"),
        ("Send to Managers without sound: hi", "sound"),
        ("remind everyone about the party tomorrow at 10", "about the party tomorrow at 10"),
        ("Préviens les managers mais pas le service achats que c'est prêt", "service achats"),
        ("Send to Managers with a button Menu to http://contoso.example: hi", "http://contoso.example"),
        ("Send to Managers in Helvetica: hi", "in Helvetica"),
        ("Send to Managers three hours later: hi", "later"),
    ):
        saying = read(sentence, LISTS)
        assert any(named in asked.words for asked in saying.asks), (sentence, saying)
        assert saying.when == ""


PEOPLE = People(
    [
        *(("city", city) for city in ("Paris", "Lyon")), ("country", "France"), ("title", "Engineer"),
        *(("department", name) for name in ("Sales", "Finance")), ("office", "Paris"), ("column:FLOOR", "third floor"),
        ("manager", "Claire Martin"), ("manager", "Ada Lovelace"),
    ],
    ["Fire drill", "Exercice d’évacuation", "News", "News"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "of", "holds"),
    [
        ("Tell managers in Paris who have not confirmed Fire drill that it is on Monday", "Managers",
         ["city Paris", "not confirmed Fire drill"]),
        ("Send to engineers in Paris or Lyon tomorrow at 10: hello", "", ["title Engineer", "city Paris Lyon"]),
        ("Tell everyone in France that it rains", "everyone", ["country France"]),
        ("Ask engineers not in Paris if they are coming", "", ["title Engineer", "not city Paris"]),
        ("Tell employees on the third floor that it rains", "", ["column:FLOOR third floor"]),
        ("Tell people who speak French that it rains", "", ["language fr"]),
        ("Tell people in Sales and Finance that it rains", "", ["department Sales Finance"]),
        ("Tell engineers in Paris they can leave at 4pm", "", ["title Engineer", "city Paris"]),
        ("Dis aux managers de Paris de rendre leurs badges", "Managers", ["city Paris"]),
        ("Dis à tous ceux qui n’ont pas confirmé Fire drill que c’est urgent", "", ["not confirmed Fire drill"]),
        ("Préviens l’équipe RH à Lyon qui a ouvert l’exercice d’évacuation que c’est prêt", "Équipe RH",
         ["city Lyon", "opened Exercice d’évacuation"]),
        ("Tell Claire Martin’s team that it rains", "", ["manager Claire Martin"]),
        ("Tell engineers in Paris who report to Claire Martin or Ada Lovelace that it rains", "",
         ["title Engineer", "city Paris", "manager Claire Martin Ada Lovelace"]),
        ("Tell everyone not managed by Claire Martin that it rains", "everyone", ["not manager Claire Martin"]),
        ("Dis à l’équipe d’Ada Lovelace que c’est prêt", "", ["manager Ada Lovelace"]),
        ("Préviens les managers dont le responsable est Claire Martin que c’est prêt", "Managers",
         ["manager Claire Martin"]),
    ],
)  # fmt: skip
def test_people_are_described_by_what_is_known_of_them(sentence: str, of: str, holds: list[str]) -> None:
    saying = read(sentence, LISTS, None, PEOPLE)
    assert saying.audience is not None and saying.text
    [described] = [saying.described[words] for words in saying.audience]
    assert described.of == of
    told = [" ".join(("not " * one.negated + one.kind, *one.values)) for one in described.holds]
    assert told == holds
    assert not {Ask.UNKNOWN_LIST, Ask.WHICH_LIST, Ask.NOT_UNDERSTOOD} & {asked.ask for asked in saying.asks}


@pytest.mark.parametrize(
    "sentence",
    [
        "Tell managers in Atlantis that it rains", "Tell the Sales team in the Paris office that it rains",
        "Tell engineers who like cheese that it rains", "Tell managers who have not confirmed News that it rains",
        "Tell engineers in Paris with a beard that it rains", "Dis aux managers de Berlin que c’est prêt",
        "Tell Claire Martin that it rains", "Dis à Claire Martin et à Ada Lovelace que c’est prêt",
        "Tell everyone in Claire Martin that it rains", "Tell people who report to Nobody that it rains",
    ],
)  # fmt: skip
def test_who_is_not_wholly_understood_is_asked_about(sentence: str) -> None:
    asks = {asked.ask for asked in read(sentence, LISTS, None, PEOPLE).asks}
    assert asks & {Ask.UNKNOWN_LIST, Ask.WHICH_LIST, Ask.NOT_UNDERSTOOD}


def test_those_who_are_described_can_be_left_out_and_added() -> None:
    saying = read("Send it to everyone but managers in Paris: it rains", LISTS, None, PEOPLE)
    assert (saying.audience, saying.exclude) == (("everyone",), ("managers in Paris",))
    draft = OpenDraft(text="The lift is broken.", audience=("Paris office",))
    assert read("also to engineers in Lyon", LISTS, draft, PEOPLE).audience == ("Paris office", "engineers in Lyon")
    assert read("only the engineers of Lyon", LISTS, draft, PEOPLE).audience == ("the engineers of Lyon",)
    assert read("sans les managers de Lyon", LISTS, draft, PEOPLE).exclude == ("les managers de Lyon",)


CONFIRMED = OpenDraft(text="The lift is broken.", audience=("Paris office",), buttons=Buttons(confirm=""))


@pytest.mark.parametrize(
    ("sentence", "until", "after", "rounds"),
    [
        ("Remind those who have not confirmed after 3 working days, twice", Until.CONFIRMED, 3, 2),
        ("remind people who haven’t opened it every two days, at most 3 times", Until.OPENED, 2, 3),
        ("remind them every day until they confirm", Until.CONFIRMED, 1, 5),
        ("with a reminder if they have not answered after a week", Until.ANSWERED, 5, 1),
        ("Relance ceux qui n’ont pas confirmé au bout de 2 jours, deux fois au plus", Until.CONFIRMED, 2, 2),
        ("relance tous les 3 jours jusqu’à confirmation", Until.CONFIRMED, 3, 5),
        ("relance tant qu’elles n’ont pas répondu, chaque semaine", Until.ANSWERED, 5, 5),
        ("et rappelle-leur 2 jours après s’ils n’ont pas ouvert", None, 0, 0),
    ],
)
def test_who_is_reminded_is_said_in_words(sentence: str, until: Until | None, after: int, rounds: int) -> None:
    """The last one is not said in words that are known: it is named."""
    saying = read(sentence, LISTS, CONFIRMED)
    if until is None:
        assert saying.follow_up is None and saying.asks
        return
    assert (saying.kind, saying.asks) == (Kind.EDIT, ())
    assert saying.follow_up == FollowUp(until=until, after=after, rounds=rounds)


@pytest.mark.parametrize(
    "sentence",
    [
        "send a reminder after two days", "remind them until Friday", "remind those who have confirmed after two days",
        "remind them every hour until they confirm", "remind them 20 times every day until they confirm",
        "relance-les", "relance ceux qui ont confirmé après 2 jours", "relance chaque jour jusqu’à vendredi",
    ],
)  # fmt: skip
def test_a_reminder_that_is_not_wholly_understood_is_named(sentence: str) -> None:
    saying = read(sentence, LISTS, CONFIRMED)
    assert saying.follow_up is None
    assert [asked.ask for asked in saying.asks] == [Ask.NOT_SUPPORTED]


def test_a_short_word_is_no_list_and_its_capitals_are() -> None:
    assert read("Tell everyone that it rains. Send it at 3pm.", LISTS).audience == ("everyone",)
    assert read("Tell IT that it rains", LISTS).audience == ("IT",)


def test_small_talk_is_told_apart() -> None:
    for sentence, talk in (
        ("thanks a lot!", Talk.THANKS), ("hello there", Talk.HELLO), ("Who are you?", Talk.WHO),
        ("Merci beaucoup", Talk.THANKS), ("qui es-tu ?", Talk.WHO), ("c'est parfait", Talk.PRAISE),
        ("never mind", Talk.NO), ("bonne journée", Talk.BYE),
    ):  # fmt: skip
        assert read(sentence, LISTS).talk is talk, sentence
    assert read("thanks, and tell Managers that it rains", LISTS).kind is Kind.NEW


def test_a_last_step_is_never_done_by_words() -> None:
    draft = OpenDraft(text="Hello", audience=("Managers",), starts=True)
    for sentence in (
        "send it",
        "go ahead",
        "ok, schedule it",
        "envoie-la",
        "vas-y",
        "lance la campagne",
    ):
        saying = read(sentence, LISTS, draft)
        assert (saying.kind, saying.when) == (Kind.SEND, ""), sentence
    for sentence in ("Send it now!", "send it right away please", "envoie-la tout de suite"):  # its start, and a press
        saying = read(sentence, LISTS, draft)
        assert saying.kind is Kind.EDIT and saying.speaks == {"now"}, sentence
        assert [one.ask for one in saying.asks] == [Ask.CONFIRM], sentence
    for sentence in ("delete the draft", "supprime le brouillon", "discard it", "cancel everything", "annule tout"):
        assert read(sentence, LISTS, draft).kind is Kind.DELETE, sentence


@pytest.mark.parametrize(
    ("sentence", "hours"),
    [
        ("postpone by two days", 48), ("make it three hours later", 3), ("décale de deux jours", 48),
        ("two and a half hours later", 2.5), ("a week earlier", -168), ("avance d'une demi-heure", -0.5),
        ("bring it forward by an hour", -1), ("une heure et demie plus tôt", -1.5),
        ("half an hour later", 0.5), ("une demi-heure plus tard", 0.5), ("un quart d'heure plus tard", 0.25),
        ("2h later", 2), ("1.5 hours earlier", -1.5), ("ten days later", 240),
    ],
)  # fmt: skip
def test_the_start_moves_by_what_is_said(sentence: str, hours: float) -> None:
    saying = read(sentence, LISTS, OpenDraft(text="Hello", audience=("Managers",), starts=True))
    assert saying.shift is not None and saying.shift.by == timedelta(hours=hours)
    assert saying.asks == () and saying.when == ""


def changed(sentence: str, **draft: Any) -> Any:
    return read(sentence, LISTS, OpenDraft(text="The lift is broken.", audience=("Paris office",), **draft))


def test_an_edit_changes_what_it_names_and_only_that() -> None:
    assert changed("send it to Managers too").audience == ("Paris office", "Managers")
    assert changed("Managers instead").audience == ("Managers",)
    assert changed("only the interns").audience == ("Interns",)
    assert changed("swap Paris office for Managers").audience == ("Managers",)
    assert changed("sans les managers").exclude == ("Managers",)
    assert changed('replace "lift" with "elevator"').text == "The elevator is broken."
    assert changed("call it Lift news").name == "Lift news"
    assert changed("remove the title", title="Lift").title == ""
    assert changed("Text: It works.").text == "It works."
    assert changed("title: A new lift").title == "A new lift"
    assert changed("change the title to A new lift").title == "A new lift"
    for sentence, ask in (
        ("Managers", Ask.WHICH), ("make it shorter", Ask.NOT_UNDERSTOOD), ("The doors work again", Ask.FOR_THE_TEXT),
        ("in German too", Ask.TEXT_IN), ("add a link to https://contoso.example/x", Ask.BUTTON_WORDS),
        ("remove Paris office", Ask.AUDIENCE), ("move it by two days", Ask.NOT_UNDERSTOOD),
    ):  # fmt: skip
        saying = changed(sentence)
        assert [asked.ask for asked in saying.asks] == [ask], (sentence, saying)
        assert saying.text is None and saying.audience is None


def test_a_whole_order_beside_an_open_draft_is_a_second_campaign() -> None:
    saying = changed("Tell Managers that the demo is off")
    assert (saying.kind, saying.text, saying.audience) == (Kind.NEW, "The demo is off.", ("Managers",))


def test_an_order_to_others_beside_a_campaign_is_named_and_none_of_it_is_mixed_in() -> None:
    for sentence in (
        "Tell Managers that lunch is at noon. Tell the interns that dinner is at 8.",
        "Tell Managers that lunch is at noon and tell the interns that dinner is at 8.",
    ):
        saying = read(sentence, LISTS)
        assert (saying.text, saying.audience, saying.when) == ("Lunch is at noon.", ("Managers",), ""), sentence
        assert any("the interns that dinner is at 8" in asked.words for asked in saying.asks), sentence


@pytest.mark.parametrize(
    ("words", "does", "when"),
    [
        ("take it back on Friday 18:00", "delete", "on Friday 18:00"),
        ("recall it tomorrow at 5pm", "delete", "tomorrow at 5pm"),
        ("close the poll on Thursday at noon", "close", "on Thursday at noon"),
        ("reprends-le vendredi à 18 h", "delete", "vendredi à 18 h"),
        ("clos le sondage le 4 décembre à 12h", "close", "le 4 décembre à 12h"),
        ("remplace-le par une ligne lundi à 9h", "line", "lundi à 9h"),
    ],
)
def test_an_end_is_no_start(words: str, does: str, when: str) -> None:
    saying = read(words, Names(["Sales"]), OpenDraft(text="Hello", audience=("Sales",), starts=True))
    assert (saying.kind, saying.end, saying.end_when, saying.when, saying.asks) == (Kind.EDIT, does, when, "", ())


@pytest.mark.parametrize(
    ("words", "text", "does"),
    [
        (
            "Tell Sales tomorrow at 10 that we close early, and take it back on Friday at 18:00",
            "We close early.",
            "delete",
        ),
        ("Ask Sales tomorrow at 9: pizza or soup? Close the poll on Friday at 6pm", "Pizza or soup?", "close"),
        ("Préviens Sales demain à 10h qu'il neige. Retire-le vendredi à 18 h", "Il neige.", "delete"),
        ("Tell Sales tomorrow at 10: Please take it back to the shop.", "Please take it back to the shop.", None),
    ],
)
def test_an_end_is_none_of_the_text(words: str, text: str, does: str | None) -> None:
    saying = read(words, Names(["Sales"]), None)
    assert (saying.text, saying.end) == (text, does)

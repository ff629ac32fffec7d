"""What follows from a campaign, in words: each is understood, or named, and none goes out as text without a word."""

from __future__ import annotations

import pytest

from dialogs.sayings import Ask
from dialogs.sayings.parts.mails import cut_by_mail
from dialogs.sayings.reading import read
from dialogs.sayings.words.names import Names
from storage.records import ByMail, FollowUp, MailTo, Until

UNOPENED, UNREACHED = MailTo.NOT_OPENED, MailTo.NOT_REACHED


@pytest.mark.parametrize(
    ("said", "left", "to", "after"),
    [
        ("Tell Sales that it is closed, and by e-mail to those who have not opened it after 24 hours",
         "Tell Sales that it is closed", UNOPENED, 24),
        ("Tell Sales that it is closed, and e-mail those who could not be reached.",
         "Tell Sales that it is closed.", UNREACHED, 24),
        ("Tell Sales that it is closed. Send it by email too to whoever hasn't opened it within two days. Thanks",
         "Tell Sales that it is closed. Thanks", UNOPENED, 48),
        ("also by e-mail to everyone who did not receive it", "", UNREACHED, 24),
        ("Dis aux Ventes que c'est fermé, et par e-mail à ceux qui ne l'ont pas ouvert après 24 heures",
         "Dis aux Ventes que c'est fermé", UNOPENED, 24),
        ("et par courriel à ceux qui n’ont pas pu être joints", "", UNREACHED, 24),
        ("et l'envoyer aussi par e-mail à celles et ceux qui ne l’ont pas lu après une semaine", "", UNOPENED, 168),
        ("et un e-mail à ceux qui ne l'ont pas ouverte au bout de 2 jours.", "", UNOPENED, 48),
    ],
)  # fmt: skip
def test_it_is_read(said: str, left: str, to: MailTo, after: int) -> None:
    assert cut_by_mail(said) == (left, ByMail(to=to, after=after))


@pytest.mark.parametrize(
    "text",
    [
        "Tell Sales: please answer by e-mail to those who ask.",
        "Tell everyone that we write by e-mail to those who have not opened it after 24 hours",
        "Tell Sales that the e-mail is down, and by e-mail to those who like it",
        "Dis aux Ventes de répondre par e-mail à ceux qui n'ont pas ouvert le dossier client",
        "and by e-mail to those who have not opened it after 3 blue moons",
    ],
)
def test_what_is_the_texts_own_stays(text: str) -> None:
    assert cut_by_mail(text) == (text, None)


TOLD, DIT = (
    "Tell everyone tomorrow at 10 that the canteen is closed",
    "Dis à tous demain à 10h que la cantine est fermée",
)


@pytest.mark.parametrize(
    ("tail", "after", "rounds"),
    [
        (", and remind those who have not confirmed after 2 days, three times", 2, 3),
        (" and remind those who have not confirmed after two days", 2, 1),
        (". Remind those who have not confirmed after two days, three times at most.", 2, 3),
        (", then remind whoever has not confirmed every 3 days, twice at most", 3, 2),
    ],
)
def test_a_reminder_is_one_wherever_it_stands(tail: str, after: int, rounds: int) -> None:
    for start in (TOLD, "Tell everyone tomorrow at 10: The canteen is closed"):
        if start == TOLD or tail.startswith("."):
            saying = read(start + tail, Names([]))
            assert saying.follow_up == FollowUp(until=Until.CONFIRMED, after=after, rounds=rounds)
            assert (saying.text or "").rstrip(".") == "The canteen is closed" and not saying.asks


@pytest.mark.parametrize("tail", [", relance ceux qui n'ont pas confirmé après 2 jours, 3 fois",
                                  ". Relance ceux qui n'ont pas confirmé après 2 jours, 3 fois"])  # fmt: skip
def test_une_relance_en_est_une_ou_qu_elle_soit(tail: str) -> None:
    saying = read(DIT + tail, Names([]))
    assert saying.follow_up == FollowUp(until=Until.CONFIRMED, after=2, rounds=3)
    assert saying.text == "La cantine est fermée." and not saying.asks


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (f"{TOLD}, A/B test with the titles Lunch and Canteen", "A/B test with the titles Lunch and Canteen."),
        (f"{TOLD}. Try two titles: Lunch / Canteen news to 20 %", "Try two titles: Lunch / Canteen news to 20 %"),
        (f"{TOLD}, even in quiet hours", "even in quiet hours."),
        (f"{DIT}, même pendant les heures calmes", "même pendant les heures calmes."),
        (f"{DIT}, lecture obligatoire", "lecture obligatoire."),
        (f"{DIT}, avec les pouces", "avec les pouces."),
        (f"{TOLD}, and remind those who have not confirmed when it is Monday", ""),
    ],
)
def test_what_is_not_understood_and_may_be_meant_for_us_is_named(said: str, named: str) -> None:
    asked = [one.words for one in read(said, Names([])).asks if one.ask in (Ask.FOR_THE_TEXT, Ask.NOT_SUPPORTED)]
    assert named in asked if named else any("remind those" in words for words in asked), asked
    text = "Tell everyone tomorrow at 10 that two of us are away, and that lunch is at noon."
    assert not [one for one in read(text, Names([])).asks if one.ask is Ask.FOR_THE_TEXT]


@pytest.mark.parametrize(
    "when",
    [
        "on the first Tuesday of every month at 9",
        "every first Tuesday of the month at 9",
        "the last Friday of each month at 16:00",
    ],
)
def test_a_day_of_a_month_says_when(when: str) -> None:
    saying = read(f"tell everyone {when} that the canteen is closed", Names([]))
    assert (saying.when, saying.text, saying.asks) == (when, "The canteen is closed.", ())


@pytest.mark.parametrize(
    "when",
    [
        "le premier mardi de chaque mois à 9h",
        "tous les premiers mardis du mois à 9h",
        "le dernier vendredi du mois à 16h",
    ],
)
def test_un_jour_du_mois_dit_quand(when: str) -> None:
    saying = read(f"préviens tout le monde {when} que la cantine est fermée", Names([]))
    assert (saying.when, saying.text, saying.asks) == (when, "La cantine est fermée.", ())


def test_a_day_of_a_month_within_the_text_is_the_texts() -> None:
    text = "the canteen is closed on the first Tuesday of every month"
    saying = read(f"tell everyone that {text}", Names([]))
    assert (saying.when, saying.text) == ("", f"T{text[1:]}.")

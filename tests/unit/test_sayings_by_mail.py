"""Who gets it by e-mail as well, in words: cut out where it is a part of its own, left where it is the text's."""

from __future__ import annotations

import pytest

from dialogs.sayings.parts.mails import cut_by_mail
from storage.records import ByMail, MailTo

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

"""What cannot follow from a campaign is said plainly in both languages, and nothing is lost; over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from storage.records import MailState, NotMailed
from storage.records.segments import Group, How
from storage.shared.json import to_json
from tests.bot.story import Card, error_beside, eventually, fields_of, newest
from tests.bot.test_by_mail import MARIE, found_out, is_sent, server, to_the_review, with_mail
from tests.bot.test_segments import add
from tests.bot.test_sequences import AT_WORK
from tests.bot.test_series import monday_at_nine
from tests.conftest import RunningBot
from tests.support.mail_server import MailServer
from tests.support.organisation import TENANT, Person, words_of

__all__ = ["server"]  # a fixture


@dataclass(frozen=True)
class Words:
    """What an author presses and reads."""

    speak: str
    new: str
    audience: str
    schedule: str
    review: str
    often: str
    never: str
    sequence: str
    write: str
    steps: str
    add: str
    numbers: str
    past: str
    segment: str
    save: str
    itself: str
    report: str
    refused: str


ENGLISH = Words(
    "speak English", "new campaign", "Next: audience", "Next: schedule", "Next: review", "How often?",
    "It would never come: there is no such day with working hours from this time on.",
    "sequence", "Write it", "The steps", "Add a step", "Please give numbers from 0 to 250, with commas.",
    "That is in the past. Please choose a later day or time.", "new segment", "Save",
    "A segment cannot be made of itself, be it through another one.", "report",
    "The mail server refused the message.",
)  # fmt: skip
FRENCH = Words(
    "parle français", "nouvelle campagne", "Suite : destinataires", "Suite : diffusion", "Suite : relecture",
    "Fréquence", "Elle ne partirait jamais : aucun de ces jours n’a d’heures de travail à partir de cette heure.",
    "parcours", "L’écrire", "Les étapes", "Ajouter une étape",
    "Donnez des nombres de 0 à 250, séparés par des virgules.",
    "C’est dans le passé. Choisissez un jour ou une heure plus tard.", "nouveau segment", "Enregistrer",
    "Un segment ne peut pas être fait de lui-même, fût-ce par un autre.", "rapport",
    "Le serveur de messagerie a refusé le message.",
)  # fmt: skip
BOTH = pytest.mark.parametrize("says", [ENGLISH, FRENCH], ids=["en", "fr"])


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@BOTH
async def test_a_rule_that_never_comes(running_bot: RunningBot, ada: Person, says: Words) -> None:
    await ada.say(says.speak)
    await ada.say(says.new)
    await ada.press(says.audience, name="News", body="Hello.")
    await ada.press(says.schedule, audience="everyone")
    await ada.press(says.often, **monday_at_nine(running_bot), days="0,1,2,3,4")
    card = (await ada.press("OK", every="week", on="6"))["value"]
    assert plain(error_beside(card, "every")) == says.never
    assert fields_of(card).items() >= {"every": "week", "on": "6"}.items()
    assert (await newest(running_bot)).forms["schedule"]["on"] == "6", "nothing is lost"


@BOTH
async def test_a_step_in_the_past(running_bot: RunningBot, ada: Person, says: Words) -> None:
    await ada.say(says.speak)
    await ada.say(f"{says.sequence} Welcome")
    await ada.press(says.write, whom="new")
    await ada.press(says.steps, name="Welcome", title="First", body="One.")
    await ada.press(says.add)
    await ada.press(says.steps, title="Second", body="Two.")
    card = (await ada.press(says.audience, days="-3, 2"))["value"]
    assert plain(error_beside(card, "days")) == says.numbers and fields_of(card)["days"] == "-3, 2"
    await ada.press(says.audience, days="0, 2")
    await ada.press(says.schedule, audience="everyone")
    card = (await ada.press(says.review, **AT_WORK | {"start": "at", "date": "2020-02-28", "time": "09:00"}))["value"]
    assert plain(error_beside(card, "date")) == says.past and fields_of(card)["date"] == "2020-02-28"


@BOTH
async def test_a_loop_of_lists(running_bot: RunningBot, ada: Person, louis: Person, says: Words) -> None:
    """A segment of a segment of itself: on its own card, and by what an older card still carries."""
    await ada.say(says.speak)
    await ada.say(f"{says.segment} One")
    await add(ada, "department", value="Sales")
    await ada.press(says.save)
    [one] = await running_bot.store.lists(TENANT)
    rule = to_json(Group(how=How.ALL, parts=one.segment.only.parts))  # type: ignore[union-attr]
    at = ada.chat.messages[-1]["id"]
    of_one = {"segment": 0, "name": "Two", "of": f"list:{one.id}", "how": "all", "rule": rule}
    await ada.execute("segment.save", of_one, at)
    two = next(found for found in await running_bot.store.lists(TENANT) if found.name == "Two")
    for of in (f"list:{two.id}", f"list:{one.id}", f"everyone,list:{two.id}"):
        forged = {"segment": one.id, "name": "One", "of": of, "how": "all", "rule": rule}
        card: Card = (await ada.execute("segment.save", forged, at))["value"]
        assert plain(error_beside(card, "of")) == says.itself, words_of(card)
    kept = await running_bot.store.distribution_list(one.id)
    assert kept == one, "it is as it was"


@BOTH
async def test_smtp_refused(running_bot: RunningBot, ada: Person, server: MailServer, says: Words) -> None:
    """The server takes a mail's envelope and refuses its content for good, after it had been away."""
    await with_mail(running_bot, server)
    await to_the_review(ada, MARIE)
    await server.stop()
    campaign = await is_sent(ada, running_bot)
    running_bot.clock.forward(timedelta(hours=1))

    async def waits() -> bool:
        return bool((await running_bot.store.mail_tally(campaign.id)).states.get(MailState.PLANNED))

    await eventually(waits)
    server.of_content = ["554 5.7.1 we do not want this"]
    await server.start()
    running_bot.clock.forward(timedelta(minutes=6))
    await found_out(running_bot, campaign)
    tally = await running_bot.store.mail_tally(campaign.id)
    assert tally.states == {MailState.FAILED: 1} and tally.reasons == {NotMailed.MESSAGE_REFUSED: 1}
    await ada.say(says.speak)
    await ada.say(f"{says.report} {campaign.name}")
    assert says.refused in [plain(word) for word in words_of(ada.card())]

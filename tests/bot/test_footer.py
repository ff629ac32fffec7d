"""Beneath a message stands who sends it, how to have quiet, and, where it is so, that an answer has no name."""

from __future__ import annotations

import pytest

from storage.records import DeedKind, Subject, TenantId
from tests.bot.story import completed, draft, eventually, launch, planned
from tests.conftest import RunningBot
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

BY_ADA = {
    "en-GB": "Sent by Ada Lovelace. To receive no more such messages, type **mute**.",
    "fr-FR": "Envoyé par Ada Lovelace. Pour ne plus recevoir ces messages, écrivez **sourdine**.",
}


async def rule(ada: Person, sender: str) -> None:
    await ada.say("rules")
    await ada.sees("Rules of the organisation")
    card = (await ada.press("Save", approval="never", sender=sender))["value"]
    assert "The rules are saved." in words_of(card)


@pytest.mark.parametrize("locale", BY_ADA)
async def test_who_sends_it_and_how_to_mute_is_said_to_each_in_their_language(
    running_bot: RunningBot, ada: Person, locale: str
) -> None:
    louis = running_bot.organisation.person("Louis", "Pasteur", locale=locale)
    await louis.install()
    cards = await draft(ada)
    assert any("Sent by Ada Lovelace." in word for word in words_of(cards["review"])), "the preview shows it"
    await ada.press("Send me a test")
    await ada.sees("Test of “Autumn newsletter” by Ada Lovelace")
    assert ada.reads(BY_ADA["en-GB"])
    await ada.press(SEND_OFF, card=cards["review"])
    await eventually(lambda: planned(running_bot))
    await completed(ada, running_bot)
    await louis.sees("**big news**")
    assert louis.reads(BY_ADA[locale])
    await louis.press("I have read it")
    assert louis.reads(BY_ADA[locale]), "a press leaves it"
    await louis.say("sourdine" if locale == "fr-FR" else "mute")
    known = await running_bot.store.person_at(TenantId(TENANT), louis.address)
    assert known is not None and known.muted, "what it says is so"


async def test_the_organisation_may_send_in_another_name_and_what_is_scheduled_keeps_its_own(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await rule(ada, "  Internal   communication ")
    await draft(ada)
    await launch(ada, running_bot)
    await rule(ada, "Somebody else")
    await completed(ada, running_bot)
    await louis.sees("**big news**")
    assert louis.reads("Envoyé par Internal communication.")
    entries = [entry for _, entry in reversed(await audit_of(running_bot.store, TenantId(TENANT)))]
    named = [
        (one.id, one.details["after"]) for one in entries if (one.deed, one.subject) == (DeedKind.SET, Subject.SETTING)
    ]
    assert [after for id, after in named if id == "sender"] == ["Internal communication", "Somebody else"]


async def test_an_anonymous_poll_says_so(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    message = {"answers": "Yes\nNo", "anonymous": "true"}
    cards = await draft(ada, message=message)
    assert any("Your answer is anonymous" in word for word in words_of(cards["review"]))
    await launch(ada, running_bot)
    await completed(ada, running_bot)
    await louis.sees("**big news**")
    assert louis.reads("Votre réponse est anonyme : elle est comptée sans votre nom.")
    await louis.press("Yes")
    assert louis.reads("Votre réponse est anonyme : elle est comptée sans votre nom.")

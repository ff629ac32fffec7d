"""What a recipient writes back reaches the author: gathered, with a way to answer; nothing of an anonymous campaign."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import EngagementKind
from storage.shared.replies import WAITING, gathered_of, with_replies
from tests.bot.story import completed, counted, draft, eventually, launch, newest
from tests.conftest import RunningBot
from tests.support.organisation import Person, actions_of, words_of

WORDS = {
    "en": ("2 replies to “Autumn newsletter”", "1 reply to “Autumn newsletter”", "Answer them"),
    "fr": ("2 réponses à « Autumn newsletter »", "1 réponse à « Autumn newsletter »", "Répondre"),
}


async def sent(author: Person, running_bot: RunningBot, **message: str) -> None:
    await draft(author, message=message)
    await launch(author, running_bot)
    await completed(author, running_bot)


def cards_saying(person: Person, words: str) -> int:
    return sum(any(words in text for text in words_of(card)) for _, card in person.cards())


@pytest.mark.parametrize("language", WORDS)
async def test_replies_are_gathered_and_can_be_answered(
    running_bot: RunningBot, ada: Person, louis: Person, language: str
) -> None:
    several, one, answer = WORDS[language]
    marie = running_bot.organisation.person("Marie", "Curie")
    await marie.install()
    await sent(ada, running_bot)
    if language == "fr":
        await ada.say("parle français")
    await louis.say("Est-ce que la *cantine* sera ouverte le samedi ?")
    assert louis.texts()[-1] == "Merci. Je transmets votre réponse à ceux qui ont envoyé le message."
    await marie.say("What a wonderful idea, we have waited for it so long")
    assert marie.texts()[-1] == "Thank you. I bring your reply to those who sent the message."
    assert cards_saying(ada, "Autumn newsletter”") >= 0 and not cards_saying(ada, several), "gathered first"
    running_bot.clock.forward(timedelta(minutes=1))
    card = await ada.sees(several)
    assert any("la \\*cantine\\* sera ouverte" in word for word in words_of(card)), words_of(card)
    links = [action["url"] for action in actions_of(card) if action["title"] == answer]
    assert links == [f"https://teams.microsoft.com/l/chat/0/0?users={who.address}" for who in (louis, marie)]
    await louis.say("Une autre question encore au sujet du jardin")
    running_bot.clock.forward(timedelta(minutes=2))
    await asyncio.sleep(6)
    assert cards_saying(ada, one) == 0, "one card every few minutes at the most"
    running_bot.clock.forward(timedelta(minutes=3))
    await ada.sees(one)
    assert cards_saying(ada, several) == 1, "each once"
    running_bot.clock.forward(timedelta(minutes=6))

    async def nothing_left() -> bool:
        return not await with_replies(running_bot.store)

    await eventually(nothing_left)
    campaign = await newest(running_bot)
    kept = await running_bot.store.read_documents([WAITING, f"replies/{campaign.id}"])
    assert set(kept) <= {WAITING}, "nothing of what they wrote is kept"
    assert (await counted(running_bot))[(EngagementKind.REPLIED, None)] == (2, 3)


async def test_a_reply_outlives_the_bot(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot)
    await louis.say("Est-ce que la cantine sera ouverte le samedi ?")
    await running_bot.restart()
    running_bot.clock.forward(timedelta(minutes=1))
    await ada.sees("1 reply to “Autumn newsletter”")
    campaign = await newest(running_bot)

    async def it_is_written_down() -> bool:  # a death before that brings it once more
        return not (await gathered_of(running_bot.store, campaign.id)).replies

    await eventually(it_is_written_down)
    await running_bot.restart()
    running_bot.clock.forward(timedelta(minutes=6))
    await asyncio.sleep(6)
    assert cards_saying(ada, "1 reply to “Autumn newsletter”") == 1


async def test_of_an_anonymous_campaign_nothing_is_brought(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot, anonymous="true")
    await louis.say("Est-ce que la cantine sera ouverte le samedi ?")
    assert "personne ne lit ce qu’on m’écrit" in louis.texts()[-1]
    assert await with_replies(running_bot.store) == []
    assert (await gathered_of(running_bot.store, (await newest(running_bot)).id)).replies == ()


async def test_what_is_no_reply_is_brought_to_nobody(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent(ada, running_bot)
    await louis.say("aide")
    await ada.say("What a wonderful day it is, is it not?")  # her own campaign
    assert await with_replies(running_bot.store) == []

"""Deleting a done campaign takes its messages back out of people's chats: paced, counted, told, gone on with."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import Campaign, CampaignState, Channel, DeedKind, TenantId
from storage.shared.recalls import recall_of
from tests.bot.story import completed, draft, eventually, launch, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.http import Answer, until
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, words_of

SWITCHED_OFF = Answer(403, b'{"error":{"code":"BotDisabledByAdmin","message":"The tenant admin disabled this bot"}}')
THROTTLED = Answer(429, b'{"error":{"code":"TooManyRequests"}}', (("Retry-After", "7"),))
AWAY = Answer(503, b'{"error":{"code":"ServiceError"}}')
REFUSED = Answer(400, b'{"error":{"code":"BadArgument","message":"it cannot be deleted"}}')
CUT = Answer(0, reset=True)
#: language -> what the author presses and reads
WORDS = {
    "en": ("delete", "Take back and delete", "are being taken back", "{n} of {all} messages have been taken back"),
    "fr": ("supprimer", "Retirer et supprimer", "en cours de retrait", "{n} messages sur {all} ont été retirés"),
}


async def done(author: Person, running_bot: RunningBot, *people: Person) -> Campaign:
    """The autumn newsletter has reached these people and its author, who has the report."""
    for person in people:
        await person.install()
    await draft(author)
    await launch(author, running_bot)
    await completed(author, running_bot)
    campaign = await newest(running_bot)
    assert campaign.state is CampaignState.DONE
    return campaign


def has_it(person: Person, campaign: Campaign) -> bool:
    """Whether the campaign's message stands in their chat."""
    mark = f"'crieur': {{'campaign': {campaign.id}, 'test': False"
    return any(mark in str(message["activity"]) for message in person.chat.messages)


async def gone(running_bot: RunningBot, campaign: Campaign) -> None:
    """The clock goes on until the campaign is gone."""

    async def is_gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=1))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(is_gone, 60)


@pytest.mark.parametrize("language", WORDS)
async def test_its_messages_are_taken_back_and_it_goes(running_bot: RunningBot, ada: Person, language: str) -> None:
    delete, press, being, ended = WORDS[language]
    people = running_bot.organisation.crowd(6)
    campaign = await done(ada, running_bot, *people)
    assert all(has_it(person, campaign) for person in people)
    people[0].chat.broken = "blocked"
    await people[1].uninstall()
    if language == "fr":
        await ada.say("parle français")
    await ada.say(f"{delete} {campaign.name}")
    question = ada.card()
    await asyncio.gather(*(ada.press(press, card=question) for _ in range(3)))
    await ada.sees(being)
    await gone(running_bot, campaign)
    await until(lambda: any(ended.format(n=5, all=7) in text for text in ada.texts()), 10)
    assert [has_it(person, campaign) for person in people] == [True, True, *[False] * 4]
    assert not has_it(ada, campaign)
    shown = str([card for _, card in ada.cards()])
    for reason in (
        ("They have blocked Crieur.", "They have removed Crieur.") if language == "en" else ("bloqué", "retiré Crieur")
    ):
        assert reason in shown
    assert len([card for _, card in ada.cards() if press in str(card)]) <= 1, "one question"
    deeds = [(one.deed, one.by) for _, one in reversed(await audit_of(running_bot.store, TenantId(TENANT)))]
    author = await running_bot.store.person_behind(TenantId(TENANT), Channel.TEAMS, ada.user)
    assert author is not None
    about_it = [deed for deed in deeds if deed[0] in (DeedKind.RECALLED, DeedKind.DELETED)]
    assert about_it == [(DeedKind.RECALLED, author.id), (DeedKind.DELETED, author.id)], (
        "each once, though pressed thrice"
    )


async def test_it_may_go_and_leave_its_messages(running_bot: RunningBot, ada: Person) -> None:
    [louis] = running_bot.organisation.crowd(1)
    campaign = await done(ada, running_bot, louis)
    await ada.say(f"delete {campaign.name}")
    assert ada.reads("2 people may have the message in their chats.")
    await ada.press("Delete, take none back")
    assert ada.reads("“Autumn newsletter” is deleted.")
    assert has_it(louis, campaign) and running_bot.connector.deletes == 0


async def test_meanwhile_it_stays_and_nobody_can_delete_it_alone(running_bot: RunningBot, ada: Person) -> None:
    people = running_bot.organisation.crowd(5)
    campaign = await done(ada, running_bot, *people)
    running_bot.connector.deletion_trouble = [SWITCHED_OFF] * 10_000
    await ada.say(f"delete {campaign.name}")
    question = ada.card()
    await ada.press("Take back and delete")
    await ada.sees("Your administrator has switched Crieur off in Microsoft Teams.")
    await ada.press("Delete, take none back", card=question)
    assert ada.reads("Its messages are being taken back. I tell you how far it has come.")
    await ada.say(f"delete {campaign.name}")
    assert ada.reads("Its messages are being taken back. I tell you how far it has come.")
    asked = running_bot.connector.deletes
    running_bot.clock.forward(timedelta(seconds=20))  # before the first probe
    await asyncio.sleep(0.3)
    assert running_bot.connector.deletes == asked, "it is left in peace"
    running_bot.connector.deletion_trouble.clear()  # it is switched on again
    await gone(running_bot, campaign)
    assert not any(has_it(person, campaign) for person in [*people, ada])
    await until(lambda: any("6 of 6 messages have been taken back" in text for text in ada.texts()), 10)


async def test_whatever_is_answered_in_passing_is_asked_again(running_bot: RunningBot, ada: Person) -> None:
    people = running_bot.organisation.crowd(7)
    campaign = await done(ada, running_bot, *people)
    trouble = [AWAY, CUT, THROTTLED, Answer(401, b"{}"), Answer(200, b"<html>a proxy</html>"), AWAY, REFUSED]
    running_bot.connector.deletion_trouble = trouble
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")
    await gone(running_bot, campaign)
    await until(lambda: any("7 of 8 messages have been taken back" in text for text in ada.texts()), 10)
    assert sum(has_it(person, campaign) for person in [*people, ada]) == 1
    await ada.sees("Teams refused to delete it.")


async def test_what_was_taken_back_by_somebody_else_counts_and_what_nobody_answers_ends(
    running_bot: RunningBot, ada: Person
) -> None:
    people = running_bot.organisation.crowd(3)
    campaign = await done(ada, running_bot, *people)
    people[0].chat.messages.clear()  # an administrator has done it
    await ada.say(f"delete {campaign.name}")
    running_bot.connector.deletion_trouble = [AWAY] * 10_000
    await ada.press("Take back and delete")
    await ada.sees("Teams does not answer at the moment.")
    running_bot.connector.deletion_trouble = running_bot.connector.deletion_trouble[:2]
    await gone(running_bot, campaign)
    await until(lambda: any("4 of 4 messages have been taken back" in text for text in ada.texts()), 10)


@pytest.mark.parametrize("status", [405, 501])
async def test_a_channel_that_deletes_nothing_ends_it_at_once(
    running_bot: RunningBot, ada: Person, status: int
) -> None:
    """Such as the browser client of `make run`."""
    campaign = await done(ada, running_bot, *running_bot.organisation.crowd(2))
    running_bot.connector.deletion_trouble = [Answer(status, b'{"error": {"code": "NotImplemented"}}')] * 10
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")
    await gone(running_bot, campaign)
    await ada.sees("Teams refused to delete it.")
    await until(lambda: any("0 of 3 messages have been taken back" in text for text in ada.texts()), 10)
    assert any(word.startswith("No message of “") for word in words_of(ada.card()))


async def test_after_three_days_it_ends_with_the_number_that_stays(running_bot: RunningBot, ada: Person) -> None:
    people = running_bot.organisation.crowd(3)
    campaign = await done(ada, running_bot, *people)
    running_bot.connector.deletion_trouble = [SWITCHED_OFF] * 100_000
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")
    await ada.sees("Your administrator has switched Crieur off in Microsoft Teams.")
    running_bot.clock.forward(timedelta(days=3, minutes=1))
    await gone(running_bot, campaign)
    await ada.sees("Teams did not take it for three days.")
    await until(lambda: any("0 of 4 messages have been taken back" in text for text in ada.texts()), 10)


async def test_a_restart_goes_on_where_it_was(running_bot: RunningBot, ada: Person) -> None:
    people = running_bot.organisation.crowd(12)
    campaign = await done(ada, running_bot, *people)
    await ada.say(f"delete {campaign.name}")
    running_bot.connector.deletion_trouble = [AWAY] * 10_000
    await ada.press("Take back and delete")
    await ada.sees("Teams does not answer at the moment.")

    async def its_card_is_known() -> str:  # a death before that leaves it as it is
        recall = await recall_of(running_bot.store, campaign.id)
        return recall.card if recall else ""

    await eventually(its_card_is_known)
    await running_bot.restart()
    running_bot.connector.deletion_trouble.clear()
    await gone(running_bot, campaign)
    assert not any(has_it(person, campaign) for person in [*people, ada])
    await until(lambda: any("13 of 13 messages have been taken back" in text for text in ada.texts()), 10)
    cards = [card for _, card in ada.cards() if "have been taken back" in str(card)]
    assert len(cards) == 1, "one card, updated"


async def test_an_end_that_was_set_before_takes_them_back_at_its_instant_and_the_report_stays(
    running_bot: RunningBot, ada: Person
) -> None:
    people = running_bot.organisation.crowd(3)
    campaign = await done(ada, running_bot, *people)
    at = running_bot.clock.now() + timedelta(hours=2)
    await running_bot.store.recall(campaign, at, deletes=False, deed=A_DEED)
    running_bot.clock.forward(timedelta(hours=1))
    await asyncio.sleep(3)
    assert running_bot.connector.deletes == 0 and await recall_of(running_bot.store, campaign.id) is None
    running_bot.clock.forward(timedelta(hours=1))

    async def back() -> bool:
        now = await running_bot.store.campaign(campaign.id)
        assert now is not None, "it stays"
        return now.recalled_at is not None

    await eventually(back)
    assert not any(has_it(person, campaign) for person in [*people, ada])
    recall = await recall_of(running_bot.store, campaign.id)
    assert recall is not None and (recall.taken_back, recall.failed) == (4, {})
    await ada.say(f"information {campaign.name}")
    assert ada.reads("4 of 4") and ada.reads("Taken back")
    await ada.press("Delete")
    assert ada.reads("Its report goes with it.")
    await ada.press("Yes, delete it")
    assert await recall_of(running_bot.store, campaign.id) is None, "nothing is left of it"


async def test_teams_is_asked_no_faster_than_for_sending(running_bot: RunningBot, ada: Person) -> None:
    running_bot.environment["MESSAGES_PER_SECOND"] = "4"
    await running_bot.restart()
    campaign = await done(ada, running_bot, *running_bot.organisation.crowd(20))
    await ada.say(f"delete {campaign.name}")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await ada.press("Take back and delete")
    await until(lambda: running_bot.connector.deletes == 21, 60)
    assert loop.time() - began >= 20 / 4 - 1.0

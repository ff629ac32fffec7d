"""Quick answers: one question, one answer a person, which can be changed until the campaign closes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import ENGAGES_FOR, Button, ButtonKind, EngagementKind, Message, Style, Tracking
from tests.bot import story
from tests.bot.story import completed, counted, eventually, sent_out
from tests.conftest import RunningBot
from tests.support.organisation import Person, actions_of, buttons_of, words_of

ANSWERED = EngagementKind.ANSWERED
QUESTION = Message(
    title="Lunch together",
    body="Which day suits you, [FIRSTNAME]? See https://example.org/menu",
    style=Style.IMPORTANT,
    buttons=(
        *(Button(kind=ButtonKind.ANSWER, title=day) for day in ("Tuesday", "Thursday", "Neither")),
        Button(kind=ButtonKind.ACKNOWLEDGE, title="Read"),
    ),
)


def buttons(person: Person) -> list[str]:
    return buttons_of(person.card())


@pytest.fixture
async def asked(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await sent_out(running_bot, ada, QUESTION)


async def test_an_answer_shows_in_place_and_can_be_changed(
    running_bot: RunningBot, ada: Person, louis: Person, asked: None
) -> None:
    message = louis.cards()[-1][0]
    await louis.press("Tuesday")
    assert "✓ Votre réponse : Tuesday. Vous pouvez encore la changer." in words_of(louis.card())
    assert buttons(louis) == ["Thursday", "Neither", "Read"]
    assert "/r/" in str(louis.card()), "the links in the text still lead through us"
    await louis.press("Read")
    await louis.press("Thursday")
    assert "✓ Votre réponse : Thursday. Vous pouvez encore la changer." in words_of(louis.card())
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    assert buttons(louis) == ["Tuesday", "Neither"]
    await ada.press("Thursday")
    assert await counted(running_bot) == {
        (EngagementKind.OPENED, None): (2, 2), (EngagementKind.OPENED, 0): (2, 2),
        (EngagementKind.ACKNOWLEDGED, None): (1, 1), (EngagementKind.ACKNOWLEDGED, 3): (1, 1),
        (ANSWERED, None): (2, 3), (ANSWERED, 0): (0, 1), (ANSWERED, 1): (2, 2),
    }  # fmt: skip
    # the message itself was edited: another device, and tomorrow, show the answer too
    louis.view.clear()
    assert (louis.cards()[-1][0], "Thursday" in str(words_of(louis.card()))) == (message, True)
    assert louis.chat.messages[-1]["activity"]["importance"] == "high", "as it was"


async def test_the_same_answer_twice_is_one_person_and_two_presses(
    running_bot: RunningBot, louis: Person, asked: None
) -> None:
    message, at = louis.card(), louis.cards()[-1][0]
    for _ in range(2):
        await louis.press("Tuesday", card=message, at=at)
    assert (await counted(running_bot))[(ANSWERED, 0)] == (1, 2)


async def test_when_the_campaign_has_closed_the_answer_stays_as_it_is(
    running_bot: RunningBot, ada: Person, louis: Person, asked: None
) -> None:
    await louis.press("Tuesday")
    await completed(ada, running_bot)
    running_bot.clock.forward(ENGAGES_FOR - timedelta(hours=1))
    await louis.press("Thursday")
    assert (await counted(running_bot))[(ANSWERED, 1)] == (1, 1), "late, but in time"
    running_bot.clock.forward(timedelta(hours=2))
    await louis.press("Neither")
    assert louis.toasts == ["Cette campagne est close : il est trop tard pour répondre."]
    counts = await counted(running_bot)
    assert counts[(ANSWERED, 1)] == (1, 1) and (ANSWERED, 2) not in counts


async def test_an_answer_to_what_is_no_answer_button_is_refused(
    running_bot: RunningBot, louis: Person, asked: None
) -> None:
    at = louis.cards()[-1][0]
    [action] = [action for action in actions_of(louis.card()) if action["title"] == "Tuesday"]
    for button in (3, 4, -1, "x", None, 10**30):
        await louis.execute("answer", {**action["data"], "button": button}, at)
    assert louis.toasts == ["Ce message a changé entre-temps."] * 6
    assert await counted(running_bot) == {}


# --- anonymous --------------------------------------------------------------------------------


async def test_in_an_anonymous_campaign_people_are_counted_once_and_nobody_is_known(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    for person in (ada, louis):
        for answer in ("Tuesday", "Thursday"):
            await person.press(answer)
        await person.press("Read")
        [link] = [word for word in words_of(person.card()) if "/r/" in word]
        for _ in range(2):
            assert (await person.follow(link[link.index("(") + 1 : link.index(")")]))[0] == 302
    assert any("Thursday" in word for word in words_of(louis.card())), "they see what they answered"
    counts = await counted(running_bot)
    assert counts[(ANSWERED, None)] == (2, 4) and counts[(ANSWERED, 0)] == (0, 2) and counts[(ANSWERED, 1)] == (2, 2)
    assert counts[(EngagementKind.ACKNOWLEDGED, None)] == (2, 2)
    assert counts[(EngagementKind.CLICKED, None)] == (2, 4)
    assert counts[(EngagementKind.OPENED, None)] == (2, 2)
    people = set(await running_bot.store.planned_people(campaign.id))
    kept = await running_bot.store.read(  # type: ignore[attr-defined]
        lambda db: db.execute("SELECT who, record FROM engaged WHERE campaign = ?", (campaign.id,)).fetchall()
    )
    assert len(kept) == 2 and not {who for who, _ in kept} & people
    assert all(who < 0 for who, _ in kept)


async def test_in_an_anonymous_campaign_reads_replies_and_reactions_are_of_nobody_in_particular(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    for person in (ada, louis):
        message = person.cards()[-1][0]
        for _ in range(2):
            await person.read(message)  # told twice: counted once
        await person.read(str(10**15))  # of something later
        await person.react(message, "like")
    await louis.react(louis.cards()[-1][0], "like", gone=True)
    await louis.say("Merci beaucoup pour cette nouvelle")

    async def read_by_two() -> bool:
        rows = {row.kind: row.presses for row in await running_bot.store.engagement(campaign.id) if row.button is None}
        return rows.get(EngagementKind.READ) == 2

    await eventually(read_by_two)
    counts = await counted(running_bot)
    assert counts[(EngagementKind.READ, None)] == (0, 2)
    assert counts[(EngagementKind.REACTED, None)] == (0, 1)
    assert counts[(EngagementKind.REPLIED, None)] == (0, 1)
    kept = await running_bot.store.read(  # type: ignore[attr-defined]
        lambda db: db.execute("SELECT who FROM engaged WHERE campaign = ?", (campaign.id,)).fetchall()
    )
    assert kept == [(0,)]


async def test_a_pseudonym_that_we_did_not_give_counts_nothing(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    other = await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    foreign = next(action for action in actions_of(louis.card()) if action["title"] == "Tuesday")["data"]["who"]
    campaign = await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    at = louis.cards()[-1][0]
    [action] = [action for action in actions_of(louis.card()) if action["title"] == "Tuesday"]
    own = action["data"]["who"]
    number = own.split(".")[1]
    for who in (foreign, "", own[:-1], own.replace(number, "5a"), own.replace(number, "1"), None, 7, "é" * 300):
        await louis.execute("answer", {**action["data"], "who": who}, at)
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()  # she has no such message: somebody has told her the pseudonym
    await grace.execute("answer", action["data"], grace.cards()[-1][0])
    assert len(louis.toasts) == 8 and len(grace.toasts) == 1
    for one in (campaign, other):
        assert await running_bot.store.engagement(one.id) == []


async def test_a_forwarded_card_is_no_second_vote(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    """Seven votes by one person, with the cards of others: one is theirs."""
    campaign = await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    [hers] = [action for action in actions_of(ada.card()) if action["title"] == "Tuesday"]
    [his] = [action for action in actions_of(louis.card()) if action["title"] == "Tuesday"]
    for action in (hers, his, hers):
        await louis.execute("answer", action["data"], louis.cards()[-1][0])
    answered = [
        row for row in await running_bot.store.engagement(campaign.id) if row.kind is ANSWERED and row.button is None
    ]
    assert [row.people for row in answered] == [1]


async def test_who_received_an_anonymous_campaign_is_not_exported_while_it_runs(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    """ "Sent 1, answered 1" beside an export with one name *delivered* would tell who."""
    await sent_out(running_bot, ada, QUESTION, Tracking(anonymous=True))
    words = await story.asked(ada, "export autumn")
    assert "It is anonymous: who received it can be exported when it has ended." in words

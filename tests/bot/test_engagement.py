"""S19: what recipients do with a message: people and presses, each counted once and nobody else's."""

from __future__ import annotations

import pytest

from storage.records import CampaignState, EngagementKind
from tests.bot.story import broadcast, completed, draft, in_state, launch, newest, settled
from tests.conftest import House
from tests.support.organisation import Person, actions_of, words_of

CLICKED, ACKNOWLEDGED = EngagementKind.CLICKED, EngagementKind.ACKNOWLEDGED

PREVIEWERS = (
    "", "SkypeUriPreview Preview/0.5", "Mozilla/5.0 (compatible; bingbot/2.0)", "Slackbot-LinkExpanding 1.0",
    "facebookexternalhit/1.1 (crawler)", "Mozilla/5.0 Teams/1.6.00 Electron/19", "Microsoft Office/16.0 Outlook",
    "Barracuda Sentinel Scanner", "curl/8.5.0", "Mozilla/5.0 (compatible; Baiduspider/2.0)",
)  # fmt: skip


async def counted(house: House) -> dict[tuple[EngagementKind, int | None], tuple[int, int]]:
    """(kind, button or None for any) -> (people, presses); every press made so far is in it."""
    await house.restart()  # it waits for what is being counted
    campaign = await newest(house)
    return {(item.kind, item.button): (item.people, item.presses) for item in await house.store.engagement(campaign.id)}


def link_in(person: Person) -> str:
    [url] = [action["url"] for action in actions_of(person.card()) if action["type"] == "Action.OpenUrl"]
    return str(url)


@pytest.fixture
async def zoe(house: House, ada: Person) -> Person:
    zoe = house.organisation.person("Zoë", "Lefèvre")
    await zoe.install()
    return zoe


@pytest.fixture
async def sent(house: House, ada: Person, louis: Person, zoe: Person) -> None:
    await draft(ada)
    await broadcast(ada, house)
    for person in (ada, louis, zoe):
        await person.sees("**big news**")
    await settled(house)


async def test_people_and_presses_are_counted_apart_and_by_button(
    house: House, ada: Person, louis: Person, zoe: Person, sent: None
) -> None:
    message = louis.card()
    for _ in range(3):
        await louis.press("Read more", card=message)
        await louis.press("I have read it", card=message)
    await zoe.press("Read more")
    assert await counted(house) == {
        (CLICKED, None): (2, 4),
        (CLICKED, 0): (2, 4),
        (ACKNOWLEDGED, None): (1, 3),
        (ACKNOWLEDGED, 1): (1, 3),
    }
    report = await completed(ada, house)
    words = words_of(report)
    assert "67% – 2 people, 4 presses" in words
    assert "33% – 1 person, 3 presses" in words
    buttons = words[words.index("Buttons") :]
    assert buttons[:10] == ["Buttons", "Button", "People", "Presses", "Read more", "2", "4", "I have read it", "1", "3"]


async def test_link_previewers_are_not_people(house: House, louis: Person, sent: None) -> None:
    for agent in PREVIEWERS:
        status, destination = await louis.follow(link_in(louis), agent=agent)
        assert (status, destination) == (302, "https://example.org/autumn"), "they see where it leads"
    http = louis.organisation.http
    async with http.head(link_in(louis), allow_redirects=False, headers={"User-Agent": "Mozilla/5.0"}) as response:
        assert response.status == 302
    assert await counted(house) == {}


async def test_a_tampered_link_leads_nowhere_and_counts_nothing(house: House, louis: Person, sent: None) -> None:
    link = link_in(louis)
    base, _, token = link.rpartition("/")
    campaign, person, signature, _ = token.split(".")
    forged = [
        f"{campaign}.{int(person) + 1}.{signature}.0", f"{int(campaign) + 1}.{person}.{signature}.0",
        f"{campaign}.{person}t.{signature}.0", f"{campaign}.{person}.{signature[:-1]}.0", f"{campaign}.{person}..0",
        f"{campaign}.{person}.{signature}.1", f"{campaign}.{person}.{signature}.9", f"{campaign}.{person}.{signature}",
        f"{campaign}.{person}.{signature}.-1", f"{campaign}.{person}.{signature}.²", f"{token}{'1' * 300}",
        f"{campaign}.{person}.{signature}.{'9' * 100}", "x", ".", "....", "%00", "%F0%9F%92%A9", "é.é.é.é",
        signature, f"{token}?to=https://evil.example",
    ]  # fmt: skip
    for path in forged[:-1]:
        assert await louis.follow(f"{base}/{path}") == (404, ""), path
    assert await counted(house) == {}
    assert await louis.follow(f"{base}/{forged[-1]}") == (302, "https://example.org/autumn")


async def test_who_is_no_recipient_counts_nowhere(house: House, ada: Person, louis: Person) -> None:
    await draft(ada)
    campaign = await launch(ada, house)
    grace = house.organisation.person("Grace", "Hopper")
    await grace.install()
    button = {"campaign": campaign.id, "button": 1, "test": False}
    for person, words in (
        (grace, "This message was not sent to you, so there is nothing to confirm."),
        (louis, "Ce message ne vous a pas été envoyé : il n’y a rien à confirmer."),  # not yet
    ):
        await person.execute("acknowledge", button, person.cards()[-1][0])
        assert person.toasts == [words]
    await grace.execute("acknowledge", {**button, "button": 0}, grace.cards()[-1][0])
    assert grace.toasts[1:] == ["This message has changed meanwhile."], "a link is not acknowledged"
    assert await counted(house) == {}


async def test_buttons_work_after_a_restart(house: House, louis: Person, sent: None) -> None:
    await house.restart()
    assert await louis.press("Read more") == (302, "https://example.org/autumn")
    await louis.press("I have read it")
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    assert await counted(house) == {
        (CLICKED, None): (1, 1),
        (CLICKED, 0): (1, 1),
        (ACKNOWLEDGED, None): (1, 1),
        (ACKNOWLEDGED, 1): (1, 1),
    }


async def test_an_older_client_confirms_too(house: House, louis: Person, sent: None) -> None:
    [button] = [action for action in actions_of(louis.card()) if action["type"] == "Action.Execute"]
    message = louis.cards()[-1][0]
    await louis.send({"type": "message", "value": button["fallback"]["data"], "replyToId": message})
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    assert louis.cards()[-1][0] == message, "in the place of the message"
    assert (await counted(house))[(ACKNOWLEDGED, None)] == (1, 1)


async def test_presses_after_the_end_count_and_show_in_the_report(
    house: House, ada: Person, louis: Person, sent: None
) -> None:
    report = await completed(ada, house)
    await in_state(house, CampaignState.DONE)
    at = next(message for message, card in ada.cards() if card == report)
    assert "0% – 0 people, 0 presses" in words_of(report)
    await louis.press("Read more")
    await louis.press("I have read it")
    assert (await counted(house))[(CLICKED, None)] == (1, 1)
    refreshed = (await ada.press("Refresh", card=report, at=at))["value"]
    assert words_of(refreshed).count("33% – 1 person, 1 press") == 2
    assert any(fact.startswith("Last press") for fact in words_of(refreshed))
    await ada.say("report newsletter")
    assert ada.reads("33% – 1 person, 1 press")

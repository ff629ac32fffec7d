"""S19: what recipients do with a message: people and presses, each counted once and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from storage.records import ENGAGES_FOR, CampaignState, Engaged, EngagementKind, Press, StorageError
from storage.sqlite import SqliteStore
from tests.bot.story import broadcast, completed, counted, draft, eventually, in_state, launch, settled
from tests.conftest import RunningBot
from tests.support.organisation import BROWSER, Person, actions_of, words_of

OPENED, CLICKED, ACKNOWLEDGED = EngagementKind.OPENED, EngagementKind.CLICKED, EngagementKind.ACKNOWLEDGED

PREVIEWERS = (
    "", "SkypeUriPreview Preview/0.5", "Mozilla/5.0 (compatible; bingbot/2.0)", "Slackbot-LinkExpanding 1.0",
    "facebookexternalhit/1.1", "Mozilla/5.0 Teams/1.6.00 Electron/19", "Microsoft Office/16.0 Outlook",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "Barracuda Sentinel Scanner", "curl/8.5.0",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)", "Mozilla/5.0 (X11) HeadlessChrome/140.0", "python-requests/2.34",
    "Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b", "WhatsApp/2.23", "Mimecast-URL-Protection/1.0",
    "Proofpoint URL Defense", "Go-http-client/2.0", "Apache-HttpClient/4.5 (Java/17)",
)  # fmt: skip
NOT_A_VISIT = (
    {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"},
    {"Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Mode": "cors"},
)  # fmt: skip


def link_in(person: Person) -> str:
    [url] = [action["url"] for action in actions_of(person.card()) if action["type"] == "Action.OpenUrl"]
    return str(url)


def opened_by(people: int) -> dict[tuple[EngagementKind, int | None], tuple[int, int]]:
    return dict.fromkeys([(OPENED, None), (OPENED, 0)], (people, people))


@pytest.fixture
async def zoe(running_bot: RunningBot, ada: Person) -> Person:
    zoe = running_bot.organisation.person("Zoë", "Lefèvre")
    await zoe.install()
    return zoe


@pytest.fixture
async def sent(running_bot: RunningBot, ada: Person, louis: Person, zoe: Person) -> None:
    await draft(ada)
    await broadcast(ada, running_bot)
    for person in (ada, louis, zoe):
        await person.sees("**big news**")
    await settled(running_bot)


async def test_people_and_presses_are_counted_apart_and_by_button(
    running_bot: RunningBot, ada: Person, louis: Person, zoe: Person, sent: None
) -> None:
    message = louis.card()
    for _ in range(3):
        await louis.press("Read more", card=message)
        await louis.press("I have read it", card=message)
    await zoe.press("Read more")
    assert await counted(running_bot) == {
        **opened_by(2),
        (CLICKED, None): (2, 4),
        (CLICKED, 0): (2, 4),
        (ACKNOWLEDGED, None): (1, 3),
        (ACKNOWLEDGED, 1): (1, 3),
    }
    report = await completed(ada, running_bot)
    words = words_of(report)
    assert "2 people, 4 presses" in words
    assert "1 person, 3 presses" in words
    assert "Buttons" not in words, "each figure once: there is one link, and one confirmation"


async def test_link_previewers_are_not_people(running_bot: RunningBot, louis: Person, sent: None) -> None:
    for agent in PREVIEWERS:
        status, destination = await louis.follow(link_in(louis), agent=agent)
        assert (status, destination) == (302, "https://example.org/autumn"), "they see where it leads"
    http = louis.organisation.http
    async with http.head(link_in(louis), allow_redirects=False, headers={"User-Agent": BROWSER}) as response:
        assert response.status == 302
    for headers in NOT_A_VISIT:
        seen = {"User-Agent": BROWSER, **headers}
        async with http.get(link_in(louis), allow_redirects=False, headers=seen) as response:
            assert response.status == 302
    async with http.post(link_in(louis), allow_redirects=False, json={}) as response:
        assert response.status == 405
    assert await counted(running_bot) == {}
    visit = {"User-Agent": BROWSER, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    async with http.get(link_in(louis), allow_redirects=False, headers=visit) as response:
        assert response.headers["Cache-Control"] == "no-store"
    assert (await counted(running_bot))[(CLICKED, None)] == (1, 1)


async def test_a_tampered_link_leads_nowhere_and_counts_nothing(
    running_bot: RunningBot, louis: Person, sent: None
) -> None:
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
    assert await counted(running_bot) == {}
    assert await louis.follow(f"{base}/{forged[-1]}") == (302, "https://example.org/autumn")


async def test_who_is_no_recipient_counts_nowhere(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    button = {"campaign": campaign.id, "button": 1, "test": False}
    for person, words in (
        (grace, "This campaign no longer exists."),
        (louis, "Ce message ne vous a pas été envoyé : il n’y a rien à confirmer."),  # not yet
    ):
        await person.execute("acknowledge", button, person.cards()[-1][0])
        assert person.toasts == [words]
    await louis.execute("acknowledge", {**button, "button": 0}, louis.cards()[-1][0])
    assert louis.toasts[1:] == ["Ce message a changé entre-temps."], "a link is not acknowledged"
    assert await counted(running_bot) == {}


async def test_buttons_work_after_a_restart(running_bot: RunningBot, louis: Person, sent: None) -> None:
    await running_bot.restart()
    assert await louis.press("Read more") == (302, "https://example.org/autumn")
    await louis.press("I have read it")
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    assert await counted(running_bot) == {
        **opened_by(1),
        (CLICKED, None): (1, 1),
        (CLICKED, 0): (1, 1),
        (ACKNOWLEDGED, None): (1, 1),
        (ACKNOWLEDGED, 1): (1, 1),
    }


async def test_an_older_client_confirms_too(running_bot: RunningBot, louis: Person, sent: None) -> None:
    [button] = [action for action in actions_of(louis.card()) if action.get("verb") == "acknowledge"]
    message = louis.cards()[-1][0]
    await louis.send({"type": "message", "value": button["fallback"]["data"], "replyToId": message})
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    assert louis.cards()[-1][0] == message, "in the place of the message"
    assert (await counted(running_bot))[(ACKNOWLEDGED, None)] == (1, 1)


async def test_presses_after_the_end_count_and_show_in_the_report(
    running_bot: RunningBot, ada: Person, louis: Person, sent: None
) -> None:
    report = await completed(ada, running_bot)
    await in_state(running_bot, CampaignState.DONE)
    at = next(message for message, card in ada.cards() if card == report)
    assert "0 people, 0 presses" in words_of(report)
    await louis.press("Read more")
    await louis.press("I have read it")
    assert (await counted(running_bot))[(CLICKED, None)] == (1, 1)
    refreshed = (await ada.press("Refresh", card=report, at=at))["value"]
    assert words_of(refreshed).count("1 person, 1 press") == 2
    assert any(fact.startswith("Last press") for fact in words_of(refreshed))
    await ada.say("report newsletter")
    assert ada.reads("1 person, 1 press")


async def test_links_in_the_text_are_tracked_and_shown_by_their_words(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    body = "See [the **menu**](https://example.org/menu?a[0]=1&b=%2B%5B#c) and https://example.org/map."
    body += " [Write](mailto:a@b.org)"
    await draft(ada, message={"body": body, "link_title": "", "link_url": "", "ack": "false"})
    await broadcast(ada, running_bot)
    shown = next(text for text in words_of(await louis.sees("See [the")) if "the **menu**" in text)
    menu, map_, mail = re.findall(r"\]\(([^)]*)\)", shown)
    assert (
        mail == "mailto:a@b.org"
        and menu.startswith(f"{running_bot.url}/r/")
        and map_.startswith(f"{running_bot.url}/r/")
    )
    assert "[https://example.org/map](" in shown
    await settled(running_bot)
    assert await louis.follow(menu) == (302, "https://example.org/menu?a[0]=1&b=%2B%5B#c")
    assert await louis.follow(map_) == (302, "https://example.org/map")
    assert await louis.follow(map_) == (302, "https://example.org/map")
    counts = await counted(running_bot)
    assert counts[(CLICKED, None)] == (1, 3) and counts[(CLICKED, 100)] == (1, 1) and counts[(CLICKED, 101)] == (1, 2)


async def test_the_author_can_say_that_links_are_not_tracked(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    cards = await draft(ada, message={"body": "See https://example.org/map", "track": "false"})
    assert any("clicks are not counted" in word for word in words_of(cards["review"]))
    await broadcast(ada, running_bot)
    card = await louis.sees("See https://example.org/map")
    assert [action["url"] for action in actions_of(card) if action["type"] == "Action.OpenUrl"] == [
        "https://example.org/autumn"
    ]
    await settled(running_bot)
    await louis.press("I have read it")
    [url] = [action["url"] for action in actions_of(louis.card()) if action["type"] == "Action.OpenUrl"]
    assert url == "https://example.org/autumn", "nor after a press"


async def test_a_link_of_a_closed_campaign_still_leads_there_and_counts_no_more(
    running_bot: RunningBot, ada: Person, louis: Person, sent: None
) -> None:
    link = link_in(louis)
    await completed(ada, running_bot)
    running_bot.clock.forward(ENGAGES_FOR - timedelta(hours=1))
    assert await louis.follow(link) == (302, "https://example.org/autumn")
    assert (await counted(running_bot))[(CLICKED, None)] == (1, 1)
    running_bot.clock.forward(timedelta(hours=2))
    assert await louis.follow(link) == (302, "https://example.org/autumn")
    message = louis.card()
    await louis.press("I have read it")
    assert louis.toasts == ["Cette campagne est close : il est trop tard pour répondre."]
    assert louis.card() == message
    assert (await counted(running_bot))[(CLICKED, None)] == (1, 1)


async def test_a_link_of_a_deleted_campaign_leads_nowhere(
    running_bot: RunningBot, ada: Person, louis: Person, sent: None
) -> None:
    link = link_in(louis)
    await completed(ada, running_bot)
    await ada.say("delete autumn")
    await ada.press("Delete, take none back")
    assert await louis.follow(link) == (404, "")


class Moody(SqliteStore):
    """It does not take the first presses that it is told of."""

    refusals = 0

    async def engage(self, presses: Sequence[Press]) -> list[Engaged | None]:
        if Moody.refusals:
            Moody.refusals -= 1
            raise StorageError("the store is gone")
        return await super().engage(presses)


@pytest.mark.real_time
async def test_a_click_waits_for_a_store_that_is_gone(running_bot: RunningBot, louis: Person, sent: None) -> None:
    running_bot.make_store = lambda: Moody(running_bot.path)
    await running_bot.restart()
    Moody.refusals = 1
    assert await louis.follow(link_in(louis)) == (302, "https://example.org/autumn")
    await eventually(_refused)
    assert (await counted(running_bot))[(CLICKED, None)] == (1, 1)


async def _refused() -> bool:
    return Moody.refusals == 0


async def test_an_address_that_is_not_ascii_leads_where_it_should(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    body = "See https://example.org/été?q=1"
    await draft(ada, message={"link_url": "https://example.org/école?a=b%20c#é", "body": body})
    await broadcast(ada, running_bot)
    shown = next(text for text in words_of(await louis.sees("See [https")) if "See [" in text)
    await settled(running_bot)
    assert await louis.press("Read more") == (302, "https://example.org/%C3%A9cole?a=b%20c#%C3%A9")
    [url] = re.findall(r"\]\(([^)]*)\)", shown)
    assert await louis.follow(url) == (302, "https://example.org/%C3%A9t%C3%A9?q=1")

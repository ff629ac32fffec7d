"""The live card, the report, reminders and comparisons, as an author meets them in the chat (S19, S27)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage.records import Button, ButtonKind, CampaignState, Channel, Message, Style, Tracking
from tests.bot.story import (
    ALMOST_ALL,
    asked,
    completed,
    counted,
    draft,
    eventually,
    handle_of,
    in_state,
    launch,
    newest,
    planned,
    sent_out,
    settled,
)
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, Person, actions_of, nodes_of, words_of

NEWS = Message(
    title="News",
    body="Hello [FIRSTNAME], see https://example.org/map",
    buttons=(
        Button(kind=ButtonKind.LINK, title="Read more", url="https://example.org/more"),
        Button(kind=ButtonKind.ANSWER, title="Yes"),
        Button(kind=ButtonKind.ANSWER, title="No"),
    ),
)


def fact(card: dict[str, Any], title: str) -> str:
    return next(str(node["value"]) for node in nodes_of(card) if node.get("title") == title and "value" in node)


def posted(person: Person, words: str) -> list[str]:
    """The ids of the messages whose card, as the platform keeps it, says this."""
    return [
        message["id"]
        for message in person.chat.messages
        for attachment in message["activity"].get("attachments") or []
        if any(words in word for word in words_of(attachment["content"]))
    ]


async def report_of(author: Person) -> dict[str, Any]:
    """As it is now, asked for by name."""
    await author.say("report autumn")
    return author.card()


# --- live -------------------------------------------------------------------------------------


async def test_the_live_card_says_what_comes_and_when_it_ends(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    everybody = "\n".join(person.address for person in (ada, louis, grace))
    await draft(ada, {"audience": "new", "list_name": "All", "addresses": everybody})
    campaign = await launch(ada, running_bot)
    live = await ada.sees("0 of 3 sent")
    assert {fact(live, "Failed"), fact(live, "Unreachable")} == {"0"}
    assert (fact(live, "Still to send"), fact(live, "Waiting for an install")) == ("2", "1")
    assert fact(live, "Next message") and fact(live, "Last message, about") and fact(live, "Ends")
    due = await running_bot.store.next_due(campaign.id)
    assert due is not None
    running_bot.clock.forward(due - running_bot.clock.now())
    await ada.sees("1 of 3 sent")
    assert len(posted(ada, "is on its way")) == 1, "in place"


async def test_asked_for_it_while_it_runs_the_live_card_is_posted_anew_and_goes_on_there(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    await ada.sees("is on its way")
    [first] = posted(ada, "is on its way")
    await ada.say("hello")
    await ada.say("report autumn")
    [second] = posted(ada, "is on its way")
    assert second == ada.chat.messages[-1]["id"] and second != first
    assert posted(ada, "the live card goes on below") == [first]
    assert await running_bot.store.live_card(campaign.id) == second
    await running_bot.restart()
    due = await running_bot.store.next_due(campaign.id)
    assert due is not None
    running_bot.clock.forward(due - running_bot.clock.now())
    await ada.sees("1 of 2 sent")
    assert posted(ada, "1 of 2 sent") == [second], "and there only"


async def test_another_author_who_asks_sees_how_it_goes_and_the_live_card_stays(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(ada, f"add publisher {louis.address}")
    await draft(ada)
    await launch(ada, running_bot)
    await ada.sees("is on its way")
    before = posted(ada, "is on its way")
    await louis.say("rapport autumn")
    assert louis.reads("est en route")
    assert posted(ada, "is on its way") == before


# --- report -----------------------------------------------------------------------------------


async def test_the_report_says_what_people_did_each_in_its_place(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS)
    message = louis.cards()[-1][0]
    await louis.press("Read more")
    await louis.press("Yes")
    await ada.press("No")
    await louis.react(message, "heart")
    await louis.say("Merci beaucoup pour cette nouvelle")
    await counted(running_bot)
    await completed(ada, running_bot)
    report = await report_of(ada)
    assert [fact(report, name) for name in ("Recipients", "Sent")] == ["2", "2"]
    tiles = next(node["columns"] for node in nodes_of(report) if node.get("type") == "ColumnSet")
    shares = [tuple(item["text"] for item in column["items"]) for column in tiles]
    assert shares == [("100%", "send rate"), ("100%", "opened"), ("50%", "clicked"), ("100%", "answered")]
    assert fact(report, "Open engagement") == "2 people"
    assert fact(report, "Click engagement") == "1 person, 1 press"
    assert fact(report, "Answered") == "2 people, 2 presses"
    assert (fact(report, "Replied"), fact(report, "Reacted")) == ("50% – 1 person", "50% – 1 person")
    assert fact(report, "Last opening") and fact(report, "Last press")
    words = words_of(report)
    assert "❤️ 1" in words and "Link: example.org/map" in words
    [answers] = [node for node in nodes_of(report) if node.get("type") == "Chart.HorizontalBar"]
    assert [(bar["x"], bar["y"]) for bar in answers["data"]] == [("Yes", 1), ("No", 1)]
    assert answers["fallback"]["type"] == "Table"
    assert any(word.startswith("As of") and "engagement is counted until" in word for word in words)


async def test_the_report_refreshes_for_thirty_days_and_says_when_it_is_over(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS)
    report = await completed(ada, running_bot)
    at = next(message for message, card in ada.cards() if card == report)
    running_bot.clock.forward(timedelta(days=29))
    await louis.press("Yes")
    refreshed = (await ada.press("Refresh", card=report, at=at))["value"]
    assert fact(refreshed, "Answered") == "1 person, 1 press"
    running_bot.clock.forward(timedelta(days=2))
    refreshed = (await ada.press("Refresh", card=report, at=at))["value"]
    assert any("engagement is no longer counted" in word for word in words_of(refreshed))


async def test_what_people_do_over_hours_is_a_chart(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    crowd = running_bot.organisation.crowd(4)
    for person in crowd:
        await person.install()
    await sent_out(running_bot, ada, NEWS)
    report = await completed(ada, running_bot)
    assert "Over time" not in words_of(report)
    await louis.press("Yes")
    running_bot.clock.forward(timedelta(hours=5))
    await ada.press("No")
    await ada.say("report news")
    assert "Over time" in words_of(ada.card())
    charts = [node for node in nodes_of(ada.card()) if node.get("type") == "Chart.VerticalBar.Grouped"]
    assert charts == [], "the axis of so few would tell of halves: a table does"
    for person in crowd:
        await person.press("No")
    await ada.say("report news")
    [chart] = [node for node in nodes_of(ada.card()) if node.get("type") == "Chart.VerticalBar.Grouped"]
    series = {line["legend"]: [bar["y"] for bar in line["values"]] for line in chart["data"]}
    assert (series["Answered"][0], series["Answered"][-1], sum(series["Answered"])) == (1, 5, 6)
    assert chart["fallback"]["type"] == "Table"


async def test_an_anonymous_report_names_no_one_and_reminds_no_one(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    campaign = await sent_out(running_bot, ada, NEWS, Tracking(anonymous=True))
    await louis.press("Yes")
    await completed(ada, running_bot)
    report = await report_of(ada)
    assert not {"Answered", "Last press", "Last opening"} & {*words_of(report)}
    assert any("nothing is told of fewer than 5 people" in word for word in words_of(report))
    assert any("counted without names" in word for word in words_of(report))
    assert "Who has not…" not in [action.get("title") for action in actions_of(report)]
    forged = {"campaign": campaign.id, "version": 9, "kind": "answered"}
    for verb in ("remind.open", "remind.make"):
        answer = await ada.execute(verb, forged, ada.cards()[-1][0])
        assert any("Report: " in word for word in words_of(answer["value"]))
    assert await running_bot.store.lists(ada.tenant) == []  # type: ignore[arg-type]


# --- reminders --------------------------------------------------------------------------------


async def test_who_has_not_done_it_becomes_a_list_and_a_draft(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    zoe = running_bot.organisation.person("Zoë", "Lefèvre")
    await zoe.install()
    await draft(ada)
    await launch(ada, running_bot)
    await settled(running_bot)
    report = await completed(ada, running_bot)
    await louis.press("Read more")
    await counted(running_bot)
    at = next(message for message, card in ada.cards() if card == report)
    remind = (await ada.press("Who has not…", card=report, at=at))["value"]
    assert {"2 have not opened it", "2 have not clicked", "3 have not confirmed"} <= {*words_of(remind)}
    reminders = [action for action in actions_of(remind) if action.get("verb") == "remind.make"]
    clicked = next(action for action in reminders if action["data"]["kind"] == "clicked")
    await ada.execute("remind.make", clicked["data"], at)
    review = await ada.sees("Autumn newsletter – not clicked")
    assert any("2 of 2 people can be reached" in word for word in words_of(review))
    reminder = await newest(running_bot)
    assert reminder.state is CampaignState.DRAFT and reminder.name == "Autumn newsletter – not clicked"
    await ada.press(SEND_OFF)
    await in_state(running_bot, CampaignState.RUNNING)
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(ALMOST_ALL)
    await settled(running_bot)
    assert [len(person.chat.campaigns) for person in (ada, louis, zoe)] == [2, 1, 2]


async def test_where_everybody_has_done_everything_nobody_is_reminded(running_bot: RunningBot, ada: Person) -> None:
    campaign = await sent_out(running_bot, ada, Message(body="Hello"))
    await ada.react(ada.cards()[-1][0], "like")
    await completed(ada, running_bot)
    handle = {"campaign": campaign.id, "version": 1}
    answer = await ada.execute("remind.open", handle, ada.cards()[-1][0])
    assert any("Nobody is left" in word for word in words_of(answer["value"]))
    for kind in ("opened", "nonsense", None):
        await ada.execute("remind.make", {**handle, "kind": kind}, ada.cards()[-1][0])
    assert (await newest(running_bot)).id == campaign.id, "no draft was made"


# --- comparison and list ----------------------------------------------------------------------


async def test_a_campaign_is_compared_with_the_authors_last_ones(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_out(running_bot, ada, NEWS)
    await louis.press("Yes")
    first = await completed(ada, running_bot)
    at = next(message for message, card in ada.cards() if card == first)
    alone = (await ada.press("Compare", card=first, at=at))["value"]
    assert "There is none yet to compare it with." in words_of(alone)
    await sent_out(running_bot, ada, Message(body="Hello"))
    second = await completed(ada, running_bot)
    at = ada.cards()[-1][0]
    compared = (await ada.press("Compare", card=second, at=at))["value"]
    table, *_ = [node for node in nodes_of(compared) if node.get("type") == "Table"]
    rows = [[cell["items"][0]["text"] for cell in row["cells"]] for row in table["rows"]]
    assert rows[0][:3] == ["Campaign", "Sent", "Opened"]
    assert rows[1][:3] == ["**Autumn newsletter**", "**100%**", "**0%**"]
    assert rows[2][:3] == ["Autumn newsletter", "100%", "50%"] and rows[3][0] == "Average of the others"


async def shown_to(person: Person, running_bot: RunningBot) -> dict[str, Any]:
    """The newest campaign's report, at a press."""
    answer = await person.execute("report.open", handle_of(await newest(running_bot)), person.cards()[-1][0])
    assert answer is not None
    card: dict[str, Any] = answer["value"]
    return card


async def test_the_report_stands_beside_what_is_usual_once_five_have_ended(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await asked(ada, f"add publisher {louis.address}")
    await sent_out(running_bot, ada, Message(body="Hello", style=Style.IMPORTANT))
    await completed(ada, running_bot)
    for number in range(6):
        await sent_out(running_bot, ada, NEWS)
        if number == 5:
            report = await shown_to(ada, running_bot)
            assert not any("usual" in word.lower() for word in words_of(report)), "not while it runs"
            await louis.press("Yes")
            await counted(running_bot)
        await completed(ada, running_bot)
        await in_state(running_bot, CampaignState.DONE)
        report = await shown_to(ada, running_bot)
        if number < 5:
            few = "Fewer than 5 campaigns of this style have ended: too few to say what is usual."
            assert few in words_of(report) and "above" not in fact(report, "Open engagement"), number
    assert fact(report, "Open engagement") == "1 person · above most (usual: 0%)"
    assert fact(report, "Sent") == "2 · like most (usual: 100%)"
    assert any("median of the last 5 campaigns of this style" in word for word in words_of(report))
    in_french = await shown_to(louis, running_bot)
    assert fact(in_french, "Engagement (ouvertures)").endswith("plus que la plupart (d’habitude : 0 %)")


async def test_campaigns_are_found_by_name_and_leafed_through(running_bot: RunningBot, ada: Person) -> None:
    person = await running_bot.store.person_at(ada.tenant, ada.address)  # type: ignore[arg-type]
    assert person is not None
    for number in range(9):
        name = f"{'Spring' if number % 2 else 'Autumn'} {number}"
        await running_bot.store.new_campaign(
            person.tenant, person.id, name, Channel.TEAMS, running_bot.clock.now(), deed=A_DEED
        )
    await ada.say("campaigns")
    assert ada.reads("Page 1 of 2") and ada.reads("Spring 7")
    await ada.press("Find", find="SPRING")
    words = words_of(ada.card())
    assert "**Spring 1**" in words and not any("Autumn" in word for word in words)
    await ada.press("Find", find="winter")
    assert ada.reads("No campaign has “winter” in its name.")
    await ada.say("campaigns autumn")
    assert ada.reads("**Autumn 0**") and not ada.reads("Spring")


@pytest.mark.parametrize("find", ["", "autumn"])
async def test_the_list_shows_key_figures(running_bot: RunningBot, ada: Person, louis: Person, find: str) -> None:
    await sent_out(running_bot, ada, NEWS)
    await louis.press("Yes")
    await completed(ada, running_bot)
    await ada.say(f"campaigns {find}".strip())
    await eventually(lambda: _reads(ada, "2 of 2 sent · 50% opened · 50% answered"))


async def _reads(person: Person, words: str) -> bool:
    return person.reads(words)

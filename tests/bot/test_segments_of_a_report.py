"""A report by segment: from what lists and clients say of people to the report, the card and the export."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from storage.records import Audience, Button, ButtonKind, Campaign, Contact, Message, Tracking
from storage.records.segments import Fact, FactIs, Group, How
from tests.bot.story import ALMOST_ALL, completed, counted, eventually, handle_of, newest, planned, settled
from tests.bot.test_exports import exported, fetched
from tests.bot.test_who_has_not import pressed
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, nodes_of, words_of
from tests.support.seeding import scheduled

NEWS = Message(
    title="News", body="Hello [FIRSTNAME]", buttons=(Button(kind=ButtonKind.ACKNOWLEDGE, title="I have read it"),)
)


async def sent_to_departments(
    running_bot: RunningBot, ada: Person, sizes: dict[str, int], tracking: Tracking | None = None, segment: str = ""
) -> list[Person]:
    """So many people in each department, as a list says it; one of them confirms in each.

    ``segment``: the department that is a segment too, of this name and before the list in the audience.
    """
    store, people, columns = running_bot.store, list[Person](), list[dict[str, str]]()
    for department, size in sizes.items():
        for number in range(size):
            french = {"locale": "fr-FR"} if department == "Labs" else {}
            person = running_bot.organisation.person(f"{department}{number:02}", "Doe", **french)
            await person.install()
            people.append(person)
            columns.append({"SERVICE": department})
    author = await store.person_at(TENANT, ada.address)  # type: ignore[arg-type]
    assert author is not None
    known = await store.meet(author.tenant, [Contact(address=person.address) for person in people])
    blank = await store.blank_list(author.tenant, author.id)
    await store.fill_blank(blank, known, columns)
    await store.publish_list(blank, "Everybody", ["SERVICE"], deed=A_DEED)
    lists = [blank]
    if segment:
        rule = Group(how=How.ALL, parts=(FactIs(fact=Fact.DEPARTMENT, values=(segment,)),))
        meant = Audience(lists=(blank,), only=rule)
        one = await store.new_segment(author.tenant, author.id, f"People of {segment}", meant, ["SERVICE"], deed=A_DEED)
        lists.insert(0, one.id)
    audience = Audience(lists=tuple(lists))
    begin = running_bot.clock.now()
    await scheduled(store, author, begin, ALMOST_ALL, message=NEWS, audience=audience, tracking=tracking)
    await eventually(lambda: planned(running_bot))
    running_bot.clock.forward(ALMOST_ALL * 0.999)
    await settled(running_bot)
    for department in sizes:
        first = next(person for person in people if person.name.startswith(department))
        await first.press("I have read it")
    await counted(running_bot)
    return people


def rows_of_tables(card: dict[str, Any]) -> list[tuple[str, ...]]:
    tables = [node for node in nodes_of(card) if node.get("type") == "Table"]
    return [tuple(cell["items"][0]["text"] for cell in row["cells"]) for table in tables for row in table["rows"]]


async def report_at_a_press(person: Person, campaign: Campaign) -> dict[str, Any]:
    answer = await person.execute("report.open", handle_of(campaign), person.cards()[-1][0])
    assert answer is not None
    card: dict[str, Any] = answer["value"]
    return card


async def test_a_segment_of_the_audience_is_a_line_among_its_lists(running_bot: RunningBot, ada: Person) -> None:
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 10}, segment="Labs")
    report = await report_at_a_press(ada, await newest(running_bot))
    segments = await pressed(ada, report, "breakdown.open")
    assert "List" in words_of(segments)
    assert {("People of Labs", "12", "8%"), ("Everybody", "10", "10%")} <= {*rows_of_tables(segments)}


async def test_each_department_has_its_line_and_few_people_have_none(running_bot: RunningBot, ada: Person) -> None:
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 10, "Board": 4, "Law": 7})
    campaign = await newest(running_bot)
    running = await report_at_a_press(ada, campaign)
    assert ("Labs", "12", "8%") in rows_of_tables(running), "while it runs, too"
    await completed(ada, running_bot)
    report = await report_at_a_press(ada, campaign)
    assert "By department" in words_of(report)
    rows = rows_of_tables(report)
    assert ("Labs", "12", "8%") in rows and ("Sales", "10", "10%") in rows
    assert not any(row[0] in ("Board", "Law") for row in rows)
    segments = await pressed(ada, report, "breakdown.open")
    assert {"Department", "Language"} <= {*words_of(segments)} and "List" not in words_of(segments)
    assert ("French", "12", "8%") in rows_of_tables(segments)
    sent = await pressed(ada, segments, "breakdown.open", kind="sent")
    assert ("Sales", "10", "100%") in rows_of_tables(sent)


async def test_a_row_becomes_a_segment_of_people_like_these(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 10})
    campaign = await newest(running_bot)
    segments = await pressed(ada, await report_at_a_press(ada, campaign), "breakdown.open")
    [like] = [node for node in nodes_of(segments) if node.get("id") == "rule"]
    titles = {choice["title"]: choice["value"] for choice in like["choices"]}
    assert like["label"] == "People like these" and {"Department: Labs", "Department: Sales"} <= titles.keys()
    at = next(message for message, card in ada.cards()[::-1])
    card = (await ada.press("Make it a segment", card=segments, at=at, rule=titles["Department: Sales"]))["value"]
    assert {"Department is “Sales”", "**10 of 10 people can be reached**"} <= {*words_of(card)}
    await ada.say(f"add publisher {louis.address}")
    segments = await pressed(louis, await report_at_a_press(louis, campaign), "breakdown.open")
    [like] = [node for node in nodes_of(segments) if node.get("id") == "rule"]
    assert like["label"] == "Des personnes comme celles-ci" and any(
        choice["title"].replace("\xa0", " ") == "Service : Labs" for choice in like["choices"]
    )


async def test_where_three_would_be_left_the_smallest_goes_too_and_it_is_said_in_french(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await ada.say(f"add publisher {louis.address}")
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 10, "Board": 3})
    await completed(ada, running_bot)
    segments = await pressed(louis, await report_at_a_press(louis, await newest(running_bot)), "breakdown.open")
    assert {"Service", "Langue"} <= {*words_of(segments)}
    rows = rows_of_tables(segments)
    assert ("Labs", "12") in [row[:2] for row in rows]
    assert not any(row[0] in ("Sales", "Board") for row in rows)


async def test_an_anonymous_campaign_tells_only_what_was_sent(running_bot: RunningBot, ada: Person) -> None:
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 11}, Tracking(anonymous=True))
    await completed(ada, running_bot)
    campaign = await newest(running_bot)
    for kind in ("acknowledged", "opened", "nonsense", "sent"):
        form = handle_of(campaign, kind=kind)
        answer = await ada.execute("breakdown.open", form, ada.cards()[-1][0])
        assert answer is not None
        assert ("Labs", "12", "100%") in rows_of_tables(answer["value"]), kind
        assert "Confirmed" not in words_of(answer["value"])
    assert all(one.acknowledged == one.opened == 0 for one in await running_bot.store.profile_figures(campaign.id))


@pytest.mark.real_time
async def test_the_export_has_a_line_for_each_segment(running_bot: RunningBot, ada: Person) -> None:
    await sent_to_departments(running_bot, ada, {"Labs": 12, "Sales": 10})
    await completed(ada, running_bot)
    await ada.press("Export")
    link = await exported(ada, "Excel (XLSX)")
    book = openpyxl.load_workbook(io.BytesIO((await fetched(running_bot, link))[1]))
    lines = dict(book["Report"].iter_rows(values_only=True))
    assert lines["Department: Labs"] == "Recipients: 12, Sent: 12, Opened: 1 and Confirmed: 1"


async def test_segments_are_counted_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    await sent_to_departments(running_bot, ada, {"Labs": 11, "Sales": 10})
    report = await report_at_a_press(ada, await newest(running_bot))
    assert ("Labs", "11", "9%") in rows_of_tables(report) and ("Sales", "10", "10%") in rows_of_tables(report)

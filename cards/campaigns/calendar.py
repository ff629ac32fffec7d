"""The coming weeks: day, campaigns, people; where somebody would get more than one message on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from cards.compose.sequels.end_form import what_at_end
from cards.kit.elements import AdaptiveCard
from cards.kit.parts import beside, card, go, heading, hint, name_of, paragraph, state_sign, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, End

WEEK = timedelta(days=7)
NAMED = 4  #: campaigns of one day that are named
LINES = 24  #: campaigns of all days that are named: a card has its size


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A campaign that the reader may see, on one of its days."""

    campaign: Campaign
    starts: datetime
    #: the days on which it goes out yet
    first: date
    last: date
    #: who can be reached of its audience
    people: int
    #: its author's name, where that is somebody else
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What follows from a campaign that the reader may see: its end, a reminder, or a step of a sequence."""

    campaign: Campaign
    at: datetime
    end: End | None = None
    #: the number of the round of a must-read
    round: int = 0
    #: its number
    step: int | None = None
    #: of a step: who is in the sequence, and gets it next
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    day: date
    entries: Sequence[CalendarEntry]
    #: all of them, those that the reader may not see included
    campaigns: int
    #: people who can be reached, each once; and those who are in two or more
    people: int
    twice: int
    #: each campaign of the day goes out on this day only
    certain: bool
    #: of campaigns that are not the reader's to see
    others: int
    others_people: int
    milestones: Sequence[Milestone] = ()


def calendar_card(
    texts: Texts, today: date, weeks: int, days: Sequence[CalendarDay], left_out: int = 0
) -> AdaptiveCard:
    """``left_out``: campaigns after the first so many, which are not counted."""
    end = today + timedelta(days=7 * weeks)
    body: list[Any] = [
        heading(texts("Calendar")),
        hint(texts("What is scheduled or on its way until {day}; drafts are not in it.", day=texts.day(end))),
    ]
    room = LINES
    for of_days, run in groupby(_weeks(today, end, days), key=lambda week: bool(week[1])):
        together = list(run)
        if not of_days:  # those that follow each other are said once
            body += [
                subheading(_weeks_text(texts, together[0][0], together[-1][0])),
                hint(texts("Nothing is planned."), spacing="None"),
            ]
            continue
        for monday, of_week in together:
            body.append(subheading(_weeks_text(texts, monday, monday)))
            for one in of_week:
                lines = min(NAMED, room, len(one.entries))
                follow = min(NAMED, room - lines, len(one.milestones))
                room -= lines + follow
                body.append(_day(texts, one, lines, follow))
    if left_out:
        body.append(
            hint(
                texts.many(
                    "{count} campaign that starts later is not counted.",
                    "{count} campaigns that start later are not counted.",
                    left_out,
                )
            )
        )
    actions = [
        go(texts("Refresh"), "calendar.open", {}),
        go(texts("All campaigns"), "campaigns.open", {"page": 0}),
        go(texts("New campaign"), "campaign.new", {}, mode="secondary"),
    ]
    return card(texts, body, actions)


def _weeks(today: date, end: date, days: Sequence[CalendarDay]) -> Iterator[tuple[date, list[CalendarDay]]]:
    """(its Monday, its days on which something goes out)."""
    monday = today - timedelta(days=today.weekday())
    while monday < end:
        yield monday, [one for one in days if monday <= one.day < monday + WEEK]
        monday += WEEK


def _weeks_text(texts: Texts, first: date, last: date) -> str:
    """``first``, ``last``: Mondays."""
    if first == last:
        return texts("Week of {day}", day=texts.short_day(first))
    return texts("Weeks of {first} to {last}", first=texts.short_day(first), last=texts.short_day(last))


def _day(texts: Texts, day: CalendarDay, lines: int, follow: int) -> Any:
    """``lines``: of its campaigns, ``follow``: of what follows from others."""
    elements: list[Any] = [_entry(texts, day.day, entry) for entry in day.entries[:lines]]
    elements += [_milestone(texts, one) for one in day.milestones[:follow]]
    if more := len(day.entries) - lines + len(day.milestones) - follow:
        elements.append(hint(texts.many("and {count} more", "and {count} more", more), spacing="Small"))
    if day.others:
        others = texts.many("{count} campaign of others", "{count} campaigns of others", day.others)
        elements.append(paragraph(f"{others} · {_people(texts, day.others_people)}", spacing="Small"))
    if day.twice:
        elements.append(paragraph(f"⚠ {_twice(texts, day)}", weight="Bolder", spacing="Small"))
    name = f"{texts.weekday(day.day.weekday())} {texts.number(day.day.day)}"
    row = beside([paragraph(name, weight="Bolder")], elements, widths=["62px", "stretch"])
    row.separator = True
    return row


def _entry(texts: Texts, day: date, entry: CalendarEntry) -> Any:
    campaign = entry.campaign
    when = texts("goes on") if day > entry.first else texts.clock(entry.starts.astimezone(texts.zone).time())
    parts = [when, _people(texts, entry.people)]
    if entry.last > day:
        parts.append(texts("until {day}", day=texts.short_day(entry.last)))
    if entry.author:
        parts.append(texts("by {person}", person=escape_markdown(entry.author)))
    name = f"{state_sign(campaign.state)} **{name_of(texts, campaign)}**"
    return paragraph(" · ".join([name, *parts]), spacing="Small")


def _milestone(texts: Texts, one: Milestone) -> Any:
    campaign, when = one.campaign, texts.clock(one.at.astimezone(texts.zone).time())
    name = f"**{name_of(texts, campaign)}**"
    if one.end is not None:
        parts = [f"🏁 {name}", when, what_at_end(texts, one.end.does)]
    elif one.step is not None:
        plan = campaign.as_scheduled.sequence
        numbers = [step.number for step in plan.steps] if plan else []
        place = texts.number(numbers.index(one.step) + 1)
        step = texts("step {place} of {count}", place=place, count=texts.number(len(numbers)))
        parts = [f"🔁 {name}", when, step, _people(texts, one.people)]
    else:
        rule = campaign.as_scheduled.follow_up
        rounds = texts.number(rule.rounds if rule else one.round)
        reminder = texts("reminder {number} of {count} at most", number=texts.number(one.round), count=rounds)
        parts = [f"🔔 {name}", when, reminder]
    return paragraph(" · ".join(parts), spacing="Small")


def _people(texts: Texts, count: int) -> str:
    return texts.many("{count} person", "{count} people", count)


def _twice(texts: Texts, day: CalendarDay) -> str:
    if day.certain:
        return texts.many(
            "{campaigns} campaigns: {count} person would get two or more",
            "{campaigns} campaigns: {count} people would get two or more",
            day.twice,
            campaigns=texts.number(day.campaigns),
        )
    return texts.many(
        "{campaigns} campaigns: {count} person may get two or more",
        "{campaigns} campaigns: {count} people may get two or more",
        day.twice,
        campaigns=texts.number(day.campaigns),
    )

"""Who is left: the recipients whom a message has not reached, or who have not done something with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import ActionSet, AdaptiveCard
from cards.kit.parts import beside, card, full_name, go, handle, heading, hint, name_of, paragraph
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.figures import Figures
from cards.results.outcomes import reason_of_one, state_of_one
from storage.records import Campaign, EngagementKind, Left, Result


def left_text(texts: Texts, left: Left, count: int) -> str:
    """How many are left, and of what."""
    match left:
        case Left.REACHED:
            return texts.many("{count} has not received it", "{count} have not received it", count)
        case Left.OPENED:
            return texts.many("{count} has not opened it", "{count} have not opened it", count)
        case Left.CLICKED:
            return texts.many("{count} has not clicked", "{count} have not clicked", count)
        case Left.ACKNOWLEDGED:
            return texts.many("{count} has not confirmed", "{count} have not confirmed", count)
        case Left.ANSWERED:
            return texts.many("{count} has not answered", "{count} have not answered", count)


@dataclass(frozen=True, slots=True)
class Group:
    left: Left
    count: int
    #: as many of them as a message may go to once more: none while the campaign runs
    writable: int


def left_card(texts: Texts, figures: Figures, groups: Sequence[Group]) -> AdaptiveCard:
    """The groups of people who are left, to be seen by name and, once the campaign has ended, to be written to."""
    campaign = figures.campaign
    body: list[Any] = [heading(texts("Who has not: {name}", name=name_of(texts, campaign)))]
    rows = [_group(texts, campaign, group) for group in groups if group.count]
    if not rows:
        body.append(paragraph(texts("Nobody is left: everybody has done everything.")))
    elif campaign.finished_at:
        body.append(hint(texts("“Write to them” makes a list of them, and a draft with the same message to change.")))
    else:
        body.append(hint(texts("It is still on its way. Once it has ended, you can write to them from here.")))
    return card(texts, [*body, *rows], [go(texts("Report"), "report.open", handle(campaign))])


def _group(texts: Texts, campaign: Campaign, group: Group) -> Any:
    words = left_text(texts, group.left, group.count)
    see = go(texts("See who"), "left.see", {**handle(campaign), "left": group.left}, tooltip=words)
    buttons = [see, *_write(texts, campaign, group)]
    spared = [hint(_spared(texts, group), spacing="None")] if 0 < group.writable < group.count else []
    row = beside([paragraph(words, weight="Bolder"), *spared, ActionSet(actions=buttons, spacing="Small")])
    row.separator = True
    return row


def _write(texts: Texts, campaign: Campaign, group: Group) -> list[Any]:
    if not group.writable:
        return []
    return [go(texts("Write to them"), "remind.make", {**handle(campaign), "kind": group.left})]


def _spared(texts: Texts, group: Group) -> str:
    return texts.many(
        "Write to {count} of them: the others want no campaigns, have had enough this week, or may have received it.",
        "Write to {count} of them: the others want no campaigns, have had enough this week, or may have received it.",
        group.writable,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleLeft:
    """A page of them."""

    group: Group
    people: Sequence[Result]
    #: the PersonIds after which the pages up to this one begin, this one's last
    trail: Sequence[int]
    more: bool
    #: what a segment of such people begins with ("segment.new")
    segment: Mapping[str, str]


def people_left_card(texts: Texts, campaign: Campaign, view: PeopleLeft) -> AdaptiveCard:
    zone, group = ZoneInfo(campaign.as_scheduled.schedule.zone), view.group
    body: list[Any] = [
        heading(texts("Who has not: {name}", name=name_of(texts, campaign))),
        paragraph(left_text(texts, group.left, group.count), weight="Bolder"),
        *(_person(texts, campaign, group.left, result, zone) for result in view.people),
    ]
    if not view.people:
        body.append(paragraph(texts("Nobody is left on this page.")))
    payload = {**handle(campaign), "left": group.left}
    leafing = []
    if len(view.trail) > 1:
        leafing.append(go(texts("Previous"), "left.see", {**payload, "trail": _trail(view.trail[:-1])}))
    if view.more and view.people:
        following = [*view.trail, view.people[-1].person.id]
        leafing.append(go(texts("Next"), "left.see", {**payload, "trail": _trail(following)}))
    if leafing:
        body.append(ActionSet(actions=leafing, spacing="Medium"))
    actions = [
        *_write(texts, campaign, group),
        go(texts("Export"), "export.open", payload),
        go(texts("Make it a segment"), "segment.new", view.segment),
        go(texts("Back"), "remind.open", handle(campaign)),
    ]
    return card(texts, body, actions)


def _trail(afters: Sequence[int]) -> str:
    return ",".join(str(after) for after in afters)


def _person(texts: Texts, campaign: Campaign, left: Left, result: Result, zone: ZoneInfo) -> Any:
    person, name = result.person, full_name(result.person)
    known = name if name == person.address or not person.address else f"{name} · {person.address}"
    row = beside([paragraph(escape_markdown(known)), hint(_why(texts, campaign, left, result, zone), spacing="None")])
    row.spacing = "Small"
    return row


def _why(texts: Texts, campaign: Campaign, left: Left, result: Result, zone: ZoneInfo) -> str:
    """Why it has not reached somebody; or how far they have come."""
    if left is Left.REACHED:
        if result.state.final and result.reason is not None:
            return reason_of_one(texts, result.reason, campaign.channel)
        return state_of_one(texts, result.state)
    if opened := result.engaged.first_at(EngagementKind.OPENED):
        return texts("opened it {moment}", moment=texts.moment(opened, zone))
    assert result.settled_at is not None
    return texts("received it {moment}", moment=texts.moment(result.settled_at, zone))

"""A campaign's figures by department, country, city, language and list; nothing of few people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Table
from cards.kit.parts import act, card, go, handle, heading, hint, name_of, paragraph, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.figures import Figures
from storage.records import COUNTED, Campaign, EngagementKind, Profile, ProfileFigures
from storage.records.segments import Fact, FactIs, Group, How
from storage.shared.json import to_json

LEAST = 10  #: people: of fewer nothing is told, nor could it be worked out
MOST = 30  #: segments of one kind: the largest
SHOWN = 10  #: of them on a card: it has its size
FIRST = 3  #: segments on the report itself
LIKE = 7  #: of one kind, of which a segment can be made by a press


class SegmentKind(StrEnum):
    DEPARTMENT = "department"
    COUNTRY = "country"
    CITY = "city"
    LANGUAGE = "language"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    kind: SegmentKind
    #: as it is known: a language's code, a list's number
    value: str
    recipients: int
    sent: int
    opened: int
    clicked: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the profiles, as a number with a bit for each; and how many people have them."""

    kind: SegmentKind
    value: str
    profiles: int
    people: int


def segments_of(figures: Sequence[ProfileFigures]) -> dict[SegmentKind, list[Segment]]:
    """What may be told, the largest first: of none under LEAST people, nor so that fewer could be worked out.

    What is left of a segment, or of all, without the segments of another kind that lie in it, is nobody or LEAST too.
    """
    whole = sum(one.recipients for one in figures)
    everybody = (1 << len(figures)) - 1
    told = {kind: _large(kind, figures) for kind in SegmentKind}
    while (tells := _that_tells(told, everybody, whole)) is not None:
        told[tells.kind].remove(tells)
    return {
        kind: [_segment(part, figures) for part in parts]
        for kind, parts in told.items()
        if any(part.profiles != everybody for part in parts)
    }


def _large(kind: SegmentKind, figures: Sequence[ProfileFigures]) -> list[_Part]:
    profiles, people = dict[str, int](), dict[str, int]()
    for place, one in enumerate(figures):
        if value := _value(one.profile, kind):
            profiles[value] = profiles.get(value, 0) | 1 << place
            people[value] = people.get(value, 0) + one.recipients
    parts = [_Part(kind, value, profiles[value], count) for value, count in people.items() if count >= LEAST]
    return sorted(parts, key=lambda part: (-part.people, part.value))[:MOST]


def _value(profile: Profile, kind: SegmentKind) -> str:
    value = getattr(profile, kind)
    return str(value) if value else ""


def _that_tells(told: Mapping[SegmentKind, list[_Part]], everybody: int, whole: int) -> _Part | None:
    """A segment that must not be told: without those that lie in something else that is told, few would be left."""
    around = [(everybody, whole), *((part.profiles, part.people) for parts in told.values() for part in parts)]
    for profiles, people in around:
        for parts in told.values():
            inside = [part for part in parts if part.profiles & ~profiles == 0]
            left = people - sum(part.people for part in inside)
            if inside and 0 < left < LEAST:
                return min(inside, key=lambda part: (part.people, part.value))
    return None


def _segment(part: _Part, figures: Sequence[ProfileFigures]) -> Segment:
    some = [one for place, one in enumerate(figures) if part.profiles >> place & 1]
    return Segment(
        kind=part.kind,
        value=part.value,
        recipients=part.people,
        sent=sum(one.sent for one in some),
        opened=sum(one.opened for one in some),
        clicked=sum(one.clicked for one in some),
        acknowledged=sum(one.acknowledged for one in some),
    )


# --- as they are shown ------------------------------------------------------------------------

Told = Mapping[SegmentKind, Sequence[Segment]]
Lists = Mapping[str, str]  #: names of the audience's lists, by their number


def kind_of_segment(texts: Texts, kind: SegmentKind) -> str:
    return {
        SegmentKind.DEPARTMENT: texts("Department"),
        SegmentKind.COUNTRY: texts("Country"),
        SegmentKind.CITY: texts("City"),
        SegmentKind.LANGUAGE: texts("Language"),
        SegmentKind.LIST: texts("List"),
    }[kind]


def name_of_segment(texts: Texts, segment: Segment, lists: Lists) -> str:
    if segment.kind is SegmentKind.LIST:
        return lists.get(segment.value) or texts("a list that is gone")
    return texts.language_name(segment.value) if segment.kind is SegmentKind.LANGUAGE else segment.value


def measured(figures: Figures) -> list[EngagementKind]:
    """What can be told of each segment beside what was sent, what says most first; nothing of an anonymous one."""
    return [] if figures.anonymous else [kind for kind in reversed(COUNTED) if figures.counts(kind)]


def did(segment: Segment, kind: EngagementKind) -> int:
    return int(getattr(segment, kind))


def _done(texts: Texts, kind: EngagementKind | None) -> str:
    """In a word that fits at the head of a narrow column."""
    done = {
        None: texts("sent"),
        EngagementKind.OPENED: texts("opened"),
        EngagementKind.CLICKED: texts("clicked"),
        EngagementKind.ACKNOWLEDGED: texts("confirmed"),
    }
    return done[kind].capitalize()


def _table(texts: Texts, segments: Iterable[Segment], lists: Lists, kind: EngagementKind | None) -> Table:
    rows = [
        (
            escape_markdown(name_of_segment(texts, segment, lists)),
            texts.number(segment.recipients),
            texts.percent(segment.sent, segment.recipients)
            if kind is None
            else texts.percent(did(segment, kind), max(segment.sent, did(segment, kind))),
        )
        for segment in segments
    ]
    return Table([(texts("Segment"), texts("People"), _done(texts, kind)), *rows], widths=[1, 1, 1])


def segments_in_report(texts: Texts, figures: Figures, told: Told, lists: Lists) -> list[Any]:
    """The three largest of the first kind; the rest behind a button."""
    if not told:
        return []
    kind, segments = next(iter(told.items()))
    best = next(iter(measured(figures)), None)
    return [
        subheading(texts("By {segment}", segment=kind_of_segment(texts, kind).lower())),
        _table(texts, segments[:FIRST], lists, best),
        ActionSet(actions=[go(texts("All segments"), "breakdown.open", handle(figures.campaign))]),
    ]


def segments_card(
    texts: Texts, figures: Figures, told: Told, lists: Lists, kind: EngagementKind | None
) -> AdaptiveCard:
    """``kind``: what people did, of which the share is shown; None: what was sent."""
    campaign = figures.campaign
    body: list[Any] = [heading(texts("By segment: {name}", name=name_of(texts, campaign)))]
    if not told:
        body.append(paragraph(texts("Too little is known of its recipients, or they are too few, to tell them apart.")))
    for of_kind, segments in told.items():
        body += [subheading(kind_of_segment(texts, of_kind)), _table(texts, segments[:SHOWN], lists, kind)]
        if more := len(segments[SHOWN:]):
            body.append(hint(texts.many("{count} more in the export", "{count} more in the export", more)))
    body.append(
        hint(texts("As it was when the campaign started. Nothing is told of fewer than {count} people.", count=LEAST))
    )
    body += _people_like_these(texts, figures, told)
    others = [other for other in (*measured(figures), None) if other is not kind] if told else []
    actions = [go(_done(texts, other), "breakdown.open", handle(campaign, kind=other or "sent")) for other in others]
    return card(texts, body, [*actions, go(texts("Report"), "report.open", handle(campaign))])


def _people_like_these(texts: Texts, figures: Figures, told: Told) -> list[Any]:
    """A row becomes a segment, of whoever it is true of by then; a list is one that people can be sent to already."""
    facts = [(Fact(kind), one) for kind, some in told.items() if kind is not SegmentKind.LIST for one in some[:LIKE]]
    if not facts:
        return []
    choices = [
        (
            to_json(Group(how=How.ALL, parts=(FactIs(fact=fact, values=(one.value,)),))),
            texts("{kind}: {name}", kind=kind_of_segment(texts, one.kind), name=name_of_segment(texts, one, {})),
        )
        for fact, one in facts
    ]
    field = ChoiceInput(choices, id="rule", label=texts("People like these"), value=choices[0][0], style="compact")
    press = act(texts("Make it a segment"), "segment.new", {"of": sources_of(figures.campaign)})
    return [field, ActionSet(actions=[press], spacing="Small")]


def sources_of(campaign: Campaign) -> str:
    """Out of whom a segment of a campaign's people is made, as "segment.new" takes it."""
    audience = campaign.as_scheduled.audience
    return ",".join(["everyone"] if audience.everyone else [f"list:{id}" for id in audience.lists])


def segment_rows(texts: Texts, figures: Figures, told: Told, lists: Lists) -> list[tuple[str, str]]:
    """For a file: a line for each segment, with all that is counted."""
    rows = []
    for kind, segments in told.items():
        for segment in segments:
            counts = [(texts("Recipients"), segment.recipients), (texts("Sent"), segment.sent)]
            counts += [(_done(texts, one), did(segment, one)) for one in reversed(measured(figures))]
            said = texts.enumerate([texts("{what}: {count}", what=what, count=texts.number(n)) for what, n in counts])
            name = name_of_segment(texts, segment, lists)
            rows.append((texts("{kind}: {name}", kind=kind_of_segment(texts, kind), name=name), said))
    return rows

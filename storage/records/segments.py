"""Whom a segment concerns: a rule as a record, and whether it holds for a person. Pure.

A rule is a group of parts: all of them hold, any of them, or none. A part is a condition or another group. ``matches``
says for whom it holds; the stores, by their own means, say the same. No text of a rule is ever a part of a query:
values are compared, in any letter case and with any spaces between their words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from storage.records.channels import Channel
from storage.records.engagement import NOTHING, Engaged, EngagementKind
from storage.records.ids import CampaignId
from storage.records.people import Person

DEEPEST = 3  #: groups within groups, the outermost counted
MOST_PARTS = 6  #: of one group: conditions on a card
MOST_VALUES = 20  #: that one condition compares with
LONGEST_VALUE = 200  #: characters
LONGEST_PAST = 365  #: days that "in the last days" reaches back


class Fact(StrEnum):
    """What is known of a person: the directory says it, or else a column of the lists that they stand in."""

    DEPARTMENT = "department"
    COUNTRY = "country"
    CITY = "city"
    OFFICE = "office"
    TITLE = "title"
    MANAGER = "manager"  #: by their full name
    LANGUAGE = "language"  #: the one they asked for, or else their client's


#: the columns of a list that say a fact where the directory does not; the first that says something wins
COLUMNS_OF_FACT: Mapping[Fact, tuple[str, ...]] = {
    Fact.DEPARTMENT: ("DEPARTMENT", "DEPT", "DEPARTEMENT", "SERVICE"),
    Fact.COUNTRY: ("COUNTRY", "PAYS"),
    Fact.CITY: ("CITY", "VILLE"),
    Fact.OFFICE: ("OFFICE", "SITE", "LOCATION", "BUREAU"),
    Fact.TITLE: ("TITLE", "JOBTITLE", "JOB_TITLE", "ROLE", "FONCTION", "POSTE", "TITRE"),
    Fact.MANAGER: ("MANAGER", "SUPERVISOR", "RESPONSABLE", "MANAGER_EMAIL"),
    Fact.LANGUAGE: ("LANGUAGE", "LANGUE"),
}


class Act(StrEnum):
    """What somebody did with a campaign."""

    RECEIVED = "received"
    OPENED = "opened"
    CLICKED = "clicked"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"


#: by which kind of engagement an act shows; what was received shows in the delivery
KIND_OF_ACT: Mapping[Act, EngagementKind] = {
    Act.OPENED: EngagementKind.OPENED,
    Act.CLICKED: EngagementKind.CLICKED,
    Act.CONFIRMED: EngagementKind.ACKNOWLEDGED,
    Act.ANSWERED: EngagementKind.ANSWERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactIs:
    """A fact is one of these values."""

    fact: Fact
    values: tuple[str, ...]
    #: a value stands somewhere in it
    contains: bool = False
    kind: Literal["fact"] = "fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnIs:
    """A column of the audience's lists says one of these values; the first list that says something wins."""

    #: in capitals, as it is a variable of a message ("FLOOR")
    column: str
    values: tuple[str, ...]
    contains: bool = False
    kind: Literal["column"] = "column"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChannel:
    """They can be reached on this channel."""

    channel: Channel
    kind: Literal["channel"] = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class IsGuest:
    """They are of another organisation, invited into this one."""

    kind: Literal["guest"] = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """They have the bot on the audience's channel, and installed it in [since, before)."""

    since: datetime | None = None
    before: datetime | None = None
    kind: Literal["installed"] = "installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """They did this with a campaign: "not" holds for those, too, who never received it."""

    campaign: CampaignId
    act: Act
    #: of CLICKED and ANSWERED: the number of the link, or of the answer that holds now; None is any
    button: int | None = None
    kind: Literal["did"] = "did"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLately:
    """A campaign was delivered to them in the last so many days, as far as it is still kept whom it was sent to."""

    days: int
    kind: Literal["lately"] = "lately"


class How(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    how: How
    parts: tuple[Part, ...]
    kind: Literal["group"] = "group"


Condition = FactIs | ColumnIs | OnChannel | IsGuest | Installed | Did | ReceivedLately
Part = FactIs | ColumnIs | OnChannel | IsGuest | Installed | Did | ReceivedLately | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """All that a rule asks of one person."""

    person: Person
    #: on which they can be reached
    channels: frozenset[Channel] = frozenset()
    #: on the audience's channel; None: not known, or they have not, or not any more
    installed_at: datetime | None = None
    #: what the audience's lists say about them, the first that says something wins
    columns: Mapping[str, str] = field(default_factory=dict)
    #: when each campaign was delivered to them: those that a rule names, and those of the last days
    received: Mapping[CampaignId, datetime] = field(default_factory=dict)
    did: Mapping[CampaignId, Engaged] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class KnownValue:
    """A value as somebody has written it."""

    #: the list of which a column says it; 0: the directory says it
    list: int
    #: a fact, or a column in capitals
    name: str
    value: str


def folded(text: str) -> str:
    """How values are compared."""
    return " ".join(text.split()).casefold()


def says(text: str, values: tuple[str, ...], *, contains: bool) -> bool:
    """Whether what is known is one of these values; nothing known is none of them."""
    known = folded(text)
    if not known:
        return False
    return any(folded(value) in known if contains else folded(value) == known for value in values)


def fact_of(fact: Fact, person: Person, columns: Mapping[str, str]) -> str:
    """What is known: "" where nothing is."""
    own = language_of(person.language, person.locale) if fact is Fact.LANGUAGE else getattr(person, fact, "")
    return own or next((columns[name] for name in COLUMNS_OF_FACT[fact] if columns.get(name)), "")


def language_of(language: str, locale: str) -> str:
    """ "fr", of somebody who asked for it, or whose client says "fr-FR"."""
    return (language or locale).replace("_", "-").partition("-")[0].lower()


def matches(rule: Part, facts: PersonFacts, now: datetime) -> bool:
    """Whether a rule holds for a person at this instant."""
    match rule:
        case Group(how=How.ALL):
            return all(matches(part, facts, now) for part in rule.parts)
        case Group():
            return any(matches(part, facts, now) for part in rule.parts) is (rule.how is How.ANY)
        case FactIs():
            return says(fact_of(rule.fact, facts.person, facts.columns), rule.values, contains=rule.contains)
        case ColumnIs():
            return says(facts.columns.get(rule.column, ""), rule.values, contains=rule.contains)
        case OnChannel():
            return rule.channel in facts.channels
        case IsGuest():
            return facts.person.guest
        case Installed():
            at = facts.installed_at
            since, before = rule.since, rule.before
            return at is not None and (since is None or at >= since) and (before is None or at < before)
        case ReceivedLately():
            return any(at >= reaches_back_to(rule, now) for at in facts.received.values())
        case Did():
            return _did(rule, facts)


def reaches_back_to(rule: ReceivedLately, now: datetime) -> datetime:
    return now - timedelta(days=rule.days)


def _did(rule: Did, facts: PersonFacts) -> bool:
    if rule.act is Act.RECEIVED:
        return rule.campaign in facts.received
    record = facts.did.get(rule.campaign, NOTHING)
    if rule.act is Act.ANSWERED:
        return record.answer is not None and rule.button in (None, record.answer)
    kind = KIND_OF_ACT[rule.act]
    return record.has(kind) if rule.button is None else (kind, rule.button) in record.pressed


# --- what is wrong with one -------------------------------------------------------------------

#: where a part stands: its place in the outermost group, in the group there, and so on; () is the whole rule
Path = tuple[int, ...]


class Wrong(StrEnum):
    """Why a line cannot stand."""

    EMPTY = "empty"  #: a group without a part: an empty segment
    TOO_MANY = "too_many"  #: parts in one group
    TOO_DEEP = "too_deep"
    NO_VALUE = "no_value"
    TOO_MANY_VALUES = "too_many_values"
    VALUE_TOO_LONG = "value_too_long"
    DAYS = "days"  #: none, or more than are kept
    DATES = "dates"  #: neither is there, or they are the wrong way round
    #: what shows only beside what is kept
    COLUMN_GONE = "column_gone"  #: no list of the audience has it
    CAMPAIGN_GONE = "campaign_gone"  #: deleted, or not kept any more by whom it was received
    NO_NAMES = "no_names"  #: only totals are kept of what people do with it
    LIST_GONE = "list_gone"  #: a list that the segment is of, or leaves out
    HOLDS_ITSELF = "holds_itself"  #: it is of itself, be it through another one
    NESTED = "nested"  #: segments of segments, more than can be followed
    PART_WRONG = "part_wrong"  #: a segment that it is of has a line that cannot stand


@dataclass(frozen=True, slots=True)
class Mistake:
    path: Path
    why: Wrong


def mistakes(rule: Part) -> list[Mistake]:
    """What is wrong with a rule by itself, in the order of its lines."""
    return list(_mistakes(rule, (), 1))


def _mistakes(rule: Part, path: Path, depth: int) -> Iterator[Mistake]:
    if not isinstance(rule, Group):
        yield from (Mistake(path, why) for why in _mistakes_of(rule))
        return
    if not rule.parts:
        yield Mistake(path, Wrong.EMPTY)
    if len(rule.parts) > MOST_PARTS:
        yield Mistake(path, Wrong.TOO_MANY)
    if depth > DEEPEST:
        yield Mistake(path, Wrong.TOO_DEEP)
        return
    for place, part in enumerate(rule.parts):
        yield from _mistakes(part, (*path, place), depth + 1)


def _mistakes_of(condition: Condition) -> Iterator[Wrong]:
    match condition:
        case FactIs(values=values) | ColumnIs(values=values):
            if not all(folded(value) for value in values) or not values:
                yield Wrong.NO_VALUE
            if len(values) > MOST_VALUES:
                yield Wrong.TOO_MANY_VALUES
            if any(len(value) > LONGEST_VALUE for value in values):
                yield Wrong.VALUE_TOO_LONG
        case Installed(since=since, before=before):
            if (since is None and before is None) or (since and before and since >= before):
                yield Wrong.DATES
        case ReceivedLately(days=days):
            if not 1 <= days <= LONGEST_PAST:
                yield Wrong.DAYS


def conditions_of(rule: Part, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """Every condition with where it stands, in the order of its lines."""
    if isinstance(rule, Group):
        for place, part in enumerate(rule.parts):
            yield from conditions_of(part, (*path, place))
    else:
        yield path, rule


def campaigns_in(rule: Part) -> frozenset[CampaignId]:
    return frozenset(condition.campaign for _, condition in conditions_of(rule) if isinstance(condition, Did))

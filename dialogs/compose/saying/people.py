"""People who are described in a sentence: what is known of them is looked at, and a segment is made of the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cards.kit.variables import escape_markdown
from cards.lists.conditions import acts_with, meaning_text
from dialogs.core.turn import Turn
from dialogs.core.visibility import campaigns_of, lists_of, named_in
from dialogs.forms.cleaning import NAME
from dialogs.lists.audience import free_name
from dialogs.lists.imports.headings import Whose, meaning
from dialogs.sayings import Ask, Asked, Described, Holds, Saying
from dialogs.sayings.words.names import EVERYBODY
from dialogs.sayings.words.people import People
from dialogs.sayings.words.tokens import Sort, cut
from storage.records import Audience, Campaign, DeedKind, DistributionList, ListId
from storage.records.rights import reaches_everyone
from storage.records.segments import (
    COLUMNS_OF_FACT,
    Act,
    ColumnIs,
    Condition,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    KnownValue,
    Part,
    folded,
    mistakes,
)
from storage.shared.segments import columns_behind

LONGEST = 4  #: words of a value
READ = 80  #: words of a sentence in which values are looked for: it begins with whom it is for
LOOKED_AT = 50_000  #: people of lists, in all, whose columns are looked at
NAMED = 3  #: lists that were not looked at, by name
CAMPAIGNS = 30  #: newest ones that a sentence can name
_WHO = frozenset(["who", "qui"])
_FACTS = {column: fact for fact, columns in COLUMNS_OF_FACT.items() for column in columns}


def may_describe(words: str, saying: Saying) -> bool:
    """Whether what was not understood of a sentence may be people, by what is known of them."""
    asks = {Ask.WHICH_LIST, Ask.UNKNOWN_LIST, Ask.NOT_UNDERSTOOD, Ask.FOR_THE_TEXT, Ask.A_MESSAGE}
    return any(one.ask in asks for one in saying.asks) or any(token.text in _WHO for token in cut(words)[:READ])


class Known:
    """What is known that the words of a sentence may speak of."""

    def __init__(self, values: Iterable[KnownValue], campaigns: Iterable[Campaign], unread: Iterable[str] = ()) -> None:
        #: names of lists whose columns were not looked at: too many people stand in them
        self.unread = [*unread]
        told = (one for one in values if kind_of(one) == Fact.MANAGER or not names_another(one))
        #: of several ways to write one, that in capitals is shown last
        self.values = sorted(told, key=lambda one: (one.value.isupper(), one))
        self.campaigns = {one.name: one for one in reversed([*campaigns])}

    @property
    def people(self) -> People:
        return People(((kind_of(one), one.value) for one in self.values), self.campaigns)

    def lists_saying(self, holds: Holds) -> set[int]:
        """Which lists say one of these values; 0: the directory does."""
        wanted = {value.casefold() for value in holds.values}
        return {one.list for one in self.values if kind_of(one) == holds.kind and one.value.casefold() in wanted}


def names_another(known: KnownValue) -> bool:
    """Whether it is the name of somebody else: "tell Claire" is not said of those whose assistant she is."""
    return bool(known.list) and meaning(known.name).whose is Whose.ANOTHERS


def kind_of(known: KnownValue) -> str:
    """The fact that a column says, or the column itself."""
    if not known.list:
        return known.name
    fact = _FACTS.get(known.name)
    return str(fact) if fact else f"column:{known.name}"


async def known_to(turn: Turn, words: str, lists: Sequence[DistributionList]) -> Known:
    """What of a sentence is a value of the directory or of a column of these lists, or a campaign of theirs."""
    typed = [token for token in cut(words)[:READ] if token.sort in (Sort.WORD, Sort.NUMBER, Sort.QUOTED)]
    wanted: set[str] = set()
    for place, token in enumerate(typed):
        for last in typed[place : place + LONGEST]:
            phrase = words[token.start : last.end].strip("“”«»\"' \xa0")
            phrase = re.sub(r"['’]s$", "", phrase)  # "Claire Martin's team"
            wanted |= {phrase, phrase[:-1]} if phrase.endswith(("s", "x")) else {phrase, f"{phrase}s"}
    looked_at, unread, left = list[ListId](), list[str](), LOOKED_AT
    for one in sorted(lists, key=lambda one: folded(one.name) not in folded(words)):  # those that are named come first
        if not one.columns or one.segment is not None:
            continue
        if one.size <= left:
            looked_at, left = [*looked_at, one.id], left - one.size
        else:
            unread.append(one.name)
    values = await turn.store.known_values(turn.person.tenant, looked_at, wanted)
    newest = await campaigns_of(turn, CAMPAIGNS)
    told = [one for one in newest if one.frozen and one.keeps_people and not one.anonymous]
    return Known(values, told, unread)


# --- as segments ------------------------------------------------------------------------------


async def with_segments(turn: Turn, saying: Saying, known: Known) -> tuple[Saying, list[DistributionList]]:
    """The saying with a segment in the place of each description, made where there is none; and these segments.

    A description of nobody's is asked about, as a list that is not there.
    """
    segments: dict[str, DistributionList] = {}
    asks = list[Asked]()
    for words, described in saying.described.items():
        meant = await _audience(turn, described, known)
        if meant is None:
            asks.append(Asked(Ask.UNKNOWN_LIST, words, (), left_out=words in (saying.exclude or ())))
        else:
            segments[words] = await _segment(turn, words, meant)

    def named(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if names is None:
            return None
        there = [one for one in names if one not in saying.described or one in segments]
        return tuple(segments[one].name if one in segments else one for one in there) or None

    changed = replace(saying, audience=named(saying.audience), exclude=named(saying.exclude))
    return replace(changed, asks=(*saying.asks, *asks)), [*segments.values()]


async def _audience(turn: Turn, described: Described, known: Known) -> Audience | None:
    """None where nobody says such a thing of people who are theirs."""
    parts = [_part(one, known) for one in described.holds]
    if None in parts:
        return None
    rule = Group(how=How.ALL, parts=tuple(part for part in parts if part is not None))
    lists = await lists_of(turn)
    said_by = [known.lists_saying(one) for one in described.holds if one.kind not in (*Act, Fact.LANGUAGE)]
    if described.of and described.of != EVERYBODY:
        of = [one.id for one in lists if one.name == described.of]
        if len(of) != 1:
            return None
        meant = Audience(lists=(of[0],), guests=True, only=rule)
        behind = {0, *(await named_in(turn, meant)).lists}
        return None if mistakes(rule) or not all(some & behind for some in said_by) else meant
    everyone = reaches_everyone(turn.role)
    if everyone and all(0 in some for some in said_by):
        return None if mistakes(rule) else Audience(everyone=True, guests=True, only=rule)
    saying_all = [one.id for one in lists if said_by and all({0, one.id} & some for some in said_by)]
    of_lists = tuple(id for id in saying_all if any(id in some for some in said_by))
    return Audience(lists=of_lists, guests=True, only=rule) if of_lists and not mistakes(rule) else None


def _part(holds: Holds, known: Known) -> Part | None:
    condition: Condition
    if holds.kind in list(Act):
        campaign = known.campaigns.get(holds.values[0])
        if campaign is None or (Act(holds.kind), None) not in acts_with(campaign):
            return None
        condition = Did(campaign=campaign.id, act=Act(holds.kind))
    elif holds.kind.startswith("column:"):
        condition = ColumnIs(column=holds.kind.removeprefix("column:"), values=holds.values)
    else:
        condition = FactIs(fact=Fact(holds.kind), values=holds.values)
    return Group(how=How.NONE, parts=(condition,)) if holds.negated else condition


async def _segment(turn: Turn, words: str, meant: Audience) -> DistributionList:
    """The one of theirs that says just this, or a new one, called as it was said."""
    lists = await lists_of(turn)
    same = [one for one in lists if one.segment == meant and one.owner == turn.person.id]
    if same:
        return same[0]
    name = free_name((words[:1].upper() + words[1:])[:NAME], {one.name.casefold() for one in lists})
    columns = columns_behind(meant.lists, await named_in(turn, meant))
    deed = replace(turn.deed(DeedKind.CREATED), cause="")  # one sentence may make several; the same is found again
    return await turn.store.new_segment(turn.person.tenant, turn.person.id, name, meant, columns, deed=deed)


async def meanings(turn: Turn, segments: Iterable[DistributionList]) -> Mapping[str, str]:
    """By a segment's name, what was understood: of whom, and each condition."""
    texts, called = turn.texts, {one.id: one.name for one in await lists_of(turn)}
    told = {}
    for one in segments:
        meant = one.segment or Audience()
        names = [texts("everyone who has installed Crieur")] if meant.everyone else []
        names += [escape_markdown(called.get(id, "")) for id in meant.lists]
        campaigns = (await named_in(turn, meant)).campaigns
        told[one.name] = meaning_text(texts, texts.enumerate(names), meant.only, campaigns)
    return told


def unread_text(turn: Turn, saying: Saying, known: Known | None) -> str:
    """Whose columns were not looked at, where the words describe people, or may; "" where it makes no difference."""
    may = {Ask.WHICH_LIST, Ask.UNKNOWN_LIST, Ask.NOT_UNDERSTOOD}
    if known is None or not known.unread or not (saying.described or any(one.ask in may for one in saying.asks)):
        return ""
    names = turn.texts.enumerate([turn.texts("“{name}”", name=escape_markdown(one)) for one in known.unread[:NAMED]])
    return turn.texts(
        "I did not look into the columns of {lists}: too many people stand there for a sentence."
        " **new segment** asks all of them.",
        lists=names,
    )

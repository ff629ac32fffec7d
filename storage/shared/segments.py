"""Segments beside what they name: lists, other segments, campaigns.

A segment of which a line cannot stand any more (its campaign is forgotten, a list is gone) stands for nobody, and an
audience that leaves such a segment out is nobody: nobody is written to who may have to be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from storage.records import Audience, Campaign, CampaignId, DistributionList, ListId, TenantId
from storage.records.segments import ColumnIs, Did, Mistake, Wrong, campaigns_in, conditions_of, mistakes

NESTED = 3  #: segments of segments that are followed


@dataclass(frozen=True, slots=True)
class Named:
    """What an audience names, be it through segments, as far as it is there and of the organisation."""

    tenant: TenantId
    lists: Mapping[ListId, DistributionList] = field(default_factory=dict)
    campaigns: Mapping[CampaignId, Campaign] = field(default_factory=dict)


def named_by(audience: Audience, lists: Mapping[ListId, DistributionList]) -> Iterator[ListId]:
    """Every list that it names and that its segments name, each once."""
    seen: set[ListId] = set()
    waiting = list(audience.named)
    while waiting:
        id = waiting.pop()
        if id in seen:
            continue
        seen.add(id)
        yield id
        if (one := lists.get(id)) is not None and one.segment is not None:
            waiting += one.segment.named


class Lists(Protocol):
    async def distribution_list(self, id: ListId) -> DistributionList | None: ...


async def lists_behind_all(store: Lists, audience: Audience) -> dict[ListId, DistributionList]:
    """The lists that an audience names, and those that its segments are made of, as far as they are there."""
    known: dict[ListId, DistributionList] = {}
    waiting, seen = list(audience.named), set[ListId]()
    while waiting:
        if (id := waiting.pop()) in seen:
            continue
        seen.add(id)
        if (one := await store.distribution_list(id)) is not None:
            known[id] = one
            waiting += one.segment.named if one.segment else ()
    return known


def segments_about(id: CampaignId, lists: Iterable[DistributionList]) -> set[ListId]:
    """Those that ask what people did with a campaign, and those that are made of them."""
    known = list(lists)
    about = [one.id for one in known if one.segment and one.segment.only and id in campaigns_in(one.segment.only)]
    return {holding for segment in about for holding in held_by(segment, known)}


def campaigns_of(audiences: Iterable[Audience | None]) -> set[CampaignId]:
    """The campaigns that their rules name."""
    rules = (audience.only for audience in audiences if audience is not None and audience.only is not None)
    return {id for rule in rules for id in campaigns_in(rule)}


def held_by(id: ListId, lists: Iterable[DistributionList]) -> set[ListId]:
    """The list, and the segments among these that are made of it, be it through others."""
    segments = [one for one in lists if one.segment is not None]
    holding = {id}
    while more := {one.id for one in segments if one.segment and holding & set(one.segment.named)} - holding:
        holding |= more
    return holding


def unneeded(lists: Iterable[DistributionList], people: Collection[int], used: Collection[int]) -> list[ListId]:
    """The lists of these people that nobody else has seen. ``used``: what campaigns at work name.

    What is shared or used stays, what somebody else owns, and whatever a segment that stays is made of.
    """
    known = {one.id: one for one in lists}
    stay = [
        id
        for id, one in known.items()
        if one.owner not in people or one.shared_with or one.shared_with_all or id in used
    ]
    needed = set(named_by(Audience(lists=tuple(stay)), known))
    return [id for id in known if id not in needed]


def tells_segments_apart(audience: Audience) -> bool:
    """Whether it matters of whom of an audience a segment of it is: not where the segment is all there is."""
    return audience.everyone or len(audience.lists) > 1


def lists_behind(lists: Sequence[ListId], known: Mapping[ListId, DistributionList], nested: int = 0) -> list[ListId]:
    """These lists, with the lists that a segment is of in the segment's place: what they say comes in this order."""
    behind: list[ListId] = []
    for id in lists:
        one = known.get(id)
        if one is None or one.segment is None:
            behind.append(id)
        elif nested < NESTED:
            behind += lists_behind(one.segment.lists, known, nested + 1)
    return list(dict.fromkeys(behind))


def columns_behind(lists: Sequence[ListId], named: Named) -> list[str]:
    """What the lists of an audience say of people, each column once."""
    known = (named.lists.get(id) for id in lists_behind(lists, named.lists))
    return list(dict.fromkeys(column for one in known if one is not None for column in one.columns))


def mistakes_of(segment: Audience, named: Named, own: ListId | None = None) -> list[Mistake]:
    """What is wrong with a segment beside what it names. ``own``: its number, where it has one."""
    return list(_mistakes_of(segment, named, own))


def _mistakes_of(segment: Audience, named: Named, own: ListId | None) -> Iterator[Mistake]:
    if own is not None and own in set(named_by(segment, named.lists)):
        yield Mistake((), Wrong.HOLDS_ITSELF)
        return
    if _depth(segment, named, 0) > NESTED:
        yield Mistake((), Wrong.NESTED)
        return
    rule = segment.only
    if rule is not None:
        yield from mistakes(rule)
    known = [named.lists.get(id) for id in segment.named]
    if None in known:
        yield Mistake((), Wrong.LIST_GONE)
    if any(one is not None and one.segment is not None and not is_sound(one.segment, named) for one in known):
        yield Mistake((), Wrong.PART_WRONG)
    columns = columns_behind(segment.lists, named)
    for path, condition in conditions_of(rule) if rule is not None else ():
        if isinstance(condition, ColumnIs) and condition.column not in columns:
            yield Mistake(path, Wrong.COLUMN_GONE)
        if isinstance(condition, Did) and (wrong := _wrong_campaign(named.campaigns.get(condition.campaign))):
            yield Mistake(path, wrong)


def _wrong_campaign(campaign: Campaign | None) -> Wrong | None:
    if campaign is None or not campaign.keeps_people:
        return Wrong.CAMPAIGN_GONE
    return Wrong.NO_NAMES if campaign.anonymous else None


def is_sound(segment: Audience, named: Named) -> bool:
    """Whether every line of it can stand, those of the segments in it too."""
    return not mistakes_of(segment, named)


def _depth(segment: Audience, named: Named, above: int) -> int:
    """How many segments stand within one another; no further than is followed."""
    if above > NESTED:
        return above
    inner = (named.lists.get(id) for id in segment.named)
    return max((_depth(one.segment, named, above + 1) for one in inner if one and one.segment), default=above)

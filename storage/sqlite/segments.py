"""The people of an audience as SQL, its segments and its rule with it. Values are bound; of a rule's own words none is
ever a part of a statement.

A rule is compiled into one condition on ``person p``. What the directory says is looked up among the spellings that
there are, each of which an index finds. Where a fact of the rule names fewer people than the lists have, the fact's
index leads, and the lists are asked about each; else the lists lead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.records import (
    DIRECTORY_FACTS,
    Audience,
    CampaignId,
    Channel,
    DeliveryState,
    DistributionList,
    ListId,
    TenantId,
)
from storage.records.campaigns import ENGAGES_FOR
from storage.records.instants import ms
from storage.records.segments import (
    COLUMNS_OF_FACT,
    KIND_OF_ACT,
    Act,
    ColumnIs,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    IsGuest,
    KnownValue,
    OnChannel,
    Part,
    ReceivedLately,
    folded,
    language_of,
    reaches_back_to,
    says,
)
from storage.shared.campaign_json import campaign_from_json
from storage.shared.engagement_json import bit_of
from storage.shared.segments import Named, campaigns_of, columns_behind, is_sound, lists_behind
from storage.sqlite.engine import as_json
from storage.sqlite.lists import LIST, list_of

Query = tuple[str, list[object]]

NOBODY: Query = ("SELECT 0 AS person WHERE 0", [])
FEW = 200_000  #: people that are counted at the most, to see which index leads


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose people are asked for, and when."""

    db: sqlite3.Connection
    channel: Channel
    now: datetime
    named: Named

    @property
    def tenant(self) -> TenantId:
        return self.named.tenant


def known_lists(db: sqlite3.Connection, lists: Iterable[ListId]) -> dict[ListId, DistributionList]:
    """These lists, and those that they are made of, be it through others, as far as they are there."""
    known: dict[ListId, DistributionList] = {}
    waiting = set(lists)
    while waiting:
        rows = db.execute(
            f"SELECT {LIST} FROM list WHERE id IN (SELECT value FROM json_each(?)) AND NOT blank",
            (as_json(sorted(waiting)),),
        ).fetchall()
        read = [list_of(row) for row in rows]
        known |= {one.id: one for one in read}
        waiting = {id for one in read if one.segment for id in one.segment.named if id not in known}
    return known


def named_in(db: sqlite3.Connection, tenant: TenantId, audience: Audience) -> Named:
    """What an audience names, be it through segments, as far as it is there and of the organisation."""
    lists = {id: one for id, one in known_lists(db, audience.named).items() if one.tenant == tenant}
    campaigns = campaigns_of([audience, *(one.segment for one in lists.values())])
    if not campaigns:
        return Named(tenant, lists)
    kept = db.execute(
        "SELECT record FROM campaign WHERE id IN (SELECT value FROM json_each(?)) AND tenant = ?",
        (as_json(sorted(campaigns)), tenant),
    ).fetchall()
    return Named(tenant, lists, {one.id: one for one in (campaign_from_json(record) for (record,) in kept)})


def people_with_guests(asked: Asked, audience: Audience) -> Query:
    """SQL that gives the person ids of an audience as ``person``, each once, guests or not."""
    base, values = _of_all_hidden(asked, audience)
    for hidden, sign in ((audience.among, "IN"), (audience.beyond, "NOT IN")):
        if hidden:
            standing, bound = _of_hidden(hidden)
            base, values = f"SELECT person FROM ({base}) WHERE person {sign} ({standing})", [*values, *bound]
    return base, values


def _of_hidden(lists: Sequence[int]) -> Query:
    if len(lists) == 1:
        return "SELECT person FROM list_member WHERE list = ?", list(lists)
    return "SELECT person FROM list_member WHERE list IN (SELECT value FROM json_each(?))", [as_json(lists)]


def _of_all_hidden(asked: Asked, audience: Audience) -> Query:
    """Whatever lists that nobody sees they stand in."""
    lists, segments = _parts(asked, audience.lists)
    without, left_out = _parts(asked, audience.except_lists)
    if not all(is_sound(one, asked.named) for one in left_out):
        return NOBODY  # nobody is written to who may have to be left out
    if audience.only is not None and not is_sound(audience, asked.named):
        return NOBODY
    sources = _sources(asked, audience, lists, segments)
    if not sources:
        return NOBODY
    outs = ([_of_lists(without)] if without else []) + [people_with_guests(asked, one) for one in left_out]
    if audience.only is not None and (leading := _leading(asked, audience, lists, segments)):
        return _led_by(asked, leading, audience, sources, outs)
    base = " UNION ".join(source.people[0] for source in sources)
    values = [value for source in sources for value in source.people[1]]
    if outs:
        sql = " AND ".join(f"person NOT IN ({out})" for out, _ in outs)
        base, values = f"SELECT person FROM ({base}) WHERE {sql}", [*values, *(v for _, some in outs for v in some)]
    if audience.only is None:
        return base, values
    rule, bound = _rule(_Compiled(asked, audience), audience.only)
    # the lists lead: SQLite would rather read all the people of an index, as it does not count them
    return (
        f"SELECT p.id AS person FROM ({base}) b CROSS JOIN person p ON p.id = b.person WHERE {rule}",
        [*values, *bound],
    )


def holds(asked: Asked, audience: Audience) -> Query:
    """Whether ``person p`` is one of an audience, guest or not: a condition, for some people who are at hand."""
    lists, segments = _parts(asked, audience.lists)
    without, left_out = _parts(asked, audience.except_lists)
    sound = all(is_sound(one, asked.named) for one in left_out)
    if not sound or (audience.only is not None and not is_sound(audience, asked.named)):
        return "0", []
    held = [source.holds for source in _sources(asked, audience, lists, ())]
    held += [holds(asked, one) for one in segments if is_sound(one, asked.named)]
    if not held:
        return "0", []
    conditions = [_either(held)]
    outs = [source.holds for source in _sources(asked, Audience(), without, ())]
    if outs := outs + [holds(asked, one) for one in left_out]:
        sql, values = _either(outs)
        conditions.append((f"NOT ({sql})", values))
    if audience.only is not None:
        conditions.append(_rule(_Compiled(asked, audience), audience.only))
    return " AND ".join(f"({sql})" for sql, _ in conditions), [value for _, some in conditions for value in some]


def _either(conditions: Sequence[Query]) -> Query:
    return " OR ".join(f"({sql})" for sql, _ in conditions), [value for _, some in conditions for value in some]


def _parts(asked: Asked, lists: Iterable[ListId]) -> tuple[list[ListId], list[Audience]]:
    """(those that hold their people, what the segments among them stand for)."""
    known = [one for id in lists if (one := asked.named.lists.get(id)) is not None]
    return [one.id for one in known if one.segment is None], [one.segment for one in known if one.segment is not None]


def _of_lists(lists: Sequence[int]) -> Query:
    marks = ", ".join("?" * len(lists))
    distinct = "DISTINCT " if len(lists) > 1 else ""
    return f"SELECT {distinct}m.person FROM list_member m WHERE m.list IN ({marks})", list(lists)


@dataclass(frozen=True, slots=True)
class _Source:
    """A part of an audience: its people, and whether ``person p`` is one of them."""

    people: Query
    holds: Query


def _sources(asked: Asked, audience: Audience, lists: Sequence[ListId], segments: Sequence[Audience]) -> list[_Source]:
    sources = []
    if audience.everyone:
        there, values = "tenant = ? AND channel = ? AND broken IS NULL AND installed", [asked.tenant, asked.channel]
        holds = f"EXISTS (SELECT 1 FROM reference r WHERE r.person = p.id AND {there})"
        sources.append(_Source((f"SELECT person FROM reference WHERE {there}", [*values]), (holds, [*values])))
    if lists:
        marks = ", ".join("?" * len(lists))
        holds = f"EXISTS (SELECT 1 FROM list_member m WHERE m.person = p.id AND m.list IN ({marks}))"
        sources.append(_Source(_of_lists(lists), (holds, [*lists])))
    for segment in segments:
        if is_sound(segment, asked.named):
            people, bound = people_with_guests(asked, segment)
            sources.append(_Source((people, bound), (f"p.id IN ({people})", bound)))
    return sources


# --- a fact leads -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leading:
    """A fact of a rule by whose index its people are read."""

    part: FactIs
    index: str
    #: a condition on ``person p``
    holds: Query


def _leading(
    asked: Asked, audience: Audience, lists: Sequence[ListId], segments: Sequence[Audience]
) -> _Leading | None:
    """The people of the fact that names the fewest, where those are fewer than the lists have."""
    rule, columns = audience.only, columns_behind(audience.lists, asked.named)
    if rule is None or rule.how is not How.ALL:
        return None
    facts: list[_Leading] = []
    for part in rule.parts:
        if not isinstance(part, FactIs) or part.fact not in DIRECTORY_FACTS:
            continue
        if set(COLUMNS_OF_FACT[part.fact]) & set(columns):  # a list may say it of somebody else
            continue
        named = f"p.tenant = ? AND p.{part.fact} <> '' AND p.{part.fact} IN (SELECT value FROM json_each(?))"
        values: list[object] = [asked.tenant, as_json(_spellings(asked, part))]
        facts.append(_Leading(part, f"person_by_{part.fact}", (named, values)))
    if not facts:
        return None
    people, leading = _fewest(asked, facts)
    if audience.everyone or segments:
        return leading
    return leading if people < sum(asked.named.lists[id].size for id in lists) else None


def _fewest(asked: Asked, facts: Sequence[_Leading]) -> tuple[int, _Leading]:
    """How many people the fact names that names the fewest: none is counted much further than the smallest goes."""
    counted: list[tuple[int, _Leading]] = []
    for limit in (FEW // 100, FEW):
        counted = []
        for fact in facts:
            named, values = fact.holds
            count = f"SELECT COUNT(*) FROM (SELECT 1 FROM person p INDEXED BY {fact.index} WHERE {named} LIMIT ?)"
            (people,) = asked.db.execute(count, (*values, limit)).fetchone()
            counted.append((people, fact))
        if min(people for people, _ in counted) < limit:
            break
    return min(counted, key=lambda pair: pair[0])


def _led_by(
    asked: Asked, leading: _Leading, audience: Audience, sources: Sequence[_Source], outs: Sequence[Query]
) -> Query:
    """The people of a fact, each of whom is looked for in the lists and by the rest of the rule."""
    assert audience.only is not None
    rest = tuple(part for part in audience.only.parts if part is not leading.part)
    conditions = [leading.holds]
    if rest:
        conditions.append(_rule(_Compiled(asked, audience), replace(audience.only, parts=rest)))
    held = " OR ".join(source.holds[0] for source in sources)
    conditions.append((held, [value for source in sources for value in source.holds[1]]))
    conditions += [(f"p.id NOT IN ({sql})", some) for sql, some in outs]
    where = " AND ".join(f"({sql})" for sql, _ in conditions)
    values = [value for _, some in conditions for value in some]
    return f"SELECT p.id AS person FROM person p INDEXED BY {leading.index} WHERE {where}", values


# --- conditions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What a rule is compiled for."""

    asked: Asked
    audience: Audience

    @property
    def columns(self) -> list[str]:
        return columns_behind(self.audience.lists, self.asked.named)

    @property
    def lists(self) -> list[ListId]:
        """Those that say something, the first that does winning."""
        known = self.asked.named.lists
        return [id for id in lists_behind(self.audience.lists, known) if id in known and known[id].columns]


def _rule(compiled: _Compiled, rule: Part) -> Query:
    """A condition on ``person p`` that is true or false, never NULL."""
    match rule:
        case Group():
            parts = [_rule(compiled, part) for part in rule.parts]
            sql = (" AND " if rule.how is How.ALL else " OR ").join(f"({part})" for part, _ in parts)
            return f"NOT ({sql})" if rule.how is How.NONE else sql, [value for _, some in parts for value in some]
        case FactIs():
            return _fact(compiled, rule)
        case ColumnIs():
            return _says(_column(compiled, rule.column), rule.values, contains=rule.contains)
        case OnChannel():
            on = "EXISTS (SELECT 1 FROM reference r WHERE r.person = p.id AND r.channel = ? AND r.broken IS NULL)"
            return on, [rule.channel]
        case IsGuest():
            return "p.guest <> 0", []
        case Installed():
            sql = "r.person = p.id AND r.channel = ? AND r.broken IS NULL AND r.installed AND r.installed_at NOT NULL"
            bound: list[object] = [compiled.asked.channel]
            for bounds, at in ((">=", rule.since), ("<", rule.before)):
                if at is not None:
                    sql, bound = f"{sql} AND r.installed_at {bounds} ?", [*bound, ms(at)]
            return f"EXISTS (SELECT 1 FROM reference r WHERE {sql})", bound
        case ReceivedLately():
            return _lately(compiled.asked, rule)
        case Did():
            return _did(rule)


def _fact(compiled: _Compiled, rule: FactIs) -> Query:
    asked = compiled.asked
    if rule.fact is Fact.LANGUAGE:
        own, unknown = _language(asked, rule), "p.language = '' AND p.locale = ''"
    elif rule.fact in DIRECTORY_FACTS:
        sql = f"p.{rule.fact} IN (SELECT value FROM json_each(?))"
        own, unknown = (sql, [as_json(_spellings(asked, rule))]), f"p.{rule.fact} = ''"
    else:
        own, unknown = ("0", []), "1"
    declared = compiled.columns
    columns = [name for name in COLUMNS_OF_FACT[rule.fact] if name in declared]
    if not columns:
        return own
    known = [_column(compiled, name) for name in columns]
    first = f"coalesce({', '.join([f'nullif({sql}, {_EMPTY})' for sql, _ in known])}, '')"
    said, values = _says((first, [v for _, some in known for v in some]), rule.values, contains=rule.contains)
    return f"({own[0]}) OR ({unknown} AND {said})", [*own[1], *values]


_EMPTY = "''"


def _spellings(asked: Asked, rule: FactIs) -> list[str]:
    """How the values that are meant are written in the directory."""
    written = _written(asked.db, asked.tenant, DIRECTORY_FACTS[DIRECTORY_FACTS.index(rule.fact)])
    return [value for value in written if says(value, rule.values, contains=rule.contains)]


def _written(db: sqlite3.Connection, tenant: TenantId, fact: str) -> list[str]:
    """All values of a fact in the directory: each is one step in the index."""
    least = f"SELECT min({fact}) FROM person WHERE tenant = ?1 AND {fact} <> '' AND {fact} >"
    rows = db.execute(
        f"WITH RECURSIVE written (value) AS ({least} '' UNION ALL"
        f" SELECT ({least} written.value) FROM written WHERE written.value IS NOT NULL)"
        " SELECT value FROM written WHERE value IS NOT NULL",
        (tenant,),
    )
    return [value for (value,) in rows]


def known_values(
    db: sqlite3.Connection, tenant: TenantId, lists: Iterable[ListId], wanted: Collection[str]
) -> set[KnownValue]:
    """``wanted``: folded."""
    known = {
        KnownValue(list=0, name=fact, value=value)
        for fact in DIRECTORY_FACTS
        for value in _written(db, tenant, fact)
        if folded(value) in wanted
    }
    for id in lists:
        rows = db.execute(
            "SELECT DISTINCT j.key, j.value FROM list l JOIN list_member m ON m.list = l.id, json_each(m.columns) j"
            " WHERE l.id = ? AND NOT l.blank AND m.columns IS NOT NULL",
            (id,),
        )
        known |= {KnownValue(list=id, name=name, value=value) for name, value in rows if folded(value) in wanted}
    return known


def _language(asked: Asked, rule: FactIs) -> Query:
    pairs, last = [], ("", "")
    following = (
        "SELECT language, locale FROM person WHERE tenant = ? AND (language, locale) > (?, ?)"
        " ORDER BY language, locale LIMIT 1"
    )
    while (pair := asked.db.execute(following, (asked.tenant, *last)).fetchone()) is not None:
        last = pair
        if says(language_of(*pair), rule.values, contains=rule.contains):
            pairs.append(pair)
    wanted = "(p.language, p.locale) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
    return wanted, [as_json(pairs)]


def _column(compiled: _Compiled, column: str) -> Query:
    """What the lists say in a column of a person, as text or NULL."""
    lists = compiled.lists
    said = (
        "(SELECT j.value FROM list_member m, json_each(m.columns) j WHERE m.list = ? AND m.person = p.id AND j.key = ?)"
    )
    if not lists:
        return "NULL", []
    sql = f"coalesce({', '.join([said] * len(lists))})" if len(lists) > 1 else said
    return sql, [value for id in lists for value in (id, column)]


def _says(known: Query, values: Iterable[str], *, contains: bool) -> Query:
    sql, bound = known
    wanted = as_json([folded(value) for value in values])
    if contains:
        there = f"EXISTS (SELECT 1 FROM json_each(?) w WHERE instr(folded(ifnull({sql}, '')), w.value) > 0)"
        return there, [wanted, *bound]
    return f"folded(ifnull({sql}, '')) IN (SELECT value FROM json_each(?))", [*bound, wanted]


def _did(rule: Did) -> Query:
    if rule.act is Act.RECEIVED:
        received = "SELECT 1 FROM delivery d WHERE d.campaign = ? AND d.person = p.id AND d.state = ?"
        return f"EXISTS ({received})", [rule.campaign, DeliveryState.DELIVERED]
    record = "SELECT 1 FROM engaged e WHERE e.campaign = ? AND e.who = p.id"
    if rule.act is Act.ANSWERED:
        if rule.button is None:
            return f"EXISTS ({record} AND json_extract(e.record, '$.a') IS NOT NULL)", [rule.campaign]
        return f"EXISTS ({record} AND json_extract(e.record, '$.a') = ?)", [rule.campaign, rule.button]
    kind = KIND_OF_ACT[rule.act]
    if rule.button is None:
        return f"EXISTS ({record} AND e.kinds & ? <> 0)", [rule.campaign, bit_of(kind)]
    path = f'$.p."{kind}.{int(rule.button)}"'
    return f"EXISTS ({record} AND json_extract(e.record, ?) IS NOT NULL)", [rule.campaign, path]


def _lately(asked: Asked, rule: ReceivedLately) -> Query:
    """Of the campaigns that may have reached somebody since: one question of an index for each."""
    since = reaches_back_to(rule, asked.now)
    campaigns = _sent_since(asked, since)
    received = (
        "EXISTS (SELECT 1 FROM json_each(?) c CROSS JOIN delivery d ON d.campaign = c.value AND d.person = p.id"
        " WHERE d.state = ? AND d.settled_at >= ?)"
    )
    return received, [as_json(campaigns), DeliveryState.DELIVERED, ms(since)]


def _sent_since(asked: Asked, since: datetime) -> list[CampaignId]:
    """Of those of which it is told who received them (Campaign.tells_names)."""
    rows = asked.db.execute(
        "SELECT id FROM campaign WHERE tenant = ? AND channel IN (SELECT value FROM json_each(?)) AND closes_at >= ?"
        " AND (state = 'done' OR NOT ifnull(json_extract(record, '$.tracking.anonymous'), 0))",
        (asked.tenant, as_json(list(Channel)), max(1, ms(since + ENGAGES_FOR))),
    )
    return [CampaignId(id) for (id,) in rows]

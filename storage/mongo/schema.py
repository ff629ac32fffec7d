"""The collections and their indexes.

    people            {_id: int, tenant, ..., lists: [bodies], columns: {lBODY: {...}},
                      references: {channel: {..., broken: "", failed: "", failed_at, worked_at, worked_url,
                      heard_url, told_at}}, named_at, look_up_at, quiet: "20:00-08:00",
                      left_topics: [numbers]}
    identities        {_id: "kind tenant value", person}: what leads to a person; unique, so it settles races
    roles             {_id: tenant, owners: [person ids], publishers, authors, version}
    wakes             {_id: "person channel" or "delivery id", person, channel, at}: somebody whose waiting
                      deliveries may not be woken yet
    lists             {_id: int, tenant, owner, name, size, body, columns, shared_with, shared_with_all,
                      source, read_at, result_of: campaign, segment: JSON of an Audience}
    list_origins      {_id: "tenant origin", list}: what a list is the only one of; unique, so it settles races
    blank_lists       {_id: int, tenant, owner, before}: lists that nobody sees yet
    campaigns         {_id: int, tenant, author, state, version, name, channel, lists, starts_at, closes_at,
                      recall_at, anonymous, reported, live_card, record, next_at, mail_at, sequel_of, of_sequence,
                      coming: {at, campaign}}
    templates         {_id: int, tenant, owner, shared, folded, order: by name, record}
    deliveries        {_id: int, campaign, person, state, next_at, tries (attempts), holder, token, reason, ...,
                      profile; rung, log: [packed looks], on_rung: the path of its count, of a campaign that asks
                      for presence}
    tallies           {_id: campaign, counts, ...}: see tallies.py
    engagements       {_id: "campaign who", campaign, who, kinds: bits, token, profile, record: JSON of Engaged}
    engagement_tallies  as tallies
    profiles          {_id: "campaign number", campaign, number, facts: JSON of a Profile}
    installations     {_id: int, version, open, record}
    installation_targets  {_id: "tenant audience", installation}: what is under way for whom
    received          {_id: "week person", week, person, count, campaigns: {cID: true}}
    mails             {_id: "campaign person", campaign, person, state, next_at, planned_at, attempts, holder,
                      reason, detail, settled_at, clicked_at}
    audit             {_id: int, tenant, at, record}: only ever added to
    intended_deeds    {_id: int, place, of, row: JSON of the audit's}: deeds by which a document goes; see deeds.py
    activities        {_id: key, sender, told_at, began_at, until, holder, posted, done, response, made: {kind: id}}
    copies            {_id: of one that runs, version, seen_at}: see versions.py
    schema            {_id: "schema", version, beside: the oldest program's that may use it}
    documents, secrets, counters

Documents that people change carry ``noting: int, deeds: {nINT: JSON}`` until that is in the audit: see deeds.py.

Instants are whole milliseconds since 1970 UTC. Only what MongoDB 4.4, Azure's MongoDB-compatible
services and FerretDB share is used: every ``_id`` is a key of our own, because a partial unique
index is not among it; sorts name the fields of an index, because one of them asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from storage.records import DIRECTORY_FACTS, Channel


@dataclass(frozen=True, slots=True)
class Step:
    """A change of what is kept here, or of what copies do to it. It is never edited once released, only followed."""

    what: str
    #: whether copies from before it may go on beside copies that know it
    overlaps: bool


#: the version of a database, and of a program, is how many steps it has seen
STEPS = (
    Step("as it was until versions were counted", overlaps=False),
    Step("copies are known; what may have been posted to an author is kept", overlaps=False),
    Step("what has come in is remembered; a campaign knows by which activity it was changed", overlaps=True),
    Step("names are looked up again; installs and removals have the platform's time", overlaps=True),
    Step("deeds are written with the change that they are, and moved to the audit after it", overlaps=True),
    Step("the messages of a campaign are taken back, which older copies would forget", overlaps=False),
    Step("a series is never sent itself, a must-read has rounds: older copies would not know", overlaps=False),
    Step("a list may be a rule: a copy that does not know it would leave nobody out", overlaps=False),
    Step("recipients are counted by what is known of them, which older copies would not", overlaps=False),
    Step("a campaign has an end, which older copies would forget", overlaps=False),
    Step("a sequence goes to those of an audience who are due: older copies would write to all", overlaps=False),
    Step("a message may have two variants, of which older copies would send one to everybody", overlaps=False),
    Step("who was not reached gets a mail, which older copies would forget", overlaps=False),
    Step("thumbs are counted, of which older copies cannot read the records", overlaps=False),
    Step("people have quiet hours and leave topics, which older copies would not heed", overlaps=False),
    Step("the directory says who somebody's manager is, which older copies would not ask of a segment", overlaps=False),
)
VERSION = len(STEPS)


def _index(*fields: str, unique: bool = False) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], unique=unique)


INDEXES = {
    "people": [
        _index("lists"),
        _index("order"),
        _index("look_up_at"),
        _index("muted"),
        _index("quiet"),
        _index("left_topics"),
        _index("noting"),
        *(_index("tenant", fact) for fact in DIRECTORY_FACTS),
        *(_index("tenant", f"references.{channel}.broken", f"references.{channel}.installed") for channel in Channel),
        *(_index("tenant", f"references.{channel}.seen_at") for channel in Channel),
    ],
    "identities": [_index("person")],
    "lists": [_index("tenant"), _index("result_of"), _index("noting")],
    "campaigns": [
        _index("tenant", "_id"),
        _index("state", "starts_at"),
        _index("state", "reported"),
        _index("author", "_id"),
        _index("tenant", "closes_at"),
        _index("closes_at"),
        _index("recall_at"),
        _index("noting"),
        _index("next_at"),
        _index("mail_at"),
        _index("sequel_of", "_id"),
    ],
    "templates": [_index("tenant", "order"), _index("owner"), _index("noting")],
    "documents": [_index("noting")],
    "deliveries": [_index("campaign", "person", unique=True), _index("campaign", "state", "next_at")],
    "installations": [_index("open")],
    "engagements": [_index("campaign", "_id")],
    "profiles": [_index("campaign")],
    "mails": [
        _index("state", "next_at"),
        _index("campaign", "state", "reason"),
        _index("campaign", "clicked_at"),
        _index("person"),
    ],
    "received": [_index("person"), _index("week")],
    "audit": [_index("tenant", "_id")],
    "activities": [_index("began_at"), _index("sender", "told_at")],
}

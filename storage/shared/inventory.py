"""Where something of a person can stand, in both stores: the one place that says it.

Erasing and exporting a person walk this table, and a test compares it with the stores' own tables, collections, fields,
records and documents: what is new has to be written down here, with what erasing does to it, before it can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from storage.records import AuditEntry, Campaign, Installation, Subject, Template


class Fate(StrEnum):
    """What a column, a field or a part of a record says of people, and so what erasing does to it."""

    NOTHING = "nothing"  #: says nothing of anybody
    NUMBER = "number"  #: people's numbers: they stay, so that figures do, and lead to nobody
    PERSONAL = "personal"  #: names somebody, or tells how to reach them: goes
    FORMS = "forms"  #: what an author typed: the person's addresses go out of its pasted ones
    WORDS = "words"  #: what an author named or wrote, or a record that is looked into on its own: stays


class Rows(StrEnum):
    """What becomes of the rows of a person that is erased."""

    STAY = "stay"
    GO = "go"
    ALL_GO = "all go"  #: everybody's: a memory of a day, which is of use and no more
    BLANKED = "blanked"  #: they stay without what is personal in them
    UNSEEN_GO = "unseen go"  #: those of theirs that nobody else has seen go


def _say(**fates: str) -> Mapping[str, Fate]:
    """By fate, in lower case: the names that have it."""
    return {name: Fate[fate.upper()] for fate, names in fates.items() for name in names.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One kind of rows, as SQLite's table and MongoDB's collection keep it ("": that store has none)."""

    #: as export-person calls it
    name: str
    table: str = ""
    columns: Mapping[str, Fate] = field(default_factory=dict)
    collection: str = ""
    fields: Mapping[str, Fate] = field(default_factory=dict)
    #: the column and the field that hold the person's number; "" where a record does, or nothing
    person: str = ""
    person_field: str = ""
    rows: Rows = Rows.STAY
    #: what stands in the column and field "record", as JSON
    record: type | None = None
    parts: Mapping[str, Fate] = field(default_factory=dict)


_COUNTS = "counts epoch copies counting sealed"

PLACES = (
    Place(
        name="person",
        table="person",
        columns=_say(
            nothing="tenant",
            number="id",
            personal="directory_id address given_name surname name locale language zone role guest department muted"
            " quiet left_topics"
            " named_at look_up_at country city office title manager",
        ),
        collection="people",
        fields=_say(
            nothing="tenant noting erased",
            number="_id",
            words="deeds",
            personal="directory_id address given_name surname name locale language zone guest department muted order"
            " quiet left_topics"
            " named_at look_up_at lists columns references country city office title manager",
        ),
        person="id",
        person_field="_id",
        rows=Rows.BLANKED,
    ),
    Place(
        name="address",
        table="address",
        columns=_say(nothing="tenant", number="person", personal="address"),
        collection="identities",
        fields=_say(number="person", personal="_id"),
        person="person",
        person_field="person",
        rows=Rows.GO,
    ),
    Place(
        name="reference",  # on MongoDB in the person
        table="reference",
        columns=_say(
            nothing="channel tenant service_url bot broken seen_at installed failed failed_at worked_at worked_url"
            " told_at heard_url installed_at",
            number="person",
            personal="conversation user",
        ),
        person="person",
        rows=Rows.GO,
    ),
    Place(
        name="role",
        collection="roles",
        fields=_say(nothing="_id version noting", number="owners publishers authors", words="deeds"),
    ),
    Place(
        name="wake",
        collection="wakes",
        fields=_say(nothing="_id channel at", number="person"),
        person_field="person",
        rows=Rows.GO,
    ),
    Place(
        name="list",
        table="list",
        columns=_say(
            nothing="id tenant size blank columns shared_with_all source origin read_at result_of",
            number="owner shared_with",
            words="name segment",
        ),
        collection="lists",
        fields=_say(
            nothing="_id tenant size body columns shared_with_all source read_at result_of noting",
            number="owner shared_with",
            words="name deeds segment",
        ),
        person="owner",
        person_field="owner",
        rows=Rows.UNSEEN_GO,
    ),
    Place(
        name="blank_list",
        collection="blank_lists",
        fields=_say(nothing="_id tenant before", number="owner"),
        person_field="owner",
        rows=Rows.UNSEEN_GO,
    ),
    Place(name="list_origin", collection="list_origins", fields=_say(nothing="list", number="_id")),
    Place(
        name="list_member",  # on MongoDB in the person
        table="list_member",
        columns=_say(nothing="list", number="person", personal="columns"),
        person="person",
        rows=Rows.GO,
    ),
    Place(
        name="campaign",
        table="campaign",
        columns=_say(
            nothing="id tenant state version starts_at next_at mail_at sequel_of step reported live_card channel"
            " closes_at"
            " recall_at",
            number="author",
            words="name record",
        ),
        collection="campaigns",
        fields=_say(
            nothing="_id tenant state version starts_at next_at mail_at sequel_of of_sequence coming reported"
            " live_card channel closes_at recall_at lists anonymous noting",
            number="author shared_with",
            words="name folded record deeds",
        ),
        person="author",
        person_field="author",
        rows=Rows.UNSEEN_GO,
        record=Campaign,
        parts=_say(
            nothing="id tenant version state channel created_at cause edited_at started_at planned_at finished_at"
            " reported_at recall_at recall_deletes recalled_at sealed_at erased_at approval trouble changes_of sequels"
            " mailing sequel_of step chosen_at",
            number="choice author submitted_by approved_by written_by recall_by shared_with",
            forms="forms",
            words="name frozen held",
        ),
    ),
    Place(name="campaign_list", table="campaign_list", columns=_say(nothing="list campaign")),
    Place(
        name="template",
        table="template",
        columns=_say(nothing="id tenant shared", number="owner", words="name record"),
        collection="templates",
        fields=_say(nothing="_id tenant shared noting", number="owner", words="folded order record deeds"),
        person="owner",
        person_field="owner",
        rows=Rows.UNSEEN_GO,
        record=Template,
        parts=_say(nothing="id tenant channel shared created_at", number="owner", forms="forms", words="name"),
    ),
    Place(
        name="delivery",
        table="delivery",
        columns=_say(
            nothing="id campaign state next_at tries holder reason settled_at rung log profile",
            number="person",
            personal="detail activity columns",
        ),
        collection="deliveries",
        fields=_say(
            nothing="_id campaign state next_at tries holder token reason settled_at rung log on_rung profile",
            number="person",
            personal="detail activity columns",
        ),
        person="person",
        person_field="person",
        rows=Rows.BLANKED,
    ),
    Place(
        name="engaged",
        table="engaged",
        columns=_say(nothing="campaign kinds record", number="who"),
        collection="engagements",
        fields=_say(nothing="campaign kinds token record profile", number="_id who"),
        person="who",
        person_field="who",
    ),
    Place(
        name="mail",
        table="mail",
        columns=_say(
            nothing="campaign state next_at planned_at attempts holder reason settled_at clicked_at",
            number="person",
            personal="detail",
        ),
        collection="mails",
        fields=_say(
            nothing="campaign state next_at planned_at attempts holder reason settled_at clicked_at",
            number="_id person",
            personal="detail",
        ),
        person="person",
        person_field="person",
        rows=Rows.BLANKED,
    ),
    Place(
        name="received",
        table="received",
        columns=_say(nothing="week campaign", number="person"),
        collection="received",
        fields=_say(nothing="week count campaigns", number="_id person"),
        person="person",
        person_field="person",
        rows=Rows.GO,
    ),
    Place(
        name="installation",
        table="installation",
        columns=_say(nothing="id version open", words="record"),
        collection="installations",
        fields=_say(nothing="_id version open", words="record"),
        record=Installation,
        parts=_say(
            nothing="id tenant version audience started_at finished_at total cursor installed repaired failed again_at"
            " halt permission card",
            number="author",
            words="name",
        ),
    ),
    Place(name="installation_target", collection="installation_targets", fields=_say(nothing="_id installation")),
    Place(
        name="audit",
        table="audit",
        columns=_say(nothing="id tenant at", words="record"),
        collection="audit",
        fields=_say(nothing="_id tenant at", words="record"),
        record=AuditEntry,
        parts=_say(nothing="tenant at deed subject details client", number="by id", words="name"),
    ),
    Place(
        name="intended_deed",
        collection="intended_deeds",
        fields=_say(nothing="_id place of", words="row"),
    ),
    Place(
        name="activity",  # who did something of late, and what they and others were answered
        table="activity",
        columns=_say(nothing="key told_at began_at until holder posted done made", personal="sender response"),
        collection="activities",
        fields=_say(nothing="_id told_at began_at until holder posted done made", personal="sender response"),
        rows=Rows.ALL_GO,
    ),
    Place(
        name="tally",
        table="tally",
        columns=_say(nothing="campaign state reason count"),
        collection="tallies",
        fields=_say(nothing=f"_id {_COUNTS}"),
    ),
    Place(
        name="profile",
        table="profile",
        columns=_say(nothing="campaign number facts recipients sent opened clicked acknowledged"),
        collection="profiles",
        fields=_say(nothing="_id campaign number facts"),
    ),
    Place(name="rung_tally", table="rung_tally", columns=_say(nothing="campaign rung found count")),
    Place(
        name="engagement_tally",
        table="engagement_tally",
        columns=_say(nothing="campaign kind button people presses last_at"),
        collection="engagement_tallies",
        fields=_say(nothing=f"_id {_COUNTS}"),
    ),
    Place(name="engagement_hour", table="engagement_hour", columns=_say(nothing="campaign kind hour people")),
    Place(
        name="document",  # by its key: DOCUMENTS
        table="document",
        columns=_say(nothing="key etag", words="json"),
        collection="documents",
        fields=_say(nothing="_id etag noting", words="json deeds"),
    ),
    Place(
        name="secret",
        table="secret",
        columns=_say(nothing="name value"),
        collection="secrets",
        fields=_say(nothing="_id value"),
    ),
    Place(name="counter", collection="counters", fields=_say(nothing="_id last")),
    Place(name="copy", collection="copies", fields=_say(nothing="_id version seen_at")),
    Place(name="schema", collection="schema", fields=_say(nothing="_id version beside")),
)


# --- documents, by how their key begins -------------------------------------------------------


class Whose(StrEnum):
    NOBODY = "nobody"  #: of an organisation, a campaign, or ours
    PERSON = "person"  #: the key ends in the person's number
    PEOPLE = "people"  #: the people of a file that waits to be saved
    CHAT = "chat"  #: what earlier versions kept of a chat


ERASURES = "erasures"  #: changes with every erasure, so that files made before it are not handed over any more

BACKED_UP = "backed-up"  #: when the last backup was made, in seconds since the epoch

READY = "ready"  #: written by /readyz: a store that can be read may be full

DOCUMENTS: Mapping[str, Whose] = {
    "aside/": Whose.PERSON,  # the draft that they have put aside
    "greeted/": Whose.PERSON,
    "heard/": Whose.PERSON,  # what they typed to the bot
    "import/": Whose.PERSON,  # the file that they dropped, summed up
    "import/file/": Whose.PEOPLE,  # the file itself, as long as its author may want to have it read otherwise
    "import/list/": Whose.PEOPLE,  # its people, page by page
    "question/": Whose.PERSON,
    "tests/by/": Whose.PERSON,  # how many tests they have sent today
    "msteams/conversations/": Whose.CHAT,
    "skype/conversations/": Whose.CHAT,
    BACKED_UP: Whose.NOBODY,
    "approved/": Whose.NOBODY,  # the numbers of an audience as it was approved, packed
    "choosing/": Whose.NOBODY,  # of an A/B test, that its author is asked
    "claim": Whose.NOBODY,  # the owner's code, and the mark of a backup
    ERASURES: Whose.NOBODY,
    "erasing/": Whose.NOBODY,
    "file-host/": Whose.NOBODY,
    "filling/": Whose.NOBODY,
    "installing/": Whose.NOBODY,
    "keys/": Whose.NOBODY,
    "picture/": Whose.NOBODY,
    "policy/": Whose.NOBODY,
    "joining/": Whose.NOBODY,
    "posting/": Whose.NOBODY,
    "posting/choosing/": Whose.NOBODY,
    "posting/chosen/": Whose.NOBODY,
    "posting/held/": Whose.NOBODY,
    "posting/install/": Whose.NOBODY,
    "posting/installed/": Whose.NOBODY,
    "posting/live/": Whose.NOBODY,
    "posting/recall/": Whose.NOBODY,
    "posting/recalled/": Whose.NOBODY,
    "posting/missed/": Whose.NOBODY,
    "posting/replies/": Whose.NOBODY,
    "posting/report/": Whose.NOBODY,
    "posting/stopped/": Whose.NOBODY,
    "stopped": Whose.NOBODY,
    "reading/": Whose.NOBODY,
    READY: Whose.NOBODY,
    "replies/": Whose.PEOPLE,  # what recipients wrote back, until its author has it
    "replying": Whose.NOBODY,  # to which campaigns
    "recall/": Whose.NOBODY,  # how far the taking back of a campaign's messages has come: numbers
    "recalling/": Whose.NOBODY,
    "mailing": Whose.NOBODY,  # the lock of the copy that sends mails
    "mails/": Whose.NOBODY,  # how many of a campaign's mails became what, once its recipients are forgotten
    "telling/": Whose.NOBODY,
    "vanished": Whose.NOBODY,  # the numbers of drafts in which nothing was written
    "tests/": Whose.NOBODY,  # the numbers of those who got tests of a campaign
}
#: how the keys of documents begin that need not be looked into: nobody's, and pictures are large
NOBODYS = tuple(beginning for beginning, whose in DOCUMENTS.items() if whose is Whose.NOBODY)
_OF_A_PERSON = re.compile(
    f"({'|'.join(re.escape(start) for start, whose in DOCUMENTS.items() if whose is Whose.PERSON)})([^/]+/)?([0-9]+)"
)


def whose_key(key: str) -> int | None:
    """The number of the person whose document it is; None where it is not one person's."""
    match = _OF_A_PERSON.fullmatch(key)
    return int(match[3]) if match and not key.startswith(("import/list/", "import/file/")) else None


# --- rows -------------------------------------------------------------------------------------


def personal(fates: Mapping[str, Fate]) -> list[str]:
    """The columns or fields that go."""
    return [name for name, fate in fates.items() if fate is Fate.PERSONAL]


def people_in(place: Place, record: Mapping[str, Any]) -> set[int]:
    """The people whose numbers stand in a record."""
    if place.record is AuditEntry and record.get("subject") != Subject.PERSON:
        record = {name: value for name, value in record.items() if name != "id"}
    people: set[int] = set()
    for name, fate in place.parts.items():
        if fate is Fate.NUMBER:
            value = record.get(name)
            numbers = map(str, value if isinstance(value, list) else [value])
            people.update(int(number) for number in numbers if number.isdecimal())
    return people


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as export-person shows it: JSON in it is JSON."""
    return {name: _json(value) if name in ("record", "json") else value for name, value in row.items()}


def _json(value: Any) -> Any:
    try:
        return orjson.loads(value)
    except (ValueError, TypeError):
        return value

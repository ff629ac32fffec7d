"""The tables, step by step: a step that has been released is never edited, only followed.

Instants are whole milliseconds since 1970 UTC. People, campaigns and deliveries have small
integer keys: a million deliveries stay under 100 MB.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from storage.records import Schema, StorageError

STEPS = (
    """
    CREATE TABLE person (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        directory_id TEXT NOT NULL DEFAULT '',
        address TEXT NOT NULL DEFAULT '',
        given_name TEXT NOT NULL DEFAULT '',
        surname TEXT NOT NULL DEFAULT '',
        name TEXT NOT NULL DEFAULT '',
        locale TEXT NOT NULL DEFAULT '',
        language TEXT NOT NULL DEFAULT '',
        zone TEXT NOT NULL DEFAULT '',
        role TEXT
    );
    CREATE UNIQUE INDEX person_directory ON person (tenant, directory_id) WHERE directory_id <> '';
    CREATE INDEX person_role ON person (tenant) WHERE role IS NOT NULL;

    -- every address that leads to a person: the UPN and the e-mail may differ
    CREATE TABLE address (
        tenant TEXT NOT NULL,
        address TEXT NOT NULL,
        person INTEGER NOT NULL REFERENCES person (id),
        PRIMARY KEY (tenant, address)
    ) WITHOUT ROWID;

    CREATE TABLE reference (
        person INTEGER NOT NULL REFERENCES person (id),
        channel TEXT NOT NULL,
        tenant TEXT NOT NULL,
        service_url TEXT NOT NULL,
        conversation TEXT NOT NULL,
        bot TEXT NOT NULL,
        user TEXT NOT NULL,
        broken TEXT,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (person, channel)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX reference_user ON reference (tenant, channel, user);
    CREATE INDEX reference_working ON reference (tenant, channel, person) WHERE broken IS NULL;

    CREATE TABLE list (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: old cards and links name it
        tenant TEXT NOT NULL,
        owner INTEGER NOT NULL,
        name TEXT NOT NULL,
        size INTEGER NOT NULL
    );
    CREATE INDEX list_tenant ON list (tenant);


    CREATE TABLE list_member (
        list INTEGER NOT NULL REFERENCES list (id) ON DELETE CASCADE,
        person INTEGER NOT NULL REFERENCES person (id),
        PRIMARY KEY (list, person)
    ) WITHOUT ROWID;

    CREATE TABLE campaign (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: old cards and links name it
        tenant TEXT NOT NULL,
        state TEXT NOT NULL,
        version INTEGER NOT NULL,
        starts_at INTEGER,           -- of a scheduled one: when its slot begins
        reported INTEGER NOT NULL DEFAULT 0,
        live_card TEXT,
        record TEXT NOT NULL         -- the whole Campaign, as JSON
    );
    CREATE INDEX campaign_tenant ON campaign (tenant, id);
    CREATE INDEX campaign_state ON campaign (state, starts_at);
    CREATE INDEX campaign_unreported ON campaign (id) WHERE state = 'done' AND reported = 0;

    CREATE TABLE campaign_list (
        list INTEGER NOT NULL,
        campaign INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
        PRIMARY KEY (list, campaign)
    ) WITHOUT ROWID;

    -- rows come in the order of their instants, so what is due together lies together
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY,
        campaign INTEGER NOT NULL,
        person INTEGER NOT NULL,
        state INTEGER NOT NULL,
        next_at INTEGER NOT NULL,    -- due, or the end of the lease, or the end of the slot
        tries INTEGER NOT NULL DEFAULT 0, -- attempts: requests that left
        holder INTEGER,
        reason TEXT,
        detail TEXT,
        activity TEXT,
        settled_at INTEGER
    );
    CREATE UNIQUE INDEX delivery_once ON delivery (campaign, person);
    CREATE INDEX delivery_waiting ON delivery (person) WHERE state = 1;
    CREATE INDEX delivery_due ON delivery (campaign, next_at) WHERE state < 10;

    CREATE TABLE tally (
        campaign INTEGER NOT NULL,
        state INTEGER NOT NULL,
        reason TEXT NOT NULL,        -- '' where there is none
        count INTEGER NOT NULL,
        PRIMARY KEY (campaign, state, reason)
    ) WITHOUT ROWID;

    -- button -1 stands for any
    CREATE TABLE engagement (
        campaign INTEGER NOT NULL,
        person INTEGER NOT NULL,
        kind TEXT NOT NULL,
        button INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        presses INTEGER NOT NULL,
        PRIMARY KEY (campaign, person, kind, button)
    ) WITHOUT ROWID;
    CREATE TABLE engagement_tally (
        campaign INTEGER NOT NULL,
        kind TEXT NOT NULL,
        button INTEGER NOT NULL,
        people INTEGER NOT NULL,
        presses INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        PRIMARY KEY (campaign, kind, button)
    ) WITHOUT ROWID;

    CREATE TABLE document (key TEXT PRIMARY KEY, etag INTEGER NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    """,
    # lists with columns of their own, shared, filled before they are seen; guests; exceptions
    """
    ALTER TABLE person ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX person_guest ON person (tenant, id) WHERE guest;
    ALTER TABLE list ADD COLUMN blank INTEGER NOT NULL DEFAULT 0;  -- nobody sees it yet
    ALTER TABLE list ADD COLUMN columns TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE list ADD COLUMN shared_with TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE list ADD COLUMN shared_with_all INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE list_member ADD COLUMN columns TEXT;  -- JSON: column -> value
    ALTER TABLE delivery ADD COLUMN columns TEXT;     -- the same, as it was at the start
    """,
    """
    -- of campaigns that ask for presence: the ladder's rung, and the looks (storage/shared/presence_log.py)
    ALTER TABLE delivery ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE delivery ADD COLUMN log TEXT;
    CREATE TABLE rung_tally (
        campaign INTEGER NOT NULL,
        rung INTEGER NOT NULL,
        found TEXT NOT NULL,         -- how the recipient showed
        count INTEGER NOT NULL,
        PRIMARY KEY (campaign, rung, found)
    ) WITHOUT ROWID;
    """,
    # lists whose people are read from elsewhere, and what the directory says about people
    """
    ALTER TABLE person ADD COLUMN department TEXT NOT NULL DEFAULT '';
    ALTER TABLE list ADD COLUMN source TEXT;   -- JSON
    ALTER TABLE list ADD COLUMN origin TEXT;   -- what it is the only list of
    ALTER TABLE list ADD COLUMN read_at INTEGER;
    CREATE UNIQUE INDEX list_origin ON list (tenant, origin) WHERE origin IS NOT NULL;
    """,
    """
    -- one row for each recipient of a campaign; "who" below zero is a pseudonym, zero is nobody in particular
    CREATE TABLE engaged (
        campaign INTEGER NOT NULL,
        who INTEGER NOT NULL,
        kinds INTEGER NOT NULL,      -- a bit for each kind of engagement that stands
        record TEXT NOT NULL,        -- the whole Engaged, as JSON
        PRIMARY KEY (campaign, who)
    ) WITHOUT ROWID;
    INSERT INTO engaged (campaign, who, kinds, record)
        SELECT campaign, person,
            1 | max(kind = 'clicked') * 2 | max(kind = 'acknowledged') * 4,
            json_object('p', json_patch(
                json_object('opened.0', json_array(min(first_at), min(first_at), 1)),
                json_group_object(kind || '.' || button, json_array(first_at, first_at, presses))
            ))
        FROM engagement WHERE button >= 0 GROUP BY campaign, person;
    DROP TABLE engagement;

    -- people by the hour (since 1970) in which they first did it
    CREATE TABLE engagement_hour (
        campaign INTEGER NOT NULL,
        kind TEXT NOT NULL,
        hour INTEGER NOT NULL,
        people INTEGER NOT NULL,
        PRIMARY KEY (campaign, kind, hour)
    ) WITHOUT ROWID;
    DELETE FROM engagement_tally WHERE kind = 'opened';
    INSERT INTO engagement_tally (campaign, kind, button, people, presses, last_at)
        SELECT e.campaign, 'opened', b.value, count(*), count(*), max(e.record -> '$.p' -> 'opened.0' ->> 1)
        FROM engaged e, json_each('[-1, 0]') b GROUP BY e.campaign, b.value;
    INSERT INTO engagement_hour (campaign, kind, hour, people)
        SELECT campaign, kind, hour, count(*) FROM (
            SELECT e.campaign, substr(p.key, 1, instr(p.key, '.') - 1) AS kind,
                min(p.value ->> 0) / 3600000 AS hour
            FROM engaged e, json_each(e.record, '$.p') p GROUP BY e.campaign, e.who, 2
        ) GROUP BY campaign, kind, hour;

    ALTER TABLE campaign ADD COLUMN name TEXT NOT NULL DEFAULT '';    -- folded, to be searched
    ALTER TABLE campaign ADD COLUMN author INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE campaign ADD COLUMN channel TEXT NOT NULL DEFAULT '';
    ALTER TABLE campaign ADD COLUMN closes_at INTEGER;                -- of a started one: its engagement's end
    UPDATE campaign SET name = lower(json_extract(record, '$.name')), author = json_extract(record, '$.author'),
        channel = json_extract(record, '$.channel'), closes_at = CASE
            WHEN state = 'running' THEN 9007199254740991
            WHEN state = 'done' THEN
                1000 * (unixepoch(json_extract(record, '$.finished_at')) + 30 * 86400) END;
    CREATE INDEX campaign_engages ON campaign (tenant, channel, closes_at) WHERE closes_at IS NOT NULL;
    CREATE INDEX campaign_author ON campaign (author, id);
    """,
    # people who are reached through a team, without having installed the bot
    """
    ALTER TABLE reference ADD COLUMN installed INTEGER NOT NULL DEFAULT 1;
    DROP INDEX reference_working;
    CREATE INDEX reference_installed ON reference (tenant, channel, person) WHERE broken IS NULL AND installed;
    """,
    # installing the bot for people
    """
    CREATE TABLE installation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        version INTEGER NOT NULL,
        open TEXT,                   -- while it is under way: what it is the only one for
        record TEXT NOT NULL         -- the whole Installation, as JSON
    );
    CREATE UNIQUE INDEX installation_open ON installation (open) WHERE open IS NOT NULL;
    """,
    # who wants no campaigns; who did what: never changed, never removed
    """
    ALTER TABLE person ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        at INTEGER NOT NULL,
        record TEXT NOT NULL         -- the whole AuditEntry, as JSON
    );
    CREATE INDEX audit_tenant ON audit (tenant, id);
    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
    CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
    """,
    # whose message of which campaign counts in a week (since 1970-01-05)
    """
    CREATE TABLE received (
        person INTEGER NOT NULL,
        week INTEGER NOT NULL,
        campaign INTEGER NOT NULL,
        PRIMARY KEY (person, week, campaign)
    ) WITHOUT ROWID;
    """,
    # what campaigns may begin with
    """
    CREATE TABLE template (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL,
        owner INTEGER NOT NULL,
        shared INTEGER NOT NULL,
        name TEXT NOT NULL,          -- folded, to be searched
        record TEXT NOT NULL         -- the whole Template, as JSON
    );
    CREATE INDEX template_tenant ON template (tenant, name, id);
    CREATE INDEX template_owner ON template (owner);
    """,
    # lists that say what recipients of a campaign did: they go when those are forgotten
    """
    ALTER TABLE list ADD COLUMN result_of INTEGER;
    CREATE INDEX list_result ON list (result_of) WHERE result_of IS NOT NULL;
    """,
    # what worked and what failed last: an answer of the platform takes nobody out any more. Who was taken out by one
    # can be reached again, with what is known of it; of a removal an answer tells by its text, an event has none
    """
    ALTER TABLE reference ADD COLUMN failed TEXT;
    ALTER TABLE reference ADD COLUMN failed_at INTEGER;
    ALTER TABLE reference ADD COLUMN worked_at INTEGER;
    ALTER TABLE reference ADD COLUMN worked_url TEXT NOT NULL DEFAULT '';
    UPDATE reference SET worked_url = service_url, worked_at = seen_at WHERE broken IS NULL AND installed;
    UPDATE reference SET failed = broken, broken = NULL WHERE broken IN ('blocked', 'gone', 'chat_lost');
    UPDATE reference SET failed = broken, broken = NULL WHERE broken = 'uninstalled' AND person IN
        (SELECT person FROM delivery WHERE state = 11 AND reason = 'uninstalled' AND detail IS NOT NULL);
    UPDATE reference SET failed_at = refused.at FROM
        (SELECT person, max(settled_at) AS at FROM delivery WHERE state = 11 AND detail IS NOT NULL GROUP BY person)
        AS refused WHERE refused.person = reference.person AND reference.failed IS NOT NULL;
    CREATE INDEX reference_heard ON reference (tenant, channel, seen_at);
    """,
    # what has come in during the last day: each is done once
    """
    CREATE TABLE activity (
        key TEXT PRIMARY KEY,
        sender TEXT NOT NULL,        -- who acts in their personal chat
        told_at INTEGER NOT NULL,    -- when it happened, as the platform says
        began_at INTEGER NOT NULL,
        until INTEGER NOT NULL,      -- the end of the lease of the run that does it
        holder INTEGER NOT NULL,     -- that run
        posted INTEGER NOT NULL DEFAULT 0,
        done INTEGER NOT NULL DEFAULT 0,
        response BLOB NOT NULL DEFAULT x'',
        made TEXT NOT NULL DEFAULT '{}'  -- JSON: kind of record -> the number of the one that it has made
    ) WITHOUT ROWID;
    CREATE INDEX activity_began ON activity (began_at);
    CREATE INDEX activity_sender ON activity (sender, told_at) WHERE sender <> '';
    """,
    # the newer word on installs counts; the serviceUrl heard last, beside the one in use; when names were read, and are
    # to be read
    """
    ALTER TABLE reference ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE reference ADD COLUMN heard_url TEXT NOT NULL DEFAULT '';
    UPDATE reference SET heard_url = service_url;
    ALTER TABLE person ADD COLUMN named_at INTEGER;
    ALTER TABLE person ADD COLUMN look_up_at INTEGER;
    UPDATE person SET look_up_at = 0 WHERE address = ''
        AND id IN (SELECT person FROM reference WHERE channel = 'msteams' AND installed AND broken IS NULL);
    CREATE INDEX person_look_up ON person (look_up_at) WHERE look_up_at IS NOT NULL;
    CREATE INDEX address_person ON address (person);
    """,
    # campaigns whose messages are to be taken back: from when on, until that has been done
    """
    ALTER TABLE campaign ADD COLUMN recall_at INTEGER;
    CREATE INDEX campaign_recall ON campaign (recall_at) WHERE recall_at IS NOT NULL;
    """,
    # series, and the campaigns that are made of them
    """
    ALTER TABLE campaign ADD COLUMN next_at INTEGER;
    ALTER TABLE campaign ADD COLUMN sequel_of INTEGER;
    CREATE INDEX campaign_next ON campaign (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX campaign_sequel ON campaign (sequel_of, id) WHERE sequel_of IS NOT NULL;
    """,
    # segments: what the directory says of people, since when they have the bot, and lists that are rules
    """
    ALTER TABLE person ADD COLUMN country TEXT NOT NULL DEFAULT '';
    ALTER TABLE person ADD COLUMN city TEXT NOT NULL DEFAULT '';
    ALTER TABLE person ADD COLUMN office TEXT NOT NULL DEFAULT '';
    ALTER TABLE person ADD COLUMN title TEXT NOT NULL DEFAULT '';
    CREATE INDEX person_by_department ON person (tenant, department) WHERE department <> '';
    CREATE INDEX person_by_country ON person (tenant, country) WHERE country <> '';
    CREATE INDEX person_by_city ON person (tenant, city) WHERE city <> '';
    CREATE INDEX person_by_office ON person (tenant, office) WHERE office <> '';
    CREATE INDEX person_by_title ON person (tenant, title) WHERE title <> '';
    CREATE INDEX person_by_language ON person (tenant, language, locale);
    ALTER TABLE reference ADD COLUMN installed_at INTEGER;
    ALTER TABLE list ADD COLUMN segment TEXT;  -- the Audience that it stands for, as JSON
    CREATE INDEX list_segment ON list (tenant) WHERE segment IS NOT NULL;
    """,
    # who wants no campaigns is counted before one is scheduled
    """
    CREATE INDEX person_muted ON person (tenant, id) WHERE muted;
    """,
    # what is known of recipients when a campaign starts, and how many of each kind did what
    """
    CREATE TABLE profile (
        campaign INTEGER NOT NULL,
        number INTEGER NOT NULL,
        facts TEXT NOT NULL,         -- a Profile, as JSON
        recipients INTEGER NOT NULL DEFAULT 0,
        sent INTEGER NOT NULL DEFAULT 0,
        opened INTEGER NOT NULL DEFAULT 0,
        clicked INTEGER NOT NULL DEFAULT 0,
        acknowledged INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (campaign, number)
    ) WITHOUT ROWID;
    ALTER TABLE delivery ADD COLUMN profile INTEGER NOT NULL DEFAULT 0;  -- 0: of before there were any
    """,
    # campaigns that are made of a sequence, by the number of the step: they are shown with it, not beside it
    """
    ALTER TABLE campaign ADD COLUMN step INTEGER;
    """,
    # a message may have two variants, of which a program from before would send one to everybody
    "SELECT 1",
    # mails: when it is found out who gets one, and one for each person
    """
    ALTER TABLE campaign ADD COLUMN mail_at INTEGER;
    CREATE INDEX campaign_mail ON campaign (mail_at) WHERE mail_at IS NOT NULL;
    CREATE TABLE mail (
        campaign INTEGER NOT NULL,
        person INTEGER NOT NULL,
        state INTEGER NOT NULL,
        next_at INTEGER,             -- when it is due, or its lease ends; NULL once it has ended
        planned_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        holder INTEGER,
        reason TEXT,
        detail TEXT NOT NULL DEFAULT '',
        settled_at INTEGER,
        clicked_at INTEGER,
        PRIMARY KEY (campaign, person)
    ) WITHOUT ROWID;
    CREATE INDEX mail_due ON mail (next_at, state) WHERE next_at IS NOT NULL;
    CREATE INDEX mail_count ON mail (campaign, state, reason);
    CREATE INDEX mail_clicked ON mail (campaign) WHERE clicked_at IS NOT NULL;
    CREATE INDEX mail_person ON mail (person);
    """,
    # thumbs are counted, of which a program from before cannot read the records
    "SELECT 1",
    # hours in which people want important campaigns only, and topics of which they want none (",3,7,")
    """
    ALTER TABLE person ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
    ALTER TABLE person ADD COLUMN left_topics TEXT NOT NULL DEFAULT '';
    CREATE INDEX person_quiet ON person (tenant, id) WHERE quiet <> '';
    CREATE INDEX person_left_topics ON person (tenant, id) WHERE left_topics <> '';
    """,
    # who a person's manager is, as the directory says it
    """
    ALTER TABLE person ADD COLUMN manager TEXT NOT NULL DEFAULT '';
    CREATE INDEX person_by_manager ON person (tenant, manager) WHERE manager <> '';
    """,
    # with all that is asked of who has installed the bot: nothing of the table is read for them
    """
    DROP INDEX reference_installed;
    CREATE INDEX reference_installed ON reference (tenant, channel, person, broken, installed)
        WHERE broken IS NULL AND installed;
    """,
)


def migrate(db: sqlite3.Connection) -> None:
    """Bring a file to this version: a new one at once, an older one step by step, each in a transaction of its own."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise StorageError(f"the database has schema {version}, newer than this program's {len(STEPS)}: upgrade Crieur")
    ends = range(version + 1, len(STEPS) + 1) if version else [len(STEPS)]
    for end in ends:
        steps = ";".join(STEPS[version:end])
        db.executescript(f"BEGIN IMMEDIATE;{steps};PRAGMA user_version = {end};COMMIT;")
        version = end


def schema(db: sqlite3.Connection) -> Schema:
    """How a file stands beside one that was made anew."""
    with closing(sqlite3.connect(":memory:")) as new:
        migrate(new)
        missing = _indexes(new) - _indexes(db)
    return Schema(db.execute("PRAGMA user_version").fetchone()[0], tuple(sorted(missing)))


def _indexes(db: sqlite3.Connection) -> set[str]:
    rows = db.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    return {f"{table}: {name}" for table, name in rows}

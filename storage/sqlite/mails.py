"""Mails: one for each person of a campaign, leased, marked, settled."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from storage.records import (
    Campaign,
    CampaignId,
    Mail,
    Mailing,
    MailResult,
    MailState,
    MailTally,
    NotMailed,
    PersonId,
    SettledMail,
    mail_life,
)
from storage.records.instants import instant, ms
from storage.sqlite.campaigns import CAMPAIGNS, advance
from storage.sqlite.engine import Engine, as_json

_PLANNED, _CLAIMED, _SENDING = int(MailState.PLANNED), int(MailState.CLAIMED), int(MailState.SENDING)


def _claim(db: sqlite3.Connection, holder: int, now: datetime, lease_until: datetime) -> Mail | None:
    row = db.execute(
        "SELECT campaign, person, attempts, planned_at FROM mail"
        f" WHERE next_at <= ? AND state IN ({_PLANNED}, {_CLAIMED}) ORDER BY next_at, campaign, person LIMIT 1",
        (ms(now),),
    ).fetchone()
    if row is None:
        return None
    campaign, person, attempts, planned_at = row
    db.execute(
        f"UPDATE mail SET state = {_CLAIMED}, holder = ?, next_at = ? WHERE campaign = ? AND person = ?",
        (holder, ms(lease_until), campaign, person),
    )
    return Mail(campaign=campaign, person=person, attempts=attempts, planned_at=instant(planned_at))


def _record(db: sqlite3.Connection, settled: SettledMail, holder: int) -> bool:
    final = settled.state.final
    changed = db.execute(
        "UPDATE mail SET state = ?, next_at = ?, attempts = attempts + ?, holder = NULL, reason = ?, detail = ?,"
        " settled_at = ? WHERE campaign = ? AND person = ? AND holder = ?"
        f" AND state IN ({_CLAIMED}, {_SENDING})",
        (
            settled.state,
            None if final else ms(settled.due or settled.at),
            settled.attempted,
            settled.why,
            settled.detail,
            ms(settled.at) if final else None,
            settled.campaign,
            settled.person,
            holder,
        ),
    )
    return changed.rowcount > 0


def _ended(condition: str, why: NotMailed) -> str:
    """What brings open mails to their end, unconfirmed, at an instant (the first value)."""
    return (
        f"UPDATE mail SET state = {int(MailState.UNCONFIRMED)}, reason = '{why}', settled_at = ?, next_at = NULL,"
        f" holder = NULL WHERE {condition}"
    )


def _doubt(db: sqlite3.Connection, now: datetime) -> int:
    for state in ("running", "done"):
        for campaign in CAMPAIGNS.page(db, "state = ? ORDER BY id", state):
            advance(db, campaign.id, mail_life.mail_doubted)
    return db.execute(_ended("next_at IS NOT NULL", NotMailed.RESTORED), (ms(now),)).rowcount


class SqliteMails(Engine):
    async def due_mailings(self, now: datetime) -> list[Campaign]:
        return await self.read(lambda db: CAMPAIGNS.page(db, "mail_at <= ? ORDER BY id", ms(now)))

    async def keep_mailing(self, id: CampaignId, was: datetime, mailing: Mailing) -> bool:
        return await self.write(lambda db: advance(db, id, partial(mail_life.mailed, was=was, mailing=mailing)))

    async def plan_mails(self, id: CampaignId, people: Sequence[int], at: datetime) -> int:
        def change(db: sqlite3.Connection) -> int:
            return db.execute(
                "INSERT OR IGNORE INTO mail (campaign, person, state, next_at, planned_at)"
                f" SELECT ?1, value, {_PLANNED}, ?2, ?2 FROM json_each(?3)",
                (id, ms(at), as_json(list(people))),
            ).rowcount

        return await self.write(change)

    async def mails_due(self, now: datetime) -> bool:
        due = "SELECT 1 FROM mail WHERE next_at <= ? LIMIT 1"
        return await self.read(lambda db: db.execute(due, (ms(now),)).fetchone() is not None)

    async def claim_mail(self, holder: int, now: datetime, lease_until: datetime) -> Mail | None:
        return await self.write(lambda db: _claim(db, holder, now, lease_until))

    async def mark_mail(self, mail: Mail, holder: int, lease_until: datetime) -> bool:
        def change(db: sqlite3.Connection) -> bool:
            marked = db.execute(
                f"UPDATE mail SET state = {_SENDING}, next_at = ?"
                f" WHERE campaign = ? AND person = ? AND holder = ? AND state = {_CLAIMED}",
                (ms(lease_until), mail.campaign, mail.person, holder),
            )
            return marked.rowcount > 0

        return await self.write(change)

    async def record_mail(self, settled: SettledMail, holder: int) -> bool:
        return await self.write(lambda db: _record(db, settled, holder))

    async def reap_mails(self, now: datetime) -> int:
        lapsed = _ended(f"state = {_SENDING} AND next_at <= ?", NotMailed.BOT_STOPPED)
        return await self.write(lambda db: db.execute(lapsed, (ms(now), ms(now))).rowcount)

    async def mail_clicked(self, id: CampaignId, person: PersonId, at: datetime) -> None:
        first = "UPDATE mail SET clicked_at = ? WHERE campaign = ? AND person = ? AND clicked_at IS NULL"
        await self.write(lambda db: db.execute(first, (ms(at), id, person)))

    async def mail_tally(self, id: CampaignId) -> MailTally:
        def query(db: sqlite3.Connection) -> MailTally:
            states: dict[MailState, int] = {}
            reasons: dict[NotMailed, int] = {}
            counted = "SELECT state, reason, count(*) FROM mail WHERE campaign = ? GROUP BY state, reason"
            for state, reason, count in db.execute(counted, (id,)):
                states[MailState(state)] = states.get(MailState(state), 0) + count
                if reason:
                    reasons[NotMailed(reason)] = reasons.get(NotMailed(reason), 0) + count
            clicks = "SELECT count(*) FROM mail WHERE campaign = ? AND clicked_at IS NOT NULL"
            return MailTally(states=states, reasons=reasons, clicked=db.execute(clicks, (id,)).fetchone()[0])

        return await self.read(query)

    async def mails_of(self, id: CampaignId, people: Sequence[int]) -> Mapping[int, MailResult]:
        def query(db: sqlite3.Connection) -> dict[int, MailResult]:
            rows = db.execute(
                "SELECT person, state, reason, detail, settled_at, clicked_at FROM mail"
                " WHERE campaign = ? AND person IN (SELECT value FROM json_each(?))",
                (id, as_json(list(people))),
            )
            return {
                person: MailResult(
                    state=MailState(state),
                    why=NotMailed(reason) if reason else None,
                    detail=detail,
                    at=instant(settled_at) if settled_at else None,
                    clicked_at=instant(clicked_at) if clicked_at else None,
                )
                for person, state, reason, detail, settled_at, clicked_at in rows
            }

        return await self.read(query)

    async def doubt_mails(self, now: datetime) -> int:
        return await self.write(lambda db: _doubt(db, now))

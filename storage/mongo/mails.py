"""Mails: one document for each person of a campaign, leased, marked and settled by compare-and-set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from storage.mongo.campaigns import CAMPAIGNS, MongoCampaigns
from storage.mongo.engine import Document
from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
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

CANDIDATES = 8  #: mails looked at for one claim: another copy may be faster at some of them
OPEN = [int(state) for state in MailState if not state.final]
CLAIMABLE = [int(MailState.PLANNED), int(MailState.CLAIMED)]
NOT_SENT = [int(state) for state in MailState if state.final and state is not MailState.SENT]


def _key(id: int, person: int) -> str:
    return f"{id} {person}"


def _ended(why: NotMailed, at: datetime) -> Document:
    return {
        "state": int(MailState.UNCONFIRMED),
        "reason": str(why),
        "settled_at": ms(at),
        "next_at": None,
        "holder": None,
    }


class MongoMails(MongoCampaigns):
    async def due_mailings(self, now: datetime) -> list[Campaign]:
        return await CAMPAIGNS.page(self, {"mail_at": {"$lte": ms(now)}}, [("_id", 1)])

    async def keep_mailing(self, id: CampaignId, was: datetime, mailing: Mailing) -> bool:
        return await self.advance(id, partial(mail_life.mailed, was=was, mailing=mailing))

    async def plan_mails(self, id: CampaignId, people: Sequence[int], at: datetime) -> int:
        documents: list[Document] = [
            {
                "_id": _key(id, person),
                "campaign": id,
                "person": person,
                "state": int(MailState.PLANNED),
                "next_at": ms(at),
                "planned_at": ms(at),
                "attempts": 0,
                "holder": None,
                "reason": None,
                "detail": "",
                "settled_at": None,
                "clicked_at": None,
            }
            for person in people
        ]
        return await self.insert_new("mails", documents) if documents else 0

    async def mails_due(self, now: datetime) -> bool:
        for state in OPEN:
            due = {"state": state, "next_at": {"$lte": ms(now)}}
            if await self.rows("mails", due, [], sort=[("state", 1), ("next_at", 1)], limit=1):
                return True
        return False

    async def claim_mail(self, holder: int, now: datetime, lease_until: datetime) -> Mail | None:
        due = {"$lte": ms(now)}
        while True:
            rows: list[Document] = []
            for state in CLAIMABLE:
                condition = {"state": state, "next_at": due}
                rows += await self.rows("mails", condition, sort=[("state", 1), ("next_at", 1)], limit=CANDIDATES)
            if not rows:
                return None
            for row in sorted(rows, key=lambda row: (row["next_at"], row["campaign"], row["person"])):
                still = {"_id": row["_id"], "state": row["state"], "holder": row["holder"], "next_at": row["next_at"]}
                lease = {"state": int(MailState.CLAIMED), "holder": holder, "next_at": ms(lease_until)}
                if (await self.collection("mails").update_one(still, {"$set": lease})).matched_count:
                    return Mail(
                        campaign=row["campaign"],
                        person=row["person"],
                        attempts=row["attempts"],
                        planned_at=instant(row["planned_at"]),
                    )

    async def mark_mail(self, mail: Mail, holder: int, lease_until: datetime) -> bool:
        mine = {"_id": _key(mail.campaign, mail.person), "holder": holder, "state": int(MailState.CLAIMED)}
        marked = {"state": int(MailState.SENDING), "next_at": ms(lease_until)}
        return bool((await self.collection("mails").update_one(mine, {"$set": marked})).matched_count)

    async def record_mail(self, settled: SettledMail, holder: int) -> bool:
        final = settled.state.final
        held = [int(MailState.CLAIMED), int(MailState.SENDING)]
        mine = {"_id": _key(settled.campaign, settled.person), "holder": holder, "state": {"$in": held}}
        fields = {
            "state": int(settled.state),
            "next_at": None if final else ms(settled.due or settled.at),
            "holder": None,
            "reason": str(settled.why) if settled.why else None,
            "detail": settled.detail,
            "settled_at": ms(settled.at) if final else None,
        }
        change = {"$set": fields, "$inc": {"attempts": int(settled.attempted)}}
        return bool((await self.collection("mails").update_one(mine, change)).matched_count)

    async def reap_mails(self, now: datetime) -> int:
        lapsed = {"state": int(MailState.SENDING), "next_at": {"$lte": ms(now)}}
        ended = {"$set": _ended(NotMailed.BOT_STOPPED, now)}
        return int((await self.collection("mails").update_many(lapsed, ended)).modified_count)

    async def mail_clicked(self, id: CampaignId, person: PersonId, at: datetime) -> None:
        first = {"_id": _key(id, person), "clicked_at": None}
        await self.collection("mails").update_one(first, {"$set": {"clicked_at": ms(at)}})

    async def mail_tally(self, id: CampaignId) -> MailTally:
        mails = self.collection("mails")
        states: Counter[MailState] = Counter()
        for state in (*OPEN, int(MailState.SENT)):
            states[MailState(state)] = await mails.count_documents({"campaign": id, "state": state})
        reasons: Counter[NotMailed] = Counter()
        for row in await self.rows("mails", {"campaign": id, "state": {"$in": NOT_SENT}}, ["state", "reason"]):
            states[MailState(row["state"])] += 1
            if row["reason"]:
                reasons[NotMailed(row["reason"])] += 1
        clicked = await mails.count_documents({"campaign": id, "clicked_at": {"$gt": 0}})
        return MailTally(
            states={state: count for state, count in states.items() if count}, reasons=dict(reasons), clicked=clicked
        )

    async def mails_of(self, id: CampaignId, people: Sequence[int]) -> Mapping[int, MailResult]:
        rows = await self.by_id("mails", [_key(id, person) for person in people])
        return {
            row["person"]: MailResult(
                state=MailState(row["state"]),
                why=NotMailed(row["reason"]) if row["reason"] else None,
                detail=row.get("detail") or "",
                at=instant(row["settled_at"]) if row["settled_at"] else None,
                clicked_at=instant(row["clicked_at"]) if row["clicked_at"] else None,
            )
            for row in rows.values()
        }

    async def doubt_mails(self, now: datetime) -> int:
        for of_campaigns in (CampaignState.RUNNING, CampaignState.DONE):
            for campaign in await self.in_state(of_campaigns):
                await self.advance(campaign.id, mail_life.mail_doubted)
        doubted = 0
        for state in OPEN:
            ended = {"$set": _ended(NotMailed.RESTORED, now)}
            doubted += (await self.collection("mails").update_many({"state": state}, ended)).modified_count
        return doubted

"""Mails: one for each person, due once, leased, marked before they leave, settled by the copy that holds them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from storage.port.store import Store
from storage.records import (
    ByMail,
    Campaign,
    Mailing,
    MailResult,
    MailState,
    MailTally,
    MailTo,
    NotMailed,
    Person,
    SettledMail,
    campaign_life,
)
from tests.contract.world import END, MINUTE, NOW, drafted, frozen, install
from tests.support.deeds import A_DEED

HOUR = 60 * MINUTE


async def ended(store: Store, *names: str) -> tuple[Campaign, list[Person]]:
    """A campaign that is done, of which who was not reached is to be found out."""
    people = await install(store, *names)
    campaign = await drafted(store, people[0])
    parts = replace(frozen(), by_mail=ByMail(to=MailTo.NOT_OPENED, after=24))
    campaign = await store.save(campaign_life.schedule(campaign, parts), deed=A_DEED)
    assert await store.start(campaign.id, parts.schedule.slot.start)
    await store.planned(campaign.id, NOW)
    assert await store.finish(campaign.id, END)
    current = await store.campaign(campaign.id)
    assert current is not None
    return current, people


async def test_who_gets_one_is_found_out_once_for_each_instant(store: Store, other: Store) -> None:
    campaign, _ = await ended(store, "ada")
    assert campaign.mailing == Mailing(next_at=END)
    assert await store.due_mailings(END - MINUTE) == []
    assert [one.id for one in await store.due_mailings(END)] == [campaign.id]
    later = Mailing(next_at=END + 24 * HOUR, reached_out=True)
    done = await asyncio.gather(*(one.keep_mailing(campaign.id, END, later) for one in (store, other)))
    assert sorted(done) == [False, True]
    assert await store.due_mailings(END) == []
    assert await store.keep_mailing(campaign.id, END + 24 * HOUR, replace(later, next_at=None))
    assert await store.due_mailings(END + 99 * HOUR) == []


async def test_a_campaign_that_is_taken_back_is_due_no_more(store: Store) -> None:
    campaign, _ = await ended(store, "ada")
    await store.recall(campaign, END, deletes=False, deed=A_DEED)
    assert await store.due_mailings(END + HOUR) == []
    assert not await store.keep_mailing(campaign.id, END, Mailing(next_at=None))


async def test_two_copies_at_once_send_nobody_two(store: Store, other: Store) -> None:
    campaign, people = await ended(store, "ada", "louis", "marie", "grace")
    ids = [person.id for person in people]
    planned = await asyncio.gather(*(one.plan_mails(campaign.id, ids, END) for one in (store, other)))
    assert sum(planned) == 4
    claims = await asyncio.gather(*([store, other][n % 2].claim_mail(n % 2, END, END + MINUTE) for n in range(8)))
    assert sorted(claim.person for claim in claims if claim) == ids, "each of them once"
    assert await store.claim_mail(1, END, END + MINUTE) is None
    assert (await store.mail_tally(campaign.id)).states == {MailState.CLAIMED: 4}


async def test_only_its_holder_marks_and_records_it(store: Store) -> None:
    campaign, [ada] = await ended(store, "ada")
    assert await store.plan_mails(campaign.id, [ada.id], END) == 1
    first = await store.claim_mail(1, END, END + MINUTE)
    again = await store.claim_mail(2, END + MINUTE, END + 3 * MINUTE)
    assert first and again and first.person == again.person, "a claim that lapsed is another's"
    assert not await store.mark_mail(first, 1, END + HOUR)
    assert await store.mark_mail(again, 2, END + HOUR)
    assert not await store.mark_mail(again, 2, END + HOUR), "it leaves once"
    sent = SettledMail(campaign=campaign.id, person=ada.id, state=MailState.SENT, at=END + 2 * MINUTE)
    assert not await store.record_mail(sent, 1)
    assert await store.record_mail(sent, 2)
    assert not await store.record_mail(sent, 2)
    assert await store.plan_mails(campaign.id, [ada.id], END + HOUR) == 0, "and nobody gets another"
    assert await store.claim_mail(1, END + 9 * HOUR, END + 10 * HOUR) is None


async def test_one_that_was_leaving_when_its_holder_died_is_unconfirmed(store: Store) -> None:
    campaign, [ada] = await ended(store, "ada")
    await store.plan_mails(campaign.id, [ada.id], END)
    claim = await store.claim_mail(1, END, END + MINUTE)
    assert claim and await store.mark_mail(claim, 1, END + MINUTE)
    assert await store.reap_mails(END) == 0
    assert await store.claim_mail(2, END + HOUR, END + 2 * HOUR) is None
    assert await store.reap_mails(END + MINUTE) == 1
    tally = await store.mail_tally(campaign.id)
    assert tally == MailTally(states={MailState.UNCONFIRMED: 1}, reasons={NotMailed.BOT_STOPPED: 1})


async def test_one_that_was_not_taken_waits_and_keeps_what_was_said(store: Store) -> None:
    campaign, [ada] = await ended(store, "ada")
    await store.plan_mails(campaign.id, [ada.id], END)
    await store.claim_mail(1, END, END + MINUTE)
    late = SettledMail(
        campaign=campaign.id,
        person=ada.id,
        state=MailState.PLANNED,
        at=END,
        due=END + HOUR,
        detail="451 4.7.1 try later",
    )
    assert await store.record_mail(late, 1)
    assert await store.claim_mail(1, END + MINUTE, END + HOUR) is None
    again = await store.claim_mail(1, END + HOUR, END + 2 * HOUR)
    assert again and (again.attempts, again.planned_at) == (1, END)
    refused = replace(
        late, state=MailState.FAILED, at=END + HOUR, due=None, why=NotMailed.ADDRESS_REFUSED, detail="550 no such user"
    )
    assert await store.record_mail(refused, 1)
    await store.mail_clicked(campaign.id, ada.id, END + 2 * HOUR)
    await store.mail_clicked(campaign.id, ada.id, END + 3 * HOUR)
    assert await store.mails_of(campaign.id, [ada.id, 10**9]) == {
        ada.id: MailResult(
            state=MailState.FAILED,
            why=NotMailed.ADDRESS_REFUSED,
            detail="550 no such user",
            at=END + HOUR,
            clicked_at=END + 2 * HOUR,
        )
    }
    tally = await store.mail_tally(campaign.id)
    assert (tally.reasons, tally.clicked, tally.open) == ({NotMailed.ADDRESS_REFUSED: 1}, 1, 0)


async def refused(store: Store, campaign: Campaign, detail: str) -> Person:
    """The server refused somebody's."""
    claim = await store.claim_mail(1, END, END + MINUTE)
    assert claim
    settled = SettledMail(
        campaign=campaign.id,
        person=claim.person,
        state=MailState.FAILED,
        at=END,
        why=NotMailed.ADDRESS_REFUSED,
        detail=detail,
    )
    assert await store.record_mail(settled, 1)
    person = await store.person(claim.person)
    assert person
    return person


async def test_what_the_server_said_of_somebody_is_erased_with_them(store: Store) -> None:
    campaign, people = await ended(store, "ada", "louis")
    await store.plan_mails(campaign.id, [people[0].id], END)
    person = await refused(store, campaign, f"550 <{people[0].address}>")
    await store.erase(person.address, deed=A_DEED)
    assert (await store.mails_of(campaign.id, [person.id]))[person.id].detail == ""


async def test_they_go_with_the_campaigns_recipients_and_with_the_campaign(store: Store) -> None:
    campaign, people = await ended(store, "ada", "louis")
    other, _ = await ended(store, "ada")
    for one in (campaign, other):
        await store.plan_mails(one.id, [person.id for person in people], END)
    await store.delete_campaign(other, deed=A_DEED)
    assert (await store.mail_tally(other.id)).total == 0
    assert (await store.mail_tally(campaign.id)).total == 2
    await store.seal(campaign.id, END)
    while await store.forget_recipients(campaign.id, 1):
        pass
    assert (await store.mail_tally(campaign.id)).total == 0


async def test_after_a_backup_nobody_gets_one_that_may_have_left(store: Store) -> None:
    campaign, people = await ended(store, "ada", "louis")
    await store.plan_mails(campaign.id, [people[0].id], END)
    assert await store.doubt_mails(END + HOUR) == 1
    assert await store.due_mailings(END + 99 * HOUR) == []
    assert await store.claim_mail(1, END + 99 * HOUR, END + 100 * HOUR) is None
    assert (await store.mail_tally(campaign.id)).reasons == {NotMailed.RESTORED: 1}
    current = await store.campaign(campaign.id)
    assert current and current.mailing == Mailing(next_at=None, doubted=True)

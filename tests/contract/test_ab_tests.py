"""The choice of an A/B test: one record, made once, whoever is at it; and the figures that it is made of."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage.port.store import Store
from storage.records import (
    ABTest,
    Campaign,
    CampaignState,
    Choice,
    Deed,
    DeedKind,
    DeliveryState,
    EngagementKind,
    Measure,
    OtherWords,
    Profile,
    Tried,
    Variant,
    WhyChosen,
    campaign_life,
)
from storage.records.campaign_life import NotPossible
from storage.records.instants import ms
from tests.contract.world import CONTOSO, END, MINUTE, NOW, claim, drafted, frozen, install, opened, outcome, running
from tests.support.deeds import A_DEED

TEST = ABTest(words={"": OtherWords(title="B")}, share=50, measure=Measure.OPENED, after=1)
CHOICE = Choice(variant=Variant.B, why=WhyChosen.BETTER, a=Tried(sent=9, did=1), b=Tried(sent=9, did=8))
OTHER = replace(CHOICE, variant=Variant.A, why=WhyChosen.AHEAD)
DEED = Deed(kind=DeedKind.CHOSEN, by=None, at=NOW, details={"variant": "B"})


async def with_test(store: Store) -> Campaign:
    [ada] = await install(store, "ada")
    draft = await drafted(store, ada)
    campaign = await store.save(campaign_life.schedule(draft, replace(frozen(), ab_test=TEST)), deed=A_DEED)
    assert await store.start(campaign.id, NOW)
    return await now(store, campaign)


async def now(store: Store, campaign: Campaign) -> Campaign:
    current = await store.campaign(campaign.id)
    assert current is not None
    return current


async def test_the_choice_is_kept_with_the_campaign_and_what_was_approved_stays(store: Store) -> None:
    campaign = await with_test(store)
    assert campaign.is_undecided
    chosen = await store.choose(campaign.id, CHOICE, deed=DEED)
    assert chosen is not None and chosen == await now(store, campaign)
    assert (chosen.choice, chosen.chosen_at, chosen.frozen) == (CHOICE, NOW, campaign.frozen)
    assert chosen.version == campaign.version + 1 and not chosen.is_undecided
    [entry] = [entry for _, entry in await store.audit_from(0, 20, CONTOSO) if entry.deed is DeedKind.CHOSEN]
    assert (entry.id, entry.details) == (str(campaign.id), {"variant": "B"})


async def test_of_many_at_once_one_chooses(store: Store) -> None:
    campaign = await with_test(store)
    chosen = await asyncio.gather(
        *(store.choose(campaign.id, choice, deed=DEED) for choice in (CHOICE, OTHER) for _ in range(4))
    )
    [winner] = [one for one in chosen if one is not None]
    assert (await now(store, campaign)).choice == winner.choice
    assert len([1 for _, entry in await store.audit_from(0, 20, CONTOSO) if entry.deed is DeedKind.CHOSEN]) == 1


async def test_nothing_is_chosen_before_it_runs_nor_after_nor_of_one_message(store: Store) -> None:
    [ada] = await install(store, "ada")
    plain = await running(store, ada)
    assert await store.choose(plain.id, CHOICE, deed=DEED) is None
    draft = await drafted(store, ada)
    assert await store.choose(draft.id, CHOICE, deed=DEED) is None
    waiting = await store.save(campaign_life.schedule(draft, replace(frozen(), ab_test=TEST)), deed=A_DEED)
    assert await store.choose(waiting.id, CHOICE, deed=DEED) is None
    assert await store.start(waiting.id, NOW)
    await store.planned(waiting.id, NOW)
    assert await store.finish(waiting.id, END)
    assert await store.choose(waiting.id, CHOICE, deed=DEED) is None
    done = await now(store, waiting)
    assert done.choice is None and done.state is CampaignState.DONE
    with pytest.raises(NotPossible):
        campaign_life.choose(done, CHOICE, NOW)
    assert not [1 for _, entry in await store.audit_from(0, 50, CONTOSO) if entry.deed is DeedKind.CHOSEN]


async def test_variants_are_counted_by_the_profile_of_their_people(store: Store) -> None:
    campaign = await with_test(store)
    people = await install(store, "ada", "louis", "marie")
    french = Profile(language="fr")
    kinds = [replace(french, variant=Variant.A), replace(french, variant=Variant.B), french]
    assert len({kind.number for kind in kinds}) == 3 and [Profile.of(kind.text) for kind in kinds] == kinds
    await store.keep_profiles(campaign.id, kinds)
    ids = [person.id for person in people]
    await store.plan(campaign.id, ids, [ms(NOW)] * 3, END, profiles=[kind.number for kind in kinds])
    claimed = await claim(store, campaign)
    await store.record([outcome(one, DeliveryState.DELIVERED) for one in claimed], 1)
    await store.engage([opened(campaign, people[1], NOW + MINUTE, EngagementKind.OPENED)])
    counted = await store.profile_figures(campaign.id)
    figures = {one.profile.variant: (one.recipients, one.sent, one.opened) for one in counted}
    assert figures == {"a": (1, 1, 0), "b": (1, 1, 1), "": (1, 1, 0)}

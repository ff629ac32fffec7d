"""What must hold of an A/B test: one choice, and each has the variant that the draw and the choice give them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cards.kit.texts import Texts
from cards.languages import LANGUAGES
from scheduler.rules.ab_tests import times_of
from storage.port.store import Store
from storage.records import Campaign, Channel, DeedKind, drawn_variant, variant_for

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST = 2  #: cards that ask for the choice: one more where nobody knows whether the first arrived


async def chosen_once(world: World, store: Store, campaign: Campaign) -> None:
    test = campaign.as_scheduled.ab_test
    if test is None:
        return
    deeds = [one for _, one in await store.audit_from(0, 10_000) if one.deed is DeedKind.CHOSEN]
    assert len(deeds) == (campaign.choice is not None), f"chosen {len(deeds)} times: {campaign.choice}"
    off = timedelta(seconds=max(map(abs, world.setting.offsets)) + 3600.0 * world.clock_was_set)
    at, hour = campaign.chosen_at, times_of(campaign.as_scheduled.schedule, test).choice
    if at is not None and campaign.choice is not None and campaign.choice.by is None:
        assert at >= hour - off, f"chosen at {at}, before its hour"
    questions = [
        Texts(language)("“{name}”: which variant goes to the rest?", name=campaign.name) for language in LANGUAGES
    ]
    asked = sum(one["activity"].get("summary") in questions for one in world.author.chat.messages)
    assert asked <= MOST, f"asked {asked} times"
    received = {one.chat: one for one in world.arrivals if one.campaign == campaign.id}
    for result in await store.results(campaign.id, 0, 1_000):
        reference = await store.reference(result.person.id, Channel.TEAMS)
        arrival = received.get(reference.conversation) if reference else None
        if arrival is None:
            continue
        variant = variant_for(campaign, result.person.id)
        assert arrival.variant is variant, f"{arrival.chat} received {arrival.variant}, and {variant} is theirs"
        if drawn_variant(campaign.id, result.person.id, test.share) is None:
            assert at is not None and arrival.at >= at - 2 * off, f"{arrival.chat} is of the rest, and did not wait"

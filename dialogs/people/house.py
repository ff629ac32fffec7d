"""What owners set for every new campaign's schedule: zone, duration, working hours and days, holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cards.kit.elements import AdaptiveCard
from cards.kit.zones import offered_zones, zone_named
from cards.people.house import house_form
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.cleaning import clean
from dialogs.forms.fields import KEPT
from dialogs.forms.schedule import read_house, values_of_house
from storage.records import HOUSE, DeedKind, HouseDefaults, Role
from storage.shared.policy import change_policy, policy_of

router = Router()


@router.form("house.open", role=Role.OWNER)
async def open_house(turn: Turn, form: Form) -> Answer:
    house = (await policy_of(turn.store, turn.person.tenant)).house
    return Answer(card=_card(turn, values_of_house(house), {}))


@router.form("house.save", role=Role.OWNER)
async def save_house(turn: Turn, form: Form) -> Answer:
    values = {name: clean(str(form.get(name) or ""))[:KEPT].strip() for name in values_of_house(HOUSE)}
    values["zone"] = zone_named(turn.texts, values["zone"]) or values["zone"]
    reading = read_house(values, turn.now, turn.texts)
    wanted = reading.value
    if wanted is None:
        wrong = turn.texts("Nothing is lost: please correct what is marked below.")
        return Answer(card=_card(turn, values, reading.errors, wrong))

    def with_house(house: HouseDefaults) -> HouseDefaults:
        # saved again as it stands, it is no newer than what authors have used since
        return house if replace(house, set_at=None) == replace(wanted, set_at=None) and house.set_at else wanted

    after = await change_policy(
        turn.store,
        turn.person.tenant,
        lambda policy: replace(policy, house=with_house(policy.house)),
        deed=turn.deed(DeedKind.SET),
    )
    note = turn.texts("It is saved: new campaigns begin with it.")
    return Answer(card=_card(turn, values_of_house(after.house), {}, note))


def _card(turn: Turn, values: Mapping[str, str], errors: Mapping[str, str], notice: str = "") -> AdaptiveCard:
    zones = offered_zones(turn.texts, turn.now, values["zone"], turn.zone)
    return house_form(turn.texts, values, errors, zones, notice)

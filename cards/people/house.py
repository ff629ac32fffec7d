"""What a new campaign's schedule is offered with: for owners, who set it for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.compose.schedule.closures import place_field
from cards.compose.schedule_form import days_field, duration_fields, hours_fields, zone_field
from cards.kit.elements import AdaptiveCard
from cards.kit.parts import act, card, go, heading, hint, notices
from cards.kit.texts import Texts


def house_form(
    texts: Texts,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    zones: Sequence[tuple[str, str]],
    notice_text: str = "",
) -> AdaptiveCard:
    """``values`` by field, as they stand in the schedule's form; ``zones``: some, with their distances from UTC."""
    return card(
        texts,
        [
            *notices(notice_text, "attention" if errors else "good"),
            heading(texts("Default schedule")),
            hint(texts("It stands in every new campaign, and each campaign may have another.")),
            *zone_field(texts, values, errors, zones),
            hint(texts("Empty: each author’s own."), spacing="Small"),
            *duration_fields(texts, values, errors),
            *hours_fields(texts, values, errors),
            *days_field(texts, values, errors),
            *place_field(texts, values, errors),
        ],
        [
            act(texts("Save"), "house.save", {}, style="positive"),
            go(texts("Back"), "rules.open", {}),
        ],
    )

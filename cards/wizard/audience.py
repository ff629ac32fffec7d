"""The form for the audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cards.elements import (
    AdaptiveCard,
    ChoiceInput,
    TextInput,
)
from cards.parts import hint, reach_text, subheading, with_error
from cards.texts import Texts
from cards.wizard.frame import Errors, Values, form_of_step
from storage.records import Campaign, Channel, DistributionList, Reach


def audience_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    everyone: Mapping[Channel, int],
    lists: Sequence[tuple[DistributionList, Reach]],
    notice: str = "",
) -> AdaptiveCard:
    """``everyone``: how many have installed the bot on each channel."""
    channel = Channel(values.get("channel", campaign.channel))
    choices = [
        (
            "everyone",
            texts.many(
                "Everyone who has installed Crieur ({count} person)",
                "Everyone who has installed Crieur ({count} people)",
                everyone.get(channel, 0),
            ),
        ),
        *((f"list:{item.id}", f"{item.name} – {reach_text(texts, reach)}") for item, reach in lists),
        ("new", texts("A new list: paste addresses below")),
    ]
    fields = [
        *with_error(
            ChoiceInput(
                id="channel",
                label=texts("Channel"),
                choices=[(Channel.TEAMS, "Microsoft Teams"), (Channel.SKYPE, "Skype")],
                value=channel,
                style="expanded",
            ),
            errors.get("channel"),
        ),
        *with_error(
            ChoiceInput(
                id="audience",
                label=texts("Who receives it?"),
                choices=choices,
                value=values.get("audience", "everyone"),
                style="expanded",
                wrap=True,
            ),
            errors.get("audience"),
        ),
        subheading(texts("A new list")),
        *with_error(
            TextInput(
                id="list_name",
                label=texts("Name of the list"),
                value=values.get("list_name", ""),
                placeholder=texts("Managers"),
            ),
            errors.get("list_name"),
        ),
        *with_error(
            TextInput(
                id="addresses",
                label=texts("Addresses"),
                value=values.get("addresses", ""),
                multiline=True,
                placeholder=texts("ada@contoso.com, Louis Pasteur <louis@contoso.com>, …"),
            ),
            errors.get("addresses"),
        ),
        hint(texts("One on each line, or separated by commas or semicolons. Doubles are dropped."), spacing="Small"),
    ]
    return form_of_step(texts, campaign, "audience", texts("Who is it for?"), fields, notice, errors)

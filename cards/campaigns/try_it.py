"""TRY IT: the form for a test send to one person."""

from __future__ import annotations

from cards.compose.frame import Errors, Values
from cards.kit.elements import AdaptiveCard, TextInput
from cards.kit.parts import act, card, go, handle, heading, hint, notices, with_error
from cards.kit.texts import Texts
from storage.records import Campaign


def try_it_form(
    texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "", tone: str = "good"
) -> AdaptiveCard:
    fields = [
        heading(texts("Try it")),
        hint(texts("The message goes to one person, exactly as it is now, marked as a test. It counts in no report.")),
        *with_error(
            TextInput(id="address", label=texts("Their address"), value=values.get("address", ""), style="Email"),
            errors.get("address"),
        ),
    ]
    payload = handle(campaign, step="try")
    actions = [
        act(texts("Send the test"), "try.send", payload, style="positive"),
        go(texts("To me"), "try.send", {**payload, "to": "me"}),
        go(texts("Back"), "campaign.open", payload),
    ]
    return card(texts, [*notices(notice, tone), *fields], actions)

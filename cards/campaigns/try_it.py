"""TRY IT: the form for a test send to one person."""

from __future__ import annotations

from collections.abc import Sequence

from cards.compose.frame import Errors, Values
from cards.kit.elements import AdaptiveCard
from cards.kit.parts import act, card, go, handle, heading, hint, notices
from cards.kit.texts import Texts
from cards.people.picker import person_picker
from storage.records import Campaign, Person


def try_it_form(
    texts: Texts,
    campaign: Campaign,
    offered: Sequence[Person],
    values: Values,
    errors: Errors,
    notice: str = "",
    tone: str = "good",
) -> AdaptiveCard:
    """``offered``: people to choose from, where a client does not look for others."""
    fields = [
        heading(texts("Try it")),
        hint(texts("The message goes to one person, exactly as it is now, marked as a test. It counts in no report.")),
        *person_picker(texts, "address", texts("To whom"), offered, values, errors, other=texts("Another address")),
    ]
    payload = handle(campaign, step="try")
    actions = [
        act(texts("Send the test"), "try.send", payload, style="positive"),
        go(texts("To me"), "try.send", {**payload, "to": "me"}),
        go(texts("Back"), "campaign.open", payload),
    ]
    return card(texts, [*notices(notice, tone), *fields], actions)

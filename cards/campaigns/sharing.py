"""With whom a campaign is shared."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cards.kit.elements import AdaptiveCard, ChoiceInput
from cards.kit.parts import act, card, go, handle, heading, hint, name_of, paragraph
from cards.kit.texts import Texts
from storage.records import Campaign, PersonId


def sharing_form(
    texts: Texts, campaign: Campaign, authors: Sequence[tuple[PersonId, str]], ticked: Collection[PersonId]
) -> AdaptiveCard:
    """``authors``: those who cannot see it anyhow."""
    back = go(texts("Back"), "campaign.open", handle(campaign))
    title = heading(texts("Share “{name}”", name=name_of(texts, campaign)))
    if not authors:
        nobody = texts("There is no other author with whom it could be shared: publishers and owners see it anyhow.")
        return card(texts, [title, paragraph(nobody)], [back])
    choices = [(str(id), name) for id, name in authors]
    field = ChoiceInput(
        id="authors",
        label=texts("Authors"),
        choices=choices,
        value=",".join(str(id) for id, _ in authors if id in ticked),
        style="compact" if len(choices) > 8 else "expanded",
        multiple=True,
    )
    what = hint(texts("They can look at it and its report, copy it, and export its results; they cannot change it."))
    return card(
        texts, [title, field, what], [act(texts("Save"), "share.save", handle(campaign), style="positive"), back]
    )

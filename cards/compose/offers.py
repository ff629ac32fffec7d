"""What the bot asks about something that was written or dropped without being asked for."""

from __future__ import annotations

from cards.kit.elements import AdaptiveCard, Container, Image
from cards.kit.parts import act, card, go, handle, heading, paragraph
from cards.kit.texts import Texts
from storage.records import Campaign


def picture_card(texts: Texts, campaign: Campaign, image: str) -> AdaptiveCard:
    """A picture, and the draft in which it could stand."""
    name = campaign.name or texts("your new campaign")
    return card(
        texts,
        [heading(texts("A picture")), Image(url=image, alt=texts("The picture that you dropped here"), size="Medium")],
        [
            act(texts("Use it for “{name}”", name=name), "picture.use", {**handle(campaign), "image": image}),
            go(texts("All campaigns"), "campaigns.open", {"page": 0}),
        ],
    )


def text_card(texts: Texts, draft: Campaign | None, text: str) -> AdaptiveCard:
    """A text, and where it could stand."""
    actions = []
    if draft is not None:
        name = draft.name or texts("your new campaign")
        actions.append(act(texts("Use it for “{name}”", name=name), "text.use", {"campaign": draft.id}))
    actions.append(act(texts("In a new campaign"), "text.use", {}))
    shown = Container(style="emphasis", items=[paragraph(text)])
    return card(texts, [heading(texts("Is this for a campaign?")), shown], actions)

"""What the bot asks about something that was written or dropped without being asked for."""

from __future__ import annotations

from cards.kit.elements import AdaptiveCard, Container, Image
from cards.kit.parts import act, card, fitting, handle, heading, paragraph
from cards.kit.texts import Texts
from storage.records import Campaign


def picture_card(texts: Texts, campaign: Campaign | None, image: str) -> AdaptiveCard:
    """A picture, and where it could stand; ``campaign``: the draft that is being built, if there is one."""
    actions = []
    if campaign is not None:
        name = campaign.name or texts("your new campaign")
        title = texts("Use it for “{name}”", name=name)
        actions.append(act(fitting(title), "picture.use", {**handle(campaign), "image": image}, tooltip=title))
    actions.append(act(texts("In a new campaign"), "picture.use", {"image": image}))
    shown = Image(url=image, alt=texts("The picture that you dropped here"), size="Medium")
    return card(texts, [heading(texts("A picture")), shown], actions)


def text_card(texts: Texts, draft: Campaign | None, text: str) -> AdaptiveCard:
    """A text, and where it could stand."""
    actions = []
    if draft is not None:
        name = draft.name or texts("your new campaign")
        title = texts("Use it for “{name}”", name=name)
        actions.append(act(fitting(title), "text.use", {"campaign": draft.id}, tooltip=title))
    actions.append(act(texts("In a new campaign"), "text.use", {}))
    shown = Container(style="emphasis", items=[paragraph(text)])
    return card(texts, [heading(texts("Is this for a campaign?")), shown], actions)

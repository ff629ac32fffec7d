"""What recipients wrote back, in the author's chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from cards.kit.elements import ActionSet, AdaptiveCard, OpenUrl
from cards.kit.parts import beside, card, full_name, heading, hint, name_of, paragraph
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, Person

CHAT = "https://teams.microsoft.com/l/chat/0/0?users="  #: opens the chat with somebody of the same organisation


def replies_card(
    texts: Texts, campaign: Campaign, replies: Sequence[tuple[Person, datetime, str]], more: int = 0
) -> AdaptiveCard:
    """``replies``: who wrote, when and what; ``more``: how many could not be kept."""
    count, name = len(replies) + more, name_of(texts, campaign)
    title = texts.many("{count} reply to “{name}”", "{count} replies to “{name}”", count, name=name)
    body = [heading(title)]
    for person, at, words in replies:
        who = paragraph(f"**{escape_markdown(full_name(person))}**")
        row = beside(
            [who, hint(texts.moment(at), spacing="None"), paragraph(escape_markdown(words), spacing="Small")],
            [ActionSet(actions=[OpenUrl(title=texts("Answer them"), url=link)])]
            if (link := chat_with(campaign, person))
            else [],
            widths=["stretch", "auto"],
        )
        row.separator = True
        body.append(row)
    if more:
        body.append(hint(texts.many("and {count} more", "and {count} more", more)))
    body.append(hint(texts("“Answer them” opens your chat with that person. I keep no copy of what they wrote.")))
    return card(texts, body)


def chat_with(campaign: Campaign, person: Person) -> str:
    """Where Teams opens the chat with somebody; "" where it would not: of another organisation, or without address."""
    if person.tenant != campaign.tenant or person.guest or "@" not in person.address:
        return ""
    return CHAT + quote(person.address, safe="@")

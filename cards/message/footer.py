"""What stands beneath every message: who sends it, how to have quiet, and that an answer is given without a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import ButtonKind, Consideration, Message, Tracking


@dataclass(frozen=True, slots=True)
class Footer:
    #: in whose name it is sent; "" where that was not kept
    sender: str = ""
    #: who mutes the bot is spared such messages
    mutes: bool = True
    #: what recipients answer is counted without their names
    anonymous: bool = False


def footer_of(consideration: Consideration, tracking: Tracking) -> Footer:
    return Footer(consideration.sender, not consideration.past_mute, tracking.anonymous)


def settings_line(texts: Texts) -> str:
    """Leads to the recipient's own settings, beneath what these can hold back."""
    return texts("Quiet hours and topics: **settings**")


def footer_lines(
    texts: Texts, footer: Footer, message: Message, escape: Callable[[str], str] = escape_markdown
) -> tuple[str, ...]:
    """In a recipient's language; as many lines in each. ``escape``: how a name is written on the channel."""
    lines = []
    kinds = {button.kind for button in message.buttons}
    if footer.anonymous and ButtonKind.ANSWER in kinds:
        lines.append(texts("Your answer is anonymous: it is counted without your name."))
    elif footer.anonymous and ButtonKind.ACKNOWLEDGE in kinds:
        lines.append(texts("Your confirmation is anonymous: it is counted without your name."))
    sent_by = texts("Sent by {sender}.", sender=escape(footer.sender)) if footer.sender else ""
    quiet = texts("To receive no more such messages, type **mute**.") if footer.mutes else ""
    if sent_by or quiet:
        lines.append(" ".join(part for part in (sent_by, quiet) if part))
    if quiet:
        lines.append(settings_line(texts))
    return tuple(lines)

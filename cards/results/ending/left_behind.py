"""Whose message could not be taken back, or closed: how many, why, and the first of them by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.kit.parts import paragraph
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.outcomes import reason_text
from storage.records import AtEnd, Campaign, Channel, NotReached, NotTakenBack, Recall

NAMED = 5  #: people of one reason

#: (name, why)
Names = Sequence[tuple[str, NotTakenBack]]


def left_behind_lines(texts: Texts, campaign: Campaign, recall: Recall, names: Names) -> list[Any]:
    """Nothing where all of it has come about."""
    if not recall.failed:
        return []
    deletes = campaign.recall_does is AtEnd.DELETE
    left = (
        texts.many("{count} could not be taken back:", "{count} could not be taken back:", recall.left_behind)
        if deletes
        else texts.many("{count} could not be changed:", "{count} could not be changed:", recall.left_behind)
    )
    lines = [paragraph(left, spacing="Medium")]
    for why, count in sorted(recall.failed.items(), key=lambda item: (-item[1], item[0])):
        line = f"**{texts.number(count)}** – {left_behind_text(texts, why, campaign.channel)}"
        people = _named(texts, [name for name, reason in names if reason is why], count)
        lines.append(paragraph(f"{line} {people}".rstrip(), spacing="Small"))
    return lines


def _named(texts: Texts, names: Sequence[str], count: int) -> str:
    """ "(Ada Lovelace, Grace Hopper and 3 more)"; "" where nobody is known by name."""
    shown = [escape_markdown(name) for name in names[:NAMED]]
    more = count - len(shown)
    if shown and more > 0:
        shown.append(texts.many("{count} more", "{count} more", more))
    return f"({texts.enumerate(shown)})" if shown else ""


def left_behind_text(texts: Texts, why: NotTakenBack, channel: Channel) -> str:
    """Why a message stays in its recipient's chat."""
    name = channel.traits.name
    return {
        NotTakenBack.REMOVED: reason_text(texts, NotReached.UNINSTALLED, channel),
        NotTakenBack.BLOCKED: reason_text(texts, NotReached.BLOCKED, channel),
        NotTakenBack.GONE: reason_text(texts, NotReached.GONE, channel),
        NotTakenBack.CHAT_LOST: texts("Their chat with Crieur is gone."),
        NotTakenBack.NO_ID: texts("{channel} gave no number by which the message could be deleted.", channel=name),
        NotTakenBack.NOT_CERTAIN: texts("Nobody knows whether the message arrived, so it cannot be looked for."),
        NotTakenBack.REFUSED: texts("{channel} refused to delete it.", channel=name),
        NotTakenBack.NOT_ANSWERED: texts("{channel} did not take it for three days.", channel=name),
        NotTakenBack.NOT_WRITTEN: texts("Crieur could not write it: a fault of its own, which its log names."),
        NotTakenBack.NOT_KNOWN: texts("It is not known here any more who they are."),
    }[why]

"""The end of a campaign: from when on its messages are not in people's chats any more, or answered no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AtEnd(StrEnum):
    """What becomes of each message."""

    DELETE = "delete"  #: it is deleted
    LINE = "line"  #: one line stands in its place
    CLOSE = "close"  #: it stays, without its answers and confirmations


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    #: not before its slot is over
    at: datetime
    does: AtEnd
    #: a closed poll's card shows how people have answered
    shows_result: bool = False

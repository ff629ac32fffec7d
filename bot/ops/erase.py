"""What an operator does about one person, at the machine: ``python app.py erase`` and ``export-person``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from storage.port.operations import Erasure
from storage.records import CannotErase, Deed, DeedKind

CLIENT = "command line"
WHY = {
    "receives": "Not erased: messages of running campaigns ({campaigns}) are still on their way to this person."
    " Please try again when they have ended.",
    "sends": "Not erased: this person is the author of campaigns ({campaigns}) that wait for approval, are scheduled"
    " or running. Please delete those that have not started, and try again when the others have ended.",
    "owns": "Not erased: nobody else owns the bot in this organisation. Please make somebody else an owner first.",
    "busy": "The person is erased, but the database file is in use, and old pages may still hold what was there."
    " Please run this once more, with the bot stopped.",
}


async def erase(store: Erasure, address: str, at: datetime, say: Callable[[str], None]) -> int:
    """The exit status; 1 where nobody has the address, or they cannot be erased now."""
    deed = Deed(kind=DeedKind.ERASED, by=None, at=at, client=CLIENT)
    try:
        erased = await store.erase(address.strip(), deed=deed)
    except CannotErase as refused:
        say(WHY[refused.why].format(campaigns=", ".join(map(str, refused.campaigns))))
        return 1
    say("Erased. The figures of campaigns stay." if erased else "Nobody is known by this address (any more).")
    return 0 if erased else 1


async def export_person(store: Erasure, address: str, say: Callable[[str], None]) -> int:
    """All that is kept of a person, as JSON; the exit status."""
    kept = await store.kept_of(address.strip())
    say(orjson.dumps(kept, option=orjson.OPT_INDENT_2, default=str).decode())
    return 0 if kept else 1

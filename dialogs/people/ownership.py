"""The first owner: a one-time code that the server prints, and that somebody types in the chat."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dialogs.core.router import Router
from dialogs.core.turn import Answer, Turn
from scheduler.ports import Clock
from storage.port.operations import Documents
from storage.records import DeedKind, Noted, Role, StaleVersion, TenantId

log = logging.getLogger(__name__)
router = Router()

DOCUMENT = "claim"
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  #: none that looks like another
LENGTH = 12  #: letters: 59 bits
GOOD_FOR = timedelta(hours=24)


async def new_code(
    store: Documents,
    clock: Clock,
    *,
    another: bool = False,
    again: TenantId | None = None,
    noted: Sequence[Noted] = (),
) -> str | None:
    """A code that makes its first user the owner of their organisation; only its hash is kept.

    None while one is out, or once one was used; ``another``: in its place, for an operator who asks. ``again``:
    it is for this organisation, and works although that has an owner. ``noted``: with it.
    """
    document = (await store.read_documents([DOCUMENT])).get(DOCUMENT)
    now = clock.now()
    if document and not another:
        out = json.loads(document[1])
        if out["used"] or now.timestamp() < out["until"]:
            return None
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    known = {"hash": _hash(code), "until": (now + GOOD_FOR).timestamp(), "used": False}
    text = json.dumps(known | ({"again": again} if again else {})).encode()
    try:
        etag = None if another else document[0] if document else ""
        await store.write_documents({DOCUMENT: (etag, text)}, noted=noted)
    except StaleVersion:  # another copy has just printed one
        return None
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


@router.command("claim", authors_only=False)
async def claim(turn: Turn, typed: str) -> Answer:
    """Ownership of an organisation that has no owner, for the code; it works once."""
    texts = turn.texts
    document = (await turn.store.read_documents([DOCUMENT])).get(DOCUMENT)
    known: dict[str, Any] = json.loads(document[1]) if document else {"hash": "", "until": 0.0, "used": True}
    again = known.get("again") == turn.person.tenant
    owners = [person for person, role in await turn.store.with_role(turn.person.tenant) if role is Role.OWNER]
    if owners and not again:
        return Answer(text=texts("Your organisation already has an owner. Type **help** to see what I can do for you."))
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    right = hmac.compare_digest(_hash(code), known["hash"])
    elsewhere = "again" in known and not again
    if document is None or not right or elsewhere or known["used"] or turn.now.timestamp() >= known["until"]:
        log.warning("a claim with a code that is not valid was refused")
        return Answer(
            text=texts("This code is not valid (any more). The server prints one; the operator can ask for another.")
        )
    try:  # used up before it has an effect: of two people with the same code, the faster one has it
        await turn.store.write_documents({DOCUMENT: (document[0], json.dumps({**known, "used": True}).encode())})
    except StaleVersion:
        return Answer(text=texts("Somebody else has just used this code."))
    me = turn.person.id
    if again:
        deed = turn.deed(DeedKind.CLAIMED, again="by the operator")
        owns = await turn.store.give_role(me, Role.OWNER, deed=deed)
    else:
        owns = await turn.store.claim_ownership(me, deed=turn.deed(DeedKind.CLAIMED))
    if not owns:
        return Answer(text=texts("Your organisation already has an owner. Type **help** to see what I can do for you."))
    log.info("an organisation has %s", "an owner again" if again else "its first owner")
    return Answer(
        text=texts(
            "You are the **owner** now: you can build campaigns, give roles (**roles**) and set the rules"
            " (**settings**). Type **help** to see all of it."
        )
    )

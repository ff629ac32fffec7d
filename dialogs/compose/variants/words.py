"""An A/B test in words: "try two titles: Lunch is on us / Free lunch on Thursday to 20 %"."""

from __future__ import annotations

import re

from cards.compose.variants.ab_form import ab_form
from cards.message.plain_text import built_in_teams
from dialogs.compose.wizard import form_card, save_step
from dialogs.core.drafts import open_draft, read_variants, values_of, versions_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Turn
from dialogs.forms.fields import KEPT
from storage.records import DeedKind, StaleVersion

router = Router()

LONG = 4_000  #: characters that are looked at
#: "X / Y to 20 %", "X / Y sur 20 % des destinataires"; the share may be left out
_BETWEEN = re.compile(r"\s/\s")
_SHARE = re.compile(
    r"[\s,](?:to|on|for|à|a|sur|pour)\s{1,9}(?P<share>\d{1,3})\s{0,9}(?:%|percent|per cent|pour cent|pourcent).{0,60}$",
    re.IGNORECASE | re.DOTALL,
)
USUAL = "20"  #: percent, where none is said


@router.command("try two titles", "try two titles:")
async def two_titles(turn: Turn, words: str) -> Answer:
    return await _try_two(turn, words, "title")


@router.command("try two texts", "try two texts:")
async def two_texts(turn: Turn, words: str) -> Answer:
    return await _try_two(turn, words, "body")


async def _try_two(turn: Turn, words: str, field: str) -> Answer:
    """The first is what the open draft says, the second its variant B; a new draft where none is open."""
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    a, b, share = _said(words)
    if not (a and b):
        example = turn.texts("try two titles: Our autumn / What autumn brings to 20 %")
        return Answer(text=turn.texts("Please say both, with a “/” between them: **{example}**", example=example))
    draft = await open_draft(turn)
    if draft is None:
        deed = turn.deed(DeedKind.CREATED)
        tenant, author = turn.person.tenant, turn.person.id
        draft = await turn.store.new_campaign(tenant, author, "", turn.channel, turn.now, deed=deed)
    values = {
        **await values_of(draft, "message", turn),
        field: a[:KEPT],
        f"ab_{field}": b[:KEPT],
        "ab_share": share,
    }
    try:
        draft = await save_step(turn, draft, "message", values)
    except StaleVersion:
        return Answer(
            text=turn.texts("This draft was changed elsewhere meanwhile. Please check it and go on from here.")
        )
    texts, summary = turn.texts, turn.texts("A/B test")
    if errors := (await read_variants(turn, draft)).errors:
        card = ab_form(texts, draft, values, errors, languages=versions_of(draft))
        return Answer(card=card, summary=summary)
    return Answer(card=await form_card(turn, draft, "message"), summary=summary)


def _said(words: str) -> tuple[str, str, str]:
    """Both variants, "" where one is missing, and the share."""
    a, *rest = _BETWEEN.split(words[:LONG].strip(" \t\r\n:"), maxsplit=1)
    b = rest[0] if rest else ""
    if (share := _SHARE.search(b)) is None:
        return a.strip(), b.strip(), USUAL
    return a.strip(), b[: share.start()].strip(" \t\r\n,"), share["share"]

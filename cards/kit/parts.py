"""Small builders that the cards share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from cards.kit.elements import (
    Action,
    ActionSet,
    AdaptiveCard,
    Column,
    ColumnSet,
    Container,
    Element,
    Execute,
    Image,
    Table,
    TextBlock,
    ToggleVisibility,
    rendered,
)
from cards.kit.icons import icon
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, CampaignState, Channel, Member, NotReached, Person, Reach, Recipient
from storage.records.step_forms import hand_of, is_sequence

Payload = Mapping[str, Any]
FIELDS = 8  #: of a form that are seen at once: more are lost by scrolling


def card(texts: Texts, body: Sequence[Any], actions: Sequence[Any] = ()) -> AdaptiveCard:
    _behind_dots(list(actions), PRIMARY)
    for row in _rows(list(body)):
        of_one_kind = len({getattr(action, "verb", action) for action in row}) == 1
        _behind_dots(row, PRIMARY if of_one_kind else BESIDE)
    return AdaptiveCard(body=list(body), actions=list(actions) or None, lang=texts.language)


PRIMARY = 3  #: buttons of a card, or pages and views of a part of it, side by side: clients cut more
BESIDE = 2  #: buttons beneath a part of a card, which act on it alone


def _behind_dots(row: Sequence[Any], most: int) -> None:
    """What stands behind so many buttons of a row goes into the menu behind "..."."""
    primary = [action for action in row if getattr(action, "mode", None) != "secondary"]
    for action in primary[most:]:
        action.mode = "secondary"
        if isinstance(fallback := getattr(action, "fallback", None), Action):
            fallback.mode = "secondary"


def _rows(elements: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for element in elements:
        if isinstance(element, ActionSet):
            yield element.actions
        for inner in ("items", "columns"):
            if isinstance(parts := getattr(element, inner, None), list):
                yield from _rows(parts)


def heading(text: str) -> TextBlock:
    return TextBlock(text=text, size="Large", weight="Bolder", wrap=True, style="heading")


def subheading(text: str) -> TextBlock:
    return TextBlock(text=text, weight="Bolder", wrap=True, spacing="Large")


def paragraph(text: str, **properties: Any) -> TextBlock:
    return TextBlock(text=text, wrap=True, **properties)


def hint(text: str, **properties: Any) -> TextBlock:
    return TextBlock(text=text, wrap=True, subtle=True, size="Small", **properties)


def notice(text: str, style: str = "accent") -> Container:
    """A line in a coloured box: ``accent``, ``good``, ``warning`` or ``attention``."""
    return Container(style=style, bleed=True, items=[paragraph(text)])


def notices(text: str, style: str = "warning") -> list[Container]:
    return [notice(text, style)] if text else []


def with_error(field: Any, error: str | None) -> list[Any]:
    """A field, and beneath it what is wrong with it."""
    if not error:
        return [field]
    return [field, TextBlock(text=f"⚠ {error}", wrap=True, color="Attention", spacing="Small", weight="Bolder")]


def pair(first: Element, second: Element, *errors: str | None) -> list[Any]:
    """Two fields that belong together, and beneath them, over the whole width, what is wrong with either."""
    wrong = " ".join(dict.fromkeys(error for error in errors if error))
    fields = beside([first], [second])
    for column in fields.columns:
        column.align = "Bottom"  # the label of one may be longer
    return with_error(fields, wrong)


def beside(*columns: Sequence[Any], widths: Sequence[str] | None = None) -> ColumnSet:
    """Columns; what stands beside buttons is centred on them."""
    sizes = widths or ["stretch"] * len(columns)
    align = "Center" if any(isinstance(item, ActionSet) for items in columns for item in items) else None
    return ColumnSet(
        columns=[Column(width=size, items=list(items), align=align) for size, items in zip(sizes, columns, strict=True)]
    )


def row_of_list(words: Sequence[Any], actions: Sequence[Action]) -> Element:
    """One of several: its button stands beside it, two beneath it, as a phone has no room for both."""
    if len(actions) == 1:
        row: Element = beside(words, [ActionSet(actions=list(actions))], widths=["stretch", "auto"])
    else:
        row = Container(items=[*words, ActionSet(actions=list(actions), spacing="Small")])
    row.separator = True
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a form that few need to touch."""

    id: str
    name: str
    #: what it says now, as Markdown
    holds: str
    fields: Sequence[Any]
    #: what is wrong in it
    wrong: Sequence[str] = ()
    #: whether its fields are seen from the beginning, as far as there is room
    open: bool = False


def folded(texts: Texts, parts: Sequence[Part], before: Sequence[Any] = ()) -> list[Any]:
    """Each part as one line that says what it holds; a press on the line shows its fields.

    What stands in hidden fields is sent like any other. A part in which something is wrong is open, as far as a
    form has room for its fields (``before``: what stands above); else its line says what is wrong.
    """
    elements: list[Any] = []
    taken = count_inputs(before)
    for number, part in enumerate(parts):
        count = count_inputs(part.fields)
        shown = (part.open or bool(part.wrong)) and taken + count <= FIELDS
        taken += count if shown else 0
        elements += _line(texts, part, shown=shown, spacing="Small" if number else "Medium")
    return elements


def _line(texts: Texts, part: Part, *, shown: bool, spacing: str) -> list[Any]:
    press = ToggleVisibility(title=part.name, targets=[part.id])
    wrong = "" if shown else " ".join(dict.fromkeys(part.wrong))
    line = line_to_change(texts, part.name, part.holds, press, wrong)
    line.spacing = spacing
    hidden = None if shown else False
    return [line, Container(id=part.id, items=list(part.fields), visible=hidden, spacing="Small")]


def line_to_change(texts: Texts, name: str, holds: str, press: Action, wrong: str | None = None) -> ColumnSet:
    """What a part of a form says now; the press on it is the way to change it."""
    words = with_error(paragraph(texts("**{part}**: {value}", part=name, value=holds)), wrong)
    change = TextBlock(text=texts("Change"), color="Accent", weight="Bolder", wrap=True)
    return ColumnSet(
        columns=[Column(width="stretch", items=words), Column(width="auto", align="Center", items=[change])],
        pressed=press,
        separator=True,
        spacing="Small",
    )


def count_inputs(fields: Any) -> int:
    """The fields that are seen at once."""
    node = rendered(fields)
    if isinstance(node, (list, tuple)):
        return sum(map(count_inputs, node))
    if not isinstance(node, dict) or node.get("isVisible") is False:
        return 0
    inner = sum(count_inputs(node[key]) for key in ("body", "items", "columns") if key in node)
    return inner + str(node.get("type", "")).startswith("Input.")


TITLE = 25  #: characters on a button: phones cut longer ones


def fitting(title: str) -> str:
    """A title that holds a name, as far as a button has room for it: its tooltip says the whole."""
    if len(title) <= TITLE:
        return title
    closing = title[len(title.rstrip("”» \u00a0\u202f")) :]  # quotes that were opened
    return f"{title[: TITLE - 1 - len(closing)].rstrip()}…{closing}"


def act(title: str, verb: str, payload: Payload, **properties: Any) -> Execute:
    return Execute(title, verb, payload, **properties)


def go(title: str, verb: str, payload: Payload, **properties: Any) -> Execute:
    """An action that sends no fields with it: whatever stands in them may be wrong."""
    return Execute(title, verb, payload, inputs="none", **properties)


def handle(campaign: Campaign, **more: Any) -> dict[str, Any]:
    """What every action on a campaign carries, so that it works after a restart, and on any copy."""
    step = {"part": hand_of(campaign.forms)} if is_sequence(campaign.forms) else {}
    return {"campaign": campaign.id, "version": campaign.version, **step, **more}


def name_of(texts: Texts, campaign: Campaign) -> str:
    """A campaign's name as Markdown that shows it as it is; a draft may have none yet."""
    return escape_markdown(campaign.name) or texts("A new campaign")


def reach_text(texts: Texts, reach: Reach) -> str:
    count, total = reach.reachable, texts.number(reach.total)
    if reach.total == 1:
        return texts.many("{count} of 1 person can be reached", "{count} of 1 person can be reached", count)
    return texts.many(
        "{count} of {total} people can be reached", "{count} of {total} people can be reached", count, total=total
    )


def state_text(texts: Texts, state: CampaignState) -> str:
    return {
        CampaignState.DRAFT: texts("Draft"),
        CampaignState.SUBMITTED: texts("Waiting for approval"),
        CampaignState.SCHEDULED: texts("Scheduled"),
        CampaignState.RUNNING: texts("Running"),
        CampaignState.DONE: texts("Done"),
    }[state]


def state_sign(state: CampaignState) -> str:
    return {
        CampaignState.DRAFT: "📝",
        CampaignState.SUBMITTED: "⏳",
        CampaignState.SCHEDULED: "🕙",
        CampaignState.RUNNING: "📣",
        CampaignState.DONE: "🏁",
    }[state]


def why_not(texts: Texts, reason: NotReached) -> str:
    """Why somebody cannot be reached, in a word or two."""
    return {
        NotReached.UNINSTALLED: texts("has removed Crieur"),
        NotReached.BLOCKED: texts("has blocked Crieur"),
        NotReached.GONE: texts("has left the organisation"),
        NotReached.CHAT_LOST: texts("their chat is gone"),
    }.get(reason, texts("has not installed Crieur"))


def last_time(texts: Texts, reason: NotReached, at: datetime | None) -> str:
    """What the last message met at somebody who may well be reached by the next one."""
    reason_text = {
        NotReached.UNINSTALLED: texts("had removed Crieur last time"),
        NotReached.BLOCKED: texts("blocked Crieur last time"),
        NotReached.GONE: texts("was not found last time"),
    }.get(reason, texts("their chat could not be opened last time"))
    return f"{reason_text} ({texts.short_day(at.astimezone(texts.zone).date())})" if at else reason_text


def full_name(person: Person | Recipient) -> str:
    return person.name or f"{person.given_name} {person.surname}".strip() or person.address


def member_row(texts: Texts, member: Member, channel: Channel) -> ColumnSet:
    """A name with the channel's icon: in colour where the person can be reached (S11), else with the reason why not."""
    person = member.person
    name = full_name(person)
    known = name if name == person.address or not person.address else f"{name} · {person.address}"
    if member.why is not None:
        alt = why_not(texts, member.why)
    else:
        alt = texts("Has installed Crieur") if member.installed else texts("can be reached through a team")
    if member.why is None and member.failed is not None:
        alt = last_time(texts, member.failed, member.failed_at)
    words = [paragraph(escape_markdown(known), subtle=not member.reachable)]
    if member.why is not None or member.failed is not None or not member.installed:
        words.append(hint(alt, spacing="None"))
    return ColumnSet(
        spacing="Small",
        columns=[
            Column(
                width="auto",
                align="Center",
                items=[Image(url=icon(channel, member.reachable), alt=alt, width="20px", height="20px")],
            ),
            Column(width="stretch", align="Center", items=words),
        ],
    )


def tables(rows: Sequence[Sequence[str]], first: int, others: int) -> list[Table]:
    """Rows under their head, as tables that a phone has room for: of three columns at most, each with the first.

    ``first``, ``others``: the widths of the first column and of the others, in parts.
    """
    count = len(rows[0]) - 1
    parts = max(1, -(-count // 2))  # of two columns beside the first; four are two and two
    ends = [round(count * number / parts) for number in range(parts + 1)]
    return [
        Table([[row[0], *row[1 + begin : 1 + end]] for row in rows], widths=[first, *[others] * (end - begin)])
        for begin, end in pairwise(ends)
    ]


def progress_bar(done: int, total: int) -> TextBlock:
    """A bar of words: native ones are not drawn everywhere, and coloured boxes fade in dark themes."""
    blocks = 24 * done // total if total else 0
    return TextBlock(text="▰" * blocks + "▱" * (24 - blocks), color="Good", spacing="Small")

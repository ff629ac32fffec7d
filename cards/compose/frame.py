"""What the forms share: the steps, and the buttons that lead from one to the next."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, rendered
from cards.kit.parts import act, card, handle, heading, hint, notices
from cards.kit.placeholders import doubts
from cards.kit.texts import Texts
from storage.records import Campaign

Values = Mapping[str, str]
Errors = Mapping[str, str]

ROOM = 16_000  #: bytes of what stands in a form: beside more, a card has no room for fingerprints
STEPS = ("message", "audience", "schedule", "review")


def step_name(texts: Texts, step: str) -> str:
    return {
        "message": texts("Message"),
        "audience": texts("Audience"),
        "schedule": texts("Schedule"),
        "review": texts("Review"),
    }[step]


def steps_bar(texts: Texts, current: str) -> Any:
    """Where the author is: "1 Message · **2 Audience** · ..."."""
    steps = [f"{number} {step_name(texts, step)}" for number, step in enumerate(STEPS, 1)]
    shown = [f"**{name}**" if step == current else name for step, name in zip(STEPS, steps, strict=True)]
    return hint(" · ".join(shown))


def own_text(
    texts: Texts, values: Values, errors: Errors, columns: Collection[str], verb: str, payload: Mapping[str, Any]
) -> list[Any]:
    """The press that says of what looks like a variable that it is the author's own text."""
    own = values.get("own", "").splitlines()
    asked = [doubt.written for field in errors for doubt in doubts(values.get(field, ""), columns, own)]
    words = list(dict.fromkeys(asked))
    if not words:
        return []
    title = texts("That is my own text")
    return [ActionSet(actions=[act(title, verb, {**payload, "own_text": "\n".join(words)})], spacing="Small")]


def fingerprint(text: str) -> str:
    """Of what stands in a field: whether it is still that, a short number tells."""
    return f"{zlib.crc32(chr(10).join(text.split(chr(13) + chr(10))).strip().encode()):08x}"


def drawn(fields: Sequence[Any]) -> dict[str, str]:
    """What stands in the fields of a form as it is drawn, as fingerprints; nothing where the card has no room."""
    nodes = _nodes(list(fields))
    values = {
        node["id"]: str(node.get("value", "")) for node in nodes if str(node.get("type", "")).startswith("Input.")
    }
    if sum(len(value.encode()) for value in values.values()) > ROOM:
        return {}
    return {name: fingerprint(value) for name, value in values.items()}


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    node = rendered(part)
    if isinstance(node, dict):
        yield node
        for inner in (node.get("items"), node.get("columns"), node.get("body")):
            yield from _nodes(inner)
    elif isinstance(node, list):
        for one in node:
            yield from _nodes(one)


def form_of_step(
    texts: Texts,
    campaign: Campaign,
    step: str,
    title: str,
    fields: Sequence[Any],
    notice: str,
    errors: Errors,
    more: Sequence[Any] = (),
) -> AdaptiveCard:
    """``more``: actions behind "..."."""
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    before, after = STEPS[: STEPS.index(step)], STEPS[STEPS.index(step) + 1]
    payload = handle(campaign, step=step, was=drawn(fields))
    actions = [
        act(
            texts("Next: {step}", step=step_name(texts, after).lower()),
            "form.save",
            {**payload, "go": after},
            style="positive",
        )
    ]
    if before:
        actions.append(act(texts("Back"), "form.save", {**payload, "go": before[-1]}))
    if step != "schedule":
        # where there are four, clients cut their words: the others go into the menu behind "..."
        mode = "secondary" if before else None
        actions.append(act(texts("To the review"), "form.save", {**payload, "go": "review"}, mode=mode))
    actions.append(act(texts("Save and leave"), "form.save", {**payload, "go": "leave"}, mode="secondary"))
    actions += more
    return card(
        texts,
        [*notices(notice, "attention" if errors else "accent"), steps_bar(texts, step), heading(title), *fields],
        actions,
    )

"""What the forms share: the steps, and the buttons that lead from one to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, TextBlock
from cards.kit.parts import act, beside, card, handle, heading, notices
from cards.kit.placeholders import doubts
from cards.kit.texts import Texts
from storage.records import Campaign

Values = Mapping[str, str]
Errors = Mapping[str, str]

NAMED = 3  #: words that stand on a button
STEPS = ("message", "audience", "schedule", "review")


def step_name(texts: Texts, step: str) -> str:
    return {
        "message": texts("Message"),
        "audience": texts("Audience"),
        "schedule": texts("Schedule"),
        "review": texts("Review"),
    }[step]


def steps_bar(texts: Texts, current: str) -> Any:
    """Where the author is: "1 Message · 2 Audience · ..."."""
    return beside(
        *(
            [
                TextBlock(
                    text=f"{number} {step_name(texts, step)}",
                    size="Small",
                    wrap=True,
                    weight="Bolder" if step == current else None,
                    color="Accent" if step == current else None,
                    subtle=None if step == current else True,
                )
            ]
            for number, step in enumerate(STEPS, 1)
        )
    )


def own_text(
    texts: Texts, values: Values, errors: Errors, columns: Collection[str], verb: str, payload: Mapping[str, Any]
) -> list[Any]:
    """The press that says of what looks like a variable that it is the author's own text."""
    own = values.get("own", "").splitlines()
    asked = [doubt.written for field in errors for doubt in doubts(values.get(field, ""), columns, own)]
    words = list(dict.fromkeys(asked))
    if not words:
        return []
    title = (
        texts("{words} is my own text", words=texts.enumerate(words))
        if len(words) <= NAMED
        else texts("All of these are my own text")
    )
    return [ActionSet(actions=[act(title, verb, {**payload, "own_text": "\n".join(words)})], spacing="Small")]


def form_of_step(
    texts: Texts, campaign: Campaign, step: str, title: str, fields: Sequence[Any], notice: str, errors: Errors
) -> AdaptiveCard:
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    before, after = STEPS[: STEPS.index(step)], STEPS[STEPS.index(step) + 1]
    payload = handle(campaign, step=step)
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
        # where there are four, clients cut their words: one goes into the menu behind "..."
        mode = "secondary" if before else None
        actions.append(act(texts("To the review"), "form.save", {**payload, "go": "review"}, mode=mode))
    actions.append(act(texts("Save and leave"), "form.save", {**payload, "go": "leave"}))
    return card(
        texts,
        [*notices(notice, "attention" if errors else "accent"), steps_bar(texts, step), heading(title), *fields],
        actions,
    )

"""A sequence: its steps, and who gets them; its card, and how it is said."""

from __future__ import annotations

from typing import Any

from cards.compose.frame import Errors, drawn, step_name
from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Container, TextInput
from cards.kit.parts import (
    Payload,
    act,
    beside,
    card,
    go,
    handle,
    heading,
    hint,
    notices,
    paragraph,
    subheading,
    with_error,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.message.compile import summary_of
from storage.records import Campaign, Forms, Message
from storage.records.step_forms import SEQUENCE, days_of, hand_of, is_sequence, message_forms, numbers_of

BEGINNING = 300  #: characters of a text that are looked at
WORDS = 50  #: characters of a step's words on one line
MOST = 10  #: steps


def steps_form(texts: Texts, campaign: Campaign, errors: Errors, notice: str = "") -> AdaptiveCard:
    """``errors``: by field; those of a step's message under "step2"."""
    values, numbers = campaign.forms[SEQUENCE], numbers_of(campaign.forms)
    fields: list[Any] = [
        *with_error(
            ChoiceInput(
                id="whom",
                label=texts("Who gets it"),
                choices=[("new", texts("who joins from now on")), ("all", texts("who is in it already, too"))],
                value=values.get("whom", "new"),
                style="expanded",
                wrap=True,
            ),
            errors.get("whom"),
        ),
        *with_error(
            TextInput(id="days", label=texts("Working days after joining, step by step"), value=values.get("days", "")),
            errors.get("days"),
        ),
        hint(texts("0 is the day of joining. With commas, as in 0, 3, 10."), spacing="Small"),
    ]
    payload = handle(campaign, was=drawn(fields))
    for place, number in enumerate(numbers, 1):
        fields += _row(texts, campaign, payload, errors, place, number, last=len(numbers) == 1)
    if len(numbers) < MOST:
        add = act(texts("Add a step"), "steps.save", {**payload, "go": "add"})
        fields.append(ActionSet(actions=[add], spacing="Medium"))
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    actions = [
        act(
            texts("Next: {step}", step=step_name(texts, "audience").lower()),
            "steps.save",
            {**payload, "go": "audience"},
            style="positive",
        ),
        act(texts("To the review"), "steps.save", {**payload, "go": "review"}),
        act(texts("Save and leave"), "steps.save", {**payload, "go": "leave"}, mode="secondary"),
    ]
    if len(numbers) == 1:
        one = act(texts("One message, no sequence"), "steps.save", {**payload, "go": "one"}, mode="secondary")
        actions.append(one)
    about = hint(
        texts(
            "Whoever joins the audience gets these messages one by one, so many working days later, within the working"
            " hours of their own clock. Never two on one day."
        ),
        spacing="Small",
    )
    title = heading(texts("A sequence of messages"))
    return card(texts, [*notices(notice, "attention" if errors else "accent"), title, about, *fields], actions)


def _row(
    texts: Texts, campaign: Campaign, payload: Payload, errors: Errors, place: int, number: int, *, last: bool
) -> list[Any]:
    payload = {**payload, "of": number}
    words = what_it_says(texts, campaign.forms, number)
    title = texts("{place} · {day}: {words}", place=place, day=_day_of(texts, campaign.forms, place), words=words)
    actions = [act(texts("Write it"), "steps.save", {**payload, "go": "write"})]
    if not last:
        actions.append(act(texts("Remove"), "steps.save", {**payload, "go": "remove"}))
    return [
        *with_error(paragraph(title, separator=True), errors.get(f"step{number}")),
        ActionSet(actions=actions, spacing="Small"),
    ]


def _day_of(texts: Texts, forms: Forms, place: int) -> str:
    days = days_of(forms)
    return day_said(texts, days[place - 1] if place <= len(days) else "")


def what_it_says(texts: Texts, forms: Forms, number: int) -> str:
    """A step's title, or how its text begins, as Markdown that shows it as it is."""
    values = message_forms(forms, number).get("message", {})
    words = values.get("title", "").strip() or summary_of(Message(body=values.get("body", "")[:BEGINNING]))
    short = words if len(words) <= WORDS else words[: WORDS - 2].rsplit(" ", 1)[0].rstrip(" …") + " …"
    return escape_markdown(short) or texts("nothing is written yet")


def day_said(texts: Texts, text: str) -> str:
    """ "after 3 working days"; of what stands in a form, be it right or not."""
    if not text.isdecimal() or len(text) > 8:
        return texts("on a day that is still to be chosen")
    if int(text) == 0:
        return texts("on joining")
    return texts.many("after {count} working day", "after {count} working days", int(text))


def steps_of(texts: Texts, campaign: Campaign, verb: str, payload: Payload) -> list[Any]:
    """Every step in one line each; a press shows it. Nothing where it is no sequence."""
    if not is_sequence(campaign.forms):
        return []
    lines: list[Any] = [subheading(texts("Steps"))]
    for place, number in enumerate(numbers_of(campaign.forms), 1):
        words = what_it_says(texts, campaign.forms, number)
        text = texts("{place} · {day}: {words}", place=place, day=_day_of(texts, campaign.forms, place), words=words)
        if number == hand_of(campaign.forms):
            lines.append(paragraph(f"**{text}**", spacing="Small"))
            continue
        press = go(texts("Step {place}", place=place), verb, {**payload, "part": number})
        lines.append(Container(items=[paragraph(text, color="Accent")], pressed=press, spacing="Small"))
    return lines


def steps_line(texts: Texts, campaign: Campaign) -> list[Any]:
    """In the form of the schedule of one message: the way to make it the first of a sequence."""
    press = act(texts("A sequence"), "form.save", handle(campaign, step="schedule", go="sequence"))
    words = hint(texts("Several messages, for whoever joins:"), spacing="Small")
    return [beside([words], [ActionSet(actions=[press])], widths=["stretch", "auto"])]


def of_step(texts: Texts, campaign: Campaign) -> list[Any]:
    """Above the form of a message: which step it is, and the way to the others. Nothing where it is no sequence."""
    if not is_sequence(campaign.forms):
        return []
    numbers, hand = numbers_of(campaign.forms), hand_of(campaign.forms)
    place = numbers.index(hand) + 1 if hand in numbers else 1
    words = texts(
        "Step {place} of {whole}, {day}", place=place, whole=len(numbers), day=_day_of(texts, campaign.forms, place)
    )
    steps = ActionSet(actions=[back_to_steps(texts, campaign, "message")])
    return [beside([paragraph(f"**{words}**")], [steps], widths=["stretch", "auto"])]


def back_to_steps(texts: Texts, campaign: Campaign, step: str) -> Any:
    """On a form: the way to the steps, with what was typed."""
    return act(texts("The steps"), "form.save", handle(campaign, step=step, go="sequence"))


def to_steps(texts: Texts, payload: Payload) -> Any:
    """On a review."""
    return go(texts("Change the steps"), "form.open", {**payload, "step": "sequence"})


def whom_text(texts: Texts, forms: Forms) -> str:
    if forms.get(SEQUENCE, {}).get("whom") == "all":
        return texts("who is in it already, too")
    return texts("who joins from now on")

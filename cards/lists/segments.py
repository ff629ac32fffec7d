"""A segment as a card: a line a condition, the number below; and the few steps by which a line is added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, DateInput, Element, NumberInput, TextInput
from cards.kit.parts import act, beside, card, go, heading, hint, notices, paragraph, reach_text, subheading, with_error
from cards.kit.texts import SPOKEN, Texts
from cards.kit.variables import escape_markdown
from cards.lists.conditions import Campaigns, act_text, acts_with, button_title, fact_name, part_text
from storage.records import Campaign, Channel, Reach
from storage.records.segments import MOST_PARTS, Fact, Group, How

Values = Mapping[str, str]
Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentView:
    """A segment that is being written: nothing of it is kept until it is saved."""

    #: its number; 0 for a new one
    id: int
    name: str
    #: what is ticked of ``sources``
    of: str
    rule: Group
    #: (value, what it is called): lists, segments, everyone
    sources: Sequence[tuple[str, str]]
    campaigns: Campaigns
    reach: Reach | None
    #: what its buttons carry
    state: Mapping[str, Any]
    errors: Errors = field(default_factory=dict)
    #: by place of the line
    wrong: Mapping[int, str] = field(default_factory=dict)
    #: places of the lines that can be changed; the others can only be removed
    changeable: Collection[int] = ()
    #: the draft for whose audience it is written; 0: for none
    campaign: int = 0


def segment_form(texts: Texts, view: SegmentView, notice: str = "", tone: str = "attention") -> AdaptiveCard:
    lines = view.rule.parts
    title = texts("Segment “{name}”", name=escape_markdown(view.name)) if view.id else texts("A new segment")
    body: list[Any] = [
        *notices(notice, tone),
        heading(title),
        *with_error(
            TextInput(
                id="name", label=texts("Name of the segment"), value=view.name, placeholder=texts("Paris office")
            ),
            view.errors.get("name"),
        ),
        *with_error(_sources(texts, view), view.errors.get("of")),
        subheading(_holds(texts, view.rule.how)),
    ]
    if not lines:
        body += with_error(hint(texts("No condition yet: everybody above is in it.")), view.errors.get("rule"))
    for place, part in enumerate(lines):
        words = part_text(texts, part, view.campaigns)
        if place:
            words = f"**{texts('and') if view.rule.how is How.ALL else texts('or')}** {words}"
        if place in view.changeable:
            press = act(texts("Change"), "segment.line", {**view.state, "place": place})
        else:
            press = act(texts("Remove"), "segment.drop", {**view.state, "drop": place})
        row = beside([paragraph(words)], [ActionSet(actions=[press])], widths=["stretch", "auto"])
        body += with_error(row, view.wrong.get(place))
    if lines and view.errors.get("rule"):
        body += with_error(hint(""), view.errors["rule"])[1:]
    if len(lines) < MOST_PARTS:
        more = act(texts("Add a condition"), "segment.add", view.state)
        body.append(ActionSet(actions=[more], spacing="Small"))
    if len(lines) > 1:
        body.append(
            ChoiceInput(
                id="how",
                label=texts("How many of them must hold?"),
                choices=[(How.ALL, texts("All of them")), (How.ANY, texts("At least one"))],
                value=view.rule.how,
                style="compact",
            )
        )
    if view.reach is not None:
        body.append(paragraph(f"**{reach_text(texts, view.reach)}**", separator=True, spacing="Medium"))
        body.append(hint(texts("Read anew whenever a campaign goes out to it."), spacing="None"))
    again = act(texts("Count again"), "segment.count", view.state)
    body.append(ActionSet(actions=[again], spacing="Small"))
    if view.campaign:
        save = act(texts("Save"), "segment.tick", view.state, style="positive")
        back = go(texts("Back"), "form.open", {"campaign": view.campaign, "step": "audience"})
    else:
        save = act(texts("Save"), "segment.save", view.state, style="positive")
        to_list, to_lists = ("list.open", {"list": view.id}), ("lists.open", {"page": 0})
        back = go(texts("Back"), *(to_list if view.id else to_lists))
    return card(texts, body, [save, back])


def _holds(texts: Texts, how: How) -> str:
    if how is How.ANY:
        return texts("Those for whom one of these holds")
    return texts("Those for whom all of this holds")


def _sources(texts: Texts, view: SegmentView) -> Element:
    if not view.sources:
        return hint(texts("You have no list yet, and none is shared with you: a segment is made of one."))
    return ChoiceInput(
        id="of",
        label=texts("Out of whom?"),
        choices=view.sources,
        value=view.of,
        style="expanded",
        multiple=True,
        wrap=True,
    )


# --- adding a line ----------------------------------------------------------------------------

WEEK = 7  #: days that are offered
#: what is asked about, beside the facts and the columns
OTHERS = ("did", "lately", "channel", "guest", "installed")


def _other_name(texts: Texts, kind: str) -> str:
    return {
        "did": texts("What they did with a campaign"),
        "lately": texts("When they last received something"),
        "channel": texts("Where they can be reached"),
        "guest": texts("Guests of the organisation"),
        "installed": texts("Since when they have Crieur"),
    }[kind]


def kind_name(texts: Texts, kind: str) -> str:
    """What a line asks about: a fact, "column:FLOOR", or one of OTHERS."""
    if kind.startswith("column:"):
        return f"[{kind.removeprefix('column:')}]"
    return fact_name(texts, Fact(kind)) if kind in list(Fact) else _other_name(texts, kind)


def kinds_form(
    texts: Texts, columns: Sequence[str], state: Mapping[str, Any], errors: Errors | None = None
) -> AdaptiveCard:
    """``columns``: of the lists that are ticked."""
    kinds = [*Fact, *(f"column:{column}" for column in columns), *OTHERS]
    choice = ChoiceInput(
        id="kind",
        label=texts("What is it about?"),
        choices=[(kind, kind_name(texts, kind)) for kind in kinds],
        value=Fact.DEPARTMENT,
        style="compact",
    )
    body = [heading(texts("Add a condition")), *with_error(choice, (errors or {}).get("kind"))]
    if not columns:
        body.append(hint(texts("Columns of a list can be chosen once that list is ticked.")))
    return card(texts, body, [_go_on(texts, state), _back(texts, state)])


def _go_on(texts: Texts, state: Mapping[str, Any]) -> Any:
    return act(texts("Go on"), "segment.kind", state, style="positive")


def _back(texts: Texts, state: Mapping[str, Any]) -> Any:
    return go(texts("Back"), "segment.count", state)


def line_form(
    texts: Texts,
    kind: str,
    values: Values,
    errors: Errors,
    state: Mapping[str, Any],
    campaigns: Sequence[Campaign] = (),
    *,
    place: int | None = None,
) -> AdaptiveCard:
    """The fields of one line. ``campaigns``: that a line may ask about; of "did" the chosen one alone.

    ``place``: of a line that is there, and is changed.
    """
    title, carried = kind_name(texts, kind), {**state, "kind": kind}
    if place is not None:
        carried["place"] = place

    def actions() -> list[Any]:
        if place is None:
            return [act(texts("Add it"), "segment.put", carried, style="positive"), _back(texts, state)]
        return [
            act(texts("Change it"), "segment.put", carried, style="positive"),
            go(texts("Remove"), "segment.drop", {**state, "drop": place}),
            _back(texts, state),
        ]

    if kind == "did" and not values.get("campaign"):
        if not campaigns:
            nothing = paragraph(texts("There is no campaign yet of which it is kept who received it."))
            return card(texts, [heading(title), nothing], [_back(texts, state)])
        choice = ChoiceInput(
            id="campaign",
            label=texts("Which campaign?"),
            choices=[(str(campaign.id), campaign.name) for campaign in campaigns],
            value=str(campaigns[0].id),
            style="compact",
        )
        carried = {**carried, "campaign": ""}
        body = [heading(title), *with_error(choice, errors.get("campaign"))]
        return card(texts, body, [_go_on(texts, carried), _back(texts, state)])
    if kind == "did":
        carried = {**carried, "campaign": values["campaign"]}
        title = texts("“{name}”", name=escape_markdown(campaigns[0].name))
    return card(texts, [heading(title), *_fields(texts, kind, values, errors, campaigns)], actions())


def _fields(texts: Texts, kind: str, values: Values, errors: Errors, campaigns: Sequence[Campaign]) -> list[Any]:
    match kind:
        case "did":
            return _did_fields(texts, values, campaigns[0], errors)
        case "lately":
            typed = values.get("days", "")
            known = int(typed) if typed.isdecimal() and len(typed) < 9 else WEEK
            days = NumberInput(id="days", label=texts("In the last how many days?"), value=known)
            received = [("is", texts("Has received a message")), ("not", texts("Has received nothing"))]
            return [_is(texts, received, values), *with_error(days, errors.get("days"))]
        case "channel":
            on = [(channel, channel.traits.name) for channel in Channel]
            channel = ChoiceInput(
                id="channel",
                label=texts("Channel"),
                choices=on,
                value=values.get("channel") or Channel.TEAMS,
                style="compact",
            )
            return [
                _is(texts, [("is", texts("Can be reached on it")), ("not", texts("Cannot be reached on it"))], values),
                *with_error(channel, errors.get("channel")),
            ]
        case "guest":
            return [_is(texts, [("is", texts("Is a guest")), ("not", texts("Is no guest"))], values)]
        case "installed":
            since = DateInput(id="since", label=texts("Installed it from this day on"), value=values.get("since", ""))
            before = DateInput(id="before", label=texts("and before this day"), value=values.get("before", ""))
            return [*with_error(since, errors.get("since")), before]
        case Fact.LANGUAGE:
            spoken = sorted([(code, texts.language_name(code)) for code in SPOKEN], key=lambda one: one[1])
            language = ChoiceInput(
                id="value",
                label=texts("Language"),
                choices=spoken,
                value=values.get("value") or texts.language,
                style="compact",
            )
            return [
                _is(texts, [("is", texts("is")), ("not", texts("is not"))], values),
                *with_error(language, errors.get("value")),
            ]
        case _:
            value = TextInput(
                id="value",
                label=texts("One value, or several with commas between them"),
                value=values.get("value", ""),
                placeholder=texts("Sales, Marketing"),
            )
            compared = [
                ("is", texts("is")),
                ("not", texts("is not")),
                ("has", texts("contains")),
                ("has not", texts("does not contain")),
            ]
            return [_is(texts, compared, values), *with_error(value, errors.get("value"))]


def _is(texts: Texts, choices: Sequence[tuple[str, str]], values: Values) -> Element:
    value = values.get("is", "") if values.get("is", "") in dict(choices) else choices[0][0]
    return ChoiceInput(id="is", label=texts("Comparison"), choices=choices, value=value, style="compact")


def _did_fields(texts: Texts, values: Values, campaign: Campaign, errors: Errors) -> list[Any]:
    choices = []
    for what, button in acts_with(campaign):
        title = button_title(campaign, button)
        for negated in (False, True):
            value = f"{what}:{'' if button is None else button}:{'not' if negated else ''}"
            choices.append((value, act_text(texts, what, title, negated=negated)))
    chosen = values.get("did", "") if values.get("did", "") in dict(choices) else choices[0][0]
    did = ChoiceInput(id="did", label=texts("What did they do?"), choices=choices, value=chosen, style="compact")
    return [
        *with_error(did, errors.get("did")),
        hint(texts("“Has not” is true of those, too, who never received it: add “Has received it” to leave them out.")),
    ]

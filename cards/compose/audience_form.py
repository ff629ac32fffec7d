"""The form for the audience: lists to combine, lists to leave out, addresses to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cards.compose.frame import Errors, Values, form_of_step
from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Element, TextInput, ToggleInput
from cards.kit.parts import Part, act, folded, handle, hint, reach_text, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, Channel, DistributionList, Reach, Topic

NO_TOPIC = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen from, with its reach on the campaign's channel."""

    #: the people who have installed the bot; None for an author, who sends to lists: nor do they find groups
    everyone: Reach | None
    lists: Sequence[tuple[DistributionList, Reach]]
    #: there are more lists than are shown: they can be looked for
    more: bool = False
    #: what a campaign may be about
    topics: Sequence[Topic] = ()


def audience_form(
    texts: Texts, campaign: Campaign, values: Values, errors: Errors, choices: Choices, notice: str = ""
) -> AdaptiveCard:
    of_lists = [(f"list:{item.id}", f"{item.name} – {reach_text(texts, reach)}") for item, reach in choices.lists]
    everyone = [("everyone", _everyone(texts, choices.everyone))] if choices.everyone else []
    not_theirs = limit_of_authors(texts) if choices.everyone is None else ""
    wrong = not_theirs if "everyone" in values.get("audience", "").split(",") else ""
    above = [
        *with_error(_who(texts, values, [*everyone, *of_lists]), errors.get("audience") or wrong),
        *([hint(not_theirs, spacing="Small")] if not_theirs and not wrong else []),
        *(_finder(texts, campaign, values) if choices.more else []),
        *(_narrower(texts, campaign) if everyone or of_lists else []),
    ]
    parts = [
        Part(
            id="pasting",
            name=texts("Addresses"),
            holds=_pasted_line(texts, values),
            fields=_pasting(texts, values, errors),
            wrong=[errors[field] for field in ("addresses", "list_name") if field in errors],
            open=not (everyone or of_lists),
        ),
        *([_group(texts, campaign)] if everyone else []),
        Part(
            id="leaving_out",
            name=texts("Left out"),
            holds=_left_out_line(texts, values, {f"list:{one.id}": one.name for one, _ in choices.lists}),
            fields=_leaving_out(texts, values, errors, of_lists),
            wrong=[errors["except"]] if "except" in errors else [],
        ),
    ]
    if choices.topics:
        parts.append(_about(texts, values, errors, choices.topics))
    fields = [
        *above,
        *folded(texts, parts, above),
        *with_error(
            ChoiceInput(
                id="channel",
                label=texts("Channel"),
                choices=[(channel, channel.traits.name) for channel in Channel],
                value=values.get("channel", campaign.channel),
                style="compact",
            ),
            errors.get("channel"),
        ),
    ]
    return form_of_step(texts, campaign, "audience", texts("Who is it for?"), fields, notice, errors)


def _about(texts: Texts, values: Values, errors: Errors, topics: Sequence[Topic]) -> Part:
    names = {str(topic.number): topic.name for topic in topics}
    field = ChoiceInput(
        id="topic",
        label=texts("What is it about? Who has left the topic gets none of it."),
        choices=[(NO_TOPIC, texts("no topic")), *names.items()],
        value=values.get("topic") or NO_TOPIC,
        style="compact",
        wrap=True,
    )
    chosen = names.get(values.get("topic", ""), "")
    return Part(
        id="about",
        name=texts("Topic"),
        holds=escape_markdown(chosen) or texts("no topic"),
        fields=with_error(field, errors.get("topic")),
        wrong=[errors["topic"]] if "topic" in errors else [],
    )


def limit_of_authors(texts: Texts) -> str:
    """Whom an author may not write to, said where they choose."""
    return texts("You can send to your own lists and to those shared with you. A publisher can send to anybody.")


def _everyone(texts: Texts, reach: Reach) -> str:
    return texts.many(
        "Everyone who has installed Crieur ({count} person)",
        "Everyone who has installed Crieur ({count} people)",
        reach.total,
    )


def _who(texts: Texts, values: Values, choices: Sequence[tuple[str, str]]) -> Element:
    if not choices:
        return hint(texts("You have no list yet, and none is shared with you. Paste addresses below: they become one."))
    return ChoiceInput(
        id="audience",
        label=texts("Who receives it? Tick one or several: nobody gets it twice."),
        choices=choices,
        value=values.get("audience", ""),
        style="expanded",
        multiple=True,
        wrap=True,
    )


def _finder(texts: Texts, campaign: Campaign, values: Values) -> list[Element]:
    find = TextInput(
        id="find",
        label=texts("More lists: a part of the name"),
        value=values.get("find", ""),
        placeholder=texts("Managers"),
    )
    press = act(texts("Find lists"), "form.save", handle(campaign, step="audience", go="audience"))
    return [find, ActionSet(actions=[press], spacing="Small")]


def _narrower(texts: Texts, campaign: Campaign) -> list[Element]:
    press = act(texts("New segment"), "segment.for", handle(campaign, step="audience"))
    return [ActionSet(actions=[press], spacing="Small")]


def _pasting(texts: Texts, values: Values, errors: Errors) -> list[Element]:
    return [
        *with_error(
            TextInput(
                id="addresses",
                label=texts("Addresses"),
                value=values.get("addresses", ""),
                multiline=True,
                placeholder=texts("ada@contoso.com, Louis Pasteur <louis@contoso.com>, …"),
            ),
            errors.get("addresses"),
        ),
        *with_error(
            TextInput(
                id="list_name",
                label=texts("They become a list of this name"),
                value=values.get("list_name", ""),
                placeholder=texts("As the campaign"),
            ),
            errors.get("list_name"),
        ),
        hint(
            texts(
                "In any form: one on each line, with commas, semicolons, tabs. A CSV or Excel file works too:"
                " drop it into this chat."
            ),
            spacing="Small",
        ),
    ]


def _pasted_line(texts: Texts, values: Values) -> str:
    count = sum(bool(line.strip()) for line in values.get("addresses", "").splitlines())
    return texts.many("{count} line is pasted", "{count} lines are pasted", count) if count else texts("none pasted")


def _left_out_line(texts: Texts, values: Values, of_lists: Mapping[str, str]) -> str:
    names = [of_lists[word] for word in values.get("except", "").split(",") if word in of_lists]
    guests = [] if values.get("guests") == "true" else [texts("guests")]
    return texts.enumerate([*(escape_markdown(name) for name in names), *guests]) or texts("nobody")


def _group(texts: Texts, campaign: Campaign) -> Part:
    return Part(
        id="grouping", name=texts("Group"), holds=texts("find one in the directory"), fields=_grouping(texts, campaign)
    )


def _grouping(texts: Texts, campaign: Campaign) -> list[Element]:
    press = act(texts("Find groups"), "group.find", handle(campaign, step="audience"))
    return [
        TextInput(id="group", label=texts("How its name begins"), placeholder=texts("Marketing")),
        ActionSet(actions=[press], spacing="Small"),
    ]


def _leaving_out(texts: Texts, values: Values, errors: Errors, of_lists: Sequence[tuple[str, str]]) -> list[Element]:
    fields: list[Element] = []
    if of_lists:
        fields += with_error(
            ChoiceInput(
                id="except",
                label=texts("Not for the people of"),
                choices=of_lists,
                value=values.get("except", ""),
                style="expanded",
                multiple=True,
                wrap=True,
            ),
            errors.get("except"),
        )
    guests = ToggleInput(
        id="guests",
        label=texts("Guests"),
        title=texts("Guests of your organisation receive it too"),
        value=values.get("guests", "false"),
        wrap=True,
    )
    return [*fields, guests]

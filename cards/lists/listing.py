"""Cards about distribution lists: all of them, one with its people, its settings, its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Container, FactSet, TextInput
from cards.kit.parts import (
    act,
    card,
    fitting,
    full_name,
    go,
    handle,
    heading,
    hint,
    member_row,
    notices,
    paragraph,
    reach_text,
    row_of_list,
    subheading,
    with_error,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.installs import offer_to_install
from cards.lists.sources import source_name, source_text
from cards.results.outcomes import reason_text
from storage.records import Campaign, Channel, DistributionList, Member, NotReached, Person, PersonId, Reach

Values = Mapping[str, str]
Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """One list among others."""

    distribution_list: DistributionList
    reach: Reach
    #: its author; None where that is the reader
    owner: Person | None


def lists_card(
    texts: Texts,
    lines: Sequence[ListLine],
    channel: Channel,
    find: str,
    page: int,
    pages: int,
    notice: str = "",
    *,
    segments: bool = False,
) -> AdaptiveCard:
    """``segments``: of lists, only those that are rules."""
    here = {"segments": True} if segments else {}
    body: list[Any] = [*notices(notice, "good"), heading(texts("Your segments") if segments else texts("Your lists"))]
    if not lines:
        none = texts("No list has “{find}” in its name.", find=escape_markdown(find)) if find else ""
        body.append(paragraph(none or texts("There is none yet. Paste addresses, or drop a CSV or Excel file here.")))
    body += [_line(texts, line, channel) for line in lines]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    actions: list[Any] = [
        go(texts("New list"), "list.new", {}, style=None if segments else "positive"),
        go(texts("New segment"), "segment.new", {}, style="positive" if segments else None),
    ]
    if pages > 1 or find:
        body.append(TextInput(id="find", label=texts("Find a list by its name"), value=find))
        actions.append(act(texts("Find"), "lists.open", {**here, "page": 0}))
    if page + 1 < pages:
        actions.append(go(texts("Next"), "lists.open", {**here, "page": page + 1, "find": find}))
    if page:
        actions.append(go(texts("Previous"), "lists.open", {**here, "page": page - 1, "find": find}))
    return card(texts, body, actions)


def _line(texts: Texts, line: ListLine, channel: Channel) -> Any:
    distribution_list = line.distribution_list
    parts = [reach_text(texts, line.reach)]
    if distribution_list.source is not None:
        parts.insert(0, source_name(texts, distribution_list.source))
    if distribution_list.segment is not None:
        parts.insert(0, texts("a segment"))
    if line.owner is not None:
        parts.append(texts("made by {person}", person=escape_markdown(full_name(line.owner))))
    elif shared := _shared(texts, distribution_list):
        parts.append(shared)
    open_it = go(
        texts("Open"),
        "list.open",
        {"list": distribution_list.id},
        tooltip=texts("Open “{name}”", name=distribution_list.name),
    )
    words = [paragraph(f"**{escape_markdown(distribution_list.name)}**"), hint(" · ".join(parts), spacing="None")]
    return row_of_list(words, [open_it])


def _shared(texts: Texts, distribution_list: DistributionList) -> str:
    if distribution_list.shared_with_all:
        return texts("shared with all authors")
    if distribution_list.shared_with:
        return texts.many(
            "shared with {count} author", "shared with {count} authors", len(distribution_list.shared_with)
        )
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """One list, a page of its people, and how they are looked at."""

    distribution_list: DistributionList
    owner: Person | None
    channel: Channel
    reach: Reach
    #: on the other channel, where somebody can be reached there
    other: tuple[Channel, Reach] | None
    why: Mapping[NotReached, int]
    people: Sequence[Member]
    page: int
    more: bool
    find: str = ""
    #: only those who cannot be reached
    unreached: bool = False
    #: whether the reader may change it
    changeable: bool = True
    #: a campaign of theirs that waits for an audience
    draft: Campaign | None = None
    #: for how many of its people the bot can install itself
    installable: int = 0
    #: of a segment: out of whom, and what holds for them
    meaning: str = ""


def list_card(texts: Texts, view: ListView, notice: str = "", tone: str = "good") -> AdaptiveCard:
    distribution_list = view.distribution_list
    here = {"list": distribution_list.id, "channel": view.channel, "find": view.find, "unreached": view.unreached}
    body: list[Any] = [
        *notices(notice, tone),
        heading(escape_markdown(distribution_list.name)),
        FactSet(_facts(texts, view)),
    ]
    body += _why(texts, view)
    body += offer_to_install(texts, view.installable, {"list": distribution_list.id})
    body.append(subheading(texts("Who cannot be reached") if view.unreached else texts("People")))
    if not view.people:
        body.append(paragraph(texts("Nobody.")))
    body += [member_row(texts, member, view.channel) for member in view.people]
    body.append(TextInput(id="find", label=texts("Find by name or address"), value=view.find))
    leafing: list[Any] = [act(texts("Find"), "list.open", {**here, "page": 0})]
    if view.page:
        leafing.append(go(texts("Previous"), "list.open", {**here, "page": view.page - 1}))
    if view.more:
        leafing.append(go(texts("Next"), "list.open", {**here, "page": view.page + 1}))
    if view.unreached:
        leafing.append(go(texts("Everybody"), "list.open", {**here, "unreached": False, "page": 0}))
    elif view.reach.reachable < view.reach.total:
        leafing.append(go(texts("Only the unreachable"), "list.open", {**here, "unreached": True, "page": 0}))
    if view.other:
        channel, _ = view.other
        title = texts("On {channel}", channel=channel.traits.name)
        leafing.append(go(title, "list.open", {**here, "channel": channel, "page": 0}))
    body.append(ActionSet(actions=leafing, spacing="Small"))
    actions = [
        act(texts("New campaign for it"), "campaign.new", {"list": distribution_list.id}, style="positive"),
        go(texts("All lists"), "lists.open", {"page": 0}),
    ]
    if view.draft is not None:
        name = view.draft.name or texts("your new campaign")
        title = texts("Use it for “{name}”", name=name)
        use = go(fitting(title), "list.use", {**handle(view.draft), "list": distribution_list.id}, tooltip=title)
        use.style = "positive"
        actions = [use, go(texts("All lists"), "lists.open", {"page": 0})]
    if view.changeable:
        people, *others = _changes(texts, distribution_list)
        actions[1:1] = [people]
        for one in others:
            one.mode = "secondary"
        actions += others
    return card(texts, body, actions)


def _changes(texts: Texts, distribution_list: DistributionList) -> list[Any]:
    people = go(texts("Add or remove people"), "list.people", {"list": distribution_list.id})
    if distribution_list.source is not None:
        people = go(texts("Read it again"), "list.read", {"list": distribution_list.id})
    if distribution_list.segment is not None:
        people = go(texts("Change the conditions"), "segment.open", {"list": distribution_list.id})
    return [
        people,
        go(texts("Name and sharing"), "list.settings", {"list": distribution_list.id}),
        go(texts("Delete"), "list.delete", {"list": distribution_list.id}),
    ]


def _facts(texts: Texts, view: ListView) -> list[tuple[str, str]]:
    distribution_list = view.distribution_list
    rows = [(view.channel.traits.name, reach_text(texts, view.reach))]
    if view.other:
        channel, reach = view.other
        rows.append((channel.traits.name, reach_text(texts, reach)))
    if view.reach.guests:
        rows.append((texts("Guests"), texts.many("{count} of them", "{count} of them", view.reach.guests)))
    if distribution_list.source is not None:
        rows.append((texts("Its people"), source_text(texts, distribution_list)))
    if view.meaning:
        rows.append((texts("Its people"), view.meaning))
    if view.owner is not None:
        rows.append((texts("Made by"), escape_markdown(full_name(view.owner))))
    if shared := _shared(texts, distribution_list):
        rows.append((texts("Sharing"), shared))
    if distribution_list.columns:
        rows.append((texts("Variables"), ", ".join(f"\\[{column}\\]" for column in distribution_list.columns)))
    return rows


def _why(texts: Texts, view: ListView) -> list[Any]:
    """The people who cannot be reached, why, and what can be done about it."""
    if not view.why:
        return []
    lines = [
        paragraph(f"**{texts.number(count)}** – {reason_text(texts, why, view.channel)} {what_to_do(texts, why)}")
        for why, count in sorted(view.why.items(), key=lambda item: -item[1])
    ]
    return [Container(style="warning", bleed=True, items=lines)]


def what_to_do(texts: Texts, why: NotReached) -> str:
    """What an author can do about somebody who cannot be reached."""
    return {
        NotReached.NEVER_INSTALLED: texts("Ask them to add Crieur in Teams, or your administrator to add it for all."),
        NotReached.UNINSTALLED: texts("They can add it again in Teams."),
        NotReached.BLOCKED: texts("They can unblock it in their chat with Crieur."),
        NotReached.GONE: texts("Take them out of the list."),
        NotReached.CHAT_LOST: texts("It opens again when they write to Crieur."),
    }.get(why, "")


# --- making and changing ----------------------------------------------------------------------


def list_people_form(
    texts: Texts,
    distribution_list: DistributionList | None,
    values: Values,
    errors: Errors,
    notice: str = "",
    *,
    groups: bool = True,
) -> AdaptiveCard:
    """Addresses to paste: for a new list, or to add to one and to take out of it.

    ``groups``: the reader may make one of a group of the directory.
    """
    title = (
        texts("People of “{name}”", name=escape_markdown(distribution_list.name))
        if distribution_list
        else texts("A new list")
    )
    fields: list[Any] = []
    if distribution_list is None:
        name = TextInput(id="list_name", label=texts("Name of the list"), value=values.get("list_name", ""))
        name.placeholder = texts("Managers")
        fields += with_error(name, errors.get("list_name"))
    fields += with_error(
        TextInput(
            id="addresses",
            label=texts("Addresses"),
            value=values.get("addresses", ""),
            multiline=True,
            placeholder=texts("ada@contoso.com, Louis Pasteur <louis@contoso.com>, …"),
        ),
        errors.get("addresses"),
    )
    fields.append(
        hint(
            texts(
                "In any form: one on each line, with commas, semicolons, tabs. A CSV or Excel file works too:"
                " drop it into this chat."
            ),
            spacing="Small",
        )
    )
    if distribution_list is None:
        actions = [act(texts("Go on"), "list.paste", {}, style="positive")]
        if groups:
            actions.append(go(texts("A group of the directory"), "group.open", {}))
        back = go(texts("Back"), "lists.open", {"page": 0})
    else:
        actions = [
            act(texts("Add them"), "list.add", {"list": distribution_list.id}, style="positive"),
            act(texts("Take them out"), "list.remove", {"list": distribution_list.id}),
        ]
        back = go(texts("Back"), "list.open", {"list": distribution_list.id})
    return card(texts, [*notices(notice, "attention" if errors else "good"), heading(title), *fields], [*actions, back])


def list_settings_form(
    texts: Texts,
    distribution_list: DistributionList,
    values: Values,
    errors: Errors,
    authors: Sequence[tuple[PersonId, str]],
    notice: str = "",
) -> AdaptiveCard:
    """``authors``: those with whom it can be shared."""
    sharing = [("me", texts("Only me")), ("some", texts("The authors ticked below")), ("all", texts("All authors"))]
    fields: list[Any] = [
        *with_error(
            TextInput(id="list_name", label=texts("Name of the list"), value=values.get("list_name", "")),
            errors.get("list_name"),
        ),
        *with_error(
            ChoiceInput(
                id="sharing",
                label=texts("Who may send to it?"),
                choices=sharing if authors else [sharing[0], sharing[2]],
                value=values.get("sharing", "me"),
                style="expanded",
            ),
            errors.get("sharing"),
        ),
    ]
    if authors:
        choices = [(str(id), name) for id, name in authors]
        fields += with_error(
            ChoiceInput(
                id="authors",
                label=texts("Authors"),
                choices=choices,
                value=values.get("authors", ""),
                style="compact" if len(choices) > 8 else "expanded",
                multiple=True,
            ),
            errors.get("authors"),
        )
    fields.append(hint(texts("The owner of Crieur may send to every list."), spacing="Small"))
    return card(
        texts,
        [*notices(notice, "attention"), heading(texts("Name and sharing")), *fields],
        [
            act(texts("Save"), "list.save", {"list": distribution_list.id}, style="positive"),
            go(texts("Back"), "list.open", {"list": distribution_list.id}),
        ],
    )


def list_delete_card(
    texts: Texts, distribution_list: DistributionList, used_by: Sequence[str], drafts: int, of_others: int = 0
) -> AdaptiveCard:
    """``used_by``: campaigns that have not ended and name it, so that it must stay; ``of_others``: more of them, which
    the reader may not see.
    """
    name = escape_markdown(distribution_list.name)
    back = go(texts("Keep it"), "list.open", {"list": distribution_list.id})
    if used_by or of_others:
        named = [texts("“{name}”", name=escape_markdown(campaign)) for campaign in used_by[:5]]
        if of_others:
            named.append(texts.many("{count} campaign of somebody else", "{count} campaigns of others", of_others))
        names = texts.enumerate(named)
        why = texts.many(
            "“{name}” cannot be deleted yet: {names} is scheduled or running, and names it.",
            "“{name}” cannot be deleted yet: {names} are scheduled or running, and name it.",
            len(used_by) + of_others,
            name=name,
            names=names + (" …" if len(used_by) > 5 else ""),
        )
        what = paragraph(texts("It can go once they have ended, or have another audience."))
        campaigns = go(texts("All campaigns"), "campaigns.open", {"page": 0})
        return card(texts, [*notices(why, "warning"), what], [back, campaigns])
    lines = [texts("Its people stay known to Crieur, and in other lists. Past reports stay as they are.")]
    if drafts:
        lines.append(
            texts.many(
                "{count} draft names it, and will need another audience.",
                "{count} drafts name it, and will need another audience.",
                drafts,
            )
        )
    return card(
        texts,
        [heading(texts("Delete “{name}”?", name=name)), *(paragraph(line) for line in lines)],
        [
            act(texts("Yes, delete it"), "list.delete.confirm", {"list": distribution_list.id}, style="destructive"),
            back,
        ],
    )

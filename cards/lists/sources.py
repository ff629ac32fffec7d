"""Cards about lists that are read from elsewhere: a group of the directory, a team's roster (S24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import AdaptiveCard, ChoiceInput, TextInput
from cards.kit.parts import act, card, go, handle, heading, hint, name_of, notice, notices, paragraph
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, DistributionList, ListProblem, Source, SourceKind, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The search for a group, and its results; None where no directory can be asked."""

    name: str = ""
    matches: Sequence[tuple[str, str]] | None = None


def group_form(texts: Texts, campaign: Campaign | None, groups: Groups, problem: str = "") -> AdaptiveCard:
    """Look for a group, and choose one; for a campaign, it goes back to its audience."""
    payload = handle(campaign) if campaign else {}
    body: list[Any] = [
        *notices(problem, "warning"),
        heading(texts("A group of the directory")),
        hint(
            texts(
                "Its people are read when a campaign starts: those who have joined by then receive it,"
                " those who have left do not. Groups inside it count too."
            )
        ),
        TextInput(
            id="group",
            label=texts("How its name begins"),
            value=groups.name,
            placeholder=texts("Marketing"),
        ),
    ]
    actions = [act(texts("Find groups"), "group.find", payload, style=None if groups.matches else "positive")]
    if groups.matches:
        body.append(
            ChoiceInput(
                id="choice",
                label=texts("Which one?"),
                choices=distinct(groups.matches),
                value=groups.matches[0][0] if len(groups.matches) == 1 else "",
                style="expanded",
                wrap=True,
            )
        )
        actions.insert(0, act(texts("Take this group"), "group.use", payload, style="positive"))
    elif groups.matches is not None:
        body.append(paragraph(texts("No group’s name begins with “{name}”.", name=escape_markdown(groups.name))))
    if campaign:
        actions.append(go(texts("Back"), "form.open", {**payload, "step": "audience"}))
    else:
        actions.append(go(texts("All lists"), "lists.open", {"page": 0}))
    return card(texts, body, actions)


def distinct(groups: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(id, name); where several bear a name, the end of the id tells them apart."""
    names = Counter(name for _, name in groups)
    return [(id, name if names[name] == 1 else f"{name} (…{id[-4:]})") for id, name in groups]


def source_name(texts: Texts, source: Source) -> str:
    return {
        SourceKind.GROUP: texts("a group of the directory"),
        SourceKind.TEAM: texts("a team’s members"),
    }[source.kind]


def source_text(texts: Texts, distribution_list: DistributionList) -> str:
    """Where its people come from, and since when they are known."""
    assert distribution_list.source is not None
    name = source_name(texts, distribution_list.source)
    if distribution_list.read_at is None:
        return texts("{source}, not read yet", source=name)
    return texts("{source}, read on {moment}", source=name, moment=texts.moment(distribution_list.read_at))


def unread_text(texts: Texts, problem: ListProblem) -> str:
    """Why a list could not be read, and who can help."""
    name = escape_markdown(problem.list.name)
    team = problem.list.source is not None and problem.list.source.kind is SourceKind.TEAM
    match problem.why:
        case Unread.GONE if team:
            return texts("Crieur is no longer in the team “{name}”.", name=name)
        case Unread.GONE:
            return texts("The group “{name}” is no longer in the directory.", name=name)
        case Unread.NO_GRAPH:
            return texts(
                "Crieur has no access to Microsoft Graph here, so nobody can tell who is in the group “{name}”:"
                " its operator can set it up.",
                name=name,
            )
        case Unread.NOT_ALLOWED if problem.permission:
            return texts(
                "Your organisation does not let Crieur read the group “{name}”:"
                " an administrator can give it the permission {permission}.",
                name=name,
                permission=problem.permission,
            )
        case Unread.NOT_ALLOWED:
            return texts("Crieur is not allowed to read “{name}”: an administrator can change that.", name=name)
        case Unread.NOT_ANSWERED if team:
            return texts("Teams does not tell just now who is in the team “{name}”.", name=name)
        case Unread.NOT_ANSWERED:
            return texts("Microsoft Graph does not tell just now who is in the group “{name}”.", name=name)


def unread_card(texts: Texts, campaign: Campaign, problems: Sequence[ListProblem]) -> AdaptiveCard:
    """To the author of a campaign that has started: what could not be read, and what becomes of its people."""
    schedule, audience = campaign.as_scheduled.schedule, campaign.as_scheduled.audience
    body = [
        heading(texts("“{name}” lacks people", name=name_of(texts, campaign))),
        *(notice(unread_text(texts, problem), "warning") for problem in problems),
    ]
    waited = [problem for problem in problems if problem.why is not Unread.GONE]
    left_out = {problem.list.id for problem in waited} & set(audience.except_lists)
    if len(waited) < len(problems):
        body.append(
            paragraph(texts("People who are in no other list do not receive the campaign; the report says so."))
        )
    if left_out:
        body.append(paragraph(texts("This list says who is left out: nobody is written to before I have read it.")))
    elif waited:
        body.append(paragraph(texts("Everybody else receives the campaign meanwhile.")))
    if waited:
        end = texts.moment(schedule.slot.end, ZoneInfo(schedule.zone))
        body.append(
            paragraph(texts("I try again until the campaign ends on {moment}, and tell you when it works.", moment=end))
        )
    return card(texts, body, [go(texts("Report"), "report.open", handle(campaign, fresh=True))])

"""Cards about lists that are read from elsewhere: a group of the directory, a team's roster (S24)."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cards.elements import AdaptiveCard
from cards.parts import card, go, handle, heading, name_of, notice, paragraph
from cards.texts import Texts
from cards.variables import escape_markdown
from storage.records import Campaign, ListProblem, SourceKind, Unread


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
    assert campaign.schedule is not None and campaign.audience is not None
    body = [
        heading(texts("“{name}” lacks people", name=name_of(texts, campaign))),
        *(notice(unread_text(texts, problem), "warning") for problem in problems),
    ]
    waited = [problem for problem in problems if problem.why is not Unread.GONE]
    left_out = {problem.list.id for problem in waited} & set(campaign.audience.except_lists)
    if len(waited) < len(problems):
        body.append(paragraph(texts("Whoever stands in it alone does not receive the campaign; the report says so.")))
    if left_out:
        body.append(paragraph(texts("This list says who is left out: nobody is written to before I have read it.")))
    elif waited:
        body.append(paragraph(texts("Everybody else receives the campaign meanwhile.")))
    if waited:
        end = texts.moment(campaign.schedule.slot.end, ZoneInfo(campaign.schedule.zone))
        body.append(
            paragraph(texts("I try again until the campaign ends on {moment}, and tell you when it works.", moment=end))
        )
    return card(texts, body, [go(texts("Report"), "report.open", handle(campaign, fresh=True))])

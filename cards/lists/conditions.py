"""The conditions of a segment in words, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping

from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import ButtonKind, Campaign, CampaignId
from storage.records.segments import (
    LONGEST_PAST,
    LONGEST_VALUE,
    MOST_PARTS,
    MOST_VALUES,
    Act,
    ColumnIs,
    Condition,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    IsGuest,
    OnChannel,
    Part,
    Wrong,
)

#: those that rules name, as far as the reader may see them
Campaigns = Mapping[CampaignId, Campaign]


def fact_name(texts: Texts, fact: Fact) -> str:
    return {
        Fact.DEPARTMENT: texts("Department"),
        Fact.COUNTRY: texts("Country"),
        Fact.CITY: texts("City"),
        Fact.OFFICE: texts("Office"),
        Fact.TITLE: texts("Job title"),
        Fact.MANAGER: texts("Manager"),
        Fact.LANGUAGE: texts("Language"),
    }[fact]


def part_text(texts: Texts, part: Part, campaigns: Campaigns, *, negated: bool = False) -> str:
    """A line of a segment, as Markdown."""
    if not isinstance(part, Group):
        return _condition_text(texts, part, campaigns, negated=negated)
    if len(part.parts) == 1:
        return part_text(texts, part.parts[0], campaigns, negated=negated is not (part.how is How.NONE))
    lines = [part_text(texts, one, campaigns) for one in part.parts]
    together = joined(texts, lines, part.how)
    return texts("none of: {conditions}", conditions=together) if negated or part.how is How.NONE else f"({together})"


def joined(texts: Texts, lines: list[str], how: How) -> str:
    """Lines in one sentence."""
    between = texts("and") if how is How.ALL else texts("or")
    return f" {between} ".join(line[:1].lower() + line[1:] for line in lines)


def meaning_text(texts: Texts, sources: str, rule: Group | None, campaigns: Campaigns) -> str:
    """Out of whom a segment is made, and what holds for them."""
    lines = [part_text(texts, part, campaigns) for part in rule.parts] if rule is not None else []
    if not lines:
        return sources
    how = rule.how if rule is not None else How.ALL
    return texts("{sources}, of whom: {conditions}", sources=sources, conditions=joined(texts, lines, how))


def _condition_text(texts: Texts, condition: Condition, campaigns: Campaigns, *, negated: bool) -> str:
    match condition:
        case FactIs():
            return _says(texts, fact_name(texts, condition.fact), condition, negated=negated)
        case ColumnIs():
            return _says(texts, f"\\[{escape_markdown(condition.column)}\\]", condition, negated=negated)
        case OnChannel():
            channel = condition.channel.traits.name
            if negated:
                return texts("Cannot be reached on {channel}", channel=channel)
            return texts("Can be reached on {channel}", channel=channel)
        case IsGuest():
            return texts("Is no guest") if negated else texts("Is a guest")
        case Installed():
            return _installed(texts, condition, negated=negated)
        case Did():
            return _did(texts, condition, campaigns, negated=negated)
        case _:
            if negated:
                return texts.many(
                    "Has received nothing in the last {count} day",
                    "Has received nothing in the last {count} days",
                    condition.days,
                )
            return texts.many(
                "Has received a message in the last {count} day",
                "Has received a message in the last {count} days",
                condition.days,
            )


def _says(texts: Texts, what: str, condition: FactIs | ColumnIs, *, negated: bool) -> str:
    language = isinstance(condition, FactIs) and condition.fact is Fact.LANGUAGE
    words = [
        texts.language_name(value, alone=False) if language else texts("“{name}”", name=escape_markdown(value))
        for value in condition.values
    ]
    values = f" {texts('or')} ".join(words)
    if condition.contains:
        if negated:
            return texts("{what} does not contain {values}", what=what, values=values)
        return texts("{what} contains {values}", what=what, values=values)
    if negated:
        return texts("{what} is not {values}", what=what, values=values)
    return texts("{what} is {values}", what=what, values=values)


def _installed(texts: Texts, condition: Installed, *, negated: bool) -> str:
    since, before = (
        texts.short_day(at.astimezone(texts.zone).date()) if at else "" for at in (condition.since, condition.before)
    )
    if since and before:
        text = texts("Installed Crieur from {since} on, and before {before}", since=since, before=before)
    elif since:
        text = texts("Installed Crieur from {since} on", since=since)
    else:
        text = texts("Installed Crieur before {before}", before=before)
    return texts("not: {condition}", condition=text) if negated else text


def _did(texts: Texts, condition: Did, campaigns: Campaigns, *, negated: bool) -> str:
    campaign = campaigns.get(condition.campaign)
    name = (
        texts("“{name}”", name=escape_markdown(campaign.name))
        if campaign
        else texts("a campaign that is gone, or not yours to see")
    )
    return act_text(texts, condition.act, button_title(campaign, condition.button), negated=negated) + " – " + name


def button_title(campaign: Campaign | None, button: int | None) -> str:
    """What stands on a button, or the number of a link in the text; "" for any."""
    if button is None:
        return ""
    buttons = campaign.frozen.message.buttons if campaign and campaign.frozen else ()
    return buttons[button].title if button < len(buttons) else f"#{button + 1}"


def act_text(texts: Texts, act: Act, button: str = "", *, negated: bool = False) -> str:
    """What somebody did, or did not, with a campaign that is named beside it."""
    named = texts("“{name}”", name=escape_markdown(button)) if button else ""
    if act is Act.CLICKED and named:
        return (
            texts("Has not clicked {button}", button=named) if negated else texts("Has clicked {button}", button=named)
        )
    if act is Act.ANSWERED and named:
        if negated:
            return texts("Has not answered {button}", button=named)
        return texts("Has answered {button}", button=named)
    did, did_not = {
        Act.RECEIVED: (texts("Has received it"), texts("Has not received it")),
        Act.OPENED: (texts("Has opened it"), texts("Has not opened it")),
        Act.CLICKED: (texts("Has clicked a link"), texts("Has clicked no link")),
        Act.CONFIRMED: (texts("Has confirmed it"), texts("Has not confirmed it")),
        Act.ANSWERED: (texts("Has answered it"), texts("Has not answered it")),
    }[act]
    return did_not if negated else did


def acts_with(campaign: Campaign) -> list[tuple[Act, int | None]]:
    """What can be asked of a campaign's recipients, in the order in which it is offered."""
    message = campaign.frozen.message if campaign.frozen else None
    offered: list[tuple[Act, int | None]] = [(Act.RECEIVED, None), (Act.OPENED, None), (Act.CLICKED, None)]
    buttons = list(enumerate(message.buttons)) if message else []
    kinds = {button.kind for _, button in buttons}
    offered += [(Act.CLICKED, number) for number, button in buttons if button.kind is ButtonKind.LINK]
    if ButtonKind.ACKNOWLEDGE in kinds:
        offered.append((Act.CONFIRMED, None))
    if ButtonKind.ANSWER in kinds:
        offered.append((Act.ANSWERED, None))
        offered += [(Act.ANSWERED, number) for number, button in buttons if button.kind is ButtonKind.ANSWER]
    return offered


def wrong_text(texts: Texts, why: Wrong) -> str:
    """What is wrong with a line, and what to do about it."""
    return {
        Wrong.EMPTY: texts("There is no condition yet: please add one."),
        Wrong.TOO_MANY: texts("At most {count} conditions fit. Make a segment of this one.", count=str(MOST_PARTS)),
        Wrong.TOO_DEEP: texts("These conditions stand within one another too deep."),
        Wrong.NO_VALUE: texts("Please say what it is compared with."),
        Wrong.TOO_MANY_VALUES: texts("At most {count} values fit.", count=str(MOST_VALUES)),
        Wrong.VALUE_TOO_LONG: texts("A value has {limit} characters at most.", limit=str(LONGEST_VALUE)),
        Wrong.DAYS: texts("Please give a number of days from 1 to {limit}.", limit=str(LONGEST_PAST)),
        Wrong.DATES: texts("Please give a day, or two in their order."),
        Wrong.COLUMN_GONE: texts("No list that is ticked has this column (any more)."),
        Wrong.CAMPAIGN_GONE: texts("This campaign is gone, or who received it is not kept any more."),
        Wrong.NO_NAMES: texts("This campaign is anonymous: nobody is told who did what."),
        Wrong.LIST_GONE: texts("A list that it is made of is gone. Please tick others."),
        Wrong.HOLDS_ITSELF: texts("A segment cannot be made of itself, be it through another one."),
        Wrong.NESTED: texts("Segments of segments of segments: that is too deep. Please tick a list."),
        Wrong.PART_WRONG: texts("A segment that it is made of has a line that does not work any more. Open that one."),
    }[why]

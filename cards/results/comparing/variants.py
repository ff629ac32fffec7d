"""The variants of an A/B test: their figures, whether one is better, and the choice for the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import ActionSet, AdaptiveCard, Table
from cards.kit.parts import card, go, handle, heading, hint, name_of, notices, paragraph, subheading
from cards.kit.texts import Texts
from cards.results.figures import Figures, TestFigures
from storage.records import (
    ABTest,
    Campaign,
    CampaignState,
    Choice,
    Measure,
    Tried,
    Variant,
    WhyChosen,
)

CHANCE = 0.05  #: up to which a difference is told of as one
SELDOM = 20  #: once in so many cases


def variants_in_report(texts: Texts, figures: Figures, now: datetime) -> list[Any]:
    """Nothing for a campaign of one message."""
    campaign, test = figures.campaign, figures.test
    rule = campaign.as_scheduled.ab_test
    if test is None or rule is None:
        return []
    body: list[Any] = [subheading(texts("A/B test")), _table(texts, rule, test), paragraph(_told(texts, rule, test))]
    body.append(hint(_choice_text(texts, campaign, rule, test, now)))
    if campaign.is_undecided and campaign.state is CampaignState.RUNNING:
        body.append(ActionSet(actions=_buttons(texts, campaign, report=True)))
    return body


def choosing_card(texts: Texts, figures: Figures, now: datetime, notice: str = "") -> AdaptiveCard:
    """Asks the author which variant goes to the rest; once one is chosen, says which."""
    campaign, test = figures.campaign, figures.test
    rule = campaign.as_scheduled.ab_test
    assert test is not None and rule is not None
    undecided = campaign.is_undecided and campaign.state is CampaignState.RUNNING
    title = texts("Which one goes to the rest of “{name}”?") if undecided else texts("A/B test of “{name}”")
    body: list[Any] = [
        *notices(notice, "good"),
        heading(title.format(name=name_of(texts, campaign))),
        _table(texts, rule, test),
        paragraph(_told(texts, rule, test)),
        hint(_choice_text(texts, campaign, rule, test, now)),
    ]
    report = go(texts("Report"), "report.open", handle(campaign, fresh=True))
    return card(texts, body, [*(_buttons(texts, campaign) if undecided else []), report])


def test_line(texts: Texts, figures: Figures, now: datetime) -> str:
    """Of the live card; "" for a campaign of one message."""
    campaign, test = figures.campaign, figures.test
    rule = campaign.as_scheduled.ab_test
    if test is None or rule is None:
        return ""
    parts = [
        texts("{variant}: {share}", variant=variant.letter, share=texts.percent(one.did, one.sent))
        for variant, one in ((Variant.A, test.a), (Variant.B, test.b))
        if one.sent
    ]
    measured = f" ({_head(texts, rule.measure).lower()})" if parts else ""
    told = " · ".join(parts) + measured
    words = _choice_text(texts, campaign, rule, test, now)
    return texts("A/B test: {told}", told=". ".join(part for part in (told, words) if part))


def variant_rows(texts: Texts, figures: Figures, now: datetime) -> list[tuple[str, str]]:
    """For a file: a line for each variant, and what was chosen."""
    campaign, test = figures.campaign, figures.test
    rule = campaign.as_scheduled.ab_test
    if test is None or rule is None:
        return []
    rows = [
        (
            _name(texts, variant),
            texts.enumerate(
                [
                    texts("{what}: {count}", what=texts("Sent"), count=texts.number(one.sent)),
                    texts("{what}: {count}", what=_head(texts, rule.measure), count=texts.number(one.did)),
                ]
            ),
        )
        for variant, one in ((Variant.A, test.a), (Variant.B, test.b))
    ]
    words = f"{_told(texts, rule, test)} {_choice_text(texts, campaign, rule, test, now)}"
    return [*rows, (texts("A/B test"), words.strip())]


def chosen_text(texts: Texts, campaign: Campaign) -> str:
    """What the author hears of a choice that they have not made; ``campaign``: one is chosen."""
    choice, rule = campaign.choice, campaign.as_scheduled.ab_test
    assert choice is not None and rule is not None
    name = name_of(texts, campaign)
    text = texts("A/B test of “{name}”: variant {variant} goes to the rest.", name=name, variant=choice.variant.letter)
    return f"{text} {_why(texts, choice, rule)}"


def _buttons(texts: Texts, campaign: Campaign, *, report: bool = False) -> list[Any]:
    more = {"report": True} if report else {}
    return [
        go(
            texts("Send {variant} to the rest", variant=variant.letter),
            "variant.choose",
            handle(campaign, variant=variant.value, **more),
        )
        for variant in Variant
    ]


def _table(texts: Texts, rule: ABTest, test: TestFigures) -> Table:
    head = (texts("Variant"), texts("Sent"), _head(texts, rule.measure))
    return Table([head, _row(texts, Variant.A, test.a), _row(texts, Variant.B, test.b)], widths=[1, 1, 1])


def _row(texts: Texts, variant: Variant, one: Tried) -> tuple[str, str, str]:
    did = f"{texts.number(one.did)} ({texts.percent(one.did, one.sent)})" if one.sent else texts.number(one.did)
    return _name(texts, variant), texts.number(one.sent), did


def _name(texts: Texts, variant: Variant) -> str:
    return texts("Variant {variant}", variant=variant.letter)


def _head(texts: Texts, measure: Measure) -> str:
    return {
        Measure.OPENED: texts("Opened"),
        Measure.CLICKED: texts("Clicked"),
        Measure.CONFIRMED: texts("Confirmed"),
    }[measure]


def _told(texts: Texts, rule: ABTest, test: TestFigures) -> str:
    """Whether the figures tell anything, in plain words."""
    if test.chance is None:
        return texts("Too few people have it, or have done this, to tell the two apart.")
    if test.chance <= CHANCE:
        return texts(
            "{variant} is better: a difference of this size would come by chance in less than 1 of {count} such tests.",
            variant=test.ahead.letter,
            count=SELDOM,
        )
    if test.a.did * test.b.sent == test.b.did * test.a.sent:
        return texts("Neither is ahead.")
    often = texts.percent(round(test.chance * 100), 100)
    return texts(
        "{variant} is ahead, but a difference of this size would often come by chance: in about {often} of such tests.",
        variant=test.ahead.letter,
        often=often,
    )


def _choice_text(texts: Texts, campaign: Campaign, rule: ABTest, test: TestFigures, now: datetime) -> str:
    """What goes to the rest, and when that is known."""
    zone = ZoneInfo(campaign.as_scheduled.schedule.zone)
    if campaign.choice is not None:
        text = texts("Variant {variant} goes to the rest.", variant=campaign.choice.variant.letter)
        return f"{text} {_why(texts, campaign.choice, rule)}"
    if campaign.state is not CampaignState.RUNNING:
        return texts("No variant was chosen for the rest.")
    if now < test.choice_at:
        return texts("The choice is made on {moment}.", moment=texts.moment(test.choice_at, zone))
    return texts(
        "The rest waits. If nobody chooses by {moment}, the one that is ahead then goes out, A if neither is.",
        moment=texts.moment(test.last_at, zone),
    )


def _why(texts: Texts, choice: Choice, rule: ABTest) -> str:
    if choice.why is WhyChosen.AUTHOR:
        return texts("It was chosen by hand.")
    if choice.why is WhyChosen.AHEAD:
        return texts("Nobody had chosen in time.")
    return {
        Measure.OPENED: texts("More people have opened it, which is hardly chance."),
        Measure.CLICKED: texts("More people have clicked in it, which is hardly chance."),
        Measure.CONFIRMED: texts("More people have confirmed it, which is hardly chance."),
    }[rule.measure]

"""What is right by itself in a draft, and does not go with the rest of it."""

from __future__ import annotations

from collections.abc import Iterator

from cards.kit.texts import Texts
from cards.message.links import links_of
from dialogs.core.turn import Turn
from dialogs.forms.message import read_tracking
from dialogs.forms.schedule import Timing
from dialogs.forms.variants import Tests
from scheduler.rules.ab_tests import times_of
from storage.records import (
    ABTest,
    AtEnd,
    ButtonKind,
    ByMail,
    Campaign,
    End,
    MailTo,
    Measure,
    Message,
    Schedule,
    Until,
    variant_b,
)
from storage.records.step_forms import is_sequence


def contradictions(
    turn: Turn, campaign: Campaign, message: Message | None, tests: Tests | None, when: Timing | None
) -> Iterator[tuple[str, str]]:
    """(step, what does not go with the rest). ``message``: with the columns of its variants."""
    texts, steps = turn.texts, is_sequence(campaign.forms)
    if when and when.follow_up and message and not steps and (why := _cannot_follow(campaign, message, when, texts)):
        yield "schedule", why
    if when and when.end and message and (why := _cannot_close(message, when.end, texts)):
        yield "schedule", why
    schedule = when.schedule if when else None
    if tests and message and (why := _cannot_test(campaign, message, tests.test, schedule, texts)):
        yield "message", texts("A/B test: {problem}", problem=why)
    if when and when.by_mail and (why := _cannot_mail(turn, campaign, when.by_mail)):
        yield "schedule", why
    if when and steps and (when.follow_up or when.end or when.schedule.repeat):
        yield "schedule", texts("A sequence neither repeats, nor reminds, nor is taken back.")


def _cannot_follow(campaign: Campaign, message: Message, when: Timing, texts: Texts) -> str:
    """Why nobody can be reminded; "" where they can."""
    until = when.follow_up.until if when.follow_up else None
    kinds = {button.kind for button in message.buttons}
    if read_tracking(campaign.forms.get("message", {}), possible=True).anonymous:
        return texts("In a campaign without names nobody knows whom to remind: choose one of the two.")
    if until is Until.CONFIRMED and ButtonKind.ACKNOWLEDGE not in kinds:
        return texts("Nobody can confirm it: ask people to confirm, or remind nobody.")
    if until is Until.ANSWERED and ButtonKind.ANSWER not in kinds:
        return texts("Nobody can answer it: add quick answers, or remind nobody.")
    return ""


def _cannot_close(message: Message, end: End, texts: Texts) -> str:
    """Why there is nothing to be closed; "" where there is."""
    kinds = {button.kind for button in message.buttons}
    if end.does is AtEnd.CLOSE and not kinds & {ButtonKind.ACKNOWLEDGE, ButtonKind.ANSWER}:
        return texts("Nobody can answer or confirm it, so there is nothing to close: choose another end.")
    return ""


def _cannot_test(campaign: Campaign, message: Message, test: ABTest, schedule: Schedule | None, texts: Texts) -> str:
    """Why two variants cannot be tried like that; "" where they can."""
    tracking = read_tracking(campaign.forms.get("message", {}), possible=True)
    kinds = {button.kind for button in message.buttons}
    if is_sequence(campaign.forms):
        return texts("It does not go with a sequence, whose people come one by one.")
    if tracking.anonymous:
        return texts("In a campaign without names nobody knows who has done what with which variant.")
    if test.measure is Measure.OPENED and not campaign.channel.traits.tells_opened:
        return texts("{channel} does not tell who has opened it.", channel=campaign.channel.traits.name)
    if test.measure is Measure.CLICKED and not (tracking.links and links_of(message, variant_b(message, test))):
        return texts("Nobody can click: add a link whose clicks are counted, or measure something else.")
    if test.measure is Measure.CONFIRMED and ButtonKind.ACKNOWLEDGE not in kinds:
        return texts("Nobody can confirm it: ask people to confirm, or measure something else.")
    if schedule is None:
        return ""
    if schedule.own_zone:
        return texts("It needs one clock: it does not go with each person’s own.")
    times = times_of(schedule, test)
    if not times.test or not times.rest:
        return texts.many(
            "There are no working hours before the choice, after {count} hour, or none are left after it for the rest."
            " Make the time longer, or choose sooner.",
            "There are no working hours before the choice, after {count} hours, or none are left after it for the rest."
            " Make the time longer, or choose sooner.",
            test.after,
        )
    return ""


def _cannot_mail(turn: Turn, campaign: Campaign, by_mail: ByMail) -> str:
    """Why nobody can get it by e-mail; "" where they can."""
    texts = turn.texts
    if is_sequence(campaign.forms):
        return texts("The steps of a sequence are not sent by e-mail: choose nobody.")
    if not turn.services.mails:
        return texts("Nobody has set e-mail up here: choose nobody to get it by e-mail, or ask those who run Crieur.")
    if by_mail.to is not MailTo.NOT_OPENED:
        return ""
    if read_tracking(campaign.forms.get("message", {}), possible=True).anonymous:
        return texts("In a campaign without names nobody knows who has not opened it: choose others for e-mail.")
    if not campaign.channel.traits.tells_opened:
        name = campaign.channel.traits.name
        return texts("{channel} does not tell who has opened it: choose others for e-mail.", channel=name)
    return ""

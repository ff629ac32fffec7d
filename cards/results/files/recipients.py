"""A campaign's results as a table in the reader's words: a row for each recipient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from cards.compose.fields import shown_values
from cards.kit.texts import Texts
from cards.message.links import links_of
from cards.results.files.columns import Column, Kind, Table, delimiter_of, each
from cards.results.mails import mail_state_of_one, why_not_mailed
from cards.results.outcomes import reason_of_one, state_of_one
from storage.records import (
    DISLIKED,
    LIKED,
    NOTHING,
    Campaign,
    DeliveryState,
    Engaged,
    EngagementKind,
    Look,
    MailResult,
    MailState,
    NotMailed,
    NotReached,
    Result,
    Seen,
    variant_for,
    variants_of,
)

T = TypeVar("T")

THUMB = {LIKED: "👍", DISLIKED: "👎"}


def recipients_table(texts: Texts, campaign: Campaign) -> Table[Result]:
    """Of a campaign that has started; an anonymous one says nothing of what people did."""
    zone = campaign.as_scheduled.schedule.zone
    columns = _delivery(texts, campaign, zone)
    if campaign.as_scheduled.ab_test is not None:
        columns += (_variants(texts, campaign),)
    columns += tuple(_constant(*row) for row in shown_values(texts, campaign.as_scheduled.message))
    if campaign.as_scheduled.by_mail is not None:
        columns += _mails(texts, campaign)
    if not campaign.anonymous:
        columns += _engagement(texts, campaign)
    return Table(name=texts("Results"), columns=columns, zone=zone, delimiter=delimiter_of(texts))


def _delivery(texts: Texts, campaign: Campaign, zone: str) -> tuple[Column[Result], ...]:
    # each worked out once, and not for every row
    states = {state: state_of_one(texts, state) for state in DeliveryState}
    reasons = {reason: reason_of_one(texts, reason, campaign.channel) for reason in NotReached}
    seen, clock = {seen: _seen_text(texts, seen) for seen in Seen}, ZoneInfo(zone)

    def look_text(look: Look) -> str:
        return f"{look.at.astimezone(clock):%Y-%m-%d %H:%M} {seen[look.seen]}"

    return (
        Column(texts("First name"), lambda page: [row.person.given_name for row in page]),
        Column(texts("Last name"), lambda page: [row.person.surname for row in page]),
        Column(texts("Name"), lambda page: [row.person.name for row in page]),
        Column(texts("Address"), lambda page: [row.person.address for row in page]),
        Column(texts("State"), lambda page: [states[row.state] for row in page]),
        Column(texts("Reason"), lambda page: [reasons[row.reason] if row.reason else "" for row in page]),
        Column(texts("Details"), lambda page: [row.detail for row in page]),
        Column(texts("Attempts to send"), lambda page: [row.attempts for row in page], Kind.NUMBER),
        Column(
            texts("Result at ({zone})", zone=zone),
            lambda page: [row.settled_at if row.state.final else None for row in page],
            Kind.INSTANT,
        ),
        Column(texts("Looks for presence"), lambda page: [", ".join(map(look_text, row.looks)) for row in page]),
    )


def _variants(texts: Texts, campaign: Campaign) -> Column[Result]:
    """The variant that they got, or would have got."""

    def letter(row: Result) -> str:
        variant = variant_for(campaign, row.person.id)
        return variant.letter if variant else ""

    return Column(texts("Variant"), each(letter))


def _mails(texts: Texts, campaign: Campaign) -> tuple[Column[Result], ...]:
    states = {state: mail_state_of_one(texts, state) for state in MailState}
    reasons = {why: why_not_mailed(texts, why) for why in NotMailed}

    def of_mail(value: Callable[[MailResult], T]) -> Callable[[Sequence[Result]], list[T | None]]:
        return lambda page: [value(row.mail) if row.mail else None for row in page]

    columns: list[Column[Result]] = [
        Column(texts("E-mail"), of_mail(lambda mail: states[mail.state])),
        Column(texts("E-mail: reason"), of_mail(lambda mail: reasons[mail.why] if mail.why else "")),
        Column(texts("E-mail: details"), of_mail(lambda mail: mail.detail)),
        Column(texts("E-mail at"), of_mail(lambda mail: mail.at), Kind.INSTANT),
    ]
    if not campaign.anonymous:
        columns.append(Column(texts("Clicked in the e-mail at"), of_mail(lambda mail: mail.clicked_at), Kind.INSTANT))
    return tuple(columns)


def _constant(title: str, text: str) -> Column[Result]:
    """The same of every recipient: what the campaign says of itself."""
    return Column(title, lambda page: [text] * len(page))


def _engagement(texts: Texts, campaign: Campaign) -> tuple[Column[Result], ...]:
    frozen = campaign.as_scheduled
    buttons = frozen.message.buttons
    clicks_count = frozen.tracking.links and bool(links_of(*variants_of(frozen)))

    def did(value: Callable[[Engaged], T]) -> Callable[[Sequence[Result]], list[T | None]]:
        """Most have done nothing: there is nothing to look through."""
        return lambda page: [value(row.engaged) if row.engaged is not NOTHING else None for row in page]

    def answer(engaged: Engaged) -> str:
        number = engaged.answer
        return buttons[number].title if number is not None and number < len(buttons) else ""

    def clicks(engaged: Engaged) -> int | None:
        return (engaged.presses(EngagementKind.CLICKED) or None) if clicks_count else None

    def first(title: str, kind: EngagementKind) -> Column[Result]:
        return Column(title, did(lambda engaged: engaged.first_at(kind)), Kind.INSTANT)

    return (
        first(texts("First opened at"), EngagementKind.OPENED),
        first(texts("First clicked at"), EngagementKind.CLICKED),
        Column(texts("Clicks"), did(clicks), Kind.NUMBER),
        first(texts("Confirmed at"), EngagementKind.ACKNOWLEDGED),
        Column(texts("Answer"), did(answer)),
        first(texts("Answered at"), EngagementKind.ANSWERED),
        first(texts("Replied at"), EngagementKind.REPLIED),
        Column(texts("Replies"), did(lambda engaged: engaged.presses(EngagementKind.REPLIED) or None), Kind.NUMBER),
        Column(texts("Thumb"), did(lambda engaged: "" if engaged.thumb is None else THUMB.get(engaged.thumb, ""))),
        Column(texts("Reactions"), did(lambda engaged: ", ".join(sorted(engaged.reactions)))),
    )


def _seen_text(texts: Texts, seen: Seen) -> str:
    return {
        Seen.AVAILABLE: texts("available"),
        Seen.AWAY: texts("away"),
        Seen.BUSY: texts("busy"),
        Seen.ABSENT: texts("absent"),
        Seen.UNKNOWN: texts("nobody could tell"),
    }[seen]

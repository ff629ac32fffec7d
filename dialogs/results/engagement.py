"""What a recipient does with a message: presses its buttons, follows its links, replies, reacts."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.message.compile import (
    ACKNOWLEDGE,
    ANSWER,
    Done,
    acknowledged_text,
    answered_text,
    filled,
    link_address,
    message_card,
    tracked,
)
from cards.message.footer import footer_lines, footer_of, settings_line
from cards.message.links import links_of
from cards.message.render import for_person
from cards.message.skype import PRESSED, read_line
from dialogs.core.drafts import columns_in, footer_for, message_of, read_draft, tracking_of, variants_in
from dialogs.core.ports import Click
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Services, Turn
from dialogs.core.visibility import campaign_gone, linked_campaign, received_campaign
from dialogs.forms.cleaning import clean
from storage.records import (
    CROWD,
    DISLIKED,
    LIKED,
    MAY_HAVE_ARRIVED,
    NOTHING,
    THUMBS,
    ButtonKind,
    Campaign,
    Channel,
    Columns,
    Engaged,
    EngagementKind,
    Message,
    Person,
    Press,
    Received,
    StaleVersion,
    Style,
    Variant,
    Who,
    as_variant,
    engaged,
    variant_for,
)
from storage.shared.replies import Reply, keep_reply

router = Router()

COUNTED_AS = {ButtonKind.ACKNOWLEDGE: EngagementKind.ACKNOWLEDGED, ButtonKind.ANSWER: EngagementKind.ANSWERED}
FEEDBACK = 4_000  #: characters of what somebody writes with a thumb that are looked at
REACTION = 40  #: characters of a reaction's name


# --- buttons ----------------------------------------------------------------------------------


@router.form(ACKNOWLEDGE, authors_only=False)
async def acknowledge(turn: Turn, form: Form) -> Answer:
    return await _press(turn, form, ButtonKind.ACKNOWLEDGE)


@router.form(ANSWER, authors_only=False)
async def answer(turn: Turn, form: Form) -> Answer:
    """A quick answer holds until another one is given, or the campaign closes."""
    return await _press(turn, form, ButtonKind.ANSWER)


@router.command(PRESSED, authors_only=False)
async def pressed_in_words(turn: Turn, line: str) -> Answer:
    """Skype's buttons type a line, whose parts are those that a card's button carries."""
    form = read_line(line)
    campaign = await received_campaign(turn, form)
    message = message_of(campaign, turn.texts) if campaign else None
    number = _number(form.get("button"))
    answers = message is not None and _is_button(message, number, ButtonKind.ANSWER)
    return await _press(turn, form, ButtonKind.ANSWER if answers else ButtonKind.ACKNOWLEDGE)


async def _press(turn: Turn, form: Form, kind: ButtonKind) -> Answer:
    """Count the press, and answer with the same message in its place, which shows what was pressed."""
    campaign = await received_campaign(turn, form)
    if campaign is None:  # deleted: what people have received stays in their chats. Or not sent to them
        return Answer(text=campaign_gone(turn))
    number = _number(form.get("button"))
    message = _as_received(turn, campaign, form)
    message = for_person(message, turn.person) if message else None
    if message is None or not _is_button(message, number, kind):
        return Answer(text=turn.texts("This message has changed meanwhile."))
    press = Press(campaign=campaign.id, who=Who(turn.person.id), kind=COUNTED_AS[kind], button=number, at=turn.now)
    if form.get("test"):
        return await _test_pressed(turn, form, campaign, message, press)
    if campaign.started_at and not campaign.engages(turn.now):
        return Answer(text=turn.texts("This campaign is closed: it is too late to answer."))
    if campaign.over(turn.now):
        return Answer(text=turn.texts("This campaign has ended: answers are not counted any more."))
    pseudonym = str(form.get("who", "")) if campaign.anonymous else ""
    if campaign.anonymous:
        who = await _unnamed(turn, campaign, pseudonym)
        if who is None:
            return _not_sent(turn)
        press = press._replace(who=who)
    [record] = await turn.store.engage([press])
    if record is None:
        return _not_sent(turn)
    token = pseudonym or turn.services.links.token(campaign.id, turn.person)
    known = await turn.store.delivery_columns(campaign.id, [turn.person.id]) if message.columns else {}
    columns = known.get(turn.person.id, {})
    frozen = campaign.as_scheduled
    footer = footer_lines(turn.texts, footer_of(frozen.consideration, frozen.tracking), message)
    return _in_place(turn, campaign, message, columns, record, token, footer, pseudonym=pseudonym)


def _as_received(turn: Turn, campaign: Campaign, form: Form) -> Message | None:
    """The variant that they have: by what is kept, and of a test, by what its buttons say."""
    if form.get("test"):
        variants = variants_in(campaign, turn.texts)
        return variants[-1 if form.get("variant") == Variant.B else 0] if variants else None
    if campaign.frozen is None:
        return message_of(campaign, turn.texts)
    return as_variant(campaign.frozen, variant_for(campaign, turn.person.id))


def _not_sent(turn: Turn) -> Answer:
    return Answer(text=turn.texts("This message was not sent to you, so there is nothing to confirm."))


async def _unnamed(turn: Turn, campaign: Campaign, pseudonym: str) -> Who | None:
    """The person who pressed in an anonymous campaign; None when the message was not sent to them."""
    click = turn.services.links.read_pseudonym(pseudonym, turn.person)
    if click is None or click.campaign != campaign.id:
        return None
    # they are a recipient: a message of somebody else's chat does not count for another
    state = await turn.store.delivery_state(campaign.id, turn.person.id)
    return click.who if state in MAY_HAVE_ARRIVED else None


async def _test_pressed(turn: Turn, form: Form, campaign: Campaign, message: Message, press: Press) -> Answer:
    """A draft is shown to whom it was sent for a test, and to nobody who only says so."""
    token = turn.services.links.test_token(campaign.id, turn.person)
    if not hmac.compare_digest(str(form["test"]).encode(), token.encode()):
        return _not_sent(turn)
    banner = turn.texts("Test of “{name}”: only you received this.", name=escape_markdown(campaign.name))
    draft = await read_draft(turn, campaign)
    columns = await columns_in(turn, draft, turn.person)
    footer = footer_lines(turn.texts, await footer_for(turn, draft), message)
    variant = str(form.get("variant") or "")
    record = engaged(NOTHING, press)
    return _in_place(turn, campaign, message, columns, record, token, footer, test=banner, variant=variant)


def _in_place(
    turn: Turn,
    campaign: Campaign,
    message: Message,
    columns: Columns,
    record: Engaged,
    token: str,
    footer: Sequence[str],
    *,
    test: str = "",
    pseudonym: str = "",
    variant: str = "",
) -> Answer:
    done = _done(turn.texts, message, record)
    if not turn.shows_cards:
        return Answer(text="\n\n".join(part for part in (test, done.acknowledged, done.answered) if part))
    base_url, follows = turn.services.links.base_url, tracking_of(campaign, turn.services.links.tracked).links
    card = message_card(
        campaign.id,
        filled(tracked(message, base_url, token) if follows else message, turn.person, columns),
        lambda number, button: link_address(base_url, token, number) if follows else button.url,
        test=test,
        test_token=token if test else "",
        pseudonym=pseudonym,
        done=done,
        footer=footer,
        variant=variant,
        settles=settings_line(turn.texts) in footer,
    )
    thumbs = tracking_of(campaign, turn.services.links.tracked).thumbs
    return Answer(card=card, important=message.style is Style.IMPORTANT, thumbs=thumbs)


def _done(texts: Texts, message: Message, record: Engaged) -> Done:
    acknowledged = record.first_at(EngagementKind.ACKNOWLEDGED)
    chosen = record.answer if record.answer is not None and record.answer < len(message.buttons) else None
    return Done(
        acknowledged=acknowledged_text(texts, texts.moment(acknowledged)) if acknowledged else "",
        answer=chosen,
        answered=answered_text(texts, message.buttons[chosen].title) if chosen is not None else "",
    )


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return -1


def _is_button(message: Message, number: int, kind: ButtonKind) -> bool:
    return 0 <= number < len(message.buttons) and message.buttons[number].kind is kind


# --- links ------------------------------------------------------------------------------------


async def destination(services: Services, click: Click) -> tuple[str, bool] | None:
    """Where a link leads, as the campaign says: never what the link itself says; and whether it counts."""
    campaign = await linked_campaign(services, click.campaign)
    if campaign is None:
        return None
    variants = variants_in(campaign, Texts("")) if click.test or campaign.frozen else ()
    link = links_of(*variants).get(click.button) if variants else None
    return (link.url, not click.test and campaign.engages(services.clock.now())) if link else None


# --- what the platform tells ------------------------------------------------------------------


async def reacted(
    services: Services, person: Person, channel: Channel, message: str, reactions: Sequence[str], *, gone: bool
) -> None:
    """Reactions came, or went away again, beneath a message."""
    for received in await services.store.received(person, channel, services.clock.now()):
        if received.activity and received.activity == message:
            press = _told(services, received, EngagementKind.REACTED)
            await services.store.engage(
                [press._replace(reaction=reaction[:REACTION], gone=gone) for reaction in reactions]
            )
            return


@dataclass(frozen=True, slots=True)
class Thumb:
    """A press on one of the client's thumbs."""

    #: LIKED or DISLIKED
    button: int
    #: what they wrote with it; "" for nothing
    words: str

    @property
    def sign(self) -> str:
        return SIGN_OF[self.button]


SIGN_OF = {LIKED: "👍", DISLIKED: "👎"}


def thumb_of(value: object) -> Thumb | None:
    """What the platform's ``message/submitAction`` says; None for anything else.

    ``{"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{\"feedbackText\": \"Why\"}"}}``,
    whose feedback may also be an object, or plain text.
    """
    if not isinstance(value, Mapping) or value.get("actionName") != "feedback":
        return None
    action = value.get("actionValue")
    reaction = action.get("reaction") if isinstance(action, Mapping) else None
    if not isinstance(action, Mapping) or not isinstance(reaction, str) or reaction not in THUMBS:
        return None
    return Thumb(THUMBS[reaction], " ".join(clean(_why(action.get("feedback"))).split()))


def _why(feedback: object) -> str:
    if isinstance(feedback, str):
        if len(feedback) > FEEDBACK:
            return feedback[:FEEDBACK]
        try:
            read = orjson.loads(feedback)
        except orjson.JSONDecodeError:
            return feedback
        feedback = read if isinstance(read, Mapping) else {"feedbackText": feedback}
    text = feedback.get("feedbackText") if isinstance(feedback, Mapping) else ""
    return text[:FEEDBACK] if isinstance(text, str) else ""


async def rated(
    services: Services, person: Person, channel: Channel, message: str, thumb: Thumb, cause: str = ""
) -> None:
    """A thumb beneath a message that they have, of a campaign that shows some: counted, and its words are brought.

    The last one holds. Of a campaign without names it is nobody's, and its words are not brought.
    """
    now = services.clock.now()
    for received in await services.store.received(person, channel, now):
        if not received.activity or received.activity != message:
            continue
        campaign = await linked_campaign(services, received.campaign)
        if campaign is None or campaign.frozen is None or not campaign.frozen.tracking.thumbs:
            return
        press = _told(services, received, EngagementKind.RATED)
        await services.store.engage([press._replace(button=thumb.button)])
        if thumb.words and not received.anonymous and campaign.author != person.id:
            words = f"{thumb.sign} {thumb.words}"
            reply = Reply(person=person.id, at=now, words=words, cause=cause or f"{message} {now.isoformat()}")
            with suppress(StaleVersion):  # a crowd writes in the same moment: it is counted, and not brought
                await keep_reply(services.store, campaign.id, reply)
        return


async def replied(turn: Turn, words: str) -> str | None:
    """Words that are no command answer the last message in the chat: what is said to that; None when there is none.

    They are brought to the campaign's author, but those of an anonymous campaign: they would name who wrote them.
    """
    for received in await turn.store.received(turn.person, turn.channel, turn.now):
        if not received.arrived:
            continue
        await turn.store.engage([_told(turn.services, received, EngagementKind.REPLIED)])
        campaign = None if received.anonymous else await linked_campaign(turn.services, received.campaign)
        words = " ".join(words.split())
        if campaign is None or not words or campaign.author == turn.person.id:
            return reply_noted(turn.texts)
        reply = Reply(person=turn.person.id, at=turn.now, words=words, cause=turn.cause or turn.now.isoformat())
        try:
            await keep_reply(turn.store, campaign.id, reply)
        except StaleVersion:  # a crowd replies in the same moment: it is counted, and not brought
            return reply_noted(turn.texts)
        return turn.texts("Thank you. I bring your reply to those who sent the message.")
    return None


def reply_noted(texts: Texts) -> str:
    """To somebody who wrote back: honest about who reads it."""
    return texts(
        "Thank you. I have noted that you replied, but nobody reads what is written to me:"
        " please write to the people concerned. Type **help** to see what I can do for you."
    )


def _told(services: Services, received: Received, kind: EngagementKind) -> Press:
    """What the platform tells of a person: in an anonymous campaign, of nobody in particular."""
    who = CROWD if received.anonymous else Who(received.person)
    return Press(campaign=received.campaign, who=who, kind=kind, at=services.clock.now())

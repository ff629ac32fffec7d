"""Writing in the chat: a text formatted in the compose box, and pictures, become a draft's."""

from __future__ import annotations

import json
import re

from cards.compose.offers import picture_card, text_card
from cards.kit.conversation import notice_card
from cards.kit.parts import name_of
from cards.kit.texts import Texts
from dialogs.compose.pictures import NoPicture, picture_of, take_picture
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_step
from dialogs.core.drafts import is_stale, waiting_draft
from dialogs.core.questions import Question
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Attachment, AttachmentKind, Form, Turn
from dialogs.forms.cleaning import clean
from dialogs.forms.fields import KEPT, typed
from dialogs.forms.formatting.markup import LostFormatting, lost_named, markdown_of
from storage.records import Campaign, DeedKind, StaleVersion

router = Router()

WRITE = "write"  #: the question in words
LONG = 15  #: words of what is no question to a bot any more
SHOWN = 1_000  #: characters of it that are shown again


@router.form("message.write")
async def write(turn: Turn, form: Form) -> Answer:
    """The form is kept; the next message in the chat becomes its text."""
    campaign = await changeable(turn, form)
    values = typed("message", form, campaign.forms.get("message"))
    if is_stale(turn, campaign, form):
        card = await form_card(turn, campaign, "message", values=values, notice=changed_elsewhere(turn))
        return Answer(card=card)
    try:
        campaign = await save_step(turn, campaign, "message", values)
    except StaleVersion:
        campaign = await changeable(turn, form)
    text = turn.texts(
        "Please write the text of “{name}” now, as you want it to look: bold, italic, lists, links and a picture"
        " are taken over. (**cancel** leaves)",
        name=name_of(turn.texts, campaign),
    )
    return Answer(card=await form_card(turn, campaign, "message"), text=text, asks=Question(WRITE, campaign.id))


@router.reply_to(WRITE, any_text=True)
async def written(turn: Turn, question: Question, text: str) -> Answer:
    """What was written, and the pictures with it, stand in the draft's form."""
    campaign = await changeable(turn, {"campaign": question.campaign})
    notices = []
    body, lost = _formatted(turn, text)
    changes = {"body": body[:KEPT]} if body else {}
    if picture := picture_of(turn):
        lost -= {LostFormatting.PICTURE}
        try:
            changes["image"] = await take_picture(turn, picture)
        except NoPicture as error:
            notices.append(str(error))
    campaign = await put(turn, campaign, changes)
    said_so = [turn.texts("I have taken it over."), _left_out(turn.texts, lost), *notices]
    notice = " ".join(part for part in said_so if part)
    card = await form_card(turn, campaign, "message", notice=notice)
    return Answer(card=card, summary=turn.texts("What do you want to say?"))


def _formatted(turn: Turn, text: str) -> tuple[str, set[LostFormatting]]:
    """The text in Markdown, and the formatting that was lost."""
    markup = next((one for one in turn.attachments if one.kind is AttachmentKind.MARKUP), None)
    if markup is None:
        return text, set()
    converted = markdown_of(markup.content)
    return converted.markdown or text, set(converted.lost)


def _left_out(texts: Texts, lost: set[LostFormatting]) -> str:
    if not lost:
        return ""
    names = texts.enumerate([_named(texts, one) for one in lost_named(frozenset(lost))])
    return texts("Cards cannot show everything; this was left out: {names}.", names=names)


def _named(texts: Texts, lost: LostFormatting) -> str:
    return {
        LostFormatting.HEADING: texts("headings (they are bold lines now)"),
        LostFormatting.TABLE: texts("a table (its rows are lines now)"),
        LostFormatting.QUOTE: texts("a quotation’s frame"),
        LostFormatting.CODE: texts("the look of code"),
        LostFormatting.STRUCK: texts("strikethrough"),
        LostFormatting.UNDERLINED: texts("underlining"),
        LostFormatting.COLOUR: texts("colours"),
        LostFormatting.PICTURE: texts("a picture"),
        LostFormatting.LINK: texts("a link that leads nowhere on the web"),
    }[lost]


# --- without being asked ----------------------------------------------------------------------


@router.upload(AttachmentKind.IMAGE)
async def pictured(turn: Turn, picture: Attachment) -> Answer:
    """A picture that was dropped into the chat: shall it stand in the draft?"""
    campaign = await waiting_draft(turn)
    try:
        image = await take_picture(turn, picture)
    except NoPicture as error:
        return Answer(text=str(error))
    return Answer(card=picture_card(turn.texts, campaign, image), summary=turn.texts("A picture"))


@router.form("picture.use")
async def use_picture(turn: Turn, form: Form) -> Answer:
    campaign = await changeable(turn, form) if form.get("campaign") else await _begun(turn)
    campaign = await put(turn, campaign, {"image": clean(str(form.get("image") or ""))[:KEPT]})
    return Answer(card=await form_card(turn, campaign, "message"))


async def _begun(turn: Turn) -> Campaign:
    """A new draft, in which nothing stands yet."""
    return await turn.store.new_campaign(
        turn.person.tenant, turn.person.id, "", turn.channel, turn.now, deed=turn.deed(DeedKind.CREATED)
    )


@router.listener
async def text_offered(turn: Turn, text: str) -> Answer | None:
    """Something long, or formatted, that an author just writes: it may be the text of a campaign."""
    if turn.role is None or not turn.shows_cards:
        return None
    body, lost = _formatted(turn, text)
    if not _looks_like_a_text(text, body):
        return None
    heard = {"body": body[:KEPT], "lost": [*lost]}
    await turn.store.write_documents({_heard(turn): (None, json.dumps(heard).encode())})
    draft = await waiting_draft(turn)
    return Answer(card=text_card(turn.texts, draft, body[:SHOWN]), summary=turn.texts("Is this for a campaign?"))


def _looks_like_a_text(text: str, body: str) -> bool:
    if len(text.split()) >= LONG or len(text.splitlines()) > 2:
        return True
    return re.search(r"\*\*|\]\(|^- ", body, re.MULTILINE) is not None


def _heard(turn: Turn) -> str:
    return f"heard/{turn.person.id}"


@router.form("text.use")
async def use_text(turn: Turn, form: Form) -> Answer:
    document = (await turn.store.read_documents([_heard(turn)])).get(_heard(turn))
    if document is None:
        return Answer(card=notice_card(turn.texts, turn.texts("This text is not kept any more. Please send it again.")))
    heard = json.loads(document[1])
    if form.get("campaign"):
        campaign = await changeable(turn, form)
    else:
        campaign = await _begun(turn)
    campaign = await put(turn, campaign, {"body": heard["body"]})
    await turn.store.delete_documents([_heard(turn)])
    notice = _left_out(turn.texts, {LostFormatting(one) for one in heard["lost"]})
    return Answer(card=await form_card(turn, campaign, "message", notice=notice))


async def put(turn: Turn, campaign: Campaign, changes: dict[str, str]) -> Campaign:
    """The campaign with some fields of its message changed, whatever else changes in it at the same moment."""
    while changes:
        campaign = await changeable(turn, {"campaign": campaign.id})
        values = {"name": campaign.name, **campaign.forms.get("message", {}), **changes}
        try:
            return await save_step(turn, campaign, "message", values)
        except StaleVersion:
            continue
    return campaign

"""A campaign said in the chat: a whole one lands on its review, a few words change the open draft.

The grammar (``dialogs/sayings``) says what was meant; here it becomes the forms of a draft, by the same functions as
the forms themselves. Nothing is scheduled, sent or deleted by words: the last step is a press.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cards.compose.said import SAID, OpenAsk, ask_text, asks_of, understood_text, with_asks
from cards.compose.sequels.mail_form import mail_text
from cards.kit.variables import escape_markdown
from cards.message.plain_text import built_in_teams
from dialogs.campaigns.deleting import delete, deletion
from dialogs.compose.saying.people import Known, known_to, may_describe, meanings, unread_text, with_segments
from dialogs.compose.saying.topics import cut_topic
from dialogs.compose.saying.values import (
    audience_values,
    draft_for_grammar,
    end_values,
    follow_values,
    in_the_way,
    message_values,
    name_for,
    notes,
    parts_understood,
    says_message,
    schedule_values,
    zone_of,
)
from dialogs.compose.translations import version_card
from dialogs.compose.wizard import changeable, has_started, review, save_edit, save_step
from dialogs.core.drafts import open_draft, proposed_schedule, values_of, version_key
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import demand, lists_of
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import KEPT
from dialogs.lists.audience import accept_audience
from dialogs.sayings import Ask, Asked, Kind, Saying
from dialogs.sayings.parts.mails import cut_by_mail
from dialogs.sayings.reading import read
from dialogs.sayings.timing import Timing, shifted, timing
from dialogs.sayings.words.names import EVERYBODY, Names
from dialogs.schedule_words import may_be_a_schedule
from storage.records import ByMail, Campaign, DeedKind, DistributionList, Right, StaleVersion, Topic
from storage.records.campaign_life import Change, allows, edit
from storage.shared.policy import policy_of

router = Router()

#: what makes more than a name of the words after "new campaign"
_FOR_SOMEBODY = re.compile(r"\b(?:for|to|pour|aux?|à)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said, and what it may speak of."""

    saying: Saying
    draft: Campaign | None
    lists: list[DistributionList]
    #: what is known of people, where the words describe some
    known: Known | None = None
    #: by a segment's name that was made of words, what they were understood as
    meant: Mapping[str, str] = field(default_factory=dict)
    #: what the campaign is to be about
    topic: Topic | None = None
    #: who is to get it by e-mail as well
    by_mail: ByMail | None = None

    @property
    def says_beside(self) -> bool:
        """Whether something was said that was read before the rest."""
        return self.topic is not None or self.by_mail is not None

    @property
    def ids(self) -> dict[str, int]:
        return {one.name: one.id for one in reversed(self.lists)}


async def _heard(turn: Turn, words: str) -> Heard | None:
    """None where nothing can be said: by somebody without a role."""
    if turn.role is None:
        return None
    lists = await lists_of(turn)
    draft = await open_draft(turn)
    is_begun = draft is not None and bool(draft.forms.keys() - {SAID})
    known = draft_for_grammar(turn, draft, lists) if draft is not None and is_begun else None
    words, topic = cut_topic(words, (await policy_of(turn.store, turn.person.tenant)).topics)
    words, by_mail = cut_by_mail(words)
    names = Names(one.name for one in lists)
    of_people = None
    alone = not words and (topic is not None or by_mail is not None)
    saying = Saying(kind=Kind.EDIT) if alone else read(words, names, known)
    if may_describe(words, saying):
        of_people = await known_to(turn, words, lists)
        saying = read(words, names, known, of_people.people)
    whole = _with_one_of_a_name(saying, lists)
    return Heard(saying=whole, draft=draft, lists=lists, known=of_people, topic=topic, by_mail=by_mail)


async def _with_people_described(turn: Turn, heard: Heard) -> Heard:
    """With a segment for each description in it: only where the words change something, as it is kept."""
    if not heard.saying.described or heard.known is None:
        return heard
    saying, segments = await with_segments(turn, heard.saying, heard.known)
    meant = await meanings(turn, segments)
    return replace(heard, saying=saying, lists=[*heard.lists, *segments], meant=meant)


def _with_one_of_a_name(saying: Saying, lists: list[DistributionList]) -> Saying:
    """A name that several lists have is none to send to before one of them is chosen."""
    names = [one.name for one in lists]
    double = {name for name in names if names.count(name) > 1} & {*(saying.audience or ()), *(saying.exclude or ())}
    if not double:
        return saying
    asks = tuple(Asked(Ask.UNKNOWN_LIST, name, (), left_out=name in (saying.exclude or ())) for name in sorted(double))
    return replace(
        saying,
        audience=saying.audience and tuple(name for name in saying.audience if name not in double),
        exclude=saying.exclude and tuple(name for name in saying.exclude if name not in double),
        asks=(*saying.asks, *asks),
    )


@router.first_listener
async def said(turn: Turn, words: str, command: str) -> Answer | None:
    """A campaign, or a change of one, before a command of the same beginning: "new campaign for Sales tomorrow: …"."""
    if "\n" not in words and len(words) < len(command) + 2:
        return None
    heard = await _heard(turn, words)
    if heard is None:
        return None
    saying = heard.saying
    if saying.kind is Kind.DELETE and saying.name:
        return await delete(turn, saying.name) if not command or command in words.casefold() else None
    if saying.kind is Kind.DELETE and heard.draft is not None:
        return await deletion(turn, demand(turn, Right.CHANGE, heard.draft))
    if command:
        whole = saying.kind is Kind.NEW and (saying.text or (saying.audience and _FOR_SOMEBODY.search(words)))
        return await _answer(turn, heard) if whole else None
    if saying.kind is Kind.NEW and saying.says_something:
        return await _answer(turn, heard)
    if heard.says_beside and heard.draft is not None and saying.kind is Kind.EDIT:
        return await _answer(turn, heard)
    if saying.kind is Kind.EDIT:
        alone = replace(saying, when="", speaks=frozenset(), shift=None, asks=())
        only_when = (saying.when or saying.shift) and not alone.says_something
        if only_when or not saying.says_something:
            return await _asked_back(turn, heard) if _is_answerable(saying) else None
        return await _answer(turn, heard)
    return None


def _is_answerable(saying: Saying) -> bool:
    """Whether what is asked back is sure to be about the draft, and no command or reply with a typing error."""
    return not saying.says_something and any(
        one.ask not in (Ask.NOT_UNDERSTOOD, Ask.FOR_THE_TEXT) for one in saying.asks
    )


@router.sure_listener
async def said_in_passing(turn: Turn, words: str) -> Answer | None:
    """When, alone: after what is a whole schedule has been looked for; and the last step, which is a press."""
    heard = await _heard(turn, words)
    if heard is None or heard.draft is None:
        return None
    saying = heard.saying
    if saying.kind is Kind.SEND:
        text = turn.texts("One press is left, and it is yours. I send nothing because of words.")
        return await _shown(turn, heard.draft, text)
    if saying.kind is Kind.EDIT and (saying.when or saying.shift) and saying.says_something:
        return await _answer(turn, heard)
    return None


@router.listener
async def not_understood(turn: Turn, words: str) -> Answer | None:
    """Words that change nothing of the open draft, or make no campaign, though they are about one."""
    heard = await _heard(turn, words)
    if heard is None or heard.saying.kind is Kind.NEW or not heard.saying.asks:
        return None
    if heard.saying.kind is Kind.EDIT and may_be_a_schedule(words):
        return None
    return await _asked_back(turn, heard)


async def _asked_back(turn: Turn, heard: Heard) -> Answer | None:
    """The draft is as it was; what was not understood is named."""
    texts, asks = turn.texts, heard.saying.asks
    missing = next((one for one in asks if one.ask is Ask.TEXT_IN), None)
    if missing is not None and heard.draft is not None:
        notice = " ".join(notes(turn, [missing]))
        key = version_key(missing.words)
        known = missing.words if key in heard.draft.forms else ""
        values = {**heard.draft.forms.get(key, {}), "spoken": missing.words}
        card = await version_card(turn, heard.draft, known, values, notice=notice)
        return Answer(card=card, summary=notice)
    if any(one.ask is Ask.A_MESSAGE for one in asks):
        return Answer(
            text=texts("If this is a message to send, tell me to whom: “Tell {people} that …”.", people=texts("Sales"))
        )
    if any(one.ask is Ask.FOR_THE_TEXT for one in asks):
        return None  # a text, which is offered to be taken over
    sentences = [ask_text(texts, one) for one in in_the_way(asks, has_text=True)]
    if sentences and (unread := unread_text(turn, heard.saying, heard.known)):
        sentences.append(unread)
    if any(one.ask is Ask.AUDIENCE for one in asks):
        sentences.append(texts("Nobody would be left to receive it."))
    if not sentences:
        return None
    if heard.draft is not None:
        sentences.append(texts("Nothing is changed."))
    return Answer(text=" ".join(sentences))


# --- as a draft -------------------------------------------------------------------------------


async def _answer(turn: Turn, heard: Heard) -> Answer:
    if not turn.shows_cards:
        return Answer(text=built_in_teams(turn.texts))
    heard = await _with_people_described(turn, heard)
    saying = heard.saying
    if saying.kind is Kind.EDIT and heard.draft is not None:
        return await _changed(turn, heard, heard.draft)
    if heard.draft is not None and not heard.draft.forms.keys() - {SAID}:
        return await _changed(turn, heard, heard.draft)  # it was begun, and nothing stands in it yet
    forms, times = await _forms(turn, heard, {}, name_for(saying, turn.texts), None)
    campaign = await turn.store.new_campaign(
        turn.person.tenant,
        turn.person.id,
        forms.get("message", {}).get("name", "")[:NAME],
        turn.channel,
        turn.now,
        forms,
        deed=turn.deed(DeedKind.CREATED),
    )
    campaign = await _with_people(turn, campaign)
    return await _understood(turn, heard, campaign, times, new=True)


async def _changed(turn: Turn, heard: Heard, draft: Campaign) -> Answer:
    """The draft with what was said, whatever else changes in it at the same moment."""
    while True:
        if not allows(draft, Change.EDIT):
            return await _shown(turn, draft, has_started(turn, draft))
        new = heard.saying.kind is Kind.NEW
        name = heard.saying.name or draft.name or name_for(heard.saying, turn.texts)
        forms, times = await _forms(turn, heard, draft.forms, name, draft)
        try:
            changed = edit(draft, forms, turn.now, turn.person.id, name=name[:NAME])
            saved = await _with_people(turn, await save_edit(turn, draft, changed))
            return await _understood(turn, heard, saved, times, new=new)
        except StaleVersion:
            draft = await changeable(turn, {"campaign": draft.id})


async def _forms(
    turn: Turn, heard: Heard, before: Mapping[str, Mapping[str, str]], name: str, draft: Campaign | None
) -> tuple[dict[str, Mapping[str, str]], Timing]:
    """A draft's forms after a saying, with the questions that stand in its way."""
    saying, ids = heard.saying, heard.ids
    forms = dict(before)
    if says_message(saying) or saying.kind is Kind.NEW:
        forms["message"] = message_values(saying, before.get("message", {}), name)
    if saying.audience is not None or saying.exclude is not None:
        channel = draft.channel if draft is not None else turn.channel
        forms["audience"] = audience_values(saying, {"channel": channel, **before.get("audience", {})}, ids)
    if heard.topic is not None:
        channel = draft.channel if draft is not None else turn.channel
        forms["audience"] = {"channel": channel, **forms.get("audience", {}), "topic": str(heard.topic.number)}
    own = forms.get("message", {}).get("language") or turn.texts.language
    versions = dict(saying.versions)
    if own in versions and saying.text and saying.text_in:  # the author's own language comes first
        versions[saying.text_in] = saying.text
    for code, text in versions.items():
        if code == own:
            forms["message"] = {**forms.get("message", {}), "name": name, "body": text[:KEPT]}
        else:
            forms[version_key(code)] = {**before.get(version_key(code), {}), "spoken": code, "body": text[:KEPT]}
    times, spoken = Timing(), None
    says_when = saying.when or saying.shift or saying.end or saying.follow_up
    timed = bool(says_when or heard.by_mail) or saying.presence is not None
    proposed = await proposed_schedule(turn, draft.channel if draft else turn.channel) if timed else {}
    stood: dict[str, str] = {}
    if (saying.when or saying.shift) and draft is not None and "schedule" in before:
        stood = await values_of(draft, "schedule", turn)
    if saying.when:
        zone = zone_of(stood or proposed, turn)
        spoken = await turn.services.words.read(saying.when, turn.now, zone, turn.texts)
        times = timing(_with_text(saying, forms), spoken, stood, turn.now, zone)
    if saying.shift is not None:
        times = shifted(saying.shift, stood, turn.now, zone_of(stood or proposed, turn))
    if timed and (times.values or not saying.shift):
        forms["schedule"] = schedule_values(saying, before.get("schedule"), spoken, times, proposed)
    if saying.end is not None:
        zone = zone_of(forms["schedule"], turn)
        ends = await turn.services.words.read(saying.end_when, turn.now, zone, turn.texts)
        forms["schedule"] = {**forms["schedule"], **end_values(saying.end, ends)}
    if saying.follow_up is not None:
        forms["schedule"] = {**forms["schedule"], **follow_values(saying.follow_up)}
    if heard.by_mail is not None:
        after = {"mail": heard.by_mail.to, "mail_after": str(heard.by_mail.after)}
        forms["schedule"] = {**forms["schedule"], **after}
    asked = (*saying.asks, *times.asks) if saying.shift else saying.asks
    return with_asks(forms, [*_still_open(before, saying), *in_the_way(asked, has_text=bool(saying.text))]), times


def _with_text(saying: Saying, forms: Mapping[str, Mapping[str, str]]) -> Saying:
    """The text that the moment is compared with: the draft's, where none was said."""
    return saying if saying.text else replace(saying, text=forms.get("message", {}).get("body") or None)


def _still_open(before: Mapping[str, Mapping[str, str]], saying: Saying) -> list[OpenAsk]:
    """The questions of before that a saying does not answer."""
    answered = {
        *({("audience", False)} if saying.audience is not None else ()),
        *({("audience", True)} if saying.exclude is not None else ()),
        *({("message", False)} if saying.text is not None or saying.buttons is not None else ()),
    }
    return [one for one in asks_of(before) if one.is_kept_by_forms or (one.step, one.left_out) not in answered]


async def _with_people(turn: Turn, campaign: Campaign) -> Campaign:
    """Addresses that were said become a list, as pasted ones do. A sentence has no columns beside them."""
    values = dict(campaign.forms.get("audience", {}))
    if not values.get("addresses"):
        return campaign
    accepted = await accept_audience(turn, campaign, values)
    return await save_step(turn, campaign, "audience", accepted.kept) if accepted.kept != values else campaign


async def _understood(turn: Turn, heard: Heard, campaign: Campaign, times: Timing, *, new: bool) -> Answer:
    """The review, with one line above it: what was understood, and what should be looked at."""
    schedule = campaign.forms.get("schedule")
    saying = heard.saying if times.values else replace(heard.saying, shift=None)
    parts = parts_understood(turn, saying, schedule, heard.meant)
    if heard.topic is not None:
        parts.append(turn.texts("topic “{topic}”", topic=escape_markdown(heard.topic.name)))
    if heard.by_mail is not None:
        parts.append(turn.texts("also by e-mail: {whom}", whom=mail_text(turn.texts, heard.by_mail)))
    pointed_out = notes(turn, [*heard.saying.asks, *times.asks])
    if unread := unread_text(turn, heard.saying, heard.known):
        pointed_out.append(unread)
    text = "\n\n".join([understood_text(turn.texts, parts, new=new), *pointed_out]).strip()
    return await _shown(turn, campaign, text)


async def _shown(turn: Turn, campaign: Campaign, notice: str) -> Answer:
    return Answer(card=await review(turn, campaign, notice), summary=turn.texts("Review"))


# --- answers to what was asked ----------------------------------------------------------------


async def _asked(turn: Turn, form: Form) -> tuple[Campaign, OpenAsk | None]:
    """The draft and the question that a button answers; None where it has been answered."""
    campaign = await changeable(turn, form)
    asks = asks_of(campaign.forms)
    number = form.get("ask")
    known = asks[number] if isinstance(number, int) and 0 <= number < len(asks) else None
    return campaign, known if known is not None and known.words == str(form.get("said", "")) else None


async def _answered(turn: Turn, campaign: Campaign, asked: OpenAsk, forms: Mapping[str, Mapping[str, str]]) -> Answer:
    left = [one for one in asks_of(campaign.forms) if one != asked]
    try:
        changed = edit(campaign, with_asks(forms, left), turn.now, turn.person.id)
        return Answer(card=await review(turn, await save_edit(turn, campaign, changed)))
    except StaleVersion:
        return Answer(card=await review(turn, await changeable(turn, {"campaign": campaign.id})))


@router.form("said.drop")
async def drop(turn: Turn, form: Form) -> Answer:
    """Without what was not understood."""
    campaign, asked = await _asked(turn, form)
    if asked is None:
        return Answer(card=await review(turn, campaign))
    return await _answered(turn, campaign, asked, campaign.forms)


@router.form("said.text")
async def take_as_text(turn: Turn, form: Form) -> Answer:
    campaign, asked = await _asked(turn, form)
    if asked is None:
        return Answer(card=await review(turn, campaign))
    message = {"name": campaign.name, **campaign.forms.get("message", {}), "body": asked.words}
    return await _answered(turn, campaign, asked, {**campaign.forms, "message": message})


@router.form("said.list")
async def take_list(turn: Turn, form: Form) -> Answer:
    """The list that was meant."""
    campaign, asked = await _asked(turn, form)
    name = str(form.get("name") or "")
    chosen = next((one for one in await lists_of(turn) if one.name == name), None)
    word = EVERYBODY if name == EVERYBODY else f"list:{chosen.id}" if chosen is not None else ""
    if asked is None or not word:
        return Answer(card=await review(turn, campaign))
    values = {"channel": campaign.channel, **campaign.forms.get("audience", {})}
    field = "except" if asked.left_out else "audience"
    ticked = [] if form.get("only") else [one for one in values.get(field, "").split(",") if one]
    values[field] = ",".join(dict.fromkeys([*ticked, word]))
    return await _answered(turn, campaign, asked, {**campaign.forms, "audience": values})

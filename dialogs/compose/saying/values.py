"""A saying and a draft's forms: what the open draft is to the grammar, and what the forms hold after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from cards.compose.fields import ACK, STYLE
from cards.compose.review import hours_text
from cards.compose.said import OpenAsk
from cards.compose.sequels.end_form import end_said
from cards.compose.sequels.follow_form import follow_text
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from dialogs.core.turn import Turn
from dialogs.forms.audience import list_id
from dialogs.forms.buttons import read_buttons
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import KEPT
from dialogs.forms.schedule import WORDS, read_schedule
from dialogs.sayings import Ask, Asked, Buttons, LinkButton, OpenDraft, Saying
from dialogs.sayings.timing import Timing
from dialogs.sayings.words.names import EVERYBODY
from dialogs.schedule_words import Spoken
from storage.records import ButtonKind, Campaign, DistributionList, FollowUp, PresenceChoice
from storage.records.instants import is_zone

Values = Mapping[str, str]

FIRST_WORDS = 48  #: characters of a text that name its campaign
#: questions that stand in the way until they are answered
IN_THE_WAY = {
    *(Ask.WHICH_LIST, Ask.UNKNOWN_LIST, Ask.NOT_UNDERSTOOD, Ask.NOT_SUPPORTED, Ask.WHICH, Ask.ADDRESS),
    *(Ask.BUTTON_WORDS, Ask.ANSWERS, Ask.WHICH_BUTTON, Ask.TOO_MANY),
}


def draft_for_grammar(turn: Turn, campaign: Campaign, lists: Sequence[DistributionList]) -> OpenDraft:
    """What the grammar knows of a draft."""
    message, audience = campaign.forms.get("message", {}), campaign.forms.get("audience", {})
    called = {int(one.id): one.name for one in lists}
    return OpenDraft(
        text=message.get("body", ""),
        title=message.get("title", ""),
        audience=_names(audience.get("audience", ""), called),
        exclude=_names(audience.get("except", ""), called),
        buttons=_buttons(message, turn.texts),
        style=message.get("style") or STYLE.default,
        starts="schedule" in campaign.forms,
    )


def _names(chosen: str, called: Mapping[int, str]) -> tuple[str, ...]:
    words = chosen.split(",")
    names = [EVERYBODY] if EVERYBODY in words else []
    ids = [list_id(word) for word in words]
    return (*names, *(called[id] for id in ids if id is not None and id in called))


def _buttons(message: Values, texts: Texts) -> Buttons:
    buttons = read_buttons(message, texts, {})
    return Buttons(
        links=tuple(LinkButton(one.title, one.url) for one in buttons if one.kind is ButtonKind.LINK),
        confirm=message.get("ack_title", "") if ACK.is_on(message) else None,
        answers=tuple(one.title for one in buttons if one.kind is ButtonKind.ANSWER),
    )


# --- forms ------------------------------------------------------------------------------------


def message_values(saying: Saying, before: Values, name: str) -> dict[str, str]:
    """The message's form after it."""
    values = {**before, "name": name}
    for field, value in (("body", saying.text), ("title", saying.title), ("style", saying.style)):
        if value is not None:
            values[field] = value[:KEPT]
    if saying.buttons is not None:
        first, *others = saying.buttons.links or (LinkButton("", ""),)
        values |= {"link_title": first.title, "link_url": first.url}
        values["links"] = "\n".join(f"{link.title} {link.url}" for link in others)
        values["ack"] = "true" if saying.buttons.confirm is not None else "false"
        values["ack_title"] = saying.buttons.confirm or ""
        values["answers"] = "\n".join(saying.buttons.answers)
    return values


def says_message(saying: Saying) -> bool:
    parts = (saying.text, saying.title, saying.style, saying.buttons, saying.name)
    return any(part is not None for part in parts)


def name_for(saying: Saying, texts: Texts) -> str:
    """What a new campaign is called: as it was said, else as it begins."""
    if saying.name or saying.title:
        return (saying.name or saying.title or "")[:NAME]
    text = " ".join((saying.text or "").split())
    if len(text) > FIRST_WORDS:
        text = text[:FIRST_WORDS].rsplit(" ", 1)[0] + " …"
    people = [texts("everyone") if name == EVERYBODY else name for name in saying.audience or ()]
    return (text.rstrip(".") or texts.enumerate(people) or texts("A new campaign"))[:NAME]


def audience_values(saying: Saying, before: Values, ids: Mapping[str, int]) -> dict[str, str]:
    """The audience's form after it; people's own addresses are pasted into it, to become a list."""
    values = dict(before)
    for field, names in (("audience", saying.audience), ("except", saying.exclude)):
        if names is None:
            continue
        words = [
            EVERYBODY if name == EVERYBODY else f"list:{ids[name]}"
            for name in names
            if name in ids or name == EVERYBODY
        ]
        values[field] = ",".join(words)
    addresses = [name for name in saying.audience or () if "@" in name and name not in ids]
    if addresses:
        values["addresses"] = "\n".join(addresses)
    return values


def schedule_values(
    saying: Saying, before: Values | None, spoken: Spoken | None, times: Timing, proposed: Values
) -> dict[str, str]:
    """The schedule's form after it. ``before``: None where nobody has chosen one yet: then ``proposed`` counts."""
    base = dict(before) if before else {**proposed, "start": "at", "date": "", "time": ""}
    if saying.when or saying.shift:
        base = {field: value for field, value in base.items() if field not in WORDS}
    if saying.when:
        base["words"] = saying.when
    if spoken is not None and saying.when:
        base |= {
            "said": saying.when,
            "left": spoken.left,
            "repeats": spoken.repeats,
            "distance": spoken.distance,
            "unsure": spoken.unsure,
            "no_holidays": spoken.holidays,
            "choices": "\n".join(spoken.choices),
            "filled": ",".join(times.values),
        }
    if saying.presence is not None:
        base["presence"] = PresenceChoice(saying.presence)
    return {**base, **times.values}


def end_values(does: str, spoken: Spoken | None) -> dict[str, str]:
    """The end in the schedule's form; a day or a clock that was not read is asked for there."""
    values = spoken.values if spoken is not None else {}
    known = values.get("start") == "at"
    day, clock = (values.get("date", ""), values.get("time", "")) if known else ("", "")
    return {"ending": does, "end_date": day, "end_time": clock}


def follow_values(follow_up: FollowUp) -> dict[str, str]:
    """Who is reminded, in the schedule's form."""
    after, rounds = str(follow_up.after), str(follow_up.rounds)
    return {"chase": follow_up.until, "chase_after": after, "chase_rounds": rounds}


def zone_of(values: Values, turn: Turn) -> str:
    zone = values.get("zone", "")
    return zone if is_zone(zone) else turn.zone


def in_the_way(asks: Sequence[Asked], *, has_text: bool) -> list[OpenAsk]:
    """The questions that are kept with the draft until they are answered."""
    kept = [one for one in asks if one.ask in IN_THE_WAY or (one.ask is Ask.FOR_THE_TEXT and not has_text)]
    return [OpenAsk(one.ask.value, one.words, one.near, one.left_out) for one in kept]


# --- in words ---------------------------------------------------------------------------------


def parts_understood(turn: Turn, saying: Saying, schedule: Values | None, meant: Mapping[str, str]) -> list[str]:
    """What a saying has set, a few words for each. ``meant``: what a segment's name that was made of it stands for."""
    texts = turn.texts

    def called(name: str) -> str:
        return texts("everyone") if name == EVERYBODY else meant.get(name) or escape_markdown(name)

    parts = []
    if saying.text is not None:
        parts.append(texts("the text"))
    if saying.name is not None:
        parts.append(texts("name “{name}”", name=escape_markdown(saying.name)))
    if saying.title is not None:
        title = escape_markdown(saying.title)
        parts.append(texts("title “{title}”", title=title) if title else texts("no title"))
    if saying.audience is not None:
        people = [called(name) for name in saying.audience]
        parts.append(texts("to {people}", people=texts.enumerate(people)))
    if saying.exclude:
        others = texts.enumerate([called(name) for name in saying.exclude])
        parts.append(texts("without {others}", others=others))
    if (saying.when or saying.shift) and schedule is not None:
        parts.append(_when_text(turn, saying, schedule))
    if saying.end is not None and schedule is not None:
        parts.append(texts("end: {end}", end=end_said(texts, schedule)))
    if saying.follow_up is not None:
        parts.append(texts("reminds: {whom}", whom=follow_text(texts, saying.follow_up)))
    if saying.buttons is not None:
        parts.append(_buttons_text(texts, saying.buttons))
    if saying.style is not None:
        parts.append(STYLE.say(texts, saying.style))
    if saying.presence is not None:
        parts.append(_presence_text(texts, saying.presence))
    parts += [texts("in {language}", language=texts.language_name(code, alone=False)) for code in saying.versions]
    return [part for part in parts if part]


def _when_text(turn: Turn, saying: Saying, values: Values) -> str:
    texts, read = turn.texts, read_schedule(values, turn.now, turn.texts).value
    if read is None:
        said = saying.when or (saying.shift.words if saying.shift else "")
        return texts("“{words}”", words=escape_markdown(said))
    schedule = read.schedule
    moment = texts.moment(schedule.slot.start, ZoneInfo(schedule.zone))
    start = texts("as soon as you schedule it") if read.now else f"{moment} ({texts.city(schedule.zone)})"
    duration = texts("for {duration}", duration=texts.duration(schedule.slot.duration))
    hours = {"opens", "closes", "days", "anytime", "own_zone"} & {*values.get("filled", "").split(",")}
    return ", ".join([start, duration, *([hours_text(texts, schedule)] if hours else [])])


def _buttons_text(texts: Texts, buttons: Buttons) -> str:
    parts = [texts("button “{title}”", title=escape_markdown(link.title)) for link in buttons.links]
    if buttons.confirm is not None:
        parts.append(texts("a confirmation"))
    if buttons.answers:
        parts.append(texts("answers {answers}", answers=" / ".join(map(escape_markdown, buttons.answers))))
    return ", ".join(parts) or texts("no buttons")


def _presence_text(texts: Texts, presence: str) -> str:
    return {
        "available": texts("only when available"),
        "present": texts("only when available, away or busy"),
    }.get(presence, texts("whether they are available or not"))


def notes(turn: Turn, asks: Sequence[Asked]) -> list[str]:
    """What is pointed out, and stands in nobody's way."""
    texts, sentences = turn.texts, []
    for one in asks:
        words = escape_markdown(one.words)
        if one.ask is Ask.CHECK and one.near == ("today",):
            sentences.append(texts("“{words}” is today: please check.", words=words.partition(" = ")[0]))
        elif one.ask is Ask.CHECK:
            sentences.append(texts("Please check “{words}”.", words=words))
        elif one.ask is Ask.RELATIVE_DAY:
            sentences.append(texts("“{words}” stands in the text, which will be read on another day.", words=words))
        elif one.ask is Ask.PAST:
            sentences.append(texts("“{words}” is over: please choose another time.", words=words))
        elif one.ask is Ask.FOR_THE_TEXT:
            sentences.append(texts("I took “{words}” for part of the text.", words=words))
        elif one.ask is Ask.CONFIRM and one.words == "schedule":
            sentences.append(texts("One press is left, and it is yours. I send nothing because of words."))
        elif one.ask is Ask.TEXT_IN:
            language = texts.language_name(one.words, alone=False)
            sentences.append(texts("I do not translate: please give me the text in {language}.", language=language))
    return list(dict.fromkeys(sentences))

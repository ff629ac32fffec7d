"""A campaign as its cards need it: loaded for the person who asks, its parts read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.compose.audience_form import limit_of_authors
from cards.compose.said import ask_text, asks_of
from cards.kit.texts import Texts
from cards.message.footer import Footer, footer_of
from cards.message.skype import length_of
from dialogs.core.contradictions import contradictions
from dialogs.core.turn import Form, Turn
from dialogs.core.visibility import lists_of, may_see_people, own_campaigns
from dialogs.forms.audience import AudienceChoice, read_audience
from dialogs.forms.closures import ready_for
from dialogs.forms.fields import Parsed
from dialogs.forms.message import asks_for_columns, read_message, read_tracking, read_version
from dialogs.forms.schedule import GRACE, REMEMBERED, Timing, begun_when_open, default_schedule, read_schedule
from dialogs.forms.sequels.steps import read_days, schedule_values
from dialogs.forms.variants import Tests, read_ab_test
from scheduler.rules.occurrences import first_occurrence, moved_end
from storage.records import (
    ABTest,
    Audience,
    ByMail,
    Campaign,
    CampaignState,
    Channel,
    Columns,
    Consideration,
    End,
    FollowUp,
    Frozen,
    IfUnknown,
    Message,
    NotScheduled,
    Person,
    PresenceChoice,
    Schedule,
    Step,
    StepSequence,
    Topic,
    Tracking,
    consideration_of,
    variant_b,
    variants_of,
)
from storage.records.rights import reaches_everyone
from storage.records.step_forms import SEQUENCE, hand_of, is_sequence, numbers_of, with_step
from storage.shared.policy import policy_of

OPEN = timedelta(hours=12)  #: after its last change, a draft is what its author is busy with
SEARCHED = 20  #: newest campaigns of somebody's looked at for their draft


async def waiting_draft(turn: Turn) -> Campaign | None:
    """The newest campaign of the speaker, as long as it is still being built."""
    newest = next(iter(await own_campaigns(turn, SEARCHED)), None)
    return newest if newest is not None and newest.state is CampaignState.DRAFT else None


async def open_draft(turn: Turn) -> Campaign | None:
    """The waiting draft, as long as its author may be busy with it."""
    draft = await waiting_draft(turn)
    if draft is None or turn.now - (draft.edited_at or draft.created_at) > OPEN:
        return None
    _, put_aside_as = (await turn.store.read_documents([_aside(turn)])).get(_aside(turn), ("", b""))
    return None if put_aside_as == _as_it_is(draft) else draft


async def leave(turn: Turn) -> None:
    """The speaker stops working on their draft; it is kept."""
    if turn.role is not None and (draft := await waiting_draft(turn)):
        await put_aside(turn, draft)


async def put_aside(turn: Turn, draft: Campaign) -> None:
    """Its author is not busy with it any more, until something changes in it."""
    await turn.store.write_documents({_aside(turn): (None, _as_it_is(draft))})


def _aside(turn: Turn) -> str:
    return f"aside/{turn.person.id}"


def _as_it_is(draft: Campaign) -> bytes:
    return json.dumps([draft.id, draft.version]).encode()


async def next_step(turn: Turn, campaign: Campaign) -> str:
    """The step at which a draft goes on: the first in which something is missing or wrong, else the review."""
    return next((step for step, _ in (await read_draft(turn, campaign)).problems), "review")


def is_stale(turn: Turn, campaign: Campaign, form: Form) -> bool:
    """Whether somebody else has changed the campaign since the card was drawn."""
    return str(form.get("version", "")) != str(campaign.version) and not turn.has_changed(campaign)


async def values_of(campaign: Campaign, step: str, turn: Turn) -> dict[str, str]:
    """What stands in a form: what was typed, over what we propose."""
    proposed: Mapping[str, str] = {}
    if step == "message":
        proposed = {"name": campaign.name}
    elif step == "audience":
        proposed = {"channel": campaign.channel}
    elif step == "schedule":
        chosen = step in campaign.forms
        if chosen:
            proposed = default_schedule(turn.now, turn.zone)
        else:
            proposed = begun_when_open(await proposed_schedule(turn, campaign.channel), turn.now, turn.texts)
        return {**proposed, **schedule_values(campaign)}
    return {**proposed, **campaign.forms.get(step, {})}


async def proposed_schedule(turn: Turn, channel: Channel) -> dict[str, str]:
    """What a new campaign's schedule is offered with: what the organisation has set, and what its author used last.

    The newer word counts. A choice of presence is not offered where nobody tells who is there.
    """
    house = (await policy_of(turn.store, turn.person.tenant)).house
    values = default_schedule(turn.now, turn.zone, house)
    used = [one for one in await own_campaigns(turn, SEARCHED) if one.frozen is not None and "schedule" in one.forms]
    last = used[0] if used else None
    if last is not None and (house.set_at is None or (last.edited_at or last.created_at) > house.set_at):
        kept = last.forms["schedule"]
        values |= {field: kept[field] for field in REMEMBERED if field in kept}
    if channel not in turn.services.presence:
        values |= {"presence": PresenceChoice.ALWAYS, "unknown": IfUnknown.SEND}
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A campaign with its parts read; a part that is missing or wrong is None, and says why."""

    campaign: Campaign
    message: Message | None
    audience: Audience | None
    schedule: Schedule | None
    starts_now: bool
    follow_up: FollowUp | None = None
    end: End | None = None
    #: it is a sequence, and ``message`` that of the step in hand
    sequence: StepSequence | None = None
    ab_test: ABTest | None = None
    by_mail: ByMail | None = None
    topic: Topic | None = None
    #: whether the reader may see by name who is in its audience: of one that is scheduled, others have decided it
    names_people: bool = True
    #: (step, what is wrong with it)
    problems: tuple[tuple[str, str], ...]


async def read_draft(turn: Turn, campaign: Campaign) -> Draft:
    """The three parts: as frozen when it was scheduled, else as the forms say now.

    An audience of which the reader may not see every part is none: its numbers may have been made up.
    """
    if frozen := campaign.frozen or (campaign.held.frozen if campaign.held else None):
        return await _as_frozen(turn, campaign, frozen)
    texts, forms = turn.texts, campaign.forms
    words = [forms[step] for step in forms if step.partition(".")[0] == "message"]
    columns = await known_columns(turn) if any(map(asks_for_columns, words)) else ()
    message, sequence = _read_message(campaign, texts, columns), None
    audience, topic = await _read_whom(turn, campaign)
    values = schedule_values(campaign)
    await ready_for(values)
    timing = read_schedule(values, turn.now, texts) if "schedule" in forms else None
    problems: list[tuple[str, str]] = []
    if is_sequence(forms):
        sequence, wrong_steps = _read_steps(campaign, texts, columns)
        problems += [("message", why) for why in wrong_steps]
    elif message.errors:
        problems.append(("message", " ".join(message.errors.values())))
    elif message.value and (too_long := too_long_for(campaign.channel, message.value, texts)):
        problems.append(("message", too_long))
    tests: Parsed[Tests] = Parsed(None)
    if message.value:
        tests = read_ab_test(forms, message.value, texts, columns)
    if tests.errors:
        problems.append(("message", texts("A/B test: {problem}", problem=" ".join(tests.errors.values()))))
    if tests.value and message.value:
        message = Parsed(replace(message.value, columns=tests.value.columns))
    if audience is None or audience.errors:
        why = " ".join(audience.errors.values()) if audience else texts("Please choose who receives it.")
        problems.append(("audience", why))
    if timing is None or timing.errors:
        why = " ".join(timing.errors.values()) if timing else texts("Please choose when it goes out.")
        problems.append(("schedule", why))
    problems += [(asked.step, ask_text(texts, asked)) for asked in asks_of(forms)]
    when: Timing | None = timing.value if timing else None
    problems += contradictions(turn, campaign, message.value, tests.value, when)
    if when and when.schedule.repeat is not None and not is_sequence(forms):
        coming = _from_now_on(turn, campaign, when)
        if coming is None:
            again = texts("It has come for the last time. Choose a later end, or let it begin anew.")
            problems.append(("schedule", again))
        when = coming or when
    return Draft(
        campaign=campaign,
        message=message.value,
        audience=_audience(audience.value) if audience and audience.value else None,
        schedule=when.schedule if when else None,
        starts_now=bool(when and when.now),
        follow_up=when.follow_up if when else None,
        end=when.end if when else None,
        sequence=sequence,
        ab_test=tests.value.test if tests.value else None,
        by_mail=when.by_mail if when else None,
        topic=topic,
        problems=tuple(problems),
    )


async def _as_frozen(turn: Turn, campaign: Campaign, frozen: Frozen) -> Draft:
    return Draft(
        campaign=campaign,
        message=_in_hand(campaign, frozen).message,
        sequence=frozen.sequence,
        audience=frozen.audience,
        schedule=frozen.schedule,
        starts_now=False,
        follow_up=frozen.follow_up,
        end=frozen.end,
        ab_test=frozen.ab_test,
        by_mail=frozen.by_mail,
        topic=frozen.topic,
        names_people=await may_see_people(turn, frozen.audience),
        problems=(),
    )


async def _read_whom(turn: Turn, campaign: Campaign) -> tuple[Parsed[AudienceChoice] | None, Topic | None]:
    """The audience, None as long as it was not chosen, and what it is about."""
    if "audience" not in campaign.forms:
        return None, None
    audience = read_audience(campaign.forms["audience"], turn.texts)
    if audience.value and (limit := await out_of_bounds(turn, audience.value.audience)):
        audience = Parsed(None, {"audience": limit})
    topic = await _topic_of(turn, audience.value.topic) if audience.value else None
    if audience.value and audience.value.topic is not None and topic is None:
        audience = Parsed(None, {"topic": turn.texts("Its topic is gone. Please choose again.")})
    return audience, topic


def _in_hand(campaign: Campaign, frozen: Frozen) -> Step:
    """Of a sequence, the step in hand, as it was scheduled; else the one message."""
    steps = frozen.sequence.steps if frozen.sequence else ()
    hand = hand_of(campaign.forms)
    first = Step(number=0, after=0, message=frozen.message, tracking=frozen.tracking)
    return next((step for step in steps if step.number == hand), first)


def _read_steps(
    campaign: Campaign, texts: Texts, columns: Collection[str]
) -> tuple[StepSequence | None, Sequence[str]]:
    """The steps in their order; None with what is wrong with any of them."""
    days = read_days(campaign.forms, texts)
    wrong, steps = list(days.errors.values()), list[Step]()
    for place, number in enumerate(numbers_of(campaign.forms), 1):
        one = with_step(campaign, number)
        read = _read_message(one, texts, columns)
        why = " ".join(read.errors.values())
        why = why or (too_long_for(campaign.channel, read.value, texts) if read.value else "")
        if why:
            wrong.append(texts("step {place} – {why}", place=place, why=why))
        elif days.value and read.value:
            tracking = read_tracking(one.forms.get("message", {}), possible=True)
            steps.append(Step(number=number, after=days.value[number], message=read.value, tracking=tracking))
    if wrong:
        return None, wrong
    newcomers = campaign.forms[SEQUENCE].get("whom") == "new"
    return StepSequence(steps=tuple(sorted(steps, key=lambda step: step.after)), newcomers=newcomers), ()


async def _topic_of(turn: Turn, number: int | None) -> Topic | None:
    """None where there is no such topic any more, too."""
    topics = (await policy_of(turn.store, turn.person.tenant)).topics if number is not None else ()
    return next((topic for topic in topics if topic.number == number), None)


async def read_variants(turn: Turn, campaign: Campaign) -> Parsed[Tests]:
    """The A/B test of a draft, as its forms say it; neither a value nor errors where it has none."""
    columns = await known_columns(turn)
    message = _read_message(campaign, turn.texts, columns).value or Message(body="")
    return read_ab_test(campaign.forms, message, turn.texts, columns)


def variants_in(campaign: Campaign, texts: Texts) -> tuple[Message, ...]:
    """All that a campaign says: as frozen, else as its forms say now; nothing as long as something is wrong in it."""
    if campaign.frozen:
        return variants_of(campaign.frozen)
    message = _read_message(campaign, texts, None).value
    if message is None:
        return ()
    tests = read_ab_test(campaign.forms, message, texts, None).value
    return (message, variant_b(message, tests.test)) if tests else (message,)


def _from_now_on(turn: Turn, campaign: Campaign, when: Timing) -> Timing | None:
    """A series from its next occurrence on, none comes again that it has had; None where there is none any more."""
    schedule = when.schedule
    start = first_occurrence(schedule, turn.now - GRACE, campaign.sequels)
    if start is None:
        return None
    end = moved_end(when.end, schedule.slot, start, ZoneInfo(schedule.zone))
    return replace(when, schedule=replace(schedule, slot=replace(schedule.slot, start=start)), end=end)


def message_of(campaign: Campaign, texts: Texts) -> Message | None:
    """The message alone: as frozen, else as its form says now; None as long as something is wrong in it."""
    return (
        _in_hand(campaign, campaign.frozen).message if campaign.frozen else _read_message(campaign, texts, None).value
    )


def tracking_of(campaign: Campaign, possible: bool) -> Tracking:
    """What is noted of what people do: as frozen, else as the message's form says now."""
    if campaign.frozen:
        return _in_hand(campaign, campaign.frozen).tracking
    return read_tracking(campaign.forms.get("message", {}), possible=possible)


def too_long_for(channel: Channel, message: Message, texts: Texts) -> str:
    """What the form could not know: the channel is chosen after it."""
    limit = channel.traits.size_limit
    if limit is None or (length := length_of(message)) <= limit:
        return ""
    return texts(
        "The message is too long for {channel}: {length} characters of {limit}. Please shorten it.",
        channel=channel.traits.name,
        length=texts.number(length),
        limit=texts.number(limit),
    )


def _read_message(campaign: Campaign, texts: Texts, columns: Collection[str] | None) -> Parsed[Message]:
    reading = by_default(campaign, texts, columns)
    for language in versions_of(campaign):
        if reading.value is None or reading.value.language == language:
            continue
        whole = read_version(campaign.forms[version_key(language)], reading.value, texts, columns)
        errors = f"{texts.language_name(language)} – {' '.join(whole.errors.values())}"
        reading = whole if whole.value else Parsed(None, {version_key(language): errors})
    return reading


def by_default(campaign: Campaign, texts: Texts, columns: Collection[str] | None = None) -> Parsed[Message]:
    """The message without its other languages, as its form says it."""
    return read_message({"name": campaign.name, **campaign.forms.get("message", {})}, texts, columns)


def version_key(language: str) -> str:
    """Under which a draft keeps what its message says in another language."""
    return f"message.{language}"


def versions_of(campaign: Campaign) -> list[str]:
    """The other languages in which a draft's message is written."""
    return [step.partition(".")[2] for step in campaign.forms if step.startswith("message.")]


async def out_of_bounds(turn: Turn, audience: Audience) -> str:
    """Why somebody may not send to an audience; "" where it is theirs to send to."""
    if await may_see_people(turn, audience):
        return ""
    if audience.everyone and not reaches_everyone(turn.role):
        return limit_of_authors(turn.texts)
    return turn.texts("A list that it names is gone. Please choose again.")


async def known_columns(turn: Turn) -> tuple[str, ...]:
    """What the lists that somebody may use say beside names and addresses."""
    return tuple(sorted({column for one in await lists_of(turn) for column in one.columns}))


def _audience(choice: AudienceChoice) -> Audience | None:
    """None as long as addresses that were pasted have not become a list."""
    return None if choice.pasted.contacts else choice.audience


async def columns_in(turn: Turn, draft: Draft, person: Person) -> Columns:
    """What the lists of the audience say about somebody, be they in it."""
    if draft.audience is None or draft.message is None or not draft.message.columns or not draft.names_people:
        return {}
    return (await turn.store.columns_of(draft.audience, [person.id])).get(person.id, {})


async def footer_for(turn: Turn, draft: Draft) -> Footer:
    """What stands beneath its message: as frozen, else as it would be now."""
    campaign = draft.campaign
    frozen = campaign.frozen or (campaign.held.frozen if campaign.held else None)
    if frozen:
        return footer_of(frozen.consideration, frozen.tracking)
    if draft.message is None:
        return Footer()
    policy, author = await policy_of(turn.store, turn.person.tenant), await turn.store.person(campaign.author)
    tracking = tracking_of(campaign, turn.services.links.tracked)
    return footer_of(consideration_of(policy, draft.message, author), tracking)


def freeze(draft: Draft, turn: Turn, consideration: Consideration) -> Frozen:
    """What a draft without problems says, for good; a start of "now" becomes this instant. Raises NotScheduled."""
    message, audience, schedule = draft.message, draft.audience, draft.schedule
    if message is None or audience is None or schedule is None:
        raise NotScheduled(f"campaign {draft.campaign.id} lacks a part")
    sequence = draft.sequence
    if sequence is not None:
        links = turn.services.links.tracked
        tracked = [
            replace(one, tracking=replace(one.tracking, links=one.tracking.links and links)) for one in sequence.steps
        ]
        sequence, message = replace(sequence, steps=tuple(tracked)), sequence.steps[0].message
    if draft.starts_now:
        schedule = replace(schedule, slot=replace(schedule.slot, start=turn.now))
    tracking = tracking_of(draft.campaign, turn.services.links.tracked)
    if sequence is not None:
        tracking = sequence.steps[0].tracking
    return Frozen(
        message=message,
        audience=audience,
        schedule=schedule,
        tracking=tracking,
        consideration=consideration,
        follow_up=draft.follow_up,
        end=draft.end,
        sequence=sequence,
        ab_test=draft.ab_test,
        by_mail=draft.by_mail,
        topic=draft.topic,
    )

"""A campaign as its cards need it: loaded by who asks, its parts read, its outlook worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from cards.campaigns import Outlook, Overview
from cards.conversation import notice_card
from cards.message import filled, without_value
from cards.parts import channel_name
from cards.skype import LIMIT as SKYPE_LIMIT
from cards.skype import length_of
from cards.texts import Texts
from cards.variables import escape_markdown
from dialogs.forms.audience import AudienceChoice, read_audience
from dialogs.forms.fields import Reading
from dialogs.forms.message import read_message, read_tracking
from dialogs.forms.schedule import Timing, default_schedule, read_schedule
from dialogs.turn import Answer, Aside, Form, Turn
from scheduler.across import forecast_across
from scheduler.planner import OpenTimes
from scheduler.window import forecast
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    Channel,
    Columns,
    Member,
    Message,
    Person,
    Reach,
    Schedule,
    Tracking,
)

CHECKED = 1_000  #: recipients looked at for missing values


async def asked_for(turn: Turn, form: Form) -> Campaign:
    """The campaign that a card names, as it is now. Raises Aside when it is gone or not theirs."""
    try:
        id = CampaignId(int(form.get("campaign", 0)))
    except (TypeError, ValueError, OverflowError):
        id = CampaignId(0)
    campaign = await turn.store.campaign(id) if 0 < id < 2**53 else None
    if campaign is None or campaign.tenant != turn.person.tenant:
        text = turn.texts("This campaign no longer exists.")
        raise Aside(Answer(card=notice_card(turn.texts, text, "warning")))
    return campaign


def is_stale(campaign: Campaign, form: Form) -> bool:
    return str(form.get("version", "")) != str(campaign.version)


def values_of(campaign: Campaign, step: str, turn: Turn) -> dict[str, str]:
    """What stands in a form: what was typed, over what we propose."""
    proposed: Mapping[str, str] = {}
    if step == "message":
        proposed = {"name": campaign.name}
    elif step == "audience":
        proposed = {"channel": campaign.channel, "audience": "everyone"}
    elif step == "schedule":
        proposed = default_schedule(turn.now, turn.zone)
    return {**proposed, **campaign.forms.get(step, {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A campaign with its parts read; a part that is missing or wrong is None, and says why."""

    campaign: Campaign
    message: Message | None
    audience: Audience | None
    schedule: Schedule | None
    starts_now: bool
    #: (step, what is wrong with it)
    problems: tuple[tuple[str, str], ...]


def read_draft(turn: Turn, campaign: Campaign) -> Draft:
    """The three parts: as frozen when it was scheduled, else as the forms say now."""
    if campaign.message and campaign.audience and campaign.schedule:
        return Draft(
            campaign=campaign,
            message=campaign.message,
            audience=campaign.audience,
            schedule=campaign.schedule,
            starts_now=False,
            problems=(),
        )
    texts, forms = turn.texts, campaign.forms
    message = _read_message(campaign, texts)
    audience = read_audience(forms.get("audience", {}), texts) if "audience" in forms else None
    timing = read_schedule(forms.get("schedule", {}), turn.now, texts) if "schedule" in forms else None
    problems = []
    if message.errors:
        problems.append(("message", " ".join(message.errors.values())))
    elif message.value and (too_long := too_long_for(campaign.channel, message.value, texts)):
        problems.append(("message", too_long))
    if audience is None or audience.errors:
        problems.append(
            ("audience", " ".join(audience.errors.values()) if audience else texts("Please choose who receives it."))
        )
    if timing is None or timing.errors:
        problems.append(
            ("schedule", " ".join(timing.errors.values()) if timing else texts("Please choose when it goes out."))
        )
    when: Timing | None = timing.value if timing else None
    return Draft(
        campaign=campaign,
        message=message.value,
        audience=_audience(audience.value) if audience and audience.value else None,
        schedule=when.schedule if when else None,
        starts_now=bool(when and when.now),
        problems=tuple(problems),
    )


def message_of(campaign: Campaign, texts: Texts) -> Message | None:
    """The message alone: as frozen, else as its form says now; None as long as something is wrong in it."""
    return campaign.message or _read_message(campaign, texts).value


def tracking_of(campaign: Campaign, possible: bool) -> Tracking:
    """What is noted of what people do: as frozen, else as the message's form says now."""
    if campaign.message:
        return campaign.tracking
    return read_tracking(campaign.forms.get("message", {}), possible=possible)


def too_long_for(channel: Channel, message: Message, texts: Texts) -> str:
    """What the form could not know: the channel is chosen after it."""
    if channel is not Channel.SKYPE or (length := length_of(message)) <= SKYPE_LIMIT:
        return ""
    return texts(
        "The message is too long for Skype: {length} characters of {limit}. Please shorten it.",
        length=texts.number(length),
        limit=texts.number(SKYPE_LIMIT),
    )


def _read_message(campaign: Campaign, texts: Texts) -> Reading[Message]:
    return read_message({"name": campaign.name, **campaign.forms.get("message", {})}, texts)


def _audience(choice: AudienceChoice) -> Audience | None:
    if choice.everyone:
        return Audience(everyone=True)
    return Audience(lists=(choice.list,)) if choice.list else None


async def overview(turn: Turn, draft: Draft) -> tuple[Overview, list[Member]]:
    """What the cards show of a campaign, and the first of its recipients."""
    campaign, audience = draft.campaign, draft.audience
    reach: Reach | None = None
    name = ""
    members: list[Member] = []
    if audience:
        reach = await turn.store.reach(campaign.tenant, audience, campaign.channel)
        members = await turn.store.members(campaign.tenant, audience, campaign.channel, CHECKED)
        name = await _audience_name(turn, audience)
    example = next((member for member in members if member.reachable), Member(person=turn.person))
    sample = example.person
    return (
        Overview(
            message=draft.message,
            preview=filled(draft.message, sample, example.columns) if draft.message else None,
            sample=sample.name or sample.address or turn.texts("you"),
            audience_name=name,
            reach=reach,
            schedule=draft.schedule,
            starts_now=draft.starts_now,
            tracking=tracking_of(campaign, turn.house.links.tracked),
        ),
        members,
    )


async def columns_in(turn: Turn, draft: Draft, person: Person) -> Columns:
    """What the lists of the audience say about somebody, be they in it."""
    if draft.audience is None or draft.message is None or not draft.message.columns:
        return {}
    return (await turn.store.columns_of(draft.audience, [person.id])).get(person.id, {})


async def _audience_name(turn: Turn, audience: Audience) -> str:
    if audience.everyone:
        return turn.texts("Everyone who has installed Crieur")
    names = []
    for id in audience.lists:
        found = await turn.store.distribution_list(id)
        names.append(found.name if found else turn.texts("a list that is gone"))
    return turn.texts.enumerate(names)


async def outlook_of(turn: Turn, draft: Draft, reach: Reach | None) -> Outlook | None:
    """The forecast: how many messages, from when to when, how fast."""
    if draft.schedule is None or reach is None:
        return None
    times, asleep = OpenTimes(draft.schedule), 0
    if draft.schedule.own_zone and draft.audience:
        campaign = draft.campaign
        living = await turn.store.zones(campaign.tenant, draft.audience, campaign.channel)
        parts = [(times.of(zone).after(turn.now), count) for zone, count in living.items()]
        asleep = sum(count for hours, count in parts if not hours)
        seen = forecast_across(parts, turn.house.rate)
    else:
        seen = forecast(times.of("").after(turn.now), reach.reachable, turn.house.rate)
    return Outlook(
        messages=reach.reachable - asleep,
        asleep=asleep,
        first=seen.first,
        last=seen.last_expected,
        peak=seen.peak,
        fits=seen.fits,
        now=draft.starts_now and seen.first is not None and seen.first - turn.now < timedelta(minutes=1),
    )


def warnings_of(
    texts: Texts, draft: Draft, reach: Reach | None, outlook: Outlook | None, members: list[Member]
) -> list[str]:
    """What an author should know before scheduling, and may accept."""
    warnings = []
    if reach and not reach.reachable:
        warnings.append(texts("Nobody in this audience can be reached yet."))
    if outlook and not outlook.fits and outlook.last:
        warnings.append(
            texts(
                "{channel} does not allow that many messages in this time: the last would arrive on {moment}."
                " Make it longer, or some will not be sent.",
                channel=channel_name(draft.campaign.channel),
                moment=texts.moment(outlook.last),
            )
        )
    if outlook and outlook.asleep:
        warnings.append(
            texts.many(
                "Where {count} person lives, nobody works in this time: they would not receive it. Make it longer.",
                "Where {count} people live, nobody works in this time: they would not receive it. Make it longer.",
                outlook.asleep,
            )
        )
    if draft.message:
        nameless = without_value(draft.message, [member for member in members if member.reachable])
        if nameless:
            some = [escape_markdown(person.name or person.address) for person in nameless[:3]]
            warnings.append(
                texts.many(
                    "A variable has no value for {count} person: {some}. Give it a fallback: [FIRSTNAME|there].",
                    "A variable has no value for {count} people: {some}. Give it a fallback: [FIRSTNAME|there].",
                    len(nameless),
                    some=texts.enumerate(some) + (" …" if len(nameless) > 3 else ""),
                )
            )
    return warnings


def nobody_awake(texts: Texts, outlook: Outlook | None) -> tuple[tuple[str, str], ...]:
    if outlook is None or outlook.messages or not outlook.asleep:
        return ()
    return (("schedule", texts("Nowhere do its recipients work in this time. Make it longer, or change the hours.")),)


def empty_audience(texts: Texts, reach: Reach | None) -> tuple[tuple[str, str], ...]:
    return (("audience", texts("There is nobody in it.")),) if reach and not reach.total else ()


def frozen(draft: Draft, turn: Turn) -> Campaign:
    """The campaign with what its forms say made its own; a start of "now" becomes this instant."""
    assert draft.schedule is not None
    schedule = draft.schedule
    if draft.starts_now:
        schedule = replace(schedule, slot=replace(schedule.slot, start=turn.now))
    tracking = tracking_of(draft.campaign, turn.house.links.tracked)
    return replace(draft.campaign, message=draft.message, audience=draft.audience, schedule=schedule, tracking=tracking)

"""What comes of a draft: its overview, its forecast, what is in its way, and what its author should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from cards.compose.review import Forecast, Overview
from cards.kit.parts import full_name
from cards.kit.texts import language_of_person
from cards.kit.variables import escape_markdown, written
from cards.message.compile import filled, must_have, size_of, without_value
from cards.message.footer import footer_lines
from dialogs.compose.presence import presence_problem
from dialogs.core.drafts import Draft, footer_for, tracking_of
from dialogs.core.turn import Form, Turn
from dialogs.forms.fields import page_of
from dialogs.lists.audience import audience_name, lists_gone
from dialogs.lists.freshness import looked_at, problems_of_lists, read_lists
from dialogs.people.language import texts_of
from scheduler.planner import OpenTimes, rest_beside
from scheduler.precheck import week_of
from scheduler.rules.window import forecast
from scheduler.rules.zone_forecast import forecast_across
from storage.records import (
    ABTest,
    Member,
    Message,
    Person,
    Quiet,
    Reach,
    Schedule,
    Style,
    consideration_of,
    drawn_variant,
    in_language,
    variant_b,
)
from storage.records.step_forms import is_sequence
from storage.shared.policy import policy_of

CHECKED = 20_000  #: recipients looked at for missing values


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a draft's preview is looked at."""

    #: the place, by name, among the recipients who can be reached
    person: int = 0
    #: "" for the recipient's own
    language: str = ""


def view_of(form: Form) -> View:
    """What a card's button asks for."""
    return View(person=page_of({"page": form.get("person", 0)}), language=str(form.get("language") or ""))


async def reach_of(turn: Turn, draft: Draft) -> Reach | None:
    """How many people it is for, once that is chosen; lists from elsewhere are read again while it can change."""
    if draft.audience is None:
        return None
    campaign = draft.campaign
    if campaign.state.changeable:
        await looked_at(turn, await read_lists(turn, draft.audience))
    return await turn.store.reach(campaign.tenant, draft.audience, campaign.channel)


async def overview(turn: Turn, draft: Draft, view: View | None = None) -> Overview:
    """What the cards show of a campaign."""
    view = view or View()
    campaign, audience = draft.campaign, draft.audience
    reach = await reach_of(turn, draft)
    name = await audience_name(turn, audience) if audience else ""
    example, another = await _example(turn, draft, view.person)
    sample, message = example.person, draft.message
    language = _language_shown(message, sample, view) if message else ""
    other = variant_b(message, draft.ab_test) if message and draft.ab_test else None
    return Overview(
        message=message,
        preview=filled(in_language(message, language), sample, example.columns) if message else None,
        sample=full_name(sample) or turn.texts("you"),
        audience_name=name,
        reach=reach,
        schedule=draft.schedule,
        starts_now=draft.starts_now,
        follow_up=draft.follow_up,
        end=draft.end,
        ab_test=draft.ab_test,
        other=filled(in_language(other, language), sample, example.columns) if other else None,
        by_mail=draft.by_mail,
        topic=draft.topic,
        tracking=tracking_of(campaign, turn.services.links.tracked),
        person=view.person,
        another=another,
        language=language,
        languages=(message.language, *sorted(message.versions)) if message and message.versions else (),
        size=size_of(message) if message else 0,
        footer=footer_lines(texts_of(sample), await footer_for(turn, draft), message) if message else (),
    )


def _language_shown(message: Message, person: Person, view: View) -> str:
    """The language of the preview: the one that was asked for, or else the recipient's."""
    if view.language in (message.language, *message.versions):
        return view.language
    own = language_of_person(person)
    return own if own in message.versions else message.language


async def _example(turn: Turn, draft: Draft, place: int) -> tuple[Member, bool]:
    """A real recipient, for whom the preview is drawn, and whether there is one after them; the author for none."""
    campaign = draft.campaign
    if draft.audience and draft.names_people:
        where = (campaign.tenant, draft.audience, campaign.channel)
        members = await turn.store.members(*where, 2, place, reachable=True, by_name=False)
        if members:
            return members[0], len(members) > 1
    return Member(person=turn.person), False


async def problems_of(
    turn: Turn, draft: Draft, reach: Reach | None, forecast: Forecast | None
) -> tuple[tuple[str, str], ...]:
    """What keeps a draft from being scheduled: (step, what is wrong)."""
    problems = [*draft.problems]
    if draft.audience and await lists_gone(turn, draft.audience):
        problems.append(("audience", turn.texts("A list that it names is gone. Please choose again.")))
    if draft.audience:
        unread, _ = await problems_of_lists(turn, draft.audience)
        problems += [("audience", text) for text in unread]
        joins = is_sequence(draft.campaign.forms)
        if reach and not reach.total and not joins and not await read_lists(turn, draft.audience):
            problems.append(("audience", turn.texts("There is nobody in it.")))
    keep = (await policy_of(turn.store, draft.campaign.tenant)).keep_days if draft.end else None
    if draft.end and draft.schedule and keep and draft.end.at > draft.schedule.slot.end + timedelta(days=keep):
        late = turn.texts.many(
            "Its end is too late: who has received it is known here for {count} day, and not then.",
            "Its end is too late: who has received it is known here for {count} days, and not then.",
            keep,
        )
        problems.append(("schedule", late))
    if forecast and forecast.asleep and not forecast.messages:
        nobody = turn.texts("Nowhere do its recipients work in this time. Make it longer, or change the hours.")
        problems.append(("schedule", nobody))
    return (*problems, *await presence_problem(turn, draft.campaign.channel, draft.schedule))


async def forecast_of(turn: Turn, draft: Draft, reach: Reach | None) -> Forecast | None:
    """The forecast: how many messages, from when to when, how fast."""
    if draft.schedule is None or reach is None or is_sequence(draft.campaign.forms):
        return None
    times, asleep = OpenTimes(draft.schedule), 0
    spared = await _spared(turn, draft, times)
    if draft.schedule.own_zone and draft.audience:
        campaign = draft.campaign
        living = await turn.store.zones(campaign.tenant, draft.audience, campaign.channel)
        parts = [(times.of(zone).after(turn.now), count) for zone, count in living.items()]
        asleep = sum(count for hours, count in parts if not hours)
        ends = [hours.end for hours, _ in parts if hours]
        seen = forecast_across(parts, turn.services.rate)
    else:
        hours = times.of("").after(turn.now)
        ends = [hours.end] if hours else []
        seen = forecast(hours, max(0, reach.reachable - spared.total), turn.services.rate)
    return Forecast(
        messages=max(0, reach.reachable - asleep - spared.total),
        asleep=asleep,
        first=seen.first,
        last=seen.last_expected,
        closes=max(ends, default=None) if seen.fits else None,
        peak=seen.peak,
        fits=seen.fits,
        now=draft.starts_now and seen.first is not None and seen.first - turn.now < timedelta(minutes=1),
        muted=spared.muted,
        left=spared.left,
        quiet=spared.quiet,
        enough=spared.enough,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spared:
    """How many of those who can be reached get nothing, each counted for the first reason that there is."""

    muted: int = 0
    left: int = 0
    quiet: int = 0
    enough: int = 0

    @property
    def total(self) -> int:
        return self.muted + self.left + self.quiet + self.enough


async def _spared(turn: Turn, draft: Draft, times: OpenTimes) -> _Spared:
    """They have muted, left its topic, have quiet hours all the time, or have had enough in that week."""
    if draft.audience is None or draft.message is None or draft.schedule is None:
        return _Spared()
    store, campaign = turn.store, draft.campaign
    rules = campaign.frozen.consideration if campaign.frozen else None
    rules = rules or consideration_of(await policy_of(store, campaign.tenant), draft.message, None)
    mutes, left, hushed = set[int](), set[int](), set[int]()
    if not rules.past_mute:
        mutes = set(await store.muted_people(campaign.tenant))
        if draft.topic is not None and not draft.topic.mandatory:
            left = set(await store.people_without_topic(campaign.tenant, draft.topic.number)) - mutes
    if draft.message.style is not Style.IMPORTANT:
        for (zone, hours), people in (await store.quiet_people(campaign.tenant)).items():
            if times.of(zone).after(turn.now) and not times.beside(hours, zone).after(turn.now):
                hushed |= set(people)
            elif draft.ab_test is not None:
                hushed |= _hushed_after_the_choice(turn, draft, draft.ab_test, draft.schedule, hours, zone, people)
        hushed -= mutes | left
    week = week_of(max(turn.now, draft.schedule.slot.start))
    full = set(await store.had_enough(week, rules.per_week)) if rules.per_week else set[int]()
    full -= mutes | left | hushed
    if not (mutes or left or hushed or full):
        return _Spared()
    reachable, _ = await store.recipients(campaign.tenant, draft.audience, campaign.channel)
    counts = (sum(person in some for person in reachable) for some in (mutes, left, hushed, full))
    return _Spared(**dict(zip(("muted", "left", "quiet", "enough"), counts, strict=True)))


def _hushed_after_the_choice(
    turn: Turn, draft: Draft, test: ABTest, schedule: Schedule, quiet: Quiet, zone: str, people: Sequence[int]
) -> set[int]:
    """Those of the rest of an A/B test who have quiet hours in all that is left after the choice."""
    if rest_beside(schedule, test, quiet, zone).after(turn.now):
        return set()
    id = draft.campaign.changes_of or draft.campaign.id
    return {person for person in people if drawn_variant(id, person, test.share) is None}


async def needs_approval(turn: Turn, reach: Reach | None) -> bool:
    """``reach``: None as long as nobody has chosen an audience, which needs it where every campaign does."""
    above = (await policy_of(turn.store, turn.person.tenant)).approve_above
    return above is not None and (reach.total > above if reach else above == 0)


async def warnings_of(turn: Turn, draft: Draft, reach: Reach | None, forecast: Forecast | None) -> list[str]:
    """What an author should know before scheduling, and may accept."""
    texts = turn.texts
    _, warnings = await problems_of_lists(turn, draft.audience) if draft.audience else ([], [])
    if reach and not reach.reachable and not is_sequence(draft.campaign.forms):
        warnings.append(texts("Nobody in this audience can be reached yet."))
    if forecast and forecast.first and not forecast.fits:
        warnings.append(_too_many(turn, draft, forecast))
    if forecast and forecast.asleep:
        warnings.append(
            texts.many(
                "Where {count} person lives, nobody works in this time: they would not receive it. Make it longer.",
                "Where {count} people live, nobody works in this time: they would not receive it. Make it longer.",
                forecast.asleep,
            )
        )
    return [*warnings, *await _gaps(turn, draft)]


def _too_many(turn: Turn, draft: Draft, forecast: Forecast) -> str:
    """More than the rate lets through; on the clock that the schedule is read by."""
    texts, channel = turn.texts, draft.campaign.channel.traits.name
    if forecast.last is None:
        return texts(
            "{channel} does not allow that many messages in this time, nor in a year of such days."
            " Make the working hours longer, or some will not be sent.",
            channel=channel,
        )
    return texts(
        "{channel} does not allow that many messages in this time: the last would arrive on {moment}."
        " Make it longer, or some will not be sent.",
        channel=channel,
        moment=texts.moment(forecast.last, ZoneInfo(draft.schedule.zone) if draft.schedule else None),
    )


async def _gaps(turn: Turn, draft: Draft) -> list[str]:
    """Recipients who would read a gap: a variable has neither a value for them nor a fallback."""
    if draft.message is None or draft.audience is None or not draft.names_people:
        return []
    if not (needed := must_have(draft.message)):
        return []
    campaign, texts = draft.campaign, turn.texts
    where = (campaign.tenant, draft.audience, campaign.channel)
    members = await turn.store.members(*where, CHECKED, reachable=True, by_name=False)
    warnings = []
    for name in sorted(needed):
        missing = without_value(name, members)
        if missing:
            shown, some = written(name, texts.language), [escape_markdown(full_name(person)) for person in missing[:3]]
            warnings.append(
                texts.many(
                    "[{name}] has no value for {count} person: {some}. Give it a fallback: [{name}|…].",
                    "[{name}] has no value for {count} people: {some}. Give it a fallback: [{name}|…].",
                    len(missing),
                    name=shown,
                    some=texts.enumerate(some) + (" …" if len(missing) > 3 else ""),
                )
            )
    return warnings

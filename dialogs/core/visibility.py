"""The only way of a conversation to a campaign, a list or a template: loaded for the person who asks.

What a form says is a wish. A number in it is looked up here, and what the person may not see is answered as what is
not there (storage/records/rights.py has the rule). No other module of ``dialogs`` asks the store for these records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cards.kit.conversation import notice_card
from cards.kit.parts import handle
from cards.kit.variables import escape_markdown
from cards.lists.conditions import meaning_text
from dialogs.core.card_values import number_in
from dialogs.core.turn import Answer, Aside, Form, Services, Turn
from storage.records import (
    Audience,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    DistributionList,
    ListId,
    Schedule,
    Template,
    TemplateId,
)
from storage.records.rights import Record, Right, allowed, may_target, sees_all
from storage.records.step_forms import with_step
from storage.shared.segments import Named, held_by, is_sound, lists_behind_all, segments_about
from storage.shared.segments import campaigns_of as campaigns_named

LOOKED_AT = 50  #: campaigns at a time that are looked through
SEARCHED = 200  #: newest campaigns that are looked at for those that name a list


def may_do(turn: Turn, right: Right, record: Record) -> bool:
    return allowed(right, turn.role, turn.person, record)


# --- campaigns --------------------------------------------------------------------------------


async def campaign_of(turn: Turn, id: int, right: Right = Right.SEE) -> Campaign | None:
    """The campaign of this number as it is now; None when it is gone, or not theirs."""
    campaign = await turn.store.campaign(CampaignId(id)) if id else None
    return campaign if campaign is not None and may_do(turn, right, campaign) else None


async def is_known(turn: Turn, id: int) -> bool:
    """Whether there is a campaign of this number, whoever may see it."""
    return await turn.store.campaign(CampaignId(id)) is not None


async def asked_for(turn: Turn, form: Form, right: Right = Right.SEE) -> Campaign:
    """The campaign that a card names, as it is now. Raises Aside when it is gone or not theirs."""
    campaign = await campaign_of(turn, number_in(form, "campaign"))
    if campaign is None:
        raise Aside(Answer(card=notice_card(turn.texts, campaign_gone(turn), "warning")))
    return demand(turn, right, with_step(campaign, number_in(form, "part")))


def campaign_gone(turn: Turn) -> str:
    return turn.texts("This campaign no longer exists.")


def demand(turn: Turn, right: Right, campaign: Campaign) -> Campaign:
    """The campaign, if this person has the right on it. Raises Aside."""
    if may_do(turn, right, campaign):
        return campaign
    text = turn.texts("You can look at this campaign; only its author, or the owner of Crieur, can change it.")
    card = notice_card(turn.texts, text, "warning", back=("campaign.open", handle(campaign)))
    raise Aside(Answer(card=card))


async def campaigns_of(turn: Turn, limit: int, offset: int = 0, find: str = "") -> list[Campaign]:
    """Those that they may see, newest first; with ``find``, those that have it in their name."""
    only = None if sees_all(turn.role) else turn.person.id
    return await turn.store.campaigns(turn.person.tenant, limit, offset, find, only)


async def count_campaigns(turn: Turn, find: str = "") -> int:
    only = None if sees_all(turn.role) else turn.person.id
    return await turn.store.count_campaigns(turn.person.tenant, find, only)


async def own_campaigns(turn: Turn, limit: int) -> list[Campaign]:
    """Their own, among the newest that they wrote or that are shared with them."""
    some = await turn.store.campaigns(turn.person.tenant, limit, 0, "", turn.person.id)
    return [campaign for campaign in some if campaign.author == turn.person.id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What is told of a campaign that goes out: to whoever may not see it, only when, and to how many."""

    id: CampaignId
    #: None where it is not theirs to see
    campaign: Campaign | None
    running: bool
    channel: Channel
    audience: Audience
    schedule: Schedule


async def coming(turn: Turn) -> list[Coming]:
    """The organisation's campaigns that are scheduled, or on their way, in the order in which they start."""
    found = [
        Coming(
            id=campaign.id,
            campaign=campaign if may_do(turn, Right.SEE, campaign) else None,
            running=campaign.planned_at is not None,
            channel=campaign.channel,
            audience=campaign.frozen.audience,
            schedule=_from_the_next(campaign, campaign.frozen.schedule),
        )
        for state in (CampaignState.RUNNING, CampaignState.SCHEDULED)
        for campaign in await turn.store.in_state(state)
        if campaign.tenant == turn.person.tenant
        and campaign.frozen is not None
        and not _is_paused(campaign)
        and not campaign.is_sequence  # nobody knows who joins
    ]
    return sorted(found, key=lambda one: (one.schedule.slot.start, one.id))


async def followed(turn: Turn, before: datetime) -> list[Campaign]:
    """The campaigns that they may see of which something may follow before an instant: an end, a reminder, a step."""
    store = turn.store
    found = [
        *await store.in_state(CampaignState.SCHEDULED),
        *await store.in_state(CampaignState.RUNNING),
        *await store.due_recalls(before),
        *await store.due_sequels(before),
    ]
    once = {one.id: one for one in found if one.tenant == turn.person.tenant and not _is_paused(one)}
    return [one for one in once.values() if may_do(turn, Right.SEE, one)]


def _from_the_next(campaign: Campaign, schedule: Schedule) -> Schedule:
    """A series, from the occurrence that comes next."""
    if not campaign.is_series or campaign.sequels is None or campaign.sequels.next_at is None:
        return schedule
    return replace(schedule, slot=replace(schedule.slot, start=campaign.sequels.next_at))


def _is_paused(campaign: Campaign) -> bool:
    return campaign.sequels is not None and campaign.sequels.paused


async def sent_before(turn: Turn, campaign: Campaign, limit: int) -> list[Campaign]:
    """What its author has sent on its channel beside it, newest first, as far as this person may see it."""
    last = await turn.store.last_done(campaign.author, campaign.channel, limit + 1)
    others = [other for other in last if other.id != campaign.id and may_do(turn, Right.SEE, other)]
    return others[:limit]


async def occurrences_of(turn: Turn, series: Campaign, limit: int) -> list[Campaign]:
    """What has been made of a series that they see, newest first, as far as they may see it."""
    made = await turn.store.sequels(series.id, limit)
    return [one for one in made if may_do(turn, Right.SEE, one)]


async def ended_like(turn: Turn, campaign: Campaign, limit: int) -> list[Campaign]:
    """The organisation's last campaigns of its style and channel that have ended, newest first: for medians of them,
    which tell nothing of any one. Looked for among the newest.
    """
    style, alike = campaign.as_scheduled.message.style, list[Campaign]()
    for offset in range(0, SEARCHED, LOOKED_AT):
        newest = await turn.store.campaigns(turn.person.tenant, LOOKED_AT, offset)
        alike += [
            one
            for one in newest
            if one.state is CampaignState.DONE
            and one.channel is campaign.channel
            and one.as_scheduled.message.style is style
            and one.id != campaign.id
        ]
        if len(alike) >= limit or len(newest) < LOOKED_AT:
            break
    return alike[:limit]


async def received_campaign(turn: Turn, form: Form) -> Campaign | None:
    """The campaign whose message somebody holds, whatever their role: None unless it was planned for them.

    ``test`` in the form says that it was a test send, which the caller checks.
    """
    id = CampaignId(number_in(form, "campaign"))
    campaign = await turn.store.campaign(id) if id else None
    if campaign is None or campaign.tenant != turn.person.tenant:
        return None
    if form.get("test") or not campaign.keeps_people:  # of one that is forgotten, nobody knows whom it was sent to
        return campaign
    return campaign if await turn.store.delivery_state(id, turn.person.id) is not None else None


async def linked_campaign(services: Services, id: CampaignId) -> Campaign | None:
    """The campaign that a tracked link names; our signature on the link is what lets it in."""
    return await services.store.campaign(id)


# --- lists ------------------------------------------------------------------------------------


async def list_of(turn: Turn, id: int | None, right: Right = Right.SEE) -> DistributionList | None:
    one = await turn.store.distribution_list(ListId(id)) if id else None
    return one if one is not None and may_do(turn, right, one) else None


async def lists_of(turn: Turn, right: Right = Right.SEE) -> list[DistributionList]:
    """The lists that are theirs to send to, or to change, by name."""
    return [one for one in await turn.store.lists(turn.person.tenant) if may_do(turn, right, one)]


async def names_of_lists(turn: Turn, *, but: int | None = None) -> set[str]:
    """In lower case, of those that they may see: what others call theirs says nothing here."""
    return {one.name.casefold() for one in await lists_of(turn) if one.id != but}


async def lists_in(turn: Turn, audience: Audience) -> list[DistributionList | None]:
    """Those that an audience names, None for one that is gone. Of an audience that was judged (``may_see_people``)."""
    lists = [await turn.store.distribution_list(id) for id in audience.named]
    return [one if one is not None and one.tenant == turn.person.tenant else None for one in lists]


async def lists_behind(turn: Turn, audience: Audience) -> list[DistributionList]:
    """Those that an audience names and that its segments are made of, as far as they are there. Of an audience that

    was judged.
    """
    known = await lists_behind_all(turn.store, audience)
    return [one for one in known.values() if one.tenant == turn.person.tenant]


async def may_see_people(turn: Turn, audience: Audience) -> bool:
    """Whether all that an audience names is there, and theirs: its lists, *everyone*."""
    if not may_target(turn.role, audience, await lists_in(turn, audience), turn.person):
        return False
    if sees_all(turn.role):
        return True
    known = await lists_behind_all(turn.store, Audience(lists=audience.named))
    theirs = [one for one in known.values() if one.owner == turn.person.id]
    return all([await _may_see_parts(turn, one, known) for one in theirs])


async def _may_see_parts(turn: Turn, one: DistributionList, known: Mapping[ListId, DistributionList]) -> bool:
    """Whether what an author's own segment is made of is theirs still: another's was shared with them as it is."""
    if one.segment is None:
        return True
    parts = [known.get(id) for id in one.segment.named]
    campaigns = [await campaign_of(turn, id) for id in campaigns_named([one.segment])]
    return may_target(turn.role, one.segment, parts, turn.person) and None not in campaigns


async def named_in(turn: Turn, audience: Audience) -> Named:
    """What a segment that this person writes names, as far as it is there and theirs."""
    lists = {one.id: one for one in await lists_behind(turn, audience)}
    shown = {id: one for id, one in lists.items() if id not in audience.named or may_do(turn, Right.SEE, one)}
    asked = campaigns_named([audience, *(one.segment for one in lists.values())])
    own = campaigns_named([audience])
    campaigns = {}
    for id in asked:
        campaign = await (campaign_of(turn, id) if id in own else turn.store.campaign(id))
        if campaign is not None and campaign.tenant == turn.person.tenant:
            campaigns[id] = campaign
    return Named(turn.person.tenant, shown, campaigns)


async def broken_segments(turn: Turn, audience: Audience) -> list[DistributionList]:
    """Those that an audience names of which a line cannot stand: they would mean nobody. Of one that was judged."""
    behind = {one.id: one for one in await lists_behind(turn, audience)}
    asked = campaigns_named([one.segment for one in behind.values()])
    campaigns = {id: one for id in asked if (one := await turn.store.campaign(id)) and one.tenant == turn.person.tenant}
    named = Named(turn.person.tenant, behind, campaigns)
    known = (behind.get(id) for id in audience.named)
    return [one for one in known if one and one.segment is not None and not is_sound(one.segment, named)]


async def is_asked_about(turn: Turn, campaign: Campaign) -> bool:
    """Whether a campaign that has not ended goes by what people did with this one, be it another's."""
    asking = segments_about(campaign.id, await turn.store.lists(campaign.tenant))
    newest = await turn.store.campaigns(campaign.tenant, SEARCHED) if asking else []
    return any(is_using(one) and asking & set(one.as_scheduled.audience.named) for one in newest)


async def meaning_of(turn: Turn, one: DistributionList) -> str:
    """Out of whom a segment is made, and what holds for them, in words; "" of any other list."""
    if one.segment is None:
        return ""
    named, texts = await named_in(turn, one.segment), turn.texts
    names = [texts("everyone who has installed Crieur")] if one.segment.everyone else []
    for id in one.segment.lists:
        part = named.lists.get(id)
        names.append(escape_markdown(part.name) if part else texts("a list that is gone, or not yours to see"))
    sources = texts.enumerate(names)
    return meaning_text(texts, sources[:1].upper() + sources[1:], one.segment.only, named.campaigns)


async def segments_of(turn: Turn) -> list[DistributionList]:
    return [one for one in await lists_of(turn) if one.segment is not None]


async def is_there(turn: Turn, id: ListId) -> bool:
    """Whether a list of this number, which this turn has made or read, has been saved."""
    return await turn.store.distribution_list(id) is not None


async def campaigns_naming(turn: Turn, named: DistributionList) -> tuple[list[Campaign], int]:
    """Of the newest campaigns, those that name this list: (those that they may see, how many others hold it fast)."""
    newest = await turn.store.campaigns(turn.person.tenant, SEARCHED)
    holding = held_by(named.id, await turn.store.lists(turn.person.tenant))
    naming = [campaign for campaign in newest if any(_names(campaign, id) for id in holding)]
    seen = [campaign for campaign in naming if may_do(turn, Right.SEE, campaign)]
    return seen, sum(1 for campaign in naming if campaign not in seen and is_using(campaign))


def is_using(campaign: Campaign) -> bool:
    """Whether a list that the campaign names cannot go."""
    return campaign.state in (CampaignState.SCHEDULED, CampaignState.RUNNING)


def _names(campaign: Campaign, id: ListId) -> bool:
    if campaign.frozen:
        return id in campaign.frozen.audience.named
    values = campaign.forms.get("audience", {})
    return any(f"list:{id}" in values.get(field, "").split(",") for field in ("audience", "except"))


# --- templates --------------------------------------------------------------------------------


async def template_of(turn: Turn, id: int) -> Template | None:
    template = await turn.store.template(TemplateId(id)) if id else None
    return template if template is not None and may_do(turn, Right.SEE, template) else None


async def templates_of(turn: Turn, limit: int, offset: int = 0, find: str = "") -> list[Template]:
    """Those that they may begin with, by name; with ``find``, those that have it in their name."""
    return await turn.store.templates(turn.person.tenant, turn.person.id, limit, offset, find)


async def count_templates(turn: Turn, find: str = "") -> int:
    return await turn.store.count_templates(turn.person.tenant, turn.person.id, find)


async def makers(turn: Turn, records: Iterable[Campaign]) -> dict[CampaignId, str]:
    """The author of each of these campaigns that is not the reader's own; by name, else by address."""
    names: dict[CampaignId, str] = {}
    for campaign in records:
        if campaign.author != turn.person.id:
            author = await turn.store.person(campaign.author)
            names[campaign.id] = (author.name or author.address) if author else turn.texts("somebody")
    return names

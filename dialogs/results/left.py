"""Who has not: the people whom a campaign has not reached, or who have not done something; and a draft to them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from cards.results.figures import Figures
from cards.results.left import Group, PeopleLeft, left_card, people_left_card
from cards.results.segments import sources_of
from dialogs.campaigns.copies import draft_to
from dialogs.core.figures import count_left, figures_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for
from dialogs.results.reports import has_forgotten, report_answer
from storage.records import Campaign, DeliveryState, Left
from storage.records.segments import KIND_OF_ACT, Act, Did, How
from storage.records.segments import Group as SegmentGroup
from storage.shared.json import to_json

router = Router()

PEOPLE = 10  #: of a page
TRAIL = 50  #: pages that one can leaf back
ACTS = {kind: act for act, kind in KIND_OF_ACT.items()}
#: in these it has certainly not arrived, and nobody has asked to be spared it, nor had enough for a week
WRITTEN_TO = (DeliveryState.UNREACHABLE, DeliveryState.ABSENT, DeliveryState.EXPIRED, DeliveryState.FAILED)


def tells_who(campaign: Campaign) -> bool:
    """Results are the campaign's: who may see it may see them by name (decision 041). In an anonymous one nobody."""
    return campaign.started_at is not None and campaign.keeps_people and not campaign.anonymous


async def _group(turn: Turn, figures: Figures, left: Left) -> Group:
    count = await count_left(turn.store, figures, left)
    if figures.campaign.finished_at is None:
        return Group(left, count, 0)
    states = figures.tally.states
    return Group(left, count, count if left.kind else sum(states.get(state, 0) for state in WRITTEN_TO))


def groups_of(figures: Figures) -> list[Left]:
    """What people can have left undone with this message."""
    return [left for left in Left if left.kind is None or figures.counts(left.kind)]


@router.form("remind.open")
async def open_left(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    return await _untold(turn, campaign) or await _groups(turn, campaign)


async def _untold(turn: Turn, campaign: Campaign) -> Answer | None:
    """The answer where nothing is told of single people."""
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    return None if tells_who(campaign) else await report_answer(turn, campaign)


async def _groups(turn: Turn, campaign: Campaign) -> Answer:
    figures = await figures_of(turn.store, campaign)
    groups = [await _group(turn, figures, left) for left in groups_of(figures)]
    return Answer(card=left_card(turn.texts, figures, groups))


@router.form("left.see")
async def see_left(turn: Turn, form: Form) -> Answer:
    """A page of one group, by name."""
    campaign, named = await asked_for(turn, form), form.get("left")
    if untold := await _untold(turn, campaign):
        return untold
    if named not in list(Left):
        return await _groups(turn, campaign)
    left, trail = Left(str(named)), read_trail(form.get("trail"))
    people = await turn.store.results(campaign.id, trail[-1], PEOPLE + 1, left)
    group = await _group(turn, await figures_of(turn.store, campaign), left)
    more, segment = len(people) > PEOPLE, _as_segment(campaign, left)
    view = PeopleLeft(group=group, people=people[:PEOPLE], trail=trail, more=more, segment=segment)
    return Answer(card=people_left_card(turn.texts, campaign, view))


def _as_segment(campaign: Campaign, left: Left) -> dict[str, str]:
    """People like these, whoever they are by then: of those who were written to, who have not."""
    received = Did(campaign=campaign.id, act=Act.RECEIVED)
    has_not = Did(campaign=campaign.id, act=ACTS[left.kind]) if left.kind else received
    none = SegmentGroup(how=How.NONE, parts=(has_not,))
    rule = SegmentGroup(how=How.ALL, parts=(received, none) if left.kind else (none,))
    return {"rule": to_json(rule), "of": sources_of(campaign)}


def read_trail(value: object) -> list[int]:
    """After which PersonIds the pages up to this one begin; the first begins after 0."""
    words = value.split(",")[-TRAIL:] if isinstance(value, str) else []
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19] or [0]


@router.form("remind.make")
async def write_to_them(turn: Turn, form: Form) -> Answer:
    """A list of the people who are left, and a draft of the same message to them."""
    campaign, named = await asked_for(turn, form), form.get("kind")
    if untold := await _untold(turn, campaign):
        return untold
    if named not in list(Left):
        return await report_answer(turn, campaign)
    left = Left(str(named))
    people = await _to_write_to(turn, campaign, left)
    if not people:
        return await _groups(turn, campaign)
    return await draft_to(turn, campaign, people, _name_of_draft(turn, campaign, left))


async def _to_write_to(turn: Turn, campaign: Campaign, left: Left) -> Sequence[int]:
    if left.kind is not None:
        return await turn.store.people_without(campaign.id, left.kind)
    if not campaign.finished_at:  # who installs the bot in time gets it yet
        return ()
    people = array("q")
    for state in WRITTEN_TO:
        people.extend(await turn.store.people_in_state(campaign.id, state))
    return people


def _name_of_draft(turn: Turn, campaign: Campaign, left: Left) -> str:
    texts = turn.texts
    match left:
        case Left.REACHED:
            return texts("{name} – not reached", name=campaign.name)
        case Left.OPENED:
            return texts("{name} – not opened", name=campaign.name)
        case Left.CLICKED:
            return texts("{name} – not clicked", name=campaign.name)
        case Left.ACKNOWLEDGED:
            return texts("{name} – not confirmed", name=campaign.name)
        case Left.ANSWERED:
            return texts("{name} – not answered", name=campaign.name)

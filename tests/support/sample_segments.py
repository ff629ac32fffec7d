"""The cards of segments, as on a good day."""

from __future__ import annotations

from dataclasses import replace

from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from cards.lists.conditions import meaning_text, wrong_text
from cards.lists.listing import ListView, list_card
from cards.lists.segments import SegmentView, kinds_form, line_form, segment_form
from storage.records import Audience, CampaignId, CampaignState, Channel, DistributionList, Member, Reach
from storage.records.segments import Act, ColumnIs, Did, Fact, FactIs, Group, How, Part, ReceivedLately, Wrong
from tests.support.sample_records import LISTS, campaign, person

NAMES = {"en": "Paris, not confirmed", "fr": "Paris, non confirmé"}
VALUES = {"en": ("Sales", "Marketing"), "fr": ("Ventes", "Marketing")}
STATE = {"segment": 0, "rule": "{}"}


def a_rule(language: str) -> Group:
    confirmed = Did(campaign=CampaignId(7), act=Act.CONFIRMED)
    parts: list[Part] = [
        FactIs(fact=Fact.DEPARTMENT, values=VALUES[language]),
        FactIs(fact=Fact.CITY, values=("Paris",)),
        Group(how=How.NONE, parts=(confirmed,)),
        Group(how=How.NONE, parts=(ReceivedLately(days=7),)),
    ]
    return Group(how=How.ALL, parts=tuple(parts))


def segment_view(texts: Texts, language: str) -> SegmentView:
    everyone = texts("Everyone who has installed Crieur")
    done = replace(campaign(language, CampaignState.DONE), id=CampaignId(7))
    return SegmentView(
        id=0,
        name=NAMES[language],
        of="everyone",
        rule=a_rule(language),
        sources=[("everyone", everyone), *((f"list:{number}", name) for number, name in enumerate(LISTS[language], 1))],
        campaigns={CampaignId(7): done},
        reach=Reach(total=812, reachable=790),
        state=STATE,
        changeable=range(4),
    )


def segment_cards(texts: Texts, language: str, labs: DistributionList) -> dict[str, AdaptiveCard]:
    view = segment_view(texts, language)
    none = replace(view, rule=Group(how=How.ALL, parts=()), name="")
    errors = {"name": texts("Please give the segment a name."), "rule": wrong_text(texts, Wrong.EMPTY)}
    gone = replace(
        view,
        id=3,
        rule=Group(how=How.ANY, parts=(ColumnIs(column="SITE", values=("Lyon",)), *view.rule.parts[2:3])),
        reach=None,
        wrong={0: wrong_text(texts, Wrong.COLUMN_GONE), 1: wrong_text(texts, Wrong.CAMPAIGN_GONE)},
        campaigns={},
        changeable={0},
    )
    done = view.campaigns[CampaignId(7)]
    value_missing = {"value": wrong_text(texts, Wrong.NO_VALUE)}
    segment = replace(labs, name=NAMES[language], segment=Audience(everyone=True, only=view.rule), columns=())
    shown = ListView(
        distribution_list=segment,
        owner=None,
        channel=Channel.TEAMS,
        reach=Reach(total=812, reachable=790),
        other=None,
        why={},
        people=[Member(person=person(number)) for number in range(3)],
        page=0,
        more=True,
        meaning=meaning_text(texts, texts("Everyone who has installed Crieur"), view.rule, view.campaigns),
    )
    return {
        "segment": segment_form(texts, view),
        "segment_new": segment_form(texts, replace(none, reach=Reach(total=1204, reachable=1204))),
        "segment_errors": segment_form(texts, replace(none, errors=errors, reach=None)),
        "segment_gone": segment_form(texts, gone),
        "segment_list": list_card(texts, shown),
        "segment_add": kinds_form(texts, ["SITE", "FLOOR"], STATE),
        "segment_value": line_form(texts, Fact.DEPARTMENT, {"value": ", ".join(VALUES[language])}, {}, STATE),
        "segment_changed": line_form(
            texts, Fact.DEPARTMENT, {"value": ", ".join(VALUES[language])}, {}, STATE, place=0
        ),
        "segment_value_error": line_form(texts, "column:SITE", {"is": "has"}, value_missing, STATE),
        "segment_language": line_form(texts, Fact.LANGUAGE, {}, {}, STATE),
        "segment_campaign": line_form(texts, "did", {}, {}, STATE, [done]),
        "segment_did": line_form(texts, "did", {"campaign": "7"}, {}, STATE, [done]),
        "segment_lately": line_form(texts, "lately", {}, {}, STATE),
        "segment_installed": line_form(texts, "installed", {}, {}, STATE),
    }

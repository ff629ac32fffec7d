"""Every card that Crieur shows, on good days and on bad ones, in both languages."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import cards
import cards.message.compile
from cards.campaigns.approval import approval_card, decided_card, held_card
from cards.campaigns.calendar import CalendarDay, CalendarEntry, calendar_card
from cards.campaigns.deleting import delete_card, recall_card
from cards.campaigns.listing import campaigns_card, information_card, people_card
from cards.campaigns.sequence import sequence_card
from cards.campaigns.series import missed_card, series_card
from cards.campaigns.sharing import sharing_form
from cards.campaigns.templates import (
    keep_form,
    template_card,
    template_delete_card,
    template_settings_form,
    templates_card,
)
from cards.campaigns.try_it import try_it_form
from cards.compose import STEPS, Choices, audience_form, message_form, schedule_form, version_form
from cards.compose.fields import TITLE
from cards.compose.help import question_help_card, step_help_card
from cards.compose.offers import picture_card, text_card
from cards.compose.review import Forecast, review_card
from cards.compose.sequels.end_form import end_form
from cards.compose.sequels.follow_form import follow_form
from cards.compose.sequels.mail_form import mail_form
from cards.compose.sequels.repeat_form import repeat_form
from cards.compose.sequels.steps_form import steps_form
from cards.compose.variants.ab_form import ab_form
from cards.kit.conversation import greeting_card, help_card, notice_card, suggestion_card
from cards.kit.elements import AdaptiveCard, as_dict
from cards.kit.parts import TITLE as ON_A_BUTTON
from cards.kit.texts import SPOKEN, Texts
from cards.kit.zones import offered_zones
from cards.lists.conditions import wrong_text
from cards.lists.imports import LINES, SAMPLE, Summary, import_card
from cards.lists.installs import install_card, install_form
from cards.lists.listing import (
    ListLine,
    ListView,
    list_card,
    list_delete_card,
    list_people_form,
    list_settings_form,
    lists_card,
)
from cards.lists.reading import (
    AddressColumn,
    Mistake,
    Note,
    NoteKind,
    Question,
    Reading,
    SheetWithPeople,
    WrongLine,
)
from cards.lists.readings import column_card, hidden_card, sheet_card
from cards.lists.segments import kinds_form, line_form, segment_form
from cards.lists.sources import Groups, group_form, unread_card
from cards.message.compile import Done, message_card
from cards.people.house import house_form
from cards.people.others import changed_by_another_card
from cards.people.quiet import topic_form, topics_card
from cards.people.roles import groups_card, role_given_card, roles_card
from cards.people.settings import own_settings_card, rules_form
from cards.results.comparing.compare import compare_card
from cards.results.comparing.variants import choosing_card
from cards.results.ending.closed import closed_lines
from cards.results.exports import (
    audit_export_card,
    declined_card,
    download_card,
    export_card,
    interrupted_card,
    making_card,
    refused_card,
    trouble_card,
    uploaded_card,
)
from cards.results.left import Group, PeopleLeft, left_card, people_left_card
from cards.results.live import live_card, moved_card
from cards.results.outcomes import COLORS
from cards.results.replies import replies_card
from cards.results.report import report_card
from cards.results.segments import MOST as SEGMENTS
from cards.results.segments import Segment, SegmentKind, segments_card
from dialogs.campaigns.listing import PAGE, PEOPLE
from dialogs.campaigns.templates import PAGE as TEMPLATES
from dialogs.forms.buttons import BUTTON
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import FIELDS
from dialogs.lists.audience import SHOWN
from dialogs.lists.imports.flow import OFFERED
from dialogs.lists.listing import AUTHORS
from dialogs.results.left import PEOPLE as LEFT_PEOPLE
from dialogs.routers import everything
from storage.records import (
    AtEnd,
    Audience,
    Button,
    ButtonKind,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Contact,
    DeedKind,
    DeliveryState,
    DistributionList,
    End,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Every,
    GroupRole,
    Halt,
    Held,
    Installation,
    InstallationId,
    Left,
    ListId,
    ListProblem,
    Mailing,
    MailState,
    MailTally,
    Measure,
    Member,
    Message,
    NotInstalled,
    NotMailed,
    NotReached,
    NotTakenBack,
    PersonId,
    Quiet,
    Reach,
    Recall,
    Recipient,
    Result,
    Role,
    Source,
    SourceKind,
    Style,
    Tally,
    TenantId,
    Topic,
    Tracking,
    Tried,
    Trouble,
    Unread,
    Variant,
    WhyChosen,
    WhyHeld,
)
from storage.records.segments import (
    Act,
    ColumnIs,
    Did,
    Fact,
    FactIs,
    How,
    Installed,
    IsGuest,
    OnChannel,
    Part,
    Wrong,
)
from storage.records.segments import (
    Group as RuleGroup,
)
from tests.support.card_check import check_card
from tests.support.sample_cards import LOCALES, Samples, sample_cards
from tests.support.sample_records import (
    ENGAGEMENT,
    MESSAGES,
    NOW,
    SCHEDULE,
    START,
    USUAL,
    campaign,
    figures,
    message,
    person,
    question,
    refrozen,
)
from tests.support.sample_segments import STATE, segment_view
from tests.support.sample_sequences import a_sequence, came_of, in_steps
from tests.support.sample_series import WEEKLY, a_series, must_read, past, weekly, with_mails
from tests.support.sample_templates import line, template, view
from tests.support.sample_variants import the_test, with_test

Cards = Mapping[str, AdaptiveCard]

NASTY = "**[x](https://evil.example)** _`# "  #: a name full of Markdown
LONG = "W" * NAME
ERRORS = {name: "That is wrong. " * 10 for step in FIELDS.values() for name in step}
COUNTS = (0, 1, 1_000_000)
BIG = CampaignId(2**53 - 1)


def button(kind: ButtonKind, title: str) -> Button:
    return Button(kind=kind, title=title, url="https://contoso.com" if kind is ButtonKind.LINK else "")


def tally(count: int) -> Tally:
    """That many in every state, for every reason there is."""
    return Tally(states=dict.fromkeys(DeliveryState, count), reasons=dict.fromkeys(NotReached, count))


def edge_forms(language: str) -> Cards:
    samples, draft = Samples(language), campaign(language, CampaignState.DRAFT)
    texts = samples.texts
    long = dict.fromkeys(FIELDS["message"], NASTY * 10)
    zones = offered_zones(texts, NOW)
    many = [(replace(one, name=LONG), reach) for one, reach in samples.lists() * (SHOWN // 2)]
    buttons = tuple(button(kind, "W" * BUTTON) for kind in ButtonKind) * 2
    none, nobody = Reach(total=0, reachable=0), Choices(everyone=Reach(total=0, reachable=0), lists=[])
    crowded = Choices(everyone=none, lists=many, more=True)
    return {
        "form message: errors everywhere": message_form(texts, draft, long, ERRORS),
        "form message: no public address": message_form(texts, draft, {"anonymous": "true"}, {}, tracked=False),
        "form message: nothing": message_form(texts, replace(draft, name="", id=BIG), {}, {}, "notice"),
        "form version: errors everywhere": version_form(
            texts, draft, "de", [], dict.fromkeys(FIELDS["version"], NASTY), ERRORS, buttons, columns=("A" * 40,) * 20
        ),
        "form version: new": version_form(texts, draft, "", SPOKEN, {}, ERRORS, ()),
        "picture: nameless": picture_card(texts, replace(draft, name=""), "https://contoso.com/x.png"),
        "text offered: no draft": text_card(texts, None, "x" * 1_000),
        "form audience: errors everywhere": audience_form(texts, draft, {}, ERRORS, crowded),
        "form audience: a topic that is gone": audience_form(
            texts, draft, {"topic": "9"}, ERRORS | {"topic": "wrong"}, replace(crowded, topics=TOPICS)
        ),
        "form audience: no lists": audience_form(texts, replace(draft, channel=Channel.SKYPE), {}, {}, nobody),
        "form schedule: errors everywhere": schedule_form(texts, draft, SCHEDULE, ERRORS, zones, NOW),
        "form schedule: nothing": schedule_form(texts, draft, {}, {}, zones, NOW),
        **{
            f"form schedule: {raw} hours": schedule_form(texts, draft, {**SCHEDULE, "duration": raw}, {}, zones, NOW)
            for raw in ("", "nan", "inf", "-inf", "1e999", "-1", "1e8", "two", "1.5", "1_0", "1,5")
        },
        "form try: error": try_it_form(
            texts, draft, [person()], {"address": NASTY}, {"address": "wrong"}, "notice", "warning"
        ),
        "form try: nothing": try_it_form(texts, draft, [], {}, {}),
    }


def recalls(texts: Texts, one: Campaign) -> Cards:
    everything = dict.fromkeys(NotTakenBack, 100_000)
    whole = Recall(campaign=one.id, began_at=NOW, total=1_000_000, taken_back=1, failed=everything)
    drawn = {f"recall ended: {one.name[:5]}": recall_card(texts, one, replace(whole, finished_at=NOW))}
    for reason in NotReached:
        trouble = Trouble(reason=reason, detail=f"403 {NASTY}", since=NOW)
        drawn[f"recall: {reason} {one.name[:5]}"] = recall_card(texts, one, replace(whole, trouble=trouble))
    drawn |= {f"{role} given": role_given_card(texts, replace(person(1), name=NASTY), role) for role in Role}
    nobody = Recall(campaign=one.id, began_at=NOW, total=0)
    for does in AtEnd:
        ends = refrozen(one, end=End(at=NOW, does=does, shows_result=True))
        ends = replace(ends, recall_at=NOW, recall_deletes=False)
        names = [(name, why) for name in (LONG, NASTY, "", "", "", "") for why in NotTakenBack]
        drawn[f"end: {does} {one.name[:5]}"] = recall_card(texts, ends, replace(whole, finished_at=NOW), names)
        drawn[f"end: {does} {one.name[:5]}, nobody"] = recall_card(texts, ends, replace(nobody, finished_at=NOW))
        few = replace(nobody, answers=((0, 1), (1, 2)))
        for recall in (nobody, few, replace(few, answers=((0, 1_000_000), (1, 3)), total=1_000_003)):
            for unnamed in (False, True):
                poll = refrozen(ends, message=question("fr"), tracking=Tracking(anonymous=unnamed))
                lines = closed_lines(texts, poll, poll.as_scheduled.message, recall)
                key = f"message closed: {does} {one.name[:5]} {unnamed} {sum(count for _, count in recall.answers)}"
                drawn[key] = message_card(BIG, poll.as_scheduled.message, lambda _, button: button.url, closed=lines)
    crowd = [(replace(person(1), name=name, address=NASTY), NOW, LONG * 20) for name in (LONG, NASTY, "")] * 3
    drawn[f"replies: {one.name[:5]}"] = replies_card(texts, one, crowd, 1_000_000)
    return drawn | {f"recall of nothing: {one.name[:5]}": recall_card(texts, one, nobody)}


def edge_campaigns(language: str) -> Cards:
    samples = Samples(language)
    texts, shown = samples.texts, samples.overview()
    bare = samples.overview(message=None, preview=None, sample="", audience_name="", reach=None, schedule=None)
    untitled = replace(message(language), title="", buttons=())
    drawn: dict[str, AdaptiveCard] = {}
    for name in ("", LONG, NASTY):
        drawn |= recalls(texts, campaign(language, CampaignState.DONE, name=name, recall_deletes=True))
        for state in CampaignState:
            one = campaign(language, state, name=name)
            drawn[f"information: {state} {name[:5]}"] = information_card(texts, one, shown, tally(1))
            drawn[f"information: {state} {name[:5]} bare"] = information_card(texts, one, bare, None)
            drawn[f"delete: {state} {name[:5]}"] = delete_card(texts, one)
            drawn[f"delete: {state} {name[:5]} with its messages"] = delete_card(texts, one, 1_000_000)
            lines = [figures(one, tally(1_000_000), ENGAGEMENT)] * PAGE
            drawn[f"campaigns: {state} {name[:5]}"] = campaigns_card(
                texts, lines, name, 1, 3, "notice", {one.id: NASTY}
            )
            crowd = [(PersonId(number), NASTY) for number in range(200)]
            drawn[f"share: {state} {name[:5]}"] = sharing_form(texts, one, crowd, [PersonId(1)])
            drawn[f"share: {state} {name[:5]} nobody"] = sharing_form(texts, one, [], [])
            for why in WhyHeld:
                held = Held(
                    why=why, frozen=one.frozen or campaign(language).as_scheduled, approved=1, people=99, newcomers=98
                )
                drawn[f"held: {why} {state} {name[:5]}"] = held_card(texts, one, held, decides=True)
            for deed in (DeedKind.CHANGED, DeedKind.SCHEDULED, DeedKind.DELETED):
                drawn[f"{deed} by another: {state} {name[:5]}"] = changed_by_another_card(texts, person(), one, deed)
        drawn[f"calendar: {name[:5]}"] = calendar_card(texts, START.date(), 4, worst_days(language, name), 99)
        draft = campaign(language, CampaignState.DRAFT, name=name)
        problems = [(step, "wrong") for step in STEPS[:3]]
        drawn[f"review: {name[:5]} problems"] = review_card(texts, draft, bare, None, problems, ["warning"] * 3, "x")
        drawn[f"review: {name[:5]}"] = review_card(
            texts, draft, samples.overview(preview=untitled, starts_now=True), None, [], []
        )
    for count in COUNTS:
        forecast = Forecast(messages=count, first=START, last=NOW, peak=count, fits=False, now=True)
        nobody = replace(forecast, first=None, last=None)
        reach = Reach(total=count, reachable=count // 2)
        one = campaign(language)
        overview = samples.overview(reach=reach)
        drawn[f"review: {count}"] = review_card(texts, one, overview, forecast, [], [])
        drawn[f"review: {count} nobody"] = review_card(texts, one, overview, nobody, [], [])
        strange = [
            Member(
                person=replace(person(), name=NASTY * 3, address=f"{LONG}@contoso.com"), why=NotReached.NEVER_INSTALLED
            ),
            Member(person=replace(person(), name="", given_name="", surname="")),
        ]
        members = (strange * PEOPLE)[:PEOPLE]
        for channel in Channel:
            on_it = replace(one, channel=channel)
            drawn[f"people: {count} {channel}"] = people_card(texts, on_it, reach, members, 1, 125_000)
    drawn["people: nobody"] = people_card(texts, campaign(language), Reach(total=0, reachable=0), [], 0, 1)
    return drawn


def edge_variants(language: str) -> Cards:
    texts, draft = Samples(language).texts, campaign(language, CampaignState.DRAFT, name=NASTY, id=BIG)
    wrong = dict.fromkeys(FIELDS["ab"], NASTY * 20)
    drawn: dict[str, AdaptiveCard] = {
        "form A/B: nothing": ab_form(texts, replace(draft, name=""), {}, {}, "notice"),
        "form A/B: errors everywhere": ab_form(texts, draft, wrong, ERRORS, languages=SPOKEN),
    }
    for count in COUNTS:
        tried = Tried(sent=count, did=count // 3), Tried(sent=count, did=count)
        for state in (CampaignState.RUNNING, CampaignState.DONE):
            choices = [None, *(Choice(variant=Variant.A, why=why, a=tried[0], b=tried[1]) for why in WhyChosen)]
            for choice in choices:
                for measure in Measure:
                    seen = with_test(language, tried, state, choice, tally(count))
                    rule = replace(the_test(language), measure=measure)
                    one = refrozen(replace(seen.campaign, name=NASTY), ab_test=rule)
                    seen = replace(seen, campaign=replace(one, choice=choice))
                    name = f"A/B: {state} {count} {choice.why if choice else None} {measure}"
                    drawn[f"{name} choosing"] = choosing_card(texts, seen, NOW)
                    drawn[f"{name} report"] = report_card(texts, seen, NOW, "", USUAL)
                    drawn[f"{name} live"] = live_card(texts, seen, now=NOW)
    return drawn


def edge_series(language: str) -> Cards:
    samples, draft = Samples(language), campaign(language, CampaignState.DRAFT)
    texts = samples.texts
    zones = offered_zones(texts, NOW)
    wrong = {"every": NASTY, "on": NASTY, "which": NASTY, "until": NASTY, "times": NASTY, "date": NASTY}
    drawn: dict[str, AdaptiveCard] = {
        "form repeat: errors everywhere": repeat_form(texts, draft, wrong, ERRORS, "notice"),
        "form follow-up: errors everywhere": follow_form(texts, draft, dict.fromkeys(FIELDS["chase"], NASTY), ERRORS),
        "form end: errors everywhere": end_form(texts, draft, dict.fromkeys(FIELDS["ending"], NASTY), ERRORS),
        "form end: nothing": end_form(texts, replace(draft, name="", id=BIG), {}, {}, "notice"),
        "form follow-up: nothing": follow_form(texts, replace(draft, name="", id=BIG), {}, {}, "notice"),
        "form mail: errors everywhere": mail_form(texts, draft, dict.fromkeys(FIELDS["mail"], NASTY), ERRORS),
        "form mail: nothing": mail_form(texts, replace(draft, name="", id=BIG), {}, {}, "notice"),
        "form repeat: nothing": repeat_form(texts, replace(draft, name="", id=BIG), {}, {}),
        "form schedule: a series, errors everywhere": schedule_form(
            texts, draft, wrong | {"every": "day"}, ERRORS, zones, NOW
        ),
    }
    for every in Every:
        for which in (0, 1, 2, 3, 4, -1):
            repeat = replace(WEEKLY, every=every, which=which, times=500, first=date(2026, 12, 31))
            shown = samples.overview(schedule=replace(weekly(), repeat=repeat))
            one = replace(a_series(language), name=NASTY)
            drawn[f"series: {every} {which}"] = series_card(texts, one, shown, past(language, 4), decides=True)
    for left in (None, 0, 1_000_000):
        drawn[f"report: must-read, {left} left"] = report_card(texts, replace(must_read(language), left=left), NOW)
    everything = MailTally(
        states=dict.fromkeys(MailState, 1_000_000), reasons=dict.fromkeys(NotMailed, 1_000_000), clicked=1_000_000
    )
    for name, mailed in (("everything", everything), ("nothing", MailTally())):
        shown_mails = with_mails(language, mailed)
        drawn[f"report: mails, {name}"] = report_card(texts, shown_mails, NOW)
        for mailing in (None, Mailing(next_at=None), Mailing(next_at=NOW), Mailing(next_at=None, doubted=True)):
            one = replace(shown_mails.campaign, mailing=mailing)
            drawn[f"report: mails, {name}, {mailing}"] = report_card(texts, replace(shown_mails, campaign=one), NOW)
        drawn[f"live: mails, {name}"] = live_card(texts, shown_mails)
    bare = samples.overview(message=None, preview=None, sample="", audience_name="", reach=None, schedule=None)
    missed = tuple(START + number * timedelta(days=7) for number in range(10))
    for state in (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.SCHEDULED):
        one = replace(a_series(language, state, missed=missed), name=LONG)
        drawn[f"series: {state}"] = series_card(texts, one, bare, [], "notice " * 20, author=NASTY)
        drawn[f"missed: {state}"] = missed_card(texts, one, missed)
    return drawn


def edge_sequences(language: str) -> Cards:
    samples, draft = Samples(language), campaign(language, CampaignState.DRAFT)
    texts, ten = samples.texts, in_steps(draft, language, 10)
    nasty = replace(in_steps(draft, language, 10, whom=NASTY, days=NASTY), name=NASTY)
    bare = samples.overview(message=None, preview=None, sample="", audience_name="", reach=None, schedule=None)
    drawn: dict[str, AdaptiveCard] = {
        "steps: ten": steps_form(texts, ten, {}, "notice"),
        "steps: errors everywhere": steps_form(texts, nasty, ERRORS),
        "review: ten steps": review_card(texts, replace(nasty, id=BIG), samples.overview(), None, [], []),
        "review: nothing in ten steps": review_card(texts, ten, bare, None, [], []),
    }
    for state in (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.SCHEDULED):
        one = replace(a_sequence(language, state, 10, made=1_000_000), name=LONG)
        figures = came_of(language, 11)
        drawn[f"sequence: {state}"] = sequence_card(texts, one, bare, figures, "notice " * 20, author=NASTY, counted=9)
        drawn[f"sequence: {state}, to decide"] = sequence_card(texts, one, samples.overview(), figures, decides=True)
    return drawn


def worst_days(language: str, name: str) -> list[CalendarDay]:
    entry = CalendarEntry(
        campaign=campaign(language, name=name),
        starts=START,
        first=START.date() - timedelta(days=1),
        last=START.date() + timedelta(days=40),
        people=1_000_000,
        author=NASTY,
    )
    return [
        CalendarDay(
            day=START.date() + timedelta(days=number),
            entries=[entry] * 7,
            campaigns=9,
            people=1_000_000,
            twice=999_999,
            certain=number % 2 == 0,
            others=2,
            others_people=1_000_000,
        )
        for number in range(28)
    ]


def edge_templates(language: str) -> Cards:
    samples = Samples(language)
    texts = samples.texts
    bare = samples.overview(message=None, preview=None, sample="", audience_name="", reach=None, schedule=None)
    drawn: dict[str, AdaptiveCard] = {}
    for name in (LONG, NASTY):
        lines = [line(name, replace(person(), name=name), shared=True)] * TEMPLATES
        values, errors = {"template_name": name, "sharing": "x"}, {"template_name": "That is wrong. " * 10}
        draft = campaign(language, CampaignState.DRAFT, name=name)
        drawn[f"templates: {name[:5]}"] = templates_card(texts, lines, name, 1, 3, "notice", draft)
        drawn[f"templates: {name[:5]} none"] = templates_card(texts, [], name, 1, 3)
        drawn[f"template: {name[:5]}"] = template_card(texts, view(language, bare, lines[0]), "notice", "warning")
        drawn[f"template keep: {name[:5]}"] = keep_form(texts, draft, values, errors)
        drawn[f"template settings: {name[:5]}"] = template_settings_form(texts, template(1, name), values, errors)
        drawn[f"template delete: {name[:5]}"] = template_delete_card(texts, template(1, name))
    return drawn


def longest_message(language: str) -> Cards:
    """The longest that the form takes, wherever it is shown."""
    samples = Samples(language)
    texts, content = samples.texts, message(language)
    around = cards.message.compile.size_of(replace(content, body="x")) - 1
    content = replace(content, body="x" * (cards.message.compile.LIMIT - around))
    assert cards.message.compile.size_of(content) == cards.message.compile.LIMIT
    one, shown = refrozen(campaign(language), message=content), samples.overview(message=content, preview=content)
    forecast = Forecast(messages=1_000_000, first=START, last=NOW, peak=1_000_000, fits=False, now=False)
    wrong = {"link_url": texts("That is not a web address; it begins with https://")}
    return {
        "form message: longest": message_form(texts, one, {**MESSAGES[language], "body": content.body}, wrong),
        "approval: longest": approval_card(texts, one, shown, forecast, NASTY, "x" * 500),
        "approval: nobody": approval_card(texts, one, shown, None, ""),
        "approval: back": decided_card(texts, one, person(), approved=False, reason=NASTY * 5),
        "review: longest": review_card(texts, one, shown, forecast, [], ["a warning of some length " * 8] * 2),
        "information: longest": information_card(texts, one, shown, tally(1_000_000), "notice " * 20),
    }


def edge_lists(language: str) -> Cards:
    samples = Samples(language)
    texts, nasty = samples.texts, replace(person(), name=NASTY)
    long_list = replace(samples.lists()[0][0], name=LONG, columns=tuple(f"C{'X' * 38}{number}" for number in range(20)))
    shared = frozenset(PersonId(number) for number in range(300))
    drawn: dict[str, AdaptiveCard] = {}
    for count in COUNTS:
        reach = Reach(total=count, reachable=count // 2, guests=count)
        line = ListLine(distribution_list=replace(long_list, shared_with=shared), reach=reach, owner=None)
        lines = [
            line,
            replace(line, owner=nasty),
            replace(line, distribution_list=replace(long_list, shared_with_all=True)),
        ] * 2
        drawn[f"lists: {count}"] = lists_card(texts, lines, Channel.TEAMS, NASTY, 1, 3, "notice")
        people = [Member(person=nasty, why=NotReached.BLOCKED), Member(person=person())] * (PEOPLE // 2)
        for unreached in (True, False):
            view = ListView(
                distribution_list=long_list,
                owner=nasty,
                channel=Channel.SKYPE,
                reach=reach,
                other=(Channel.TEAMS, reach),
                why=dict.fromkeys(NotReached, count),
                people=people if count else [],
                page=1,
                more=True,
                find=NASTY,
                unreached=unreached,
                changeable=not unreached,
            )
            drawn[f"list: {count} {unreached}"] = list_card(texts, view, "notice", "warning")
    offered = [(BIG, LONG)] * OFFERED
    contact = Contact(address=f"{LONG}@contoso.com", given_name=NASTY, surname=NASTY, columns={"X": NASTY * 5})
    columns = tuple(AddressColumn(place=place, heading=NASTY[:60], sample=(NASTY[:100],) * 3) for place in range(60))
    reading = Reading(
        people=250_000, doubles=10**6, wrong=10**6, columns=long_list.columns, sheet=LONG[:31], hidden=10**6,
        wrong_lines=(WrongLine(10**6, Mistake.WRONG_ADDRESS, NASTY[:40]),) * LINES, address_columns=columns,
        notes=tuple(Note(kind=kind, count=9, lines=(10**6,) * 9, words=(NASTY[:60],) * 100) for kind in NoteKind),
        sheets=(SheetWithPeople(name=NASTY[:31], rows=10**6, hidden=True),) * 99,
    )  # fmt: skip
    summary = Summary(id=BIG, file=NASTY, known=1, reachable=0, sample=[contact] * SAMPLE, reading=reading)
    drawn["import: errors"] = import_card(texts, summary, {"list_name": NASTY}, ERRORS, offered, "notice")
    drawn["import: one"] = import_card(texts, replace(summary, reading=Reading(people=1)), {}, {}, [])
    drawn["import: columns"] = column_card(texts, NASTY, reading, {"list": BIG})
    alone = replace(reading, question=Question.COLUMN, address_columns=columns[:1])
    drawn["import: one column"] = column_card(texts, NASTY, alone, {"list": BIG})
    drawn["import: sheets"] = sheet_card(texts, NASTY, reading, {"list": BIG})
    drawn["import: hidden"] = hidden_card(texts, NASTY, replace(reading, question=Question.HIDDEN), {"list": BIG})
    authors = [(PersonId(number), LONG[:60]) for number in range(AUTHORS)]
    settings = {"list_name": NASTY, "sharing": "some", "authors": "1,2"}
    drawn["list settings: many"] = list_settings_form(texts, long_list, settings, ERRORS, authors, "notice")
    drawn["list settings: alone"] = list_settings_form(texts, long_list, {}, {}, [])
    drawn["list people: new"] = list_people_form(texts, None, {}, {})
    drawn["list people: errors"] = list_people_form(texts, long_list, {"addresses": NASTY * 10}, ERRORS, "notice")
    drawn["list delete: used"] = list_delete_card(texts, long_list, [LONG, NASTY] * 20, 3)
    drawn["list delete: used by others"] = list_delete_card(texts, long_list, [], 0, 2)
    drawn["list delete: drafts"] = list_delete_card(texts, long_list, [], 1)
    return drawn


def edge_segments(language: str) -> Cards:
    texts = Samples(language).texts
    view = segment_view(texts, language)
    drawn: dict[str, AdaptiveCard] = {}
    values = tuple(f"{NASTY}{number}"[:60] for number in range(4))
    parts: list[Part] = [
        FactIs(fact=Fact.TITLE, values=values, contains=True),
        ColumnIs(column="C" * 40, values=values),
        RuleGroup(how=How.NONE, parts=(FactIs(fact=Fact.LANGUAGE, values=("fr", "de")),)),
        OnChannel(channel=Channel.SKYPE),
        RuleGroup(how=How.NONE, parts=(Installed(since=NOW), IsGuest())),
        Did(campaign=CampaignId(7), act=Act.CLICKED, button=99),
    ]
    one = replace(campaign(language, CampaignState.DONE, name=NASTY), id=CampaignId(7))
    for how in (How.ALL, How.ANY):
        worst = replace(
            view,
            id=BIG,
            name=NASTY,
            rule=RuleGroup(how=how, parts=tuple(parts)),
            sources=[(f"list:{number}", LONG) for number in range(9)],
            campaigns={CampaignId(7): one},
            errors=ERRORS | {"of": "x" * 200, "rule": "y" * 200},
            wrong={number: wrong_text(texts, Wrong.PART_WRONG) for number in range(6)},
            reach=Reach(total=1_000_000, reachable=1),
        )
        drawn[f"segment: {how}"] = segment_form(texts, worst, "notice")
    drawn["segment: no lists"] = segment_form(texts, replace(view, sources=[], reach=None))
    drawn["segment: kinds"] = kinds_form(texts, ["C" * 40] * 60, STATE, {"kind": "wrong"})
    drawn["segment: no campaigns"] = line_form(texts, "did", {}, {}, STATE, [])
    for kind in (*Fact, "column:" + "C" * 40, "lately", "channel", "guest", "installed"):
        drawn[f"segment: {kind}"] = line_form(texts, kind, {"value": NASTY}, ERRORS, STATE)
    drawn["segment: did"] = line_form(texts, "did", {"campaign": "7"}, {"did": "wrong"}, STATE, [one])
    drawn["segment: which"] = line_form(texts, "did", {}, {"campaign": "wrong"}, STATE, [one] * 30)
    return drawn


def edge_reports(language: str) -> Cards:
    texts = Samples(language).texts
    drawn: dict[str, AdaptiveCard] = {}
    buttons = tuple(button(kind, NASTY[:BUTTON]) for kind in ButtonKind)
    pressed = [
        Engagement(kind=kind, button=number, people=10**6, presses=10**7, last_at=NOW)
        for kind in EngagementKind
        for number in (None, 0, 1, 9)
    ]
    hours = [
        EngagedInHour(kind=kind, hour=START + timedelta(hours=hour), people=10**6)
        for kind in EngagementKind
        for hour in range(0, 40 * 24, 7)
    ]
    for state in (CampaignState.RUNNING, CampaignState.DONE):
        for count in COUNTS:
            body = " ".join(f"[{NASTY[:20]}](https://example.org/{number})" for number in range(30))
            one = refrozen(campaign(language, state, name=NASTY), message=Message(body=body, buttons=buttons))
            seen = figures(one, tally(count), pressed, hours=hours, next_due=NOW, last_due=NOW)
            drawn[f"live: {state} {count} moved"] = moved_card(texts, one)
            drawn[f"live: {state} {count}"] = live_card(texts, seen, ends_about=NOW)
            drawn[f"report: {state} {count}"] = report_card(texts, seen, NOW, "", USUAL)
            unnamed = refrozen(one, tracking=Tracking(links=False, anonymous=True))
            drawn[f"report: {state} {count} anonymous"] = report_card(texts, replace(seen, campaign=unnamed), NOW)
            told = {
                one: [
                    Segment(
                        kind=one,
                        value=f"{NASTY} {number}",
                        recipients=count,
                        sent=count,
                        opened=count,
                        clicked=0,
                        acknowledged=count // 2,
                    )
                    for number in range(SEGMENTS)
                ]
                for one in SegmentKind
            }
            drawn[f"report: {state} {count} segments"] = report_card(texts, seen, NOW, "", USUAL, told, {})
            for kind in (None, EngagementKind.OPENED):
                drawn[f"segments: {state} {count} {kind}"] = segments_card(texts, seen, told, {}, kind)
            groups = [Group(left, count, count // 2) for left in Left]
            drawn[f"left: {state} {count}"] = left_card(texts, seen, groups)
            for group in groups:
                page = PeopleLeft(group=group, people=worst_left(count), trail=[*range(50)], more=True, segment={})
                drawn[f"left: {state} {count} {group.left}"] = people_left_card(texts, one, page)
            drawn[f"compare: {state} {count}"] = compare_card(texts, seen, [seen] * 5)
        empty = Tally(states={}, reasons={})
        plain = refrozen(campaign(language, state, started_at=None, finished_at=None), message=Message(body="x"))
        drawn[f"live: {state} nobody"] = live_card(texts, figures(plain, empty))
        drawn[f"report: {state} nobody"] = report_card(texts, figures(plain, empty), NOW)
        for final in COLORS:
            only = Tally(states={final: 1}, reasons={})
            drawn[f"report: {state} only {final.name}"] = report_card(texts, figures(plain, only), NOW)
        for reason in NotReached:
            only = Tally(states={DeliveryState.FAILED: 1}, reasons={reason: 1})
            drawn[f"report: {state} only {reason}"] = report_card(texts, figures(plain, only), NOW)
    return drawn


def worst_left(count: int) -> list[Result]:
    long = Recipient.of(replace(person(0), name=NASTY * 3, address=f"{'a' * 240}@contoso.example"))
    reasons = [*NotReached][: LEFT_PEOPLE if count else 0]
    return [
        Result(
            person=long,
            state=DeliveryState.FAILED,
            reason=reason,
            detail="",
            attempts=1,
            settled_at=NOW,
            looks=(),
            engaged=Engaged(),
        )
        for reason in reasons
    ]


def edge_exports(language: str) -> Cards:
    texts = Samples(language).texts
    one = campaign(language, CampaignState.DONE, name=NASTY)
    edges: dict[str, AdaptiveCard] = {}
    for by_file in (True, False):
        for by_link in (True, False):
            for count in COUNTS:
                drawn = export_card(texts, one, count, by_file=by_file, by_link=by_link, notice="notice " * 20)
                edges[f"export: {by_file} {by_link} {count}"] = drawn
                edges[f"export: audit {by_file} {by_link} {count}"] = audit_export_card(
                    texts, count, by_file=by_file, by_link=by_link, notice="notice " * 20
                )
    for written, total in ((0, 0), (0, 1), (5, 3), (420_000, 1_000_000)):
        edges[f"export: {written} of {total}"] = making_card(texts, one, written, total)
    edges["export: download"] = download_card(texts, one, f"https://example.org/export/{LONG}", NOW)
    for name, end in (
        ("uploaded", uploaded_card),
        ("declined", declined_card),
        ("interrupted", interrupted_card),
        ("trouble", trouble_card),
    ):
        edges[f"export: {name}"] = end(texts, one)
        edges[f"export: {name}, audit"] = end(texts, None)
    return edges


def edge_talk(language: str) -> Cards:
    texts, nobody = Samples(language).texts, replace(person(), name="", given_name="", surname="", address="")
    nasty = replace(nobody, name=NASTY, address=f"{LONG}@contoso.com")
    crowd = [(nasty, Role.OWNER)] + [(person(number), Role.AUTHOR) for number in range(100)]
    groups = [GroupRole(group=NASTY, name=NASTY, role=Role.AUTHOR)] * 100
    drawn: dict[str, AdaptiveCard] = {
        "roles: a hundred": roles_card(texts, crowd, groups, owner=True, directory=True),
        "roles: nobody known": roles_card(texts, [(nobody, Role.OWNER)], [], owner=False, directory=False),
        "roles: groups": groups_card(texts, [(NASTY, NASTY), (LONG, LONG)], Role.PUBLISHER),
        "settings": own_settings_card(texts, replace(nobody, muted=True), Role.OWNER, "notice " * 20),
        "settings: all topics": own_settings_card(
            texts,
            replace(nobody, quiet=Quiet(begins=time(0), ends=time(23, 59)), left_topics=frozenset(range(0, 20, 2))),
            Role.OWNER,
            "notice " * 20,
            TOPICS,
            {"quiet_begins": NASTY, "quiet_ends": ""},
            {"quiet_begins": "wrong " * 20, "quiet_ends": "wrong"},
        ),
        "topics: all": topics_card(texts, TOPICS, {"topic_name": NASTY}, {"topic_name": "wrong " * 20}, "notice " * 20),
        "topics: none": topics_card(texts, (), {}, {}),
        "topic": topic_form(texts, TOPICS[0], {"topic_name": NASTY, "mandatory": NASTY}, {"topic_name": "wrong"}),
        "rules": rules_form(texts, {"approve_above": NASTY}, {"approve_above": "wrong " * 20, "per_week": "wrong"}),
        "house": house_form(
            texts, dict.fromkeys(FIELDS["schedule"], NASTY), ERRORS, offered_zones(texts, NOW), "notice"
        ),
        "notice": notice_card(texts, NASTY),
        "suggestion": suggestion_card(texts, "campaigns", NASTY),
        "refused": refused_card(texts, NASTY, NASTY, LONG, LONG),
        "help: a question": question_help_card(texts, "another"),
        **{f"help: {step}": step_help_card(texts, campaign(language, name=NASTY), step) for step in STEPS},
    }
    for role in (None, *Role):
        drawn[f"help: {role}"] = help_card(texts, role)
        for who in (nobody, nasty):
            drawn[f"greeting: {role} {who.name[:5]}"] = greeting_card(texts, who, role, became_owner=True)
    return drawn


TOPICS = tuple(
    Topic(number=number, name=name * 40 if len(name) == 1 else name[:40], mandatory=number % 3 == 0)
    for number, name in enumerate(["W", NASTY, "é", "i"] * 5)
)


def edge_messages(language: str) -> Cards:
    drawn: dict[str, AdaptiveCard] = {}
    for style in Style:
        for title in ("", "T" * TITLE.limit, NASTY):
            for buttons in ((), tuple(button(kind, "W" * BUTTON) for kind in [*ButtonKind] * 2)):
                content = Message(body=NASTY, title=title, style=style, buttons=buttons)
                known = f"message: {style} {title[:5]} {len(buttons)}"
                drawn[known] = message_card(BIG, content, lambda *_: "https://contoso.com/r/x")
                confirmed = Done(acknowledged="You confirmed")
                drawn[f"{known} confirmed"] = message_card(
                    BIG,
                    content,
                    lambda *_: "https://contoso.com/r/x",
                    test="Test",
                    done=confirmed,
                )
                drawn[f"{known} answered"] = message_card(
                    BIG,
                    content,
                    lambda *_: "https://contoso.com/r/x",
                    pseudonym="p" * 70,
                    done=Done(acknowledged="You confirmed", answer=2, answered="W" * BUTTON),
                )
    return drawn


def edge_sources(language: str) -> Cards:
    texts, running = Samples(language).texts, campaign(language, CampaignState.RUNNING)
    drawn: dict[str, AdaptiveCard] = {
        "group: many": group_form(
            texts, running, Groups(name=NASTY, matches=[(f"{number:036}", NASTY) for number in range(25)])
        ),
        "group: trouble": group_form(texts, None, Groups(name=NASTY), LONG),
    }
    for kind in SourceKind:
        source = Source(kind=kind, id="x")
        source_list = DistributionList(
            id=ListId(1), tenant=TenantId("contoso"), owner=PersonId(1), name=NASTY, size=0, source=source
        )
        for why in Unread:
            for permission in ("", "GroupMember.Read.All"):
                problem = ListProblem(list=source_list, why=why, permission=permission)
                drawn[f"unread: {kind} {why} {permission}"] = unread_card(texts, running, [problem] * 5)
    begun = Installation(
        id=InstallationId(1),
        tenant=TenantId("contoso"),
        author=PersonId(1),
        version=1,
        audience=Audience(),
        name=NASTY,
        started_at=NOW,
        total=0,
        failed=dict.fromkeys(NotInstalled, 100_000),
    )
    for halt in (None, *Halt):
        for permission in ("", "X"):
            ended = replace(begun, halt=halt, permission=permission, finished_at=NOW, total=1_000_000)
            drawn[f"install: {halt} {permission}"] = install_card(texts, ended)
    drawn["install: nobody"] = install_card(texts, begun)
    drawn["install: question"] = install_form(texts, NASTY, 100_000, {}, ("lists.open", {}))
    return drawn


#: the samples that docs/cards shows, then the edges, each a room of its own
ROOMS: dict[str, Callable[[str], Cards]] = {
    "samples": sample_cards,
    "forms": edge_forms,
    "campaigns": edge_campaigns,
    "longest message": longest_message,
    "lists": edge_lists,
    "segments": edge_segments,
    "sources": edge_sources,
    "reports": edge_reports,
    "exports": edge_exports,
    "talk": edge_talk,
    "messages": edge_messages,
    "templates": edge_templates,
    "series": edge_series,
    "sequences": edge_sequences,
    "variants": edge_variants,
}


@cache
def cards_of(room: str, language: str) -> dict[str, Any]:
    """The JSON of its cards, by name; drawn once a process."""
    return {name: as_dict(card) for name, card in ROOMS[room](language).items()}


def every_card() -> Iterator[tuple[str, Any]]:
    for language in LOCALES:
        for room in ROOMS:
            yield from cards_of(room, language).items()


def nodes(value: Any, kind: str) -> Iterator[dict[str, Any]]:
    """The nodes whose type begins with ``kind``, fallbacks among them."""
    if isinstance(value, dict):
        if str(value.get("type", "")).startswith(kind):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item, kind)


def test_every_kind_of_card_is_among_them() -> None:
    """A card function that is added needs its samples here."""
    rooms = [import_module(room.name) for room in walk_packages(cards.__path__, "cards.")]
    public = {
        name
        for room in rooms
        for name, kind in inspect.getmembers(room, inspect.isfunction)
        if kind.__module__ == room.__name__ and name.endswith(("_card", "_form")) and not name.startswith("_")
    }
    assert public <= set(globals())


def test_no_room_is_empty() -> None:
    assert sum(1 for _ in every_card()) > 1_000
    assert all(len(cards_of(room, "en")) == len(cards_of(room, "fr")) > 5 for room in ROOMS)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("room", ROOMS)
def test_a_card_is_one_that_teams_draws(room: str, language: str) -> None:
    """And takes: a full page too stays within its size."""
    problems = {}
    for name, card in cards_of(room, language).items():
        wrong = check_card(card)
        if card["version"] != "1.5":
            wrong.append(f"version {card['version']}")
        # a campaign's message may be in any language
        if not name.startswith("message") and card["lang"] != language:
            wrong.append(f"lang {card['lang']}")
        if wrong:
            problems[name] = wrong
    assert problems == {}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("room", ROOMS)
def test_every_field_has_a_label_and_every_button_works_on_older_clients(room: str, language: str) -> None:
    for name, card in cards_of(room, language).items():
        assert all(field["label"].strip() for field in nodes(card, "Input.")), name
        for action in nodes(card, "Action.Execute"):
            fallback = action["fallback"]
            assert fallback["type"] == "Action.Submit", name
            assert fallback["title"] == action["title"], name
            assert fallback["data"] == action["data"], name
            assert fallback["data"]["verb"] == action["verb"], name


def seen(node: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a card that are seen before anything is pressed, without what a button says of itself."""
    if isinstance(node, list):
        for item in node:
            yield from seen(item)
    elif isinstance(node, dict) and node.get("isVisible") is not False:
        yield node
        for inner in ("body", "items", "columns", "actions"):
            yield from seen(node.get(inner))


def rows_of_buttons(card: Any) -> Iterator[list[dict[str, Any]]]:
    """Those that can be pressed: a preview's cannot. The card's own are the first."""
    for node in nodes(card, ""):
        if node.get("actions"):
            yield [action for action in node["actions"] if action.get("isEnabled", True)]


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("room", [room for room in ROOMS if room != "messages"])  # there, the words are an author's own
def test_buttons_are_what_a_phone_has_room_for(room: str, language: str) -> None:
    """A title of 25 characters; three a card, two beneath a part of it, the others behind "...", never above six."""
    problems = {}
    for name, card in cards_of(room, language).items():
        rows = list(rows_of_buttons(card))
        wrong = [title for row in rows for title in (str(one["title"]) for one in row) if len(title) > ON_A_BUTTON]
        wrong += [f"{len(row)} in a row" for row in rows if len(row) > 6]
        primary = [sum(action.get("mode") != "secondary" for action in row) for row in rows]
        wrong += [f"{count} beside each other" for count in primary if count > 3]
        for row in rows[bool(card.get("actions")) :]:
            shown = [one for one in row if one.get("mode") != "secondary"]
            of_one_kind = len({one.get("verb") for one in row}) == 1
            wrong += [f"{len(shown)} beneath a part"] if len(shown) > 2 and not of_one_kind else []
        if wrong:
            problems[name] = wrong
    assert problems == {}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("room", ROOMS)
def test_a_form_shows_eight_fields_and_a_table_three_columns(room: str, language: str) -> None:
    problems = {}
    for name, card in cards_of(room, language).items():
        fields = [node["id"] for node in seen(card) if str(node.get("type", "")).startswith("Input.")]
        wide = [node["rows"][0] for node in nodes(card, "Table") if len(node.get("columns", ())) > 3]
        if len(fields) > 8 or wide:
            problems[name] = [fields, wide]
    assert problems == {}


def test_every_verb_on_a_card_is_one_that_somebody_answers() -> None:
    verbs = {action["verb"] for _, card in every_card() for action in nodes(card, "Action.Execute")}
    assert verbs <= set(everything().forms)
    assert len(verbs) > 10


def test_the_samples_are_the_same_cards_in_both_languages() -> None:
    english, french = sample_cards("en"), sample_cards("fr")
    assert list(english) == list(french)
    assert all(as_dict(english[name]) != as_dict(french[name]) for name in english)


def test_markdown_in_a_name_is_shown_not_obeyed() -> None:
    for name, card in every_card():
        if not name.startswith(("message", "notice")):  # there, it is the author's or our own
            assert not [block for block in nodes(card, "TextBlock") if "](https://evil" in block["text"]], name

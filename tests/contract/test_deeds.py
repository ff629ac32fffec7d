"""A deed is noted by the store, with the change that it is: none without the other, and each once (decision 048)."""

from __future__ import annotations

import contextlib
import inspect
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from storage.port.store import Store
from storage.records import (
    ABTest,
    Arrival,
    Audience,
    AuditEntry,
    Campaign,
    Channel,
    Choice,
    Deed,
    DeedKind,
    DistributionList,
    GroupRole,
    ListId,
    Measure,
    OtherWords,
    Person,
    Policy,
    Role,
    Source,
    SourceKind,
    StaleVersion,
    Subject,
    Template,
    Tried,
    Variant,
    WhyChosen,
    campaign_life,
)
from storage.shared.policy import change_policy, policy_of
from storage.shared.try_it import count_test
from tests.contract.lives import Killed, MortalServer
from tests.contract.world import CONTOSO, END, MINUTE, NIGHT, NOW, drafted, frozen, install, running
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of

GROUP = Source(kind=SourceKind.GROUP, id="g-1", name="Sales")
TEST = ABTest(words={"": OtherWords(title="B")}, share=50, measure=Measure.OPENED, after=1)
CHOICE = Choice(variant=Variant.B, why=WhyChosen.BETTER, a=Tried(sent=9, did=1), b=Tried(sent=9, did=8))
PUBLISHERS = GroupRole(group="g-1", name="Sales", role=Role.PUBLISHER)


@dataclass(frozen=True)
class World:
    ada: Person
    louis: Person
    grace: Person
    #: one for each change
    drafts: tuple[Campaign, Campaign, Campaign]
    #: in each of which ada stands, and louis does not
    lists: tuple[DistributionList, ...]
    blanks: tuple[ListId, ListId]
    segment: DistributionList
    templates: tuple[Template, Template]
    started: Campaign
    #: one that runs, and tests two variants
    tested: Campaign
    #: sealed, and of which nothing single is kept
    old: Campaign
    #: done, and it is known who has received it
    sent: Campaign


async def seeded(store: Store) -> World:
    ada, louis, grace = await install(store, "ada", "louis", "grace")
    old = await running(store, ada)
    await store.planned(old.id, NOW)
    assert await store.finish(old.id, END)
    await store.seal(old.id, NOW)
    first, second = [await store.blank_list(CONTOSO, ada.id) for _ in range(2)]
    await store.fill_blank(second, [louis.id], [{"SITE": "Lyon"}])
    sent = await running(store, ada, "Sent")
    await store.planned(sent.id, NOW)
    assert await store.finish(sent.id, END)
    tests = replace(frozen(), ab_test=TEST)
    tested = await store.save(campaign_life.schedule(await drafted(store, ada, "Tested"), tests), deed=A_DEED)
    assert await store.start(tested.id, NOW)
    lists = [await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED) for _ in range(6)]
    one, other = [
        await store.new_template(CONTOSO, ada.id, "Old", Channel.TEAMS, {}, NOW, shared=False, deed=A_DEED)
        for _ in range(2)
    ]
    drafts = (await drafted(store, ada), await drafted(store, ada, "Draft"), await drafted(store, ada, "Tried"))
    return World(
        ada,
        louis,
        grace,
        drafts,
        tuple(lists),
        (first, second),
        await store.new_segment(CONTOSO, ada.id, "Segment", Audience(), deed=A_DEED),
        (one, other),
        await running(store, ada, "Started"),
        await store.campaign(tested.id) or tested,
        old,
        await store.campaign(sent.id) or sent,
    )


Do = Callable[[Store, World, Deed], Awaitable[Any]]


def _renamed(world: World) -> Campaign:
    return campaign_life.edit(world.drafts[0], {}, NOW, world.ada.id, name="Edited")


def _by_a_group(policy: Policy) -> Policy:
    return replace(policy, groups=(PUBLISHERS,))


#: every method of the port that is somebody's deed, and what it says of to whom it was done
DEEDS: Mapping[str, tuple[Do, str]] = {
    "new_campaign": (
        lambda s, w, d: s.new_campaign(CONTOSO, w.ada.id, "New", Channel.TEAMS, NOW, deed=d),
        "campaign New",
    ),
    "save": (lambda s, w, d: s.save(_renamed(w), deed=d), "campaign Edited"),
    "choose": (lambda s, w, d: s.choose(w.tested.id, CHOICE, deed=d), "campaign Tested"),
    "stop": (lambda s, w, d: s.stop(w.started.id, deed=d), "campaign Started"),
    "delete_campaign": (lambda s, w, d: s.delete_campaign(w.drafts[1], deed=d), "campaign Draft"),
    "recall": (lambda s, w, d: s.recall(w.sent, NOW, deletes=False, deed=d), "campaign Sent"),
    "new_template": (
        lambda s, w, d: s.new_template(CONTOSO, w.ada.id, "New", Channel.TEAMS, {}, NOW, shared=True, deed=d),
        "template New",
    ),
    "change_template": (
        lambda s, w, d: s.change_template(w.templates[0].id, "Better", shared=True, deed=d),
        "template Better",
    ),
    "delete_template": (lambda s, w, d: s.delete_template(w.templates[1].id, deed=d), "template Old"),
    "new_list": (lambda s, w, d: s.new_list(CONTOSO, w.ada.id, "New", [w.louis.id], deed=d), "list New"),
    "new_segment": (
        lambda s, w, d: s.new_segment(CONTOSO, w.ada.id, "New", Audience(everyone=True), deed=d),
        "list New",
    ),
    "change_segment": (
        lambda s, w, d: s.change_segment(w.segment.id, Audience(everyone=True), deed=d),
        "list Segment",
    ),
    "enlist": (lambda s, w, d: s.enlist(w.lists[0].id, [w.louis.id], deed=d), "list Team"),
    "dismiss": (lambda s, w, d: s.dismiss(w.lists[1].id, [w.ada.id], deed=d), "list Team"),
    "publish_list": (lambda s, w, d: s.publish_list(w.blanks[0], "Published", ["SITE"], deed=d), "list Published"),
    "refill_list": (lambda s, w, d: s.refill_list(w.lists[2].id, w.blanks[1], ["SITE"], deed=d), "list Team"),
    "list_from": (lambda s, w, d: s.list_from(CONTOSO, w.ada.id, "Sales", GROUP, deed=d), "list Sales"),
    "rename_list": (lambda s, w, d: s.rename_list(w.lists[3].id, "Crew", deed=d), "list Crew"),
    "share_list": (lambda s, w, d: s.share_list(w.lists[4].id, [w.louis.id], deed=d), "list Team"),
    "delete_list": (lambda s, w, d: s.delete_list(w.lists[5].id, deed=d), "list Team"),
    "mute": (lambda s, w, d: s.mute(w.louis.id, True, deed=d), "person "),
    "set_quiet": (lambda s, w, d: s.set_quiet(w.louis.id, NIGHT, deed=d), "person "),
    "leave_topic": (lambda s, w, d: s.leave_topic(w.louis.id, 3, True, deed=d), "person "),
    "give_role": (lambda s, w, d: s.give_role(w.louis.id, Role.AUTHOR, deed=d), "person "),
    "claim_ownership": (lambda s, w, d: s.claim_ownership(w.ada.id, deed=d), "person "),
    "forgotten": (lambda s, w, d: s.forgotten(w.old.id, NOW, deed=d), "campaign News"),
    "erase": (lambda s, w, d: s.erase("grace@contoso.example", deed=d), "person "),
    "change_policy": (lambda s, w, d: change_policy(s, CONTOSO, _by_a_group, deed=d), "group Sales"),
    "count_test": (lambda s, w, d: count_test(s, w.drafts[2], 20, deed=d), "campaign Tried"),
}
#: done by functions of both stores over ``write_documents``
OF_BOTH = {"change_policy", "count_test"}
#: changes of many documents, which a repetition completes
IN_STEPS = {"enlist", "dismiss", "refill_list", "publish_list", "erase", "forgotten"}
#: what is nobody's change of anything here: exports, and an operator's word
NOTED_ONLY = {"note"}
#: by a rule that somebody has scheduled: what it notes, and that it does so once, stands in test_series
BY_A_RULE = {"make_sequel"}
#: what the bot keeps for its own work, and what people choose for their own chat: nobody's deed
OWN = """
    absorb_blanks admit backup begin_activity blank_list claim_due collect_deeds delete_documents doubt drop_blank
    due_look_ups
    engage fill_blank fill_from_page finish
    forget_activities forget_recipients forget_weeks installed_for keep_live_card keep_profiles
    keep_progress keep_trouble know learn look_up looked_up lose mark_sending meet meet_in_team new_installation plan
    plan_ended
    planned reap recalled record refresh_list remember renew reported save_installation seal skip_numbers speak start
    write_documents claim_mail doubt_mails keep_mailing mail_clicked mark_mail plan_mails reap_mails record_mail
"""
READS = """
    audit_from by_zone campaign campaigns check close columns_of count_audit count_campaigns count_templates
    delivery_columns delivery_state distribution_list due_among due_recalls due_sequels due_to_start engagement
    engagement_by_hour exists had_enough hold in_state installation kept kept_of known_values last_done last_due lists
    live_card made_by members muted_people newest_service_url next_due open open_installations
    organisations_keeping people_bits people_in_state people_without person person_at person_behind planned_people
    people_without_topic profile_figures profiles_of quiet_people
    reach reach_at read_documents received recipients reference result_lists results
    role schema secret sent_messages sequels server_time tally template templates unreached unreported with_role
    zones due_mailings mail_tally mails_due mails_of
"""


async def kept(store: Store, world: World) -> dict[str, object]:
    """All that deeds change."""
    state: dict[str, object] = {"policy": await policy_of(store, CONTOSO)}
    state["campaigns"] = await store.campaigns(CONTOSO, 100)
    state["templates"] = await store.templates(CONTOSO, world.ada.id, 100)
    for one in await store.lists(CONTOSO):
        people = await store.recipients(CONTOSO, Audience(lists=(one.id,)), Channel.TEAMS)
        state[f"list {one.id}"] = (one, [sorted(some) for some in people])
    for person in (world.ada, world.louis, world.grace):
        state[f"person {person.id}"] = (await store.person(person.id), await store.role(person.id))
    documents = await store.read_documents([f"tests/by/{world.ada.id}"])
    state["tests"] = [json for _, json in documents.values()]
    return state


async def deeds_of(store: Store, cause: str) -> list[AuditEntry]:
    """Those of one activity."""
    return [entry for _, entry in await audit_of(store, CONTOSO) if entry.client == cause]


def deed_of(world: World, cause: str) -> Deed:
    return Deed(kind=DeedKind.CHANGED, by=world.ada.id, at=NOW, details={"a": "b"}, client=cause, cause=cause)


def test_whatever_is_somebodys_deed_takes_it() -> None:
    """mypy refuses a call without: it is required, and a Deed."""
    methods = {name: method for name, method in inspect.getmembers(Store, inspect.isfunction) if name[0] != "_"}
    takes = {name for name, method in methods.items() if "deed" in inspect.signature(method).parameters}
    assert takes == DEEDS.keys() - OF_BOTH | NOTED_ONLY | BY_A_RULE
    assert methods.keys() - takes == {*OWN.split(), *READS.split()}, "a new method: is it somebody's deed?"
    for function in (*(methods[name] for name in takes), change_policy, count_test):
        deed = inspect.signature(function).parameters["deed"]
        assert deed.default is inspect.Parameter.empty and get_type_hints(function)["deed"] is Deed


async def begun(store: Store, cause: str) -> None:
    arrival = Arrival(key=cause, sender="msteams contoso 29:ada", told_at=NOW)
    await store.begin_activity(arrival, 1, NOW, NOW + MINUTE)


async def test_a_deed_is_noted_with_its_change_once_however_often_it_is_done(store: Store) -> None:
    world = await seeded(store)
    now = await kept(store, world)
    for name, (do, subject) in DEEDS.items():
        await begun(store, name)
        before, deed = now, deed_of(world, name)
        await do(store, world, deed)
        now = await kept(store, world)
        assert now != before, name
        with contextlib.suppress(StaleVersion):  # the platform repeats the activity: this run knows of no other
            await do(store, world, deed)
        [entry] = await deeds_of(store, name)
        assert (f"{entry.subject} {entry.name}", entry.by, entry.at) == (subject, world.ada.id, NOW)


async def copy_of(server: MongoServer) -> MortalServer:
    copy = MortalServer(random.Random(1), answers=(0, 0))
    for name in server.db.list_collection_names():
        if rows := list(server.db[name].find()):
            copy.db[name].insert_many(rows)
    return copy


@pytest.mark.parametrize("names", [[*DEEDS][::2], [*DEEDS][1::2]], ids=["some", "others"])
async def test_wherever_a_copy_dies_no_change_is_without_its_deed_and_none_is_noted_twice(names: list[str]) -> None:
    """MongoDB, where nothing spans two documents; SQLite writes both in one transaction."""
    at_first = MongoServer(random.Random(1), answers=(0, 0))
    store = SimulatedMongo(at_first)
    await store.open()
    world = await seeded(store)
    before = await kept(store, world)
    for name in names:
        await begun(store, name)
        writes = 0
        while await _died(await copy_of(at_first), world, before, name, writes):
            writes += 1
        assert 2 <= writes < 40, name


async def _died(server: MortalServer, world: World, before: object, name: str, writes: int) -> bool:
    """A copy of the bot does it, and ends before so many writes; another goes on. Whether the first has died."""
    do, subject = DEEDS[name]
    first, deed, died = SimulatedMongo(server), deed_of(world, name), False
    await first.open()
    server.left = writes
    try:
        await do(first, world, deed)
    except Killed:
        died = True
    server.left = None
    second = SimulatedMongo(server)
    await second.open()
    after, deeds = await kept(second, world), [f"{one.subject} {one.name}" for one in await deeds_of(second, name)]
    story = f"{name}, dead before write {writes + 1}: {deeds}"
    assert deeds in ([], [subject]), story
    assert deeds or after == before or name == "erase", story
    if name == "erase" and await second.person_at(CONTOSO, "grace@contoso.example") is None:
        assert deeds, story
    if not deeds or name in IN_STEPS:
        await do(second, world, deed)  # repeated
    assert [f"{one.subject} {one.name}" for one in await deeds_of(second, name)] == [subject], story
    assert await second.collect_deeds() == 0, "nothing is left over"
    return died


async def test_a_setting_is_noted_by_its_name_with_what_it_was_and_what_it_is(store: Store) -> None:
    deed = Deed(kind=DeedKind.SET, by=None, at=NOW)
    both = Policy(per_week=3, important_unmutes=True, groups=(PUBLISHERS,))
    await change_policy(store, CONTOSO, lambda policy: both, deed=deed)
    await change_policy(store, CONTOSO, lambda policy: replace(policy, per_week=None, groups=()), deed=deed)
    entries = [entry for _, entry in reversed(await audit_of(store, CONTOSO))]
    assert [(one.deed, one.subject, one.id, dict(one.details)) for one in entries] == [
        (DeedKind.SET, Subject.SETTING, "per_week", {"before": "", "after": "3"}),
        (DeedKind.SET, Subject.SETTING, "important_unmutes", {"before": "false", "after": "true"}),
        (DeedKind.GIVEN, Subject.GROUP, "g-1", {"role": "publisher"}),
        (DeedKind.SET, Subject.SETTING, "per_week", {"before": "3", "after": ""}),
        (DeedKind.TAKEN, Subject.GROUP, "g-1", {}),
    ]


#: who may note by themselves what changes nothing in the store, and who may write documents with a deed of their own
NOTES = {
    "bot/ops/cli.py": "that the audit was read",
    "bot/ops/restore.py": "what is doubted in steps",
    "dialogs/results/exports.py": "that a file was asked for",
}
FILLS = {
    "dialogs/lists/imports/saving.py": "a file's people, whom nobody sees yet",
    "dialogs/lists/audience.py": "the same of what was pasted with columns; publishing it is the deed",
}


def test_no_conversation_notes_by_itself_nor_changes_what_people_see_without_a_deed() -> None:
    root = Path(__file__).parents[2]
    sources = {path.relative_to(root).as_posix(): path.read_text() for path in root.glob("*/**/*.py")}
    ours = {name: source for name, source in sources.items() if name.split("/")[0] in ("bot", "dialogs")}
    assert {name for name, source in ours.items() if re.search(r"store\.note\(", source)} == NOTES.keys()
    assert {name for name, source in ours.items() if re.search(r"\.fill_(blank|from_page)\(", source)} == FILLS.keys()
    assert not [name for name, source in ours.items() if "AuditEntry(" in source]

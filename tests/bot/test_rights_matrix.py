"""Nobody reads or changes what isn't theirs: every verb and command, by every role, on everybody's records.

Generated from the routers, so that a verb that is added tomorrow is pressed too, and judged by the table of
docs/product.md §9 alone. One running bot, whose conversations are entered where the platform's front door hands over
(``Entry``): the role is asked for behind it. The numbers in the forms are what somebody might make up.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from cards.kit.elements import as_dict
from dialogs.core.entry import Entry
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Turn
from dialogs.routers import everything
from storage.port.store import Store
from storage.records import (
    Audience,
    Campaign,
    CampaignState,
    Channel,
    Contact,
    DistributionList,
    Frozen,
    Message,
    Role,
    Schedule,
    Slot,
    Template,
    TenantId,
)
from storage.records import Person as Known
from storage.records.step_forms import SEQUENCE
from storage.sqlite import SqliteStore
from tests.bot.story import eventually
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person
from tests.support.seeding import ANY_TIME

ELSEWHERE = "77777777-7f64-4d0a-9b1e-5a2c3f4e6d70"
STEPS = ("message", "audience", "schedule")
ROLES = (None, Role.AUTHOR, Role.PUBLISHER, Role.OWNER)
STATES = (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.SCHEDULED, CampaignState.DONE)
#: verbs that make or change what is the speaker's own only, whatever a form names, or that ask the directory
QUIET = ("language.set", "mute.set")


@dataclass
class Belongings:
    """What one person has made, with a word in each of them that stands nowhere else."""

    maker: Known
    #: stands in texts, columns and people's names
    secret: str
    campaigns: list[Campaign] = field(default_factory=list)
    list: DistributionList | None = None
    template: Template | None = None

    @property
    def name(self) -> str:
        """Stands in the names of the records: somebody may know it, and type it."""
        return self.secret[::-1]


@dataclass
class World:
    bot: RunningBot
    entry: Entry
    speakers: dict[Role | None, Person]
    known: dict[Role | None, Known]
    theirs: dict[Role | None, Belongings]  #: the speaker's own
    shared: Belongings
    other: Belongings
    elsewhere: Belongings
    #: changes that anybody has asked of the store; most presses only read
    changes: int = 0
    turns: int = 0
    #: what was last seen of somebody's belongings, and after how many changes
    seen: dict[str, tuple[int, dict[str, object]]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.bot.store

    async def turn(self, role: Role | None) -> Turn:
        self.turns += 1
        person = await self.store.person(self.known[role].id)
        assert person is not None
        return await self.entry.turn(person, Channel.TEAMS, arrives=False, client="test", cause=f"turn {self.turns}")

    async def execute(self, role: Role | None, verb: str, form: dict[str, Any]) -> str:
        """All that somebody is told who presses a button, in small letters."""
        before = self.told(role)
        return await self.heard(role, before, [await self.entry.press(await self.turn(role), {**form, "verb": verb})])

    async def say(self, role: Role | None, words: str) -> str:
        before, chat = self.told(role), self.speakers[role].conversation
        return await self.heard(role, before, await self.entry.hear(await self.turn(role), words, chat))

    def told(self, role: Role | None) -> int:
        return len(self.speakers[role].chat.messages)

    async def heard(self, role: Role | None, before: int, answers: Sequence[Answer]) -> str:
        words: list[object] = []
        for answer in answers:
            last: Answer | None = answer
            while last is not None:
                words += [last.text, last.summary, as_dict(last.card) if last.card else None, last.offer]
                last = await last.later if last.later else None
        posted = [message["activity"] for message in self.speakers[role].chat.messages[before:]]
        return json.dumps([words, posted], default=str).lower()

    async def snapshot(self, of: Belongings) -> dict[str, object]:
        """All that can be changed of what somebody has made."""
        at, seen = self.seen.get(of.secret, (-1, {}))
        if at != self.changes:
            at = self.changes
            seen = await snapshot(self.store, of)
            self.seen[of.secret] = (at, seen)
        return seen


async def known(store: Store, person: Person) -> Known:
    known_person = await store.person_at(TenantId(person.tenant), person.address)  # type: ignore[arg-type]
    assert known_person is not None
    return known_person


async def belongings(bot: RunningBot, maker: Known, secret: str, *, shared_with: Iterable[Known] = ()) -> Belongings:
    store, now = bot.store, bot.clock.now()
    audience_of = [Contact(address=f"{secret}@contoso.example", given_name=secret, columns={secret.upper(): secret})]
    people = await store.meet(maker.tenant, audience_of)
    blank = await store.blank_list(maker.tenant, maker.id)
    await store.fill_blank(blank, people, [contact.columns for contact in audience_of])
    own_list = await store.publish_list(blank, f"List {secret[::-1]}", [secret.upper()], deed=A_DEED)
    assert own_list is not None
    guests = frozenset(person.id for person in shared_with)
    await store.share_list(own_list.id, list(guests), deed=A_DEED)
    message = {"name": f"Campaign {secret[::-1]}", "title": "News", "body": f"About {secret}."}
    forms = {
        "message": message,
        "audience": {"audience": f"list:{own_list.id}", "channel": "msteams"},
        "schedule": {"start": "now", "duration": "2", "unit": "hours", "anytime": "true"},
    }
    mine = Belongings(maker, secret)
    steps = {
        SEQUENCE: {"hand": "1", "next": "3", "numbers": "1,2", "days": "0, 3", "whom": "new"},
        "2/message": {"name": message["name"], "title": secret, "body": f"About {secret}."},
    }
    for state, kept in ((CampaignState.DRAFT, {**forms, **steps}), *((state, forms) for state in STATES)):
        draft = await store.new_campaign(maker.tenant, maker.id, message["name"], Channel.TEAMS, now, kept, deed=A_DEED)
        draft = replace(draft, shared_with=guests, state=state)
        if state is CampaignState.SUBMITTED:
            draft = replace(draft, submitted_by=maker.id)
        if state in (CampaignState.SCHEDULED, CampaignState.DONE):
            start = now + timedelta(days=300) if state is CampaignState.SCHEDULED else now - timedelta(hours=2)
            frozen = Frozen(
                message=Message(title="News", body=f"About {secret}."),
                audience=Audience(lists=(own_list.id,)),
                schedule=Schedule(slot=Slot(start=start, duration=timedelta(hours=1)), hours=ANY_TIME, zone="UTC"),
            )
            draft = replace(draft, frozen=frozen, state=CampaignState.SCHEDULED)
        mine.campaigns.append(await store.save(draft, deed=A_DEED))
    mine.template = await store.new_template(
        maker.tenant, maker.id, f"Template {secret[::-1]}", Channel.TEAMS, forms, now, shared=bool(guests), deed=A_DEED
    )
    mine.list = await store.distribution_list(own_list.id)
    return mine


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Where the conversations of the bots that are started enter."""
    entries: list[Entry] = []

    class Kept(Entry):
        def __init__(self, *parts: Any, **more: Any) -> None:
            super().__init__(*parts, **more)
            entries.append(self)

    monkeypatch.setattr("app.Entry", Kept)
    return entries


@pytest.fixture
async def world(entries: list[Entry], running_bot: RunningBot, ada: Person) -> AsyncIterator[World]:
    bot, store = running_bot, running_bot.store
    names = {None: "Nora", Role.AUTHOR: "Alma", Role.PUBLISHER: "Pina"}
    speakers: dict[Role | None, Person] = {
        role: bot.organisation.person(name, "Speaker") for role, name in names.items()
    }
    speakers[Role.OWNER] = ada
    marie = bot.organisation.person("Marie", "Curie")
    eve = bot.organisation.person("Eve", "Elsewhere", tenant=ELSEWHERE, address="eve@elsewhere.example")
    for person in (*speakers.values(), marie, eve):
        if person is not ada:
            await person.install()
    people = {role: await known(store, speaker) for role, speaker in speakers.items()}
    for role, known_one in people.items():
        if role is not Role.OWNER:
            await store.give_role(known_one.id, role, deed=A_DEED)
    maker, stranger = await known(store, marie), await known(store, eve)
    await store.give_role(maker.id, Role.AUTHOR, deed=A_DEED)
    theirs = {role: await belongings(bot, one, f"own{one.id}zq") for role, one in people.items()}
    world = World(
        bot,
        entries[-1],
        speakers,
        people,
        theirs,
        shared=await belongings(bot, maker, "sharedzq", shared_with=people.values()),
        other=await belongings(bot, maker, "otherzq"),
        elsewhere=await belongings(bot, stranger, "elsewherezq"),
    )

    async def all_done() -> bool:
        everybody = [*world.theirs.values(), world.shared, world.other, world.elsewhere]
        for one in everybody:
            for place, campaign in enumerate(one.campaigns):
                fresh = await store.campaign(campaign.id)
                assert fresh is not None
                one.campaigns[place] = fresh
        return all(one.campaigns[-1].reported_at for one in everybody)

    await eventually(all_done)
    assert isinstance(store, SqliteStore)
    write = store.write

    async def counted(change: Any) -> Any:
        world.changes += 1
        done = await write(change)
        world.changes += 1
        return done

    store.write = counted  # type: ignore[method-assign]
    yield world


async def snapshot(store: Store, of: Belongings) -> dict[str, object]:
    """All that can be changed of what somebody has made."""
    state: dict[str, object] = {}
    for campaign in of.campaigns:
        state[f"campaign {campaign.id}"] = await store.campaign(campaign.id)
    assert of.list and of.template
    state["list"] = await store.distribution_list(of.list.id)
    everybody = Audience(lists=(of.list.id,), guests=True)
    reachable, others = await store.recipients(of.maker.tenant, everybody, Channel.TEAMS)
    state["people"] = (list(reachable), list(others))
    state["template"] = await store.template(of.template.id)
    return state


def fields(target: Belongings, campaign: Campaign, own: Belongings, step: str) -> dict[str, Any]:
    """Whatever a form may say, all at once: each verb takes what it knows."""
    assert target.list and target.template
    return {
        "campaign": campaign.id, "version": campaign.version, "list": target.list.id, "template": target.template.id,
        "step": step, "go": "review", "page": 0, "name": "Taken", "title": "Taken", "body": "Taken [FIRSTNAME].",
        "audience": f"list:{target.list.id}", "except": "", "channel": "msteams", "start": "now", "duration": "1",
        "unit": "hours", "anytime": "true", "address": own.maker.address, "addresses": "taken@contoso.example",
        "list_name": "Taken", "template_name": f"Taken {campaign.id}", "sharing": "me", "authors": "", "kind": "opened",
        "format": "csv", "to": "link", "other": "fr", "spoken": "fr", "into": f"replace:{target.list.id}",
        "button": 0, "person": own.maker.id, "who": own.maker.address, "role": "owner", "approval": "never",
        "image": "", "group": "Taken", "choice": "g-1", "part": 2,
        "of": 2, "days": "1, 4", "whom": "all", "reason": "Taken", "find": "",
    }  # fmt: skip


def told_of(target: Belongings, words: str, *, typed: bool = False) -> bool:
    """Whether something of what somebody has made stands in these words; ``typed``: its name may be said back."""
    return target.secret in words or (target.name in words and not typed)


#: product.md §9, said once more and not asked of the bot: (role, whose) -> (sees, changes)
TABLE = {
    (Role.AUTHOR, "shared"): (True, False),
    (Role.PUBLISHER, "shared"): (True, False),
    (Role.PUBLISHER, "other"): (True, False),
    (Role.OWNER, "shared"): (True, True),
    (Role.OWNER, "other"): (True, True),
}


def judged(world: World, role: Role | None, target: Belongings, verb: str) -> tuple[bool, bool]:
    """(may see something of it, may change it)."""
    whose = "shared" if target is world.shared else "other" if target is world.other else "elsewhere"
    sees, changes = TABLE.get((role, whose), (False, False))
    return sees, changes or (sees and role is Role.PUBLISHER and verb.startswith("approval."))


async def press(
    world: World, role: Role | None, verb: str, target: Belongings, campaign: Campaign, step: str = "message"
) -> list[str]:
    """One press of somebody on records of somebody; what was wrong about what came of it."""
    own = world.theirs[role]
    sees, changes = judged(world, role, target, verb)
    before, deeds = await world.snapshot(target), await world.store.count_audit(TenantId(TENANT))
    answer = await world.execute(role, verb, fields(target, campaign, own, step))
    wrong = []
    if not sees and told_of(target, answer):
        wrong.append(f"{role} reads {target.secret} by {verb} {step} {campaign.state}")
    if await world.snapshot(target) != before:
        if not changes:
            wrong.append(f"{role} changes {target.secret} by {verb} {step} {campaign.state}")
        if await world.store.count_audit(TenantId(TENANT)) == deeds:
            wrong.append(f"nobody has noted what {role} did to {target.secret} by {verb} {step} {campaign.state}")
    return wrong


def verbs(router: Router) -> list[str]:
    return [verb for verb in router.forms if verb not in QUIET]


@pytest.mark.parametrize("role", ROLES)
async def test_no_press_reads_or_changes_what_is_not_theirs(world: World, role: Role | None) -> None:
    """Drafts, waiting, scheduled and done ones; own, shared, another's, another organisation's."""
    wrong: list[str] = []
    for verb in verbs(everything()):
        for target in (world.elsewhere, world.other, world.shared):
            for campaign in target.campaigns:
                wrong += await press(world, role, verb, target, campaign)
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_draft_of_ones_own_opens_no_list_of_another(world: World, role: Role | None) -> None:
    """Another's list is named in the speaker's own draft, by every form; then every card of that draft is looked at."""
    own = world.theirs[role].campaigns[0]
    wrong: list[str] = []
    for target in (world.elsewhere, world.other):
        for verb, step in [
            ("form.save", "audience"),
            ("list.use", ""),
            *((verb, "review") for verb in verbs(everything())),
        ]:
            current = await world.store.campaign(own.id)
            if current is None:
                break
            sees, _ = judged(world, role, target, verb)
            form = fields(target, current, world.theirs[role], step)
            if verb in ("delete.confirm", "campaign.schedule"):
                continue  # the draft stays, to be looked at
            if told_of(target, await world.execute(role, verb, form)) and not sees:
                wrong.append(f"{role} reads {target.secret} in their own draft by {verb} {step}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_no_typed_command_reads_or_changes_what_is_not_theirs(world: World, role: Role | None) -> None:
    """Every command, bare and with the name of another's campaign, list, template; what is asked back, answered."""
    router = everything()
    wrong: list[str] = []
    english = {entry.handler: words for words, entry in reversed(router.commands.items()) if words.isascii()}
    for words in sorted(english.values()):
        if words in ("claim", "mute", "unmute") or words.startswith(("remove", "add")):
            continue  # of people: not of records
        for target in (world.elsewhere, world.other):
            sees, changes = judged(world, role, target, words)
            before = None if changes else await world.snapshot(target)
            for kind in ("Campaign", "List", "Template"):
                answer = await world.say(role, f"{words} {kind} {target.name}")
                if not sees and told_of(target, answer, typed=True):
                    wrong.append(f"{role} reads {target.secret} by “{words}”")
            if before is not None and await world.snapshot(target) != before:
                wrong.append(f"{role} changes {target.secret} by “{words}”")
    assert wrong == []


async def test_the_answer_is_the_same_as_for_what_does_not_exist(world: World) -> None:
    """Nobody learns which numbers are taken."""
    gone = replace(world.other.campaigns[0], id=world.other.campaigns[0].id + 1_000_000)  # type: ignore[arg-type]
    for verb in verbs(everything()):
        answers = set()
        for campaign in (world.other.campaigns[0], gone):
            form = {"campaign": campaign.id, "version": campaign.version, "step": "message", "button": 0}
            answers.add(re.sub(r"\d+", "#", await world.execute(Role.AUTHOR, verb, form)))
        assert len(answers) == 1, verb

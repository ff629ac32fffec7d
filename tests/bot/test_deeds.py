"""Who did what: over a whole story, in the chat, what has changed is what the audit says, on either store."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from storage.port.store import Store
from storage.records import Audience, Campaign, CampaignState, Channel, DeedKind, PersonId, TenantId
from storage.shared.policy import policy_of
from tests.bot.story import MESSAGE, asked, handle_of, make_author, make_publisher, newest
from tests.conftest import RunningBot
from tests.simulation.mongo import MongoServer, SimulatedMongo
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person

HERE = TenantId(TENANT)
#: deeds that change no record of anybody's
ELSEWHERE = {DeedKind.TEST_SENT, DeedKind.EXPORTED}


@pytest.fixture(params=["sqlite", "mongodb"])
async def bot(request: pytest.FixtureRequest, running_bot: RunningBot) -> AsyncIterator[RunningBot]:
    if request.param == "mongodb":
        server = MongoServer(random.Random(1), answers=(0, 0), now=running_bot.clock.now)
        await running_bot.stop()
        running_bot.make_store = lambda: SimulatedMongo(server)
        await running_bot.start()
    yield running_bot


def decided(campaign: Campaign) -> tuple[object, ...]:
    """What people have decided of it: that it starts and ends is the bot's."""
    waits = campaign.state in (CampaignState.DRAFT, CampaignState.SUBMITTED)
    state = campaign.state if waits else CampaignState.SCHEDULED
    return campaign.name, campaign.forms, campaign.shared_with, campaign.frozen, campaign.approved_by, state


async def records(store: Store, people: list[PersonId]) -> dict[tuple[str, str], object]:
    """All that somebody can change, by what the audit calls it."""
    kept: dict[tuple[str, str], object] = {
        ("campaign", str(one.id)): decided(one) for one in await store.campaigns(HERE, 100)
    }
    for one in await store.lists(HERE):
        reachable, others = await store.recipients(HERE, Audience(lists=(one.id,)), Channel.TEAMS)
        kept["list", str(one.id)] = (one, sorted([*reachable, *others]))
    for id in people:
        kept |= {("template", str(one.id)): one for one in await store.templates(HERE, id, 100)}
        person = await store.person(id)
        kept["person", str(id)] = (await store.role(id), person and person.muted)
    policy = await policy_of(store, HERE)
    for name in ("approve_above", "per_week", "important_unmutes", "keep_days"):
        kept["setting", name] = getattr(policy, name)
    return kept


@dataclass
class Watch:
    """Compares what has changed with what has been noted, step by step."""

    store: Store
    people: list[PersonId]
    kept: dict[tuple[str, str], object] = field(default_factory=dict)
    noted: int = 0
    #: every deed so far, as (kind, subject)
    deeds: list[tuple[str, str]] = field(default_factory=list)

    async def look(self, step: str = "") -> None:
        before, self.kept = self.kept, await records(self.store, self.people)
        entries = [entry for _, entry in reversed(await audit_of(self.store, HERE))]
        new, self.noted = entries[self.noted :], len(entries)
        if not step:
            return
        changed = {key for key in before.keys() | self.kept.keys() if before.get(key) != self.kept.get(key)}
        deeds = {(str(one.subject), one.id) for one in new if one.deed not in ELSEWHERE}
        assert changed == deeds, step
        assert len(new) == len({(one.deed, one.subject, one.id) for one in new}), f"{step}: each once"
        assert new and {one.by for one in new} <= {*self.people}, step
        self.deeds += [(str(one.deed), str(one.subject)) for one in new]


async def test_what_has_changed_is_what_the_audit_says(bot: RunningBot) -> None:
    names = (("Ada", "Lovelace"), ("Grace", "Hopper"), ("Alan", "Turing"), ("Marie", "Curie"))
    ada, grace, alan, marie = everybody = [bot.organisation.person(*name) for name in names]
    for person in everybody:
        await person.install()
    known = [await bot.store.person_at(HERE, person.address) for person in everybody]
    watch = Watch(bot.store, [one.id for one in known if one])
    await watch.look()

    async def pressed(person: Person, title: str | frozenset[str], step: str, /, **fields: str) -> Any:
        answer = await person.press(title, **fields)
        await watch.look(step)
        return answer

    async def typed(person: Person, words: str) -> None:
        await asked(person, words)
        await watch.look(words)

    await make_publisher(ada, grace)
    await watch.look("a publisher is named")
    await make_author(ada, alan)
    await watch.look("an author is named")
    await typed(ada, f"add author {marie.address}")
    await ada.say("rules")
    await pressed(ada, "Save", "rules are set", approval="always", per_week="3")
    # --- a list
    await alan.say("new list")
    await alan.press("Go on", list_name="Team", addresses=f"{alan.address}, {ada.address}")
    await pressed(alan, "Save the list", "a list is made")
    await alan.press("Add or remove people")
    await pressed(alan, "Add them", "people are added", addresses=grace.address)
    await alan.press("Add or remove people")
    await pressed(alan, "Take them out", "people are taken out", addresses=ada.address)
    await alan.say("rename list team")
    await pressed(alan, "Save", "a list is renamed and shared", list_name="Crew", sharing="all")
    # --- a campaign
    [crew] = await bot.store.lists(HERE)
    await alan.say("new campaign")
    await watch.look("a draft is begun")
    await pressed(alan, "Next: audience", "a message is written", **MESSAGE)
    await pressed(alan, "Next: schedule", "an audience is chosen", audience=f"list:{crew.id}")
    day = (bot.clock.now() + timedelta(days=3)).date().isoformat()
    at = {"start": "at", "date": day, "time": "09:00", "zone": "UTC", "duration": "2", "unit": "days"}
    await pressed(alan, "Next: review", "a schedule is chosen", **at, anytime="true")
    await alan.press("Try it")
    await pressed(alan, "To me", "a test is sent")
    await alan.press("Back")
    await pressed(alan, SEND_OFF, "it waits for approval")
    await pressed(grace, "Send back", "it is sent back", reason="Not yet")
    again = handle_of(await newest(bot))
    await alan.execute("campaign.schedule", again, alan.chat.messages[-1]["id"])
    await watch.look("it is asked for again")
    await pressed(grace, "Approve", "it is approved")
    assert (await newest(bot)).state is CampaignState.SCHEDULED
    await alan.say("info autumn")
    await alan.press("Share it")
    await pressed(alan, "Save", "it is shared", authors=str(watch.people[-1]))
    # --- a template, a copy, and what goes
    await alan.say("save as template autumn newsletter")
    await pressed(alan, "Save", "a template is kept", template_name="Seasons")
    await typed(alan, "use template seasons")
    await alan.say("share template seasons")
    await pressed(alan, "Save", "a template is shared", sharing="all")
    await typed(alan, "clone autumn newsletter")
    await alan.say("delete template seasons")
    await pressed(alan, "Yes, delete the template", "a template goes")
    await ada.say("delete autumn newsletter")
    await pressed(ada, "Yes, delete it", "a campaign goes")
    await alan.say("delete list crew")
    await pressed(alan, "Yes, delete it", "a list goes")
    await typed(grace, "mute")
    await typed(grace, "unmute")
    await typed(ada, f"remove author {alan.address}")
    await ada.say("export audit")
    await pressed(ada, "CSV", "the audit is exported")
    kinds = {kind for kind, _ in watch.deeds}
    # each has a story of its own: CHOSEN is that of tests/bot/test_ab_tests.py
    elsewhere = {DeedKind.CLAIMED, DeedKind.ERASED, DeedKind.STOPPED, DeedKind.SCHEDULED, DeedKind.RECALLED}
    elsewhere |= {DeedKind.CHOSEN}
    assert {*DeedKind} - kinds == elsewhere

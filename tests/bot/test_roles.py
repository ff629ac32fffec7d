"""Who may do what: given by chat, held at once, and nothing without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from dialogs.people import effective_role
from dialogs.people.ownership import new_code
from dialogs.routers import everything
from scheduler.ports import DirectoryGroup, NotAnswered
from storage.records import DeedKind, DirectoryUser, Role, TenantId
from tests.bot.story import asked, draft, launch, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, actions_of, words_of

NOT_AN_AUTHOR = "Only authors can do that here."
REFUSED = ("Only an owner can do that here.", "Only a publisher or an owner can do that here.")


async def role_of(running_bot: RunningBot, person: Person) -> Role | None:
    known = await running_bot.store.person_at(TENANT, person.address)  # type: ignore[arg-type]
    return await running_bot.store.role(known.id) if known else None


async def invoke(person: Person, verb: str, fields: dict[str, Any]) -> Any:
    """Press a button that stands on any of their cards, or on none."""
    return await person.execute(verb, fields, person.chat.messages[-1]["id"], verb)


# --- the first owner --------------------------------------------------------------------------


@pytest.mark.real_time
async def test_with_a_registration_the_first_to_come_is_nobody(signed: RunningBot) -> None:
    ada = signed.organisation.person("Ada", "Lovelace")
    await ada.install()
    assert await role_of(signed, ada) is None
    assert (await asked(ada, "new campaign"))[0].startswith(NOT_AN_AUTHOR)


@pytest.mark.real_time
async def test_the_code_of_the_first_start_makes_an_owner_once(signed: RunningBot) -> None:
    ada, louis = (signed.organisation.person(*name) for name in (("Ada", "Lovelace"), ("Louis", "Pasteur")))
    for person in (ada, louis):
        await person.install()
    code = await new_code(signed.store, signed.clock)
    assert code and len(code) == 14
    assert await new_code(signed.store, signed.clock) is None, "one is out"
    for wrong in ("", "AAAA-BBBB-CCCC", code[:-1], code + "A"):
        assert "not valid" in (await asked(ada, f"claim {wrong}"))[0]
    both = await asyncio.gather(
        ada.send({"type": "message", "text": f"claim {code.lower()}"}),
        louis.send({"type": "message", "text": f"claim {code.replace('-', ' ')}"}),
    )
    assert [status for status, _ in both] == [201, 201]
    roles = {await role_of(signed, person) for person in (ada, louis)}
    assert roles == {Role.OWNER, None}
    [(owner, _)] = await signed.store.with_role(TenantId(TENANT))
    later = louis if owner.address == ada.address else ada
    assert "already has an owner" in (await asked(later, f"claim {code}"))[0]
    [(_, entry)] = await audit_of(signed.store, TenantId(TENANT), 10)
    assert (entry.deed, entry.by) == (DeedKind.CLAIMED, owner.id)
    assert await new_code(signed.store, signed.clock) is None, "and none is printed any more"


@pytest.mark.real_time
async def test_a_code_ends_after_a_day_and_another_is_printed(signed: RunningBot) -> None:
    ada = signed.organisation.person("Ada", "Lovelace")
    await ada.install()
    code = await new_code(signed.store, signed.clock)
    signed.clock.forward(timedelta(hours=24, minutes=1))
    assert "not valid" in (await asked(ada, f"claim {code}"))[0]
    again = await new_code(signed.store, signed.clock)
    assert again and again != code
    another = await new_code(signed.store, signed.clock, another=True)
    assert "not valid" in (await asked(ada, f"claim {again}"))[0], "an operator's takes its place"
    assert "**owner**" in (await asked(ada, f"claim {another}"))[0]


# --- roles for people -------------------------------------------------------------------------


async def test_roles_are_given_and_taken_by_chat(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    for typed, role in (
        ("add author", Role.AUTHOR), ("add publisher", Role.PUBLISHER), ("ajouter un auteur", Role.AUTHOR),
        ("add owner", Role.OWNER), ("remove role", None), ("ajouter diffuseur", Role.PUBLISHER),
        ("remove author", None),
    ):  # fmt: skip
        await asked(ada, f"{typed} {louis.address}")
        assert await role_of(running_bot, louis) is role, typed
    deeds = [entry.deed for _, entry in await audit_of(running_bot.store, TenantId(TENANT), 20)]
    assert deeds == [
        DeedKind.TAKEN,
        DeedKind.GIVEN,
        DeedKind.TAKEN,
        DeedKind.GIVEN,
        DeedKind.GIVEN,
        DeedKind.GIVEN,
        DeedKind.GIVEN,
        DeedKind.CLAIMED,
    ]


async def test_roles_are_given_and_taken_on_the_card(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await ada.say("roles")
    await ada.sees("Who may do what")
    card = (await ada.press("Give it", who=louis.address, role="publisher"))["value"]
    assert "Louis Pasteur is now a publisher." in words_of(card)
    assert await role_of(running_bot, louis) is Role.PUBLISHER
    card = (await ada.press("Give it", who="nobody@contoso.example", role="author"))["value"]
    assert any("I know nobody with this address." in word for word in words_of(card))
    card = (await ada.press("Give it", who="nobody", role="author"))["value"]
    assert any("That is not an address" in word for word in words_of(card))
    assert any("Please say who." in word for word in words_of((await ada.press("Give it", who=" "))["value"]))
    [taking] = [a for a in actions_of(ada.card()) if a.get("tooltip") == "Take the role from Louis Pasteur"]
    await invoke(ada, taking["verb"], taking["data"])
    assert await role_of(running_bot, louis) is None


async def test_the_last_owner_stays(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    words = ["The last owner stays one: name another owner first."]
    for typed in ("remove role", "remove owner", "add author", "add publisher"):
        assert await asked(ada, f"{typed} {ada.address}") == words
    assert await role_of(running_bot, ada) is Role.OWNER
    await asked(ada, f"add owner {louis.address}")
    await asked(ada, f"remove owner {ada.address}")
    assert await role_of(running_bot, ada) is None


async def test_a_role_holds_at_once_and_ends_at_once(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await asked(louis, "english")
    assert (await asked(louis, "campaigns"))[0].startswith(NOT_AN_AUTHOR)
    await asked(ada, f"add author {louis.address}")
    assert "Your campaigns" in await asked(louis, "campaigns")
    await asked(ada, f"remove role {louis.address}")
    assert (await asked(louis, "campaigns"))[0].startswith(NOT_AN_AUTHOR)


# --- nothing without it -----------------------------------------------------------------------


async def effects(running_bot: RunningBot) -> tuple[object, ...]:
    """All that a command could change."""
    tenant = TenantId(TENANT)
    return (
        await running_bot.store.campaigns(tenant, 100),
        await running_bot.store.lists(tenant),
        await running_bot.store.with_role(tenant),
        await audit_of(running_bot.store, tenant, 100),
        await running_bot.store.read_documents([f"policy/{TENANT}"]),
    )


def above(role: Role | None) -> tuple[list[str], list[str]]:
    """The commands and the forms that somebody with this role may not use."""
    router = everything()

    def closed(needed: Role | None) -> bool:
        return needed is not None and not (role and role.covers(needed))

    return (
        [words for words, entry in router.commands.items() if closed(entry.role)],
        [verb for verb, entry in router.forms.items() if closed(entry.role)],
    )


@pytest.mark.parametrize("role", [None, Role.AUTHOR, Role.PUBLISHER])
async def test_whatever_somebody_may_not_do_has_no_effect(
    running_bot: RunningBot, ada: Person, louis: Person, role: Role | None
) -> None:
    await draft(ada)
    campaign = await launch(ada, running_bot)
    other = await running_bot.store.new_campaign(
        campaign.tenant, campaign.author, "Draft", campaign.channel, running_bot.clock.now(), deed=A_DEED
    )
    await asked(louis, "english")
    person = await running_bot.store.person_at(TENANT, louis.address)  # type: ignore[arg-type]
    assert person is not None
    await running_bot.store.give_role(person.id, role, deed=A_DEED)
    commands, forms = above(role)
    assert len(forms) > (19 if role is None else 2)
    before = await effects(running_bot)
    for words in commands:
        alone = everything().commands[words].alone
        reply = await asked(louis, words if alone else f"{words} {campaign.name}")
        assert reply[0].startswith(NOT_AN_AUTHOR if role is None else REFUSED), words
        reply = await asked(louis, words if alone else f"{words} {louis.address}")
        assert reply[0].startswith(NOT_AN_AUTHOR if role is None else REFUSED), words
        running_bot.clock.forward(timedelta(seconds=2))  # nobody types that fast
    for verb in forms:
        for target in (campaign, other):
            fields = {
                "campaign": target.id, "version": target.version, "step": "message", "go": "review", "name": "Taken",
                "address": louis.address, "who": louis.address, "role": "owner", "person": person.id,
                "approval": "never",
            }  # fmt: skip
            answer = await invoke(louis, verb, fields)
            assert any(words in str(answer["value"]) for words in (NOT_AN_AUTHOR, *REFUSED)), verb
    assert await effects(running_bot) == before
    assert await role_of(running_bot, louis) is role


# --- groups of the directory ------------------------------------------------------------------


class FakeDirectory:
    """Two groups; it can be made to fall silent."""

    def __init__(self) -> None:
        self.people: dict[str, list[str]] = {"g-1": [], "g-2": []}
        self.silent = False
        self.hangs = False
        self.asked = 0

    async def find(self, tenant: TenantId, address: str) -> DirectoryUser | None:
        return None

    async def groups(self, tenant: TenantId, name: str) -> Sequence[DirectoryGroup]:
        if self.silent:
            raise NotAnswered("silent")
        named = {"g-1": "Communication", "g-2": "Communication internal"}
        return [DirectoryGroup(id=id, name=group) for id, group in named.items() if group.startswith(name)]

    async def members(self, tenant: TenantId, group: str) -> AsyncIterator[list[DirectoryUser]]:
        self.asked += 1
        if self.silent:
            raise NotAnswered("silent")
        if self.hangs:
            await asyncio.Event().wait()
        yield [DirectoryUser(directory_id=id) for id in self.people[group]]


@pytest.fixture
async def directory(running_bot: RunningBot) -> FakeDirectory:
    directory = FakeDirectory()
    running_bot.signing = {"directory": directory}
    await running_bot.restart()
    return directory


async def test_a_group_of_the_directory_holds_a_role(
    running_bot: RunningBot, directory: FakeDirectory, ada: Person, louis: Person
) -> None:
    await asked(louis, "english")
    directory.people["g-2"] = [louis.directory_id]
    await ada.say("roles")
    await ada.sees("Who may do what")
    card = (await ada.press("Give it", who="Communication", role="author"))["value"]
    assert {"Which group?", "Communication", "Communication internal"} <= set(words_of(card))
    [_, second] = [action for action in actions_of(card) if action["title"] == "This one"]
    card = (await invoke(ada, second["verb"], second["data"]))["value"]
    assert "Everybody in Communication internal is now an author." in words_of(card)
    assert "Your campaigns" in await asked(louis, "campaigns")
    directory.people["g-2"] = []
    assert "Your campaigns" in await asked(louis, "campaigns"), "a group is read every ten minutes"
    asked_before = directory.asked
    running_bot.clock.forward(timedelta(minutes=11))
    assert (await asked(louis, "campaigns"))[0].startswith(NOT_AN_AUTHOR)
    assert directory.asked == asked_before + 1


async def test_a_silent_directory_takes_no_role_away_for_a_day(
    running_bot: RunningBot, directory: FakeDirectory, ada: Person, louis: Person
) -> None:
    await asked(louis, "english")
    directory.people["g-2"] = [louis.directory_id]
    await ada.say("roles")
    await ada.sees("Who may do what")
    await ada.press("Give it", who="Communication internal", role="publisher")
    assert "Your campaigns" in await asked(louis, "campaigns")
    directory.silent = True
    running_bot.clock.forward(timedelta(hours=23))
    assert "Your campaigns" in await asked(louis, "campaigns")
    running_bot.clock.forward(timedelta(hours=2))
    assert (await asked(louis, "campaigns"))[0].startswith(NOT_AN_AUTHOR)
    card = (await ada.press("Give it", who="Communication", role="author"))["value"]
    assert any("The directory does not answer just now." in word for word in words_of(card))


async def test_a_directory_that_hangs_holds_nobody_up_for_longer_than_one_wait(
    running_bot: RunningBot, directory: FakeDirectory, ada: Person, louis: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten people at once wait together; who comes after them does not wait, until it is tried again."""
    await asked(louis, "english")
    await ada.say("roles")
    await ada.sees("Who may do what")
    await ada.press("Give it", who="Communication internal", role="author")
    people = [running_bot.organisation.person(f"P{number}", "Curie") for number in range(10)]
    for person in people:
        await person.install()
    running_bot.clock.forward(timedelta(minutes=11))
    directory.hangs, directory.asked = True, 0
    monkeypatch.setattr(effective_role, "WAIT", 2.0)
    began = time.monotonic()
    await asyncio.gather(*(asked(person, "help") for person in people))
    assert directory.asked == 1 and time.monotonic() - began < 15
    await asyncio.gather(*(asked(person, "help") for person in people))
    assert directory.asked == 1, "the failure is remembered"
    directory.hangs = False
    directory.people["g-2"] = [louis.directory_id]
    running_bot.clock.forward(timedelta(seconds=effective_role.AGAIN + 1))
    assert "Your campaigns" in await asked(louis, "campaigns")


async def test_a_group_loses_its_role(
    running_bot: RunningBot, directory: FakeDirectory, ada: Person, louis: Person
) -> None:
    await asked(louis, "english")
    directory.people["g-2"] = [louis.directory_id]
    await ada.say("roles")
    await ada.sees("Who may do what")
    await ada.press("Give it", who="Communication internal", role="author")
    [taking] = [a for a in actions_of(ada.card()) if a.get("tooltip") == "Take the role from Communication internal"]
    await invoke(ada, taking["verb"], taking["data"])
    assert (await asked(louis, "campaigns"))[0].startswith(NOT_AN_AUTHOR)


# --- everybody --------------------------------------------------------------------------------


async def test_everybody_can_mute_unmute_and_choose_the_language(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    async def muted() -> bool:
        person = await running_bot.store.person_at(TENANT, louis.address)  # type: ignore[arg-type]
        assert person is not None
        return person.muted

    await asked(louis, "sourdine")
    assert await muted()
    await louis.say("english")
    await asked(louis, "unmute")
    assert not await muted()
    assert "Your settings" in await asked(louis, "settings")
    await louis.press("Mute")
    assert await muted()
    await louis.press("Unmute")
    assert not await muted()
    assert {"**mute** – no campaigns for you; **unmute** brings them back"} & {
        line.removeprefix("- ") for word in await asked(louis, "help") for line in word.split("\n")
    }
    assert (await newest(running_bot) if await running_bot.store.campaigns(TenantId(TENANT), 1) else None) is None


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", ("You are now a publisher", "Ada Lovelace has given you this role.")),
        ("fr-FR", ("Vous êtes désormais diffuseur", "Ada Lovelace vous a donné ce rôle.")),
    ],
)
async def test_who_gets_a_role_is_told_once(
    running_bot: RunningBot, ada: Person, locale: str, words: tuple[str, str]
) -> None:
    marie = running_bot.organisation.person("Marie", "Curie", locale=locale)
    await marie.install()
    for _ in range(2):  # the second time, she has it
        await ada.say(f"add publisher {marie.address}")
    card = await marie.sees(words[0])
    assert words[1] in words_of(card)
    assert sum(words[0] in words_of(one) for _, one in marie.cards()) == 1
    await ada.say(f"add owner {ada.address}")
    assert not any("You are now" in word for _, one in ada.cards() for word in words_of(one)), "who does it knows"

"""Somebody is their id in the directory; an address is where, and passes on. The platform's newer word counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.teams.sightings import READ_AGAIN
from storage.records import Audience, Channel
from tests.bot.story import broadcast, draft, eventually, launch, settled
from tests.conftest import RunningBot
from tests.support.http import Answer
from tests.support.organisation import BOT, TENANT, Person
from tests.support.running_bot import BEGINS

EVERYONE = Audience(everyone=True)
THEN = BEGINS + timedelta(hours=1)  #: later than whatever is told without a time of our own
ODD = "http://127.0.0.1:9"  #: nobody answers there


def told(minutes: float) -> dict[str, str]:
    return {"timestamp": (THEN + timedelta(minutes=minutes)).isoformat()}


async def reached(running_bot: RunningBot) -> int:
    return (await running_bot.store.reach(TENANT, EVERYONE, Channel.TEAMS)).reachable


async def directory_id_at(running_bot: RunningBot, address: str) -> str:
    person = await running_bot.store.person_at(TENANT, address)
    return person.directory_id if person else ""


def renamed(running_bot: RunningBot, person: Person, address: str) -> None:
    """The directory gives somebody another address."""
    person.address = address
    running_bot.connector.add(person.conversation, person.member())


async def send_to(running_bot: RunningBot, ada: Person, *addresses: str) -> None:
    await draft(ada, {"audience": "", "list_name": "Contracts", "addresses": "\n".join(addresses)})
    await broadcast(ada, running_bot)
    await settled(running_bot)


# --- addresses ---------------------------------------------------------------------------------


async def test_a_message_to_an_address_that_passed_on_reaches_its_new_owner_and_never_the_former(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    address = louis.address
    renamed(running_bot, louis, "louis.p@contoso.example")
    heir = running_bot.organisation.person("Louise", "Pasteur", address=address)
    await heir.install()
    await send_to(running_bot, ada, address)
    await heir.sees("**big news**")
    assert heir.chat.campaigns and not louis.chat.campaigns


async def test_an_address_that_nobody_has_had_lately_waits_for_its_new_owner(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    address = louis.address
    renamed(running_bot, louis, "louis.p@contoso.example")
    await louis.install()  # they install once more, and are read again
    heir = running_bot.organisation.person("Louise", "Pasteur", address=address)
    await draft(ada, {"audience": "", "list_name": "Contracts", "addresses": f"{address}"})
    await launch(ada, running_bot)
    await heir.install()
    await heir.sees("**big news**", 30)
    assert not louis.chat.campaigns


async def test_a_list_of_people_stays_theirs_when_they_are_renamed(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada, {"audience": "", "list_name": "Contracts", "addresses": louis.address})
    address = louis.address
    renamed(running_bot, louis, "louis.p@contoso.example")
    heir = running_bot.organisation.person("Louise", "Pasteur", address=address)
    await heir.install()
    await broadcast(ada, running_bot)
    await louis.sees("**big news**")
    assert not heir.chat.campaigns


async def test_a_renamed_person_is_found_by_the_new_address_only(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    before = louis.address
    renamed(running_bot, louis, "louis.p@contoso.example")
    await louis.install()
    assert await directory_id_at(running_bot, "louis.p@contoso.example") == louis.directory_id
    assert await directory_id_at(running_bot, before) == ""


async def test_a_press_after_a_week_has_names_and_addresses_read_again(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    renamed(running_bot, louis, "louis.p@contoso.example")
    await louis.say("help")
    running_bot.clock.forward(READ_AGAIN)
    assert await directory_id_at(running_bot, "louis.p@contoso.example") == ""
    await louis.say("help")

    async def found() -> bool:
        return await directory_id_at(running_bot, "louis.p@contoso.example") == louis.directory_id

    await eventually(found)


# --- the newer word counts ---------------------------------------------------------------------


async def test_a_late_removal_never_beats_a_newer_install(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    install = {"type": "installationUpdate", "action": "add"}
    removal = {"type": "installationUpdate", "action": "remove"}
    await louis.send(install | told(1))
    await louis.send(install | told(10))
    await louis.send(removal | told(5))
    await louis.send({"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]} | told(5))
    assert await reached(running_bot) == 2
    await louis.send(removal | told(11))
    assert await reached(running_bot) == 1
    cards = len(louis.cards())
    await louis.send({"type": "conversationUpdate", "membersAdded": [{"id": BOT}]} | told(10.5))
    assert await reached(running_bot) == 1, "a late install"
    assert len(louis.cards()) == cards, "nobody is greeted who has left"
    await louis.send({"type": "message", "text": "help"} | told(12))
    assert await reached(running_bot) == 2


async def test_a_removal_is_late_after_a_word_of_theirs(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await louis.send({"type": "installationUpdate", "action": "add"} | told(1))
    await louis.send({"type": "message", "text": "help"} | told(10))
    await louis.send({"type": "installationUpdate", "action": "remove"} | told(5))
    assert await reached(running_bot) == 2


@pytest.mark.parametrize(
    "chat",
    [
        "19:meeting_abc@thread.v2",
        "19:abc@thread.tacv2;messageid=1700",
        "19:abc@thread.skype",
        "19:one_two@unq.gbl.spaces",
        "19:ABC@THREAD.V2",
    ],
)
@pytest.mark.parametrize("kind", ["personal", None])
async def test_a_thread_or_meeting_never_replaces_the_personal_chat(
    running_bot: RunningBot, ada: Person, louis: Person, chat: str, kind: str | None
) -> None:
    running_bot.connector.add(chat, louis.member())
    conversation = {"id": chat, "conversationType": kind, "tenantId": TENANT}
    words = {"type": "message", "text": "help", "conversation": conversation}
    install = {"type": "installationUpdate", "action": "add", "conversation": conversation}
    removal = {"type": "installationUpdate", "action": "remove", "conversation": conversation}
    for activity in (words, install, removal):
        status, _ = await louis.send(activity)
        assert status < 300
    person = await running_bot.store.person_at(TENANT, louis.address)
    assert person is not None
    reference = await running_bot.store.reference(person.id, Channel.TEAMS)
    assert reference is not None and (reference.conversation, reference.broken) == (louis.conversation, None)
    posted = running_bot.connector.chats[chat].messages
    assert posted and all(message["activity"].get("text") for message in posted), "where to find the bot, and no card"


async def test_one_odd_service_url_never_replaces_one_that_worked(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await louis.send({"type": "conversationUpdate", "membersAdded": [{"id": BOT}], "serviceUrl": ODD})
    await send_to(running_bot, ada, louis.address)
    await louis.sees("**big news**")


# --- who has no name is looked up ---------------------------------------------------------------


async def test_a_look_up_that_was_refused_at_install_is_made_later_and_after_a_restart(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector, asked = running_bot.connector, []

    def refused(conversation: str, user: str) -> Answer:
        asked.append(user)
        return Answer(429, b"{}", (("Retry-After", "120"),))

    monkeypatch.setattr(connector, "_member", refused)
    crowd = running_bot.organisation.crowd(3)
    for person in crowd:
        await person.install()
    for person in crowd:
        assert await directory_id_at(running_bot, person.address) == ""
    monkeypatch.undo()
    await running_bot.restart()
    running_bot.clock.forward(timedelta(seconds=121))

    async def all_known() -> bool:
        return all([await directory_id_at(running_bot, person.address) == person.directory_id for person in crowd])

    await eventually(all_known)


async def test_look_ups_obey_what_the_platform_asks(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refused(conversation: str, user: str) -> Answer:
        asked.append(user)
        return Answer(429, b"{}", (("Retry-After", "600"),))

    monkeypatch.setattr(running_bot.connector, "_member", refused)
    crowd = running_bot.organisation.crowd(4)
    for person in crowd:
        await person.install()
    at_installs = len(asked)
    await eventually(lambda: _more_than(asked, at_installs))
    running_bot.clock.forward(timedelta(seconds=300))
    await running_bot.organisation.person("Grace", "Hopper").say("hello")  # time in which jobs run
    assert len(asked) <= at_installs + 2, "one that was refused, and the newcomer's own"


async def _more_than(asked: list[str], count: int) -> bool:
    return len(asked) > count

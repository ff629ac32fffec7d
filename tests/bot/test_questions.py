"""A question in words is a plain document: any copy hears its answer, and a store runs no code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bot.story import MESSAGE, asked, draft, newest
from tests.conftest import RunningBot
from tests.support.organisation import Person, actions_of

DROPPED = "I have been updated, and no longer know what I had asked you: please begin that again."
DROPPED_IN_FRENCH = "J’ai été mis à jour et je ne sais plus ce que je vous avais demandé : veuillez recommencer."


def former(*stack: dict[str, Any]) -> bytes:
    """What versions with botbuilder-dialogs kept of a chat."""
    instances = [{"py/object": "botbuilder.dialogs.dialog_instance.DialogInstance", **dialog} for dialog in stack]
    state = {"py/object": "botbuilder.dialogs.dialog_state.DialogState", "_dialog_stack": instances}
    return json.dumps({"dialogs": state}).encode()


WRITE = {
    "id": "write",
    "state": {
        "options": {"campaign": 1, "name": "Autumn"},
        "values": {},
        "instanceId": "d0f60c30-ec44-11f1-bde3-02fc00000001",
        "stepIndex": 0,
    },
}
TRY = {"id": "address", "state": {"options": {"validations": {"campaign": 1, "name": "Autumn"}}, "state": {}}}


async def as_upgraded(running_bot: RunningBot, person: Person, state: bytes) -> str:
    """They had this state when the bot was updated; the key of its document."""
    key = f"{person.channel}/conversations/{person.conversation}"
    await running_bot.store.write_documents({key: (None, state)})
    return key


@pytest.mark.parametrize("dialog", [WRITE, TRY], ids=["write", "try"])
async def test_a_question_open_at_the_upgrade_is_dropped_and_told_once(
    running_bot: RunningBot, ada: Person, louis: Person, dialog: dict[str, Any]
) -> None:
    for person, line in ((ada, DROPPED), (louis, DROPPED_IN_FRENCH)):
        key = await as_upgraded(running_bot, person, former(dialog))
        assert await asked(person, louis.address) == [line]
        assert await running_bot.store.read_documents([key]) == {}
        [again] = await asked(person, louis.address)
        assert again.startswith(("I did not understand.", "Je n’ai pas compris."))


async def test_a_command_after_the_upgrade_is_answered_too(running_bot: RunningBot, ada: Person) -> None:
    await as_upgraded(running_bot, ada, former(WRITE))
    dropped, *words = await asked(ada, "campaigns")
    assert dropped == DROPPED and "Your campaigns" in words
    await as_upgraded(running_bot, ada, former(TRY))
    assert await asked(ada, "cancel") == ["All right. Your drafts are kept under **campaigns**."], "left anyway"
    assert DROPPED not in await asked(ada, "campaigns")


@pytest.mark.parametrize("state", [former(), b"{}", b"null", b"[1]", b'{"dialogs": 1}', b"\xff", b"[" * 5_000])
async def test_who_was_asked_nothing_is_told_nothing(running_bot: RunningBot, ada: Person, state: bytes) -> None:
    key = await as_upgraded(running_bot, ada, state)
    assert (await asked(ada, "hm")) == ["I did not understand. Type **help** to see what I can do."]
    assert await running_bot.store.read_documents([key]) == {}


def code_that_writes(canary: Path) -> list[dict[str, Any]]:
    """Objects that a reader of jsonpickle's format makes by running a function."""
    touch = {"py/function": "pathlib.Path.touch"}
    path = {"py/reduce": [{"py/type": "pathlib.PosixPath"}, {"py/tuple": [str(canary)]}]}
    return [
        {"py/reduce": [touch, {"py/tuple": [path]}]},
        {"py/reduce": [{"py/function": "os.mkdir"}, {"py/tuple": [str(canary)]}]},
        {"py/object": "os.mkdir", "py/newargs": [str(canary)]},
    ]


async def test_a_hostile_store_runs_no_code(running_bot: RunningBot, ada: Person, tmp_path: Path) -> None:
    """jsonpickle comes with botbuilder-core; what a store holds does not reach it."""
    await draft(ada)
    await asked(ada, "try autumn")
    person = await running_bot.store.person_at(ada.tenant, ada.address)
    assert person
    for payload in code_that_writes(tmp_path / "canary"):
        for kept in (payload, {"dialogs": payload}, {"question": payload, "campaign": payload}):
            await as_upgraded(running_bot, ada, json.dumps(kept).encode())
            own = f"question/{ada.channel}/{person.id}"
            await running_bot.store.write_documents({own: (None, json.dumps(kept).encode())})
            for words in ("hm", "help", "cancel"):
                assert await asked(ada, words)
    assert not (tmp_path / "canary").exists()


async def test_an_older_client_that_presses_is_asked_too(running_bot: RunningBot, ada: Person) -> None:
    """Its Action.Submit comes as a message."""
    await ada.say("new campaign Autumn")
    [button] = [action for action in actions_of(ada.card()) if action["title"] == "Write it in the chat"]
    data = {**button["fallback"]["data"], **MESSAGE, "name": "Autumn"}
    await ada.send({"type": "message", "value": data, "replyToId": ada.cards()[-1][0]})
    assert any(text.startswith("Please write the text of “Autumn” now") for text in ada.texts())
    await ada.say("What we do in autumn")
    assert (await newest(running_bot)).forms["message"]["body"] == "What we do in autumn"


async def test_the_newest_question_waits(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await asked(ada, "try autumn")
    await ada.press("Change the message")
    await ada.press("Write it in the chat")
    await ada.say(louis.address)
    assert (await newest(running_bot)).forms["message"]["body"] == louis.address
    assert len(louis.cards()) == 1, "the greeting, and no test"


async def test_who_lost_their_role_since_the_question_is_told(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await ada.say(f"add publisher {louis.address}")
    await asked(louis, "tester autumn")
    await ada.say(f"remove role {louis.address}")
    [words] = await asked(louis, louis.address)
    assert words.startswith("Seuls les auteurs")

"""Each verb, command and kind of upload has one handler, and a second one is refused at import."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialogs.core.router import RegisteredTwice, Router
from dialogs.core.turn import Answer, Attachment, AttachmentKind, Form, Turn
from dialogs.routers import everything

Registering = Callable[[Router], object]


async def pressed(turn: Turn, form: Form) -> Answer:
    return Answer()


async def typed(turn: Turn, rest: str) -> Answer:
    return Answer()


async def dropped(turn: Turn, attachment: Attachment) -> Answer:
    return Answer()


TWICE: dict[str, Registering] = {
    "list.open": lambda router: router.form("list.open")(pressed),
    "lists": lambda router: router.command("my lists", "lists")(typed),
    "file": lambda router: router.upload(AttachmentKind.FILE)(dropped),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_second_handler_is_refused_where_it_registers(name: str) -> None:
    router = Router()
    TWICE[name](router)
    with pytest.raises(RegisteredTwice, match=name):
        TWICE[name](router)


@pytest.mark.parametrize("name", TWICE)
def test_a_second_handler_in_another_module_is_refused_where_they_are_joined(name: str) -> None:
    one, another = Router(), Router()
    TWICE[name](one)
    TWICE[name](another)
    with pytest.raises(RegisteredTwice, match=name):
        Router().include([one, another])


def test_the_whole_bot_registers_everything_once() -> None:
    router = everything()
    assert len(router.forms) > 60 and len(router.commands) > 80 and len(router.uploads) == 2

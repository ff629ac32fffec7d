"""Activities and forms that nobody meant: no unhandled error, no 5xx, and no trace shown.

``FUZZ`` sets how many hypothesis makes: ``make faults`` takes 10,000.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import uuid
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dialogs.routers import everything
from tests.bot.story import asked, draft, newest
from tests.conftest import RunningBot
from tests.support.organisation import TENANT, Person

pytestmark = pytest.mark.real_time

EXAMPLES = int(os.environ.get("FUZZ", "1500"))
PARTS = 3  #: tests that share them, each with a seed of its own
TOGETHER = 20  #: activities in one example, sent at the same moment
BAD = "\ud800"  #: cannot be written as UTF-8: JSON escapes carry it all the same

KEYS = (
    "type", "name", "text", "value", "from", "recipient", "conversation", "channelId", "channelData", "serviceUrl",
    "entities", "attachments", "locale", "localTimezone", "replyToId", "action", "membersAdded", "membersRemoved",
    "reactionsAdded", "timestamp", "deliveryMode", "id", "textFormat", "suggestedActions", "relatesTo", "label",
    "localTimestamp", "expiration", "code", "speak", "inputHint", "summary", "callerId", "valueType", "importance",
)  # fmt: skip
TYPES = (
    "message", "invoke", "event", "installationUpdate", "conversationUpdate", "messageReaction", "messageUpdate",
    "messageDelete", "typing", "endOfConversation", "trace", "handoff", "command", "suggestion", "invokeResponse",
)  # fmt: skip
NAMES = (
    "adaptiveCard/action", "fileConsent/invoke", "task/fetch", "composeExtension/query", "signin/verifyState",
    "application/vnd.microsoft.readReceipt", "application/vnd.microsoft.meetingStart", "continueConversation",
    "actionableMessage/executeAction", "handoff/action", "tokens/response", "config/fetch", "search",
)  # fmt: skip
#: what forms of the bot carry, and more
FIELDS = (
    "campaign", "version", "step", "go", "page", "button", "list", "address", "audience", "list_name", "addresses",
    "name", "title", "body", "style", "link_title", "link_url", "ack", "ack_title", "start", "date", "time", "zone",
    "duration", "unit", "opens", "closes", "days", "anytime", "language", "fresh", "channel", "verb", "role", "group",
)  # fmt: skip

words = st.text(max_size=30) | st.sampled_from(
    ["", "1", "-1", "0", "9" * 25, "1e400", "nan", "\x00", BAD, "[FIRSTNAME]", "{name}", "%s", "../..", "<at>x</at>",
     "list:1", "everyone", "https://example.org", "javascript:x", "2027-02-30", "24:00", "fr", "true", "x" * 3000]
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
anything = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | words, inside, max_size=4),
    max_leaves=8,
)
verbs = st.sampled_from(sorted(everything().forms))
commands = st.sampled_from(sorted(everything().commands))
form = st.dictionaries(st.sampled_from(FIELDS), scalars | anything, max_size=8)


@st.composite
def pressed(draw: st.DrawFn) -> dict[str, Any]:
    """A button of ours, with fields that are not."""
    fields, verb = draw(form), draw(verbs)
    if draw(st.booleans()):
        return {"type": "message", "text": draw(st.none() | st.just("")), "value": {**fields, "verb": verb}}
    action = {"type": "Action.Execute", "verb": verb, "data": fields}
    return {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action}}


typed = st.builds(lambda command, rest: {"type": "message", "text": f"{command} {rest}"}, commands | words, words)
odd = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES) | words},
    optional={"name": st.sampled_from(NAMES) | scalars, **dict.fromkeys(KEYS[2:], anything)},
)
some_odd = st.builds(
    lambda activity, key, value: {**activity, key: value}, pressed() | typed, st.sampled_from(KEYS), anything
)


@pytest.fixture
def broken() -> Any:
    """What was logged as an error, while a test ran."""
    errors: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.partition(".")[0] not in ("hypothesis", "asyncio.slow"):
                errors.append(record.getMessage() + " " + str(record.exc_info and record.exc_info[1].__repr__()))

    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    yield errors
    logging.getLogger().removeHandler(listener)


@pytest.mark.parametrize("part", range(PARTS))
async def test_odd_activities_and_forms_break_nothing(
    running_bot: RunningBot, ada: Person, broken: list[str], part: int
) -> None:
    await draft(ada)
    campaign, loop, chats = await newest(running_bot), asyncio.get_running_loop(), itertools.count()
    posted = 0

    async def post(http: aiohttp.ClientSession, changes: dict[str, Any]) -> None:
        # another chat now and then: one alone would be too fast; ada is the author, the others are nobody
        number = next(chats)
        who = ada.directory_id if number % 2 else str(uuid.UUID(int=number))
        where = f"a:fuzz-{number // 100}" if number % 2 else f"a:nobody-{number}"
        body = {**activity(who, where, running_bot), **changes}
        async with http.post(f"{running_bot.url}/api/messages", data=dumped(body), headers=JSON) as response:
            text = await response.text()
            assert response.status < 500, ascii((response.status, text, changes))  # lone surrogates cannot be printed
            assert "Traceback" not in text and ".py" not in text, ascii(text)
            assert not broken, ascii((broken, changes))

    async def together(several: list[dict[str, Any]]) -> None:
        await asyncio.gather(*(post(running_bot.organisation.http, one) for one in several))

    @seed(part)
    @settings(
        max_examples=-(-EXAMPLES // (PARTS * TOGETHER)),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.generate,),  # shrinking takes minutes: the first one says enough
    )
    @given(st.lists(pressed() | typed | odd | some_odd, min_size=TOGETHER, max_size=TOGETHER))
    def fuzz(several: list[dict[str, Any]]) -> None:
        nonlocal posted
        posted += len(several)
        for one in several:  # half of the forms name a campaign that is there
            value = one.get("value")
            for fields in (value, (value or {}).get("action", {}) if isinstance(value, dict) else None):
                if isinstance(fields, dict) and "campaign" in fields and isinstance(fields["campaign"], int):
                    fields["campaign"] = campaign.id
        asyncio.run_coroutine_threadsafe(together(several), loop).result(120)

    await asyncio.to_thread(fuzz)
    assert posted >= EXAMPLES // PARTS
    shown = dumped([chat.messages for chat in running_bot.connector.chats.values()]).decode()
    assert "Traceback" not in shown and "Error(" not in shown
    await asked(ada, "english")  # whatever it was made to speak
    assert "What I can do" in await asked(ada, "help with everything"), "and the bot goes on"


JSON = {"Content-Type": "application/json"}


def dumped(value: object) -> bytes:
    """JSON as any client may send it, lone surrogates escaped."""
    return json.dumps(value).encode()


def activity(who: str, where: str, running_bot: RunningBot) -> dict[str, Any]:
    """A whole activity of somebody in a personal chat, before it is made odd."""
    running_bot.connector.add(where, {"id": f"29:{who}", "aadObjectId": who, "name": "Somebody"})
    return {
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": running_bot.connector.url,
        "from": {"id": f"29:{who}", "aadObjectId": who},
        "recipient": {"id": "28:crieur"},
        "conversation": {"id": where, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-GB",
    }


async def test_half_of_a_character_in_whatever_names_an_activity_breaks_nothing(
    running_bot: RunningBot, ada: Person, broken: list[str]
) -> None:
    for place in ("id", "type", "name"):
        body = {**activity(ada.directory_id, "a:odd", running_bot), "type": "message", "text": "help", place: BAD}
        where = f"{running_bot.url}/api/messages"
        async with running_bot.organisation.http.post(where, data=dumped(body), headers=JSON) as response:
            assert response.status < 500
    for verb in sorted(everything().forms):
        await ada.execute(verb, {"test": BAD, "campaign": 1, "button": 0, "fresh": BAD}, "")
    assert not broken, ascii(broken)

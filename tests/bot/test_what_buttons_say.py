"""The last press of a review says what it does; what an author may not use is said where they choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.records import TenantId
from storage.shared.policy import change_policy
from tests.bot.story import MESSAGE, draft, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of


def last_press(person: Person) -> set[str]:
    return {str(action.get("title")) for action in actions_of(person.card())} & SEND_OFF


async def approved_always(running_bot: RunningBot) -> None:
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=0), deed=A_DEED
    )


def tomorrow(running_bot: RunningBot) -> dict[str, str]:
    day = (running_bot.clock.now() + timedelta(days=1)).date()
    return {"start": "at", "date": day.isoformat(), "time": "09:00", "zone": "UTC"}


async def test_the_last_press_says_what_it_does(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    assert last_press(ada) == {"Send now"}
    await draft(ada, **tomorrow(running_bot))
    assert last_press(ada) == {"Schedule it"}
    await ada.press("Schedule it")
    await ada.press("Change it")
    assert last_press(ada) == {"Save the changes"}
    assert not any("wait for the approval" in word for word in words_of(ada.card()))
    await approved_always(running_bot)
    await draft(ada)
    assert last_press(ada) == {"Ask for approval"}


async def test_saved_changes_that_wait_for_approval_say_so_before(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada, **tomorrow(running_bot))
    await ada.press("Schedule it")
    await approved_always(running_bot)
    await ada.press("Change it")
    assert last_press(ada) == {"Save the changes"}
    assert "Once they are saved, the changes wait for the approval of somebody else." in words_of(ada.card())


async def test_the_last_press_says_what_it_does_in_french(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await ada.say("français")
    shown = {"campaign": (await newest(running_bot)).id, "step": "review"}
    for start, title in (("now", "Envoyer maintenant"), ("at", "Programmer")):
        campaign = await newest(running_bot)
        typed = {**campaign.forms["schedule"], **tomorrow(running_bot), "start": start, "step": "schedule"}
        saved = {**typed, "go": "review", "campaign": campaign.id, "version": campaign.version}
        await ada.execute("form.save", saved, ada.chat.messages[-1]["id"])
        assert last_press(ada) == {title}
    await approved_always(running_bot)
    await ada.execute("form.open", shown, ada.chat.messages[-1]["id"])
    assert last_press(ada) == {"Demander l’approbation"}


@pytest.mark.parametrize(
    ("language", "begin", "go_on", "limit"),
    [
        ("english", "new campaign", "Next: audience", "A publisher can send to anybody."),
        ("français", "nouvelle campagne", "Suite : destinataires", "Un diffuseur peut envoyer à tout le monde."),
    ],
)
async def test_what_an_author_may_not_use_is_said_where_they_choose(
    running_bot: RunningBot, ada: Person, louis: Person, language: str, begin: str, go_on: str, limit: str
) -> None:
    await ada.say(f"add author {louis.address}")
    await louis.say(language)
    await louis.say(begin)
    await louis.press(go_on, **MESSAGE)
    assert any(limit in word for word in words_of(louis.card())), words_of(louis.card())
    campaign = await newest(running_bot)
    chosen = {"step": "audience", "go": "schedule", "channel": "msteams", "audience": "everyone"}
    forged = {"campaign": campaign.id, "version": campaign.version, **chosen}
    await louis.execute("form.save", forged, louis.chat.messages[-1]["id"])
    assert any("⚠" in word and limit in word for word in words_of(louis.card())), "beside the field, at once"
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    assert not any("A publisher can send" in word for word in words_of(ada.card())), "who may is not told so"

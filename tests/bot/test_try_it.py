"""S17, S26: a campaign is tried on one person first: exactly as configured, marked, and counted nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from storage.records import DeedKind, EngagementKind, TenantId
from storage.shared.policy import change_policy
from tests.bot.story import (
    ALMOST_ALL,
    MESSAGE,
    asked,
    broadcast,
    completed,
    draft,
    error_beside,
    eventually,
    handle_of,
    newest,
)
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of

BANNER = "Essai de « Autumn newsletter » par Ada Lovelace : vous seul avez reçu ce message."  # as the person speaks
PRESSED = "Essai de « Autumn newsletter » : vous seul avez reçu ce message."  # once they have pressed something
NOT_INSTALLED = "{} has not installed Crieur on Microsoft Teams, so nothing can be sent to them."


def received(person: Person) -> list[dict[str, Any]]:
    """The campaign messages in their chat, tests too."""
    activities = [message["activity"] for message in person.chat.messages]
    return [activity for activity in activities if "crieur" in activity.get("channelData", {})]


async def tried(author: Person, address: str) -> dict[str, Any]:
    answer: dict[str, Any] = await author.press("Send the test", address=address)
    return dict(answer["value"])


async def test_a_draft_is_tried_by_form(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await ada.press("Try it")
    card = await tried(ada, f"  {louis.address.upper()} ")
    assert f"The test is in the chat of {louis.address}." in words_of(card)
    assert {BANNER, "Hello Louis, **big news** for you."} <= {*words_of(louis.card())}
    await ada.press("Back")
    assert ada.reads("Audience and schedule")


async def test_who_cannot_be_reached_is_said_beside_the_field(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    listed = running_bot.organisation.person("Marie", "Curie")
    await draft(ada, {"audience": "", "list_name": "Two", "addresses": f"{louis.address}, {listed.address}"})
    await ada.press("Try it")
    for address in ("", "louis", "a@b", "two@contoso.example words"):
        wrong = "That is not an address; it looks like ada@contoso.com."
        assert error_beside(await tried(ada, address), "address") == wrong
    for address in ("nobody@contoso.example", listed.address):
        assert error_beside(await tried(ada, address), "address") == NOT_INSTALLED.format(address)
    louis.chat.broken = "blocked"
    assert error_beside(await tried(ada, louis.address), "address") == "They have blocked Crieur."
    await louis.uninstall()
    assert error_beside(await tried(ada, louis.address), "address") == NOT_INSTALLED.format(louis.address)
    assert not received(louis)
    await louis.install()
    assert error_beside(await tried(ada, louis.address), "address") == ""
    assert len(received(louis)) == 1


async def test_people_of_another_organisation_do_not_exist_here(running_bot: RunningBot, ada: Person) -> None:
    mallory = running_bot.organisation.person("Mallory", "Elsewhere", tenant="99999999-0000-4000-8000-000000000000")
    await mallory.install()
    await draft(ada)
    await ada.press("Try it")
    assert error_beside(await tried(ada, mallory.address), "address") == NOT_INSTALLED.format(mallory.address)
    assert not received(mallory)


async def test_the_test_is_the_message_but_for_its_mark(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada, message={"style": "important", "body": "Hello [FIRSTNAME] [LASTNAME|x] ([EMAIL])\n\n- *one*"})
    await ada.press("Try it")
    await tried(ada, louis.address)
    await ada.press("Back")
    await broadcast(ada, running_bot)
    test, message = await eventually(lambda: both(louis))
    for name in ("summary", "importance", "type"):
        assert test[name] == message[name], name
    shown, real = (activity["attachments"][0]["content"] for activity in (test, message))
    assert BANNER in words_of(shown["body"][0])
    assert shown["body"][1:] == real["body"], "all the rest is the same"
    assert [action["title"] for action in shown["actions"]] == [action["title"] for action in real["actions"]]


async def both(person: Person) -> list[dict[str, Any]]:
    return received(person) if len(received(person)) == 2 else []


async def test_a_test_counts_in_no_report(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await ada.press("Try it")
    await tried(ada, louis.address)
    [*_, (at, test)] = louis.cards()
    assert await louis.press("Read more") == (302, "https://example.org/autumn"), "the link of a draft works"
    await louis.press("I have read it")
    assert {PRESSED, "Hello Louis, **big news** for you."} <= {*words_of(louis.card())}
    assert any(word.startswith("✓ Vous avez confirmé") for word in words_of(louis.card()))
    await ada.press("Back")
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    await louis.press("I have read it", card=test, at=at)
    assert await louis.press("Read more", card=test, at=at) == (302, "https://example.org/autumn")
    await running_bot.restart()  # every press that was being counted has been
    campaign = await newest(running_bot)
    assert await running_bot.store.engagement(campaign.id) == []
    tally = await running_bot.store.tally(campaign.id)
    assert (tally.total, tally.delivered) == (2, 2)
    assert running_bot.connector.tally()["messages"] == 2, "the test is none of them"
    await louis.press("Read more")
    await eventually(lambda: running_bot.store.engagement(campaign.id))
    kinds = {item.kind for item in await running_bot.store.engagement(campaign.id)}
    assert kinds == {EngagementKind.OPENED, EngagementKind.CLICKED}, "the message itself counts"


async def test_it_is_tried_in_words(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    for command in ("try", "essayer"):
        question = "To which address shall I send the test of “Autumn newsletter”? (**cancel** leaves)"
        assert await asked(ada, f"{command} autumn newsletter") == [question]
        assert await asked(ada, "louis") == ["That is not an address; it looks like ada@contoso.com."]
        unknown = "nobody@contoso.example"
        assert await asked(ada, unknown) == [NOT_INSTALLED.format(unknown)]
        assert await asked(ada, louis.address) == [f"The test is in the chat of {louis.address}."]
        [reply] = await asked(ada, louis.address)
        assert reply.endswith("Nothing is changed."), "the question is closed: an address alone is about the open draft"
    assert len(received(louis)) == 2


async def test_the_question_survives_a_restart_and_a_detour(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await asked(ada, "try")
    assert ada.reads("Which one do you mean?") or ada.reads("Your campaigns")
    await asked(ada, "try newsletter")
    await running_bot.restart()
    assert "Your campaigns" in await asked(ada, "campaigns"), "a command is a command"
    await running_bot.restart()
    assert await asked(ada, louis.address) == [f"The test is in the chat of {louis.address}."]
    assert len(received(louis)) == 1


async def test_cancel_leaves_the_question(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await asked(ada, "try newsletter")
    assert await asked(ada, "cancel") == ["All right. Your drafts are kept under **campaigns**."]
    await asked(ada, louis.address)
    assert not received(louis)


async def test_what_went_away_meanwhile_is_said(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await asked(ada, "try newsletter")
    await running_bot.store.delete_campaign(await newest(running_bot), deed=A_DEED)
    assert await asked(ada, louis.address) == ["This campaign no longer exists."]
    assert await asked(ada, louis.address) == ["I did not understand. Type **help** to see what I can do."]


async def test_an_unfinished_message_is_not_sent(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Empty")
    await ada.press("Save and leave", **{**MESSAGE, "body": "Hello [WHO]"})
    answer = await ada.execute("try.send", {**handle_of(await newest(running_bot)), "address": ada.address}, "1")
    assert error_beside(answer["value"], "address") == "The message is not ready yet: please complete it first."
    assert not received(ada)


async def test_it_can_be_tried_before_during_and_after(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    await ada.press(SEND_OFF)
    await asked(ada, "try newsletter")
    await asked(ada, louis.address)
    running_bot.clock.forward(ALMOST_ALL)
    await completed(ada, running_bot)
    await asked(ada, "try newsletter")
    await asked(ada, louis.address)
    tests = [activity for activity in received(louis) if activity["channelData"]["crieur"]["test"]]
    assert len(tests) == 2


async def test_a_draft_is_shown_to_nobody_who_only_says_that_they_got_a_test(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    campaign = await newest(running_bot)
    message = louis.cards()[-1][0]
    for claim in (True, "true", "1.1t.made-up"):
        answer = await louis.execute("acknowledge", {"campaign": campaign.id, "button": 1, "test": claim}, message)
        assert answer["type"] == "application/vnd.microsoft.activity.message", "words, and no card"
        assert "big news" not in str(answer)


# --- a test is a message in somebody's chat (product.md §5) -----------------------------------


async def always(running_bot: RunningBot) -> None:
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=0), deed=A_DEED
    )


async def test_to_me_is_one_press(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    before = len(received(ada))
    await ada.press("Send me a test")
    assert ada.reads("The test is in your chat.") or len(received(ada)) == before + 1
    assert len(received(ada)) == before + 1


async def test_who_is_muted_is_not_disturbed_by_a_test(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await louis.say("sourdine")
    await draft(ada)
    await ada.press("Try it")
    answer = await tried(ada, louis.address)
    assert error_beside(answer, "address") == "They have muted campaigns: a test would disturb them."
    assert received(louis) == []


async def test_what_nobody_has_approved_reaches_five_people_who_belong_to_it(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await always(running_bot)
    crowd = running_bot.organisation.crowd(7)
    for person in crowd:
        await person.install()
    some = {"audience": "", "list_name": "Six", "addresses": ", ".join(person.address for person in crowd[:6])}
    await draft(ada, some)
    await ada.press("Try it")
    form = ada.card()
    errors = [error_beside((await ada.press("Send the test", card=form, address=person.address))["value"], "address")
              for person in (*crowd, crowd[0], louis)]  # fmt: skip
    assert errors[:5] == [""] * 5 and errors[7] == "", "five, and the same once more"
    assert errors[5] == "Nobody has approved it yet: until then, 5 people get tests of it, and they have."
    assert errors[6].startswith("Nobody has approved it yet: until then, tests go to people of its audience")
    assert errors[8] == errors[6]
    assert received(louis) == []


async def test_an_author_sends_twenty_tests_a_day_and_each_is_noted(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await draft(ada)
    await ada.press("Try it")
    form = ada.card()
    for number in range(21):
        running_bot.clock.forward(timedelta(seconds=1))
        card = (await ada.press("Send the test", card=form, address=louis.address))["value"]
        limit = "You have sent 20 tests today: more can go out tomorrow."
        assert error_beside(card, "address") == (limit if number == 20 else "")
    assert len(received(louis)) == 20
    tests = [
        entry for _, entry in await audit_of(running_bot.store, TenantId(TENANT)) if entry.deed is DeedKind.TEST_SENT
    ]
    assert len(tests) == 20
    running_bot.clock.forward(timedelta(days=1))
    card = (await ada.press("Send the test", card=form, address=louis.address))["value"]
    assert error_beside(card, "address") == ""

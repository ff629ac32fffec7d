"""S11, S12: who can be reached, how the bot learns of it, and what becomes of those who cannot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from storage.records import Audience, CampaignState, Channel, DeliveryState, Lesson, NotReached, Role
from storage.records import Person as KnownPerson
from tests.bot.story import (
    ALMOST_ALL,
    LAST,
    asked,
    broadcast,
    completed,
    draft,
    in_state,
    launch,
    make_author,
    make_publisher,
    newest,
)
from tests.conftest import RunningBot
from tests.support.organisation import BOT, TENANT, Person, nodes_of, words_of

PERSONAL_CHAT = "I work in a personal chat: open one with me and type **help**."


async def reached(running_bot: RunningBot) -> int:
    reach = await running_bot.store.reach(TENANT, Audience(everyone=True), Channel.TEAMS)
    return reach.reachable


def listed(*people: Person) -> dict[str, str]:
    return {"audience": "", "list_name": "Some", "addresses": "\n".join(person.address for person in people)}


async def test_of_fifty_people_the_47_who_installed_receive_it(running_bot: RunningBot, ada: Person) -> None:
    people = running_bot.organisation.crowd(50)
    await asyncio.gather(*(person.install() for person in people[:47]))
    await draft(ada, listed(*people))
    assert ada.reads("47 of 50 people can be reached")
    await ada.press("See the people")
    icons = [node.get("altText") for node in nodes_of(ada.card()) if node.get("type") == "Image"]
    assert len(icons) == 8 and set(icons) <= {"Has installed Crieur", "has not installed Crieur"}
    await ada.press("Back")
    await broadcast(ada, running_bot)
    words = words_of(await completed(ada, running_bot))
    assert {"They have never installed Crieur.", "3", "94%"} <= {*words}
    received = {chat.user for chat in running_bot.connector.chats.values() if chat.campaigns}
    assert received == {person.user for person in people[:47]}
    assert running_bot.connector.tally()["doubled"] == 0
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    assert tally.states == {DeliveryState.DELIVERED: 47, DeliveryState.UNREACHABLE: 3}
    assert tally.reasons == {NotReached.NEVER_INSTALLED: 3}


async def test_who_installs_while_it_runs_receives_it(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    late, never = running_bot.organisation.person("Grace", "Hopper"), running_bot.organisation.person("Alan", "Turing")
    await draft(ada, listed(louis, late, never))
    assert ada.reads("1 of 3 people can be reached")
    await launch(ada, running_bot)
    await late.install()
    await late.sees("Hello Grace, **big news** for you.")
    await late.uninstall()
    await late.install()
    running_bot.clock.forward(ALMOST_ALL + LAST + timedelta(minutes=2))
    await in_state(running_bot, CampaignState.DONE)
    await never.install()
    await never.sees("Hello Alan, I am Crieur.")
    assert running_bot.connector.tally()["doubled"] == 0
    assert not never.chat.campaigns, "too late"


async def test_every_reason_is_told_in_the_report(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    removed, blocked, gone, back, lost = people = [
        running_bot.organisation.person(name, "Reason") for name in ("Removed", "Blocked", "Gone", "Back", "Lost")
    ]
    await asyncio.gather(*(person.install() for person in people))
    await draft(ada, listed(louis, *people))
    await launch(ada, running_bot)
    await removed.uninstall()
    await back.uninstall()
    blocked.chat.broken, gone.chat.broken, lost.chat.broken = "blocked", "gone", "lost"
    await back.install()
    running_bot.clock.forward(ALMOST_ALL)
    for person in (louis, back, lost):
        await person.sees("**big news**")  # a chat that was deleted is opened again
    words = words_of(await completed(ada, running_bot))
    reasons = ("They have removed Crieur.", "They have blocked Crieur.", "They have left the organisation.")
    for reason in reasons:
        assert words[words.index(reason) + 1] == "1"
    tally = await running_bot.store.tally((await newest(running_bot)).id)
    assert tally.states == {DeliveryState.DELIVERED: 3, DeliveryState.UNREACHABLE: 3}
    assert await reached(running_bot) == 6, "only who has removed it is out: an answer is no verdict"


async def test_who_blocked_it_is_shown_with_the_day_and_tried_again_in_the_next_campaign(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    blocked = running_bot.organisation.person("Grace", "Hopper")
    await blocked.install()
    blocked.chat.broken = "blocked"
    await draft(ada, listed(louis, blocked))
    await broadcast(ada, running_bot)
    await completed(ada, running_bot)
    assert not blocked.chat.campaigns
    await draft(ada, {"audience": "list:1"}, {"name": "Again"})
    assert ada.reads("2 of 2 people can be reached"), "an answer takes nobody out"
    await ada.press("See the people")
    assert any(word.startswith("blocked Crieur last time (") for word in words_of(ada.card()))
    await ada.press("Back")
    blocked.chat.broken = ""  # no event tells of it
    await launch(ada, running_bot)
    running_bot.clock.forward(ALMOST_ALL)
    await blocked.sees("**big news**")
    await completed(ada, running_bot)
    reference = await running_bot.store.reference((await person_of(running_bot, blocked)).id, Channel.TEAMS)
    assert reference and reference.failed is None


async def test_a_receipt_a_reaction_and_a_press_show_that_a_chat_works(running_bot: RunningBot, ada: Person) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    id = (await person_of(running_bot, grace)).id

    async def believed(reason: NotReached | None) -> None:
        reference = await running_bot.store.reference(id, Channel.TEAMS)
        assert reference and reference.failed is reason

    for sign in (
        lambda: grace.read("1700000000001"),
        lambda: grace.react("1700000000001", "like"),
        lambda: grace.execute("help.open", {}, "1700000000001"),
    ):
        running_bot.clock.forward(timedelta(minutes=1))
        await running_bot.store.learn(id, Channel.TEAMS, Lesson(at=running_bot.clock.now(), failed=NotReached.BLOCKED))
        await believed(NotReached.BLOCKED)
        running_bot.clock.forward(timedelta(minutes=1))
        await sign()
        await believed(None)


async def test_a_test_is_sent_to_who_was_not_reached_last_time(running_bot: RunningBot, ada: Person) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await draft(ada)
    for broken, says in (
        ("blocked", "They have blocked Crieur."),
        ("", f"The test is in the chat of {grace.address}."),
    ):
        grace.chat.broken = broken
        await ada.press("Try it")
        await ada.press("Send the test", address=grace.address)
        assert ada.reads(says)
        await ada.press("Back")


async def person_of(running_bot: RunningBot, person: Person) -> KnownPerson:
    known = await running_bot.store.person_at(TENANT, person.address)
    assert known is not None
    return known


async def test_uninstalling_is_known_at_once_and_undone_by_any_word(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    assert await reached(running_bot) == 2
    await louis.uninstall()
    assert await reached(running_bot) == 1
    await louis.install()
    assert await reached(running_bot) == 2
    await louis.send({"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]})
    assert await reached(running_bot) == 1
    await louis.say("aide")
    assert await reached(running_bot) == 2
    await louis.send({"type": "installationUpdate", "action": "remove-upgrade"})
    await louis.send({"type": "installationUpdate", "action": "add-upgrade"})
    assert await reached(running_bot) == 2, "an upgrade changes nothing"


async def test_concurrent_installs_make_one_person_and_one_greeting(running_bot: RunningBot) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await asyncio.gather(*(ada.install() for _ in range(5)))
    assert await reached(running_bot) == 1
    assert len(ada.cards()) == 1
    assert ada.reads("you are the **owner**")


async def test_the_owner_is_told_whichever_activity_comes_first(running_bot: RunningBot) -> None:
    for number in range(12):
        tenant = f"{number:08d}-0000-4000-8000-000000000000"
        person = running_bot.organisation.person("Ada", f"Lovelace {number}", tenant=tenant)
        running_bot.connector.add(person.conversation, person.member())
        added = {"type": "conversationUpdate", "membersAdded": [{"id": BOT}, {"id": person.user}]}
        first = [person.say("hello"), person.send({"type": "installationUpdate", "action": "add"}), person.send(added)]
        await asyncio.gather(*(first if number % 2 else reversed(first)))
        cards = [card for _, card in person.cards() if any("you are the **owner**" in word for word in words_of(card))]
        assert len(cards) == 1, number


async def test_only_the_first_to_come_is_the_owner(running_bot: RunningBot) -> None:
    people = [running_bot.organisation.person(name, "Somebody") for name in ("Ada", "Louis", "Zoë", "Grace", "Alan")]
    await asyncio.gather(*(person.install() for person in people))
    owners = [person for person in people if person.reads("you are the **owner**")]
    assert len(owners) == 1
    roles = await running_bot.store.with_role(TENANT)
    assert [(person.address, role) for person, role in roles] == [(owners[0].address, Role.OWNER)]


async def in_group(person: Person, kind: str, activity: dict[str, Any]) -> list[str]:
    """They do something in a group or channel; what the bot writes there."""
    place = f"19:{kind}@thread.tacv2"
    chat = person.organisation.connector.add(place, {"id": f"group-{kind}"})
    before = len(chat.messages)
    conversation = {"id": place, "conversationType": kind, "isGroup": True, "tenantId": TENANT}
    await person.send({**activity, "conversation": conversation})
    return [message["activity"].get("text", "") for message in chat.messages[before:]]


async def test_elsewhere_it_says_that_it_works_in_personal_chat(running_bot: RunningBot, ada: Person) -> None:
    zoe = running_bot.organisation.person("Zoë", "Lefèvre")
    for kind in ("channel", "groupChat"):
        assert await in_group(zoe, kind, {"type": "installationUpdate", "action": "add"}) == [PERSONAL_CHAT]
        assert await in_group(zoe, kind, {"type": "conversationUpdate", "membersAdded": [{"id": BOT}]}) == []
        assert await in_group(zoe, kind, {"type": "message", "text": "<at>Crieur</at> campaigns"}) == [PERSONAL_CHAT]
        assert await in_group(zoe, kind, {"type": "installationUpdate", "action": "remove"}) == []
    assert await running_bot.store.person_at(TENANT, zoe.address) is None, "which makes nobody reachable"
    await in_group(ada, "channel", {"type": "installationUpdate", "action": "remove"})
    assert await reached(running_bot) == 1, "and takes nobody away"


async def test_a_press_in_a_group_chat_is_answered_in_words(running_bot: RunningBot, ada: Person) -> None:
    """A card that somebody has forwarded there keeps its buttons."""
    louis = running_bot.organisation.person("Louis", "Pasteur", locale="fr-FR")
    replies = {"en": PERSONAL_CHAT, "fr": "Je travaille en conversation privée"}
    for person, place in ((ada, "19:meeting@thread.v2"), (louis, "19:team@thread.tacv2")):
        value = {"action": {"type": "Action.Execute", "verb": "campaigns.open", "data": {"page": 0}}}
        status, answer = await person.send(
            {
                "type": "invoke",
                "name": "adaptiveCard/action",
                "value": value,
                "conversation": {"id": place, "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT},
            }
        )
        assert status == 200
        assert answer["statusCode"] == 200 and replies[person.locale[:2]] in answer["value"]


async def test_unknown_channels_are_ignored(running_bot: RunningBot, ada: Person) -> None:
    for channel in ("slack", "emulator", "", "MSTEAMS "):
        zoe = running_bot.organisation.person("Zoë", "Lefèvre", channel=channel)
        await zoe.install()
        await zoe.say("help")
        status, _ = await zoe.send({"type": "invoke", "name": "adaptiveCard/action", "value": {}})
        assert status == 200
        assert zoe.chat.messages == []
    assert await reached(running_bot) == 1


async def test_answers_go_to_this_machine_only(running_bot: RunningBot, ada: Person) -> None:
    zoe = running_bot.organisation.person("Zoë", "Lefèvre")
    for url in (
        "http://192.0.2.1:9/",
        "https://smba.trafficmanager.net/emea/",
        "http://127.0.0.1.example/",
        "file:///",
    ):
        status, _ = await zoe.send({"type": "message", "text": "help", "serviceUrl": url})
        assert status in (200, 201, 202)
    assert await reached(running_bot) == 1, "nobody vouches for such an address without a registration"


async def test_who_is_no_author_is_told_so_politely(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    campaign_words = ("nouvelle campagne", "campagnes", "rapport x", "supprimer x", "auteurs", "essayer x")
    refusal = (await asked(louis, campaign_words[0]))[0]
    assert refusal.startswith("Seuls les auteurs peuvent faire cela ici.") and "**aide**" in refusal
    for command in campaign_words:
        assert await asked(louis, command) == [refusal]
    for verb in ("campaign.new", "campaigns.open", "delete.confirm", "try.send"):
        await louis.execute(verb, {"campaign": 1, "version": 1}, louis.cards()[-1][0])
        assert louis.toasts.pop() == refusal
    words = await asked(louis, "aide")
    assert "Ce que je sais faire" in words and not any("campagne**" in word for word in words)
    assert await running_bot.store.count_campaigns(TENANT) == 0


async def test_authors_are_named_and_unnamed_by_the_owner(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    stranger = "nobody@contoso.example"
    unknown = "I know nobody with this address. They need to install Crieur first."
    assert await asked(ada, f"add author {stranger}") == [unknown]
    assert await asked(ada, f"remove author {ada.address}") == ["The last owner stays one: name another owner first."]
    await make_author(ada, louis)
    assert await asked(louis, f"ajouter auteur {louis.address}") == [
        "Seul un propriétaire peut faire cela ici. Tapez **rôles** pour voir qui l’est."
    ]
    await asked(louis, "nouvelle campagne À moi")
    assert await asked(ada, f"remove author {louis.address}") == ["Louis Pasteur has no role any more."]
    await louis.press("Finir plus tard")
    assert louis.toasts[-1].startswith("Seuls les auteurs")


async def test_an_author_who_is_unnamed_is_asked_nothing_more(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await draft(ada)
    await asked(louis, "essayer newsletter")
    await asked(ada, f"remove author {louis.address}")
    assert (await asked(louis, ada.address))[0].startswith("Seuls les auteurs")
    assert not any("Test of" in word for _, card in ada.cards() for word in words_of(card))

"""Whether somebody can be reached is evidence with an age: an answer of the platform takes nobody out for good."""

from __future__ import annotations

import pytest

from storage.port.store import Store
from storage.records import (
    Audience,
    Channel,
    DeliveryState,
    DirectoryUser,
    Lesson,
    NotReached,
    Person,
    Reach,
    Reference,
)
from storage.shared.lessons import ANOTHER_CHANCE
from tests.contract.conftest import Database
from tests.contract.test_known_by_the_directory import TEAM
from tests.contract.world import CONTOSO, MINUTE, NOW, claim, install, outcome, planned, sent, sighting
from tests.support.deeds import A_DEED

EVERYONE = Audience(everyone=True)
#: what answers say of a person or a chat
SAID = [NotReached.BLOCKED, NotReached.GONE, NotReached.CHAT_LOST, NotReached.UNINSTALLED]


async def reference_of(store: Store, person: Person) -> Reference:
    reference = await store.reference(person.id, Channel.TEAMS)
    assert reference is not None
    return reference


@pytest.mark.parametrize("reason", SAID)
async def test_who_was_not_reached_stays_in_everyone_and_is_due_in_the_next_campaign(
    store: Store, reason: NotReached
) -> None:
    ada, louis = await install(store, "ada", "louis")
    campaign = await planned(store, [ada, louis])
    first, second = await sent(store, campaign)
    unreachable = outcome(second, DeliveryState.UNREACHABLE, reason=reason, at=NOW + MINUTE)
    await store.record([outcome(first), unreachable], 1)
    reference = await reference_of(store, second.person)
    assert (reference.broken, reference.failed, reference.failed_at) == (None, reason, NOW + MINUTE)
    assert await store.reach(CONTOSO, EVERYONE, Channel.TEAMS) == Reach(total=2, reachable=2)
    reachable, others = await store.recipients(CONTOSO, EVERYONE, Channel.TEAMS)
    assert (sorted(reachable), list(others)) == (sorted([ada.id, louis.id]), [])
    members = await store.members(CONTOSO, EVERYONE, Channel.TEAMS, 10)
    assert {member.person.id: (member.reachable, member.failed, member.failed_at) for member in members} == {
        first.person.id: (True, None, None),
        second.person.id: (True, reason, NOW + MINUTE),
    }
    again = await planned(store, [ada, louis])
    assert all(delivery.reachable for delivery in await claim(store, again))


async def test_a_message_that_arrives_shows_otherwise(store: Store) -> None:
    (ada,) = await install(store, "ada")
    await store.learn(ada.id, Channel.TEAMS, Lesson(at=NOW + MINUTE, failed=NotReached.BLOCKED))
    campaign = await planned(store, [ada], due=NOW + 2 * MINUTE)
    (delivery,) = await sent(store, campaign, now=NOW + 2 * MINUTE)
    worked = outcome(delivery, at=NOW + 3 * MINUTE, worked_url="https://smba.example/emea/", conversation="chat-new")
    await store.record([worked], 1)
    reference = await reference_of(store, ada)
    assert (reference.failed, reference.failed_at, reference.worked_at) == (None, None, NOW + 3 * MINUTE)
    assert (reference.worked_url, reference.conversation) == ("https://smba.example/emea/", "chat-new")


async def test_a_word_shows_otherwise_and_a_reinstall_too(store: Store) -> None:
    (ada,) = await install(store, "ada")
    await store.learn(ada.id, Channel.TEAMS, Lesson(at=NOW + MINUTE, failed=NotReached.BLOCKED))
    _, newly = await store.remember(sighting("ada", at=NOW + 2 * MINUTE))
    reference = await reference_of(store, ada)
    assert not newly, "they could be reached all the time"
    assert (reference.failed, reference.worked_at) == (None, NOW + 2 * MINUTE)


async def test_news_that_is_older_than_what_is_known_changes_nothing(store: Store) -> None:
    (ada,) = await install(store, "ada")
    await store.remember(sighting("ada", at=NOW + 5 * MINUTE, conversation="chat-2"))
    await store.learn(ada.id, Channel.TEAMS, Lesson(at=NOW + MINUTE, failed=NotReached.BLOCKED))
    assert (await reference_of(store, ada)).failed is None
    await store.learn(ada.id, Channel.TEAMS, Lesson(at=NOW + 6 * MINUTE, failed=NotReached.GONE))
    assert (await reference_of(store, ada)).failed is NotReached.GONE


async def test_what_worked_last_outlives_an_odd_activity(store: Store) -> None:
    (ada,) = await install(store, "ada")
    first = await reference_of(store, ada)
    assert first.worked_url == first.service_url != ""
    await store.remember(sighting("ada", at=NOW + MINUTE, service_url="https://odd.example/"))
    second = await reference_of(store, ada)
    assert (second.service_url, second.worked_url) == (first.service_url, first.service_url)


async def test_a_removal_that_the_platform_told_takes_somebody_out(store: Store) -> None:
    ada, _ = await install(store, "ada", "louis")
    await store.lose(CONTOSO, Channel.TEAMS, "29:ada", NotReached.UNINSTALLED)
    assert await store.reach(CONTOSO, EVERYONE, Channel.TEAMS) == Reach(total=1, reachable=1)
    await store.learn(ada.id, Channel.TEAMS, Lesson(at=NOW + MINUTE))
    assert (await reference_of(store, ada)).broken is NotReached.UNINSTALLED, "a late receipt is no install"


async def test_they_are_written_to_elsewhere_from_then_on(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (delivery,) = await sent(store, campaign)
    elsewhere = outcome(
        delivery, DeliveryState.PLANNED, due=NOW, reason=NotReached.WRONG_REGION, service_url="https://amer.example/"
    )
    await store.record([elsewhere], 1)
    (again,) = await claim(store, campaign)
    assert again.reference is not None and again.reference.service_url == "https://amer.example/"


async def test_the_newest_serviceurl_is_that_of_who_was_heard_last(store: Store) -> None:
    assert await store.newest_service_url(CONTOSO, Channel.TEAMS) == ""
    await store.remember(sighting("ada", at=NOW, service_url="https://emea.example/"))
    await store.remember(sighting("louis", at=NOW + MINUTE, service_url="https://amer.example/"))
    assert await store.newest_service_url(CONTOSO, Channel.TEAMS) == "https://amer.example/"
    assert await store.newest_service_url(CONTOSO, Channel.SKYPE) == ""


async def test_when_it_was_refused_without_a_reason_is_kept_until_the_next_attempt(store: Store) -> None:
    (ada,) = await install(store, "ada")
    campaign = await planned(store, [ada])
    (delivery,) = await sent(store, campaign)
    assert delivery.unexplained_at is None
    odd = outcome(delivery, DeliveryState.PLANNED, due=NOW + MINUTE, reason=NotReached.UNEXPLAINED, at=NOW)
    await store.record([odd], 1)
    (again,) = await sent(store, campaign, now=NOW + MINUTE)
    assert again.unexplained_at == NOW
    busy = outcome(again, DeliveryState.PLANNED, due=NOW + 2 * MINUTE, reason=NotReached.THROTTLED, at=NOW + MINUTE)
    await store.record([busy], 1)
    (third,) = await claim(store, campaign, now=NOW + 2 * MINUTE)
    assert third.unexplained_at is None


async def test_who_was_refused_in_a_team_has_another_chance_when_the_team_is_read_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    [bob] = await store.know(CONTOSO, [DirectoryUser(directory_id="directory-bob")], NOW)
    await store.meet_in_team(CONTOSO, TEAM, [(bob, "29:bob")], NOW)
    await store.learn(bob, Channel.TEAMS, Lesson(at=NOW, failed=NotReached.NEVER_INSTALLED))
    team = await store.new_list(CONTOSO, ada.id, "Team", [bob], deed=A_DEED)
    audience = Audience(lists=(team.id,))
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=0)
    await store.meet_in_team(CONTOSO, TEAM, [(bob, "29:bob")], NOW + MINUTE)
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=0)
    await store.meet_in_team(CONTOSO, TEAM, [(bob, "29:bob")], NOW + ANOTHER_CHANCE + MINUTE)
    assert await store.reach(CONTOSO, audience, Channel.TEAMS) == Reach(total=1, reachable=1)


async def test_who_an_older_version_took_out_by_an_answer_can_be_reached_again(database: Database) -> None:
    """A removal that an answer told carries its text; one that the platform told by an event has none."""
    database.come_from_before_evidence(
        {
            "ada": ("blocked", "403 209: MessageWritesBlocked"),
            "louis": ("gone", "404 UserNotFound"),
            "marie": ("chat_lost", "404 ConversationNotFound"),
            "paul": ("uninstalled", "403 ForbiddenOperationException"),
            "rosa": ("uninstalled", None),
            "alan": ("never_installed", None),
            "zoe": (None, None),
        }
    )
    for _ in range(2):  # what has been brought over stays as it is
        store = database.store()
        await store.open()
        evidence = {}
        for name in ("ada", "louis", "marie", "paul", "rosa", "alan", "zoe"):
            person = await store.person_behind(CONTOSO, Channel.TEAMS, f"29:{name}")
            assert person is not None
            reference = await reference_of(store, person)
            evidence[name] = (reference.broken, reference.failed, reference.failed_at)
        await store.close()
        assert evidence == {
            "ada": (None, NotReached.BLOCKED, NOW),
            "louis": (None, NotReached.GONE, NOW),
            "marie": (None, NotReached.CHAT_LOST, NOW),
            "paul": (None, NotReached.UNINSTALLED, NOW),
            "rosa": (NotReached.UNINSTALLED, None, None),
            "alan": (NotReached.NEVER_INSTALLED, None, None),
            "zoe": (None, None, None),
        }

"""What a recipient sets, quiet hours and topics, is kept to when it is planned and when it leaves; over HTTP."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.records import (
    Campaign,
    CampaignState,
    DeedKind,
    DeliveryState,
    NotReached,
    Quiet,
    Subject,
    TenantId,
)
from storage.records import Person as Known
from storage.shared.policy import policy_of
from tests.bot.story import (
    MESSAGE,
    completed,
    draft,
    error_beside,
    eventually,
    fields_of,
    in_state,
    newest,
    planned,
    settled,
)
from tests.bot.test_consideration import became
from tests.bot.test_series import monday_at_nine, until
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import SEND_OFF, TENANT, Person, words_of


async def known(running_bot: RunningBot, person: Person) -> Known:
    one = await running_bot.store.person_at(TenantId(TENANT), person.address)
    assert one is not None
    return one


async def on_the_settings_card(person: Person, press: str, **fields: str) -> list[str]:
    """What their own settings say after a press."""
    await person.say("réglages")
    return words_of((await person.press(press, **fields))["value"])


async def on_monday(running_bot: RunningBot, author: Person, *, hours: str = "10", **message: str) -> Campaign:
    """Scheduled for everyone on Monday from nine on, at any time of so many hours."""
    await author.say("new campaign")
    await author.press("Next: audience", **{**MESSAGE, **message})
    await author.press("Next: schedule", audience="everyone")
    schedule = {**monday_at_nine(running_bot), "duration": hours, "anytime": "true"}
    await author.press("Next: review", **schedule)
    await author.press("Schedule it")
    return await newest(running_bot)


async def starts(running_bot: RunningBot, campaign: Campaign) -> None:
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + timedelta(seconds=1))
    await eventually(lambda: planned(running_bot))


async def settled_at(running_bot: RunningBot, campaign: Campaign, person: Person) -> datetime:
    one = await known(running_bot, person)
    [row] = await running_bot.store.results(campaign.id, one.id - 1, 1)
    assert row.person.id == one.id and row.settled_at is not None
    return row.settled_at


async def reason(running_bot: RunningBot, campaign: Campaign, person: Person) -> NotReached | None:
    one = await known(running_bot, person)
    [row] = await running_bot.store.results(campaign.id, one.id - 1, 1)
    return row.reason if row.person.id == one.id else None


async def its_end(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    """Instant by instant, to the report."""
    end = campaign.as_scheduled.schedule.slot.end
    await settled(running_bot, campaign)
    while (due := await running_bot.store.next_due(campaign.id)) and due < end:
        await until(running_bot, due)
        await settled(running_bot, campaign)
    await until(running_bot, end + timedelta(minutes=1))

    async def done() -> Campaign | None:
        current = await running_bot.store.campaign(campaign.id)
        return current if current and current.state is CampaignState.DONE and current.reported_at else None

    return await eventually(done)


#: language -> what a recipient presses and reads
WORDS = {
    "en": ("settings", "Keep these hours quiet", "Quiet hours: 08:00 to 16:00.", "No quiet hours"),
    "fr": ("réglages", "Garder ces heures calmes", "Heures calmes : de 08:00 à 16:00.", "Pas d’heures calmes"),
}


@pytest.mark.parametrize("language", WORDS)
async def test_in_quiet_hours_a_message_waits_for_their_end(
    running_bot: RunningBot, ada: Person, language: str
) -> None:
    settings, keep, said, none = WORDS[language]
    locale = {"en": "en-GB", "fr": "fr-FR"}[language]
    grace = running_bot.organisation.person("Grace", "Hopper", locale=locale)
    await grace.install()
    await grace.say(settings)
    card = (await grace.press(keep, quiet_begins="8:00", quiet_ends="16:00"))["value"]
    assert any(word.startswith(said) for word in words_of(card)), words_of(card)
    one = await known(running_bot, grace)
    assert one.quiet == Quiet(begins=time(8), ends=time(16))
    campaign = await on_monday(running_bot, ada)
    await starts(running_bot, campaign)
    await its_end(running_bot, campaign)
    at = await settled_at(running_bot, campaign, grace)
    zone = ZoneInfo(one.zone or "UTC")
    assert await became(running_bot, campaign, grace) is DeliveryState.DELIVERED
    assert at.astimezone(zone).time() >= time(16), "not before"
    await grace.say(settings)
    await grace.press(none)
    assert (await known(running_bot, grace)).quiet is None
    deeds = [entry for _, entry in await audit_of(running_bot.store, TenantId(TENANT))]
    theirs = [one for one in deeds if (one.deed, one.subject) == (DeedKind.SET, Subject.PERSON)]
    assert [one.details["what"] for one in theirs] == ["quiet hours", "quiet hours"]


async def test_where_the_slot_ends_first_the_report_says_why(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await on_the_settings_card(louis, "Garder ces heures calmes", quiet_begins="00:00", quiet_ends="23:59")
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    await ada.press("Next: schedule", audience="everyone")
    schedule = {**monday_at_nine(running_bot), "duration": "2", "anytime": "true"}
    review = (await ada.press("Next: review", **schedule))["value"]
    assert any("1 person has quiet hours all this time." in word for word in words_of(review)), words_of(review)
    assert any("1 message, " in word for word in words_of(review))
    await ada.press("Schedule it")
    campaign = await newest(running_bot)
    await starts(running_bot, campaign)
    await its_end(running_bot, campaign)
    assert await became(running_bot, campaign, louis) is DeliveryState.EXPIRED
    assert await reason(running_bot, campaign, louis) is NotReached.QUIET
    assert await became(running_bot, campaign, ada) is DeliveryState.DELIVERED
    words = words_of(await ada.sees("Report: "))
    assert any("The time was over in their quiet hours." in word for word in words)


async def test_an_important_one_comes_all_the_same(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await on_the_settings_card(louis, "Garder ces heures calmes", quiet_begins="00:00", quiet_ends="23:59")
    campaign = await on_monday(running_bot, ada, hours="2", style="important")
    await starts(running_bot, campaign)
    await its_end(running_bot, campaign)
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED


@pytest.mark.parametrize("cap", ["", "5"], ids=["at once", "asked before"])
async def test_quiet_hours_set_after_it_was_planned_are_kept_to(
    running_bot: RunningBot, ada: Person, louis: Person, cap: str
) -> None:
    """Where the weekly limit is asked before a message is marked, and where nothing is."""
    await ada.say("rules")
    await ada.press("Save", approval="never", per_week=cap)
    campaign = await on_monday(running_bot, ada)
    await starts(running_bot, campaign)
    one = await known(running_bot, louis)
    assert await running_bot.store.delivery_state(campaign.id, one.id) is not None
    zone = ZoneInfo(one.zone or "UTC")
    ends = (running_bot.clock.now() + timedelta(hours=9)).astimezone(zone)
    if await became(running_bot, campaign, louis) is DeliveryState.DELIVERED:
        pytest.fail("its instant came within the first second of ten hours")
    begins = (running_bot.clock.now() - timedelta(hours=1)).astimezone(zone)
    await on_the_settings_card(
        louis, "Garder ces heures calmes", quiet_begins=f"{begins:%H:%M}", quiet_ends=f"{ends:%H:%M}"
    )
    await its_end(running_bot, campaign)
    state, at = await became(running_bot, campaign, louis), await settled_at(running_bot, campaign, louis)
    assert state is DeliveryState.DELIVERED
    assert at >= ends.replace(second=0, microsecond=0), "after the hours that they had set meanwhile"


async def test_what_is_wrong_is_said_beside_it(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("quiet hours")
    wrong = (await ada.press("Keep these hours quiet", quiet_begins="", quiet_ends="08:00"))["value"]
    assert error_beside(wrong, "quiet_begins") == "Please choose a time, like 10:00."
    wrong = (await ada.press("Keep these hours quiet", quiet_begins="08:00", quiet_ends="08:00"))["value"]
    assert error_beside(wrong, "quiet_ends").startswith("That is all day long.")
    assert fields_of(wrong)["quiet_begins"] == "08:00"
    assert (await known(running_bot, ada)).quiet is None


async def test_a_test_does_not_disturb_somebody_elses_quiet_hours(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await on_the_settings_card(louis, "Garder ces heures calmes", quiet_begins="00:00", quiet_ends="23:59")
    await draft(ada)
    await ada.press("Try it")
    card = (await ada.press("Send the test", address=louis.address))["value"]
    assert any("They have quiet hours now: a test would disturb them." in word for word in words_of(card))


# --- topics -----------------------------------------------------------------------------------


async def topics(author: Person, **mandatory: bool) -> None:
    """The house list."""
    await author.say("rules")
    await author.press("Topics")
    for name, everybody in mandatory.items():
        card = (await author.press("Add it", topic_name=name, mandatory="true" if everybody else "false"))["value"]
        assert f"**{name}**" in words_of(card)


async def about(running_bot: RunningBot, author: Person, topic: str, **message: str) -> Campaign:
    """A campaign of a topic to everyone, that is over."""
    policy = await policy_of(running_bot.store, TenantId(TENANT))
    number = next(str(one.number) for one in policy.topics if one.name == topic)
    await author.say("new campaign")
    await author.press("Next: audience", **{**MESSAGE, **message})
    await author.press("Next: schedule", audience="everyone", topic=number)
    review = (await author.press("Next: review", start="now", duration="2", unit="hours", anytime="true"))["value"]
    assert topic in words_of(review) and "Topic" in words_of(review)
    await author.press(SEND_OFF)
    campaign = await eventually(lambda: planned(running_bot))
    await completed(author, running_bot)
    await in_state(running_bot, CampaignState.DONE)
    assert campaign is not None
    return campaign


async def test_who_has_left_a_topic_gets_none_of_it_and_the_rest(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await topics(ada, Canteen=False, Safety=True)
    campaign = await about(running_bot, ada, "Canteen")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED
    settings = (await louis.press("Heures calmes et thèmes : **réglages**"))["value"]
    assert louis.card() != settings, "the message stays as it is"
    await louis.sees("Vos réglages")
    words = words_of((await louis.press("Quitter Canteen"))["value"])
    assert "vous l’avez quitté" in words and "pour tous" in words
    campaign = await about(running_bot, ada, "Canteen")
    assert await became(running_bot, campaign, louis) is DeliveryState.MUTED
    assert await reason(running_bot, campaign, louis) is NotReached.LEFT_TOPIC
    await ada.sees("They have left its topic.")  # on the report
    campaign = await about(running_bot, ada, "Safety")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED
    await louis.say("thèmes")
    await louis.press("Canteen : le recevoir de nouveau")
    campaign = await about(running_bot, ada, "Canteen")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED


async def test_a_topic_keeps_its_number_whatever_it_is_called_and_none_is_given_again(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await topics(ada, Canteen=False)
    await louis.say("thèmes")
    await louis.press("Quitter Canteen")
    await ada.say("rules")
    await ada.press("Topics")
    await ada.press("Change Canteen")
    wrong = (await ada.press("Save", topic_name=" "))["value"]
    assert error_beside(wrong, "topic_name") == "Please give it a name."
    await ada.press("Save", topic_name="Restaurant", mandatory="false")
    campaign = await about(running_bot, ada, "Restaurant")
    assert await became(running_bot, campaign, louis) is DeliveryState.MUTED
    await ada.say("rules")
    await ada.press("Topics")
    twice = (await ada.press("Add it", topic_name="restaurant"))["value"]
    assert error_beside(twice, "topic_name") == "There is a topic of this name."
    await ada.press("Change Restaurant")
    await ada.press("Take it out")
    await topics(ada, Sport=False)
    policy = await policy_of(running_bot.store, TenantId(TENANT))
    assert [(one.number, one.name) for one in policy.topics] == [(2, "Sport")]
    campaign = await about(running_bot, ada, "Sport")
    assert await became(running_bot, campaign, louis) is DeliveryState.DELIVERED


async def test_a_topic_that_is_for_everybody_by_now_cannot_be_left(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await topics(ada, Canteen=False)
    await louis.say("thèmes")
    card = louis.card()
    await ada.say("rules")
    await ada.press("Topics")
    await ada.press("Change Canteen")
    await ada.press("Save", topic_name="Canteen", mandatory="true")
    words = words_of((await louis.press("Quitter Canteen", card=card))["value"])
    assert "Ce thème est pour tous." in words
    assert (await known(running_bot, louis)).left_topics == frozenset()


async def test_only_owners_keep_the_house_list(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await topics(ada, Canteen=False)
    for verb in ("topics.open", "topics.one", "topics.add", "topics.save", "topics.remove"):
        await louis.say("thèmes")
        await louis.execute(verb, {"topic": 1, "topic_name": "Mine"}, louis.cards()[-1][0])
    policy = await policy_of(running_bot.store, TenantId(TENANT))
    assert [one.name for one in policy.topics] == ["Canteen"]


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada, grace = (running_bot.organisation.person(*name) for name in (("Ada", "Lovelace"), ("Grace", "Hopper")))
    await ada.install()
    await ada.sees("you are the **owner**")
    await grace.install()
    one = await known(running_bot, grace)
    await running_bot.store.set_quiet(one.id, Quiet(begins=time(0), ends=time(23, 59)), deed=A_DEED)
    campaign = await on_monday(running_bot, ada, hours="2")
    await starts(running_bot, campaign)
    await its_end(running_bot, campaign)
    assert await reason(running_bot, campaign, grace) is NotReached.QUIET
    assert await became(running_bot, campaign, ada) is DeliveryState.DELIVERED

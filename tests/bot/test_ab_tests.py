"""An A/B test: two variants to a share of the audience, the better one to the rest; over HTTP, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

import pytest

from storage.records import (
    Campaign,
    CampaignState,
    DeedKind,
    DeliveryState,
    NotReached,
    Quiet,
    TenantId,
    Variant,
    WhyChosen,
    drawn_variant,
    variant_for,
)
from storage.shared.policy import change_policy
from tests.bot.story import (
    MESSAGE,
    Card,
    error_beside,
    eventually,
    fields_of,
    make_author,
    make_publisher,
    newest,
    settled,
)
from tests.bot.test_endings import its_end, on_friday
from tests.bot.test_series import goes_out, monday_at_nine, the_series, until
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import TENANT, Person, actions_of, words_of

PEOPLE = 90  #: in the audience, beside the author
HOUR = timedelta(hours=1)
CONFIRM = "I have read it"
TEST = {"ab_share": "50", "ab_title": "Big news", "ab_measure": "acknowledged", "ab_after": "2"}


@pytest.fixture
async def crowd(running_bot: RunningBot, ada: Person) -> list[Person]:
    people = running_bot.organisation.crowd(PEOPLE)
    await asyncio.gather(*(person.install() for person in people))
    return people


def eight_hours(running_bot: RunningBot) -> dict[str, str]:
    return {**monday_at_nine(running_bot), "duration": "8"}


async def to_the_review(running_bot: RunningBot, author: Person, **test: str) -> Card:
    await author.say("new campaign")
    await author.press("A/B test", **MESSAGE)
    await author.press("OK", **{**TEST, **test})
    await author.press("Next: audience")
    await author.press("Next: schedule", audience="everyone")
    card: Card = (await author.press("Next: review", **eight_hours(running_bot)))["value"]
    return card


async def an_ab_test(running_bot: RunningBot, author: Person, **test: str) -> Campaign:
    """Scheduled for Monday at nine, eight hours long; started, and all of the test is sent: it is ten."""
    await to_the_review(running_bot, author, **test)
    await author.press("Schedule it")
    return await begins(running_bot, await newest(running_bot))


async def begins(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    start = campaign.as_scheduled.schedule.slot.start
    await until(running_bot, start + timedelta(seconds=1))

    async def planned() -> Campaign | None:
        current = await now_of(running_bot, campaign)
        return current if current.planned_at else None

    current = await eventually(planned)
    await sent_until(running_bot, current, start + HOUR)
    return current


async def sent_until(running_bot: RunningBot, campaign: Campaign, instant: object) -> None:
    """All that is due by then is sent, at its hour."""
    while (due := await running_bot.store.next_due(campaign.id)) and due < instant:  # type: ignore[operator]
        await until(running_bot, max(due, running_bot.clock.now()))

        async def gone(before: object = due) -> bool:
            return await running_bot.store.next_due(campaign.id) != before

        await eventually(gone)
    await settled(running_bot, campaign)


async def now_of(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    current = await running_bot.store.campaign(campaign.id)
    assert current is not None
    return current


async def chosen(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    async def is_chosen() -> Campaign | None:
        current = await now_of(running_bot, campaign)
        return current if current.choice else None

    return await eventually(is_chosen)


async def ended(running_bot: RunningBot, campaign: Campaign) -> Campaign:
    end = campaign.as_scheduled.schedule.slot.end
    await sent_until(running_bot, campaign, end)
    await until(running_bot, end + timedelta(minutes=1))

    async def done() -> Campaign | None:
        current = await now_of(running_bot, campaign)
        return current if current.state is CampaignState.DONE and current.reported_at else None

    return await eventually(done)


async def groups(running_bot: RunningBot, campaign: Campaign, people: Sequence[Person]) -> dict[str, list[Person]]:
    """Who has which variant in the test, as the draw says; "" for the rest."""
    parts: dict[str, list[Person]] = {"a": [], "b": [], "": []}
    for person in people:
        known = await running_bot.store.person_at(TENANT, person.address)
        assert known is not None
        parts[drawn_variant(campaign.id, known.id, campaign.as_scheduled.ab_test.share) or ""].append(person)  # type: ignore[union-attr]
    return parts


def titles(person: Person) -> list[str]:
    """Of the messages of the campaign in their chat."""
    known = ("Our autumn", "Big news")
    return [word for _, card in person.cards() for word in words_of(card) if word in known]


async def confirm(running_bot: RunningBot, people: Sequence[Person]) -> None:
    for person in people:
        await person.press(CONFIRM)
    await running_bot.restart()  # it waits for what is being counted


async def test_the_better_one_goes_to_the_rest_by_itself_and_nobody_gets_both(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada)
    parts = await groups(running_bot, campaign, crowd)
    assert all(len(some) >= 10 for some in parts.values()), {name: len(some) for name, some in parts.items()}
    assert {tuple(titles(person)) for person in parts["a"]} == {("Our autumn",)}
    assert {tuple(titles(person)) for person in parts["b"]} == {("Big news",)}
    assert {tuple(titles(person)) for person in parts[""]} == {()}, "the rest waits"
    await confirm(running_bot, parts["b"])
    assert (await now_of(running_bot, campaign)).choice is None, "not before its hour"
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + 2 * HOUR)
    current = await chosen(running_bot, campaign)
    assert current.choice and (current.choice.variant, current.choice.why) == (Variant.B, WhyChosen.BETTER)
    assert current.choice.b.did >= len(parts["b"]) and current.frozen == campaign.frozen
    await asyncio.sleep(2)  # until its author is told, once: what is cut off while it is posted may come again
    await running_bot.restart()
    await ended(running_bot, campaign)
    assert {tuple(titles(person)) for person in parts[""]} == {("Big news",)}
    assert all(len(titles(person)) == 1 for person in crowd)
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: PEOPLE + 1}
    assert running_bot.connector.tally()["doubled"] == 0
    told = [text for text in ada.texts() if "variant B goes to the rest" in text]
    assert len(told) == 1 and "More people have confirmed it, which is hardly chance." in told[0]
    words = words_of(await ada.sees("Report: "))
    assert "Variant B goes to the rest. More people have confirmed it, which is hardly chance." in words, words
    better = "B is better: a difference of this size would come by chance in less than 1 of 20 such tests."
    assert better in words
    entries = [entry for _, entry in await running_bot.store.audit_from(0, 500) if entry.deed is DeedKind.CHOSEN]
    assert [(entry.by, entry.details["variant"]) for entry in entries] == [(None, "B")]


async def test_quiet_hours_in_all_that_follows_the_choice_are_counted_beforehand_and_told(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    """Nobody of the rest gets a variant that nobody has chosen; who lifts them in time gets the chosen one."""
    await to_the_review(running_bot, ada)
    draft = await newest(running_bot)
    store, by_variant = running_bot.store, dict[str, list[Person]]()
    known = {person.conversation: await store.person_at(TENANT, person.address) for person in crowd}
    for person in crowd:
        one = known[person.conversation]
        assert one is not None
        by_variant.setdefault(drawn_variant(draft.id, one.id, 50) or "", []).append(person)
    (quiet, evening, lifts, *_), (tested, *_) = by_variant[""], by_variant["b"]
    for person, begins_at in ((quiet, 10), (evening, 13), (lifts, 10), (tested, 10)):
        one = known[person.conversation]
        assert one is not None
        hours = Quiet(begins=time(begins_at, 30), ends=time(20))
        await store.set_quiet(one.id, hours, deed=A_DEED)
        assert person.zone == "Europe/London"
    await ada.press("Change the schedule")
    review = words_of((await ada.press("Next: review"))["value"])
    counted = [word for word in review if "2 people have quiet hours all this time." in word]
    assert counted, "but not who is in the test, or has time after it"
    await ada.press("Schedule it")
    campaign = await begins(running_bot, await newest(running_bot))
    assert len(titles(tested)) == 1, "in the test they get theirs before"
    start = campaign.as_scheduled.schedule.slot.start
    await until(running_bot, start + 2 * HOUR)
    await ada.sees("Which one goes to the rest of “Autumn newsletter”?")
    await ada.press("Send A to the rest")
    one = known[lifts.conversation]
    assert one is not None
    await store.set_quiet(one.id, None, deed=A_DEED)
    await ended(running_bot, campaign)
    tally = await store.tally(campaign.id)
    assert tally.states == {DeliveryState.DELIVERED: PEOPLE, DeliveryState.EXPIRED: 1}
    assert tally.reasons == {NotReached.QUIET: 1} and titles(quiet) == []
    assert titles(evening) == ["Our autumn"] and titles(lifts) == ["Our autumn"]
    words = words_of(await ada.sees("Report: "))
    assert "The time was over in their quiet hours." in words


async def test_where_it_may_be_chance_the_author_is_asked_once_and_their_press_decides(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada)
    parts = await groups(running_bot, campaign, crowd)
    await confirm(running_bot, [*parts["a"][:6], *parts["b"][:7]])
    start = campaign.as_scheduled.schedule.slot.start
    await until(running_bot, start + 2 * HOUR)
    card = await ada.sees("Which one goes to the rest of “Autumn newsletter”?")
    words = words_of(card)
    assert any("a difference of this size would often come by chance" in word for word in words), words
    assert any(word.startswith("The rest waits. If nobody chooses by ") for word in words)
    await running_bot.restart()
    await until(running_bot, start + 3 * HOUR)
    await sent_until(running_bot, campaign, start + 3 * HOUR)
    assert {tuple(titles(person)) for person in parts[""]} == {()}, "nothing goes to the rest meanwhile"
    asked = [card for _, card in ada.cards() if any("Which one goes to the rest" in word for word in words_of(card))]
    assert len(asked) == 1
    answer = await ada.press("Send A to the rest")
    assert "Variant A goes to the rest. It was chosen by hand." in words_of(answer["value"])
    late = await ada.press("Send B to the rest", card=card)
    assert "Variant A goes to the rest. It was chosen by hand." in words_of(late["value"]), "the first press holds"
    await ended(running_bot, campaign)
    assert {tuple(titles(person)) for person in parts[""]} == {("Our autumn",)}
    assert all(len(titles(person)) == 1 for person in crowd) and running_bot.connector.tally()["doubled"] == 0
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: PEOPLE + 1}
    [entry] = [entry for _, entry in await running_bot.store.audit_from(0, 500) if entry.deed is DeedKind.CHOSEN]
    author = await running_bot.store.person_at(TENANT, ada.address)
    assert author and (entry.by, entry.details) == (author.id, {"variant": "A"})


async def test_nobody_answers_and_the_one_that_is_ahead_goes_in_the_last_part(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada, ab_itself="false")
    parts = await groups(running_bot, campaign, crowd)
    await confirm(running_bot, parts["b"])
    start = campaign.as_scheduled.schedule.slot.start
    await until(running_bot, start + 2 * HOUR)
    card = await ada.sees("Which one goes to the rest of “Autumn newsletter”?")
    assert any(word.startswith("B is better") for word in words_of(card)), "said, and left to its author"
    await sent_until(running_bot, campaign, start + 5 * HOUR)
    assert (await now_of(running_bot, campaign)).choice is None
    assert {tuple(titles(person)) for person in parts[""]} == {()}
    await until(running_bot, start + 5 * HOUR)
    current = await chosen(running_bot, campaign)
    assert current.choice and (current.choice.variant, current.choice.why) == (Variant.B, WhyChosen.AHEAD)
    await ended(running_bot, campaign)
    assert {tuple(titles(person)) for person in parts[""]} == {("Big news",)}
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: PEOPLE + 1}
    assert any("Nobody had chosen in time." in text for text in ada.texts())
    assert running_bot.connector.tally()["doubled"] == 0


async def test_whoever_installs_meanwhile_waits_for_the_choice_too(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada)
    late = running_bot.organisation.crowd(PEOPLE + 12)[-12:]
    # they are no recipients: the audience was read at the start
    await asyncio.gather(*(person.install() for person in late))
    await settled(running_bot, campaign)
    assert all(titles(person) == [] for person in late)
    gone = (await groups(running_bot, campaign, crowd))[""][0]
    await gone.uninstall()
    await gone.install()
    await settled(running_bot, campaign)
    assert titles(gone) == [], "of the rest: nothing before the choice"


async def test_a_bot_that_was_away_for_the_whole_of_it_sends_the_first_to_everybody(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    await to_the_review(running_bot, ada)
    await ada.press("Schedule it")
    campaign = await newest(running_bot)
    await running_bot.stop()
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + 6 * HOUR)
    await running_bot.start()
    current = await chosen(running_bot, campaign)
    assert current.choice and (current.choice.variant, current.choice.why) == (Variant.A, WhyChosen.AHEAD)
    await ended(running_bot, campaign)
    parts = await groups(running_bot, campaign, crowd)
    assert {tuple(titles(person)) for person in [*parts[""], *parts["a"]]} == {("Our autumn",)}
    assert {tuple(titles(person)) for person in parts["b"]} == {("Big news",)}, "as it was drawn and approved"


# --- what is approved, previewed, tried -------------------------------------------------------


async def test_the_review_and_the_approver_see_both_variants_and_the_rule(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    await make_publisher(ada, louis)
    await make_publisher(ada, grace)
    await change_policy(
        running_bot.store, TenantId(TENANT), lambda policy: replace(policy, approve_above=0), deed=A_DEED
    )
    rule = (
        "A and B to 50% of the audience, half each · the choice after 2 hours · the one that more people confirm goes"
        " to the rest · where the difference may be chance, its author is asked · without an answer, the one that is"
        " ahead goes in the last part of the time"
    )
    review = await to_the_review(running_bot, grace)
    assert rule in words_of(review)
    for wanted in ("Variant A", "Variant B", "Our autumn", "Big news"):
        assert wanted in words_of(review)
    await grace.press("Ask for approval")
    asked = await louis.sees("attend une approbation")
    for wanted in ("Variante A", "Variante B", "Our autumn", "Big news"):
        assert wanted in words_of(asked), words_of(asked)
    assert any(word.startswith("A et B à 50") for word in words_of(asked))
    await louis.press("Approuver")
    campaign = await newest(running_bot)
    assert campaign.state is CampaignState.SCHEDULED and campaign.as_scheduled.ab_test is not None
    assert campaign.as_scheduled.ab_test.words[""].title == "Big news"


async def test_a_test_send_brings_both_and_their_buttons_answer_in_their_own_words(
    running_bot: RunningBot, ada: Person
) -> None:
    await to_the_review(running_bot, ada)
    await ada.press("Send me a test")
    banners = [word for _, card in ada.cards() for word in words_of(card) if word.startswith("Test of “Autumn")]
    assert [banner.partition(", by")[0] for banner in banners] == [
        "Test of “Autumn newsletter”, variant A",
        "Test of “Autumn newsletter”, variant B",
    ]
    answer = (await ada.press(CONFIRM))["value"]
    assert "Big news" in words_of(answer) and "Our autumn" not in words_of(answer)


async def test_a_press_answers_with_the_variant_that_they_have(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada, ab_body="Other words: [here](https://example.org/b)")
    parts = await groups(running_bot, campaign, crowd)
    for variant, title in (("a", "Our autumn"), ("b", "Big news")):
        answer = (await parts[variant][0].press(CONFIRM))["value"]
        assert title in words_of(answer)
    [link] = [word for word in words_of(parts["b"][0].card()) if "/r/" in word]
    status, leads = await parts["b"][0].follow(link.partition("(")[2].partition(")")[0])
    assert (status // 100, leads) == (3, "https://example.org/b")


async def test_once_it_has_started_nothing_of_it_can_be_changed(
    running_bot: RunningBot, ada: Person, crowd: list[Person]
) -> None:
    campaign = await an_ab_test(running_bot, ada)
    card = words_of((await ada.execute("ab.save", {"campaign": campaign.id, **TEST, "ab_title": "X"}, "1"))["value"])
    assert "This campaign has started: it can be neither changed nor cancelled." in card
    assert (await now_of(running_bot, campaign)).frozen == campaign.frozen


# --- who may choose ---------------------------------------------------------------------------


async def test_only_its_author_or_an_owner_chooses_and_nothing_else_is_a_choice(
    running_bot: RunningBot, ada: Person, louis: Person, crowd: list[Person]
) -> None:
    await make_author(ada, louis)
    campaign = await an_ab_test(running_bot, ada)
    version = campaign.version
    for stranger in (louis, crowd[0]):
        await stranger.execute("variant.choose", {"campaign": campaign.id, "version": version, "variant": "b"}, "1")
        assert (await now_of(running_bot, campaign)).choice is None
    for nonsense in ("c", "", None, 7, ["b"]):
        await ada.execute("variant.choose", {"campaign": campaign.id, "version": version, "variant": nonsense}, "1")
        assert (await now_of(running_bot, campaign)).choice is None
    await ada.say(f"report {campaign.name}")
    await ada.press("Report", card=await ada.sees("is on its way"))
    await ada.press("Send B to the rest")
    current = await chosen(running_bot, campaign)
    assert current.choice and (current.choice.variant, current.choice.why) == (Variant.B, WhyChosen.AUTHOR)


# --- what does not go -------------------------------------------------------------------------


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    await ada.press("A/B test", **MESSAGE)
    card = (await ada.press("OK", ab_share="20", ab_after="0"))["value"]
    assert error_beside(card, "ab_after") == "Please give a number from 1 to 336."
    assert error_beside(card, "ab_title") == "" and fields_of(card)["ab_share"] == "20"
    card = (await ada.press("OK", ab_after="2"))["value"]
    assert error_beside(card, "ab_title") == "Please write another title or another text: B says the same as A."
    card = (await ada.press("OK", ab_body="Hello [FRISTNAME]"))["value"]
    assert error_beside(card, "ab_body").startswith("I don’t know [FRISTNAME]")
    card = (await ada.press("OK", ab_body="x" * 19_900))["value"]
    assert error_beside(card, "ab_body").startswith("The two variants together are too long") or error_beside(
        card, "ab_body"
    ).startswith("The message is too long")
    form = (await ada.press("OK", ab_body="Hello [FIRSTNAME]"))["value"]
    assert "**A/B test**: two variants, to 20% of the audience" in words_of(form)
    assert fields_of(form)["body"] == MESSAGE["body"]


@pytest.mark.parametrize(
    ("message", "test", "schedule", "why"),
    [
        ({"anonymous": "true"}, {}, {}, "In a campaign without names nobody knows who has done what"),
        ({"ack": "false"}, {}, {}, "Nobody can confirm it: ask people to confirm, or measure something else."),
        ({"link_url": "", "link_title": ""}, {"ab_measure": "clicked"}, {}, "Nobody can click: add a link"),
        ({}, {}, {"own_zone": "true"}, "It needs one clock: it does not go with each person’s own."),
        ({}, {"ab_after": "8"}, {}, "There are no working hours before the choice, after 8 hours"),
    ],
)
async def test_the_review_says_why_it_cannot_be(
    running_bot: RunningBot,
    ada: Person,
    message: dict[str, str],
    test: dict[str, str],
    schedule: dict[str, str],
    why: str,
) -> None:
    await ada.say("new campaign")
    await ada.press("A/B test", **{**MESSAGE, **message})
    await ada.press("OK", **{**TEST, **test})
    await ada.press("Next: audience")
    await ada.press("Next: schedule", audience="everyone")
    review = (await ada.press("Next: review", **{**eight_hours(running_bot), **schedule}))["value"]
    assert any(word.startswith(f"**Message**: A/B test: {why}") for word in words_of(review)), words_of(review)
    assert not any(action.get("verb") == "campaign.schedule" for action in actions_of(review))


async def test_en_francais_deux_langues_ont_deux_variantes(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Rentrée")
    await louis.press("Ajouter une langue", name="Rentrée", title="Bonjour", body="Bonne rentrée.")
    await louis.press("Enregistrer", spoken="en", title="Hello", body="Welcome back.")
    await louis.press("Test A/B")
    card = (await louis.press("OK", ab_share="50", ab_title="Salut"))["value"]
    assert "Test A/B : laquelle marche le mieux ?" in words_of(card)
    assert error_beside(card, "ab_title_en").startswith("Écrivez aussi B en anglais")
    form = (await louis.press("OK", ab_title_en="Hi"))["value"]
    assert "**Test A/B** : deux variantes, à 50 % des destinataires" in [
        word.replace("\u202f", " ").replace("\xa0", " ") for word in words_of(form)
    ]
    await louis.press("Suite : destinataires")
    await louis.press("Suite : diffusion", audience="everyone")
    review = (await louis.press("Suite : relecture", **eight_hours(running_bot)))["value"]
    assert {"Variante A", "Variante B", "Hello", "Hi"} <= {*words_of(review)}, "as Ada, who reads English, sees it"
    french = words_of((await louis.press("Français"))["value"])
    assert {"Bonjour", "Salut"} <= {*french}
    await louis.press("Programmer")
    campaign = await begins(running_bot, await newest(running_bot))
    known = await running_bot.store.person_at(TENANT, ada.address)
    assert known is not None
    wanted = {Variant.A: "Hello", Variant.B: "Hi", None: None}[variant_for(campaign, known.id)]
    shown = [word for _, card in ada.cards() for word in words_of(card) if word in ("Hello", "Hi")]
    assert shown == ([wanted] if wanted else [])


# --- what comes after -------------------------------------------------------------------------


async def test_each_occurrence_of_a_series_has_a_test_of_its_own(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await ada.say("new campaign")
    await ada.press("A/B test", **MESSAGE)
    await ada.press("OK", **TEST)
    await ada.press("Next: audience")
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("How often?", **eight_hours(running_bot))
    await ada.press("OK", every="week")
    await ada.press("Next: review")
    await ada.press("Schedule it")
    series = await the_series(running_bot)
    for count in (1, 2):
        occurrence = await goes_out(running_bot, series, count)
        assert occurrence.as_scheduled.ab_test == series.as_scheduled.ab_test
        assert (await running_bot.store.tally(occurrence.id)).states == {DeliveryState.DELIVERED: 2}
    assert len(titles(louis)) == 2 and running_bot.connector.tally()["doubled"] == 0


async def test_a_copy_has_both_variants(running_bot: RunningBot, ada: Person) -> None:
    await to_the_review(running_bot, ada)
    await ada.say("clone autumn newsletter")
    copy = await newest(running_bot)
    assert (copy.forms["message"]["ab_title"], copy.forms["message"]["ab_share"]) == ("Big news", "50")


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    people = running_bot.organisation.crowd(12)
    for person in people:
        await person.install()
    campaign = await an_ab_test(running_bot, ada)
    parts = await groups(running_bot, campaign, people)
    assert {tuple(titles(person)) for person in parts[""]} <= {()}
    await until(running_bot, campaign.as_scheduled.schedule.slot.start + 2 * HOUR)
    await ada.sees("Which one goes to the rest of “Autumn newsletter”?")
    await running_bot.restart()
    await ada.press("Send B to the rest")
    await running_bot.restart()
    await ended(running_bot, campaign)
    assert {tuple(titles(person)) for person in parts[""]} <= {("Big news",)}
    assert (await running_bot.store.tally(campaign.id)).states == {DeliveryState.DELIVERED: 13}
    assert running_bot.connector.tally()["doubled"] == 0


async def test_its_end_leaves_each_variant_as_it_was(running_bot: RunningBot, ada: Person, crowd: list[Person]) -> None:
    await ada.say("new campaign")
    await ada.press("A/B test", **MESSAGE)
    await ada.press("OK", **TEST)
    await ada.press("Next: audience")
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Set an end", **eight_hours(running_bot))
    await ada.press("OK", **on_friday(running_bot, ending="close"))
    await ada.press("Next: review")
    await ada.press("Schedule it")
    campaign = await begins(running_bot, await newest(running_bot))
    parts = await groups(running_bot, campaign, crowd)
    await ada.say(f"report {campaign.name}")
    await ada.press("Report", card=await ada.sees("is on its way"))
    await ada.press("Send B to the rest")
    await its_end(running_bot, await ended(running_bot, campaign))
    for variant, title in (("a", "Our autumn"), ("b", "Big news"), ("", "Big news")):
        for person in parts[variant]:
            words = words_of(person.card())
            assert title in words and any(word.startswith("Closed on") or "Clos" in word for word in words), words


# --- in words ---------------------------------------------------------------------------------


async def test_it_is_said_in_words_to_the_open_draft(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign Lunch")
    await ada.press("Next: audience", name="Lunch", body="Hello [FIRSTNAME], come and eat.")
    await ada.say("try two titles: Lunch is on us / Free lunch on Thursday to 50 %")
    kept = (await newest(running_bot)).forms["message"]
    assert (kept["title"], kept["ab_title"], kept["ab_share"]) == ("Lunch is on us", "Free lunch on Thursday", "50")
    assert kept["body"].startswith("Hello"), "what else was written stays"
    assert "**A/B test**: two variants, to 50% of the audience" in words_of(ada.card())
    await ada.say("try two titles: Lunch is on us / Free lunch to 30 %")
    assert error_beside(ada.card(), "ab_share") == "Please choose one of these.", "said beside its field, and kept"
    assert (await newest(running_bot)).forms["message"]["ab_title"] == "Free lunch"
    await ada.say("try two titles")
    assert "with a “/” between them" in ada.texts()[-1]


async def test_en_francais_deux_titres_se_disent(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Cantine")
    await louis.press("Suite : destinataires", name="Cantine", body="Bonjour.")
    await louis.say("essaie deux titres : On vous invite / Jeudi, c’est offert sur 20 %")
    kept = (await newest(running_bot)).forms["message"]
    assert (kept["title"], kept["ab_title"], kept["ab_share"]) == ("On vous invite", "Jeudi, c’est offert", "20")
    assert any(word.startswith("**Test A/B** : deux variantes") for word in words_of(louis.card()))

"""When a campaign goes out, said in words: in the form, as a command, in passing; over HTTP."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cards.kit.texts import Texts
from dialogs.schedule_words import Spoken, client
from dialogs.schedule_words.client import ROOT, WordsClient
from storage.records import CampaignState, Message
from tests.bot.story import (
    MESSAGE,
    Card,
    asked,
    draft,
    error_beside,
    fields_of,
    launch,
    make_publisher,
    newest,
    sent_out,
)
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person, words_of

pytestmark = pytest.mark.real_time

WHEN = ("start", "date", "time", "duration", "unit")
ANY_TIME = {"anytime": "true", "zone": "UTC"}


async def to_the_schedule(author: Person) -> Card:
    await author.say("new campaign")
    await author.press("Next: audience", **MESSAGE)
    card: Card = (await author.press("Next: schedule", audience="everyone"))["value"]
    return card


async def au_calendrier(auteur: Person) -> Card:
    await auteur.say("nouvelle campagne")
    await auteur.press("Suite : destinataires", name="Automne", body="Bonjour")
    card: Card = (await auteur.press("Suite : diffusion", audience="everyone"))["value"]
    return card


def when(card: Card) -> tuple[str, ...]:
    fields = fields_of(card)
    return tuple(fields[field] for field in WHEN)


def tomorrow(running_bot: RunningBot, zone: str = "UTC") -> str:
    return (running_bot.clock.now().astimezone(ZoneInfo(zone)) + timedelta(days=1)).date().isoformat()


# --- in the form ------------------------------------------------------------------------------


async def test_words_fill_in_the_form_and_the_form_tells_what_was_read(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Fill in the form", words="tomorrow 10am for 2 hours, at any time", zone="UTC"))["value"]
    assert when(card) == ("at", tomorrow(running_bot), "10:00", "2", "hours")
    assert fields_of(card)["anytime"] == "true"
    assert fields_of(card)["words"] == "tomorrow 10am for 2 hours, at any time", "what was typed stays"
    [read] = [word for word in words_of(card) if word.startswith("I read: ")]
    moment = Texts("en-GB", now=running_bot.clock.now()).moment(
        datetime.fromisoformat(f"{tomorrow(running_bot)}T10:00+00:00")
    )
    assert read == f"I read: start {moment} (UTC); duration 2 hours; working hours at any time"
    card = (await ada.press("Next: review"))["value"]
    assert f"{moment} (UTC)" in words_of(card)


async def test_words_that_were_only_typed_are_read_when_the_form_is_sent(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Next: review", words="tomorrow 10am for 90 minutes", **ANY_TIME))["value"]
    assert {"Audience and schedule", "90 minutes"} <= {*words_of(card)}
    assert (await newest(running_bot)).forms["schedule"]["date"] == tomorrow(running_bot)


async def test_a_french_author_says_it_in_french(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await au_calendrier(louis)
    words = "demain à 10 h pendant 2 heures et demie"
    card = (await louis.press("Remplir le formulaire", words=words, **ANY_TIME | {"zone": "Europe/Paris"}))["value"]
    assert when(card) == ("at", tomorrow(running_bot, "Europe/Paris"), "10:00", "150", "minutes")
    assert any(word.startswith("J’ai lu : début ") for word in words_of(card))
    card = (await louis.press("Remplir le formulaire", words="demain 10h et des brouettes"))["value"]
    assert error_beside(card, "words") == (
        "Je n’ai pas compris « brouettes ». Dites-le autrement, ou videz ce champ et remplissez le reste."
    )


async def test_what_is_not_understood_is_told_beside_the_words_and_nothing_is_scheduled_from_it(
    running_bot: RunningBot, ada: Person
) -> None:
    await to_the_schedule(ada)
    sentence = "tomorrow 10am for 2 hours unless it rains"
    card = (await ada.press("Next: review", words=sentence, **ANY_TIME))["value"]
    error = "I did not understand “unless it rains”. Please say it differently, or empty this and fill in the rest."
    assert error_beside(card, "words") == error
    assert when(card) == ("at", tomorrow(running_bot), "10:00", "2", "hours"), "the rest is filled in"
    assert fields_of(card)["words"] == sentence
    card = (await ada.press("Next: review", time="11:00"))["value"]
    assert error_beside(card, "words") == error, "still"
    assert fields_of(card)["time"] == "11:00", "what was mended by hand stays"
    await ada.say("edit Autumn")
    assert f"**Schedule**: {error}" in words_of(ada.card())
    await ada.press("Change the schedule")
    card = (await ada.press("Next: review", words=""))["value"]
    assert not SEND_OFF.isdisjoint(words_of(card))
    assert (await newest(running_bot)).forms["schedule"]["time"] == "11:00"


async def test_what_is_changed_by_hand_after_the_words_stays(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    await ada.press("Fill in the form", words="tomorrow 10am for 2 hours", **ANY_TIME)
    card = (await ada.press("Next: review", duration="3"))["value"]
    assert "3 hours" in words_of(card)


@pytest.mark.parametrize(
    ("words", "field", "error"),
    [
        ("yesterday 10am for 2 hours", "date", "That is in the past. Please choose a later day or time."),
        ("tomorrow for 2 hours", "time", "Please choose a time, like 10:00."),
        ("tomorrow 10am for 3 years", "duration", "That is too long: at most a year."),
        ("tomorrow 10am for 600 days", "duration", "That is too long: at most a year."),
        ("x" * 301, "words", "That is too long: 301 characters of 300."),
        ("**25:00** [x](y)", "words", r"I did not understand “\*\*25:00\*\* \[x\]\(y”."),
    ],
)
async def test_what_is_wrong_in_words_is_told_beside_its_field(
    running_bot: RunningBot, ada: Person, words: str, field: str, error: str
) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Fill in the form", words=words, zone="UTC"))["value"]
    assert error_beside(card, field).startswith(error)
    assert fields_of(card)["words"] == words


async def test_a_repetition_makes_a_series_and_other_words_end_it(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    words = "every Monday at 9am for 2 hours until 31 December 2030"
    card = (await ada.press("Fill in the form", words=words, **ANY_TIME))["value"]
    assert error_beside(card, "words") == ""
    [read] = [word for word in words_of(card) if word.startswith("I read: ")]
    assert "repeats every week: Monday, at 09:00, until Tue, 31 Dec 2030" in read.replace("\u202f", " "), read
    assert "**Repeats**: every week: Monday" in words_of(card)
    card = (await ada.press("Fill in the form", words="tomorrow 10am for 2 hours"))["value"]
    assert "**Repeats**: never" in words_of(card), "what only former words have said goes with them"
    await ada.press("Fill in the form", words=words)
    await ada.press("Next: review")
    await ada.press("Schedule it")
    campaign = await newest(running_bot)
    repeat = campaign.as_scheduled.schedule.repeat
    assert repeat and repeat.every == "week" and repeat.days == {0} and repeat.until == date(2030, 12, 31)
    assert campaign.as_scheduled.schedule.slot.start.weekday() == 0


async def test_a_repetition_that_is_no_rule_is_named_and_one_press_makes_it_one_send(
    running_bot: RunningBot, ada: Person
) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Fill in the form", words="twice a week at 9am for 2 hours", **ANY_TIME))["value"]
    assert error_beside(card, "words") == (
        "“twice a week” means again and again, in a way that I cannot keep."
        " Please say it as in “every Monday at 9”, or say one day."
    )
    assert when(card) == ("at", "", "09:00", "2", "hours"), "the rest is kept, and no day is guessed"
    card = (await ada.press("Next: review"))["value"]
    assert error_beside(card, "words"), "nothing is scheduled from it"
    card = (await ada.press("at 9am for 2 hours"))["value"]
    assert error_beside(card, "words") == "" and fields_of(card)["words"] == "at 9am for 2 hours"


async def test_une_repetition_fait_une_serie_et_une_demi_journee_se_choisit(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await au_calendrier(louis)
    card = (await louis.press("Remplir le formulaire", words="deux fois par jour à 9h"))["value"]
    assert error_beside(card, "words").startswith("« deux fois par jour » demande une répétition")
    assert when(card)[:3] == ("at", "", "09:00")
    mardi = "le premier mardi de chaque mois à 9h pendant 2h"
    card = (await louis.press("Remplir le formulaire", words=mardi, **ANY_TIME))["value"]
    assert error_beside(card, "words") == "" and "**Répétition** : chaque mois : le premier mardi" in words_of(card)
    first = date.fromisoformat(fields_of(card)["date"])
    assert first.weekday() == 1 and first.day <= 7
    card = (await louis.press("Remplir le formulaire", words="le premier mardi du mois à 9h pendant 2h"))["value"]
    assert "**Répétition** : jamais" in words_of(card), "un seul jour, tant que rien d'autre n'est dit"
    card = (await louis.press(mardi))["value"]
    assert "**Répétition** : chaque mois : le premier mardi" in words_of(card)
    card = (await louis.press("Remplir le formulaire", words="demain 9h pendant une demi-journée"))["value"]
    assert error_beside(card, "words").startswith("« pendant une demi-journée » peut vouloir dire plusieurs choses.")
    card = (await louis.press("demain 9h pendant 4 heures"))["value"]
    assert when(card) == ("at", tomorrow(running_bot), "09:00", "4", "hours")
    await louis.say("chaque lundi à 9h pendant 2 heures")
    assert "**Répétition** : chaque semaine : lundi" in words_of(louis.card()), "said in passing, too"


async def test_a_zone_is_read_or_refused_and_then_stays_as_it_was(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Fill in the form", words="tomorrow 9:00 ET for 2 hours", zone="Europe/Paris"))["value"]
    assert (fields_of(card)["zone"], fields_of(card)["time"]) == ("America/New_York", "09:00")
    card = (await ada.press("Fill in the form", words="tomorrow 9:00 UTC+5 for 2 hours", zone="Europe/Paris"))["value"]
    assert fields_of(card)["zone"] == "Europe/Paris"
    assert error_beside(card, "words").startswith("“UTC+5” is not the time zone below, which stays as it was.")


async def test_public_holidays_are_left_out_once_it_is_known_whose(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    sentence = "13 July 9am for 5 days except bank holidays"
    card = (await ada.press("Next: review", words=sentence, zone="UTC"))["value"]
    assert error_beside(card, "holidays") == "You said “except bank holidays”: of which country?"
    card = (await ada.press("Next: review", holidays="FR"))["value"]
    closed = date.fromisoformat((await newest(running_bot)).forms["schedule"]["date"]) + timedelta(days=1)
    assert any(f"closed on {closed:%a}" in word and "14 Jul" in word for word in words_of(card)), words_of(card)


async def test_a_day_that_its_numbers_may_mean_as_well_is_one_press_away(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    year = running_bot.clock.now().year + 1
    card = (await ada.press("Fill in the form", words=f"3/12/{year} at 10am for 2 hours", **ANY_TIME))["value"]
    first = fields_of(card)["date"]
    other = {f"{year}-12-03": f"{year}-03-12", f"{year}-03-12": f"{year}-12-03"}[first]
    card = (await ada.press(f"{other} at 10am for 2 hours"))["value"]
    assert fields_of(card)["date"] == other


async def test_what_a_former_sentence_said_is_not_mixed_in_unsaid(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await to_the_schedule(ada)
    await ada.press("Fill in the form", words="tomorrow 10am for 5 days", **ANY_TIME)
    card = (await ada.press("Next: review", words="in 3 days at 9am"))["value"]
    [read] = [word for word in words_of(card) if word.startswith("I read: ")]
    assert "duration" not in read.partition("\n\n")[0]
    assert read.partition("\n\n")[2] == "Not said, so as it stood: duration 5 days; working hours at any time"
    card = (await ada.press("Next: review"))["value"]
    assert "5 days" in words_of(card), "it was said: now it is the author's choice"
    await make_publisher(ada, louis)
    await au_calendrier(louis)
    await louis.say("planifier demain à 10h pendant 5 jours")
    await louis.say("planifier dans 3 jours à 9h")
    assert any("Non dit, donc comme avant : durée 5 jours" in word for word in words_of(louis.card()))


async def test_without_words_the_button_only_draws_the_form_anew(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    card = (await ada.press("Fill in the form", duration="7"))["value"]
    assert fields_of(card)["duration"] == "7"
    assert error_beside(card, "words") == ""


async def test_a_copy_forgets_what_was_said_of_another_time(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    await ada.press("Next: review", words="tomorrow 10am for 2 hours", **ANY_TIME)
    await ada.say("clone Autumn newsletter")
    schedule = (await newest(running_bot)).forms["schedule"]
    assert not {"words", "said", "left", "date"} & {*schedule}
    assert schedule["duration"] == "2"


# --- in the chat ------------------------------------------------------------------------------


async def test_a_command_fills_in_the_schedule_of_the_draft_that_is_being_built(
    running_bot: RunningBot, ada: Person
) -> None:
    await to_the_schedule(ada)
    await ada.say("schedule tomorrow 10am for 2 hours, working hours 8 to 20, every day")
    card = ada.card()
    assert when(card) == ("at", tomorrow(running_bot), "10:00", "2", "hours")
    assert (fields_of(card)["opens"], fields_of(card)["closes"]) == ("08:00", "20:00")
    assert any(word.startswith("I read: ") for word in words_of(card))
    assert (await newest(running_bot)).forms["schedule"]["days"] == "0,1,2,3,4,5,6", "kept at once"
    await ada.press("Next: review")
    assert ada.reads("Audience and schedule")


async def test_a_command_names_what_it_did_not_understand(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    await ada.say("schedule whenever it suits you")
    card = ada.card()
    assert error_beside(card, "words").startswith("I did not understand “whenever it suits you”.")
    assert fields_of(card)["words"] == "whenever it suits you"


async def test_a_command_without_words_opens_the_step_and_without_a_draft_says_so(
    running_bot: RunningBot, ada: Person
) -> None:
    for command in ("schedule", "schedule tomorrow 10am for 2 hours", "planifier"):
        assert any(word.startswith("You are not building a campaign") for word in await asked(ada, command))
    await ada.say("new campaign")
    await ada.say("schedule")
    assert "When does it go out?" in words_of(ada.card())


async def test_in_french_too(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    assert any(word.startswith("Vous ne préparez") for word in await asked(louis, "planifier demain à 10h"))
    await au_calendrier(louis)
    await louis.say("planifier demain de 10h à midi")
    assert when(louis.card()) == ("at", tomorrow(running_bot, "Europe/Paris"), "10:00", "2", "hours")
    await louis.say("demain matin")
    assert when(louis.card())[2:] == ("09:00", "3", "hours"), "however near it may be to a command"
    await louis.say("maintenant pendant 3 jours")
    assert when(louis.card())[0] == "now"
    assert when(louis.card())[3:] == ("3", "days")


async def test_a_whole_schedule_said_in_passing_fills_in_the_open_draft(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    for sentence, start, amount in (("Tomorrow 10am for 2 hours", "at", "2"), ("now for 30 minutes", "now", "30")):
        await ada.say(sentence)
        card = ada.card()
        assert (when(card)[0], when(card)[3]) == (start, amount)
        assert fields_of(card)["words"] == sentence
    await ada.say("tomorrow 10am")
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["start"], schedule["time"], schedule["duration"]) == ("at", "10:00", "30"), "as long as before"
    running_bot.clock.forward(timedelta(hours=13))
    assert any("I did not understand" in word for word in await asked(ada, "tomorrow 10am for 2 hours")), "long ago"


async def test_now_is_a_start_and_no_new_campaign(running_bot: RunningBot, ada: Person) -> None:
    assert not any("Did you mean" in word for word in await asked(ada, "now"))
    await to_the_schedule(ada)
    await ada.press("Fill in the form", words="tomorrow 10am for 2 hours", zone="UTC")
    await ada.say("now")
    assert (when(ada.card())[0], when(ada.card())[3]) == ("now", "2")
    assert any("Did you mean **new**" in word for word in await asked(ada, "nwe")), "a typing error still is one"


async def test_replies_of_recipients_and_of_authors_without_a_draft_stay_replies(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await sent_out(running_bot, ada, Message(body="When do you come?"))
    hana = running_bot.organisation.person("Hana", "Sato", locale="en-GB")
    for someone in (louis, ada):
        words = await asked(someone, "lundi de 10h à midi" if someone is louis else "tomorrow 10am for 2 hours")
        assert not any("working hours" in word or "heures de travail" in word for word in words)
        noted = "Je transmets votre réponse" if someone is louis else "I have noted that you replied"
        assert any(noted in word for word in words), words
    await hana.install()
    assert not any("I read:" in word for word in await asked(hana, "tomorrow 10am for 2 hours"))


async def test_a_schedule_said_of_a_started_campaign_changes_nothing(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await launch(ada, running_bot)
    before = await newest(running_bot)
    words = await asked(ada, "schedule tomorrow 10am for 2 hours")
    assert any(word.startswith("You are not building a campaign") for word in words)
    await asked(ada, "tomorrow 10am for 2 hours")
    assert await newest(running_bot) == before


async def test_two_messages_at_once_lose_nothing_of_each_other(running_bot: RunningBot, ada: Person) -> None:
    await to_the_schedule(ada)
    await asyncio.gather(ada.say("schedule tomorrow 10am for 2 hours"), ada.say("schedule on each person's own clock"))
    schedule = (await newest(running_bot)).forms["schedule"]
    assert (schedule["time"], schedule["own_zone"]) == ("10:00", "true")


# --- the program beside the bot ---------------------------------------------------------------


async def read(beside: WordsClient, words: str = "tomorrow 10am for 2 hours") -> Spoken | None:
    return await beside.read(words, datetime(2026, 11, 25, 11, tzinfo=UTC), "UTC", Texts("en"))


def program_of(beside: WordsClient) -> Any:
    return beside._program


async def test_a_reader_that_was_killed_is_replaced_by_the_next_question() -> None:
    async with WordsClient() as beside:
        first = await read(beside)
        assert first is not None and first.complete
        killed = program_of(beside)
        killed.kill()
        assert await read(beside) == first
        assert program_of(beside).pid != killed.pid
        last = program_of(beside)
    assert last.returncode is not None, "it goes with the bot"


async def test_a_reader_that_says_nothing_is_given_up_and_the_next_question_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with WordsClient() as beside:
        await read(beside)
        silent = program_of(beside)
        silent.send_signal(signal.SIGSTOP)
        with monkeypatch.context() as impatient:
            impatient.setattr(client, "PATIENCE", 0.2)
            assert await read(beside) is None
        monkeypatch.setattr(client, "GIVEN_UP", 0)
        answer = await read(beside)
        assert answer is not None and answer.complete
        assert await silent.wait() < 0


async def test_an_answer_that_comes_late_is_not_taken_for_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with WordsClient() as beside:
        await read(beside)
        slow = program_of(beside)
        slow.send_signal(signal.SIGSTOP)
        with monkeypatch.context() as impatient:
            impatient.setattr(client, "PATIENCE", 0.2)
            assert await read(beside, "tomorrow 9am for 3 hours") is None
        slow.send_signal(signal.SIGCONT)
        answer = await read(beside, "tomorrow 11am for 1 hour")
        assert answer is not None and answer.values["time"] == "11:00"
        assert program_of(beside) is slow, "what it has learnt is not thrown away"


async def test_the_reader_ends_when_the_bot_is_gone() -> None:
    async with WordsClient() as beside:
        await read(beside)
        program = program_of(beside)
        program.stdin.close()  # as the kernel does for a bot that was killed
        assert await asyncio.wait_for(program.wait(), 10) == 0


async def test_words_that_nobody_can_read_now_are_kept_and_the_form_says_so(
    running_bot: RunningBot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await to_the_schedule(ada)
    with monkeypatch.context() as crowded:
        crowded.setattr(client, "WAITING", 0)
        card = (await ada.press("Next: review", words="tomorrow 10am for 2 hours", **ANY_TIME))["value"]
    assert error_beside(card, "words").startswith("I could not read this just now. Please try again")
    assert fields_of(card)["words"] == "tomorrow 10am for 2 hours"
    card = (await ada.press("Next: review"))["value"]
    assert "Audience and schedule" in words_of(card)
    assert (await newest(running_bot)).state is CampaignState.DRAFT


def test_the_bot_does_not_load_the_rule_that_only_the_program_beside_it_needs() -> None:
    code = "import sys, app; print(*[name for name in sys.modules if name.startswith('dialogs.schedule_words.')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    own = {"dialogs.schedule_words.client", "dialogs.schedule_words.worker"}
    assert set(done.stdout.split()) == own

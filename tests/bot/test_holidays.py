"""Days on which nobody works are skipped: chosen in a form, named in the review, kept with the campaign."""

from __future__ import annotations

from datetime import date

from storage.records import CampaignState
from tests.bot.story import draft, error_beside, fields_of, in_state, make_publisher, newest
from tests.conftest import RunningBot
from tests.support.organisation import SEND_OFF, Person, words_of


def over_christmas(running_bot: RunningBot) -> dict[str, str]:
    """A week around the next Christmas that falls on a working day."""
    today = running_bot.clock.now().date()
    year = next(year for year in range(today.year, today.year + 3) if date(year, 12, 25).weekday() < 5
                and date(year, 12, 20) > today)  # fmt: skip
    return {
        "start": "at",
        "date": f"{year}-12-20",
        "time": "10:00",
        "duration": "9",
        "unit": "days",
        "anytime": "false",
    }


async def test_holidays_are_skipped_and_the_review_names_them(running_bot: RunningBot, ada: Person) -> None:
    when = over_christmas(running_bot)
    await draft(ada, **when, holidays="FR", closed="24 December")
    [row] = [word for word in words_of(ada.card()) if word.startswith("closed on ")]
    assert "25 Dec" in row
    await ada.press(SEND_OFF)
    campaign = await in_state(running_bot, CampaignState.SCHEDULED)
    christmas = date(int(when["date"][:4]), 12, 25)
    assert christmas in campaign.as_scheduled.schedule.hours.holidays
    await ada.say("information autumn newsletter")
    assert row in words_of(ada.card()), "and so does the information, from what was scheduled"


async def test_what_is_no_date_is_said_beside_the_field_in_french(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Noël")
    await louis.press("Suite : destinataires", title="Noël", body="Bonjour.")
    form = (await louis.press("Suite : diffusion", audience="everyone"))["value"]
    assert fields_of(form)["holidays"] == "none"
    typed = {**over_christmas(running_bot), "holidays": "BE", "closed": "24/12; bientôt"}
    answer = (await louis.press("Suite : relecture", **typed))["value"]
    assert error_beside(answer, "closed").startswith("Ce n’est pas une date : « bientôt ». Écrivez-les comme 24/12/")
    assert fields_of(answer).items() >= {"holidays": "BE", "closed": "24/12; bientôt"}.items(), "nothing is lost"
    await louis.press("Suite : relecture", closed="24/12")
    assert any(word.startswith("fermé : ") and "25 déc." in word for word in words_of(louis.card()))
    assert (await newest(running_bot)).forms["schedule"]["holidays"] == "BE"

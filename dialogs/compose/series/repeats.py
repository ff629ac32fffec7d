"""Cards a step aside from the form of the schedule: how often it goes out, whom it reminds, its end, e-mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cards.compose.sequels.end_form import end_form
from cards.compose.sequels.follow_form import follow_form
from cards.compose.sequels.mail_form import mail_form
from cards.compose.sequels.repeat_form import repeat_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from dialogs.compose.parts import keep_part
from dialogs.compose.wizard import form_card
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.closures import ready_for
from dialogs.forms.fields import FIELDS
from dialogs.forms.schedule import read_schedule
from dialogs.forms.sequels.by_mail import mails
from dialogs.forms.sequels.ending import has_end
from dialogs.forms.sequels.follow_up import follows_up
from dialogs.forms.sequels.repeat import repeats
from storage.records import Campaign

router = Router()

Values = Mapping[str, str]
Drawn = Callable[[Texts, Campaign, Values, Values, str], AdaptiveCard]


@router.form("repeat.save")
async def save_repeat(turn: Turn, form: Form) -> Answer:
    return await _save(turn, form, "repeat", repeat_form, repeats)


@router.form("chase.save")
async def save_follow_up(turn: Turn, form: Form) -> Answer:
    return await _save(turn, form, "chase", follow_form, follows_up)


@router.form("ending.save")
async def save_end(turn: Turn, form: Form) -> Answer:
    return await _save(turn, form, "ending", end_form, has_end)


@router.form("mail.save")
async def save_by_mail(turn: Turn, form: Form) -> Answer:
    return await _save(turn, form, "mail", mail_form, mails)


async def _save(turn: Turn, form: Form, part: str, draw: Drawn, says: Callable[[Values], bool]) -> Answer:
    """Keep what was chosen, valid or not; back to the schedule where it can be like that."""
    drawn, note = partial(draw, turn.texts), ""

    async def settle(values: dict[str, str]) -> None:
        nonlocal note
        if repeats(values) and values.get("start") != "at":
            values["start"] = "at"
            note = turn.texts("A series begins on a day, at an hour: please check them below.")
        await ready_for(values)

    campaign, values = await keep_part(turn, form, part, "schedule", drawn, settle)
    errors = read_schedule(values, turn.now, turn.texts).errors
    wrong = {field: error for field, error in errors.items() if field in FIELDS[part]}
    if wrong and says(values):
        return Answer(card=drawn(campaign, values, wrong, ""))
    return Answer(card=await form_card(turn, campaign, "schedule", errors=errors, notice=note))

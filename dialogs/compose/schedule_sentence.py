"""The field of the schedule's form that takes words: what they say stands in the other fields.

Words are read once. Beside them the draft keeps which were read (``said``) and what was not understood of them
(``left``): so what the author mends by hand afterwards stays, and nothing is scheduled from half a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from cards.compose.review import hours_text
from dialogs.core.turn import Turn
from dialogs.forms.schedule import read_schedule, without_words
from dialogs.schedule_words import Spoken, too_much
from storage.records.instants import is_zone


async def fill_from_words(turn: Turn, kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the form, with the fields that its words speak of; ``kept``: what the draft held before."""
    words = typed.get("words", "").strip()
    if not words:
        return without_words(typed)
    if words == kept.get("said"):
        return {**typed, "words": words, "said": words, "left": kept.get("left", "")}
    if too_much(words):
        return {**typed, "words": words}
    spoken = await read(turn, words, typed)
    return filled(typed, words, spoken) if spoken else {**typed, "words": words}


async def read(turn: Turn, words: str, values: Mapping[str, str]) -> Spoken | None:
    """What words say, on the clock that the form names; None when nobody can tell at the moment."""
    zone = values.get("zone", "")
    return await turn.services.words.read(words, turn.now, zone if is_zone(zone) else turn.zone, turn.texts)


def filled(values: Mapping[str, str], words: str, spoken: Spoken) -> dict[str, str]:
    """A form's values with what words say."""
    return {**values, **spoken.values, "words": words, "said": words, "left": spoken.left}


def confirmation(turn: Turn, values: Mapping[str, str]) -> str:
    """In exact days and hours, what a form says that words have filled in; "" while something in it is wrong."""
    texts, timing = turn.texts, read_schedule(values, turn.now, turn.texts).value
    if timing is None or not values.get("words"):
        return ""
    schedule = timing.schedule
    moment = texts.moment(schedule.slot.start, ZoneInfo(schedule.zone))
    return texts(
        "I read: start {start}; duration {duration}; working hours {hours}",
        start=texts("as soon as you schedule it") if timing.now else f"{moment} ({schedule.zone})",
        duration=texts.duration(schedule.slot.duration),
        hours=hours_text(texts, schedule),
    )

"""The field of the schedule's form that takes words: what they say stands in the other fields.

Words are read once. Beside them the draft keeps which were read (``said``), what is odd in them (``left`` and others)
and which fields they have filled in: so what the author mends by hand afterwards stays, nothing is scheduled from half
a sentence, and what stands there from before is not taken for what was said now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from zoneinfo import ZoneInfo

from cards.compose.review import hours_text
from cards.compose.sequels.repeat_form import repeat_text
from cards.kit.texts import Texts
from dialogs.core.turn import Turn
from dialogs.forms.fields import FIELDS
from dialogs.forms.schedule import WORDS, read_schedule, without_words
from dialogs.schedule_words import Spoken, too_much
from storage.records.instants import is_zone

HOURS = {"opens", "closes", "days", "anytime", "own_zone"}


async def fill_from_words(turn: Turn, kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the form, with the fields that its words speak of; ``kept``: what the draft held before."""
    words = typed.get("words", "").strip()
    if not words:
        return without_words(typed)
    if words == kept.get("said"):
        return {**typed, **{field: kept.get(field, "") for field in WORDS}, "words": words}
    if too_much(words):
        return {**typed, "words": words}
    spoken = await read(turn, words, typed)
    return filled({**typed, "filled": kept.get("filled", "")}, words, spoken) if spoken else {**typed, "words": words}


async def read(turn: Turn, words: str, values: Mapping[str, str]) -> Spoken | None:
    """What words say, on the clock that the form names; None when nobody can tell at the moment."""
    zone = values.get("zone", "")
    return await turn.services.words.read(words, turn.now, zone if is_zone(zone) else turn.zone, turn.texts)


def filled(values: Mapping[str, str], words: str, spoken: Spoken) -> dict[str, str]:
    """A form's values with what words say; a repetition that only former words have said goes with them."""
    if "start" in spoken.values and "every" not in spoken.values and "every" in _filled(values):
        values = {field: value for field, value in values.items() if field not in FIELDS["repeat"]}
    return {
        **values,
        **spoken.values,
        "words": words,
        "said": words,
        "left": spoken.left,
        "repeats": spoken.repeats,
        "distance": spoken.distance,
        "unsure": spoken.unsure,
        "no_holidays": spoken.holidays,
        "choices": "\n".join(spoken.choices),
        "filled": ",".join(spoken.values),
    }


def mixes(kept: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Whether a sentence that was read just now stands beside what only a former one has said."""
    if not kept.get("said") or values.get("said") in ("", None, kept["said"]):
        return False
    before, now = _filled(kept), _filled(values)
    return any(values.get(field) == kept.get(field) for field in before - now)


def _filled(values: Mapping[str, str]) -> frozenset[str]:
    return frozenset(values.get("filled", "").split(",")) - {""}


def confirmation(turn: Turn, values: Mapping[str, str]) -> str:
    """In exact days and hours, what words have filled in, and what stood there before; "" while something is wrong."""
    texts, timing = turn.texts, read_schedule(values, turn.now, turn.texts).value
    if timing is None or not values.get("words"):
        return ""
    schedule = timing.schedule
    moment = texts.moment(schedule.slot.start, ZoneInfo(schedule.zone))
    start = texts("as soon as you schedule it") if timing.now else f"{moment} ({texts.city(schedule.zone)})"
    parts = {
        texts("start {start}", start=start): {"start", "date", "time", "zone"},
        texts("repeats {how}", how=repeat_text(texts, schedule) or texts("never")): {*FIELDS["repeat"]},
        texts("duration {duration}", duration=texts.duration(schedule.slot.duration)): {"duration"},
        texts("working hours {hours}", hours=hours_text(texts, schedule)): HOURS,
    }
    filled = _filled(values)
    spoken = [part for part, fields in parts.items() if fields & filled]
    unsaid = [part for part, fields in parts.items() if not fields & filled]
    before = [part for part in unsaid if schedule.repeat or "every" not in parts[part]]
    return what_was_read(texts, spoken, before)


def what_was_read(texts: Texts, spoken: Sequence[str], before: Sequence[str]) -> str:
    """Parts of a schedule that words have said, and apart from them those that stood there before."""
    sentences = [texts("I read: {parts}", parts=_joined(texts, spoken))] if spoken else []
    if before:
        sentences.append(texts("Not said, so as it stood: {parts}", parts=_joined(texts, before)))
    return "\n\n".join(sentences)


def _joined(texts: Texts, parts: Sequence[str]) -> str:
    return reduce(lambda one, other: texts("{one}; {other}", one=one, other=other), parts)

"""Whether a message is a must-read, as its form says it."""

from __future__ import annotations

from cards.compose.sequels.follow_form import DEFAULTS, NOBODY
from cards.kit.texts import Texts
from dialogs.forms.fields import Values, number_typed
from storage.records import FollowUp, Until

DAYS = 30  #: working days between two rounds, at the most
ROUNDS = 5  #: at the most


def follows_up(values: Values) -> bool:
    return values.get("chase", "") not in ("", NOBODY)


def read_follow_up(values: Values, texts: Texts, errors: dict[str, str]) -> FollowUp | None:
    """None where nobody is reminded; what is wrong goes into ``errors``."""
    if not follows_up(values):
        return None
    if values["chase"] not in list(Until):
        errors["chase"] = texts("Please choose one of these.")
    after = number_typed(values, "chase_after", DAYS, texts, errors, DEFAULTS["chase_after"])
    rounds = number_typed(values, "chase_rounds", ROUNDS, texts, errors, DEFAULTS["chase_rounds"])
    if errors.keys() & {"chase", "chase_after", "chase_rounds"}:
        return None
    return FollowUp(until=Until(values["chase"]), after=after, rounds=rounds)

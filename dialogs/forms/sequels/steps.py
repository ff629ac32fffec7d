"""The steps of a sequence, as its form says them."""

from __future__ import annotations

from cards.compose.sequels.end_form import STAYS
from cards.compose.sequels.follow_form import NOBODY
from cards.compose.sequels.repeat_form import ONCE
from cards.kit.texts import Texts
from dialogs.forms.fields import FIELDS, Parsed
from storage.records import Campaign, Forms
from storage.records.step_forms import SEQUENCE, days_of, is_sequence, numbers_of

OF_SEQUENCE = "steps"  #: among the values of a schedule's form: it is the schedule of a sequence
DAYS = 250  #: working days after joining: a year


def read_days(forms: Forms, texts: Texts) -> Parsed[dict[int, int]]:
    """The working days after which each step comes, by its number."""
    errors = dict[str, str]()
    numbers, typed = numbers_of(forms), days_of(forms)
    if forms.get(SEQUENCE, {}).get("whom") not in ("new", "all"):
        errors["whom"] = texts("Please choose one of these.")
    if not all(text.isdecimal() and len(text) < 9 and int(text) <= DAYS for text in typed):
        errors["days"] = texts("Please give numbers from 0 to {most}, with commas.", most=DAYS)
    elif len(typed) != len(numbers):
        errors["days"] = texts.many(
            "There is {count} step: please give as many numbers.",
            "There are {count} steps: please give as many numbers.",
            len(numbers),
        )
    elif len(set(map(int, typed))) < len(numbers):
        errors["days"] = texts("Two steps would come on one day. Nobody gets two on one day.")
    if errors:
        return Parsed(None, errors)
    return Parsed(dict(sorted(zip(numbers, map(int, typed), strict=True), key=lambda pair: pair[1])))


def schedule_values(campaign: Campaign) -> dict[str, str]:
    """What stands in the form of its schedule; of a sequence, that it is one."""
    values = {name: text for name, text in campaign.forms.get("schedule", {}).items() if name != OF_SEQUENCE}
    return {**values, OF_SEQUENCE: "true"} if is_sequence(campaign.forms) else values


def once(values: dict[str, str]) -> tuple[dict[str, str], bool]:
    """The values of a sequence's schedule, without what is only for a campaign of its own; whether something was."""
    fields = (*FIELDS["repeat"], *FIELDS["chase"], *FIELDS["ending"])
    nothing = (None, "", ONCE, NOBODY, STAYS)
    said = any(values.get(field) not in nothing for field in ("every", "chase", "ending"))
    return {name: text for name, text in values.items() if name not in fields}, said

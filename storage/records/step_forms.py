"""A sequence as its draft keeps it: one step is in hand, in the forms of any message; the others are put by.

Whatever is done to a message (its form, other languages, pictures, a test) is done to the step in hand. Pure functions
of a campaign's forms: ``sequence`` holds {"hand": "1", "next": "3", "numbers": "1,2", "days": "0, 3", "whom": "new"}, a
step that is put by stands as "2/message", "2/message.fr".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.records.campaigns import Campaign, Forms

APART = 2  #: working days between the last step and one that is added
SEQUENCE = "sequence"  #: the form that makes a draft one
#: one step, on the day itself, for who joins from now on
NEW = {"hand": "1", "next": "2", "numbers": "1", "days": "0", "whom": "new"}


def is_sequence(forms: Forms) -> bool:
    return SEQUENCE in forms


def hand_of(forms: Forms) -> int:
    """The number of the step in hand; 0 where it is no sequence."""
    hand = forms.get(SEQUENCE, {}).get("hand", "")
    return int(hand) if hand.isdecimal() else 0


def numbers_of(forms: Forms) -> list[int]:
    """The numbers of the steps, in the order in which they are shown."""
    return [int(number) for number in forms.get(SEQUENCE, {}).get("numbers", "").split(",") if number.isdecimal()]


def days_of(forms: Forms) -> list[str]:
    """What was typed for each step, in their order: working days after joining, be it right or not."""
    return re.split(r"[\s,;]+", forms.get(SEQUENCE, {}).get("days", "").strip(" ,;"))


def in_order(forms: Forms) -> Forms:
    """With the steps in the order of their days, where each has one."""
    numbers, days = numbers_of(forms), days_of(forms)
    if len(numbers) != len(days) or not all(day.isdecimal() and len(day) < 9 for day in days):
        return forms
    pairs = sorted(zip(map(int, days), numbers, strict=True))
    return _with(forms, [number for _, number in pairs], [str(day) for day, _ in pairs])


def _with(forms: Forms, numbers: Sequence[int], days: Sequence[str], **more: str) -> Forms:
    there = {"numbers": ",".join(map(str, numbers)), "days": ", ".join(days)}
    return {**forms, SEQUENCE: {**forms[SEQUENCE], **there, **more}}


def in_hand(forms: Forms, number: int) -> Forms:
    """With this step in hand; as they are where there is no such step, or it is."""
    if number == hand_of(forms) or number not in numbers_of(forms):
        return forms
    mine, hand = f"{number}/", hand_of(forms)
    taken: dict[str, Mapping[str, str]] = {SEQUENCE: {**forms[SEQUENCE], "hand": str(number)}}
    for step, values in forms.items():
        if step.startswith(mine):
            taken[step[len(mine) :]] = values
        elif step.partition(".")[0] == "message":
            taken[f"{hand}/{step}"] = values
        elif step != SEQUENCE:
            taken[step] = values
    return taken


def with_step(campaign: Campaign, number: int) -> Campaign:
    """The campaign with this step in hand, as it is shown and changed; not saved. Its name is the sequence's."""
    forms = in_hand(campaign.forms, number)
    if forms is campaign.forms:
        return campaign
    if "message" in forms:
        forms = {**forms, "message": {**forms["message"], "name": campaign.name}}
    return replace(campaign, forms=forms)


def with_another(forms: Forms) -> Forms:
    """With one more step, which is in hand: some days after the last one."""
    number, days = int(forms[SEQUENCE]["next"]), days_of(forms)
    last = days[-1] if days[-1].isdecimal() and len(days[-1]) < 9 else "0"
    more = [*days, str(int(last) + APART)]
    return in_hand(_with(forms, [*numbers_of(forms), number], more, next=str(number + 1)), number)


def without(forms: Forms, number: int) -> Forms:
    """Without this step; the last one stays."""
    numbers, days = numbers_of(forms), days_of(forms)
    if number not in numbers or len(numbers) == 1:
        return forms
    if number == hand_of(forms):
        forms = in_hand(forms, next(other for other in numbers if other != number))
    left = {step: values for step, values in forms.items() if not step.startswith(f"{number}/")}
    place = numbers.index(number)
    del numbers[place]
    return _with(left, numbers, days[:place] + days[place + 1 :])


def made_one(forms: Forms) -> Forms:
    """A message like any other: the step in hand."""
    return {step: values for step, values in forms.items() if step != SEQUENCE and "/" not in step}


def message_forms(forms: Forms, number: int) -> Forms:
    """The forms of this step alone: its message, and its other languages."""
    return {step: values for step, values in in_hand(forms, number).items() if step.partition(".")[0] == "message"}

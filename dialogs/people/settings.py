"""What a person sets for themselves, and what owners set for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cards.kit.texts import Texts
from cards.people.settings import rules_form
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.cleaning import NAME, clean
from dialogs.people.quiet import own_settings
from storage.records import ENGAGES_FOR, DeedKind, Policy, Role
from storage.shared.policy import change_policy, policy_of

router = Router()

LARGEST = 100_000_000  #: of any number in the rules
LONGEST = 36_500  #: days for which personal data is kept; empty is for ever


@router.command("settings", authors_only=False)
async def settings(turn: Turn, rest: str) -> Answer:
    return Answer(card=await own_settings(turn), summary=turn.texts("Your settings"))


@router.form("settings.open", authors_only=False)
async def open_settings(turn: Turn, form: Form) -> Answer:
    return await settings(turn, "")


# --- mute -------------------------------------------------------------------------------------


@router.command("mute", authors_only=False, alone=True)
async def mute(turn: Turn, rest: str) -> Answer:
    await _set_muted(turn, True)
    return Answer(text=_muted_text(turn.texts, muted=True))


@router.command("unmute", authors_only=False, alone=True)
async def unmute(turn: Turn, rest: str) -> Answer:
    await _set_muted(turn, False)
    return Answer(text=_muted_text(turn.texts, muted=False))


@router.form("mute.set", authors_only=False)
async def mute_pressed(turn: Turn, form: Form) -> Answer:
    muted = str(form.get("muted")) == "true"
    await _set_muted(turn, muted)
    person = replace(turn.person, muted=muted)
    return Answer(card=await own_settings(turn, person, _muted_text(turn.texts, muted=muted)))


async def _set_muted(turn: Turn, muted: bool) -> None:
    deed = turn.deed(DeedKind.MUTED if muted else DeedKind.UNMUTED)
    await turn.store.mute(turn.person.id, muted, deed=deed)


def _muted_text(texts: Texts, *, muted: bool) -> str:
    if muted:
        return texts("Campaigns are muted: I bring you none until you type **unmute**.")
    return texts("Campaigns reach you again. To have quiet, type **mute**.")


# --- rules ------------------------------------------------------------------------------------


@router.command("rules", role=Role.OWNER)
async def rules(turn: Turn, rest: str) -> Answer:
    policy = await policy_of(turn.store, turn.person.tenant)
    return Answer(card=rules_form(turn.texts, _values(policy), {}), summary=turn.texts("Rules of the organisation"))


@router.form("rules.open", role=Role.OWNER)
async def open_rules(turn: Turn, form: Form) -> Answer:
    return await rules(turn, "")


@router.form("rules.save", role=Role.OWNER)
async def save_rules(turn: Turn, form: Form) -> Answer:
    values = {name: str(form.get(name, ""))[:20].strip() for name in _values(Policy())}
    values["sender"] = " ".join(clean(str(form.get("sender", ""))).split())[:NAME]
    wanted, errors = _read(values, turn.texts)
    if wanted is None:
        return Answer(card=rules_form(turn.texts, values, errors))
    after = await change_policy(
        turn.store,
        turn.person.tenant,
        lambda policy: replace(policy, **wanted),
        deed=turn.deed(DeedKind.SET),
    )
    return Answer(card=rules_form(turn.texts, _values(after), {}, turn.texts("The rules are saved.")))


def _values(policy: Policy) -> dict[str, str]:
    above = policy.approve_above
    return {
        "approval": "never" if above is None else "above" if above else "always",
        "approve_above": str(above or Policy().approve_above),
        "per_week": "" if policy.per_week is None else str(policy.per_week),
        "important_unmutes": "true" if policy.important_unmutes else "false",
        "keep_days": "" if policy.keep_days is None else str(policy.keep_days),
        "sender": policy.sender,
    }


def _read(values: Mapping[str, str], texts: Texts) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """What a form says of the policy, by its fields; None and what is wrong, by field."""
    errors: dict[str, str] = {}
    numbers: dict[str, int | None] = {}
    for name in ("approve_above", "per_week", "keep_days"):
        number = _number(values[name])
        empty = not values[name] and name != "approve_above"
        if number is None and not empty and (name != "approve_above" or values["approval"] == "above"):
            errors[name] = texts("Please give a whole number above zero.")
        numbers[name] = number
    if (days := numbers["keep_days"]) and not ENGAGES_FOR.days <= days <= LONGEST:
        errors["keep_days"] = texts(
            "Please give {least} to {most} days, or leave it empty: engagement is counted for {least} days.",
            least=ENGAGES_FOR.days,
            most=texts.number(LONGEST),
        )
    if errors:
        return None, errors
    above = {"always": 0, "above": numbers["approve_above"]}.get(values["approval"])
    read = {
        "approve_above": above,
        "per_week": numbers["per_week"],
        "important_unmutes": values["important_unmutes"] == "true",
        "keep_days": days,
        "sender": values["sender"],
    }
    return read, {}


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    return number if 0 < number <= LARGEST else None

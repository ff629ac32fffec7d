"""What a message says in other languages: one form for each, kept beside the message's own."""

from __future__ import annotations

from collections.abc import Mapping

from cards.compose import version_form
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import SPOKEN
from dialogs.compose.wizard import changeable, changed_elsewhere, form_card, save_step
from dialogs.core.drafts import by_default, is_stale, known_columns, version_key, versions_of
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.fields import typed
from dialogs.forms.message import asks_for_columns, read_version
from storage.records import Campaign, Message, StaleVersion

router = Router()


@router.form("version.open")
async def open_version(turn: Turn, form: Form) -> Answer:
    """The message is kept as it was typed, and one of its other languages is shown, or a new one."""
    campaign = await changeable(turn, form)
    if form.get("step") == "message":
        values = typed("message", form, campaign.forms.get("message"))
        if is_stale(turn, campaign, form):
            notice = changed_elsewhere(turn)
            return Answer(card=await form_card(turn, campaign, "message", values=values, notice=notice))
        try:
            campaign = await save_step(turn, campaign, "message", values)
        except StaleVersion:
            campaign = await changeable(turn, form)
    return Answer(card=await version_card(turn, campaign, _language(form)))


def _language(form: Form) -> str:
    """Of the version that a card speaks of; "" for a new one."""
    language = str(form.get("other") or "")
    return language if language in SPOKEN else ""


async def version_card(
    turn: Turn,
    campaign: Campaign,
    language: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
) -> AdaptiveCard:
    message = by_default(campaign, turn.texts).value
    there = {*versions_of(campaign), campaign.forms.get("message", {}).get("language") or turn.texts.language}
    shown = campaign.forms.get(version_key(language), {}) if values is None else values
    return version_form(
        turn.texts,
        campaign,
        language,
        [code for code in SPOKEN if code not in there],
        shown,
        errors or {},
        message.buttons if message else (),
        columns=await known_columns(turn),
        notice=notice,
        first=campaign.forms.get("message", {}),
    )


@router.form("version.save")
async def save_version(turn: Turn, form: Form) -> Answer:
    """Kept valid or not, as every form is."""
    campaign, language = await changeable(turn, form), _language(form)
    values = typed("version", form, campaign.forms.get(version_key(language)))
    language = language or _language({"other": values.get("spoken")})
    if not language:
        errors = {"spoken": turn.texts("Please choose a language.")}
        return Answer(card=await version_card(turn, campaign, "", values, errors))
    values["spoken"] = language
    if is_stale(turn, campaign, form):
        return Answer(card=await version_card(turn, campaign, language, values, notice=changed_elsewhere(turn)))
    try:
        campaign = await save_step(turn, campaign, version_key(language), values)
    except StaleVersion:
        campaign = await changeable(turn, form)
        return Answer(card=await version_card(turn, campaign, language, values, notice=changed_elsewhere(turn)))
    columns = await known_columns(turn) if asks_for_columns(values) else ()
    message = by_default(campaign, turn.texts).value or Message(body="")
    errors = dict(read_version(values, message, turn.texts, columns).errors)
    if errors:
        return Answer(card=await version_card(turn, campaign, language, values, errors))
    notice = turn.texts("Saved in {language}.", language=turn.texts.language_name(language, alone=False))
    return Answer(card=await form_card(turn, campaign, "message", notice=notice))


@router.form("version.remove")
async def remove_version(turn: Turn, form: Form) -> Answer:
    campaign, key = await changeable(turn, form), version_key(_language(form))
    if is_stale(turn, campaign, form):
        return Answer(card=await form_card(turn, campaign, "message", notice=changed_elsewhere(turn)))
    try:
        campaign = await save_step(turn, campaign, key, None)
    except StaleVersion:
        campaign = await changeable(turn, form)
    return Answer(card=await form_card(turn, campaign, "message"))

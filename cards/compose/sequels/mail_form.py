"""Who gets a campaign's message by e-mail as well: its card, and how it is said."""

from __future__ import annotations

from typing import Any

from cards.compose.frame import Errors, Values, drawn
from cards.kit.elements import AdaptiveCard, ChoiceInput, NumberInput
from cards.kit.parts import act, card, go, handle, heading, hint, line_to_change, notices, with_error
from cards.kit.texts import Texts
from storage.records import ByMail, Campaign, MailTo

FIELDS = ("mail", "mail_after")
NOBODY = "nobody"
DEFAULTS = {"mail_after": "24"}


def mail_form(texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "") -> AdaptiveCard:
    channel = campaign.channel.traits.name
    who = [
        (NOBODY, texts("nobody")),
        (MailTo.NOT_REACHED, texts("who could not be reached in {channel}", channel=channel)),
        (MailTo.NOT_OPENED, texts("these, and who has not opened it")),
    ]
    text = values.get("mail_after") or DEFAULTS["mail_after"]
    more = {"value": int(text)} if text.isdecimal() and len(text) < 9 else {}
    fields = [
        *with_error(
            ChoiceInput(
                id="mail",
                label=texts("It also goes by e-mail to"),
                choices=who,
                value=values.get("mail") or NOBODY,
                style="expanded",
            ),
            errors.get("mail"),
        ),
        *with_error(
            NumberInput(id="mail_after", label=texts("Who has not opened it, after so many hours"), **more),
            errors.get("mail_after"),
        ),
        hint(
            texts(
                "E-mails begin when the time of the campaign is over. Who has muted Crieur, or has had enough for a"
                " week, gets none. Answers and confirmations are given in {channel} only.",
                channel=channel,
            ),
            spacing="Small",
        ),
    ]
    if errors and not notice:
        notice = texts("Nothing is lost: please correct what is marked below.")
    actions = [
        act(texts("OK"), "mail.save", handle(campaign, was=drawn(fields)), style="positive"),
        go(texts("Back"), "form.open", {**handle(campaign), "step": "schedule"}),
    ]
    title = heading(texts("Who gets it by e-mail as well?"))
    body: list[Any] = [*notices(notice, "attention" if errors else "accent"), title, *fields]
    return card(texts, body, actions)


def mail_line(texts: Texts, campaign: Campaign, values: Values, errors: Errors, *, possible: bool) -> list[Any]:
    """In the form of the schedule: who gets an e-mail, and the way to change it. Nothing where nobody can."""
    chosen = mail_said(texts, values)
    wrong = next((errors[field] for field in FIELDS if field in errors), None)
    if not (possible or chosen or wrong):
        return []
    press = act(texts("E-mail"), "form.save", handle(campaign, step="schedule", go="mail"))
    return [line_to_change(texts, texts("Also by e-mail"), chosen or texts("nobody"), press, wrong)]


def _whom(texts: Texts, to: MailTo) -> str:
    return {
        MailTo.NOT_REACHED: texts("who could not be reached"),
        MailTo.NOT_OPENED: texts("who could not be reached, or has not opened it"),
    }[to]


def mail_said(texts: Texts, values: Values) -> str:
    """Of what stands in a draft, be it right or not; "" for nobody."""
    return _whom(texts, MailTo(values["mail"])) if values.get("mail") in list(MailTo) else ""


def mail_text(texts: Texts, by_mail: ByMail | None) -> str:
    """ "who could not be reached, or has not opened it after 24 hours"; "" for nobody."""
    if by_mail is None:
        return ""
    whom = _whom(texts, by_mail.to)
    if by_mail.to is MailTo.NOT_REACHED:
        return whom
    hours = texts.many("after {count} hour", "after {count} hours", by_mail.after)
    return f"{whom}, {hours}"

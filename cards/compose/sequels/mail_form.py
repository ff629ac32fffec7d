"""Who gets a campaign's message by e-mail as well: its card, and how it is said."""

from __future__ import annotations

from typing import Any

from cards.compose.frame import Errors, Values
from cards.compose.part import form_of_part, line_of_part, number_field
from cards.kit.elements import AdaptiveCard, ChoiceInput
from cards.kit.parts import hint, with_error
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
            number_field("mail_after", texts("Who has not opened it, after how many hours?"), values, DEFAULTS),
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
    title = texts("Who gets it by e-mail as well?")
    return form_of_part(texts, campaign, "mail", "schedule", title, fields, notice, errors)


def mail_line(texts: Texts, campaign: Campaign, values: Values, errors: Errors, *, possible: bool) -> list[Any]:
    """In the form of the schedule: who gets an e-mail, and the way to change it. Nothing where nobody can."""
    chosen = mail_said(texts, values)
    if not (possible or chosen or errors.keys() & set(FIELDS)):
        return []
    holds, name = chosen or texts("nobody"), texts("Also by e-mail")
    return line_of_part(texts, campaign, "mail", "schedule", name, holds, texts("E-mail"), errors, FIELDS)


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

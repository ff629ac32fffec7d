"""Who gets a message by e-mail as well, as its form says it."""

from __future__ import annotations

from cards.compose.sequels.mail_form import DEFAULTS, NOBODY
from cards.kit.texts import Texts
from dialogs.forms.fields import Values, number_typed
from storage.records import ByMail, MailTo

HOURS = 168  #: a week, at the most


def mails(values: Values) -> bool:
    return values.get("mail", "") not in ("", NOBODY)


def read_by_mail(values: Values, texts: Texts, errors: dict[str, str]) -> ByMail | None:
    """None where nobody gets one; what is wrong goes into ``errors``."""
    if not mails(values):
        return None
    if values["mail"] not in list(MailTo):
        errors["mail"] = texts("Please choose one of these.")
        return None
    to, usual = MailTo(values["mail"]), DEFAULTS["mail_after"]
    if to is MailTo.NOT_REACHED:
        return ByMail(to=to, after=int(usual))  # of nobody
    after = number_typed(values, "mail_after", HOURS, texts, errors, usual)
    return None if "mail_after" in errors else ByMail(to=to, after=after)

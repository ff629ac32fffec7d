"""E-mails of a campaign, in its report: how many became what, and why some were not sent."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.sequels.mail_form import mail_text
from cards.kit.elements import Table
from cards.kit.parts import hint, paragraph, subheading
from cards.kit.texts import Texts
from cards.results.figures import Figures
from storage.records import MailState, NotMailed
from storage.records.mail_life import is_over, mails


def mails_in_report(texts: Texts, figures: Figures) -> list[Any]:
    """Nothing of a campaign that nobody gets by e-mail."""
    campaign, tally = figures.campaign, figures.mails
    by_mail = campaign.as_scheduled.by_mail
    if by_mail is None or tally is None:
        return []
    body: list[Any] = [
        subheading(texts("By e-mail")),
        hint(texts("Also by e-mail: {whom}", whom=mail_text(texts, by_mail))),
    ]
    if tally.total:
        rows = [(texts("E-mails"), texts("People")), (texts("Sent"), texts.number(tally.sent))]
        if tally.open:
            rows.append((texts("Still to send"), texts.number(tally.open)))
        for why, count in sorted(tally.reasons.items(), key=lambda item: -item[1]):
            rows.append((why_not_mailed(texts, why), texts.number(count)))
        body.append(Table(rows, widths=[2, 1]))
    if tally.clicked:
        body.append(
            paragraph(
                texts.many(
                    "**{count}** person has followed a link in it.",
                    "**{count}** people have followed a link in it.",
                    tally.clicked,
                )
            )
        )
    if comes := _what_comes(texts, figures):
        body.append(hint(comes))
    return body


def _what_comes(texts: Texts, figures: Figures) -> str:
    campaign, mailing = figures.campaign, figures.campaign.mailing
    if mailing is not None and mailing.doubted:
        return texts("The bot’s memory came from a backup: nobody else gets one, as they may have had it before.")
    if is_over(campaign, campaign.finished_at or campaign.created_at):
        return texts("No more are sent, as the messages are being taken back. E-mails cannot be.")
    if campaign.finished_at is None:
        return texts("E-mails begin when the time of the campaign is over.")
    if mailing is not None and mailing.next_at is not None and mails(campaign):
        if mailing.reached_out:
            zone = ZoneInfo(campaign.as_scheduled.schedule.zone)
            moment = texts.moment(mailing.next_at, zone)
            return texts("Who has not opened it by {moment} gets one, too.", moment=moment)
        return texts("I am finding out who gets one.")
    return "" if figures.mails and figures.mails.total else texts("Nobody needed one.")


def why_not_mailed(texts: Texts, why: NotMailed) -> str:
    return {
        NotMailed.NO_ADDRESS: texts("I know no address of theirs that an e-mail can be sent to."),
        NotMailed.MUTED: texts("They have muted campaigns."),
        NotMailed.LEFT_TOPIC: texts("They have left its topic."),
        NotMailed.CAPPED: texts("They have had as many messages this week as your organisation allows."),
        NotMailed.TAKEN_BACK: texts("Not sent, as the messages were taken back."),
        NotMailed.ADDRESS_REFUSED: texts("The mail server refused their address."),
        NotMailed.MESSAGE_REFUSED: texts("The mail server refused the message."),
        NotMailed.NOT_TAKEN: texts("The mail server did not take it for three days."),
        NotMailed.NOT_WRITTEN: texts("Crieur could not write it: a fault of its own, which its log names."),
        NotMailed.CONNECTION_BROKE: texts("The connection broke after sending: it may have arrived."),
        NotMailed.BOT_STOPPED: texts("The bot stopped while sending: it may have arrived."),
        NotMailed.RESTORED: texts("The bot’s memory came from a backup: it may have arrived before."),
    }[why]


def mail_state_of_one(texts: Texts, state: MailState) -> str:
    """Of one person's e-mail, in a file."""
    return {
        MailState.SENT: texts("e-mail sent"),
        MailState.FAILED: texts("e-mail failed"),
        MailState.UNCONFIRMED: texts("e-mail unconfirmed"),
        MailState.LEFT_OUT: texts("no e-mail"),
    }.get(state, texts("e-mail still to send"))

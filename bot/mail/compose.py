"""A campaign's message as the bytes of an e-mail (RFC 5322): HTML and text, with the way to stop such mails."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.mail.addresses import mailbox
from bot.web.links import SignedLinks
from cards.kit.variables import plain
from cards.message.footer import footer_of
from cards.message.mail import Leading, mail_words
from scheduler.ports import Clock, Letter
from storage.records import Campaign, Columns, Person, as_variant, variant_for

SUBJECT = 200  #: characters


@dataclass(frozen=True, slots=True)
class LetterWriter:
    links: SignedLinks
    clock: Clock
    #: as in MAIL_FROM and MAIL_REPLY_TO
    sender: str
    reply_to: str = ""
    #: opens the chat with the bot; "" where nobody knows it
    chat: str = ""

    def write(self, campaign: Campaign, person: Person, columns: Columns) -> Letter | None:
        """None where they have no address that mail can be sent to."""
        to, sender = mailbox(person.address), mailbox(self.sender)
        if to is None or sender is None:
            return None
        frozen, links = campaign.as_scheduled, self.links
        tracks = frozen.tracking.links and not frozen.tracking.anonymous and links.tracked
        footer = footer_of(frozen.consideration, frozen.tracking)
        stop = links.stop_address(person) if footer.mutes and links.tracked else ""
        leading = Leading(
            base_url=links.base_url, token=links.mail_token if tracks else None, chat=self.chat, stop=stop
        )
        message = as_variant(frozen, variant_for(campaign, person.id))  # as their card says it
        words = mail_words(campaign.id, campaign.channel, message, person, columns, footer, leading)
        mail = EmailMessage(policy=SMTP)
        # the library refuses a line end in a header; what is no sign of a line is taken out before
        mail["From"] = _written(*sender)
        mail["To"] = _written(plain(person.name), to[1])
        if self.reply_to and (reply := mailbox(self.reply_to)):
            mail["Reply-To"] = _written(*reply)
        mail["Subject"] = " ".join(plain(words.subject).split())[:SUBJECT]
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = _message_id(campaign, person, sender[1])
        mail["Auto-Submitted"] = "auto-generated"
        if stop:
            mail["List-Unsubscribe"] = f"<{stop}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(words.text)
        mail.add_alternative(words.html, subtype="html")
        return Letter(sender=sender[1], to=to[1], content=mail.as_bytes())


def _written(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=" ".join(plain(name).split()), username=local, domain=domain)


def _message_id(campaign: Campaign, person: Person, sender: str) -> str:
    """The same for every attempt: a mail server that has it already may tell."""
    key = f"{campaign.id} {campaign.created_at.isoformat()} {person.tenant} {person.id}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"

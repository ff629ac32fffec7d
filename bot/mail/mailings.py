"""E-mail, put together of its parts."""

from __future__ import annotations

import random

from bot.mail.addresses import mail_server, mailbox
from bot.mail.client import MailClient
from bot.mail.compose import LetterWriter
from bot.settings import Settings
from bot.web.links import SignedLinks
from scheduler.mailing.sending import Mailings
from scheduler.ports import Clock
from storage.port.store import Store

#: opens the chat with a bot, by the id of its registration
CHAT = "https://teams.microsoft.com/l/chat/0/0?users=28:"
HAS_CHAT = ("public", "gcc")  #: clouds in which that is its address


def mail_client(settings: Settings) -> MailClient:
    """Where ``settings.mails``."""
    sender = mailbox(settings.mail_from)
    return MailClient(mail_server(settings.smtp_url), sender[1].rpartition("@")[2] if sender else "localhost")


def make_mailings(settings: Settings, store: Store, links: SignedLinks, clock: Clock, rng: random.Random) -> Mailings:
    """Where ``settings.mails``."""
    chat = f"{CHAT}{settings.microsoft_app_id}" if settings.microsoft_app_id and settings.cloud in HAS_CHAT else ""
    writer = LetterWriter(links, clock, settings.mail_from, settings.mail_reply_to, chat)
    return Mailings(store, writer, mail_client(settings), clock, rng, settings.mails_per_minute)

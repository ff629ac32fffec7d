"""The way to the mail server: one connection, one mail at a time. Only this module imports aiosmtplib.

What was answered before the content left is certain; what broke afterwards is not, and is never sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from bot.mail.addresses import MailServer, mailbox
from scheduler.ports import Delivered, Letter, Outcome, Refused, Retry, Unconfirmed
from storage.records import About, NotReached

log = logging.getLogger(__name__)

PATIENCE = 20.0  #: seconds for an answer of the server
CONTENT_PATIENCE = 60.0  #: seconds for what it says of a mail's content
DETAIL = 200  #: characters kept of what it said
CLOSING = 421  #: it says so of its connection, and not of a mail
READY_FOR_CONTENT = 354
#: it wants a login, or does not let this one send: about us, whoever the mail is for
ABOUT_US = (530, 534, 535, 538)
#: transient answers about the recipient or the content; others are about the server
TRANSIENT = range(400, 500)


class MailClient:
    """``ready()`` connects, ``send()`` sends one mail, ``rest()`` takes leave."""

    def __init__(self, server: MailServer, name: str, patience: float = PATIENCE) -> None:
        """``name``: what we call ourselves."""
        self._server = server
        self._name = name
        self._patience = patience
        self._smtp: SMTP | None = None

    async def ready(self) -> Retry | None:
        """Connected, and let in; what keeps us from it, else."""
        if self._smtp is not None and self._smtp.is_connected:
            return None
        self._smtp = None
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._name,
            timeout=self._patience,
            use_tls=server.tls,
            # without it, who stands between reads the password; None: where it is offered
            start_tls=False if server.tls else None if server.bare else True,
            tls_context=ssl.create_default_context(),
        )
        try:
            await asyncio.wait_for(smtp.connect(), 3 * self._patience)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            return Retry(NotReached.OUTAGE, detail=said(error), about=About.NETWORK)
        self._smtp = smtp
        return None

    async def send(self, letter: Letter, may_leave: Callable[[], Awaitable[bool]]) -> Outcome | None:
        """None where it may not leave: ``may_leave`` is asked once the server takes the envelope."""
        smtp = self._smtp
        if smtp is None:
            return Retry(NotReached.OUTAGE, about=About.NETWORK)
        try:
            await smtp.mail(letter.sender)
            await smtp.rcpt(letter.to)
            leaves = await may_leave()
        except (SMTPException, OSError) as error:
            await self._after(error)
            return outcome_of(error, recipient=isinstance(error, aiosmtplib.SMTPRecipientRefused))
        if not leaves:
            await self._reset()
            return None
        try:
            response = await smtp.data(letter.content, timeout=CONTENT_PATIENCE)
        except SMTPResponseException as error:
            await self._after(error)
            return outcome_of(error, recipient=False)
        except (SMTPException, OSError) as error:
            await self.rest()
            return Unconfirmed(said(error))
        return Delivered(response.message[:DETAIL])

    async def refuses(self, sender: str) -> str:
        """Why it would take no mail from this address ("Name <address>"); "" where it would. None is sent."""
        address = mailbox(sender)
        if self._smtp is None or address is None:
            return "not asked"
        try:
            await self._smtp.mail(address[1])
        except (SMTPException, OSError) as error:
            return said(error)
        await self._reset()
        return ""

    async def rest(self) -> None:
        """Take leave, if there is somebody to take it of."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                await asyncio.wait_for(smtp.quit(), 2.0)
            smtp.close()

    async def _after(self, error: Exception) -> None:
        """The connection is of use after an answer, and after nothing else."""
        if isinstance(error, SMTPResponseException) and error.code != CLOSING:
            await self._reset()
        else:
            await self.rest()

    async def _reset(self) -> None:
        if self._smtp is not None:
            try:
                await self._smtp.rset()
            except (SMTPException, OSError):
                await self.rest()


def outcome_of(error: Exception, *, recipient: bool) -> Outcome:
    """What an answer before the end of a mail means: nothing has been taken. ``recipient``: it was asked about them."""
    if not isinstance(error, SMTPResponseException):
        return Retry(NotReached.OUTAGE, detail=said(error), about=About.NETWORK)
    if error.code in ABOUT_US or error.code == CLOSING or isinstance(error, aiosmtplib.SMTPSenderRefused):
        return Retry(NotReached.OUTAGE, detail=said(error), about=About.US)
    if error.code in TRANSIENT:
        return Retry(NotReached.OUTAGE, detail=said(error), about=About.PERSON)
    about = About.PERSON if recipient else About.MESSAGE
    return Refused(str(error.code), said(error), about)


def said(error: Exception) -> str:
    """What the server said, shortened; of what is no answer, its kind."""
    if isinstance(error, SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())[:DETAIL]
    return type(error).__name__

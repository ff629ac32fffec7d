"""Where mail goes: the organisation's server, and people's addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from cards.kit.addresses import is_this_machine


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    host: str
    port: int
    #: encrypted from the first byte on; by STARTTLS else
    tls: bool
    #: it may do without: it is on this machine
    bare: bool
    user: str = ""
    password: str = field(default="", repr=False)


SMTP = "takes smtp://USER:PASSWORD@HOST:587 (STARTTLS), or smtps://USER:PASSWORD@HOST:465"


def mail_server(url: str) -> MailServer:
    """Raises ValueError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(SMTP) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(SMTP)
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        tls=tls,
        bare=not tls and is_this_machine(parts.hostname),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


_MAILBOX = re.compile(
    r"[A-Za-z0-9.!$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{2,63}"
)


def mailbox(value: str) -> tuple[str, str] | None:
    """A name ("" for none) and an address that mail can be sent to, of "Name <address>"; None for anything else."""
    if not value.isprintable():
        return None
    name, address = parseaddr(value)
    return (name, address) if _MAILBOX.fullmatch(address) and len(address) <= 254 else None

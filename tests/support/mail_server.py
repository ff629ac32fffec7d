"""A real mail server on this machine (aiosmtpd), which answers, hangs and breaks as a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import email
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
TAKEN = "250 2.0.0 taken"


@dataclass
class MailServer:
    """What it has taken, and what it says next. ``url``: for SMTP_URL."""

    port: int = 0
    #: (recipient, mail), in the order in which they were taken
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    #: what it says of a recipient, while there is something here
    of_recipient: dict[str, str] = field(default_factory=dict)
    #: what it says of contents, one after the other; then it takes them
    of_content: list[str] = field(default_factory=list)
    #: what it says of whoever sends
    of_sender: str = ""
    #: it takes this many contents, and breaks the connection before it says so
    breaks: int = 0
    #: it says nothing any more, from a command on: "RCPT" or "DATA"
    hangs_at: str = ""
    #: seconds that it takes over a content: half before it has taken it, half before it says so
    slow: float = 0.0
    connections: int = 0
    #: users -> passwords; empty: nobody has to log in
    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    #: TLS from the first byte on, or by STARTTLS
    at_once: bool = False
    _server: Any = None
    _open: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{'smtps' if self.at_once else 'smtp'}://{HOST}:{self.port}"

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        encrypted = self.tls if self.at_once else None
        self._server = await loop.create_server(self._session, HOST, self.port, ssl=encrypted)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Nobody listens any more, and what is open breaks."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in self._open:
            if session.transport is not None:
                session.transport.abort()  # type: ignore[attr-defined]
        self._open.clear()

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(
            self,
            hostname="mail.contoso.example",
            loop=asyncio.get_running_loop(),
            tls_context=None if self.at_once else self.tls,
            require_starttls=self.tls is not None and not self.at_once,
            auth_required=bool(self.users),
            auth_require_tls=bool(self.tls) and not self.at_once,
            authenticator=self._let_in,
        )
        self._open.append(session)
        return session

    def _let_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.of_sender:
            return self.of_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hangs_at == "RCPT":
            await asyncio.Event().wait()
        if (answer := self.of_recipient.get(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.of_content:
            return self.of_content.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        await asyncio.sleep(self.slow / 2)
        self.taken += [(to, message) for to in envelope.rcpt_tos]
        await asyncio.sleep(self.slow / 2)
        if self.hangs_at == "DATA":
            await asyncio.Event().wait()
        if self.breaks:
            self.breaks -= 1
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return TAKEN

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for to, mail in self.taken if to == address]


@contextlib.asynccontextmanager
async def mail_server(**more: Any) -> AsyncIterator[MailServer]:
    server = MailServer(**more)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server of this machine shows, and the file by which clients know it (SSL_CERT_FILE)."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail-key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public

"""``python app.py check``: whether all that the bot needs is there; a line for each part, with what to do where not."""

from __future__ import annotations

import contextlib
import random
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from bot.bounded import read_up_to
from bot.clouds import CLOUDS, Platform
from bot.graph import Graph, GraphInstaller, make_graph
from bot.mail.addresses import mail_server
from bot.permissions import GRAPH
from bot.settings import Settings, WrongSettings
from bot.teams.adapter import make_authorization
from bot.teams.auth.credentials import make_credentials
from bot.teams.auth.token import Authorization, NoToken, expiry
from bot.web.health import SPARE, free_disk
from scheduler.copies.watch import REFUSE, WARN
from scheduler.ports import Clock, NotAnswered, NotInCatalogue
from storage.port.store import Store
from storage.records import StorageError, TenantId
from storage.shared.backup import taken_at
from storage.shared.inventory import READY

ANSWER = 10.0  #: seconds for each answer of others
LARGEST = 200_000  #: bytes of a page that are read
SLOW = 1.0  #: seconds to the platform and back: a campaign takes long then

PASS = "the proxy in front has to pass /api/messages, /about, /r/, /m/, /p/ and /export/ (docs/deploy.md)"
UNREACHED = (aiohttp.ClientError, TimeoutError, OSError)

#: what the login's codes say, and what to do. Source: "Microsoft Entra authentication and authorization error codes"
AADSTS = {
    "AADSTS50034": "no such account is known there: look at MicrosoftAppId and MicrosoftAppTenantId",
    "AADSTS53003": "a Conditional Access policy keeps the bot out: exempt the registration's service principal",
    "AADSTS90002": "there is no such directory: look at MicrosoftAppTenantId, and at CLOUD",
    "AADSTS500011": "the service is not known in this directory: look at CLOUD",
    "AADSTS700016": "the registration is not known in this directory: look at MicrosoftAppId and MicrosoftAppTenantId;"
    " another organisation has to consent to it first (docs/deploy.md)",
    "AADSTS700027": "the certificate is not the registration's, or has ended: upload it there",
    "AADSTS7000112": "the registration is disabled in this directory: enable its enterprise application",
    "AADSTS7000215": "the client secret is not the registration's: MicrosoftAppPassword takes the value of a secret,"
    " not its id",
    "AADSTS7000222": "the client secret has expired: make a new one in the registration, put it into"
    " MicrosoftAppPassword, restart the bot",
    "AADSTS7000229": "the registration has no service principal in this directory: consent to it there",
}


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    #: None: not in use, or nobody can tell
    well: bool | None
    #: how it is; where it is not well, why, and what to do
    text: str

    @property
    def line(self) -> str:
        return f"{ {True: 'ok', None: '-', False: 'WRONG'}[self.well]:<6}{self.part:<12}{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    settings: Settings
    store: Store
    clock: Clock
    platform: Platform
    authorization: Authorization
    graph: Graph | None
    http: aiohttp.ClientSession

    async def all(self) -> AsyncIterator[Finding]:
        yield self._registration()
        yield await self._login()
        async for finding in self._permissions():
            yield finding
        yield await self._package()
        yield self._disk()
        async for finding in self._store():
            yield finding
        yield await self._public_url()
        yield await self._mail()
        if self.settings.local:
            return
        for host in self.platform.hosts:
            yield await self._host(host)

    # --- who we are ---------------------------------------------------------------------------

    def _registration(self) -> Finding:
        if self.settings.local:
            return Finding("settings", None, "no MicrosoftAppId: the bot answers this machine only")
        served = len(self.settings.tenants)
        whom = f"{served} organisation{'s' * (served != 1)}" if served else "any organisation (see ALLOWED_TENANTS)"
        return Finding("settings", True, f"{self.settings.app_type}, cloud {self.settings.cloud}, for {whom}")

    async def _login(self) -> Finding:
        if self.settings.local:
            return Finding("login", None, "without a registration there is none")
        try:
            header = await self.authorization.renew(None)
        except NoToken as missing:
            return Finding("login", False, in_words(str(missing), self.platform))
        ends = expiry(header.removeprefix("Bearer "))
        until = f" until {datetime.fromtimestamp(ends, UTC):%H:%M} UTC" if ends else ""
        return Finding("login", True, f"a token for sending messages{until}")

    # --- Microsoft Graph ----------------------------------------------------------------------

    @property
    def _organisations(self) -> list[TenantId]:
        own = self.settings.microsoft_app_tenant_id
        return [TenantId(one) for one in sorted(self.settings.tenants | ({own} if own else set()))]

    async def _permissions(self) -> AsyncIterator[Finding]:
        if self.graph is None:
            yield Finding("graph", None, "is not asked: GRAPH is off, or there is no registration")
            return
        for organisation in self._organisations:
            try:
                granted = await self.graph.granted(organisation)
            except NotAnswered as error:
                yield Finding("graph", False, f"{organisation}: {in_words(str(error), self.platform)}")
                continue
            if granted is None:
                yield Finding("graph", None, f"{organisation}: the token does not tell its permissions")
                continue
            for permission, without in GRAPH.items():
                given = permission in granted
                text = f"{permission}" if given else f"{permission} is not given: {without}"
                yield Finding("graph", given or None, f"{organisation}: {text}")

    async def _package(self) -> Finding:
        app = self.settings.teams_app_id
        if self.graph is None or not app or not self._organisations:
            return Finding("package", None, "TEAMS_APP_ID is not set, or Graph is not asked: not looked for")
        installer = GraphInstaller(self.graph, app)
        for organisation in self._organisations:
            try:
                await installer.in_catalogue(organisation)
            except NotInCatalogue:
                todo = "upload the package, or set TEAMS_APP_ID to the id that stands in it"
                return Finding("package", False, f"{organisation}: {app} is not in the catalogue: {todo}")
            except NotAnswered as error:
                why = f"{error.permission} is not given" if error.permission else str(error)
                return Finding("package", None, f"{organisation}: the catalogue cannot be read: {why}")
        return Finding("package", True, f"{app} is in the catalogue")

    # --- the store ----------------------------------------------------------------------------

    def _disk(self) -> Finding:
        free = free_disk(self.settings)()
        if free is None:
            return Finding("disk", None, "the store is a server's, or its folder is not there yet")
        return Finding("disk", free >= SPARE, f"{free // 1_000_000:,} MB are left for the store")

    async def _store(self) -> AsyncIterator[Finding]:
        place = self.settings.store_place
        try:
            if not await self.store.exists():
                yield self._no_store(place)
                return
            await self.store.open()
        except StorageError as error:
            yield Finding("store", False, str(error))
            return
        try:
            if taken := await taken_at(self.store):
                todo = "run `python app.py restored` before the bot is started"
                yield Finding("store", False, f"{place} is a backup of {taken:%Y-%m-%d %H:%M} UTC: {todo}")
                return
            await self.store.write_documents({READY: (None, b"{}")})
            schema = await self.store.schema()
            if schema.missing:
                yield Finding("store", False, f"{place} lacks indexes: {'; '.join(schema.missing)}. Restore a backup")
            else:
                yield Finding("store", True, f"{place} takes a row; schema {schema.version}, all its indexes are there")
            shown = await self.store.server_time()
            if shown is not None:
                yield self._clock("the store's server", shown)
        except StorageError as error:
            yield Finding("store", False, str(error))
        finally:
            await self.store.close()

    def _no_store(self, place: str) -> Finding:
        folder = self.settings.store_file.absolute().parent if self.settings.store_file else None
        if folder and folder.is_dir() and not writable(folder):
            return Finding("store", False, f"{folder} may not be written by this user: see its owner and its mode")
        return Finding("store", None, f"{place} is not there yet: the bot makes it at its first start")

    def _clock(self, whose: str, shown: datetime) -> Finding:
        skew = (self.clock.now() - shown).total_seconds()
        if abs(skew) < WARN:
            return Finding("clock", True, f"agrees with that of {whose}")
        what = "nothing is sent" if abs(skew) >= REFUSE else "a warning in the log"
        return Finding("clock", False, f"differs by {skew:+.0f} s from that of {whose} ({what}): have NTP set it")

    # --- the way to us and from us ------------------------------------------------------------

    async def _public_url(self) -> Finding:
        """As people's browsers and Teams come in: our page, our refusal, and nothing that is for operators."""
        url = self.settings.base_url
        if not self.settings.public_url:
            return Finding("PUBLIC_URL", None, "is not set: links are not tracked")
        try:
            status, page = await self._get(f"{url}/about")
            if status != 200 or b"<title>Crieur</title>" not in page:
                return Finding("PUBLIC_URL", False, f"{url}/about answered {status}, and not with our page: {PASS}")
            async with self.http.post(f"{url}/api/messages", json={}, allow_redirects=False) as response:
                if response.status not in (400, 401):
                    return Finding("PUBLIC_URL", False, f"{url}/api/messages answered {response.status}: {PASS}")
            for path in ("readyz", "metrics"):
                if (await self._get(f"{url}/{path}"))[0] in (200, 503):
                    return Finding("PUBLIC_URL", False, f"{url}/{path} is open to everybody: keep it inside")
        except UNREACHED as error:
            return Finding("PUBLIC_URL", False, f"{url} is not reached from here: {plainly(error)}. Does the bot run?")
        return Finding("PUBLIC_URL", True, f"{url} leads to this bot, or to one like it")

    async def _mail(self) -> Finding:
        """Whether the mail server answers, lets us in, and would take a mail from us; none is sent."""
        if not self.settings.mails:
            return Finding("mail", None, "SMTP_URL is not set: nobody is written to by e-mail")
        from bot.mail.mailings import mail_client  # brings the library that speaks with mail servers

        server = mail_server(self.settings.smtp_url)
        client, place = mail_client(self.settings), f"{server.host}:{server.port}"
        try:
            trouble = await client.ready()
            if trouble is not None:
                todo = "look at SMTP_URL, its password and the way there; a certificate of your own: SSL_CERT_FILE"
                return Finding("mail", False, f"{place} does not let us in ({trouble.detail}): {todo}")
            if refusal := await client.refuses(self.settings.mail_from):
                return Finding("mail", False, f"{place} takes no mail from MAIL_FROM: {refusal}")
        finally:
            await client.rest()
        return Finding("mail", True, f"{place} answers, and takes mail from MAIL_FROM")

    async def _get(self, url: str) -> tuple[int, bytes]:
        async with self.http.get(url, allow_redirects=False) as response:
            return response.status, await read_up_to(response, LARGEST)

    async def _host(self, host: str) -> Finding:
        """Anything that answers will do: it is the way there that is looked at, and the clock of whoever answers."""
        url = host if "://" in host else f"https://{host}/"
        began = time.monotonic()
        try:
            async with self.http.get(url, allow_redirects=False) as response:
                took = time.monotonic() - began
                date = response.headers.get("Date", "")
        except UNREACHED as error:
            return Finding("network", False, f"{host} is not reached: {plainly(error)}. Open it, port 443")
        with contextlib.suppress(ValueError):  # some send no date, or none that is one
            shown = parsedate_to_datetime(date)
            if abs((self.clock.now() - shown).total_seconds()) >= REFUSE:
                return self._clock(host, shown)
        return Finding("network", took < SLOW, f"{host} answers within {took * 1000:.0f} ms")


def in_words(reason: str, platform: Platform) -> str:
    """What the login said, by its code where it named one."""
    for code, words in AADSTS.items():
        if code in reason.split():
            return f"{code}: {words}"
    if "AADSTS" in reason:
        number = reason.rpartition("AADSTS")[2].split()[0]
        return f"{reason}: see https://login.microsoftonline.com/error?code={number}"
    return f"{reason}: is {platform.hosts[0]} reached from here, port 443?"


def plainly(error: BaseException) -> str:
    """What a connection broke on, in the system's words."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate does not hold ({error.certificate_error})"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    inner = getattr(error, "os_error", error)
    return (inner.strerror if isinstance(inner, OSError) and not isinstance(inner, ssl.SSLError) else "") or str(error)


def writable(folder: Path) -> bool:
    probe = folder / f".check-{secrets.token_hex(4)}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


async def check(settings: Settings, store: Store, clock: Clock, say: Callable[[str], None]) -> int:
    """The exit status: 1 where something is wrong. The store is not open yet."""
    platform = CLOUDS[settings.cloud]
    try:
        authorization = make_authorization(settings, platform, make_credentials(settings), clock)
        graph = make_graph(settings, clock, random.Random())
    except WrongSettings as wrong:
        say(Finding("settings", False, str(wrong)).line)
        return 1
    timeout = aiohttp.ClientTimeout(total=ANSWER)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        checks = Checks(
            settings=settings,
            store=store,
            clock=clock,
            platform=platform,
            authorization=authorization,
            graph=graph,
            http=http,
        )
        if graph is None:
            return await report(checks, say)
        async with graph:
            return await report(checks, say)


async def report(checks: Checks, say: Callable[[str], None]) -> int:
    wrong = 0
    async for finding in checks.all():
        say(finding.line)
        wrong += finding.well is False
    say(f"{wrong} of these are wrong." if wrong else "Nothing is wrong.")
    return 1 if wrong else 0

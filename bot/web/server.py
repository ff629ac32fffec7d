"""The HTTP front: the Bot Framework's endpoint, tracked links, and what operators ask."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity
from msrest.exceptions import ClientException

from bot.files.exporter import Exports
from bot.keys import KEYS_AGAIN, OwnKeys
from bot.teams.activities import tells_of_install
from bot.teams.auth.auth import RequestAuth
from bot.teams.handler import CrieurBot
from bot.teams.incoming.request_limits import INSTALLS_AT_WORK, ConcurrencyLimits, Kind, TooManyRequests
from bot.version import VERSION
from bot.web.about import POLICY, about_page
from bot.web.bodies import LARGEST, expect_json, json_object, read_body
from bot.web.clicks import Clicks, is_person
from bot.web.connections import CONNECTIONS, ENTRANCE, Connections
from bot.web.health import Health
from bot.web.links import LINKS, SignedLinks
from bot.web.metrics import CONTENT_TYPE, Live, Metrics
from bot.web.redirects import Entrance, Redirects
from bot.web.stop import STOP_POLICY, stop_page
from cards.kit.addresses import is_loopback, is_this_machine
from cards.kit.texts import Texts, language_of
from cards.languages import LANGUAGES
from dialogs.compose import pictures
from dialogs.core.turn import Services

log = logging.getLogger(__name__)

#: what a proxy or a tunnel adds to a request that it passes on
PASSED_ON = ("Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Original-Host")


def every_texts() -> list[Texts]:
    """What is said to a browser of whose reader nothing is known is said in every language."""
    return [Texts(language) for language in LANGUAGES]


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Without a registration: only this machine's own clients, no tunnel to it, and no page that a browser shows.

    A web page elsewhere cannot send JSON here without the browser asking us first (CORS), nor
    reach us under a name of its own (DNS rebinding).
    """
    if not _is_local(request.remote or "", request.host, request.headers):
        raise web.HTTPForbidden(text="without a registration, Crieur answers this machine only")
    return await handler(request)


def _is_local(remote: str, host: str, headers: Mapping[str, str]) -> bool:
    return is_this_machine(remote) and is_loopback(f"http://{host}") and not _passed_on(headers)


def _passed_on(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in PASSED_ON) or any(name.lower().startswith("x-forwarded") for name in headers)


def _inside(handler: Handler) -> Handler:
    """Not for what comes through a proxy or an ingress: that comes from outside."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if _passed_on(request.headers):
            raise web.HTTPNotFound
        return await handler(request)

    return answer


class WebHandlers:
    """``metrics_token``: what a program shows that asks for the figures; where none is set, only a bot without
    a registration answers, as it answers this machine only."""

    def __init__(
        self,
        auth: RequestAuth,
        adapter: CloudAdapter,
        bot: CrieurBot,
        services: Services,
        links: SignedLinks,
        exports: Exports,
        *,
        keys: OwnKeys,
        health: Health,
        metrics: Metrics,
        metrics_token: str = "",
    ) -> None:
        self._auth = auth
        self._adapter = adapter
        self._bot = bot
        self._links = links
        self._keys = keys
        self._exports = exports
        self._services = services
        self._health = health
        self._metrics = metrics
        self._metrics_token = metrics_token
        self._local = False
        self._places = ConcurrencyLimits()
        self._installing = asyncio.Semaphore(INSTALLS_AT_WORK)
        self._connections = Connections()
        self._keys_looked_at = services.clock.monotonic()
        self._clicks = Clicks(services)
        self._counting: asyncio.Task[None] | None = None

    def application(self, *, local: bool) -> web.Application:
        self._local = local
        middlewares = [self._plainly, *([loopback_only] if local else [])]
        app = web.Application(client_max_size=LARGEST, middlewares=middlewares)
        app[CONNECTIONS] = self._connections
        redirects = Redirects(self._links, self._clicks, self._admitted)
        app[ENTRANCE] = lambda server: Entrance(redirects, self._connections, server)
        app.add_routes(
            [
                web.post("/api/messages", self.messages),
                web.get("/r/{token}", self._placed(Kind.LINK, self.follow), allow_head=True),
                web.get("/m/{token}", self._placed(Kind.PAGE, self.stop), allow_head=True),
                web.post("/m/{token}", self._placed(Kind.PAGE, self.stop)),
                web.get("/p/{name}", self._placed(Kind.FILE, self.picture)),
                web.get("/export/{token}", self._placed(Kind.FILE, self.export)),
                web.get("/about", self._placed(Kind.PAGE, self.about)),
                web.get("/healthz", self._placed(Kind.PROBE, _inside(self.alive))),
                web.get("/readyz", self._placed(Kind.PROBE, _inside(self.ready))),
                web.get("/metrics", self._placed(Kind.PROBE, self.figures)),
            ]
        )
        return app

    def _admitted(self, remote: str, headers: Mapping[str, str]) -> bool:
        """What the middleware above lets through."""
        return not self._local or _is_local(remote, headers.get(hdrs.HOST, ""), headers)

    @web.middleware
    async def _plainly(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What breaks, or finds no place, is a plain answer, and tells nothing of its inside."""
        try:
            with self._connections.answering(request):
                return await handler(request)
        except TooManyRequests:
            self._metrics.refused.labels("too_many").inc()
            raise web.HTTPTooManyRequests(headers={"Retry-After": "1"}) from None
        except (web.HTTPException, ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            log.exception("a request broke: path=%s", request.match_info.route.resource)
            self._metrics.refused.labels("broken").inc()
            raise web.HTTPInternalServerError(text="something went wrong") from None

    def _placed(self, kind: Kind, handler: Handler) -> Handler:
        """Only so many of a kind are answered at once."""

        async def answer(request: web.Request) -> web.StreamResponse:
            with self._places.one(kind):
                return await handler(request)

        return answer

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """The Bot Framework's endpoint. A request takes a place once it is there whole, and its sender is known."""
        expect_json(request)
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        try:
            caller = await self._auth.caller(header)  # before a byte of the body is read
            activity = json_object(await read_body(request))
            if caller is not None:
                caller.must_vouch_for(activity)
        except PermissionError as error:
            log.info("not authenticated: %s", error)
            self._metrics.refused.labels("token").inc()
            raise web.HTTPUnauthorized from None
        except (ValueError, RecursionError) as error:
            raise self._no_activity(error) from None
        if not tells_of_install(activity):
            with self._places.one(Kind.CHAT):
                return await self._answer(header, activity)
        with self._places.one(Kind.INSTALL):  # a few are at work, the others wait: sending and chat go on meanwhile
            async with self._installing:
                return await self._answer(header, activity)

    async def _answer(self, header: str, activity: Mapping[str, Any]) -> web.StreamResponse:
        """Whatever an activity does in here, the platform never gets a 5xx: it would stop delivering."""
        began = time.perf_counter()
        try:
            read = Activity().deserialize(activity)
            if not read.type:
                raise ValueError("without a type")
            response = await self._adapter.process_activity(header, read, self._bot.on_turn)
        except (ValueError, RecursionError, ClientException) as error:
            raise self._no_activity(error) from error
        except PermissionError:  # the SDK's own validation
            self._metrics.refused.labels("token").inc()
            raise web.HTTPUnauthorized from None
        except Exception:
            log.exception("an activity broke")
            self._metrics.refused.labels("broken").inc()
            return web.Response(status=200)
        self._metrics.came_in(str(activity.get("type")), time.perf_counter() - began)
        if response is None:
            return web.Response(status=201)
        return web.Response(
            body=orjson.dumps(response.body), status=response.status, content_type="application/json", charset="utf-8"
        )

    def _no_activity(self, error: Exception) -> web.HTTPException:
        log.info("not an activity: %s", type(error).__name__)
        self._metrics.refused.labels("form").inc()
        return web.HTTPBadRequest(text="an activity was expected")

    async def picture(self, request: web.Request) -> web.Response:
        """A picture of a message: everybody who has the message may see it."""
        picture = await pictures.picture(self._services, request.match_info["name"])
        if picture is None:
            raise web.HTTPNotFound()
        content, kind = picture
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=content, content_type=kind, headers=headers)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Redirect first, count behind it."""
        token = request.match_info["token"]
        click = self._links.read(token)
        if click is None and await self._looked_for_new_keys():
            click = self._links.read(token)
        destination = await self._clicks.destination(click) if click else None
        if click is None or destination is None:
            raise web.HTTPNotFound(
                text=" / ".join(texts("This link is not valid (any more).") for texts in every_texts())
            )
        url, counts = destination
        if counts and is_person(request.method, request.headers):
            self._clicks.count(click)
        return web.Response(status=302, headers={hdrs.LOCATION: url, hdrs.CACHE_CONTROL: "no-store"})

    async def stop(self, request: web.Request) -> web.Response:
        """Where an e-mail's reader mutes the bot (RFC 8058): a POST acts; to look does not, as programs look too."""
        token = request.match_info["token"]
        person = self._links.read_stop(token)
        if person is None and await self._looked_for_new_keys():
            person = self._links.read_stop(token)
        page = await stop_page(self._services, person, acts=request.method == "POST") if person else None
        if page is None:
            raise web.HTTPNotFound(
                text=" / ".join(texts("This link is not valid (any more).") for texts in every_texts())
            )
        headers = {
            "Content-Security-Policy": STOP_POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        }
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def export(self, request: web.Request) -> web.StreamResponse:
        """A file of results: everybody who has its link may fetch it, as long as that is valid."""
        file = await self._exports.fetch(request.match_info["token"])
        if file is None:
            text = (
                texts("This link is not valid (any more): please ask Crieur for the export again.")
                for texts in every_texts()
            )
            raise web.HTTPNotFound(text=" / ".join(text))
        path, name, kind = file
        headers = {
            hdrs.CONTENT_TYPE: kind,
            hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            hdrs.CACHE_CONTROL: "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return web.FileResponse(path, headers=headers)

    async def _looked_for_new_keys(self) -> bool:
        """Another copy may sign with a key that it has just made; looked for now and then, not at every request."""
        now = self._services.clock.monotonic()
        if now - self._keys_looked_at < KEYS_AGAIN:
            return False
        self._keys_looked_at = now
        self._links.adopt(await self._keys.of(LINKS))
        return True

    async def about(self, request: web.Request) -> web.Response:
        """What the app package's links lead to, in the reader's language first."""
        language = language_of(request.headers.get("Accept-Language", "").partition(",")[0])
        ordered = tuple(sorted(LANGUAGES, key=lambda other: other != language))
        return web.Response(
            text=about_page(ordered), content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    # --- what operators ask -------------------------------------------------------------------

    async def alive(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "version": VERSION})

    async def ready(self, request: web.Request) -> web.Response:
        """200 while the work can be done; 503 and what is wrong else."""
        troubles = await self._health.troubles()
        return web.json_response(
            {"status": "not ready" if troubles else "ready", **troubles}, status=503 if troubles else 200
        )

    async def figures(self, request: web.Request) -> web.Response:
        if not self._may_see_figures(request):
            raise web.HTTPForbidden(text="show METRICS_TOKEN as a bearer token")
        health = self._health
        live = Live(health.authorization.ends_at, health.looked_at(), self._clicks.waiting)
        text = await self._metrics.text(self._services.store, self._services.clock, live)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})

    def _may_see_figures(self, request: web.Request) -> bool:
        if self._metrics_token:
            shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            return hmac.compare_digest(shown, f"Bearer {self._metrics_token}".encode())
        # with a registration, a proxy on this machine that adds no header would let everybody in
        return self._local

    # --- its own work -------------------------------------------------------------------------

    def start(self) -> None:
        self._counting = asyncio.create_task(self._clicks.run())

    async def settle(self) -> None:
        """Write the clicks that are still waiting."""
        self._clicks.settle()
        if self._counting:
            await self._counting

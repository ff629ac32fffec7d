"""The HTTP front: the Bot Framework's endpoint, tracked links, and what operators ask."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import ActivityTypes
from msrest.exceptions import ClientException

from bot.files.exporter import Exports
from bot.keys import KEYS_AGAIN, keys
from bot.teams.handler import CrieurBot
from bot.teams.request_limits import AT_ONCE, LARGEST
from bot.teams.send.connector import is_loopback
from bot.web.about import POLICY, about_page
from bot.web.clicks import Clicks, is_person
from bot.web.health import Health
from bot.web.links import LINKS, SignedLinks
from bot.web.metrics import CONTENT_TYPE, Metrics
from cards.kit.texts import Texts, language_of
from cards.languages import LANGUAGES
from dialogs.compose import pictures
from dialogs.core.turn import Services

log = logging.getLogger(__name__)

#: what is said to a browser of whose reader nothing is known is said in every language
TEXTS = [Texts(language) for language in LANGUAGES]
KINDS = {kind.value for kind in ActivityTypes}
#: what a proxy adds to a request that it passes on
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Without a registration: only this machine's own clients, and no page that a browser shows.

    A web page elsewhere cannot send JSON here without the browser asking us first (CORS), nor
    reach us under a name of its own (DNS rebinding).
    """
    if not is_loopback(f"http://{request.host}"):
        raise web.HTTPForbidden(text="without a registration, Crieur answers this machine only")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON was expected")
    return await handler(request)


class Front:
    """``metrics_token``: who asks for the figures shows it; without one, this machine only may ask."""

    def __init__(
        self,
        adapter: CloudAdapter,
        bot: CrieurBot,
        services: Services,
        links: SignedLinks,
        exports: Exports,
        *,
        health: Health,
        metrics: Metrics,
        metrics_token: str = "",
    ) -> None:
        self._adapter = adapter
        self._bot = bot
        self._links = links
        self._exports = exports
        self._services = services
        self._health = health
        self._metrics = metrics
        self._metrics_token = metrics_token
        self._answering = 0
        self._keys_looked_at = services.clock.monotonic()
        self._clicks = Clicks(services)
        self._counting: asyncio.Task[None] | None = None

    def application(self, *, local: bool) -> web.Application:
        middlewares = [self._bounded, *([loopback_only] if local else [])]
        app = web.Application(client_max_size=LARGEST, middlewares=middlewares)
        app.add_routes(
            [
                web.post("/api/messages", self.messages),
                web.get("/r/{token}", self.follow, allow_head=True),
                web.get("/p/{name}", self.picture),
                web.get("/export/{token}", self.export),
                web.get("/about", self.about),
                web.get("/healthz", self.alive),
                web.get("/readyz", self.ready),
                web.get("/metrics", self.figures),
            ]
        )
        return app

    @web.middleware
    async def _bounded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """So many at once and no more; what breaks is a plain answer, and tells nothing of its inside."""
        if self._answering >= AT_ONCE:
            self._metrics.refused.labels("too_many").inc()
            raise web.HTTPTooManyRequests(headers={"Retry-After": "1"})
        self._answering += 1
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            log.exception("a request broke: path=%s", request.match_info.route.resource)
            self._metrics.refused.labels("broken").inc()
            raise web.HTTPInternalServerError(text="something went wrong") from None
        finally:
            self._answering -= 1

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Whatever an activity does in here, the platform never gets a 5xx: it would stop delivering."""
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="JSON was expected")
        try:
            body = await request.json()
            if not isinstance(body, dict):
                raise ValueError("an object was expected")
            response = await self._adapter.process(request, self._bot)
        except web.HTTPUnauthorized:
            self._metrics.refused.labels("token").inc()
            raise
        except web.HTTPException:
            raise
        except (ValueError, RecursionError, ClientException) as error:
            log.info("not an activity: %s", type(error).__name__)
            self._metrics.refused.labels("form").inc()
            raise web.HTTPBadRequest(text="an activity was expected") from error
        except Exception:
            log.exception("an activity broke")
            self._metrics.refused.labels("broken").inc()
            return web.Response(status=200)
        kind = str(body.get("type"))
        self._metrics.activities.labels(kind if kind in KINDS else "other").inc()
        return response or web.Response(status=201)

    async def picture(self, request: web.Request) -> web.Response:
        """A picture of a message: whoever has the message may see it."""
        found = await pictures.picture(self._services, request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound()
        content, kind = found
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
        found = await self._clicks.destination(click) if click else None
        if click is None or found is None:
            raise web.HTTPNotFound(text=" / ".join(texts("This link is not valid (any more).") for texts in TEXTS))
        url, counts = found
        if counts and is_person(request.method, request.headers):
            self._clicks.count(click)
        return web.Response(status=302, headers={hdrs.LOCATION: url, hdrs.CACHE_CONTROL: "no-store"})

    async def export(self, request: web.Request) -> web.StreamResponse:
        """A file of results; whoever has its link may fetch it, for as long as it is valid."""
        found = await self._exports.fetch(request.match_info["token"])
        if found is None:
            said = (
                texts("This link is not valid (any more): please ask Crieur for the export again.") for texts in TEXTS
            )
            raise web.HTTPNotFound(text=" / ".join(said))
        path, name, kind = found
        headers = {
            hdrs.CONTENT_TYPE: kind,
            hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            hdrs.CACHE_CONTROL: "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return web.FileResponse(path, headers=headers)

    async def _looked_for_new_keys(self) -> bool:
        """Another copy may sign with a key that it has just made; looked for now and then, whoever asks."""
        now = self._services.clock.monotonic()
        if now - self._keys_looked_at < KEYS_AGAIN:
            return False
        self._keys_looked_at = now
        self._links.adopt(await keys(self._services.store, self._services.clock, LINKS))
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
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """200 while the work can be done; 503 and what is wrong else."""
        troubles = await self._health.troubles()
        return web.json_response(
            {"status": "not ready" if troubles else "ready", **troubles}, status=503 if troubles else 200
        )

    async def figures(self, request: web.Request) -> web.Response:
        if not self._may_see_figures(request):
            raise web.HTTPForbidden(text="ask from this machine, or with METRICS_TOKEN as a bearer token")
        text = await self._metrics.text(self._services.store, self._services.clock)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})

    def _may_see_figures(self, request: web.Request) -> bool:
        if self._metrics_token:
            shown = request.headers.get("Authorization", "").encode()
            return hmac.compare_digest(shown, f"Bearer {self._metrics_token}".encode())
        direct = not any(name in request.headers for name in PASSED_ON)
        return direct and _is_this_machine(request.remote or "") and is_loopback(f"http://{request.host}")

    # --- its own work -------------------------------------------------------------------------

    def start(self) -> None:
        self._counting = asyncio.create_task(self._clicks.run())

    async def settle(self) -> None:
        """Write the clicks that are still waiting."""
        self._clicks.settle()
        if self._counting:
            await self._counting


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

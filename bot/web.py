"""The HTTP front: the Bot Framework's endpoint, tracked links, health."""

from __future__ import annotations

import asyncio
import logging

import jwt
from aiohttp import web
from aiohttp.typedefs import Handler
from botbuilder.integration.aiohttp import CloudAdapter

from bot.about import POLICY, about_page
from bot.connector import is_loopback
from bot.handler import CrieurBot
from bot.links import SignedLinks
from cards.texts import LANGUAGES, language_of
from dialogs import engage
from dialogs.turn import House

log = logging.getLogger(__name__)

LARGEST = 1024**2  #: bytes of an incoming request

#: who follows links without being a person; their visits are not counted
PREVIEWERS = ("bot", "crawl", "spider", "preview", "skypeuripreview", "teams/", "microsoft office", "scan", "curl/")


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
    def __init__(self, adapter: CloudAdapter, bot: CrieurBot, house: House, links: SignedLinks) -> None:
        self._adapter = adapter
        self._bot = bot
        self._house = house
        self._links = links
        self._counting: set[asyncio.Task[None]] = set()

    def application(self, *, local: bool) -> web.Application:
        app = web.Application(client_max_size=LARGEST, middlewares=[loopback_only] if local else [])
        app.add_routes(
            [
                web.post("/api/messages", self.messages),
                web.get("/r/{token}", self.follow, allow_head=True),
                web.get("/about", self.about),
                web.get("/healthz", self.health),
            ]
        )
        return app

    async def messages(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="JSON was expected")
        try:
            if not isinstance(await request.json(), dict):
                raise ValueError("an object was expected")
            response = await self._adapter.process(request, self._bot)
        except jwt.PyJWTError as error:  # the SDK lets a token that is none through as a bug
            log.info("not a token: %s", type(error).__name__)
            raise web.HTTPUnauthorized() from error
        except (ValueError, RecursionError) as error:
            log.info("not an activity: %s", type(error).__name__)
            raise web.HTTPBadRequest(text="an activity was expected") from error
        return response or web.Response(status=201)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Redirect first, count behind it."""
        click = self._links.read(request.match_info["token"])
        url = await engage.destination(self._house, click) if click else None
        if click is None or url is None:
            raise web.HTTPNotFound(text="This link is not valid (any more). / Ce lien n'est pas (ou plus) valable.")
        if request.method == "GET" and not _is_previewer(request.headers.get("User-Agent", "")):
            task = asyncio.create_task(engage.count(self._house, click))
            self._counting.add(task)
            task.add_done_callback(self._counting.discard)
        raise web.HTTPFound(url, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    async def about(self, request: web.Request) -> web.Response:
        """What the app package's links lead to, in the reader's language first."""
        language = language_of(request.headers.get("Accept-Language", "").partition(",")[0])
        ordered = tuple(sorted(LANGUAGES, key=lambda other: other != language))
        return web.Response(
            text=about_page(ordered), content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def settle(self) -> None:
        """Wait for the presses that are being counted."""
        await asyncio.gather(*self._counting, return_exceptions=True)


def _is_previewer(agent: str) -> bool:
    lower = agent.lower()
    return not agent or any(word in lower for word in PREVIEWERS)

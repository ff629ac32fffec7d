"""Crieur: the composition root. ``python app.py`` starts the bot."""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()  # until all is loaded (spare_the_collector)

import argparse
import asyncio
import contextlib
import logging
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from botframework.connector.auth import ServiceClientCredentialsFactory

from bot.clouds import CLOUDS, Platform
from bot.files.exporter import Exports
from bot.files.hosts import FileHosts
from bot.graph import GraphDirectory, GraphInstaller, GraphPresence, make_graph
from bot.graph.served_presence import ServedPresence
from bot.keys import OwnKeys
from bot.ops import logs
from bot.ops.cli import Operator, add_commands
from bot.ops.playground import FIRST_PORT, PlaygroundUnavailable, open_in_browser, start_playgrounds
from bot.settings import Settings, WrongSettings
from bot.teams.adapter import make_adapter, make_authorization
from bot.teams.announcer import AuthorAnnouncer
from bot.teams.auth.auth import RequestAuth
from bot.teams.auth.credentials import make_credentials
from bot.teams.handler import CrieurBot
from bot.teams.incoming.once import Once
from bot.teams.members import Members
from bot.teams.rosters import TeamRosters
from bot.teams.send.connector import Connector
from bot.teams.send.downloads import Downloads
from bot.version import VERSION
from bot.web.connections import listening
from bot.web.health import Health, free_disk
from bot.web.links import LINKS, SignedLinks
from bot.web.metrics import MeasuredSender, Metrics, measured
from bot.web.server import WebHandlers
from cards.message.footer import footer_of
from cards.message.render import by_variant, compile_for
from cards.results.ending.closed import closed_for
from dialogs.core.entry import Entry
from dialogs.core.turn import Services
from dialogs.lists.imports.client import FileReader
from dialogs.people.effective_role import EffectiveRole
from dialogs.people.ownership import new_code
from dialogs.routers import everything
from dialogs.schedule_words.client import WordsClient
from scheduler.copies.watch import Watch
from scheduler.dispatcher import Dispatcher
from scheduler.installs import Installations
from scheduler.jobs import Jobs
from scheduler.list_refresh import ListReader
from scheduler.people.look_ups import LookUps
from scheduler.ports import Clock, Directory, Presence, Render
from scheduler.presence_lookup import PresenceLookup
from scheduler.rate_limit import RateLimit
from scheduler.recall.taking_back import Recalls
from storage.port.store import Store
from storage.records import Campaign, Channel, Message, Recall, StorageError
from storage.shared.backup import taken_at
from storage.sqlite import SqliteStore

log = logging.getLogger("crieur")

GRACE = 18.0  #: seconds for messages in flight when the bot is told to stop


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class MessageRenderer:
    links: SignedLinks

    def compile(self, campaign: Campaign) -> Render:
        links, frozen = self.links, campaign.as_scheduled
        tracking, footer = frozen.tracking, footer_of(frozen.consideration, frozen.tracking)
        token = links.pseudonym if tracking.anonymous else links.token

        def compiled(message: Message) -> Render:
            return compile_for(
                campaign.channel, campaign.id, message, links.base_url, token, tracking=tracking, footer=footer
            )

        return by_variant(campaign, compiled)

    def closed(self, campaign: Campaign, recall: Recall) -> Render:
        return closed_for(campaign, recall, self.links.base_url, self.links.token)


def open_store(settings: Settings) -> Store:
    if settings.store_file:
        return SqliteStore(settings.store_file)
    from storage.mongo import MongoStore  # its driver takes 9 MB, which a bot on SQLite does not need

    return MongoStore(settings.store_url)


@contextlib.asynccontextmanager
async def crieur(
    settings: Settings,
    store: Store,
    clock: Clock,
    presence: Mapping[Channel, Presence] | None = None,
    platform: Platform | None = None,
    credentials: ServiceClientCredentialsFactory | None = None,
    directory: Directory | None = None,
) -> AsyncIterator[web.Application]:
    """The whole bot, running: its web application, with the scheduler behind it.

    ``presence``: presence services by channel, beside what the settings bring.
    ``platform``, ``credentials``, ``directory``: others than those of the settings. Raises WrongSettings.
    """
    platform = platform or CLOUDS[settings.cloud]
    credentials = credentials or make_credentials(settings)
    rng = random.Random(secrets.randbits(64))  # an own seed in every process
    metrics = Metrics()
    store.now = clock.now
    store = measured(store, metrics)
    keys = OwnKeys(store, clock, settings.key_apart)
    links = SignedLinks(settings.base_url, await keys.of(LINKS), tracked=settings.tracked)
    authorization = make_authorization(settings, platform, credentials, clock, metrics.token_failures.inc)
    async with contextlib.AsyncExitStack() as opened:
        connector = await opened.enter_async_context(
            Connector(
                clock=clock,
                authorization=authorization,
                loopback_only=settings.local,
                throttled=lambda asked: metrics.throttled.labels(asked).inc(),
            )
        )
        graph = make_graph(
            settings,
            clock,
            random.Random(rng.getrandbits(64)),
            answered=lambda area, status: metrics.graph.labels(area, status).inc(),
        )
        if graph is not None:
            await opened.enter_async_context(graph)
        directory = directory or (GraphDirectory(graph) if graph else None)
        reader = ListReader(store, directory, TeamRosters(connector), clock)
        opened.push_async_callback(reader.stop)
        present: dict[Channel, Presence] = {}
        if graph is not None:
            present[Channel.TEAMS] = GraphPresence(graph, clock)
        if settings.skype_presence_url:
            served = ServedPresence(settings.skype_presence_url, settings.skype_presence_token, clock)
            present[Channel.SKYPE] = await opened.enter_async_context(served)
        present |= presence or {}
        presence_lookup = PresenceLookup(present, clock)
        rate = settings.messages_per_second
        announcer = AuthorAnnouncer(store, connector, clock, presence_lookup, rate, random.Random(rng.getrandbits(64)))
        effective_role = EffectiveRole(store, directory, clock)
        exports = await opened.enter_async_context(
            Exports(
                store=store,
                effective_role=effective_role,
                connector=connector,
                clock=clock,
                keys=keys,
                base_url=settings.base_url if settings.tracked else "",
                takes_files=not settings.local,
                hosts=() if settings.local else platform.files,
                file_hosts=FileHosts(store, graph),
            )
        )
        services = Services(
            store=store,
            clock=clock,
            sender=connector,
            links=links,
            announcer=announcer,
            exports=exports,
            files=await opened.enter_async_context(
                Downloads(loopback_only=settings.local, authorization=authorization)
            ),
            tables=FileReader(),
            rate=rate,
            presence=present,
            directory=directory,
            installs=bool(graph and settings.teams_app_id),
            reader=reader,
            words=await opened.enter_async_context(WordsClient()),
            mails=settings.mails,
        )
        once = Once(store, clock, random.Random(rng.getrandbits(64)))
        bot = CrieurBot(
            services,
            Entry(services, everything(), effective_role, first_owns=settings.local),
            connector,
            once,
            local=settings.local,
            tenants=settings.tenants,
            skype_tenant=settings.skype_tenant,
        )
        installer = GraphInstaller(graph, settings.teams_app_id) if graph and settings.teams_app_id else None
        installations = Installations(store, installer, directory, announcer, clock, random.Random(rng.getrandbits(64)))
        watch = Watch(clock, store)
        await watch.ask()
        rate_limit = RateLimit(rate)
        lease = timedelta(seconds=settings.lease_seconds)
        renderer, own_rng = MessageRenderer(links), random.Random(rng.getrandbits(64))
        recalls = Recalls(store, connector, renderer, announcer, clock, own_rng, rate_limit, lease)
        mailings = None
        if settings.mails:
            from bot.mail.mailings import make_mailings  # brings the library that speaks with mail servers

            mailings = make_mailings(settings, store, links, clock, random.Random(rng.getrandbits(64)))
        dispatcher = Dispatcher(
            store=store,
            sender=MeasuredSender(connector, metrics),
            renderer=renderer,
            clock=clock,
            rng=rng,
            rate_limit=rate_limit,
            holder=secrets.randbits(62),
            presence_lookup=presence_lookup,
            lease=lease,
            may_work=watch.may_work,
        )
        jobs = Jobs(
            store,
            announcer,
            clock,
            random.Random(rng.getrandbits(64)),
            reader,
            presence_lookup,
            installations,
            LookUps(store, Members(connector), clock),
            recalls,
            mailings,
            keep_hold=dispatcher.keep_hold,
            lease=lease,
            may_work=watch.may_work,
            roles=effective_role,
            planned=dispatcher.look_at,
        )
        watch.when_set += [jobs.catch_up, dispatcher.wake]
        watch.when_looked.append(jobs.keep_up)
        dispatcher.when_recorded.append(jobs.look_at)
        services.when_scheduled.append(jobs.begin_soon)
        watching = asyncio.create_task(watch.run())
        dispatching = asyncio.create_task(dispatcher.run())
        health = Health(
            store=store,
            authorization=authorization,
            clock=clock,
            looked_at=lambda: jobs.looked_at,
            dispatching=lambda: not dispatching.done(),
            free=free_disk(settings),
            watch=watch,
        )
        auth = RequestAuth(platform, credentials)
        front = WebHandlers(
            auth,
            make_adapter(auth, connector, once),
            bot,
            services,
            links,
            exports,
            keys=keys,
            health=health,
            metrics=metrics,
            metrics_token=settings.metrics_token,
        )
        jobs.start()
        front.start()
        try:
            yield front.application(local=settings.local)
        finally:
            watching.cancel()
            jobs.stop()
            dispatcher.stop()
            _, late = await asyncio.wait({dispatching}, timeout=GRACE)
            for task in late:
                task.cancel()
            await jobs.settle()
            await bot.settle()
            await front.settle()


def spare_the_collector() -> None:
    """What is loaded stays: Python's garbage collector need not look at it again and again.

    With its default thresholds it takes a tenth of the time of a fast campaign, and more of a start's.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


async def serve(
    settings: Settings,
    playgrounds: int = 0,
    first_port: int = FIRST_PORT,
    store: Store | None = None,
    clock: Clock | None = None,
) -> None:
    store, clock = store or open_store(settings), clock or WallClock()

    def announce(line: str) -> None:
        say(logs.spoken(line, settings.log_format))

    await store.open()
    try:
        await store.hold()
        if taken := await taken_at(store):
            raise StorageError(
                f"this store is a backup of {taken:%Y-%m-%d %H:%M} UTC. What was sent since would be sent again:"
                " run `python app.py restored` first, which sees to it that nobody gets a message twice"
            )
        async with (
            crieur(settings, store, clock) as application,
            listening(application, settings.host, settings.port),
        ):
            spare_the_collector()
            announce(f"Crieur listens on {settings.base_url}/api/messages")
            if not settings.local and (code := await new_code(store, clock)):
                announce(f"Nobody owns this bot yet. In its chat, type: claim {code}  (once, within 24 hours)")
            log.info("started: version=%s store=%s", VERSION, settings.store_url.partition(":")[0])
            stopped = asyncio.Event()
            for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
            async with contextlib.AsyncExitStack() as stack:
                if playgrounds:
                    await _show(settings, playgrounds, first_port, stack)
                await stopped.wait()
                log.info("stopping: what is in flight ends, the rest is given back")
    finally:
        await store.close()
    log.info("stopped")


async def _show(settings: Settings, count: int, first_port: int, stack: contextlib.AsyncExitStack) -> None:
    """Start the browser clients beside the bot, and say where they are."""
    bot_url = f"http://127.0.0.1:{settings.port}/api/messages"
    try:
        starting = start_playgrounds(bot_url, count, Path("var/playground"), first_port, say=say)
        clients = await stack.enter_async_context(starting)
    except PlaygroundUnavailable as missing:
        say(str(missing))
        return
    for client in clients:
        say(f"Open {client.url} to be {client.person}")
    open_in_browser(clients[0].url)


async def operate(settings: Settings, asked: argparse.Namespace) -> int:
    """The exit status of an operator's command. It speaks of a store that is there, says of which, and makes none."""
    store = open_store(settings)
    complain(f"The store: {settings.store_place}")
    if asked.opens:
        if not await store.exists():
            complain("There is no such store. Run this with the bot's own STORE_URL, as its user and in its folder.")
            return 1
        await store.open()
    try:
        status: int = await asked.run(Operator(store, WallClock(), settings, say), asked)
        return status
    finally:
        await store.close()


def say(line: str) -> None:
    """To whoever listens: a reader that has left (``| head``), or none at all, ends nothing."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(line: str) -> None:
    """Beside what a command gives: that may go into a file."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(line + "\n")


def main() -> int:
    spare_the_collector()
    os.umask(0o077)  # what we write is nobody else's to read
    parser = argparse.ArgumentParser(description="Crieur: push campaigns inside Microsoft Teams")
    parser.add_argument("--playground", type=int, default=0, metavar="N", help="start N browser clients beside the bot")
    parser.add_argument(
        "--playground-port", type=int, default=FIRST_PORT, metavar="PORT", help="of the first of them (%(default)s)"
    )
    parser.add_argument("--version", action="version", version=f"Crieur {VERSION}")
    add_commands(parser)
    arguments = parser.parse_args()
    try:
        settings = Settings()
    except WrongSettings as wrong:
        say(str(wrong))
        return 2
    logs.set_up(settings.log_level, settings.log_format)
    try:
        if arguments.run:
            return asyncio.run(operate(settings, arguments))
        asyncio.run(serve(settings, arguments.playground, arguments.playground_port))
    except WrongSettings as wrong:
        say(str(wrong))
        return 2
    except (StorageError, OSError) as error:
        what = "" if arguments.run else "Crieur cannot start: "
        say(logs.spoken(f"{what}{error}", settings.log_format))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What passes by is counted: deliveries by outcome, how long sending and the store take. Prometheus lives here only.

Labels carry states and names of questions, never a person, an address or a campaign's name.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    Summary,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.version import VERSION
from scheduler.ports import Clock, Outcome, Sender
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.operations import Documents
from storage.port.store import Store
from storage.records import CampaignState, DeliveryState, Reference, Settled
from storage.shared.inventory import BACKED_UP

log = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a figure was made: a third of all lines, and nobody asks

#: kinds of activities that have a figure of their own; there are a dozen more, which come seldom
KINDS = ("message", "invoke", "event", "conversationUpdate", "installationUpdate", "messageReaction")
OTHER = "other"
REASONS = ("broken", "form", "token", "too_many")  #: for which a request is turned away
#: what is asked of the platform: messages and replies, edits, chats to be opened, people of a team or a chat
ASKED = ("send", "edit", "open", "members")
#: the Graph's areas that are asked, and the answers that are usual; others have a figure from their first time on
AREAS = ("appCatalogs", "communications", "groups", "sites", "users")
STATUSES = ("200", "403", "429", "503", "none")
#: seconds: Teams waits for 15
ANSWER_BUCKETS = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
#: seconds: a local platform answers in two milliseconds, a real one in a fifth of a second
SEND_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 15.0)
STORE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class _Counted(Campaigns, Deliveries, Documents, Protocol):
    """What the figures are read from."""


@dataclass(frozen=True, slots=True)
class Live:
    """What is only known at the moment at which the figures are asked for."""

    #: of our token for the platform; None where there is none, or it does not say
    token_ends: datetime | None
    #: when (monotonic) the scheduler last looked at what is due; None before the first time
    looked_at: float | None
    #: that wait for the store
    clicks: int


def _counter(registry: CollectorRegistry, name: str, help: str, **labels: Sequence[str]) -> Counter:
    """With each of these values from the start: what has never happened is 0, not missing."""
    counter = Counter(name, help, list(labels), registry=registry)
    for values in itertools.product(*labels.values()):
        counter.labels(*values)
    return counter


class Metrics:
    """The figures of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        own = self.registry
        Gauge("crieur_info", "Which Crieur this is", ["version"], registry=own).labels(VERSION).set(1)
        outcomes = [state.name.lower() for state in DeliveryState if state.final]
        self.deliveries = _counter(
            own, "crieur_deliveries", "Deliveries that an attempt or a look ended", outcome=outcomes
        )
        self.swept = _counter(own, "crieur_deliveries_swept", "Deliveries that time ended", outcome=outcomes)
        self.throttled = _counter(
            own, "crieur_throttled", "Requests that the platform answered with 429 or 412", asked=ASKED
        )
        self.sending = Histogram(
            "crieur_send_seconds",
            "From a request to the platform's answer",
            ["outcome"],
            buckets=SEND_BUCKETS,
            registry=own,
        )
        self.store_seconds = Histogram(
            "crieur_store_seconds", "From any question to the store's answer", buckets=STORE_BUCKETS, registry=own
        )
        self.questions = Summary(
            "crieur_store_question_seconds",
            "The same, by question: how many, and their sum",
            ["question"],
            registry=own,
        )
        self.failing = Counter("crieur_store_errors", "Questions that the store did not answer", registry=own)
        self.open = Gauge(
            "crieur_deliveries_open",
            "Deliveries of running campaigns, by state (the store's: every copy says the same)",
            ["state"],
            registry=own,
        )
        self.lag = Gauge(
            "crieur_lag_seconds",
            "How long the earliest planned delivery has been due (the store's: every copy says the same)",
            registry=own,
        )
        self.running = Gauge(
            "crieur_campaigns_running",
            "Campaigns that are running (the store's: every copy says the same)",
            registry=own,
        )
        self.backup = Gauge(
            "crieur_backup_timestamp_seconds",
            "When the last backup was made, as far as the bot was told; 0: never (the store's)",
            registry=own,
        )
        self.token_ends = Gauge(
            "crieur_token_ends_timestamp_seconds",
            "When our token for the platform ends; 0: there is none, or it does not say",
            registry=own,
        )
        self.token_failures = Counter("crieur_token_failures", "Tokens that the login did not give", registry=own)
        self.looked = Gauge(
            "crieur_scheduler_looked_seconds", "Since the scheduler last looked at what is due", registry=own
        )
        self.clicks = Gauge("crieur_clicks_waiting", "Clicks that the store has not taken yet", registry=own)
        self.graph = _counter(
            own, "crieur_graph_answers", "Answers of Microsoft Graph; none: it did not", area=AREAS, status=STATUSES
        )
        kinds = (*KINDS, OTHER)
        self.activities = _counter(own, "crieur_activities", "Activities that came in, by kind", kind=kinds)
        self.answering = Histogram(
            "crieur_activity_seconds",
            "From an activity to our answer to the platform",
            ["kind"],
            buckets=ANSWER_BUCKETS,
            registry=own,
        )
        self.refused = _counter(own, "crieur_refused", "Requests that were turned away", reason=REASONS)

    def came_in(self, kind: str, seconds: float) -> None:
        """An activity of this kind has been answered."""
        kind = kind if kind in KINDS else OTHER
        self.activities.labels(kind).inc()
        self.answering.labels(kind).observe(seconds)

    async def text(self, store: _Counted, clock: Clock, live: Live | None = None) -> bytes:
        """All figures, as Prometheus reads them; the queue is looked at now."""
        running = await store.in_state(CampaignState.RUNNING)
        depth = dict.fromkeys((state for state in DeliveryState if not state.final), 0)
        lag = 0.0
        for campaign in running:
            for state, count in (await store.tally(campaign.id)).states.items():
                if state in depth:
                    depth[state] += count
            due = await store.next_due(campaign.id)
            if due is not None:
                lag = max(lag, (clock.now() - due).total_seconds())
        self.running.set(len(running))
        self.lag.set(lag)
        for state, count in depth.items():
            self.open.labels(state.name.lower()).set(count)
        backed_up = (await store.read_documents([BACKED_UP])).get(BACKED_UP)
        self.backup.set(float(backed_up[1]) if backed_up else 0)
        if live is not None:
            self.token_ends.set(live.token_ends.timestamp() if live.token_ends else 0)
            self.looked.set(float("inf") if live.looked_at is None else clock.monotonic() - live.looked_at)
            self.clicks.set(live.clicks)
        return generate_latest(self.registry)

    def settled(self, rows: Sequence[Settled]) -> None:
        for row in rows:
            if row.state.final:
                self.deliveries.labels(row.state.name.lower()).inc()
                level = logging.DEBUG if row.state is DeliveryState.DELIVERED else logging.INFO
                log.log(
                    level,
                    "delivery settled: campaign=%d delivery=%d state=%s reason=%s",
                    row.campaign,
                    row.id,
                    row.state.name.lower(),
                    row.reason or "none",
                )


class MeasuredSender:
    """A Sender whose answers are timed and counted."""

    def __init__(self, sender: Sender, metrics: Metrics) -> None:
        self._sender = sender
        self._metrics = metrics

    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        began = time.perf_counter()
        outcome = await self._sender.send(reference, activity)
        self._metrics.sending.labels(type(outcome).__name__.lower()).observe(time.perf_counter() - began)
        return outcome


def measured(store: Store, metrics: Metrics) -> Store:
    """The same store, its answers timed by question."""
    return cast(Store, _MeasuredStore(store, metrics))


class _MeasuredStore:
    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        """What is asked for the first time is timed from then on."""
        question = getattr(self._store, name)
        if not inspect.iscoroutinefunction(question):
            return question
        timed = self._timed(name, question)
        setattr(self, name, timed)
        return timed

    def _timed(self, name: str, question: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        took, asked, failed = self._metrics.store_seconds, self._metrics.questions.labels(name), self._metrics.failing
        noted = {"record": self._recorded, "reap": self._reaped}.get(name)

        @functools.wraps(question)
        async def ask(*values: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                answer = await question(*values, **more)
            except Exception:
                failed.inc()
                raise
            seconds = time.perf_counter() - began
            took.observe(seconds)
            asked.observe(seconds)
            if noted:
                noted(values, answer)
            return answer

        return ask

    def _recorded(self, values: Sequence[Any], answer: object) -> None:
        self._metrics.settled(values[0])

    def _reaped(self, values: Sequence[Any], answer: Mapping[DeliveryState, int]) -> None:
        for state, count in answer.items():
            self._metrics.swept.labels(state.name.lower()).inc(count)

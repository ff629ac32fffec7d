"""What passes by is counted: deliveries by outcome, how long sending and the store take. Prometheus lives here only.

Labels carry states and names of questions, never a person, an address or a campaign's name.
"""

from __future__ import annotations

import functools
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.version import VERSION
from scheduler.ports import Clock, Outcome, Retry, Sender
from storage.port.campaigns import Campaigns, Deliveries
from storage.port.store import Store
from storage.records import CampaignState, DeliveryState, NotReached, Reference, Settled

log = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST

#: seconds: a local platform answers in two milliseconds, a real one in a fifth of a second
SEND_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0, 15.0)
STORE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class _Counted(Campaigns, Deliveries, Protocol):
    """What the figures are read from."""


class Metrics:
    """The figures of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        own = self.registry
        Gauge("crieur_info", "Which Crieur this is", ["version"], registry=own).labels(VERSION).set(1)
        self.deliveries = Counter(
            "crieur_deliveries",
            "Deliveries that came into a final state",
            ["outcome"],
            registry=own,
        )
        self.swept = Counter(
            "crieur_deliveries_swept", "Deliveries that time settled: expired, unconfirmed ...", registry=own
        )
        self.throttled = Counter("crieur_throttled", "Sends that the platform answered with 429 or 412", registry=own)
        self.sending = Histogram(
            "crieur_send_seconds",
            "From a request to the platform's answer",
            ["outcome"],
            buckets=SEND_BUCKETS,
            registry=own,
        )
        self.store_seconds = Histogram(
            "crieur_store_seconds",
            "From a question to the store's answer",
            ["question"],
            buckets=STORE_BUCKETS,
            registry=own,
        )
        self.failing = Counter(
            "crieur_store_errors", "Questions that the store did not answer", ["question"], registry=own
        )
        self.open = Gauge(
            "crieur_deliveries_open", "Deliveries of running campaigns, by state", ["state"], registry=own
        )
        self.lag = Gauge("crieur_lag_seconds", "How long the earliest planned delivery has been due", registry=own)
        self.running = Gauge("crieur_campaigns_running", "Campaigns that are running", registry=own)
        self.activities = Counter("crieur_activities", "Activities that came in, by kind", ["kind"], registry=own)
        self.refused = Counter("crieur_refused", "Requests that were turned away", ["reason"], registry=own)

    async def text(self, store: _Counted, clock: Clock) -> bytes:
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
        if isinstance(outcome, Retry) and outcome.reason is NotReached.THROTTLED:
            self._metrics.throttled.inc()
        return outcome


def measured(store: Store, metrics: Metrics) -> Store:
    """The same store, its answers timed by question."""
    return cast(Store, _MeasuredStore(store, metrics))


class _MeasuredStore:
    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        for name in dir(Store):
            question = getattr(store, name, None)
            if not name.startswith("_") and inspect.iscoroutinefunction(question):
                setattr(self, name, self._timed(name, question))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _timed(self, name: str, question: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        took, failed = self._metrics.store_seconds.labels(name), self._metrics.failing.labels(name)
        noted = {"record": self._recorded, "reap": self._reaped}.get(name)

        @functools.wraps(question)
        async def ask(*values: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                answer = await question(*values, **more)
            except Exception:
                failed.inc()
                raise
            took.observe(time.perf_counter() - began)
            if noted:
                noted(values, answer)
            return answer

        return ask

    def _recorded(self, values: Sequence[Any], answer: object) -> None:
        self._metrics.settled(values[0])

    def _reaped(self, values: Sequence[Any], answer: int) -> None:
        self._metrics.swept.inc(answer)

"""The alert rules and the dashboard: valid, and about figures, labels and values that /metrics has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import WallClock
from bot.teams.send.connector import Connector
from bot.web.metrics import ASKED, Live, MeasuredSender, Metrics
from scheduler.ports import Outcome, Retry
from storage.records import Channel, NotReached, PersonId, Reference, TenantId
from storage.sqlite import SqliteStore
from tests.support.http import Answer, Server
from tests.support.program import ROOT

FOLDER = ROOT / "docs" / "monitoring"
RULES, DASHBOARD = FOLDER / "crieur.rules.yml", FOLDER / "dashboard.json"
#: what Prometheus adds itself
PROMETHEUS = {"up": {"job", "instance"}}
OWN_LABELS = {"job", "instance", "le"}


def alerts() -> list[dict[str, str]]:
    """Name, expr, severity, summary of each; promtool reads the file as YAML."""
    rules = []
    for rule in RULES.read_text(encoding="utf-8").split("      - alert: ")[1:]:
        folded = re.search(r"expr: >-\n((?: {10}.*\n)+)", rule)
        plain = re.search(r"expr: ([^>].*)", rule)
        assert folded or plain, rule
        expr = folded[1] if folded else plain[1] if plain else ""
        severity, summary = re.search(r"severity: (\w+)", rule), re.search(r"summary: (.+)", rule)
        assert severity and summary, rule
        rules.append({"name": rule.split()[0], "expr": expr, "severity": severity[1], "summary": summary[1]})
    return rules


def panels() -> list[dict[str, Any]]:
    return list(json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"])


def expressions() -> Iterator[str]:
    yield from (alert["expr"] for alert in alerts())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


async def figures(folder: Path) -> dict[str, dict[str, set[str]]]:
    """What a bot that has just started says: the name of each sample -> its labels -> their values."""
    store = SqliteStore(folder / "crieur.db")
    await store.open()
    text = (await Metrics().text(store, WallClock(), Live(None, None, 0))).decode()
    await store.close()
    known: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        # those with labels whose values come with the first of them are known by their family
        for ending in ("", "_bucket", "_count", "_sum", "_total"):
            known.setdefault(family.name + ending, {})
        for sample in family.samples:
            for label, value in sample.labels.items():
                known.setdefault(sample.name, {}).setdefault(label, set()).add(value)
    return known


async def test_rules_and_dashboard_ask_for_figures_that_are_there(tmp_path: Path) -> None:
    known = await figures(tmp_path) | {name: {label: set() for label in labels} for name, labels in PROMETHEUS.items()}
    asked = "\n".join(expressions())
    named = set(re.findall(r"\b(?:crieur|process|python)_[a-z_]+|\bup\b", asked))
    assert len(named) > 15 and named - known.keys() == set()
    for name, label, sign, value in re.findall(r"([a-z_]+)\{(\w+)(=|!=)\"([^\"]*)\"\}", asked):
        assert label in OWN_LABELS or value in known[name][label], (name, label, sign, value)


async def test_every_counter_is_there_from_the_start(tmp_path: Path) -> None:
    known = await figures(tmp_path)
    for name, label, values in (
        ("crieur_deliveries_total", "outcome", {"delivered", "unconfirmed", "expired"}),
        ("crieur_deliveries_swept_total", "outcome", {"unconfirmed", "expired"}),
        ("crieur_throttled_total", "asked", {"send", "edit", "open", "members"}),
        ("crieur_graph_answers_total", "status", {"200", "429", "none"}),
        ("crieur_refused_total", "reason", {"token", "too_many"}),
        ("crieur_activities_total", "kind", {"message", "other"}),
    ):
        assert values <= known[name][label], name


def test_every_alert_says_what_it_means_and_the_guide_what_to_do() -> None:
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for alert in alerts():
        assert alert["severity"] in ("critical", "warning")
        assert f"`{alert['name']}`" in guide, alert["name"]


def test_promtool_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool here (Debian's prometheus)")
    done = subprocess.run(
        [promtool, "check", "rules", "--lint-fatal", str(RULES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    assert board["title"] == "Crieur" and board["uid"] == "crieur" and board["schemaVersion"] >= 36
    [source] = board["templating"]["list"]
    ids, places = set(), set()
    for panel in panels():
        ids.add(panel["id"])
        place = panel["gridPos"]
        assert place["x"] >= 0 and place["x"] + place["w"] <= 24
        places |= {(x, y) for x in range(place["x"], place["x"] + place["w"])
                   for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert panel["datasource"]["uid"] == f"${{{source['name']}}}"
        assert panel["title"] and panel["type"] in ("stat", "timeseries")
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0
    assert len(ids) == len(panels())
    assert len(places) == sum(panel["gridPos"]["w"] * panel["gridPos"]["h"] for panel in panels()), "none over another"


# --- what is counted ---------------------------------------------------------------------------


class Throttling:
    async def send(self, reference: Reference, activity: bytes) -> Outcome:
        return Retry(NotReached.THROTTLED, after=1.0)


@pytest.fixture
def louis_reference() -> Reference:
    return Reference(
        person=PersonId(1), channel=Channel.TEAMS, service_url="", conversation="a", bot="", user="29:louis",
        tenant=TenantId("t"),
    )  # fmt: skip


async def test_what_is_too_fast_is_counted_by_what_was_asked(louis_reference: Reference) -> None:
    server = Server(lambda method, path, head, body: Answer(429, b"{}"))
    await server.start()
    reference, asked = replace(louis_reference, service_url=f"http://127.0.0.1:{server.port}/"), list[str]()
    async with Connector(clock=WallClock(), loopback_only=True, throttled=asked.append) as connector:
        await connector.send(reference, b"{}")
        await connector.update(reference, "1", b"{}")
        await connector.send(replace(reference, conversation=""), b"{}")
        await connector.get(reference.service_url, "conversations/a/members")
    await server.stop()
    assert tuple(asked) == ASKED
    metrics = Metrics()
    assert isinstance(await MeasuredSender(Throttling(), metrics).send(reference, b"{}"), Retry)
    assert metrics.registry.get_sample_value("crieur_send_seconds_count", {"outcome": "retry"}) == 1

"""``make bench``: the figures of docs/performance.md, as ratios taken in one run; also in build/bench.json."""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.table import Table

from app import spare_the_collector
from tests.bench.chatting import card_submit
from tests.bench.clicks import tracked_click
from tests.bench.copies import durable_send_mongo, two_copies
from tests.bench.hostile import hostile_text, unauthenticated
from tests.bench.idle import idle
from tests.bench.imports import importing
from tests.bench.lasting import lasting
from tests.bench.overlaps import overlaps
from tests.bench.planning import planning, planning_zones
from tests.bench.reports import reports_and_exports
from tests.bench.rollout import rollout
from tests.bench.saying import saying
from tests.bench.segments import segments
from tests.bench.sending import connector_ceiling, cost_per_message, durable_send_sqlite
from tests.bench.sequences import sequences
from tests.bench.starting import send_now
from tests.bench.underload import chat_under_load
from tests.bench.waiting import lateness, mongo_idle, sqlite_idle
from tests.support.program import ROOT

PROFILED = 40  #: functions that are listed of a row that is profiled
#: name -> (target, what it says)
TARGETS: dict[str, tuple[str, str]] = {
    "connector_ceiling_over_bare": (">= 1.5", "the stand-in connector's own ceiling, by the bare loop"),
    "durable_send_sqlite_over_bare": (">= 0.70", "durable sending on SQLite, by a bare aiohttp + orjson loop"),
    "durable_send_sqlite_over_sdk": (">= 50", "the same, by botbuilder's continue_conversation"),
    "durable_send_mongo_over_bare": (">= 0.25", "durable sending on MongoDB over the wire, one copy, by the bare loop"),
    "durable_send_mongo_processor_over_sqlite": ("< 1.3", "what a message costs our own process then, by SQLite"),
    "two_copies_over_one": (">= 1.8", "two copies on one MongoDB by one, 100 ms an answer, 32 in flight each"),
    "plan_1m_over_raw_insert": ("< 2", "planning 1,000,000 recipients, by a raw executemany of the same rows"),
    "plan_1m_rss_mb": ("< 200", "memory of the process that plans them, MB"),
    "plan_1m_zones_rss_mb": ("< 200", "the same, for people in 35 time zones, each on their own clock"),
    "cost_per_message_1m_over_10k": ("<= 1.1", "cost of a message with 1,000,000 waiting, by 10,000"),
    "tracked_click_over_bare": (">= 1.0", "clicks a second, counted durably, by a bare aiohttp handler that redirects"),
    "idle_rss_mb": ("< 95", "memory of the program while nothing happens, MB"),
    "idle_cpu_percent": ("< 0.5", "its share of one core then, in per cent"),
    "start_seconds": ("< 0.9", "from its start until it answers"),
}
TARGETS |= {
    "import_100k_rows_per_s": ("", "a workbook of 100,000 people, dropped, summed up and saved: rows a second"),
    "import_100k_rss_mb": ("< 200", "memory of the process that imports them, MB"),
    "import_100k_reader_rss_mb": ("< 200", "memory of the program that reads the file for it, MB"),
    "card_submit_over_echo": ("<= 1.5", "a step of the wizard, by an echo on the SDK alone and the same connector"),
}
TARGETS |= {
    "author_acts": ("<= 2", "what an author does from one sentence to the scheduled campaign"),
    "author_seconds": (
        "< 10",
        "seconds for it: 1.1 a press, 0.2 a character typed into a form, and the bot's own time",
    ),
    "author_acts_by_forms": ("", "the same by forms, the schedule in words"),
    "author_seconds_by_forms": ("< 40", "seconds for that"),
}
TARGETS |= {
    "report_1m_ms": ("< 50", "the report card of a campaign to 1,000,000 people, milliseconds"),
    "report_by_segment_1m_ms": ("< 100", "the same by segment, of 2,000 kinds of people, milliseconds"),
    "export_1m_rows_per_s": ("", "its results as an Excel file: rows a second"),
    "export_1m_rss_mb": ("< 200", "memory for that, of the bot and of the writer beside it, MB"),
    "export_1m_loop_late_ms": ("", "how late the event loop was meanwhile, 99 looks of 100, milliseconds"),
    "export_1m_csv_rows_per_s": ("", "the same as CSV: rows a second"),
    "export_1m_csv_rss_mb": ("< 200", "memory for that, MB"),
}
TARGETS |= {
    "calendar_50_of_50k_ms": ("< 1,000", "the calendar of 50 campaigns of 50,000 people each, milliseconds"),
    "calendar_50_over_10": ("<= 6", "the same, by that of 10 such campaigns"),
    "calendar_50_of_50k_rss_mb": ("< 50", "memory for it, MB"),
}
TARGETS |= {
    "segment_1m_count_ms": ("< 1,000", "department and one of two countries, not confirmed: counted of 1,000,000, ms"),
    "segment_plan_over_list": ("<= 1.2", "planning half a million people of a segment, by a list of the same"),
    "sequence_100k_step_over_campaign": ("<= 1.3", "a sequence's step for 100,000, made and planned, by a campaign's"),
}
TARGETS |= {
    "hostile_text_worst_ms": ("< 50", "the worst text for any parser, at the size that it takes, milliseconds"),
    "unauthenticated_worst_ms": ("< 5", "the worst request without a valid token, milliseconds of the processor"),
    "unauthenticated_worst_mb": ("< 1", "memory for one more of them, while a thousand are open, MB"),
}
TARGETS |= {
    "mongo_idle_questions_per_s": (
        "< 20",
        "questions to MongoDB a second, while 40 campaigns run and nothing is due",
    ),
    "idle_cpu_40_running_percent": ("< 1", "the program's share of one core then, on SQLite, in per cent"),
    "lateness_p50_ms": ("< 50", "from due to accepted, 33 a second of 45 allowed, eleven campaigns: half of them, ms"),
    "lateness_p99_ms": ("< 250", "99 of 100 of them, ms"),
    "lateness_max_ms": ("", "the latest, ms"),
}
TARGETS |= {
    "send_now_first_ms_1": ("< 1,000", "from Send now until the one recipient has their instant, ms"),
    "send_now_first_ms_10k": ("< 1,500", "from Send now until the first message of 10,000 is accepted, ms"),
    "send_now_first_ms_1m": ("< 3,000", "the same, of 1,000,000"),
}
TARGETS |= {
    "chat_under_load_p99_ratio": (
        "< 2",
        "a press while a campaign of 100,000 is sent, by one at an idle bot: 99 of 100",
    ),
    "chat_under_load_p50_ratio": ("", "the same, half of them"),
    "chat_under_load_p99_ms": ("", "the former, ms"),
    "chat_under_load_sent_per_s": ("", "messages a second meanwhile, those to the authors among them"),
}
TARGETS |= {
    "deliveries_1m_memory_ratio": (
        "<= 1.1",
        "memory while 1,000,000 are sent at the most, by that after a tenth of them",
    ),
    "deliveries_1m_rss_mb": ("", "the former, MB"),
    "deliveries_1m_log_mb": ("< 64", "the store's write-ahead log at the most, MB"),
    "deliveries_1m_file_over_rows": ("<= 1.3", "its file behind them, by the same rows without a gap"),
}
TARGETS |= {
    "rollout_sends_share": (">= 0.9", "2,000 installs in 25 s beside a campaign of 40 a second: the share it sends"),
    "rollout_install_p50_ms": ("", "how long an install waits for its answer then: half of them, ms"),
    "rollout_install_p99_ms": ("< 8,000", "99 of 100 of them, ms"),
}
BENCHES: tuple[tuple[tuple[str, ...], Callable[[], Awaitable[dict[str, float]]]], ...] = (
    (("connector_ceiling_over_bare",), connector_ceiling),
    (("durable_send_sqlite_over_bare", "durable_send_sqlite_over_sdk"), durable_send_sqlite),
    (("durable_send_mongo_over_bare", "durable_send_mongo_processor_over_sqlite"), durable_send_mongo),
    (("two_copies_over_one",), two_copies),
    (("plan_1m_over_raw_insert", "plan_1m_rss_mb"), planning),
    (("plan_1m_zones_rss_mb",), planning_zones),
    (("cost_per_message_1m_over_10k",), cost_per_message),
    (("import_100k_rows_per_s", "import_100k_rss_mb"), importing),
    (("card_submit_over_echo",), card_submit),
    (("author_acts", "author_seconds", "author_seconds_by_forms"), saying),
    (("tracked_click_over_bare",), tracked_click),
    (("report_1m_ms", "report_by_segment_1m_ms", "export_1m_rows_per_s", "export_1m_rss_mb"), reports_and_exports),
    (("calendar_50_of_50k_ms", "calendar_50_over_10", "calendar_50_of_50k_rss_mb"), overlaps),
    (("segment_1m_count_ms", "segment_plan_over_list"), segments),
    (("sequence_100k_step_over_campaign",), sequences),
    (("hostile_text_worst_ms",), hostile_text),
    (("unauthenticated_worst_ms", "unauthenticated_worst_mb"), unauthenticated),
    (("send_now_first_ms_1", "send_now_first_ms_10k", "send_now_first_ms_1m"), send_now),
    (("chat_under_load_p99_ratio", "chat_under_load_p50_ratio"), chat_under_load),
    (("deliveries_1m_memory_ratio", "deliveries_1m_log_mb", "deliveries_1m_file_over_rows"), lasting),
    (("rollout_sends_share", "rollout_install_p50_ms", "rollout_install_p99_ms"), rollout),
    (("mongo_idle_questions_per_s",), mongo_idle),
    (("idle_cpu_40_running_percent",), sqlite_idle),
    (("lateness_p99_ms", "lateness_p50_ms", "lateness_max_ms"), lateness),
    (("idle_rss_mb", "idle_cpu_percent", "start_seconds"), idle),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="The benches")
    parser.add_argument("--only", default="", help="one row, by its name")
    parser.add_argument("--profile", action="store_true", help="and where its time goes")
    asked = parser.parse_args()
    only = asked.only
    console = Console(width=150)
    spare_the_collector()  # as the program does
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if only and path.exists() else {}
    figures: dict[str, float] = {}
    for names, bench in BENCHES:
        if not only or only in names:
            console.print(f"[dim]{names[0]} ...")
            figures |= _profiled(names[0], bench) if asked.profile else asyncio.run(bench())  # type: ignore[arg-type]
            # kept at once: a bench that breaks takes none of the others along
            known |= {name: round(figure, 3) for name, figure in figures.items()}
            path.write_text(json.dumps(known, indent=2) + "\n")
    table = Table("row", "figure", "target", "what")
    for name, figure in figures.items():
        target, what = TARGETS.get(name, ("", ""))
        table.add_row(name, f"{figure:,.2f}", target, what)
    console.print(table)


def _profiled(row: str, bench: Callable[[], Awaitable[dict[str, float]]]) -> dict[str, float]:
    """The figures of a bench, slower than they are; its functions by their own time, and a file for any viewer."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        return asyncio.run(bench())  # type: ignore[arg-type]
    finally:
        profile.disable()
        profile.dump_stats(path := ROOT / "build" / f"{row}.pstats")
        pstats.Stats(profile).sort_stats("tottime").print_stats(PROFILED)
        Console().print(f"{path}: for snakeviz, gprof2dot, or python -m pstats")


if __name__ == "__main__":
    main()

"""Faults planted into the bot on purpose: the simulated world has to find each of them.

``python -m tests.simulation.mutants`` copies the tree, plants one, and lives lives until one breaks; ``--only NAME``.
``test_mutants.py`` sees to it that each still fits the code that it is planted into.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEDS = 500  #: within which each has to be found
PLACES = ("app.py", "pyproject.toml", "bot", "cards", "dialogs", "scheduler", "storage", "tests")


@dataclass(frozen=True, slots=True)
class Mutant:
    """``old``, which stands in the file once, becomes ``new``."""

    name: str
    path: str
    old: str
    new: str


MUTANTS = (
    Mutant(
        "of the people who did something only the last are counted",
        "storage/sqlite/engagements.py",
        " SET people = people + excluded.people, presses = presses + excluded.presses,",
        " SET people = excluded.people, presses = presses + excluded.presses,",
    ),
    Mutant(
        "a claim takes what another copy has claimed meanwhile",
        "storage/mongo/deliveries.py",
        'still_due = {"state": CLAIMABLE, "next_at": {"$lte": ms(now)}}',
        "still_due: Document = {}",
    ),
    Mutant(
        "a claim believes that it took all that it asked for",
        "storage/mongo/deliveries.py",
        'ids = [id for id in ids if written[id]["token"] == mine]',
        "ids = list(ids)",
    ),
    Mutant(
        "what may have left is claimed again when its lease is over",
        "storage/sqlite/deliveries.py",
        "ms(now), DeliveryState.PLANNED, DeliveryState.CLAIMED, limit)",
        "ms(now), DeliveryState.PLANNED, DeliveryState.SENDING, limit)",
    ),
    Mutant(
        "an outcome that nobody knows is tried again",
        "scheduler/rules/settling.py",
        "state = DeliveryState.UNCONFIRMED",
        "state, due = DeliveryState.PLANNED, now",
    ),
    Mutant(
        "what may have left is called expired when its lease is over",
        "storage/records/deliveries.py",
        "return DeliveryState.UNCONFIRMED, NotReached.BOT_STOPPED",
        "return DeliveryState.EXPIRED, NotReached.SLOT_OVER",
    ),
    Mutant(
        "only the first page of recipients is planned",
        "scheduler/planner.py",
        "    while page.people:",
        "    while False:",
    ),
    Mutant(
        "counts of what was reaped stay as they were",
        "storage/sqlite/deliveries.py",
        "    move(db, id, counts)\n    return Counter(final",
        "    return Counter(final",
    ),
    Mutant(
        "nobody looks at the rate",
        "scheduler/dispatcher.py",
        "        granted = bucket.take(self._clock.monotonic(), share)",
        "        granted = share",
    ),
    Mutant(
        "people who have muted the bot are written to",
        "storage/records/campaign_life.py",
        "    if person.muted:\n        return NotReached.MUTED",
        "    if person.muted:\n        return None",
    ),
    Mutant(
        "nobody who comes while it runs is thought of",
        "storage/sqlite/people.py",
        "    for delivery, campaign in rows:",
        "    for delivery, campaign in rows[:0]:",
    ),
    Mutant(
        "an activity is done as often as it comes",
        "bot/teams/incoming/once.py",
        "        if arrival is None:\n            await do(context)",
        "        if arrival is None or True:\n            await do(context)",
    ),
    Mutant(
        "a late removal undoes a newer install",
        "storage/sqlite/people.py",
        "(?2 IS NULL OR told_at <= ?2 AND NOT EXISTS",
        "(?2 > 0 OR NOT EXISTS",
    ),
    Mutant(
        "a report whose answer broke is posted again and again",
        "scheduler/authors/post_once.py",
        "    if posts >= MOST:",
        "    if posts >= MOST * 100:",
    ),
    Mutant(
        "a campaign ends while deliveries are open",
        "storage/records/campaign_life.py",
        "    if open:",
        "    if open and not campaign:",
    ),
    Mutant(
        "what a dead process had let go is never settled",
        "storage/sqlite/deliveries.py",
        "d.campaign = :id AND d.{OPEN} AND {over",
        "d.campaign = :id AND d.state < {int(DeliveryState.SENDING)} AND {over",
    ),
    Mutant(
        "what a copy learns after it has lost its lease is written all the same",
        "storage/mongo/settling.py",
        '{"_id": row.id, "holder": holder, "state": before[row.id]["state"]}',
        '{"_id": row.id}',
    ),
    Mutant(
        "somebody who was not approved is planned, too",
        "scheduler/planner.py",
        "        reachable, others = _within(reachable, approved), _within(others, approved)",
        "        pass",
    ),
    Mutant(
        "who is not there is written to all the same",
        "scheduler/precheck.py",
        "        return seen in WRITTEN_TO[self._schedule.presence]",
        "        return True",
    ),
    Mutant(
        "a series comes again for an instant that it has been made for",
        "storage/sqlite/campaigns.py",
        "            sequel = _insert(db, make) if make else None\n            put(db, next_version(moved))",
        "            sequel = _insert(db, make) if make else None\n            put(db, next_version(current))",
    ),
    Mutant(
        "a round goes to those, too, who have confirmed the one before",
        "scheduler/sequels/follow_ups.py",
        "left -= set(received) - set(await store.people_without(one.id, kind))",
        "left -= set(received) & set(await store.people_without(one.id, kind))",
    ),
    Mutant(
        "what was to be taken back is counted before it is",
        "scheduler/rules/recalling.py",
        "        if isinstance(answer.outcome, Delivered):\n",
        "        if not isinstance(answer.outcome, NotTakenBack):\n",
    ),
    Mutant(
        "a variant is chosen once more by whoever comes at the same moment",
        "storage/mongo/campaigns.py",
        "chosen = next_version(campaign_life.choose(campaign, choice, deed.at))",
        "chosen = next_version(campaign_life.choose(replace(campaign, chosen_at=None), choice, deed.at))",
    ),
    Mutant(
        "who waits for the choice of an A/B test gets A meanwhile",
        "storage/records/variants.py",
        "(campaign.choice.variant if campaign.choice else None)",
        "(campaign.choice.variant if campaign.choice else Variant.A)",
    ),
    Mutant(
        "a mail that was leaving when the bot died is sent again",
        "storage/sqlite/mails.py",
        "SET state = {int(MailState.UNCONFIRMED)}, reason = '{why}', settled_at = ?, next_at = NULL,",
        "SET state = {_PLANNED}, reason = '{why}', next_at = ?,",
    ),
    Mutant(
        "a mail whose connection broke is sent again",
        "scheduler/mailing/rules.py",
        "state, why = MailState.UNCONFIRMED, NotMailed.CONNECTION_BROKE",
        "state, due = MailState.PLANNED, now",
    ),
    Mutant(
        "who has joined a sequence joins it again",
        "scheduler/sequels/sequences.py",
        "joining = replace(frozen.audience, beyond=sequels.hidden)",
        "joining = replace(frozen.audience, beyond=sequels.past)",
    ),
    Mutant(
        "the list of those who have joined is dropped as one that a death has left behind",
        "scheduler/sequels/sequences.py",
        "        for id in over - set(kept):",
        "        for id in over - set(kept[:-1]):",
    ),
    Mutant(
        "what people confirm after a campaign's end counts",
        "storage/records/campaigns.py",
        "self.frozen.end is not None and self.frozen.end.at <= now",
        "self.frozen.end is not None and self.frozen.end.at <= now - ENGAGES_FOR",
    ),
    Mutant(
        "people are written to in their quiet hours",
        "scheduler/precheck.py",
        "    if beside.may_leave(now):",
        "    if beside.may_leave(now) or delivery.reachable:",
    ),
    Mutant(
        "people get what they have left the topic of",
        "storage/records/campaign_life.py",
        "    return NotReached.LEFT_TOPIC if leaves else None",
        "    return NotReached.LEFT_TOPIC if leaves and person.muted else None",
    ),
)


def planted(mutant: Mutant, folder: Path) -> None:
    """A copy of the tree with the fault in it. Raises ValueError where it does not fit."""
    for place in PLACES:
        source = ROOT / place
        if source.is_dir():
            shutil.copytree(source, folder / place, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
        else:
            shutil.copy(source, folder / place)
    path = folder / mutant.path
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: what it changes stands {text.count(mutant.old)} times in {mutant.path}")
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def hunted(mutant: Mutant, seeds: int) -> str:
    """The first life that it breaks, and why; "" where none does. RuntimeError where none can be lived."""
    with tempfile.TemporaryDirectory() as folder:
        planted(mutant, Path(folder))
        command = [*(sys.executable, "-W", "ignore", "-m", "tests.simulation"), "--until-broken", "--seeds", str(seeds)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        failure = re.search(r"^seed \d+: .*", done.stdout, re.MULTILINE)
        if failure is None and done.returncode:
            raise RuntimeError(f"{mutant.name}: no life was lived: {done.stderr[-300:]}")
        return failure[0][:150] if failure else ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Planted faults, each of which the simulated world has to find")
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    asked = parser.parse_args()
    alive = 0
    for mutant in MUTANTS:
        if asked.only not in mutant.name:
            continue
        started = time.perf_counter()
        failure = hunted(mutant, asked.seeds)
        alive += not failure
        took = time.perf_counter() - started
        print(f"{'found' if failure else 'ALIVE'}  {mutant.name}  ({took:.0f} s)  {failure}", flush=True)  # noqa: T201
    return min(1, alive)


if __name__ == "__main__":
    sys.exit(main())

"""Counts beside what they count, in documents of their own: fast while all goes well, exact in the end.

A change is two writes: the rows, then ``$inc`` of the counts. What a death in between leaves wrong is
put right by counting again, and a count may run while other copies of the bot work:

- The tally carries an *epoch*. A change reads it before it touches rows; its ``$inc`` asks for the same
  one. A copy that counts takes the epoch away first and sets a new one with the result. So a change either
  was whole before the count began, or finds its epoch gone and counts again itself: after the last of
  them the counts are exact.
- The tally names the copies that work on it, until they close in good order. Opening counts again
  whatever still names one.
- A *sealed* tally stays as it is, for what it counts may go: no change finds an epoch, and nobody counts again.
- A change that failed half-way makes its campaign *doubtful* in this copy: the next one counts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from storage.mongo.engine import Document, Engine, token

#: counts by path, like {"states.10": 5}
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TallyChanges:
    """What a change does to the counts of campaigns."""

    counts: dict[int, Counter[str]] = field(default_factory=dict)
    #: values of which the greatest is kept
    latest: dict[int, dict[str, int]] = field(default_factory=dict)
    #: campaigns to be counted again, because what happened is not known well enough
    unknown: set[int] = field(default_factory=set)

    def add(self, campaign: int, path: str, count: int) -> None:
        self.counts.setdefault(campaign, Counter())[path] += count

    def update(self, campaign: int) -> Document:
        changed = {f"counts.{path}": count for path, count in self.counts.get(campaign, {}).items() if count}
        latest = {f"counts.{path}": value for path, value in self.latest.get(campaign, {}).items()}
        return ({"$inc": changed} if changed else {}) | ({"$max": latest} if latest else {})


class Tallies:
    """The tallies of one kind of rows; ``count`` gives a campaign's counts from the rows themselves."""

    def __init__(self, engine: Engine, collection: str, count: Callable[[int], Awaitable[Counts]]) -> None:
        self._engine = engine
        self._collection = collection
        self._count = count
        self._copy = token()
        self._doubtful: set[int] = set()

    async def read(self, campaign: int) -> Document:
        """The counts, nested by path."""
        tally = await self._engine.collection(self._collection).find_one({"_id": campaign}, {"counts": 1})
        counts: Document = tally["counts"] if tally else {}
        return counts

    @asynccontextmanager
    async def moving(self, campaigns: Iterable[int]) -> AsyncIterator[TallyChanges]:
        """Around a change of rows: counts what the block says it has moved."""
        touched = set(campaigns)
        epochs = await self._epochs(touched)
        moves = TallyChanges()
        try:
            yield moves
            for campaign in touched:
                await self._apply(campaign, epochs.get(campaign), moves)
        except BaseException:
            self._doubtful |= touched
            raise

    async def heal(self, campaign: int) -> None:
        """Count again if a change of ours failed half-way."""
        if campaign in self._doubtful:
            await self.recount(campaign)

    async def heal_all(self) -> None:
        """Count again wherever a copy did not close in good order, or was counting."""
        for row in await self._engine.rows(self._collection, {}, ["copies", "epoch", "sealed"]):
            if (row["copies"] or row["epoch"] is None) and not row.get("sealed"):
                await self.recount(row["_id"], leave=True)

    async def leave(self) -> None:
        """In good order: nothing of ours is half done."""
        await self._engine.collection(self._collection).update_many(
            {"copies": {"$in": [self._copy]}}, {"$pull": {"copies": self._copy}}
        )

    async def drop(self, campaign: int) -> None:
        await self._engine.collection(self._collection).delete_one({"_id": campaign})

    async def recount(self, campaign: int, *, leave: bool = False) -> None:
        """Count the rows; a newer count that began meanwhile has seen all that we would have."""
        now = {"epoch": token(), "copies": [] if leave else [self._copy]}
        await self._counted(campaign, now)
        self._doubtful.discard(campaign)

    async def seal(self, campaign: int) -> None:
        """Count a last time; twice is once."""
        while not await self._is_sealed(campaign):  # a count that another copy began meanwhile took the place of ours
            await self._counted(campaign, {"epoch": None, "copies": [], "sealed": True})

    async def _is_sealed(self, campaign: int) -> bool:
        tally = await self._engine.collection(self._collection).find_one({"_id": campaign}, {"sealed": 1})
        return tally is not None and bool(tally.get("sealed"))

    async def _counted(self, campaign: int, now: Document) -> None:
        """The tally gets what is counted, and ``now``, unless it is sealed."""
        tallies = self._engine.collection(self._collection)
        await self._engine.inserted(self._collection, {"_id": campaign, "epoch": None, "copies": [], "counts": {}})
        counting = token()
        begun = await tallies.update_one(
            {"_id": campaign, "sealed": {"$exists": False}}, {"$set": {"epoch": None, "counting": counting}}
        )
        if not begun.matched_count:
            return
        counts = _nested(await self._count(campaign))
        await tallies.update_one(
            {"_id": campaign, "counting": counting}, {"$set": {"counting": None, "counts": counts} | now}
        )

    async def _epochs(self, campaigns: set[int]) -> dict[int, str]:
        """The current epochs, of those tallies that bear our name; a tally is there before its first row."""
        sure, epochs = campaigns - self._doubtful, {}
        tallies = await self._engine.by_id(self._collection, list(sure), ["epoch", "copies"])
        for campaign in sure:
            epoch = tallies[campaign]["epoch"] if campaign in tallies else await self._begin(campaign)
            if epoch and (campaign not in tallies or await self._enter(tallies[campaign])):
                epochs[campaign] = epoch
        return epochs

    async def _begin(self, campaign: int) -> str | None:
        row = {"_id": campaign, "epoch": token(), "copies": [self._copy], "counts": {}}
        return str(row["epoch"]) if await self._engine.inserted(self._collection, row) else None

    async def _enter(self, tally: Document) -> bool:
        if self._copy in tally["copies"]:
            return True
        entered = await self._engine.collection(self._collection).update_one(
            {"_id": tally["_id"], "epoch": tally["epoch"]}, {"$addToSet": {"copies": self._copy}}
        )
        return entered.matched_count == 1

    async def _apply(self, campaign: int, epoch: str | None, moves: TallyChanges) -> None:
        update = moves.update(campaign)
        if campaign not in moves.unknown:
            if not update:
                return
            if epoch is not None:
                done = await self._engine.collection(self._collection).update_one(
                    {"_id": campaign, "epoch": epoch}, update
                )
                if done.matched_count:
                    return
        await self.recount(campaign)


def _nested(counts: Counts) -> Document:
    """{"states.10": 5} as {"states": {"10": 5}}."""
    document: Document = {}
    for path, count in counts.items():
        *parents, last = path.split(".")
        inside = document
        for parent in parents:
            inside = inside.setdefault(parent, {})
        inside[last] = count
    return document

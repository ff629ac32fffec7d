"""Two copies of the bot on one database, asked in turn, and the model beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from storage.port.store import Store
from storage.records import Campaign, CannotErase, Channel, Deed, DeedKind, ListInUse, PersonId, StorageError, TenantId
from tests.contract.model import Model
from tests.contract.world import CONTOSO, FABRIKAM, NOW

T = TypeVar("T")
Data = st.DataObject

WHO = ("ada", "louis", "marie", "Élise")
SECOND = timedelta(seconds=1)
ALL = 1_000  #: more than there ever are


class Machine(RuleBasedStateMachine):
    def __init__(self, make_store: Callable[[], Store], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.make_store, self.loop = make_store, loop
        self.model, self.now, self.calls = Model(), NOW, 0
        #: nx-27017 may put 2 after 1000003, as a backup's numbers leap: what it lists is compared in any order
        self.sorts_by_text = False
        self.stores = [self.opened(), self.opened()]

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result()

    def opened(self) -> Store:
        store = self.make_store()
        store.now = lambda: NOW  # what the model's rules reach back from
        assert self.run(store.exists()) is (self.calls > 0), "opening makes one"
        self.calls += 1
        self.run(store.open())
        return store

    def later(self) -> datetime:
        """An instant that nothing else happens at."""
        self.now += SECOND
        return self.now

    def listed(self, campaigns: Sequence[Campaign]) -> Sequence[Campaign]:
        return sorted(campaigns, key=lambda campaign: campaign.id) if self.sorts_by_text else campaigns

    # --- asking -------------------------------------------------------------------------------

    def ask(self, method: str, *values: Any, **more: Any) -> Any:
        """What the store says, the copies in turn: what one has changed, the other is asked of."""
        self.calls += 1
        return self.run(getattr(self.stores[self.calls % 2], method)(*values, **more))

    def same(
        self,
        method: str,
        *values: Any,
        given: Callable[[Any], Sequence[int]] = lambda answer: (),
        seen: Callable[[Any], Any] = lambda answer: answer,
        **more: Any,
    ) -> Any:
        """The store and the model say the same, or refuse it alike.

        ``given``: the numbers that the answer tells, where the call may make something; ``seen``: what of
        both answers has to be equal.
        """
        refused: Exception | None = None
        answer: Any = None
        try:
            answer = self.ask(method, *values, **more)
        except StorageError as error:
            refused = error
        self.model.given = list(given(answer)) if refused is None else []
        try:
            expected = self.ask_model(method, *values, **more)
        except StorageError as error:
            assert refused is not None, f"{method} has to be refused: {error!r}"
            assert _refusal(refused) == _refusal(error)
            return None
        assert refused is None, f"{method} was refused: {refused!r}"
        assert seen(answer) == seen(expected), f"{method}: {seen(answer)} instead of {seen(expected)}"
        return answer

    def ask_model(self, method: str, *values: Any, **more: Any) -> Any:
        return getattr(self.model, {"lists": "lists_"}.get(method, method))(*values, **more)

    # --- what to ask with ---------------------------------------------------------------------

    def tenant(self, data: Data) -> TenantId:
        return data.draw(st.sampled_from([CONTOSO, CONTOSO, CONTOSO, FABRIKAM]))

    def channel(self, data: Data) -> Channel:
        return data.draw(st.sampled_from([Channel.TEAMS, Channel.TEAMS, Channel.SKYPE]))

    def people(self, data: Data, tenant: TenantId, most: int = 3) -> list[PersonId]:
        """Some of an organisation, each once, perhaps nobody."""
        ids = [row.person.id for row in self.model.people.values() if row.person.tenant == tenant]
        return data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=most)) if ids else []

    def deed(self, cause: str = "") -> Deed:
        return Deed(kind=DeedKind.SHARED, by=None, at=self.later(), details={"to": "all"}, cause=cause)

    def cause(self, data: Data, kind: str, there: Sequence[int]) -> str:
        """An activity that makes a record of this kind, or has made one that is still there; mostly none is named."""
        fits = [key for key in self.causes if self.model.activities[key].made.get(kind) in (None, *there)]
        return data.draw(st.sampled_from(["", *fits]))

    @property
    def causes(self) -> list[str]:
        return [key for key in self.model.activities if not key.startswith("removed ")]

    def one(self, data: Data, numbers: Sequence[Any]) -> Any:
        """One of them; one that there never was, where there is none."""
        return data.draw(st.sampled_from(list(numbers))) if numbers else 10**9


def number(record: Any) -> list[int]:
    """The number that a record was given."""
    return [record.id]


def _refusal(error: StorageError) -> tuple[Any, ...]:
    if isinstance(error, CannotErase):
        return CannotErase, error.why, error.campaigns
    if isinstance(error, ListInUse):
        return ListInUse, sorted(error.campaigns)
    return (type(error),)

"""Many people at once: the time that they take grows with their number."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

from storage.records import Contact, TenantId
from tests.support.growth import assert_grows_with
from tests.support.new_database import new_store


def test_the_time_to_meet_people_grows_with_their_number(tmp_path: Path) -> None:
    numbers = count()

    async def meet(people: int) -> None:
        store = new_store(tmp_path / f"{next(numbers)}.db")
        await store.open()
        contacts = [Contact(address=f"p{number}@contoso.example", given_name="Zoë") for number in range(people)]
        first = await store.meet(TenantId("contoso"), contacts)
        assert await store.meet(TenantId("contoso"), contacts[::-1]) == first[::-1]
        await store.close()

    assert_grows_with(lambda people: asyncio.run(meet(people)), 2_000)

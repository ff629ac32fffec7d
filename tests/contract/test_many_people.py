"""Many people at once: the time that they take grows with their number."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

from storage.records import Contact, ContactPage, PersonId, TenantId
from storage.shared.json import to_json
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


def test_the_time_to_fill_a_list_from_a_page_grows_with_its_people(tmp_path: Path) -> None:
    numbers = count()

    async def fill(people: int) -> None:
        store = new_store(tmp_path / f"{next(numbers)}.db")
        await store.open()
        contacts = tuple(Contact(address=f"p{number}@contoso.example", given_name="Zoë") for number in range(people))
        blank = await store.blank_list(TenantId("contoso"), PersonId(1))
        await store.meet(TenantId("contoso"), [Contact(address=one.address) for one in contacts[::2]])
        await store.fill_from_page(blank, to_json(ContactPage(contacts=contacts)).encode())
        await store.close()

    assert_grows_with(lambda people: asyncio.run(fill(people)), 2_000)

"""Small documents with etags, and secrets."""

from __future__ import annotations

import asyncio

import pytest

from storage.port.store import Store
from storage.records import StaleVersion

ONE, TWO = b'{"step": 1}', b'{"step": 2, "word": "\xc3\xa9t\xc3\xa9"}'


async def etag_of(store: Store, key: str) -> str:
    return (await store.read_documents([key]))[key][0]


async def test_documents_come_back_by_key(store: Store) -> None:
    assert await store.read_documents(["a/b", "c"]) == {}
    assert await store.read_documents([]) == {}
    await store.write_documents({"a/b": (None, ONE), "c": ("", TWO)})
    documents = await store.read_documents(["a/b", "c", "nothing"])
    assert {key: json for key, (_, json) in documents.items()} == {"a/b": ONE, "c": TWO}
    assert all(etag for etag, _ in documents.values())


async def test_an_etag_is_good_for_one_write(store: Store) -> None:
    await store.write_documents({"key": ("", ONE)})
    etag = await etag_of(store, "key")
    await store.write_documents({"key": (etag, TWO)})
    assert await etag_of(store, "key") != etag
    with pytest.raises(StaleVersion):
        await store.write_documents({"key": (etag, ONE)})
    assert (await store.read_documents(["key"]))["key"][1] == TWO


async def test_nothing_yet_means_nothing_yet(store: Store) -> None:
    await store.write_documents({"key": ("", ONE)})
    with pytest.raises(StaleVersion):
        await store.write_documents({"key": ("", TWO)})
    with pytest.raises(StaleVersion):
        await store.write_documents({"other": ("1", TWO)})  # read, and gone since
    assert await store.read_documents(["other"]) == {}


async def test_whatever_is_there_is_overwritten(store: Store) -> None:
    for json in (ONE, TWO):
        await store.write_documents({"key": (None, json)})
    assert (await store.read_documents(["key"]))["key"][1] == TWO


async def test_nothing_is_written_when_one_etag_is_old(store: Store) -> None:
    await store.write_documents({"old": ("", ONE)})
    with pytest.raises(StaleVersion):
        await store.write_documents({"before": (None, TWO), "old": ("", TWO), "behind": ("", TWO)})
    documents = await store.read_documents(["before", "old", "behind"])
    assert {key: json for key, (_, json) in documents.items()} == {"old": ONE}


async def test_of_two_writes_at_once_one_wins(store: Store, other: Store) -> None:
    await store.write_documents({"key": ("", b"0")})
    etag = await etag_of(store, "key")
    results = await asyncio.gather(
        *(
            some.write_documents({"key": (etag, str(number).encode())})
            for number, some in enumerate((store, other) * 3)
        ),
        return_exceptions=True,
    )
    assert results.count(None) == 1
    assert all(result is None or isinstance(result, StaleVersion) for result in results)
    assert (await store.read_documents(["key"]))["key"][1] == str(results.index(None)).encode()


async def test_deleted_documents_are_gone(store: Store) -> None:
    await store.write_documents({"a": (None, ONE), "b": (None, ONE)})
    await store.delete_documents(["a", "nothing"])
    await store.delete_documents([])
    assert set(await store.read_documents(["a", "b"])) == {"b"}
    await store.write_documents({"a": ("", TWO)})


async def test_a_secret_is_made_once_for_every_copy(store: Store, other: Store) -> None:
    values = await asyncio.gather(*(some.secret("links") for some in (store, other) * 3))
    assert len(set(values)) == 1 and len(values[0]) == 32
    assert await store.secret("links") == values[0]
    assert await store.secret("another") != values[0]


async def test_however_many_changes_come_at_once_each_is_made_and_answered(store: Store) -> None:
    """More than one group holds: a change that is forgotten would never be answered."""
    many = [f"key {number}" for number in range(1_000)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(store.write_documents({key: (None, b"1")}) for key in many))
    assert len(await store.read_documents(many)) == len(many)

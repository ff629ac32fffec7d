"""Small JSON documents with etags, and secrets."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence

from storage.mongo.deeds import MongoDeeds, Owed
from storage.mongo.engine import Document, token
from storage.records import Noted, StaleVersion


class MongoDocuments(MongoDeeds):
    async def read_documents(self, keys: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        rows = await self.by_id("documents", list(keys))
        return {key: (row["etag"], bytes(row["json"])) for key, row in rows.items()}

    async def write_documents(
        self, documents: Mapping[str, tuple[str | None, bytes]], *, noted: Sequence[Noted] = ()
    ) -> None:
        assert not noted or len(documents) == 1, "what is taken back must not have been noted"
        owed = await self.owe(*noted)
        before = await self.by_id("documents", list(documents))
        for key, (etag, _) in documents.items():
            if etag is not None and etag != (before[key]["etag"] if key in before else ""):
                raise StaleVersion(f"document {key} has changed")
        written: dict[str, str] = {}
        for key, (etag, json) in documents.items():
            written[key] = token()
            if not await self._write_one(key, etag, {"etag": written[key], "json": json}, owed):
                # somebody was faster after we read: take back what we have written
                del written[key]
                for ours, new in written.items():
                    await self._take_back(ours, new, before.get(ours))
                raise StaleVersion(f"document {key} has changed")
            if noted:
                await self.bring_in("documents", key)

    async def _write_one(self, key: str, etag: str | None, fields: Document, owed: Owed) -> bool:
        documents, change = self.collection("documents"), {"$set": fields | owed.in_update}
        while True:
            if etag:
                return (await documents.update_one({"_id": key, "etag": etag}, change)).matched_count == 1
            if await self.inserted("documents", {"_id": key} | fields | owed.in_new):
                return True
            if etag == "":
                return False
            if (await documents.update_one({"_id": key}, change)).matched_count:
                return True

    async def _take_back(self, key: str, etag: str, before: Document | None) -> None:
        documents = self.collection("documents")
        if before is None:
            await documents.delete_one({"_id": key, "etag": etag})
        else:
            await documents.update_one(
                {"_id": key, "etag": etag}, {"$set": {"etag": before["etag"], "json": before["json"]}}
            )

    async def delete_documents(self, keys: Iterable[str]) -> None:
        await self.collection("documents").delete_many({"_id": {"$in": list(keys)}})

    async def secret(self, name: str) -> bytes:
        secrets_ = self.collection("secrets")
        row = await secrets_.find_one({"_id": name})
        if row is None:
            await self.inserted("secrets", {"_id": name, "value": secrets.token_bytes(32)})
            row = await secrets_.find_one({"_id": name})
            assert row is not None
        return bytes(row["value"])

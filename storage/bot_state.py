"""The SDK's Storage on our Store: where typed conversations are remembered."""

from __future__ import annotations

from typing import Any

import jsonpickle
from botbuilder.core import Storage

from storage.port.operations import Documents

ETAG = "e_tag"  #: the SDK's name for it, as a key of the dictionaries that it keeps


class BotStorage(Storage):
    """Keeps the SDK's dictionaries as documents; an etag that is no longer current is refused."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    async def read(self, keys: list[str]) -> dict[str, Any]:
        found = {}
        for key, (etag, json) in (await self._documents.read_documents(keys)).items():
            item = jsonpickle.decode(json.decode())
            item[ETAG] = etag
            found[key] = item
        return found

    async def write(self, changes: dict[str, Any]) -> None:
        """Raises StaleVersion when another turn of the same conversation was faster."""
        documents: dict[str, tuple[str | None, bytes]] = {}
        for key, item in changes.items():
            kept = {name: value for name, value in item.items() if name != ETAG}
            etag = item.get(ETAG)
            documents[key] = (None if etag in (None, "*") else etag, jsonpickle.encode(kept).encode())
        await self._documents.write_documents(documents)

    async def delete(self, keys: list[str]) -> None:
        await self._documents.delete_documents(keys)

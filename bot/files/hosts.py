"""Whose SharePoint a file goes to: an organisation's own and no other, whatever an activity says (decision 045).

The address to upload to comes with a file consent, and every organisation's files lie under the same suffix. So the
host of each is known: as an operator named it, else as Microsoft Graph tells it (``GET /sites/root``, Sites.Read.All),
else as the first consent of the organisation named it. A OneDrive stands beside its SharePoint: ``contoso-my`` is
``contoso``'s.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.graph.client import Json, Refusal
from cards.kit.addresses import web_address
from dialogs.core.export_port import OtherHost
from scheduler.ports import NotAnswered
from storage.port.operations import Documents
from storage.records import Deed, Noted, StaleVersion, Subject, TenantId
from storage.shared.json import from_json, to_json

log = logging.getLogger(__name__)

SEARCH = 5.0  #: seconds for the Graph: somebody waits for the answer
TOLD_OF = 20  #: hosts that owners are told of, each once
_ONEDRIVE = "-my"

OPERATOR, GRAPH, CONSENT = "operator", "graph", "consent"


class _Graph(Protocol):
    async def get(self, tenant: TenantId, path: str, query: dict[str, str] | None = None) -> Json: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is kept of an organisation. ``by``: OPERATOR, GRAPH or CONSENT; ``refused``: other hosts, told of."""

    host: str
    by: str
    refused: tuple[str, ...] = field(default=())


class FileHosts:
    """``graph``: None where it is not to be asked."""

    def __init__(self, store: Documents, graph: _Graph | None) -> None:
        self._store = store
        self._graph = graph

    async def check(self, tenant: TenantId, url: str) -> OtherHost | None:
        """None where a file may go there; else the host that is not the organisation's."""
        host = _site_of(url)
        named = await self._by_graph(tenant)
        while True:
            etag, known = await self._read(tenant)
            now = known
            if named and not (known and known.by == OPERATOR):
                now = _Known(host=named, by=GRAPH, refused=known.refused if known and known.host == named else ())
            now = now or _Known(host=host, by=CONSENT)
            other = None
            if host != now.host:
                news = host not in now.refused and len(now.refused) < TOLD_OF
                other = OtherHost(host=host, known=now.host, news=news)
                now = replace(now, refused=(*now.refused, host)) if news else now
            try:
                if now != known:
                    await self._write(tenant, etag, now)
            except StaleVersion:
                continue
            return other

    async def name(self, tenant: TenantId, host: str, *, deed: Deed) -> None:
        """From here on it is this one, by an operator's word. Raises ValueError where it is no host."""
        site = _site_of(f"https://{host}/")
        if not site or site != _without_onedrive(host.lower()):
            raise ValueError(host)
        noted = [deed.to(tenant, Subject.SETTING, "upload host")]
        await self._write(tenant, None, _Known(host=site, by=OPERATOR), noted)

    async def _by_graph(self, tenant: TenantId) -> str:
        """ "" where the Graph does not tell: it is not there, may not, or takes too long."""
        if self._graph is None:
            return ""
        try:
            async with asyncio.timeout(SEARCH):
                answer = await self._graph.get(tenant, "sites/root", {"$select": "siteCollection,webUrl"})
        except (Refusal, NotAnswered, TimeoutError) as error:
            log.info("the organisation's SharePoint is not told by the Graph: why=%s", type(error).__name__)
            return ""
        collection = answer.get("siteCollection")
        host = collection.get("hostname") if isinstance(collection, dict) else None
        return _without_onedrive(host.lower()) if isinstance(host, str) else _site_of(str(answer.get("webUrl") or ""))

    async def _read(self, tenant: TenantId) -> tuple[str, _Known | None]:
        stored = (await self._store.read_documents([_key(tenant)])).get(_key(tenant))
        return (stored[0], from_json(_Known, stored[1])) if stored else ("", None)

    async def _write(self, tenant: TenantId, etag: str | None, known: _Known, noted: Sequence[Noted] = ()) -> None:
        await self._store.write_documents({_key(tenant): (etag, to_json(known).encode())}, noted=noted)


def _key(tenant: TenantId) -> str:
    return f"file-host/{tenant}"


def _site_of(url: str) -> str:
    """The host of an address, a OneDrive's as that of the SharePoint beside it; "" for none."""
    address = web_address(url)
    return _without_onedrive((address.host or "").lower()) if address else ""


def _without_onedrive(host: str) -> str:
    name, dot, rest = host.partition(".")
    return f"{name.removesuffix(_ONEDRIVE)}{dot}{rest}"

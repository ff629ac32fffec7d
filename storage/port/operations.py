"""What is kept beside all that, what goes again, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from storage.records import (
    AuditEntry,
    Campaign,
    CampaignId,
    Deed,
    ListId,
    Noted,
    PersonId,
    Subject,
    TenantId,
)


class Retention(Protocol):
    """What is kept of a campaign's single recipients goes, in steps that may be repeated; its figures stay."""

    async def organisations_keeping(self, now: datetime) -> list[TenantId]:
        """Those with campaigns that count no engagement any more, of whose recipients something is kept."""
        ...

    async def kept(self, tenant: TenantId, closed_before: datetime | None, limit: int) -> list[Campaign]:
        """Its campaigns that keep their recipients and stopped counting by then, and those that are being erased."""
        ...

    async def seal(self, id: CampaignId, at: datetime) -> None:
        """The figures of a done campaign are exact and stay as they are, whatever becomes of what they count."""
        ...

    async def forget_recipients(self, id: CampaignId, limit: int) -> int:
        """Remove so many rows of single recipients of a sealed campaign; how many went, 0 when none are left."""
        ...

    async def result_lists(self, id: CampaignId) -> list[ListId]:
        """The lists that were made of what recipients of a campaign did."""
        ...

    async def forgotten(self, id: CampaignId, at: datetime, *, deed: Deed) -> None:
        """Nothing is kept of a sealed campaign's recipients any more."""
        ...


class Audit(Protocol):
    """Who did what: only ever added to.

    Every method that is somebody's deed takes it, and notes it in one with the change (decision 048). ``note`` is for
    what changes nothing here: exports, and what an operator does at the machine.
    """

    async def note(self, deed: Deed, tenant: TenantId, subject: Subject, id: object, name: str = "") -> None: ...

    async def collect_deeds(self) -> int:
        """Deeds that a death has left beside their changes come into the audit; how many. Twice is once."""
        ...

    async def count_audit(self, tenant: TenantId) -> int: ...

    async def audit_from(
        self, after: int, limit: int, tenant: TenantId | None = None, since: datetime | None = None
    ) -> list[tuple[int, AuditEntry]]:
        """A page in the order of their numbers, above ``after``; of every organisation where none is named."""
        ...


class Erasure(Protocol):
    """What a person may ask for: all that is kept of them, and that it goes. For operators, at the machine."""

    async def kept_of(self, address: str) -> list[dict[str, Any]]:
        """All rows, as the store keeps them, of the people with this address in any organisation."""
        ...

    async def erase(self, address: str, *, deed: Deed) -> list[tuple[TenantId, PersonId]]:
        """The people it was; their numbers stay, and with them all figures. Templates that they shared with nobody go.

        Twice is once; after a death in between, the next call goes on. Raises CannotErase.
        """
        ...


class Backups(Protocol):
    """A store that was brought back from a backup knows nothing of what happened after it."""

    async def backup(self, target: Path) -> None:
        """A whole copy of a store in a file, while it is used. Raises StorageError where there is no such copy."""
        ...

    async def doubt(self, id: CampaignId, now: datetime) -> int:
        """What may have been sent after the backup of a running campaign is unconfirmed from here on.

        That is whatever was due by now, on its way, or waited for an install. How many; 0 when none is left.
        """
        ...

    async def skip_numbers(self) -> None:
        """Numbers that may have been given after the backup are never given again: links and cards carry them.

        Nor are the versions of campaigns that can still be edited: a card from after the backup is none of theirs.
        """
        ...


class Documents(Protocol):
    """Small JSON documents with an etag: questions that wait, rules, leases."""

    async def read_documents(self, keys: Iterable[str]) -> dict[str, tuple[str, bytes]]:
        """key -> (etag, JSON)."""
        ...

    async def write_documents(
        self, documents: Mapping[str, tuple[str | None, bytes]], *, noted: Sequence[Noted] = ()
    ) -> None:
        """key -> (etag it was read with, "" for "nothing yet", None for "whatever is there", JSON).

        ``noted``: the deeds that the change of a single document is. Raises StaleVersion, and writes nothing, when
        an etag is no longer the current one.
        """
        ...

    async def delete_documents(self, keys: Iterable[str]) -> None: ...

    async def secret(self, name: str) -> bytes:
        """32 random bytes under this name, made once and the same for every copy of the bot."""
        ...

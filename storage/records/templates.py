"""Templates: what campaigns may begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records.campaigns import Forms
from storage.records.channels import Channel
from storage.records.ids import PersonId, TemplateId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What a campaign said when it was kept for others to begin with: its forms, without a start (S28)."""

    id: TemplateId
    tenant: TenantId
    #: its author
    owner: PersonId
    name: str
    channel: Channel
    forms: Forms = field(default_factory=dict[str, Mapping[str, str]])
    #: every author may begin with it
    shared: bool = False
    created_at: datetime

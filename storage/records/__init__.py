"""What Crieur remembers: frozen records, and the words for their states.

Every instant is an aware UTC ``datetime``; people's clocks appear only as an IANA zone name.
The S numbers point at the product facts listed in docs/product.md.
"""

from storage.records.base import (
    CampaignId,
    DeliveryId,
    ListId,
    ListInUse,
    PersonId,
    StaleVersion,
    StorageError,
    TenantId,
    aware,
)
from storage.records.campaigns import (
    Button,
    ButtonKind,
    Campaign,
    CampaignState,
    Forms,
    IfUnknown,
    Message,
    PresenceChoice,
    Schedule,
    Slot,
    Style,
    WorkingHours,
)
from storage.records.deliveries import (
    FINAL,
    Claimed,
    DeliveryState,
    Found,
    Settled,
    Tally,
    Try,
)
from storage.records.engagement import (
    Engagement,
    EngagementKind,
)
from storage.records.lists import (
    Audience,
    Columns,
    DistributionList,
    changeable_by,
    usable_by,
)
from storage.records.people import (
    Channel,
    Contact,
    Member,
    NotReached,
    Person,
    Reach,
    Reference,
    Role,
    Sighting,
)

__all__ = [
    "FINAL",
    "Audience",
    "Button",
    "ButtonKind",
    "Campaign",
    "CampaignId",
    "CampaignState",
    "Channel",
    "Claimed",
    "Columns",
    "Contact",
    "DeliveryId",
    "DeliveryState",
    "DistributionList",
    "Engagement",
    "EngagementKind",
    "Forms",
    "Found",
    "IfUnknown",
    "ListId",
    "ListInUse",
    "Member",
    "Message",
    "NotReached",
    "Person",
    "PersonId",
    "PresenceChoice",
    "Reach",
    "Reference",
    "Role",
    "Schedule",
    "Settled",
    "Sighting",
    "Slot",
    "StaleVersion",
    "StorageError",
    "Style",
    "Tally",
    "TenantId",
    "Try",
    "WorkingHours",
    "aware",
    "changeable_by",
    "usable_by",
]

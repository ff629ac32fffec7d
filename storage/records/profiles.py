"""What is known of a recipient when a campaign starts, and how many of each kind did what: a report's segments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from storage.records.engagement import EngagementKind

MOST_PROFILES = 2_000  #: of one campaign: more are one, of whom nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The same of everybody who has it; "" and 0 where it is not known."""

    department: str = ""
    country: str = ""
    city: str = ""
    #: as a code: "fr"
    language: str = ""
    #: the first list of the audience in which they stand; 0: none, they are of everyone
    list: int = 0
    #: of an A/B test: the variant that they have in it
    variant: str = ""

    @property
    def number(self) -> int:
        """The same in every copy of the bot, above 0; below 2**48, as every store takes it."""
        return 1 + int.from_bytes(hashlib.sha256(self.text.encode()).digest()[:5], "big")

    @property
    def text(self) -> str:
        facts = [self.department, self.country, self.city, self.language, self.list]
        return json.dumps([*facts, self.variant] if self.variant else facts, ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Profile:
        department, country, city, language, list, *more = json.loads(text)
        variant = more[0] if more else ""
        return cls(department=department, country=country, city=city, language=language, list=list, variant=variant)


#: which kinds of engagement are counted by profile
COUNTED = (EngagementKind.OPENED, EngagementKind.CLICKED, EngagementKind.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFigures:
    """How many of a campaign's recipients have a profile, and did what."""

    profile: Profile
    recipients: int
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    acknowledged: int = 0


def profile_of(known: Profile, columns: Mapping[str, str], named: Mapping[str, tuple[str, ...]]) -> Profile:
    """With what the columns of a list say, where the directory does not; ``named``: by which columns each field is."""
    said = {
        field: next((columns[column].strip() for column in some if columns.get(column, "").strip()), "")
        for field, some in named.items()
    }
    return replace(
        known,
        department=known.department or said.get("department", ""),
        country=known.country or said.get("country", ""),
        city=known.city or said.get("city", ""),
        language=known.language or said.get("language", ""),
    )

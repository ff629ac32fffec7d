"""What a conversation asks of the floor above: links, files, words read as a schedule."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import NamedTuple, Protocol

from cards.kit.texts import Texts
from cards.lists.reading import Choice, Reading
from dialogs.lists.imports.tables.records import Habits
from dialogs.schedule_words import Spoken
from storage.records import CampaignId, Person, Who


class Click(NamedTuple):
    """A tracked link that came back, its signature checked."""

    campaign: CampaignId
    who: Who
    button: int
    test: bool = False
    #: it came from an e-mail, and counts apart
    mail: bool = False


class Links(Protocol):
    """Tracked links: made for a recipient, read when one comes back."""

    @property
    def base_url(self) -> str:
        """Where /r/ answers, without a slash at the end."""
        ...

    @property
    def tracked(self) -> bool:
        """Whether people's browsers reach us there."""
        ...

    def token(self, campaign: CampaignId, person: Person) -> str: ...

    def pseudonym(self, campaign: CampaignId, person: Person) -> str:
        """In the place of the person's token where nobody shall know who it was: another one each time."""
        ...

    def read_pseudonym(self, token: str, person: Person) -> Click | None:
        """None for what was given to somebody else, too."""
        ...

    def test_token(self, campaign: CampaignId, person: Person) -> str:
        """For a test send: it redirects, and counts nowhere."""
        ...


class NotFetched(Exception):
    """A file could not be had; ``too_large``: the limit in MB, where that is why."""

    def __init__(self, reason: str, *, too_large: int = 0) -> None:
        super().__init__(reason)
        self.too_large = too_large


class Files(Protocol):
    async def fetch(self, url: str, *, ours: bool = False) -> bytes:
        """A file that somebody dropped into the chat; ``ours``: it asks for our token. Raises NotFetched."""
        ...

    async def look(self, url: str, most: int) -> tuple[int, bytes] | None:
        """The status of an address, and up to ``most`` bytes; redirects are not followed. None: no answer."""
        ...


class Tables(Protocol):
    def read(self, content: bytes, choice: Choice, habits: Habits) -> AsyncGenerator[bytes | Reading, None]:
        """The contacts of a file in pages of JSON, read beside the bot; then the reading. Raises CannotRead."""
        ...


class Words(Protocol):
    async def read(self, words: str, now: datetime, zone: str, texts: Texts) -> Spoken | None:
        """What words say of a schedule, in somebody's language; None when nobody can tell at the moment."""
        ...

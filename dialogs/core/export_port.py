"""How a file gets to the person who asked for it: what dialogs need of the module that makes and hands over files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cards.results.exports import Format
from storage.records import CampaignId, Channel, Left, PersonId, TenantId

AUDIT = CampaignId(0)  #: in the place of a campaign: the audit of the organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """A file of a campaign's results, or of the audit, that somebody asked for."""

    campaign: CampaignId
    person: PersonId
    #: where they asked
    channel: Channel
    format: Format
    #: another one for each time that it is asked for
    number: str
    #: of the recipients, only those who are left so
    left: Left | None = None

    @property
    def text(self) -> str:
        parts = (self.campaign, self.person, self.channel, self.format, self.number, self.left or "")
        return ".".join(str(part) for part in parts)

    @classmethod
    def of(cls, text: str) -> ExportRequest:
        campaign, person, channel, format, number, *more = text.split(".")  # before there were more, of an hour ago
        return cls(
            campaign=CampaignId(int(campaign)),
            person=PersonId(int(person)),
            channel=Channel(channel),
            format=Format(format),
            number=number,
            left=Left(more[0]) if more and more[0] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOffer:
    """A file that the platform asks somebody whether they take it."""

    name: str
    description: str
    #: about so many bytes
    size: int
    #: what proves later that it was offered
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Where the platform wants a file that somebody has agreed to take."""

    url: str
    name: str
    content_url: str
    unique_id: str
    file_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHost:
    """A file was to go to a host that is not the organisation's."""

    host: str
    #: the organisation's own
    known: str
    #: nobody has been told of it yet
    news: bool


class Exporter(Protocol):
    """Makes files in the background, and says in the chat of the person who asked how it goes."""

    @property
    def by_file(self) -> bool:
        """Whether the chat takes files."""
        ...

    @property
    def by_link(self) -> bool:
        """Whether a browser reaches us."""
        ...

    def sign(self, request: ExportRequest) -> str:
        """What proves for a while that this was offered to this person."""
        ...

    async def read(self, token: str) -> ExportRequest | None:
        """What we signed a while ago; None for anything else."""
        ...

    def takes(self, url: str) -> bool:
        """Whether a file may be put there."""
        ...

    async def other_host(self, tenant: TenantId, url: str) -> OtherHost | None:
        """None where the organisation's files may go there."""
        ...

    def make_link(self, request: ExportRequest) -> bool:
        """Make the file, and post where it can be fetched. False: one like it is being made already."""
        ...

    def upload(self, request: ExportRequest, upload: Upload, message: str) -> bool:
        """Make the file, put it where the platform wants it, and say so in the place of the offer."""
        ...

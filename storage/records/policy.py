"""What an organisation has decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from storage.records.campaigns import ENGAGES_FOR, Consideration, Message, Style
from storage.records.ladder import LADDER, Ladder
from storage.records.people import Person, Role
from storage.records.preferences import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRole:
    """Everybody in a group of the directory has this role."""

    #: the directory's id
    group: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseDefaults:
    """What the schedule of a new campaign is offered with: each campaign may have another."""

    #: "" for each author's own
    zone: str = ""
    duration: timedelta = timedelta(hours=2)
    opens: time = time(9)
    closes: time = time(18)
    #: Monday = 0; sorted
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    #: the place whose public holidays are free, "FR"; "" for none
    holidays: str = ""
    #: None where no owner has set any: what an author has used since is newer
    set_at: datetime | None = None


HOUSE = HouseDefaults()  #: where an organisation has set none


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the owners of an organisation have set; the rest is the default, as it was when they first set anything."""

    #: campaigns with more recipients wait for approval: 0 is all of them, None is none
    approve_above: int | None = 10_000
    #: campaign messages a person gets in a week at the most; None is any number. Important ones are exempt
    per_week: int | None = None
    #: important campaigns reach those who have muted the bot, too
    important_unmutes: bool = False
    #: how often the recipients of a campaign that asks for presence are looked for
    ladder: Ladder = LADDER
    #: days after a campaign's end at which what it keeps of single recipients is erased; None is never
    keep_days: int | None = 365
    #: in whose name messages are sent ("Internal communication"); "" is the campaign's author
    sender: str = ""
    groups: tuple[GroupRole, ...] = ()
    house: HouseDefaults = HOUSE
    #: what campaigns may be about; by name
    topics: tuple[Topic, ...] = ()
    #: how many have been made: a number is never given again
    topics_made: int = 0


def consideration_of(policy: Policy, message: Message, author: Person | None) -> Consideration:
    """The rules for a campaign that is scheduled now: important ones are exempt."""
    important = message.style is Style.IMPORTANT
    return Consideration(
        per_week=None if important else policy.per_week,
        past_mute=important and policy.important_unmutes,
        ladder=policy.ladder,
        sender=policy.sender or (author.name or f"{author.given_name} {author.surname}".strip() if author else ""),
    )


def forgets_before(policy: Policy, now: datetime) -> datetime | None:
    """Campaigns that stopped counting engagement by then are to be erased now; None where they are kept for ever."""
    if policy.keep_days is None:
        return None
    return now - max(timedelta(days=policy.keep_days) - ENGAGES_FOR, timedelta(0))

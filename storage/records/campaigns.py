"""Campaigns: what is said, to whom, when, and the states on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain, repeat

from storage.records.ab_tests import ABTest, Choice
from storage.records.channels import Channel
from storage.records.ends import AtEnd, End
from storage.records.ids import CampaignId, NotScheduled, PersonId, TenantId
from storage.records.ladder import FORMER_LADDER, Ladder
from storage.records.lists import Audience
from storage.records.mails import ByMail, Mailing
from storage.records.people import NotReached
from storage.records.preferences import Topic
from storage.records.sequels import FollowUp, Repeat, Sequels


class Style(StrEnum):
    """The appearance of a message (S28)."""

    MESSAGE = "message"
    IDEA = "idea"
    SUCCESS = "success"
    IMPORTANT = "important"


class ButtonKind(StrEnum):
    LINK = "link"  #: opens an address, tracked
    ACKNOWLEDGE = "acknowledge"  #: "I have read it"
    ANSWER = "answer"  #: a quick answer: all those of one message answer one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    kind: ButtonKind
    title: str
    #: for a link: where it goes
    url: str = ""
    #: the address is of one language only, and counted apart
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message says in one more language; "" stands for what it says by default."""

    body: str
    title: str = ""
    notification: str = ""
    #: the words on the buttons, and where its links lead, in the buttons' order
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a campaign says (S3, S4): Markdown, with variables such as ``[FIRSTNAME|there]``."""

    body: str
    title: str = ""
    style: Style = Style.MESSAGE
    #: the address of a picture; "" for none
    image: str = ""
    #: what it shows, for those who cannot see it
    image_alt: str = ""
    #: what the activity feed says; "" for the title, or how the text begins
    notification: str = ""
    buttons: tuple[Button, ...] = ()
    #: the columns of lists that its variables ask for
    columns: tuple[str, ...] = ()
    #: of its words ("en"); "" where there is one language only
    language: str = ""
    #: language ("fr") -> what it says in it; people who speak another read the words above (S29)
    versions: Mapping[str, Version] = field(default_factory=dict)
    #: added to the numbers of links that only one language has
    shift: int = 0


SHIFT = 1_000  #: between the numbers of links of two languages: more than a text has


def in_language(message: Message, language: str) -> Message:
    """The message as it is said in a language; in its own where it has no version of that."""
    version = message.versions.get(language)
    if version is None:
        return replace(message, versions={}) if message.versions else message
    shift = message.shift + SHIFT * (1 + sorted(message.versions).index(language))
    button_texts = chain(version.buttons, repeat(("", "")))
    buttons = [
        replace(button, title=words or button.title, url=url or button.url, apart=bool(url) and url != button.url)
        for button, (words, url) in zip(message.buttons, button_texts, strict=False)
    ]
    return replace(
        message,
        body=version.body,
        title=version.title,
        notification=version.notification,
        buttons=tuple(buttons),
        language=language,
        versions={},
        shift=shift,
    )


def every_language(message: Message) -> tuple[Message, ...]:
    """The message as it is said by default, and in each of its other languages."""
    return (in_language(message, ""), *(in_language(message, language) for language in sorted(message.versions)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """What is noted of what people do with the message."""

    #: links lead through us, and clicks are counted
    links: bool = True
    #: totals only: what one person did is never kept
    anonymous: bool = False
    #: the client shows thumbs beneath the message, where it has some
    thumbs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """The organisation's rules for reaching its people, as they stood when the campaign was scheduled."""

    #: campaign messages that a person gets in a week at the most; None is any number
    per_week: int | None = None
    #: it reaches those who have muted the bot, too
    past_mute: bool = False
    #: how often those who are absent are looked for
    ladder: Ladder = FORMER_LADDER
    #: in whose name its messages are sent: the organisation's, or its author's; "" where that was not kept
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When a company works, on people's clocks (S7).

    ``opens < closes`` on one local day; ``closes == 00:00`` means midnight at the day's end, so
    ``00:00-00:00`` is all day long.
    """

    opens: time
    closes: time
    #: Monday = 0
    days: frozenset[int]
    #: local dates on which nobody works
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """[start, start + duration): calendar time in which a message is distributed (S8)."""

    start: datetime
    duration: timedelta

    @property
    def end(self) -> datetime:
        return self.start + self.duration


class PresenceChoice(StrEnum):
    """Whether a message waits until its recipient is there (S9, S23)."""

    ALWAYS = "always"  #: presence is not asked for
    AVAILABLE = "available"  #: only while the recipient shows as available
    PRESENT = "present"  #: while available, away or busy


class IfUnknown(StrEnum):
    """What becomes of a message as long as nobody can say whether its recipient is there."""

    SEND = "send"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a campaign is distributed; a start of "now" has become an instant when it is scheduled."""

    slot: Slot
    hours: WorkingHours
    #: IANA zone in which the hours are read
    zone: str
    #: the hours are read in each recipient's own zone instead, where it is known
    own_zone: bool = False
    presence: PresenceChoice = PresenceChoice.ALWAYS
    unknown: IfUnknown = IfUnknown.SEND
    #: it is a series: each time a campaign of its own, with a slot as long as this one's, which is the first
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message of a sequence, for each person so many working days after they joined."""

    #: stays the same whatever is changed: nobody gets the step of one number twice
    number: int
    #: working days; 0 is the day itself
    after: int
    message: Message
    tracking: Tracking = Tracking()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSequence:
    """What people get who join an audience, one after the other."""

    #: in the order in which they come, no two of them on one day
    steps: tuple[Step, ...]
    #: those who were in the audience before do not join
    newcomers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a campaign says, to whom and when, as it stood when it was scheduled: this is what goes out."""

    message: Message
    audience: Audience
    schedule: Schedule
    tracking: Tracking = Tracking()
    consideration: Consideration = Consideration()
    #: it is a must-read: whoever has not done this gets it again
    follow_up: FollowUp | None = None
    #: when its messages are taken back, or answered no more; None: they stay
    end: End | None = None
    #: it is a sequence, and ``message`` its first step's
    sequence: StepSequence | None = None
    #: it goes in two variants to a share of its audience, and in one of them to the rest
    ab_test: ABTest | None = None
    #: who gets it by e-mail as well; None: nobody
    by_mail: ByMail | None = None
    #: what it is about: who has left this topic gets none of it
    topic: Topic | None = None


class WhyHeld(StrEnum):
    """Why a campaign that was scheduled waits for somebody's word though its slot has begun."""

    GREW = "grew"  #: its audience holds people who were not approved
    NEW_RULE = "new_rule"  #: a rule asks for approval of it, and nobody has approved it
    AUTHOR_GONE = "author_gone"  #: its author has no role any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Whom an approver has approved: people one by one, or a rule with the number on the day."""

    #: how many people the audience had
    people: int
    #: of their numbers, where every list is one whose people were put in by hand; "": approved as a rule
    digest: str = ""
    #: it was given in spite of this
    despite: WhyHeld | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A campaign that waits within its slot, and what goes out once somebody has said so."""

    why: WhyHeld
    frozen: Frozen
    #: how many people were approved; 0 where nobody had to
    approved: int
    #: how many there are now
    people: int
    #: how many of them were not approved
    newcomers: int


class CampaignState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  #: waits for approval
    SCHEDULED = "scheduled"
    RUNNING = "running"
    DONE = "done"

    @property
    def changeable(self) -> bool:
        """Whether it can still be edited: only before the broadcast (S13, S16)."""
        return self in (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What keeps a running campaign waiting, for more than one of its recipients."""

    #: what is the matter, and so who can mend it
    reason: NotReached
    #: the platform's code and text, shortened
    detail: str
    since: datetime

    @property
    def pauses(self) -> bool:
        """Nothing more is sent: the platform refuses the message itself, of which nothing can be changed, a fault of
        ours keeps it from being rendered, or an operator has stopped the campaign.
        """
        return self.reason in (NotReached.MESSAGE_REFUSED, NotReached.NOT_WRITTEN, NotReached.STOPPED)


#: for how long after its end a campaign counts engagement, and answers can be changed
ENGAGES_FOR = timedelta(days=30)

#: the raw values an author typed, by form and field: a draft loses nothing, valid or not (S18)
Forms = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A push message to many people (S1, S2).

    While it is a draft, ``forms`` is what counts; scheduling freezes what they say into ``frozen``,
    and from the start nothing changes any more.
    """

    id: CampaignId
    tenant: TenantId
    author: PersonId
    #: grows with every change; every card carries the one it was drawn from
    version: int
    state: CampaignState
    name: str
    channel: Channel = Channel.TEAMS
    forms: Forms = field(default_factory=dict)
    #: None as long as it has not been scheduled, and again once it is edited
    frozen: Frozen | None = None
    #: the scheduled campaign that this draft holds unsaved changes of; as long as that, it goes out as it was
    changes_of: CampaignId | None = None
    #: how far a series, or a must-read that has ended, has come; kept when it is changed
    sequels: Sequels | None = None
    #: how far its mails have come, since it has ended; None where it has none
    mailing: Mailing | None = None
    #: the series that it is an occurrence of, or the must-read of which it is a round
    sequel_of: CampaignId | None = None
    #: of a campaign that is made of a sequence, for those who are due: the number of the step that it is
    step: int | None = None
    #: others who may look at it, copy it and export its results
    shared_with: frozenset[PersonId] = frozenset()
    #: the author who changed its forms last: they do not approve it
    written_by: PersonId | None = None
    #: the author who asked for approval, and the person who gave it
    submitted_by: PersonId | None = None
    approved_by: PersonId | None = None
    approval: Approval | None = None
    #: it was scheduled, and waits within its slot for somebody's word
    held: Held | None = None
    created_at: datetime
    #: the activity by which people changed it last: its repeat after a crash finds its own change, and goes on
    cause: str = ""
    #: when something in its forms was last changed; None: not since it was made
    edited_at: datetime | None = None
    #: what keeps it waiting, since it runs; what it was when it ended, afterwards
    trouble: Trouble | None = None
    started_at: datetime | None = None
    #: of an A/B test: the variant that goes to the rest, and since when that is known
    choice: Choice | None = None
    chosen_at: datetime | None = None
    #: every recipient has a delivery
    planned_at: datetime | None = None
    finished_at: datetime | None = None
    #: the report card has been posted to the author
    reported_at: datetime | None = None
    #: from when on its messages are taken back out of people's chats, once it is done; None: they stay there
    recall_at: datetime | None = None
    #: who asked for that, and follows it; None: its author
    recall_by: PersonId | None = None
    #: the campaign goes with them
    recall_deletes: bool = False
    #: none of them is left that could be taken back
    recalled_at: datetime | None = None
    #: its figures stand for good; from here on what it keeps of single recipients goes
    sealed_at: datetime | None = None
    #: nothing is kept of single recipients any more
    erased_at: datetime | None = None

    @property
    def as_scheduled(self) -> Frozen:
        """What it was scheduled with: there from then on. Raises NotScheduled for a draft."""
        if self.frozen is None:
            raise NotScheduled(f"campaign {self.id} is not scheduled")
        return self.frozen

    @property
    def is_series(self) -> bool:
        """Whether it is never sent itself: each of its occurrences, or steps, is a campaign of its own."""
        return self.is_sequence or (self.frozen is not None and self.frozen.schedule.repeat is not None)

    @property
    def is_sequence(self) -> bool:
        return self.frozen is not None and self.frozen.sequence is not None

    @property
    def goes_on(self) -> bool:
        """Whether it is a series, or a sequence, of which more comes."""
        return self.state is CampaignState.SCHEDULED and self.is_series

    @property
    def is_undecided(self) -> bool:
        """Whether it tests two variants, and none of them is chosen for the rest yet."""
        return self.frozen is not None and self.frozen.ab_test is not None and self.choice is None

    @property
    def anonymous(self) -> bool:
        """Whether only totals are kept of what people do with it; never before it is scheduled."""
        return self.frozen is not None and self.frozen.tracking.anonymous

    @property
    def keeps_people(self) -> bool:
        """Whether it can still be told who received what, and did what."""
        return self.sealed_at is None

    @property
    def tells_names(self) -> bool:
        """Whether it is told who received it: of an anonymous one not while it runs, as figures stand beside it."""
        return self.keeps_people and (self.finished_at is not None or not self.anonymous)

    @property
    def closes_at(self) -> datetime | None:
        """When engagement stops being counted; None as long as the campaign has not ended."""
        return self.finished_at + ENGAGES_FOR if self.finished_at else None

    @property
    def recall_due(self) -> datetime | None:
        """From when on something is to be done about its recall; None where nothing is."""
        if self.state is not CampaignState.DONE or (self.recalled_at is not None and not self.recall_deletes):
            return None
        return self.recall_at

    @property
    def recall_does(self) -> AtEnd:
        """What becomes of its messages: as its end says, or deleted, where somebody has asked for that."""
        end = self.frozen.end if self.frozen else None
        return AtEnd.DELETE if end is None or self.recall_at != end.at or self.recall_deletes else end.does

    @property
    def ended_in_chats(self) -> bool:
        """Whether its end has changed its messages, which stay in the chats so."""
        return self.recalled_at is not None and self.recall_does is not AtEnd.DELETE

    def recalling(self, now: datetime) -> bool:
        """Whether its messages are being taken back, or it goes now that they are."""
        return self.recall_due is not None and self.recall_due <= now

    def over(self, now: datetime) -> bool:
        """Whether its end has come: its messages are answered no more."""
        return self.frozen is not None and self.frozen.end is not None and self.frozen.end.at <= now

    def engages(self, now: datetime) -> bool:
        """Whether what people do with the message counts now."""
        return self.started_at is not None and (self.closes_at is None or now < self.closes_at)

"""What a campaign may have beside a message, an audience and hours: drawn from the seed, apart from all else."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.records import ABTest, AtEnd, ByMail, End, MailTo, Measure, OtherWords, Slot, Style, Topic

HOUR = timedelta(hours=1)
ROOM = timedelta(seconds=30)  #: that a test wants: who waits for the choice is looked at every five seconds
CANTEEN = Topic(number=1, name="Canteen")
TITLE_B = "Big news"
#: until when a variant is chosen, of the time from the beginning of a life to the end of the slot
CHOSEN = 0.4


@dataclass(frozen=True, slots=True)
class Parts:
    ab_test: ABTest | None = None
    #: what becomes of its messages at its end
    ends: AtEnd | None = None
    by_mail: ByMail | None = None
    #: it has a topic, which people leave, and they set quiet hours, before it starts and while it runs
    wishes: bool = False
    important: bool = False

    @classmethod
    def of(cls, seed: int, *, tests: bool, ends: bool, mails: bool) -> Parts:
        """``tests``: it may try two variants; ``ends``: it may have an end; ``mails``: it goes by e-mail as well."""
        rng = random.Random(f"parts {seed}")
        measure = rng.choice((Measure.CONFIRMED, Measure.OPENED))
        test = ABTest(
            words={"": OtherWords(title=TITLE_B)}, share=rng.choice((20, 50)), measure=measure, after=1,
            by_itself=rng.random() < 0.7,
        )  # fmt: skip
        end = rng.choice((None, *AtEnd))
        return cls(
            ab_test=test if rng.random() < 0.2 and tests else None,
            ends=end if ends else None,
            by_mail=ByMail(to=rng.choice(list(MailTo)), after=1) if mails else None,
            wishes=rng.random() < 0.25,
            important=rng.random() < 0.3,
        )

    def long_enough(self, length: float) -> float:
        """Seconds of its slot."""
        return max(length, ROOM.total_seconds()) if self.ab_test else length

    def slot(self, start: datetime, length: timedelta) -> Slot:
        """Of a campaign that starts then, for so long. A test's began an hour ago: a variant is chosen within it."""
        if self.ab_test is None:
            return Slot(start=start, duration=length)
        begins = start + CHOSEN * length - HOUR
        return Slot(start=begins, duration=start + length - begins)

    def frozen(self, ends_at: datetime) -> dict[str, Any]:
        """For ``scheduled``."""
        return {
            "ab_test": self.ab_test,
            "by_mail": self.by_mail,
            "end": End(at=ends_at, does=self.ends) if self.ends else None,
            "topic": CANTEEN if self.wishes else None,
        }

    @property
    def style(self) -> Style:
        return Style.IMPORTANT if self.wishes and self.important else Style.MESSAGE

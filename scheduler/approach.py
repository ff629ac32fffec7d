"""Between the claim and the mark: is it their working time, and are they there?

    claimed --nobody works there now--> planned (their next opening)
    claimed --absent------------------> planned (the ladder's next try) | absent
    claimed --nobody can tell---------> planned (asked again) | sent all the same: the author's choice
    claimed --there-------------------> sending

Until the mark nothing has left: whoever dies here has sent nothing, and the claims lapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.asking import Asking
from scheduler.outcomes import closed, not_known, not_there, out_of_reach
from scheduler.planner import OpenTimes
from scheduler.ports import Clock
from storage.records import Campaign, Claimed, Found, IfUnknown, PresenceChoice, Schedule, Settled

#: how people may show to be written to
WRITTEN_TO = {
    PresenceChoice.AVAILABLE: {Found.AVAILABLE},
    PresenceChoice.PRESENT: {Found.AVAILABLE, Found.AWAY, Found.BUSY},
}


def asks(schedule: Schedule) -> bool:
    """Whether something is to be known about each recipient before their message is marked."""
    return schedule.own_zone or schedule.presence is not PresenceChoice.ALWAYS


@dataclass(frozen=True, slots=True)
class Going:
    """A delivery that may leave, and how its recipient showed; None where that was not asked."""

    delivery: Claimed
    found: Found | None


class Approach:
    """To the recipients of one campaign."""

    def __init__(self, campaign: Campaign, asking: Asking, clock: Clock) -> None:
        assert campaign.schedule is not None
        self._campaign = campaign
        self._schedule = campaign.schedule
        self._times = OpenTimes(campaign.schedule)
        self._asking = asking
        self._clock = clock

    async def sort(self, claimed: Sequence[Claimed]) -> tuple[list[Going], list[Settled]]:
        """Who may be written to now, and what becomes of the others; one question for the whole group."""
        channel, ends = self._campaign.channel, self._schedule.slot.end
        here, staying = [], []
        for delivery in claimed:
            if not delivery.reachable:
                staying.append(out_of_reach(delivery, channel, self._clock.now(), ends))
            elif late := self.too_late(delivery):
                staying.append(late)
            else:
                here.append(delivery)
        if self._schedule.presence is PresenceChoice.ALWAYS:
            return [Going(delivery, None) for delivery in here], staying
        found = await self._asking.found(self._campaign, [delivery.person for delivery in here])
        going = []
        for delivery in here:
            shown = found[delivery.person.id]
            if self._goes(shown):
                going.append(Going(delivery, shown))
            else:
                staying.append(self._stays(delivery, shown))
        return going, staying

    def too_late(self, delivery: Claimed) -> Settled | None:
        """What becomes of a delivery for which it is not the time where its recipient is; None where it is."""
        now, hours = self._clock.now(), self._times.of(delivery.person.zone)
        if hours.may_leave(now):
            return None
        return closed(delivery, self._campaign.channel, now, hours, self._schedule.slot.end)

    def _goes(self, shown: Found) -> bool:
        if shown is Found.UNKNOWN:
            return self._schedule.unknown is IfUnknown.SEND
        return shown in WRITTEN_TO[self._schedule.presence]

    def _stays(self, delivery: Claimed, shown: Found) -> Settled:
        channel, now, hours = self._campaign.channel, self._clock.now(), self._times.of(delivery.person.zone)
        if shown is Found.UNKNOWN:
            again = self._asking.again(self._campaign)
            return not_known(delivery, channel, now, again, hours, self._schedule.slot.end)
        return not_there(delivery, channel, now, hours, shown)

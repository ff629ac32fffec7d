"""Between the claim and the mark: is it their working time, and are they there?

    claimed --nobody works there now--> planned (their next opening)
    claimed --absent------------------> planned (the ladder's next look) | absent
    claimed --nobody can tell---------> planned (asked again) | sent all the same: the author's choice
    claimed --has quiet hours---------> planned (their end)
    claimed --has muted the bot-------> muted
    claimed --enough messages a week--> capped
    claimed --no variant chosen yet---> planned (in the time of the rest)
    claimed --there-------------------> sending

Until the mark nothing has left: a process that dies here has sent nothing, and its claims lapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.planner import OpenTimes
from scheduler.ports import Clock
from scheduler.presence_lookup import PresenceLookup
from scheduler.rules.ab_tests import put_off_until, times_of
from scheduler.rules.settling import capped, closed, hushed, muted, not_known, not_sent, not_there, out_of_reach
from storage.port.campaigns import Deliveries
from storage.records import (
    Campaign,
    Claimed,
    IfUnknown,
    PresenceChoice,
    Seen,
    Settled,
    place_of,
    waits_for_choice,
)
from storage.records.campaign_life import heeds_quiet, spared

SHORTLY = timedelta(seconds=5)  #: until somebody is looked at again for whom no variant is chosen, at the least
#: how people may show to be written to
WRITTEN_TO = {
    PresenceChoice.AVAILABLE: {Seen.AVAILABLE},
    PresenceChoice.PRESENT: {Seen.AVAILABLE, Seen.AWAY, Seen.BUSY},
}


def asks(campaign: Campaign) -> bool:
    """Whether something is to be known about each recipient before their message is marked."""
    schedule, consideration = campaign.as_scheduled.schedule, campaign.as_scheduled.consideration
    capped = consideration.per_week is not None
    return campaign.is_undecided or schedule.own_zone or schedule.presence is not PresenceChoice.ALWAYS or capped


def week_of(instant: datetime) -> int:
    """The week that an instant lies in: Mondays since 1970-01-05, UTC."""
    return (instant.date() - date(1970, 1, 5)).days // 7


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that may leave, and how its recipient showed; None where that was not asked."""

    delivery: Claimed
    seen: Seen | None


def in_quiet_hours(campaign: Campaign, delivery: Claimed, now: datetime, times: OpenTimes) -> Settled | None:
    """What becomes of a delivery whose recipient wants only important ones at this hour; None where it may leave.

    Asked at the moment of sending, too: they may have set them since it was planned.
    """
    quiet, zone = delivery.person.quiet, delivery.person.zone
    if quiet is None or not heeds_quiet(campaign):
        return None
    beside = times.beside(quiet, zone)
    if beside.may_leave(now):
        return None
    return hushed(delivery, campaign.channel, now, beside, campaign.as_scheduled.schedule.slot.end)


class Precheck:
    """For the recipients of one campaign."""

    def __init__(self, campaign: Campaign, presence_lookup: PresenceLookup, clock: Clock, store: Deliveries) -> None:
        self._campaign = campaign
        self._schedule = campaign.as_scheduled.schedule
        self._times = OpenTimes(self._schedule)
        self._presence_lookup = presence_lookup
        self._clock = clock
        self._store = store

    async def sort(self, claimed: Sequence[Claimed]) -> tuple[list[Ready], list[Settled]]:
        """The deliveries that may leave now, and what becomes of the others; one question for the whole group."""
        channel, ends = self._campaign.channel, self._schedule.slot.end
        here, staying = [], []
        for delivery in claimed:
            if not delivery.reachable:
                staying.append(out_of_reach(delivery, channel, self._clock.now(), ends))
            elif why := spared(self._campaign, delivery.person):
                staying.append(muted(delivery, channel, self._clock.now(), why))
            elif late := self.too_late(delivery):
                staying.append(late)
            elif waits_for_choice(self._campaign, delivery.person.id):
                staying.append(self._put_off(delivery))
            else:
                here.append(delivery)
        if self._schedule.presence is PresenceChoice.ALWAYS:
            return await self._within_the_week([Ready(delivery, None) for delivery in here], staying)
        presence = await self._presence_lookup.look(self._campaign, [delivery.person for delivery in here])
        going = []
        for delivery in here:
            seen = presence[delivery.person.id]
            if self._goes(seen):
                going.append(Ready(delivery, seen))
            else:
                staying.append(self._stays(delivery, seen))
        return await self._within_the_week(going, staying)

    async def _within_the_week(self, going: list[Ready], staying: list[Settled]) -> tuple[list[Ready], list[Settled]]:
        """Last of all, the weekly cap: messages are counted before anything leaves."""
        limit = self._campaign.as_scheduled.consideration.per_week
        if limit is None or not going:
            return going, staying
        now = self._clock.now()
        people = [item.delivery.person.id for item in going]
        admitted = await self._store.admit(self._campaign.id, people, week_of(now), limit)
        enough = [item.delivery for item in going if item.delivery.person.id not in admitted]
        staying += [capped(delivery, self._campaign.channel, now) for delivery in enough]
        return [item for item in going if item.delivery.person.id in admitted], staying

    def _put_off(self, delivery: Claimed) -> Settled:
        """Somebody of the rest of an A/B test: each has a place of their own in the time that is left for them."""
        now, test = self._clock.now(), self._campaign.as_scheduled.ab_test
        place = place_of(self._campaign.id, delivery.person.id, "later")
        due = put_off_until(times_of(self._schedule, test), place, now) if test else None
        # in its last moments, a choice that is just being made is waited for
        return not_sent(delivery, self._campaign.channel, now, max(due or now, now + SHORTLY))

    def too_late(self, delivery: Claimed) -> Settled | None:
        """What becomes of a delivery for which it is not the time where its recipient is; None where it is."""
        now, hours = self._clock.now(), self._times.of(delivery.person.zone)
        if hours.may_leave(now):
            return in_quiet_hours(self._campaign, delivery, now, self._times)
        return closed(delivery, self._campaign.channel, now, hours, self._schedule.slot.end)

    def _goes(self, seen: Seen) -> bool:
        if seen is Seen.UNKNOWN:
            return self._schedule.unknown is IfUnknown.SEND
        return seen in WRITTEN_TO[self._schedule.presence]

    def _stays(self, delivery: Claimed, seen: Seen) -> Settled:
        channel, now, hours = self._campaign.channel, self._clock.now(), self._times.of(delivery.person.zone)
        if seen is Seen.UNKNOWN:
            again = self._presence_lookup.again(self._campaign)
            return not_known(delivery, channel, now, again, hours, self._schedule.slot.end)
        return not_there(delivery, channel, now, hours, seen, self._campaign.as_scheduled.consideration.ladder)

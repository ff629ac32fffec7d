"""Which troubles of many there are at the moment, by what they are about: kept by one process for itself.

A restart finds them out again from three people; what has to outlive it, a campaign that is paused, is in the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from scheduler.ports import Delivered, NotWritten, Outcome
from scheduler.rules.trouble import CALM, UNPROVEN, Sign, Watch, noticed, probed, sign_of, wait
from storage.records import About, Campaign, CampaignId, Claimed, Trouble

#: what people have in common: an organisation, a serviceUrl, a campaign's message, or us
Common = tuple[About, str]
DETAIL = 300  #: characters kept of what the platform said
US: Common = (About.US, "")


class Troubles:
    def __init__(self) -> None:
        self._watches: dict[Common, Watch] = {}
        #: the serviceUrls that a campaign has met while they were in trouble
        self._met: dict[CampaignId, set[str]] = defaultdict(set)
        #: campaigns that reach people elsewhere while a region is in trouble, by its serviceUrl
        self._elsewhere: dict[str, set[CampaignId]] = defaultdict(set)
        #: campaigns of which a message was accepted, and when that was last
        self._accepted: dict[CampaignId, datetime] = {}
        #: what is the matter for this process only: another one's messages of the campaign were accepted meanwhile
        self._ours_only: dict[CampaignId, Sign] = {}
        #: messages on their way, of campaigns of which none was accepted yet
        self._on_the_way: dict[CampaignId, int] = defaultdict(int)

    # --- what was answered --------------------------------------------------------------------

    def left(self, campaign: Campaign, now: float) -> None:
        """A message of the campaign is on its way: where it is in trouble, to find out whether that is over."""
        if campaign.id not in self._accepted:
            self._on_the_way[campaign.id] += 1
        if self._watches:
            for common in self._waiting_for(campaign):
                if (watch := self._watches.get(common)) and watch.trouble:
                    self._watches[common] = probed(watch, now)

    def returned(self, campaign: Campaign) -> None:
        """It has not left after all."""
        if campaign.id not in self._accepted:
            self._on_the_way[campaign.id] = max(0, self._on_the_way[campaign.id] - 1)

    def answered(
        self, campaign: Campaign, delivery: Claimed, outcome: Outcome | NotWritten, at: datetime, now: float
    ) -> bool:
        """Take an answer into account; whether it belongs to a trouble of many."""
        assert delivery.reference is not None
        url = delivery.reference.service_url
        if isinstance(outcome, Delivered):
            self._all_is_well(campaign, url, at)
            return False
        self.returned(campaign)
        sign = sign_of(outcome)
        if sign is None or (sign.about is About.MESSAGE and campaign.id in self._accepted):
            return False
        common = _common(sign, campaign, url)
        watch = self._watches[common] = noticed(self._watches.get(common, CALM), sign, delivery.person.id, now)
        if watch.trouble is None:
            return False
        if common[0] is About.REGION:
            self._met[campaign.id].add(url)
        return True

    def _all_is_well(self, campaign: Campaign, url: str, at: datetime) -> None:
        if campaign.id not in self._accepted:
            self._on_the_way.pop(campaign.id, None)
        self._accepted[campaign.id] = at
        if not self._watches:  # almost always
            return
        for common in (US, (About.ORGANISATION, campaign.tenant), (About.REGION, url)):
            self._watches.pop(common, None)
        self._watches.pop((About.MESSAGE, str(campaign.id)), None)
        self._elsewhere.pop(url, None)
        for other in self._met.get(campaign.id, ()):
            if (About.REGION, other) in self._watches:
                self._elsewhere[other].add(campaign.id)

    def accepted_since(self, id: CampaignId, at: datetime) -> bool:
        """Whether a message of the campaign was accepted after this instant."""
        return id in self._accepted and self._accepted[id] > at

    def forget(self, running: set[CampaignId]) -> None:
        """What is known of campaigns that run no more."""
        for known in (self._met, self._accepted, self._on_the_way, self._ours_only):
            for id in known.keys() - running:
                known.pop(id)

    # --- what may leave -----------------------------------------------------------------------

    def of(self, campaign: Campaign) -> Sign | None:
        """What keeps this campaign waiting, the most certain first."""
        for common in self._waiting_for(campaign):
            if (watch := self._watches.get(common)) and watch.trouble:
                return watch.trouble
        return None

    def shared(self, campaign: Campaign, before: Campaign | None) -> Sign | None:
        """The same, where it is the campaign's: not what is over for another process, and goes on for this one only.

        ``before``: the campaign as it was read last; a trouble that it had, and has no more, was ended by whose message
        was accepted.
        """
        sign = self.of(campaign)
        if sign is None:
            self._ours_only.pop(campaign.id, None)
        elif before is not None and before.trouble is not None and campaign.trouble is None:
            self._ours_only[campaign.id] = sign
        return None if self._ours_only.get(campaign.id) == sign else sign

    def room(self, campaign: Campaign, now: float, left: float) -> int | None:
        """How many messages of the campaign may leave now; None where nothing limits them.

        Before the first of them was accepted only a few are on their way together: were the message at fault,
        everybody would be tried at once. ``left``: seconds of its slot.
        """
        room = self.probes(campaign, now, left)
        if room is None and campaign.id not in self._accepted:
            return max(0, UNPROVEN - self._on_the_way[campaign.id])
        return room

    def probes(self, campaign: Campaign, now: float, left: float) -> int | None:
        """The same, where only what keeps it waiting counts."""
        if campaign.trouble is not None and campaign.trouble.pauses:
            return 0
        watches = [watch for common in self._waiting_for(campaign) if (watch := self._watches.get(common))]
        troubled = [watch for watch in watches if watch.trouble]
        if any(watch.trouble and watch.trouble.about is About.MESSAGE for watch in troubled):
            return 0
        if troubled:
            return 0 if any(wait(watch, now, left) for watch in troubled) else 1
        return None

    def held(self, campaign: Campaign, url: str, now: float, left: float) -> float:
        """Seconds for which a message waits that would leave through a region in trouble, beside others that do not."""
        watch = self._watches.get((About.REGION, url))
        if watch is None or watch.trouble is None or campaign.id not in self._elsewhere[url]:
            return 0.0
        seconds = wait(watch, now, left)
        if not seconds:
            self._watches[(About.REGION, url)] = probed(watch, now)
        return seconds

    def _waiting_for(self, campaign: Campaign) -> Iterator[Common]:
        yield US
        yield About.MESSAGE, str(campaign.id)
        yield About.ORGANISATION, campaign.tenant
        for url in self._met.get(campaign.id, ()):
            if campaign.id not in self._elsewhere[url]:
                yield About.REGION, url


def _common(sign: Sign, campaign: Campaign, url: str) -> Common:
    match sign.about:
        case About.US:
            return US
        case About.MESSAGE:
            return About.MESSAGE, str(campaign.id)
        case About.REGION | About.NETWORK:
            return About.REGION, url
        case _:
            return About.ORGANISATION, campaign.tenant


def kept(sign: Sign, since: datetime) -> Trouble:
    """As it is kept with a campaign, for its author."""
    return Trouble(reason=sign.reason, detail=sign.detail[:DETAIL], since=since)

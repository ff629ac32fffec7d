"""What happens to campaigns, their deliveries, and with the messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import (
    CROWD,
    ABTest,
    AtEnd,
    ByMail,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Claimed,
    Consideration,
    DeliveryState,
    End,
    EngagementKind,
    Every,
    FollowUp,
    Frozen,
    Left,
    ListId,
    MailTo,
    Measure,
    NotReached,
    OtherWords,
    Press,
    Profile,
    Repeat,
    Seen,
    Settled,
    Tracking,
    Tried,
    Trouble,
    Until,
    Variant,
    Who,
    WhyChosen,
    campaign_life,
)
from storage.records.instants import ms
from tests.contract.model.machine import ALL, Data, number
from tests.contract.model.people_rules import PeopleRules
from tests.contract.world import frozen

MINUTE = timedelta(minutes=1)
FORMS = {"message": {"body": "Hello"}}
NAMES = st.sampled_from(["News", "news 2", "Élan", "a.c"])
FIND = st.sampled_from(["", "NEWS", "é", ".", "nothing"])
DURATION = timedelta(hours=1)
TESTED = ABTest(words={"": OtherWords(title="B")}, share=50, measure=Measure.OPENED, after=1)
CHASE = FollowUp(until=Until.OPENED, after=1, rounds=2)
BY_MAIL = ByMail(to=MailTo.NOT_OPENED, after=1)
DAILY = Repeat(every=Every.DAY, first=date(2030, 1, 7), at=time(9))


class CampaignRules(PeopleRules):
    #: claims, with their holder, as dispatchers have them in hand: also those that they have lost
    @property
    def in_hand(self) -> list[tuple[Claimed, int, bool]]:
        hand: list[tuple[Claimed, int, bool]] = self.__dict__.setdefault("_in_hand", [])
        return hand

    @property
    def read(self) -> list[Campaign]:
        """Campaigns as somebody has read them, perhaps long ago."""
        copies: list[Campaign] = self.__dict__.setdefault("_read", [])
        return copies

    def campaign_id(self, data: Data, *states: CampaignState) -> int:
        """In one of these states where there is one; else any."""
        wanted = [id for id, one in self.model.campaigns_.items() if one.state in states]
        return int(self.one(data, wanted or list(self.model.campaigns_)))

    def looked_at(self, id: int) -> Campaign | None:
        campaign: Campaign | None = self.same("campaign", id)
        if campaign is not None:
            self.read.append(campaign)
        return campaign

    @rule(data=st.data(), name=NAMES)
    def a_campaign_is_begun(self, data: Data, name: str) -> None:
        self.begun(data, name)

    def begun(self, data: Data, name: str) -> Campaign:
        tenant = self.tenant(data)
        author, channel = self.one(data, self.people(data, tenant, 1)), self.channel(data)
        forms = data.draw(st.sampled_from([None, FORMS]))
        new = (tenant, author, name, channel, self.later(), forms)
        cause = self.cause(data, "campaign", list(self.model.campaigns_))
        campaign: Campaign = self.same("new_campaign", *new, deed=self.deed(cause), given=number)
        self.read.append(campaign)
        return campaign

    def parts(self, data: Data, campaign: Campaign) -> Frozen:
        whole = frozen(self.audience(data, campaign.tenant), start=self.now + data.draw(st.integers(0, 2)) * DURATION)
        return replace(
            whole,
            tracking=Tracking(anonymous=data.draw(st.booleans())),
            consideration=Consideration(past_mute=data.draw(st.booleans())),
            follow_up=data.draw(st.sampled_from([None, CHASE])),
            end=data.draw(st.sampled_from([None, End(at=self.now + 3 * DURATION, does=AtEnd.LINE)])),
            ab_test=data.draw(st.sampled_from([None, TESTED])),
            by_mail=data.draw(st.sampled_from([None, BY_MAIL])),
        )

    @rule(data=st.data(), name=NAMES)
    def a_campaign_starts(self, data: Data, name: str) -> None:
        """All the way, so that there are always some that run."""
        campaign = self.begun(data, name)
        if campaign.state is not CampaignState.DRAFT:  # an activity has made it, some time ago
            return
        whole = replace(frozen(self.audience(data, campaign.tenant), start=self.now), by_mail=BY_MAIL)
        whole = replace(whole, ab_test=data.draw(st.sampled_from([None, TESTED])))
        self.same("save", campaign_life.schedule(campaign, whole), deed=self.deed())
        self.same("start", campaign.id, self.later())
        self.deliveries_are_planned_for(data, campaign.id)

    @rule(data=st.data(), name=NAMES)
    def a_series_is_scheduled(self, data: Data, name: str) -> None:
        campaign = self.begun(data, name)
        if campaign.state is CampaignState.DRAFT:
            whole = frozen(self.audience(data, campaign.tenant), start=self.now, repeat=DAILY)
            self.read.append(self.same("save", campaign_life.schedule(campaign, whole), deed=self.deed()))

    @rule(data=st.data())
    def a_series_moves_on(self, data: Data) -> None:
        """One of those that are due, or as somebody has read one, perhaps long ago."""
        due = self.same("due_sequels", self.now + DURATION, seen=self.listed)
        some = (*due, *self.read[-6:])
        series = [one for one in some if one.frozen and one.sequels and one.sequels.next_at]
        if not series:
            return
        one = data.draw(st.sampled_from(series))
        before = one.sequels
        comes = before.next_at + DURATION if data.draw(st.booleans()) else None
        after = replace(before, last_at=before.next_at, next_at=comes, made=before.made + 1)
        if self.blank_lists and data.draw(st.booleans()):
            after = replace(after, past=(ListId(data.draw(st.sampled_from(self.blank_lists))),))
        step = data.draw(st.sampled_from([None, None, 1]))
        at, goes_by = self.later(), data.draw(st.booleans())
        whole = replace(one.as_scheduled, schedule=replace(one.as_scheduled.schedule, repeat=None))

        def make(id: CampaignId) -> Campaign:
            return replace(campaign_life.occurrence(one, id, at, "Again", whole, FORMS, None), step=step)

        made = self.same(
            "make_sequel",
            one,
            after,
            None if goes_by else make,
            deed=self.deed(),
            given=lambda answer: [answer.id] if answer else [],
        )
        if made:
            self.read.append(made)
        self.same("sequels", one.id, 3)
        self.looked_at(one.id)

    @rule(data=st.data(), name=NAMES)
    def somebody_changes_a_campaign(self, data: Data, name: str) -> None:
        if not self.read:
            return
        campaign = data.draw(st.sampled_from(self.read[-6:]))
        author = self.one(data, self.people(data, campaign.tenant, 1))
        changes: list[Callable[[], Campaign]] = [
            lambda: campaign_life.edit(campaign, FORMS, self.later(), author, name=name),
            lambda: replace(campaign, shared_with=frozenset(self.people(data, campaign.tenant))),
            lambda: campaign_life.to_draft(campaign),
            lambda: campaign_life.submit(campaign, author),
            lambda: campaign_life.send_back(campaign),
            lambda: campaign_life.approve(campaign, self.parts(data, campaign), author),
            lambda: campaign_life.schedule(campaign, self.parts(data, campaign)),
            lambda: campaign_life.pause(campaign),
            lambda: campaign_life.go_on(campaign, self.now),
        ]
        try:
            changed = data.draw(st.sampled_from(changes))()
        except campaign_life.NotPossible:
            return
        if saved := self.same("save", changed, deed=self.deed()):
            self.read.append(saved)

    @rule(data=st.data())
    def somebody_deletes_a_campaign(self, data: Data) -> None:
        if self.read:
            self.same("delete_campaign", data.draw(st.sampled_from(self.read[-6:])), deed=self.deed())

    @rule(data=st.data(), deletes=st.booleans(), later=st.booleans())
    def messages_are_taken_back(self, data: Data, deletes: bool, later: bool) -> None:
        done = [one for one in self.read if one.state is CampaignState.DONE] or self.read
        if done:
            campaign, at = data.draw(st.sampled_from(done[-4:])), self.now + DURATION * later
            if recalling := self.same("recall", campaign, at, deletes=deletes, deed=self.deed()):
                self.read.append(recalling)
        self.same("due_recalls", self.now)
        if data.draw(st.booleans()):
            self.same("recalled", self.campaign_id(data, CampaignState.DONE), self.later())
        self.same("due_recalls", self.now + DURATION)

    @rule(data=st.data())
    def the_bot_goes_on_with_a_campaign(self, data: Data) -> None:
        for one in self.same("due_to_start", self.now):
            self.same("start", one.id, self.later())
        id = self.campaign_id(data, CampaignState.RUNNING)
        match data.draw(st.integers(0, 6)):
            case 6:
                variant = data.draw(st.sampled_from(Variant))
                choice = Choice(variant=variant, why=WhyChosen.BETTER, a=Tried(sent=3, did=1), b=Tried(sent=2, did=2))
                self.same("choose", id, choice, deed=self.deed())
            case 5:
                self.an_operator_stops(data)
            case 4:
                reason = data.draw(st.sampled_from([None, NotReached.OUTAGE, NotReached.MESSAGE_REFUSED]))
                trouble = Trouble(reason=reason, detail="500: Oops", since=self.now) if reason else None
                self.same("keep_trouble", id, trouble)
            case 0:
                self.same("start", id, self.later())
            case 1:
                self.same("planned", id, self.later())
            case 2:
                self.same("finish", id, self.later())
            case _:
                self.same("reported", self.campaign_id(data, CampaignState.DONE), self.later())
        self.looked_at(id)

    def an_operator_stops(self, data: Data) -> None:
        id = CampaignId(self.campaign_id(data))
        self.same("stop", id, deed=self.deed())
        self.looked_at(id)

    @rule(data=st.data())
    def a_slot_is_over(self, data: Data) -> None:
        """What a campaign's end takes: nothing is held any more, all is settled, reported."""
        id = self.campaign_id(data, CampaignState.RUNNING)
        if id in self.model.campaigns_:
            self.now += 2 * DURATION
            self.same("reap", id, self.now, self.now)
            self.same("planned", id, self.later())
            self.same("finish", id, self.later())
            self.looked_at(id)

    @rule(data=st.data(), find=FIND, state=st.sampled_from(CampaignState))
    def campaigns_are_looked_for(self, data: Data, find: str, state: CampaignState) -> None:
        tenant = self.tenant(data)
        somebody = self.one(data, self.people(data, tenant, 1))
        for seen_by in (None, somebody):
            for limit, offset in ((ALL, 0),) if self.sorts_by_text else ((ALL, 0), (2, 1)):
                self.same("campaigns", tenant, limit, offset, find, seen_by, seen=self.listed)
            self.same("count_campaigns", tenant, find, seen_by)
        self.same("in_state", state, seen=self.listed)
        self.same("unreported", seen=self.listed)
        self.same("last_done", somebody, self.channel(data), 2)
        self.looked_at(self.campaign_id(data))

    @rule(data=st.data(), activity=st.sampled_from(["activity-1", "activity-2"]))
    def a_live_card_is_posted(self, data: Data, activity: str) -> None:
        id = self.campaign_id(data)
        self.same("live_card", id)
        self.same("keep_live_card", id, activity)
        self.same("live_card", id)

    # --- templates ----------------------------------------------------------------------------

    @rule(data=st.data(), name=NAMES, shared=st.booleans())
    def a_template_is_kept(self, data: Data, name: str, shared: bool) -> None:
        tenant = self.tenant(data)
        owner, channel = self.one(data, self.people(data, tenant, 1)), self.channel(data)
        kept = (tenant, owner, name, channel, FORMS, self.later())
        cause = self.cause(data, "template", list(self.model.templates_))
        self.same("new_template", *kept, shared=shared, deed=self.deed(cause), given=number)

    @rule(data=st.data(), name=NAMES, shared=st.booleans(), find=FIND)
    def a_template_changes(self, data: Data, name: str, shared: bool, find: str) -> None:
        id, tenant = self.one(data, list(self.model.templates_)), self.tenant(data)
        if data.draw(st.booleans()):
            self.same("change_template", id, name, shared=shared, deed=self.deed())
        elif data.draw(st.booleans()):
            self.same("delete_template", id, deed=self.deed())
        self.same("template", id)
        person = self.one(data, self.people(data, tenant, 1))
        for limit, offset in ((ALL, 0), (1, 1)):
            self.same("templates", tenant, person, limit, offset, find)
        self.same("count_templates", tenant, person, find)

    # --- deliveries ---------------------------------------------------------------------------

    @rule(data=st.data())
    def deliveries_are_planned(self, data: Data) -> None:
        self.deliveries_are_planned_for(data, self.campaign_id(data, CampaignState.RUNNING))

    def deliveries_are_planned_for(self, data: Data, id: int) -> None:
        campaign = self.model.campaigns_.get(id)  # type: ignore[call-overload]
        if campaign is None or campaign.state is not CampaignState.RUNNING:
            return
        until = self.now + DURATION
        people = self.people(data, campaign.tenant, 4)
        dues = [ms(self.now + data.draw(st.integers(-1, 4)) * MINUTE) for _ in people]
        columns = {person: {"DEPARTMENT": "Sales"} for person in people[:1]} if data.draw(st.booleans()) else None
        profiles = self.profiles(data, id, len(people))
        self.same("plan", id, people, dues, until, columns, profiles=profiles)
        waiting = self.people(data, campaign.tenant, 4)
        self.same("plan", id, waiting, None, until, profiles=self.profiles(data, id, len(waiting)))
        ended = data.draw(
            st.sampled_from([(DeliveryState.MUTED, NotReached.MUTED), (DeliveryState.UNREACHABLE, NotReached.GONE)])
        )
        some = self.people(data, campaign.tenant, 1)
        self.same("plan_ended", id, some, *ended, self.now, profiles=self.profiles(data, id, len(some)))

    def profiles(self, data: Data, id: int, count: int) -> list[int]:
        """The numbers of what is known of so many people, or none."""
        if not data.draw(st.booleans()):
            return []
        kept = [Profile(department="Sales", language="fr"), Profile(list=1)]
        self.same("keep_profiles", id, kept)
        return [data.draw(st.sampled_from(kept)).number for _ in range(count)]

    @rule(data=st.data(), limit=st.integers(1, 5), holder=st.integers(1, 2), mark=st.booleans())
    def deliveries_are_claimed(self, data: Data, limit: int, holder: int, mark: bool) -> None:
        campaign = self.model.campaigns_.get(self.campaign_id(data, CampaignState.RUNNING))  # type: ignore[call-overload]
        if campaign is None or campaign.frozen is None:
            return
        lease, due = self.now + 2 * MINUTE, self.model.due(campaign.id, self.now)
        claimed = self.ask("claim_due", campaign, holder, self.now, lease, limit, mark=mark)
        people = [one.person.id for one in claimed]
        when = {row.person: row.next_at for row in due}
        assert len(people) == len(set(people)) == min(limit, len(due)) and set(people) <= when.keys()
        assert [when[person] for person in people] == [row.next_at for row in due][: len(people)], "earliest first"
        self.model.given = [one.id for one in claimed]
        expected = self.model.claim(campaign, people, holder, lease, mark=mark)
        assert claimed == expected
        marked = {one.id for one in claimed if self.model._held(one.id, holder, [DeliveryState.SENDING])}
        self.in_hand.extend((one, holder, one.id in marked) for one in claimed)

    @rule(data=st.data())
    def a_holder_goes_on(self, data: Data) -> None:
        """Marks, renews, or settles what it has, or believes to have."""
        if not self.in_hand:
            return
        claimed, holder, marked = self.in_hand[data.draw(st.integers(0, len(self.in_hand) - 1))]
        match data.draw(st.integers(0, 4)):
            case 0:
                self.same("renew", [claimed.id], holder, self.now + 3 * MINUTE)
            case 1 | 2 if claimed.reachable and not marked:
                held = self.same("mark_sending", [claimed], holder, self.now + 2 * MINUTE)
                place = self.in_hand.index((claimed, holder, marked))
                self.in_hand[place] = (claimed, holder, claimed.id in held)
            case _:
                self.settled(data, claimed, holder, attempted=marked)

    @rule(data=st.data())
    def a_holder_settles_all(self, data: Data) -> None:
        for claimed, holder, marked in list(self.in_hand):
            self.settled(data, claimed, holder, attempted=marked)

    def settled(self, data: Data, claimed: Claimed, holder: int, *, attempted: bool) -> None:
        self.in_hand[:] = [one for one in self.in_hand if one[0].id != claimed.id or one[1] != holder]
        channel = self.model.campaigns_[claimed.campaign].channel if claimed.campaign in self.model.campaigns_ else None
        if channel is None:
            return
        seen = data.draw(st.sampled_from([None, None, *Seen]))
        ends: list[tuple[DeliveryState, NotReached | None]] = [
            (DeliveryState.PLANNED, None),
            (DeliveryState.PLANNED, NotReached.THROTTLED),
            (DeliveryState.PLANNED, NotReached.UNEXPLAINED),
        ]
        if attempted:
            ends += [
                (DeliveryState.DELIVERED, None),
                (DeliveryState.UNREACHABLE, NotReached.BLOCKED),
                (DeliveryState.FAILED, NotReached.REFUSED),
                (DeliveryState.UNCONFIRMED, NotReached.CONNECTION_BROKE),
            ]
        else:
            ends += [
                (DeliveryState.WAITING, None),
                (DeliveryState.CAPPED, NotReached.CAPPED),
                (DeliveryState.ABSENT, NotReached.ABSENT),
            ]
        state, reason = data.draw(st.sampled_from(ends))
        open = state in (DeliveryState.PLANNED, DeliveryState.WAITING)
        delivered = state is DeliveryState.DELIVERED
        news: dict[str, Any] = data.draw(
            st.sampled_from([{}, {"conversation": "opened again", "worked_url": "https://smba.example/apac/"}])
        )
        one = Settled(
            id=claimed.id,
            campaign=claimed.campaign,
            person=claimed.person.id,
            channel=channel,
            state=state,
            at=self.later(),
            due=self.now + data.draw(st.integers(0, 5)) * MINUTE if open else None,
            reason=reason,
            detail="500: Oops" if reason else "",
            activity=f"activity-{claimed.id}" if delivered else "",
            attempted=attempted,
            profile=claimed.profile,
            service_url="https://smba.example/moved/" if reason is NotReached.THROTTLED else "",
            rung=data.draw(st.sampled_from([None, 1, 2])) if seen and open else None,
            seen=seen if delivered or not attempted else None,
            **(news if delivered else {}),
        )
        self.same("record", [one], holder)

    @rule(data=st.data(), minutes=st.integers(0, 3), over=st.booleans())
    def what_time_decides_is_settled(self, data: Data, minutes: int, over: bool) -> None:
        id = self.campaign_id(data, CampaignState.RUNNING)
        self.now += minutes * MINUTE
        if id in self.model.campaigns_:
            why = data.draw(st.sampled_from([NotReached.SLOT_OVER, NotReached.OUTAGE]))
            self.same("reap", id, self.now, self.now if over else self.now + DURATION, why)

    @rule(data=st.data(), limit=st.integers(1, 2), week=st.integers(1, 2))
    def so_many_a_week_are_admitted(self, data: Data, limit: int, week: int) -> None:
        id = self.campaign_id(data, CampaignState.RUNNING)
        if id in self.model.campaigns_:
            self.same("admit", id, self.model.planned_people(id), week, limit)  # type: ignore[arg-type]
        self.same("had_enough", week, limit, seen=list)

    @rule(week=st.integers(1, 3))
    def old_weeks_are_forgotten(self, week: int) -> None:
        self.same("forget_weeks", week)

    @rule(data=st.data())
    def a_campaign_is_looked_at(self, data: Data) -> None:
        self.compared(self.campaign_id(data, CampaignState.RUNNING, CampaignState.DONE))

    def compared(self, id: int) -> None:
        self.same("tally", id)
        self.same("planned_people", id, seen=list)
        self.same("next_due", id)
        for states in ((DeliveryState.PLANNED, DeliveryState.CLAIMED), (DeliveryState.SENDING,)):
            self.same("due_among", [*self.model.campaigns_, CampaignId(10**6)], states, self.now)
        for at in (self.now, self.now + DURATION):
            self.same("last_due", id, at)
        for state in DeliveryState:
            self.same("people_in_state", id, state, seen=list)
        for person in [*self.model.people, 10**9]:
            self.same("delivery_state", id, person)
        self.same("delivery_columns", id, [*self.model.people, 10**9], seen=dict)
        self.same("results", id, 0, ALL)
        self.same("sent_messages", id, 0, ALL)
        self.same("sent_messages", id, min(self.model.people, default=0), 2)
        self.same("results", id, min(self.model.people, default=0), 2)
        for left in Left:
            self.same("results", id, 0, ALL, left)
            self.same("results", id, min(self.model.people, default=0), 1, left)
        self.same("profile_figures", id)
        self.same("engagement", id)
        self.same("engagement_by_hour", id)
        for kind in EngagementKind:
            self.same("people_without", id, kind, seen=list)

    # --- engagement ---------------------------------------------------------------------------

    @rule(data=st.data(), count=st.integers(1, 4))
    def recipients_do_something(self, data: Data, count: int) -> None:
        open = [id for id, one in self.model.campaigns_.items() if one.started_at and not one.sealed_at]
        presses = []
        for _ in range(count if open else 0):
            id = data.draw(st.sampled_from(open))
            people = [*self.model.planned_people(id), -7]
            who = (
                CROWD
                if self.model.campaigns_[id].anonymous and data.draw(st.booleans())
                else data.draw(st.sampled_from(people))
            )
            kind = data.draw(st.sampled_from(EngagementKind))
            presses.append(
                Press(
                    campaign=id,
                    who=Who(who),
                    kind=kind,
                    at=self.now - data.draw(st.integers(0, 90)) * MINUTE,
                    button=data.draw(st.integers(0, 1)),
                    reaction=data.draw(st.sampled_from(["like", "own"])) if kind is EngagementKind.REACTED else "",
                    gone=kind is EngagementKind.REACTED and data.draw(st.booleans()),
                )
            )
        self.same("engage", presses)

    @rule(data=st.data())
    def somebody_has_received(self, data: Data) -> None:
        for row in self.model.people.values():
            for channel in Channel:
                self.same("received", row.person, channel, self.now)

"""Campaigns, templates, and what goes of a campaign in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from storage.records import (
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Choice,
    Deed,
    DeliveryState,
    Forms,
    ListId,
    PersonId,
    Sequels,
    Subject,
    Template,
    TemplateId,
    TenantId,
    Trouble,
    campaign_life,
)
from storage.records.campaign_life import NotPossible, next_version
from tests.contract.model.deliveries import ModelOfDeliveries
from tests.contract.model.mails import ModelOfMails


class ModelOfCampaigns(ModelOfDeliveries, ModelOfMails):
    def new_campaign(
        self,
        tenant: TenantId,
        author: PersonId,
        name: str,
        channel: Channel,
        at: datetime,
        forms: Forms | None = None,
        *,
        deed: Deed,
    ) -> Campaign:
        id, new = self.new_number("campaign", deed.cause, self.campaigns_)
        if new:
            self.campaigns_[id] = campaign_life.new_draft(CampaignId(id), tenant, author, name, channel, at, forms)
            self._note_campaign(deed, self.campaigns_[id])
        return self.campaigns_[id]

    def _note_campaign(self, deed: Deed, campaign: Campaign) -> None:
        self.done(deed, campaign.tenant, Subject.CAMPAIGN, campaign.id, campaign.name)

    def campaign(self, id: CampaignId) -> Campaign | None:
        return self.campaigns_.get(id)

    def save(self, campaign: Campaign, *, deed: Deed) -> Campaign:
        current = self.campaigns_.get(campaign.id)
        self.campaigns_[campaign.id] = campaign_life.saved(current, replace(campaign, cause=deed.cause))
        self._note_campaign(deed, self.campaigns_[campaign.id])
        return self.campaigns_[campaign.id]

    def _newest(self, fits: Callable[[Campaign], bool]) -> list[Campaign]:
        return [campaign for _, campaign in sorted(self.campaigns_.items(), reverse=True) if fits(campaign)]

    def campaigns(
        self, tenant: TenantId, limit: int, offset: int = 0, find: str = "", seen_by: PersonId | None = None
    ) -> list[Campaign]:
        ours = self._newest(lambda one: one.tenant == tenant and one.step is None)
        matching = [one for one in ours if find.casefold() in one.name.casefold()]
        seen = [one for one in matching if seen_by is None or seen_by == one.author or seen_by in one.shared_with]
        return seen[offset : offset + limit]

    def count_campaigns(self, tenant: TenantId, find: str = "", seen_by: PersonId | None = None) -> int:
        return len(self.campaigns(tenant, len(self.campaigns_), 0, find, seen_by))

    def last_done(self, author: PersonId, channel: Channel, limit: int) -> list[Campaign]:
        theirs = self._newest(lambda one: (one.author, one.channel, one.step) == (author, channel, None))
        return [campaign for campaign in theirs if campaign.state is CampaignState.DONE][:limit]

    def delete_campaign(self, campaign: Campaign, *, deed: Deed) -> None:
        campaign_life.delete(self.campaigns_.get(campaign.id), campaign, deed.at)
        self._note_campaign(deed, campaign)
        del self.campaigns_[campaign.id]
        for hidden in campaign.sequels.hidden if campaign.sequels else ():
            if hidden in self.lists and self.lists[hidden].blank:
                del self.lists[hidden]
        self.live_cards.pop(campaign.id, None)
        self.sealed.pop(campaign.id, None)
        self.deliveries = [row for row in self.deliveries if row.campaign != campaign.id]
        self.records = {key: record for key, record in self.records.items() if key[0] != campaign.id}
        self.forget_mails(campaign.id)

    def recall(self, campaign: Campaign, at: datetime, *, deletes: bool, deed: Deed) -> Campaign:
        current = campaign_life.unchanged(self.campaigns_.get(campaign.id), campaign)
        recalling = next_version(campaign_life.recall(current, at, deed.by, deed.at, deletes=deletes))
        self.campaigns_[campaign.id] = recalling
        self._note_campaign(deed, recalling)
        return recalling

    def due_recalls(self, now: datetime) -> list[Campaign]:
        return self._newest(lambda one: one.recalling(now))[::-1]

    def recalled(self, id: CampaignId, at: datetime) -> None:
        self._advance(id, lambda campaign: campaign_life.recalled(campaign, at))

    def in_state(self, state: CampaignState) -> list[Campaign]:
        return self._newest(lambda one: one.state is state)[::-1]

    def due_to_start(self, now: datetime) -> list[Campaign]:
        scheduled = [one for one in self.in_state(CampaignState.SCHEDULED) if not one.is_series]
        return [campaign for campaign in scheduled if campaign.as_scheduled.schedule.slot.start <= now]

    def due_sequels(self, now: datetime) -> list[Campaign]:
        some = self._newest(lambda one: one.goes_on or campaign_life.follows_up(one))[::-1]
        return [one for one in some if one.sequels and one.sequels.next_at and one.sequels.next_at <= now]

    def make_sequel(
        self, parent: Campaign, sequels: Sequels, make: Callable[[CampaignId], Campaign] | None, *, deed: Deed
    ) -> Campaign | None:
        current = self.campaigns_.get(parent.id)
        if current is None or current.version != parent.version:
            return None
        try:
            moved = campaign_life.moved_on(current, sequels)
        except NotPossible:
            return None
        self.campaigns_[parent.id] = next_version(moved)
        if make is None:
            if deed.by is not None:
                self._note_campaign(deed, moved)
            return None
        id, _ = self.new_number("campaign", deed.cause, self.campaigns_)
        self.campaigns_[id] = make(CampaignId(id))
        self._note_campaign(deed, self.campaigns_[id])
        return self.campaigns_[id]

    def sequels(self, parent: CampaignId, limit: int) -> list[Campaign]:
        return self._newest(lambda one: one.sequel_of == parent)[:limit]

    def _advance(self, id: CampaignId, change: Callable[[Campaign], Campaign]) -> bool:
        if id not in self.campaigns_:
            return False
        try:
            self.campaigns_[id] = next_version(change(self.campaigns_[id]))
        except NotPossible:
            return False
        return True

    def start(self, id: CampaignId, at: datetime) -> bool:
        return self._advance(id, lambda campaign: campaign_life.start(campaign, at))

    def planned(self, id: CampaignId, at: datetime) -> None:
        for row in self._rows(id):
            if row.state is DeliveryState.WAITING and self.people[row.person].works(self.campaigns_[id].channel):
                row.state, row.next_at = DeliveryState.PLANNED, at
        self._advance(id, lambda campaign: campaign_life.planned(campaign, at))

    def choose(self, id: CampaignId, choice: Choice, *, deed: Deed) -> Campaign | None:
        if not self._advance(id, lambda campaign: campaign_life.choose(campaign, choice, deed.at)):
            return None
        self._note_campaign(deed, self.campaigns_[id])
        return self.campaigns_[id]

    def finish(self, id: CampaignId, at: datetime) -> bool:
        open = any(not row.state.final for row in self._rows(id))
        return self._advance(id, lambda campaign: campaign_life.finish(campaign, at, open=open))

    def unreported(self) -> list[Campaign]:
        return [campaign for campaign in self.in_state(CampaignState.DONE) if not campaign.reported_at]

    def keep_trouble(self, id: CampaignId, trouble: Trouble | None) -> None:
        self._advance(id, lambda campaign: campaign_life.troubled(campaign, trouble))

    def stop(self, id: CampaignId, *, deed: Deed) -> None:
        if id not in self.campaigns_:
            raise NotPossible("there is none")
        self.campaigns_[id] = next_version(campaign_life.stopped(self.campaigns_[id], deed.at))
        self._note_campaign(deed, self.campaigns_[id])

    def reported(self, id: CampaignId, at: datetime) -> None:
        self._advance(id, lambda campaign: campaign_life.reported(campaign, at))

    def live_card(self, id: CampaignId) -> str | None:
        return self.live_cards.get(id)

    def keep_live_card(self, id: CampaignId, activity: str) -> None:
        if id in self.campaigns_:
            self.live_cards[id] = activity

    # --- templates ----------------------------------------------------------------------------

    def new_template(
        self,
        tenant: TenantId,
        owner: PersonId,
        name: str,
        channel: Channel,
        forms: Forms,
        at: datetime,
        *,
        shared: bool,
        deed: Deed,
    ) -> Template:
        id, new = self.new_number("template", deed.cause, self.templates_)
        if not new:
            return self.templates_[id]
        known = {"tenant": tenant, "owner": owner, "name": name, "channel": channel, "forms": forms, "shared": shared}
        self.templates_[id] = Template(id=TemplateId(id), created_at=at, **known)  # type: ignore[arg-type]
        self.done(deed, tenant, Subject.TEMPLATE, id, name)
        return self.templates_[id]

    def template(self, id: TemplateId) -> Template | None:
        return self.templates_.get(id)

    def templates(
        self, tenant: TenantId, person: PersonId, limit: int, offset: int = 0, find: str = ""
    ) -> list[Template]:
        ours: Iterable[Template] = (known for known in self.templates_.values() if known.tenant == tenant)
        templates_seen = [
            known
            for known in ours
            if (known.shared or known.owner == person) and find.casefold() in known.name.casefold()
        ]
        return sorted(templates_seen, key=lambda known: (known.name.casefold(), known.id))[offset : offset + limit]

    def count_templates(self, tenant: TenantId, person: PersonId, find: str = "") -> int:
        return len(self.templates(tenant, person, len(self.templates_), 0, find))

    def change_template(self, id: TemplateId, name: str, *, shared: bool, deed: Deed) -> Template | None:
        if id not in self.templates_:
            return None
        self.done(deed, self.templates_[id].tenant, Subject.TEMPLATE, id, name)
        self.templates_[id] = replace(self.templates_[id], name=name, shared=shared)
        return self.templates_[id]

    def delete_template(self, id: TemplateId, *, deed: Deed) -> None:
        if known := self.templates_.pop(id, None):
            self.done(deed, known.tenant, Subject.TEMPLATE, id, known.name)

    # --- what goes in the end -----------------------------------------------------------------

    def _keeping(self, before: datetime | None) -> list[Campaign]:
        """Campaigns of whose recipients something is kept, that closed by then or are being erased."""
        done = [campaign for campaign in self.in_state(CampaignState.DONE) if not campaign.erased_at]
        return [
            campaign
            for campaign in done
            if campaign.sealed_at or (before and campaign.closes_at and campaign.closes_at <= before)
        ]

    def organisations_keeping(self, now: datetime) -> list[TenantId]:
        return sorted({campaign.tenant for campaign in self._keeping(now)})

    def kept(self, tenant: TenantId, closed_before: datetime | None, limit: int) -> list[Campaign]:
        return [campaign for campaign in self._keeping(closed_before) if campaign.tenant == tenant]

    def seal(self, id: CampaignId, at: datetime) -> None:
        figures = self.tally(id), self.engagement(id), self.engagement_by_hour(id)
        if self._advance(id, lambda campaign: campaign_life.seal(campaign, at)):
            self.sealed[id] = figures

    def forget_recipients(self, id: CampaignId, limit: int) -> int:
        campaign = self.campaigns_.get(id)
        if campaign is None or not campaign.sealed_at:
            return 0
        before = len(self.deliveries) + len(self.records)
        self.deliveries = [row for row in self.deliveries if row.campaign != id]
        self.records = {key: record for key, record in self.records.items() if key[0] != id}
        return before - len(self.deliveries) - len(self.records) + self.forget_mails(id)

    def result_lists(self, id: CampaignId) -> list[ListId]:
        return sorted(ListId(list_id) for list_id, row in self.lists.items() if row.result_of == id)

    def forgotten(self, id: CampaignId, at: datetime, *, deed: Deed) -> None:
        if self._advance(id, lambda campaign: campaign_life.erased(campaign, at)):
            self._note_campaign(deed, self.campaigns_[id])

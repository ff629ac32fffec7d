"""Teams that install the bot: their members become a distribution list, kept as the team changes (S24).

A team's roster is read whole, page by page, whenever it changes and whenever a campaign to it starts: an
event that was missed costs nobody anything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from botbuilder.schema import Activity

from bot.teams.sightings import client_of, tenant_of
from dialogs.core.turn import Services
from dialogs.forms.cleaning import NAME, clean
from storage.records import (
    Deed,
    DeedKind,
    DirectoryUser,
    DistributionList,
    Person,
    PersonId,
    Role,
    Source,
    SourceKind,
    TenantId,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str
    #: what happened to it, in the channel's words: "teamRenamed", "teamMemberAdded", ...; "" when it does not say
    event: str


def team_of(activity: Activity) -> Team | None:
    """The team that an activity comes from; None for any other chat."""
    channel_data: dict[str, Any] = activity.channel_data if isinstance(activity.channel_data, dict) else {}
    team = channel_data.get("team")
    if not isinstance(team, dict) or not team.get("id"):
        return None
    name = " ".join(clean(str(team.get("name") or "")).split())[:NAME]
    return Team(str(team["id"]), name, str(channel_data.get("eventType") or ""))


async def installed(activity: Activity, team: Team, services: Services) -> None:
    """The bot is in this team from here on: its list is made, and read behind."""
    owner = await _who_added(activity, services)
    if owner is None:
        log.info("a team has installed the bot, and nobody can have its list")
        return
    tenant, name = tenant_of(activity), team.name or house_name(team)
    source, deed = _source(activity, team, name), _deed(DeedKind.CREATED, owner, activity, services)
    distribution_list = await services.store.list_from(tenant, owner, name, source, deed=deed)
    services.reader.changed(distribution_list)


async def changed(activity: Activity, team: Team, services: Services) -> None:
    """People have come or gone, or the team has another name."""
    distribution_list = await _list_of(activity, team, services)
    if distribution_list is None:
        await installed(activity, team, services)  # the word of the install was missed
        return
    assert distribution_list.source is not None
    if team.event == "teamRenamed" and team.name and distribution_list.name == distribution_list.source.name:
        # unless an author has called it otherwise
        deed = _deed(DeedKind.CHANGED, None, activity, services)
        await services.store.rename_list(distribution_list.id, team.name, deed=deed)
    source = _source(activity, team, team.name or distribution_list.source.name)
    if source != distribution_list.source:
        distribution_list = await services.store.list_from(
            distribution_list.tenant,
            distribution_list.owner,
            distribution_list.name,
            source,
            deed=_deed(DeedKind.CREATED, None, activity, services),  # where it has just been deleted
        )
    services.reader.changed(distribution_list)


def _deed(kind: DeedKind, by: PersonId | None, activity: Activity, services: Services) -> Deed:
    return Deed(kind=kind, by=by, at=services.clock.now(), client=client_of(activity))


def house_name(team: Team) -> str:
    """For a team whose name nobody has told."""
    return f"Team {team.id[3:11]}"


def _source(activity: Activity, team: Team, name: str) -> Source:
    bot = activity.recipient.id if activity.recipient else ""
    return Source(kind=SourceKind.TEAM, id=team.id, name=name, service_url=activity.service_url or "", bot=bot)


async def _list_of(activity: Activity, team: Team, services: Services) -> DistributionList | None:
    lists = await services.store.lists(tenant_of(activity))
    return next(
        (
            distribution_list
            for distribution_list in lists
            if distribution_list.source is not None
            and distribution_list.source.kind is SourceKind.TEAM
            and distribution_list.source.id == team.id
        ),
        None,
    )


async def _who_added(activity: Activity, services: Services) -> PersonId | None:
    """The list's owner: the person who put the bot into the team, or else the owner of the bot."""
    tenant, sender = tenant_of(activity), activity.from_property
    directory_id = str(sender.aad_object_id or "").lower() if sender else ""
    if directory_id:
        [person] = await services.store.know(tenant, [DirectoryUser(directory_id=directory_id)], services.clock.now())
        return person
    owner = await _owner(tenant, services)
    return owner.id if owner else None


async def _owner(tenant: TenantId, services: Services) -> Person | None:
    return next((person for person, role in await services.store.with_role(tenant) if role is Role.OWNER), None)

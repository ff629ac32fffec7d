"""What a person may do with a record: the table of docs/product.md §9, and nothing else decides it.

Pure: a right, a role, a person and a record in; yes or no out. Whoever loads a record for somebody asks here
(dialogs/core/visibility.py, bot/files/exporter.py).
"""

from __future__ import annotations

from enum import StrEnum

from storage.records.campaigns import Campaign, WhyHeld
from storage.records.ids import PersonId
from storage.records.lists import Audience, DistributionList
from storage.records.people import Person, Role
from storage.records.templates import Template

Record = Campaign | DistributionList | Template


class Right(StrEnum):
    SEE = "see"  #: and use: send to it, begin with it, copy it, try it, report, export, remind its recipients
    CHANGE = "change"  #: edit, schedule, fill, rename, share, delete


def allowed(right: Right, role: Role | None, person: Person, record: Record) -> bool:
    """Whether a person with this role has a right on a record, which may be of another organisation."""
    if role is None or record.tenant != person.tenant:
        return False
    if maker_of(record) == person.id:
        return True
    shared = is_shared_with(record, person.id)
    if isinstance(record, Template):  # a template is its maker's alone until it is shared
        return shared and (right is not Right.CHANGE or role is Role.OWNER)
    if right is Right.CHANGE:
        return role is Role.OWNER
    return shared or role.covers(Role.PUBLISHER)


def maker_of(record: Record) -> PersonId:
    return record.author if isinstance(record, Campaign) else record.owner


def is_shared_with(record: Record, person: PersonId) -> bool:
    """Whether it is shared with them, be it with every author."""
    if isinstance(record, Template):
        return record.shared
    if isinstance(record, DistributionList) and record.shared_with_all:
        return True
    return person in record.shared_with


def sees_all(role: Role | None) -> bool:
    """Whether every campaign and every list of the organisation can be seen: a page of them needs no filter."""
    return role is not None and role.covers(Role.PUBLISHER)


def reaches_everyone(role: Role | None) -> bool:
    """Whether *everyone*, groups and teams are theirs to send to, and to see: authors have lists."""
    return role is not None and role.covers(Role.PUBLISHER)


def may_approve(role: Role | None, person: Person, campaign: Campaign) -> bool:
    """Nobody approves their own, nor one that they asked approval for or wrote last.

    One that waits because its author is gone, or a rule came after it, waits for an owner's word.
    """
    held = campaign.held
    least = Role.OWNER if held and held.why is not WhyHeld.GREW else Role.PUBLISHER
    return (
        role is not None
        and role.covers(least)
        and campaign.tenant == person.tenant
        and person.id not in (campaign.author, campaign.submitted_by, campaign.written_by)
    )


def may_target(role: Role | None, audience: Audience, lists: list[DistributionList | None], person: Person) -> bool:
    """Whether an audience is theirs to see and to send to; ``lists``: those it names, None for one that is gone."""
    if audience.everyone and not reaches_everyone(role):
        return False
    return all(one is not None and allowed(Right.SEE, role, person, one) for one in lists)

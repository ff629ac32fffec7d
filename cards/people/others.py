"""What somebody hears when another has changed what is theirs."""

from __future__ import annotations

from cards.kit.elements import AdaptiveCard
from cards.kit.parts import card, full_name, go, handle, name_of, notices
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, DeedKind, DistributionList, Person
from storage.records.rights import Record


def changed_by_another_card(texts: Texts, by: Person, record: Record, deed: DeedKind) -> AdaptiveCard:
    """``deed``: CHANGED, SCHEDULED or DELETED."""
    actions = []
    if deed is not DeedKind.DELETED:
        if isinstance(record, Campaign):
            actions.append(go(texts("Open"), "campaign.open", handle(record)))
        elif isinstance(record, DistributionList):
            actions.append(go(texts("Open"), "list.open", {"list": record.id}))
        else:
            actions.append(go(texts("Open"), "template.open", {"template": record.id}))
    return card(texts, [*notices(changed_by_another(texts, by, record, deed), "accent")], actions)


def changed_by_another(texts: Texts, by: Person, record: Record, deed: DeedKind) -> str:
    person = escape_markdown(full_name(by))
    if isinstance(record, Campaign):
        name = name_of(texts, record)
        if deed is DeedKind.DELETED:
            return texts("{person} has deleted your campaign “{name}”.", person=person, name=name)
        if deed is DeedKind.SCHEDULED:
            return texts("{person} has scheduled your campaign “{name}”.", person=person, name=name)
        return texts("{person} has changed your campaign “{name}”.", person=person, name=name)
    name = escape_markdown(record.name)
    if isinstance(record, DistributionList):
        if deed is DeedKind.DELETED:
            return texts("{person} has deleted your list “{name}”.", person=person, name=name)
        return texts("{person} has changed your list “{name}”.", person=person, name=name)
    if deed is DeedKind.DELETED:
        return texts("{person} has deleted your template “{name}”.", person=person, name=name)
    return texts("{person} has changed your template “{name}”.", person=person, name=name)

"""Roles: of people, of groups of the directory, and how they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Container, FactSet
from cards.kit.parts import act, beside, card, full_name, go, heading, hint, notices, paragraph, subheading
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.people.picker import PEOPLE, PEOPLE_OR_GROUPS, person_picker
from storage.records import GroupRole, Person, Role

SHOWN = 12  #: people, and groups, on one card


def role_name(texts: Texts, role: Role) -> str:
    return {
        Role.OWNER: texts("owner"),
        Role.PUBLISHER: texts("publisher"),
        Role.AUTHOR: texts("author"),
    }[role]


def has_role_now(texts: Texts, name: str, role: Role) -> str:
    """``name``: as Markdown shows it."""
    return {
        Role.OWNER: texts("{name} is now an owner.", name=name),
        Role.PUBLISHER: texts("{name} is now a publisher.", name=name),
        Role.AUTHOR: texts("{name} is now an author.", name=name),
    }[role]


def you_have_role(texts: Texts, role: Role) -> str:
    return {
        Role.OWNER: texts("You are now an owner"),
        Role.PUBLISHER: texts("You are now a publisher"),
        Role.AUTHOR: texts("You are now an author"),
    }[role]


def role_given_card(texts: Texts, by: Person, role: Role) -> AdaptiveCard:
    """To whom a role has been given: who has done it, and what they can do from here on."""
    what = {
        Role.OWNER: texts("You give roles, set the rules, and may do everything."),
        Role.PUBLISHER: texts("You build campaigns for anybody, and approve those of others."),
        Role.AUTHOR: texts("You build campaigns for your own lists and those shared with you."),
    }[role]
    given = texts("{name} has given you this role.", name=escape_markdown(full_name(by)))
    begin = act(texts("New campaign"), "campaign.new", {}, style="positive")
    body = [heading(you_have_role(texts, role)), paragraph(given), paragraph(what)]
    return card(texts, body, [begin, go(texts("Help"), "help.open", {})])


def role_text(texts: Texts, role: Role) -> str:
    """What a role may do, in a line."""
    return {
        Role.OWNER: texts("gives roles, sets the rules, and may do everything"),
        Role.PUBLISHER: texts("builds campaigns for anybody, and approves those of others"),
        Role.AUTHOR: texts("builds campaigns for their own lists and those shared with them"),
    }[role]


def roles_card(
    texts: Texts,
    people: Sequence[tuple[Person, Role]],
    groups: Sequence[GroupRole],
    *,
    owner: bool,
    directory: bool,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    notice_text: str = "",
    tone: str = "good",
) -> AdaptiveCard:
    """``owner``: may change them; ``directory``: groups of it can be found."""
    body: list[Any] = [*notices(notice_text, tone), heading(texts("Who may do what"))]
    body += [_person(texts, person, role, owner=owner) for person, role in people[:SHOWN]]
    if len(people) > SHOWN:
        more = len(people) - SHOWN
        body.append(hint(texts.many("… and {count} more person", "… and {count} more people", more)))
        body.append(hint(texts("**remove role** ADDRESS takes a role away.")))
    if groups:
        body.append(subheading(texts("Groups of the directory")))
        body += [_group(texts, group, owner=owner) for group in groups[:SHOWN]]
    body.append(FactSet([(role_name(texts, role), role_text(texts, role)) for role in Role]))
    if owner:
        body += _form(texts, [person for person, _ in people], values or {}, errors or {}, directory=directory)
    return card(texts, body, [go(texts("Help"), "help.open", {})])


def _person(texts: Texts, person: Person, role: Role, *, owner: bool) -> Any:
    name = escape_markdown(person.name or person.address)
    line: list[Any] = [paragraph(f"**{name}** – {role_name(texts, role)}")]
    if person.address:
        line.append(hint(escape_markdown(person.address), spacing="None"))
    if not owner:
        return Container(items=line)
    tooltip = texts("Take the role from {name}", name=person.name or person.address)
    taking = go(texts("Remove"), "roles.take", {"person": person.id}, tooltip=tooltip)
    return beside(line, [ActionSet(actions=[taking])], widths=["stretch", "auto"])


def _group(texts: Texts, group: GroupRole, *, owner: bool) -> Any:
    line = [paragraph(f"**{escape_markdown(group.name)}** – {role_name(texts, group.role)}")]
    if not owner:
        return Container(items=line)
    tooltip = texts("Take the role from {name}", name=group.name)
    taking = go(texts("Remove"), "roles.ungroup", {"group": group.group}, tooltip=tooltip)
    return beside(line, [ActionSet(actions=[taking])], widths=["stretch", "auto"])


def _form(
    texts: Texts,
    offered: Sequence[Person],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    directory: bool,
) -> list[Any]:
    label = texts("A person, or a group of the directory") if directory else texts("To whom")
    other = texts("Another address, or a group") if directory else texts("Another address")
    dataset = PEOPLE_OR_GROUPS if directory else PEOPLE
    return [
        subheading(texts("Give a role")),
        *person_picker(texts, "who", label, offered, values, errors, other=other, dataset=dataset),
        ChoiceInput(
            [(role.value, role_name(texts, role)) for role in Role],
            id="role",
            label=texts("Role"),
            value=values.get("role", Role.AUTHOR.value),
            style="expanded",
        ),
        ActionSet(actions=[act(texts("Give it"), "roles.give", {}, style="positive")]),
    ]


def groups_card(texts: Texts, groups: Sequence[tuple[str, str]], role: Role) -> AdaptiveCard:
    """Which of these groups was meant: (id, name) each."""
    rows = []
    for id, name in groups:
        payload = {"group": id, "name": name, "role": role.value}
        choosing = go(texts("This one"), "roles.group", payload, tooltip=name)
        rows.append(
            beside([paragraph(escape_markdown(name))], [ActionSet(actions=[choosing])], widths=["stretch", "auto"])
        )
    return card(texts, [heading(texts("Which group?")), *rows], [go(texts("Back"), "roles.open", {})])

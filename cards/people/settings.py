"""A person's own settings, and the rules of their organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.kit.conversation import other_languages
from cards.kit.elements import AdaptiveCard, ChoiceInput, FactSet, TextInput, ToggleInput
from cards.kit.parts import act, card, go, heading, hint, notices, subheading, with_error
from cards.kit.texts import Texts
from cards.languages import LANGUAGES
from cards.people.quiet import quiet_fields, quiet_said, topic_lines
from storage.records import Person, Role, Topic

NOTHING: Mapping[str, str] = {}


def own_settings_card(
    texts: Texts,
    person: Person,
    role: Role | None,
    notice_text: str = "",
    topics: Sequence[Topic] = (),
    values: Mapping[str, str] = NOTHING,
    errors: Mapping[str, str] = NOTHING,
) -> AdaptiveCard:
    """``topics``: the organisation's; ``values``: quiet hours as they were typed, where that was wrong."""
    campaigns = texts("muted: none reaches you") if person.muted else texts("you receive them here")
    actions = other_languages(texts)
    if person.muted:
        actions.append(go(texts("Unmute"), "mute.set", {"muted": "false"}))
    else:
        actions.append(go(texts("Mute"), "mute.set", {"muted": "true"}))
    body: list[Any] = [
        *notices(notice_text, "attention" if errors else "good"),
        heading(texts("Your settings")),
        FactSet(
            [
                (texts("Language"), LANGUAGES[texts.language].name),
                (texts("Campaigns"), campaigns),
                (texts("Quiet hours"), quiet_said(texts, person.quiet)),
            ]
        ),
        *quiet_fields(texts, person, values, errors),
        *topic_lines(texts, person, topics),
    ]
    if role is not None:
        actions.append(go(texts("Roles"), "roles.open", {}))
    if role is Role.OWNER:
        actions.append(go(texts("Rules of the organisation"), "rules.open", {}, mode="secondary"))
        actions.append(go(texts("Audit"), "audit.open", {}, mode="secondary"))
    return card(texts, body, actions)


def rules_form(
    texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], notice_text: str = ""
) -> AdaptiveCard:
    """What owners set for everybody; ``values`` by field, as they stand in it."""

    def typed(id: str, label: str, placeholder: str | None = None) -> list[Any]:
        field = TextInput(id=id, label=label, placeholder=placeholder, value=values.get(id, ""))
        return with_error(field, errors.get(id))

    body: list[Any] = [
        *notices(notice_text, "good"),
        heading(texts("Rules of the organisation")),
        subheading(texts("Approval")),
        ChoiceInput(
            [
                ("above", texts("for campaigns with more recipients than")),
                ("always", texts("for every campaign")),
                ("never", texts("never")),
            ],
            id="approval",
            label=texts("A campaign needs the approval of somebody else"),
            value=values.get("approval", "above"),
            style="expanded",
            wrap=True,
        ),
        *typed("approve_above", texts("Recipients")),
        subheading(texts("Not too many messages")),
        *typed("per_week", texts("Campaign messages per person and week, at the most"), texts("no limit")),
        hint(
            texts(
                "Important campaigns are exempt. Who has had that many gets no more in that week,"
                " and the report says so."
            )
        ),
        ToggleInput(
            id="important_unmutes",
            label=texts("Mute"),
            title=texts("Important campaigns also reach those who have muted me"),
            value=values.get("important_unmutes", "false"),
            wrap=True,
        ),
        subheading(texts("Messages")),
        *typed("sender", texts("In whose name they are sent"), texts("the author’s")),
        hint(texts("It stands beneath each message, with how to mute. An example: “Internal communication”.")),
        subheading(texts("Personal data")),
        *typed(
            "keep_days",
            texts("Days after a campaign’s end for which it is kept who received it and what they did"),
            texts("for ever"),
        ),
        hint(texts("Then it is erased, with the lists that were made from it. The figures of the report stay.")),
    ]
    return card(
        texts,
        body,
        [
            act(texts("Save"), "rules.save", {}, style="positive"),
            go(texts("Schedules"), "house.open", {}),
            go(texts("Topics"), "topics.open", {}),
            go(texts("Roles"), "roles.open", {}, mode="secondary"),
            go(texts("Back"), "settings.open", {}, mode="secondary"),
        ],
    )

"""What a recipient chooses for themselves: quiet hours and topics; and the house list of topics, which owners keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, TextInput, TimeInput, ToggleInput
from cards.kit.parts import act, beside, card, go, heading, hint, notices, pair, paragraph, subheading, with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Person, Quiet, Topic

USUAL = {"quiet_begins": "20:00", "quiet_ends": "08:00"}  #: what is offered


def quiet_said(texts: Texts, quiet: Quiet | None) -> str:
    """ "20:00 to 08:00"; "none"."""
    if quiet is None:
        return texts("none")
    return texts("{opens} to {closes}", opens=texts.clock(quiet.begins), closes=texts.clock(quiet.ends))


def quiet_fields(texts: Texts, person: Person, values: Mapping[str, str], errors: Mapping[str, str]) -> list[Any]:
    """Hours in which only important campaigns come; ``values``: as they were typed, where that was wrong."""
    known = person.quiet
    stands = {"quiet_begins": f"{known.begins:%H:%M}", "quiet_ends": f"{known.ends:%H:%M}"} if known else USUAL
    begins, ends = (values.get(field, stands[field]) for field in ("quiet_begins", "quiet_ends"))
    buttons = [act(texts("Keep these hours quiet"), "quiet.set", {})]
    if known:
        buttons.append(go(texts("No quiet hours"), "quiet.none", {}))
    return [
        subheading(texts("Quiet hours")),
        hint(
            texts(
                "Every day, on your clock: only important campaigns come then. The others wait, as long as they last."
            )
        ),
        *pair(
            TimeInput(id="quiet_begins", label=texts("From"), value=begins),
            TimeInput(id="quiet_ends", label=texts("To"), value=ends),
            errors.get("quiet_begins"),
            errors.get("quiet_ends"),
        ),
        ActionSet(actions=buttons, spacing="Small"),
    ]


def topic_lines(texts: Texts, person: Person, topics: Sequence[Topic]) -> list[Any]:
    """Each topic, and whether it comes; nothing where the organisation has none."""
    if not topics:
        return []
    return [
        subheading(texts("Topics")),
        hint(texts("What you leave does not reach you any more.")),
        *(_topic_line(texts, topic, left=topic.number in person.left_topics) for topic in topics),
    ]


def _topic_line(texts: Texts, topic: Topic, *, left: bool) -> Any:
    name = escape_markdown(topic.name)
    if topic.mandatory:
        row = beside([paragraph(name)], [hint(texts("for everybody"))], widths=["stretch", "auto"])
        row.separator = True
        return row
    payload = {"topic": topic.number, "left": "false" if left else "true"}
    press = go(texts("Have it again") if left else texts("Leave"), "topic.leave", payload)
    press.tooltip = (
        texts("{topic}: have it again", topic=topic.name) if left else texts("Leave {topic}", topic=topic.name)
    )
    words = [paragraph(name), *([hint(texts("you have left it"), spacing="None")] if left else [])]
    row = beside(words, [ActionSet(actions=[press])], widths=["stretch", "auto"])
    row.separator = True
    return row


# --- the house list ---------------------------------------------------------------------------


def topics_card(
    texts: Texts,
    topics: Sequence[Topic],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    notice_text: str = "",
) -> AdaptiveCard:
    """What campaigns may be about, for owners."""
    body: list[Any] = [
        *notices(notice_text, "attention" if errors else "good"),
        heading(texts("Topics")),
        hint(texts("A campaign may have one. Who has left it gets none of it, but where a topic is for everybody.")),
    ]
    for topic in topics:
        words = [paragraph(f"**{escape_markdown(topic.name)}**")]
        if topic.mandatory:
            words.append(hint(texts("for everybody: nobody can leave it"), spacing="None"))
        change = go(texts("Change"), "topics.one", {"topic": topic.number})
        change.tooltip = texts("Change {topic}", topic=topic.name)
        row = beside(words, [ActionSet(actions=[change])], widths=["stretch", "auto"])
        row.separator = True
        body.append(row)
    if not topics:
        body.append(paragraph(texts("There is none yet.")))
    body += _fields(texts, values, errors, texts("One more topic"))
    actions = [act(texts("Add it"), "topics.add", {}, style="positive"), go(texts("Back"), "rules.open", {})]
    return card(texts, body, actions)


def topic_form(texts: Texts, topic: Topic, values: Mapping[str, str], errors: Mapping[str, str]) -> AdaptiveCard:
    """One topic, to be called otherwise, made one for everybody, or taken out."""
    stands = {"topic_name": topic.name, "mandatory": "true" if topic.mandatory else "false", **values}
    body: list[Any] = [
        heading(escape_markdown(topic.name)),
        *_fields(texts, stands, errors, texts("Name of the topic")),
        hint(
            texts("Campaigns that are scheduled keep it as it was. Who has left it stays out under its new name, too.")
        ),
    ]
    payload = {"topic": topic.number}
    actions = [
        act(texts("Save"), "topics.save", payload, style="positive"),
        go(texts("Take it out"), "topics.remove", payload, style="destructive"),
        go(texts("Back"), "topics.open", {}),
    ]
    return card(texts, body, actions)


def _fields(texts: Texts, values: Mapping[str, str], errors: Mapping[str, str], label: str) -> list[Any]:
    name = TextInput(id="topic_name", label=label, value=values.get("topic_name", ""), placeholder=texts("Canteen"))
    return [
        *with_error(name, errors.get("topic_name")),
        ToggleInput(
            id="mandatory",
            label=texts("For everybody"),
            title=texts("Nobody can leave it"),
            value=values.get("mandatory") or "false",
            wrap=True,
        ),
    ]

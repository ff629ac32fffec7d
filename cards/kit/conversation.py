"""Greetings, help, and the small cards of everyday talk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cards.kit.elements import AdaptiveCard
from cards.kit.parts import act, card, fitting, go, heading, hint, notice, paragraph
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown, value_of
from cards.languages import LANGUAGES
from storage.records import Person, Role
from storage.records.rights import reaches_everyone


def greeting_card(texts: Texts, person: Person, role: Role | None, *, became_owner: bool) -> AdaptiveCard:
    name = escape_markdown(value_of(person, "FIRSTNAME", {}))
    hello = texts("Hello {name}, I am Crieur.", name=name) if name else texts("Hello, I am Crieur.")
    body = [heading(hello)]
    if role is None:
        body.append(paragraph(texts("I bring you the messages of your organisation, here in this chat.")))
        body.append(hint(texts("Type **help** to see what I can do for you.")))
        return card(texts, body, [go(texts("Help"), "help.open", {})])
    body.append(
        paragraph(
            texts(
                "With me you write to everyone at once: you prepare a campaign here in the chat,"
                " I deliver it to each person at their own moment, and bring you the report."
            )
        )
    )
    if became_owner:
        body.append(
            notice(texts("You are the first here, so you are the **owner**: you can build campaigns and name authors."))
        )
    return card(
        texts,
        body,
        [
            act(texts("New campaign"), "campaign.new", {}, style="positive"),
            go(texts("Your campaigns"), "campaigns.open", {"page": 0}),
            go(texts("Help"), "help.open", {}),
        ],
    )


def help_card(texts: Texts, role: Role | None) -> AdaptiveCard:
    lines = _commands(texts, role)
    actions = []
    if role is not None:
        actions = [
            act(texts("New campaign"), "campaign.new", {}, style="positive"),
            go(texts("Your campaigns"), "campaigns.open", {"page": 0}),
        ]
    actions += other_languages(texts)
    body: list[Any] = [heading(texts("What I can do")), paragraph("\n".join(f"- {line}" for line in lines))]
    if role is None:
        body.append(hint(texts("To build campaigns yourself, ask the owner of Crieur to add you.")))
    else:
        example = texts("Tell everyone tomorrow at 10am that the canteen is closed on Friday.")
        body.append(hint(texts("Or say it in one message: “{example}”", example=example)))
    return card(texts, body, actions)


def other_languages(texts: Texts) -> list[Any]:
    """A button for each language but the reader's."""
    others = [language for language in LANGUAGES.values() if language.code != texts.language]
    return [go(language.name, "language.set", {"language": language.code}) for language in others]


def commands_named(texts: Texts, role: Role | None) -> set[str]:
    """The commands that somebody's help names, in their language."""
    return {word for line in _commands(texts, role) for word in re.findall(r"\*\*(.+?)\*\*", line)}


def _commands(texts: Texts, role: Role | None) -> list[str]:
    """What can be typed, and what it does."""
    lines = []
    groups = [texts("**group** NAME – a group of the directory as a list")] if reaches_everyone(role) else []
    if role is not None:
        lines += [
            texts("**new campaign** – build one, in four cards"),
            texts("**schedule** tomorrow 10am for 2 hours – when it goes out"),
            texts("**campaigns** – see them all, with their figures"),
            texts("**calendar** – what goes out in the coming four weeks"),
            texts("**lists** – your distribution lists, and who can be reached"),
            *groups,
            texts("**report** NAME – how a campaign did"),
            texts("**export** NAME – a campaign’s results as a file"),
            texts("**try** NAME – send a test of a campaign to one person"),
            texts("**copy** NAME – a new draft like a campaign"),
            texts("**templates** – what new campaigns may begin with"),
            texts("**delete** NAME – delete a campaign that is not running"),
        ]
    if role is Role.OWNER:
        lines += [
            texts("**roles** – who may build, approve and send campaigns"),
            texts("**rules** – approval, messages a week, mute, personal data"),
            texts("**export audit** – who did what, as a file"),
        ]
    lines += [
        texts("**settings** – language, mute, and what else you may set"),
        texts("**mute** – no campaigns for you; **unmute** brings them back"),
        texts("**language** – {languages}", languages=", ".join(language.name for language in LANGUAGES.values())),
        texts("**cancel** – leave what we are doing; drafts stay"),
        texts("**help** – this list"),
    ]
    return lines


def suggestion_card(texts: Texts, text: str, command: str) -> AdaptiveCard:
    """What may have been meant, one press away."""
    title = command[:1].upper() + command[1:]
    return card(texts, [paragraph(text)], [go(fitting(title), "words.say", {"words": command}, tooltip=title)])


def notice_card(
    texts: Texts, text: str, style: str = "accent", back: tuple[str, Mapping[str, object]] | None = None
) -> AdaptiveCard:
    """One line in a box, in place of a card whose time has passed; ``back``: where a button leads."""
    if back:
        return card(texts, [notice(text, style)], [go(texts("Look again"), *back)])
    return card(texts, [notice(text, style)], [go(texts("All campaigns"), "campaigns.open", {"page": 0})])

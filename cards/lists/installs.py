"""Cards about installing the bot for people: the question, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cards.kit.elements import ActionSet, AdaptiveCard, FactSet
from cards.kit.parts import act, beside, card, go, heading, hint, notice, paragraph, progress_bar
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Halt, Installation, NotInstalled


def offer_to_install(texts: Texts, count: int, payload: Mapping[str, Any]) -> list[ActionSet]:
    """A button for the people of an audience who have never had the bot, where it can install itself."""
    if not count:
        return []
    title = texts("Install for {count}", count=texts.number(count))
    return [ActionSet(actions=[go(title, "install.open", payload)], spacing="Small")]


def install_form(
    texts: Texts, name: str, count: int, payload: Mapping[str, Any], back: tuple[str, Mapping[str, Any]]
) -> AdaptiveCard:
    """``name``: the audience's; ``back``: a verb, and what it needs."""
    verb, where = back
    question = texts.many("Install Crieur for {count} person?", "Install Crieur for {count} people?", count)
    return card(
        texts,
        [
            heading(question),
            paragraph(
                texts(
                    "It appears in the Teams of everybody in “{name}” who has never had it, and greets them."
                    " They can remove it. People who have removed or blocked it are left alone.",
                    name=escape_markdown(name),
                )
            ),
        ],
        [
            act(texts("Install it"), "install.start", payload, style="positive"),
            go(texts("Back"), verb, where),
        ],
    )


def failure_text(texts: Texts, why: NotInstalled) -> str:
    return {
        NotInstalled.NOT_IN_DIRECTORY: texts("They are not in your organisation’s directory."),
        NotInstalled.NOT_ALLOWED: texts("A policy of your organisation keeps Crieur from them."),
        NotInstalled.REFUSED: texts("Teams refused to install it for them."),
    }[why]


def halt_text(texts: Texts, installation: Installation) -> str:
    """Why it stopped, and who can help."""
    match installation.halt:
        case Halt.NOT_IN_CATALOGUE:
            return texts(
                "Your organisation’s app catalogue does not have Crieur:"
                " an administrator has to upload its package in the Teams admin centre first."
            )
        case Halt.NOT_ALLOWED if installation.permission:
            return texts(
                "Your organisation does not let Crieur install itself:"
                " an administrator can give it the permission {permission}.",
                permission=installation.permission,
            )
        case Halt.NOT_ALLOWED:
            return texts("Microsoft Graph does not let Crieur in: its operator should look at the settings.")
        case _:
            return texts("Crieur has no access to Microsoft Graph any more: its operator can set it up.")


def install_card(texts: Texts, installation: Installation) -> AdaptiveCard:
    """One card in the author's chat, updated in place."""
    name = escape_markdown(installation.name)
    if installation.halt is not None:
        title = texts("Crieur could not be installed for all of “{name}”", name=name)
    elif installation.finished_at is not None:
        title = texts("Crieur has been installed for “{name}”", name=name)
    else:
        title = texts("Crieur is being installed for “{name}”", name=name)
    done = installation.done
    seen_to = texts("{part} of {whole} people", part=texts.number(done), whole=texts.number(installation.total))
    body: list[Any] = [heading(title)]
    if installation.halt is not None:
        body.append(notice(halt_text(texts, installation), "warning"))
    body += [
        beside(
            [paragraph(seen_to)],
            [paragraph(texts.percent(done, installation.total), align="Right", weight="Bolder")],
            widths=["stretch", "auto"],
        ),
        progress_bar(min(done, installation.total), installation.total),
        FactSet(
            [
                (texts("Installed"), texts.number(installation.installed)),
                *([(texts("Had it already"), texts.number(installation.repaired))] if installation.repaired else []),
            ]
        ),
    ]
    body += [
        paragraph(f"**{texts.number(count)}** – {failure_text(texts, why)}")
        for why, count in sorted(installation.failed.items())
    ]
    if installation.again_at is not None and installation.finished_at is None:
        moment = texts.moment(installation.again_at)
        body.append(hint(texts("Microsoft Graph asks for time: it goes on {moment}.", moment=moment)))
    return card(texts, body)


def finished_text(texts: Texts, installation: Installation) -> str:
    """One line for the notification."""
    name = escape_markdown(installation.name)
    if installation.halt is not None:
        return texts("Installing Crieur for “{name}” has stopped: {why}", name=name, why=halt_text(texts, installation))
    return texts.many(
        "Crieur can reach {count} person more of “{name}”.",
        "Crieur can reach {count} people more of “{name}”.",
        installation.installed + installation.repaired,
        name=name,
    )

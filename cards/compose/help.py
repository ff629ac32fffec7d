"""Help for what somebody is in the middle of: a step of a campaign, a question that waits for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cards.kit.elements import AdaptiveCard
from cards.kit.parts import card, go, handle, heading, name_of, paragraph
from cards.kit.texts import Texts
from storage.records import Campaign


def step_help_card(texts: Texts, campaign: Campaign, step: str) -> AdaptiveCard:
    """A few lines about a step, and the ways on: to its card, and to all that the bot can do."""
    name = name_of(texts, campaign)
    title, lines = {
        "message": (texts("You are writing the message of “{name}”", name=name), _message(texts)),
        "audience": (texts("You are choosing who receives “{name}”", name=name), _audience(texts)),
        "schedule": (texts("You are choosing when “{name}” goes out", name=name), _schedule(texts)),
        "review": (texts("You are looking over “{name}”", name=name), _review(texts)),
    }[step]
    leave = texts("**cancel** leaves. Nothing is lost: the draft stays under **campaigns**.")
    here = go(texts("Go on"), "form.open", {**handle(campaign), "step": step}, style="positive")
    return _help(texts, title, [*lines, leave], [here])


def _message(texts: Texts) -> list[str]:
    return [
        texts(
            "\\[FIRSTNAME\\] becomes each reader’s own; \\[FIRSTNAME|there\\] says “there” where the name is missing."
        ),
        texts("Links, a confirmation, quick answers, a picture and other languages are behind the card’s buttons."),
        texts("You can also write the text here in the chat, formatted as you like: I offer to take it over."),
    ]


def _audience(texts: Texts) -> list[str]:
    return [
        texts("Tick one list or several: nobody gets it twice. Lists can be left out, too."),
        texts("Paste addresses on the card, or drop a CSV or Excel file here: they become a list."),
        texts("**lists** shows yours, and who can be reached."),
    ]


def _schedule(texts: Texts) -> list[str]:
    return [
        texts("Each person gets it at a moment of their own, between the start and the end, while people work."),
        texts("Public holidays and other days can be left out; the review names them."),
        texts("You can say it in words, here or on the card: “tomorrow 10am for 2 hours”."),
    ]


def _review(texts: Texts) -> list[str]:
    return [
        texts("What is marked on the card keeps it from going out; a button beside each part changes it."),
        texts("**Try it** sends it to one address first, and counts in no report."),
        texts(
            "**Schedule it**, or **Send now**, is the last step."
            " Until it starts you can change or delete it; from then on you cannot."
        ),
    ]


def question_help_card(texts: Texts, asked: str) -> AdaptiveCard:
    """``asked``: the question in words that waits, "try" or "write"."""
    if asked == "write":
        title = texts("I am waiting for a text")
        lines = [
            texts("The next message that you write here becomes the text of your campaign."),
            texts("Bold, italic, lists, links and a picture are taken over."),
            texts("**cancel** leaves the question; what the draft says stays."),
        ]
    else:
        title = texts("I am waiting for an address")
        lines = [
            texts("Of one person who has installed me, such as your own: they get the message as it stands."),
            texts("It is marked as a test, and counts in no report."),
            texts("**cancel** leaves the question; every other command works meanwhile."),
        ]
    return _help(texts, title, lines, [])


def _help(texts: Texts, title: str, lines: Sequence[str], actions: Sequence[Any]) -> AdaptiveCard:
    body = [heading(title), *(paragraph(line, spacing="Small") for line in lines)]
    return card(texts, body, [*actions, go(texts("All that I can do"), "help.open", {})])

"""The buttons of a message, as its form says them: links, a confirmation, quick answers."""

from __future__ import annotations

import re

from cards.compose.fields import ACK, too_long
from cards.kit.addresses import completed, is_web_address
from cards.kit.texts import Texts
from cards.message.links import shortened
from dialogs.forms.fields import BUTTONS, Values
from storage.records import Button, ButtonKind

ANSWERS = 1_000  #: characters of all quick answers: six at most
BUTTON = 40  #: characters on a button: clients cut longer ones


def read_buttons(values: Values, texts: Texts, errors: dict[str, str]) -> tuple[Button, ...]:
    """Links first, then the confirmation, then the answers; what is wrong goes into ``errors``, by field."""
    buttons = [*_first_link(values, texts, errors), *_more_links(values, texts, errors)]
    if ACK.is_on(values):
        title = " ".join(values.get("ack_title", "").split()) or texts("I have read it")
        check_words(title, "ack_title", texts, errors)
        buttons.append(Button(kind=ButtonKind.ACKNOWLEDGE, title=title))
    buttons += _answers(values, texts, errors)
    if len(buttons) > BUTTONS:
        field = "answers" if values.get("answers", "").strip() else "links"
        errors[field] = texts("That makes {count} buttons: Teams shows six at most.", count=texts.number(len(buttons)))
    return tuple(buttons)


def _first_link(values: Values, texts: Texts, errors: dict[str, str]) -> list[Button]:
    title, url = " ".join(values.get("link_title", "").split()), completed(values.get("link_url", "").strip())
    if not (title or url):
        return []
    if not title:
        errors["link_title"] = texts("Please say what stands on the button.")
    if not url:
        errors["link_url"] = texts("Please say where the button leads.")
    else:
        check_address(url, "link_url", texts, errors)
    check_words(title, "link_title", texts, errors)
    return [Button(kind=ButtonKind.LINK, title=title, url=url)]


def _more_links(values: Values, texts: Texts, errors: dict[str, str]) -> list[Button]:
    """One on each line: the words, then the address."""
    buttons = []
    for number, line in enumerate(values.get("links", "").splitlines(), 1):
        *words, url = line.split() or [""]
        url = completed(url)
        if not line.strip():
            continue
        if not is_web_address(url):
            errors["links"] = texts(
                "Line {line}: please end it with a web address, like: Read more https://contoso.com", line=number
            )
            continue
        title = " ".join(words).rstrip(" |:;,–-") or shortened(url)[:BUTTON]
        check_words(title, "links", texts, errors)
        buttons.append(Button(kind=ButtonKind.LINK, title=title, url=url))
    return buttons


def _answers(values: Values, texts: Texts, errors: dict[str, str]) -> list[Button]:
    """One on each line, or with commas or semicolons between them."""
    typed = values.get("answers", "")
    if len(typed) > ANSWERS:
        errors["answers"] = too_long(texts, len(typed), ANSWERS)
        return []
    pieces = re.split(r"[\n;]" if re.search(r"[\n;]", typed.strip()) else r",", typed)
    titles = [title for title in (" ".join(piece.split()) for piece in pieces) if title]
    if len(titles) == 1:
        errors["answers"] = texts("One answer is no choice: please give two at least.")
    if len({title.casefold() for title in titles}) < len(titles):
        errors["answers"] = texts("Two answers are the same.")
    for title in titles:
        check_words(title, "answers", texts, errors)
    return [Button(kind=ButtonKind.ANSWER, title=title) for title in titles]


def check_address(url: str, id: str, texts: Texts, errors: dict[str, str]) -> None:
    if not is_web_address(url):
        errors[id] = texts("That is not a web address; it begins with https://")


def check_words(title: str, id: str, texts: Texts, errors: dict[str, str]) -> None:
    if len(title) > BUTTON:
        errors[id] = too_long(texts, len(title), BUTTON)

"""The message, as its form says it; and what it says in other languages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cards.compose.fields import ANONYMOUS, MESSAGE, NOTIFICATION, TITLE, TRACK, read_fields, too_long
from cards.kit.texts import Texts
from cards.kit.variables import columns_in, unknown_variable
from cards.message.compile import LIMIT, size_of
from cards.message.links import SHOWN
from cards.message.markdown import MOST, crowded, links_in, words_of
from dialogs.forms.buttons import check_address, check_words, read_buttons
from dialogs.forms.fields import NAME, Parsed, Values
from storage.records import Message, Tracking, Version, every_language

#: the words of a version: what variables may stand in
WORDS = ("title", "body", "notification")


def read_name(values: Values, texts: Texts) -> Parsed[str]:
    name = " ".join(values.get("name", "").split())
    if not name:
        return Parsed(None, {"name": texts("Please give the campaign a name.")})
    if len(name) > NAME:
        return Parsed(None, {"name": too_long(texts, len(name), NAME)})
    return Parsed(name)


def asks_for_columns(values: Values) -> bool:
    """Whether a variable is none of ours: it may be a column of a list."""
    return bool(columns_in("\n".join(values.get(field, "") for field in WORDS), None))


def read_message(values: Values, texts: Texts, columns: Collection[str] | None = ()) -> Parsed[Message]:
    """``columns``: those of lists, which are variables too; None: whatever is no variable of ours is one."""
    errors: dict[str, str] = dict(read_name(values, texts).errors)
    declared = read_fields(MESSAGE, values, texts, errors)
    asked = _read_words(values, texts, columns, errors)
    image = values.get("image", "").strip()
    if image:
        check_address(image, "image", texts, errors)
    buttons = read_buttons(values, texts, errors)
    if errors:
        return Parsed(None, errors)
    message = Message(
        **declared,
        body=values["body"].strip(),
        image=image,
        buttons=buttons,
        columns=tuple(sorted(asked)),
        language=values.get("language", ""),
    )
    if too_large := larger_than_teams_takes(message, texts):
        return Parsed(None, {"body": too_large})
    return Parsed(message)


def read_version(
    values: Values, message: Message, texts: Texts, columns: Collection[str] | None = ()
) -> Parsed[Message]:
    """The message with one more language, as its form says it."""
    errors: dict[str, str] = {}
    declared = read_fields((TITLE, NOTIFICATION), values, texts, errors)
    asked = _read_words(values, texts, columns, errors)
    buttons = []
    for number, button in enumerate(message.buttons):
        words, url = _line(values, f"words{number}"), values.get(f"url{number}", "").strip()
        check_words(words, f"words{number}", texts, errors)
        if url:
            check_address(url, f"url{number}", texts, errors)
        buttons.append((words, url if button.url else ""))
    if errors:
        return Parsed(None, errors)
    version = Version(
        **declared,
        body=values["body"].strip(),
        buttons=tuple(buttons),
    )
    whole = replace(
        message,
        versions={**message.versions, values.get("spoken", ""): version},
        columns=tuple(sorted({*message.columns, *asked})),
    )
    if too_large := larger_than_teams_takes(whole, texts):
        return Parsed(None, {"body": too_large})
    return Parsed(whole)


def _line(values: Values, field: str) -> str:
    return " ".join(values.get(field, "").split())


def _read_words(values: Values, texts: Texts, columns: Collection[str] | None, errors: dict[str, str]) -> set[str]:
    """What is wrong with the words of one language goes into ``errors``; the columns that they ask for."""
    body = values.get("body", "").strip()
    if not body:
        errors["body"] = texts("Please write what people should read.")
    elif (size := len(body.encode())) > LIMIT:  # before anything looks into it
        errors["body"] = _too_large(size, texts)
    elif wrong := _wrong_in_text(body, texts):
        errors["body"] = wrong
    asked: set[str] = set()
    for field in WORDS:
        if field in errors:
            continue
        text = values.get(field, "")
        asked |= columns_in(text, columns)
        if unknown := unknown_variable(text, asked if columns is None else columns):
            wrong, nearest = unknown
            errors[field] = texts("I don't know [{wrong}]. Did you mean [{nearest}]?", wrong=wrong, nearest=nearest)
    return asked


def _wrong_in_text(body: str, texts: Texts) -> str:
    """Links that lead nowhere, and what a card's text does not show."""
    if crowded(body):
        return texts("That is more than {count} brackets: please take some out.", count=texts.number(MOST))
    for link in links_in(body):
        if link.picture:
            return texts("Pictures do not show inside the text: please give their address under “Picture”.")
        if not link.is_allowed:
            words, url = words_of(body, link), body[link.words[1] : link.end].strip("]()<> ")
            return texts(
                "The link “{words}” leads nowhere: “{url}” is not a web address.",
                words=" ".join(words.split())[:SHOWN],
                url=" ".join((url or words).split())[:SHOWN],
            )
    return ""


def _too_large(size: int, texts: Texts) -> str:
    return texts(
        "The message is too long for Teams: {size} KB of {limit}. Please shorten it.",
        size=texts.number(round(size / 1000, 1)),
        limit=texts.number(LIMIT // 1000),
    )


def larger_than_teams_takes(message: Message, texts: Texts) -> str:
    """What is said of a message that is too long for the platform; "" for one that is not."""
    if (size := size_of(message)) <= LIMIT:
        return ""
    error = _too_large(size, texts)
    if not message.versions:
        return error
    name = texts.language_name(max(every_language(message), key=size_of).language, alone=False)
    return error + " " + texts("The longest is in {language}.", language=name)


def read_tracking(values: Values, *, possible: bool) -> Tracking:
    """What is noted of what people do; ``possible``: links can lead through us."""
    return Tracking(links=possible and TRACK.is_on(values), anonymous=ANONYMOUS.is_on(values))

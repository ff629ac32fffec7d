"""The message, as its form says it; and what it says in other languages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from cards.compose.fields import ANONYMOUS, MESSAGE, NOTIFICATION, THUMBS, TITLE, TRACK, read_fields, too_long
from cards.kit.addresses import completed
from cards.kit.placeholders import canonical, doubts
from cards.kit.texts import Texts
from cards.kit.variables import VARIABLE, columns_in, variable_named
from cards.languages import unaccented
from cards.message.compile import LIMIT, size_of
from cards.message.links import SHOWN
from cards.message.markdown import MOST, crowded, links_in, words_of
from dialogs.forms.buttons import check_address, check_words, read_buttons
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import Parsed, Values
from dialogs.forms.pictures import check_picture
from storage.records import Message, Tracking, Version, every_language

#: the words of a version: what variables may stand in
WORDS = ("title", "body", "notification")
#: fields in which none is filled in
UNFILLED = ("link_title", "link_url", "links", "ack_title", "answers", "image", "image_alt")


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
    image = completed(values.get("image", "").strip())
    if image:
        check_picture(image, texts, errors)
    buttons = read_buttons(values, texts, errors)
    _no_variables_in(UNFILLED, values, texts, columns, errors)
    if errors:
        return Parsed(None, errors)
    message = Message(
        **_canonical(declared, columns),
        body=_body(values, columns),
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
        words, url = _line(values, f"words{number}"), completed(values.get(f"url{number}", "").strip())
        check_words(words, f"words{number}", texts, errors)
        if url:
            check_address(url, f"url{number}", texts, errors)
        buttons.append((words, url if button.url else ""))
    places = [f"{field}{number}" for number in range(len(message.buttons)) for field in ("words", "url")]
    _no_variables_in(places, values, texts, columns, errors)
    if errors:
        return Parsed(None, errors)
    version = Version(
        **_canonical(declared, columns),
        body=_body(values, columns),
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
    elif wrong := _wrong_in_text(_body(values, columns), texts):
        errors["body"] = wrong
    asked: set[str] = set()
    for field in WORDS:
        if field in errors:
            continue
        text = canonical(values.get(field, ""), columns or ())
        asked |= columns_in(text, columns)
        _ask_about(field, text, values, texts, asked if columns is None else columns, errors)
    return asked - {unaccented(word.strip("[]")) for word in own_words(values)}


def own_words(values: Values) -> list[str]:
    """What looks like a variable, and is the author's own text: they have said so."""
    return values.get("own", "").splitlines()


def _ask_about(
    field: str, text: str, values: Values, texts: Texts, columns: Collection[str], errors: dict[str, str]
) -> None:
    if doubt := next(doubts(text, columns, own_words(values)), None):
        errors[field] = texts(
            "I don’t know {wrong}. Did you mean [{nearest}]?", wrong=doubt.written, nearest=doubt.nearest
        )


def _no_variables_in(
    fields: Collection[str], values: Values, texts: Texts, columns: Collection[str] | None, errors: dict[str, str]
) -> None:
    """Those of the fields in which no values are filled in: a variable would be sent as it stands."""
    for field in fields:
        typed = values.get(field, "")
        if field in errors or typed.startswith("data:"):
            continue
        text = canonical(typed, columns or ())
        variable = next((one for one in VARIABLE.finditer(text) if variable_named(one[1], columns or ())), None)
        if variable:
            errors[field] = texts(
                "\\[{name}\\] is not filled in here: variables work in the title, the text and the notification.",
                name=variable[1],
            )
        else:
            _ask_about(field, text, values, texts, columns or (), errors)


def _canonical(declared: dict[str, Any], columns: Collection[str] | None) -> dict[str, Any]:
    return {name: canonical(value, columns or ()) if name in WORDS else value for name, value in declared.items()}


def _body(values: Values, columns: Collection[str] | None) -> str:
    """The text, its variables written as ours, its links with their https."""
    body = canonical(values["body"].strip(), columns or ())
    pieces, at = [], 0
    for link in links_in(body):
        whole = completed(link.url)
        if link.alone or link.picture or whole == link.url:
            continue
        begin = body.find(link.url, link.words[1], link.end)
        if begin >= 0:
            pieces += [body[at:begin], whole]
            at = begin + len(link.url)
    return "".join([*pieces, body[at:]])


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
    return Tracking(
        links=possible and TRACK.is_on(values), anonymous=ANONYMOUS.is_on(values), thumbs=THUMBS.is_on(values)
    )

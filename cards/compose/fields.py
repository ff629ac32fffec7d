"""The fields of the message's form that need no rule of their own, each declared once.

From a declaration come the input on the card, how it is read and what is wrong with it, and the line on the review,
the report and the export. A Message holds those of ``MESSAGE`` under the same names: a new one is a line here, an
attribute there, and its texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.kit.elements import ChoiceInput, Element, TextInput, ToggleInput
from cards.kit.parts import with_error
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.message.compile import SUMMARY
from storage.records import Message, Style

Values = Mapping[str, str]
Words = Callable[[Texts], str]


def too_long(texts: Texts, length: int, limit: int) -> str:
    return texts(
        "That is too long: {length} characters of {limit}.", length=texts.number(length), limit=texts.number(limit)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    #: of the input, of the value in a draft, and of the record's attribute
    name: str
    label: Words
    default: str = ""
    #: the button of the form that it is behind; "" for none
    behind: str = ""
    #: whether the review, the report and the export say it
    shown: bool = False
    #: what the record holds, made of what was typed
    kind: Callable[[str], Any] = str

    def read(self, values: Values) -> str:
        return " ".join(values.get(self.name, "").split()) or self.default

    def error(self, texts: Texts, value: str) -> str:
        """What is wrong with it; "" for nothing."""
        return ""

    def say(self, texts: Texts, value: str) -> str:
        return value

    def input(self, texts: Texts, value: str) -> Element:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Field):
    limit: int
    placeholder: Words | None = None

    def error(self, texts: Texts, value: str) -> str:
        return too_long(texts, len(value), self.limit) if len(value) > self.limit else ""

    def input(self, texts: Texts, value: str) -> Element:
        hints = {"placeholder": self.placeholder(texts)} if self.placeholder else {}
        return TextInput(id=self.name, label=self.label(texts), value=value, **hints)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    #: (value, what it is called)
    choices: Callable[[Texts], Sequence[tuple[str, str]]]
    #: what is said of a value that is none of them
    wrong: Words

    def error(self, texts: Texts, value: str) -> str:
        return "" if value in dict(self.choices(texts)) else self.wrong(texts)

    def say(self, texts: Texts, value: str) -> str:
        return dict(self.choices(texts))[value]

    def input(self, texts: Texts, value: str) -> Element:
        choices = list(self.choices(texts))
        return ChoiceInput(id=self.name, label=self.label(texts), choices=choices, value=value, style="compact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle(Field):
    #: beside the box
    title: Words

    def is_on(self, values: Values) -> bool:
        """Anything but a plain no where it is on by default, nothing but a plain yes where it is off."""
        other = "false" if self.default == "true" else "true"
        return (values.get(self.name) == other) != (self.default == "true")

    def input(self, texts: Texts, value: str) -> Element:
        return ToggleInput(id=self.name, label=self.label(texts), title=self.title(texts), value=value, wrap=True)


TITLE = Line(
    name="title",
    label=lambda texts: texts("Title (optional)"),
    placeholder=lambda texts: texts("What people read first"),
    behind="title",
    limit=150,
)
STYLE = Choice(
    name="style",
    label=lambda texts: texts("Style"),
    default=Style.MESSAGE,
    kind=Style,
    choices=lambda texts: [
        (Style.MESSAGE, texts("Plain message")),
        (Style.IDEA, texts("💡 Idea")),
        (Style.SUCCESS, texts("✅ Success")),
        (Style.IMPORTANT, texts("❗ Important")),
    ],
    wrong=lambda texts: texts("Please choose one of the styles."),
)
IMAGE_ALT = Line(
    name="image_alt",
    label=lambda texts: texts("What it shows, for those who cannot see it"),
    behind="picture",
    limit=200,
)
NOTIFICATION = Line(
    name="notification",
    label=lambda texts: texts("Notification: what the activity feed says"),
    placeholder=lambda texts: texts("The title, or how the text begins"),
    behind="more",
    limit=SUMMARY,
)
MESSAGE: tuple[Field, ...] = (TITLE, STYLE, IMAGE_ALT, NOTIFICATION)

ACK = Toggle(
    name="ack",
    label=lambda texts: texts("Acknowledgement"),
    title=lambda texts: texts("Ask people to confirm that they have read it"),
    default="false",
    behind="buttons",
)
TRACK = Toggle(
    name="track",
    label=lambda texts: texts("Clicks"),
    title=lambda texts: texts("Count who follows the links"),
    default="true",
    behind="more",
)
ANONYMOUS = Toggle(
    name="anonymous",
    label=lambda texts: texts("Anonymous"),
    title=lambda texts: texts("Keep totals only: nobody can see who opened, clicked or answered"),
    default="false",
    behind="more",
)
THUMBS = Toggle(
    name="thumbs",
    label=lambda texts: texts("Thumbs"),
    title=lambda texts: texts("Show Teams’ own 👍 and 👎 beneath it, which ask why"),
    default="false",
    behind="more",
)
DECLARED: tuple[Field, ...] = (*MESSAGE, ACK, TRACK, ANONYMOUS, THUMBS)


def inputs(texts: Texts, values: Values, errors: Mapping[str, str], fields: Iterable[Field]) -> list[Element]:
    """The fields as they were typed, each with what is wrong with it."""
    shown = [(field, values.get(field.name, field.default)) for field in fields]
    return [part for field, value in shown for part in with_error(field.input(texts, value), errors.get(field.name))]


def behind(button: str) -> list[Field]:
    return [field for field in DECLARED if field.behind == button]


def chosen(values: Values, errors: Mapping[str, str], button: str) -> bool:
    """Whether something behind a button of the form is not as it is by itself, or wrong."""
    return any(field.read(values) != field.default or field.name in errors for field in behind(button))


def read_fields(fields: Iterable[Field], values: Values, texts: Texts, errors: dict[str, str]) -> dict[str, Any]:
    """What a record holds of these fields; what is wrong goes into ``errors``."""
    read = {}
    for field in fields:
        value = field.read(values)
        if error := field.error(texts, value):
            errors[field.name] = error
        else:
            read[field.name] = field.kind(value)
    return read


def shown_values(texts: Texts, message: Message) -> list[tuple[str, str]]:
    """What the export says of a message's fields; nothing of those that are empty."""
    rows = [(field.label(texts), field.say(texts, getattr(message, field.name))) for field in MESSAGE if field.shown]
    return [(label, said) for label, said in rows if said]


def shown_rows(texts: Texts, message: Message) -> list[tuple[str, str]]:
    """The same as lines of the review and the report, where what was typed shows as it was typed."""
    return [(label, escape_markdown(said)) for label, said in shown_values(texts, message)]

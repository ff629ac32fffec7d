"""The campaign's message: compiled once per campaign, filled per recipient as bytes.

Compiling builds the card with marks where a person's values go, turns it into JSON once and cuts
it at the marks; filling joins the pieces with the person's values, escaped for Markdown and JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from cards.kit.elements import (
    CONTENT_TYPE,
    ActionSet,
    AdaptiveCard,
    Column,
    ColumnSet,
    Container,
    Execute,
    Image,
    OpenUrl,
    TextBlock,
    as_dict,
)
from cards.kit.texts import Texts, language_of, language_of_person
from cards.kit.variables import (
    Variable,
    escape_address,
    escape_markdown,
    escape_skype,
    plain,
    replace_variables,
    value_of,
)
from cards.languages import DEFAULT, LANGUAGES
from cards.message.footer import Footer, footer_lines
from cards.message.lines import cut
from cards.message.links import IN_TEXT, number_of, with_links
from cards.message.markdown import CLOSE, OPEN, links_in, own_links, without_links
from storage.records import (
    Button,
    ButtonKind,
    CampaignId,
    Columns,
    Member,
    Message,
    Person,
    Style,
    Tracking,
    every_language,
)

ACKNOWLEDGE = "acknowledge"  #: the verb of the button
ANSWER = "answer"  #: the verb of a quick answer
SETTINGS = "quiet.open"  #: the verb of the line beneath a message
#: bytes of one message: the platform speaks of about 28 KB, and refuses above; the form and the
#: review hold the whole message too, and need the rest for themselves
LIMIT = 20_000
BESIDE = 3  #: buttons in a row: phones cut more
SUMMARY = 120  #: characters of the notification in the activity feed

#: colour of the heading's box, and the sign in it (S28)
APPEARANCES = {
    Style.IDEA: ("accent", "💡"),
    Style.SUCCESS: ("good", "✅"),
    Style.IMPORTANT: ("attention", "❗"),
}

#: in a recipient's language, of a message in one: what stands in the place of its answers once they are over; as many
#: lines in each language
Closed = Callable[[Texts, Message], Sequence[str]]
#: campaign, person -> what follows the address in a tracked link, without the button's number
Token = Callable[[CampaignId, Person], str]

# a private-use character never stands in an author's text: forms drop them
_OPEN, _CLOSE = OPEN, CLOSE
_MARK = re.compile(f"{_OPEN}((?:(?!{_OPEN}|{_CLOSE}).)*){_CLOSE}".encode())
TOKEN = f"{_OPEN}t{_CLOSE}"  #: the mark of a recipient's token in a tracked link
#: how a value is written, by the first letter of its mark
_WRITTEN = {"m": escape_markdown, "p": plain, "s": escape_skype, "u": escape_address}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a recipient has pressed so far, in the words that their card shows."""

    acknowledged: str = ""
    #: the button of the quick answer that holds, and what is said of it
    answer: int | None = None
    answered: str = ""


def message_card(
    id: CampaignId,
    message: Message,
    link: Callable[[int, Button], str],
    *,
    test: str = "",
    test_token: str = "",
    pseudonym: str = "",
    done: Done | None = None,
    footer: Sequence[str] = (),
    closed: Sequence[str] = (),
    variant: str = "",
    settles: bool = False,
) -> AdaptiveCard:
    """The card of a message, variables untouched.

    ``link`` gives the address of a link button; ``test`` is the banner of a test send and
    ``test_token`` what proves that a press comes from it; ``pseudonym`` is what the buttons of an
    anonymous campaign say of the recipient. ``done`` replaces what has been pressed by its words; ``footer``: the
    lines beneath it. ``closed``: what stands in the place of its answers and confirmations, which are over;
    ``variant``: of an A/B test, which the buttons of a test send tell of; ``settles``: a press on the last line beneath
    it opens the recipient's own settings.
    """
    done = done or Done()
    body: list[Any] = []
    if test:
        body.append(Container(style="warning", bleed=True, items=[TextBlock(text=test, wrap=True, size="Small")]))
    body += _heading(message)
    if message.image:
        body.append(Image(url=message.image, alt=message.image_alt or message.title or None, size="Stretch"))
    text = bold_headings(no_lists_of_years(own_links(message.body)))
    for number, lines in enumerate(cut(text)):
        spacing = "Medium" if not number or lines.apart else "None"
        body.append(TextBlock(text=lines.text, wrap=True, spacing=spacing))
    words = [f"✓ {text}" for text in (done.acknowledged, done.answered) if text]
    if words:
        items = [TextBlock(text=text, wrap=True, weight="Bolder") for text in words]
        body.append(Container(style="good", spacing="Medium", items=items))
    if closed:
        items = [
            TextBlock(text=text, wrap=True, weight=None if number else "Bolder") for number, text in enumerate(closed)
        ]
        body.append(Container(style="emphasis", spacing="Medium", items=items))
    carried = {"campaign": id, "test": test_token, **({"who": pseudonym} if pseudonym else {})}
    carried |= {"variant": variant} if variant and test else {}
    actions: list[Any] = []
    for number, button in enumerate(message.buttons):
        if button.kind is ButtonKind.LINK:
            actions.append(OpenUrl(title=button.title, url=link(number_of(message, number), button)))
        elif closed:
            continue
        elif button.kind is ButtonKind.ANSWER and number != done.answer:
            # one below the other: a row of many is cut on a phone
            answer = Execute(button.title, ANSWER, {**carried, "button": number})
            body.append(ActionSet(actions=[answer], spacing="Small"))
        elif button.kind is ButtonKind.ACKNOWLEDGE and not done.acknowledged:
            actions.append(Execute(button.title, ACKNOWLEDGE, {**carried, "button": number}))
    if len(actions) > BESIDE:
        body.append(ActionSet(actions=actions[:-BESIDE], spacing="Medium"))
    beneath = [
        TextBlock(text=line, wrap=True, size="Small", subtle=True, spacing="None" if number else "Medium")
        for number, line in enumerate(footer)
    ]
    body += beneath[:-1] if settles else beneath
    if settles and footer:
        pressed = Execute(footer[-1], SETTINGS, {})
        last = TextBlock(text=footer[-1], wrap=True, size="Small", color="Accent")
        body.append(Container(items=[last], pressed=pressed, spacing="None"))
    return AdaptiveCard(body=body, actions=actions[-BESIDE:] or None)


_HEADING = re.compile(r"(?m)^ {0,3}#{1,6}[ \t]++(\S.*+)$")


def no_lists_of_years(text: str) -> str:
    """ "2026. A good year" stands for itself: nobody counts a list from three digits on."""
    return _YEAR.sub(r"\1\\", text)


def bold_headings(text: str) -> str:
    """A card's text knows no headings: theirs are bold lines."""

    def bold(match: re.Match[str]) -> str:
        words = match[1].rstrip(" \t").rstrip("#").rstrip(" \t").replace("**", "")
        return f"**{words}**" if words else match[0]

    return _HEADING.sub(bold, text)


def _heading(message: Message) -> list[Any]:
    title = TextBlock(text=message.title, wrap=True, size="Large", weight="Bolder", style="heading")
    if message.style not in APPEARANCES:
        return [title] if message.title else []
    color, sign = APPEARANCES[message.style]
    columns = [
        Column(width="auto", items=[TextBlock(text=sign, size="Large")], align="Center"),
        Column(width="stretch", items=[title] if message.title else [], align="Center"),
    ]
    return [Container(style=color, bleed=True, items=[ColumnSet(columns=columns)])]


TRACKED = Tracking()
#: in the channelData of a message: the client shows its own thumbs beneath it, and asks why
THUMBS = {"type": "default"}
NO_FOOTER = Footer(mutes=False)
LONGEST_FOOTER = Footer("é" * 60, anonymous=True)


def compile_message(
    id: CampaignId,
    message: Message,
    base_url: str,
    token: Token,
    *,
    test: str = "",
    tracking: Tracking = TRACKED,
    footer: Footer = NO_FOOTER,
    closed: Closed | None = None,
    variant: str = "",
) -> Callable[[Person, Columns], bytes]:
    """A function from a recipient, and what the lists say about them, to the JSON of the activity.

    ``token`` is asked once for each message; in anonymous mode it gives a new pseudonym. The footer is said in the
    recipient's own language, whatever that of the message is.
    """
    over = {language: tuple(closed(Texts(language), message)) if closed else () for language in LANGUAGES}
    lines = {language: over[language] + footer_lines(Texts(language), footer, message) for language in LANGUAGES}
    first = len(over[DEFAULT])
    card = message_card(
        id,
        marked(tracked(message, base_url, TOKEN) if tracking.links else message, "m"),
        lambda number, button: link_address(base_url, TOKEN, number) if tracking.links else button.url,
        test=test,
        test_token=TOKEN if test else "",
        pseudonym=TOKEN if tracking.anonymous and not test else "",
        footer=[line_mark(number) for number in range(first, len(lines[DEFAULT]))],
        closed=[line_mark(number) for number in range(first)],
        variant=variant,
        settles=footer.mutes,
    )
    activity: dict[str, Any] = {
        "type": "message",
        "summary": summary_of(marked(message, "p")),
        "channelData": {"notification": {"alert": True}, "crieur": {"campaign": id, "test": bool(test)}},
        "attachments": [{"contentType": CONTENT_TYPE, "content": as_dict(card)}],
    }
    if tracking.thumbs:
        activity["channelData"]["feedbackLoop"] = THUMBS
    if message.style is Style.IMPORTANT:
        activity["importance"] = "high"
    return filler(id, activity, token, lines)


def line_mark(number: int) -> str:
    """The mark of a line of the footer."""
    return f"{_OPEN}f{number}|{_CLOSE}"


def filler(
    id: CampaignId, activity: dict[str, Any], token: Token, footer: Mapping[str, Sequence[str]]
) -> Callable[[Person, Columns], bytes]:
    """An activity cut at its marks; what it gives joins the pieces with a person's values.

    ``footer``: its lines, by language.
    """
    pieces = _MARK.split(orjson.dumps(activity))
    literals, marks = pieces[0::2], [_parse(mark) for mark in pieces[1::2]]
    lines = {language: [orjson.dumps(line)[1:-1] for line in some] for language, some in footer.items()}

    def render(person: Person, columns: Columns) -> bytes:
        tracked = b""
        out = [literals[0]]
        for (kind, variable), literal in zip(marks, literals[1:], strict=True):
            if kind == "f":
                out.append(lines[language_of(language_of_person(person))][int(variable.name)])
            elif kind == "t":
                tracked = tracked or token(id, person).encode()
                out.append(tracked)
            else:
                value = value_of(person, variable.name, columns) or variable.fallback
                out.append(orjson.dumps(_WRITTEN[kind](value))[1:-1])
            out.append(literal)
        return b"".join(out)

    return render


def link_address(base_url: str, token: str, number: int) -> str:
    """Where a tracked link leads: to our redirect, which looks up the rest."""
    return f"{base_url}/r/{token}.{number}"


def tracked(message: Message, base_url: str, token: str) -> Message:
    """The message with the links in its text leading through us."""
    body = with_links(message.body, lambda number, _: link_address(base_url, token, number), IN_TEXT + message.shift)
    return replace(message, body=body)


def _mark(kind: str, variable: Variable) -> str:
    return f"{_OPEN}{kind}{variable.name}|{variable.fallback}{_CLOSE}"


def _parse(mark: bytes) -> tuple[str, Variable]:
    # the mark stood inside a JSON string: a fallback's quotes are escaped
    text: str = orjson.loads(b'"' + mark + b'"')
    name, _, fallback = text[1:].partition("|")
    return text[0], Variable(name, fallback)


def marked(message: Message, written: str) -> Message:
    """The message with marks where a person's values go: ``m`` in Markdown, ``s`` as Skype reads it, ``p`` plain."""
    return _map_variables(message, lambda variable: _mark(written, variable), lambda variable: _mark("u", variable))


def outside_marks(text: str, change: Callable[[str], str]) -> str:
    """``text`` changed, but for its marks."""
    parts = re.split(f"({_OPEN}[^{_OPEN}{_CLOSE}]*+{_CLOSE})", text)
    return "".join(part if part.startswith(_OPEN) else change(part) for part in parts)


def _map_variables(
    message: Message, put: Callable[[Variable], str], put_in_address: Callable[[Variable], str]
) -> Message:
    def change(text: str) -> str:
        pieces, at = [], 0
        for link in links_in(text):
            if link.varies:
                begin, end = link.words if link.alone else (link.words[1], link.end)
                pieces.append(replace_variables(text[at:begin], put, message.columns))
                pieces.append(replace_variables(text[begin:end], put_in_address, message.columns))
                at = end
        return "".join([*pieces, replace_variables(text[at:], put, message.columns)])

    notification = change(message.notification)
    return replace(message, body=change(message.body), title=change(message.title), notification=notification)


# what stands inside a mark is a variable's name and fallback: no Markdown
_SIGNS = re.compile(
    rf"({_OPEN}[^{_OPEN}{_CLOSE}]*+{_CLOSE})|\\([^\w\s])|(?m:^ {{0,3}}(?:#{{1,6}}|>++|[-+*])[ \t]++)|\*\*++|`++"
    r"|(?<![\w*])[*_]++|(?<![*_])[*_]++(?![\w*])"
)
#: a year at the beginning of a line is no number of a list
_YEAR = re.compile(r"(?m)^( {0,3}\d{3,}+)(?=[.)][ \t])")


def summary_of(message: Message) -> str:
    """The words of the notification: its own, the title, or how the text begins, without its Markdown."""
    text = without_links(message.notification or message.title or message.body)
    text = " ".join(_SIGNS.sub(lambda match: match[1] or match[2] or "", text).split())
    if len(text) <= SUMMARY:
        return text
    short = text[:SUMMARY].rsplit(" ", 1)[0]
    if short.count(_OPEN) > short.count(_CLOSE):  # never cut through a variable
        short = short[: short.rindex(_OPEN)]
    return short.rstrip() + " …"


def filled(message: Message, person: Person, columns: Columns) -> Message:
    """The message with a person's values in it, as their card shows it."""

    def put(variable: Variable) -> str:
        return escape_markdown(value_of(person, variable.name, columns) or variable.fallback)

    def put_in_address(variable: Variable) -> str:
        return escape_address(value_of(person, variable.name, columns) or variable.fallback)

    return _map_variables(message, put, put_in_address)


def must_have(message: Message) -> set[str]:
    """The variables that have no fallback: a recipient without a value for one reads a gap."""
    needed: set[str] = set()

    def note(variable: Variable) -> str:
        if not variable.fallback:
            needed.add(variable.name)
        return ""

    for version in every_language(message):
        _map_variables(version, note, note)
    return needed


def without_value(name: str, people: Sequence[Member]) -> list[Person]:
    """The people who have no value for a variable."""
    return [member.person for member in people if not value_of(member.person, name, member.columns)]


def size_of(message: Message) -> int:
    """Bytes that the message takes on the wire, in its longest language, for a recipient with a long name."""
    return max(_size_of(version) for version in every_language(message))


def _size_of(message: Message) -> int:
    columns = dict.fromkeys(message.columns, "é" * 60)
    someone = Person(id=0, tenant="", address="a" * 60, given_name="é" * 30, surname="é" * 30, name="é" * 60)  # type: ignore[arg-type]
    render = compile_message(CampaignId(0), message, "https://" + "x" * 40, lambda *_: "t" * 60, footer=LONGEST_FOOTER)
    return len(render(someone, columns))


def acknowledged_text(texts: Texts, moment: str) -> str:
    return texts("You confirmed this on {moment}", moment=moment)


def answered_text(texts: Texts, answer: str) -> str:
    return texts("Your answer: {answer}. You can still change it.", answer=escape_markdown(answer))

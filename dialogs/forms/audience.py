"""The audience, as its form says it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cards.compose.audience_form import NO_TOPIC
from cards.compose.fields import too_long
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.reading import Reading
from cards.lists.readings import note_text
from dialogs.forms.cleaning import NAME
from dialogs.forms.fields import KEPT, Parsed, Values
from storage.records import Audience, Channel, Contact, ListId

SHOWN = 5  #: pieces of a paste that are named when they are no addresses


@dataclass(frozen=True, slots=True)
class Pasted:
    """Addresses that were pasted into a form, each person once, and how they were read."""

    contacts: tuple[Contact, ...] = ()
    reading: Reading = field(default_factory=Reading)

    @property
    def columns(self) -> tuple[str, ...]:
        """What else was pasted beside them: variables of a list."""
        return self.reading.columns

    def notes(self, texts: Texts) -> str:
        """What was left out, or guessed, a sentence each; "" for nothing."""
        notes = (note_text(texts, note, self.reading) for note in self.reading.notes)
        return " ".join(note for note in notes if note)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChoice:
    """What the author chose; pasted addresses have still to become a list."""

    channel: Channel
    audience: Audience
    new_name: str = ""
    pasted: Pasted = field(default_factory=Pasted)
    #: the number of what it is about; None: of nothing
    topic: int | None = None


def read_audience(values: Values, texts: Texts) -> Parsed[AudienceChoice]:
    """Whether the lists are still there is for the store to say."""
    errors: dict[str, str] = {}
    if values.get("channel", "") not in list(Channel):
        errors["channel"] = texts("Please choose a channel.")
    chosen = values.get("audience", "").split(",")
    audience = Audience(
        everyone="everyone" in chosen,
        lists=_lists(values.get("audience", "")),
        except_lists=_lists(values.get("except", "")),
        guests=values.get("guests") == "true",
    )
    if both := set(audience.lists) & set(audience.except_lists):
        errors["except"] = texts.many(
            "A list is ticked above and left out here: one of the two must go.",
            "{count} lists are ticked above and left out here: one of the two must go.",
            len(both),
        )
    text = values.get("addresses", "")
    text = text if text.strip() else ""
    name = " ".join(values.get("list_name", "").split())
    if len(name) > NAME:
        errors["list_name"] = too_long(texts, len(name), NAME)
    if name and not text:
        errors["addresses"] = texts("Please paste at least one address.")
    pasted = Pasted()
    if text:
        read = read_addresses(text, texts)
        pasted = read.value or pasted
        errors.update(read.errors)
    if not (audience.everyone or audience.lists or text or name):
        errors["audience"] = texts("Please choose who receives it.")
    topic = _topic(values, texts, errors)
    if errors:
        return Parsed(None, errors)
    channel = Channel(values["channel"])
    return Parsed(AudienceChoice(channel=channel, audience=audience, new_name=name, pasted=pasted, topic=topic))


def _topic(values: Values, texts: Texts, errors: dict[str, str]) -> int | None:
    """Whether it is still there is for the store to say."""
    number = values.get("topic", "")
    if number in ("", NO_TOPIC):
        return None
    if not (number.isascii() and number.isdecimal() and len(number) < 9):
        errors["topic"] = texts("Please choose one of these.")
        return None
    return int(number)


def list_id(text: str) -> ListId | None:
    """The list that "list:12" names; None for anything else."""
    number = text.strip().removeprefix("list:")
    return ListId(int(number)) if text.strip() != number and number.isdecimal() and len(number) < 15 else None


def _lists(chosen: str) -> tuple[ListId, ...]:
    ids = (list_id(word) for word in chosen.split(","))
    return tuple(dict.fromkeys(id for id in ids if id is not None))


def read_addresses(text: str, texts: Texts) -> Parsed[Pasted]:
    """Pasted addresses, each person once; what is none is named with its line."""
    if len(text) >= KEPT:  # it may have been cut, and nobody is to be forgotten
        return Parsed(None, {"addresses": too_much(texts)})
    from dialogs.lists.imports.reading import Reader  # with all that files take: not before the first paste

    reader = Reader()
    contacts = tuple(contact for page in reader.pasted(text) for contact in page)
    reading = reader.reading
    if reading.question is not None:
        return Parsed(None, {"addresses": _several_columns(reading, texts)})
    if reading.wrong:
        return Parsed(None, {"addresses": not_addresses(reading, texts)})
    if not contacts:
        return Parsed(None, {"addresses": texts("Please paste at least one address.")})
    return Parsed(Pasted(contacts, reading))


def _several_columns(reading: Reading, texts: Texts) -> str:
    some = [escape_markdown(column.heading or column.sample[0]) for column in reading.address_columns[:SHOWN]]
    return texts(
        "I cannot tell whose addresses these are: {columns}. Please paste only those of the people to write to, or make"
        " a list of them first (**new list**): there I ask which column it is.",
        columns=texts.enumerate([texts("“{name}”", name=one) for one in some]),
    )


def too_much(texts: Texts) -> str:
    return texts("That is too much to paste. Please drop it into this chat as a CSV or Excel file.")


def not_addresses(reading: Reading, texts: Texts) -> str:
    some = [
        texts("“{text}” (line {line})", text=escape_markdown(wrong.text), line=wrong.line)
        if wrong.text
        else texts("line {line}", line=wrong.line)
        for wrong in reading.wrong_lines[:SHOWN]
    ]
    return texts.many(
        "This is not an address: {some}",
        "{count} entries are not addresses: {some}",
        reading.wrong,
        some=texts.enumerate(some) + (" …" if reading.wrong > SHOWN else ""),
    )

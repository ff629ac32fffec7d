"""What was understood of a campaign that was said in words, and what must be answered before it goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.kit.elements import ActionSet
from cards.kit.parts import go, handle
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign

SAID = "said"  #: among a draft's forms: what was said and is not answered yet
TITLE = 25  #: characters on a button
SHOWN = 160  #: characters of what is quoted
#: what is asked -> the step whose form answers it, too
STEP_OF = {
    **dict.fromkeys(("which list", "unknown list", "which"), "audience"),
    **dict.fromkeys(
        ("address", "button words", "answers", "which button", "too many", "is it for the text"), "message"
    ),
    **dict.fromkeys(("not understood", "not supported"), ""),
}


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that stands in the way of a draft."""

    #: as ``dialogs.sayings.Ask`` names it
    ask: str
    words: str = ""
    #: names of lists, or of buttons, that may be meant
    near: tuple[str, ...] = ()
    #: of a list: it was to be left out
    left_out: bool = False

    @property
    def step(self) -> str:
        """Where it is shown, and answered by a form."""
        return STEP_OF.get(self.ask) or "message"

    @property
    def is_kept_by_forms(self) -> bool:
        """Whether saving a form does not answer it: a restriction that is not understood is never lost."""
        return not STEP_OF.get(self.ask)


def asks_of(forms: Mapping[str, Mapping[str, str]]) -> tuple[OpenAsk, ...]:
    kept = forms.get(SAID, {}).get("asks", "")
    try:
        rows = json.loads(kept) if kept else []
        return tuple(OpenAsk(str(ask), str(words), tuple(map(str, near)), bool(out)) for ask, words, near, out in rows)
    except (ValueError, TypeError):
        return ()


def with_asks(forms: Mapping[str, Mapping[str, str]], asks: Sequence[OpenAsk]) -> dict[str, Mapping[str, str]]:
    """A draft's forms with these questions in the place of those before."""
    others = {step: values for step, values in forms.items() if step != SAID}
    if not asks:
        return others
    rows = [[one.ask, one.words, list(one.near), one.left_out] for one in dict.fromkeys(asks)]
    return {**others, SAID: {"asks": json.dumps(rows, ensure_ascii=False)}}


def answered_by(forms: Mapping[str, Mapping[str, str]], step: str) -> dict[str, Mapping[str, str]]:
    """A draft's forms once the form of a step has been saved: it answers what is asked of that step."""
    left = [one for one in asks_of(forms) if one.is_kept_by_forms or one.step != step]
    return with_asks(forms, left)


# --- as it is shown ---------------------------------------------------------------------------


def ask_text(texts: Texts, asked: OpenAsk) -> str:
    words = escape_markdown(asked.words[:SHOWN])
    near = texts.either([escape_markdown(name) for name in asked.near])
    match asked.ask:
        case "which list" if asked.left_out:
            return texts(
                "You want to leave out “{words}”: I know no such list. Do you mean {near}?", words=words, near=near
            )
        case "which list":
            return texts("I know no list “{words}”. Do you mean {near}?", words=words, near=near)
        case "unknown list" if asked.left_out:
            return texts("You want to leave out “{words}”: I know no such list.", words=words)
        case "unknown list":
            return texts("I know no list “{words}”.", words=words)
        case "which":
            return texts("Should “{words}” receive it as well, or only “{words}”?", words=words)
        case "not supported":
            return texts("“{words}”: that I cannot do in words.", words=words)
        case "is it for the text":
            return texts("Does “{words}” belong to the text?", words=words)
        case "address":
            return texts("“{words}” is no address that a button may lead to: it begins with https://.", words=words)
        case "button words":
            return texts("What should stand on the button to “{words}”?", words=words)
        case "answers":
            return texts("Which answers can people choose from? Two at least.")
        case "which button":
            return texts("Which button do you mean?")
        case "too many":
            return texts("That makes {count} buttons: Teams shows six at most.", count=words)
        case _:
            return texts("I did not understand “{words}”.", words=words)


def ask_actions(texts: Texts, campaign: Campaign, number: int, asked: OpenAsk) -> list[ActionSet]:
    """The answers that are one press away, names one below the other; ``number``: of the question in the draft."""
    payload = handle(campaign, ask=number, said=asked.words)
    names: list[Any] = []
    actions: list[Any] = []
    if asked.ask == "which list":
        names = [go(_short(name), "said.list", {**payload, "name": name}) for name in asked.near[:3]]
    elif asked.ask == "which":
        actions.append(go(_short(texts("As well")), "said.list", {**payload, "name": asked.words}))
        actions.append(go(_short(texts("Only these")), "said.list", {**payload, "name": asked.words, "only": "true"}))
    elif asked.ask == "is it for the text":
        actions.append(go(texts("It is the text"), "said.text", payload))
    if asked.ask in ("which list", "unknown list"):
        actions.append(go(texts("Choose a list"), "form.open", {**handle(campaign), "step": "audience"}))
    elif not asked.is_kept_by_forms and asked.step == "message" and asked.ask != "is it for the text":
        actions.append(go(texts("Change the message"), "form.open", {**handle(campaign), "step": "message"}))
    actions.append(go(texts("Go on without it"), "said.drop", payload))
    return [ActionSet(actions=row, spacing="Small") for row in (*([name] for name in names), actions)]


def _short(name: str) -> str:
    return name if len(name) <= TITLE else name[: TITLE - 1] + "…"


def understood_text(texts: Texts, parts: Sequence[str], *, new: bool) -> str:
    """The line above the review."""
    if not parts:
        return ""
    joined = " · ".join(parts)
    return texts("I understood: {parts}", parts=joined) if new else texts("Changed: {parts}", parts=joined)

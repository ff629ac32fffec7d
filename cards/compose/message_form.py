"""The form for the message: its words, and behind buttons what few need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cards.compose.fields import ACK, ANONYMOUS, NOTIFICATION, THUMBS, TITLE, TRACK, behind, inputs
from cards.compose.frame import Errors, Values, form_of_step, own_text
from cards.compose.sequels.steps_form import of_step
from cards.compose.variants.ab_form import ab_line
from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Image, TextInput
from cards.kit.parts import Part, act, beside, folded, handle, hint, with_error
from cards.kit.texts import SPOKEN, Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign

#: the fields with rules of their own, behind a button
BUTTONS = ("link_title", "link_url", "links", "ack_title", "answers")


def message_form(
    texts: Texts,
    campaign: Campaign,
    values: Values,
    errors: Errors,
    notice: str = "",
    *,
    tracked: bool = True,
    columns: Sequence[str] = (),
    versions: Sequence[str] = (),
    templates: bool = False,
) -> AdaptiveCard:
    """``tracked``: links can lead through us; ``columns``: variables of lists; ``versions``: other languages;
    ``templates``: there are some that it may begin with.
    """

    def text(id: str, label: str, **properties: Any) -> list[Any]:
        return with_error(TextInput(id=id, label=label, value=values.get(id, ""), **properties), errors.get(id))

    def part(id: str, name: str, holds: str, fields: list[Any], *names: str) -> Part:
        names = (*names, *(field.name for field in behind(id)))
        return Part(id=id, name=name, holds=holds, fields=fields, wrong=[errors[one] for one in names if one in errors])

    payload = handle(campaign, step="message")
    begin = act(texts("Begin with a template"), "templates.open", payload)
    above = [
        *of_step(texts, campaign),
        *([ActionSet(actions=[begin])] if templates else []),
        *text("name", texts("Name of the campaign (only you see it)"), placeholder=texts("Autumn newsletter")),
        *inputs(texts, values, errors, [TITLE]),
        *text("body", texts("Text"), multiline=True, placeholder=texts("Hello [FIRSTNAME], …")),
        *own_text(texts, values, errors, columns, "form.save", {**payload, "go": "message"}),
        hint(variables_hint(texts, columns), spacing="Small"),
        *inputs(texts, values, errors, behind("")),
    ]
    parts = [
        part("buttons", texts("Buttons"), buttons_line(texts, values), _buttons(texts, text, values, errors), *BUTTONS),
        part("picture", texts("Picture"), picture_line(texts, values), _picture(texts, text, values, errors), "image"),
        part(
            "languages",
            texts("Languages"),
            escape_markdown(
                texts.enumerate(
                    [texts.language_name(code, alone=False) for code in (spoken_in(texts, values), *versions)]
                )
            ),
            _languages(texts, values, payload, versions),
            "language",
        ),
        part("more", texts("More choices"), more_line(texts, values), _more(texts, values, errors, tracked=tracked)),
    ]
    return form_of_step(
        texts,
        campaign,
        "message",
        texts("What do you want to say?"),
        [*above, *folded(texts, parts, above), *ab_line(texts, campaign, values, errors)],
        notice,
        errors,
        [act(texts("Write it in the chat"), "message.write", payload, mode="secondary")],
    )


def spoken_in(texts: Texts, values: Values) -> str:
    """The language of the text itself."""
    return values.get("language") or texts.language


def buttons_line(texts: Texts, values: Values) -> str:
    """The words on them, as far as they have been typed."""
    links = [line.rpartition(" ")[0] or line for line in values.get("links", "").splitlines() if line.strip()]
    answers = [one.strip() for one in re.split(r"[;\n]", values.get("answers", "")) if one.strip()]
    confirm = [values.get("ack_title") or texts("I have read it")] if ACK.is_on(values) else []
    titles = [one for one in (values.get("link_title", "").strip(), *links, *confirm, *answers) if one]
    quoted = [texts("“{name}”", name=escape_markdown(title[:40])) for title in titles]
    return texts.enumerate(quoted) or texts("no button")


def picture_line(texts: Texts, values: Values) -> str:
    if not values.get("image", "").strip():
        return texts("no picture")
    return escape_markdown(values.get("image_alt", "")[:80]) or texts("one, and nothing says what it shows")


def more_line(texts: Texts, values: Values) -> str:
    parts = [
        *([texts("its own notification")] if values.get(NOTIFICATION.name, "").strip() else []),
        *([] if TRACK.is_on(values) else [texts("clicks are not counted")]),
        *([texts("without names: totals only")] if ANONYMOUS.is_on(values) else []),
        *([texts("👍 and 👎 beneath it")] if THUMBS.is_on(values) else []),
    ]
    return " · ".join(parts) or texts("as usual")


def variables_hint(texts: Texts, columns: Sequence[str]) -> str:
    text = texts(
        "\\[FIRSTNAME\\], \\[LASTNAME\\] and \\[EMAIL\\] become each person’s own;"
        " \\[FIRSTNAME|there\\] says “there” where we have no name."
        " \\*\\*Bold\\*\\*, \\_italic\\_, \\[links\\]\\(https://…\\) and “- ” lists work."
    )
    if not columns:
        return text
    names = ", ".join(f"\\[{column}\\]" for column in columns)
    return text + " " + texts("Your lists know more: {columns}.", columns=names.replace("_", "\\_"))


def _buttons(texts: Texts, text: Any, values: Values, errors: Errors) -> list[Any]:
    return [
        beside(
            text("link_title", texts("Link: words on the button"), placeholder=texts("Read more")),
            text("link_url", texts("Link: address"), placeholder="https://…", style="Url"),
        ),
        *text(
            "links",
            texts("More links: one on each line"),
            multiline=True,
            placeholder=texts("The programme https://contoso.com/programme"),
        ),
        *inputs(texts, values, errors, behind("buttons")),
        *text("ack_title", texts("Confirm: words on the button"), placeholder=texts("I have read it")),
        *text("answers", texts("Quick answers to your question"), placeholder=texts("Yes; No; Perhaps")),
        hint(texts("Six buttons at most."), spacing="Small"),
    ]


def _picture(texts: Texts, text: Any, values: Values, errors: Errors) -> list[Any]:
    shown: list[Any] = []
    if values.get("image", "").startswith(("http://", "https://", "data:image/")):
        shown.append(Image(url=values["image"], alt=values.get("image_alt") or texts("Picture"), size="Medium"))
    return [
        *shown,
        *text("image", texts("Address of the picture"), placeholder="https://…", style="Url"),
        *inputs(texts, values, errors, behind("picture")),
        hint(texts("Or drop a picture into this chat."), spacing="Small"),
    ]


def _languages(texts: Texts, values: Values, payload: Mapping[str, Any], versions: Sequence[str]) -> list[Any]:
    spoken = ChoiceInput(
        id="language",
        label=texts("The text above is in"),
        choices=[(code, texts.language_name(code)) for code in SPOKEN],
        value=spoken_in(texts, values),
        style="compact",
    )
    actions = [
        act(texts.language_name(code), "version.open", {**payload, "other": code}, tooltip=texts("Change it"))
        for code in versions
    ]
    actions.append(act(texts("Add a language"), "version.open", payload))
    return [
        spoken,
        ActionSet(actions=actions, spacing="Small"),
        hint(texts("Each person reads their own language; who has none of them, the text above."), spacing="Small"),
    ]


def _more(texts: Texts, values: Values, errors: Errors, *, tracked: bool) -> list[Any]:
    """The notification, and what is noted of what people do with the message."""
    no_address = hint(texts("Links are not tracked: Crieur has no public address (PUBLIC\\_URL) to lead them through."))
    parts: list[Any] = []
    for field in behind("more"):
        parts += inputs(texts, values, errors, [field]) if tracked or field is not TRACK else [no_address]
    return parts

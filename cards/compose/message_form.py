"""The form for the message: its words, and behind buttons what few need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cards.compose.frame import Errors, Values, form_of_step
from cards.kit.elements import ActionSet, AdaptiveCard, ChoiceInput, Element, Image, TextInput, ToggleInput
from cards.kit.parts import act, beside, folded, handle, hint, with_error
from cards.kit.texts import SPOKEN, Texts
from storage.records import Campaign, Style

#: the fields behind each button
BUTTONS = ("link_title", "link_url", "links", "ack_title", "answers")
PICTURE = ("image", "image_alt")
MORE = ("notification",)


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

    def touched(fields: Sequence[str]) -> bool:
        return any(values.get(field) or errors.get(field) for field in fields)

    payload = handle(campaign, step="message")
    begin = act(texts("Begin with a template"), "templates.open", payload)
    fields = [
        *([ActionSet(actions=[begin])] if templates else []),
        *text("name", texts("Name of the campaign (only you see it)"), placeholder=texts("Autumn newsletter")),
        *text("title", texts("Title (optional)"), placeholder=texts("What people read first")),
        *text("body", texts("Text"), multiline=True, placeholder=texts("Hello [FIRSTNAME], …")),
        hint(variables_hint(texts, columns), spacing="Small"),
        ActionSet(actions=[act(texts("Write it in the chat instead"), "message.write", payload)], spacing="Small"),
        *_style(texts, values, errors),
        *folded(
            [
                ("buttons", texts("Buttons"), _buttons(texts, text, values), touched(BUTTONS) or _acks(values)),
                ("picture", texts("Picture"), _picture(texts, text, values), touched(PICTURE)),
                (
                    "languages",
                    texts("Languages"),
                    _languages(texts, values, payload, versions),
                    bool(versions) or bool(errors.get("language")),
                ),
                (
                    "more",
                    texts("More choices"),
                    _more(texts, text, values, tracked=tracked),
                    touched(MORE) or values.get("track") == "false" or values.get("anonymous") == "true",
                ),
            ]
        ),
    ]
    return form_of_step(texts, campaign, "message", texts("What do you want to say?"), fields, notice, errors)


def variables_hint(texts: Texts, columns: Sequence[str]) -> str:
    text = texts(
        "\\[FIRSTNAME\\], \\[LASTNAME\\] and \\[EMAIL\\] become each person's own;"
        " \\[FIRSTNAME|there\\] says “there” where we have no name."
        " \\*\\*Bold\\*\\*, \\_italic\\_, \\[links\\]\\(https://…\\) and “- ” lists work."
    )
    if not columns:
        return text
    names = ", ".join(f"\\[{column}\\]" for column in columns)
    return text + " " + texts("Your lists know more: {columns}.", columns=names.replace("_", "\\_"))


def _style(texts: Texts, values: Values, errors: Errors) -> list[Element]:
    styles = [
        (Style.MESSAGE, texts("Plain message")),
        (Style.IDEA, texts("💡 Idea")),
        (Style.SUCCESS, texts("✅ Success")),
        (Style.IMPORTANT, texts("❗ Important")),
    ]
    value = values.get("style", Style.MESSAGE)
    choice = ChoiceInput(id="style", label=texts("Style"), choices=styles, value=value, style="compact")
    return with_error(choice, errors.get("style"))


def _acks(values: Values) -> bool:
    return values.get("ack") == "true"


def _buttons(texts: Texts, text: Any, values: Values) -> list[Any]:
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
        ToggleInput(
            id="ack",
            label=texts("Acknowledgement"),
            title=texts("Ask people to confirm that they have read it"),
            value=values.get("ack", "false"),
            wrap=True,
        ),
        *text("ack_title", texts("Confirm: words on the button"), placeholder=texts("I have read it")),
        *text("answers", texts("Quick answers to your question"), placeholder=texts("Yes; No; Perhaps")),
        hint(texts("Six buttons at most."), spacing="Small"),
    ]


def _picture(texts: Texts, text: Any, values: Values) -> list[Any]:
    shown: list[Any] = []
    if values.get("image", "").startswith(("http://", "https://", "data:image/")):
        shown.append(Image(url=values["image"], alt=values.get("image_alt") or texts("Picture"), size="Medium"))
    return [
        *shown,
        *text("image", texts("Address of the picture"), placeholder="https://…", style="Url"),
        *text("image_alt", texts("What it shows, for those who cannot see it")),
        hint(texts("Or drop a picture into this chat."), spacing="Small"),
    ]


def _languages(texts: Texts, values: Values, payload: Mapping[str, Any], versions: Sequence[str]) -> list[Any]:
    spoken = ChoiceInput(
        id="language",
        label=texts("The text above is in"),
        choices=[(code, texts.language_name(code)) for code in SPOKEN],
        value=values.get("language") or texts.language,
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


def _more(texts: Texts, text: Any, values: Values, *, tracked: bool) -> list[Any]:
    """The notification, and what is noted of what people do with the message."""
    track = ToggleInput(
        id="track",
        label=texts("Clicks"),
        title=texts("Count who follows the links"),
        value=values.get("track", "true"),
        wrap=True,
    )
    no_address = hint(texts("Links are not tracked: Crieur has no public address (PUBLIC\\_URL) to lead them through."))
    anonymous = ToggleInput(
        id="anonymous",
        label=texts("Anonymous"),
        title=texts("Keep totals only: nobody can see who opened, clicked or answered"),
        value=values.get("anonymous", "false"),
        wrap=True,
    )
    return [
        *text(
            "notification",
            texts("Notification: what the activity feed says"),
            placeholder=texts("The title, or how the text begins"),
        ),
        track if tracked else no_address,
        anonymous,
    ]

"""The form for the message."""

from __future__ import annotations

from typing import Any

from cards.elements import (
    AdaptiveCard,
    ChoiceInput,
    TextInput,
    ToggleInput,
)
from cards.parts import beside, hint, subheading, with_error
from cards.texts import Texts
from cards.wizard.frame import Errors, Values, form_of_step
from storage.records import Campaign, Style


def message_form(
    texts: Texts, campaign: Campaign, values: Values, errors: Errors, notice: str = "", *, tracked: bool = True
) -> AdaptiveCard:
    """``tracked``: links can lead through us."""

    def text(id: str, label: str, **properties: Any) -> list[Any]:
        return with_error(TextInput(id=id, label=label, value=values.get(id, ""), **properties), errors.get(id))

    styles = [
        (Style.MESSAGE, texts("Plain message")),
        (Style.IDEA, texts("💡 Idea")),
        (Style.SUCCESS, texts("✅ Success")),
        (Style.IMPORTANT, texts("❗ Important")),
    ]
    fields = [
        *text("name", texts("Name of the campaign (only you see it)"), placeholder=texts("Autumn newsletter")),
        *text("title", texts("Title (optional)"), placeholder=texts("What people read first")),
        *text(
            "body",
            texts("Text"),
            multiline=True,
            placeholder=texts("Hello [FIRSTNAME], …"),
        ),
        hint(
            texts(
                "\\[FIRSTNAME\\], \\[LASTNAME\\] and \\[EMAIL\\] become each person's own;"
                " \\[FIRSTNAME|there\\] says “there” where we have no name."
                " \\*\\*Bold\\*\\*, \\_italic\\_, \\[links\\]\\(https://…\\) and “- ” lists work."
            ),
            spacing="Small",
        ),
        *with_error(
            ChoiceInput(
                id="style",
                label=texts("Style"),
                choices=styles,
                value=values.get("style", Style.MESSAGE),
                style="compact",
            ),
            errors.get("style"),
        ),
        subheading(texts("Buttons")),
        beside(
            text("link_title", texts("Link: words on the button"), placeholder=texts("Read more")),
            text("link_url", texts("Link: address"), placeholder="https://…", style="Url"),
        ),
        ToggleInput(
            id="ack",
            label=texts("Acknowledgement"),
            title=texts("Ask people to confirm that they have read it"),
            value=values.get("ack", "false"),
            wrap=True,
        ),
        *text("ack_title", texts("Confirm: words on the button"), placeholder=texts("I have read it")),
        *_tracking(texts, values, tracked=tracked),
    ]
    return form_of_step(texts, campaign, "message", texts("What do you want to say?"), fields, notice, errors)


def _tracking(texts: Texts, values: Values, *, tracked: bool) -> list[Any]:
    """What is noted of what people do with the message."""
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
    return [subheading(texts("What is counted")), track if tracked else no_address, anonymous]

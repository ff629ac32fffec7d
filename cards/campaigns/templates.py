"""Cards about templates: all of them, one with what it says, its name and sharing, its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cards.compose.review import Overview, facts, hours_text, preview_of
from cards.kit.elements import AdaptiveCard, ChoiceInput, FactSet, TextInput
from cards.kit.parts import (
    act,
    card,
    full_name,
    go,
    handle,
    heading,
    hint,
    notices,
    paragraph,
    row_of_list,
    subheading,
    with_error,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, CampaignState, Person, Schedule, Template

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template among others."""

    template: Template
    #: its author; None where that is the reader
    owner: Person | None


def templates_card(
    texts: Texts,
    lines: Sequence[TemplateLine],
    find: str,
    page: int,
    pages: int,
    notice: str = "",
    draft: Campaign | None = None,
) -> AdaptiveCard:
    """``draft``: a new campaign that may begin with one of them."""
    title = texts("Which template shall it begin with?") if draft else texts("Your templates")
    body: list[Any] = [*notices(notice, "good"), heading(title)]
    if not lines:
        none = texts("No template has “{find}” in its name.", find=escape_markdown(find)) if find else ""
        body.append(paragraph(none or texts("There is none yet. Open a campaign, and keep it as a template.")))
    here = {} if draft is None else handle(draft)
    body += [_line(texts, line, here) for line in lines]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    actions: list[Any] = []
    if draft is not None:
        actions.append(go(texts("Without a template"), "form.open", {**here, "step": "message"}))
    if pages > 1 or find:
        body.append(TextInput(id="find", label=texts("Find a template by its name"), value=find))
        actions.append(act(texts("Find"), "templates.open", {**here, "page": 0}))
    if page + 1 < pages:
        actions.append(go(texts("Next"), "templates.open", {**here, "page": page + 1, "find": find}))
    if page:
        actions.append(go(texts("Previous"), "templates.open", {**here, "page": page - 1, "find": find}))
    if draft is None:
        actions.append(go(texts("All campaigns"), "campaigns.open", {"page": 0}))
    return card(texts, body, actions)


def _line(texts: Texts, line: TemplateLine, draft: Mapping[str, Any]) -> Any:
    template = line.template
    of = {"template": template.id}
    begin = go(texts("Begin"), "template.use", {**draft, **of})
    begin.tooltip = texts("A new campaign from “{name}”", name=template.name)
    buttons = [begin]
    if not draft:
        buttons.append(go(texts("Open"), "template.open", of, tooltip=texts("Open “{name}”", name=template.name)))
    words = [paragraph(f"**{escape_markdown(template.name)}**"), hint(_whose(texts, line), spacing="None")]
    return row_of_list(words, buttons)


def _whose(texts: Texts, line: TemplateLine) -> str:
    if line.owner is not None:
        return texts("by {person}", person=escape_markdown(full_name(line.owner)))
    return texts("for all authors") if line.template.shared else texts("only for you")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """One template, read like a campaign."""

    line: TemplateLine
    campaign: Campaign
    overview: Overview
    #: as if it began now; None where it says none
    schedule: Schedule | None
    #: whether the reader may change it
    changeable: bool


def template_card(texts: Texts, view: TemplateView, notice: str = "", tone: str = "good") -> AdaptiveCard:
    template = view.line.template
    of = {"template": template.id}
    body: list[Any] = [*notices(notice, tone), heading(escape_markdown(template.name)), FactSet(_facts(texts, view))]
    if view.overview.preview:
        body += [subheading(texts("Message")), preview_of(view.campaign, view.overview.preview, view.overview.footer)]
    actions: list[Any] = [go(texts("Begin a campaign with it"), "template.use", of, style="positive")]
    if view.changeable:
        actions.append(go(texts("Name and sharing"), "template.settings", of))
        actions.append(go(texts("Delete"), "template.delete", of, mode="secondary"))
    actions.append(go(texts("All templates"), "templates.open", {"page": 0}, mode="secondary"))
    return card(texts, body, actions)


def _facts(texts: Texts, view: TemplateView) -> list[tuple[str, str]]:
    rows = facts(texts, view.campaign, view.overview)
    if view.schedule is not None:
        rows.append((texts("Duration"), texts.duration(view.schedule.slot.duration)))
        rows.append((texts("Working hours"), hours_text(texts, view.schedule)))
    if view.overview.languages:
        names = [texts.language_name(code, alone=False) for code in view.overview.languages]
        rows.append((texts("Languages"), texts.enumerate(names)))
    if view.line.owner is not None:
        rows.append((texts("Author"), escape_markdown(full_name(view.line.owner))))
    sharing = texts("for all authors") if view.line.template.shared else texts("only for you")
    return [*rows, (texts("Sharing"), sharing)]


def keep_form(texts: Texts, campaign: Campaign, values: Values, errors: Values) -> AdaptiveCard:
    """A campaign is kept as a template: under which name, for whom."""
    payload = handle(campaign)
    what = hint(
        texts(
            "It keeps the message in all its languages, the audience and the hours; each campaign asks for its start."
        )
    )
    back = go(texts("Back"), "campaign.open", payload)
    if campaign.state is CampaignState.DRAFT:
        back = go(texts("Back"), "form.open", {**payload, "step": "review"})
    title = texts("Save as a template")
    return card(
        texts,
        [heading(title), *_fields(texts, values, errors), what],
        [act(texts("Save"), "template.make", payload, style="positive"), back],
    )


def template_settings_form(texts: Texts, template: Template, values: Values, errors: Values) -> AdaptiveCard:
    of = {"template": template.id}
    return card(
        texts,
        [heading(texts("Name and sharing")), *_fields(texts, values, errors)],
        [act(texts("Save"), "template.save", of, style="positive"), go(texts("Back"), "template.open", of)],
    )


def _fields(texts: Texts, values: Values, errors: Values) -> list[Any]:
    name = TextInput(id="template_name", label=texts("Name of the template"), value=values.get("template_name", ""))
    return [
        *with_error(name, errors.get("template_name")),
        ChoiceInput(
            id="sharing",
            label=texts("Who may begin with it?"),
            choices=[("me", texts("Only me")), ("all", texts("All authors"))],
            value=values.get("sharing", "me"),
            style="expanded",
        ),
    ]


def template_delete_card(texts: Texts, template: Template) -> AdaptiveCard:
    of = {"template": template.id}
    lines = [texts("Campaigns that began with it stay as they are.")]
    if template.shared:
        lines.append(texts("No author can begin with it any more."))
    return card(
        texts,
        [
            heading(texts("Delete “{name}”?", name=escape_markdown(template.name))),
            *(paragraph(line) for line in lines),
        ],
        [
            act(texts("Yes, delete the template"), "template.delete.confirm", of, style="destructive"),
            go(texts("Keep the template"), "template.open", of),
        ],
    )

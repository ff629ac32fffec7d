"""The cards about templates, as Contoso sees them."""

from __future__ import annotations

from dataclasses import replace

from cards.campaigns.templates import (
    TemplateLine,
    TemplateView,
    keep_form,
    template_card,
    template_delete_card,
    template_settings_form,
    templates_card,
)
from cards.compose.review import Overview
from cards.kit.elements import AdaptiveCard
from cards.kit.texts import Texts
from storage.records import CampaignState, Channel, Person, PersonId, Template, TemplateId
from tests.support.sample_records import CONTOSO, MESSAGES, NOW, OTHERS, campaign, person, schedule


def template(number: int, name: str, *, owner: int = 1, shared: bool = False) -> Template:
    return Template(
        id=TemplateId(number),
        tenant=CONTOSO,
        owner=PersonId(owner),
        name=name,
        channel=Channel.TEAMS,
        shared=shared,
        created_at=NOW,
    )


def line(name: str, owner: Person | None = None, *, shared: bool = False) -> TemplateLine:
    return TemplateLine(template(3, name, shared=shared), owner)


def view(language: str, overview: Overview, shown: TemplateLine, *, changeable: bool = True) -> TemplateView:
    return TemplateView(
        line=shown,
        campaign=campaign(language, CampaignState.DRAFT, name=shown.template.name),
        overview=replace(overview, schedule=None),
        schedule=schedule(),
        changeable=changeable,
    )


def template_cards(texts: Texts, overview: Overview) -> dict[str, AdaptiveCard]:
    language, names = texts.language, OTHERS[texts.language]
    own = line(MESSAGES[language]["name"])
    lines = [own, line(names[0], shared=True), line(names[1], person(2), shared=True)]
    draft, done = campaign(language, CampaignState.DRAFT), campaign(language, CampaignState.DONE)
    values = {"template_name": own.template.name, "sharing": "all"}
    taken = {"template_name": texts("There is a template of this name already.")}
    in_two = replace(overview, languages=("en", "fr"), language=language)
    return {
        "templates": templates_card(texts, lines, "", 0, 1),
        "templates_none": templates_card(texts, [], "", 0, 1),
        "templates_for_a_draft": templates_card(texts, lines, "", 0, 2, draft=draft),
        "template": template_card(texts, view(language, in_two, own)),
        "template_of_others": template_card(texts, view(language, overview, lines[2], changeable=False)),
        "template_keep": keep_form(texts, done, values, {}),
        "template_keep_taken": keep_form(texts, draft, values, taken),
        "template_settings": template_settings_form(texts, own.template, values, {}),
        "template_delete": template_delete_card(texts, lines[1].template),
    }

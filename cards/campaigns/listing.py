"""Cards about a campaign as a whole: information, people, list, deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from cards.campaigns.sequence import sequence_said
from cards.campaigns.series import has_come, series_state
from cards.compose.review import Overview, facts, in_languages, preview_of
from cards.compose.sequels.repeat_form import repeat_text
from cards.kit.elements import ActionSet, AdaptiveCard, FactSet, TextInput
from cards.kit.parts import (
    act,
    card,
    go,
    handle,
    heading,
    hint,
    member_row,
    name_of,
    notices,
    paragraph,
    reach_text,
    row_of_list,
    state_sign,
    state_text,
    subheading,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.lists.installs import offer_to_install
from cards.message.compile import summary_of
from cards.results.figures import Figures
from cards.results.shares import shares
from storage.records import (
    AtEnd,
    Campaign,
    CampaignId,
    CampaignState,
    Member,
    Message,
    Reach,
    Recall,
    Tally,
)

WORDS = 40  #: characters of a draft's text in its row
BEGINNING = 400  #: of it that are looked at


def information_card(
    texts: Texts,
    campaign: Campaign,
    overview: Overview,
    tally: Tally | None,
    notice_text: str = "",
    tone: str = "good",
    *,
    decides: bool = False,
    changes: bool = True,
    author: str = "",
    recall: Recall | None = None,
) -> AdaptiveCard:
    """INFORMATION (S14), with what can be done in the campaign's state (S13, S15, S16).

    ``decides``: the reader may approve it. ``changes``: they may edit and delete it. ``author``: its author's name,
    where that is somebody else. ``recall``: how far the taking back of its messages has come.
    """
    rows = [(texts("State"), _state(texts, campaign))]
    if author:
        rows.append((texts("Author"), escape_markdown(author)))
    rows += facts(texts, campaign, overview)
    if tally and tally.total:
        rows.append((texts("Sent"), _of(texts, tally.delivered, tally.total)))
    if recall is not None:
        deletes = campaign.recall_does is AtEnd.DELETE
        done = texts("Taken back") if deletes else texts("Changed")
        rows.append((done, _of(texts, recall.taken_back, max(recall.total, recall.done))))
    body: list[Any] = [*notices(notice_text, tone), heading(name_of(texts, campaign)), FactSet(rows)]
    if overview.preview:
        body += [subheading(texts("Message")), preview_of(campaign, overview.preview, overview.footer)]
        body += in_languages(texts, overview, "campaign.open", handle(campaign))
    payload = handle(campaign)
    keep = go(texts("Save as a template"), "template.keep", payload)
    body.append(ActionSet(actions=[go(texts("Copy"), "campaign.copy", payload), keep], spacing="Medium"))
    actions: list[Any] = []
    under = {"mode": "secondary"} if decides else {}  # clients cut a row of many
    if decides:
        actions.append(go(texts("Decide"), "approval.open", payload, style="positive"))
    if changes and campaign.state.changeable:
        actions.append(go(texts("Change it"), "form.open", {**payload, "step": "review"}))
    if campaign.state in (CampaignState.RUNNING, CampaignState.DONE):
        actions.append(go(texts("Report"), "report.open", payload))
    if overview.message:
        actions.append(go(texts("Try it"), "try.open", payload))
        actions.append(go(texts("Send me a test"), "try.send", {**payload, "to": "me"}, mode="secondary"))
    if changes and campaign.state is not CampaignState.RUNNING and (recall is None or recall.finished_at is not None):
        actions.append(go(texts("Delete"), "delete.open", payload, **under))
    if changes:
        actions.append(go(texts("Share it"), "share.open", payload, mode="secondary"))
    if not decides:  # a row has room for six
        actions.append(go(texts("All campaigns"), "campaigns.open", {"page": 0}, mode="secondary"))
    return card(texts, body, actions)


def _of(texts: Texts, part: int, whole: int) -> str:
    return texts("{part} of {whole}", part=texts.number(part), whole=texts.number(whole))


def people_card(
    texts: Texts,
    campaign: Campaign,
    reach: Reach,
    members: Sequence[Member],
    page: int,
    pages: int,
    installable: int = 0,
) -> AdaptiveCard:
    """``installable``: for how many the bot can install itself."""
    body: list[Any] = [
        heading(texts("The people of “{name}”", name=name_of(texts, campaign))),
        paragraph(reach_text(texts, reach)),
        *(member_row(texts, member, campaign.channel) for member in members),
    ]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    if reach.reachable < reach.total:
        body.append(
            hint(
                texts(
                    "Who is shown in grey has not installed Crieur on {channel}."
                    " If they do before the campaign ends, they receive it too.",
                    channel=campaign.channel.traits.name,
                )
            )
        )
    payload = handle(campaign)
    body += offer_to_install(texts, installable, payload)
    actions = []
    if page + 1 < pages:
        actions.append(go(texts("Next"), "people.open", {**payload, "page": page + 1}))
    if page:
        actions.append(go(texts("Previous"), "people.open", {**payload, "page": page - 1}))
    actions.append(go(texts("Back"), "campaign.open", payload))
    return card(texts, body, actions)


def campaigns_card(
    texts: Texts,
    shown: Sequence[Figures],
    find: str,
    page: int,
    pages: int,
    notice_text: str = "",
    authors: Mapping[CampaignId, str] | None = None,
) -> AdaptiveCard:
    """``authors``: the names of those who wrote what is not the reader's own."""
    body: list[Any] = [*notices(notice_text, "good"), heading(texts("Your campaigns"))]
    if not shown:
        none = texts("No campaign has “{find}” in its name.", find=escape_markdown(find)) if find else ""
        body.append(paragraph(none or texts("There is none yet. Shall we make the first one?")))
    body += [_line(texts, figures, (authors or {}).get(figures.campaign.id, "")) for figures in shown]
    if pages > 1:
        body.append(hint(texts("Page {page} of {pages}", page=page + 1, pages=pages)))
    actions = [go(texts("New campaign"), "campaign.new", {}, style="positive")]
    if pages > 1 or find:
        body.append(TextInput(id="find", label=texts("Find a campaign by its name"), value=find))
        actions.append(act(texts("Find"), "campaigns.open", {"page": 0}))
    if page + 1 < pages:
        actions.append(go(texts("Next"), "campaigns.open", {"page": page + 1, "find": find}))
    if page:
        actions.append(go(texts("Previous"), "campaigns.open", {"page": page - 1, "find": find}))
    return card(texts, body, actions)


def _line(texts: Texts, figures: Figures, author: str) -> Any:
    campaign = figures.campaign
    tooltip = texts("Open “{name}”", name=campaign.name or texts("A new campaign"))
    open_it = go(texts("Open"), "campaign.open", handle(campaign), tooltip=tooltip)
    copy = go(texts("Copy"), "campaign.copy", handle(campaign))
    copy.tooltip = texts("A new draft like “{name}”", name=campaign.name or texts("A new campaign"))
    by = [texts("by {person}", person=escape_markdown(author))] if author else []
    said = hint(" · ".join([*by, key_figures(texts, figures)]), spacing="None")
    return row_of_list([paragraph(f"**{name_of(texts, campaign)}**"), said], [open_it, copy])


def _state(texts: Texts, campaign: Campaign) -> str:
    return f"{state_sign(campaign.state)} {state_text(texts, campaign.state)}"


def first_words(campaign: Campaign) -> str:
    """How the text of a draft begins, as Markdown that shows it as it is; "" as long as there is none."""
    body = campaign.forms.get("message", {}).get("body", "")
    words = summary_of(Message(body=body[:BEGINNING]))
    short = words if len(words) <= WORDS else words[:WORDS].rsplit(" ", 1)[0].rstrip(" …") + " …"
    return escape_markdown(short)


def key_figures(texts: Texts, figures: Figures) -> str:
    """State and key figures on one line."""
    campaign, tally = figures.campaign, figures.tally
    parts = [series_state(texts, campaign) if has_come(campaign) else _state(texts, campaign)]
    if campaign.state is CampaignState.DRAFT:
        changed_at = campaign.edited_at or campaign.created_at
        parts.append(texts.short_day(changed_at.astimezone(texts.zone).date()))
        parts += [texts("“{words}”", words=words) for words in (first_words(campaign),) if words]
    if campaign.state is CampaignState.SCHEDULED:
        schedule = campaign.as_scheduled.schedule
        starts = campaign.sequels.next_at if campaign.is_series and campaign.sequels else schedule.slot.start
        if campaign.is_sequence:
            starts = None
            parts.append(sequence_said(texts, campaign))
        parts += [texts.moment(starts, ZoneInfo(schedule.zone))] if starts else []
        parts += [repeats] if (repeats := repeat_text(texts, schedule)) else []
    if tally.total:
        parts.append(
            texts("{part} of {whole} sent", part=texts.number(tally.delivered), whole=texts.number(tally.total))
        )
    return " · ".join([*parts, *shares(texts, figures)])

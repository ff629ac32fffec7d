"""The cards with which a campaign's results, or the audit, are asked for as a file and handed over."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from cards.kit.elements import AdaptiveCard, Execute, FactSet, OpenUrl
from cards.kit.parts import (
    Payload,
    beside,
    card,
    go,
    handle,
    heading,
    hint,
    name_of,
    notices,
    paragraph,
    progress_bar,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.results.left import left_text
from storage.records import Campaign, Left


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        return {
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format.CSV: "text/csv; charset=utf-8",
        }[self]


#: what a file is of: a campaign's results, or (None) the audit of the organisation
Exported = Campaign | None


def file_name(exported: Exported, format: Format) -> str:
    """The campaign's name as every system takes it."""
    if exported is None:
        return f"Crieur audit.{format}"
    name = re.sub(r'[\\/:*?"<>|#%&{}~\x00-\x1f]+', " ", exported.name).strip(" .")[:80].strip()
    return f"{name or 'Crieur'}.{format}"


# --- cards ------------------------------------------------------------------------------------


def export_card(
    texts: Texts,
    campaign: Campaign,
    rows: int,
    *,
    by_file: bool,
    by_link: bool,
    notice: str = "",
    left: Left | None = None,
) -> AdaptiveCard:
    """``by_file``: the chat takes files; ``by_link``: a browser reaches us; ``left``: only of those who are."""
    rows_text = texts.many("One row for {count} recipient.", "One row for each of {count} recipients.", rows)
    if left:
        rows_text = texts("Only these: {people}.", people=left_text(texts, left, rows))
    columns = (
        texts("With state, reason, attempts and times. Engagement is kept without names: no row says who did what.")
        if campaign.anonymous
        else texts("With state, reason, attempts, times, and what they did with the message.")
    )
    payload = handle(campaign, left=left) if left else handle(campaign)
    actions = _ways(texts, "export.make", payload, by_file=by_file, by_link=by_link)
    body = [
        *notices(notice, "accent"),
        heading(_title(texts, campaign)),
        paragraph(rows_text),
        hint(columns),
        *([] if actions else notices(_nowhere(texts))),
    ]
    report = go(texts("Report"), "report.open", handle(campaign), mode="secondary" if actions else None)
    return card(texts, body, [*actions, report])


def audit_export_card(texts: Texts, rows: int, *, by_file: bool, by_link: bool, notice: str = "") -> AdaptiveCard:
    actions = _ways(texts, "audit.make", {}, by_file=by_file, by_link=by_link)
    body = [
        *notices(notice, "accent"),
        heading(_title(texts, None)),
        paragraph(texts.many("Who did what, when: {count} entry.", "Who did what, when: {count} entries.", rows)),
        hint(texts("Entries are only ever added. That you export them becomes one, too.")),
        *([] if actions else notices(_nowhere(texts))),
    ]
    back = go(texts("Settings"), "settings.open", {}, mode="secondary" if actions else None)
    return card(texts, body, [*actions, back])


def _ways(texts: Texts, verb: str, payload: Payload, *, by_file: bool, by_link: bool) -> list[Execute]:
    """A button for each format, and way to hand it over."""
    actions = []
    for format, title in ((Format.XLSX, "Excel (XLSX)"), (Format.CSV, "CSV")):
        if by_file:
            actions.append(go(title, verb, {**payload, "format": format, "to": "file"}))
        elif by_link:
            actions.append(go(title, verb, {**payload, "format": format, "to": "link"}))
    if by_file and by_link:
        for format, title in ((Format.XLSX, texts("Excel by a link")), (Format.CSV, texts("CSV by a link"))):
            actions.append(go(title, verb, {**payload, "format": format, "to": "link"}, mode="secondary"))
    return actions


def _nowhere(texts: Texts) -> str:
    return texts("There is no way to hand it over here: Crieur has no public address.")


def making_card(texts: Texts, campaign: Exported, written: int, total: int) -> AdaptiveCard:
    written = min(written, total)
    of = texts("{part} of {whole} rows", part=texts.number(written), whole=texts.number(total))
    share = paragraph(texts.percent(written, total), align="Right", weight="Bolder")
    return card(
        texts,
        [
            heading(_title(texts, campaign)),
            beside([paragraph(of)], [share], widths=["stretch", "auto"]),
            progress_bar(written, total),
            hint(texts("If this stands still for a minute, the bot was restarted: nothing is lost, please ask again.")),
        ],
        _again(texts, campaign, fresh=True),
    )


def download_card(texts: Texts, campaign: Exported, url: str, until: datetime) -> AdaptiveCard:
    return card(
        texts,
        [
            heading(_title(texts, campaign)),
            paragraph(texts("The file is ready.")),
            hint(texts("Anyone with the link can fetch the file, until {moment}.", moment=texts.moment(until))),
        ],
        [OpenUrl(title=texts("Download"), url=url, style="positive")],
    )


def uploaded_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    text = paragraph(texts("The file is in your OneDrive. You find it below."))
    return card(texts, [heading(_title(texts, campaign)), text])


def declined_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    text = paragraph(texts("All right, no file was saved."))
    return card(texts, [heading(_title(texts, campaign)), text], _again(texts, campaign))


def refused_card(texts: Texts, name: str, who: str, host: str, known: str) -> AdaptiveCard:
    """For an owner: a file of theirs was to go to somebody else's SharePoint."""
    facts = [
        (texts("Asked for by"), escape_markdown(who)),
        (texts("Was to go to"), escape_markdown(host)),
        (texts("Your organisation’s"), escape_markdown(known)),
    ]
    body = [
        *notices(texts("A file was not saved: its place is not your organisation’s."), "attention"),
        heading(title_of(texts, escape_markdown(name))),
        FactSet(facts),
        hint(texts("If that place is yours, who runs Crieur can name it (upload-host).")),
    ]
    return card(texts, body)


def interrupted_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    """The bot was told to stop while the file was being made."""
    text = texts("The bot was restarted while it made this file. Nothing is lost: please ask again.")
    return card(texts, [*notices(text), heading(_title(texts, campaign))], _again(texts, campaign))


def trouble_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    text = texts("The file could not be made or handed over. Nothing is lost: please ask again.")
    return card(texts, [*notices(text, "attention"), heading(_title(texts, campaign))], _again(texts, campaign))


def _again(texts: Texts, campaign: Exported, **more: Any) -> list[Execute]:
    if campaign is None:
        return [go(texts("Ask again"), "audit.open", {"fresh": True})]
    return [go(texts("Ask again"), "export.open", handle(campaign, **more))]


def _title(texts: Texts, campaign: Exported) -> str:
    return title_of(texts, name_of(texts, campaign) if campaign else texts("audit"))


def title_of(texts: Texts, name: str) -> str:
    return texts("Export: {name}", name=name)

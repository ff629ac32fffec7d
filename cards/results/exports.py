"""A campaign's results as a table, in the reader's words; and the cards with which one asks for it."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from cards.kit.elements import AdaptiveCard, Execute, OpenUrl
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
from cards.languages import LANGUAGES
from cards.message.links import links_of
from storage.records import (
    Campaign,
    DeliveryState,
    EngagementKind,
    Found,
    NotReached,
    Result,
    Try,
)
from storage.records.instants import ms


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

#: text, a number, milliseconds since 1970 in a column of instants, or nothing
Cell = str | int | None


def delimiter_of(texts: Texts) -> str:
    return LANGUAGES[texts.language].delimiter


class Sheet:
    """The table of one campaign; what is the same for all rows is worked out once."""

    def __init__(self, texts: Texts, campaign: Campaign) -> None:
        frozen = campaign.as_scheduled
        self.zone = frozen.schedule.zone
        self._zone = ZoneInfo(self.zone)
        self._anonymous = frozen.tracking.anonymous
        self._clicks = frozen.tracking.links and bool(links_of(frozen.message))
        self._buttons = frozen.message.buttons
        self._states = {state: _state_text(texts, state) for state in DeliveryState}
        self._reasons = {reason: _reason_text(texts, reason, campaign.channel.traits.name) for reason in NotReached}
        self._found = {found: _found_text(texts, found) for found in Found}
        self.name = texts("Results")
        #: of the second worksheet
        self.summary_name = texts("Report")
        self.head = self._head(texts)
        #: the columns that hold instants
        self.instants = (8,) if self._anonymous else (8, 10, 11, 13, 15, 16)
        #: of CSV, as a spreadsheet in this language takes it
        self.delimiter = delimiter_of(texts)

    def _head(self, texts: Texts) -> list[str]:
        head = [
            texts("First name"),
            texts("Last name"),
            texts("Name"),
            texts("Address"),
            texts("State"),
            texts("Reason"),
            texts("Details"),
            texts("Tries"),
            texts("Settled at ({zone})", zone=self.zone),
            texts("All tries"),
        ]
        if self._anonymous:
            return head
        return [
            *head,
            texts("First opened at"),
            texts("First clicked at"),
            texts("Clicks"),
            texts("Confirmed at"),
            texts("Answer"),
            texts("Answered at"),
            texts("Replied at"),
            texts("Replies"),
            texts("Reactions"),
        ]

    def row(self, result: Result) -> list[Cell]:
        person = result.person
        cells: list[Cell] = [
            person.given_name,
            person.surname,
            person.name,
            person.address,
            self._states[result.state],
            self._reasons[result.reason] if result.reason else "",
            result.detail,
            result.tries,
            _ms(result.settled_at if result.state.final else None),
            ", ".join(self._try(one) for one in result.log),
        ]
        return cells if self._anonymous else cells + self._engagement(result)

    def _engagement(self, result: Result) -> list[Cell]:
        done = result.engaged
        answer = done.answer
        return [
            _ms(done.first_at(EngagementKind.OPENED)),
            _ms(done.first_at(EngagementKind.CLICKED)),
            (done.presses(EngagementKind.CLICKED) or None) if self._clicks else None,
            _ms(done.first_at(EngagementKind.ACKNOWLEDGED)),
            self._buttons[answer].title if answer is not None and answer < len(self._buttons) else "",
            _ms(done.first_at(EngagementKind.ANSWERED)),
            _ms(done.first_at(EngagementKind.REPLIED)),
            done.presses(EngagementKind.REPLIED) or None,
            ", ".join(sorted(done.reactions)),
        ]

    def _try(self, one: Try) -> str:
        return f"{one.at.astimezone(self._zone):%Y-%m-%d %H:%M} {self._found[one.found]}"


def _ms(at: datetime | None) -> int | None:
    return ms(at) if at else None


def _state_text(texts: Texts, state: DeliveryState) -> str:
    """Of one person's message; a chart's words are of many."""
    return {
        DeliveryState.WAITING: texts("waiting for an install"),
        DeliveryState.DELIVERED: texts("delivered"),
        DeliveryState.UNREACHABLE: texts("unreachable"),
        DeliveryState.ABSENT: texts("absent"),
        DeliveryState.EXPIRED: texts("expired"),
        DeliveryState.FAILED: texts("failed"),
        DeliveryState.UNCONFIRMED: texts("unconfirmed"),
        DeliveryState.MUTED: texts("muted"),
        DeliveryState.CAPPED: texts("capped"),
    }.get(state, texts("still to send"))


def _reason_text(texts: Texts, reason: NotReached, channel: str) -> str:
    """Of one person; a report's words are of many."""
    return {
        NotReached.NEVER_INSTALLED: texts("has never installed Crieur"),
        NotReached.UNINSTALLED: texts("has removed Crieur"),
        NotReached.BLOCKED: texts("has blocked Crieur"),
        NotReached.GONE: texts("has left the organisation"),
        NotReached.CHAT_LOST: texts("the chat could not be opened again"),
        NotReached.ABSENT: texts("was not there, try after try"),
        NotReached.PRESENCE_UNKNOWN: texts("the time was over before anybody could tell who was there"),
        NotReached.SLOT_OVER: texts("the time of the campaign was over first"),
        NotReached.THROTTLED: texts("the time was over while {channel} asked us to slow down", channel=channel),
        NotReached.OUTAGE: texts("{channel} did not answer until the time was over", channel=channel),
        NotReached.REFUSED: texts("{channel} refused the message", channel=channel),
        NotReached.CONNECTION_BROKE: texts("the connection broke after sending: it may have arrived"),
        NotReached.LIST_GONE: texts("the group or team of the list was gone"),
        NotReached.LIST_NOT_READ: texts("the time was over before I could read the list"),
        NotReached.MUTED: texts("has muted campaigns"),
        NotReached.CAPPED: texts("has had as many messages this week as the organisation allows"),
        NotReached.BOT_STOPPED: texts("the bot stopped while sending: it may have arrived"),
        NotReached.RESTORED: texts("the bot's memory came from a backup: it may have arrived before"),
        NotReached.SWITCHED_OFF: texts("the administrator had switched Crieur off until the time was over"),
        NotReached.UNEXPLAINED: texts("{channel} refused it without a reason that I know", channel=channel),
        NotReached.INTERCEPTED: texts(
            "something else answered in the place of {channel}: a proxy or a firewall", channel=channel
        ),
        NotReached.WRONG_REGION: texts("{channel} serves them elsewhere, and I do not know where", channel=channel),
        NotReached.NO_TOKEN: texts("Crieur could not sign in at Microsoft until the time was over"),
        NotReached.MESSAGE_REFUSED: texts("not sent, as {channel} refused the message for others", channel=channel),
        NotReached.GATEWAY: texts("{channel} gave up before it answered: it may have arrived", channel=channel),
    }[reason]


def _found_text(texts: Texts, found: Found) -> str:
    return {
        Found.AVAILABLE: texts("available"),
        Found.AWAY: texts("away"),
        Found.BUSY: texts("busy"),
        Found.ABSENT: texts("absent"),
        Found.UNKNOWN: texts("nobody could tell"),
    }[found]


def file_name(exported: Exported, format: Format) -> str:
    """The campaign's name as every system takes it."""
    if exported is None:
        return f"Crieur audit.{format}"
    name = re.sub(r'[\\/:*?"<>|#%&{}~\x00-\x1f]+', " ", exported.name).strip(" .")[:80].strip()
    return f"{name or 'Crieur'}.{format}"


# --- cards ------------------------------------------------------------------------------------


def export_card(
    texts: Texts, campaign: Campaign, rows: int, *, by_file: bool, by_link: bool, notice: str = ""
) -> AdaptiveCard:
    """``by_file``: the chat takes files; ``by_link``: a browser reaches us."""
    said = texts.many("One row for {count} recipient.", "One row for each of {count} recipients.", rows)
    columns = (
        texts("With state, reason, tries and times. Engagement is kept without names: no row says who did what.")
        if campaign.anonymous
        else texts("With state, reason, tries, times, and what they did with the message.")
    )
    payload = handle(campaign)
    actions = _ways(texts, "export.make", payload, by_file=by_file, by_link=by_link)
    body = [
        *notices(notice, "accent"),
        heading(_title(texts, campaign)),
        paragraph(said),
        hint(columns),
        *([] if actions else notices(_nowhere(texts))),
    ]
    report = go(texts("Report"), "report.open", payload, mode="secondary" if actions else None)
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
            hint(texts("Whoever has the link can fetch the file, until {moment}.", moment=texts.moment(until))),
        ],
        [OpenUrl(title=texts("Download"), url=url, style="positive")],
    )


def uploaded_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    said = paragraph(texts("The file is in your OneDrive. You find it below."))
    return card(texts, [heading(_title(texts, campaign)), said])


def declined_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    said = paragraph(texts("All right, no file was saved."))
    return card(texts, [heading(_title(texts, campaign)), said], _again(texts, campaign))


def interrupted_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    """The bot was told to stop while the file was being made."""
    said = texts("The bot was restarted while it made this file. Nothing is lost: please ask again.")
    return card(texts, [*notices(said), heading(_title(texts, campaign))], _again(texts, campaign))


def trouble_card(texts: Texts, campaign: Exported) -> AdaptiveCard:
    said = texts("The file could not be made or handed over. Nothing is lost: please ask again.")
    return card(texts, [*notices(said, "attention"), heading(_title(texts, campaign))], _again(texts, campaign))


def _again(texts: Texts, campaign: Exported, **more: Any) -> list[Execute]:
    if campaign is None:
        return [go(texts("Ask again"), "audit.open", {"fresh": True})]
    return [go(texts("Ask again"), "export.open", handle(campaign, **more))]


def _title(texts: Texts, campaign: Exported) -> str:
    return title_of(texts, name_of(texts, campaign) if campaign else texts("audit"))


def title_of(texts: Texts, name: str) -> str:
    return texts("Export: {name}", name=name)

"""The report card: how a campaign did (S19, S20, S27)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cards.compose.fields import shown_rows
from cards.compose.sequels.rounds import rounds_of
from cards.kit.elements import (
    ActionSet,
    AdaptiveCard,
    Container,
    DonutChart,
    FactSet,
    GroupedBarChart,
    HorizontalBarChart,
    Table,
)
from cards.kit.parts import (
    beside,
    card,
    go,
    handle,
    heading,
    hint,
    name_of,
    notices,
    paragraph,
    subheading,
    tables,
)
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.message.links import Link
from cards.results.comparing.benchmarks import Benchmark, about_usual, beside_usual
from cards.results.comparing.variants import variants_in_report
from cards.results.ending.left_behind import left_behind_lines
from cards.results.figures import FEW, Figures
from cards.results.mails import mails_in_report
from cards.results.outcomes import COLORS, final_state, reason_text
from cards.results.presence import presence_figures
from cards.results.segments import Lists, Told, segments_in_report
from cards.results.troubles import copy_for_the_others, trouble_lines
from storage.records import (
    DISLIKED,
    LIKED,
    OTHER_REACTION,
    ButtonKind,
    Campaign,
    DeliveryState,
    EngagementKind,
    Tally,
)

OPENED, CLICKED, ACKNOWLEDGED = EngagementKind.OPENED, EngagementKind.CLICKED, EngagementKind.ACKNOWLEDGED
ANSWERED, REPLIED, REACTED = EngagementKind.ANSWERED, EngagementKind.REPLIED, EngagementKind.REACTED
RATED = EngagementKind.RATED
#: as Teams shows them
SIGNS = ("👍", "❤️", "😆", "😮", "😢", "😠", "✨")
LINES = {OPENED: "categoricalBlue", CLICKED: "categoricalPurple", ACKNOWLEDGED: "good", ANSWERED: "categoricalTeal"}
LEAST_DRAWN = 5  #: people: the axis of a chart with fewer would tell of halves
REASONS = 20  #: why people were not reached, of which each has its line: a card has its size
LINKS = 10  #: in the text, of which each has its line


def kind_name(texts: Texts, kind: EngagementKind) -> str:
    return {
        OPENED: texts("Opened"),
        CLICKED: texts("Clicked"),
        ACKNOWLEDGED: texts("Confirmed"),
        ANSWERED: texts("Answered"),
        REPLIED: texts("Replied"),
        REACTED: texts("Reacted"),
        RATED: texts("Rated"),
    }[kind]


def report_card(
    texts: Texts,
    figures: Figures,
    now: datetime,
    notice: str = "",
    benchmark: Benchmark | None = None,
    told: Told | None = None,
    lists: Lists | None = None,
) -> AdaptiveCard:
    """``benchmark``: what is usual, of a campaign that has ended; ``told``: its segments, and the ``lists``' names."""
    campaign = figures.campaign
    zone = ZoneInfo(campaign.as_scheduled.schedule.zone)
    body: list[Any] = [
        *notices(notice),
        heading(texts("Report: {name}", name=name_of(texts, campaign))),
        hint(f"{campaign.channel.traits.name} · {_when(texts, campaign, zone)}"),
        *trouble_lines(texts, campaign),
        _tiles(texts, figures),
        FactSet(facts_of(texts, figures, zone, benchmark, without=_tiled(figures))),
        *([hint(about_usual(texts, benchmark))] if benchmark else []),
    ]
    if figures.recall is not None:
        body += left_behind_lines(texts, campaign, figures.recall, figures.left_behind)
    body += variants_in_report(texts, figures, now)
    body += rounds_of(texts, figures)
    body += _outcome_chart(texts, figures.tally)
    body += _answers(texts, figures)
    body += _presses(texts, figures)
    body += segments_in_report(texts, figures, told or {}, lists or {})
    body += _reactions(texts, figures)
    body += _over_time(texts, figures, zone)
    body += presence_figures(texts, campaign, figures.tally)
    body += _reasons(texts, figures)
    body += mails_in_report(texts, figures)
    body.append(hint(_as_of(texts, figures, now, zone)))
    return card(texts, body, _actions(texts, figures, now))


def _actions(texts: Texts, figures: Figures, now: datetime) -> list[Any]:
    campaign, payload = figures.campaign, handle(figures.campaign)
    actions = [go(texts("Refresh"), "report.open", payload)]
    if campaign.keeps_people and not figures.anonymous and figures.tally.total:
        actions.append(go(texts("Who has not…"), "remind.open", payload))
    if campaign.keeps_people:
        actions.append(go(texts("Export"), "export.open", payload))
    actions.append(go(texts("Compare"), "compare.open", payload, mode="secondary"))  # clients cut a row of many
    actions.append(go(texts("Copy"), "campaign.copy", payload, mode="secondary"))
    actions.append(go(texts("Information"), "campaign.open", payload, mode="secondary"))
    return actions  # six at the most


def _when(texts: Texts, campaign: Campaign, zone: ZoneInfo) -> str:
    if campaign.started_at and campaign.finished_at:
        return texts.range(campaign.started_at, campaign.finished_at, zone)
    if campaign.started_at:
        return texts("Running since {start}", start=texts.moment(campaign.started_at, zone))
    return texts("It has not started yet.")


def _as_of(texts: Texts, figures: Figures, now: datetime, zone: ZoneInfo) -> str:
    sentences = [texts("As of {moment}", moment=texts.moment(now, zone))]
    closes_at = figures.campaign.closes_at
    if closes_at and closes_at > now:
        sentences.append(texts("engagement is counted until {moment}", moment=texts.moment(closes_at, zone)))
    elif closes_at:
        sentences.append(texts("engagement is no longer counted"))
    if figures.anonymous:
        sentences.append(texts("counted without names: at least this many have opened it"))
        sentences.append(texts("nothing is told of fewer than {count} people", count=FEW))
    if figures.campaign.sealed_at:
        sentences.append(
            texts("personal data erased on {day}", day=texts.day(figures.campaign.sealed_at.astimezone(zone)))
        )
    return " · ".join(sentences)


def erased_text(texts: Texts, campaign: Campaign) -> str:
    """The answer to a question about single recipients of a campaign that keeps none any more."""
    assert campaign.sealed_at is not None
    return texts(
        "The personal data of this campaign was erased on {day}, as the rules of your organisation say:"
        " nobody can tell any more who received it or what they did. Its figures stay.",
        day=texts.day(campaign.sealed_at),
    )


# --- figures ----------------------------------------------------------------------------------


TILES = 4


def _tiled(figures: Figures) -> tuple[EngagementKind | None, ...]:
    """Whose shares stand above all else; None is what was sent."""
    kinds = [kind for kind in (OPENED, CLICKED, ACKNOWLEDGED, ANSWERED) if figures.counts(kind)]
    return (None, *kinds[: TILES - 1])


def _tiles(texts: Texts, figures: Figures) -> Any:
    """The shares that a reader wants first."""
    names = {
        None: texts("send rate"),
        OPENED: texts("opened"),
        CLICKED: texts("clicked"),
        ACKNOWLEDGED: texts("confirmed"),
        ANSWERED: texts("answered"),
    }
    tiles = [(names[kind], _share(texts, figures, kind)) for kind in _tiled(figures)]
    size = "ExtraLarge" if len(tiles) < 4 else "Large"  # "100 %", of four on a phone, keeps its line
    return beside(
        *([paragraph(share, size=size, weight="Bolder"), hint(name, spacing="None")] for name, share in tiles)
    )


def _share(texts: Texts, figures: Figures, kind: EngagementKind | None) -> str:
    if kind is None:
        return texts.percent(figures.tally.delivered, figures.tally.total)
    people = figures.people(kind)
    return texts.percent(people, figures.reached(people))


def facts_of(
    texts: Texts,
    figures: Figures,
    zone: ZoneInfo,
    benchmark: Benchmark | None = None,
    without: Collection[EngagementKind | None] = (),
) -> list[tuple[str, str]]:
    """S27, and what else people did. ``without``: whose shares stand elsewhere; None is what was sent."""
    tally, frozen = figures.tally, figures.campaign.as_scheduled

    def with_usual(value: str, figure: EngagementKind | None) -> str:
        return " · ".join(part for part in (value, beside_usual(texts, benchmark, figures, figure)) if part)

    sent = texts.number(tally.delivered)
    rows = [
        (texts("Recipients"), texts.number(tally.total)),
        (texts("Sent"), with_usual(sent, None) if None in without else sent),
    ]
    if None not in without:
        rows.append((texts("Send rate"), with_usual(_share(texts, figures, None), None)))
    rows += shown_rows(texts, frozen.message)
    if figures.next_due and figures.next_due < frozen.schedule.slot.end:
        rows.append((texts("Next message"), texts.moment(figures.next_due, zone)))
    for kind, name in (
        (OPENED, texts("Open engagement")),
        (CLICKED, texts("Click engagement")),
        (ACKNOWLEDGED, texts("Confirmed")),
        (ANSWERED, texts("Answered")),
        (REPLIED, texts("Replied")),
        (REACTED, texts("Reacted")),
    ):
        if figures.counts(kind):
            rows.append((name, with_usual(_engaged(texts, figures, kind, share=kind not in without), kind)))
    if figures.counts(RATED):
        rows.append((texts("Thumbs"), _thumbs(texts, figures)))
    if frozen.message.buttons and not figures.links and _has_links(figures):
        rows.append((texts("Click engagement"), texts("clicks are not counted")))
    if opened := figures.last_at(OPENED, EngagementKind.READ):
        rows.append((texts("Last opening"), texts.moment(opened, zone)))
    if pressed := figures.last_at(CLICKED, ACKNOWLEDGED, ANSWERED):
        rows.append((texts("Last press"), texts.moment(pressed, zone)))
    return rows


def _has_links(figures: Figures) -> bool:
    return any(button.kind is ButtonKind.LINK for button in figures.buttons)


def _engaged(texts: Texts, figures: Figures, kind: EngagementKind, *, share: bool) -> str:
    people, presses = figures.people(kind), figures.presses(kind)
    if figures.anonymous and kind in (REPLIED, REACTED):
        return texts.many("{count} time", "{count} times", people)
    parts = [texts.many("{count} person", "{count} people", people)]
    if kind in (CLICKED, ACKNOWLEDGED, ANSWERED):
        parts[0] += ", " + texts.many("{count} press", "{count} presses", presses)
    if share and (reached := figures.reached(people)):
        parts.insert(0, texts.percent(people, reached))
    return " – ".join(parts)


def _outcome_chart(texts: Texts, tally: Tally) -> list[Any]:
    """Nothing where there is one outcome only: the figures above have said it."""
    counts = [(state, count) for state, count in sorted(tally.states.items()) if count and state.final]
    parts = [(final_state(texts, state), count, COLORS[state]) for state, count in counts]
    if tally.open:
        parts.append((texts("Still to send"), tally.open, "categoricalBlue"))
    if len(parts) < 2:
        return []
    told_above = int(bool(tally.delivered))  # how many were sent: they are the first
    table = Table(
        [
            (texts("Outcome"), texts("People"), texts("Share")),
            *((name, texts.number(count), texts.percent(count, tally.total)) for name, count, _ in parts[told_above:]),
        ],
        widths=[6, 4, 3],
    )
    return [DonutChart(texts("What became of the messages"), parts, fallback=table)]


def _answers(texts: Texts, figures: Figures) -> list[Any]:
    answers = figures.answers()
    if not answers:
        return []
    whole = sum(people for _, people in answers)
    table = Table(
        [
            (texts("Answer"), texts("People"), texts("Share")),
            *((escape_markdown(title), texts.number(n), texts.percent(n, whole)) for title, n in answers),
        ],
        widths=[6, 4, 3],
    )
    return [
        subheading(texts("Answers")),
        HorizontalBarChart(texts("What people answered"), answers, fallback=table) if whole else table,
    ]


def _presses(texts: Texts, figures: Figures) -> list[Any]:
    """Per link button, and per link in the text: of one alone the figures above have said all, as of a confirmation."""
    rows = [
        (escape_markdown(button.title), *figures.on(CLICKED, number))
        for number, button in enumerate(figures.buttons)
        if button.kind is ButtonKind.LINK and number in figures.links
    ]
    in_text = [(number, link) for number, link in figures.links.items() if number >= len(figures.buttons)]
    for number, link in in_text[:LINKS]:
        rows.append((_link_name(texts, link), *figures.on(CLICKED, number)))
    if len(rows) < 2:
        return []
    head = (texts("Button or link") if in_text else texts("Button"), texts("People"), texts("Presses"))
    table = [(name, texts.number(people), texts.number(presses)) for name, people, presses in rows]
    return [
        subheading(texts("Buttons and links") if in_text else texts("Buttons")),
        Table([head, *table], widths=[6, 4, 3]),
    ]


def _link_name(texts: Texts, link: Link) -> str:
    """Its words, and the language in which alone it stands."""
    words = escape_markdown(link.words)
    if not link.language:
        return texts("Link: {words}", words=words)
    language = texts.language_name(link.language, alone=False)
    return texts("Link: {words} ({language})", words=words, language=language)


def _reactions(texts: Texts, figures: Figures) -> list[Any]:
    counts = []
    for number in range(OTHER_REACTION + 1):
        people, presses = figures.on(REACTED, number)
        if count := presses if figures.anonymous else people:
            counts.append(f"{SIGNS[number]} {texts.number(count)}")
    return [subheading(texts("Reactions")), paragraph(" · ".join(counts))] if counts else []


def _thumbs(texts: Texts, figures: Figures) -> str:
    """How many of each, by the last one of each person; of an anonymous campaign, how often in all."""
    liked, disliked = (figures.on(RATED, number) for number in (LIKED, DISLIKED))
    if liked == disliked == (0, 0):  # of so few it is not told which
        return texts.many("{count} time", "{count} times", figures.people(RATED))
    which = 1 if figures.anonymous else 0
    each = f"👍 {texts.number(liked[which])} · 👎 {texts.number(disliked[which])}"
    people = figures.people(RATED)
    if figures.anonymous or not (reached := figures.reached(people)):
        return each
    return f"{texts.percent(people, reached)} – {each}"


def _over_time(texts: Texts, figures: Figures, zone: ZoneInfo) -> list[Any]:
    """People by the time at which they first did something."""
    step, bars = figures.over_time(zone)
    kinds = [kind for kind in LINES if any(kind in counts for _, counts in bars)]
    if len(bars) < 2 or not kinds:
        return []
    times = [_bar_name(texts, begin, step) for begin, _ in bars]
    series = [
        (
            kind_name(texts, kind),
            LINES[kind],
            [(name, counts.get(kind, 0)) for name, (_, counts) in zip(times, bars, strict=True)],
        )
        for kind in kinds
    ]
    shown = tables(
        [
            (texts("From"), *(kind_name(texts, kind) for kind in kinds)),
            *(
                (name, *(texts.number(counts.get(kind, 0)) for kind in kinds))
                for name, (_, counts) in zip(times, bars, strict=True)
                if counts
            ),
        ],
        1,
        1,
    )
    fallback = shown[0] if len(shown) == 1 else Container(items=shown)
    if max(count for _, _, points in series for _, count in points) < LEAST_DRAWN:
        return [subheading(texts("Over time")), fallback]
    return [
        subheading(texts("Over time")),
        GroupedBarChart(texts("People, by their first time"), series, fallback=fallback),
    ]


def _bar_name(texts: Texts, begin: datetime, step: int) -> str:
    if step >= 24:
        return texts.short_day(begin.date())
    return f"{texts.weekday(begin.weekday())} {texts.clock(begin.time())}"


def _reasons(texts: Texts, figures: Figures) -> list[Any]:
    reasons = figures.tally.reasons
    if not reasons:
        return []
    rows = [(texts("Why some were not reached"), texts("People"))]
    largest = sorted(reasons.items(), key=lambda item: -item[1])
    rows += [
        (reason_text(texts, reason, figures.campaign.channel), texts.number(count))
        for reason, count in largest[:REASONS]
    ]
    if others := sum(count for _, count in largest[REASONS:]):
        rows.append((texts("Other reasons: they stand in the export."), texts.number(others)))
    elements: list[Any] = [subheading(texts("Not reached")), Table(rows, widths=[2, 1])]
    unconfirmed = figures.tally.states.get(DeliveryState.UNCONFIRMED, 0)
    if unconfirmed and figures.campaign.finished_at and figures.campaign.keeps_people:
        elements.append(
            hint(
                texts.many(
                    "{count} message is unconfirmed: it may have arrived.",
                    "{count} messages are unconfirmed: they may have arrived.",
                    unconfirmed,
                )
            )
        )
        again = texts("Send to them again")
        elements.append(ActionSet(actions=[go(again, "report.again", handle(figures.campaign))]))
    if figures.campaign.trouble is not None and figures.campaign.trouble.pauses and figures.campaign.keeps_people:
        elements.append(ActionSet(actions=[copy_for_the_others(texts, figures.campaign)]))
    return elements

"""A good day at Contoso: the records behind the sample cards, in English and in French."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cards.results.comparing.benchmarks import Benchmark, Usual
from cards.results.figures import Figures
from cards.results.left import Group
from cards.results.segments import Segment, SegmentKind, segments_of
from storage.records import (
    Audience,
    Button,
    ButtonKind,
    Campaign,
    CampaignId,
    CampaignState,
    DeliveryState,
    Engaged,
    EngagedInHour,
    Engagement,
    EngagementKind,
    Frozen,
    Left,
    ListId,
    Message,
    NotReached,
    Person,
    PersonId,
    Pressed,
    Profile,
    ProfileFigures,
    Reach,
    Recipient,
    Result,
    Schedule,
    Seen,
    Slot,
    Style,
    Tally,
    TenantId,
    Trouble,
    WorkingHours,
)
from storage.records.instants import ms

ZONE = "Europe/Paris"
CONTOSO = TenantId("contoso")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Paris
NOW = START + timedelta(minutes=47)
DONE = CampaignState.DONE
FIRST_NAMES = ("Ada", "Louis", "Marie", "Alan", "Grace", "Blaise", "Sophie", "Émilie")
SURNAMES = ("Lovelace", "Pasteur", "Curie", "Turing", "Hopper", "Pascal", "Germain", "du Châtelet")

MESSAGES = {
    "en": {
        "name": "Autumn newsletter",
        "title": "Our autumn",
        "style": "idea",
        "body": "Hello [FIRSTNAME|there],\n\nwe have **big news** for you:\n\n"
        "- the new canteen opens on Monday\n- the garden, too\n\nSee you there!",
        "link_title": "Read more",
        "link_url": "https://contoso.com/autumn",
        "ack": "true",
        "ack_title": "I have read it",
    },
    "fr": {
        "name": "Lettre d’automne",
        "title": "Notre automne",
        "style": "idea",
        "body": "Bonjour [PRENOM|à vous],\n\nnous avons de **grandes nouvelles** :\n\n"
        "- la nouvelle cantine ouvre lundi\n- le jardin aussi\n\nÀ bientôt !",
        "link_title": "Lire la suite",
        "link_url": "https://contoso.com/automne",
        "ack": "true",
        "ack_title": "J’ai lu",
    },
}
GERMAN = {
    "title": "Unser Herbst",
    "body": "Hallo [FIRSTNAME|zusammen],\n\nes gibt **große Neuigkeiten**:\n\n"
    "- die neue Kantine öffnet am Montag\n- der Garten auch\n\nBis dann!",
    "words0": "Weiterlesen",
    "url0": "https://contoso.com/herbst",
    "words1": "Gelesen",
}
#: a picture that needs no server
PICTURE = "data:image/svg+xml;base64," + (
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMjAgOTAiPjxyZWN0IH"
    "dpZHRoPSIzMjAiIGhlaWdodD0iOTAiIGZpbGw9IiNmNmMzNGEiLz48Y2lyY2xlIGN4PSI2MCIgY3k9IjQ1IiByPSIy"
    "OCIgZmlsbD0iI2U0NjYyYiIvPjxwYXRoIGQ9Ik0xMjAgOTBxNDAtNzAgODAgMHQxMjAtMzB2MzB6IiBmaWxsPSIjOG"
    "E1YTJiIi8+PC9zdmc+"
)

OTHERS = {
    "en": ("Fire drill on Thursday", "Welcome to Lyon", "Your opinion counts"),
    "fr": ("Exercice incendie jeudi", "Bienvenue à Lyon", "Votre avis compte"),
}
#: of an imported table: what a list of it says of a person, and how its columns of addresses are headed
OWN = {"en": {"DEPARTMENT": "Research", "SITE": "Lyon"}, "fr": {"SERVICE": "Recherche", "SITE": "Lyon"}}
MAIL = {"en": "Work email", "fr": "Adresse mail pro"}
CAMPAIGNS = {"en": "campaigns", "fr": "campagnes"}  #: the command
MANAGER = {"en": "Manager", "fr": "Responsable"}

LISTS = {
    "en": ("Managers", "Marketing France", "Board"),
    "fr": ("Responsables", "Marketing France", "Comité de direction"),
}


def person(number: int = 0) -> Person:
    first, last = FIRST_NAMES[number % 8], SURNAMES[number % 8]
    address = f"{first}.{last}@contoso.com".lower().replace(" ", "").replace("é", "e").replace("â", "a")
    return Person(
        id=PersonId(number + 1),
        tenant=CONTOSO,
        address=address,
        given_name=first,
        surname=last,
        name=f"{first} {last}",
        zone=ZONE,
    )


def message(language: str) -> Message:
    words = MESSAGES[language]
    return Message(
        body=words["body"],
        title=words["title"],
        style=Style.IDEA,
        buttons=(
            Button(kind=ButtonKind.LINK, title=words["link_title"], url=words["link_url"]),
            Button(kind=ButtonKind.ACKNOWLEDGE, title=words["ack_title"]),
        ),
    )


QUESTIONS = {
    "en": (
        "When shall we eat together?",
        "The canteen is open. **Which day suits you?**",
        ("Tuesday", "Thursday", "Neither"),
    ),
    "fr": (
        "Quand déjeunons-nous ?",
        "La cantine est ouverte. **Quel jour vous convient ?**",
        ("Mardi", "Jeudi", "Aucun"),
    ),
}


def question(language: str) -> Message:
    """With quick answers."""
    title, body, answers = QUESTIONS[language]
    return Message(
        title=title, body=body, buttons=tuple(Button(kind=ButtonKind.ANSWER, title=answer) for answer in answers)
    )


def schedule() -> Schedule:
    hours = WorkingHours(opens=time(9), closes=time(18), days=frozenset(range(5)))
    return Schedule(slot=Slot(start=START, duration=timedelta(hours=2)), hours=hours, zone=ZONE)


def campaign(language: str, state: CampaignState = CampaignState.SCHEDULED, **changes: Any) -> Campaign:
    """The autumn newsletter, in that state."""
    started = state in (CampaignState.RUNNING, DONE)
    known: dict[str, Any] = {
        "id": CampaignId(12),
        "tenant": CONTOSO,
        "author": PersonId(1),
        "version": 7,
        "state": state,
        "name": MESSAGES[language]["name"],
        "frozen": Frozen(message=message(language), audience=Audience(lists=(ListId(3),)), schedule=schedule()),
        "created_at": START - timedelta(days=1),
        "started_at": START if started else None,
        "planned_at": START if started else None,
        "finished_at": START + timedelta(hours=2) if state is DONE else None,
    }
    return Campaign(**{**known, **changes})


def refrozen(campaign: Campaign, **parts: Any) -> Campaign:
    """The campaign as if it had been scheduled with these parts."""
    return replace(campaign, frozen=replace(campaign.as_scheduled, **parts))


RUNNING_TALLY = Tally(
    states={
        DeliveryState.WAITING: 62,
        DeliveryState.PLANNED: 541,
        DeliveryState.SENDING: 3,
        DeliveryState.DELIVERED: 388,
        DeliveryState.UNREACHABLE: 4,
        DeliveryState.FAILED: 1,
        DeliveryState.UNCONFIRMED: 1,
    },
    reasons={NotReached.BLOCKED: 4, NotReached.REFUSED: 1, NotReached.BOT_STOPPED: 1},
)
#: what may keep a campaign waiting, as the platform says it
TROUBLES = tuple(
    Trouble(reason=reason, detail=detail, since=START)
    for reason, detail in (
        (NotReached.SWITCHED_OFF, "403 BotDisabledByAdmin: The bot is disabled by the tenant admin"),
        (NotReached.NO_TOKEN, "AADSTS7000222"),
        (NotReached.INTERCEPTED, "200: not the platform's answer"),
        (NotReached.UNEXPLAINED, "403 PolicyViolation: not allowed here"),
        (NotReached.WRONG_REGION, "403 Forbidden: User is from different region"),
        (NotReached.OUTAGE, "503 ServiceError: "),
        (NotReached.STOPPED, ""),
        (NotReached.NOT_WRITTEN, "KeyError"),
        (NotReached.MESSAGE_REFUSED, "413 RequestEntityTooLarge: the activity is too large"),
    )
)
PAUSED_TALLY = Tally(
    states={DeliveryState.FAILED: 3, DeliveryState.EXPIRED: 935, DeliveryState.UNREACHABLE: 62},
    reasons={NotReached.REFUSED: 3, NotReached.MESSAGE_REFUSED: 935, NotReached.NEVER_INSTALLED: 62},
)
NOTHING_SENT = Tally(states={DeliveryState.WAITING: 62, DeliveryState.PLANNED: 938}, reasons={})
DONE_TALLY = Tally(
    states={
        DeliveryState.DELIVERED: 918,
        DeliveryState.UNREACHABLE: 71,
        DeliveryState.EXPIRED: 7,
        DeliveryState.FAILED: 1,
        DeliveryState.UNCONFIRMED: 3,
    },
    reasons={
        NotReached.NEVER_INSTALLED: 62,
        NotReached.BLOCKED: 9,
        NotReached.THROTTLED: 7,
        NotReached.CONNECTION_BROKE: 3,
        NotReached.REFUSED: 1,
    },
)
PRESENCE_TALLY = Tally(
    states={
        DeliveryState.DELIVERED: 871,
        DeliveryState.UNREACHABLE: 62,
        DeliveryState.ABSENT: 61,
        DeliveryState.EXPIRED: 6,
    },
    reasons={NotReached.NEVER_INSTALLED: 62, NotReached.ABSENT: 61, NotReached.PRESENCE_UNKNOWN: 6},
    rungs={
        **{
            (rung, seen): count
            for seen, counts in (
                (Seen.AVAILABLE, (402, 88, 71, 96, 31, 25, 48, 19, 11)),
                (Seen.BUSY, (37, 9, 6, 8, 3, 2, 4, 1, 1)),
            )
            for rung, count in enumerate(counts)
        },
        (0, Seen.UNKNOWN): 9,
    },
)
OPENED, CLICKED, ACKNOWLEDGED, ANSWERED, REPLIED, REACTED, READ, RATED = EngagementKind


def engagement(*rows: tuple[EngagementKind, int | None, int, int]) -> list[Engagement]:
    """(kind, button or None for any, people, presses) each."""
    return [
        Engagement(kind=kind, button=button, people=people, presses=presses, last_at=START + timedelta(minutes=113))
        for kind, button, people, presses in rows
    ]


ENGAGEMENT = engagement(
    (OPENED, None, 711, 711), (OPENED, 0, 711, 711), (CLICKED, None, 347, 421), (CLICKED, 0, 347, 421),
    (ACKNOWLEDGED, None, 503, 526), (ACKNOWLEDGED, 1, 503, 526), (REPLIED, None, 12, 14), (REPLIED, 0, 12, 14),
    (REACTED, None, 96, 103), (REACTED, 0, 61, 61), (REACTED, 1, 38, 38), (REACTED, 6, 4, 4),
)  # fmt: skip
RATINGS = engagement((RATED, None, 312, 331), (RATED, 0, 287, 301), (RATED, 1, 25, 30))
MEANWHILE = engagement((OPENED, None, 211, 211), (CLICKED, None, 96, 104), (CLICKED, 0, 96, 104))
ANSWERS = engagement(
    (OPENED, None, 711, 711), (OPENED, 0, 711, 711), (ANSWERED, None, 516, 548),
    (ANSWERED, 0, 301, 322), (ANSWERED, 1, 174, 181), (ANSWERED, 2, 41, 45),
)  # fmt: skip
ANONYMOUS = engagement(
    (OPENED, None, 540, 540), (ANSWERED, None, 516, 548), (ANSWERED, 0, 301, 322), (ANSWERED, 1, 174, 181),
    (ANSWERED, 2, 41, 45), (REACTED, None, 0, 31), (REACTED, 0, 0, 31), (READ, None, 0, 688),
)  # fmt: skip
#: people by the hour of their first time, from the start on
HOURS = [
    EngagedInHour(kind=kind, hour=START + timedelta(hours=hour), people=people)
    for kind, counts in (
        (OPENED, (203, 241, 88, 41, 36, 44, 29, 12, 9, 8)),
        (CLICKED, (96, 121, 42, 22, 18, 21, 14, 6, 4, 3)),
        (ACKNOWLEDGED, (151, 174, 61, 29, 24, 31, 18, 8, 4, 3)),
    )
    for hour, people in enumerate(counts)
]


def figures(campaign: Campaign, tally: Tally, engaged: Sequence[Engagement] = (), **more: Any) -> Figures:
    return Figures(campaign=campaign, tally=tally, engagement=engaged, **more)


REACH = Reach(total=1000, reachable=938)
#: a repetition that is no rule, said in words
REPEATED = {
    "en": {"words": "twice a week at 9am for 2 hours", "repeats": "twice a week", "date": "", "start": "at"}
    | {"choices": "at 9am for 2 hours"},
    "fr": {"words": "deux fois par semaine à 9h", "repeats": "deux fois par semaine", "date": "", "start": "at"}
    | {"choices": "à 9h"},
}
SCHEDULE = {
    "start": "at", "date": "2026-11-24", "time": "10:00", "zone": ZONE, "duration": "2", "unit": "hours",
    "opens": "09:00", "closes": "18:00", "days": "0,1,2,3,4", "anytime": "false",
    "own_zone": "false", "presence": "always", "unknown": "send",
}  # fmt: skip
ZONES = [
    (ZONE, "Paris, UTC+1"),
    ("UTC", "UTC"),
    ("America/New_York", "New York, UTC−5"),
    ("Asia/Tokyo", "Tokyo, UTC+9"),
]


#: who has not, and some of them
LEFT = [Group(Left.REACHED, 43, 38), Group(Left.OPENED, 226, 226), Group(Left.ACKNOWLEDGED, 434, 434)]


def _result(number: int, state: DeliveryState, reason: NotReached | None = None, *, opened: bool = False) -> Result:
    pressed = {(OPENED, 0): Pressed(ms(START + timedelta(minutes=7 * number + 31)), 0, 1)} if opened else {}
    return Result(
        person=Recipient.of(person(number)),
        state=state,
        reason=reason,
        detail="",
        attempts=1,
        settled_at=START + timedelta(minutes=7 * number),
        looks=(),
        engaged=Engaged(pressed=pressed),
    )


NOT_REACHED = [
    _result(0, DeliveryState.UNREACHABLE, NotReached.NEVER_INSTALLED),
    _result(1, DeliveryState.UNREACHABLE, NotReached.UNINSTALLED),
    _result(2, DeliveryState.MUTED, NotReached.MUTED),
    _result(3, DeliveryState.UNCONFIRMED, NotReached.GATEWAY),
    _result(4, DeliveryState.EXPIRED, NotReached.THROTTLED),
]
NOT_CONFIRMED = [_result(number, DeliveryState.DELIVERED, opened=number % 2 == 0) for number in range(6)]

#: the usual shares of campaigns like those here
USUAL = Benchmark(
    14,
    {
        None: Usual(0.93, 0.96, 0.98),
        OPENED: Usual(0.51, 0.58, 0.66),
        CLICKED: Usual(0.38, 0.45, 0.51),
        ACKNOWLEDGED: Usual(0.22, 0.31, 0.42),
    },
)


def _counted(department: str, city: str, recipients: int, shares: tuple[float, float, float]) -> ProfileFigures:
    sent = recipients - recipients // 12
    opened, clicked, acknowledged = (round(share * sent) for share in shares)
    return ProfileFigures(
        profile=Profile(department=department, country="France", city=city, language="fr"),
        recipients=recipients,
        sent=sent,
        opened=opened,
        clicked=clicked,
        acknowledged=acknowledged,
    )


#: what is counted of people in a language, by what is known of them
KINDS = {
    "en": (("Production", "Lyon"), ("Research", "Lyon"), ("Sales", "Paris"), ("Human resources", "Paris")),
    "fr": (("Production", "Lyon"), ("Recherche", "Lyon"), ("Ventes", "Paris"), ("Ressources humaines", "Paris")),
}
COUNTS = ((412, (0.61, 0.32, 0.44)), (288, (0.88, 0.51, 0.71)), (204, (0.79, 0.36, 0.52)), (96, (0.94, 0.4, 0.83)))


def segments(language: str) -> dict[SegmentKind, list[Segment]]:
    return segments_of([_counted(*kind, *count) for kind, count in zip(KINDS[language], COUNTS, strict=True)])

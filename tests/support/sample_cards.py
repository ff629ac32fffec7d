"""Every card, filled as on a good day at Contoso, in English and in French.

python -m tests.support.sample_cards OUT_DIR [NAME ...]      (NAME.LANGUAGE.THEME.png for each)
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cards.campaigns.approval import approval_card, decided_card, held_card
from cards.campaigns.calendar import CalendarDay, CalendarEntry, Milestone, calendar_card
from cards.campaigns.deleting import delete_card, recall_card
from cards.campaigns.listing import campaigns_card, information_card, people_card
from cards.campaigns.sharing import sharing_form
from cards.campaigns.try_it import try_it_form
from cards.compose import STEPS, Choices, audience_form, message_form, schedule_form, version_form
from cards.compose.help import question_help_card, step_help_card
from cards.compose.offers import picture_card, text_card
from cards.compose.review import Forecast, Overview, hours_text, review_card
from cards.kit.conversation import greeting_card, help_card, notice_card, suggestion_card
from cards.kit.elements import AdaptiveCard, as_dict
from cards.kit.texts import SPOKEN, Texts
from cards.lists.imports import Summary, import_card
from cards.lists.installs import install_card, install_form
from cards.lists.listing import (
    ListLine,
    ListView,
    list_card,
    list_delete_card,
    list_people_form,
    list_settings_form,
    lists_card,
)
from cards.lists.reading import (
    AddressColumn,
    Mistake,
    Note,
    NoteKind,
    Question,
    Reading,
    SheetWithPeople,
    WrongLine,
)
from cards.lists.readings import column_card, hidden_card, sheet_card
from cards.lists.sources import Groups, group_form, unread_card, unread_text
from cards.message.compile import Done, acknowledged_text, answered_text, filled, message_card, size_of
from cards.message.footer import Footer, footer_lines
from cards.people.house import house_form
from cards.people.others import changed_by_another_card
from cards.people.roles import groups_card, role_given_card, roles_card
from cards.people.settings import own_settings_card, rules_form
from cards.results.comparing.benchmarks import Benchmark
from cards.results.comparing.compare import compare_card
from cards.results.exports import (
    audit_export_card,
    declined_card,
    download_card,
    export_card,
    interrupted_card,
    making_card,
    refused_card,
    uploaded_card,
)
from cards.results.exports import trouble_card as export_trouble_card
from cards.results.left import PeopleLeft, left_card, people_left_card
from cards.results.live import live_card, moved_card
from cards.results.replies import replies_card
from cards.results.report import erased_text, report_card
from cards.results.segments import segments_card
from dialogs.compose.schedule_sentence import what_was_read
from dialogs.forms.schedule import odd_words
from storage.records import (
    AtEnd,
    Audience,
    Button,
    Campaign,
    CampaignId,
    CampaignState,
    Channel,
    Contact,
    DeedKind,
    DistributionList,
    End,
    EngagementKind,
    FollowUp,
    GroupRole,
    Halt,
    Held,
    Installation,
    InstallationId,
    Left,
    ListId,
    ListProblem,
    Member,
    NotInstalled,
    NotReached,
    NotTakenBack,
    PersonId,
    PresenceChoice,
    Reach,
    Recall,
    Role,
    Source,
    SourceKind,
    Style,
    Tally,
    Tracking,
    Trouble,
    Unread,
    Until,
    WhyHeld,
)
from tests.support.pictures import NARROW, CannotDraw, draw, misfits
from tests.support.sample_endings import ending_cards
from tests.support.sample_quiet import quiet_cards
from tests.support.sample_records import (
    ANONYMOUS,
    ANSWERS,
    CAMPAIGNS,
    CONTOSO,
    DONE_TALLY,
    ENGAGEMENT,
    GERMAN,
    HOURS,
    LEFT,
    LISTS,
    MAIL,
    MANAGER,
    MEANWHILE,
    MESSAGES,
    NOT_CONFIRMED,
    NOT_REACHED,
    NOTHING_SENT,
    NOW,
    OTHERS,
    OWN,
    PAUSED_TALLY,
    PICTURE,
    PRESENCE_TALLY,
    RATINGS,
    REACH,
    REPEATED,
    RUNNING_TALLY,
    SCHEDULE,
    START,
    TROUBLES,
    USUAL,
    ZONE,
    ZONES,
    campaign,
    figures,
    message,
    person,
    question,
    refrozen,
    schedule,
    segments,
)
from tests.support.sample_sayings import saying_cards
from tests.support.sample_segments import segment_cards
from tests.support.sample_sequences import a_sequence, sequence_cards
from tests.support.sample_series import series_cards
from tests.support.sample_templates import template_cards
from tests.support.sample_variants import variant_cards

CLOSED = date(2026, 12, 24)
LOCALES = {"en": "en-GB", "fr": "fr-FR"}

A_YEAR_LATER = START + timedelta(days=366)

REPLIES = {
    "en": ("Will there be a vegetarian dish every day?", "Great, thank you!"),
    "fr": ("Y aura-t-il un plat végétarien tous les jours ?", "Super, merci !"),
}
COMMUNICATION = {"en": "Internal communication", "fr": "Communication interne"}


@dataclass(frozen=True, slots=True)
class Samples:
    """The cards of one language."""

    language: str

    @property
    def texts(self) -> Texts:
        return Texts(LOCALES[self.language], ZONE, NOW)

    def overview(self, **changes: Any) -> Overview:
        content = message(self.language)
        known = Overview(
            message=content,
            preview=filled(content, person(), {}),
            sample=person().name,
            audience_name=LISTS[self.language][1],
            reach=REACH,
            schedule=schedule(),
            another=True,
            size=size_of(content),
        )
        return replace(known, **changes)

    def lists(self) -> list[tuple[DistributionList, Reach]]:
        return [
            (
                DistributionList(id=ListId(number), tenant=CONTOSO, owner=PersonId(1), name=name, size=50),
                Reach(total=50, reachable=47 - number),
            )
            for number, name in enumerate(LISTS[self.language])
        ]

    def talk(self) -> dict[str, AdaptiveCard]:
        texts, ada, louis = self.texts, person(0), person(1)
        return {
            "suggestion": suggestion_card(
                texts,
                texts("I did not understand. Did you mean **{command}**?", command=CAMPAIGNS[self.language]),
                CAMPAIGNS[self.language],
            ),
            "greeting_owner": greeting_card(texts, ada, Role.OWNER, became_owner=True),
            "greeting_author": greeting_card(texts, ada, Role.AUTHOR, became_owner=False),
            "greeting_recipient": greeting_card(texts, louis, None, became_owner=False),
            "help_owner": help_card(texts, Role.OWNER),
            **{f"help_{step}": step_help_card(texts, campaign(self.language), step) for step in STEPS},
            "help_try": question_help_card(texts, "try"),
            "help_write": question_help_card(texts, "write"),
            "help_recipient": help_card(texts, None),
            "roles": roles_card(
                texts,
                [(ada, Role.OWNER), (person(2), Role.PUBLISHER), (louis, Role.AUTHOR)],
                [GroupRole(group="g-1", name="Communication", role=Role.PUBLISHER)],
                owner=True,
                directory=True,
            ),
            "roles_author": roles_card(texts, [(ada, Role.OWNER)], [], owner=False, directory=False),
            "roles_error": roles_card(
                texts,
                [(ada, Role.OWNER)],
                [],
                owner=True,
                directory=False,
                values={"who": "louis"},
                errors={"who": texts("That is not an address; it looks like ada@contoso.com.")},
            ),
            "roles_groups": groups_card(texts, [("g-1", "Communication"), ("g-2", "Comptabilité")], Role.AUTHOR),
            "settings": own_settings_card(texts, ada, Role.OWNER),
            "settings_muted": own_settings_card(texts, replace(louis, muted=True), None),
            "rules": rules_form(texts, {"approval": "above", "approve_above": "10000", "keep_days": "365"}, {}),
            "rules_error": rules_form(
                texts,
                {"approval": "above", "approve_above": "-5", "per_week": "3"},
                {"approve_above": texts("Please give a whole number above zero.")},
            ),
            "house": house_form(texts, {**SCHEDULE, "holidays": "FR"}, {}, ZONES),
            "house_error": house_form(
                texts,
                {**SCHEDULE, "closes": "08:00"},
                {"closes": texts("Work must end after it begins.")},
                ZONES,
                texts("Nothing is lost: please correct what is marked below."),
            ),
            "notice": notice_card(texts, texts("This campaign no longer exists."), "warning"),
        }

    def forms(self) -> dict[str, AdaptiveCard]:
        texts, draft = self.texts, campaign(self.language, CampaignState.DRAFT)
        words = MESSAGES[self.language]
        plain = {field: words[field] for field in ("name", "title", "body", "style")}
        language = self.language
        choices = Choices(everyone=Reach(total=1204, reachable=1204), lists=self.lists())
        chosen = {"audience": "list:0,list:1", "except": "list:2"}
        pasted = {"audience": "", "list_name": LISTS[self.language][0], "addresses": "ada@contoso.com\nlouis"}
        wrong = texts("“{text}” (line {line})", text="louis", line=2)
        late = {**SCHEDULE, "date": "2026-11-20"}
        repeated = REPEATED[self.language]
        return {
            "form_message_new": message_form(texts, replace(draft, name=""), {}, {}),
            "form_message_templates": message_form(texts, replace(draft, name=""), {}, {}, templates=True),
            "form_message": message_form(texts, draft, plain, {}, columns=["DEPARTMENT", "SITE"]),
            "form_message_buttons": message_form(texts, draft, words, {}),
            "form_message_all": message_form(
                texts,
                draft,
                {
                    **words,
                    "answers": "👍; 👎",
                    "image": PICTURE,
                    "image_alt": words["title"],
                    "notification": words["title"],
                },
                {},
                versions=["de"],
            ),
            "form_version_new": version_form(
                texts, draft, "", SPOKEN[2:], {}, {}, message(language).buttons, first=words
            ),
            "form_version": version_form(
                texts, draft, "de", [], GERMAN, {}, message(language).buttons, columns=["DEPARTMENT"], first=words
            ),
            "picture": picture_card(texts, draft, PICTURE),
            "picture_alone": picture_card(texts, None, PICTURE),
            "text_offered": text_card(texts, draft, words["body"]),
            "form_message_untracked": message_form(
                texts, draft, {**words, "anonymous": "true", "thumbs": "true"}, {}, tracked=False
            ),
            "form_message_errors": message_form(
                texts,
                draft,
                {**words, "name": "", "link_url": "contoso"},
                {
                    "name": texts("Please give the campaign a name."),
                    "link_url": texts("That is not a web address; it begins with https://"),
                },
            ),
            "form_message_own_text": message_form(
                texts,
                draft,
                {**words, "body": f"[URGENT] {words['body']}"},
                {
                    "body": texts(
                        "I don’t know {wrong}. Did you mean [{nearest}]?",
                        wrong="[URGENT]",
                        nearest={"en": "FIRSTNAME", "fr": "PRENOM"}[self.language],
                    )
                },
            ),
            "form_audience": audience_form(texts, draft, {"audience": "list:1"}, {}, choices),
            **quiet_cards(texts, language, draft, choices),
            "form_audience_combined": audience_form(texts, draft, chosen, {}, replace(choices, more=True)),
            "form_audience_errors": audience_form(
                texts,
                draft,
                pasted,
                {
                    "addresses": texts.many(
                        "This is not an address: {some}", "{count} entries are not addresses: {some}", 1, some=wrong
                    )
                },
                choices,
            ),
            "form_schedule": schedule_form(texts, draft, SCHEDULE, {}, ZONES, NOW),
            "form_schedule_mails": schedule_form(
                texts, draft, {**SCHEDULE, "mail": "not_opened"}, {}, ZONES, NOW, mails=True
            ),
            "form_schedule_holidays": schedule_form(
                texts, draft, {**SCHEDULE, "holidays": "FR-57", "closed": texts.short_date(CLOSED)}, {}, ZONES, NOW
            ),
            "form_schedule_no_presence": schedule_form(
                texts,
                draft,
                SCHEDULE,
                {},
                ZONES,
                NOW,
                no_presence=texts(
                    "Crieur has no access to Microsoft Graph here, which tells who is there on Teams:"
                    " its operator can set it up."
                ),
            ),
            "form_schedule_errors": schedule_form(
                texts,
                draft,
                late,
                {"date": texts("That is in the past. Please choose a later day or time.")},
                ZONES,
                NOW,
            ),
            "form_schedule_words": schedule_form(
                texts,
                draft,
                SCHEDULE | {"words": texts("tomorrow 10am for 2 hours")},
                {},
                ZONES,
                NOW,
                what_was_read(
                    texts,
                    [
                        texts("start {start}", start=f"{texts.moment(START, ZoneInfo(ZONE))} ({texts.city(ZONE)})"),
                        texts("duration {duration}", duration=texts.duration(timedelta(hours=2))),
                    ],
                    [texts("working hours {hours}", hours=hours_text(texts, schedule()))],
                ),
            ),
            "form_schedule_repeats": schedule_form(
                texts,
                draft,
                SCHEDULE | repeated,
                {"words": odd_words(repeated, texts)},
                ZONES,
                NOW,
            ),
            "form_schedule_words_errors": schedule_form(
                texts,
                draft,
                SCHEDULE | {"words": f"{texts('tomorrow 10am for 2 hours')} – 25:00", "time": ""},
                {
                    "words": texts(
                        "I did not understand “{words}”."
                        " Please say it differently, or empty this and fill in the rest.",
                        words="25:00",
                    ),
                    "time": texts("Please choose a time, like 10:00."),
                },
                ZONES,
                NOW,
            ),
            "form_try": try_it_form(texts, draft, [person()], {"address": person().address}, {}),
            "form_try_sent": try_it_form(
                texts,
                draft,
                [person()],
                {},
                {},
                texts("The test is in the chat of {address}.", address=person().address),
            ),
        }

    def sayings(self) -> dict[str, AdaptiveCard]:
        forecast = Forecast(
            messages=938, first=START, last=START + timedelta(minutes=119), peak=14, fits=True, now=False
        )
        return saying_cards(self.texts, campaign(self.language, CampaignState.DRAFT), self.overview(), forecast)

    def campaigns(self) -> dict[str, AdaptiveCard]:
        texts, language = self.texts, self.language
        forecast = Forecast(
            messages=938, first=START, last=START + timedelta(minutes=119), peak=14, fits=True, now=False
        )
        problems = [("schedule", texts("Please choose when it goes out."))]
        warnings = [texts("Nobody in this audience can be reached yet.")]
        scheduled, running, done = (campaign(language, state) for state in list(CampaignState)[2:])
        missing, failed = {2: NotReached.NEVER_INSTALLED}, {6: NotReached.BLOCKED}
        people = [
            Member(person=person(number), why=missing.get(number), failed=failed.get(number), failed_at=START)
            for number in range(8)
        ]
        nothing = Tally(states={}, reasons={})
        if_present = replace(schedule(), own_zone=True, presence=PresenceChoice.PRESENT)
        present_only, asked = self.overview(schedule=if_present), refrozen(running, schedule=if_present)
        second = START + timedelta(hours=1)
        over_christmas = replace(schedule().slot, duration=timedelta(days=40))
        closed_hours = replace(schedule().hours, holidays=frozenset({CLOSED, CLOSED + timedelta(days=1)}))
        closed = replace(schedule(), slot=over_christmas, hours=closed_hours)
        lines = [
            figures(scheduled, nothing),
            figures(replace(running, id=CampaignId(13), name=OTHERS[language][0]), RUNNING_TALLY),
            figures(replace(done, id=CampaignId(14), name=OTHERS[language][1]), DONE_TALLY, ENGAGEMENT),
            figures(
                replace(scheduled, id=CampaignId(15), name=OTHERS[language][2], state=CampaignState.DRAFT), nothing
            ),
        ]
        on_its_way = figures(running, RUNNING_TALLY, MEANWHILE, next_due=NOW + timedelta(seconds=8))
        whole = figures(done, DONE_TALLY, ENGAGEMENT, hours=HOURS)
        question_done = figures(refrozen(done, message=question(language)), DONE_TALLY, ANSWERS, hours=HOURS[:10])
        rated = figures(refrozen(done, tracking=Tracking(thumbs=True)), DONE_TALLY, [*ENGAGEMENT, *RATINGS])
        unnamed = refrozen(done, message=question(language), tracking=Tracking(anonymous=True))
        earlier = [
            figures(replace(done, name=name), tally, ENGAGEMENT)
            for name, tally in zip(OTHERS[language], (DONE_TALLY, PRESENCE_TALLY, DONE_TALLY), strict=True)
        ]
        written_back = [
            (replace(person(number), address=f"person{number}@contoso.com", tenant=done.tenant), NOW, words)
            for number, words in enumerate(REPLIES[self.language])
        ]
        going = replace(done, recall_at=NOW, recall_deletes=True)
        recall = Recall(
            campaign=done.id,
            began_at=NOW,
            total=981,
            taken_back=612,
            failed={NotTakenBack.BLOCKED: 4, NotTakenBack.REMOVED: 7, NotTakenBack.NOT_CERTAIN: 2},
        )
        switched_off = Trouble(reason=NotReached.SWITCHED_OFF, detail="403 BotDisabledByAdmin", since=NOW)
        asked_figures = figures(asked, RUNNING_TALLY, next_due=NOW + timedelta(seconds=8))
        return {
            "review": review_card(texts, scheduled, self.overview(), forecast, [], []),
            "review_languages": review_card(
                texts, scheduled, self.overview(languages=("en", "fr"), language=language), forecast, [], []
            ),
            "review_holidays": review_card(texts, scheduled, self.overview(schedule=closed), forecast, [], []),
            "review_problems": review_card(texts, scheduled, self.overview(schedule=None), None, problems, warnings),
            "information_scheduled": information_card(texts, scheduled, self.overview(), None),
            "review_install": review_card(texts, scheduled, self.overview(installable=62), forecast, [], []),
            "review_skype": review_card(
                texts, replace(scheduled, channel=Channel.SKYPE), self.overview(), forecast, [], []
            ),
            "information_submitted": information_card(
                texts, replace(scheduled, state=CampaignState.SUBMITTED), self.overview(), None, decides=True
            ),
            "approval": approval_card(
                texts, replace(scheduled, state=CampaignState.SUBMITTED), self.overview(), forecast, person(1).name
            ),
            "approval_given": decided_card(texts, scheduled, person(2), approved=True),
            "approval_refused": decided_card(
                texts,
                scheduled,
                person(2),
                approved=False,
                reason={"fr": "La date est fausse."}.get(self.language, "The date is wrong."),
            ),
            "review_presence": review_card(texts, scheduled, present_only, forecast, [], []),
            "information_running": information_card(
                texts,
                running,
                self.overview(),
                RUNNING_TALLY,
                texts("This campaign has started: it can be neither changed nor cancelled."),
                "warning",
            ),
            "information_done": information_card(texts, done, self.overview(), DONE_TALLY),
            "people": people_card(texts, scheduled, REACH, people, 0, 125),
            "calendar": calendar_card(texts, START.date(), 4, self.days(scheduled, running)),
            "calendar_free": calendar_card(texts, START.date(), 4, []),
            "delete": delete_card(texts, done),
            "delete_take_back": delete_card(texts, done, 981),
            "replies": replies_card(texts, done, written_back, 3),
            "recall_running": recall_card(texts, going, recall),
            "recall_waits": recall_card(texts, going, replace(recall, trouble=switched_off)),
            "recall_done": recall_card(texts, going, replace(recall, taken_back=968, later=(), finished_at=NOW)),
            "information_of_another": information_card(
                texts, scheduled, self.overview(), None, changes=False, author=person(1).name
            ),
            "share": sharing_form(texts, scheduled, [(person(n).id, person(n).name) for n in (1, 2)], [person(1).id]),
            "held": held_card(
                texts,
                replace(scheduled, state=CampaignState.SUBMITTED),
                Held(why=WhyHeld.GREW, frozen=scheduled.as_scheduled, approved=47, people=59, newcomers=12),
                decides=True,
            ),
            "role_given": role_given_card(texts, person(0), Role.PUBLISHER),
            "changed_by_another": changed_by_another_card(texts, person(0), scheduled, DeedKind.CHANGED),
            "campaigns": campaigns_card(
                texts, lines, "", 0, 2, "", {line.campaign.id: person(1).name for line in lines[1:2]}
            ),
            "campaigns_none": campaigns_card(texts, [], "", 0, 1),
            "campaigns_found": campaigns_card(texts, lines[1:2], lines[1].campaign.name[:4], 0, 1),
            "live": live_card(texts, on_its_way, ends_about=second),
            "live_0": live_card(texts, figures(running, NOTHING_SENT, next_due=START + timedelta(seconds=8))),
            "live_40": live_card(texts, on_its_way, ends_about=second),
            "live_100": live_card(texts, figures(done, DONE_TALLY, ENGAGEMENT)),
            **{
                f"live_{trouble.reason}": live_card(
                    texts, figures(replace(running, trouble=trouble), RUNNING_TALLY, ENGAGEMENT), ends_about=second
                )
                for trouble in TROUBLES
            },
            "report_paused": report_card(texts, figures(replace(done, trouble=TROUBLES[-1]), PAUSED_TALLY), NOW),
            "live_presence_silent": live_card(texts, asked_figures, silent=True),
            "live_moved": moved_card(texts, running),
            "report_presence": report_card(
                texts, figures(replace(asked, state=CampaignState.DONE), PRESENCE_TALLY, ENGAGEMENT), NOW
            ),
            "report_running": report_card(texts, on_its_way, NOW),
            "report": report_card(texts, whole, START + timedelta(hours=10), "", USUAL, segments(language)),
            "segments": segments_card(texts, whole, segments(language), {}, EngagementKind.ACKNOWLEDGED),
            "segments_none": segments_card(texts, whole, {}, {}, None),
            "report_first": report_card(texts, whole, START + timedelta(hours=10), "", Benchmark(3)),
            "report_erased": report_card(
                texts,
                replace(whole, campaign=replace(done, sealed_at=A_YEAR_LATER)),
                A_YEAR_LATER + timedelta(days=1),
                erased_text(texts, replace(done, sealed_at=A_YEAR_LATER)),
            ),
            "report_thumbs": report_card(texts, rated, START + timedelta(hours=10)),
            "report_answers": report_card(texts, question_done, START + timedelta(hours=10)),
            "report_anonymous": report_card(texts, figures(unnamed, DONE_TALLY, ANONYMOUS), START + timedelta(days=40)),
            "export": export_card(texts, done, 1_250, by_file=True, by_link=True),
            "export_audit": audit_export_card(texts, 1_250, by_file=True, by_link=True),
            "export_audit_making": making_card(texts, None, 400, 1_250),
            "export_link": export_card(
                texts,
                unnamed,
                1_250,
                by_file=False,
                by_link=True,
                notice=texts("I am making the file: you see below how it goes."),
            ),
            "export_nowhere": export_card(texts, done, 1, by_file=False, by_link=False),
            "export_making": making_card(texts, done, 420_000, 1_000_000),
            "export_download": download_card(texts, done, "https://crieur.contoso.example/export/t", NOW),
            "export_uploaded": uploaded_card(texts, done),
            "export_refused": refused_card(
                texts, done.name, "Louis Pasteur", "fabrikam.sharepoint.com", "contoso.sharepoint.com"
            ),
            "export_declined": declined_card(texts, done),
            "export_interrupted": interrupted_card(texts, done),
            "export_trouble": export_trouble_card(texts, done),
            "left": left_card(texts, whole, LEFT),
            "left_running": left_card(texts, on_its_way, [replace(group, writable=0) for group in LEFT[:2]]),
            "left_nobody": left_card(texts, figures(done, NOTHING_SENT), []),
            "left_reached": people_left_card(
                texts, done, PeopleLeft(group=LEFT[0], people=NOT_REACHED, trail=[0, 12], more=True, segment={})
            ),
            "left_confirmed": people_left_card(
                texts, done, PeopleLeft(group=LEFT[-1], people=NOT_CONFIRMED, trail=[0], more=False, segment={})
            ),
            "export_left": export_card(texts, done, 43, by_file=True, by_link=True, left=Left.REACHED),
            "compare": compare_card(texts, whole, earlier),
            "compare_first": compare_card(texts, whole, []),
        }

    def summary(self) -> Summary:
        values = OWN[self.language]
        return Summary(
            id=ListId(3),
            file="Lyon.xlsx",
            known=2810,
            reachable=2801,
            reading=self.reading(),
            sample=[
                Contact(address=one.address, given_name=one.given_name, surname=one.surname, columns=values)
                for one in (person(0), person(1), person(2))
            ],
        )

    def days(self, scheduled: Campaign, running: Campaign) -> list[CalendarDay]:
        others, today = OTHERS[self.language], START.date()

        def entry(name: str, one: Campaign, first: int, last: int, people: int, author: str = "") -> CalendarEntry:
            return CalendarEntry(
                campaign=replace(one, name=name),
                starts=START + timedelta(days=first),
                first=today + timedelta(days=first),
                last=today + timedelta(days=last),
                people=people,
                author=author,
            )

        newsletter = entry(running.name, running, 0, 0, 938)
        drill = entry(others[0], scheduled, 0, 0, 1204, person(1).name)
        survey = entry(others[1], scheduled, 7, 9, 212)
        end = End(at=START + timedelta(days=1, hours=9), does=AtEnd.LINE)
        must_read = refrozen(running, follow_up=FollowUp(until=Until.CONFIRMED, after=2, rounds=3))
        milestones = [
            Milestone(campaign=must_read, at=START + timedelta(days=1), round=1),
            Milestone(campaign=a_sequence(self.language), at=START + timedelta(days=1), step=2, people=38),
            Milestone(campaign=replace(running, name=others[0]), at=end.at, end=end),
        ]
        day = CalendarDay(
            day=today,
            entries=[newsletter, drill],
            campaigns=3,
            people=1530,
            twice=812,
            certain=True,
            others=1,
            others_people=400,
        )
        on = replace(day, day=today + timedelta(days=7), entries=[survey], campaigns=1, twice=0, others=0)
        follows = CalendarDay(
            day=today + timedelta(days=1),
            entries=[],
            campaigns=0,
            people=0,
            twice=0,
            certain=True,
            others=0,
            others_people=0,
            milestones=milestones,
        )
        return [
            day,
            follows,
            on,
            replace(on, day=today + timedelta(days=8), campaigns=2, twice=40, certain=False, others=1),
        ]

    def reading(self) -> Reading:
        ada, louis, marie = person(0), person(1), person(2)
        managers = [f"{one.given_name} {one.surname} · {marie.address}" for one in (ada, louis, marie)]
        own = [f"{one.given_name} {one.surname} · {one.address}" for one in (ada, louis, marie)]
        site = {"en": "Site", "fr": "Site"}[self.language]
        return Reading(
            people=3120,
            doubles=12,
            wrong=9,
            wrong_lines=(
                WrongLine(14, Mistake.WRONG_ADDRESS, "grace@"),
                WrongLine(58, Mistake.NO_ADDRESS, ""),
                WrongLine(59, Mistake.NO_ADDRESS, ""),
            ),
            columns=tuple(OWN[self.language]),
            notes=(
                Note(kind=NoteKind.INSTEAD, count=3, lines=(7, 90, 91), words=("UPN",)),
                Note(kind=NoteKind.ERRORS, count=41, lines=tuple(range(200, 241)), words=(site,)),
                Note(kind=NoteKind.DOUBLES, count=12, lines=tuple(range(300, 312))),
            ),
            sheet="Lyon",
            sheets=(SheetWithPeople(name="Nice", rows=214), SheetWithPeople(name="2024", rows=8, hidden=True)),
            column=2,
            address_columns=(
                AddressColumn(place=2, heading=MAIL[self.language], sample=tuple(own)),
                AddressColumn(place=4, heading=MANAGER[self.language], sample=tuple(managers)),
            ),
            hidden=17,
        )

    def of_readings(self) -> dict[str, AdaptiveCard]:
        """What a file asks before it is summed up."""
        reading, payload = self.reading(), {"list": ListId(3)}
        asked = replace(reading, question=Question.COLUMN, sheets=())
        bare = tuple(replace(one, heading="") for one in reading.address_columns)
        return {
            "import_column": column_card(self.texts, "Lyon.xlsx", asked, payload),
            "import_column_bare": column_card(self.texts, "Lyon.csv", replace(asked, address_columns=bare), payload),
            "import_sheet": sheet_card(self.texts, "Lyon.xlsx", reading, payload),
            "import_hidden": hidden_card(self.texts, "Lyon.xlsx", replace(reading, question=Question.HIDDEN), payload),
        }

    def of_lists(self) -> dict[str, AdaptiveCard]:
        texts, ada, louis = self.texts, person(0), person(1)
        labs = replace(self.lists()[0][0], columns=("DEPARTMENT", "SITE"))
        lines = [
            ListLine(distribution_list=labs, reach=Reach(total=50, reachable=47), owner=None),
            ListLine(
                distribution_list=replace(labs, name=LISTS[self.language][1]),
                reach=Reach(total=212, reachable=212),
                owner=louis,
            ),
            ListLine(
                distribution_list=replace(labs, name=LISTS[self.language][2], shared_with_all=True),
                reach=Reach(total=8, reachable=0),
                owner=None,
            ),
        ]
        missing = {2: NotReached.NEVER_INSTALLED, 6: NotReached.BLOCKED}
        view = ListView(
            distribution_list=labs,
            owner=None,
            channel=Channel.TEAMS,
            reach=Reach(total=50, reachable=47),
            other=None,
            why={NotReached.NEVER_INSTALLED: 2, NotReached.BLOCKED: 1},
            people=[Member(person=person(number), why=missing.get(number)) for number in range(8)],
            page=0,
            more=True,
        )
        typed = {"list_name": labs.name, "sharing": "some", "authors": "2"}
        authors = [(louis.id, louis.name), (person(2).id, person(2).name)]
        return {
            "lists": lists_card(texts, lines, Channel.TEAMS, "", 0, 2),
            "lists_none": lists_card(texts, [], Channel.TEAMS, "", 0, 1),
            "list": list_card(texts, view),
            "list_new": list_people_form(texts, None, {}, {}),
            "list_people": list_people_form(texts, labs, {"addresses": ada.address}, {}),
            "list_settings": list_settings_form(texts, labs, typed, {}, authors),
            "list_from_a_file": list_card(
                texts,
                replace(view, draft=campaign(self.language, CampaignState.DRAFT)),
                texts.many("Saved: {count} person.", "Saved: {count} people.", 50),
            ),
            "import": import_card(texts, self.summary(), {"list_name": "Lyon"}, {}, [(labs.id, labs.name)]),
            "import_taken": import_card(
                texts,
                replace(self.summary(), reading=Reading(people=3120), known=3120),
                {"list_name": labs.name},
                {"list_name": texts("There is a list of this name already.")},
                [],
            ),
            "import_saving": notice_card(
                texts,
                texts.many("I am saving {count} person …", "I am saving {count} people …", 3120),
                back=("import.open", {"list": labs.id}),
            ),
            "list_delete": list_delete_card(texts, labs, [], 2),
            "list_delete_used": list_delete_card(texts, labs, [MESSAGES[self.language]["name"]], 0),
        }

    def of_sources(self) -> dict[str, AdaptiveCard]:
        """Lists whose people are read from elsewhere."""
        texts, draft = self.texts, campaign(self.language, CampaignState.DRAFT)
        running = campaign(self.language, CampaignState.RUNNING)
        name = LISTS[self.language][0]
        source = Source(kind=SourceKind.GROUP, id="02bd9fd6-8f93-4758-87c3-1fb73740a315")
        group_list = replace(self.lists()[0][0], source=source, read_at=NOW)
        reach = Reach(total=50, reachable=47, guests=2)
        people = [Member(person=person(number), installed=number != 1) for number in range(3)]
        view = ListView(
            distribution_list=group_list,
            owner=None,
            channel=Channel.TEAMS,
            reach=reach,
            other=None,
            why={},
            people=people,
            page=0,
            more=False,
        )
        groups = [("1a2b", name), ("3c4d", f"{name} Lyon"), ("5e6f", f"{name} Lyon")]
        gone = ListProblem(list=replace(group_list, name=LISTS[self.language][1]), why=Unread.GONE)
        silent = ListProblem(list=group_list, why=Unread.NOT_ANSWERED)
        denied = ListProblem(list=group_list, why=Unread.NOT_ALLOWED, permission="GroupMember.Read.All")
        leaving_out = refrozen(running, audience=Audience(everyone=True, except_lists=(group_list.id,)))
        installing = Installation(
            id=InstallationId(1),
            tenant=CONTOSO,
            author=PersonId(1),
            version=3,
            audience=Audience(lists=(group_list.id,)),
            name=name,
            started_at=NOW,
            total=120,
            installed=64,
            repaired=3,
            failed={NotInstalled.NOT_IN_DIRECTORY: 2, NotInstalled.NOT_ALLOWED: 1},
        )
        halted = replace(installing, halt=Halt.NOT_ALLOWED, permission="AppCatalog.Read.All", finished_at=NOW)
        return {
            "install_question": install_form(texts, name, 3, {"list": 1}, ("list.open", {"list": 1})),
            "install_running": install_card(texts, installing),
            "install_waiting": install_card(texts, replace(installing, again_at=NOW + timedelta(hours=1))),
            "install_done": install_card(texts, replace(installing, installed=114, finished_at=NOW)),
            "install_halted": install_card(texts, halted),
            "people_installable": people_card(
                texts, draft, reach, [*people, Member(person=person(3), why=NotReached.NEVER_INSTALLED)], 0, 1, 3
            ),
            "group": group_form(texts, draft, Groups()),
            "group_found": group_form(texts, draft, Groups(name=name[:4], matches=groups)),
            "group_none": group_form(texts, None, Groups(name="Zzz", matches=[])),
            "group_denied": group_form(texts, None, Groups(name=name), unread_text(texts, denied)),
            "list_of_group": list_card(texts, view),
            "unread_gone": unread_card(texts, running, [gone]),
            "unread": unread_card(texts, running, [silent]),
            "unread_left_out": unread_card(texts, leaving_out, [denied, gone]),
        }

    def messages(self) -> dict[str, AdaptiveCard]:
        texts, content = self.texts, filled(message(self.language), person(), {})
        important = replace(content, style=Style.IMPORTANT)
        plain = replace(content, style=Style.MESSAGE, buttons=())
        name = MESSAGES[self.language]["name"]
        banner = texts("Test of “{name}” by {sender}: only you received this.", name=name, sender="Ada Lovelace")
        poll = filled(question(self.language), person(), {})
        answered = answered_text(texts, poll.buttons[1].title)
        confirmed = acknowledged_text(texts, texts.moment(NOW))

        def link(number: int, button: Button) -> str:
            return f"https://crieur.contoso.com/r/12.1.x.{number}"

        footer = footer_lines(texts, Footer(person(0).name), content)
        unnamed = footer_lines(texts, Footer(COMMUNICATION[self.language], anonymous=True), poll)
        return {
            "message": message_card(CampaignId(12), content, link, footer=footer, settles=True),
            "message_anonymous": message_card(CampaignId(12), poll, link, footer=unnamed),
            "message_picture": message_card(CampaignId(12), replace(content, image=PICTURE), link),
            "message_plain": message_card(CampaignId(12), plain, link),
            "message_important": message_card(CampaignId(12), important, link),
            "message_test": message_card(CampaignId(12), content, link, test=banner),
            "message_confirmed": message_card(CampaignId(12), content, link, done=Done(acknowledged=confirmed)),
            "message_question": message_card(CampaignId(12), poll, link),
            "message_answered": message_card(CampaignId(12), poll, link, done=Done(answer=1, answered=answered)),
        }


def sample_cards(language: str) -> dict[str, AdaptiveCard]:
    """Name -> card, in ``en`` or ``fr``."""
    samples = Samples(language)
    return {
        **samples.talk(),
        **samples.forms(),
        **samples.of_lists(),
        **samples.of_readings(),
        **samples.of_sources(),
        **samples.campaigns(),
        **samples.messages(),
        **template_cards(samples.texts, samples.overview()),
        **segment_cards(samples.texts, language, samples.lists()[0][0]),
        **series_cards(samples.texts, language, samples.overview()),
        **ending_cards(samples.texts, language),
        **sequence_cards(samples.texts, language, samples.overview()),
        **variant_cards(samples.texts, language, samples.overview()),
        **samples.sayings(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw every card, light and dark, in both languages.")
    parser.add_argument("folder", type=Path, help="where NAME.LANGUAGE.THEME.png go")
    parser.add_argument("beginnings", nargs="*", metavar="NAME", help="only cards whose names begin so")
    arguments = parser.parse_args()
    folder = arguments.folder
    cards = {
        f"{name}.{language}": as_dict(card)
        for language in LOCALES
        for name, card in sample_cards(language).items()
        if name.startswith(tuple(arguments.beginnings or [""]))
    }
    try:
        paths = asyncio.run(draw(cards, folder))
        problems = asyncio.run(misfits(cards))
    except CannotDraw as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if problems:
        sys.stderr.write("\n".join([f"Not for a phone, at {NARROW} px:", *problems, ""]))
        return 1
    sys.stdout.write(f"{len(paths)} pictures in {folder}/\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

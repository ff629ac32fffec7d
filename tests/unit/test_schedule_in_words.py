"""What people say of when a campaign goes out, phrase by phrase, in both languages; no text breaks the rule."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.kit.texts import Texts
from dialogs.forms.fields import FIELDS
from dialogs.forms.schedule import default_schedule, read_schedule
from dialogs.routers import everything
from dialogs.schedule_words import LONGEST, Spoken, may_be_a_schedule

#: the recogniser takes seconds to load: in one process of all that run tests, and when the first of these runs

NOW = datetime(2026, 11, 25, 11, 7, 30, tzinfo=UTC)  #: a Wednesday, 12:07 in Paris
ZONE = "Europe/Paris"

#: what is said, the start, the duration, the other fields, and what is not understood
ENGLISH = [
    ("tomorrow 10am for 2 hours", "2026-11-26 10:00", "2 hours", "", ""),
    ("next Monday 9am for 3 days, working hours 9 to 6", "2026-11-30 09:00", "3 days", "closes=18:00 opens=09:00", ""),
    ("now for 30 minutes", "now", "30 minutes", "", ""),
    ("2026-12-03 at 10:00 for 2h", "2026-12-03 10:00", "2 hours", "", ""),
    ("2026-12-03T10:00 for 90 minutes", "2026-12-03 10:00", "90 minutes", "", ""),
    ("from Monday 9am to Wednesday 6pm", "2026-11-30 09:00", "57 hours", "", ""),
    ("until friday 6pm", "now", "3233 minutes", "", ""),
    ("two weeks from now at 10am for 1 day", "2026-12-09 10:00", "1 days", "", ""),
    ("tomorrow from 10am to noon", "2026-11-26 10:00", "2 hours", "", ""),
    ("monday between 9 and 5", "2026-11-30 09:00", "8 hours", "", ""),
    ("December 3rd at 14:30 for half an hour", "2026-12-03 14:30", "30 minutes", "", ""),
    ("tomorrow at 10 for an hour and a half", "2026-11-26 10:00", "90 minutes", "", ""),
    ("in 2 hours for 30 min", "2026-11-25 14:07", "30 minutes", "", ""),
    ("in half an hour for an hour", "2026-11-25 12:37", "1 hours", "", ""),
    ("3/12/2026 10:00 for 2 hours", "2026-03-12 10:00", "2 hours", "", ""),
    ("tomorrow morning", "2026-11-26 09:00", "3 hours", "", ""),
    ("tomorrow afternoon at 3 for 1 hour", "2026-11-26 15:00", "1 hours", "", ""),
    ("tonight at 8 for 1 hour", "2026-11-25 20:00", "1 hours", "", ""),
    ("the day after tomorrow at 9:15 for 90 minutes", "2026-11-27 09:15", "90 minutes", "", ""),
    (
        "Monday 9am for 5 days on weekdays, 9am to 6pm",
        "2026-11-30 09:00",
        "5 days",
        "closes=18:00 days=0,1,2,3,4 opens=09:00",
        "",
    ),
    ("tomorrow at noon for two hours", "2026-11-26 12:00", "2 hours", "", ""),
    ("25:00 tomorrow for 2 hours", "2026-11-26", "2 hours", "", "25:00"),
    ("10am Paris time tomorrow for 2 hours", "2026-11-26 10:00", "2 hours", "zone=Europe/Paris", ""),
    ("this friday 3pm for an hour", "2026-11-27 15:00", "1 hours", "", ""),
    ("friday at half past three for 45 minutes", "2026-11-27 15:30", "45 minutes", "", ""),
    ("quarter to nine tomorrow for 2 hours", "2026-11-26 08:45", "2 hours", "", ""),
    ("from Monday to Wednesday", "2026-11-30 00:00", "3 days", "", ""),
    ("next week", "2026-11-30 00:00", "7 days", "", ""),
    ("this weekend, at any time", "2026-11-28 00:00", "2 days", "anytime=true", ""),
    ("today 8am for 2 hours", "2026-11-25 08:00", "2 hours", "", ""),
    ("on the 15th at 10am for 2 hours", "2026-12-15 10:00", "2 hours", "", ""),
    ("Monday 7 December at 10 for 2 days", "2026-12-07 10:00", "2 days", "", ""),
    ("Monday 8 December at 10 for 2 days", "10:00", "2 days", "", "Monday 8 December"),
    ("tomorrow 10am until 4pm", "2026-11-26 10:00", "6 hours", "", ""),
    ("now until friday 6pm", "now", "3233 minutes", "", ""),
    ("tomorrow 9-17", "2026-11-26 09:00", "8 hours", "", ""),
    ("tomorrow 9am-5pm", "2026-11-26 09:00", "8 hours", "", ""),
    ("from 2 to 4pm on friday", "2026-11-27 14:00", "2 hours", "", ""),
    ("wednesday 10am for 2 hours", "2026-12-02 10:00", "2 hours", "", ""),
    ("wednesday 2pm for 2 hours", "2026-11-25 14:00", "2 hours", "", ""),
    ("tomorrow for 2 hours", "2026-11-26", "2 hours", "", ""),
    ("tomorrow at ten for two and a half hours", "2026-11-26 10:00", "150 minutes", "", ""),
    ("first monday of december at 9am for 1 week", "2026-12-07 09:00", "7 days", "", ""),
    ("for 2 hours", "", "2 hours", "", ""),
    ("at 10am for 2 hours", "2026-11-26 10:00", "2 hours", "", ""),
    ("at 3pm for 1 hour", "2026-11-25 15:00", "1 hours", "", ""),
    ("tomorrow at 10am for 2 hours, please", "2026-11-26 10:00", "2 hours", "", ""),
    ("not tomorrow but friday 10am for 2 hours", "", "", "", "not tomorrow but friday 10am"),
    ("only on Mondays and Fridays", "", "", "days=0,4", ""),
    ("now for 1000000000 days", "now", "", "", "for 1000000000 days"),
    (
        "monday 9am for 3 days, working days monday to thursday, working hours from 8:30 to 17:30",
        "2026-11-30 09:00",
        "3 days",
        "closes=17:30 days=0,1,2,3 opens=08:30",
        "",
    ),
    ("midnight tomorrow for 1 day", "2026-11-26 00:00", "1 days", "", ""),
    ("ASAP over 3 hours", "now", "3 hours", "", ""),
    ("tomorrow 10 AM EST for 2 hours", "2026-11-26 10:00", "2 hours", "zone=America/New_York", ""),
    ("tomorrow 10am UTC for 2 hours", "2026-11-26 10:00", "2 hours", "zone=UTC", ""),
    ("yesterday 10am for 2 hours", "2026-11-24 10:00", "2 hours", "", ""),
    ("Monday-Wednesday", "2026-11-30 00:00", "3 days", "", ""),
    ("tomorrow 9am for 3 days in their own time zone", "2026-11-26 09:00", "3 days", "own_zone=true", ""),
    ("monday at 5 pm for 2 hours outside working hours", "2026-11-30 17:00", "2 hours", "anytime=true", ""),
    ("starting tomorrow at 8 in the morning for 4 hours", "2026-11-26 08:00", "4 hours", "", ""),
    ("tomorrow 10am EST for 2 hours", "2026-11-26 10:00", "2 hours", "zone=America/New_York", ""),
    ("tomorrow, 10:30am, for 20 mins", "2026-11-26 10:30", "20 minutes", "", ""),
    ("Dec 15 at 9:30 am for 1.5 days", "2026-12-15 09:30", "36 hours", "", ""),
    ("from now until 6pm", "now", "353 minutes", "", ""),
    ("monday 10am to tuesday noon", "2026-11-30 10:00", "26 hours", "", ""),
    ("in 3 days at 2pm for 4 hours", "2026-11-28 14:00", "4 hours", "", ""),
    ("the 1st of december at 10am for an hour", "2026-12-01 10:00", "1 hours", "", ""),
    (
        "Tuesday at 11 o'clock for 2 hours on each person's own clock",
        "2026-12-01 11:00",
        "2 hours",
        "own_zone=true",
        "",
    ),
    ("12/3 at 10:00 for 2 hours", "2026-12-03 10:00", "2 hours", "", ""),
    ("from friday 4pm to monday 10am at any time", "2026-11-27 16:00", "66 hours", "anytime=true", ""),
    ("tomorrow from 2 to 4", "2026-11-26 14:00", "2 hours", "", ""),
    ("tomorrow 8 to 9pm", "2026-11-26 20:00", "1 hours", "", ""),
    ("tomorrow from 10 to 2pm", "2026-11-26 10:00", "4 hours", "", ""),
    ("tomorrow 3 to 5am", "2026-11-26 03:00", "2 hours", "", ""),
    ("this evening for 1 hour", "2026-11-25 18:00", "1 hours", "", ""),
    ("this week", "now", "6473 minutes", "", ""),
    ("tomorrow at 12:15pm for 2 hours", "2026-11-26 12:15", "2 hours", "", ""),
    ("tomorrow at 12am for 1 day", "2026-11-26 00:00", "1 days", "", ""),
    ("monday to friday", "2026-11-30 00:00", "5 days", "", ""),
    ("Friday to Tuesday", "2026-11-27 00:00", "5 days", "", ""),
    ("tuesday from 9 to 6 for 3 days", "2026-12-01 09:00", "3 days", "closes=18:00 opens=09:00", ""),
    ("next month", "", "", "", "next month"),
    ("by friday 10am", "10:00", "", "", "by friday"),
    ("tomorrow after 10am for 2 hours", "2026-11-26 10:00", "2 hours", "", "after"),
    ("monday and tuesday 10am for 2 hours", "", "", "", "monday … tuesday 10am"),
    ("tomorrow at 10am for 2 hours, except in Paris", "2026-11-26 10:00", "2 hours", "zone=Europe/Paris", "except"),
    ("tomorrow 10am for 3 years", "2026-11-26 10:00", "1096 days", "", ""),
    ("tomorrow 10am for 2 hours unless it rains", "2026-11-26 10:00", "2 hours", "", "unless it rains"),
    ("tomorrow at 10am or 11am for 2 hours", "", "", "", "tomorrow at 10am or 11am"),
    ("10am to noon and 2pm to 4pm tomorrow", "", "", "", "10am to noon … 2pm to 4pm tomorrow"),
    ("tomorrow from 10am to noon for 2 hours", "2026-11-26 10:00", "2 hours", "", ""),
    ("tomorrow from 10am to noon for 5 hours", "2026-11-26 10:00", "2 hours", "", "for 5 hours"),
    ("hello there", "", "", "", "hello there"),
    ("from 6pm to 9am", "2026-11-25 18:00", "15 hours", "", ""),
    ("2026-13-45 at 10am for 2 hours", "10:00", "2 hours", "", "2026-13-45"),
    ("tomorrow for 99999999999999999999 hours", "2026-11-26", "", "", "for 99999999999999999999 hours"),
    ("Thursday, December 3, 2026 at 2:30 PM for 3 hours", "2026-12-03 14:30", "3 hours", "", ""),
    ("Monday through Friday, 9 to 5", "2026-11-30 00:00", "5 days", "closes=17:00 opens=09:00", ""),
    ("Monday to Friday 9am to 5pm", "2026-11-30 00:00", "5 days", "closes=17:00 opens=09:00", ""),
    ("next week from 9 to 5", "2026-11-30 00:00", "7 days", "closes=17:00 opens=09:00", ""),
    ("this afternoon from 2 to 4", "2026-11-25 14:00", "2 hours", "", ""),
    ("tomorow 10am for 2 hours", "2026-11-26 10:00", "2 hours", "", ""),
    ("from 1 to 5 December", "2026-12-01 00:00", "5 days", "", ""),
    ("December 1-5", "2026-12-01 00:00", "5 days", "", ""),
    ("December 1 to 5, 9am to 5pm", "2026-12-01 00:00", "5 days", "closes=17:00 opens=09:00", ""),
    ("December 1 1pm to 5pm", "2026-12-01 13:00", "4 hours", "", ""),
    ("1-5 December 2026, working hours 8 to 12", "2026-12-01 00:00", "5 days", "closes=12:00 opens=08:00", ""),
    ("start now and run for 3 days", "now", "3 days", "", ""),
    ("for a duration of 2 hours from tomorrow 10am", "2026-11-26 10:00", "2 hours", "", ""),
    ("tomorrow at 10am PST for 2 hours", "2026-11-26 10:00", "2 hours", "zone=America/Los_Angeles", ""),
    ("Monday 30/11 at 9am for 2 hours", "2026-11-30 09:00", "2 hours", "", ""),
    ("Tuesday 30/11 at 9am for 2 hours", "", "", "", "Tuesday 30/11 at 9am"),
    ("10 tomorrow for 2 hours", "2026-11-26 10:00", "2 hours", "", ""),
    (
        "weekdays from 9am to 5pm starting Monday for two weeks",
        "2026-11-30 09:00",
        "14 days",
        "closes=17:00 days=0,1,2,3,4 opens=09:00",
        "",
    ),
    ("tomorrow at 10 for 3 days, 9:00-17:30", "2026-11-26 10:00", "3 days", "closes=17:30 opens=09:00", ""),
    ("this weekend from 10am to 4pm", "2026-11-28 00:00", "2 days", "closes=16:00 opens=10:00", ""),
    ("not now", "now", "", "", "not"),
    ("saturday and sunday at any time", "2026-11-28 00:00", "2 days", "anytime=true", ""),
]
FRENCH = [
    ("demain à 10h pendant 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("lundi de 10h à midi", "2026-11-30 10:00", "2 hours", "", ""),
    ("lundi prochain à 9h pendant 3 jours", "2026-11-30 09:00", "3 days", "", ""),
    ("maintenant pendant 30 minutes", "now", "30 minutes", "", ""),
    ("mercredi à 10 h pendant 1 h", "2026-12-02 10:00", "1 hours", "", ""),
    ("mercredi à 10h30 pour 2h", "2026-12-02 10:30", "2 hours", "", ""),
    ("demain 8 h du matin pendant 2 heures et demie", "2026-11-26 08:00", "150 minutes", "", ""),
    ("demain à 3 heures de l'après-midi pendant 1h30", "2026-11-26 15:00", "90 minutes", "", ""),
    ("dans deux semaines à 9h pendant 1 jour", "2026-12-09 09:00", "1 days", "", ""),
    ("dans 2 heures pendant une demi-heure", "2026-11-25 14:07", "30 minutes", "", ""),
    ("après-demain à 14h pendant une heure", "2026-11-27 14:00", "1 hours", "", ""),
    ("le 3 décembre à 10h pour 2 jours", "2026-12-03 10:00", "2 days", "", ""),
    ("du lundi 9h au mercredi 18h", "2026-11-30 09:00", "57 hours", "", ""),
    ("jusqu'à vendredi 18h", "now", "3233 minutes", "", ""),
    ("ce soir à 20h pendant 1 heure", "2026-11-25 20:00", "1 hours", "", ""),
    ("ce soir à 8h pendant 1 heure", "2026-11-25 20:00", "1 hours", "", ""),
    ("demain à midi pendant trois quarts d'heure", "2026-11-26 12:00", "45 minutes", "", ""),
    ("demain entre 9h et 17h", "2026-11-26 09:00", "8 hours", "", ""),
    ("le 3/12/2026 à 10:00 pendant 2h", "2026-12-03 10:00", "2 hours", "", ""),
    ("lundi 7 décembre 2026 à 9h pendant une semaine", "2026-12-07 09:00", "7 days", "", ""),
    ("tout de suite pendant 1 heure", "now", "1 hours", "", ""),
    ("demain matin", "2026-11-26 09:00", "3 hours", "", ""),
    ("demain 10h heure de Montréal pendant 2 heures", "2026-11-26 10:00", "2 hours", "zone=America/Toronto", ""),
    ("du lundi au mercredi", "2026-11-30 00:00", "3 days", "", ""),
    ("la semaine prochaine", "2026-11-30 00:00", "7 days", "", ""),
    ("ce week-end à toute heure", "2026-11-28 00:00", "2 days", "anytime=true", ""),
    ("aujourd'hui 8h pendant 2 heures", "2026-11-25 08:00", "2 hours", "", ""),
    ("mardi 1er à 10h pendant 2 heures", "2026-12-01 10:00", "2 hours", "", ""),
    ("le premier décembre à 10h pendant 2 heures", "2026-12-01 10:00", "2 hours", "", ""),
    ("lundi en huit à 9h pendant 2 jours", "2026-12-07 09:00", "2 days", "", ""),
    ("vendredi 15h pendant 1h30", "2026-11-27 15:00", "90 minutes", "", ""),
    ("demain 25:00 pendant 2 heures", "2026-11-26", "2 hours", "", "25:00"),
    ("demain de 9h à 18h", "2026-11-26 09:00", "9 hours", "", ""),
    ("de 10h à 12h", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain a 10h pendant 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("premier lundi de décembre à 9h pendant 3 jours", "2026-12-07 09:00", "3 days", "", ""),
    (
        "lundi 9h pendant 3 jours, heures de travail de 9h à 18h",
        "2026-11-30 09:00",
        "3 days",
        "closes=18:00 opens=09:00",
        "",
    ),
    ("lundi 9h pendant 5 jours en semaine", "2026-11-30 09:00", "5 days", "days=0,1,2,3,4", ""),
    (
        "lundi à 9h pendant 3 jours, horaires de bureau : 8h30-17h30, du lundi au jeudi",
        "2026-11-30 09:00",
        "3 days",
        "closes=17:30 days=0,1,2,3 opens=08:30",
        "",
    ),
    ("demain à dix heures pendant deux heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain à quinze heures pendant quinze minutes", "2026-11-26 15:00", "15 minutes", "", ""),
    ("demain pendant 2 heures", "2026-11-26", "2 hours", "", ""),
    ("demain pas trop tôt pendant 2 heures", "2026-11-26", "2 hours", "", "pas trop tôt"),
    ("apres-demain à 9h pendant 1 journée", "2026-11-27 09:00", "1 days", "", ""),
    ("à partir de demain 9h pendant 2 jours", "2026-11-26 09:00", "2 days", "", ""),
    ("demain de 14h à 16h heure de Paris", "2026-11-26 14:00", "2 hours", "zone=Europe/Paris", ""),
    ("dès que possible pendant 2 heures", "now", "2 hours", "", ""),
    ("demain toute la journée", "2026-11-26 00:00", "1 days", "", ""),
    ("vendredi prochain de 9 à 17h", "2026-12-04 09:00", "8 hours", "", ""),
    ("maintenant jusqu'à vendredi midi", "now", "2873 minutes", "", ""),
    ("jeudi à minuit pendant 2 jours", "2026-11-26 00:00", "2 days", "", ""),
    ("demain à 9h moins le quart pendant 1 heure", "2026-11-26 08:45", "1 hours", "", ""),
    ("demain après-midi pendant 2 heures", "2026-11-26 14:00", "2 hours", "", ""),
    ("le 15 à 10h pendant 2 heures", "2026-12-15 10:00", "2 hours", "", ""),
    ("aujourd’hui à 15 h 30 pendant 45 minutes", "2026-11-25 15:30", "45 minutes", "", ""),
    ("hier à 10h pendant 2 heures", "2026-11-24 10:00", "2 hours", "", ""),
    ("les lundis et jeudis uniquement", "", "", "days=0,3", ""),
    ("planifier demain à 10h pendant 2 heures s'il vous plaît", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain à 9h pendant 2 jours à l'heure de chacun", "2026-11-26 09:00", "2 days", "own_zone=true", ""),
    ("lundi à 18h pendant 3 heures hors heures ouvrées", "2026-11-30 18:00", "3 hours", "anytime=true", ""),
    ("jeudi prochain de 14h à 16h30", "2026-12-03 14:00", "150 minutes", "", ""),
    ("le 15/12 à 9h pendant 2 jours", "2026-12-15 09:00", "2 days", "", ""),
    ("demain à 10 pendant 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    (
        "de lundi 8h à vendredi 17h, du lundi au vendredi",
        "",
        "",
        "",
        "de lundi 8h à vendredi 17h, du lundi au vendredi",
    ),
    ("entre lundi et mercredi", "2026-11-30 00:00", "3 days", "", ""),
    ("demain soir à 7h pendant 1 heure", "2026-11-26 19:00", "1 hours", "", ""),
    ("samedi matin pendant 2 heures, week-end compris", "2026-11-28 09:00", "2 hours", "days=0,1,2,3,4,5,6", ""),
    ("aujourd'hui pendant 3 jours", "now", "3 days", "", ""),
    ("demain de 2h à 4h de l'après-midi", "2026-11-26 14:00", "2 hours", "", ""),
    ("demain de 8h à 9h du soir", "2026-11-26 20:00", "1 hours", "", ""),
    ("cette semaine", "now", "6473 minutes", "", ""),
    ("dans 45 min pendant 20 min", "2026-11-25 12:52", "20 minutes", "", ""),
    ("d'ici une heure pendant 30 minutes", "2026-11-25 13:07", "30 minutes", "", ""),
    ("demain de 9h30 jusqu'à 11h", "2026-11-26 09:30", "90 minutes", "", ""),
    ("lundi midi et demi pendant 1 heure", "2026-11-30 12:30", "1 hours", "", ""),
    ("demain 10h pendant 2h 30min", "2026-11-26 10:00", "150 minutes", "", ""),
    ("vendredi 4 décembre à 9h pour une demi-heure", "2026-12-04 09:00", "30 minutes", "", ""),
    ("vendredi 5 décembre à 9h pour une heure", "09:00", "1 hours", "", "vendredi 5 décembre"),
    ("demain dès 8h30 pendant 4 heures", "2026-11-26 08:30", "4 hours", "", ""),
    ("du lundi au vendredi sauf mercredi", "", "", "", "vendredi sauf mercredi"),
    ("avant vendredi 18h", "18:00", "", "", "avant vendredi"),
    ("mardi et jeudi à 10h", "", "", "", "mardi … jeudi … 10h"),
    ("bonjour", "", "", "", "bonjour"),
    ("25h demain", "2026-11-26", "", "", "25h"),
    ("tomorrow à 10h for 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain à 10h pendant 2 heures et 30 minutes", "2026-11-26 10:00", "150 minutes", "", ""),
    ("lundi de 9h à 17h pendant 3 jours", "2026-11-30 09:00", "3 days", "closes=17:00 opens=09:00", ""),
    ("demain à 10h, 2 jours", "2026-11-26 10:00", "2 days", "", ""),
    ("2 heures demain à 10h", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain 10h (Paris), 2 heures", "2026-11-26 10:00", "2 hours", "zone=Europe/Paris", ""),
    ("demain, 10 heures, 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain à 10h pendant 3 jours, 9h-17h30", "2026-11-26 10:00", "3 days", "closes=17:30 opens=09:00", ""),
    ("cet après-midi de 14h à 16h", "2026-11-25 14:00", "2 hours", "", ""),
    ("du lundi au vendredi de 9h à 17h", "2026-11-30 00:00", "5 days", "closes=17:00 opens=09:00", ""),
    ("du 1er au 5 décembre", "2026-12-01 00:00", "5 days", "", ""),
    ("du 1 au 5 décembre, heures de travail 8h à 12h", "2026-12-01 00:00", "5 days", "closes=12:00 opens=08:00", ""),
    ("le plus tôt possible pendant 2 heures", "now", "2 hours", "", ""),
    ("demain a 10h pdt 2h", "2026-11-26 10:00", "2 hours", "", ""),
    ("demain à 10h pour une durée de 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("d'aujourd'hui 14h à demain 10h", "2026-11-25 14:00", "20 hours", "", ""),
    ("la semaine prochaine de 9h à 17h", "2026-11-30 00:00", "7 days", "closes=17:00 opens=09:00", ""),
    ("demain à 14 heures jusqu'à 16 heures", "2026-11-26 14:00", "2 hours", "", ""),
    ("demain à 10h et quart pendant 1h", "2026-11-26 10:15", "1 hours", "", ""),
    ("lundi 30/11 à 9h pendant 2 heures", "2026-11-30 09:00", "2 hours", "", ""),
    ("mardi 30/11 à 9h pendant 2 heures", "", "", "", "mardi 30/11 … 9h"),
    ("lundi 30 novembre de 9h00 à 17h00", "2026-11-30 09:00", "8 hours", "", ""),
    ("demain vers 10h pendant environ 2 heures", "2026-11-26 10:00", "2 hours", "", ""),
    ("le 24 décembre de 9h à 12h", "2026-12-24 09:00", "3 hours", "", ""),
    ("à 10h demain, 2 heures", "", "", "", "10h demain, 2 heures"),
]


def read_words(words: str, now: datetime, zone: str, language: str, day_first: bool) -> Spoken:
    from dialogs.schedule_words import reading

    return reading.read_words(words, now, zone, language, day_first)


PHRASES = [("en", *phrase) for phrase in ENGLISH] + [("fr", *phrase) for phrase in FRENCH]


def read(words: str, language: str = "en", now: datetime = NOW, zone: str = ZONE) -> Spoken:
    return read_words(words, now, zone, language, language == "fr")


def start_of(spoken: Spoken) -> str:
    values = spoken.values
    return "now" if values.get("start") == "now" else f"{values.get('date', '')} {values.get('time', '')}".strip()


def others_of(spoken: Spoken) -> str:
    own = {key: value for key, value in spoken.values.items() if key in ("opens", "closes", "days", "zone", "own_zone")}
    own |= {"anytime": "true"} if spoken.values.get("anytime") == "true" else {}
    return " ".join(f"{key}={value}" for key, value in sorted(own.items()))


@pytest.mark.parametrize(("language", "words", "start", "length", "others", "left"), PHRASES)
def test_what_is_said_is_what_the_form_says(
    language: str, words: str, start: str, length: str, others: str, left: str
) -> None:
    spoken = read(words, language)
    duration = f"{spoken.values.get('duration', '')} {spoken.values.get('unit', '')}".strip()
    assert (start_of(spoken), duration, others_of(spoken), spoken.left) == (start, length, others, left)


def test_half_of_the_phrases_and_more_than_sixty_are_of_each_language() -> None:
    assert len(ENGLISH) > 60 and len(FRENCH) > 60
    assert len({words for _, words, *_ in PHRASES}) == len(PHRASES)


def test_now_and_a_day_are_those_of_the_zone_that_is_said_or_else_of_who_speaks() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert start_of(read("tomorrow 10am for 2 hours", now=late)) == "2026-11-27 10:00"
    assert start_of(read("tomorrow 10am New York time for 2 hours", now=late)) == "2026-11-26 10:00"
    assert start_of(read("demain à 10h heure de Montréal pendant 2 heures", "fr", now=late)) == "2026-11-26 10:00"


def test_numbers_of_a_date_are_read_as_where_the_author_lives() -> None:
    assert start_of(read_words("3/12 at 10am for 2 hours", NOW, ZONE, "en", day_first=True)) == "2026-12-03 10:00"
    assert start_of(read_words("3/12 at 10am for 2 hours", NOW, ZONE, "en", day_first=False)) == "2027-03-12 10:00"
    assert Texts("en-GB").day_first and Texts("fr").day_first and not Texts("en-US").day_first


def test_a_range_ends_when_it_is_said_to_across_a_change_of_the_clock() -> None:
    friday = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)
    values = read("from Saturday 10am to Sunday 10am", now=friday).values
    assert (values["duration"], values["unit"]) == ("25", "hours")


def test_what_is_in_the_past_is_kept_as_it_was_said_and_the_form_says_so() -> None:
    for words, language in (("today 8am for 2 hours", "en"), ("aujourd'hui à 8h pendant 2 heures", "fr")):
        texts = Texts(language, ZONE)
        values = {**default_schedule(NOW, ZONE), **read(words, language).values}
        assert (values["date"], values["time"]) == ("2026-11-25", "08:00")
        assert read_schedule(values, NOW, texts).errors == {
            "date": texts("That is in the past. Please choose a later day or time.")
        }


def test_every_complete_phrase_fills_a_form_that_can_be_read() -> None:
    for language, words, *_ in PHRASES:
        spoken = read(words, language)
        if spoken.complete:
            errors = read_schedule({**default_schedule(NOW, ZONE), **spoken.values}, NOW, Texts(language, ZONE)).errors
            assert not {*errors} - {"date", "duration"}, (words, errors)


def test_whatever_is_complete_is_worth_asking_for_and_no_command() -> None:
    router = everything()
    for language, words, *_ in PHRASES:
        if read(words, language).complete:
            assert may_be_a_schedule(words), words
            assert not router.is_command(words), words


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, see you tomorrow at 10!",
        "I was there for 2 hours yesterday",
        "Is this only for Monday?",
        "Lovely, I will be there",
        "What happens from Monday to Friday?",
        "Merci, à demain 10h !",
        "Je serai là de 10h à midi",
        "Je viens lundi pendant 2 heures",
        "Est-ce que c'est lundi ou mardi ?",
        "ok",
        "2",
        "10:30",
        "tomorrow",
        "now",
    ],
)
def test_what_people_answer_is_no_complete_schedule(words: str) -> None:
    assert not read(words).complete
    assert not read(words, "fr").complete


def test_what_is_longer_than_one_says_in_a_breath_is_not_read() -> None:
    words = "tomorrow 10am for 2 hours " * 20
    assert read(words) == Spoken(left=words)
    assert not may_be_a_schedule(words)


WORDS = """
tomorrow demain lundi monday next prochain from to de à du au until jusqu'à for pendant dans in 10h 10am 25:00 2 h
heures hours et demie and a half 99999999999999999999 days jours midi noon - . , now maintenant week-end semaine morning
3/12 2026-12-03 31/02/2026 9999-12-31 0001-01-01 working hours 9 6 heures ouvrées weekdays Paris time Europe/Nowhere
every the first last of december décembre year years ans 99999 le 31 mardi 1er T – | ? é
"""


@example("0:MORNING:TO:MIDI", "en", datetime(2026, 1, 1, tzinfo=UTC), "UTC")
@example("9999/12/31ET/TOMOROW", "en", datetime(2026, 1, 1, tzinfo=UTC), "UTC")
@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=LONGEST + 20), st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join)),
    st.sampled_from(["en", "fr"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/Paris", "Pacific/Kiritimati", "America/St_Johns", "UTC"]),
)
def test_no_text_breaks_the_rule_and_what_is_not_understood_was_said(
    words: str, language: str, now: datetime, zone: str
) -> None:
    spoken = read(words, language, now, zone)
    for part in spoken.left.split(" … "):
        assert part in words or " … " in words
    assert {*spoken.values} <= {*default_schedule(now, zone), *FIELDS["repeat"]}
    assert isinstance(
        read_schedule({**default_schedule(now, zone), **spoken.values}, now, Texts(language)).errors, dict
    )
    ZoneInfo(spoken.values.get("zone", zone))

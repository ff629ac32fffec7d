"""Words that say when, in both languages: by what they speak of, phrases with "|" between them."""

from __future__ import annotations

MOMENTS = {
    "weekday": (
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi"
        "|dimanche|tues|thurs|weds|mon|fri|wed|thu|tue"
    ),
    "day": (
        "today|tomorrow|yesterday|tommorow|tomorow|tommorrow|tmrw|tmw|the day after tomorrow"
        "|day after tomorrow|demain|aujourd'hui|hier|apres demain|avant hier|the day before yesterday"
        "|next week|this week|la semaine prochaine|cette semaine|semaine prochaine|this weekend|next weekend"
        "|the weekend|ce week-end|le week-end prochain|weekend|end of the month|fin du mois|end of month"
        "|next month|le mois prochain|mois prochain|the end of the month|the end of the week|end of the week"
        "|fin de semaine|la fin de la semaine|last week|la semaine derniere|last monday|new year"
        "|debut de semaine|early next week|christmas|noel|later today|later this week|in the new year"
    ),
    "part": (
        "morning|afternoon|evening|matin|matinee|apres midi|soir|soiree|tonight|this morning|this afternoon"
        "|night|this evening|ce matin|cet apres midi|ce soir|lunchtime"
    ),
    "clock": ("noon|midday|midnight|midi|minuit|midi et demi|lunch time"),
    "now": (
        "now|right now|right away|straight away|immediately|at once|asap|as soon as possible|maintenant"
        "|tout de suite|immediatement|des que possible|des maintenant|le plus tot possible|au plus vite"
        "|des a present|sur le champ|straightaway"
    ),
    "length": (
        "half an hour|half a day|une demi heure|une demi journee|demi heure|demi journee|all day"
        "|toute la journee|a couple of hours|a couple of days|an hour and a half|une heure et demie"
        "|a quarter of an hour|un quart d'heure|the whole day|half a hour|une heure et quart"
    ),
    "hours": (
        "working hours|office hours|business hours|heures de travail|heures de bureau|heures ouvrees|horaires"
        "|opening hours|horaires de travail|horaires de bureau|heures ouvrables|work hours"
    ),
    "days": (
        "working days|weekdays only|on weekdays|jours ouvres|jours ouvrables|en semaine|weekends too"
        "|7 days a week|weekdays|including weekends|week-end compris|7 jours sur 7|le week-end aussi"
        "|week-ends compris|weekend included|business days|working days only|jours de travail|weekend too"
        "|uniquement en semaine|y compris le week-end"
    ),
    "anytime": (
        "at any time|at any hour|any time|around the clock|day and night|outside working hours"
        "|outside office hours|24/7|a toute heure|a n'importe quelle heure|jour et nuit"
        "|hors des heures de travail|hors heures ouvrees|anytime|meme en dehors des heures de travail"
        "|even outside working hours|outside of working hours|hors des heures de bureau"
        "|en dehors des heures de travail|nuit comprise|meme hors des heures de travail|24h/24"
    ),
    "own": (
        "each person's local time|their local time|in their own time zone|their own time zone"
        "|each person's own time|heure locale de chacun|l'heure de chacun|a l'heure locale de chacun"
        "|a l'heure de chacun|their own clock|own time zone|in their local time|on their own clock"
        "|everyone's local time|each person's time zone|their own time|local time of each"
    ),
    "holidays": (
        "except bank holidays|excluding bank holidays|not on bank holidays|except public holidays"
        "|sauf jours feries|hors jours feries|sauf les jours feries|not on public holidays"
        "|excluding public holidays|except holidays|no holidays|without holidays|hors jours ferie"
        "|excluding holidays|except on public holidays|except on bank holidays"
    ),
}

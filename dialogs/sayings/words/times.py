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
        "|debut de semaine|early next week|christmas eve|christmas day|christmas|noel|later today|later this week"
        "|in the new year"
    ),
    "part": (
        "morning|afternoon|evening|matin|matinee|apres midi|soir|soiree|tonight|this morning|this afternoon"
        "|night|this evening|ce matin|cet apres midi|ce soir|lunchtime|first thing in the morning|first thing"
        "|a la premiere heure|des la premiere heure"
    ),
    "clock": ("noon|midday|midnight|midi|minuit|midi et demi|lunch time"),
    "now": (
        "now|right now|right away|straight away|immediately|at once|asap|as soon as possible|maintenant"
        "|tout de suite|immediatement|des que possible|des maintenant|le plus tot possible|au plus tot|au plus vite"
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
        "|week-ends compris|weekend included|weekends included|business days|working days only|jours de travail"
        "|weekend too|uniquement en semaine|y compris le week-end"
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
        "|everyone's local time|everyone's own time zone|everyone's time zone|everyone's own time"
        "|each person's time zone|their own time|local time of each"
    ),
    "holidays": (
        "except bank holidays|excluding bank holidays|not on bank holidays|except public holidays"
        "|sauf jours feries|hors jours feries|sauf les jours feries|not on public holidays"
        "|excluding public holidays|except holidays|no holidays|without holidays|hors jours ferie"
        "|excluding holidays|except on public holidays|except on bank holidays"
    ),
}

MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun"
    " jul aug sep sept oct nov dec janvier fevrier mars avril mai juin juillet aout septembre octobre novembre"
    " decembre janv fev fevr avr juil"
)

#: what stands between two parts of a moment, or before the first
JOINS = (
    "at on in from to until till for during over within between and the next this of a le la l' du au de d' des"
    " dans pendant durant sur pour jusqu' jusque entre et ce cet cette prochain prochaine partir starting"
    " beginning - – — , → @ ( ) about around vers environ only que compter pdt coming lasting through les en"
    " uniquement seulement not pas sharp pile precises tapantes suivant qui vient ici half past quarter last"
    " derniere dernier up thru duree duration"
)

#: of a number that is spelt out
NUMBERS = {
    word: number
    for number, words in enumerate(
        [
            "a an un une one",
            "two deux",
            "three trois",
            "four quatre",
            "five cinq",
            "six",
            "seven sept",
            "eight huit",
            "nine neuf",
            "ten dix",
        ],
        1,
    )
    for word in words.split()
} | {"eleven": 11, "onze": 11, "twelve": 12, "douze": 12, "fifteen": 15, "quinze": 15, "twenty": 20, "vingt": 20}
NUMBERS |= {"thirty": 30, "trente": 30, "forty": 40, "quarante": 40, "ninety": 90}
NUMBER_WORDS = NUMBERS.keys() | {"fortyfive", "half"}
#: of a unit of time; months are no length that is the same every time
MINUTES = {
    unit: minutes
    for units, minutes in (
        ("minute minutes min mins mn", 1),
        ("hour hours hr hrs h heure heures", 60),
        ("day days d jour jours j journee journees", 24 * 60),
        ("week weeks semaine semaines", 7 * 24 * 60),
        ("fortnight fortnights quinzaine", 14 * 24 * 60),
    )
    for unit in units.split()
}
UNITS = MINUTES.keys() | {"month", "months", "mois"}

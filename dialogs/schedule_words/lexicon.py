"""The words of a schedule in both languages, as patterns over lower-case text.

English and French hardly meet in them, so both are read at once: who writes half of each is understood too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _words(text: str) -> list[str]:
    return text.split()


# --- numbers and lengths ----------------------------------------------------------------------

_EN = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_FR = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
_WHOLE = {
    **{word: number for number, word in enumerate(_words(_EN))},
    **{word: number for number, word in enumerate(_words(_FR))},
    **{"une": 1, "eighteen": 18, "nineteen": 19, "twenty": 20, "twenty-four": 24, "thirty": 30, "thirty-six": 36},
    **{"forty": 40, "forty-five": 45, "forty-eight": 48, "fifty": 50, "sixty": 60, "ninety": 90},
    **{"dix-huit": 18, "dix-neuf": 19, "vingt": 20, "vingt et un": 21, "vingt et une": 21, "vingt-et-une": 21},
    **{"vingt-deux": 22, "vingt-trois": 23, "vingt-quatre": 24, "trente": 30, "trente-six": 36, "quarante": 40},
    **{"quarante-cinq": 45, "quarante-huit": 48, "cinquante": 50, "soixante": 60, "quatre-vingt-dix": 90},
}
NUMBERS = {
    **_WHOLE,
    **{"a": 1, "an": 1, "a couple of": 2, "one and a half": 1.5, "two and a half": 2.5, "three and a half": 3.5},
    **{"half a": 0.5, "half an": 0.5, "a half": 0.5, "une demi": 0.5, "demi": 0.5},
    **{"a quarter of an": 0.25, "three quarters of an": 0.75, "un quart d": 0.25, "trois quarts d": 0.75},
}
MINUTES = {
    **dict.fromkeys(("minutes", "minute", "mins", "min", "mn", "m"), 1),
    **dict.fromkeys(("hours", "hour", "hrs", "hr", "heures", "heure", "h"), 60),
    **dict.fromkeys(("days", "day", "d", "jours", "jour", "j", "journées", "journée"), 24 * 60),
    **dict.fromkeys(("weeks", "week", "semaines", "semaine"), 7 * 24 * 60),
    **dict.fromkeys(("fortnights", "fortnight", "quinzaine"), 14 * 24 * 60),
}
FRACTIONS = {"and a half": 0.5, "et demi": 0.5, "et demie": 0.5, "and a quarter": 0.25, "et quart": 0.25}
_NUMBER = rf"(?:\d{{1,9}}(?:[.,]\d{{1,2}})?|{one_of(NUMBERS)}(?!\w))"
_UNIT = rf"{one_of(MINUTES)}\b"
#: a number and a unit, and what is added to it; or 1h30
AMOUNT = (
    rf"(?:{_NUMBER}[ '-]*{_UNIT}(?:\s+{one_of(FRACTIONS)}\b|\s*(?:and|et)?\s*{_NUMBER}\s*{_UNIT})?"
    r"|\d{1,3}\s?h\s?\d{2}(?:\s?(?:min|mn|m))?\b)"
)
AMOUNT_PART = re.compile(rf"(?<!\w)({_NUMBER})[ '-]*({one_of(MINUTES)})\b")
AMOUNT_SHORT = re.compile(r"(\d{1,3})\s?h\s?(\d{2})(?:\s?(?:min|mn|m))?")
FRACTION = re.compile(rf"{one_of(MINUTES)}\s+({one_of(FRACTIONS)})$")
LASTS = re.compile(
    r"\b(?:for|during|lasting|over|within|pendant|pdt|durant|pour|sur"
    r"|(?:for a )?duration(?: of)?:?|(?:(?:pour|sur|avec) )?(?:une |la )?durée(?: de)?\s?:?)"
    rf"\s+(?:about |up to |environ )?(?:the next |les |the )?(?:prochaine?s )?({AMOUNT})"
)
_FOR = r"(?:(?:for|over|during|pendant|durant|pour|sur|pdt)\s+)?"
#: as long as the calendar says
MONTHS = re.compile(rf"\b{_FOR}(?P<number>{_NUMBER})\s*(?:months?|mois)\b(?! (?:from|after|before|later|après|avant))")
YEARS = re.compile(rf"\b{_FOR}(?P<number>{_NUMBER})\s*(?:years?|ans?|années?)\b")
IN_MONTHS = re.compile(
    rf"\b(?:(?:in|dans|d'ici)\s+(?P<number>{_NUMBER})\s*(?:months?|mois)|(?P<later>{_NUMBER})\s*(?:months?|mois)"
    r" (?:from now|later|plus tard))\b(?! (?:from|after|before|après|avant))"
)
#: half of a day's work, or of a day
HALF_DAY = re.compile(
    r"\b(?:(?:for|over|pendant|durant|pour|sur)\s+)?"
    r"(?:half (?:a|of a|the) day|a half[ -]day|half-day|une demi[ -]journée|demi-journée)\b"
)
#: "a week from Friday", "2 weeks after tomorrow", "une semaine après vendredi": a day, not a length
SHIFT = re.compile(
    r"(?<![\w-])(?<!for )(?<!over )(?<!during )(?<!within )(?<!lasting )(?<!about )(?<!up to )(?<! of )(?<!next )"
    r"(?<!pendant )(?<!durant )(?<!pour )(?<!sur )(?<!pdt )(?<!environ )(?<!de )"
    rf"(?:in |dans )?(?P<number>{_NUMBER})[ -]*(?:(?P<days>days?|jours?)|(?P<weeks>weeks?|semaines?)"
    r"|(?P<fortnights>fortnights?|quinzaines?)|(?P<months>months?|mois))"
    r"\s+(?:(?P<back>before|avant)|(?:from|after|après|apres)|(?<=week )on|(?<=weeks )on|(?<=fortnight )on"
    r"|(?<=a week )(?=today|tomorrow)|(?<=a fortnight )(?=today|tomorrow))(?!\s*now\b)\s*(?:the |le )?"
)
#: without a word before it, where it cannot be a clock
BARE = re.compile(rf"\b({_NUMBER}[ '-]*{one_of(MINUTES.keys() - {'m', 'h', 'd', 'j', 'heure', 'heures'})})\b")
ALL_DAY = re.compile(r"\b(?:(?:over )?(?:all day(?: long)?|the whole day)|(?:(?:pendant|sur) )?toute la journée)\b")
OFFSET = re.compile(rf"\b(?:(?:in|dans|d'ici)\s+({AMOUNT})|({AMOUNT})\s+(?:from now|later))")

# --- clocks -----------------------------------------------------------------------------------

_AM = r"a\.?m\b\.?|in the morning\b|du matin\b"
_PM = r"p\.?m\b\.?|in the (?:afternoon|evening)\b|at night\b|de l'apr[eè]s-midi\b|du soir\b"
_HALF = rf"(?:\s*(?:(?P<am>{_AM})|(?P<pm>{_PM})))"
HOURS = {word: number for word, number in _WHOLE.items() if number < 25}
_HOUR = rf"(?P<hour>\d{{1,2}}|{one_of(HOURS)})"
NOON = {"noon": 12, "midday": 12, "midi": 12, "midnight": 0, "minuit": 0}
#: minutes added to the hour, or taken from the next one
MORE = {
    **{"et demie": 30, "et demi": 30, "et quart": 15, "moins le quart": -15, "moins vingt": -20, "moins dix": -10},
    **{"moins cinq": -5, "moins vingt-cinq": -25},
}
PAST = {"half": 30, "a quarter": 15, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25}
CLOCKS = (
    # 0900hrs, 1400 hours, at 1430, 0900-1700
    re.compile(
        rf"\b(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)\s?(?:hours|hrs?|h)\b{_HALF}?"
        r"|(?:(?<=\bat )|(?<=\b0\d\d\d-)|(?<=\b0\d\d\d - )|(?<=\b0\d\d\d to )|\b(?=0))"
        r"(?P<hour_>[01]\d|2[0-4])(?P<minute_>[0-5]\d)\b(?!\s?[/.-]\s?\d{1,2}[/.-])"
    ),
    re.compile(rf"\b(?P<hour>\d{{1,2}})\s?(?:[:h]\s?|\.)(?P<minute>\d{{2}})(?::\d{{2}})?(?![.,]?\d){_HALF}?"),
    re.compile(rf"\b{_HOUR}\s?(?:h|(?P<heures>heures?))\b(?:\s(?P<more>{one_of(MORE)})\b)?{_HALF}?"),
    re.compile(
        rf"(?<!from )\b(?:(?P<part>{one_of(PAST)})|(?P<minutes>\d{{1,2}}) minutes) (?P<side>past|to) {_HOUR}\b{_HALF}?"
    ),
    re.compile(rf"\b{_HOUR}\s?o'clock\b{_HALF}?"),
    re.compile(rf"\b{_HOUR}{_HALF}"),
    re.compile(rf"(?<![\w-])(?:12 )?(?P<noon>{one_of(NOON)})\b(?:\s(?P<more>{one_of(MORE)})\b)?"),
)
NUMBER = re.compile(rf"(?<![\d:.,/])\b(?P<hour>\d{{1,2}}|{one_of(HOURS)})\b(?![:./,]?\d|%)")

# --- days -------------------------------------------------------------------------------------

NOW = re.compile(
    r"\b(?:right now|right away|straight away|immediately|at once|asap|as soon as (?:possible|i schedule it)|now"
    r"|maintenant|tout de suite|immédiatement|immediatement|dès maintenant|dès que possible|dès que je planifie"
    r"|(?:le|au) plus (?:tôt|vite)(?: possible)?)\b"
)
ISO = re.compile(r"\b(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:t(?=\d)|(?!\d))")
NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?:(?P<sign>[/.])(?P<second>\d{1,2})(?:(?P=sign)(?P<year>\d{4}|\d{2}))?(?![\d/]|\.\d)"
    r"|-(?P<second_>\d{1,2})-(?P<year_>\d{4})(?![\d-]))"
)
_MONTHS_EN = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS_FR = "janv|fév|fev|mars|avr|mai|juin|juil|août|aout|sept|oct|nov|déc|dec"
_NO_MONTH = rf"(?! (?:of |de )?(?:{_MONTHS_EN}|{_MONTHS_FR}))"
#: "at 10", which the recogniser would take together with its day
AT_NUMBER = re.compile(rf"(?:(?<=\bat )|(?<=\bà )|(?<=\ba )|(?<=@)|(?<=@ )){NUMBER.pattern}{_NO_MONTH}")
#: the recogniser would take "starting Monday" for all that follows it
AT = re.compile(r"\b(?:at|à (?:partir|compter) (?:de|du)|starting(?: from)?|beginning|as of|dès)\b|@")
THE_NTH = re.compile(rf"\b(?:the|le) (\d{{1,2}})(?:st|nd|rd|th|er)\b{_NO_MONTH}")
#: "le premier décembre", which the recogniser knows as a number only; of the same length
FIRST = re.compile(rf"\bpremier(?= (?:{_MONTHS_FR}))")
FIRST_AS_NUMBER = "1er    "
WEEKEND = re.compile(r"\b(?:(?:this|next|the) weekend|ce week-end|(?:le )?week-end( prochain)?)\b")
#: "Thursday, December 3, 2026": commas within a day
COMMA_IN_A_DAY = re.compile(r"(?<=day),(?= [a-z\d])|(?<=\d),(?= \d{4}\b)|(?<=\d(?:st|nd|rd|th)),(?= \d{4}\b)")
#: "du 1er au 5 décembre", "1-5 December 2026", "December 1-5"
_MONTH = rf"(?:{_MONTHS_EN}|{_MONTHS_FR})[a-zà-ÿ]*\.?"
_NO_CLOCK = r"(?![\d:/.]|\s?(?:h|[ap]\.?m)\b)"
_DAY_TO_DAY = r"(\d{1,2})(?:er|st|nd|rd|th)?\s?(?:to|through|au|-)\s?(?:the )?(\d{1,2})(?:st|nd|rd|th)?" + _NO_CLOCK
DAYS_OF_A_MONTH = (
    re.compile(rf"(?:\b(?:from|du) )?\b{_DAY_TO_DAY}(?: of)? (?P<month>{_MONTH}(?: \d{{4}})?)(?!\w)"),
    re.compile(rf"(?:\bfrom )?\b(?P<month>{_MONTH}) {_DAY_TO_DAY}(?!\w)"),
)
#: as it is often mistyped
TOMORROW = re.compile(r"\b(?:(?!tomorrow)tom+or+ow|tmrw|tmw)\b")
IN_EIGHT = re.compile(r"\b(\w+day|today|tomorrow) week\b|\b(\w+di|demain|aujourd'hui) en (huit|quinze)\b")
TODAY = {
    **dict.fromkeys(("this morning", "ce matin"), "morning"),
    **dict.fromkeys(("this afternoon", "cet après-midi", "cet apres-midi"), "afternoon"),
    **dict.fromkeys(("tonight", "this evening", "ce soir"), "evening"),
}
PARTS = {
    **dict.fromkeys(("morning", "matin", "matinée", "first thing in the morning", "first thing"), "morning"),
    **dict.fromkeys(("première heure", "premiere heure"), "morning"),
    **dict.fromkeys(("afternoon", "après-midi", "apres-midi"), "afternoon"),
    **dict.fromkeys(("evening", "soir", "soirée"), "evening"),
}
PART = re.compile(
    rf"\b(?:(?P<today>{one_of(TODAY)})"
    rf"|(?:in the |dans la |dans l'|dès la |des la |à la |a la |en |le |l')?(?P<part>{one_of(PARTS)}))\b"
)
#: from and to, in hours, where no clock is said
PART_HOURS = {"morning": (9, 12), "afternoon": (14, 18), "evening": (18, 21)}
WEEKDAYS = {
    **{name: day for day, name in enumerate(_words("monday tuesday wednesday thursday friday saturday sunday"))},
    **{name: day for day, name in enumerate(_words("mon tue wed thu fri sat sun"))},
    **{name: day for day, name in enumerate(_words("lundi mardi mercredi jeudi vendredi samedi dimanche"))},
    **{"tues": 1, "thur": 3, "thurs": 3},
}
_WEEKDAY = one_of(WEEKDAYS)
WEEKDAY = re.compile(rf"\b{_WEEKDAY}\b")
_ABBREVIATED = {"lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}
DAY_NAMES = {**WEEKDAYS, **_ABBREVIATED}
MONTH_NAMES = {
    **{name: month for month, name in enumerate(_words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)},
    **{
        name: month
        for month, name in enumerate(
            _words("january february march april may june july august september october november december"),
            1,
        )
    },
    **{
        name: month
        for month, name in enumerate(
            _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"), 1
        )
    },
    **{"janv": 1, "févr": 2, "fév": 2, "fevr": 2, "fevrier": 2, "avr": 4, "juil": 7, "aout": 8, "sept": 9, "déc": 12},
    "decembre": 12,
}
_NAMED_MONTH = rf"{one_of(MONTH_NAMES)}(?!\w)\.?"
#: "mar. 1er déc.", "ven 4 décembre", "5 janv. 2027"
DAY_AND_MONTH = re.compile(
    rf"\b(?:(?P<weekday>{one_of(DAY_NAMES)})(?:\.,?|,)?\s+)?(?P<day>\d{{1,2}})(?:er)?\s+(?P<month>{_NAMED_MONTH})"
    r"(?:\s+(?P<year>\d{4}))?(?!\w)"
)
WEEKDAY_ABBREVIATED = re.compile(rf"\b(?P<weekday>{one_of(_ABBREVIATED)})\.(?!\s*\d)(?=\s|$)")
NTH = {
    **{"first": 0, "1st": 0, "premier": 0, "1er": 0, "second": 1, "2nd": 1, "deuxième": 1, "2e": 1, "third": 2},
    **{"3rd": 2, "troisième": 2, "3e": 2, "fourth": 3, "4th": 3, "quatrième": 3, "4e": 3, "last": -1, "dernier": -1},
}
#: "the last Friday of the month", "le premier lundi de décembre", "the last working day of next month"
NTH_OF_A_MONTH = re.compile(
    rf"\b(?P<nth>{one_of(NTH)}) (?P<name>{one_of(WEEKDAYS)}|working day|business day|day|jour ouvré|jour ouvrable|jour)"
    rf" (?:of|in|du|de|d') ?(?:(?P<next>next month|mois prochain)|(?:the|this|ce)? ?(?:month|mois(?:-ci)?)|"
    rf"(?P<month>{_NAMED_MONTH})(?: (?P<year>\d{{4}}))?)(?!\w)"
)
#: an edge of a month or a week: which day of it, nobody knows
ABOUT_A_TIME = re.compile(
    r"\b(?:(?:at |by |around )?(?:the )?(?:end|middle|beginning|start) of (?:the |this |next )?"
    rf"(?:month|week|year|{_NAMED_MONTH})|(?:early|mid|late)[ -](?:month|week|{_NAMED_MONTH})"
    rf"|(?:à la |vers la |en |au )?(?:fin|mi|début|milieu|courant)[ -](?:de |du |d'|de la )?"
    rf"(?:mois|semaine|année|{_NAMED_MONTH})(?: prochaine?)?)(?!\w)(?: \d{{4}}\b)?"
)
NEAR = {"today": 0, "aujourd'hui": 0, "tomorrow": 1, "demain": 1}
WEEKDAY_NTH = re.compile(rf"\b({_WEEKDAY})(?: the| le)? (\d{{1,2}})(?:er|st|nd|rd|th)?\b{_NO_MONTH}")

# --- working hours and days -------------------------------------------------------------------

_HOURS_NAMED = (
    r"\b(?:during |within |only during |pendant les |aux |les |with )?"
    r"(?:(?:working|work|office|business|opening) hours|heures ouvrées|heures ouvrables|heures de (?:travail|bureau)"
    r"|horaires(?: de (?:travail|bureau))?|horaires d'ouverture)"
)
_EDGE = r"(?:\d{1,2}(?:\s?[:h.]\s?\d{2}|\s?h(?:eures?)?\b)?(?:\s?[ap]\.?m\b\.?)?|" + one_of(NOON) + ")"
WORKING_HOURS = re.compile(
    rf"{_HOURS_NAMED}[\s:,]*(?:are |is |from |between |de |entre |sont )*"
    rf"(?P<opens>{_EDGE})\s?(?:to|till|until|-|and|à|a|et)\s?(?P<closes>{_EDGE})(?!\w)"
)
AS_USUAL = re.compile(rf"{_HOURS_NAMED}\b")
ANYTIME = re.compile(
    r"\b(?:outside (?:of )?(?:working|office|business) hours(?: too)?|at any (?:time|hour)|any time|around the clock"
    r"|day and night|night and day|24/7|24h/24|24 h/24|24h sur 24|nuits? comprises?"
    r"|à toute heure|à n'importe quelle heure|jour et nuit|hors (?:des )?heures (?:ouvrées|de bureau|de travail)"
    r"|même (?:hors|en dehors) des heures (?:ouvrées|de bureau|de travail))\b"
)
OWN_CLOCK = re.compile(
    r"\b(?:(?:on|in|at) (?:each|every|everyone|everybody|each person|the recipient|the recipients|their)(?:'s|')?"
    r"(?: own)? (?:clock|local time|time zone|time|timezone)|à l'heure (?:locale )?de chacun|heure locale de chacun)\b"
)
_WORKING_WEEK = (
    *("weekdays only", "on weekdays only", "working days", "on working days", "working days only"),
    *("jours ouvrés", "jours ouvrables", "les jours ouvrés", "uniquement en semaine", "en semaine uniquement"),
)
_WHOLE_WEEK = (
    *("7 days a week", "weekends too", "including weekends", "weekend included", "weekends included"),
    *("7 jours sur 7", "7j/7", "week-end compris", "week-ends compris"),
    *("y compris le week-end", "le week-end aussi"),
)
#: the days on which it is sent
WEEK = {**dict.fromkeys(_WORKING_WEEK, range(5)), **dict.fromkeys(_WHOLE_WEEK, range(7))}
WEEK_NAMED = re.compile(rf"(?<!tous )(?<!tous les )(?<!chaque )\b{one_of(WEEK)}\b")
_EACH_WORKING_DAY = (
    *("weekdays", "on weekdays", "every weekday", "each weekday", "every working day", "each working day"),
    *("every business day", "each business day", "en semaine", "les jours de semaine", "tous les jours ouvrés"),
    *("tous les jours ouvrables", "chaque jour ouvré", "chaque jour ouvrable", "tous les jours de la semaine"),
)
_EACH_DAY = ("every day", "every single day", "each day", "everyday", "tous les jours", "chaque jour")
#: the same of what lasts for days; a repetition of what does not
EACH = {**dict.fromkeys(_EACH_WORKING_DAY, range(5)), **dict.fromkeys(_EACH_DAY, range(7))}
EACH_NAMED = re.compile(rf"\b{one_of(EACH)}\b")
_PLURAL = rf"(?:{one_of(name for name in WEEKDAYS if len(name) > 4)}s)"
#: "on Mondays and Fridays", "les lundis et jeudis"
PLURALS = re.compile(
    rf"\b(?P<only>only )?(?:on |les |le )?(?P<days>{_PLURAL}(?:(?:\s*,\s*|\s+(?:and|et)\s+)(?:les )?{_PLURAL})*)\b"
    r"(?P<only_then> only| uniquement)?"
)
#: "working days Monday to Thursday", "jours : du lundi au jeudi"
DAYS_FROM_TO = re.compile(
    rf"\b(?:(?:working |work )?days|jours(?: de travail| ouvrés)?)[\s:,]*(?:are |from |du |de |sont )*"
    rf"({_WEEKDAY})\s?(?:to|through|-|au|à)\s?({_WEEKDAY})\b"
)
#: the same, right after working hours
THEN_DAYS = re.compile(rf"^[\s,]*(?:on |from |du |de )?({_WEEKDAY})\s?(?:to|through|-|au|à)\s?({_WEEKDAY})\b")

#: the form asks which country's they are
EXCEPT_HOLIDAYS = re.compile(
    r"\b(?:except|excluding|but not|not|without|apart from|other than|closed|skip(?:ping)?|no)"
    r"(?: for)?(?: on)?(?: the)? (?:(?:bank|public|national|legal|federal) )?holidays?\b"
    r"|\b(?:sauf|hors|excepté|sans|hormis|pas|fermé|à l'exception|en dehors)(?: pendant)?(?: les| des)?"
    r" (?:jours? )?fériés?(?!\w)"
)

# --- between them -----------------------------------------------------------------------------

FROM = ("from", "between", "de", "du", "d'", "entre")
TO = ("to", "till", "-", "→", "au", "à", "a", "through", "and", "et")
UNTIL = re.compile(r"\b(?:until|till|jusqu'à|jusqu'au|jusqu'a|jusque|up to)(?!\w)")
#: not the "de" of "premier lundi de décembre", nor the dash of "après-demain"
CONNECTIVE = re.compile(
    rf"(?<![\w'])(?:(?:de|du)(?! (?:{_MONTHS_FR}|la semaine|la|ce|mois|l'))|a(?= ?(?:\||\d|{_WEEKDAY}))"
    rf"|{one_of({*FROM, *TO} - {'-', 'de', 'du', 'a'})})(?![\w'])"
    rf"|d'(?=aujourd)|(?<![a-zà-ÿ])-|-(?![a-zà-ÿ])|(?<=day)-(?={_WEEKDAY})|(?<=di)-(?={_WEEKDAY})|→"
)
SIGNS = frozenset("\"'-:«»…/→")
#: words that say nothing about when
FILLERS = frozenset(
    _words(
        "please run runs at on the it is in starting starts start begin begins beginning of send sent goes go out"
        " campaign schedule around about then this with s il vous te plaît plait svp stp merci le la les l un une ce"
        " cette vers dès des partir commence commencer début debut envoi envoyer envoie envoyez campagne planifier"
        " programmer et en pour qui"
    )
)

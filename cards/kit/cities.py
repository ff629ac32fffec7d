"""Cities by which people name a time zone, in English and in French."""

from __future__ import annotations

CITIES = {
    **{"paris": "Europe/Paris", "lyon": "Europe/Paris", "france": "Europe/Paris", "london": "Europe/London"},
    **{"londres": "Europe/London", "brussels": "Europe/Brussels", "bruxelles": "Europe/Brussels"},
    **{"geneva": "Europe/Zurich", "genève": "Europe/Zurich", "zurich": "Europe/Zurich", "berlin": "Europe/Berlin"},
    **{"luxembourg": "Europe/Luxembourg", "amsterdam": "Europe/Amsterdam", "dublin": "Europe/Dublin"},
    **{"madrid": "Europe/Madrid", "lisbon": "Europe/Lisbon", "lisbonne": "Europe/Lisbon", "rome": "Europe/Rome"},
    **{"athens": "Europe/Athens", "athènes": "Europe/Athens", "istanbul": "Europe/Istanbul"},
    **{"montreal": "America/Toronto", "montréal": "America/Toronto", "toronto": "America/Toronto"},
    **{"québec": "America/Toronto", "quebec": "America/Toronto", "new york": "America/New_York"},
    **{"chicago": "America/Chicago", "denver": "America/Denver", "los angeles": "America/Los_Angeles"},
    **{"san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles", "halifax": "America/Halifax"},
    **{"são paulo": "America/Sao_Paulo", "sao paulo": "America/Sao_Paulo", "honolulu": "Pacific/Honolulu"},
    **{"casablanca": "Africa/Casablanca", "tunis": "Africa/Tunis", "dakar": "Africa/Dakar", "cairo": "Africa/Cairo"},
    **{"le caire": "Africa/Cairo", "johannesburg": "Africa/Johannesburg", "alger": "Africa/Algiers"},
    **{"algiers": "Africa/Algiers", "abidjan": "Africa/Abidjan", "dubai": "Asia/Dubai", "dubaï": "Asia/Dubai"},
    **{"la réunion": "Indian/Reunion", "réunion": "Indian/Reunion", "bangkok": "Asia/Bangkok", "delhi": "Asia/Kolkata"},
    **{"mumbai": "Asia/Kolkata", "shanghai": "Asia/Shanghai", "beijing": "Asia/Shanghai", "pékin": "Asia/Shanghai"},
    **{"hong kong": "Asia/Hong_Kong", "singapore": "Asia/Singapore", "singapour": "Asia/Singapore"},
    **{"tokyo": "Asia/Tokyo", "sydney": "Australia/Sydney", "nouméa": "Pacific/Noumea", "noumea": "Pacific/Noumea"},
    **{"auckland": "Pacific/Auckland", "tahiti": "Pacific/Tahiti"},
}

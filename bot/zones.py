"""Time zones as Microsoft's services name them: IANA's names, or those of Windows ("Romance Standard Time").

The table is CLDR's windowsZones, kept up by Babel (decision 002).
"""

from __future__ import annotations

from functools import cache

from babel.core import get_global

from storage.records.instants import is_zone


def zone_of(name: object) -> str:
    """The IANA zone of either name, in any letter case for Windows'; "" for what names none."""
    if not isinstance(name, str):
        return ""
    name = name.strip()
    return name if is_zone(name) else _of_windows().get(name.casefold(), "")


@cache
def _of_windows() -> dict[str, str]:
    table = get_global("windows_zone_mapping")
    return {windows.casefold(): iana for windows, iana in table.items() if is_zone(iana)}

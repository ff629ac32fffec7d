"""What a sighting tells about a person: one rule for every store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.records import Sighting
from storage.records.instants import ms

NOTED_AGAIN = timedelta(days=1)


def changed_fields(seen: Sighting, known: Callable[[str], object]) -> dict[str, object]:
    """The fields of the person that change; ``known`` gives what stands in a field now.

    A channel that has no directory id (Skype) does not rename somebody whom the directory has named:
    it only fills what is blank.
    """
    fields = {
        "directory_id": seen.directory_id.lower(),
        "address": seen.addresses[0].lower() if seen.addresses else "",
        "given_name": seen.given_name,
        "surname": seen.surname,
        "name": seen.name,
        "locale": seen.locale,
        "zone": seen.zone,
    }
    only_blanks = not seen.directory_id and known("directory_id")
    changed: dict[str, object] = {
        field: value for field, value in fields.items() if value and not (only_blanks and known(field))
    }
    return changed if seen.guest is None else changed | {"guest": seen.guest}


def naming(at: datetime, *, named: bool, nameless: bool = False) -> dict[str, int | None]:
    """When names were read, and when they are to be read: of somebody who has been named, or still has no name."""
    if named:
        return {"named_at": ms(at), "look_up_at": None}
    return {"look_up_at": ms(at)} if nameless else {}


def was_named_lately(named_at: datetime | None, at: datetime) -> bool:
    """Whether it need not be noted once more that names were read."""
    return named_at is not None and at - named_at < NOTED_AGAIN


def may_be(seen: Sighting, directory_id: object) -> bool:
    """Whether a person with one of its addresses, and this directory id, may be the person seen.

    An address that already belongs to another directory identity is not this person.
    """
    return not seen.directory_id or directory_id in ("", seen.directory_id.lower())

"""Whether the author has a choice of presence: a presence service must be there to ask."""

from __future__ import annotations

import asyncio

from dialogs.core.turn import Turn
from scheduler.ports import NotAnswered
from storage.records import Channel, PresenceChoice, Schedule

PATIENCE = 4.0  #: seconds for the service to answer: an author waits for a form


async def no_presence(turn: Turn, channel: Channel) -> str:
    """Why there is no choice of presence on this channel; "" when there is one.

    The service is asked about the author: what it may tell is what the organisation has allowed it.
    A service that is only slow, or asks for time, is still a choice: campaigns wait for it.
    """
    service = turn.services.presence.get(channel)
    if service is None:
        return _nobody_tells(turn, channel)
    try:
        await asyncio.wait_for(service.availability(turn.person.tenant, [turn.person]), PATIENCE)
    except NotAnswered as missing:
        if missing.permanent:
            return turn.texts(
                "Your organisation does not let Crieur see who is there on {channel}: an administrator can allow it.",
                channel=channel.traits.name,
            )
    except TimeoutError:
        pass
    return ""


def _nobody_tells(turn: Turn, channel: Channel) -> str:
    if channel.traits.presence_by_graph:
        return turn.texts(
            "Crieur has no access to Microsoft Graph here, which tells who is there on Teams:"
            " its operator can set it up."
        )
    return turn.texts("{channel} does not tell Crieur who is there.", channel=channel.traits.name)


async def presence_problem(turn: Turn, channel: Channel, schedule: Schedule | None) -> tuple[tuple[str, str], ...]:
    """A choice that was made, and is none any more."""
    if schedule is None or schedule.presence is PresenceChoice.ALWAYS:
        return ()
    why_not = await no_presence(turn, channel)
    if not why_not:
        return ()
    return (("schedule", turn.texts("Presence cannot be asked for. {reason}", reason=why_not)),)

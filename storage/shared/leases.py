"""What a claim makes of deliveries: one rule for every store."""

from __future__ import annotations

from collections.abc import Iterable

from storage.records import DeliveryState


def leased_as(due: Iterable[tuple[int, bool]], *, mark: bool) -> dict[DeliveryState, list[int]]:
    """The ids by the state they come into, from (id, whether the message may leave).

    With ``mark``, what may leave is *sending* at once.
    """
    groups: dict[DeliveryState, list[int]] = {}
    for id, leaves in due:
        state = DeliveryState.SENDING if mark and leaves else DeliveryState.CLAIMED
        groups.setdefault(state, []).append(id)
    return groups

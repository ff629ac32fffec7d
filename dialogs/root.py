"""All features, joined."""

from __future__ import annotations

from dialogs import campaigns, engage, talk, wizard
from dialogs.turn import Router


def everything() -> Router:
    return Router().include([wizard.router, campaigns.router, engage.router, talk.router])

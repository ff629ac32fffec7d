"""All features, joined."""

from __future__ import annotations

from dialogs import campaigns, engage, lists, talk, wizard
from dialogs.imports import flow
from dialogs.turn import Router


def everything() -> Router:
    return Router().include([wizard.router, campaigns.router, lists.router, flow.router, engage.router, talk.router])

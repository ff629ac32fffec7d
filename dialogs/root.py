"""All features, joined."""

from __future__ import annotations

from dialogs import campaigns, engage, groups, installs, lists, talk, wizard
from dialogs.imports import flow
from dialogs.turn import Router


def everything() -> Router:
    of_lists = [lists.router, flow.router, groups.router, installs.router]
    return Router().include([wizard.router, campaigns.router, *of_lists, engage.router, talk.router])

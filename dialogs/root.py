"""All features, joined."""

from __future__ import annotations

from dialogs import campaigns, engage, groups, installs, lists, reports, talk, versions, wizard, writing
from dialogs.imports import flow
from dialogs.turn import Router


def everything() -> Router:
    building = [wizard.router, versions.router, writing.router]
    of_campaigns = [campaigns.router, reports.router]
    of_lists = [lists.router, flow.router, groups.router, installs.router]
    return Router().include([*building, *of_campaigns, *of_lists, engage.router, talk.router])

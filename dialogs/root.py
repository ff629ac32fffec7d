"""All features, joined."""

from __future__ import annotations

from dialogs import (
    approval,
    campaigns,
    claim,
    copies,
    engage,
    exports,
    groups,
    helping,
    installs,
    lists,
    planning,
    reports,
    roles,
    settings,
    talk,
    templates,
    versions,
    wizard,
    writing,
)
from dialogs.imports import flow
from dialogs.turn import Router


def everything() -> Router:
    building = [wizard.router, templates.router, versions.router, planning.router, writing.router]
    of_campaigns = [approval.router, campaigns.router, copies.router, reports.router, exports.router, engage.router]
    of_lists = [lists.router, flow.router, groups.router, installs.router]
    of_people = [talk.router, helping.router, claim.router, roles.router, settings.router]
    return Router().include([*building, *of_campaigns, *of_lists, *of_people])

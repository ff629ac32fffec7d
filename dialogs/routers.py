"""All features, joined."""

from __future__ import annotations

from dialogs.campaigns import approval, listing as campaigns, copies, templates
from dialogs.people import ownership as claim, roles, settings, language as talk
from dialogs.results import engagement as engage, exports, reports
from dialogs.compose import (
    group_search as groups,
    help as helping,
    typed_schedule as planning,
    translations as versions,
    wizard,
    typed_message as writing,
)
from dialogs.lists import installs, listing as lists
from dialogs.lists.imports import flow
from dialogs.core.router import Router


def everything() -> Router:
    building = [wizard.router, templates.router, versions.router, planning.router, writing.router]
    of_campaigns = [approval.router, campaigns.router, copies.router, reports.router, exports.router, engage.router]
    of_lists = [lists.router, flow.router, groups.router, installs.router]
    of_people = [talk.router, helping.router, claim.router, roles.router, settings.router]
    return Router().include([*building, *of_campaigns, *of_lists, *of_people])

"""All features, joined."""

from __future__ import annotations

from dialogs.campaigns import approval, copies, sharing, templates, try_it
from dialogs.campaigns import listing as campaigns
from dialogs.compose import (
    group_search as groups,
)
from dialogs.compose import (
    help as helping,
)
from dialogs.compose import (
    translations as versions,
)
from dialogs.compose import (
    typed_message as writing,
)
from dialogs.compose import (
    typed_schedule as planning,
)
from dialogs.compose import (
    wizard,
)
from dialogs.compose.saying import typed as saying
from dialogs.core.entry import not_understood
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.lists import installs
from dialogs.lists import listing as lists
from dialogs.lists.imports import flow, saving
from dialogs.people import language as talk
from dialogs.people import ownership as claim
from dialogs.people import roles, settings, small_talk
from dialogs.results import engagement as engage
from dialogs.results import exports, reports

COMMAND = 60  #: characters of a command that a suggestion says


def everything() -> Router:
    building = [wizard.router, templates.router, versions.router, planning.router, writing.router]
    building.append(saying.router)
    of_campaigns = [approval.router, campaigns.router, try_it.router, sharing.router, copies.router]
    of_results = [reports.router, exports.router, engage.router]
    of_lists = [lists.router, flow.router, saving.router, groups.router, installs.router]
    of_people = [talk.router, helping.router, claim.router, roles.router, settings.router]
    of_people.append(small_talk.router)
    router = Router().include([*building, *of_campaigns, *of_results, *of_lists, *of_people])

    @router.form("words.say", authors_only=False)
    async def say(turn: Turn, form: Form) -> Answer:
        """A suggestion is pressed: it is as if they had typed it."""
        words = str(form.get("words") or "")[:COMMAND]
        return await router.hear(turn, words) or Answer(text=not_understood(turn, None))

    return router

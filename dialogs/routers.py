"""All features, joined."""

from __future__ import annotations

from dialogs.campaigns import approval, calendar, copies, deleting, series, sharing, templates, try_it
from dialogs.campaigns import listing as campaigns
from dialogs.compose import help, translations, typed_message, typed_schedule, wizard
from dialogs.compose.audience import groups, narrowing
from dialogs.compose.saying import typed as typed_campaign
from dialogs.compose.series import repeats, steps
from dialogs.compose.variants import ab_form
from dialogs.compose.variants import words as variants_in_words
from dialogs.core.entry import not_understood
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.lists import installs, segments
from dialogs.lists import listing as lists
from dialogs.lists.imports import flow, saving
from dialogs.people import house, language, ownership, quiet, roles, settings, small_talk
from dialogs.results import engagement, exports, left, reports, variants
from dialogs.results import segments as breakdown

COMMAND = 60  #: characters of a command that a suggestion says


def everything() -> Router:
    """Words that no command knows are offered to the listeners in this order."""
    composing = [
        wizard,
        ab_form,
        variants_in_words,
        repeats,
        steps,
        templates,
        translations,
        typed_schedule,
        typed_message,
        typed_campaign,
    ]
    of_campaigns = [approval, campaigns, series, deleting, calendar, try_it, sharing, copies]
    of_lists = [lists, segments, flow, saving, groups, narrowing, installs]
    of_results = [reports, variants, left, breakdown, exports, engagement]
    of_people = [language, help, ownership, roles, settings, quiet, house, small_talk]
    modules = [*composing, *of_campaigns, *of_results, *of_lists, *of_people]
    router = Router().include([module.router for module in modules])

    @router.form("words.say", authors_only=False)
    async def say(turn: Turn, form: Form) -> Answer:
        """A suggestion is pressed: it is as if they had typed it."""
        words = str(form.get("words") or "")[:COMMAND]
        return await router.hear(turn, words) or Answer(text=not_understood(turn, None))

    return router

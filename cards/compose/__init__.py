"""The forms with which a campaign is built: message, audience, schedule, another language."""

from cards.compose.audience_form import Choices, audience_form
from cards.compose.frame import STEPS, step_name, steps_bar
from cards.compose.message_form import message_form
from cards.compose.schedule_form import schedule_form
from cards.compose.version import version_form

__all__ = [
    "STEPS",
    "Choices",
    "audience_form",
    "message_form",
    "schedule_form",
    "step_name",
    "steps_bar",
    "version_form",
]

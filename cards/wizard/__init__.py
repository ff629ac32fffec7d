"""The forms with which a campaign is built: message, audience, schedule; and the one that tries it."""

from cards.wizard.audience import Choices, audience_form
from cards.wizard.frame import STEPS, step_name, steps_bar
from cards.wizard.message import message_form
from cards.wizard.schedule import schedule_form
from cards.wizard.trial import try_form
from cards.wizard.version import version_form

__all__ = [
    "STEPS",
    "Choices",
    "audience_form",
    "message_form",
    "schedule_form",
    "step_name",
    "steps_bar",
    "try_form",
    "version_form",
]

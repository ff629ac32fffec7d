"""Typed conversations: questions asked one by one, by botbuilder-dialogs.

Forms carry all they need in their own buttons; a question in words needs a memory of what was
asked, which the SDK keeps in the store: any copy of the bot can hear the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botbuilder.core import ConversationState, MessageFactory, Storage, TurnContext
from botbuilder.dialogs import (
    Dialog,
    DialogSet,
    DialogTurnResult,
    DialogTurnStatus,
    WaterfallDialog,
    WaterfallStepContext,
)
from botbuilder.dialogs.prompts import PromptOptions, PromptValidatorContext, TextPrompt

from cards.kit.variables import escape_markdown
from dialogs.campaigns.listing import try_it
from dialogs.compose.typed_message import WRITE, written
from dialogs.core.router import not_an_author, unless_aside
from dialogs.core.turn import Answer, Turn
from storage.records import CampaignId

TURN = "crieur.turn"
ADDRESS = "address"


class TypedConversations:
    """Begin one, hear the next answer of one, leave one."""

    def __init__(self, storage: Storage) -> None:
        self._state = ConversationState(storage)
        self._dialogs = DialogSet(self._state.create_property("dialogs"))
        self._dialogs.add(TextPrompt(ADDRESS, _try_address))
        self._dialogs.add(WaterfallDialog("try", [_ask_address, _tested]))
        self._dialogs.add(WaterfallDialog(WRITE, [_ask_text, _written]))

    async def begin(self, context: TurnContext, turn: Turn, name: str, options: Mapping[str, Any]) -> None:
        context.turn_state[TURN] = turn
        dialog = await self._dialogs.create_context(context)
        await dialog.cancel_all_dialogs()
        await dialog.begin_dialog(name, dict(options))
        await self._state.save_changes(context)

    async def hear(self, context: TurnContext, turn: Turn) -> Answer | None:
        """Give the message to the conversation that waits for it: what it answers at its end; None when none waits."""
        context.turn_state[TURN] = turn
        dialog = await self._dialogs.create_context(context)
        result = await dialog.continue_dialog()
        await self._state.save_changes(context)
        if result.status is DialogTurnStatus.Empty:
            return None
        return result.result if isinstance(result.result, Answer) else Answer()

    async def asked(self, context: TurnContext) -> str:
        """The name of the conversation that waits for an answer; "" for none."""
        dialog = await self._dialogs.create_context(context)
        return str(dialog.stack[-1].id) if dialog.stack else ""

    async def takes_all(self, context: TurnContext) -> bool:
        """Whether whatever is said next is meant for the conversation that waits, be it the name of a command."""
        dialog = await self._dialogs.create_context(context)
        return dialog.active_dialog is not None and dialog.active_dialog.id == WRITE

    async def leave(self, context: TurnContext) -> bool:
        """Stop what is being asked; whether anything was."""
        dialog = await self._dialogs.create_context(context)
        waiting = dialog.active_dialog is not None
        await dialog.cancel_all_dialogs()
        await self._state.save_changes(context)
        return waiting


async def _ask_text(step: WaterfallStepContext) -> DialogTurnResult:
    texts = step.context.turn_state[TURN].texts
    await step.context.send_activity(
        texts(
            "Please write the text of “{name}” now, as you want it to look: bold, italic, lists, links and a picture"
            " are taken over. (**cancel** leaves)",
            name=step.options["name"],
        )
    )
    return Dialog.end_of_turn


async def _written(step: WaterfallStepContext) -> DialogTurnResult:
    turn: Turn = step.context.turn_state[TURN]
    answer = (
        Answer(text=not_an_author(turn))  # taken away since the question
        if turn.role is None
        else await unless_aside(written(turn, step.options["campaign"], str(step.result or "").strip()))
    )
    return await step.end_dialog(answer)


async def _ask_address(step: WaterfallStepContext) -> DialogTurnResult:
    texts = step.context.turn_state[TURN].texts
    question = texts(
        "To which address shall I send the test of “{name}”? (**cancel** leaves)",
        name=escape_markdown(step.options["name"]),
    )
    options = PromptOptions(prompt=MessageFactory.text(question), validations=dict(step.options))
    return await step.prompt(ADDRESS, options)


async def _try_address(prompt: PromptValidatorContext) -> bool:
    """Send the test; what is wrong with the address is said, and asked again."""
    turn: Turn = prompt.context.turn_state[TURN]
    if turn.role is None:  # taken away since the question
        await prompt.context.send_activity(not_an_author(turn))
        return True
    campaign = await turn.store.campaign(CampaignId(prompt.options.validations["campaign"]))
    if campaign is None:
        await prompt.context.send_activity(turn.texts("This campaign no longer exists."))
        return True
    address = (prompt.recognized.value or "").strip()
    error = await try_it(turn, campaign, address)
    await prompt.context.send_activity(error or turn.texts("The test is in the chat of {address}.", address=address))
    return not error


async def _tested(step: WaterfallStepContext) -> DialogTurnResult:
    return await step.end_dialog()

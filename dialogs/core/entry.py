"""The entry of a chat: the person, what is done with their words or their press, and the greeting they get."""

from __future__ import annotations

from dataclasses import replace

from cards.kit.conversation import suggestion_card
from cards.languages import typed
from dialogs.core import drafts, questions
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Attachment, Form, Services, Turn
from dialogs.people import language
from dialogs.people.effective_role import EffectiveRole
from dialogs.results import engagement
from storage.records import Audience, Channel, Deed, DeedKind, Person, PersonId, Role, StaleVersion

GREET_AGAIN = 60.0  #: seconds in which one install is greeted once, however many activities tell it
CANCEL = typed("cancel", "stop")


class Entry:
    """``first_owns``: the first person to come is the owner; else ownership is claimed with a code."""

    def __init__(self, services: Services, router: Router, effective_role: EffectiveRole, *, first_owns: bool) -> None:
        self._services = services
        self._router = router
        self._effective_role = effective_role
        self._first_owns = first_owns

    async def turn(
        self,
        person: Person,
        channel: Channel,
        *,
        arrives: bool,
        attachments: tuple[Attachment, ...] = (),
        client: str = "",
        cause: str = "",
    ) -> Turn:
        """``arrives``: they install the bot, or could not be reached before. ``cause``: the activity's key."""
        if arrives and self._first_owns:
            at = self._services.clock.now()
            deed = Deed(kind=DeedKind.CLAIMED, by=person.id, at=at, client=client, cause=cause)
            await self._services.store.claim_ownership(person.id, deed=deed)
        role = await self._effective_role.role(person)
        return Turn(
            services=self._services,
            person=person,
            role=role,
            channel=channel,
            texts=language.texts_of(person, self._services.clock.now()),
            attachments=attachments,
            client=client,
            cause=cause,
            common_zone=await self._common_zone(person, channel) if role and not person.zone else "",
        )

    async def _common_zone(self, person: Person, channel: Channel) -> str:
        zones = await self._services.store.zones(person.tenant, Audience(everyone=True), channel)
        return max((zone for zone in zones if zone), key=lambda zone: (zones[zone], zone), default="")

    # --- installs -----------------------------------------------------------------------------

    async def greet(self, turn: Turn) -> Answer | None:
        """A greeting after an install; None where one has just been given: the platform tells of an install twice."""
        if not await self._greet_now(turn.person.id):
            return None
        # another activity of the same moment may have claimed the ownership for them
        return language.greeting(turn, became_owner=self._first_owns and turn.role is Role.OWNER)

    async def _greet_now(self, person: PersonId) -> bool:
        store, now = self._services.store, self._services.clock.now().timestamp()
        key = f"greeted/{person}"
        etag, greeted_at = (await store.read_documents([key])).get(key, ("", b"0"))
        if 0 <= now - float(greeted_at) < GREET_AGAIN:  # a clock may have been set back
            return False
        try:
            await store.write_documents({key: (etag, str(now).encode())})
        except StaleVersion:
            return False
        return True

    # --- buttons ------------------------------------------------------------------------------

    async def press(self, turn: Turn, form: Form) -> Answer:
        answer = await self._router.press(turn, form)
        if answer is None:
            return Answer(text=not_understood(turn, None))
        await self._ask(turn, answer)
        return answer

    # --- words --------------------------------------------------------------------------------

    async def hear(self, turn: Turn, words: str, conversation: str) -> list[Answer]:
        """The replies to words, or to files without any, in this order.

        A command is one even while a question waits, but for a question that takes every text: there, only a message
        that is nothing but a command is one.
        """
        waiting = await questions.waiting(turn.store, turn.person.id, turn.channel, conversation)
        if words.lower() in CANCEL:
            await questions.close(turn.store, waiting)
            await drafts.leave(turn)
            return [Answer(text=turn.texts("All right. Your drafts are kept under **campaigns**."))]
        answer = await self._answer(turn, words, waiting)
        if answer is None and not waiting.dropped:
            answer = await self._reply_or_nothing(turn, words)
        if answer is not None:
            await self._ask(turn, answer)
        dropped = Answer(text=_dropped(turn)) if waiting.dropped else None
        return [one for one in (dropped, answer) if one is not None]

    async def _answer(self, turn: Turn, words: str, waiting: questions.WaitingQuestion) -> Answer | None:
        """By a command, by the question that waits, to what was dropped into the chat, or by a listener."""
        question, is_command = waiting.question, self._router.is_command(words)
        if question is not None:
            turn = replace(turn, asked=question.name)
        meant_for_question = not words or (question is not None and self._router.takes_all(question) and not is_command)
        answer = None
        if question is None and words:
            answer = await self._router.hear_first(turn, words)
        if answer is None and not meant_for_question:
            answer = await self._router.hear(turn, words)
        if answer is None and question is not None:
            answer = await self._router.reply(turn, question, words)
            if answer is not None and answer.asks is None:
                await questions.close(turn.store, waiting)
        return answer or await self._router.receive(turn) or await self._router.listen(turn, words)

    async def _reply_or_nothing(self, turn: Turn, words: str) -> Answer:
        """Words that mean nothing to anybody are a reply to the last message, unless they are near to a command."""
        nearest = self._router.nearest(turn, words)
        if nearest is None and (noted := await engagement.replied(turn, words)):
            return Answer(text=noted)
        text = not_understood(turn, nearest)
        if nearest is None or not turn.shows_cards:
            return Answer(text=text)
        return Answer(card=suggestion_card(turn.texts, text, nearest), summary=text)

    async def _ask(self, turn: Turn, answer: Answer) -> None:
        """The question waits before it is asked: nobody can answer too early."""
        if answer.asks is not None:
            await questions.ask(turn.store, turn.person.id, turn.channel, answer.asks)


def not_understood(turn: Turn, nearest: str | None) -> str:
    """``nearest``: the command that they may have meant."""
    if nearest:
        return turn.texts("I did not understand. Did you mean **{command}**?", command=nearest)
    return turn.texts("I did not understand. Type **help** to see what I can do.")


def _dropped(turn: Turn) -> str:
    return turn.texts("I have been updated, and no longer know what I had asked you: please begin that again.")

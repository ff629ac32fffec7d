"""Activities come in: each kind becomes one call. What is replied is decided in dialogs/core/entry."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, MessageReaction

from bot.teams import activities, roster_source, skype
from bot.teams.attachments import attachments_of
from bot.teams.incoming.once import Once, answer_invoke, run_of
from bot.teams.incoming.request_limits import Rates
from bot.teams.members import Members
from bot.teams.roster_source import team_of
from bot.teams.send.connector import Connector
from bot.teams.sightings import (
    at_home,
    capture,
    channel_of,
    client_of,
    is_answerable,
    is_personal,
    lose,
    tenant_of,
    works_after_all,
)
from cards.compose.schedule_form import ZONES
from cards.kit.conversation import notice_card
from cards.kit.zones import zones_like
from cards.people.picker import PEOPLE, PEOPLE_OR_GROUPS
from dialogs.core.entry import Entry
from dialogs.core.notify import activity_bytes
from dialogs.core.router import unless_aside
from dialogs.core.turn import Answer, Attachment, Services, Turn
from dialogs.forms.cleaning import clean
from dialogs.people import language
from dialogs.people.finding import find_people
from dialogs.results import engagement, exports
from dialogs.results.receipts import Receipts
from scheduler.ports import Delivered
from storage.records import Channel, Person

log = logging.getLogger(__name__)

READ_RECEIPT = "application/vnd.microsoft.readReceipt"  #: the name of the event
ENDING = 2.0  #: seconds for what was begun after an answer when the bot is told to stop, and as many to say so
ID = 200  #: characters of a message's id


class CrieurBot(ActivityHandler):
    """``local``: without a registration, answers leave for loopback only.

    ``tenants``: the organisations that may use the bot; empty for all. ``skype_tenant``: the one whose
    people write on Skype, where the channel names none.
    """

    def __init__(
        self,
        services: Services,
        entry: Entry,
        connector: Connector,
        once: Once,
        *,
        local: bool,
        tenants: frozenset[str],
        skype_tenant: str = "",
    ) -> None:
        super().__init__()
        self._services = services
        self._entry = entry
        self._connector = connector
        self._members = Members(connector)
        self._once = once
        self._local = local
        self._tenants = tenants
        self._skype_tenant = skype_tenant
        self._rates = Rates()
        self._receipts = Receipts(services)
        self._afterwards: set[asyncio.Task[None]] = set()

    async def on_turn(self, turn_context: TurnContext) -> None:
        activity = turn_context.activity
        channel = channel_of(activity)
        if channel is None or not is_answerable(activity, loopback_only=self._local):
            log.info("ignored: type=%s channel=%s", str(activity.type)[:60], str(activity.channel_id)[:60])
            await self._acknowledge(turn_context, HTTPStatus.OK)
            return
        if not channel.traits.names_tenant:
            at_home(activity, self._skype_tenant)
        if self._tenants and tenant_of(activity) not in self._tenants:
            log.info("ignored: an organisation that is not allowed")
            if activity.type == ActivityTypes.message:
                texts = language.texts_of_locale(activity.locale or "")
                await turn_context.send_activity(texts("I am not set up for your organisation."))
            await self._acknowledge(turn_context, HTTPStatus.FORBIDDEN)
            return
        if not self._rates.allows(activity.conversation.id, self._services.clock.monotonic()):
            # no person types or presses that fast: nothing is done, and nothing is written
            log.info("ignored: too many activities from one chat: type=%s", str(activity.type)[:60])
            await self._acknowledge(turn_context, HTTPStatus.TOO_MANY_REQUESTS)
            return
        if activity.type == ActivityTypes.invoke and activity.name == activities.SEARCH:
            await self._search(turn_context)  # it changes nothing: there is nothing to be done once
            return
        await self._once.run(turn_context, super().on_turn)

    async def _search(self, context: TurnContext) -> None:
        """Choices for a field, as somebody types."""
        activity, services = context.activity, self._services
        query = activity.value if isinstance(activity.value, dict) else {}
        sender = activity.from_property.id
        person = await services.store.person_behind(tenant_of(activity), _channel(context), sender)
        texts = language.texts_of(person) if person else language.texts_of_locale(activity.locale or "")
        words, dataset = clean(str(query.get("queryText") or "")), str(query.get("dataset"))
        found: list[tuple[str, str]] = []
        if dataset == ZONES:
            found = zones_like(texts, words, services.clock.now())
        elif dataset in (PEOPLE, PEOPLE_OR_GROUPS) and person is not None and is_personal(activity):
            found = await find_people(await self._turn(context, person, arrives=False), words, dataset)
        await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=activities.choices(found)))

    @staticmethod
    async def _acknowledge(context: TurnContext, status: HTTPStatus) -> None:
        """An invoke is always answered: the SDK's own answer where there is none is a 501."""
        if context.activity.type == ActivityTypes.invoke:
            answer = InvokeResponse(status=status)
            await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=answer))

    async def on_event(self, turn_context: TurnContext) -> None:
        log.info("unknown event: name=%s", str(turn_context.activity.name)[:60])

    async def settle(self) -> None:
        """Wait a little for what was begun after an answer; who waits for the rest is told that it does not come."""
        for wait in (ENDING, ENDING):
            if self._afterwards:
                _, late = await asyncio.wait(self._afterwards, timeout=wait)
                for task in late:
                    task.cancel()
        await self._once.settle()

    # --- installs -----------------------------------------------------------------------------

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        if is_personal(turn_context.activity):
            await self._welcome(turn_context, installed=True)
        else:
            if team := team_of(turn_context.activity):
                await roster_source.installed(turn_context.activity, team, self._services)
            await self._point_to_personal_chat(turn_context)

    async def on_installation_update_remove(self, turn_context: TurnContext) -> None:
        if is_personal(turn_context.activity):
            await self._lose(turn_context)

    async def _lose(self, context: TurnContext) -> None:
        services = self._services
        await lose(context.activity, _channel(context), services.store, services.clock.now())

    async def on_members_added_activity(self, members_added: list[ChannelAccount], turn_context: TurnContext) -> None:
        bot = turn_context.activity.recipient
        if not is_personal(turn_context.activity):
            await self._team_changed(turn_context.activity)
            return
        if not bot:
            return
        # in some channels the bot itself is the sender: there is no person to remember
        added = any(member.id == bot.id for member in members_added)
        if added and turn_context.activity.from_property.id != bot.id:
            await self._welcome(turn_context, installed=False)

    async def on_members_removed_activity(
        self, members_removed: list[ChannelAccount], turn_context: TurnContext
    ) -> None:
        bot = turn_context.activity.recipient
        removed = bool(bot) and any(member.id == bot.id for member in members_removed)
        if not is_personal(turn_context.activity):
            if not removed:  # else its list says so when it is read
                await self._team_changed(turn_context.activity)
        elif removed:
            await self._lose(turn_context)

    async def on_unrecognized_activity_type(self, turn_context: TurnContext) -> None:
        """Skype's installs: the bot is taken into somebody's contacts, or out of them."""
        activity = turn_context.activity
        if activity.type != skype.CONTACTS or not is_personal(activity):
            log.info("unknown activity: type=%s", str(activity.type)[:60])
        elif activity.action == "add":
            await self._welcome(turn_context, installed=True)
        elif activity.action == "remove":
            await self._lose(turn_context)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        await super().on_conversation_update_activity(turn_context)
        team = team_of(turn_context.activity)
        if team and team.event == "teamRenamed":
            await roster_source.changed(turn_context.activity, team, self._services)

    async def _team_changed(self, activity: Activity) -> None:
        if team := team_of(activity):
            await roster_source.changed(activity, team, self._services)

    async def _welcome(self, context: TurnContext, *, installed: bool) -> None:
        """Remember the person, and greet them after an install; ``installed``: the platform calls it one."""
        person, newly = await self._capture(context, installs=True)
        reference = await self._services.store.reference(person.id, _channel(context))
        if reference is None or reference.broken:
            log.info("an install was told after a newer removal")
            return
        turn = await self._turn(context, person, arrives=True)
        greeting = await self._entry.greet(turn) if installed or newly else None
        if greeting is not None:
            await self._say(context, turn, greeting)

    # --- what people do with messages ---------------------------------------------------------

    async def on_event_activity(self, turn_context: TurnContext) -> None:
        """A read receipt; any other event is acknowledged and ignored."""
        activity = turn_context.activity
        if activity.name != READ_RECEIPT or not is_personal(activity):
            log.info("unknown event: name=%s", str(activity.name)[:60])
            return
        value = activity.value if isinstance(activity.value, dict) else {}
        last_read = str(value.get("lastReadMessageId") or "")[:ID]
        person = await self._known(turn_context)
        if last_read and person:
            self._later(self._receipts.read(person, _channel(turn_context), last_read))

    async def on_reactions_added(self, message_reactions: list[MessageReaction], turn_context: TurnContext) -> None:
        await self._reacted(turn_context, message_reactions, gone=False)

    async def on_reactions_removed(self, message_reactions: list[MessageReaction], turn_context: TurnContext) -> None:
        await self._reacted(turn_context, message_reactions, gone=True)

    async def _reacted(self, context: TurnContext, reactions: list[MessageReaction], *, gone: bool) -> None:
        message, person = context.activity.reply_to_id, await self._known(context)
        if message and person and is_personal(context.activity):
            named = [str(reaction.type) for reaction in reactions if reaction.type]
            await engagement.reacted(self._services, person, _channel(context), message, named, gone=gone)

    async def _rated(self, context: TurnContext) -> None:
        """A thumb beneath a message, and why; whatever else it may be is acknowledged and ignored."""
        message, value = context.activity.reply_to_id, context.activity.value
        thumb = engagement.thumb_of(value) if is_personal(context.activity) else None
        if message and thumb and (person := await self._known(context)):
            cause = run.key if (run := run_of(context)) else ""
            await engagement.rated(self._services, person, _channel(context), message, thumb, cause)

    async def _known(self, context: TurnContext) -> Person | None:
        """The sender, as far as we know them: a person who does something with a message has received one before."""
        activity = context.activity
        sender, channel, services = activity.from_property.id, _channel(context), self._services
        person = await services.store.person_behind(tenant_of(activity), channel, sender)
        if person is not None:
            await works_after_all(person, channel, services.store, services.clock.now())
        return person

    # --- talk ---------------------------------------------------------------------------------

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity = turn_context.activity
        if not is_personal(activity):
            await self._point_to_personal_chat(turn_context)
            return
        turn = await self._enter(turn_context, attachments_of(activity))
        words = clean(activity.text or "").strip()
        if isinstance(activity.value, dict) and not words:
            await self._replace(turn_context, turn, await self._entry.press(turn, activity.value))
        elif words or turn.attachments:
            for answer in await self._entry.hear(turn, words, activity.conversation.id):
                await self._say(turn_context, turn, answer)

    async def _point_to_personal_chat(self, context: TurnContext) -> None:
        await context.send_activity(_in_personal_chat(context.activity))

    # --- pressed buttons ----------------------------------------------------------------------

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        response = await self._invoked(turn_context)
        answer_invoke(turn_context, response)
        return response

    async def _invoked(self, turn_context: TurnContext) -> InvokeResponse:
        activity = turn_context.activity
        if activity.name == activities.FILE_ANSWER and is_personal(activity):
            await self._answer_offer(turn_context)
            return InvokeResponse(status=HTTPStatus.OK)
        if activity.name == activities.THUMB:
            await self._rated(turn_context)
            return InvokeResponse(status=HTTPStatus.OK)
        if activity.name != activities.CARD_ACTION:
            log.info("unknown invoke: name=%s", str(activity.name)[:60])
            return InvokeResponse(status=HTTPStatus.OK)  # a 5xx would make Teams stop delivering
        if not is_personal(activity):  # a card that somebody has forwarded
            return activities.toast(_in_personal_chat(activity))
        form = _form_of(activity)
        if form is None:
            return activities.refused(400, "BadRequest", "an Action.Execute was expected")
        turn = await self._enter(turn_context)
        answer = await self._entry.press(turn, form)
        if answer.fresh:
            await self._say(turn_context, turn, answer)
            return activities.toast(turn.texts("It is below."))
        if answer.asks:
            await turn_context.send_activity(answer.text)
        if answer.card is None:
            return activities.toast(turn.texts("It is below.") if answer.asks or not answer.text else answer.text)
        if message := turn_context.activity.reply_to_id:
            self._later(self._keep(turn, message, answer))
        return activities.in_place(answer.card)

    async def _answer_offer(self, context: TurnContext) -> None:
        """The person took or refused a file; the card that offered it is replaced."""
        turn = await self._enter(context)
        message = context.activity.reply_to_id or ""
        answer = await unless_aside(exports.answer_offer(turn, context.activity.value, message))
        if answer.card is not None and message:
            self._later(self._keep(turn, message, answer))
        else:
            await self._say(context, turn, answer)

    async def _keep(self, turn: Turn, message: str, answer: Answer) -> None:
        """The client shows the answer itself; other devices, and tomorrow, need it in the chat."""
        if answer.card is not None:
            marks = {"important": answer.important, "thumbs": answer.thumbs}
            activity = activity_bytes(answer.card, answer.summary, **marks)
            await self._update(turn, message, activity)
        if answer.later is not None:
            await self._keep(turn, message, await self._awaited(turn, answer.later))

    async def _awaited(self, turn: Turn, later: Awaitable[Answer]) -> Answer:
        """The answer that was too slow for the response; a bug in it is reported to the person, as one in a turn is."""
        try:
            return await later
        except Exception:
            log.exception("what was to follow an answer broke")
            text = turn.texts("Something went wrong on my side. Nothing is lost: please try again.")
            return Answer(card=notice_card(turn.texts, text, "attention"))

    async def _post(self, turn: Turn, later: Awaitable[Answer]) -> None:
        """The answer that follows, as a new message."""
        try:
            answer = await self._awaited(turn, later)
        except asyncio.CancelledError:
            text = turn.texts("I was stopped before I was done with it, and am back soon. Please send it once more.")
            answer = Answer(text=text)
        reference = await self._services.store.reference(turn.person.id, turn.channel)
        if reference is None:
            return
        if answer.card is not None:
            await self._connector.send(reference, activity_bytes(answer.card, answer.summary))
        else:
            await self._connector.send(reference, activities.text_bytes(answer.text))

    async def _update(self, turn: Turn, message: str, activity: bytes) -> None:
        reference = await self._services.store.reference(turn.person.id, turn.channel)
        if reference is None:
            return
        outcome = await self._connector.update(reference, message, activity)
        if not isinstance(outcome, Delivered):
            log.info("a card was not updated in the chat: %s", type(outcome).__name__)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)

    # --- who speaks ---------------------------------------------------------------------------

    async def _capture(self, context: TurnContext, *, installs: bool = False) -> tuple[Person, bool]:
        channel, store, now = _channel(context), self._services.store, self._services.clock.now()
        return await capture(context.activity, channel, store, self._members, now, installs=installs)

    async def _enter(self, context: TurnContext, attachments: tuple[Attachment, ...] = ()) -> Turn:
        person, newly = await self._capture(context)
        return await self._turn(context, person, arrives=newly, attachments=attachments)

    async def _turn(
        self, context: TurnContext, person: Person, *, arrives: bool, attachments: tuple[Attachment, ...] = ()
    ) -> Turn:
        client, run = client_of(context.activity), run_of(context)
        return await self._entry.turn(
            person,
            _channel(context),
            arrives=arrives,
            attachments=attachments,
            client=client,
            cause=run.key if run else "",
        )

    # --- answers ------------------------------------------------------------------------------

    async def _say(self, context: TurnContext, turn: Turn, answer: Answer) -> None:
        """Answer with a new message."""
        if answer.asks:
            await context.send_activity(answer.text)
        elif answer.card is not None and not turn.shows_cards:
            await context.send_activity(activities.spoken(turn.texts, answer.card, author=turn.role is not None))
        elif answer.card is not None:
            await context.send_activity(activities.message_with(answer.card, answer.summary))
        elif answer.offer is not None:
            await context.send_activity(activities.file_offer(answer.offer))
        elif answer.text:
            await context.send_activity(answer.text)
        if answer.later is not None:
            self._later(self._post(turn, answer.later))

    async def _replace(self, context: TurnContext, turn: Turn, answer: Answer) -> None:
        """Answer an older client's Submit: its card is replaced by editing the message."""
        message = context.activity.reply_to_id
        if message and answer.card is not None and not answer.fresh:
            if answer.asks:
                await context.send_activity(answer.text)
            replacing = self._keep(turn, message, answer)
            await replacing if answer.later is None else self._later(replacing)
        else:
            await self._say(context, turn, answer)


def _channel(context: TurnContext) -> Channel:
    channel = channel_of(context.activity)
    assert channel is not None, "on_turn lets only known channels in"
    return channel


def _in_personal_chat(activity: Activity) -> str:
    texts = language.texts_of_locale(activity.locale or "")
    return texts("I work in a personal chat: open one with me and type **help**.")


def _form_of(activity: Activity) -> Mapping[str, Any] | None:
    """The verb, the data and the fields of an Action.Execute."""
    value = activity.value if isinstance(activity.value, dict) else {}
    action = value.get("action")
    if not isinstance(action, dict):
        return None
    data = action.get("data")
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    return {**fields, "verb": action.get("verb") or fields.get("verb")}

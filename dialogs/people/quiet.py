"""Quiet hours and topics that a recipient sets for themselves, and the house list of topics, which owners keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from cards.compose.schedule.lines import clock_in
from cards.kit.elements import AdaptiveCard
from cards.people.quiet import quiet_said, topic_form, topics_card
from cards.people.settings import own_settings_card
from dialogs.core.card_values import number_in
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.forms.cleaning import clean
from storage.records import DeedKind, Person, Policy, Quiet, Role, Topic
from storage.shared.policy import change_policy, policy_of

router = Router()

NAME = 40  #: characters of a topic's name
MOST = 20  #: topics of an organisation


async def own_settings(
    turn: Turn,
    person: Person | None = None,
    notice: str = "",
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> AdaptiveCard:
    """``person``: as they are after a change."""
    topics = (await policy_of(turn.store, turn.person.tenant)).topics
    return own_settings_card(turn.texts, person or turn.person, turn.role, notice, topics, values or {}, errors or {})


@router.command("quiet hours", "topics", "quiet", authors_only=False)
async def quiet_typed(turn: Turn, rest: str) -> Answer:
    return Answer(card=await own_settings(turn), summary=turn.texts("Your settings"))


@router.form("quiet.open", authors_only=False)
async def open_quiet(turn: Turn, form: Form) -> Answer:
    """From beneath a message, which stays as it is."""
    return Answer(card=await own_settings(turn), summary=turn.texts("Your settings"), fresh=True)


@router.form("quiet.set", authors_only=False)
async def set_quiet(turn: Turn, form: Form) -> Answer:
    values = {name: str(form.get(name) or "")[:20] for name in ("quiet_begins", "quiet_ends")}
    errors = {
        name: turn.texts("Please choose a time, like 10:00.") for name, text in values.items() if not clock_in(text)
    }
    begins, ends = clock_in(values["quiet_begins"]), clock_in(values["quiet_ends"])
    if begins is not None and begins == ends:
        errors["quiet_ends"] = turn.texts("That is all day long. To have no campaigns at all, press Mute.")
    if errors or begins is None or ends is None:
        wrong = turn.texts("Nothing is lost: please correct what is marked below.")
        return Answer(card=await own_settings(turn, None, wrong, values, errors))
    quiet = Quiet(begins=begins, ends=ends)
    text = turn.texts("Quiet hours: {hours}. Only important campaigns come then.", hours=quiet_said(turn.texts, quiet))
    return await _with_quiet(turn, quiet, text)


@router.form("quiet.none", authors_only=False)
async def no_quiet(turn: Turn, form: Form) -> Answer:
    return await _with_quiet(turn, None, turn.texts("You have no quiet hours any more."))


async def _with_quiet(turn: Turn, quiet: Quiet | None, notice: str) -> Answer:
    deed = turn.deed(DeedKind.SET, what="quiet hours")
    await turn.store.set_quiet(turn.person.id, quiet, deed=deed)
    return Answer(card=await own_settings(turn, replace(turn.person, quiet=quiet), notice))


@router.form("topic.leave", authors_only=False)
async def leave_topic(turn: Turn, form: Form) -> Answer:
    number, left = number_in(form, "topic"), str(form.get("left")) == "true"
    topic = _topic(await policy_of(turn.store, turn.person.tenant), number)
    if topic is None:
        return Answer(card=await own_settings(turn, None, turn.texts("This topic is gone.")))
    if topic.mandatory:
        return Answer(card=await own_settings(turn, None, turn.texts("This topic is for everybody.")))
    deed = turn.deed(DeedKind.SET, what="topic left" if left else "topic taken again", topic=str(topic.number))
    await turn.store.leave_topic(turn.person.id, topic.number, left, deed=deed)
    known = turn.person.left_topics
    person = replace(turn.person, left_topics=known | {topic.number} if left else known - {topic.number})
    return Answer(card=await own_settings(turn, person))


def _topic(policy: Policy, number: object) -> Topic | None:
    return next((topic for topic in policy.topics if topic.number == number), None)


# --- the house list ---------------------------------------------------------------------------


@router.form("topics.open", role=Role.OWNER)
async def open_topics(turn: Turn, form: Form) -> Answer:
    policy = await policy_of(turn.store, turn.person.tenant)
    return Answer(card=topics_card(turn.texts, policy.topics, {}, {}))


@router.form("topics.one", role=Role.OWNER)
async def open_topic(turn: Turn, form: Form) -> Answer:
    policy = await policy_of(turn.store, turn.person.tenant)
    topic = _topic(policy, number_in(form, "topic"))
    if topic is None:
        return Answer(card=topics_card(turn.texts, policy.topics, {}, {}, turn.texts("This topic is gone.")))
    return Answer(card=topic_form(turn.texts, topic, {}, {}))


@router.form("topics.add", role=Role.OWNER)
async def add_topic(turn: Turn, form: Form) -> Answer:
    policy = await policy_of(turn.store, turn.person.tenant)
    values, wrong = _read(turn, form, policy.topics)
    if wrong:
        return Answer(card=topics_card(turn.texts, policy.topics, values, {"topic_name": wrong}, _lost(turn)))

    def with_it(policy: Policy) -> Policy:
        if any(_is_called(topic, values["topic_name"]) for topic in policy.topics) or len(policy.topics) >= MOST:
            return policy  # somebody else was faster, or the press is repeated
        number = policy.topics_made + 1
        topic = Topic(number=number, name=values["topic_name"], mandatory=values["mandatory"] == "true")
        return replace(policy, topics=_in_order((*policy.topics, topic)), topics_made=number)

    return await _changed(turn, with_it)


@router.form("topics.save", role=Role.OWNER)
async def save_topic(turn: Turn, form: Form) -> Answer:
    policy, number = await policy_of(turn.store, turn.person.tenant), number_in(form, "topic")
    topic = _topic(policy, number)
    if topic is None:
        return Answer(card=topics_card(turn.texts, policy.topics, {}, {}, turn.texts("This topic is gone.")))
    values, wrong = _read(turn, form, [one for one in policy.topics if one.number != number])
    if wrong:
        return Answer(card=topic_form(turn.texts, topic, values, {"topic_name": wrong}))

    def with_it(policy: Policy) -> Policy:
        mandatory = values["mandatory"] == "true"
        topics = (
            replace(one, name=values["topic_name"], mandatory=mandatory) if one.number == number else one
            for one in policy.topics
        )
        return replace(policy, topics=_in_order(topics))

    return await _changed(turn, with_it)


@router.form("topics.remove", role=Role.OWNER)
async def remove_topic(turn: Turn, form: Form) -> Answer:
    number = number_in(form, "topic")

    def without_it(policy: Policy) -> Policy:
        return replace(policy, topics=tuple(topic for topic in policy.topics if topic.number != number))

    return await _changed(turn, without_it)


async def _changed(turn: Turn, change: Callable[[Policy], Policy]) -> Answer:
    after = await change_policy(turn.store, turn.person.tenant, change, deed=turn.deed(DeedKind.SET))
    return Answer(card=topics_card(turn.texts, after.topics, {}, {}, turn.texts("It is saved.")))


def _read(turn: Turn, form: Form, others: Sequence[Topic]) -> tuple[dict[str, str], str]:
    """What was typed, and what is wrong with it; ``others``: the topics that there are beside it."""
    name = " ".join(clean(str(form.get("topic_name") or "")).split())
    values = {"topic_name": name[: NAME * 2], "mandatory": "true" if str(form.get("mandatory")) == "true" else "false"}
    if not name:
        return values, turn.texts("Please give it a name.")
    if len(name) > NAME:
        return values, turn.texts("Please use at most {most} characters.", most=NAME)
    if any(_is_called(topic, name) for topic in others):
        return values, turn.texts("There is a topic of this name.")
    if len(others) >= MOST:
        return values, turn.texts("There are {most} topics already: take one out first.", most=MOST)
    return values, ""


def _is_called(topic: Topic, name: str) -> bool:
    return topic.name.casefold() == name.casefold()


def _in_order(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    return tuple(sorted(topics, key=lambda topic: topic.name.casefold()))


def _lost(turn: Turn) -> str:
    return turn.texts("Nothing is lost: please correct what is marked below.")

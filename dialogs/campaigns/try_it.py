"""TRY IT (S17, S26): a test send to one person, exactly as configured, counted nowhere.

It is a message in somebody's chat all the same (product.md §5): who has muted campaigns is left in peace, so many go
out a day, and what nobody has approved yet reaches few people, who belong to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cards.campaigns.try_it import try_it_form
from cards.kit.elements import AdaptiveCard
from cards.kit.parts import full_name
from cards.kit.variables import escape_markdown
from cards.message.render import compile_for
from cards.results.outcomes import reason_text
from cards.results.troubles import trouble_text
from dialogs.campaigns.listing import named, which_one
from dialogs.compose.forecast import needs_approval
from dialogs.core.drafts import Draft, columns_in, footer_for, read_draft, tracking_of
from dialogs.core.questions import Question
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, campaign_gone, campaign_of
from dialogs.forms.addresses import address_of
from dialogs.people.finding import offered_people, person_in
from dialogs.people.language import texts_of
from scheduler.ports import Delivered, Outcome, Refused, Unconfirmed, Unexplained, Unreachable
from storage.records import Campaign, DeedKind, Lesson, Message, NotReached, Person, Variant, is_quiet, variant_b
from storage.shared.try_it import count_test, is_among_few

router = Router()

TRY = "try"  #: the question in words
A_DAY = 20  #: test sends of one author in a day, in UTC
UNAPPROVED = 5  #: people who may get a test of one campaign that nobody has approved yet
ALIKE = 8  #: people of an audience looked at for one with an address


@router.form("try.open")
async def open_try(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    return Answer(card=await _form(turn, campaign, {"address": turn.person.address}))


async def _form(
    turn: Turn, campaign: Campaign, values: Mapping[str, str], error: str = "", notice: str = ""
) -> AdaptiveCard:
    errors = {"address": error} if error else {}
    return try_it_form(turn.texts, campaign, await offered_people(turn), values, errors, notice)


@router.form("try.send")
async def send_try(turn: Turn, form: Form) -> Answer:
    """S17, S26: to one person who can be reached, exactly as configured, counted nowhere."""
    campaign = await asked_for(turn, form)
    to_me = form.get("to") == "me"
    address, values = person_in(form, "address")
    error = await try_it(turn, campaign, address, turn.person if to_me else None)
    if error:
        return Answer(card=await _form(turn, campaign, {name: value[:300] for name, value in values.items()}, error))
    done = turn.texts("The test is in the chat of {address}.", address=address)
    if to_me:
        done = turn.texts("The test is in your chat.")
    return Answer(card=await _form(turn, campaign, values, notice=done))


async def try_it(turn: Turn, campaign: Campaign, address: str, person: Person | None = None) -> str:
    """Send a test to the person with this address, or to ``person``; what is wrong, or "" when it arrived."""
    texts = turn.texts
    if person is None and not (address := address_of(address)):
        return texts("That is not an address; it looks like ada@contoso.com.")
    draft = await read_draft(turn, campaign)
    if draft.message is None:
        return texts("The message is not ready yet: please complete it first.")
    person = person or await turn.store.person_at(campaign.tenant, address)
    reference = await turn.store.reference(person.id, campaign.channel) if person else None
    if person is None or reference is None or reference.broken:
        return texts(
            "{address} has not installed Crieur on {channel}, so nothing can be sent to them.",
            address=address,
            channel=campaign.channel.traits.name,
        )
    if refused := await _refused(turn, draft, person):
        return refused
    variants: list[tuple[str, Message]] = [("", draft.message)]
    if draft.ab_test is not None:  # one after the other
        variants = [(Variant.A, draft.message), (Variant.B, variant_b(draft.message, draft.ab_test))]
    if not await count_test(turn.store, campaign, A_DAY, deed=turn.deed(DeedKind.TEST_SENT, to=str(person.id))):
        return texts("You have sent {count} tests today: more can go out tomorrow.", count=A_DAY)
    outcome: Outcome = Delivered("")
    for variant, message in variants:
        if isinstance(outcome, Delivered):
            activity = await _test_activity(turn, draft, message, person, variant)
            outcome = await turn.services.sender.send(reference, activity)
    learn = partial(turn.store.learn, person.id, campaign.channel)
    if isinstance(outcome, Delivered):
        await learn(Lesson(at=turn.now, conversation=outcome.conversation, service_url=reference.service_url))
        return ""
    if isinstance(outcome, Unreachable):
        await learn(Lesson(at=turn.now, failed=outcome.reason))
        return reason_text(texts, outcome.reason, campaign.channel)
    if isinstance(outcome, Refused):
        return trouble_text(texts, NotReached.MESSAGE_REFUSED, outcome.code, campaign.channel)
    if isinstance(outcome, Unexplained):
        return trouble_text(texts, NotReached.UNEXPLAINED, outcome.code, campaign.channel)
    if isinstance(outcome, Unconfirmed):
        return reason_text(texts, outcome.reason, campaign.channel)
    if outcome.reason is not NotReached.THROTTLED:
        return trouble_text(texts, outcome.reason, outcome.detail, campaign.channel)
    return texts("It could not be sent just now. Please try again in a minute.")


async def _test_activity(turn: Turn, draft: Draft, message: Message, person: Person, variant: str) -> bytes:
    links, campaign = turn.services.links, draft.campaign
    columns = await columns_in(turn, draft, person)
    texts = texts_of(person)
    name, sender = escape_markdown(campaign.name), escape_markdown(full_name(turn.person))
    banner = texts("Test of “{name}” by {sender}: only you received this.", name=name, sender=sender)
    if variant:
        letter = Variant(variant).letter
        banner = texts(
            "Test of “{name}”, variant {variant}, by {sender}: only you received this.",
            name=name,
            variant=letter,
            sender=sender,
        )
    tracking = tracking_of(campaign, links.tracked)
    token, channel = links.test_token, campaign.channel
    footer = await footer_for(turn, draft)
    compiled = partial(compile_for, channel, campaign.id, message, links.base_url, token, test=banner, variant=variant)
    render = compiled(tracking=tracking, footer=footer)
    return render(person, columns)


@router.command("try", "test")
async def try_typed(turn: Turn, name: str) -> Answer:
    """The address is asked for in words."""
    campaign = await named(turn, name)
    if campaign is None:
        return await which_one(turn, name)
    question = turn.texts(
        "To which address shall I send the test of “{name}”? (**cancel** leaves)", name=escape_markdown(campaign.name)
    )
    return Answer(text=question, asks=Question(TRY, campaign.id))


@router.reply_to(TRY)
async def try_answered(turn: Turn, question: Question, address: str) -> Answer:
    """Send the test; where the address is wrong, the reply says why and the question stays open."""
    address = address_of(address) or address
    campaign = await campaign_of(turn, question.campaign)
    if campaign is None:
        return Answer(text=campaign_gone(turn))
    if error := await try_it(turn, campaign, address):
        return Answer(text=error, asks=question)
    return Answer(text=turn.texts("The test is in the chat of {address}.", address=address))


async def _refused(turn: Turn, draft: Draft, person: Person) -> str:
    """Why somebody gets no test of it; "" where they may. One's own chat is one's own."""
    if person.id == turn.person.id:
        return ""
    if person.muted:
        return turn.texts("They have muted campaigns: a test would disturb them.")
    if person.quiet is not None and is_quiet(person.quiet, person.zone or turn.zone, turn.now):
        return turn.texts("They have quiet hours now: a test would disturb them.")
    campaign = draft.campaign
    if campaign.approved_by is not None or not await _needs_approval(turn, draft):
        return ""
    if not await _belongs(turn, draft, person):
        return turn.texts(
            "Nobody has approved it yet: until then, tests go to people of its audience, and to those who have a role."
        )
    if not await is_among_few(turn.store, campaign, person.id, UNAPPROVED):
        return turn.texts(
            "Nobody has approved it yet: until then, {count} people get tests of it, and they have.", count=UNAPPROVED
        )
    return ""


async def _needs_approval(turn: Turn, draft: Draft) -> bool:
    campaign = draft.campaign
    if draft.audience is None:
        return await needs_approval(turn, None)
    return await needs_approval(turn, await turn.store.reach(campaign.tenant, draft.audience, campaign.channel))


async def _belongs(turn: Turn, draft: Draft, person: Person) -> bool:
    """Whether they are in the audience, or hold a role of their own."""
    if await turn.store.role(person.id) is not None:
        return True
    if draft.audience is None:
        return False
    campaign = draft.campaign
    members = await turn.store.members(campaign.tenant, draft.audience, campaign.channel, ALIKE, search=person.address)
    return any(member.person.id == person.id for member in members)

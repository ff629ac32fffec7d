"""Whoever is lost is helped: by what they are in the middle of, in their language, without losing anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from storage.records import CampaignState
from tests.bot.story import MESSAGE, asked, draft, fields_of, handle_of, in_state, newest
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.organisation import SEND_OFF, TENANT, Person, actions_of, words_of


@dataclass(frozen=True)
class Words:
    """What an author reads and presses, in one language."""

    help: str
    general: str
    everything: str
    go_on: str
    cancel: str
    left: str
    new: str
    steps: tuple[str, str, str, str]
    next: tuple[str, str, str]
    forms: tuple[str, str, str, str]


ENGLISH = Words(
    help="help",
    general="What I can do",
    everything="All that I can do",
    go_on="Go on",
    cancel="cancel",
    left="All right. Your drafts are kept under **campaigns**.",
    new="new campaign Help",
    steps=(
        "You are writing the message of “Help”",
        "You are choosing who receives “Help”",
        "You are choosing when “Help” goes out",
        "You are looking over “Help”",
    ),
    next=("Next: audience", "Next: schedule", "Next: review"),
    forms=("What do you want to say?", "Who is it for?", "When does it go out?", "Audience and schedule"),
)
FRENCH = Words(
    help="aide",
    general="Ce que je sais faire",
    everything="Tout ce que je sais faire",
    go_on="Continuer",
    cancel="annuler",
    left="C’est entendu. Vos brouillons restent sous **campagnes**.",
    new="nouvelle campagne Help",
    steps=(
        "Vous écrivez le message de « Help »",
        "Vous choisissez qui reçoit « Help »",
        "Vous choisissez quand part « Help »",
        "Vous relisez « Help »",
    ),
    next=("Suite : destinataires", "Suite : diffusion", "Suite : relecture"),
    forms=("Que voulez-vous dire ?", "Pour qui ?", "Quand part-elle ?", "Destinataires et diffusion"),
)


@pytest.fixture(params=["en", "fr"])
async def author(request: pytest.FixtureRequest, ada: Person, louis: Person) -> tuple[Person, Words]:
    """Somebody who may build campaigns, and the words of their language."""
    if request.param == "en":
        return ada, ENGLISH
    await asked(ada, f"add publisher {louis.address}")
    return louis, FRENCH


FIELDS = ({**MESSAGE, "name": "Help"}, {"audience": "everyone"}, {"start": "now", "anytime": "true", "duration": "5"})


async def test_help_is_for_the_step_that_is_open(running_bot: RunningBot, author: tuple[Person, Words]) -> None:
    who, words = author
    assert words.general in await asked(who, words.help), "nothing is open yet"
    await who.say(words.new)
    for number, fields in enumerate(({}, *FIELDS)):
        if number:
            await who.press(words.next[number - 1], **fields)
        before = await newest(running_bot)
        reply = await asked(who, words.help)
        assert words.steps[number] in reply and 4 < len(reply) < 9, "a few lines"
        assert any(f"**{words.cancel}**" in word for word in reply), "and how to leave"
        card = (await who.press(words.everything))["value"]
        assert words.general in words_of(card), "a way to all the rest"
        await who.say(words.help)
        card = (await who.press(words.go_on))["value"]
        assert words.forms[number] in words_of(card)
        assert await newest(running_bot) == before, "and nothing is changed by it"


async def test_help_is_for_the_question_that_waits(running_bot: RunningBot, author: tuple[Person, Words]) -> None:
    who, words = author
    await draft(who) if who.given == "Ada" else await _french_draft(who)
    french = words is FRENCH
    await who.say("essayer help" if french else "try autumn")
    reply = await asked(who, words.help)
    assert ("J’attends une adresse" if french else "I am waiting for an address") in reply
    reply = await asked(who, "nobody")
    assert "ada@contoso.com" in reply[0], "the question still waits"
    assert await asked(who, words.cancel) == [words.left]
    assert words.general in await asked(who, words.help), "the draft was left, too"

    await who.say(words.new)
    await who.press("L’écrire en conversation" if french else "Write it in the chat", name="Help")
    assert ("J’attends un texte" if french else "I am waiting for a text") in await asked(who, words.help)
    await who.say("campagnes et aide" if french else "campaigns and help")
    assert fields_of(who.card())["body"] == ("campagnes et aide" if french else "campaigns and help")


async def _french_draft(who: Person) -> None:
    await who.say(FRENCH.new)
    for title, fields in zip(FRENCH.next, FIELDS, strict=True):
        await who.press(title, **fields)


async def test_a_draft_that_was_left_long_ago_is_not_what_help_is_for(
    running_bot: RunningBot, author: tuple[Person, Words]
) -> None:
    who, words = author
    await who.say(words.new)
    running_bot.clock.forward(timedelta(hours=13))
    assert words.general in await asked(who, words.help)
    await who.press(words.next[0], **FIELDS[0])
    assert words.steps[1] in await asked(who, words.help), "it was taken up again"
    for title, fields in zip(words.next[1:], FIELDS[1:], strict=True):
        await who.press(title, **fields)
    await who.press(SEND_OFF)
    await in_state(running_bot, CampaignState.RUNNING)
    assert words.general in await asked(who, words.help)


async def test_a_draft_that_was_left_is_not_what_help_is_for_until_it_is_taken_up_again(
    running_bot: RunningBot, author: tuple[Person, Words]
) -> None:
    who, words = author
    leave = "Finir plus tard" if words is FRENCH else "Save and leave"
    await who.say(words.new)
    form, at = who.card(), who.cards()[-1][0]
    await who.say(words.cancel)
    assert words.general in await asked(who, words.help)
    await who.press(leave, card=form, at=at, **FIELDS[0])
    assert words.general in await asked(who, words.help)
    await running_bot.restart()
    assert words.general in await asked(who, words.help)
    choice = handle_of(await newest(running_bot), step="audience", go="schedule", channel="msteams", **FIELDS[1])
    await who.execute("form.save", choice, at)
    assert words.steps[2] in await asked(who, words.help)


async def test_an_interruption_keeps_the_draft_and_its_card(
    running_bot: RunningBot, author: tuple[Person, Words]
) -> None:
    who, words = author
    await who.say(words.new)
    await who.press(words.next[0], **FIELDS[0])
    form, at = who.card(), who.cards()[-1][0]
    before = await newest(running_bot)
    for command in (
        "campaigns",
        "campagnes",
        "lists",
        "listes",
        "settings",
        "réglages",
        "aide",
        "help",
        "asdf",
        words.cancel,
    ):
        await who.say(command)
    assert await newest(running_bot) == before
    card = (await who.press(words.next[1], card=form, at=at, **FIELDS[1]))["value"]
    assert words.forms[2] in words_of(card), "the card of before goes on"
    assert (await newest(running_bot)).forms["message"].items() >= FIELDS[0].items()


SLIPS = {
    "en": {"campaing": "campaigns", "new campain": "new campaign", "tempates": "templates", "repport": "report"},
    "fr": {
        "campagens": "campagnes",
        "nouvelle campange": "nouvelle campagne",
        "modeèles": "modèles",
        "raport": "rapport",
    },
}


async def test_a_typing_error_gets_a_suggestion_and_does_nothing(
    running_bot: RunningBot, author: tuple[Person, Words]
) -> None:
    who, words = author
    start = "Je n’ai pas compris. Vouliez-vous dire" if words is FRENCH else "I did not understand. Did you mean"
    for slip, meant in SLIPS["fr" if words is FRENCH else "en"].items():
        reply, button = await asked(who, slip)
        assert reply.startswith(start) and f"**{meant}**" in reply, slip
        assert button.casefold() == meant, "one press away"
    assert await running_bot.store.count_campaigns(TENANT) == 0


async def test_of_two_words_for_one_command_ones_own_is_suggested(author: tuple[Person, Words]) -> None:
    who, words = author
    meant = "campagnes" if words is FRENCH else "campaigns"
    for slip in ("campagens", "campaigne", "campangs"):
        assert f"**{meant}**" in (await asked(who, slip))[0], slip


async def test_what_is_near_no_command_gets_the_way_to_help(author: tuple[Person, Words]) -> None:
    who, words = author
    reply = await asked(who, "qwertzuiop")
    assert reply == [
        "Je n’ai pas compris. Tapez **aide** pour voir ce que je sais faire."
        if words is FRENCH
        else "I did not understand. Type **help** to see what I can do."
    ]


STALE = {
    "en": "This draft was changed elsewhere meanwhile. Please check it and go on from here.",
    "fr": "Ce brouillon a été modifié ailleurs entre-temps. Vérifiez-le et continuez ici.",
}
STARTED = {
    "en": "This campaign has started: it can be neither changed nor cancelled.",
    "fr": "Cette campagne a commencé : elle ne peut plus être ni modifiée ni annulée.",
}
GONE = {"en": "This campaign no longer exists.", "fr": "Cette campagne n’existe plus."}


async def test_an_old_card_is_answered_with_the_current_one(
    running_bot: RunningBot, author: tuple[Person, Words]
) -> None:
    who, words = author
    language = "fr" if words is FRENCH else "en"
    await who.say(words.new)
    old, at = who.card(), who.cards()[-1][0]
    for title, fields in zip(words.next, FIELDS, strict=True):
        await who.press(title, **fields)
    typed = {**FIELDS[0], "body": "On the other device"}
    card = (await who.press(words.next[0], card=old, at=at, **typed))["value"]
    assert STALE[language] in words_of(card) and fields_of(card)["body"] == "On the other device"
    await who.press(SEND_OFF, card=(await _review(who, running_bot)))
    await in_state(running_bot, CampaignState.RUNNING)
    card = (await who.press(words.next[0], card=old, at=at, **typed))["value"]
    assert STARTED[language] in words_of(card) and words.forms[0] not in words_of(card)
    campaign = await newest(running_bot)
    await who.say(words.new)
    other, where = who.card(), who.cards()[-1][0]
    await running_bot.store.delete_campaign(await newest(running_bot), deed=A_DEED)
    card = (await who.press(words.next[0], card=other, at=where, **typed))["value"]
    assert GONE[language] in words_of(card)
    assert (await newest(running_bot)).id == campaign.id, "and none was made anew"


async def _review(who: Person, running_bot: RunningBot) -> dict[str, object]:
    answer = await who.execute("form.open", handle_of(await newest(running_bot), step="review"), who.cards()[-1][0])
    card: dict[str, object] = answer["value"]
    return card


POINTER = {
    "en-GB": "I work in a personal chat: open one with me and type **help**.",
    "fr-FR": "Je travaille en conversation privée : ouvrez-en une avec moi et tapez **aide**.",
}


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
@pytest.mark.parametrize("locale", list(POINTER))
async def test_in_groups_and_channels_they_are_pointed_to_the_personal_chat(
    running_bot: RunningBot, ada: Person, kind: str, locale: str
) -> None:
    who = running_bot.organisation.person("Zoë", "Lefèvre", locale=locale)
    running_bot.organisation.connector.add(who.conversation, who.member())
    conversation = {"id": who.conversation, "conversationType": kind, "isGroup": True, "tenantId": who.tenant}
    await who.send({"type": "message", "text": "help", "locale": locale, "conversation": conversation})
    assert who.texts() == [POINTER[locale]]
    assert await running_bot.store.person_at(ada.tenant, who.address) is None, "nobody is met there"  # type: ignore[arg-type]


async def test_who_only_receives_is_told_what_is_theirs(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    grace = running_bot.organisation.person("Grace", "Hopper")
    await grace.install()
    for who, words, mute, refused, ask in (
        (grace, ENGLISH, "**mute**", "Only authors can do that here.", "ask the owner of Crieur to add you"),
        (
            louis,
            FRENCH,
            "**sourdine**",
            "Seuls les auteurs peuvent faire cela ici.",
            "demandez au propriétaire de Crieur",
        ),
    ):
        reply = "\n".join(await asked(who, words.help))
        assert (
            mute in reply and ask in reply and "**new campaign**" not in reply and "**nouvelle campagne**" not in reply
        )
        titles = {action.get("title") for action in actions_of(who.card())}
        assert not titles & {"New campaign", "Nouvelle campagne", "Your campaigns", "Vos campagnes"}
        for command in (words.new, "campaigns", "campagnes", "templates", "modèles", "clone x", "cloner x"):
            [answer] = await asked(who, command)
            assert answer.startswith(refused) and f"**{words.help}**" in answer, command
        slip = (await asked(who, "campagnse" if words is FRENCH else "campaings"))[0]
        assert "campa" not in slip.lower().replace("compa", ""), "what they may not do is not suggested"

"""Who was not reached, or has not opened it, gets the message by e-mail: from chat to mailbox, over HTTP and SMTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.mail import compose
from cards.message.mail import mail_words
from storage.records import Campaign, CampaignState, MailState, NotMailed, Quiet
from storage.shared.mails import mail_figures
from storage.shared.policy import policy_of
from tests.bot.story import ANY_TIME_NOW, MESSAGE, completed, eventually, launch, make_publisher, newest
from tests.bot.test_exports import exported, fetched, rows_of
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.mail_server import MailServer, mail_server
from tests.support.organisation import Person, words_of

MARIE, GUEST = "marie@contoso.example", "x_y.example#EXT#@contoso.example"
FROM = "Contoso News <news@contoso.example>"
DAY = timedelta(days=1)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


async def with_mail(running_bot: RunningBot, server: MailServer, **more: str) -> None:
    running_bot.environment |= {
        "SMTP_URL": server.url,
        "MAIL_FROM": FROM,
        "MAIL_REPLY_TO": "comms@contoso.example",
        "MAILS_PER_MINUTE": "60",
        **more,
    }
    await running_bot.restart()


async def to_the_review(
    author: Person, *people: str, mail: str = "not_reached", after: str = "24", **message: str
) -> list[str]:
    """Their audience is these addresses; the words of the review."""
    await author.say("new campaign")
    await author.press("Next: audience", **{**MESSAGE, **message})
    await author.press("Next: schedule", audience="pasted", list_name="Some", addresses="; ".join(people))
    await author.press("E-mail", **ANY_TIME_NOW)
    await author.press("OK", mail=mail, mail_after=after)
    await author.press("Next: review")
    return words_of(await author.sees("Audience and schedule"))


async def is_sent(author: Person, running_bot: RunningBot) -> Campaign:
    """Scheduled, and over."""
    await launch(author, running_bot)
    await completed(author, running_bot)

    async def done() -> Campaign | None:
        campaign = await newest(running_bot)
        return campaign if campaign.state is CampaignState.DONE else None

    campaign = await eventually(done)
    assert isinstance(campaign, Campaign)
    return campaign


async def found_out(running_bot: RunningBot, campaign: Campaign) -> None:
    """All of a stage's mails are planned, and none of them is left to be sent now."""

    async def settled() -> bool:
        now = running_bot.clock.now()
        if await running_bot.store.due_mailings(now) or await running_bot.store.mails_due(now):
            return False
        states = (await running_bot.store.mail_tally(campaign.id)).states
        return not states.keys() & {MailState.CLAIMED, MailState.SENDING}

    await eventually(settled, 300)


def link_in(mail: EmailMessage, path: str) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    found = re.search(rf"http://\S+/{path}/[^\s)]+", part.get_content())
    assert found
    return found[0]


async def test_who_was_not_reached_gets_one_and_who_was_does_not(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    review = await to_the_review(ada, ada.address, louis.address, MARIE)
    assert "who could not be reached" in review, review
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE]
    [mail] = server.to(MARIE)
    assert (mail["From"], mail["Reply-To"], mail["To"]) == (FROM, "comms@contoso.example", MARIE)
    assert mail["Subject"] == "Our autumn" and mail["Auto-Submitted"] == "auto-generated"
    await running_bot.restart()
    running_bot.clock.forward(3 * DAY)
    await found_out(running_bot, campaign)
    assert len(server.taken) == 1, "once, whatever comes"
    tally = await running_bot.store.mail_tally(campaign.id)
    assert tally.states == {MailState.SENT: 1}


async def test_who_has_not_opened_it_gets_one_a_day_later_in_their_language(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    review = await to_the_review(ada, ada.address, louis.address, MARIE, mail="not_opened")
    assert "who could not be reached, or has not opened it, after 24 hours" in review, review
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE]
    await ada.press("I have read it")
    await running_bot.restart()
    running_bot.clock.forward(timedelta(hours=23))
    await found_out(running_bot, campaign)
    assert len(server.taken) == 1
    running_bot.clock.forward(timedelta(hours=2))
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE, louis.address]
    [mail] = server.to(louis.address)
    html = mail.get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "Hello Louis, <strong>big news</strong> for you." in content
    assert "Ne plus recevoir de tels messages" in content
    assert "qui se donne dans Microsoft Teams" in content, "what is confirmed in Teams is said to be"


async def test_a_link_in_it_is_counted_apart(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await to_the_review(ada, ada.address, MARIE)
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    [mail] = server.to(MARIE)
    link = link_in(mail, "r")
    assert await ada.follow(link, agent="curl/8") == (302, MESSAGE["link_url"])
    assert await ada.follow(link) == (302, MESSAGE["link_url"])
    assert (await ada.follow(link.replace("e.", ".", 1)))[0] == 404, "it is signed"
    await running_bot.restart()
    assert (await running_bot.store.mail_tally(campaign.id)).clicked == 1
    assert await running_bot.store.engagement(campaign.id) == []
    await ada.say(f"report {campaign.name}")
    words = words_of(ada.card())
    assert "**1** person has followed a link in it." in words, words


async def test_to_look_at_the_way_out_changes_nothing_and_to_press_mutes(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await to_the_review(ada, louis.address, mail="not_opened", after="1")
    campaign = await is_sent(ada, running_bot)
    running_bot.clock.forward(timedelta(hours=2))
    await found_out(running_bot, campaign)
    [mail] = server.to(louis.address)
    url = str(mail["List-Unsubscribe"]).strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and url == link_in(mail, "m")
    http = running_bot.organisation.http

    async def muted() -> bool:
        person = await running_bot.store.person_at(campaign.tenant, louis.address)
        assert person is not None
        return person.muted

    for _ in range(2):  # a scanner looks
        async with http.get(url) as response:
            page = await response.text()
            assert response.status == 200 and "Ne plus recevoir" in page and '<form method="post">' in page
        async with http.head(url) as response:
            assert response.status == 200
    assert not await muted()
    for wrong in (url[:-1], url.replace("/m/", "/m/9"), url.replace("/m/", "/r/")):
        async with http.post(wrong) as response:
            assert response.status in (404, 405)
    assert not await muted()
    for _ in range(2):  # as a mail program does it (RFC 8058), and once more
        async with http.post(url, data={"List-Unsubscribe": "One-Click"}) as response:
            assert response.status == 200 and "Vous ne recevez plus" in await response.text()
    assert await muted()
    entries = [entry for _, entry in await running_bot.store.audit_from(0, 100) if entry.deed == "muted"]
    assert [entry.client for entry in entries] == ["mail"]


async def test_nobody_who_wants_none_or_has_none_gets_one_and_the_report_says_why(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    server.of_recipient["gone@contoso.example"] = "550 5.1.1 no such user"
    server.of_content = []
    await to_the_review(ada, louis.address, GUEST, "gone@contoso.example", MARIE, mail="not_opened", after="1")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    await louis.say("sourdine")
    running_bot.clock.forward(timedelta(hours=2))
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE]
    tally = await running_bot.store.mail_tally(campaign.id)
    assert tally.reasons == {NotMailed.MUTED: 1, NotMailed.ADDRESS_REFUSED: 1, NotMailed.NO_ADDRESS: 1}
    await ada.say(f"report {campaign.name}")
    words = words_of(ada.card())
    for words_of_reason in (
        "They have muted campaigns.",
        "The mail server refused their address.",
        "I know no address of theirs that an e-mail can be sent to.",
    ):
        assert words_of_reason in words, words


async def test_a_server_that_is_away_for_hours_loses_nothing_and_one_that_is_busy_gets_it_later(
    running_bot: RunningBot, ada: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await server.stop()
    await to_the_review(ada, MARIE)
    campaign = await is_sent(ada, running_bot)
    for _ in range(5):
        running_bot.clock.forward(timedelta(hours=2))
        await running_bot.restart()
    server.of_content = ["451 4.7.1 greylisted, try again later"]
    await server.start()
    running_bot.clock.forward(timedelta(minutes=6))
    await found_out(running_bot, campaign)
    assert not server.of_content and not server.taken, "it was asked, and takes it later"
    running_bot.clock.forward(timedelta(minutes=6))
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE]


async def test_an_answer_that_is_lost_is_unconfirmed_and_never_sent_again(
    running_bot: RunningBot, ada: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    server.breaks = 1
    await to_the_review(ada, MARIE, "pierre@contoso.example")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    running_bot.clock.forward(DAY)
    await found_out(running_bot, campaign)
    assert sorted(to for to, _ in server.taken) == [MARIE, "pierre@contoso.example"], "each once"
    tally = await running_bot.store.mail_tally(campaign.id)
    assert tally.states == {MailState.UNCONFIRMED: 1, MailState.SENT: 1}


async def test_what_cannot_be_written_ends_with_the_reason_and_keeps_nobody_else_waiting(
    running_bot: RunningBot,
    ada: Person,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault of ours, put in here for two people."""

    def faulty(id: Any, channel: Any, message: Any, person: Any, *rest: Any) -> Any:
        if not person.address.startswith("pierre"):
            raise ValueError(f"cannot write to {person.address}")
        return mail_words(id, channel, message, person, *rest)

    monkeypatch.setattr(compose, "mail_words", faulty)
    await with_mail(running_bot, server)
    await to_the_review(ada, MARIE, "paul@contoso.example", "pierre@contoso.example")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    for _ in range(3):
        running_bot.clock.forward(DAY)
        await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == ["pierre@contoso.example"]
    tally = await running_bot.store.mail_tally(campaign.id)
    assert tally.states == {MailState.FAILED: 2, MailState.SENT: 1} and tally.reasons == {NotMailed.NOT_WRITTEN: 2}
    await ada.say(f"report {campaign.name}")
    assert "Crieur could not write it: a fault of its own, which its log names." in words_of(ada.card())
    said = [record for record in caplog.records if "cannot be written" in record.getMessage()]
    assert len(said) == 1, "once, and not for each of them"
    assert not any("@" in record.getMessage() for record in caplog.records)


async def test_what_is_taken_back_is_mailed_to_nobody_any_more(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await server.stop()
    await to_the_review(ada, ada.address, MARIE, mail="not_opened")
    campaign = await is_sent(ada, running_bot)
    await ada.say(f"delete {campaign.name}")
    await ada.press("Take back and delete")
    await server.start()

    async def gone() -> bool:
        running_bot.clock.forward(timedelta(seconds=5))
        return await running_bot.store.campaign(campaign.id) is None

    await eventually(gone)
    running_bot.clock.forward(2 * DAY)
    await running_bot.restart()
    assert not server.taken and not await running_bot.store.mails_due(running_bot.clock.now())


async def test_where_nobody_has_set_it_up_it_is_not_offered(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    await ada.press("Next: audience", **MESSAGE)
    card = (await ada.press("Next: schedule", audience="everyone"))["value"]
    assert "Also by e-mail" not in str(card)


async def test_what_cannot_be_is_said_and_nothing_is_lost(
    running_bot: RunningBot, ada: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await ada.say("new campaign")
    await ada.press("Next: audience", **{**MESSAGE, "anonymous": "true"})
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("E-mail", **ANY_TIME_NOW)
    wrong = (await ada.press("OK", mail="not_opened", mail_after="999"))["value"]
    assert "⚠ Please give a number from 1 to 168." in words_of(wrong)
    await ada.press("OK", mail_after="2")
    review = (await ada.press("Next: review"))["value"]
    assert any("nobody knows who has not opened it" in word for word in words_of(review)), words_of(review)
    del running_bot.environment["SMTP_URL"]
    await running_bot.restart()
    await ada.press("Change the schedule")
    review = (await ada.press("Next: review"))["value"]
    assert any("Nobody has set e-mail up here" in word for word in words_of(review))


async def test_nothing_of_an_anonymous_campaigns_mail_tells_who_did_what(
    running_bot: RunningBot, ada: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await to_the_review(ada, ada.address, MARIE, anonymous="true")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    [mail] = server.to(MARIE)
    assert "/r/" not in mail.as_string() and MESSAGE["link_url"] in mail.as_string()


async def test_no_name_can_put_a_line_into_the_headers(
    running_bot: RunningBot, ada: Person, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    await with_mail(running_bot, server)
    title = "Hi [FIRSTNAME]\r\nBcc: eve@evil.example\u2028X: é \u0000"
    await to_the_review(ada, "Eve\tBcc: x@evil.example <marie@contoso.example>", title=title)
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    [(to, mail)] = server.taken
    assert to == MARIE and mail["Bcc"] is None and mail["X"] is None
    assert "\n" not in mail["Subject"] and "Bcc: eve@evil.example" in mail["Subject"]
    for word in ("marie", "evil", "Our autumn", "big news"):
        assert word not in caplog.text


async def test_en_francais_du_formulaire_au_courrier(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne Sécurité")
    await louis.press("Suite : destinataires", name="Sécurité", title="Sécurité", body="Bonjour.")
    await louis.press("Suite : diffusion", audience="pasted", list_name="Un", addresses=MARIE)
    card = (await louis.press("E-mail", **ANY_TIME_NOW))["value"]
    assert "Qui la reçoit aussi par e-mail ?" in words_of(card)
    await louis.press("OK", mail="not_reached")
    review = (await louis.press("Suite : relecture"))["value"]
    assert "qui n’a pas pu être joint" in words_of(review), words_of(review)
    await louis.press("Envoyer maintenant")
    campaign = await newest(running_bot)

    async def planned() -> bool:
        return bool((await newest(running_bot)).planned_at)

    await eventually(planned)
    running_bot.clock.forward(timedelta(days=301))

    async def reported() -> bool:
        return bool((await newest(running_bot)).reported_at)

    await eventually(reported)
    await found_out(running_bot, campaign)
    [mail] = server.to(MARIE)
    assert mail["Subject"] == "Sécurité"
    await louis.say("rapport Sécurité")
    assert "Par e-mail" in words_of(louis.card())


async def test_figures_stay_when_the_recipients_are_forgotten(
    running_bot: RunningBot, ada: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await to_the_review(ada, MARIE, GUEST)
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    before = await running_bot.store.mail_tally(campaign.id)
    policy = await policy_of(running_bot.store, campaign.tenant)
    assert policy.keep_days
    running_bot.clock.forward(timedelta(days=policy.keep_days + 31))

    async def erased() -> Campaign | None:
        current = await running_bot.store.campaign(campaign.id)
        return current if current and current.erased_at else None

    sealed = await eventually(erased)
    assert (await running_bot.store.mail_tally(campaign.id)).total == 0
    assert await mail_figures(running_bot.store, sealed) == before
    await ada.say(f"report {campaign.name}")
    assert "I know no address of theirs that an e-mail can be sent to." in words_of(ada.card())


async def test_it_waits_for_the_end_of_quiet_hours(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    await with_mail(running_bot, server)
    await to_the_review(ada, louis.address, MARIE, mail="not_opened", after="1")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    person = await running_bot.store.person_at(campaign.tenant, louis.address)
    assert person is not None
    due = running_bot.clock.now() + timedelta(hours=1)
    clock = ZoneInfo("Europe/Paris")
    hours = [(due + timedelta(hours=hours)).astimezone(clock).time().replace(second=0) for hours in (-2, 3)]
    quiet = Quiet(begins=hours[0].replace(microsecond=0), ends=hours[1].replace(microsecond=0))
    await running_bot.store.set_quiet(person.id, quiet, deed=A_DEED)
    running_bot.clock.forward(timedelta(hours=2))
    await found_out(running_bot, campaign)
    assert not server.to(louis.address)
    running_bot.clock.forward(timedelta(hours=3))
    await found_out(running_bot, campaign)
    assert len(server.to(louis.address)) == 1 and len(server.to(MARIE)) == 1


@pytest.mark.real_time
async def test_on_mongodb(running_bot: RunningBot, on_mongodb: None, server: MailServer) -> None:
    ada = running_bot.organisation.person("Ada", "Lovelace")
    await ada.install()
    await ada.sees("you are the **owner**")
    await with_mail(running_bot, server, MAILS_PER_MINUTE="6000")
    await to_the_review(ada, ada.address, MARIE)
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    await running_bot.restart()
    await found_out(running_bot, campaign)
    assert [to for to, _ in server.taken] == [MARIE]
    assert (await running_bot.store.mail_tally(campaign.id)).states == {MailState.SENT: 1}


@pytest.mark.real_time
async def test_the_export_has_columns_of_its_own(running_bot: RunningBot, ada: Person, server: MailServer) -> None:
    await with_mail(running_bot, server, MAILS_PER_MINUTE="6000")
    server.of_recipient["gone@contoso.example"] = "550 5.1.1 no such user"
    await to_the_review(ada, ada.address, MARIE, "gone@contoso.example")
    campaign = await is_sent(ada, running_bot)
    await found_out(running_bot, campaign)
    assert await ada.follow(link_in(server.to(MARIE)[0], "r")) == (302, MESSAGE["link_url"])
    await running_bot.restart()
    await ada.say(f"export {campaign.name}")
    rows = rows_of((await fetched(running_bot, await exported(ada, "CSV")))[1])
    sent, gone, none = (
        {row["Address"]: row for row in rows}[of] for of in (MARIE, "gone@contoso.example", ada.address)
    )
    assert (sent["E-mail"], sent["E-mail: reason"]) == ("e-mail sent", "") and sent["E-mail at"]
    assert sent["Clicked in the e-mail at"]
    assert (gone["E-mail"], gone["E-mail: details"]) == ("e-mail failed", "550 5.1.1 no such user")
    assert gone["E-mail: reason"] == "The mail server refused their address."
    assert (none["E-mail"], none["E-mail at"]) == ("", "")


@pytest.mark.real_time
async def test_it_is_said_in_words_and_lands_on_the_review(
    running_bot: RunningBot, ada: Person, louis: Person, server: MailServer
) -> None:
    """Words of a schedule are read by a program."""
    await with_mail(running_bot, server)
    await make_publisher(ada, louis)
    await ada.say(
        "Tell everyone tomorrow at 10am for 2 hours that the canteen is closed on Friday,"
        " and by e-mail to those who have not opened it after 36 hours."
    )
    words = words_of(ada.card())
    assert "also by e-mail: who could not be reached, or has not opened it, after 36 hours" in words[0], words
    assert "who could not be reached, or has not opened it, after 36 hours" in words
    draft = await newest(running_bot)
    assert draft.forms["message"]["body"].startswith("The canteen is closed") and "mail" not in draft.forms["message"]
    assert (draft.forms["schedule"]["mail"], draft.forms["schedule"]["mail_after"]) == ("not_opened", "36")
    assert draft.forms["schedule"]["time"] == "10:00", "the rest is read as ever"
    await ada.say("and e-mail those who could not be reached")
    assert (await newest(running_bot)).forms["schedule"]["mail"] == "not_reached", "a change of the open draft"
    await louis.say(
        "Dis à tout le monde demain à 10h pendant 2 heures que la cantine est fermée vendredi,"
        " et par e-mail à ceux qui ne l’ont pas ouvert après 24 heures"
    )
    words = words_of(louis.card())
    said = "aussi par e-mail : qui n’a pas pu être joint, ou ne l’a pas ouverte, après 24 heures"
    assert words[0].endswith(said), words
    too_late = "et par courriel à ceux qui ne l’ont pas ouvert après 30 jours"
    await louis.say(too_late)
    assert any("un nombre de 1 à 168" in word for word in words_of(louis.card())), "said, and nothing lost"


@pytest.mark.real_time
async def test_in_words_where_nobody_has_set_it_up_it_is_said_plainly(running_bot: RunningBot, ada: Person) -> None:
    await ada.say(
        "Tell everyone tomorrow at 10 that the canteen is closed, and by e-mail to whoever has not opened it."
    )
    assert any("Nobody has set e-mail up here" in word for word in words_of(ada.card())), words_of(ada.card())

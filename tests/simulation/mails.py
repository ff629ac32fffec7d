"""Who was not reached, or has not opened it, gets it by e-mail: from a mail server that answers as the seed says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.mailing.rules import certainly_not_reached
from storage.port.store import Store
from storage.records import Campaign, EngagementKind, MailResult, MailState, MailTo, NotMailed, Result
from tests.simulation.trouble import NEAR, TROUBLED, trouble, until

if TYPE_CHECKING:
    from tests.simulation.world import World

PORT = 2_025
SETTINGS = {
    "SMTP_URL": f"smtp://127.0.0.1:{PORT}",
    "MAIL_FROM": "News <news@contoso.example>",
    "MAILS_PER_MINUTE": "60",
}
WAITS = timedelta(minutes=1)  #: by which the machines sleep while mails wait: a lease, an hour that was told, a rest
A_LOOK = 0.05  #: seconds: the server takes twice as long to say that it has taken one
SOON = timedelta(minutes=10)
LATER = "451 4.7.1 later"


async def mailed(world: World, store: Store, campaign: Campaign) -> None:
    by_mail = campaign.as_scheduled.by_mail
    assert by_mail is not None
    owed = {row.person.id for row in await _rows(store, campaign) if certainly_not_reached(row)}
    await _come_about(world, store, campaign, 0)
    if by_mail.to is MailTo.NOT_OPENED:
        current = await store.campaign(campaign.id)
        assert current is not None and current.mailing is not None
        if current.mailing.next_at is not None:  # they may have slept past it
            await _some_open(world)
            world.leap(current.mailing.next_at - NEAR)
        await _come_about(world, store, campaign, 1)
        owed |= set(await store.people_without(campaign.id, EngagementKind.OPENED))  # nobody has opened it since
    people = [row.person.id for row in await _rows(store, campaign)]
    results = await store.mails_of(campaign.id, people)
    assert results.keys() == owed, f"mails to {sorted(results)}, and {sorted(owed)} were to have one"
    _true(world, await _addresses(store, campaign), results)


async def _rows(store: Store, campaign: Campaign) -> list[Result]:
    return await store.results(campaign.id, 0, 1_000)


async def _addresses(store: Store, campaign: Campaign) -> dict[int, str]:
    return {row.person.id: row.person.address for row in await _rows(store, campaign)}


async def _some_open(world: World) -> None:
    rng = world.chance("opening")
    for person in [one for one in world.people if one.chat.campaigns and rng.random() < 0.5]:
        await world.press_if_there(person, "I have read it")
    await asyncio.sleep(4.0)


async def _come_about(world: World, store: Store, campaign: Campaign, number: int) -> None:
    """This stage is found out, and all its mails have an end."""
    server, rng = world.mail_server, world.chance(f"mail server {number}")
    addresses = sorted((await _addresses(store, campaign)).values())
    for address in addresses:
        if rng.random() < 0.2:  # who does not exist will not exist later
            says = rng.choice((LATER, "550 5.1.1 no such user"))
            server.of_recipient.setdefault(address, says)
    server.of_content = [LATER] * rng.choice((0, 0, 1))
    server.breaks, server.hangs_at = rng.choice((0, 0, 1)), rng.choice(("", "", "", "RCPT", "DATA"))
    if rng.random() < 0.3:
        world.network.trouble[PORT] = rng.choice(("refused", "lost"))
    dies = asyncio.create_task(_die_over_a_mail(world)) if rng.random() < 0.4 else None
    await trouble(world, number, TROUBLED / 2)
    if dies is not None:
        await dies
    server.breaks, server.hangs_at = 0, ""
    server.of_recipient = {to: says for to, says in server.of_recipient.items() if says != LATER}

    slept = 0

    async def is_over() -> bool:
        nonlocal slept
        current, tally = await store.campaign(campaign.id), await store.mail_tally(campaign.id)
        assert current is not None and current.mailing is not None
        if current.mailing.next_at is None:
            over = not tally.open
        else:  # who has quiet hours waits beyond the next stage
            over = number == 0 and current.mailing.reached_out and not await store.mails_due(world.now + SOON)
        if not over:
            slept += 1
            world.leap(world.now + slept * WAITS)
        return over

    await until(is_over, f"mails of stage {number} do not end")


async def _die_over_a_mail(world: World) -> None:
    """The server has taken one, and has not said so yet."""
    before = len(world.mail_server.taken)
    for _ in range(int(TROUBLED / 2 / A_LOOK)):
        if len(world.mail_server.taken) > before:
            await world.mishaps.kill_all(0.5)
            return
        await asyncio.sleep(A_LOOK)


def _true(world: World, addresses: Mapping[int, str], results: Mapping[int, MailResult]) -> None:
    """Nobody has two, and what is said of each is what the server knows."""
    taken = Counter(to for to, _ in world.mail_server.taken)
    twice = [to for to, count in taken.items() if count > 1]
    assert not twice, f"mailed twice: {twice}"
    for person, result in results.items():
        to, has = addresses[person], bool(taken[addresses[person]])
        if result.state is MailState.SENT:  # it may have gone out before they were renamed
            has = has or (to.startswith("renamed") and any(taken[one] for one in world.formerly))
            assert has, f"{to}: sent, and the server has never taken it"
        elif result.state is not MailState.UNCONFIRMED:
            assert not has, f"{to}: {result.state.name} ({result.why}), and the server has taken it"
            refused = to in world.mail_server.of_recipient and result.why is NotMailed.ADDRESS_REFUSED
            assert refused or result.why in (NotMailed.MUTED, NotMailed.LEFT_TOPIC), f"{to}: {result}"
    strangers = taken.keys() - {addresses[person] for person in results} - {*world.formerly}
    assert not strangers, f"mailed, and not to have one: {strangers}"

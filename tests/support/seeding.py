"""A store as it stands after people have installed and an author has scheduled: through the port."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from storage.port.store import Store
from storage.records import (
    ABTest,
    Approval,
    Audience,
    Button,
    ButtonKind,
    ByMail,
    Campaign,
    Channel,
    End,
    FollowUp,
    Frozen,
    Message,
    Person,
    PresenceChoice,
    Repeat,
    Role,
    Schedule,
    Sighting,
    Slot,
    StepSequence,
    TenantId,
    Topic,
    Tracking,
    WorkingHours,
    campaign_life,
)
from tests.support.deeds import A_DEED

TENANT = TenantId("1d8b3c52-7f64-4d0a-9b1e-5a2c3f4e6d70")
ANY_TIME = WorkingHours(opens=time(0), closes=time(0), days=frozenset(range(7)))
NEWSLETTER = Message(
    title="Our autumn",
    body="Hello [FIRSTNAME], **big news** for you.",
    buttons=(
        Button(kind=ButtonKind.LINK, title="Read more", url="https://example.org/autumn"),
        Button(kind=ButtonKind.ACKNOWLEDGE, title="I have read it"),
    ),
)
AT_ONCE = 500  #: installs on their way at the same time


def conversation_of(number: int) -> str:
    return f"a:person-{number}"


def member_of(number: int) -> dict[str, str]:
    """What a Bot Connector knows of this person."""
    return {"id": f"29:person-{number}", "name": f"Person {number}", "email": f"person{number}@contoso.example"}


async def install(
    store: Store, service_url: str, count: int, *, tenant: TenantId = TENANT, first: int = 0
) -> list[Person]:
    """People number ``first`` and on, each in the chat ``conversation_of(number)``."""

    async def one(number: int) -> Person:
        person, _ = await store.remember(
            Sighting(
                tenant=tenant,
                channel=Channel.TEAMS,
                service_url=service_url,
                conversation=conversation_of(number),
                bot="28:crieur",
                user=member_of(number)["id"],
                at=datetime.now(UTC),
                addresses=(member_of(number)["email"],),
                given_name=f"Person{number}",
                surname="O'Neil",
                name=member_of(number)["name"],
                locale="en-GB",
            )
        )
        return person

    people: list[Person] = []
    for start in range(first, first + count, AT_ONCE):
        people += await asyncio.gather(*(one(number) for number in range(start, min(start + AT_ONCE, first + count))))
    return people


async def scheduled(
    store: Store,
    author: Person,
    now: datetime,
    duration: timedelta,
    *,
    audience: Audience | None = None,
    message: Message = NEWSLETTER,
    hours: WorkingHours = ANY_TIME,
    presence: PresenceChoice = PresenceChoice.ALWAYS,
    name: str = "Autumn newsletter",
    tracking: Tracking | None = None,
    approval: Approval | None = None,
    end: End | None = None,
    follow_up: FollowUp | None = None,
    repeat: Repeat | None = None,
    by_mail: ByMail | None = None,
    ab_test: ABTest | None = None,
    sequence: StepSequence | None = None,
    topic: Topic | None = None,
) -> Campaign:
    """A campaign to everyone that starts now; a series whose first occurrence does, where it has a ``repeat``."""
    await store.give_role(author.id, Role.OWNER, deed=A_DEED)
    draft = await store.new_campaign(author.tenant, author.id, name, Channel.TEAMS, now, deed=A_DEED)
    slot = Slot(start=now, duration=duration)
    frozen = Frozen(
        message=message,
        audience=audience or Audience(everyone=True),
        tracking=tracking or Tracking(),
        schedule=Schedule(slot=slot, hours=hours, zone="UTC", presence=presence, repeat=repeat),
        follow_up=follow_up,
        end=end,
        by_mail=by_mail,
        ab_test=ab_test,
        sequence=sequence,
        topic=topic,
    )
    approved = approval or Approval(people=10_000_000)
    return await store.save(replace(campaign_life.schedule(draft, frozen), approval=approved), deed=A_DEED)

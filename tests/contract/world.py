"""People, campaigns and deliveries, arranged and read through the port alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from storage.port.store import Store
from storage.records import (
    COUNTED,
    Audience,
    Campaign,
    Channel,
    Claimed,
    Contact,
    DeliveryState,
    EngagementKind,
    Frozen,
    Message,
    NotReached,
    Person,
    Press,
    Quiet,
    Repeat,
    Schedule,
    Settled,
    Sighting,
    Slot,
    TenantId,
    Who,
    WorkingHours,
    campaign_life,
)
from storage.records.instants import ms
from tests.support.deeds import A_DEED

CONTOSO = TenantId("contoso")
FABRIKAM = TenantId("fabrikam")
NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = NOW + 60 * MINUTE  #: of every slot here
LEASE = MINUTE


def sighting(who: str, /, **changes: Any) -> Sighting:
    """``who``, seen in a personal chat."""
    known: dict[str, Any] = {
        "tenant": CONTOSO,
        "channel": Channel.TEAMS,
        "service_url": "https://smba.example/emea/",
        "conversation": f"chat-{who}",
        "bot": "28:crieur",
        "user": f"29:{who}",
        "at": NOW,
        "directory_id": f"directory-{who}",
        "addresses": (f"{who}@contoso.example",),
        "given_name": who.title(),
        "surname": "Surname",
        "name": f"{who.title()} Surname",
    }
    return Sighting(**(known | changes))


async def install(store: Store, *names: str) -> list[Person]:
    return [(await store.remember(sighting(name)))[0] for name in names]


async def meet(store: Store, tenant: TenantId, contacts: Sequence[Contact]) -> list[Person]:
    """Who is behind them, as they are known then."""
    people = [await store.person(id) for id in await store.meet(tenant, contacts)]
    return [person for person in people if person is not None]


async def drafted(store: Store, author: Person, name: str = "News") -> Campaign:
    return await store.new_campaign(author.tenant, author.id, name, Channel.TEAMS, NOW, deed=A_DEED)


NIGHT = Quiet(begins=time(20), ends=time(8))
LUNCH = Quiet(begins=time(12), ends=time(13, 30))


def frozen(audience: Audience | None = None, start: datetime = NOW, repeat: Repeat | None = None) -> Frozen:
    """For an hour, at any time of the day."""
    return Frozen(
        message=Message(body="Hello"),
        audience=audience or Audience(everyone=True),
        schedule=Schedule(
            slot=Slot(start=start, duration=END - NOW),
            hours=WorkingHours(opens=time(0), closes=time(0), days=frozenset(range(7))),
            zone="Europe/Paris",
            repeat=repeat,
        ),
    )


async def scheduled(store: Store, author: Person, audience: Audience | None = None, name: str = "News") -> Campaign:
    """From NOW to END."""
    return await store.save(campaign_life.schedule(await drafted(store, author, name), frozen(audience)), deed=A_DEED)


async def running(store: Store, author: Person, name: str = "News") -> Campaign:
    """Started, with nobody planned yet."""
    campaign = await scheduled(store, author, name=name)
    assert await store.start(campaign.id, NOW)
    started = await store.campaign(campaign.id)
    assert started is not None
    return started


async def plan(store: Store, campaign: Campaign, dues: Sequence[tuple[Person, datetime | None]]) -> int:
    """A delivery for each person, due then; None waits for an install."""
    planned = [(person.id, ms(due)) for person, due in dues if due]
    people, instants = [person for person, _ in planned], [due for _, due in planned]
    new = await store.plan(campaign.id, people, instants, END)
    return new + await store.plan(campaign.id, [person.id for person, due in dues if not due], None, END)


async def planned(
    store: Store, people: Sequence[Person], *, due: datetime | None = NOW, waiting: Iterable[Person] = ()
) -> Campaign:
    """Running, every one of ``people`` due at ``due``."""
    campaign = await running(store, people[0])
    await plan(store, campaign, [(person, due) for person in people])
    await plan(store, campaign, [(person, None) for person in waiting])
    await store.planned(campaign.id, NOW)
    current = await store.campaign(campaign.id)
    assert current is not None
    return current


async def claim(
    store: Store, campaign: Campaign, holder: int = 1, now: datetime = NOW, limit: int = 100, *, mark: bool = False
) -> list[Claimed]:
    return await store.claim_due(campaign, holder, now, now + LEASE, limit, mark=mark)


async def sent(
    store: Store, campaign: Campaign, holder: int = 1, now: datetime = NOW, limit: int = 100
) -> list[Claimed]:
    """Claimed and marked: the requests may have left."""
    claimed = await claim(store, campaign, holder, now, limit)
    assert await store.mark_sending(claimed, holder, now + LEASE) == {delivery.id for delivery in claimed}
    return claimed


def outcome(delivery: Claimed, state: DeliveryState = DeliveryState.DELIVERED, **changes: Any) -> Settled:
    known: dict[str, Any] = {
        "id": delivery.id,
        "campaign": delivery.campaign,
        "person": delivery.person.id,
        "channel": Channel.TEAMS,
        "state": state,
        "at": NOW,
        "profile": delivery.profile,
    }
    return Settled(**(known | changes))


def refused(delivery: Claimed) -> Settled:
    return outcome(delivery, DeliveryState.FAILED, reason=NotReached.REFUSED, detail="400 BadSyntax")


def opened(
    campaign: Campaign, person: Person, at: datetime = NOW, kind: EngagementKind = EngagementKind.OPENED
) -> Press:
    return Press(campaign=campaign.id, who=Who(person.id), kind=kind, at=at)


async def state_of(store: Store, campaign: Campaign, person: Person) -> int | None:
    return await store.delivery_state(campaign.id, person.id)


async def counted(store: Store, campaign: Campaign) -> Counter[int]:
    """The deliveries of a campaign by state, one by one."""
    states = Counter[int]()
    for person in await store.planned_people(campaign.id):
        state = await store.delivery_state(campaign.id, person)  # type: ignore[arg-type]
        assert state is not None
        states[state] += 1
    return states


async def tallied_right(store: Store, campaign: Campaign) -> None:
    """The tally says what a count of the deliveries says."""
    tally = await store.tally(campaign.id)
    states = await counted(store, campaign)
    assert dict(tally.states) == dict(states)
    unhappy = sum(count for state, count in states.items() if state > DeliveryState.DELIVERED)
    assert sum(tally.reasons.values()) == unhappy
    figures = await store.profile_figures(campaign.id)
    if sum(one.recipients for one in figures) == tally.total:  # all were planned with what is known of them
        assert sum(one.sent for one in figures) == tally.delivered
        people = {row.kind: row.people for row in await store.engagement(campaign.id) if row.button is None}
        for kind in COUNTED:
            assert sum(getattr(one, kind) for one in figures) == people.get(kind, 0), kind

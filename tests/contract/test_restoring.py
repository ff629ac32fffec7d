"""A store that comes from a backup: what may have happened since is doubted, the rest stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.ops.restore import restored
from storage.mongo import MongoStore
from storage.port.store import Store
from storage.records import (
    Audience,
    CampaignState,
    DeliveryState,
    DirectoryUser,
    NotReached,
    Person,
    Source,
    SourceKind,
    StaleVersion,
    StorageError,
)
from storage.records.campaign_life import submit
from storage.shared.backup import taken_at
from storage.sqlite import SqliteStore
from tests.contract.world import (
    CONTOSO,
    END,
    MINUTE,
    NOW,
    drafted,
    install,
    outcome,
    plan,
    running,
    scheduled,
    sent,
    state_of,
    tallied_right,
)
from tests.support.deeds import A_DEED


async def test_what_was_due_on_its_way_or_waiting_is_unconfirmed(store: Store) -> None:
    ada, grace, louis, marie = await install(store, "ada", "grace", "louis", "marie")
    zoe = await unreachable(store)
    campaign = await running(store, ada)
    await plan(store, campaign, [(ada, NOW), (grace, NOW), (louis, NOW + 2 * MINUTE), (marie, END), (zoe, None)])
    assert await state_of(store, campaign, zoe) == DeliveryState.WAITING
    first, _ = await sent(store, campaign, limit=2)
    await store.record([outcome(first)], 1)  # the other one is on its way
    await store.planned(campaign.id, NOW)
    done = 0
    while some := await store.doubt(campaign.id, NOW + 5 * MINUTE):
        done += some
    assert await store.doubt(campaign.id, NOW + 5 * MINUTE) == 0, "twice is once"
    states = {person.given_name: await state_of(store, campaign, person) for person in (ada, grace, louis, marie)}
    settled = {states["Ada"], states["Grace"]}
    assert settled == {DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED}
    assert states["Louis"] == DeliveryState.UNCONFIRMED, "it was due"
    assert await state_of(store, campaign, zoe) == DeliveryState.UNCONFIRMED, "may have installed the bot since"
    assert states["Marie"] == DeliveryState.PLANNED, "its time is still to come"
    await tallied_right(store, campaign)
    tally = await store.tally(campaign.id)
    assert tally.reasons == {NotReached.RESTORED: done}


async def test_numbers_given_since_are_not_given_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    before = await drafted(store, ada)
    await store.skip_numbers()
    after = await drafted(store, ada)
    team = await store.new_list(CONTOSO, ada.id, "Team", [ada.id], deed=A_DEED)
    (grace,) = await install(store, "grace")
    assert after.id > before.id + 1_000 and team.id > 1_000 and grace.id > ada.id + 1_000


async def unreachable(store: Store) -> Person:
    """Zoe, whom a list names, and who has no chat with the bot."""
    zoe = DirectoryUser(directory_id="directory-zoe", addresses=("zoe@contoso.example",), given_name="Zoe")
    [id] = await store.know(CONTOSO, [zoe], NOW)
    person = await store.person(id)
    assert person is not None
    return person


async def test_a_campaign_whose_planning_was_cut_off_is_doubted_for_everybody_who_has_no_delivery_yet(
    store: Store,
) -> None:
    """They may have been given one since, and the message with it."""
    ada, grace, louis = await install(store, "ada", "grace", "louis")
    campaign = await running(store, ada)
    await plan(store, campaign, [(ada, END)])
    lines: list[str] = []
    await restored(store, NOW + MINUTE, lines.append)
    after = await store.campaign(campaign.id)
    assert after is not None and after.planned_at and after.state is CampaignState.RUNNING
    assert await state_of(store, campaign, ada) == DeliveryState.PLANNED, "its time is still to come"
    for person in (grace, louis):
        assert await state_of(store, campaign, person) == DeliveryState.UNCONFIRMED
    await tallied_right(store, campaign)
    assert "ada@contoso.example was running: 2 messages" in lines[0]
    *_, (_, entry) = await store.audit_from(0, 99, CONTOSO, None)
    assert entry.by is None and entry.id == str(campaign.id), "done by the operator"


async def test_a_list_that_had_still_to_be_read_is_named_to_the_operator(store: Store) -> None:
    (ada,) = await install(store, "ada")
    source = Source(kind=SourceKind.GROUP, id="group-sales", name="Sales")
    sales = await store.list_from(CONTOSO, ada.id, "Sales", source, deed=A_DEED)
    campaign = await scheduled(store, ada, Audience(lists=(sales.id,)))
    assert await store.start(campaign.id, NOW)
    lines: list[str] = []
    await restored(store, NOW + MINUTE, lines.append)
    assert any(f"lists {sales.id} are read from elsewhere" in line for line in lines)
    after = await store.campaign(campaign.id)
    assert after is not None and after.planned_at, "it is not read, and sent to, by itself"


async def test_what_was_scheduled_or_waited_for_approval_is_a_draft_that_no_older_or_later_card_can_change(
    store: Store,
) -> None:
    (ada,) = await install(store, "ada")
    on_time = await scheduled(store, ada)
    asked = await scheduled(store, ada)
    asked = await store.save(submit(asked, ada.id), deed=A_DEED)
    draft = await drafted(store, ada)
    lines: list[str] = []
    await restored(store, NOW - MINUTE, lines.append)
    for before in (on_time, asked, draft):
        after = await store.campaign(before.id)
        assert after is not None and after.state is CampaignState.DRAFT
        assert after.version > before.version + 1_000, "a card from after the backup is not taken for one of these"
        with pytest.raises(StaleVersion):
            await store.save(replace(before, name="Changed"), deed=A_DEED)
    assert await store.due_to_start(END) == []
    assert sum("is a draft again" in line for line in lines) == 2, "each is named"
    await restored(store, NOW, lines.append)
    assert sum("is a draft again" in line for line in lines) == 2, "twice is once"


async def test_a_backup_says_what_it_is_and_the_store_that_goes_on_does_not(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    if isinstance(store, MongoStore):
        with pytest.raises(StorageError, match=r"docs/deploy\.md"):
            await store.backup(target)
        return
    (ada,) = await install(store, "ada")
    await store.backup(target)
    with pytest.raises(StorageError, match="is there already"):
        await store.backup(target)
    with pytest.raises(StorageError):
        await store.backup(tmp_path / "nowhere" / "backup.db")
    assert await taken_at(store) is None
    copy = SqliteStore(target)
    await copy.open()
    taken = await taken_at(copy)
    assert taken is not None
    assert await copy.person(ada.id) == ada
    await copy.close()

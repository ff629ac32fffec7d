"""Tracked links: what we signed is read; anything else is refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.keys import OwnKeys
from bot.web.links import LENGTH, SignedLinks
from bot.web.links import LINKS as LINKS_NAME
from dialogs.core.ports import Click
from storage.records import CampaignId, PersonId, Who
from storage.sqlite import SqliteStore
from tests.support.clocks import LeapingClock
from tests.unit.test_variables import person

LINKS = SignedLinks.with_secret("https://crieur.contoso.com", b"s" * 32)
OTHER = SignedLinks.with_secret("https://crieur.contoso.com", b"S" * 32)
ADA = person(id=PersonId(7))
BUTTON = ".1"
DAY = 86_400.0

ids = st.integers(1, 2**53)


def click(**changes: Any) -> Click:
    return Click(**{"campaign": CampaignId(42), "who": Who(7), "button": 1, "test": False, **changes})


@given(ids, ids, st.integers(0, 5), st.booleans())
def test_what_was_signed_is_read(campaign: int, recipient: int, button: int, test: bool) -> None:
    make = LINKS.test_token if test else LINKS.token
    token = make(CampaignId(campaign), person(id=PersonId(recipient)))
    assert LINKS.read(f"{token}.{button}") == Click(
        campaign=CampaignId(campaign), who=Who(recipient), button=button, test=test
    )
    assert len(f"{token}.{button}") <= LENGTH


def test_a_test_is_told_from_the_real_thing() -> None:
    test = LINKS.test_token(CampaignId(42), ADA)
    assert LINKS.read(test + BUTTON) == click(test=True)
    signature = test.rpartition(".")[2]
    assert LINKS.read(f"42.7.{signature}.1") is None
    assert LINKS.read(LINKS.token(CampaignId(42), ADA).replace("42.7.", "42.7t.") + BUTTON) is None


def test_a_pseudonym_is_its_recipients_alone() -> None:
    louis = replace(ADA, id=PersonId(ADA.id + 1))
    for _ in range(50):
        token = LINKS.pseudonym(CampaignId(42), ADA)
        assert LINKS.read_pseudonym(token, ADA) and LINKS.read_pseudonym(token, louis) is None


def test_a_pseudonym_is_another_one_each_time_and_is_nobody() -> None:
    tokens = {LINKS.pseudonym(CampaignId(42), ADA) for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        read = LINKS.read(token + BUTTON)
        assert read is not None and read == click(who=read.who) and -(2**61) <= read.who < 0
        assert LINKS.read_pseudonym(token, ADA) == click(who=read.who, button=0)
    assert LINKS.read_pseudonym(LINKS.token(CampaignId(42), ADA), ADA) is None, "a person is no pseudonym"
    assert LINKS.read_pseudonym(LINKS.test_token(CampaignId(42), ADA), ADA) is None
    assert LINKS.read_pseudonym(OTHER.pseudonym(CampaignId(42), ADA), ADA) is None
    for wrong in ("", ".", "42.7a", "42.7a.x", "é"):
        assert LINKS.read_pseudonym(wrong, ADA) is None


def test_a_link_signed_with_another_secret_is_refused() -> None:
    assert LINKS.read(OTHER.token(CampaignId(42), ADA) + BUTTON) is None


def test_a_link_holds_neither_name_address_nor_destination() -> None:
    token = LINKS.token(CampaignId(42), person(id=PersonId(7), given_name="Ada", name="Ada Lovelace"))
    assert token.startswith("42.7.")
    assert "ada" not in token.lower().replace(token.rpartition(".")[2].lower(), "")


GOOD = LINKS.token(CampaignId(42), ADA) + BUTTON


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_truncated_link_is_refused(length: int) -> None:
    assert LINKS.read(GOOD[:length]) is None


@given(st.integers(0, len(GOOD) - 1), st.characters(categories=["L", "N", "P", "S"]))
def test_a_changed_link_never_speaks_of_anybody_else(place: int, character: str) -> None:
    read = LINKS.read(GOOD[:place] + character + GOOD[place + 1 :])
    # the button is not signed
    assert read is None or read == click(button=read.button)


@given(
    st.one_of(st.text(max_size=250), st.text("0123456789.t-_", max_size=80), st.just(GOOD).map(lambda x: x + "0" * 150))
)
@example("")
@example(".")
@example("....")
@example("42.7.x.1")
@example("\ud800.1")
@example(GOOD[:-1] + "²")
@example(GOOD[:-1] + "١")
@example(GOOD[:-1] + "-1")
@example(GOOD + ".1")
def test_anything_else_is_refused_never_raised(path: str) -> None:
    read = LINKS.read(path)
    assert read is None or path.startswith(GOOD)


# --- keys that change -------------------------------------------------------------------------


async def test_links_of_former_keys_are_taken_for_a_year(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "keys.db"), LeapingClock()
    await store.open()
    keys = OwnKeys(store, clock)
    first = await keys.of(LINKS_NAME)
    old = SignedLinks("", first).token(CampaignId(7), ADA)
    assert first == await keys.of(LINKS_NAME), "a young key stays"
    clock.forward(91 * DAY)
    second = await keys.of(LINKS_NAME)
    assert len(second) == 2 and second[1] == first[0] and second[0] != first[0]
    links = SignedLinks("", second)
    assert links.read(f"{old}.0") is not None
    assert links.token(CampaignId(7), ADA) != old
    clock.forward(401 * DAY)
    later = await keys.of(LINKS_NAME)
    assert first[0] not in later
    assert SignedLinks("", later).read(f"{old}.0") is None
    await store.close()


async def test_a_key_is_followed_by_another_when_asked(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "keys.db"), LeapingClock()
    await store.open()
    keys = OwnKeys(store, clock)
    first = await keys.of(LINKS_NAME)
    second = await keys.renew(LINKS_NAME)
    assert second[1:] == first
    assert await keys.of(LINKS_NAME) == second
    both = await asyncio.gather(*(keys.renew(LINKS_NAME) for _ in range(2)))
    assert both[0] == both[1] and len(both[0]) == 3, "two copies at once make one"
    await store.close()


async def test_links_from_before_there_were_several_keys_work_on(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "keys.db")
    await store.open()
    old = SignedLinks("", [await store.secret("links")]).token(CampaignId(7), ADA)
    assert SignedLinks("", await OwnKeys(store, LeapingClock()).of(LINKS_NAME)).read(f"{old}.1") is not None
    await store.close()


async def test_a_copy_of_the_store_alone_signs_nothing_where_a_key_is_kept_apart(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "keys.db"), LeapingClock()
    await store.open()
    before = SignedLinks("", await OwnKeys(store, clock).of(LINKS_NAME)).token(CampaignId(7), ADA)
    apart = OwnKeys(store, clock, b"kept in a vault, and in no backup")
    links = SignedLinks("", await apart.of(LINKS_NAME))
    token = links.token(CampaignId(7), ADA)
    assert links.read(f"{before}.0") is not None, "what was signed before works on"
    thief = SignedLinks("", await OwnKeys(store, clock).of(LINKS_NAME))
    assert thief.read(f"{token}.0") is None
    secrets = [await store.secret("links"), await store.secret("links/1")]
    assert SignedLinks("", secrets).read(f"{token}.0") is None
    await apart.renew(LINKS_NAME, forget_former=True)
    ours = SignedLinks("", await apart.of(LINKS_NAME))
    assert ours.read(f"{thief.token(CampaignId(7), ADA)}.0") is None
    await store.close()


async def test_copies_with_other_keys_apart_do_not_make_keys_for_ever(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "keys.db"), LeapingClock()
    await store.open()
    copies = [OwnKeys(store, clock, key * 32) for key in (b"a", b"b")]
    first = [await keys.of(LINKS_NAME) for keys in copies]
    assert [await keys.of(LINKS_NAME) for keys in copies] == first
    await store.close()

"""Templates: kept as they were made, seen by whom they are for, found by name."""

from __future__ import annotations

from collections.abc import Mapping

from storage.port.store import Store
from storage.records import Channel, PersonId, Template, TemplateId, TenantId
from tests.contract.world import CONTOSO, FABRIKAM, NOW, install
from tests.support.deeds import A_DEED

FORMS: Mapping[str, Mapping[str, str]] = {
    "message": {"body": "Hello [FIRSTNAME|there]", "a.b$c": ""},
    "message.fr": {"body": "Nouvelles d’été – 新闻"},
    "schedule": {},
}


async def made(
    store: Store, owner: PersonId, name: str, *, shared: bool = False, tenant: TenantId = CONTOSO
) -> Template:
    return await store.new_template(tenant, owner, name, Channel.TEAMS, FORMS, NOW, shared=shared, deed=A_DEED)


async def names(store: Store, person: PersonId, limit: int = 10, offset: int = 0, find: str = "") -> list[str]:
    return [template.name for template in await store.templates(CONTOSO, person, limit, offset, find)]


async def test_all_that_a_template_says_comes_back(store: Store) -> None:
    (ada,) = await install(store, "ada")
    template = await store.new_template(CONTOSO, ada.id, "Été", Channel.SKYPE, FORMS, NOW, shared=True, deed=A_DEED)
    assert (template.owner, template.channel, template.forms, template.shared) == (ada.id, Channel.SKYPE, FORMS, True)
    assert template.created_at == NOW and template.tenant == CONTOSO
    assert await store.template(template.id) == template
    assert await store.template(TemplateId(999)) is None


async def test_ones_own_and_shared_ones_are_there_by_name(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    await made(store, ada.id, "b mine")
    await made(store, ada.id, "C shared", shared=True)
    await made(store, louis.id, "A his")
    await made(store, louis.id, "a shared", shared=True)
    await made(store, ada.id, "Theirs", shared=True, tenant=FABRIKAM)
    assert await names(store, ada.id) == ["a shared", "b mine", "C shared"]
    assert await names(store, louis.id) == ["A his", "a shared", "C shared"]
    assert await names(store, PersonId(999)) == ["a shared", "C shared"]
    assert await store.count_templates(CONTOSO, ada.id) == 3


async def test_they_are_found_by_name_and_leafed_through(store: Store) -> None:
    (ada,) = await install(store, "ada")
    for name in ("Élan", "élan vital", "100% 'quoted' (x)", "élan"):
        await made(store, ada.id, name)
    assert await names(store, ada.id, find="ÉLAN") == ["Élan", "élan", "élan vital"]
    assert await names(store, ada.id, 2, 1, "élan") == ["élan", "élan vital"]
    assert await names(store, ada.id, find="% 'QUOTED' (") == ["100% 'quoted' (x)"]
    assert await store.count_templates(CONTOSO, ada.id, "élan") == 3
    assert await names(store, ada.id, find=".*") == [] and await store.count_templates(CONTOSO, ada.id, ".*") == 0


async def test_it_is_renamed_and_shared(store: Store) -> None:
    ada, louis = await install(store, "ada", "louis")
    template = await made(store, ada.id, "Old")
    changed = await store.change_template(template.id, "New", shared=True, deed=A_DEED)
    assert changed is not None and (changed.name, changed.shared, changed.forms) == ("New", True, FORMS)
    assert await store.template(template.id) == changed
    assert await names(store, louis.id, find="new") == ["New"] and await names(store, louis.id, find="old") == []
    await store.change_template(template.id, "New", shared=False, deed=A_DEED)
    assert await names(store, louis.id) == []


async def test_what_is_deleted_is_gone_and_its_number_is_not_given_again(store: Store) -> None:
    (ada,) = await install(store, "ada")
    template = await made(store, ada.id, "Old")
    for _ in range(2):
        await store.delete_template(template.id, deed=A_DEED)
    assert await store.template(template.id) is None and await names(store, ada.id) == []
    assert await store.change_template(template.id, "Back", shared=True, deed=A_DEED) is None
    assert (await made(store, ada.id, "Next")).id != template.id


async def test_who_is_erased_takes_what_nobody_else_saw(store: Store) -> None:
    ada, grace = await install(store, "ada", "grace")
    await made(store, grace.id, "Her own")
    shared = await made(store, grace.id, "Everybody's", shared=True)
    others = await made(store, ada.id, "Ada's")
    (kept,) = await store.kept_of("grace@contoso.example")
    assert len(kept["template"]) == 2
    await store.erase("grace@contoso.example", deed=A_DEED)
    assert await names(store, grace.id) == ["Everybody's"]
    assert await store.template(shared.id) == shared and await store.template(others.id) == others

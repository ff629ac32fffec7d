"""A campaign that is shared with another author: seen and used, in every state, and changed by nobody else."""

from __future__ import annotations

from storage.records import CampaignState, DeedKind, TenantId
from tests.bot.story import asked, draft, handle_of, launch, make_author, newest
from tests.conftest import RunningBot
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, words_of


async def test_a_running_campaign_is_shared_and_unshared(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_author(ada, louis)
    await draft(ada)
    campaign = await launch(ada, running_bot)
    assert not any("Autumn newsletter" in word for word in await asked(louis, "campagnes"))
    known = await running_bot.store.person_at(TENANT, louis.address)
    assert known
    await ada.say("info autumn")
    await ada.press("Share it")
    card = (await ada.press("Save", authors=str(known.id)))["value"]
    assert "Saved." in words_of(card)
    shared = await newest(running_bot)
    assert shared.shared_with == {known.id} and shared.state is CampaignState.RUNNING
    assert shared.frozen == campaign.frozen
    words = await asked(louis, "campagnes")
    assert any("Autumn newsletter" in word for word in words) and any("par Ada Lovelace" in word for word in words)
    assert any("Rapport" in word for word in await asked(louis, "rapport autumn"))
    for verb in ("delete.open", "share.open", "share.save"):
        answer = await louis.execute(verb, handle_of(shared, authors=""), louis.cards()[-1][0])
        assert any(word.startswith("Vous pouvez regarder cette campagne") for word in words_of(answer["value"])), verb
    assert (await newest(running_bot)).shared_with == {known.id}
    deeds = [entry.deed for _, entry in await audit_of(running_bot.store, TenantId(TENANT))]
    assert DeedKind.SHARED in deeds
    await ada.say("info autumn")
    await ada.press("Share it")
    await ada.press("Save", authors="")
    assert not any("Autumn newsletter" in word for word in await asked(louis, "campagnes"))

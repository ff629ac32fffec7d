"""S28: a campaign is kept as a template; new ones begin with it; it is renamed, shared, deleted."""

from __future__ import annotations

from storage.records import CampaignState, Channel, DeedKind, Role, Subject, Template
from tests.bot.story import (
    MESSAGE,
    asked,
    draft,
    error_beside,
    fields_of,
    handle_of,
    launch,
    make_author,
    make_publisher,
    newest,
)
from tests.bot.test_copies import whole_draft
from tests.conftest import RunningBot
from tests.support.deeds import A_DEED
from tests.support.kept import audit_of
from tests.support.organisation import TENANT, Person, actions_of, words_of

START = {"start", "date", "time"}


async def keep(author: Person, name: str = "", *, sharing: str = "me") -> None:
    """From the review that is open."""
    await author.press("Save as a template")
    fields = {"template_name": name} if name else {}
    await author.press("Save", sharing=sharing, **fields)


async def the_template(running_bot: RunningBot, who: Person) -> Template:
    person = await running_bot.store.person_at(TENANT, who.address)
    assert person is not None
    [template] = await running_bot.store.templates(person.tenant, person.id, 10)
    return template


def buttons(person: Person) -> list[object]:
    return [action.get("title") for action in actions_of(person.card())]


async def test_a_campaign_is_kept_with_its_languages_picture_audience_and_hours(
    running_bot: RunningBot, ada: Person
) -> None:
    await whole_draft(ada)
    first = await newest(running_bot)
    form = (await ada.press("Save as a template"))["value"]
    assert fields_of(form) == {"template_name": "Autumn newsletter", "sharing": "me"}
    await ada.press("Save", template_name="  Seasons  ")
    assert ada.reads("Saved as a template. You find it under **templates**.")
    assert ada.reads("Audience and schedule"), "the review goes on"
    template = await the_template(running_bot, ada)
    assert (template.name, template.shared) == ("Seasons", False)
    assert template.forms["message"] == {k: v for k, v in first.forms["message"].items() if k != "name"}
    assert template.forms["message.fr"] == first.forms["message.fr"]
    assert template.forms["audience"] == {
        k: v for k, v in first.forms["audience"].items() if k not in ("find", "addresses", "list_name")
    }
    assert template.forms["schedule"] == {k: v for k, v in first.forms["schedule"].items() if k not in START}
    assert await newest(running_bot) == first, "the campaign is as it was"

    await ada.say("templates")
    await ada.press("Begin")
    begun = await newest(running_bot)
    assert begun.id != first.id and begun.name == "Seasons" and begun.state is CampaignState.DRAFT
    assert (
        fields_of(ada.card()).items() >= {"name": "Seasons", "title": MESSAGE["title"], "image_alt": "A tree"}.items()
    )
    await ada.press("To the review")
    assert "**Schedule**: Please choose when it starts." in words_of(ada.card())
    assert await the_template(running_bot, ada) == template


async def test_a_new_campaign_offers_them_and_is_filled(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    assert "Begin with a template" not in buttons(ada), "as long as there are none"
    await draft(ada)
    await keep(ada, "Seasons")
    await ada.say("new campaign Spring")
    new = await newest(running_bot)
    await ada.press("Begin with a template")
    assert ada.reads("Which template shall it begin with?")
    await ada.press("Begin")
    filled = await newest(running_bot)
    assert filled.id == new.id and filled.name == "Spring", "no empty draft is left behind"
    assert filled.forms["message"]["body"] == MESSAGE["body"]
    assert fields_of(ada.card())["name"] == "Spring"
    assert "Begin with a template" not in buttons(ada), "what has begun is not replaced"


async def test_what_was_typed_before_a_template_was_chosen_is_kept(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await keep(ada, "Seasons")
    await ada.say("new campaign Typed")
    await ada.press("Begin with a template", name="Typed", body="Half a text")
    typed = await newest(running_bot)
    await ada.press("Begin")
    kept = await running_bot.store.campaign(typed.id)
    assert kept is not None and kept.forms["message"]["body"] == "Half a text"
    begun = await newest(running_bot)
    assert begun.id != typed.id and begun.forms["message"]["body"] == MESSAGE["body"]


async def test_a_list_that_was_chosen_first_stays(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada, {"audience": "", "list_name": "Managers", "addresses": ada.address})
    await keep(ada, "Seasons")
    await ada.say("list managers")
    await ada.press("New campaign for it")
    chosen = (await newest(running_bot)).forms["audience"]["audience"]
    await ada.press("Begin with a template")
    await ada.press("Begin")
    assert (await newest(running_bot)).forms["audience"]["audience"] == chosen


async def test_it_is_private_until_it_is_shared(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_author(ada, louis)
    await draft(ada)
    await keep(ada, "Seasons")
    template = await the_template(running_bot, ada)
    assert any("Il n’y en a pas encore" in word for word in await asked(louis, "modèles"))
    for verb in ("template.open", "template.use", "template.settings", "template.delete.confirm"):
        answer = await louis.execute(verb, {"template": template.id}, louis.cards()[-1][0])
        assert "Ce modèle n’existe plus." in words_of(answer["value"]), verb
    await ada.say("share template seasons")
    await ada.press("Save", sharing="all")
    assert ada.reads("for all authors")
    words = await asked(louis, "modèle seasons")
    assert "Ada Lovelace" in words and "pour tous les auteurs" in words
    assert not {"Nom et partage", "Supprimer"} & {*buttons(louis)}
    for verb in ("template.settings", "template.save", "template.delete", "template.delete.confirm"):
        answer = await louis.execute(verb, {"template": template.id, "template_name": "His"}, louis.cards()[-1][0])
        assert any("Seule la personne qui a fait ce modèle" in word for word in words_of(answer["value"])), verb
    shared = await the_template(running_bot, ada)
    assert (shared.name, shared.shared) == ("Seasons", True)
    await louis.say("utiliser le modèle seasons")
    begun = await newest(running_bot)
    person = await running_bot.store.person_at(TENANT, louis.address)
    assert person is not None and (begun.author, begun.name) == (person.id, "Seasons")


async def test_the_owner_tidies_up_what_is_everybodys(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await make_publisher(ada, louis)
    await draft(ada)
    await louis.say("enregistrer comme modèle autumn")
    await louis.press("Enregistrer", template_name="Saisons", sharing="all")
    await ada.say("templates")
    assert ada.reads("by Louis Pasteur")
    await ada.say("rename template saisons")
    answer = (await ada.press("Save", template_name="Seasons", sharing="me"))["value"]
    assert "Saved." in words_of(answer) and "Seasons" not in words_of(answer)
    assert (await the_template(running_bot, louis)).name == "Seasons", "it is Louis's again"


async def test_a_wrong_name_is_said_beside_its_field(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await keep(ada, "Seasons")
    form = (await ada.press("Save as a template"))["value"]
    wrong = (("", "Please give the template a name."), ("x" * 101, "That is too long: 101 characters of 100."),
             ("seasons", "There is a template of this name already."))  # fmt: skip
    for name, error in wrong:
        answer = (await ada.press("Save", card=form, template_name=name, sharing="all"))["value"]
        assert error_beside(answer, "template_name") == error
        assert fields_of(answer) == {"template_name": name, "sharing": "all"}, "nothing is lost"
    await the_template(running_bot, ada)
    await ada.say("rename template seasons")
    await ada.press("Save", template_name="SEASONS")
    assert (await the_template(running_bot, ada)).name == "SEASONS", "its own name is not taken"
    proposed = (await ada.press("Save as a template", card=(await ada_review(ada))))["value"]
    assert fields_of(proposed)["template_name"] == "Autumn newsletter"


async def ada_review(ada: Person) -> dict[str, object]:
    await ada.say("edit autumn")
    return ada.card()


async def test_running_campaigns_are_kept_too_and_a_deleted_list_is_said(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada, {"audience": "", "list_name": "Managers", "addresses": ada.address})
    campaign = await launch(ada, running_bot)
    await ada.say("information autumn newsletter")
    await ada.press("Save as a template")
    await ada.press("Save", template_name="Seasons")
    assert ada.reads("Saved as a template.") and ada.reads("Working hours"), "the information is shown again"
    again = await running_bot.store.campaign(campaign.id)
    assert again is not None and again.forms == campaign.forms
    template = await the_template(running_bot, ada)
    assert "list:" in template.forms["audience"]["audience"]


async def test_what_a_template_names_and_is_gone_is_said(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada, {"audience": "", "list_name": "Managers", "addresses": ada.address})
    await keep(ada, "Seasons")
    [team] = await running_bot.store.lists(TENANT)
    await running_bot.store.delete_list(team.id, deed=A_DEED)
    assert any("A list that it names is gone." in word for word in await asked(ada, "template seasons"))
    await ada.press("Begin a campaign with it")
    await ada.press("To the review")
    assert ada.reads("A list that it names is gone. Please choose again.")


async def test_it_is_deleted_after_a_confirmation_and_campaigns_stay(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    await keep(ada, "Seasons")
    await ada.say("use template seasons")
    begun = await newest(running_bot)
    await ada.say("delete template seasons")
    confirmation = ada.card()
    template = await the_template(running_bot, ada)
    await ada.press("Yes, delete the template")
    assert ada.reads("“Seasons” is deleted.") and await running_bot.store.template(template.id) is None
    assert await running_bot.store.campaign(begun.id) == begun
    answer = (await ada.press("Yes, delete the template", card=confirmation))["value"]
    assert "This template is gone." in words_of(answer)
    answer = await ada.execute("template.use", {"template": template.id}, ada.cards()[-1][0])
    assert "This template is gone." in words_of(answer["value"])


async def test_many_are_found_by_name_and_leafed_through(running_bot: RunningBot, ada: Person) -> None:
    person = await running_bot.store.person_at(TENANT, ada.address)
    assert person is not None
    for number in range(9):
        name = f"{'Spring' if number % 2 else 'Autumn'} {number}"
        await running_bot.store.new_template(
            person.tenant, person.id, name, Channel.TEAMS, {}, running_bot.clock.now(), shared=False, deed=A_DEED
        )
    await ada.say("templates")
    assert ada.reads("Page 1 of 2") and ada.reads("**Autumn 0**") and not ada.reads("Spring 7")
    await ada.press("Next")
    assert ada.reads("**Spring 7**")
    await ada.say("templates SPRING")
    assert ada.reads("**Spring 1**") and not ada.reads("Autumn 0")
    await ada.press("Find", find="winter")
    assert ada.reads("No template has “winter” in its name.")
    assert any("I know no template “winter”." in word for word in await asked(ada, "template winter"))


async def test_it_is_in_the_audit(running_bot: RunningBot, ada: Person) -> None:
    await draft(ada)
    campaign = await newest(running_bot)
    await keep(ada, "Seasons")
    template = await the_template(running_bot, ada)
    await ada.say("share template seasons")
    await ada.press("Save", sharing="all")
    await ada.say("use template seasons")
    begun = await newest(running_bot)
    await ada.say("delete template seasons")
    await ada.press("Yes, delete the template")
    entries = [entry for _, entry in await audit_of(running_bot.store, ada.tenant, 4)]  # type: ignore[arg-type]
    of = (Subject.TEMPLATE, str(template.id), "Seasons")
    assert [(entry.deed, entry.subject, entry.id, entry.name) for entry in reversed(entries)] == [
        (DeedKind.CREATED, *of),
        (DeedKind.SHARED, *of),
        (DeedKind.CREATED, Subject.CAMPAIGN, str(begun.id), "Seasons"),
        (DeedKind.DELETED, *of),
    ]
    assert entries[-1].details == {"copy_of": str(campaign.id)}
    assert entries[1].details == {"template": str(template.id)}


async def test_who_is_no_author_has_no_templates(running_bot: RunningBot, ada: Person, louis: Person) -> None:
    await draft(ada)
    campaign = await newest(running_bot)
    await keep(ada, "Seasons", sharing="all")
    template = await the_template(running_bot, ada)
    before = await running_bot.store.count_campaigns(TENANT)
    for words in ("modèles", "modèle seasons", "utiliser le modèle seasons", "supprimer le modèle seasons"):
        assert not any("Seasons" in word for word in await asked(louis, words))
    for verb in ("template.use", "template.open", "template.delete.confirm", "template.make", "template.keep"):
        form = {**handle_of(campaign), "template": template.id, "template_name": "His"}
        await louis.execute(verb, form, "1")
    assert await the_template(running_bot, ada) == template
    assert await running_bot.store.count_campaigns(TENANT) == before
    person = await running_bot.store.person_at(TENANT, louis.address)
    assert person is not None and await running_bot.store.role(person.id) is not Role.AUTHOR


async def test_nonsense_in_place_of_a_number_is_answered(running_bot: RunningBot, ada: Person) -> None:
    for nonsense in ("x", None, -1, 2**70, {"a": 1}, "1e9"):
        answer = await ada.execute("template.open", {"template": nonsense}, ada.cards()[-1][0])
        assert "This template is gone." in words_of(answer["value"])

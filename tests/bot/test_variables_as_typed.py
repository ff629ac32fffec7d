"""Variables as people type them, over HTTP: filled, refused beside the field or asked about; never sent as typed."""

from __future__ import annotations

import pytest

from tests.bot.story import ANY_TIME_NOW, MESSAGE, broadcast, error_beside, fields_of, make_publisher
from tests.conftest import RunningBot
from tests.support.organisation import Person, actions_of, words_of

BODY = (
    "Bonjour [Prénom], {{firstname}} and %FIRSTNAME%! [FIRSTNAME](https://contoso.com/you), your"
    " [survey](https://contoso.com/?who=[EMAIL]&dept=[Last name]).\n\n2026. A good year"
)


async def test_what_is_meant_as_a_variable_arrives_filled(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    typed = {**MESSAGE, "title": "[URGENT] for [First name]", "body": BODY}
    card = (await ada.press("Next: audience", **typed))["value"]
    assert error_beside(card, "title") == "I don’t know [URGENT]. Did you mean [PRENOM]?"
    await ada.press("That is my own text")
    await ada.press("Next: audience")
    await ada.press("Next: schedule", audience="everyone")
    await ada.press("Next: review", **ANY_TIME_NOW)
    await broadcast(ada, running_bot)
    card = await ada.sees("[URGENT] for Ada")
    [text] = [word for word in words_of(card) if word.startswith("Bonjour")]
    assert text.startswith("Bonjour Ada, Ada and Ada! [Ada](")
    assert f"https://contoso.com/?who={ada.address.replace('@', '%40')}&dept=Lovelace" in text
    assert "2026\\. A good year" in words_of(card)


async def test_le_texte_entre_crochets_est_demande_une_fois(
    running_bot: RunningBot, ada: Person, louis: Person
) -> None:
    await make_publisher(ada, louis)
    await louis.say("nouvelle campagne")
    typed = {"name": "Automne", "body": "[INFO] Bonjour [prénom], voir {{lien}}"}
    card = (await louis.press("Suite : destinataires", **typed))["value"]
    assert error_beside(card, "body").startswith("Je ne connais pas [INFO].")
    card = (await louis.press("C’est mon propre texte"))["value"]
    assert error_beside(card, "body") == "" and fields_of(card)["body"] == typed["body"]
    card = (await louis.press("Suite : destinataires"))["value"]
    assert "À qui l’envoyer ?" in words_of(card) or "audience" in fields_of(card)
    await louis.press("Retour")
    card = (await louis.press("Suite : destinataires", body="[URGENT] [INFO]"))["value"]
    assert error_beside(card, "body").startswith("Je ne connais pas [URGENT].")
    assert any(action.get("title") == "C’est mon propre texte" for action in actions_of(card))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("link_title", "For [FIRSTNAME]"),
        ("link_url", "https://contoso.com/{{email}}"),
        ("links", "Yours https://contoso.com/?who=%EMAIL%"),
        ("ack_title", "[Prénom] has read it"),
        ("answers", "Yes; No, says [FIRSTNAME]"),
        ("image", "https://contoso.com/[FIRSTNAME].png"),
        ("image_alt", "A picture of [First name]"),
    ],
)
async def test_where_no_variable_is_filled_it_is_refused_beside_the_field(
    running_bot: RunningBot, ada: Person, field: str, typed: str
) -> None:
    await ada.say("new campaign")
    card = (await ada.press("Next: audience", **{**MESSAGE, field: typed}))["value"]
    assert error_beside(card, field), "never sent as it stands"
    assert fields_of(card)[field] == typed


async def test_a_variable_cannot_be_the_site_of_a_link(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    card = (await ada.press("Next: audience", **{**MESSAGE, "body": "[here](https://[EMAIL]/you)"}))["value"]
    assert error_beside(card, "body").startswith("The link “here” leads nowhere")


async def test_another_language_is_read_in_the_same_way(running_bot: RunningBot, ada: Person) -> None:
    await ada.say("new campaign")
    await ada.press("Add a language", **MESSAGE)
    card = (await ada.press("Save", spoken="fr", body="[INFO] Bonjour [Prénom]", words0="Pour [PRENOM]"))["value"]
    assert error_beside(card, "body").startswith("I don’t know [INFO].")
    assert "is not filled in here" in error_beside(card, "words0")
    card = (await ada.press("That is my own text", words0=""))["value"]
    assert "Saved in French." in words_of(card)

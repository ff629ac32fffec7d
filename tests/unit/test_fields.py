"""What a field's declaration gives: the input, the reading, the error, and the line on review, report and export."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cards.compose import fields, message_form
from cards.compose.fields import ANONYMOUS, MESSAGE, STYLE, TITLE, TRACK
from cards.compose.review import facts
from cards.kit.elements import as_dict
from cards.kit.texts import Texts
from cards.results.files.recipients import recipients_table
from cards.results.report import facts_of
from dialogs.forms.fields import FIELDS
from storage.records import CampaignState, Style
from tests.support.organisation import nodes_of
from tests.support.sample_cards import Samples
from tests.support.sample_records import DONE_TALLY, MESSAGES, campaign, figures, message, refrozen


@pytest.mark.parametrize("language", MESSAGES)
def test_a_field_that_is_declared_as_shown_is_on_the_review_the_report_and_the_export(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "MESSAGE", (TITLE, replace(STYLE, shown=True)))
    texts, idea = Texts(language), replace(message(language), style=Style.IDEA)
    line = (texts("Style"), texts("💡 Idea"))
    assert line in facts(texts, campaign(language), Samples(language).overview(message=idea))
    done = refrozen(campaign(language, CampaignState.DONE), message=idea)
    assert line in facts_of(texts, figures(done, DONE_TALLY), ZoneInfo("UTC"))
    [column] = [column for column in recipients_table(texts, done).columns if column.title == line[0]]
    assert column.values([None]) == [line[1]]  # type: ignore[list-item]


@pytest.mark.parametrize("language", MESSAGES)
def test_what_was_typed_into_a_field_shows_as_it_was_typed_and_nothing_of_an_empty_one(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "MESSAGE", (replace(TITLE, shown=True),))
    texts = Texts(language)
    for title, on_cards in (("4_711_ *now*", [r"4\_711\_ \*now\*"]), ("", [])):
        done = refrozen(campaign(language, CampaignState.DONE), message=replace(message(language), title=title))
        for rows in (
            facts(texts, campaign(language), Samples(language).overview(message=done.as_scheduled.message)),
            facts_of(texts, figures(done, DONE_TALLY), ZoneInfo("UTC")),
        ):
            assert [said for label, said in rows if label == texts("Title (optional)")] == on_cards
        columns = [
            column for column in recipients_table(texts, done).columns if column.title == texts("Title (optional)")
        ]
        assert [column.values([None]) for column in columns] == ([[title]] if title else [])  # type: ignore[list-item]


def test_every_declared_field_is_on_the_form_and_is_kept_as_it_was_typed() -> None:
    form = as_dict(message_form(Texts("en"), campaign("en", CampaignState.DRAFT), {}, {}))
    declared = {field.name for field in fields.DECLARED}
    assert declared <= set(FIELDS["message"])
    assert declared <= {node.get("id") for node in nodes_of(form)}


def test_a_switch_stays_as_it_is_by_itself_unless_it_is_plainly_turned() -> None:
    assert [TRACK.is_on({"track": value}) for value in ("true", "false", "", "x")] == [True, False, True, True]
    assert [ANONYMOUS.is_on({"anonymous": value}) for value in ("true", "false", "", "x")] == [
        True,
        False,
        False,
        False,
    ]
    assert TRACK.is_on({}) and not ANONYMOUS.is_on({})


def test_what_a_message_holds_of_its_declared_fields_is_read_by_their_names() -> None:
    errors: dict[str, str] = {}
    values = {"title": " Our\n autumn ", "style": "idea", "notification": "x" * 500}
    read = fields.read_fields(MESSAGE, values, Texts("en"), errors)
    assert read == {"title": "Our autumn", "style": Style.IDEA, "image_alt": ""}
    assert errors.keys() == {"notification"}

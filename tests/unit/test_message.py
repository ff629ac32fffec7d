"""The campaign's message, personalised: what is sent is what the preview showed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.kit.elements import CONTENT_TYPE, as_dict
from cards.kit.placeholders import canonical
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from cards.message.compile import (
    SUMMARY,
    Done,
    compile_message,
    filled,
    message_card,
    must_have,
    size_of,
    summary_of,
    tracked,
    without_value,
)
from cards.message.footer import Footer, footer_lines, footer_of
from cards.message.render import compile_for
from cards.message.skype import skype_text
from storage.records import (
    Button,
    ButtonKind,
    CampaignId,
    Channel,
    Consideration,
    Member,
    Message,
    Person,
    Style,
    Tracking,
    Version,
)
from tests.unit.test_variables import AWKWARD, names, people, person, shown

ID = CampaignId(42)
URL = "https://crieur.contoso.com"
LINK = Button(kind=ButtonKind.LINK, title="Read more", url="https://contoso.com/autumn?a=1&b=2")
ACK = Button(kind=ButtonKind.ACKNOWLEDGE, title="I have read it")
ADA = person(given_name="Ada", surname="Lovelace")
LOUIS = person(given_name="Louis", surname="Pasteur", address="louis@contoso.com")

#: what an author may write around variables; private-use characters cannot be typed into a form
words = st.one_of(
    st.sampled_from(
        ["Hello ", "**big** news", "\n\n- a\n- b\n", '"', "C:\\dir ", "[see](https://contoso.com/x)", "👋", " "]
    ),
    st.text(st.characters(exclude_characters="[]\\()\ue000\ue001", exclude_categories=["Cs"]), max_size=20),
)
fallbacks = st.text(st.characters(exclude_characters="[]\ue000\ue001", exclude_categories=["Cs"]), max_size=15)
#: names without blanks, private-use characters among them
unblank = st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"])
#: (words, variable, fallback): how an author's text goes on
pieces = st.lists(st.tuples(words, st.sampled_from(["FIRSTNAME", "NOM", "EMAIL"]), fallbacks), max_size=4)


def written(parts: list[tuple[str, str, str]]) -> str:
    return "".join(f"{text}[{name}|{fallback}]." for text, name, fallback in parts)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    return Message(
        body="Hello. " + written(draw(pieces)),
        title=draw(st.one_of(st.just(""), pieces.map(written))),
        style=draw(st.sampled_from(Style)),
        buttons=tuple(draw(st.lists(st.sampled_from([LINK, ACK]), max_size=2))),
    )


def token(id: CampaignId, recipient: Person) -> str:
    return f"{id}.{recipient.id}.signature"


def render(message: Message, recipient: Person, *, test: str = "") -> Any:
    """The activity as a client reads it."""
    return json.loads(compile_message(ID, message, URL, token, test=test)(recipient, {}).decode("utf-8"))


def sent_card(message: Message, recipient: Person) -> Any:
    return render(message, recipient)["attachments"][0]["content"]


def body_of(message: Message, recipient: Person) -> str:
    return str(sent_card(message, recipient)["body"][-1]["text"])


def lines_of(*texts: str) -> list[str]:
    """What a reader sees beneath each other. An escaped sign is the sign: beside a link a lone "`" is."""
    read = (text.replace("\\`", "`") for text in texts)
    return [line for text in read for line in re.split(r"\r?\n", text) if line.strip()]


def shape(node: Any) -> Any:
    """Everything but the words."""
    if isinstance(node, dict):
        return {key: "" if key in ("text", "summary") else shape(value) for key, value in node.items()}
    if isinstance(node, list):
        return [shape(item) for item in node]
    return node


# --- what is sent -----------------------------------------------------------------------------


@given(messages(), people())
@settings(deadline=None)
@example(Message(body="[FIRSTNAME|l’ami À Á 😀 …]"), person())
@example(Message(body="[FIRSTNAME]", title='[NOM|"quoted" \\ back]'), person(given_name='"\\\n'))
def test_what_is_sent_is_what_the_preview_shows(message: Message, recipient: Person) -> None:
    led_through_us = tracked(message, URL, token(ID, recipient))
    preview = message_card(
        ID, filled(led_through_us, recipient, {}), lambda number, _: f"{URL}/r/{token(ID, recipient)}.{number}"
    )
    assert sent_card(message, recipient) == as_dict(preview)


@given(messages(), people(), people())
@settings(deadline=None)
def test_two_recipients_get_the_same_card_but_for_the_words(message: Message, one: Person, other: Person) -> None:
    assert shape(render(message, one)) == shape(render(message, other))


@given(
    pieces, st.fixed_dictionaries({"FIRSTNAME": st.text(unblank), "NOM": st.text(unblank), "EMAIL": st.text(unblank)})
)
@settings(deadline=None)
def test_the_text_is_the_authors_with_each_value_in_its_place(
    parts: list[tuple[str, str, str]], values: dict[str, str]
) -> None:
    who = person(given_name=values["FIRSTNAME"], surname=values["NOM"], address=values["EMAIL"])
    expected = "".join(f"{text}{escape_markdown(values[name] or other)}." for text, name, other in parts)
    message = Message(body="Hello. " + written(parts))
    sent = json.loads(compile_message(ID, message, URL, token, tracking=Tracking(links=False))(who, {}))
    blocks = sent["attachments"][0]["content"]["body"]
    assert lines_of(*(block["text"] for block in blocks)) == lines_of("Hello. " + expected)


@pytest.mark.parametrize("name", AWKWARD)
def test_no_name_breaks_the_json_or_the_card(name: str) -> None:
    message = Message(body="Hello [FIRSTNAME]!", title="For [LASTNAME]", buttons=(LINK, ACK))
    strange = person(given_name=name, surname=name, name=name, address=name)
    assert shape(render(message, strange)) == shape(render(message, ADA))
    assert body_of(message, strange) == f"Hello {escape_markdown(name)}!"


@given(people(), names, st.sampled_from(["en-GB", "fr-FR"]))
@settings(deadline=None)
@example(person(given_name="[x](https://evil.example)"), "](https://evil.example)", "fr-FR")
@example(person(given_name="\ue000mSITE|\ue001"), '"}],"actions":[{"type":"Action.OpenUrl"', "en-GB")
def test_whatever_a_list_says_of_somebody_is_words_in_every_language(recipient: Person, site: str, locale: str) -> None:
    french = Version(body="Bonjour [PRENOM] de [SITE|ici] !", title="Pour [NOM]", buttons=(("Lire", ""),))
    message = Message(
        body="Hello [FIRSTNAME] of [SITE|here]!", title="For [LASTNAME]", buttons=(LINK,), columns=("SITE",),
        language="en", versions={"fr": french},
    )  # fmt: skip
    fill = compile_for(Channel.TEAMS, ID, message, URL, token)
    card = orjson.loads(fill(replace(recipient, locale=locale), {"SITE": site}))["attachments"][0]["content"]
    harmless = orjson.loads(fill(replace(ADA, locale=locale), {"SITE": "Lyon"}))["attachments"][0]["content"]
    assert shape(card) == shape(harmless), "no part of the card is a person's to change"
    words = card["body"][-1]["text"]
    assert shown(words).startswith("Bonjour" if locale == "fr-FR" else "Hello"), "and in it stand words only"


def test_the_fallback_stands_where_there_is_no_value() -> None:
    message = Message(body="Hello [FIRSTNAME|there] [NOM|de la part de *nous*] [EMAIL]")
    assert body_of(message, person(address="")) == "Hello there de la part de \\*nous\\* "
    assert body_of(message, ADA) == "Hello Ada Lovelace ada@contoso.com"
    assert body_of(Message(body="[FIRSTNAME|there]"), person(given_name=" \t")) == "there"


@pytest.mark.parametrize("fallback", ["l’ami", "À vous", "Á", "…", "—", "😀", "«\u00a0vous\u00a0»", '"', "\\", "a\nb"])
def test_a_fallback_may_hold_any_character(fallback: str) -> None:
    activity = render(Message(body=f"Hello [FIRSTNAME|{fallback}]!"), person())
    assert activity["attachments"][0]["content"]["body"][0]["text"] == f"Hello {escape_markdown(fallback)}!"
    assert activity["summary"] == " ".join(f"Hello {fallback}!".split())


# --- the activity -----------------------------------------------------------------------------


@given(messages(), people())
@settings(deadline=None)
def test_a_message_is_one_card_without_text_and_has_a_summary(message: Message, recipient: Person) -> None:
    activity = render(message, recipient)
    assert "text" not in activity  # the platform would split it in two, and give no id
    [attachment] = activity["attachments"]
    assert attachment["contentType"] == CONTENT_TYPE
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert activity["type"] == "message"
    assert isinstance(activity["summary"], str)
    assert activity["channelData"]["notification"] == {"alert": True}
    assert (activity.get("importance") == "high") is (message.style is Style.IMPORTANT)
    assert not {"\ue000", "\ue001"} & (set(activity["summary"]) - set("".join(vars_of(recipient))))


def vars_of(recipient: Person) -> list[str]:
    return [recipient.given_name, recipient.surname, recipient.name, recipient.address]


def test_links_are_tracked_and_the_destination_is_not_in_the_message() -> None:
    activity = compile_message(ID, Message(body="Hi", buttons=(ACK, LINK)), URL, token)(ADA, {})
    read, open_it = json.loads(activity)["attachments"][0]["content"]["actions"]
    assert open_it == {"type": "Action.OpenUrl", "title": "Read more", "url": f"{URL}/r/42.7.signature.1"}
    assert (read["type"], read["verb"]) == ("Action.Execute", "acknowledge")
    assert read["fallback"]["type"] == "Action.Submit"
    assert read["fallback"]["data"] == {"campaign": 42, "button": 0, "test": "", "verb": "acknowledge"}
    assert b"contoso.com/autumn" not in activity


def test_a_test_says_so_and_counts_as_one() -> None:
    activity = render(Message(body="Hi", buttons=(ACK,)), ADA, test="Test of “Autumn newsletter”")
    card = activity["attachments"][0]["content"]
    assert card["body"][0]["items"][0]["text"] == "Test of “Autumn newsletter”"
    assert card["actions"][0]["data"]["test"] == token(ID, ADA), "a press proves that it comes from the test"
    assert activity["channelData"]["crieur"] == {"campaign": 42, "test": True}


DONE = Done(acknowledged="You confirmed this")


def test_after_a_press_the_card_says_what_was_chosen_in_the_buttons_place() -> None:
    card = message_card(
        ID, Message(body="Hi", buttons=(LINK, ACK)), lambda *_: URL, done=Done(acknowledged="You confirmed this")
    )
    assert [action["type"] for action in as_dict(card)["actions"]] == ["Action.OpenUrl"]
    assert "✓ You confirmed this" in json.dumps(as_dict(card), ensure_ascii=False)


# --- the notification -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        (Message(body="**Big** _news_, [see here](https://contoso.com)!"), "Big news, see here!"),
        (Message(body="Body", title="Our autumn"), "Our autumn"),
        (Message(body="Hello [FIRSTNAME],\n\nbig news"), "Hello Ada, big news"),
        (Message(body="[mail](mailto:[EMAIL|a)b]) us"), "mail us"),
        (Message(body="[**Bold** link](https://contoso.com)"), "Bold link"),
        (Message(body="Hello [PRENOM|\\_x\\_]"), "Hello Ada"),
        (Message(body="5 \\* 3 and \\[FIRSTNAME]"), "5 * 3 and [FIRSTNAME]"),
        (Message(body="word " * 60), "word " * 23 + "word …"),
    ],
)
def test_the_notification_is_how_the_message_begins_without_its_markdown(message: Message, summary: str) -> None:
    assert render(message, ADA)["summary"] == summary


@given(st.integers(0, 130), st.text("ab ,", min_size=0, max_size=40))
def test_the_notification_is_never_cut_through_a_variable(before: int, fallback: str) -> None:
    message = Message(body="x " * (before // 2) + f"[FIRSTNAME|{fallback}] " + "tail " * 40)
    summary = render(message, person())["summary"]
    assert not {"\ue000", "\ue001"} & set(summary)
    assert "FIRSTNAME" not in summary
    notified = " ".join(body_of(message, person()).split())
    assert summary.endswith(" …")
    assert notified.startswith(" ".join(summary.removesuffix("…").split()))


@given(names)
def test_a_name_in_the_notification_is_plain_text(name: str) -> None:
    summary = render(Message(body="body", title="For [FIRSTNAME|you]"), person(given_name=name, name=""))["summary"]
    assert "\\" not in summary.replace("\\", "", name.count("\\"))
    assert "\n" not in summary


def test_the_notification_of_a_long_message_is_short() -> None:
    assert len(summary_of(Message(body="word " * 1000))) <= SUMMARY + 2


# --- size, and missing values -----------------------------------------------------------------


@given(messages())
@settings(deadline=None)
def test_the_size_is_that_of_the_bytes_on_the_wire_for_a_long_name(message: Message) -> None:
    long = person(given_name="é" * 30, surname="é" * 30, address="a" * 60)
    footer = Footer("é" * 60, anonymous=True)
    sent = compile_message(ID, message, "https://" + "x" * 40, lambda *_: "t" * 60, footer=footer)(long, {})
    assert abs(size_of(message) - len(sent)) <= 20  # the digits of the campaign's number


def test_size_counts_bytes_not_characters() -> None:
    plain, wide = Message(body="e" * 1000), Message(body="é" * 1000)
    assert size_of(wide) - size_of(plain) == 1000 + SUMMARY


def members(*people: Person) -> list[Member]:
    return [Member(person=one) for one in people]


def test_a_lists_column_is_a_variable_like_any_other() -> None:
    message = Message(body="For [DÉPARTEMENT|all] in [SITE]", columns=("DEPARTEMENT", "SITE"))
    columns = {"DEPARTEMENT": "R&D [x](https://evil.example)", "SITE": "Lyon"}
    fill = compile_message(ID, message, URL, token)
    text = orjson.loads(fill(ADA, columns))["attachments"][0]["content"]["body"][0]["text"]
    assert text == f"For {escape_markdown(columns['DEPARTEMENT'])} in Lyon"
    assert orjson.loads(fill(ADA, {}))["attachments"][0]["content"]["body"][0]["text"] == "For all in "
    with_site = Member(person=LOUIS, columns={"SITE": "Lyon"})
    assert must_have(message) == {"SITE"}
    assert without_value("SITE", [with_site, *members(ADA)]) == [ADA]


def test_who_has_no_value_is_named_unless_there_is_a_fallback() -> None:
    nobody, nameless = person(address=""), person(given_name="Ada")
    message = Message(body="[FIRSTNAME|you] [LASTNAME]", title="[FIRSTNAME]")
    assert must_have(message) == {"FIRSTNAME", "LASTNAME"}
    assert without_value("FIRSTNAME", members(ADA, nobody, nameless, LOUIS)) == [nobody]
    assert without_value("LASTNAME", members(ADA, nobody, nameless, LOUIS)) == [nobody, nameless]
    assert must_have(Message(body="[FIRSTNAME|you]")) == must_have(Message(body="Hello")) == set()


def test_rendering_for_many_does_not_mix_people_up() -> None:
    fill = compile_message(ID, Message(body="Hello [FIRSTNAME]", buttons=(LINK,)), URL, token)
    first = fill(ADA, {})
    assert b"Louis" in fill(LOUIS, {})
    assert fill(ADA, {}) == first
    assert orjson.loads(first)["attachments"][0]["content"]["body"][0]["text"] == "Hello Ada"


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("#1 of the year, a > b, 2*3 and snake_case", "#1 of the year, a > b, 2*3 and snake_case"),
        ("# Heading\n> quoted\n- item", "Heading quoted item"),
        ("Bien**venue** à _tous_, **2026**!", "Bienvenue à tous, 2026!"),
    ],
)
def test_a_notification_loses_formatting_and_no_words(body: str, summary: str) -> None:
    assert summary_of(Message(body=body)) == summary


def test_a_value_inside_an_address_is_encoded_and_elsewhere_it_is_itself() -> None:
    message = Message(body="[FIRSTNAME](https://contoso.com/?a=[EMAIL]&b=[FIRSTNAME|x_y]) https://c.com/[LASTNAME]")
    message = replace(message, body=canonical(message.body))
    someone = person(given_name="A & B", surname="é/_", address="a+b@contoso.com")
    assert body_of(message, someone) == (
        "[A & B](https://contoso.com/?a=a%2Bb%40contoso.com&b=A%20%26%20B) https://c.com/%C3%A9%2F%5F"
    )


def test_a_year_at_the_beginning_of_a_line_begins_no_list() -> None:
    card = sent_card(Message(body="2026. A year\n3. third\n1000) x"), person())
    assert [block["text"] for block in card["body"]] == ["2026\\. A year", "3. third", "1000\\) x"]


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("Hello,\nthe canteen is closed.\nKind regards", ["Hello,", "the canteen is closed.", "Kind regards"]),
        ("Bonjour,\r\nà demain", ["Bonjour,", "à demain"]),
        ("One\n\nTwo\nthree", ["One", "Two", "three"]),
        ("Bring:\n- a pen\n- paper\nSee you", ["Bring:", "- a pen\n- paper", "See you"]),
        ("1. first\n2. second\n   more of it\n\nEnd", ["1. first\n2. second\n   more of it", "End"]),
        ("**bold\nacross** lines\nend", ["**bold\nacross** lines", "end"]),
        ("[a link\nof two](https://contoso.com/)\nend", ["[a link\nof two](https://contoso.com/)", "end"]),
        ("[FIRSTNAME|dear\ncolleague]\nhello", ["Ada", "hello"]),
    ],
)
def test_one_press_of_enter_is_a_new_line_for_the_reader(body: str, blocks: list[str]) -> None:
    sent = json.loads(compile_message(ID, Message(body=body), URL, token, tracking=Tracking(links=False))(ADA, {}))
    shown = sent["attachments"][0]["content"]["body"]
    assert [block["text"] for block in shown] == blocks
    apart = [block["spacing"] != "None" for block in shown]
    assert apart[0] and sum(apart[1:]) == len(re.findall(r"\n[ \t\r]*\n", body)), "an empty line stays one"
    assert skype_text(Message(body=body)).count("\n\n") == len(blocks) - 1


def footers(channel: Channel, footer: Footer, **more: str) -> str:
    """What stands beneath a question, as somebody reads it."""
    buttons = (Button(kind=ButtonKind.ANSWER, title="Yes"), Button(kind=ButtonKind.ANSWER, title="No"))
    message = Message(body="Hello [FIRSTNAME]", buttons=buttons)
    render = compile_for(channel, ID, message, URL, lambda *_: "t", footer=footer)
    activity = orjson.loads(render(person(**more), {}))
    if channel is Channel.SKYPE:
        return str(activity["text"]).partition("\n\n")[2]
    body = activity["attachments"][0]["content"]["body"][1:]
    inner = [one for block in body for one in ([block] if "text" in block else block.get("items", []))]
    return "\n\n".join(one["text"] for one in inner if "text" in one)


@pytest.mark.parametrize("channel", Channel)
def test_beneath_a_message_stands_who_sends_it_and_how_to_have_quiet_in_the_readers_language(channel: Channel) -> None:
    named = Footer("Internal communication")
    english = footers(channel, named, locale="de-DE")
    settings = "Quiet hours and topics: **settings**"
    assert english == f"Sent by Internal communication. To receive no more such messages, type **mute**.\n\n{settings}"
    french = "Envoyé par Internal communication. Pour ne plus recevoir ces messages, écrivez **sourdine**."
    french += "\n\nHeures calmes et thèmes\N{NO-BREAK SPACE}: **réglages**"
    assert footers(channel, named, locale="fr-CA") == footers(channel, named, language="fr") == french
    anonymous = footers(channel, replace(named, anonymous=True), locale="en-GB")
    assert anonymous.startswith("Your answer is anonymous: it is counted without your name.\n\nSent by")
    assert footers(channel, Footer("Ada *B*", mutes=False), locale="en-GB") == "Sent by Ada \\*B\\*."
    assert footers(channel, Footer(mutes=False), locale="en-GB") == ""


def test_only_what_can_be_answered_is_said_to_be_anonymous() -> None:
    nothing = Message(body="Hello")
    confirmed = replace(nothing, buttons=(Button(kind=ButtonKind.ACKNOWLEDGE, title="Read"),))
    footer = Footer(anonymous=True, mutes=False)
    assert footer_lines(Texts("en"), footer, nothing) == ()
    [line] = footer_lines(Texts("en"), footer, confirmed)
    assert line.startswith("Your confirmation is anonymous")
    reaches_all = footer_of(Consideration(past_mute=True, sender="Ada"), Tracking(anonymous=True))
    assert reaches_all == Footer("Ada", mutes=False, anonymous=True), "to mute would be no use"

"""What people format in the compose box becomes what a card can show; what is lost is known."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dialogs.forms.cleaning import clean
from dialogs.forms.formatting.markup import LARGEST, LostFormatting, lost_named, markdown_of

#: as Teams' compose box writes it
TEAMS = (
    "<div><div>Hello <strong>all</strong>,&nbsp;</div><div>&nbsp;</div><div>we have <em>news</em>:</div>"
    '<ul><li>the <a href="https://contoso.com/canteen" rel="noreferrer">canteen</a> opens</li><li>the garden</li></ul>'
    "<div>See you!<br>Ada</div></div>"
)


def test_what_teams_writes_is_kept_as_it_looks() -> None:
    cleaned = markdown_of(TEAMS)
    assert cleaned.markdown == (
        "Hello **all**,\n\nwe have *news*:\n\n- the [canteen](https://contoso.com/canteen) opens\n- the garden\n\n"
        "See you!\nAda"
    )
    assert cleaned.lost == frozenset()


@pytest.mark.parametrize(
    ("html", "markdown", "lost"),
    [
        ("<h2>Our <b>autumn</b></h2><p>x</p>", "**Our autumn**\n\nx", {LostFormatting.HEADING}),
        ("<table><tr><th>Day</th><th>Dish</th></tr><tr><td>Mon</td><td>Soup</td></tr></table>",
         "Day · Dish\n\nMon · Soup", {LostFormatting.TABLE}),
        ("<blockquote>wise</blockquote>", "wise", {LostFormatting.QUOTE}),
        ("<p>run <code>a_b</code></p>", "run a_b", {LostFormatting.CODE}),
        ("<s>old</s> <u>new</u>", "old new", {LostFormatting.STRUCK, LostFormatting.UNDERLINED}),
        ('<span style="color:red">red</span>', "red", {LostFormatting.COLOUR}),
        ('<span style="font-size:inherit">big</span>', "big", set()),
        ('see <img src="https://contoso.com/x.png" alt="x">', "see", {LostFormatting.PICTURE}),
        ('<emoji alt="😀" title="smile"></emoji> <at id="0">Ada</at>', "😀 Ada", set()),
        ('<a href="javascript:alert(1)">here</a>', "here", {LostFormatting.LINK}),
        ('<a href="file:///c:/x">here</a>', "here", {LostFormatting.LINK}),
        ('<a href="mailto:ada@contoso.com">mail</a>', "[mail](mailto:ada@contoso.com)", set()),
        ('<a href="https://contoso.com/a(b)">x</a>', "[x](https://contoso.com/a%28b%29)", set()),
        ('<a href="https://contoso.com">https://contoso.com</a>', "https://contoso.com", set()),
        ("Hi [FIRST_NAME|dear_*one*] a_b*c", "Hi [FIRST_NAME|dear_*one*] a\\_b\\*c", set()),
        ("<script>alert(1)</script><style>p{}</style>hi<!-- no -->", "hi", set()),
        ('<attachment id="1"></attachment><p>x</p>', "x", set()),
        ("<p>Bonjour [<b>PRENOM</b>],</p><p>Bien<b>ve</b><b>nue</b> !</p>",
         "Bonjour **[PRENOM]**,\n\nBien**venue** !", set()),
        ("[FIRST<i>NAME|de</i>ar_you] and [<b>not</b>]", "[FIRSTNAME|dear_you] and [**not**]", set()),
        ("<p>[<b>Pré</b>nom] {{<i>first_</i>name}}</p>", "**[Prénom]** {{first_name}}", set()),
        ("<p>2026. Une année</p><p>#1 stays, # 2 too</p><p># 3</p>",
         "2026\\. Une année\n\n#1 stays, # 2 too\n\n\\# 3", set()),
        ("<p>7) seven</p><p>+ plus</p><p>===</p>", "7\\) seven\n\n\\+ plus\n\n\\===", set()),
        ("<p><b>Attention !</b>Demain</p><p>a<b>(b)</b> c</p>", "**Attention** !Demain\n\na(**b)** c", set()),
        ("<table><tr><td></td><td>Mon</td></tr><tr><td> </td><td></td></tr><tr><td>Dish</td><td></td></tr></table>",
         "– · Mon\n\nDish · –", {LostFormatting.TABLE}),
        ("<b> a </b>b<i>\nc</i>", "**a** b *c*", set()),
        ("<b><i>both</i></b> <b>x<b>y</b>z</b>", "***both*** **xyz**", set()),
        ('<b>see <a href="https://a.b/c">this</a></b>', "**see** [**this**](https://a.b/c)", set()),
        ("<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d<br>e</li></ul>f",
         "- a\n   - b\n   - c\n- d\n  e\n\nf", set()),
        ("<ol start=3><li>a</li><li>b</li></ol><li>c</li>", "3. a\n4. b\n\n- c", set()),
        ("<table><tr><td>a</td><td></td><td>b</td></tr></table>", "a · – · b", {LostFormatting.TABLE}),
        ("<pre>one\n\n  two</pre>three", "one\n\ntwo\n\nthree", {LostFormatting.CODE}),
        ("1 < 2 <> 3 &lt;b&gt; <3 a<b", "1 < 2 <> 3 <b> <3 a<b", set()),
        ('<img itemtype="http://schema.skype.com/Emoji" alt="> :)">!', "\\> :)!", set()),
        ("a<!-- b <p> --> c<!-- never ends", "a c", set()),
        ("x" + "&#" + "9" * 5_000 + ";", "x&#" + "9" * 5_000 + ";", set()),
        ("", "", set()),
    ],
)  # fmt: skip
def test_what_a_card_cannot_show_is_said(html: str, markdown: str, lost: set[LostFormatting]) -> None:
    cleaned = markdown_of(html)
    assert (cleaned.markdown, cleaned.lost) == (markdown, frozenset(lost))
    assert lost_named(cleaned.lost) == [one for one in LostFormatting if one in lost]


def test_the_pictures_are_told() -> None:
    assert markdown_of('<img src="https://a.example/1"><img>').pictures == ("https://a.example/1",)


def test_however_deep_or_long_it_is_it_comes_to_an_end() -> None:
    assert markdown_of("<div>" * 5_000 + "x").markdown == "x"
    assert len(markdown_of("y" * (LARGEST * 2)).markdown) == LARGEST


tags = st.sampled_from(
    ["p", "b", "i", "ul", "li", "ol", "a", "h1", "table", "tr", "td", "img", "pre", "u", "blockquote", "br"]
)
pieces = st.one_of(
    st.text(max_size=12),
    tags.map(lambda tag: f"<{tag}>"),
    tags.map(lambda tag: f"</{tag}>"),
    st.sampled_from(['<a href="javascript:alert(1)">', '<a href="https://contoso.com/)(">', "<!--", "&amp;", "](x)"]),
)


@given(st.lists(pieces, max_size=12).map("".join))
@settings(deadline=None, max_examples=300)
@example("<a href='https://contoso.com'>[x](javascript:alert(1))</a>")
@example("<h1>**</h1>")
def test_any_markup_gives_text_without_a_link_that_it_does_not_have(html: str) -> None:
    markdown = markdown_of(html).markdown
    assert markdown == clean(markdown)
    targets = [
        token.attrs["href"]
        for block in MarkdownIt("commonmark").parse(markdown)
        for token in block.children or []
        if token.type == "link_open"
    ]
    assert all(str(target).startswith(("https://contoso.com", "x")) for target in targets)

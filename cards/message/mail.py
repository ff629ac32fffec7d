"""The campaign's message as an e-mail: HTML and text made of the same words, in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from cards.kit.texts import Texts, language_of, language_of_person
from cards.message.compile import APPEARANCES, Token, filled, link_address, summary_of, tracked
from cards.message.footer import Footer
from cards.message.links import number_of
from cards.message.markdown import as_html, as_plain, own_links
from cards.message.render import for_person
from storage.records import Button, ButtonKind, CampaignId, Channel, Columns, Message, Person, Style

WIDTH = 600  #: pixels: wider is cut or scaled by many readers
#: the heading's bar, by the message's style
BARS = {Style.MESSAGE: "#0f4c5c", Style.IDEA: "#0b6bcb", Style.SUCCESS: "#0e7a0d", Style.IMPORTANT: "#b10e1c"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWords:
    #: one line without signs of control
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """Where what stands in a mail leads."""

    #: where our own pages are
    base_url: str
    #: gives what names a recipient in a tracked link; None: links lead straight to where they lead
    token: Token | None
    #: opens the chat with the bot; "" where nobody knows it
    chat: str
    #: where its reader stops such messages; "" where they cannot
    stop: str


def mail_words(
    id: CampaignId,
    channel: Channel,
    message: Message,
    person: Person,
    columns: Columns,
    footer: Footer,
    leading: Leading,
) -> MailWords:
    own = filled(for_person(message, person), person, columns)
    token = leading.token(id, person) if leading.token else ""
    words = tracked(own, leading.base_url, token) if token else own

    def address(number: int, button: Button) -> str:
        return link_address(leading.base_url, token, number_of(own, number)) if token else button.url

    links = [
        (button.title, address(number, button))
        for number, button in enumerate(own.buttons)
        if button.kind is ButtonKind.LINK
    ]
    texts = Texts(language_of_person(person))
    asks = any(button.kind is not ButtonKind.LINK for button in own.buttons)
    answer = _where_to_answer(texts, channel) if asks else ""
    beneath = _beneath(texts, channel, footer)
    stop = texts("Receive no more such messages") if leading.stop else ""
    body = own_links(words.body)
    sign = APPEARANCES[own.style][1] if own.style in APPEARANCES else ""
    title = summary_line(own.title)
    parts = [
        " ".join(part for part in (sign, title) if part),
        as_plain(body),
        "\n".join(f"{words}: {url}" for words, url in links),
        f"{answer} {leading.chat}".strip() if answer else "",
        "--\n" + "\n".join([*beneath, *([f"{stop}: {leading.stop}"] if stop else [])]),
    ]
    html = _html(
        own.language or language_of(language_of_person(person)),
        own,
        [
            _heading(own.style, sign, title),
            _picture(own),
            f'<tr><td class="words" dir="auto" style="padding:20px 24px 8px">{as_html(body)}</td></tr>',
            _buttons(links),
            _answer(answer, texts("Open the chat"), leading.chat),
            _small(beneath, stop, leading.stop),
        ],
    )
    return MailWords(subject=summary_of(own), text="\n\n".join(part for part in parts if part) + "\n", html=html)


def summary_line(title: str) -> str:
    """A title without the signs that keep a value in it from being Markdown."""
    return as_plain(title).replace("\n", " ")


def _where_to_answer(texts: Texts, channel: Channel) -> str:
    return texts(
        "It asks for an answer, which is given in {channel}, in the chat with Crieur.", channel=channel.traits.name
    )


def _beneath(texts: Texts, channel: Channel, footer: Footer) -> list[str]:
    sent_by = texts("Sent by {sender}.", sender=footer.sender) if footer.sender else ""
    why = texts(
        "You get it by e-mail as it could not be brought to you in {channel}, or you have not opened it there.",
        channel=channel.traits.name,
    )
    return [line for line in (sent_by, why) if line]


# --- HTML as mail readers take it: tables, and styles at the place ----------------------------

STYLE = (
    "body{margin:0;padding:0}.words p{margin:0 0 14px}.words ul,.words ol{margin:0 0 14px;padding-left:24px}"
    ".words h1,.words h2,.words h3,.words h4,.words h5,.words h6{margin:0 0 10px;font-size:18px}"
    ".words a{color:#0b6bcb}img{max-width:100%}"
    "@media (prefers-color-scheme:dark){.page{background:#1f1f1f!important}.sheet{background:#292929!important;"
    "color:#f0f0f0!important}.small,.small a{color:#b8b8b8!important}.words a{color:#6cb8ff!important}}"
)
FONT = "font-family:'Segoe UI',system-ui,-apple-system,Helvetica,Arial,sans-serif"


TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"'


def _html(language: str, message: Message, rows: list[str]) -> str:
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(summary_of(message))}</title><style>{STYLE}</style></head>"
        f'<body class="page" style="margin:0;background:#f3f2f1;{FONT}">'
        f'{TABLE} class="page" style="background:#f3f2f1"><tr><td align="center" style="padding:16px 8px">'
        f'{TABLE} class="sheet" style="max-width:{WIDTH}px;'
        'background:#ffffff;color:#242424;font-size:16px;line-height:1.5;border-radius:8px;overflow-wrap:anywhere">'
        f"{''.join(rows)}</table></td></tr></table></body></html>\n"
    )


def _heading(style: Style, sign: str, title: str) -> str:
    bar = f"border-top:6px solid {BARS[style]};border-radius:8px 8px 0 0"
    if not title and not sign:
        return f'<tr><td style="{bar};font-size:0;line-height:0">&nbsp;</td></tr>'
    words = " ".join(escape(part) for part in (sign, title) if part)
    return (
        f'<tr><td dir="auto" style="{bar};padding:20px 24px 0">'
        f'<h1 style="margin:0;font-size:22px;line-height:1.3">{words}</h1></td></tr>'
    )


def _picture(message: Message) -> str:
    if not message.image:
        return ""
    alt = escape(message.image_alt or summary_line(message.title))
    return (
        f'<tr><td style="padding:16px 0 0"><img src="{escape(message.image)}" alt="{alt}" width="{WIDTH}"'
        ' style="display:block;width:100%;height:auto;border:0"></td></tr>'
    )


def _buttons(links: list[tuple[str, str]]) -> str:
    return "".join(
        '<tr><td style="padding:4px 24px 8px"><a href="'
        f'{escape(url)}" style="display:inline-block;background:#0f4c5c;color:#ffffff;text-decoration:none;'
        f'padding:10px 18px;border-radius:4px;font-weight:600">{escape(words)}</a></td></tr>'
        for words, url in links
    )


def _answer(answer: str, words: str, chat: str) -> str:
    if not answer:
        return ""
    link = f' <a href="{escape(chat)}">{escape(words)}</a>' if chat else ""
    return f'<tr><td class="words" style="padding:8px 24px 20px"><strong>{escape(answer)}</strong>{link}</td></tr>'


def _small(lines: list[str], stop: str, address: str) -> str:
    link = f'<br><a href="{escape(address)}" style="color:#616161">{escape(stop)}</a>' if stop else ""
    return (
        '<tr><td class="small" style="padding:16px 24px 20px;font-size:13px;line-height:1.5;color:#616161;'
        f'border-top:1px solid #e0e0e0">{"<br>".join(map(escape, lines))}{link}</td></tr>'
    )

"""The page behind "receive no more such messages" of an e-mail: it mutes the bot, once somebody presses its button."""

from __future__ import annotations

from html import escape

from cards.kit.texts import Texts, language_of_person
from dialogs.core.turn import Services
from storage.records import Deed, DeedKind, PersonId

STOP_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color:#1d2b30}"
    "h1{color:#0f4c5c;font-size:1.4rem}button{font:inherit;font-weight:600;padding:.6rem 1.2rem;border:0;"
    "border-radius:4px;background:#0f4c5c;color:#fff;cursor:pointer}"
)


async def stop_page(services: Services, id: PersonId, *, acts: bool) -> str | None:
    """The page as it is now, in its reader's language; None where there is nobody of this number any more.

    ``acts``: its button has been pressed, or a mail program has done it for its reader.
    """
    person = await services.store.person(id)
    if person is None or not (person.address or person.directory_id):
        return None
    muted = person.muted
    if acts and not muted:
        deed = Deed(kind=DeedKind.MUTED, by=id, at=services.clock.now(), client="mail")
        await services.store.mute(id, True, deed=deed)
        muted = True
    texts = Texts(language_of_person(person))
    if muted:
        title = texts("You receive no more such messages.")
        undo = texts("To have them again, write “unmute” to Crieur.")
        body = f"<p>{escape(undo)}</p>"
    else:
        title = texts("Receive no more such messages?")
        words = texts(
            "Neither by e-mail nor in the chat with Crieur. Your organisation may still send what is important."
        )
        press = texts("Receive no more")
        button = f'<form method="post"><button type="submit">{escape(press)}</button></form>'
        body = f"<p>{escape(words)}</p>{button}"
    return (
        f'<!doctype html><html lang="{texts.language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>\n"
    )

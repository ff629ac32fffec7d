"""A campaign's results, or the audit, as a file: asked for, offered, taken."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cards.kit.texts import Texts
from cards.results.exports import (
    Exported,
    Format,
    audit_export_card,
    declined_card,
    export_card,
    file_name,
    refused_card,
    title_of,
)
from dialogs.campaigns.listing import named, which_one
from dialogs.compose.wizard import information
from dialogs.core.export_port import AUDIT, ExportRequest, FileOffer, OtherHost, Upload
from dialogs.core.figures import count_left, figures_of
from dialogs.core.notify import post
from dialogs.core.router import Router
from dialogs.core.turn import Answer, Form, Turn
from dialogs.core.visibility import asked_for, campaign_of
from dialogs.people.language import texts_of
from dialogs.results.reports import has_forgotten
from storage.records import Campaign, CampaignId, DeedKind, Left, Role, Subject

router = Router()

BYTES = {Format.XLSX: 75, Format.CSV: 150}  #: of a row, about
TEXT = 2_000  #: characters of what the platform says of a file


@router.command("export")
async def export_typed(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await which_one(turn, name) if campaign is None else await _offer(turn, campaign)


@router.form("export.open")
async def open_export(turn: Turn, form: Form) -> Answer:
    campaign = await asked_for(turn, form)
    return await _offer(turn, campaign, fresh=bool(form.get("fresh")), left=_left(form, campaign))


def _left(form: Form, campaign: Campaign) -> Left | None:
    """Whom of the recipients it is to be of; None: all of them, as always in an anonymous campaign."""
    named = form.get("left")
    return Left(str(named)) if named in list(Left) and not campaign.anonymous else None


async def _offer(
    turn: Turn, campaign: Campaign, notice: str = "", *, fresh: bool = False, left: Left | None = None
) -> Answer:
    if campaign.started_at is None:
        return Answer(card=await information(turn, campaign, turn.texts("It has not started yet."), "accent"))
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign, fresh=fresh)
    if not campaign.tells_names:
        note = turn.texts("It is anonymous: who received it can be exported when it has ended.")
        return Answer(card=await information(turn, campaign, note, "accent"), fresh=fresh)
    rows = await _rows(turn, campaign, left)
    by_file, by_link = _takes_file(turn), turn.services.exports.by_link
    return Answer(
        card=export_card(turn.texts, campaign, rows, by_file=by_file, by_link=by_link, notice=notice, left=left),
        summary=title_of(turn.texts, campaign.name),
        fresh=fresh,
    )


async def _rows(turn: Turn, campaign: Campaign, left: Left | None) -> int:
    figures = await figures_of(turn.store, campaign)
    return await count_left(turn.store, figures, left) if left else figures.tally.total


@router.form("export.make")
async def make_export(turn: Turn, form: Form) -> Answer:
    campaign, exports = await asked_for(turn, form), turn.services.exports
    format, left = form.get("format"), _left(form, campaign)
    if campaign.started_at is None or not campaign.tells_names or format not in list(Format):
        return await _offer(turn, campaign, left=left)
    request = replace(_request(turn, campaign.id, Format(str(format))), left=left)
    rows = await _rows(turn, campaign, left)
    description = turn.texts("The results of “{name}”", name=campaign.name)
    if offer := _file_offer(turn, form, request, campaign, description, rows):
        return offer
    if not exports.by_link:
        return await _offer(turn, campaign, left=left)
    begun = exports.make_link(request)
    if begun:
        await _note(turn, campaign, request)
    return await _offer(turn, campaign, _begun_text(turn.texts, begun=begun), left=left)


def _request(turn: Turn, campaign: CampaignId, format: Format) -> ExportRequest:
    number = secrets.token_hex(8)
    return ExportRequest(campaign=campaign, person=turn.person.id, channel=turn.channel, format=format, number=number)


def _takes_file(turn: Turn) -> bool:
    """Whether the platform can hand them a file in this chat."""
    return turn.services.exports.by_file and turn.channel.traits.takes_files


def _file_offer(
    turn: Turn, form: Form, request: ExportRequest, exported: Exported, description: str, rows: int
) -> Answer | None:
    """The platform's question whether they take a file, where they asked for one and the chat takes it."""
    if form.get("to") != "file" or not _takes_file(turn):
        return None
    offer = FileOffer(
        name=file_name(exported, request.format),
        description=description,
        size=max(1, rows) * BYTES[request.format],
        token=turn.services.exports.sign(request),
    )
    return Answer(offer=offer, fresh=True)


def _begun_text(texts: Texts, *, begun: bool) -> str:
    if begun:
        return texts("I am making the file: you see below how it goes.")
    return texts("I am still making this file: you see below how it goes.")


# --- the audit --------------------------------------------------------------------------------


@router.command("export audit", "audit", role=Role.OWNER)
async def export_audit(turn: Turn, rest: str) -> Answer:
    return await _offer_audit(turn)


@router.form("audit.open", role=Role.OWNER)
async def open_audit(turn: Turn, form: Form) -> Answer:
    return await _offer_audit(turn, fresh=bool(form.get("fresh")))


async def _offer_audit(turn: Turn, notice: str = "", *, fresh: bool = False) -> Answer:
    rows = await turn.store.count_audit(turn.person.tenant)
    by_file, by_link = _takes_file(turn), turn.services.exports.by_link
    return Answer(
        card=audit_export_card(turn.texts, rows, by_file=by_file, by_link=by_link, notice=notice),
        summary=title_of(turn.texts, turn.texts("audit")),
        fresh=fresh,
    )


@router.form("audit.make", role=Role.OWNER)
async def make_audit(turn: Turn, form: Form) -> Answer:
    exports, format = turn.services.exports, form.get("format")
    if format not in list(Format):
        return await _offer_audit(turn)
    request = _request(turn, AUDIT, Format(str(format)))
    rows = await turn.store.count_audit(turn.person.tenant)
    if offer := _file_offer(turn, form, request, None, turn.texts("Who did what in Crieur"), rows):
        return offer
    if not exports.by_link:
        return await _offer_audit(turn)
    await _note(turn, None, request)  # first, so that it stands in what is exported
    begun = exports.make_link(request)
    return await _offer_audit(turn, _begun_text(turn.texts, begun=begun))


# --- both -------------------------------------------------------------------------------------


async def _note(turn: Turn, exported: Exported, request: ExportRequest) -> None:
    only = {"left": request.left} if request.left else {}
    deed, tenant = turn.deed(DeedKind.EXPORTED, format=request.format, **only), turn.person.tenant
    if exported is None:
        await turn.store.note(deed, tenant, Subject.AUDIT, "audit")
        return
    await turn.store.note(deed, tenant, Subject.CAMPAIGN, exported.id, exported.name)


async def answer_offer(turn: Turn, value: object, message: str) -> Answer:
    """Somebody took a file, or not: what is said, in the place of the offer where it is a card.

    ``message``: the offer's. The answer is empty where the progress takes its place.
    """
    fields = value if isinstance(value, Mapping) else {}
    context = fields.get("context")
    token = context.get("token") if isinstance(context, Mapping) else None
    request = await turn.services.exports.read(str(token or ""))
    of_audit = request is not None and request.campaign == AUDIT
    campaign = await campaign_of(turn, request.campaign) if request and not of_audit else None
    may = turn.role is Role.OWNER if of_audit else campaign is not None
    if request is None or request.person != turn.person.id or not may:
        return Answer(text=turn.texts("This offer is no longer valid. Please ask for the export again."))
    if fields.get("action") != "accept":
        return Answer(card=declined_card(turn.texts, campaign))
    if campaign and not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    upload = _upload(fields.get("uploadInfo"))
    if upload is None or not turn.services.exports.takes(upload.url):
        trouble = turn.texts("The file could not be saved there. Please try another way.")
        return await _offer(turn, campaign, trouble) if campaign else await _offer_audit(turn, trouble)
    if other := await turn.services.exports.other_host(turn.person.tenant, upload.url):
        await _tell_owners(turn, campaign, other)
        trouble = turn.texts(
            "This is not where your organisation keeps its files, so nothing was saved. Its owners know of it."
        )
        return await _offer(turn, campaign, trouble) if campaign else await _offer_audit(turn, trouble)
    if turn.services.exports.upload(request, upload, message):
        await _note(turn, campaign, request)
    return Answer()


async def _tell_owners(turn: Turn, exported: Exported, other: OtherHost) -> None:
    """Once for each host: somebody's client, or their account, wants the file elsewhere."""
    if not other.news:
        return
    for person, role in await turn.store.with_role(turn.person.tenant):
        if role is Role.OWNER:
            texts = texts_of(person)
            name = exported.name if exported else texts("audit")
            card = refused_card(texts, name, turn.person.name or turn.person.address, other.host, other.known)
            await post(turn.services, person.id, card, texts("A file was not saved"))


def _upload(info: Any) -> Upload | None:
    """What the platform says of the place; None when it is no place."""
    if not isinstance(info, Mapping) or not isinstance(info.get("uploadUrl"), str):
        return None

    def said(name: str) -> str:
        return str(info.get(name) or "")[:TEXT]

    return Upload(
        url=info["uploadUrl"],
        name=said("name"),
        content_url=said("contentUrl"),
        unique_id=said("uniqueId"),
        file_type=said("fileType"),
    )

"""A campaign's results as a file: asked for, offered, taken."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from cards.exports import Format, declined_card, export_card, file_name
from dialogs.campaigns import named, which_one
from dialogs.drafts import asked_for
from dialogs.handover import FileOffer, Upload, Wanted
from dialogs.reports import has_forgotten
from dialogs.turn import Answer, Form, Router, Turn
from dialogs.wizard import information
from storage.records import Campaign, Channel, Deed, Subject

router = Router()

BYTES = {Format.XLSX: 75, Format.CSV: 150}  #: of a row, about
TEXT = 2_000  #: characters of what the platform says of a file


@router.command("export", "exporter")
async def export_typed(turn: Turn, name: str) -> Answer:
    campaign = await named(turn, name)
    return await which_one(turn, name) if campaign is None else await _offer(turn, campaign)


@router.form("export.open")
async def open_export(turn: Turn, form: Form) -> Answer:
    return await _offer(turn, await asked_for(turn, form), fresh=bool(form.get("fresh")))


async def _offer(turn: Turn, campaign: Campaign, notice: str = "", *, fresh: bool = False) -> Answer:
    if campaign.started_at is None:
        return Answer(card=await information(turn, campaign, turn.texts("It has not started yet."), "accent"))
    rows = (await turn.store.tally(campaign.id)).total
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign, fresh=fresh)
    exports = turn.house.exports
    by_file = exports.by_file and turn.channel is Channel.TEAMS
    return Answer(
        card=export_card(turn.texts, campaign, rows, by_file=by_file, by_link=exports.by_link, notice=notice),
        summary=turn.texts("Export: {name}", name=campaign.name),
        fresh=fresh,
    )


@router.form("export.make")
async def make_export(turn: Turn, form: Form) -> Answer:
    campaign, exports = await asked_for(turn, form), turn.house.exports
    format = form.get("format")
    if campaign.started_at is None or not campaign.keeps_people or format not in list(Format):
        return await _offer(turn, campaign)
    wanted = Wanted(
        campaign=campaign.id,
        person=turn.person.id,
        channel=turn.channel,
        format=Format(str(format)),
        number=secrets.token_hex(8),
    )
    if form.get("to") == "file" and exports.by_file and turn.channel is Channel.TEAMS:
        rows = (await turn.store.tally(campaign.id)).total
        return Answer(
            offer=FileOffer(
                name=file_name(campaign, wanted.format),
                description=turn.texts("The results of “{name}”", name=campaign.name),
                size=max(1, rows) * BYTES[wanted.format],
                token=exports.sign(wanted),
            ),
            fresh=True,
        )
    if not exports.by_link:
        return await _offer(turn, campaign)
    if not exports.make_link(wanted):
        return await _offer(turn, campaign, turn.texts("I am still making this file: you see below how it goes."))
    await _note(turn, campaign, wanted)
    return await _offer(turn, campaign, turn.texts("I am making the file: you see below how it goes."))


async def _note(turn: Turn, campaign: Campaign, wanted: Wanted) -> None:
    await turn.note(Deed.EXPORTED, Subject.CAMPAIGN, campaign.id, campaign.name, format=wanted.format)


async def answer_offer(turn: Turn, value: object, message: str) -> Answer:
    """Somebody took a file, or not: what is said, in the place of the offer where it is a card.

    ``message``: the offer's. The answer is empty where the progress takes its place.
    """
    said = value if isinstance(value, Mapping) else {}
    context = said.get("context")
    token = context.get("token") if isinstance(context, Mapping) else None
    wanted = turn.house.exports.read(str(token or ""))
    campaign = await turn.store.campaign(wanted.campaign) if wanted else None
    if wanted is None or campaign is None or wanted.person != turn.person.id or turn.role is None:
        return Answer(text=turn.texts("This offer is no longer valid. Please ask for the export again."))
    if said.get("action") != "accept":
        return Answer(card=declined_card(turn.texts, campaign))
    if not campaign.keeps_people:
        return await has_forgotten(turn, campaign)
    upload = _upload(said.get("uploadInfo"))
    if upload is None or not turn.house.exports.takes(upload.url):
        return await _offer(turn, campaign, turn.texts("The file could not be saved there. Please try another way."))
    if turn.house.exports.upload(wanted, upload, message):
        await _note(turn, campaign, wanted)
    return Answer()


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

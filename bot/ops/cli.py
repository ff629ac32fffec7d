"""What an operator can ask for at the machine, beside the running bot: ``python app.py COMMAND``."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.files.hosts import FileHosts
from bot.files.writer import harmless
from bot.keys import FILES, OwnKeys
from bot.ops.check import check
from bot.ops.erase import CLIENT, erase, export_person
from bot.ops.restore import restored
from bot.settings import Settings
from bot.web.links import LINKS
from cards.results.files.audit import PLAIN, Entry, Names
from dialogs.people.ownership import new_code
from scheduler.authors.stopped import owe_word
from scheduler.ports import Clock
from storage.port.store import Store
from storage.records import Campaign, CampaignId, CampaignState, Deed, DeedKind, Subject, TenantId
from storage.records.campaign_life import NotPossible
from storage.shared.backup import taken_at
from storage.shared.inventory import BACKED_UP

STOPPABLE = (CampaignState.RUNNING, CampaignState.SCHEDULED, CampaignState.SUBMITTED)
PAGE = 500  #: entries of the audit read at a time


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks, and what there is to do it with."""

    store: Store
    clock: Clock
    settings: Settings
    say: Callable[[str], None]


#: the exit status
Command = Callable[[Operator, argparse.Namespace], Awaitable[int]]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Each sets ``run`` to a Command; without one, the bot is started."""
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(metavar="COMMAND", title="for operators, also while the bot runs")

    def command(name: str, run: Command, help: str, *, opens: bool = True) -> argparse.ArgumentParser:
        """``opens``: it is about what is in the store, which is opened for it."""
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run, opens=opens)
        return command

    command("check", _check, "whether all that the bot needs is there, part by part, and what to do", opens=False)

    for name, run, help in (
        ("erase", _erase, "remove all that tells who somebody was; figures stay"),
        ("export-person", _export_person, "all that is kept of somebody, as JSON"),
    ):
        command(name, run, help).add_argument("address", help="their address")
    audit = command("audit", _audit, "who did what, as CSV on the standard output")
    audit.add_argument("--since", type=day, metavar="DATE", help="from this day on, like 2026-01-31 (UTC)")
    audit.add_argument("--organisation", type=TenantId, metavar="ID", help="of this one only")
    claim = command("claim-code", _claim_code, "a new one-time code that makes somebody the owner")
    claim.add_argument("--again", action="store_true", help="even where there is an owner, who has left")
    claim.add_argument("--organisation", type=TenantId, metavar="ID", help="for --again; else MicrosoftAppTenantId")
    rotate = command("rotate-keys", _rotate_keys, "new keys sign links and files from now on")
    rotate.add_argument("--forget-former", action="store_true", help="and no link made so far leads anywhere any more")
    place = command("upload-host", _upload_host, "the SharePoint to which an organisation's exports may go")
    place.add_argument("host", help="like contoso.sharepoint.com; its OneDrive is meant too")
    place.add_argument("--organisation", type=TenantId, metavar="ID", help="else MicrosoftAppTenantId")
    stop = command("stop", _stop, "nothing more of a campaign is sent: in an emergency; audited, and its author told")
    stop.add_argument("campaign", type=int, nargs="?", help="its number; without one, those that could be stopped")
    backup = command("backup", _backup, "a copy of the SQLite store in a file, while the bot runs")
    where = backup.add_mutually_exclusive_group(required=True)
    where.add_argument("file", type=Path, nargs="?", help="where it goes; it must not be there yet")
    where.add_argument("--made", action="store_true", help="only note that one was made by other means: mongodump ...")
    back = command(
        "restored", _restored, "after a backup was put in place, with the bot stopped: nobody gets a message twice"
    )
    back.add_argument("--unmarked", action="store_true", help="of a backup that does not know what it is: MongoDB's")


async def _check(operator: Operator, asked: argparse.Namespace) -> int:
    return await check(operator.settings, operator.store, operator.clock, operator.say)


def day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


async def _erase(operator: Operator, asked: argparse.Namespace) -> int:
    return await erase(operator.store, asked.address, operator.clock.now(), operator.say)


async def _export_person(operator: Operator, asked: argparse.Namespace) -> int:
    return await export_person(operator.store, asked.address, operator.say)


# --- audit ------------------------------------------------------------------------------------


async def _audit(operator: Operator, asked: argparse.Namespace) -> int:
    """Page by page: however long it is, a page is in memory. That it was read stands in it, at its end."""
    names = Names(operator.store)
    operator.say(_line([column.title for column in PLAIN]))
    after, organisations = 0, set[TenantId]()
    # entries that come while we read are read too, so our own ends the reading
    while page := await operator.store.audit_from(after, PAGE, asked.organisation, asked.since):
        entries = [Entry(number, entry, await names.of(entry.by)) for number, entry in page]
        for row in zip(*(column.values(entries) for column in PLAIN), strict=True):
            operator.say(_line(list(map(str, row))))
        organisations.update(entry.tenant for _, entry in page)
        after = page[-1][0]
        if len(page) < PAGE:
            break
    for tenant in sorted(organisations):
        deed = _by_operator(operator, DeedKind.EXPORTED, format="csv")
        await operator.store.note(deed, tenant, Subject.AUDIT, "audit")
    return 0


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([harmless(cell) for cell in cells])
    return written.getvalue()


def _by_operator(operator: Operator, kind: DeedKind, **details: str) -> Deed:
    return Deed(kind=kind, by=None, at=operator.clock.now(), details=details, client=CLIENT)


# --- the way in -------------------------------------------------------------------------------


async def _claim_code(operator: Operator, asked: argparse.Namespace) -> int:
    tenant, noted = None, []
    if asked.again:
        tenant = asked.organisation or TenantId(operator.settings.microsoft_app_tenant_id)
        if not tenant:
            operator.say("Which organisation? Please add --organisation with its id, as the audit shows it.")
            return 2
        noted = [_by_operator(operator, DeedKind.SET, again="true").to(tenant, Subject.SETTING, "claim code")]
    code = await new_code(operator.store, operator.clock, another=True, again=tenant, noted=noted)
    whose = (
        f"in organisation {tenant}, no matter who owns it now" if tenant else "in an organisation that has no owner yet"
    )
    operator.say(f"Who types this in the bot's chat becomes an owner, {whose}: claim {code}")
    operator.say("It works once, within 24 hours, and takes the place of any other that is out.")
    return 0


async def _rotate_keys(operator: Operator, asked: argparse.Namespace) -> int:
    keys = OwnKeys(operator.store, operator.clock, operator.settings.key_apart)
    for name in (LINKS, FILES):
        await keys.renew(name, forget_former=asked.forget_former)
    if asked.forget_former:
        operator.say("New keys are made, and the former ones are gone. Restart every copy of the bot now:")
        operator.say("until then it still takes links of the former ones. Links in people's chats lead nowhere then.")
    else:
        operator.say(
            "New keys are made. A copy of the bot signs with them when it is restarted; links made so far work on."
        )
    return 0


async def _upload_host(operator: Operator, asked: argparse.Namespace) -> int:
    tenant = asked.organisation or TenantId(operator.settings.microsoft_app_tenant_id)
    if not tenant:
        operator.say("Which organisation? Please add --organisation with its id, as the audit shows it.")
        return 2
    try:
        deed = _by_operator(operator, DeedKind.SET, host=asked.host)
        await FileHosts(operator.store, None).name(tenant, asked.host, deed=deed)
    except ValueError:
        operator.say(f"{asked.host} is no host. Please give it like contoso.sharepoint.com.")
        return 2
    operator.say(f"From now on, exports of organisation {tenant} go to {asked.host} and its OneDrive only.")
    return 0


# --- in an emergency --------------------------------------------------------------------------


async def _stop(operator: Operator, asked: argparse.Namespace) -> int:
    if asked.campaign is None:
        stoppable = [one for state in STOPPABLE for one in await operator.store.in_state(state)]
        for one in stoppable:
            operator.say(f"{one.id}  {one.state}  {await _author(operator, one)}: {one.name}")
        if not stoppable:
            operator.say("None runs, is scheduled or waits for approval.")
        return 0
    campaign = await operator.store.campaign(CampaignId(asked.campaign))
    if campaign is None:
        operator.say(
            f"There is no campaign {asked.campaign}. Without a number, those are listed that could be stopped."
        )
        return 1
    try:
        await owe_word(operator.store, campaign.id, operator.clock.now())
        await operator.store.stop(campaign.id, deed=_by_operator(operator, DeedKind.STOPPED))
    except NotPossible:
        operator.say(f"Nothing was done: nothing more of campaign {campaign.id} is sent, it is {campaign.state}.")
        return 1
    author = await _author(operator, campaign)
    if campaign.state is CampaignState.RUNNING:
        tally = await operator.store.tally(campaign.id)
        operator.say(f"Campaign {campaign.id} of {author} is stopped: {tally.delivered} of {tally.total} were sent.")
        operator.say("What is on its way still arrives. The bot tells the author, and nobody can go on with it.")
    else:
        operator.say(f"Campaign {campaign.id} of {author} was {campaign.state}: it is a draft again.")
        operator.say("The bot tells the author.")
    return 0


async def _author(operator: Operator, campaign: Campaign) -> str:
    person = await operator.store.person(campaign.author)
    return (person.address if person else "") or f"person {campaign.author}"


# --- backups ----------------------------------------------------------------------------------


async def _backup(operator: Operator, asked: argparse.Namespace) -> int:
    if asked.file:
        await operator.store.backup(asked.file)
    now = b"%d" % operator.clock.now().timestamp()
    await operator.store.write_documents({BACKED_UP: (None, now)})
    if not asked.file:
        operator.say("It is noted: crieur_backup_timestamp_seconds says so.")
        return 0
    operator.say(f"{asked.file} is written. To go back to it: docs/deploy.md, Backups.")
    return 0


async def _restored(operator: Operator, asked: argparse.Namespace) -> int:
    await operator.store.hold()  # no copy of the bot may run
    if not asked.unmarked and await taken_at(operator.store) is None:
        operator.say("Nothing was done: this store carries no mark of a backup, as `python app.py backup` leaves it.")
        operator.say(
            "If one was put in its place all the same (MongoDB's, a copied folder), add --unmarked: what was due"
        )
        operator.say("by now counts as unconfirmed, and scheduled campaigns are drafts again.")
        return 2
    await restored(operator.store, operator.clock.now(), operator.say)
    return 0

"""Cards about a campaign that goes: the question, and how far the taking back of its messages has come."""

from __future__ import annotations

from typing import Any

from cards.campaigns.series import has_come
from cards.kit.elements import ActionSet, AdaptiveCard
from cards.kit.parts import act, beside, card, go, handle, heading, hint, name_of, notice, paragraph, progress_bar
from cards.kit.texts import Texts
from cards.results.ending.left_behind import Names, left_behind_lines
from cards.results.troubles import code_of
from storage.records import AtEnd, Campaign, CampaignState, Channel, NotReached, Recall, Trouble


def delete_card(texts: Texts, campaign: Campaign, in_chats: int = 0) -> AdaptiveCard:
    """``in_chats``: how many people may have its message in their chat, where it can be taken back."""
    payload = handle(campaign)
    question = heading(texts("Delete “{name}”?", name=name_of(texts, campaign)))
    keep = go(texts("Keep it"), "campaign.open", payload)
    if in_chats:
        body: list[Any] = [
            question,
            paragraph(texts("Its report goes with it.")),
            paragraph(
                texts.many(
                    "{count} person may have the message in their chat. I can take it back; who has read it has"
                    " read it. It goes at the pace of sending, and I tell you how far it has come.",
                    "{count} people may have the message in their chats. I can take it back; who has read it has"
                    " read it. It goes at the pace of sending, and I tell you how far it has come.",
                    in_chats,
                )
            ),
        ]
        both = act(texts("Take back and delete"), "delete.recall", payload, style="destructive")
        alone = act(texts("Delete, take none back"), "delete.confirm", payload)
        # one below the other: what goes is read whole on a phone, too
        return card(texts, [*body, *(ActionSet(actions=[one]) for one in (both, alone, keep))])
    what = (
        texts("Its report goes with it. Messages that people have received stay in their chats.")
        if campaign.state is CampaignState.DONE and (campaign.recalled_at is None or campaign.ended_in_chats)
        else texts("Its report goes with it.")
        if campaign.state is CampaignState.DONE
        else texts("Nothing more of it goes out. What went out stays, with its reports.")
        if has_come(campaign)
        else texts("It has not been sent to anybody.")
    )
    delete = act(texts("Yes, delete it"), "delete.confirm", payload, style="destructive")
    return card(texts, [question, paragraph(what)], [delete, keep])


def recall_card(texts: Texts, campaign: Campaign, recall: Recall, names: Names = ()) -> AdaptiveCard:
    """One card in the chat of who asked for it, updated in place. ``names``: of those whose message stays as it was."""
    name, whole = name_of(texts, campaign), max(recall.total, recall.done)
    ended = recall.finished_at is not None
    does = campaign.recall_does
    title = _closing_title(texts, campaign, recall) or (
        texts("No message of “{name}” could be taken back", name=name)
        if ended and recall.failed and not recall.taken_back
        else texts("The messages of “{name}” have been taken back", name=name)
        if ended
        else texts("The messages of “{name}” are being taken back", name=name)
    )
    lines: list[Any] = [heading(title)]
    if recall.waits_for is not None and not ended:
        lines.append(notice(_waits_text(texts, recall.waits_for, campaign.channel), "warning"))
    taken_back = (
        texts.many(
            "{count} of {total} messages is out of the chats",
            "{count} of {total} messages are out of the chats",
            recall.taken_back,
            total=texts.number(whole),
        )
        if does is AtEnd.DELETE
        else texts.many(
            "{count} of {total} messages is changed",
            "{count} of {total} messages are changed",
            recall.taken_back,
            total=texts.number(whole),
        )
    )
    lines += [
        beside(
            [paragraph(taken_back)],
            [paragraph(texts.percent(recall.taken_back, whole), align="Right", weight="Bolder")],
            widths=["stretch", "auto"],
        ),
        progress_bar(recall.done, whole),
    ]
    lines += left_behind_lines(texts, campaign, recall, names)
    if campaign.recall_deletes:
        goes = (
            texts("The campaign and its report are deleted.")
            if ended
            else texts("After that, the campaign and its report are deleted.")
        )
        lines.append(hint(goes))
        return card(texts, lines, [go(texts("All campaigns"), "campaigns.open", {"page": 0})] if ended else [])
    return card(texts, lines, [go(texts("Report"), "report.open", handle(campaign))])


def recalled_text(texts: Texts, campaign: Campaign, recall: Recall) -> str:
    """One line for the notification."""
    if campaign.recall_does is not AtEnd.DELETE:
        return texts.many(
            "“{name}” has ended: {count} of {total} messages is changed.",
            "“{name}” has ended: {count} of {total} messages are changed.",
            recall.taken_back,
            total=texts.number(max(recall.total, recall.done)),
            name=name_of(texts, campaign),
        )
    return texts.many(
        "“{name}”: {count} of {total} messages has been taken back.",
        "“{name}”: {count} of {total} messages have been taken back.",
        recall.taken_back,
        total=texts.number(max(recall.total, recall.done)),
        name=name_of(texts, campaign),
    )


def _closing_title(texts: Texts, campaign: Campaign, recall: Recall) -> str:
    """Where its end changes its messages; "" where they are deleted."""
    name, ended = name_of(texts, campaign), recall.finished_at is not None
    if campaign.recall_does is AtEnd.DELETE:
        return ""
    if ended and recall.failed and not recall.taken_back:
        return texts("No message of “{name}” could be changed", name=name)
    if campaign.recall_does is AtEnd.CLOSE:
        return texts("“{name}” is closed", name=name) if ended else texts("“{name}” is being closed", name=name)
    return texts("“{name}” has ended", name=name) if ended else texts("“{name}” is ending", name=name)


def _waits_text(texts: Texts, trouble: Trouble, channel: Channel) -> str:
    """What keeps it waiting, and who can mend it."""
    name, code = channel.traits.name, code_of(trouble.detail)
    match trouble.reason:
        case NotReached.SWITCHED_OFF:
            return texts(
                "Your administrator has switched Crieur off in {channel}."
                " It goes on by itself once Crieur is allowed again in the admin centre.",
                channel=name,
            )
        case NotReached.NO_TOKEN:
            return texts(
                "Crieur cannot sign in at Microsoft ({code}). The people who run Crieur have to look at its secret;"
                " it then goes on by itself.",
                code=code,
            )
        case NotReached.INTERCEPTED:
            return texts(
                "Something else answers in the place of {channel}, such as a proxy or a firewall."
                " The people who run Crieur’s network can mend it; it then goes on by itself.",
                channel=name,
            )
        case NotReached.UNEXPLAINED:
            return texts(
                "{channel} refuses everything from Crieur ({code}) and does not say why. Your administrator can look at"
                " its policies, and your network team at the firewall; it is tried again now and then.",
                channel=name,
                code=code,
            )
        case _:
            return texts(
                "{channel} does not answer at the moment. Nobody has to do anything: it goes on by itself,"
                " for three days at the most.",
                channel=name,
            )

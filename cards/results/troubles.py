"""What keeps messages from being sent at the moment: one plain line, with who can mend it."""

from __future__ import annotations

import re
from typing import Any

from cards.kit.parts import go, handle, notice
from cards.kit.texts import Texts
from cards.kit.variables import escape_markdown
from storage.records import Campaign, CampaignState, Channel, NotReached

CODE = 60  #: characters of a code that are shown
_CODE = re.compile(r"AADSTS\d+|[\w.() -]+")


def trouble_text(texts: Texts, reason: NotReached, detail: str, channel: Channel) -> str:
    """``detail``: what the platform said, with its code first."""
    name, code = channel.traits.name, code_of(detail)
    match reason:
        case NotReached.SWITCHED_OFF:
            return texts(
                "Your administrator has switched Crieur off in {channel}."
                " Sending goes on by itself once it is allowed again in the admin centre.",
                channel=name,
            )
        case NotReached.NO_TOKEN:
            return texts(
                "Crieur cannot sign in at Microsoft ({code}). The people who run Crieur have to look at its secret;"
                " sending then goes on by itself.",
                code=code,
            )
        case NotReached.INTERCEPTED:
            return texts(
                "Something else answers in the place of {channel}, such as a proxy or a firewall."
                " The people who run Crieur’s network can mend it; sending then goes on by itself.",
                channel=name,
            )
        case NotReached.UNEXPLAINED:
            return texts(
                "{channel} refuses everything from Crieur ({code}) and does not say why. Your administrator can look at"
                " its policies, and your network team at the firewall; it is tried again now and then.",
                channel=name,
                code=code,
            )
        case NotReached.WRONG_REGION:
            return texts(
                "{channel} serves your people elsewhere than Crieur knows ({code})."
                " Crieur finds out where once one of them writes to it, and goes on by itself.",
                channel=name,
                code=code,
            )
        case NotReached.MESSAGE_REFUSED:
            return texts(
                "{channel} refuses this message for everybody ({code}), so nothing more is sent."
                " Change or shorten it in a copy, for the people whom it has not reached.",
                channel=name,
                code=code,
            )
        case NotReached.NOT_WRITTEN:
            return texts(
                "Crieur cannot write this message, by a fault of its own, so nothing more is sent. The people who run"
                " Crieur find the fault in its log; a copy for the people whom it has not reached is a new draft."
            )
        case NotReached.STOPPED:
            return texts(
                "The people who run Crieur have stopped this campaign: nothing more of it is sent. Please ask them why;"
                " a copy for the people whom it has not reached is a new draft."
            )
        case _:
            return texts(
                "{channel} takes no messages at the moment. Nobody has to do anything: sending goes on by itself.",
                channel=name,
            )


def trouble_lines(texts: Texts, campaign: Campaign) -> list[Any]:
    """The line on the card of a campaign that something keeps waiting; of one that was paused, also at its end."""
    trouble = campaign.trouble
    if trouble is None or (campaign.state is CampaignState.DONE and not trouble.pauses):
        return []
    tone = "attention" if trouble.pauses else "warning"
    return [notice(trouble_text(texts, trouble.reason, trouble.detail, campaign.channel), tone)]


def copy_for_the_others(texts: Texts, campaign: Campaign) -> Any:
    """A new draft of the message, to be changed, for the people whom this campaign does not reach."""
    return go(texts("Copy for the others"), "report.others", handle(campaign))


def code_of(detail: str) -> str:
    """The code at the beginning of what the platform said: "403 PolicyViolation"."""
    match = _CODE.search(detail)
    code = (match[0] if match else "").strip()[:CODE].strip()
    return escape_markdown(code) if code else "?"

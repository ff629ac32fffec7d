"""The words for what became of a message, and why."""

from __future__ import annotations

from cards.kit.texts import Texts
from storage.records import Channel, DeliveryState, NotReached

#: the names of chart colours that Teams knows
COLORS = {
    DeliveryState.DELIVERED: "good",
    DeliveryState.UNREACHABLE: "neutral",
    DeliveryState.ABSENT: "categoricalBlue",
    DeliveryState.EXPIRED: "warning",
    DeliveryState.FAILED: "attention",
    DeliveryState.UNCONFIRMED: "categoricalPurple",
    DeliveryState.MUTED: "categoricalTeal",
    DeliveryState.CAPPED: "categoricalMarigold",
}


def final_state(texts: Texts, state: DeliveryState) -> str:
    return {
        DeliveryState.DELIVERED: texts("Sent"),
        DeliveryState.UNREACHABLE: texts("Unreachable"),
        DeliveryState.ABSENT: texts("Absent"),
        DeliveryState.EXPIRED: texts("Expired"),
        DeliveryState.FAILED: texts("Failed"),
        DeliveryState.UNCONFIRMED: texts("Unconfirmed"),
        DeliveryState.MUTED: texts("Muted"),
        DeliveryState.CAPPED: texts("Had enough this week"),
    }[state]


def reason_text(texts: Texts, reason: NotReached, channel: Channel) -> str:
    """A plain reason for somebody who was not reached."""
    name = channel.traits.name
    return {
        NotReached.NEVER_INSTALLED: texts("They have never installed Crieur."),
        NotReached.UNINSTALLED: texts("They have removed Crieur."),
        NotReached.BLOCKED: texts("They have blocked Crieur."),
        NotReached.GONE: texts("They have left the organisation."),
        NotReached.CHAT_LOST: texts("Their chat could not be opened again."),
        NotReached.ABSENT: texts("They were not there any time I looked."),
        NotReached.PRESENCE_UNKNOWN: texts("The time was over before anybody could tell whether they were there."),
        NotReached.SLOT_OVER: texts("The time of the campaign was over first."),
        NotReached.THROTTLED: texts("The time was over while {channel} asked us to slow down.", channel=name),
        NotReached.OUTAGE: texts("{channel} did not answer until the time was over.", channel=name),
        NotReached.REFUSED: texts("{channel} refused the message.", channel=name),
        NotReached.CONNECTION_BROKE: texts("The connection broke after sending: it may have arrived."),
        NotReached.LIST_GONE: texts("The group or team of their list was gone."),
        NotReached.LIST_NOT_READ: texts("The time was over before I could read who stands in their list."),
        NotReached.MUTED: texts("They have muted campaigns."),
        NotReached.LEFT_TOPIC: texts("They have left its topic."),
        NotReached.QUIET: texts("The time was over in their quiet hours."),
        NotReached.CAPPED: texts("They have had as many messages this week as your organisation allows."),
        NotReached.BOT_STOPPED: texts("The bot stopped while sending: it may have arrived."),
        NotReached.RESTORED: texts("The bot’s memory came from a backup: it may have arrived before."),
        NotReached.SWITCHED_OFF: texts("The administrator had switched Crieur off until the time was over."),
        NotReached.UNEXPLAINED: texts("{channel} refused it without a reason that I know.", channel=name),
        NotReached.INTERCEPTED: texts(
            "Something else answered in the place of {channel}: a proxy or a firewall.", channel=name
        ),
        NotReached.WRONG_REGION: texts("{channel} serves them elsewhere, and I do not know where.", channel=name),
        NotReached.NO_TOKEN: texts("Crieur could not sign in at Microsoft until the time was over."),
        NotReached.MESSAGE_REFUSED: texts("Not sent, as {channel} refused the message for others.", channel=name),
        NotReached.NOT_WRITTEN: texts("Crieur could not write it: a fault of its own, which its log names."),
        NotReached.STOPPED: texts("Not sent, as the people who run Crieur stopped the campaign."),
        NotReached.GATEWAY: texts("{channel} gave up before it answered: it may have arrived.", channel=name),
    }[reason]


def open_state(texts: Texts, state: DeliveryState) -> str:
    """Of a delivery that has not ended."""
    return texts("Waiting for an install") if state is DeliveryState.WAITING else texts("Still to send")


def state_of_one(texts: Texts, state: DeliveryState) -> str:
    """Of one person's message; a chart's words are of many."""
    return {
        DeliveryState.WAITING: texts("waiting for an install"),
        DeliveryState.DELIVERED: texts("sent to them"),
        DeliveryState.UNREACHABLE: texts("unreachable"),
        DeliveryState.ABSENT: texts("absent"),
        DeliveryState.EXPIRED: texts("expired"),
        DeliveryState.FAILED: texts("failed"),
        DeliveryState.UNCONFIRMED: texts("unconfirmed"),
        DeliveryState.MUTED: texts("muted"),
        DeliveryState.CAPPED: texts("had enough this week"),
    }.get(state, texts("still to send"))


def reason_of_one(texts: Texts, reason: NotReached, channel: Channel) -> str:
    """Of one person; a report's words are of many."""
    name = channel.traits.name
    return {
        NotReached.NEVER_INSTALLED: texts("has never installed Crieur"),
        NotReached.UNINSTALLED: texts("has removed Crieur"),
        NotReached.BLOCKED: texts("has blocked Crieur"),
        NotReached.GONE: texts("has left the organisation"),
        NotReached.CHAT_LOST: texts("the chat could not be opened again"),
        NotReached.ABSENT: texts("was not there any time I looked"),
        NotReached.PRESENCE_UNKNOWN: texts("the time was over before anybody could tell who was there"),
        NotReached.SLOT_OVER: texts("the time of the campaign was over first"),
        NotReached.THROTTLED: texts("the time was over while {channel} asked us to slow down", channel=name),
        NotReached.OUTAGE: texts("{channel} did not answer until the time was over", channel=name),
        NotReached.SWITCHED_OFF: texts("the administrator had switched Crieur off until the time was over"),
        NotReached.UNEXPLAINED: texts("{channel} refused it without a reason that I know", channel=name),
        NotReached.INTERCEPTED: texts(
            "something else answered in the place of {channel}: a proxy or a firewall", channel=name
        ),
        NotReached.WRONG_REGION: texts("{channel} serves them elsewhere, and I do not know where", channel=name),
        NotReached.NO_TOKEN: texts("Crieur could not sign in at Microsoft until the time was over"),
        NotReached.MESSAGE_REFUSED: texts("not sent, as {channel} refused the message for others", channel=name),
        NotReached.NOT_WRITTEN: texts("Crieur could not write it: a fault of its own, which its log names"),
        NotReached.STOPPED: texts("not sent, as the people who run Crieur stopped the campaign"),
        NotReached.GATEWAY: texts("{channel} gave up before it answered: it may have arrived", channel=name),
        NotReached.REFUSED: texts("{channel} refused the message", channel=name),
        NotReached.CONNECTION_BROKE: texts("the connection broke after sending: it may have arrived"),
        NotReached.LIST_GONE: texts("the group or team of the list was gone"),
        NotReached.LIST_NOT_READ: texts("the time was over before I could read the list"),
        NotReached.MUTED: texts("has muted campaigns"),
        NotReached.LEFT_TOPIC: texts("has left its topic"),
        NotReached.QUIET: texts("the time was over in quiet hours"),
        NotReached.CAPPED: texts("has had as many messages this week as the organisation allows"),
        NotReached.BOT_STOPPED: texts("the bot stopped while sending: it may have arrived"),
        NotReached.RESTORED: texts("the bot’s memory came from a backup: it may have arrived before"),
    }[reason]

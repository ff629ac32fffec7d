"""A message to an author that does not come again and again where its answer breaks, or the bot dies.

    nothing --written down--> may be posted --accepted-----------------> posted
                                            --certainly not accepted---> nothing
                                            --broken, or the bot died--> may be posted, for the last time

That it may have been posted is durable before the request leaves, as for deliveries. One more follows a break;
after that the author asks, if they miss it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scheduler.ports import Delivered, Outcome, Retry, Unconfirmed
from storage.port.operations import Documents
from storage.records import StaleVersion

MOST = 2  #: posts of one message, where nobody knows of the first whether it arrived


async def post_once(
    store: Documents, key: str, post: Callable[[], Awaitable[Outcome]], *, gives_up: bool = False
) -> bool:
    """Post what is kept under this key, unless that has been done; whether nothing is left to do.

    ``gives_up``: what the platform refuses is done with, too. Two at once post once: the other one leaves it.
    Delete the document of ``key`` when something else tells that it is done.
    """
    kept = (await store.read_documents([key])).get(key)
    posts = int(kept[1]) if kept else 0
    if posts >= MOST:
        return True
    try:
        await store.write_documents({key: (kept[0] if kept else "", b"%d" % (posts + 1))})
    except StaleVersion:
        return False
    outcome = await post()
    if isinstance(outcome, Unconfirmed):
        return posts + 1 >= MOST
    accepted = isinstance(outcome, Delivered) or (gives_up and not isinstance(outcome, Retry))
    await store.write_documents({key: (None, b"%d" % (MOST if accepted else posts))})
    return accepted

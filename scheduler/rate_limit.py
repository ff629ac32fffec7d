"""How fast a tenant may be written to. Every ``now`` is in monotonic seconds.

The platform allows one app 50 requests a second in one tenant (rate-limit page of the Teams bot
documentation); Crieur stays under it, slows down when told to, and recovers by itself.
"""

from __future__ import annotations

RATE = 45.0  #: messages a second and tenant, under the platform's 50
KEPT = 0.1  #: seconds' worth of tokens kept: RATE and this share of it stay under the platform's 50
FLOOR = 1.0  #: messages a second: slowed down no further
SLOWED = 0.7  #: the share of the rate that a 429 leaves
RECOVERY = 60.0  #: seconds from the floor back to the full rate
CHAT_INTERVAL = 2.2  #: seconds between messages into one chat: the platform allows 1,800 an hour
CHAT_BURST = 6  #: messages that may come together: it allows 7 in a second, 8 in two
INSTANT = 0.001  #: seconds: shorter waits are none
PATIENCE = 1.0  #: seconds: 429s closer together than this count as one


class TokenBucket:
    """Tokens that grow with time, a moment's worth at the most: after a rest, too, no second sees a burst."""

    def __init__(self, rate: float, now: float) -> None:
        self._full = rate
        self._rate = rate
        self._tokens = max(1.0, rate * KEPT)
        self._at = now
        self._slowed_at: float | None = None
        self._closed_until = now

    def _grow(self, now: float) -> None:
        elapsed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self._rate = min(self._full, self._rate + self._full * elapsed / RECOVERY)
        self._tokens = min(self._room, self._tokens + self._rate * elapsed)

    @property
    def _room(self) -> float:
        """Tokens kept at the most; one whole one also where the rate is less than one a second."""
        return max(1.0, self._rate * KEPT)

    def take(self, now: float, wanted: int) -> int:
        """Up to ``wanted`` tokens; how many were there."""
        self._grow(now)
        if now < self._closed_until:
            return 0
        granted = int(min(wanted, max(0.0, self._tokens)))
        self._tokens -= granted
        return granted

    def soon(self, now: float, seconds: float) -> int:
        """How many tokens there will be in the next seconds, if nothing changes; 0 while it is closed."""
        self._grow(now)
        return 0 if now < self._closed_until else int(max(0.0, self._tokens) + self._rate * seconds)

    def give_back(self, unused: int) -> None:
        self._tokens = min(self._room, self._tokens + unused)

    def throttled(self, now: float, after: float | None) -> None:
        """The platform said 429: go slower, and not before ``after`` seconds where it named them."""
        self._grow(now)
        if after:
            self._closed_until = max(self._closed_until, now + after)
        if self._slowed_at is None or now - self._slowed_at > PATIENCE:
            self._rate = max(min(FLOOR, self._full), self._rate * SLOWED)
            self._slowed_at = now


class ChatBuckets:
    """A bucket per chat, each a single number: the instant at which it will be full again."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._full_at: dict[str, float] = {}
        self._tidy_above = 1_000

    def wait(self, conversation: str, now: float) -> float:
        """Seconds until this chat may be written to; where it is 0, the message is counted."""
        full_at = max(now, self._full_at.get(conversation, now))
        early = full_at - now - (CHAT_BURST - 1) * self._interval
        if early > INSTANT:
            return early
        self._full_at[conversation] = full_at + self._interval
        if len(self._full_at) > self._tidy_above:
            self._tidy(now)
        return 0.0

    def _tidy(self, now: float) -> None:
        self._full_at = {chat: full_at for chat, full_at in self._full_at.items() if full_at > now}
        self._tidy_above = max(1_000, 2 * len(self._full_at))


class RateLimit:
    """A bucket per tenant, where one that is throttled delays no other; and one per chat.

    ``rate``: messages a second and tenant; ``chat_interval``: seconds.
    """

    def __init__(self, rate: float = RATE, chat_interval: float = CHAT_INTERVAL) -> None:
        self._rate = rate
        self.chats = ChatBuckets(chat_interval)
        self._buckets: dict[str, TokenBucket] = {}

    def of(self, tenant: str, now: float) -> TokenBucket:
        bucket = self._buckets.get(tenant)
        if bucket is None:
            bucket = self._buckets[tenant] = TokenBucket(self._rate, now)
        return bucket

"""Variants of the rules that change nothing which anybody could see: looked at one by one."""

from __future__ import annotations

#: (path, the lines that differ before, and after, why nobody could tell)
EQUIVALENT: tuple[tuple[str, str, str, str], ...] = (
    (
        "storage/records/deliveries.py",
        "Verdict = tuple[DeliveryState, NotReached]",
        "Verdict = None",
        "a name for annotations, which are not evaluated",
    ),
    (
        "scheduler/rules/settling.py",
        "return rng.uniform(0.1, max(0.1, min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(attempts, 16), left)))",
        "return rng.uniform(0.1, max(0.1, min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(attempts, 17), left)))",
        "it keeps 2.0 ** attempts from overflowing: the longest wait is reached at the eighth",
    ),
    (
        "scheduler/rules/ladder.py",
        "pieces = steady(since, since + 3 * HOUR, zone)",
        "pieces = steady(since, since + 4 * HOUR, zone)",
        "the first full hour comes within three, whatever clocks do; what comes after it is not looked at",
    ),
    (
        "storage/records/campaign_life.py",
        "to: CampaignState | None = None",
        'to: CampaignState | None = ""',
        "it is asked whether it is there, and nothing else",
    ),
    (
        "storage/records/campaign_life.py",
        'stamp: str = ""',
        "stamp: str = None",
        "it is asked whether it is there, and nothing else",
    ),
    (
        "storage/records/campaign_life.py",
        'after: str = ""',
        "after: str = None",
        "it is asked whether it is there, and nothing else",
    ),
    (
        "storage/records/campaign_life.py",
        'needs: str = ""',
        "needs: str = None",
        "it is asked whether it is there, and nothing else",
    ),
    (
        "storage/records/campaign_life.py",
        "past = order.index(campaign.state) > order.index(transition.states[0])",
        "past = order.index(campaign.state) >= order.index(transition.states[0])",
        "the campaign is in none of those states, and so not in the first",
    ),
    (
        "scheduler/rate_limit.py",
        "self._tokens = max(1.0, rate * KEPT)",
        "self._tokens = max(2.0, rate * KEPT)",
        "what a bucket holds at first is cut to what it may hold before any of it is taken",
    ),
    (
        "scheduler/rate_limit.py",
        "self._tokens = max(1.0, rate * KEPT)",
        "self._tokens = max(1.0, rate / KEPT)",
        "what a bucket holds at first is cut to what it may hold before any of it is taken",
    ),
    (
        "scheduler/rate_limit.py",
        "self._tidy_above = 1_000",
        "self._tidy_above = 1001",
        "when chats that rest are forgotten is seen in memory only, and to one chat",
    ),
    (
        "scheduler/rate_limit.py",
        "if len(self._full_at) > self._tidy_above:",
        "if len(self._full_at) >= self._tidy_above:",
        "when chats that rest are forgotten is seen in memory only, and to one chat",
    ),
    (
        "scheduler/rate_limit.py",
        "self._tidy_above = max(1_000, 2 * len(self._full_at))",
        "self._tidy_above = max(1001, 2 * len(self._full_at))",
        "when chats that rest are forgotten is seen in memory only, and to one chat",
    ),
    (
        "scheduler/rate_limit.py",
        "self._full_at = {chat: full_at for chat, full_at in self._full_at.items() if full_at > now}",
        "self._full_at = {chat: full_at for chat, full_at in self._full_at.items() if full_at >= now}",
        "a chat that is full at this instant is as one that nobody has written to",
    ),
    (
        "scheduler/rules/window.py",
        "for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):",
        "for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 2):",
        "a day after the piece's last has no opening before its closing in it",
    ),
    (
        "scheduler/rules/window.py",
        "_start_of, _end_of = itemgetter(0), itemgetter(1)",
        "_start_of, _end_of = itemgetter(1), itemgetter(1)",
        "a span that began before the instant is of its day, or of one before: no next day",
    ),
    (
        "scheduler/rules/window.py",
        "_before: tuple[int, ...] = field(init=False, repr=False, compare=False)",
        "_before: tuple[int, ...] = field(init=False, repr=False, compare=None)",
        "it is alike where the spans are",
    ),
    (
        "scheduler/rules/window.py",
        "_before: tuple[int, ...] = field(init=False, repr=False, compare=False)",
        "_before: tuple[int, ...] = field(init=False, repr=False, compare=True)",
        "it is alike where the spans are",
    ),
)

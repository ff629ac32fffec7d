"""A world made of one seed: clock, network, store, platform, people and faults, each run repeatable to the letter.

The real bot runs in it as ``app.crieur`` composes it. ``loop`` is the event loop with virtual time, ``network`` the
wires between copies of the bot, the platform and people, ``disk`` and ``mongo`` the stores, ``faults`` what goes wrong,
``world`` one life from the first install to the last report, ``invariants`` what must hold in it.
"""

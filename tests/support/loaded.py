"""What the process has loaded of which programs are forks (tests/support/forked.py)."""

import gc

import app
import storage.mongo

__all__ = ["app", "storage"]

gc.collect()
gc.freeze()  # else the collector of each fork would write on every page that it shares

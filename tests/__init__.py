"""The tests.

What they import is kept compiled, whatever the machine's setting: they start the program a hundred times.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # of the programs that they start, too
sys.dont_write_bytecode = False

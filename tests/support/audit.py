"""``python -m tests.support.audit``: what pip-audit says of the exact versions in requirements.lock.

pip-audit takes a package that its database does not know for one without holes, and so says that all is
well where there is no database. Here what could not be looked up is counted, and said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FAILED, UNKNOWN = 1, 2  #: something has a hole; something could not be looked up


def verdict(dependencies: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """What to say of pip-audit's findings, and the exit status."""
    lines = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for one in dependencies
        for hole in one.get("vulns", ())
    ]
    holes = len(lines)
    skipped = [one for one in dependencies if "skip_reason" in one]
    looked_up = len(dependencies) - len(skipped)
    if not looked_up:
        return ["The database could not be reached: nothing has been audited."], UNKNOWN
    lines.append(f"{looked_up} packages looked up, {holes} known vulnerabilities")
    if skipped:
        lines.append("Not looked up: " + ", ".join(one["name"] for one in skipped))
    return lines, FAILED if holes else UNKNOWN if skipped else 0


def main(auditor: str) -> int:
    asked = [auditor, "--requirement", "requirements.lock", "--no-deps", "--disable-pip", "--format", "json"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        complaints = done.stderr.strip().splitlines()
        lines, status = (
            [f"The database could not be reached: nothing has been audited. {complaints[-1] if complaints else ''}"],
            UNKNOWN,
        )
    else:
        lines, status = verdict(dependencies)
    sys.stdout.write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

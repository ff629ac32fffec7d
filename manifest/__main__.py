"""``python -m manifest [FILE]``: writes the Teams app package, by default build/crieur.zip."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.settings import WrongSettings
from bot.version import VERSION
from manifest.package import build
from manifest.settings import PackageSettings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m manifest", description="Build the Teams app package")
    parser.add_argument("file", type=Path, nargs="?", default=Path("build/crieur.zip"))
    arguments = parser.parse_args()
    try:
        settings = PackageSettings()
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    arguments.file.write_bytes(build(settings))
    sys.stdout.write(f"{arguments.file}: {settings.app_name} {VERSION}, ready to be uploaded to Teams\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The Bot Framework and the web, in and out."""

import sys

if sys.platform == "win32":
    raise SystemExit(
        "Crieur runs on Linux or macOS; on Windows, in WSL: https://learn.microsoft.com/windows/wsl/install"
    )

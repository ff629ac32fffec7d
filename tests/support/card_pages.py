"""``docs/cards/``: the pictures of every card made small, and a page that shows them side by side.

python -m tests.support.card_pages build/cards docs/cards
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from tests.support.pictures import SCALE

SHOWN = ("en.light", "en.dark", "fr.light")  #: of each card: French words, and dark colours, once each
COLOURS = 96  #: of a picture: text and a few fills need no more
ABOUT = """# Every card

Made by `make cards` with Microsoft's own renderer, from the records of a good day at Contoso: in English by day and
by night, and in French. Native charts are not part of the renderer: their fallback is drawn; Teams draws the chart.
"""


def small(source: Path, target: Path) -> None:
    with Image.open(source) as picture:
        size = (picture.width // SCALE, picture.height // SCALE)
        smaller = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    smaller.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)


def page(names: list[str]) -> str:
    lines = [ABOUT]
    for name in names:
        title = name.replace("_", " ")
        lines.append(f"## {title[0].upper()}{title[1:]}\n")
        lines += [
            f'<img src="{name}.{kind}.png" width="270" alt="{title}, {kind.replace(".", ", ")}">' for kind in SHOWN
        ]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    source, target = (Path(argument) for argument in sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name.removesuffix(f".{SHOWN[0]}.png") for path in source.glob(f"*.{SHOWN[0]}.png"))
    for name in names:
        for kind in SHOWN:
            small(source / f"{name}.{kind}.png", target / f"{name}.{kind}.png")
    (target / "README.md").write_text(page(names), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Every variant of a module that differs from it in one place, by mutmut's operators.

Run by the Python that has mutmut: ``variants.py PATH...`` prints a line of JSON for each: path, line, was, now, and the
whole source. Unlike mutmut's own runner this changes decorated functions, tables and constants, too.
"""

from __future__ import annotations

import ast
import difflib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators


class Places(cst.CSTVisitor):
    """Where something may be changed. Not: what is never run (annotations), decorators, and the words of an error."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        #: (first byte, behind the last, what stands there)
        self.places: list[tuple[int, int, cst.CSTNode]] = []
        self._words: set[cst.CSTNode] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if node in self._words or isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        if isinstance(node, cst.Raise) and isinstance(node.exc, cst.Call):
            self._words.update(node.exc.args)
        if span := self.get_metadata(ByteSpanPositionProvider, node, None):
            self.places.append((span.start, span.start + span.length, node))
        return True

    def variants(self) -> Iterator[tuple[int, int, cst.CSTNode, cst.CSTNode]]:
        """(first byte, behind the last, what stands there, what stands there instead)"""
        for start, end, node in self.places:
            if isinstance(node, cst.Call) and self._words.intersection(node.args):
                continue
            for kind, operator in mutation_operators:
                if isinstance(node, kind):
                    for changed in operator(node):
                        yield start, end, node, changed


def variants(path: str) -> Iterator[dict[str, object]]:
    source = Path(path).read_text(encoding="utf-8")
    encoded = source.encode()
    wrapper = MetadataWrapper(cst.parse_module(source))
    places = Places()
    wrapper.visit(places)
    seen = {ast.dump(ast.parse(source))}
    for start, end, node, changed in places.variants():
        if isinstance(node, cst.BaseCompoundStatement):  # whose lines are indented as they stand
            text = wrapper.module.deep_replace(node, changed).code  # type: ignore[arg-type]
        else:
            text = (encoded[:start] + wrapper.module.code_for_node(changed).encode() + encoded[end:]).decode()
        try:
            tree = ast.dump(ast.parse(text))
        except SyntaxError:
            continue
        if tree not in seen:
            seen.add(tree)
            was, now = _difference(source, text)
            yield {"path": path, "line": source[:start].count("\n") + 1, "was": was, "now": now, "source": text}


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, before and after."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    was, now = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    return "\n".join(was), "\n".join(now)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        for variant in variants(path):
            print(json.dumps(variant))  # noqa: T201

"""The module list of docs/map.md, from each module's own first line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


def module_map() -> str:
    """One line a module, folder by folder."""
    return "\n".join(line for package in ("backend", "ecp_tui") for line in _folder(ROOT / package, 0))


def _folder(folder: Path, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}- **{folder.name}/** {_first_line(folder / '__init__.py')}"
    for module in sorted(folder.glob("*.py")):
        if module.name != "__init__.py":
            yield f"{indent}  - `{module.name}` {_first_line(module)}"
    for inner in sorted(path for path in folder.iterdir() if (path / "__init__.py").exists()):
        yield from _folder(inner, depth + 1)


def _first_line(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return docstring.split("\n", 1)[0]

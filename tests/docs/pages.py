"""The pages that people read, and the code in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("**/README.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def name_of(page: Path) -> str:
    """The page as a test's id shows it."""
    return page.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    """The text of a page by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced blocks of a page, of one language or of all."""
    return [body for said, body in FENCE.findall(text) if language in (None, said)]


def inline(text: str) -> list[str]:
    """What stands between single backticks, outside of blocks."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def table_rows(text: str, columns: int) -> list[list[str]]:
    """The cells of every table row with so many columns; a bar within a cell is written with a backslash."""
    lines = [line for line in text.splitlines() if line.startswith("| `") or line.startswith("| **")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in rows if len(row) == columns]

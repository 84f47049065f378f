"""Turning what the house hands over into what a store takes: batches, text of bounded length, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

PARAM_LENGTH = 6_000
TAG_LENGTH = 8_000

SHORTENED = "\n\n*Shortened: the rest is in the model card, under Artifacts.*\n"


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def params_as_text(values: Mapping[str, object]) -> dict[str, str]:
    """Settings as a store keeps them: text, cut at PARAM_LENGTH characters."""
    return {name: str(value)[:PARAM_LENGTH] for name, value in values.items()}


def finite(values: Mapping[str, float]) -> dict[str, float]:
    """The numbers that can be plotted, with six digits after the point, below 1 with six that count.

    NaN and the infinities are left out.
    """
    return {name: _readable(float(value)) for name, value in values.items() if math.isfinite(value)}


def _readable(value: float) -> float:
    """Pages show every digit that there is: those beyond the sixth are noise to their readers."""
    return round(value, 6) if abs(value) >= 1 else float(f"{value:.6g}")


def note_that_fits(markdown: str) -> str:
    """Markdown of at most TAG_LENGTH characters, cut at a line end and saying so."""
    if len(markdown) <= TAG_LENGTH:
        return markdown
    kept = markdown[: TAG_LENGTH - len(SHORTENED)]
    return kept[: kept.rfind("\n")] + SHORTENED if "\n" in kept else kept + SHORTENED


def as_json(value: object) -> str:
    """Indented JSON in the order given; what JSON does not know becomes text."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """CSV with the columns of the first row; None is empty. ValueError when a later row has others."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()

"""The scorings that lie on disk: which day, by which version, in which file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from leadlift.names import MANIFEST, PROBABILITY, SCORE, VALUE
from leadlift.workflows.places import SCORES

if TYPE_CHECKING:  # a day is also looked at for one customer, who needs no statistics
    from leadlift.evaluation.stability import Floats


@dataclass(frozen=True)
class ScoredDay:
    """One finished scoring. sha256: of scores.parquet. data: what the features were made of."""

    as_of: date
    version: int
    customers: int
    path: Path
    sha256: str
    data: str

    def scores(self) -> tuple[Floats, Floats]:
        """Raw scores, and chances or amounts, (n,) each, in the file's order."""
        told = VALUE if VALUE in pq.read_schema(self.path).names else PROBABILITY
        table = pq.read_table(self.path, columns=[SCORE, told])
        return np.asarray(table[SCORE].to_numpy()), np.asarray(table[told].to_numpy())


def scored_days(root: Path, pipeline: str, until: date) -> list[ScoredDay]:
    """Every scoring of a pipeline up to a day, oldest first. What is no scoring of ours is passed over."""
    found = _scored(root / "scores" / pipeline)
    return sorted((one for one in found if one.as_of <= until), key=lambda one: one.as_of)


def _scored(folder: Path) -> Iterator[ScoredDay]:
    for path in folder.glob(f"*/{MANIFEST}"):
        if path.parent.name.startswith("."):
            continue
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            yield ScoredDay(
                as_of=date.fromisoformat(told["as_of"]),
                version=int(told["version"]),
                customers=int(told["customers"]),
                path=path.parent / SCORES,
                sha256=str(told["files"][SCORES]["sha256"]),
                data=str(told["data"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue

"""The files of a day's warnings: the list for people and programs, and everyone's signs for the judgement later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines.files import whole_folder
from leadlift.leads.files import write_csv
from leadlift.names import BAND, CUSTOMER, MANIFEST, PROBABILITY
from leadlift.reports.sheets import write_sheets
from leadlift.specs import FeatureDef
from leadlift.warning import WARNED
from leadlift.workflows.manifest import write_manifest
from leadlift.workflows.warn_signs import Signs, farthest, flags_said

LIST, EVERYONE = "warnings", "signs.parquet"
FLAGS = "flags"
REASONS = 3


def list_rows(
    scores: pa.Table,
    rows: npt.NDArray[np.intp],
    count: npt.NDArray[np.intp],
    signs: Signs,
    features: Mapping[str, FeatureDef],
    reasons: Sequence[Sequence[str]],
    model: str,
    as_of: date,
    language: str,
) -> pa.Table:
    """The list, in the order of `rows`: WARNED has its columns; `flags` holds the sentences of `says` one by one."""
    chosen = scores.take(pa.array(rows))
    flags = [flags_said(signs, int(row), features, language) for row in rows]
    past = signs.past
    names = [[past.names[place] for place in farthest(past, int(row))] if past else [] for row in rows]
    far = [_farthest(signs, int(row)) for row in rows]
    score = past.odd.score[rows] if past is not None and past.odd is not None else np.full(len(rows), np.nan)
    broken = [
        "; ".join(name for name, (_, held, _, _) in signs.held.items() if held.broken[row]) for row in rows
    ]
    joint = "；" if language == "zh" else "; "  # noqa: RUF001
    told: dict[str, Any] = {
        CUSTOMER: chosen[CUSTOMER],
        "as_of": pa.array([as_of] * len(rows), pa.date32()),
        PROBABILITY: chosen[PROBABILITY],
        BAND: chosen[BAND],
        "signs": pa.array(count[rows], pa.int8()),
        "indicators": pa.array(broken, pa.string()),
        "unusual": pa.array(["; ".join(one) for one in names], pa.string()),
        "farthest": pa.array(far, pa.float64()),
        "odd_score": pa.array(score, mask=np.isnan(score)),
        "says": pa.array([joint.join(one) for one in flags], pa.string()),
    }
    for place in range(REASONS):
        said = [one[place] if len(one) > place else None for one in reasons]
        told[f"reason_{place + 1}"] = pa.array(said, pa.string())
    told["model_version"] = pa.array([model] * len(rows), pa.string())
    told[FLAGS] = pa.array(flags, pa.list_(pa.string()))
    return pa.table(told)


def write_warned(folder: Path, table: pa.Table, everyone: pa.Table, facts: Mapping[str, Any]) -> list[str]:
    """Write the folder whole or not at all, in the place of an earlier one of that day. The names of its files."""
    people = table.drop_columns([FLAGS])
    with whole_folder(folder, replace=True) as temporary:
        paths = [temporary / f"{LIST}.{ending}" for ending in ("parquet", "csv", "xlsx")]
        pq.write_table(table, paths[0], compression="zstd")
        rows = people.to_pylist()
        write_csv(paths[1], people)
        summary = [{"what": key, "value": _flat(value)} for key, value in facts.items() if key in TOLD]
        meaning = [{"column": key, "meaning": text} for key, text in WARNED.items()]
        sheets = {"Warnings": rows, "Summary": summary, "README": meaning}
        write_sheets(paths[2], sheets, percent=(PROBABILITY,))
        pq.write_table(everyone, temporary / EVERYONE, compression="zstd")
        paths.append(temporary / EVERYONE)
        write_manifest(temporary, paths, facts)
    return [*(path.name for path in paths), MANIFEST]


TOLD = ("pipeline", "as_of", "model", "customers", "warned", "above", "by_sign")


def _flat(value: object) -> object:
    return "; ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, Mapping) else value


def _farthest(signs: Signs, row: int) -> float | None:
    """The largest distance among the features that are unusual; None where none is."""
    if signs.past is None or not signs.past.far[row].any():
        return None
    distance = np.abs(signs.past.deviation[row][signs.past.far[row]])
    return float(distance.max())

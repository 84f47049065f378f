"""The reference that a version keeps for monitoring: who was scored like this when it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.errors import UserError
from leadlift.evaluation import clustered_auc, estimated
from leadlift.evaluation.gains import Z_95
from leadlift.features.calendar import month_later
from leadlift.models import Model
from leadlift.monitoring import Population, Reference, reference_of
from leadlift.names import AS_OF, CUSTOMER, TEST
from leadlift.progress import SILENT
from leadlift.specs import Pipeline, Split, Workspace
from leadlift.tracking import RunRecord
from leadlift.training import Judgement, Parts, TrainingTable, split_cases, training_table
from leadlift.workflows.score import eligible_rows
from leadlift.workflows.session import opened

REFERENCE = "reference"
# Whom to look at where the cases are not those who are scored; more would not move a bin's share by what matters.
MOST, MONTHS = 24_000, 12


def with_reference(
    model: Model,
    ws: Workspace,
    spec: Pipeline,
    table: TrainingTable,
    parts: Parts,
    judged: Mapping[str, float] | None = None,
) -> Model:
    """The model with its reference population.

    All cases of the training table, each as-of date beside the others; scores of the test cases alone, which trees have
    not seen. Where cases are rows of a source, such as past contacts, those scored are others: then everyone eligible
    on the last twelve month ends up to the test's last day, about 24,000 rows.
    """
    rows, told = table.table, "the cases of training and test"
    test = np.asarray(parts.rows[TEST])
    if spec.population.source is not None:
        rows, told = _everyone(model, ws, spec, rows[AS_OF].take(pa.array(test)), pc.min(rows[AS_OF]).as_py())
        test = np.arange(rows.num_rows)
    dates = _codes(rows[AS_OF])
    scored = rows.take(pa.array(test))
    found = reference_of(
        Population(rows, dates, len(pc.unique(rows[CUSTOMER]))),
        features=model.encoding.features,
        texts=tuple(model.encoding.categories),
        scored=(model.raw(model.encoding.encode(scored)), dates[test]),
        told=told,
        judged=judged or {},
    )
    return replace(model, meta={**model.meta, REFERENCE: found.to_text()})


def kept_reference(model: Model) -> Reference | None:
    """The reference that travels with a model; None where it was made before there were any."""
    return Reference.from_text(model.meta[REFERENCE]) if REFERENCE in model.meta else None


def rebuilt_reference(model: Model, ws: Workspace, spec: Pipeline, run: RunRecord | None) -> Reference | None:
    """The reference of a version that keeps none, from its training table, when that is still the same."""
    if run is None or "split.seed" not in run.params:
        return None
    try:
        with opened(ws) as home:
            table = training_table(spec, ws.features, home, SILENT)
        if table.key != model.meta.get("data"):
            return None
        split: Split = spec.split.model_copy(update={"seed": int(run.params["split.seed"])})
        parts = split_cases(table.table, split, table.maturity, table.days_of_all)
        return kept_reference(with_reference(model, ws, spec, table, parts))
    except UserError:  # other definitions, other sources: it cannot be made again
        return None


def judged_on(result: Judgement) -> dict[str, float]:
    """What the test said, to hold months against: the AUC, its error, and what the chances made expect."""
    y, chance = result.test_y, result.test_probability
    area = clustered_auc(y, chance, np.arange(len(y)))
    measured = result.metrics[TEST]["auc"]
    error = (measured.high - measured.low) / (2 * Z_95)
    return {"auc": area.value, "error": error, "expected": estimated(chance, chance).auc}


def _everyone(
    model: Model, ws: Workspace, spec: Pipeline, test_days: pa.ChunkedArray, first: date
) -> tuple[pa.Table, str]:
    """Everyone eligible on the last twelve month ends of the table's time; on its last day where it holds none."""
    last: date = pc.max(test_days).as_py()
    end = month_later(date(last.year, last.month, 1), 1) - timedelta(days=1)
    ends = (month_later(end, -months) for months in range(MONTHS + 1))
    days = [day for day in ends if first <= day <= last][:MONTHS] or [last]
    parts = []
    with opened(ws) as home:
        for day in days:
            query, _ = eligible_rows(ws, spec, model.encoding.features, home, day, SILENT, MOST // len(days))
            parts.append(home.engine.table(query))
    return pa.concat_tables(parts), f"everyone eligible on {len(days)} days up to {days[0]}"


def _codes(days: pa.ChunkedArray) -> npt.NDArray[np.intp]:
    """A code for each row's date; rows without one are all of one date."""
    return np.asarray(
        np.unique(days.to_numpy().astype("datetime64[D]"), return_inverse=True)[1], dtype=np.intp
    )

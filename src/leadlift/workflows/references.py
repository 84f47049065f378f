"""The reference that a version keeps for monitoring: who was scored like this when it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.errors import UserError
from leadlift.evaluation import clustered_auc, estimated
from leadlift.evaluation.gains import Z_95
from leadlift.models import Model
from leadlift.monitoring import Reference, reference_of
from leadlift.names import AS_OF, CUSTOMER, TEST
from leadlift.progress import SILENT
from leadlift.specs import Pipeline, Split, Workspace
from leadlift.tracking import RunRecord
from leadlift.training import Judgement, Parts, TrainingTable, split_cases, training_table
from leadlift.workflows.score import eligible_rows
from leadlift.workflows.session import opened

REFERENCE = "reference"
# Whom to look at where the cases are not those who are scored; more would not move a bin's share by what matters.
MOST = 20_000


def with_reference(
    model: Model,
    ws: Workspace,
    spec: Pipeline,
    table: TrainingTable,
    parts: Parts,
    judged: Mapping[str, float] | None = None,
) -> Model:
    """The model with its reference population.

    The test cases, which percentiles are read from too. Where cases are rows of a source, such as past contacts, those
    scored are others: then everyone eligible on the test's last day, about 20,000 of them.
    """
    rows, population = _population(model, ws, spec, table, parts)
    found = reference_of(
        rows,
        customers=len(pc.unique(rows[CUSTOMER])),
        features=model.encoding.features,
        texts=tuple(model.encoding.categories),
        score=model.raw(model.encoding.encode(rows)),
        population=population,
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
        parts = split_cases(table.table, split, table.maturity)
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


def _population(
    model: Model, ws: Workspace, spec: Pipeline, table: TrainingTable, parts: Parts
) -> tuple[pa.Table, str]:
    test = table.table.take(pa.array(parts.rows[TEST]))
    if spec.population.source is None:
        return test, f"the test cases from {parts.test_from}" if parts.test_from else "the test cases"
    day: date = pc.max(test[AS_OF]).as_py()
    with opened(ws) as home:
        query, _ = eligible_rows(ws, spec, model.encoding.features, home, day, SILENT, MOST)
        return home.engine.table(query), f"everyone eligible on {day}"

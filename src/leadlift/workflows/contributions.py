"""A sample of customers with the exact contributions to their scores, as plots and pages take it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.explain import Explained, model_page
from leadlift.models import Model
from leadlift.names import TEST
from leadlift.specs import FeatureDef, Pipeline
from leadlift.training import Cases, TrainingTable
from leadlift.workflows.ahead import ahead
from leadlift.workflows.spoken import phrases
from leadlift.workflows.telling import EXPLAINED_AT_ONCE

EXPLAINED = 800
LOG_ODDS = ("log-odds", "chance")
LOGARITHM = ("the logarithm of the amount", "expected amount")
EFFECT_UNITS = ("units of the outcome", "effect of the contact")


def spread(rows: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """At most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    picked: npt.NDArray[np.intp] = rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
    return picked


def shap_of(model: Model, rows: pa.Table, features: Mapping[str, FeatureDef]) -> Explained:
    """The exact contributions to these customers' scores, with the words to tell them."""
    names = model.encoding.features
    parts = rows.select(names).combine_chunks().to_batches(max_chunksize=EXPLAINED_AT_ONCE)
    contributions = [np.empty((0, len(names) + 1))]
    if parts:
        explainer = model.explainer(rows.num_rows, parts[0])
        contributions += ahead(explainer.contributions, parts, explainer.workers)
    told = phrases(features)
    categories = {name: list(known) for name, known in model.encoding.categories.items()}
    matrix = model.encoding.encode(rows)
    told_in = EFFECT_UNITS if model.predicts_effect else LOGARITHM if model.predicts_amount else LOG_ODDS
    return Explained(
        np.concatenate(contributions), matrix, [told[name] for name in names], categories, *told_in
    )


def explanation(spec: Pipeline, model: Model, table: TrainingTable, cases: Cases) -> str:
    """The page on what a model looks at, on test cases."""
    rows = spread(cases.rows(TEST), EXPLAINED)
    told = shap_of(model, table.table.take(pa.array(rows)), {f.name: f for f in table.features})
    return model_page(title(spec.pipeline), f"{len(rows):,} test cases", told)


def title(name: str) -> str:
    """A pipeline's name as a heading."""
    return name.replace("_", " ").capitalize()

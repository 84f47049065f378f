"""A sample of customers with the exact contributions to their scores, as plots and pages take it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.explain import Explained
from leadlift.models import Model
from leadlift.specs import FeatureDef
from leadlift.workflows.reasons import phrases


def spread(rows: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """At most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    picked: npt.NDArray[np.intp] = rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
    return picked


def shap_of(model: Model, rows: pa.Table, features: Mapping[str, FeatureDef]) -> Explained:
    """The exact contributions to these customers' scores, with the words to tell them."""
    parts = rows.select(model.encoding.features).combine_chunks().to_batches()
    explainer = model.explainer(rows.num_rows, parts[0])
    contributions = np.concatenate([explainer.contributions(part) for part in parts])
    told = phrases(features)
    categories = {name: list(known) for name, known in model.encoding.categories.items()}
    return Explained(
        contributions,
        model.encoding.encode(rows),
        [told[name] for name in model.encoding.features],
        categories,
    )


def title(name: str) -> str:
    """A pipeline's name as a heading."""
    return name.replace("_", " ").capitalize()

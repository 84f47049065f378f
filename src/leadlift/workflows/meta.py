"""What travels with a trained model, so that scoring can hold it against today's definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.features import needed
from leadlift.models import Model
from leadlift.names import TRAIN
from leadlift.specs import FeatureDef, Pipeline, Workspace
from leadlift.training import Parts, TrainingTable
from leadlift.workflows.champion import catalogue_of
from leadlift.workflows.logging import definitions

OUT_OF_TIME, AT_RANDOM = "the out-of-time test cases from ", "the test cases"


def reference_name(parts: Parts) -> str:
    """What the reference population of the percentiles is called; it is frozen with the model."""
    return f"{OUT_OF_TIME}{parts.test_from}" if parts.test_from else AT_RANDOM


def reference_told(population: str, words: Mapping[str, str]) -> str:
    """The reference population in a language. words: its sentences."""
    if population.startswith(OUT_OF_TIME):
        return words["out of time"].format(day=population.removeprefix(OUT_OF_TIME))
    return words["at random"] if population == AT_RANDOM else population


def with_meta(model: Model, ws: Workspace, spec: Pipeline, table: TrainingTable, parts: Parts) -> Model:
    """The model with what scoring must hold it against: definitions of its features, and their usual values."""
    made_of = needed(catalogue_of(ws, spec), [feature.name for feature in table.features])
    train = table.table.take(pa.array(parts.rows[TRAIN]))
    meta = {
        **model.meta,
        "pipeline": spec.pipeline,
        "kind": spec.kind,
        "data": table.key,
        "definitions": json.dumps(definitions(made_of)),
        "typical": json.dumps(
            {feature.name: typical(train[feature.name], feature) for feature in table.features}
        ),
    }
    return replace(model, meta=meta)


def typical(values: pa.ChunkedArray, feature: FeatureDef) -> float | str | None:
    """The usual value: the commonest text, or the median of the numbers; None when there is none."""
    known = pc.drop_null(values)
    if len(known) == 0:
        return None
    if feature.is_text:
        return _commonest(known)
    return float(np.nanmedian(known.to_numpy().astype(np.float64)))


def _commonest(values: pa.ChunkedArray) -> str:
    counted = pc.value_counts(values).to_pylist()
    return str(min(counted, key=lambda one: (-one["counts"], one["values"]))["values"])

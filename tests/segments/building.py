"""Segmentations for tests: YAML as dictionaries, defined over features and asked of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from leadlift.features.choose import needed
from leadlift.features.compile import with_formulas
from leadlift.specs import FeatureDef, Frozen, Segmentation
from leadlift.specs._yaml import Document
from leadlift.specs.features import Feature
from leadlift.specs.frozen import definition_of
from leadlift.specs.segment_catalogue import with_segments


def plain(**types: str) -> dict[str, FeatureDef]:
    """Features that are columns of a table: plain(age="number", job="text")."""
    return {
        name: FeatureDef(
            name=name, stanza=name, subject="value", source="t", spec=Feature(agg="value", of=name), of=None,
            where=None, expr=None, window=None, type=kind, hidden=None, uses=(), label=name.replace("_", " "),
            unit="", file="f.yaml", line=1,
        )
        for name, kind in types.items()
    }  # fmt: skip


def spec_of(**told: Any) -> Segmentation:
    return Segmentation.model_validate({"segment": "s", **told})


def frozen_of(spec: Segmentation, **told: Any) -> Frozen:
    base = {"segment": spec.segment, "kind": spec.kind, "definition": definition_of(spec)}
    return Frozen.model_validate({**base, "as_of": "2026-01-31", "customers": 100, **told})


def with_specs(
    features: Mapping[str, FeatureDef], *specs: Segmentation, frozen: Mapping[str, Frozen] | None = None
) -> dict[str, FeatureDef]:
    """The features with those of segmentations; a fault in one is the test's own."""
    documents = [(Document(f"{one.segment}.yaml", {}, "", {}), one) for one in specs]
    found, segments, problems = with_segments(features, documents, frozen or {})
    assert not problems, [str(problem) for problem in problems]
    assert {name: one.waits for name, one in segments.items() if one.waits} == {}
    return found


def asked(
    engine: Any, features: Mapping[str, FeatureDef], columns: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The features of segmentations for a table of plain ones, by the SQL that builds them."""
    engine.define_table("t", pa.table({name: _column(values) for name, values in columns.items()}))
    made = [name for name, one in features.items() if one.segment]
    formulas = [one for one in needed(features, made) if one.expr is not None]
    return engine.table(with_formulas(exp.select("*").from_("t"), formulas)).to_pylist()


def _column(values: Any) -> pa.Array:
    if isinstance(values, np.ndarray):
        return pa.array(values, from_pandas=values.dtype.kind == "f")
    return pa.array(values)

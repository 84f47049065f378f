"""The model that scores: fetched from the registry, and held against today's definitions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadlift.errors import UserError
from leadlift.features import flat_features
from leadlift.models import Model
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.specs import FeatureDef, Pipeline, Workspace
from leadlift.tracking import ModelVersion, Tracker
from leadlift.workflows.meanings import refuse_changed

# where a recalibrated model says which versions before it had its trees
SAME_TREES = "same_trees"


@dataclass(frozen=True)
class Loaded:
    """A registered model and its features' definitions in this workspace."""

    model: Model
    version: ModelVersion
    features: Mapping[str, FeatureDef]

    @property
    def name(self) -> str:
        """Name and version, as files and people quote it."""
        return f"{self.version.name} v{self.version.version}"

    @property
    def alike(self) -> frozenset[int]:
        """The versions whose raw scores are those of this one's trees, itself included; chances may differ."""
        before = self.model.meta.get(SAME_TREES, "")
        return frozenset({self.version.version, *(int(one) for one in before.split(",") if one)})

    @property
    def typical(self) -> dict[str, float | str | None]:
        """Each feature's usual value among the training cases."""
        return dict(json.loads(self.model.meta["typical"]))


def catalogue_of(ws: Workspace, spec: Pipeline) -> Mapping[str, FeatureDef]:
    """The features that a pipeline can name: a flat table's own columns, or the workspace's."""
    table = spec.population.table
    if table is None:
        return ws.features
    return flat_features(table, ws.sources[table], ws.sources, spec.target.column)


def champion(ws: Workspace, tracker: Tracker, name: str) -> Loaded:
    """The pipeline's champion. Raises UserError when there is none, or when its features have changed since."""
    version = tracker.version(name, CHAMPION)
    if version is None:
        last = tracker.version(name, CHALLENGER)
        todo = (
            f"`leadlift promote {name}`"
            if last
            else f"`leadlift train {name}`, then `leadlift promote {name}`"
        )
        raise UserError(f"pipeline {name} has no champion yet. Run {todo}")
    return load(ws, tracker, ws.pipeline(name), version)


def load(ws: Workspace, tracker: Tracker, spec: Pipeline, version: ModelVersion) -> Loaded:
    """A registered version, checked against today's definitions."""
    with tempfile.TemporaryDirectory() as folder:
        model = Model.load(tracker.download(version, Path(folder) / "model"))
    catalogue = catalogue_of(ws, spec)
    label = f"{version.name} v{version.version}"
    refuse_changed(label, json.loads(model.meta["definitions"]), model.encoding.features, catalogue)
    return Loaded(model, version, {name: catalogue[name] for name in model.encoding.features})

"""Models that made scores, kept in the cache under their run: one customer is answered without asking the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from leadlift.engines.files import new_folder
from leadlift.errors import UserError
from leadlift.features import flat_features
from leadlift.specs import FeatureDef, Pipeline, Workspace
from leadlift.workflows.meanings import refuse_changed
from leadlift.workflows.session import CACHE, tracker_of

MODELS, FACTS, MODEL = "models", "facts.json", "model"


@dataclass(frozen=True)
class KeptModel:
    """A model in the cache. folder: its files. features: those it reads, in order, as they are defined today."""

    name: str
    folder: Path
    features: Mapping[str, FeatureDef]


def model_of_scores(ws: Workspace, spec: Pipeline, manifest: Mapping[str, Any]) -> KeptModel:
    """The version that made a day's scores. manifest: of the scores.

    Asks the store once for each version. Raises UserError when it is gone, or when its features mean something else
    today.
    """
    number, run_id = int(manifest["version"]), str(manifest["run_id"])
    name = f"{manifest['model']} v{number}"
    place = ws.root / CACHE / MODELS / f"{spec.pipeline}-v{number}-{run_id}"
    if not place.is_dir():
        _fetch(ws, spec, name, number, run_id, place)
    facts = json.loads((place / FACTS).read_text(encoding="utf-8"))
    table = spec.population.table
    catalogue = ws.features
    if table is not None:
        catalogue = flat_features(table, ws.sources[table], ws.sources, spec.target.column)
    refuse_changed(name, facts["definitions"], facts["features"], catalogue)
    return KeptModel(name, place / MODEL, {one: catalogue[one] for one in facts["features"]})


def _fetch(ws: Workspace, spec: Pipeline, name: str, number: int, run_id: str, place: Path) -> None:
    from leadlift.models import Model  # asked for once: what comes with it takes a second

    tracker = tracker_of(ws)
    found = tracker.version(spec.pipeline, str(number))
    if found is None or found.run_id != run_id:
        raise UserError(f"{name}, which made these scores, is gone; score again for reasons")
    with TemporaryDirectory() as aside, new_folder(place) as temporary:
        files = tracker.download(found, Path(aside) / MODEL)
        copytree(files, temporary / MODEL)
        model = Model.load(files)
        facts = {
            "features": list(model.encoding.features),
            "definitions": json.loads(model.meta["definitions"]),
        }
        (temporary / FACTS).write_text(json.dumps(facts), encoding="utf-8")

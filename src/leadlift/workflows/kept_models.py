"""Models that made scores, kept in the cache under their run: one customer is answered without asking the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from leadlift.engines.files import new_folder
from leadlift.errors import UserError
from leadlift.models import Model
from leadlift.specs import Pipeline, Workspace
from leadlift.tracking import ModelVersion
from leadlift.workflows.champion import Loaded, held_against_today
from leadlift.workflows.session import CACHE, tracker_of

MODELS = "models"


def model_of_scores(ws: Workspace, spec: Pipeline, manifest: Mapping[str, Any]) -> Loaded:
    """The version that made a day's scores. manifest: of the scores.

    Raises UserError when it is gone, or when its features mean something else today.
    """
    name, number = str(manifest["model"]), int(manifest["version"])
    run_id = str(manifest["run_id"])
    version = ModelVersion(spec.pipeline, name, number, run_id, datetime.now(UTC), {})
    folder = ws.root / CACHE / MODELS / f"{spec.pipeline}-v{number}-{run_id}"
    if not folder.is_dir():
        _fetch(ws, spec, version, folder)
    return held_against_today(ws, spec, version, Model.load(folder))


def _fetch(ws: Workspace, spec: Pipeline, version: ModelVersion, folder: Path) -> None:
    tracker = tracker_of(ws)
    found = tracker.version(spec.pipeline, str(version.version))
    if found is None or found.run_id != version.run_id:
        raise UserError(
            f"{version.name} v{version.version}, which made these scores, is gone; score again for reasons"
        )
    with TemporaryDirectory() as place, new_folder(folder) as temporary:
        copytree(tracker.download(found, Path(place) / "model"), temporary, dirs_exist_ok=True)

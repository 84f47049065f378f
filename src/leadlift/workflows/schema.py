"""leadlift schema: JSON Schema of every kind of spec file, for editors that complete and check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from leadlift.engines.files import write_text
from leadlift.errors import UserError
from leadlift.specs import Campaign, FeatureFile, Pipeline, Segmentation, WorkspaceFile
from leadlift.specs.base import Spec

KINDS: Mapping[str, type[Spec]] = {
    "leadlift": WorkspaceFile,
    "features": FeatureFile,
    "pipeline": Pipeline,
    "campaign": Campaign,
    "segment": Segmentation,
}


def schemas() -> dict[str, str]:
    """kind -> its JSON Schema as text."""
    return {
        kind: json.dumps(model.model_json_schema(by_alias=True), indent=2) for kind, model in KINDS.items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write <kind>.schema.json for every kind. Raises UserError when `folder` is a file."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--out: {folder} is a file; name a folder")
    return [write_text(folder / f"{kind}.schema.json", text + "\n") for kind, text in schemas().items()]

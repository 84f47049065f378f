"""The demo bank's workspace, wherever leadlift was installed from."""

from __future__ import annotations

import shutil
from pathlib import Path

from leadlift.specs import FILE

PACKED = Path(__file__).parents[1] / "demo_bank"
CHECKOUT = Path(__file__).parents[3]
PARTS = (FILE, "feature_defs", "pipelines")


def demo_workspace(folder: Path) -> Path:
    """The folder itself when it is a workspace; otherwise the demo bank's specs are copied into it."""
    if (folder / FILE).is_file():
        return folder
    origin = PACKED if PACKED.is_dir() else CHECKOUT
    folder.mkdir(parents=True, exist_ok=True)
    for part in reversed(PARTS):  # leadlift.yaml last: a folder with it is a whole workspace
        if (origin / part).is_dir():
            shutil.copytree(origin / part, folder / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(origin / part, folder / part)
    return folder

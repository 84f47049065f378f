"""The reference workspace over a small bank, for what needs many features and no model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leadlift.simulate import BankPlan, simulate
from leadlift.specs import Workspace, open_workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> Workspace:
    """The repository's own specs with 400 customers over 15 months. To be read only, but for its reports."""
    folder = tmp_path_factory.mktemp("reference")
    shutil.copy(ROOT / "leadlift.yaml", folder)
    for part in ("feature_defs", "pipelines"):
        shutil.copytree(ROOT / part, folder / part)
    simulate(BankPlan(customers=400, months=15), folder / "data")
    return open_workspace(folder)

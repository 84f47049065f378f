"""Trackers to test: one embedded store is created per session and copied, for creating one takes seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from leadlift.tracking import MemoryTracker, Tracker, open_tracker

URI = "sqlite:///mlruns/mlflow.db"


@pytest.fixture(scope="session")
def new_store(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("new store")
    open_tracker(URI, root, "bank")
    return root / "mlruns"


@pytest.fixture
def root(tmp_path, new_store) -> Path:
    """A workspace whose store is there, and empty."""
    shutil.copytree(new_store, tmp_path / "mlruns")
    return tmp_path


@pytest.fixture(params=["mlflow", "memory"])
def tracker(request) -> Tracker:
    if request.param == "memory":
        return MemoryTracker("bank")
    return open_tracker(URI, request.getfixturevalue("root"), "bank")


@pytest.fixture(scope="session")
def booster() -> lgb.Booster:
    matrix = np.random.default_rng(0).random((400, 2))
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    return lgb.train(params, lgb.Dataset(matrix, (matrix[:, 0] > 0.5).astype(int)), 3)


@pytest.fixture
def model_folder(tmp_path, booster) -> Path:
    """A saved model, as the house writes it."""
    folder = tmp_path / "saved model"
    folder.mkdir()
    booster.save_model(folder / "model.txt")
    (folder / "model.json").write_text('{"calibrator": "isotonic"}')
    return folder

"""The one door to MLflow: imported here and nowhere else, quietly.

MLflow reads its settings when it is first imported, so they are set just before. What the user set stays.
"""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

from leadlift.tracking.places import QUIET, sqlite_uri

for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)
logging.getLogger("alembic").setLevel(logging.WARNING)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # SQLAlchemy about MLflow's tables, MLflow about its type hints
    from mlflow import MlflowClient
    from mlflow import lightgbm as native_flavour
    from mlflow.artifacts import download_artifacts
    from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag
    from mlflow.entities import Run as StoredRun
    from mlflow.entities.model_registry import ModelVersion as StoredVersion
    from mlflow.entities.model_registry import RegisteredModel as StoredModel
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model, ModelSignature
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.types.schema import ColSpec, DataType, Schema


def create_database(database: Path, artifacts: Path) -> None:
    """Create an embedded store: two seconds of migrations, after which the file is complete and closed."""
    store = SqlAlchemyStore(sqlite_uri(database), artifacts.as_uri())  # type: ignore[no-untyped-call]  # theirs
    store.engine.dispose()


def save_native_model(booster: Any, target: Path, about: Model, needs: list[str]) -> None:
    """Write MLflow's LightGBM flavour: LightGBM's own text, no pickle, no guessing what it needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the first save imports more of MLflow, which warns about itself
        native_flavour.save_model(booster, str(target), mlflow_model=about, pip_requirements=needs)


__all__ = [
    "ColSpec",
    "DataType",
    "Dataset",
    "DatasetInput",
    "InputTag",
    "LoggedModelOutput",
    "Metric",
    "MlflowClient",
    "MlflowException",
    "Model",
    "ModelSignature",
    "Param",
    "RunTag",
    "Schema",
    "StoredModel",
    "StoredRun",
    "StoredVersion",
    "create_database",
    "download_artifacts",
    "save_native_model",
]

"""One run in MLflow, being written."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from leadlift.tracking._mlflow import (
    ColSpec,
    Dataset,
    DatasetInput,
    DataType,
    InputTag,
    LoggedModelOutput,
    Metric,
    MlflowClient,
    Model,
    ModelSignature,
    Param,
    RunTag,
    Schema,
    save_native_model,
)
from leadlift.tracking.protocol import MODEL_TEXT, DataSet
from leadlift.tracking.shapes import (
    TAG_LENGTH,
    as_csv,
    as_json,
    finite,
    in_batches,
    note_that_fits,
    params_as_text,
)

PARAM_BATCH, METRIC_BATCH = 100, 1_000  # the most that MLflow takes in one request
NATIVE_TEXT = "model.lgb"  # the name under which MLflow's LightGBM flavour looks for the trees
MODEL_FILES = "leadlift"  # the folder of a logged model that holds the rest of ours, as it was
RUN_BY = ("lightgbm", "numpy", "pandas", "scikit-learn")  # what loading and predicting takes


class MlflowRun:
    """One run in MLflow, being written."""

    def __init__(self, client: MlflowClient, run_id: str, experiment_id: str) -> None:
        self.id = run_id
        self._client = client
        self._experiment = experiment_id

    def params(self, values: Mapping[str, object]) -> None:
        """Settings, as text."""
        params = [Param(name, value) for name, value in params_as_text(values).items()]
        for batch in in_batches(params, PARAM_BATCH):
            self._client.log_batch(self.id, params=batch)

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Numbers, all in one request."""
        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, step) for name, value in finite(values).items()]
        for batch in in_batches(metrics, METRIC_BATCH):
            self._client.log_batch(self.id, metrics=batch)

    def tags(self, values: Mapping[str, str]) -> None:
        """Words to find the run by."""
        tags = [RunTag(name, value[:TAG_LENGTH]) for name, value in _mlflow_names(values).items()]
        for batch in in_batches(tags, PARAM_BATCH):
            self._client.log_batch(self.id, tags=batch)

    def note(self, markdown: str) -> None:
        """The text at the head of the run's page."""
        self.tags({"mlflow.note.content": note_that_fits(markdown)})

    def text(self, path: str, text: str) -> None:
        """A text file."""
        self._client.log_text(self.id, text, path)

    def json(self, path: str, value: object) -> None:
        """A value as JSON."""
        self.text(path, as_json(value))

    def data(self, path: str, content: bytes) -> None:
        """A file given as bytes."""
        name = PurePosixPath(path)
        with TemporaryDirectory() as folder:
            (Path(folder) / name.name).write_bytes(content)
            self.file(Path(folder) / name.name, "" if len(name.parts) == 1 else str(name.parent))

    def table(self, path: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows as CSV."""
        self.text(path, as_csv(rows))

    def file(self, local: Path, folder: str = "") -> None:
        """A copy of a file on disk."""
        self._client.log_artifact(self.id, str(local), folder or None)

    def dataset(self, dataset: DataSet) -> None:
        """What the run read."""
        columns = [{"name": name, "type": kind, "required": False} for name, kind in dataset.columns.items()]
        logged = Dataset(
            name=dataset.name,
            digest=dataset.digest[:36],
            source_type="leadlift",
            source=json.dumps({"uri": dataset.source}),
            schema=json.dumps({"mlflow_colspec": columns}),
            profile=json.dumps({"num_rows": dataset.rows}),
        )
        context = InputTag("mlflow.data.context", dataset.context)
        self._client.log_inputs(self.id, [DatasetInput(logged, [context])])

    def model(self, booster: Any, folder: Path, columns: Sequence[str]) -> None:
        """The files of a saved model folder, as a model that MLflow can load by itself."""
        logged = self._client.create_logged_model(
            self._experiment, name="model", source_run_id=self.id, model_type="leadlift"
        )
        about = Model(artifact_path=logged.artifact_location, run_id=self.id, model_id=logged.model_id)
        with TemporaryDirectory() as temporary:
            flavour = _native_flavour(booster, folder, columns, about, Path(temporary) / "model")
            self._client.log_model_artifacts(logged.model_id, str(flavour))
        self._client.finalize_logged_model(logged.model_id, "READY")
        self._client.log_outputs(self.id, [LoggedModelOutput(logged.model_id, step=0)])


def _mlflow_names(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags, and again under MLflow's own name where its pages have a place for them."""
    revision = tags.get("git_revision")
    return {**tags, "mlflow.source.git.commit": revision} if revision else dict(tags)


def _native_flavour(booster: Any, files: Path, columns: Sequence[str], about: Model, target: Path) -> Path:
    """A model folder that MLflow can load by itself, holding the very files we were given."""
    about.signature = ModelSignature(
        inputs=Schema([ColSpec(DataType.double, column) for column in columns]),
        outputs=Schema([ColSpec(DataType.double)]),
    )
    needs = [f"{package}=={importlib.metadata.version(package)}" for package in RUN_BY]
    save_native_model(booster, target, about, needs)
    shutil.copyfile(files / MODEL_TEXT, target / NATIVE_TEXT)
    shutil.copytree(files, target / MODEL_FILES, ignore=shutil.ignore_patterns(MODEL_TEXT))
    return target


def model_files(flavour: Path, target: Path) -> Path:
    """The files once given to `model`, out of the folder that MLflow keeps: the way back of the above."""
    shutil.copytree(flavour / MODEL_FILES, target, dirs_exist_ok=True)
    shutil.copyfile(flavour / NATIVE_TEXT, target / MODEL_TEXT)
    return target

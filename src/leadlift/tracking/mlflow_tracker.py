"""The runs and model versions of one workspace in an MLflow store.

One client, bound to one URI: MLflow's global state (active run, tracking URI) is never touched.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leadlift.errors import UserError
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.tracking._mlflow import (
    MlflowClient,
    MlflowException,
    StoredModel,
    StoredRun,
    StoredVersion,
    download_artifacts,
)
from leadlift.tracking.ledger import ledger_entry, promotions_in, version_tags
from leadlift.tracking.mlflow_run import MlflowRun, model_files
from leadlift.tracking.processes import ONLY_WHILE_RUNNING, is_dead, this_process
from leadlift.tracking.protocol import (
    FINISHED,
    KILLED,
    ModelVersion,
    Promotion,
    RunRecord,
    ending,
    error_tag,
    known_stage,
    known_version,
    named,
)

STAGE_TAG = "leadlift.stage"
ALREADY_THERE, NOT_THERE = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"


class MlflowTracker:
    """A `Tracker` on MLflow.

    artifacts: the folder where the files of new experiments go; None lets the server decide.
    """

    def __init__(self, uri: str, workspace: str, artifacts: Path | None) -> None:
        self._client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        self._uri = uri
        self._workspace = workspace
        self._artifacts = artifacts

    @contextmanager
    def run(
        self, pipeline: str, stage: str, name: str, tags: Mapping[str, str] | None = None
    ) -> Iterator[MlflowRun]:
        """A run that ends with the block."""
        about = {STAGE_TAG: known_stage(stage), **this_process(), **_shown_as(stage)}
        experiment = self._experiment(pipeline)
        run_id = self._client.create_run(experiment, run_name=name, tags=about).info.run_id
        run = MlflowRun(self._client, run_id, experiment)
        try:
            run.tags(tags or {})
            yield run
        except BaseException as error:
            with suppress(Exception):  # the store may be what failed: the first error is the one to tell
                run.tags(error_tag(error))
                self._client.set_terminated(run_id, ending(error))
            raise
        self._client.set_terminated(run_id, FINISHED)
        for tag in ONLY_WHILE_RUNNING:
            self._client.delete_tag(run_id, tag)

    def runs(self, pipeline: str, stage: str | None = None) -> list[RunRecord]:
        """Runs of a pipeline, newest first."""
        experiment = self._client.get_experiment_by_name(f"{self._workspace}/{pipeline}")
        chosen = f"tags.`{STAGE_TAG}` = '{known_stage(stage)}'" if stage else ""
        found = self._search([experiment.experiment_id], chosen) if experiment else []
        return [_record(run, pipeline) for run in found]

    def artifact(self, run_id: str, path: str) -> bytes:
        """One file of a run."""
        with TemporaryDirectory() as folder:
            try:
                return Path(self._client.download_artifacts(run_id, path, folder)).read_bytes()
            except (MlflowException, OSError) as error:
                raise UserError(f"run {run_id} has no file {path!r}: was mlruns/artifacts moved?") from error

    def register(
        self, run_id: str, pipeline: str, tags: Mapping[str, str] | None = None, description: str = ""
    ) -> ModelVersion:
        """Make the model of a finished run the next version and the challenger."""
        model_id = self._finished_model(run_id)
        name = self._ensure_registered(pipeline)
        source = self._source(model_id)
        version = self._client.create_model_version(
            name, source, run_id, dict(tags or {}), description=description or None, model_id=model_id
        ).version
        links = json.dumps([{"name": name, "version": version}])
        self._client.set_logged_model_tags(model_id, {"mlflow.modelVersions": links})
        self._client.set_registered_model_alias(name, CHALLENGER, version)
        return self._known(pipeline, int(version))

    def version(self, pipeline: str, alias: str) -> ModelVersion | None:
        """The version that an alias or a number points at."""
        return named(alias, self.history(pipeline))

    def history(self, pipeline: str) -> list[ModelVersion]:
        """Every version, newest first."""
        registered = self._registered(pipeline)
        if registered is None:
            return []
        stored = _every_page(
            lambda token: self._client.search_model_versions(f"name='{registered.name}'", page_token=token)
        )
        versions = [_model_version(one, pipeline, _numbers(registered)) for one in stored]
        return sorted(versions, key=lambda version: version.version, reverse=True)

    def promote(
        self, pipeline: str, version: int, *, who: str, when: datetime, why: str, gates: Mapping[str, str]
    ) -> ModelVersion:
        """Write down the promotion, then move the alias."""
        name, number = self._known(pipeline, version).name, str(version)
        registered = self._registered(pipeline)
        before = _numbers(registered)
        promotion = Promotion(version, before.get(CHAMPION), who, when, why, gates)
        written = registered.tags if registered else {}
        self._client.set_registered_model_tag(name, *ledger_entry(promotion, written))
        for key, value in version_tags(promotion).items():
            self._client.set_model_version_tag(name, number, key, value)
        self._client.set_registered_model_alias(name, CHAMPION, number)
        if before.get(CHALLENGER) == version:
            self._client.delete_registered_model_alias(name, CHALLENGER)
        return self._known(pipeline, version)

    def promotions(self, pipeline: str) -> list[Promotion]:
        """Every promotion ever, oldest first."""
        registered = self._registered(pipeline)
        return promotions_in(registered.tags) if registered else []

    def download(self, version: ModelVersion, folder: Path) -> Path:
        """Write the files of a version's model into a folder."""
        source = self._client.get_model_version_download_uri(version.name, str(version.version))
        with TemporaryDirectory() as temporary:
            try:
                flavour = download_artifacts(artifact_uri=source, dst_path=temporary, tracking_uri=self._uri)
                return model_files(Path(flavour), folder)
            except (MlflowException, OSError) as error:
                raise UserError(
                    f"the files of {version.name} version {version.version} are not at {source}: "
                    "was the workspace moved or mlruns/artifacts deleted? Move it back, or train again"
                ) from error

    def close_orphans(self) -> list[str]:
        """Mark as KILLED the runs left RUNNING by processes of this machine that are gone; their ids."""
        ours = [e for e in self._experiments() if e.name.startswith(f"{self._workspace}/")]
        ids = [experiment.experiment_id for experiment in ours]
        running = self._search(ids, "attributes.status = 'RUNNING'") if ids else []
        orphans = [run.info.run_id for run in running if is_dead(run.data.tags)]
        for run_id in orphans:
            self._client.set_tag(run_id, "leadlift.error", "its process died; found by a later one")
            self._client.set_terminated(run_id, KILLED)
        return orphans

    def _experiments(self) -> list[Any]:
        return _every_page(lambda token: self._client.search_experiments(page_token=token))

    def _search(self, experiments: list[str], chosen: str) -> list[StoredRun]:
        return _every_page(lambda token: self._client.search_runs(experiments, chosen, page_token=token))

    def _experiment(self, pipeline: str) -> str:
        """The experiment of a pipeline, made or brought back when it is not there."""
        name = f"{self._workspace}/{pipeline}"
        folder = (self._artifacts / self._workspace / pipeline).as_uri() if self._artifacts else None
        with _unless_already_there():
            return str(self._client.create_experiment(name, artifact_location=folder))
        experiment = self._client.get_experiment_by_name(name)
        if experiment.lifecycle_stage == "deleted":
            self._client.restore_experiment(experiment.experiment_id)
        return str(experiment.experiment_id)

    def _ensure_registered(self, pipeline: str) -> str:
        name = f"{self._workspace}.{pipeline}"
        with _unless_already_there():
            self._client.create_registered_model(name)
        return name

    def _registered(self, pipeline: str) -> StoredModel | None:
        try:
            return self._client.get_registered_model(f"{self._workspace}.{pipeline}")
        except MlflowException as error:
            if error.error_code == NOT_THERE:
                return None
            raise

    def _finished_model(self, run_id: str) -> str:
        run = self._client.get_run(run_id)
        models = run.outputs.model_outputs if run.outputs else []
        if not models or run.info.status != FINISHED:
            found = f"is {run.info.status}, with {len(models)} models"
            raise ValueError(f"run {run_id} {found}; to register it must be {FINISHED}, with one")
        return str(models[0].model_id)

    def _source(self, model_id: str) -> str:
        """Where a version says its files are.

        A server takes only a reference. A database needs the place: of a reference MLflow would look for the
        model in whichever store is its default.
        """
        if self._uri.startswith(("http://", "https://")):
            return f"models:/{model_id}"
        return str(self._client.get_logged_model(model_id).artifact_location)

    def _known(self, pipeline: str, version: int) -> ModelVersion:
        return known_version(pipeline, version, self.history(pipeline))


@contextmanager
def _unless_already_there() -> Iterator[None]:
    try:
        yield
    except MlflowException as error:
        if error.error_code != ALREADY_THERE:
            raise


def _every_page(ask: Callable[[str | None], Any]) -> list[Any]:
    """All the items of a paged answer."""
    page = ask(None)
    items = list(page)
    while page.token:
        page = ask(page.token)
        items += page
    return items


def _shown_as(stage: str) -> dict[str, str]:
    """Who and what, where MLflow's list of runs shows them."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = "unknown"
    return {"mlflow.user": user, "mlflow.source.name": f"leadlift {stage}", "mlflow.source.type": "PROJECT"}


def _numbers(registered: StoredModel | None) -> dict[str, int]:
    """Which version each alias points at."""
    return {alias: int(version) for alias, version in registered.aliases.items()} if registered else {}


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _record(run: StoredRun, pipeline: str) -> RunRecord:
    return RunRecord(
        id=run.info.run_id,
        pipeline=pipeline,
        stage=run.data.tags.get(STAGE_TAG, ""),
        name=run.info.run_name,
        status=run.info.status,
        started=_moment(run.info.start_time),
        ended=_moment(run.info.end_time) if run.info.end_time else None,
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags={key: value for key, value in run.data.tags.items() if not key.startswith("mlflow.")},
    )


def _model_version(stored: StoredVersion, pipeline: str, aliases: Mapping[str, int]) -> ModelVersion:
    number = int(stored.version)
    return ModelVersion(
        pipeline=pipeline,
        name=stored.name,
        version=number,
        run_id=stored.run_id or "",
        created=_moment(stored.creation_timestamp),
        tags=dict(stored.tags),
        aliases=tuple(sorted(alias for alias, pointed in aliases.items() if pointed == number)),
    )

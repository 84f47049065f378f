"""A tracker that keeps everything in memory: for tests, and for trying things without leaving a trace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadlift.errors import UserError
from leadlift.names import CHALLENGER, CHAMPION
from leadlift.tracking.protocol import (
    FINISHED,
    RUNNING,
    DataSet,
    ModelVersion,
    Promotion,
    RunRecord,
    ending,
    error_tag,
    known_stage,
    known_version,
    named,
)
from leadlift.tracking.shapes import as_csv, as_json, finite, note_that_fits, params_as_text


class MemoryRun:
    """One run in memory. Its attributes are what was written, for a test to look at."""

    def __init__(self, run_id: str) -> None:
        self.id = run_id
        self.written_params: dict[str, str] = {}
        self.written_metrics: dict[str, float] = {}
        self.written_tags: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.datasets: list[DataSet] = []
        self.model_files: dict[str, bytes] = {}
        self.columns: tuple[str, ...] = ()

    def params(self, values: Mapping[str, object]) -> None:
        """Settings, as text."""
        self.written_params.update(params_as_text(values))

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Numbers; of several steps the last one written counts."""
        self.written_metrics.update(finite(values))

    def tags(self, values: Mapping[str, str]) -> None:
        """Words to find the run by."""
        self.written_tags.update(values)

    def note(self, markdown: str) -> None:
        """The text at the head of the run's page."""
        self.text("note.md", note_that_fits(markdown))

    def text(self, path: str, text: str) -> None:
        """A text file."""
        self.data(path, text.encode())

    def json(self, path: str, value: object) -> None:
        """A value as JSON."""
        self.text(path, as_json(value))

    def data(self, path: str, content: bytes) -> None:
        """A file given as bytes."""
        self.files[path] = content

    def table(self, path: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows as CSV."""
        self.text(path, as_csv(rows))

    def file(self, local: Path, folder: str = "") -> None:
        """A copy of a file on disk."""
        self.data(f"{folder}/{local.name}".lstrip("/"), local.read_bytes())

    def dataset(self, dataset: DataSet) -> None:
        """What the run read."""
        self.datasets.append(dataset)

    def model(self, booster: Any, folder: Path, columns: Sequence[str]) -> None:
        """The files of a saved model folder."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        self.model_files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
        self.columns = tuple(columns)


class MemoryTracker:
    """A `Tracker` that forgets everything when the process ends."""

    def __init__(self, workspace: str = "test") -> None:
        self._workspace = workspace
        self._records: dict[str, RunRecord] = {}
        self._runs: dict[str, MemoryRun] = {}
        self._versions: dict[str, list[ModelVersion]] = {}
        self._aliases: dict[str, dict[str, int]] = {}
        self._promotions: dict[str, list[Promotion]] = {}
        self._ids = itertools.count(1)

    def written(self, run_id: str) -> MemoryRun:
        """What a run wrote."""
        return self._runs[run_id]

    @contextmanager
    def run(
        self, pipeline: str, stage: str, name: str, tags: Mapping[str, str] | None = None
    ) -> Iterator[MemoryRun]:
        """A run that ends with the block."""
        run = MemoryRun(f"run{next(self._ids)}")
        run.tags({"leadlift.stage": known_stage(stage), **(tags or {})})
        self._runs[run.id] = run
        self._records[run.id] = RunRecord(run.id, pipeline, stage, name, RUNNING, _now(), None, {}, {}, {})
        try:
            yield run
        except BaseException as error:
            run.tags(error_tag(error))
            self._end(run.id, ending(error))
            raise
        self._end(run.id, FINISHED)

    def runs(self, pipeline: str, stage: str | None = None) -> list[RunRecord]:
        """Runs of a pipeline, newest first."""
        wanted = None if stage is None else known_stage(stage)
        found = [r for r in self._records.values() if r.pipeline == pipeline and wanted in (None, r.stage)]
        return [self._filled(record) for record in reversed(found)]

    def artifact(self, run_id: str, path: str) -> bytes:
        """One file of a run."""
        run = self._runs.get(run_id)
        if run is None or path not in run.files:
            raise UserError(f"run {run_id} has no file {path!r}")
        return run.files[path]

    def register(
        self, run_id: str, pipeline: str, tags: Mapping[str, str] | None = None, description: str = ""
    ) -> ModelVersion:
        """Make the model of a finished run the next version and the challenger."""
        status, has_model = self._records[run_id].status, bool(self._runs[run_id].model_files)
        if status != FINISHED or not has_model:
            raise ValueError(f"run {run_id} is {status}, with a model: {has_model}; register needs both")
        versions = self._versions.setdefault(pipeline, [])
        name, number = f"{self._workspace}.{pipeline}", len(versions) + 1
        versions.append(ModelVersion(pipeline, name, number, run_id, _now(), dict(tags or {})))
        self._aliases.setdefault(pipeline, {})[CHALLENGER] = number
        return self._known(pipeline, number)

    def version(self, pipeline: str, alias: str) -> ModelVersion | None:
        """The version that an alias or a number points at."""
        return named(alias, self.history(pipeline))

    def history(self, pipeline: str) -> list[ModelVersion]:
        """Every version, newest first."""
        aliases = self._aliases.get(pipeline, {})
        return [
            replace(known, aliases=tuple(sorted(a for a, at in aliases.items() if at == known.version)))
            for known in reversed(self._versions.get(pipeline, []))
        ]

    def promote(
        self, pipeline: str, version: int, *, who: str, when: datetime, why: str, gates: Mapping[str, str]
    ) -> ModelVersion:
        """Write down the promotion, then move the alias."""
        self._known(pipeline, version)
        aliases = self._aliases[pipeline]
        promotion = Promotion(version, aliases.get(CHAMPION), who, when, why, dict(gates))
        self._promotions.setdefault(pipeline, []).append(promotion)
        aliases[CHAMPION] = version
        if aliases.get(CHALLENGER) == version:
            del aliases[CHALLENGER]
        return self._known(pipeline, version)

    def promotions(self, pipeline: str) -> list[Promotion]:
        """Every promotion ever, oldest first."""
        return list(self._promotions.get(pipeline, []))

    def download(self, version: ModelVersion, folder: Path) -> Path:
        """Write the files of a version's model into a folder."""
        for path, content in self._runs[version.run_id].model_files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return folder

    def _known(self, pipeline: str, version: int) -> ModelVersion:
        return known_version(pipeline, version, self.history(pipeline))

    def _end(self, run_id: str, status: str) -> None:
        self._records[run_id] = replace(self._records[run_id], status=status, ended=_now())

    def _filled(self, record: RunRecord) -> RunRecord:
        run = self._runs[record.id]
        return replace(record, params=run.written_params, metrics=run.written_metrics, tags=run.written_tags)


def _now() -> datetime:
    return datetime.now(UTC)

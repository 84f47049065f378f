"""What leadlift asks of a tracker. MLflow satisfies it, and a small one in memory; one suite runs on both.

A run holds what one verb did, and everything that a reviewer needs. A model version is what a training run
registered. Nothing else in the house knows where they live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from leadlift.errors import UserError

STAGES = ("tune", "train", "recalibrate", "score", "leads", "measure", "monitor", "warn")

MAKES_MODELS = ("train", "recalibrate")
"""The stages whose runs make model versions."""

RUNNING, FINISHED, FAILED, KILLED = "RUNNING", "FINISHED", "FAILED", "KILLED"

MODEL_TEXT = "model.txt"
"""The file of a model folder that holds the trees, in LightGBM's own text."""


@dataclass(frozen=True)
class DataSet:
    """What a run read: a name, and a digest that changes when the rows do."""

    name: str
    digest: str
    source: str
    context: str = "training"
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None


@dataclass(frozen=True)
class RunRecord:
    """A run as it stands in the store. `ended` is None while it runs."""

    id: str
    pipeline: str
    stage: str
    name: str
    status: str
    started: datetime
    ended: datetime | None
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class ModelVersion:
    """A registered model. A pipeline's versions count from 1; `aliases` are names that point at it now."""

    pipeline: str
    name: str
    version: int
    run_id: str
    created: datetime
    tags: Mapping[str, str]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promotion:
    """Who made which version champion, when and why, in place of which, and what each gate found."""

    version: int
    replaced: int | None
    who: str
    when: datetime
    why: str
    gates: Mapping[str, str] = field(default_factory=dict)


class Run(Protocol):
    """One run being written. Paths are relative to the run's artifacts, with forward slashes."""

    @property
    def id(self) -> str:
        """The name of the run in the store, unique."""
        ...

    def params(self, values: Mapping[str, object]) -> None:
        """Settings, written once each; values are kept as text, cut at 6,000 characters."""
        ...

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Numbers, all in one request, kept to six digits. One that is not finite is left out."""
        ...

    def tags(self, values: Mapping[str, str]) -> None:
        """Words to find the run by. `git_revision` is also shown as the run's source version."""
        ...

    def note(self, markdown: str) -> None:
        """The text at the head of the run's page; a longer one than the store takes is cut at a line end."""
        ...

    def text(self, path: str, text: str) -> None:
        """A text file: a spec, a page, a query."""
        ...

    def json(self, path: str, value: object) -> None:
        """A value as indented JSON; dates and paths become text."""
        ...

    def data(self, path: str, content: bytes) -> None:
        """A file given as bytes: a plot, a page."""
        ...

    def table(self, path: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows as CSV, which the run's page shows as a table; the columns are those of the first row."""
        ...

    def file(self, local: Path, folder: str = "") -> None:
        """A copy of a file on disk, under its own name."""
        ...

    def dataset(self, dataset: DataSet) -> None:
        """What the run read, shown in the list of runs."""
        ...

    def model(self, booster: Any, folder: Path, columns: Sequence[str]) -> None:
        """The model of this run, at most one, from the files of a saved model folder, MODEL_TEXT among them.

        columns: names of the numbers that the booster takes, in its order; they become the signature.
        """
        ...


class Tracker(Protocol):
    """Where runs and model versions live, for one workspace."""

    def run(
        self, pipeline: str, stage: str, name: str, tags: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Run]:
        """A run that ends with the block: FINISHED, FAILED when it raised, KILLED when it was interrupted.

        A process that dies inside leaves the run RUNNING; the next tracker opened on that machine marks it
        KILLED. Raises ValueError for a stage not in STAGES.
        """
        ...

    def runs(self, pipeline: str, stage: str | None = None) -> list[RunRecord]:
        """Runs of a pipeline, newest first."""
        ...

    def artifact(self, run_id: str, path: str) -> bytes:
        """One file of a run. Raises UserError when it is not there."""
        ...

    def register(
        self, run_id: str, pipeline: str, tags: Mapping[str, str] | None = None, description: str = ""
    ) -> ModelVersion:
        """Make the model of a FINISHED run the next version and the challenger. The alias moves last.

        Raises ValueError for a run that has no model or has not finished: what is registered is complete.
        """
        ...

    def version(self, pipeline: str, alias: str) -> ModelVersion | None:
        """The version that an alias (champion, challenger) or a number, given as text, points at."""
        ...

    def history(self, pipeline: str) -> list[ModelVersion]:
        """Every version, newest first."""
        ...

    def promote(
        self, pipeline: str, version: int, *, who: str, when: datetime, why: str, gates: Mapping[str, str]
    ) -> ModelVersion:
        """Write down the promotion, then move the champion alias; a challenger alias on it goes last.

        gates: what each gate found, in words. Raises UserError when there is no such version.
        """
        ...

    def promotions(self, pipeline: str) -> list[Promotion]:
        """Every promotion ever, oldest first. Nothing is overwritten: going back is one more line."""
        ...

    def download(self, version: ModelVersion, folder: Path) -> Path:
        """Write the files given to `Run.model` into `folder`, and return it. UserError when they are gone."""
        ...


def known_stage(stage: str) -> str:
    """The stage itself. Raises ValueError for one that is not in STAGES."""
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is not a stage of leadlift: {', '.join(STAGES)}")
    return stage


def ending(error: BaseException) -> str:
    """The status of a run that ended with this error: an interruption is nobody's failure."""
    return FAILED if isinstance(error, Exception) else KILLED


def error_tag(error: BaseException) -> dict[str, str]:
    """How a run that broke off says why."""
    return {"leadlift.error": f"{type(error).__name__}: {error}"}


def named(alias: str, history: Sequence[ModelVersion]) -> ModelVersion | None:
    """The version with this alias, or with this number given as text."""
    return next((known for known in history if alias in known.aliases or alias == str(known.version)), None)


def known_version(pipeline: str, version: int, history: Sequence[ModelVersion]) -> ModelVersion:
    """The version with this number. Raises UserError that lists those there are."""
    found = named(str(version), history)
    if found is None:
        there = ", ".join(str(known.version) for known in history) or "none yet: run `leadlift train` first"
        raise UserError(f"{pipeline}: there is no version {version}; there are: {there}")
    return found

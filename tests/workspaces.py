"""One finished workspace, made once by the real commands, and copies of it to change. conftest.py gives them out."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadlift.cli.main import main
from leadlift.simulate import BankPlan, simulate

DAY = "2026-06-30"
PIPELINE, CAMPAIGN = "fund_purchase", "fund_call"
PATIENCE = 240
PLACES = (("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location"),
          ("model_versions", "source"), ("model_versions", "storage_location"))  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def leadlift(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command as the command line does: leadlift("train", "fund_purchase", at=folder)."""

    def run(*words: str, at: Path | None = None) -> Said:
        capsys.readouterr()
        code = main([*words, *(["--workspace", str(at)] if at else [])])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter workspace over a bank of 2,000 customers: trained, promoted, scored, listed. To be read only.

    Several workers share one: the first to come makes it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, broken = shared / "finished", shared / "finished-broken"
    try:
        (shared / "finished-begun").mkdir()
    except FileExistsError:
        _wait(folder, broken)
        return folder
    try:
        make_finished(shared / "unfinished")
        move(shared / "unfinished", folder)
    except BaseException:
        broken.touch()
        raise
    return folder


@pytest.fixture
def bank(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to be changed; its runs and models lie in the copy."""
    return copied(finished, tmp_path / "bank")


@pytest.fixture
def starter(finished: Path, tmp_path: Path) -> Path:
    """The starter workspace with the same data, before anything was trained."""
    folder = tmp_path / "starter"
    shutil.copytree(finished, folder, ignore=shutil.ignore_patterns("mlruns", "scores", "leads", "reports"))
    return folder


def make_finished(folder: Path) -> None:
    """Walk the whole path once."""
    make_starter(folder, customers=2_000)
    for words in (
        ["train", PIPELINE],
        ["promote", PIPELINE, "--because", "the tests say so", "--who", "tester"],
        ["score", PIPELINE, "--as-of", DAY],
        ["leads", CAMPAIGN, "--as-of", DAY],
    ):
        code = main([*words, "--workspace", str(folder)])
        assert code == 0, words


def make_starter(folder: Path, customers: int) -> None:
    """The starter workspace over a bank smaller than its own, with gates that so few responders can pass."""
    assert main(["init", str(folder), "--no-data"]) == 0
    spec = folder / "pipelines" / f"{PIPELINE}.yaml"
    text = spec.read_text(encoding="utf-8")
    gates = "gates: {min_auc: 0.6, min_positives: 50, max_calibration_error: 0.05}"
    assert gates in text
    spec.write_text(text.replace(gates, "gates: {min_auc: 0.55, min_positives: 20}"), encoding="utf-8")
    simulate(BankPlan(customers=customers, months=15), folder / "data")


def copied(workspace: Path, folder: Path) -> Path:
    """A copy that stands for itself: MLflow writes down whole paths, and these are made the copy's own.

    What another test is just writing to the workspace that all share is not of it.
    """
    shutil.copytree(workspace, folder, ignore=shutil.ignore_patterns(".tmp-*"))
    _readdress(folder, workspace)
    return folder


def move(workspace: Path, folder: Path) -> None:
    """Move a workspace with its runs; it appears whole or not at all."""
    _readdress(workspace, workspace, folder)
    workspace.rename(folder)


def _readdress(workspace: Path, before: Path, after: Path | None = None) -> None:
    paths = str(before.resolve()), str((after or workspace).resolve())
    with closing(sqlite3.connect(workspace / "mlruns" / "mlflow.db")) as store, store:
        for table, column in PLACES:
            store.execute(f"update {table} set {column} = replace({column}, ?, ?)", paths)


def _wait(folder: Path, broken: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not folder.exists():
        if broken.exists() or time.monotonic() > until:
            pytest.fail("another worker could not make the finished workspace")
        time.sleep(0.2)

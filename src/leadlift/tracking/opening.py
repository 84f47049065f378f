"""Opening the store of a workspace: created whole, tidied after a death, explained when it fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leadlift.errors import UserError
from leadlift.tracking.places import artifact_folder, sqlite_path, whole_uri, without_password
from leadlift.tracking.processes import process_started
from leadlift.tracking.protocol import Tracker

HTTP_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "15"}


def open_tracker(uri: str, root: Path, workspace: str) -> Tracker:
    """The runs and models of a workspace, kept where `tracking_uri` says.

    uri: `sqlite:///` and a path relative to `root` for the embedded store, anything else as MLflow knows it.
    Imports MLflow (two seconds) and creates the embedded store on its first use (two more).
    Raises UserError when the store cannot be opened.
    """
    from leadlift.tracking.mlflow_tracker import MlflowTracker

    with _explained(uri), _impatient():
        database, files = sqlite_path(uri, root), artifact_folder(uri, root)
        if database is not None and files is not None:
            _ensure_database(database, files)
        tracker = MlflowTracker(whole_uri(uri, root), workspace, files)
        tracker.close_orphans()
    return tracker


def _ensure_database(database: Path, artifacts: Path) -> None:
    """Create the database under another name and move it in place: a kill leaves none, never half of one."""
    from leadlift.tracking._mlflow import create_database

    if database.exists():
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    unfinished = database.with_name(f".{database.name}.{os.getpid()}.new")
    _remove_unfinished(database)
    try:
        create_database(unfinished, artifacts)
        _put_in_place(unfinished, database)
    finally:
        unfinished.unlink(missing_ok=True)


def _remove_unfinished(database: Path) -> None:
    """Throw away what processes left behind that were killed while they created the store."""
    for left in database.parent.glob(f".{database.name}.*.new*"):
        pid = left.name.removeprefix(f".{database.name}.").partition(".")[0]
        if pid.isdigit() and process_started(int(pid)) is None:
            with suppress(OSError):  # somebody else may be as tidy at the same moment
                left.unlink()


def _put_in_place(unfinished: Path, database: Path) -> None:
    """Move, unless another process was first: its store is as good as ours."""
    try:
        database.hardlink_to(unfinished)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        unfinished.replace(database)


@contextmanager
def _explained(uri: str) -> Iterator[None]:
    """Whatever a store, its driver or its server says becomes one message about the setting."""
    try:
        yield
    except UserError:
        raise
    except ImportError as error:
        raise UserError(
            f"leadlift.yaml: tracking_uri: {without_password(uri)} needs {error.name!r}: pip install it"
        ) from error
    except Exception as error:  # SQLAlchemy, requests, MLflow and the drivers each have a family of their own
        raise UserError(
            f"leadlift.yaml: tracking_uri: the run store {without_password(uri)} cannot be opened: "
            f"{_in_short(error)} {_advice(uri, str(error))}"
        ) from error


def _in_short(error: Exception) -> str:
    first_line = without_password(str(error)).strip().partition("\n")[0]
    return f"{first_line[:200].rstrip('.')}." if first_line else f"{type(error).__name__}."


def _advice(uri: str, message: str) -> str:
    if "out-of-date database schema" in message:
        return f"Copy the file, then run: python -m mlflow db upgrade {without_password(uri)}"
    if uri.startswith(("http://", "https://")):
        return "Is the MLflow server running, and may this machine reach it?"
    if uri.startswith("sqlite:"):
        return "Is it a file of MLflow that you may write?"
    return "The embedded store is: sqlite:///mlruns/mlflow.db"


@contextmanager
def _impatient() -> Iterator[None]:
    """A server that is away is told of in seconds; later requests have MLflow's own patience."""
    before = {name: os.environ.get(name) for name in HTTP_PATIENCE}
    os.environ.update({name: value for name, value in HTTP_PATIENCE.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)

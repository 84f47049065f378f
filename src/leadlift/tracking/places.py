"""Where a workspace's runs are kept: the tracking URI as written in leadlift.yaml, made whole."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote

from leadlift.errors import UserError

SQLITE = "sqlite:///"

# For MLflow, before it is imported, here and in the process that serves its pages: no telemetry, no chatter.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}


def whole_uri(uri: str, root: Path) -> str:
    """A relative SQLite path starts at the workspace, wherever one stands; all else is passed through."""
    path = sqlite_path(uri, root)
    if path is None:
        return uri
    _, mark, options = uri.partition("?")
    return f"{sqlite_uri(path)}{mark}{options}"


def sqlite_uri(path: Path) -> str:
    """The URI of a SQLite file. MLflow trips over quoted letters: only those that mean something are."""
    return f"{SQLITE}{path}".replace("%", "%25").replace("?", "%3F")


def sqlite_path(uri: str, root: Path) -> Path | None:
    """The file behind a SQLite URI; None for any other kind of store."""
    if not uri.startswith(SQLITE):
        return None
    written, _, _ = uri.removeprefix(SQLITE).partition("?")
    return (root.resolve() / unquote(written)).resolve()


def artifact_folder(uri: str, root: Path) -> Path | None:
    """Where files go beside an embedded store; None when a server decides."""
    path = sqlite_path(uri, root)
    return None if path is None else path.parent / "artifacts"


def without_password(uri: str) -> str:
    """The URI, or a text with URIs in it, as it may be shown: `user:secret@` becomes `user:***@`."""
    # Up to the last @ of the word: a password may hold one.
    plain = re.sub(r"(://[^:/@\s]*):\S*@", r"\1:***@", uri)
    return re.sub(r"([?&]password=)[^&\s]*", r"\1***", plain)


def ui_command(uri: str, root: Path, port: int) -> list[str]:
    """The command that serves the store's pages on this machine only; give it QUIET as environment too.

    Raises UserError when the URI is a server already, which has pages of its own.
    """
    if uri.startswith(("http://", "https://")):
        raise UserError(f"leadlift.yaml: tracking_uri: {without_password(uri)} is a server: use a browser")
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", whole_uri(uri, root)]
    files = artifact_folder(uri, root)
    if files is not None:
        command += ["--default-artifact-root", files.as_uri(), "--no-serve-artifacts"]
    return command


def ui_address(port: int) -> str:
    """Where to look once `ui_command` answers. By itself MLflow opens its pages for language models."""
    return f"http://127.0.0.1:{port}/#/experiments?workflowType=machine_learning"

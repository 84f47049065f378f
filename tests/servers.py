"""A PostgreSQL server that the tests start and stop. conftest.py gives it out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a free port; skipped where none is installed."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not tools:
        pytest.skip("no PostgreSQL server in /usr/lib/postgresql: install the package postgresql")
    with tempfile.TemporaryDirectory(prefix="leadlift-postgres-", ignore_cleanup_errors=True) as made:
        yield from served(tools[-1], Path(made))


def served(tools: Path, folder: Path) -> Iterator[str]:
    """The URL of a server whose data and socket are in the folder, for as long as it is asked."""
    as_user = []
    if os.getuid() == 0:  # the server refuses to run as root
        folder.chmod(0o755)
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    make = [tools / "initdb", "-D", folder / "db", "-U", "bank", "-A", "trust", "-N"]
    subprocess.run([*as_user, *make], check=True, **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, tools / "pg_ctl", "-D", folder / "db"]
    subprocess.run([*control, "-l", folder / "log", "-w", "-o", options, "start"], check=True, **quiet)
    try:
        yield f"postgresql://bank@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, **quiet)


@pytest.fixture
def new_database(postgres: str) -> str:
    """The URL of an empty database on the server."""
    psycopg = pytest.importorskip("psycopg")
    name = f"bank_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return postgres.removesuffix("/postgres") + f"/{name}"

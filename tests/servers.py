"""Servers that the tests start and stop: PostgreSQL and MySQL, which conftest.py gives out, and MLflow."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from leadlift.tracking import QUIET


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a free port; skipped where none is installed."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not tools:
        pytest.skip("no PostgreSQL server in /usr/lib/postgresql: install the package postgresql")
    with _folder("postgres") as made:
        yield from served(tools[-1], Path(made))


def _folder(server: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that the server's own user can enter; root's TMPDIR may be closed to it."""
    open_to_all = "/tmp" if os.geteuid() == 0 else None
    return tempfile.TemporaryDirectory(
        prefix=f"leadlift-{server}-", dir=open_to_all, ignore_cleanup_errors=True
    )


def served(tools: Path, folder: Path) -> Iterator[str]:
    """The URL of a server whose data and socket are in the folder, for as long as it is asked."""
    as_user = _as("postgres", folder)
    port = free_port()
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


@pytest.fixture(scope="session")
def mysql() -> Iterator[str]:
    """The URL of a server of our own that speaks MySQL, Debian's MariaDB; skipped where none is installed."""
    pytest.importorskip("pymysql")
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin"
    server, install = (shutil.which(name, path=path) for name in ("mariadbd", "mariadb-install-db"))
    if server is None or install is None:
        pytest.skip("no MariaDB server on the path: install the package mariadb-server")
    with _folder("mysql") as made:
        yield from mysql_served(server, install, Path(made))


def mysql_served(server: str, install: str, folder: Path) -> Iterator[str]:
    """The URL of a server whose data and socket are in the folder, for as long as it is asked."""
    as_user, port = _as("mysql", folder), free_port()
    begin = folder / "begin.sql"
    # one statement a line
    begin.write_text("create user bank@localhost;\ngrant all on *.* to bank@localhost with grant option;\n")
    begin.chmod(0o644)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*as_user, install, "--no-defaults", f"--datadir={folder}/db"], check=True, **quiet)
    options = [
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--socket={folder}/socket",
        f"--init-file={begin}",
    ]
    options += [
        f"--pid-file={folder}/pid",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M",
    ]
    started = [*as_user, server, "--no-defaults", f"--datadir={folder}/db", *options]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(started, stdout=log, stderr=log, cwd=folder)
        try:
            url = f"mysql://bank@127.0.0.1:{port}/"
            _until_it_speaks(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(60)


def _until_it_speaks(url: str, process: subprocess.Popen[bytes], seconds: int = 60) -> None:
    pymysql = pytest.importorskip("pymysql")
    port = int(url.rpartition(":")[2].strip("/"))
    for _ in range(seconds * 5):
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="bank").close()
        except pymysql.err.OperationalError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"no answer in {seconds} seconds")


@pytest.fixture
def new_mysql(mysql: str) -> str:
    """The URL of an empty database on the server."""
    pymysql = pytest.importorskip("pymysql")
    name = f"bank_{uuid.uuid4().hex[:12]}"
    port = int(mysql.rpartition(":")[2].strip("/"))
    with pymysql.connect(host="127.0.0.1", port=port, user="bank") as connection:
        connection.cursor().execute(f"create database {name} character set utf8mb4")
    return f"{mysql}{name}"


def _as(user: str, folder: Path) -> list[str]:
    """How a command begins that runs as this user, who owns the folder: servers refuse to run as root."""
    if os.getuid() != 0:
        return []
    folder.chmod(0o755)
    shutil.chown(folder, user)
    found = shutil.which("runuser", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    return [found or "runuser", "-u", user, "--"]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def mlflow_server(command: Sequence[str], folder: Path, port: int) -> Iterator[str]:
    """The address of the MLflow server that the command starts in the folder, for as long as the block lasts."""
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **QUIET}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: int = 120) -> None:
    """Until it answers; a server that ended, or takes too long, fails the test."""
    for _ in range(seconds * 2):
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            assert process.poll() is None, "the server ended"
            time.sleep(0.5)
    pytest.fail(f"no answer in {seconds} seconds")

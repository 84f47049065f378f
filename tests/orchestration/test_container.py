"""The container file agrees with the lock and with what the project says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def said(word: str) -> list[str]:
    """What every instruction of this name says, in order."""
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{word} ")]


def test_every_stage_stands_on_one_python_that_the_project_supports():
    (version,) = {
        re.match(r"docker\.io/library/python:(\d+\.\d+)-slim\b", image)[1] for image in said("FROM")
    }
    named = [line for line in PROJECT["project"]["classifiers"] if line.endswith(f":: {version}")]
    assert named, f"pyproject.toml does not name Python {version}"


def test_what_is_installed_comes_from_the_lock_by_its_hashes_and_nothing_else_is_asked_for():
    first, second = [run for run in said("RUN") if "pip install" in run]
    assert "--require-hashes -r /src/requirements.lock" in first
    assert "--no-deps --no-build-isolation /src" in second


def test_the_lock_holds_everything_that_the_project_asks_for_and_its_build():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = set(re.findall(r"^([a-z0-9-]+)(?:\[[\w,]+\])?==", lock, re.M))
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    asked += PROJECT["project"]["optional-dependencies"]["build"]
    assert {re.match(r"[\w-]+", one)[0].lower() for one in asked} <= pinned


def test_every_file_that_the_wheel_is_made_of_is_copied_and_exists():
    copied = {word for line in said("COPY") if not line.startswith("--from") for word in line.split()[:-1]}
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", "requirements.lock", PROJECT["project"]["readme"], *wheel["force-include"]}
    needed |= {package.partition("/")[0] for package in wheel["packages"]}
    assert needed | set(PROJECT["project"]["license-files"]) <= copied
    assert all((ROOT / name).exists() for name in copied)


def test_it_runs_as_a_user_without_rights_and_is_the_command():
    (user,) = said("USER")
    assert int(user) > 0
    after = LINES.index(f"USER {user}")
    assert not [line for line in LINES[after:] if line.startswith(("RUN ", "COPY "))]
    assert said("ENTRYPOINT") == ['["leadlift"]']

"""A shell in which `leadlift` is this code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SRC = Path(__file__).parents[2] / "src"
DAY = "2026-06-30"


@dataclass(frozen=True)
class Ran:
    """What a shell's line came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def shell(tmp_path):
    """Run a line as a scheduler's shell does; `date` stands on the day of the demo bank."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, does in {"leadlift": f'exec {sys.executable} -m leadlift "$@"', "date": f"echo {DAY}"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)

    def run(line: str, **variables: str) -> Ran:
        told = {
            **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(SRC), **variables,
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-c", line], env=told, capture_output=True, text=True, timeout=300, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def answers(bank, tmp_path) -> Path:
    """A file of outcomes as a call centre delivers it."""
    leads = pd.read_parquet(bank / "leads" / "fund_call" / DAY / "leads.parquet")
    told = leads[["treatment_code", "customer_id"]].assign(event="delivered", at="2026-07-03", amount="")
    told.to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path / "answers.csv"

"""The Airflow DAG of the examples: a graph of real command lines, which can be run twice."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .conftest import DAY
from .lines import leadlift_words, understood

FILE = Path(__file__).parents[2] / "examples" / "airflow" / "leadlift_monthly.py"
AS_OF = "{{ data_interval_end | ds }}"


class Dag:
    """What the file says of its DAG."""

    def __init__(self, **told):
        self.told, self.tasks = told, {}

    def __enter__(self):
        Operator.dag = self
        return self

    def __exit__(self, *error):
        Operator.dag = None


class Operator:
    """A task: its command, and what it waits for."""

    dag = None

    def __init__(self, *, task_id, bash_command, retries=None, trigger_rule="all_success"):
        self.name, self.command, self.retries, self.rule = task_id, bash_command, retries, trigger_rule
        self.after = []
        assert task_id not in Operator.dag.tasks
        Operator.dag.tasks[task_id] = self

    def __rshift__(self, later):
        for one in later if isinstance(later, list) else [later]:
            one.after.append(self.name)
        return later


@pytest.fixture
def dag(monkeypatch):
    """Read the file as Airflow would, with settings from the environment."""

    def read(**settings: str) -> Dag:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        bash = "airflow.providers.standard.operators.bash"
        parts = bash.split(".")
        for place in range(1, len(parts) + 1):
            monkeypatch.setitem(sys.modules, ".".join(parts[:place]), ModuleType(".".join(parts[:place])))
        monkeypatch.setattr(sys.modules["airflow"], "DAG", Dag, raising=False)
        monkeypatch.setattr(sys.modules[bash], "BashOperator", Operator, raising=False)
        return runpy.run_path(str(FILE))["dag"]

    return read


def test_every_task_is_a_real_command_line_that_speaks_json(dag):
    tasks = dag().tasks
    read = {
        name: understood(leadlift_words(task.command.replace(AS_OF, DAY))) for name, task in tasks.items()
    }
    assert {name: command for name, (command, _) in read.items()} == {
        "check": "check", "tune": "tune", "train": "train", "score": "score", "leads": "leads write",
        "monitor": "monitor", "outcomes": "outcomes add", "measure": "measure",
    }  # fmt: skip
    assert all(words["json"] and str(words["workspace"]) == "/srv/bank" for _, words in read.values())
    assert read["train"][1]["promote"]
    assert read["leads"][1]["once"]


def test_nothing_runs_on_broken_data_and_the_old_champion_scores_when_a_gate_says_no(dag):
    tasks = dag().tasks
    assert {name: task.after for name, task in tasks.items()} == {
        "check": [], "tune": ["check"], "train": ["tune"], "score": ["train"], "leads": ["score"],
        "monitor": ["score"], "outcomes": ["check"], "measure": ["outcomes"],
    }  # fmt: skip
    assert [name for name, task in tasks.items() if "exit 99" in task.command] == ["train"]
    assert [name for name, task in tasks.items() if task.rule == "none_failed"] == ["score"]
    assert [name for name, task in tasks.items() if task.retries == 0] == ["check", "monitor"]


def test_a_no_of_a_gate_becomes_99_and_every_other_code_stays(dag, shell, tmp_path):
    line = dag().tasks["train"].command
    for code, becomes in {0: 0, 1: 1, 2: 2, 3: 99, 130: 130}.items():
        (tmp_path / "tools" / "leadlift").write_text(f"#!/bin/sh\nexit {code}\n")
        assert shell(line).code == becomes


@pytest.mark.slow
def test_the_whole_month_runs_and_runs_again_to_the_same_end(dag, shell, leadlift, bank, answers):
    """The first time in a shell; the second by the same words, in this process that has imported everything."""
    tasks = dag(
        LEADLIFT_WORKSPACE=str(bank), LEADLIFT_PIPELINE="fund_purchase", LEADLIFT_CAMPAIGN="fund_call",
        LEADLIFT_OUTCOMES=str(answers), LEADLIFT_TRIALS="2",
    ).tasks  # fmt: skip
    said = {}
    for name, task in tasks.items():
        done = shell(task.command.replace(AS_OF, DAY))
        assert done.code in ((0, 3) if name == "monitor" else (0,)), (name, done.err)
        said[name] = done.document
    assert said["train"]["promotion"]["version"] == said["train"]["version"] == 2
    assert said["score"]["customers"] > 0
    # the list of the finished workspace was there before
    assert (said["leads"]["leads"], said["outcomes"]["known"]) == (said["outcomes"]["added"], 0)

    files = {path: path.read_bytes() for path in (bank / "leads").rglob("*") if path.is_file()}
    repeated = ("check", "tune", "score", "leads", "outcomes", "measure")
    again = {name: leadlift(*leadlift_words(tasks[name].command.replace(AS_OF, DAY))) for name in repeated}
    assert {one.code for one in again.values()} == {0}
    assert again["leads"].json == said["leads"]
    assert {path: path.read_bytes() for path in (bank / "leads").rglob("*") if path.is_file()} == files
    assert again["outcomes"].json["added"] == 0
    assert again["tune"].json["best_value"] == said["tune"]["best_value"]
    same = ("model", "customers", "bands", "expected_responders")
    assert [again["score"].json[name] for name in same] == [said["score"][name] for name in same]

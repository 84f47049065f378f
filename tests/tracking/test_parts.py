from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.tracking import ui_address, ui_command
from leadlift.tracking.places import whole_uri, without_password
from leadlift.tracking.processes import is_dead, process_started, this_process
from leadlift.tracking.shapes import TAG_LENGTH, as_csv, in_batches, note_that_fits


def test_a_relative_store_starts_at_the_workspace_and_all_else_is_passed_through():
    root = Path("/bank")
    assert whole_uri("sqlite:///mlruns/mlflow.db", root) == "sqlite:////bank/mlruns/mlflow.db"
    assert whole_uri("sqlite:////data/mlflow.db", root) == "sqlite:////data/mlflow.db"
    assert whole_uri("postgresql://mlflow@db/mlflow", root) == "postgresql://mlflow@db/mlflow"


def test_a_password_is_never_shown():
    assert without_password("postgresql://ann:s3cr:et@db/x") == "postgresql://ann:***@db/x"
    assert without_password("https://mlflow.bank.example:5000/x") == "https://mlflow.bank.example:5000/x"


def test_the_pages_are_served_on_this_machine_by_this_python():
    command = ui_command("sqlite:///mlruns/mlflow.db", Path("/bank"), 5050)
    assert command[:3] == [sys.executable, "-m", "mlflow"]
    assert "sqlite:////bank/mlruns/mlflow.db" in command
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "5050"
    assert ui_address(5050).startswith("http://127.0.0.1:5050/")


def test_a_server_has_pages_of_its_own():
    with pytest.raises(UserError, match="is a server"):
        ui_command("http://mlflow.bank.example", Path("/bank"), 5050)


def test_this_process_is_alive_and_one_that_ended_is_dead():
    assert not is_dead(this_process())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    tags = {**this_process(), "leadlift.pid": str(ended.pid), "leadlift.process_started": "then"}
    ended.wait()
    assert is_dead(tags)


def test_a_process_number_that_came_back_is_another_process():
    assert is_dead({**this_process(), "leadlift.process_started": "long ago"})


@pytest.mark.parametrize("change", [{"leadlift.host": "elsewhere"}, {"leadlift.process_started": ""}])
def test_nobody_is_declared_dead_whom_we_cannot_see(change):
    gone = {**this_process(), "leadlift.pid": "999999999"}
    assert not is_dead({**gone, **change})
    assert not is_dead({})


def test_a_process_has_started_once():
    assert process_started(os.getpid()) == process_started(os.getpid())
    assert process_started(999_999_999) is None


@given(st.lists(st.integers()), st.integers(1, 10))
def test_batches_keep_every_item_in_order(items, size):
    batches = list(in_batches(items, size))
    assert [item for batch in batches for item in batch] == items
    assert all(1 <= len(batch) <= size for batch in batches)


@given(st.integers(1, 2 * TAG_LENGTH), st.integers(1, 3))
def test_a_note_always_fits(line_length, lines):
    assert len(note_that_fits(("x" * line_length + "\n") * lines)) <= TAG_LENGTH


def test_a_note_is_cut_at_a_line_end_and_says_so():
    note = note_that_fits("| a | b |\n" * 1_000)
    assert note.startswith("| a | b |\n")
    assert note.endswith("*Shortened: the rest is in the model card, under Artifacts.*\n")
    assert "| a | b |\n\n*Shortened" in note


def test_a_table_has_the_columns_of_its_first_row():
    assert as_csv([{"a": 1, "b": "x,y"}, {"a": None, "b": 2}]) == 'a,b\n1,"x,y"\n,2\n'
    assert as_csv([]) == ""
    with pytest.raises(ValueError, match="'c'"):
        as_csv([{"a": 1}, {"c": 2}])

"""Help: instant, complete, and every example in it a real command line."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from leadlift import __version__
from leadlift.cli.main import app_of, main

ROOT = Path(__file__).parents[2]
HEAVY = (
    "mlflow",
    "lightgbm",
    "pandas",
    "duckdb",
    "shap",
    "optuna",
    "sklearn",
    "matplotlib",
    "pyarrow",
    "sqlglot",
)


def commands() -> dict[str, object]:
    """Every command there is: `train` -> command, `features show` -> command."""
    found: dict[str, object] = {}
    for name, command in typer.main.get_command(app_of()).commands.items():
        inner = getattr(command, "commands", {})
        found |= {f"{name} {one}": sub for one, sub in inner.items()} if inner else {name: command}
    return found


def examples() -> list[str]:
    return [
        line
        for command in commands().values()
        for line in re.findall(r"Example: (leadlift .*)", command.help)
    ]


def parsed(line: str) -> str:
    """The command that a line calls, its words understood but nothing run. A usage error is raised."""
    _, *words = shlex.split(line)
    command, path = typer.main.get_command(app_of()), []
    while hasattr(command, "commands"):
        # as the command line itself does: `leads CAMPAIGN` is `leads write CAMPAIGN`
        name, command, words = command.resolve_command(command.context_class(command), list(words))
        path.append(name)
    command.make_context(" ".join(path), words)
    return " ".join(path)


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_with_an_example_of_itself(name, leadlift):
    said = leadlift(*name.split(), "--help")
    assert (said.code, said.err) == (0, "")
    assert f"Example: leadlift {name}" in said.out


@pytest.mark.parametrize("line", examples())
def test_every_example_is_a_real_command_line(line):
    assert parsed(line) in commands()


def test_a_wrong_word_in_an_example_would_be_found():
    with pytest.raises(Exception, match="No such option"):
        parsed("leadlift train term_deposit_response --sead 1")


@pytest.mark.parametrize(
    "line",
    [line for line in examples() if re.match(r"leadlift (features (list|show|sql)|schema)\b", line)],
)
def test_the_cheap_examples_run_as_they_stand(line, leadlift, monkeypatch, tmp_path):
    for part in ("leadlift.yaml", "feature_defs", "pipelines"):
        (tmp_path / part).symlink_to(ROOT / part)
    monkeypatch.chdir(tmp_path)
    said = leadlift(*shlex.split(line)[1:])
    assert (said.code, said.err) == (0, "")
    assert said.out


def test_help_names_every_command_and_imports_nothing_heavy():
    look = f"""
import sys
from leadlift.cli.main import main
code = main(["--help"])
print("heavy:", [name for name in {HEAVY!r} if name in sys.modules], "code:", code)
"""
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip().endswith("heavy: [] code: 0")
    top = {name.split()[0] for name in commands()}
    assert {name for name in top if f"  {name}" not in ran.stdout} == set()


def test_of_the_commands_the_one_that_is_asked_for_is_imported():
    look = """
import sys
from leadlift.cli.main import COMMANDS, main
main(["history", "--help"])
print([name for name in COMMANDS if f"leadlift.cli.{name}" in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "['history']"


def test_the_version_is_printed(leadlift):
    assert leadlift("--version").out == f"leadlift {__version__}\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["trian"], "No such command 'trian'"),
        (["train"], "Missing argument 'PIPELINE'"),
        (["train", "x", "--trials", "3"], "No such option: --trials"),
        (["score", "x"], "Missing option '--as-of'"),
        (["score", "x", "--as-of", "30.6.2026"], "'30.6.2026' does not match"),
        (["simulate", "--customers", "none"], "Invalid value for '--customers'"),
    ],
)
def test_a_wrong_word_is_a_message_and_exit_code_2(words, complaint, leadlift):
    said = leadlift(*words)
    assert said.code == 2
    assert complaint in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_bug_keeps_its_traceback(monkeypatch):
    def planted(root: Path) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("leadlift.specs.open_workspace", planted)
    with pytest.raises(ZeroDivisionError):
        main(["features", "list"])


def test_python_m_leadlift_is_the_same_command():
    ran = subprocess.run(
        [sys.executable, "-m", "leadlift", "check", "--workspace", "/nowhere"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr

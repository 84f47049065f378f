"""The command line: every command, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

from leadlift import __version__
from leadlift.cli.console import say, tell
from leadlift.errors import GateError, LeadliftError, SpecErrors

# Threads that wait for each other spin for some microseconds, then sleep. Read once, when LightGBM is loaded. Spinning
# for milliseconds, GNU's default, makes two threads slower than one on a machine that does other work as well; sleeping
# at once does so on a quiet one, where little is done between two waits (benchmarks/threads.py).
os.environ.setdefault("GOMP_SPINCOUNT", "500")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# the order of a modeller's day
COMMANDS = (
    "init",
    "simulate",
    "check",
    "features",
    "segment",
    "tune",
    "train",
    "explain",
    "customer",
    "promote",
    "history",
    "score",
    "warn",
    "leads",
    "outcomes",
    "measure",
    "monitor",
    "affinity",
    "recalibrate",
    "report",
    "sql",
    "ui",
    "demo",
    "cache",
    "schema",
    "doctor",
)
ABOUT = "Turn a bank's customer tables into ranked, explained, measurable lead lists."


def _version(asked: bool) -> None:
    if asked:
        say(f"leadlift {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """What stands before a command."""


def app_of(commands: Sequence[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands, each a module beside this one; those alone are imported."""
    app = typer.Typer(
        name="leadlift",
        help=ABOUT,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,  # drawing help costs more than importing all commands
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=ABOUT)(_root)
    for name in commands:
        command = import_module(f"leadlift.cli.{name}")
        app.add_typer(command.app, name=getattr(command, "GROUP", None))
    return app


def _needed(words: Sequence[str]) -> Sequence[str]:
    """The command that is asked for, alone where it comes first; all of them for help and for what is none."""
    return words[:1] if words and words[0] in COMMANDS else COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 2 the user can mend it, 3 a gate said no.

    Anything that is not one of leadlift's own errors is a bug and keeps its traceback.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        found = app_of(_needed(words))(args=words, standalone_mode=False)
    except LeadliftError as error:
        # faults with file and line are said bare, as editors expect them; and a gate that says no is no error
        tell(str(error) if isinstance(error, SpecErrors | GateError) else f"error: {error}")
        return error.exit_code
    except typer.Abort:
        tell("stopped")
        return 130
    except Exception as error:
        # usage faults of the command line itself know how to show themselves
        if not hasattr(error, "show") or not hasattr(error, "exit_code"):
            raise
        error.show(file=sys.stderr)
        return int(error.exit_code)
    return found if isinstance(found, int) else 0


def run() -> NoReturn:
    """Run the command of this process and end the process."""
    code = main()
    if sys.argv[1:2] == ["customer"]:
        # nothing is left to be written, and to put all away takes a tenth of the time of a page
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

"""Command lines as a scheduler holds them, understood without being run."""

from __future__ import annotations

import re
import shlex
from typing import Any

import typer

from leadlift.cli.main import app_of


def leadlift_words(line: str) -> list[str]:
    """The words of the one leadlift command in a line of shell, up to what the shell itself does with it."""
    found = re.findall(r"(?:^|\s)leadlift\s+(.*?)(?=\s*(?:\|\||>|$))", line)
    assert len(found) == 1, line
    return shlex.split(found[0])


def understood(words: list[str]) -> tuple[str, dict[str, Any]]:
    """The command and its arguments as the command line reads them; a usage error is raised."""
    command, path = typer.main.get_command(app_of()), []
    while hasattr(command, "commands"):
        name, command, words = command.resolve_command(command.context_class(command), list(words))
        path.append(name)
    return " ".join(path), command.make_context(" ".join(path), list(words)).params

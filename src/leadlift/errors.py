"""What can go wrong, as the user sees it. Anything that is not one of these is a bug and keeps its traceback.

LeadliftError
├── UserError      the user can mend it: one clear message, exit code 2
│   └── SpecErrors every fault found in specs and data, told at once
└── GateError      a gate said no (a contract, a leak, a promotion rule): exit code 3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LeadliftError(Exception):
    """The root of everything that leadlift raises on purpose."""

    exit_code = 1


class UserError(LeadliftError):
    """Something the user can mend. The message says where, which rule, which value, and what to do."""

    exit_code = 2


class GateError(LeadliftError):
    """A gate said no. The message names the gate, its limit and the value found."""

    exit_code = 3


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in a spec or in data: `file:line: path: message`."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """The one line that people read."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class SpecErrors(UserError):  # noqa: N818  # it holds many errors, and says so
    """Every fault found, in the order of the files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

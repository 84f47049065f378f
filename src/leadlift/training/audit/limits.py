"""How severe a value is, by kind of finding: read from `limits.yaml` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Severity = Literal["note", "warn", "error"]
SEVERITIES: tuple[Severity, ...] = ("error", "warn", "note")
"""The worst first."""


@dataclass(frozen=True)
class Limit:
    """From which value on a finding is a note, a warning, an error; None: never that severe.

    fewest: fewer than so many of what the kind counts say nothing, whatever their value.
    """

    note: float | None
    warn: float | None
    error: float | None
    fewest: int

    def severity(self, value: float) -> Severity | None:
        """The worst that the value reaches; None below all limits, and for NaN."""
        for name in SEVERITIES:
            limit = getattr(self, name)
            if limit is not None and value >= limit:
                return name
        return None


Limits = Mapping[str, Limit]


@cache
def audit_limits() -> Limits:
    """The limits that every training is held against, by kind."""
    text = files("leadlift.training.audit").joinpath("limits.yaml").read_text(encoding="utf-8")
    return {kind: Limit(**stated) for kind, stated in yaml.safe_load(text).items()}

"""One finding of the audit: what is suspected, how badly, on which evidence, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from leadlift.training.audit.limits import SEVERITIES, Severity

CUSTOMERS, ROWS, MODEL, RECENT = "customers", "rows", "model", "recent"
SUBJECTS = (CUSTOMERS, ROWS, MODEL, RECENT)


@dataclass(frozen=True)
class Finding:
    """A suspect.

    name: the feature, or one of SUBJECTS where no single feature is meant; what `--accept-leak` takes.
    evidence: the numbers it rests on. text: what was found, a sentence with its figures. advice: what to do.
    also: further features with the same evidence. because: why it was accepted; None for one that was not.
    """

    kind: str
    severity: Severity
    name: str
    text: str
    advice: str
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    because: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it keeps the model from being registered."""
        return self.severity == "error" and self.because is None

    def __str__(self) -> str:
        """As a reviewer reads it."""
        return f"{self.text}. {self.advice}" + (f" (accepted: {self.because})" if self.because else "")

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with `open` told outright."""
        return {**asdict(self), "open": self.is_open}


def how_severe(one: Finding) -> int:
    """A finding's place among the severities: 0 for the worst."""
    return SEVERITIES.index(one.severity)


def named(found: Iterable[Finding]) -> dict[str, Finding]:
    """The worst finding of each feature or subject."""
    least_first = sorted(found, key=how_severe, reverse=True)
    return {name: one for one in least_first for name in (one.name, *one.also)}


def figure(value: float) -> float:
    """A number as evidence keeps it."""
    return round(float(value), 6)


def others(also: tuple[str, ...]) -> str:
    """How a sentence goes on about features with the same evidence."""
    if not also:
        return ""
    return f"; likewise {', '.join(also[:3])}{f' and {len(also) - 3} more' if len(also) > 3 else ''}"

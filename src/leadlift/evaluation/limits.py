"""What a measure must reach, and when it is too good to be believed: read from limits.yaml, the one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isnan

import yaml

FAILED, WEAK, PASSED, SUSPICIOUS, TOO_GOOD = (
    "failed",
    "weak",
    "passed",
    "suspicious",
    "too good to be true",
)


@dataclass(frozen=True)
class Limits:
    """The limits of one measure.

    metric: as the run names it. better: `higher` or `lower`. Worse than `minimum` fails, up to `good` is weak, beyond
    `suspicious` is doubted, beyond `too_good` fails; None does not apply. why: where the numbers come from.
    """

    metric: str
    better: str
    minimum: float
    why: str
    good: float | None = None
    suspicious: float | None = None
    too_good: float | None = None

    def verdict(self, value: float) -> str:
        """`failed`, `weak`, `passed`, `suspicious` or `too good to be true`. A value that is not known fails."""
        if isnan(value) or self._worse(value, self.minimum):
            return FAILED
        if self.too_good is not None and self._worse(self.too_good, value):
            return TOO_GOOD
        if self.suspicious is not None and self._worse(self.suspicious, value):
            return SUSPICIOUS
        return WEAK if self.good is not None and self._worse(value, self.good) else PASSED

    def _worse(self, value: float, than: float) -> bool:
        return value < than if self.better == "higher" else value > than


@cache
def limits() -> Mapping[str, Limits]:
    """Every measure's limits, by its name, in the order of the file."""
    text = files("leadlift.evaluation").joinpath("limits.yaml").read_text(encoding="utf-8")
    return {name: Limits(**given) for name, given in yaml.safe_load(text).items()}

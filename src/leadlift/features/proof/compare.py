"""When a built value and a rebuilt one are the same."""

from __future__ import annotations

import math

from leadlift.features.proof.rebuild import Answer
from leadlift.features.proof.values import Value

# of the value itself; and of what it is computed from, since large values cancel
RELATIVE, OF_SIZE = 1e-9, 1e-12


def same(built: Value, answer: Answer) -> bool:
    """Texts, truths and whole numbers when they are equal; other numbers to nine digits."""
    ours = answer.value
    if built is None or ours is None:
        return built is ours
    if isinstance(built, str) or isinstance(ours, str):
        return built == ours
    a, b = float(built), float(ours)  # type: ignore[arg-type]  # numbers, both
    if a == b or (math.isnan(a) and math.isnan(b)):
        return True
    if answer.whole or not (math.isfinite(a) and math.isfinite(b)):
        return False
    return abs(a - b) <= RELATIVE * max(abs(a), abs(b)) + OF_SIZE * answer.size

"""What each arm of an experiment adds, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.experiment import incremental_mean, newcombe


@dataclass(frozen=True)
class ArmEffect:
    """One arm of an experiment beside the controls. mean: of its outcome. effect: mean less the controls', at 95 %."""

    arm: str
    cases: int
    mean: float
    effect: float
    low: float
    high: float


def arm_effects(y: npt.ArrayLike, group: npt.ArrayLike, names: Sequence[str]) -> list[ArmEffect]:
    """Return each arm's effect by itself, of outcomes that are chances (Newcombe, 1998) or amounts (Student's t).

    y: (n,). group: (n,), 0 for controls, 1 and up for the arms in the order of `names`. An arm without cases is left
    out. Several arms widen nothing: each interval is its own. Raises ValueError without controls.
    """
    outcome, groups = np.asarray(y, dtype=np.float64), np.asarray(group)
    share = bool(np.isin(outcome, (0.0, 1.0)).all())
    control, found = outcome[groups == 0], []
    for number, name in enumerate(names, start=1):
        here = outcome[groups == number]
        if not len(here):
            continue
        counts = (int(here.sum()), len(here), int(control.sum()), len(control))
        effect = newcombe(*counts) if share else incremental_mean([here], [control])
        found.append(ArmEffect(name, len(here), float(here.mean()), effect.value, effect.low, effect.high))
    return found

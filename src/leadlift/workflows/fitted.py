"""What a training run came to, before it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadlift.models import LogisticBaseline, Model
from leadlift.training import Cases, Judgement, Rivals, Suspect, TrainingTable


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that a training run came to."""

    table: TrainingTable
    cases: Cases
    model: Model
    baseline: LogisticBaseline
    result: Judgement
    suspects: Sequence[Suspect]
    rivals: Rivals
    champion: int | None = None

"""What a training run came to, before it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadlift.models import LogisticBaseline, Model
from leadlift.training import Audit, Cases, Judgement, Rivals, TrainingTable
from leadlift.training.groups import Levels


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that a training run came to."""

    table: TrainingTable
    cases: Cases
    model: Model
    baseline: LogisticBaseline
    result: Judgement
    audit: Audit
    rivals: Rivals
    champion: int | None = None
    protected: Mapping[str, Levels] = field(default_factory=dict)

"""Trees grown where the engine's rows are: this process holds a sample and never the training cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from leadlift.engines import AtOnce, Engine
from leadlift.errors import UserError
from leadlift.features.rows import col
from leadlift.models import Booster
from leadlift.models.params import for_fewer
from leadlift.models.together import settings_of_all
from leadlift.names import AS_OF, CUSTOMER, TARGET, TRAIN, VALID
from leadlift.specs import ModelChoice
from leadlift.training.cases import Cases
from leadlift.training.distributed import write_rows
from leadlift.training.growing_task import GrowPart, model_of
from leadlift.training.parts import Encoded, Fading, Thinned, Y, column_in, rows_in
from leadlift.training.split import Learned

Floats = npt.NDArray[np.float64]
# Rows of a part come in this order, whichever task sent them: equal rows then give equal trees.
ORDER = (CUSTOMER, AS_OF, TARGET)


@dataclass(frozen=True, eq=False)
class Away:
    """Where the training cases are.

    whole: the query of all cases. learned: which of them train. folder: one that the engine's tasks see too.
    left_out: matrix columns that are not learned from.
    """

    engine: Engine
    whole: exp.Select
    learned: Learned
    folder: Path
    left_out: tuple[int, ...] = ()

    def without(self, columns: Sequence[int]) -> Away:
        """The same cases with columns that say nothing."""
        return replace(self, left_out=tuple(columns))


def grow_away(
    cases: Cases, params: Mapping[str, Any], spec: ModelChoice, weight: Floats | None, away: Away
) -> tuple[Booster, str]:
    """Grow one booster in the engine's tasks, on all training cases; how it came about, in words.

    cases: the sample, whose validation cases say when to stop. weight: (n_cases,), where they fade with time.
    Raises UserError when the engine cannot run tasks at once, or they cannot go on; nothing is left running.
    """
    if spec.distributed is None or not isinstance(away.engine, AtOnce):
        raise UserError("model.distributed: `on: spark` needs `engine: spark` in leadlift.yaml")
    machines, work = spec.distributed.machines, _encoded(cases, params, spec, away)
    asked = exp.select("*").from_(away.whole.subquery("cases"))
    until = exp.cast(exp.Literal.string(away.learned.until.isoformat()), "DATE")
    query = asked.where(exp.LTE(this=col(AS_OF), expression=until))
    with away.engine.parted(query, CUSTOMER, ORDER, machines, work, work.schema) as parts:
        if not all(rows_in(files) for files in parts):
            raise UserError(
                f"model.distributed: the training customers do not fill {machines} machines: give fewer, or leave "
                "distributed out"
            )
        y = column_in([file for files in parts for file in files], Y)
        shared = _settings(params, y, cases.y[cases.rows(VALID)], work.thinned)
        write_rows(away.folder, "valid", cases, cases.rows(VALID), weight)
        task = GrowPart(
            valid=str(away.folder.resolve()),
            files=tuple(tuple(str(file.resolve()) for file in files) for files in parts),
            encoding=cases.encoding.to_dict(),
            params=shared,
            rounds=(spec.max_rounds, spec.early_stopping),
        )
        booster = model_of(away.engine.at_once(task, machines))
    return booster, f"trees alone, grown by {machines} tasks of the engine from {len(y):,} cases"


def _encoded(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, away: Away) -> Encoded:
    thinned, fading = None, None
    y, seed = cases.y[cases.rows(TRAIN)], int(params.get("seed", 0))
    if spec.negatives is not None:
        positives = float((y == 1).sum())
        share = spec.negatives * positives / max(1.0, len(y) - positives)
        thinned = Thinned(share, seed) if 0 < share < 1 else None
    if spec.time_decay is not None:
        fading = Fading(cases.as_of[cases.rows(TRAIN)].max(), spec.time_decay)
    return Encoded(cases.encoding, away.learned, away.left_out, thinned, fading)


def _settings(
    params: Mapping[str, Any], train: Floats, valid: Floats, thinned: Thinned | None
) -> dict[str, Any]:
    """The parameters of all tasks; counts are those of all cases, made those of the ones kept."""
    if thinned is not None:
        positives = float((train == 1).sum())
        of_all = positives + (len(train) - positives) / thinned.share
        params = for_fewer(params, round(of_all), len(train))
    return settings_of_all(params, train, valid)
